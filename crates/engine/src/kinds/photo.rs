//! Photos by themselves: listed with the place and time of their metadata, and cleaned of them.
//!
//! What a picture shows nobody here can tell: that of a protected place does not leave, nor one whose
//! metadata or name speak of a protected taxon.

use std::path::Path;
use std::sync::Arc;

use reedbed_core::decide::PlaceTold;
use reedbed_core::grid::decimal;
use reedbed_core::period::Period;
use reedbed_core::place::Point;
use reedbed_formats::collection::{Collection, PhotoFile};
use reedbed_formats::image;
use reedbed_formats::limits::Limits;
use reedbed_formats::track::Instant;

use super::cells::MapCells;
use super::output::{Folder, TableOut};
use super::{KindSummary, KindTable, KindsWritten, Thing, ThingCache, Zone, Zones};
use crate::judge::Judge;
use crate::place::{Stated, ToldPlace};
use crate::share::ShareError;
use crate::statement;
use crate::told_period::ToldPeriod;
use crate::verdict::{Verdict, stricter};

/// All photos, surveyed.
pub(super) struct Photos<'a> {
    photos: Vec<Surveyed<'a>>,
}

struct Surveyed<'a> {
    file: &'a PhotoFile,
    point: Option<Point>,
    time: Option<Instant>,
    /// How many things its metadata tell.
    told: usize,
    names_taxon: bool,
    verdict: Option<Arc<Verdict>>,
}

impl<'a> Photos<'a> {
    pub(super) fn none() -> Self {
        Self { photos: Vec::new() }
    }

    /// Reads the metadata of all photos.
    pub(super) fn survey(
        collection: &'a Collection,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let mut cache = ThingCache::default();
        let mut photos = Vec::new();
        for file in &collection.photos {
            let bytes = file.read(&Limits::default())?;
            let seen = image::seen(&bytes);
            let head = bytes.get(..bytes.len().min(METADATA)).unwrap_or_default();
            let names_taxon = judge.mentions.are_in(head)
                || judge.mentions.are_in(file.name.replace('_', " ").as_bytes())
                || seen.told.iter().any(|(_, value)| judge.mentions.are_in(value.as_bytes()));
            let day = seen.time.and_then(Instant::day);
            let circles: Vec<(Point, f64)> = seen.point.map(|p| (p, PLACE_M)).into_iter().collect();
            let thing = Thing {
                circles: &circles,
                period: day.and_then(|day| Period::new(day, day)),
                ..Thing::of(KIND)
            };
            let verdict = judge.thing(&thing, &mut cache);
            let (point, time, told) = (seen.point, seen.time, seen.told.len());
            photos.push(Surveyed { file, point, time, told, names_taxon, verdict });
        }
        Ok(Self { photos })
    }

    pub(super) fn zones(&self, zones: &mut Zones) {
        for photo in &self.photos {
            if let (Some(verdict), Some(point)) = (&photo.verdict, photo.point) {
                zones.add(Zone { point, radius_m: PLACE_M, verdict: Arc::clone(verdict) });
            }
        }
    }

    /// Takes the verdicts of protected places beside.
    pub(super) fn close(&mut self, zones: &Zones) {
        for photo in &mut self.photos {
            let beside = photo.point.and_then(|point| zones.beside(point, PLACE_M));
            photo.verdict = stricter(photo.verdict.as_ref(), beside.as_ref());
        }
    }

    /// Withholds photos that are named; says whether that changes anything.
    pub(super) fn withhold(&mut self, is_named: &dyn Fn(&str, &str) -> bool) -> bool {
        let mut is_changed = false;
        for photo in &mut self.photos {
            let name = &photo.file.name;
            if let Some(verdict) = photo.verdict.as_mut().filter(|_| is_named("photo", name)) {
                is_changed |= !verdict.decision.is_withheld();
                *verdict = Arc::new(verdict.withheld());
            }
        }
        is_changed
    }

    /// Writes the list and the photos that leave.
    pub(super) fn write(
        &self,
        package: Option<&Path>,
        judge: &Judge<'_>,
        written: &mut KindsWritten,
    ) -> Result<(), ShareError> {
        if self.photos.is_empty() {
            return Ok(());
        }
        let writing = ShareError::writing;
        let folder = Folder::begin(package, "photo").map_err(writing)?;
        let mut out =
            TableOut::begin(&folder, "photos.csv", HEADINGS.iter().copied()).map_err(writing)?;
        let mut summary = KindSummary {
            kind: KIND,
            input: match self.photos.as_slice() {
                [one] => one.file.name.clone(),
                many => format!("{} photos", many.len()),
            },
            folder: folder.name.clone(),
            ..KindSummary::default()
        };
        let mut cells = MapCells::default();
        for photo in &self.photos {
            out.count.read += 1;
            summary.notes.extend((photo.told > 0).then(|| {
                format!("{}: {} things are told by its metadata", photo.file.name, photo.told)
            }));
            let mut withhold = |reason: &str| {
                *summary.withheld.entry(reason.to_owned()).or_default() += 1;
            };
            if photo.names_taxon {
                withhold("its name or its metadata speak of a protected taxon");
                out.count.withheld += 1;
                continue;
            }
            let Some(verdict) = &photo.verdict else {
                let bytes = photo.file.read(&Limits::default())?;
                let Ok(cleaned) = image::clean(&bytes) else {
                    withhold("the file cannot be rebuilt without its metadata");
                    out.count.withheld += 1;
                    continue;
                };
                folder.write(&photo.file.name, &cleaned.bytes).map_err(writing)?;
                let [lat, lon] = match photo.point {
                    Some(point) => [decimal(point.lat()), decimal(point.lon())],
                    None => [String::new(), String::new()],
                };
                let time = photo.time.map(written_time).unwrap_or_default();
                let row = [&photo.file.name, cleaned.media_type, &time, &lat, &lon, "", "", "", ""];
                out.open(row).map_err(writing)?;
                continue;
            };
            written.met(verdict, verdict.decision.place != PlaceTold::Withheld);
            withhold("photos of protected places do not leave");
            let stated = photo.point.map(|point| Stated {
                point,
                uncertainty_m: Some(PLACE_M),
                shift_m: 0.0,
                has_datum: true,
                precision: None,
                edges: None,
            });
            let told = ToldPlace::tell(stated, &verdict.decision, judge.pseudonyms)
                .map_err(|_untrue| ShareError::Untrue { rows: 1 })?;
            let Some(region) = told.region() else {
                out.count.withheld += 1;
                continue;
            };
            cells.count(KIND, &region, verdict.decision.category);
            let place = |term: &str| told.value(term).unwrap_or_default();
            let day = photo.time.and_then(Instant::day);
            let period = day.and_then(|day| Period::new(day, day));
            let period = ToldPeriod::tell(period, verdict.decision.period).period();
            let row = [
                judge.pseudonyms.of("photo", &photo.file.name),
                String::new(),
                period.map_or_else(String::new, Period::iso_interval),
                place("decimalLatitude"),
                place("decimalLongitude"),
                place("coordinateUncertaintyInMeters"),
                place("footprintWKT"),
                statement::generalised(told.told(), verdict.decision.period),
                format!("The photo is withheld. {}{}.", statement::REASON, verdict.reasons),
            ];
            out.protected(row.iter().map(String::as_str), verdict.is_shared());
        }
        let rows = out.finish().map_err(writing)?;
        summary.cells = cells.all();
        summary.tables.push(KindTable { name: "photos.csv".to_owned(), rows });
        written.summaries.push(summary);
        Ok(())
    }
}

/// The time as the camera's clock had it, which states no zone.
fn written_time(time: Instant) -> String {
    let utc = time.utc();
    if time.has_zone { utc } else { utc.trim_end_matches('Z').to_owned() }
}

const KIND: &str = "photo";
const HEADINGS: &[&str] = &[
    "identifier",
    "format",
    "eventDate",
    "decimalLatitude",
    "decimalLongitude",
    "coordinateUncertaintyInMeters",
    "footprintWKT",
    "dataGeneralizations",
    "informationWithheld",
];
/// Texts of metadata stand at the beginning of a file.
const METADATA: usize = 1 << 18;
/// How far off the place of a camera or a telephone may be.
///
/// Units: metres.
const PLACE_M: f64 = 100.0;

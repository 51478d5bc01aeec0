//! Writes tracks: open ones as they came, protected ones as cells and periods.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reedbed_core::decide::PlaceTold;
use reedbed_core::grid::Region;
use reedbed_core::period::{Period, Precision};
use reedbed_core::uncertainty;
use reedbed_formats::collection::TrackFile;
use reedbed_formats::track::{EventTable, Fix, Gpx, GpxTrack, Met, ReferenceTable, write_gpx};

use super::super::cells::MapCells;
use super::{Individual, KIND, Tracks, fix_of, is_of_time_alone};
use crate::judge::Judge;
use crate::kinds::output::{Folder, TableOut};
use crate::kinds::{KindSummary, KindTable, KindsWritten, ThingCache};
use crate::place::{Stated, ToldPlace};
use crate::share::ShareError;
use crate::statement;
use crate::tally::RowCount;

/// What the protected individuals are told as.
#[derive(Default)]
struct Cells {
    /// Individual, cell and period, each once.
    told: BTreeSet<Vec<String>>,
    map: MapCells,
    withheld: BTreeMap<String, u64>,
    untrue: u64,
}

impl Cells {
    fn withhold(&mut self, reason: &str) {
        *self.withheld.entry(reason.to_owned()).or_default() += 1;
    }
}

/// What becomes of a fix.
enum Fate {
    Open,
    /// Part of a cell, or not told.
    Gone,
}

impl Tracks<'_> {
    /// Writes all tracks into one folder.
    pub(in crate::kinds) fn write(
        &self,
        package: Option<&Path>,
        judge: &Judge<'_>,
        written: &mut KindsWritten,
    ) -> Result<(), ShareError> {
        if self.files.is_empty() && self.references.is_empty() {
            return Ok(());
        }
        let writing = ShareError::writing;
        let folder = Folder::begin(package, "track").map_err(writing)?;
        let mut cells = Cells::default();
        let mut cache = ThingCache::default();
        let mut tables = Vec::new();
        let mut notes = Vec::new();
        let (mut number_of_gpx, mut number_of_events) = (0, 0);
        for file in self.files {
            match file {
                TrackFile::Gpx(name, gpx) => {
                    number_of_gpx += 1;
                    let own = super::super::numbered("track", number_of_gpx) + ".gpx";
                    let rows = self.gpx(name, gpx, &folder, &own, judge, &mut cache, &mut cells)?;
                    tables.push(KindTable { name: own, rows });
                    if gpx.has_more {
                        notes.push(format!(
                            "{name}: authors, links, descriptions and extensions do not leave"
                        ));
                    }
                    if gpx.without_zone > 0 {
                        notes.push(format!("{name}: times without a zone were read as UTC"));
                    }
                }
                TrackFile::Movebank(events) => {
                    number_of_events += 1;
                    let own = super::super::numbered("events", number_of_events) + ".csv";
                    let rows = self.events(events, &folder, &own, judge, &mut cache, &mut cells)?;
                    tables.push(KindTable { name: own, rows });
                }
            }
        }
        for (number, table) in (1..).zip(self.references) {
            let own = super::super::numbered("reference-data", number) + ".csv";
            let rows = self.reference(table, &folder, &own, &mut cells)?;
            tables.push(KindTable { name: own, rows });
        }
        if cells.untrue > 0 {
            return Err(ShareError::Untrue { rows: cells.untrue });
        }
        if !cells.told.is_empty() {
            let mut out =
                TableOut::begin(&folder, "cells.csv", HEADINGS.iter().copied()).map_err(writing)?;
            for row in &cells.told {
                out.count.added += 1;
                out.protected(row.iter().map(String::as_str), false);
            }
            tables.push(KindTable {
                name: "cells.csv".to_owned(),
                rows: out.finish().map_err(writing)?,
            });
        }
        written.rejects.extend(self.rejects.iter().cloned());
        for verdict in self.individuals.values().filter_map(|one| one.verdict.as_ref()) {
            written.met(verdict, verdict.decision.place != PlaceTold::Withheld);
        }
        written.summaries.push(KindSummary {
            kind: KIND,
            input: self.files.iter().map(name_of).collect::<Vec<_>>().join(", "),
            folder: folder.name.clone(),
            tables,
            withheld: cells.withheld,
            notes,
            cells: cells.map.all(),
        });
        Ok(())
    }

    fn events(
        &self,
        events: &EventTable,
        folder: &Folder,
        name: &str,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
        cells: &mut Cells,
    ) -> Result<RowCount, ShareError> {
        let headings = events.table.columns.iter().map(|column| column.heading.as_str());
        let mut out = TableOut::begin(folder, name, headings).map_err(ShareError::writing)?;
        events.table.texts().each(|row| {
            out.count.read += 1;
            match events.read(row) {
                Some(Met::Unfit(_)) => out.count.rejected += 1,
                // A row without a place, such as one of another sensor: it goes with its individual.
                None => {
                    let (individual, tag) = events.identifiers();
                    let id = match row.cell(individual) {
                        "" => row.cell(tag),
                        id => id,
                    };
                    if self.is_protected(id) {
                        cells.withhold("rows without a place of protected individuals");
                        out.count.withheld += 1;
                    } else {
                        out.open(row.cells.iter().map(String::as_str))
                            .map_err(ShareError::writing)?;
                    }
                }
                Some(Met::Fix(fix)) => match self.fate(&fix, judge, cache, cells) {
                    Fate::Gone => out.count.withheld += 1,
                    Fate::Open => out
                        .open(row.cells.iter().map(String::as_str))
                        .map_err(ShareError::writing)?,
                },
            }
            Ok::<(), ShareError>(())
        })?;
        out.finish().map_err(ShareError::writing)
    }

    #[expect(clippy::too_many_arguments, reason = "two of them are what is found on the way")]
    fn gpx(
        &self,
        name: &str,
        gpx: &Gpx,
        folder: &Folder,
        own: &str,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
        cells: &mut Cells,
    ) -> Result<RowCount, ShareError> {
        let mut count = RowCount { rejected: gpx.unfit.len() as u64, ..RowCount::default() };
        count.read = gpx.points().count() as u64 + count.rejected;
        let mut left = Gpx::default();
        let mut keep = |point: &reedbed_formats::track::GpxPoint, cells: &mut Cells| {
            if judge.mentions.are_in(point.name.as_bytes()) {
                cells.withhold("a waypoint names a protected taxon");
                return false;
            }
            matches!(self.fate(&fix_of(name, point), judge, cache, cells), Fate::Open)
        };
        for point in &gpx.waypoints {
            left.waypoints.extend(keep(point, cells).then(|| point.clone()));
        }
        for (lines, out) in [(&gpx.routes, &mut left.routes), (&gpx.tracks, &mut left.tracks)] {
            for line in lines {
                if judge.mentions.are_in(line.name.as_bytes()) {
                    for _ in line.segments.iter().flatten() {
                        cells.withhold("the name of a track names a protected taxon");
                    }
                    continue;
                }
                let mut kept = GpxTrack { name: line.name.clone(), segments: Vec::new() };
                for segment in &line.segments {
                    let points = segment.iter().filter(|point| keep(point, cells));
                    let points: Vec<_> = points.cloned().collect();
                    if !points.is_empty() {
                        kept.segments.push(points);
                    }
                }
                if !kept.segments.is_empty() {
                    out.push(kept);
                }
            }
        }
        count.written = left.points().count() as u64;
        count.withheld = count.read - count.rejected - count.written;
        if count.written > 0 {
            let mut file = folder.create(own).map_err(ShareError::writing)?;
            write_gpx(&mut file, &left).map_err(ShareError::writing)?;
            std::io::Write::flush(&mut file).map_err(ShareError::writing)?;
        }
        Ok(count)
    }

    fn reference(
        &self,
        reference: &ReferenceTable,
        folder: &Folder,
        name: &str,
        cells: &mut Cells,
    ) -> Result<RowCount, ShareError> {
        let headings = reference.table.columns.iter().map(|column| column.heading.as_str());
        let mut out = TableOut::begin(folder, name, headings).map_err(ShareError::writing)?;
        reference.table.texts().each(|row| {
            out.count.read += 1;
            match reference.read(row) {
                Err(_) => out.count.rejected += 1,
                Ok(animal) if self.is_protected(&animal.id) || self.is_protected(&animal.tag) => {
                    cells.withhold("what is known of protected individuals");
                    out.count.withheld += 1;
                }
                Ok(_) => {
                    out.open(row.cells.iter().map(String::as_str)).map_err(ShareError::writing)?;
                }
            }
            Ok::<(), ShareError>(())
        })?;
        out.finish().map_err(ShareError::writing)
    }

    fn is_protected(&self, id: &str) -> bool {
        self.individuals.get(id).is_some_and(|individual| individual.verdict.is_some())
    }

    fn fate(
        &self,
        fix: &Fix<'_>,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
        cells: &mut Cells,
    ) -> Fate {
        let Some(individual) = self.individuals.get(fix.individual) else { return Fate::Gone };
        if self.has_rules_of_time
            && let Some(verdict) = self.of_fix(fix, individual, judge, cache)
            && is_of_time_alone(&verdict, judge)
        {
            cells.withhold("fixes of a time that rules withhold");
            return Fate::Gone;
        }
        let Some(verdict) = &individual.verdict else { return Fate::Open };
        if verdict.decision.place == PlaceTold::Withheld {
            cells.withhold("fixes of individuals that rules withhold");
            return Fate::Gone;
        }
        let stated = Stated {
            point: fix.point,
            uncertainty_m: fix.uncertainty_m,
            shift_m: 0.0,
            has_datum: true,
            precision: None,
            edges: None,
        };
        let Ok(told) = ToldPlace::tell(Some(stated), &verdict.decision, judge.pseudonyms) else {
            cells.untrue += 1;
            return Fate::Gone;
        };
        let Some(region) = told.region() else {
            cells.withhold("fixes whose place cannot be told");
            return Fate::Gone;
        };
        cells.withhold("fixes that are told as cells and periods");
        self.tell(fix, individual, &told, &region, judge, cells);
        Fate::Gone
    }

    fn tell(
        &self,
        fix: &Fix<'_>,
        individual: &Individual,
        told: &ToldPlace,
        region: &Region,
        judge: &Judge<'_>,
        cells: &mut Cells,
    ) {
        let Some(verdict) = &individual.verdict else { return };
        let decision = &verdict.decision;
        let day = fix.time.and_then(|time| time.day());
        let period = day.and_then(|day| Period::new(day, day));
        // A cell has a period of whole days at least, even where a rule lets times leave.
        let precision = decision.period.unwrap_or(Precision::Day);
        let period = period.filter(|_| precision != Precision::None);
        let period = period.map(|period| period.generalise(precision));
        let animal = self.animals.of(fix.individual);
        let place = |term: &str| told.value(term).unwrap_or_default();
        let taxon = match fix.taxon {
            "" => animal.map_or("", |animal| &animal.taxon),
            taxon => taxon,
        };
        let row = vec![
            judge.pseudonyms.of("individual", fix.individual),
            taxon.to_owned(),
            animal.map_or_else(String::new, |animal| animal.life_stage.clone()),
            animal.map_or_else(String::new, |animal| animal.sex.clone()),
            period.map_or_else(String::new, Period::iso_interval),
            place("decimalLatitude"),
            place("decimalLongitude"),
            place("geodeticDatum"),
            // What a fix adds to its cell would tell the fix: the widest that any may have counts.
            widest(region, individual.largest_m),
            place("footprintWKT"),
            "MachineObservation".to_owned(),
            statement::generalised(told.told(), decision.period),
            format!("{}{}.", statement::REASON, verdict.reasons),
        ];
        if cells.told.insert(row) {
            cells.map.count(KIND, region, decision.category);
        }
    }
}

/// The uncertainty of a cell whatever fix is in it: its circle and the largest error of any fix of the
/// individual, on the ladder.
fn widest(region: &Region, largest_m: f64) -> String {
    uncertainty::metres(uncertainty::ladder_m(region.radius_m() + largest_m.max(FIX_M)))
}

fn name_of(file: &TrackFile) -> &str {
    match file {
        TrackFile::Gpx(name, _) => name,
        TrackFile::Movebank(events) => &events.table.name,
    }
}

/// Darwin Core terms of `cells.csv`.
const HEADINGS: &[&str] = &[
    "organismID",
    "scientificName",
    "lifeStage",
    "sex",
    "eventDate",
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "coordinateUncertaintyInMeters",
    "footprintWKT",
    "basisOfRecord",
    "dataGeneralizations",
    "informationWithheld",
];
/// Units: metres.
const FIX_M: f64 = 100.0;

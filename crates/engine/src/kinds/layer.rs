//! Layers: features leave as they are, or as the cells that they lie in.
//!
//! A feature meets rules by its taxon, where a property is called so, by its place and its date. One
//! that names a protected taxon in any other text does not leave: a layer of its habitat is a map to
//! it. What lies beside a protected place of another kind takes its verdict, unless it is so large that
//! it tells nothing of it; so does what touches a protected feature.

mod tiles;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use reedbed_core::decide::PlaceTold;
use reedbed_core::grid::{Lattice, Region, decimal};
use reedbed_core::period::{Period, PeriodRead};
use reedbed_core::place::{Nano, Point};
use reedbed_core::taxon::TaxonFacts;
use reedbed_core::term;
use reedbed_formats::collection::{Collection, LayerFile};
use reedbed_formats::error::FormatError;
use reedbed_formats::layer::{
    Bounds, Feature, Geometry, Property, PropertyType, Value, WriteError, write_geojson,
};

use super::cells::MapCells;
use super::output::Folder;
use super::{KindSummary, KindTable, KindsWritten, Thing, ThingCache, Zone, Zones, numbered};
use crate::judge::Judge;
use crate::place::{Stated, ToldPlace};
use crate::share::ShareError;
use crate::statement;
use crate::tally::{Reject, RowCount};
use crate::verdict::{Verdict, stricter};

/// All layers, surveyed.
pub(super) struct Layers<'a> {
    layers: Vec<Surveyed<'a>>,
}

struct Surveyed<'a> {
    file: &'a LayerFile,
    columns: Columns,
    /// By number of the feature, from 0: what follows, and where it is.
    features: Vec<Found>,
    /// Why the layer is read no further.
    fault: Option<Reject>,
}

#[derive(Default)]
struct Found {
    verdict: Option<Arc<Verdict>>,
    /// The middle of its box and a radius that holds it.
    circle: Option<(Point, f64)>,
    names_taxon: bool,
    /// Whether it touches one that does not leave for its text: its edge would show that one.
    touches_named: bool,
}

/// What its properties are.
struct Columns {
    names: Vec<usize>,
    dates: Vec<usize>,
}

impl Columns {
    fn of(properties: &[Property]) -> Self {
        let with = |names: &[&str]| -> Vec<usize> {
            let is_it = |property: &Property| {
                term::find(&property.name).is_some_and(|term| names.contains(&term.name))
            };
            (0..).zip(properties).filter(|(_, p)| is_it(p)).map(|(at, _)| at).collect()
        };
        Self { names: with(TaxonFacts::TERMS), dates: with(&["eventDate"]) }
    }
}

impl<'a> Layers<'a> {
    pub(super) fn none() -> Self {
        Self { layers: Vec::new() }
    }

    /// Reads all features once.
    pub(super) fn survey(
        collection: &'a Collection,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let mut cache = ThingCache::default();
        let mut layers = Vec::new();
        for file in &collection.layers {
            let columns = Columns::of(file.layer.properties());
            let mut surveyed = Surveyed { file, columns, features: Vec::new(), fault: None };
            for feature in file.layer.features()? {
                match feature {
                    Ok(feature) => {
                        let found = surveyed.columns.decide(&feature, judge, &mut cache);
                        surveyed.features.push(found);
                    }
                    Err(FormatError::Feature { feature, reason, .. }) => {
                        surveyed.fault = Some(Reject {
                            file: file.name.clone(),
                            line: feature,
                            column: "geometry".to_owned(),
                            reason: format!("{reason}; the layer is read no further"),
                        });
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            layers.push(surveyed);
        }
        Ok(Self { layers })
    }

    pub(super) fn zones(&self, zones: &mut Zones) {
        for found in self.layers.iter().flat_map(|layer| &layer.features) {
            if let (Some(verdict), Some((point, radius_m))) = (&found.verdict, found.circle)
                && radius_m <= SMALL_M
            {
                zones.add(Zone { point, radius_m, verdict: Arc::clone(verdict) });
            }
        }
    }

    /// Takes the verdicts of protected places beside, and of protected features that are touched.
    pub(super) fn close(&mut self, zones: &Zones, judge: &Judge<'_>) -> Result<(), ShareError> {
        for found in self.layers.iter_mut().flat_map(|layer| &mut layer.features) {
            if let Some((point, radius_m)) =
                found.circle.filter(|(_, radius_m)| *radius_m <= SMALL_M)
            {
                let beside = zones.beside(point, radius_m);
                found.verdict = stricter(found.verdict.as_ref(), beside.as_ref());
            }
        }
        self.layers.iter_mut().try_for_each(|layer| layer.close_tiles(judge))
    }

    /// Withholds features that are named; says whether that changes anything.
    pub(super) fn withhold(&mut self, is_named: &dyn Fn(&str, &str) -> bool) -> bool {
        let mut is_changed = false;
        for layer in &mut self.layers {
            for (number, found) in layer.features.iter_mut().enumerate() {
                let id = own_id(&layer.file.name, number);
                if let Some(verdict) = found.verdict.as_mut().filter(|_| is_named("feature", &id)) {
                    is_changed |= !verdict.decision.is_withheld();
                    *verdict = Arc::new(verdict.withheld());
                }
            }
        }
        is_changed
    }

    /// Writes each layer as GeoJSON into one folder.
    pub(super) fn write(
        &self,
        package: Option<&Path>,
        judge: &Judge<'_>,
        written: &mut KindsWritten,
    ) -> Result<(), ShareError> {
        if self.layers.is_empty() {
            return Ok(());
        }
        let folder = Folder::begin(package, "layer").map_err(ShareError::writing)?;
        for (number, layer) in (1..).zip(&self.layers) {
            // PRIVACY: a layer is called by its number; its own name could name a place.
            let name = numbered("layer", number) + ".geojson";
            written.summaries.push(layer.write(&folder, &name, judge)?);
            written.rejects.extend(layer.fault.clone());
            for found in &layer.features {
                if let Some(verdict) = &found.verdict {
                    written.met(verdict, verdict.decision.place != PlaceTold::Withheld);
                }
            }
        }
        Ok(())
    }
}

impl Surveyed<'_> {
    fn write(
        &self,
        folder: &Folder,
        name: &str,
        judge: &Judge<'_>,
    ) -> Result<KindSummary, ShareError> {
        let mut summary = KindSummary {
            kind: KIND,
            input: self.file.name.clone(),
            folder: folder.name.clone(),
            notes: self.file.layer.notes().to_vec(),
            ..KindSummary::default()
        };
        let mut rows =
            RowCount { rejected: u64::from(self.fault.is_some()), ..RowCount::default() };
        rows.read = self.features.len() as u64 + rows.rejected;
        let mut cells = MapCells::default();
        let mut protected: Vec<(String, Feature)> = Vec::new();
        let mut properties = self.file.layer.properties().to_vec();
        properties
            .extend(SAID.map(|name| Property { name: name.to_owned(), kind: PropertyType::Text }));
        let mut out = folder.create(name).map_err(ShareError::writing)?;
        let mut open: Vec<Feature> = Vec::new();
        for (number, (feature, found)) in
            self.file.layer.features()?.zip(&self.features).enumerate()
        {
            let feature = feature?;
            let Some(verdict) = &found.verdict else {
                let reason = match (found.names_taxon, found.touches_named) {
                    (true, _) => Some(NAMES_TAXON),
                    (false, true) => Some(TOUCHES_NAMED),
                    (false, false) => None,
                };
                if let Some(reason) = reason {
                    rows.withheld += 1;
                    *summary.withheld.entry(reason.to_owned()).or_default() += 1;
                    continue;
                }
                rows.written += 1;
                let mut feature = feature;
                feature.properties.extend(SAID.map(|_| Value::Null));
                open.push(feature);
                continue;
            };
            match self.told(&feature, number, verdict, judge)? {
                None => {
                    rows.withheld += 1;
                    let reason = "features that rules withhold".to_owned();
                    *summary.withheld.entry(reason).or_default() += 1;
                }
                Some((feature, region)) => {
                    rows.written += 1;
                    rows.protected += u64::from(!verdict.is_shared());
                    rows.shared += u64::from(verdict.is_shared());
                    cells.count(KIND, &region, verdict.decision.category);
                    let key = feature.geometry.as_ref().map(Geometry::to_wkt).unwrap_or_default();
                    protected.push((key + feature.id.as_deref().unwrap_or_default(), feature));
                }
            }
        }
        protected.sort_by(|(a, _), (b, _)| a.cmp(b));
        let all = open.into_iter().chain(protected.into_iter().map(|(_, feature)| feature));
        let done =
            write_geojson(&mut out, &properties, all.map(Ok)).map_err(|error| match error {
                WriteError::Read(error) => ShareError::Input(error),
                WriteError::Write { cause } => ShareError::Writing(cause),
                other => ShareError::Writing(std::io::Error::other(other)),
            })?;
        done.flush().map_err(ShareError::writing)?;
        summary.cells = cells.all();
        summary.tables.push(KindTable { name: name.to_owned(), rows });
        Ok(summary)
    }

    /// A protected feature as the cells that its box lies in; nothing where it does not leave.
    fn told(
        &self,
        feature: &Feature,
        number: usize,
        verdict: &Verdict,
        judge: &Judge<'_>,
    ) -> Result<Option<(Feature, Region)>, ShareError> {
        if verdict.decision.place == PlaceTold::Withheld {
            return Ok(None);
        }
        let bounds = feature.geometry.as_ref().and_then(Geometry::bounds);
        let Some(bounds) = bounds else { return Ok(None) };
        let Some(region) = covering(bounds, feature.moved_m, verdict, judge)? else {
            return Ok(None);
        };
        let Ok(geometry) = Geometry::from_wkt(&region.wkt()) else { return Ok(None) };
        let mut properties: Vec<Value> = vec![Value::Null; feature.properties.len()];
        for name in &self.columns.names {
            if let (Some(own), Some(held)) =
                (properties.get_mut(*name), feature.properties.get(*name))
                && let Value::Text(text) = held
                && judge.knows_name(text)
            {
                *own = Value::Text(text.clone());
            }
        }
        properties.push(Value::Text(said(verdict.decision.place)));
        properties.push(Value::Text(format!("{}{}.", statement::REASON, verdict.reasons)));
        let id = judge.pseudonyms.of("feature", &own_id(&self.file.name, number));
        let told = Feature { id: Some(id), properties, geometry: Some(geometry), moved_m: 0.0 };
        Ok(Some((told, region)))
    }
}

impl Columns {
    fn decide(&self, feature: &Feature, judge: &Judge<'_>, cache: &mut ThingCache) -> Found {
        let text = |at: &usize| match feature.properties.get(*at) {
            Some(Value::Text(text)) => text.trim(),
            _ => "",
        };
        let name = self.names.iter().map(text).find(|text| !text.is_empty()).unwrap_or("");
        let bounds = feature.geometry.as_ref().and_then(Geometry::bounds);
        let circle = bounds.map(|bounds| circle_of(bounds, feature.moved_m));
        let circles: Vec<(Point, f64)> = circle.into_iter().collect();
        let mut period = None;
        for at in &self.dates {
            let read = match feature.properties.get(*at) {
                Some(Value::Date(day)) => Period::new(*day, *day),
                Some(Value::Text(text) | Value::DateTime(text)) => match Period::parse(text) {
                    PeriodRead::Known(period) => Some(period),
                    _ => None,
                },
                _ => None,
            };
            period = period.or(read);
        }
        let thing = Thing {
            // A layer without a column for taxa is about none.
            taxon: (!self.names.is_empty()).then_some(name),
            circles: &circles,
            period,
            ..Thing::of(KIND)
        };
        let names_taxon = feature.properties.iter().enumerate().any(|(at, value)| {
            !self.names.contains(&at)
                && matches!(value, Value::Text(text) | Value::Json(text)
                    if judge.mentions.are_in(text.as_bytes()))
        });
        Found { verdict: judge.thing(&thing, cache), circle, names_taxon, touches_named: false }
    }
}

/// The cells of both corners of a box, and all between them.
fn covering(
    bounds: Bounds,
    moved_m: f64,
    verdict: &Verdict,
    judge: &Judge<'_>,
) -> Result<Option<Region>, ShareError> {
    let mut hull: Option<Region> = None;
    let corners = [
        (bounds.south, bounds.west),
        (bounds.south, bounds.east),
        (bounds.north, bounds.west),
        (bounds.north, bounds.east),
    ];
    for (lat, lon) in corners {
        let Some(point) = Point::new(lat, lon) else { return Ok(None) };
        let stated = Stated {
            point,
            uncertainty_m: Some(moved_m),
            shift_m: 0.0,
            has_datum: true,
            precision: None,
            edges: None,
        };
        let told = ToldPlace::tell(Some(stated), &verdict.decision, judge.pseudonyms)
            .map_err(|_untrue| ShareError::Untrue { rows: 1 })?;
        let Some(region) = told.region() else { return Ok(None) };
        hull = match hull {
            None => Some(region),
            Some(hull) => both(hull, region),
        };
        if hull.is_none() {
            return Ok(None);
        }
    }
    Ok(hull)
}

/// The box round two regions; nothing across the antimeridian.
fn both(a: Region, b: Region) -> Option<Region> {
    let south = a.south().min(b.south());
    let north = a.north().max(b.north());
    let west = a.west().min(b.west());
    let east = a.east().max(b.east());
    Region::of(south, west, Nano(north.0 - south.0), Nano(east.0 - west.0))
}

fn circle_of(bounds: Bounds, moved_m: f64) -> (Point, f64) {
    let middle = |a: Nano, b: Nano| Nano(a.0 + (b.0 - a.0) / 2);
    let centre =
        Point::clamped(middle(bounds.south, bounds.north), middle(bounds.west, bounds.east));
    let corners = [
        (bounds.south, bounds.west),
        (bounds.south, bounds.east),
        (bounds.north, bounds.west),
        (bounds.north, bounds.east),
    ];
    let radius_m = corners
        .into_iter()
        .filter_map(|(lat, lon)| Point::new(lat, lon))
        .map(|corner| centre.distance_bound_m(corner))
        .fold(0.0, f64::max);
    (centre, radius_m + moved_m)
}

/// What was done, in a sentence.
fn said(place: PlaceTold) -> String {
    match place {
        PlaceTold::Cell { lattice: Lattice::Degrees { width } } => {
            let width = decimal(width.nano());
            format!(
                "Place generalised to the cells of the {width}° × {width}° grid that its box lies in."
            )
        }
        PlaceTold::Cell { lattice: Lattice::Metres { width_m } } => {
            format!("Place generalised to the cells of the {width_m} m grid that its box lies in.")
        }
        _ => "Place generalised to a box round it.".to_owned(),
    }
}

/// What tells features of all layers apart.
fn own_id(file: &str, number: usize) -> String {
    format!("{file}\u{1f}{number}")
}

const KIND: &str = "layer";
const SAID: [&str; 2] = ["dataGeneralizations", "informationWithheld"];
const NAMES_TAXON: &str = "features that name a protected taxon in a text";
const TOUCHES_NAMED: &str = "features that touch one that names a protected taxon in a text";
/// What is larger tells nothing of a place in it.
///
/// Units: metres.
const SMALL_M: f64 = 1_000.0;

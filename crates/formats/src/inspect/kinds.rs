//! Looks through data of other kinds than records, for people.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::camera::CameraPackage;
use crate::collection::{Collection, LayerFile, TrackFile};
use crate::error::FormatError;
use crate::layer::Geometry;
use crate::limits::Limits;
use crate::table::Table;
use crate::track::{Instant, Met};
use crate::weather::WeatherMet;

/// What one input of another kind is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindInspected {
    /// The input.
    pub name: String,
    /// What it is, in words.
    pub kind: &'static str,
    /// What is in it: a word and a number each.
    pub counts: Vec<(&'static str, u64)>,
    /// South, west, north, east of its places, in degrees.
    pub bounds: Option<[f64; 4]>,
    /// The first and the last day.
    pub days: Option<(String, String)>,
    /// What metadata tell, by name.
    pub told: Vec<(String, String)>,
}

/// Looks through all of them.
///
/// Errors: [`FormatError`] where one breaks off.
pub fn inspect_kinds(collection: &Collection) -> Result<Vec<KindInspected>, FormatError> {
    let mut found = Vec::new();
    for package in &collection.cameras {
        found.push(camera(package)?);
    }
    for file in &collection.tracks {
        found.push(track(file)?);
    }
    for reference in &collection.references {
        let (animals, unfit) = reference.animals()?;
        found.push(KindInspected {
            name: reference.table.name.clone(),
            kind: "reference data of a Movebank study",
            counts: vec![
                ("animals", animals.len() as u64),
                ("rows that cannot be used", unfit.len() as u64),
            ],
            bounds: None,
            days: None,
            told: Vec::new(),
        });
    }
    for table in &collection.stations {
        let mut scope = Scope::default();
        for point in table.stations.iter().filter_map(|station| station.point) {
            scope.widen(point.lat().degrees(), point.lon().degrees());
        }
        found.push(KindInspected {
            name: table.name.clone(),
            kind: "weather stations",
            counts: vec![
                ("stations", table.stations.len() as u64),
                ("rows that cannot be used", table.unfit.len() as u64),
            ],
            bounds: scope.bounds,
            days: None,
            told: Vec::new(),
        });
    }
    for file in &collection.weather {
        let (mut values, mut unfit, mut scope) = (0, 0, Scope::default());
        let (mut stations, mut quantities) = (BTreeSet::new(), BTreeSet::new());
        file.each(|met| {
            match met {
                WeatherMet::Unfit(_) => unfit += 1,
                WeatherMet::Value(value) => {
                    values += 1;
                    if !stations.contains(&value.station) {
                        stations.insert(value.station.clone());
                    }
                    if !quantities.contains(&value.quantity) {
                        quantities.insert(value.quantity.clone());
                    }
                    scope.day(value.time.get(..10).unwrap_or_default());
                }
            }
            Ok::<(), FormatError>(())
        })?;
        found.push(KindInspected {
            name: file.name.clone(),
            kind: "values of weather stations",
            counts: vec![
                ("values", values),
                ("stations", stations.len() as u64),
                ("quantities", quantities.len() as u64),
                ("values that cannot be used", unfit),
            ],
            bounds: None,
            days: scope.days,
            told: Vec::new(),
        });
    }
    for file in &collection.layers {
        found.push(layer(file));
    }
    for photo in &collection.photos {
        let seen = crate::image::seen(&photo.read(&Limits::default())?);
        let mut scope = Scope::default();
        if let Some(point) = seen.point {
            scope.widen(point.lat().degrees(), point.lon().degrees());
        }
        scope.time(seen.time);
        found.push(KindInspected {
            name: photo.name.clone(),
            kind: "photo",
            counts: vec![("things that its metadata tell", seen.told.len() as u64)],
            bounds: scope.bounds,
            days: scope.days,
            told: seen.told,
        });
    }
    for document in &collection.documents {
        found.push(KindInspected {
            name: document.name.clone(),
            kind: "document",
            counts: vec![("things that its metadata tell", document.metadata.len() as u64)],
            bounds: None,
            days: None,
            told: document.metadata.clone(),
        });
    }
    Ok(found)
}

fn layer(file: &LayerFile) -> KindInspected {
    let (mut features, mut without, mut unfit, mut scope) = (0, 0, 0, Scope::default());
    // A system that cannot be converted is told when the layer is shared.
    for feature in file.layer.features().into_iter().flatten() {
        match feature {
            Err(_) => unfit += 1,
            Ok(feature) => {
                features += 1;
                match feature.geometry.as_ref().and_then(Geometry::bounds) {
                    None => without += 1,
                    Some(bounds) => {
                        scope.widen(bounds.south.degrees(), bounds.west.degrees());
                        scope.widen(bounds.north.degrees(), bounds.east.degrees());
                    }
                }
            }
        }
    }
    KindInspected {
        name: file.name.clone(),
        kind: "layer",
        counts: vec![
            ("features", features),
            ("properties", file.layer.properties().len() as u64),
            ("features without a place", without),
            ("features that cannot be used", unfit),
        ],
        bounds: scope.bounds,
        days: None,
        told: Vec::new(),
    }
}

fn camera(package: &CameraPackage) -> Result<KindInspected, FormatError> {
    let count = |table: &Table| {
        let mut rows = 0;
        table.texts().each(|_| {
            rows += 1;
            Ok::<(), FormatError>(())
        })?;
        Ok::<u64, FormatError>(rows)
    };
    let mut scope = Scope::default();
    let deployments = &package.deployments;
    let [lat, lon, start] =
        ["latitude", "longitude", "deploymentStart"].map(|heading| deployments.headed(heading));
    deployments.texts().each(|row| {
        if let (Ok(lat), Ok(lon)) = (row.cell(lat).parse(), row.cell(lon).parse()) {
            scope.widen(lat, lon);
        }
        scope.time(crate::track::instant(row.cell(start)));
        Ok::<(), FormatError>(())
    })?;
    Ok(KindInspected {
        name: package.name.clone(),
        kind: "camera trap package (Camtrap DP)",
        counts: vec![
            ("deployments", count(deployments)?),
            ("media", count(&package.media)?),
            ("observations", count(&package.observations)?),
        ],
        bounds: scope.bounds,
        days: scope.days,
        told: Vec::new(),
    })
}

fn track(file: &TrackFile) -> Result<KindInspected, FormatError> {
    let mut scope = Scope::default();
    match file {
        TrackFile::Gpx(name, gpx) => {
            for point in gpx.points() {
                scope.widen(point.point.lat().degrees(), point.point.lon().degrees());
                scope.time(point.time);
            }
            Ok(KindInspected {
                name: name.clone(),
                kind: "tracks (GPX)",
                counts: vec![
                    ("waypoints", gpx.waypoints.len() as u64),
                    ("routes", gpx.routes.len() as u64),
                    ("tracks", gpx.tracks.len() as u64),
                    ("points", gpx.points().count() as u64),
                    ("points that cannot be used", gpx.unfit.len() as u64),
                ],
                bounds: scope.bounds,
                days: scope.days,
                told: Vec::new(),
            })
        }
        TrackFile::Movebank(events) => {
            let (mut fixes, mut unfit, mut others) = (0, 0, 0);
            let mut individuals = BTreeSet::new();
            events.table.texts().each(|row| {
                match events.read(row) {
                    None => others += 1,
                    Some(Met::Unfit(_)) => unfit += 1,
                    Some(Met::Fix(fix)) => {
                        fixes += 1;
                        scope.widen(fix.point.lat().degrees(), fix.point.lon().degrees());
                        scope.time(fix.time);
                        if !individuals.contains(fix.individual) {
                            individuals.insert(fix.individual.to_owned());
                        }
                    }
                }
                Ok::<(), FormatError>(())
            })?;
            Ok(KindInspected {
                name: events.table.name.clone(),
                kind: "fixes of animals (Movebank)",
                counts: vec![
                    ("fixes", fixes),
                    ("individuals", individuals.len() as u64),
                    ("rows without a place", others),
                    ("rows that cannot be used", unfit),
                ],
                bounds: scope.bounds,
                days: scope.days,
                told: Vec::new(),
            })
        }
    }
}

/// From where to where, and from when to when.
#[derive(Default)]
struct Scope {
    bounds: Option<[f64; 4]>,
    days: Option<(String, String)>,
}

impl Scope {
    fn widen(&mut self, lat: f64, lon: f64) {
        let [south, west, north, east] = self.bounds.unwrap_or([lat, lon, lat, lon]);
        self.bounds = Some([south.min(lat), west.min(lon), north.max(lat), east.max(lon)]);
    }

    fn time(&mut self, time: Option<Instant>) {
        if let Some(day) = time.and_then(Instant::day) {
            self.day(&day.to_string());
        }
    }

    fn day(&mut self, day: &str) {
        match &mut self.days {
            None => self.days = Some((day.to_owned(), day.to_owned())),
            Some((first, last)) => {
                if day < first.as_str() {
                    day.clone_into(first);
                }
                if day > last.as_str() {
                    day.clone_into(last);
                }
            }
        }
    }
}

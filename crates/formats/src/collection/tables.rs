//! All kinds of data as tables of one dataset, their columns by Darwin Core term: how an attacker
//! reads them, who asks of everything where and when it was.

use reedbed_core::grid::decimal;
use reedbed_core::place::{Nano, Point};
use reedbed_core::taxon::TaxonFacts;
use reedbed_core::term;

use super::{Collection, LayerFile, PhotoFile, TrackFile};
use crate::boundary::layers::add_outlines;
use crate::camera::CameraPackage;
use crate::dataset::{Dataset, OpenOptions, open_table};
use crate::error::FormatError;
use crate::image::{self, Seen};
use crate::layer::{Geometry, Property, Value};
use crate::limits::Limits;
use crate::patch;
use crate::source::{Source, Text};
use crate::table::{Dialect, RowKind, Table, Terminator};
use crate::track::Gpx;
use crate::weather::Station;

impl Collection {
    /// All tables as one dataset; values of weather stations have no place and are left out.
    ///
    /// Errors: [`FormatError`] where a table that is made cannot be read, which does not happen.
    pub fn into_dataset(self, limits: &Limits) -> Result<Dataset, FormatError> {
        let mut dataset = self.records;
        let tables = &mut dataset.tables;
        for mut camera in self.cameras {
            let seen = of_images(&camera, limits)?;
            for table in [&mut camera.deployments, &mut camera.observations, &mut camera.media] {
                table.rename(&format!("{}/{}", camera.name, table.name));
            }
            tables.push(told(camera.deployments, CAMERA, RowKind::Event, DEPLOYMENTS));
            tables.push(told(camera.observations, CAMERA, RowKind::Occurrence, OBSERVATIONS));
            tables.push(told(camera.media, CAMERA, RowKind::Multimedia, MEDIA));
            tables.extend(seen);
        }
        for file in self.tracks {
            tables.push(match file {
                TrackFile::Movebank(events) => {
                    told(events.table, TRACK, RowKind::Occurrence, EVENTS)
                }
                TrackFile::Gpx(name, gpx) => of_gpx(&name, &gpx, limits)?,
            });
        }
        for reference in self.references {
            tables.push(told(reference.table, TRACK, RowKind::Occurrence, REFERENCE));
        }
        let stations = self.stations.iter().flat_map(|table| &table.stations);
        let described: Vec<Station> =
            self.weather.iter().flat_map(|file| file.stations()).collect();
        let all: Vec<&Station> = stations.chain(&described).collect();
        if !all.is_empty() {
            tables.push(of_stations(&all, limits)?);
        }
        for layer in &self.layers {
            tables.push(of_layer(layer, limits)?);
            add_outlines(&mut dataset.outlines, &layer.layer)?;
        }
        tables.extend(of_photos(&self.photos, limits)?);
        let has_core = tables.iter().any(|table| table.is_core);
        if let Some(first) = tables.first_mut().filter(|_| !has_core) {
            first.is_core = true;
        }
        dataset.notes.extend(self.notes);
        Ok(dataset)
    }
}

/// A table with the terms of its columns, and nothing else.
fn told(
    mut table: Table,
    kind_of_data: &'static str,
    kind: RowKind,
    terms: &[(&str, &str)],
) -> Table {
    for column in &mut table.columns {
        let heading = column.heading.to_ascii_lowercase().replace(['.', '_'], "-");
        let known = terms.iter().find(|(name, _)| name.to_ascii_lowercase() == heading);
        column.term = known.and_then(|(_, term)| term::find(term));
    }
    let id = match kind {
        RowKind::Event => "eventID",
        _ => "occurrenceID",
    };
    table.id = table.column(id);
    table.kind = kind;
    table.kind_of_data = kind_of_data;
    table
}

/// What the metadata of a package's images tell, as records of their deployments; nothing where no
/// image tells a place.
fn of_images(camera: &CameraPackage, limits: &Limits) -> Result<Option<Table>, FormatError> {
    let media = &camera.media;
    let (Some(deployment), Some(path)) = (media.headed("deploymentID"), media.headed("filePath"))
    else {
        return Ok(None);
    };
    let mut images = Vec::new();
    media.texts().each(|row| {
        let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
        let (deployment, path) = (cell(deployment), cell(path));
        // An image that cannot be read tells nothing.
        if let Ok(Some(head)) = camera.head(path, limits) {
            images.push((deployment.to_owned(), path.to_owned(), image::seen(&head)));
        }
        Ok::<(), FormatError>(())
    })?;
    let name = format!("{}: metadata of images", camera.name);
    of_seen(&name, CAMERA, images, limits)
}

/// What the metadata of photos tell; nothing where none tells a place.
fn of_photos(photos: &[PhotoFile], limits: &Limits) -> Result<Option<Table>, FormatError> {
    let mut images = Vec::new();
    for photo in photos {
        let seen = image::seen(&photo.head(limits)?);
        images.push((String::new(), photo.name.clone(), seen));
    }
    of_seen("metadata of photos", PHOTO, images, limits)
}

fn of_seen(
    name: &str,
    kind_of_data: &'static str,
    images: Vec<(String, String, Seen)>,
    limits: &Limits,
) -> Result<Option<Table>, FormatError> {
    let mut text = Vec::new();
    let headings = ["occurrenceID", "eventID", "eventDate", "decimalLatitude", "decimalLongitude"];
    patch::write_values(&mut text, headings, CSV);
    let mut is_told = false;
    for (event, file, seen) in images {
        let Some(point) = seen.point else { continue };
        let time = seen.time.map(|time| time.utc()).unwrap_or_default();
        let (lat, lon) = (decimal(point.lat()), decimal(point.lon()));
        patch::write_values(&mut text, [file.as_str(), &event, &time, &lat, &lon], CSV);
        is_told = true;
    }
    if !is_told {
        return Ok(None);
    }
    let mut table = made(name, text, kind_of_data, limits)?;
    table.kind = RowKind::Occurrence;
    Ok(Some(table))
}

/// The points of a GPX file as rows.
fn of_gpx(name: &str, gpx: &Gpx, limits: &Limits) -> Result<Table, FormatError> {
    let mut text = Vec::new();
    let headings = ["locality", "eventDate", "decimalLatitude", "decimalLongitude", "organismID"];
    patch::write_values(&mut text, headings, CSV);
    for point in gpx.points() {
        let time = point.time.map(|time| time.utc()).unwrap_or_default();
        let (lat, lon) = (decimal(point.point.lat()), decimal(point.point.lon()));
        patch::write_values(&mut text, [point.name.as_str(), &time, &lat, &lon, name], CSV);
    }
    made(name, text, TRACK, limits)
}

/// The features of a layer as rows: the middle of each, a circle that holds it, its texts.
fn of_layer(file: &LayerFile, limits: &Limits) -> Result<Table, FormatError> {
    let mut text = Vec::new();
    let properties = file.layer.properties();
    // Only taxa and what was said of them are terms; others could be taken for places.
    let is_told = |property: &Property| {
        let term = term::find(&property.name).map_or("", |term| term.name);
        TaxonFacts::TERMS.contains(&term)
            || term.starts_with("dataGen")
            || term == "informationWithheld"
    };
    let told: Vec<usize> =
        (0..).zip(properties).filter(|(_, p)| is_told(p)).map(|(at, _)| at).collect();
    let has_names = told.iter().filter_map(|at| properties.get(*at)).any(|property| {
        term::find(&property.name).is_some_and(|term| TaxonFacts::TERMS.contains(&term.name))
    });
    let fixed = [
        "occurrenceID",
        "decimalLatitude",
        "decimalLongitude",
        "coordinateUncertaintyInMeters",
        "footprintWKT",
    ];
    let names = told.iter().filter_map(|at| properties.get(*at)).map(|p| p.name.as_str());
    patch::write_values(&mut text, fixed.into_iter().chain(names), CSV);
    for feature in file.layer.features()? {
        // A layer that breaks off is told by whoever shares it.
        let Ok(feature) = feature else { break };
        let Some(bounds) = feature.geometry.as_ref().and_then(Geometry::bounds) else { continue };
        let middle = |a: Nano, b: Nano| Nano(a.0 + (b.0 - a.0) / 2);
        let centre =
            Point::clamped(middle(bounds.south, bounds.north), middle(bounds.west, bounds.east));
        let corner = Point::clamped(bounds.south, bounds.west);
        let radius = format!("{:.0}", centre.distance_bound_m(corner).ceil());
        let wkt = feature.geometry.as_ref().map(Geometry::to_wkt).unwrap_or_default();
        // The outline of what is small is no cell; of a cell it is what counts.
        let outline = if wkt.len() <= LONGEST_OUTLINE { wkt } else { String::new() };
        let id = feature.id.clone().unwrap_or_default();
        let (lat, lon) = (decimal(centre.lat()), decimal(centre.lon()));
        let values = told.iter().map(|at| match feature.properties.get(*at) {
            Some(Value::Text(text)) => text.as_str(),
            _ => "",
        });
        let row = [id.as_str(), &lat, &lon, &radius, &outline].into_iter().chain(values);
        patch::write_values(&mut text, row, CSV);
    }
    let mut table = made(&file.name, text, LAYER, limits)?;
    if has_names {
        table.kind = RowKind::Occurrence;
    }
    Ok(table)
}

fn of_stations(stations: &[&Station], limits: &Limits) -> Result<Table, FormatError> {
    let mut text = Vec::new();
    let headings = [
        "locationID",
        "locality",
        "decimalLatitude",
        "decimalLongitude",
        "coordinateUncertaintyInMeters",
        "verbatimElevation",
    ];
    patch::write_values(&mut text, headings, CSV);
    for station in stations {
        let [lat, lon] = match station.point {
            Some(point) => [decimal(point.lat()), decimal(point.lon())],
            None => [String::new(), String::new()],
        };
        let uncertainty = station.uncertainty_m.map(|m| m.to_string()).unwrap_or_default();
        let row = [&station.id, &station.name, &lat, &lon, &uncertainty, &station.elevation];
        patch::write_values(&mut text, row.map(String::as_str), CSV);
    }
    made("stations", text, WEATHER, limits)
}

fn made(
    name: &str,
    text: Vec<u8>,
    kind_of_data: &'static str,
    limits: &Limits,
) -> Result<Table, FormatError> {
    let source = Source::Text(Text::new(text));
    // How it is written is known, and must not be guessed.
    let options = OpenOptions {
        delimiter: Some(CSV.delimiter),
        quote: Some(CSV.quote),
        escape: None,
        encoding: Some("utf-8".to_owned()),
        header: Some(true),
    };
    let mut table = open_table(name, &source, &options, limits, &mut Vec::new())?;
    // Rows that stand for no organism: places by themselves.
    table.kind = RowKind::Event;
    table.kind_of_data = kind_of_data;
    table.id = None;
    Ok(table)
}

const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };
const CAMERA: &str = "camera trap";
const TRACK: &str = "track";
const WEATHER: &str = "weather";
const LAYER: &str = "layer";
const PHOTO: &str = "photo";
/// Characters of an outline that may be a cell.
const LONGEST_OUTLINE: usize = 200;
const DEPLOYMENTS: &[(&str, &str)] = &[
    ("deploymentID", "eventID"),
    ("locationID", "locationID"),
    ("locationName", "locality"),
    ("latitude", "decimalLatitude"),
    ("longitude", "decimalLongitude"),
    ("coordinateUncertainty", "coordinateUncertaintyInMeters"),
    ("deploymentStart", "eventDate"),
    ("setupBy", "recordedBy"),
    ("habitat", "habitat"),
    ("deploymentComments", "eventRemarks"),
];
const OBSERVATIONS: &[(&str, &str)] = &[
    ("observationID", "occurrenceID"),
    ("deploymentID", "eventID"),
    ("eventStart", "eventDate"),
    ("scientificName", "scientificName"),
    ("individualID", "organismID"),
    ("count", "individualCount"),
    ("lifeStage", "lifeStage"),
    ("sex", "sex"),
    ("behavior", "behavior"),
    ("classifiedBy", "identifiedBy"),
    ("observationComments", "occurrenceRemarks"),
];
const MEDIA: &[(&str, &str)] =
    &[("deploymentID", "eventID"), ("filePath", "accessURI"), ("mediaComments", "description")];
const EVENTS: &[(&str, &str)] = &[
    ("event-id", "occurrenceID"),
    ("timestamp", "eventDate"),
    ("location-lat", "decimalLatitude"),
    ("location-long", "decimalLongitude"),
    ("location-error-numerical", "coordinateUncertaintyInMeters"),
    ("individual-local-identifier", "organismID"),
    ("individual-taxon-canonical-name", "scientificName"),
    ("event-comments", "occurrenceRemarks"),
];
const REFERENCE: &[(&str, &str)] = &[
    ("animal-id", "organismID"),
    ("animal-taxon", "scientificName"),
    ("deploy-on-date", "eventDate"),
    ("deploy-on-latitude", "decimalLatitude"),
    ("deploy-on-longitude", "decimalLongitude"),
    ("animal-life-stage", "lifeStage"),
    ("animal-sex", "sex"),
    ("animal-comments", "occurrenceRemarks"),
];

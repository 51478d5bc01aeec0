//! Boundary files: GeoJSON, GeoPackages and shapefiles in, named areas out.
//!
//! Of a feature only its names and its geometry are kept.

pub(crate) mod layers;
mod names;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use reedbed_core::area::{AreaSet, Shape};
use reedbed_core::place::Point;

use self::names::{Properties, Scalar};
use crate::dataset::Note;
use crate::error::FormatError;
use crate::geojson::{self, Coordinates, Fault, MOST_BYTES, Reference};
use crate::layer;

type Object = geojson::Object<Properties, Scalar>;

/// Why a boundary file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BoundaryError {
    /// The file is no JSON, or no GeoJSON.
    #[error("it is not GeoJSON: what is wrong stands in line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The file cannot be opened or read.
    #[error("it cannot be opened")]
    Open {
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A coordinate is not one of longitude and latitude.
    #[error(
        "feature {feature} has a coordinate beyond longitude ±180 or latitude ±90: boundaries must \
         be in degrees (WGS 84)"
    )]
    OutOfRange {
        /// Number of the feature in the file, from 1.
        feature: usize,
    },
    /// The file names another coordinate reference system.
    #[error(
        "it is in the coordinate reference system `{name}`: convert it to longitude and latitude \
         (WGS 84), the only one that GeoJSON knows"
    )]
    Reference {
        /// What the file says.
        name: String,
    },
    /// A GeoPackage or a shapefile cannot be read.
    #[error("its layers cannot be read")]
    Layer {
        /// Why.
        #[source]
        cause: FormatError,
    },
    /// A geometry does not have the coordinates of its type.
    #[error("feature {feature} has coordinates that do not fit its type")]
    Shape {
        /// Number of the feature in the file, from 1.
        feature: usize,
    },
    /// The file is larger than allowed.
    #[error("it has more than {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// Of what.
        unit: &'static str,
    },
    /// An object is of a type that GeoJSON does not have.
    #[error("it has an object of type `{name}`, which GeoJSON does not know")]
    Type {
        /// The type.
        name: String,
    },
}

/// Reads a boundary file and adds its features to a set of areas.
///
/// A feature is found by every name-like property ([`AreaSet::find`]); the only feature of a file
/// is also found by the name of the file without its ending. Rings may turn either way and are
/// closed where they are not. What is odd but usable is told in the notes.
///
/// GeoPackages and shapefiles may be in any system that [`layer`] converts; areas are then widened
/// by how far off the conversion may be. All layers of a GeoPackage are read. What numbers their
/// features is no name.
///
/// Units: degrees of longitude and latitude, WGS 84; heights are dropped.
/// Errors: [`BoundaryError`]; nothing is added then.
/// Source: RFC 7946; the member `crs` of the 2008 specification where it names WGS 84.
pub fn read_into(areas: &mut AreaSet, path: &Path) -> Result<Vec<Note>, BoundaryError> {
    let mut file = File::open(path).map_err(|cause| BoundaryError::Open { cause })?;
    let mut bytes = Vec::new();
    let unreadable = |cause| BoundaryError::Open { cause };
    (&mut file).take(16).read_to_end(&mut bytes).map_err(unreadable)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let texts = if layer::Kind::of_start(&bytes) == layer::Kind::Text {
        file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
        parse_into(areas, &stem, &bytes)?
    } else {
        layers::read_into(areas, &stem, path)?
    };
    Ok(texts.into_iter().map(|text| Note { file: name.clone().into_owned(), text }).collect())
}

/// Reads a boundary file from memory; see [`read_into`].
///
/// Errors: as [`read_into`].
pub fn parse_into(
    areas: &mut AreaSet,
    stem: &str,
    bytes: &[u8],
) -> Result<Vec<String>, BoundaryError> {
    let root = geojson::parse(bytes)?;
    let mut features = Vec::new();
    gather(root, &mut features)?;
    let mut oddities = Oddities::default();
    let mut found = Vec::with_capacity(features.len());
    for (number, (names, geometry)) in (1..).zip(features) {
        let mut shape = Shape::new();
        if let Some(geometry) = geometry {
            add_geometry(&mut shape, &geometry, number, &mut oddities)?;
        }
        found.push((names, shape));
    }
    Ok(add_all(areas, stem, found, oddities))
}

/// Adds what was read, and tells what is odd about it.
fn add_all(
    areas: &mut AreaSet,
    stem: &str,
    found: Vec<(Vec<String>, Shape)>,
    mut oddities: Oddities,
) -> Vec<String> {
    let is_alone = found.len() == 1;
    for (number, (mut names, shape)) in (1..).zip(found) {
        if is_alone && !stem.is_empty() {
            names.push(stem.to_owned());
        }
        oddities.nameless.count_if(names.is_empty(), number);
        oddities.empty.count_if(shape.is_empty(), number);
        oddities.both_ways.count_if(shape.is_read_both_ways(), number);
        areas.add(names, shape);
    }
    oddities.notes()
}

impl From<Fault> for BoundaryError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed { line, column } => Self::Malformed { line, column },
            Fault::TooLarge { limit, unit } => Self::TooLarge { limit, unit },
        }
    }
}

type FeatureRead = (Vec<String>, Option<Object>);

/// Finds the features of a file; a geometry by itself is a feature without names.
fn gather(mut object: Object, features: &mut Vec<FeatureRead>) -> Result<(), BoundaryError> {
    check_reference(&object)?;
    match object.kind.as_deref() {
        Some("FeatureCollection") => {
            for feature in object.features.take().unwrap_or_default() {
                gather(feature, features)?;
            }
        }
        Some("Feature") => {
            let names = names::of(object.properties.take(), object.id.take());
            features.push((names, object.geometry.take().map(|geometry| *geometry)));
        }
        _ => features.push((Vec::new(), Some(object))),
    }
    Ok(())
}

fn check_reference(object: &Object) -> Result<(), BoundaryError> {
    match &object.crs {
        None | Some(Reference::Wgs84) => Ok(()),
        Some(Reference::Other(name)) => Err(BoundaryError::Reference { name: name.clone() }),
    }
}

fn add_geometry(
    shape: &mut Shape,
    geometry: &Object,
    feature: usize,
    oddities: &mut Oddities,
) -> Result<(), BoundaryError> {
    check_reference(geometry)?;
    let unfit = || BoundaryError::Shape { feature };
    let coordinates = geometry.coordinates.as_ref();
    // Geometries without coordinates are allowed to be empty, not to be malformed.
    let list = || coordinates.and_then(Coordinates::list).ok_or_else(unfit);
    match geometry.kind.as_deref() {
        Some("Point") => {
            if !coordinates.ok_or_else(unfit)?.is_empty_list() {
                shape.push_point(point(coordinates.ok_or_else(unfit)?, feature)?);
            }
        }
        Some("MultiPoint") => {
            for position in list()? {
                shape.push_point(point(position, feature)?);
            }
        }
        Some("LineString") => shape.push_line(&points(list()?, feature)?),
        Some("MultiLineString") => {
            for line in list()? {
                shape.push_line(&points(line.list().ok_or_else(unfit)?, feature)?);
            }
        }
        Some("Polygon") => add_polygon(shape, list()?, feature, oddities)?,
        Some("MultiPolygon") => {
            for polygon in list()? {
                add_polygon(shape, polygon.list().ok_or_else(unfit)?, feature, oddities)?;
            }
        }
        Some("GeometryCollection") => {
            for part in geometry.geometries.as_ref().ok_or_else(unfit)? {
                add_geometry(shape, part, feature, oddities)?;
            }
        }
        Some(name) => return Err(BoundaryError::Type { name: name.to_owned() }),
        None => return Err(BoundaryError::Type { name: "none".to_owned() }),
    }
    Ok(())
}

fn add_polygon(
    shape: &mut Shape,
    rings: &[Coordinates],
    feature: usize,
    oddities: &mut Oddities,
) -> Result<(), BoundaryError> {
    let mut read = Vec::with_capacity(rings.len());
    for ring in rings {
        let ring = points(ring.list().ok_or(BoundaryError::Shape { feature })?, feature)?;
        oddities.look_at_ring(&ring, feature);
        read.push(ring);
    }
    shape.push_polygon(&read);
    Ok(())
}

fn points(positions: &[Coordinates], feature: usize) -> Result<Vec<Point>, BoundaryError> {
    positions.iter().map(|position| point(position, feature)).collect()
}

fn point(position: &Coordinates, feature: usize) -> Result<Point, BoundaryError> {
    let (lon, lat) = position.position().ok_or(BoundaryError::Shape { feature })?;
    Point::from_degrees(lat, lon).ok_or(BoundaryError::OutOfRange { feature })
}

/// Things that are odd but usable, by kind.
#[derive(Debug, Default)]
struct Oddities {
    both_ways: Count,
    empty: Count,
    flat: Count,
    nameless: Count,
    unclosed: Count,
}

/// How many, and which feature was the first.
#[derive(Debug, Default)]
struct Count {
    number: usize,
    first: usize,
}

impl Count {
    fn count_if(&mut self, is_odd: bool, feature: usize) {
        if is_odd {
            self.number += 1;
            if self.first == 0 {
                self.first = feature;
            }
        }
    }
}

impl Oddities {
    fn look_at_ring(&mut self, ring: &[Point], feature: usize) {
        let is_closed = ring.first() == ring.last();
        self.unclosed.count_if(!is_closed, feature);
        let corners = ring.len() - usize::from(is_closed && !ring.is_empty());
        self.flat.count_if(corners < 3, feature);
    }

    fn notes(&self) -> Vec<String> {
        [
            (&self.nameless, "feature", "without a name, of which no rule can speak"),
            (&self.empty, "feature", "without a geometry, in which no record can lie"),
            (&self.unclosed, "ring", "left open, closed here"),
            (&self.flat, "ring", "with fewer than three corners, of which only the edges count"),
            (
                &self.both_ways,
                "feature",
                "with an edge over more than half the globe, taken both as drawn and as crossing \
                 longitude 180",
            ),
        ]
        .into_iter()
        .filter(|(count, ..)| count.number > 0)
        .map(|(count, noun, text)| {
            let ending = if count.number == 1 { "" } else { "s" };
            format!("{} {noun}{ending} {text} (the first is feature {})", count.number, count.first)
        })
        .collect()
    }
}

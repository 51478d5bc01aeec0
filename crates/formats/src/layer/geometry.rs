//! Geometries: points, lines, polygons and collections of them.
//!
//! Our own few variants, not those of `geo-types`: with places in whole nano-degrees none can be
//! beyond the globe or no number, what is inside is answered exactly, nine decimals lose nothing,
//! and none of it prints.

use std::fmt;

use reedbed_core::place::{Nano, Point};

/// A geometry in longitude and latitude on WGS 84.
///
/// Rings are kept as the file has them: either way round, and not always closed. An empty list is
/// an empty geometry.
#[derive(Clone, PartialEq, Eq)]
pub enum Geometry {
    /// Several of any type.
    GeometryCollection(Vec<Self>),
    /// A line through points.
    LineString(Vec<Point>),
    /// Several lines.
    MultiLineString(Vec<Vec<Point>>),
    /// Several points.
    MultiPoint(Vec<Point>),
    /// Several polygons.
    MultiPolygon(Vec<Vec<Vec<Point>>>),
    /// A point; nothing for an empty one.
    Point(Option<Point>),
    /// Rings: the first is the outer one, the others are holes.
    Polygon(Vec<Vec<Point>>),
}

/// South, north, west and east of a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Least latitude.
    pub south: Nano,
    /// Greatest latitude.
    pub north: Nano,
    /// Least longitude.
    pub west: Nano,
    /// Greatest longitude.
    pub east: Nano,
}

impl Geometry {
    /// The name of its type, as GeoJSON has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::GeometryCollection(_) => "GeometryCollection",
            Self::LineString(_) => "LineString",
            Self::MultiLineString(_) => "MultiLineString",
            Self::MultiPoint(_) => "MultiPoint",
            Self::MultiPolygon(_) => "MultiPolygon",
            Self::Point(_) => "Point",
            Self::Polygon(_) => "Polygon",
        }
    }

    /// Whether there is no point in it.
    pub fn is_empty(&self) -> bool {
        self.bounds().is_none()
    }

    /// Its bounds as drawn: nothing is taken across longitude 180.
    pub fn bounds(&self) -> Option<Bounds> {
        let mut bounds: Option<Bounds> = None;
        self.each_path(&mut |path| {
            for point in path {
                let (lat, lon) = (point.lat(), point.lon());
                let here = Bounds { south: lat, north: lat, west: lon, east: lon };
                bounds = Some(bounds.map_or(here, |bounds| Bounds {
                    south: bounds.south.min(lat),
                    north: bounds.north.max(lat),
                    west: bounds.west.min(lon),
                    east: bounds.east.max(lon),
                }));
            }
        });
        bounds
    }

    /// Calls with the points of each point, line and ring.
    pub(crate) fn each_path(&self, call: &mut dyn FnMut(&[Point])) {
        match self {
            Self::GeometryCollection(parts) => parts.iter().for_each(|part| part.each_path(call)),
            Self::LineString(points) | Self::MultiPoint(points) => call(points),
            Self::MultiLineString(paths) | Self::Polygon(paths) => {
                paths.iter().for_each(|path| call(path));
            }
            Self::MultiPolygon(polygons) => polygons.iter().flatten().for_each(|path| call(path)),
            Self::Point(point) => call(point.as_slice()),
        }
    }

    /// Calls with the rings of each polygon.
    pub fn each_polygon(&self, call: &mut dyn FnMut(&[Vec<Point>])) {
        match self {
            Self::GeometryCollection(parts) => {
                parts.iter().for_each(|part| part.each_polygon(call));
            }
            Self::MultiPolygon(polygons) => polygons.iter().for_each(|rings| call(rings)),
            Self::Polygon(rings) => call(rings),
            _ => {}
        }
    }

    /// Calls with each line.
    pub(crate) fn each_line(&self, call: &mut dyn FnMut(&[Point])) {
        match self {
            Self::GeometryCollection(parts) => parts.iter().for_each(|part| part.each_line(call)),
            Self::LineString(line) => call(line),
            Self::MultiLineString(lines) => lines.iter().for_each(|line| call(line)),
            _ => {}
        }
    }

    /// Calls with each point that is one by itself.
    pub(crate) fn each_point(&self, call: &mut dyn FnMut(Point)) {
        match self {
            Self::GeometryCollection(parts) => parts.iter().for_each(|part| part.each_point(call)),
            Self::MultiPoint(points) => points.iter().for_each(|point| call(*point)),
            Self::Point(Some(point)) => call(*point),
            _ => {}
        }
    }
}

impl fmt::Debug for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut count = 0;
        self.each_path(&mut |path| count += path.len());
        write!(f, "{}({count} points)", self.kind())
    }
}

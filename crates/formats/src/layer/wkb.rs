//! Well-known binary of geometries, both ways.

use reedbed_core::place::Point;

use super::MOST_DEPTH;
use super::geometry::Geometry;
use super::reference::{Fault, Way};

/// Why bytes are no geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the well-known binary {reason}")]
#[non_exhaustive]
pub struct WkbError {
    /// What is wrong with it.
    pub reason: String,
}

impl Geometry {
    /// Well-known binary, little-endian.
    ///
    /// Units: degrees, longitude first.
    /// Source: OGC 06-103r4, section 8; an empty point as two NaN, as OGC 12-128r19 has it.
    pub fn to_wkb(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.push_wkb(&mut out);
        out
    }

    fn push_wkb(&self, out: &mut Vec<u8>) {
        match self {
            Self::Point(point) => {
                head(out, POINT);
                match point {
                    Some(point) => push_point(out, *point),
                    None => (0..2).for_each(|_| out.extend(f64::NAN.to_le_bytes())),
                }
            }
            Self::LineString(points) => {
                head(out, LINE);
                push_path(out, points);
            }
            Self::Polygon(rings) => push_polygon(out, rings),
            Self::MultiPoint(points) => {
                head(out, MULTI_POINT);
                count(out, points.len());
                for point in points {
                    head(out, POINT);
                    push_point(out, *point);
                }
            }
            Self::MultiLineString(lines) => {
                head(out, MULTI_LINE);
                count(out, lines.len());
                for line in lines {
                    head(out, LINE);
                    push_path(out, line);
                }
            }
            Self::MultiPolygon(polygons) => {
                head(out, MULTI_POLYGON);
                count(out, polygons.len());
                polygons.iter().for_each(|rings| push_polygon(out, rings));
            }
            Self::GeometryCollection(parts) => {
                head(out, COLLECTION);
                count(out, parts.len());
                parts.iter().for_each(|part| part.push_wkb(out));
            }
        }
    }

    /// Reads well-known binary of either byte order, also the extended kind if it says EPSG 4326
    /// or nothing; heights and measures are dropped.
    ///
    /// Units: degrees on WGS 84, longitude first.
    /// Errors: [`WkbError`] for what is cut off, beyond the globe, nested too deeply or of a type
    /// that is not simple.
    pub fn from_wkb(bytes: &[u8]) -> Result<Self, WkbError> {
        read(bytes, Way::Wgs84).map_err(|fault| WkbError { reason: fault.0 })
    }
}

/// Reads a geometry whose coordinates are of another system.
pub(super) fn read(bytes: &[u8], way: Way) -> Result<Geometry, Fault> {
    let mut reader = Reader { rest: bytes, way };
    let geometry = reader.geometry(0)?;
    if !reader.rest.is_empty() {
        return Err(Fault::new("is longer than its geometry"));
    }
    Ok(geometry)
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend(kind.to_le_bytes());
}

fn count(out: &mut Vec<u8>, count: usize) {
    // 2³² points take 64 GiB; no such geometry is ever held.
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn push_point(out: &mut Vec<u8>, point: Point) {
    out.extend(point.lon().degrees().to_le_bytes());
    out.extend(point.lat().degrees().to_le_bytes());
}

fn push_path(out: &mut Vec<u8>, points: &[Point]) {
    count(out, points.len());
    points.iter().for_each(|point| push_point(out, *point));
}

fn push_polygon(out: &mut Vec<u8>, rings: &[Vec<Point>]) {
    head(out, POLYGON);
    count(out, rings.len());
    rings.iter().for_each(|ring| push_path(out, ring));
}

struct Reader<'a> {
    rest: &'a [u8],
    way: Way,
}

/// Byte order and type of a geometry.
#[derive(Clone, Copy)]
struct Head {
    is_little: bool,
    kind: u32,
    /// Numbers of a position beyond the first two.
    more: usize,
}

impl Reader<'_> {
    fn geometry(&mut self, depth: usize) -> Result<Geometry, Fault> {
        if depth > MOST_DEPTH {
            return Err(Fault::new("has collections that are nested too deeply"));
        }
        let head = self.head()?;
        Ok(match head.kind {
            POINT => Geometry::Point(self.point(head)?),
            LINE => Geometry::LineString(self.path(head)?),
            POLYGON => Geometry::Polygon(self.paths(head)?),
            MULTI_POINT => {
                let points = self.parts(head, POINT, Self::point)?;
                Geometry::MultiPoint(points.into_iter().flatten().collect())
            }
            MULTI_LINE => Geometry::MultiLineString(self.parts(head, LINE, Self::path)?),
            MULTI_POLYGON => Geometry::MultiPolygon(self.parts(head, POLYGON, Self::paths)?),
            COLLECTION => {
                let count = self.count(head, SMALLEST)?;
                let parts = (0..count).map(|_| self.geometry(depth + 1));
                Geometry::GeometryCollection(parts.collect::<Result<_, _>>()?)
            }
            8..=17 => return Err(Fault::new("has a curve or a surface, which is not read")),
            other => return Err(Fault(format!("has a geometry of type {other}, which is none"))),
        })
    }

    fn head(&mut self) -> Result<Head, Fault> {
        let [order] = self.take()?;
        let is_little = match order {
            0 => false,
            1 => true,
            _ => return Err(Fault::new("has a geometry without byte order")),
        };
        let stated = self.number(is_little)?;
        let (flags, kind) = (stated & 0xe000_0000, stated & 0x1fff_ffff);
        if flags & 0x2000_0000 != 0 && !matches!(self.number(is_little)?, 4326) {
            return Err(Fault::new("has a geometry in a reference system of its own"));
        }
        let flagged = (flags & 0x4000_0000).count_ones() + (flags & 0x8000_0000).count_ones();
        let (more, kind) = match (flagged, kind / 1000) {
            (flagged @ 1.., 0) => (flagged, kind),
            (0, 0) => (0, kind),
            (0, 1 | 2) => (1, kind % 1000),
            (0, 3) => (2, kind % 1000),
            _ => return Err(Fault::new("has a geometry of a type that is none")),
        };
        Ok(Head { is_little, kind, more: if more > 1 { 2 } else { more as usize } })
    }

    fn parts<T>(
        &mut self,
        outer: Head,
        kind: u32,
        read: fn(&mut Self, Head) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let count = self.count(outer, SMALLEST)?;
        let mut parts = Vec::with_capacity(count.min(FIRST_ROOM));
        for _ in 0..count {
            let head = self.head()?;
            if head.kind != kind {
                return Err(Fault::new("has a part of another type than its geometry"));
            }
            parts.push(read(self, head)?);
        }
        Ok(parts)
    }

    fn paths(&mut self, head: Head) -> Result<Vec<Vec<Point>>, Fault> {
        let count = self.count(head, 4)?;
        (0..count).map(|_| self.path(head)).collect()
    }

    fn path(&mut self, head: Head) -> Result<Vec<Point>, Fault> {
        let count = self.count(head, 16 + 8 * head.more)?;
        let mut points = Vec::with_capacity(count);
        for _ in 0..count {
            let empty = || Fault::new("has a coordinate that is no number");
            points.push(self.point(head)?.ok_or_else(empty)?);
        }
        Ok(points)
    }

    /// A position; nothing for the two NaN of an empty point.
    fn point(&mut self, head: Head) -> Result<Option<Point>, Fault> {
        let (x, y) = (self.float(head)?, self.float(head)?);
        for _ in 0..head.more {
            self.float(head)?;
        }
        if x.is_nan() && y.is_nan() {
            return Ok(None);
        }
        self.way.point(x, y).map(Some)
    }

    /// A count of things, each of which takes some bytes that must be there.
    fn count(&mut self, head: Head, each: usize) -> Result<usize, Fault> {
        let count = usize::try_from(self.number(head.is_little)?).unwrap_or(usize::MAX);
        if count > self.rest.len() / each {
            return Err(Fault::new("has a geometry that is cut off"));
        }
        Ok(count)
    }

    fn number(&mut self, is_little: bool) -> Result<u32, Fault> {
        let bytes = self.take()?;
        Ok(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn float(&mut self, head: Head) -> Result<f64, Fault> {
        let bytes = self.take()?;
        Ok(if head.is_little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| Fault::new("has a geometry that is cut off"))?;
        self.rest = rest;
        Ok(*bytes)
    }
}

const POINT: u32 = 1;
const LINE: u32 = 2;
const POLYGON: u32 = 3;
const MULTI_POINT: u32 = 4;
const MULTI_LINE: u32 = 5;
const MULTI_POLYGON: u32 = 6;
const COLLECTION: u32 = 7;
/// Bytes of the smallest geometry: byte order, type and a count.
const SMALLEST: usize = 9;
/// Parts for which room is made before they are read.
const FIRST_ROOM: usize = 1024;

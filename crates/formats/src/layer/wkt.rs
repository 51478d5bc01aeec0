//! Well-known text of geometries, both ways.

use std::fmt::Write as _;

use reedbed_core::place::{Nano, Point};

use super::MOST_DEPTH;
use super::geometry::Geometry;

/// Why a text is no geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the well-known text cannot be read from character {at} on: {reason}")]
#[non_exhaustive]
pub struct WktError {
    /// Number of the character, from 1.
    pub at: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Geometry {
    /// Well-known text.
    ///
    /// Units: degrees, longitude first, with as many decimals as are needed: no more than nine.
    /// Source: OGC 06-103r4, section 7.
    pub fn to_wkt(&self) -> String {
        let mut out = String::new();
        self.push_wkt(&mut out);
        out
    }

    fn push_wkt(&self, out: &mut String) {
        out.push_str(&self.kind().to_ascii_uppercase());
        out.push(' ');
        match self {
            Self::GeometryCollection(parts) => list(out, parts, |out, part| part.push_wkt(out)),
            Self::LineString(points) | Self::MultiPoint(points) => path(out, points),
            Self::MultiLineString(paths) | Self::Polygon(paths) => {
                list(out, paths, |out, points| path(out, points));
            }
            Self::MultiPolygon(polygons) => list(out, polygons, |out, rings| {
                list(out, rings, |out, points| path(out, points));
            }),
            Self::Point(point) => path(out, point.as_slice()),
        }
    }

    /// Reads well-known text; heights and measures are dropped.
    ///
    /// Numbers are read exactly, to nine decimals. `SRID=4326;` may stand before it.
    ///
    /// Units: degrees on WGS 84, longitude first.
    /// Errors: [`WktError`], which tells where and not what.
    pub fn from_wkt(text: &str) -> Result<Self, WktError> {
        let body = match text.split_once(';') {
            Some((srid, body)) if srid.trim().eq_ignore_ascii_case("SRID=4326") => body,
            _ => text,
        };
        let mut reader = Reader { text, rest: body };
        let geometry = reader.geometry(0)?;
        if !reader.rest.trim().is_empty() {
            return Err(reader.fault("something stands behind the geometry"));
        }
        Ok(geometry)
    }
}

fn list<T>(out: &mut String, items: &[T], mut push: impl FnMut(&mut String, &T)) {
    if items.is_empty() {
        out.push_str("EMPTY");
        return;
    }
    out.push('(');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        push(out, item);
    }
    out.push(')');
}

fn path(out: &mut String, points: &[Point]) {
    list(out, points, |out, point| {
        push_decimal(out, point.lon());
        out.push(' ');
        push_decimal(out, point.lat());
    });
}

/// Adds an angle with no more decimals than it has.
pub(super) fn push_decimal(out: &mut String, angle: Nano) {
    let size = angle.0.unsigned_abs();
    let sign = if angle.0 < 0 { "-" } else { "" };
    let (whole, decimals) = (size / 1_000_000_000, size % 1_000_000_000);
    // Writing to a text cannot fail.
    let _ = write!(out, "{sign}{whole}");
    if decimals > 0 {
        let digits = format!("{decimals:09}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn geometry(&mut self, depth: usize) -> Result<Geometry, WktError> {
        if depth > MOST_DEPTH {
            return Err(self.fault("collections are nested too deeply"));
        }
        let word = self.word().to_ascii_uppercase();
        let kind = match word.as_str() {
            word if KINDS.contains(&word) => word,
            word => word.trim_end_matches('M').trim_end_matches('Z'),
        };
        self.word_if(&["Z", "M", "ZM"]);
        if !KINDS.contains(&kind) {
            return Err(self.fault("the name of a geometry is missing"));
        }
        let is_empty = self.word_if(&["EMPTY"]);
        Ok(match kind {
            "POINT" if is_empty => Geometry::Point(None),
            "POINT" => {
                let points = self.list(&mut Self::point)?;
                let [point] = points.as_slice() else {
                    return Err(self.fault("a point has one pair of coordinates"));
                };
                Geometry::Point(Some(*point))
            }
            "LINESTRING" if is_empty => Geometry::LineString(Vec::new()),
            "LINESTRING" => Geometry::LineString(self.list(&mut Self::point)?),
            "MULTIPOINT" if is_empty => Geometry::MultiPoint(Vec::new()),
            "MULTIPOINT" => Geometry::MultiPoint(self.list(&mut Self::point_in_brackets)?),
            "POLYGON" if is_empty => Geometry::Polygon(Vec::new()),
            "POLYGON" => Geometry::Polygon(self.list(&mut Self::path)?),
            "MULTILINESTRING" if is_empty => Geometry::MultiLineString(Vec::new()),
            "MULTILINESTRING" => Geometry::MultiLineString(self.list(&mut Self::path)?),
            "MULTIPOLYGON" if is_empty => Geometry::MultiPolygon(Vec::new()),
            "MULTIPOLYGON" => Geometry::MultiPolygon(self.list(&mut |reader| {
                if reader.word_if(&["EMPTY"]) {
                    return Ok(Vec::new());
                }
                reader.list(&mut Self::path)
            })?),
            _ if is_empty => Geometry::GeometryCollection(Vec::new()),
            _ => Geometry::GeometryCollection(self.list(&mut |reader| reader.geometry(depth + 1))?),
        })
    }

    fn path(&mut self) -> Result<Vec<Point>, WktError> {
        if self.word_if(&["EMPTY"]) { Ok(Vec::new()) } else { self.list(&mut Self::point) }
    }

    fn point_in_brackets(&mut self) -> Result<Point, WktError> {
        let is_bracketed = self.take('(');
        let point = self.point()?;
        if is_bracketed && !self.take(')') {
            return Err(self.fault("a bracket is not closed"));
        }
        Ok(point)
    }

    fn point(&mut self) -> Result<Point, WktError> {
        let (lon, lat) = (self.number(), self.number());
        let mut more = 0;
        while more < 3 && self.number().is_some() {
            more += 1;
        }
        let point = match (lon, lat) {
            (Some(lon), Some(lat)) if more < 3 => Point::new(lat, lon),
            _ => return Err(self.fault("two to four numbers are wanted")),
        };
        point.ok_or_else(|| self.fault("a coordinate is beyond longitude ±180 or latitude ±90"))
    }

    fn list<T>(
        &mut self,
        item: &mut dyn FnMut(&mut Self) -> Result<T, WktError>,
    ) -> Result<Vec<T>, WktError> {
        if !self.take('(') {
            return Err(self.fault("a bracket is wanted"));
        }
        let mut items = vec![item(self)?];
        while self.take(',') {
            items.push(item(self)?);
        }
        if !self.take(')') {
            return Err(self.fault("a bracket is not closed"));
        }
        Ok(items)
    }

    fn take(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn word(&mut self) -> &'a str {
        self.token(|c| c.is_ascii_alphabetic())
    }

    fn word_if(&mut self, wanted: &[&str]) -> bool {
        let before = self.rest;
        let word = self.word().to_ascii_uppercase();
        let is_there = wanted.contains(&word.as_str());
        if !is_there {
            self.rest = before;
        }
        is_there
    }

    fn number(&mut self) -> Option<Nano> {
        let before = self.rest;
        let token = self.token(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | ','));
        // Heights may be beyond any angle, and are dropped.
        let number = Nano::parse(token).or_else(|| {
            token.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| Nano(i64::MAX))
        });
        if number.is_none() {
            self.rest = before;
        }
        number
    }

    fn token(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (token, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = rest;
        token
    }

    fn fault(&self, reason: &'static str) -> WktError {
        let read = self.text.len().saturating_sub(self.rest.len());
        let at = self.text.get(..read).map_or(0, |read| read.chars().count()) + 1;
        WktError { at, reason }
    }
}

const KINDS: [&str; 7] = [
    "GEOMETRYCOLLECTION",
    "LINESTRING",
    "MULTILINESTRING",
    "MULTIPOINT",
    "MULTIPOLYGON",
    "POINT",
    "POLYGON",
];

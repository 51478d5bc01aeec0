//! Features out, as GeoJSON.

use std::io::{self, Write};

use reedbed_core::place::Point;

use super::geometry::Geometry;
use super::value::{Property, Value};
use super::wkt::push_decimal;
use super::{Feature, contains};
use crate::error::FormatError;

/// Why features cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] FormatError),
    /// What is to take them does not.
    #[error("the features cannot be written")]
    Write {
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl From<io::Error> for WriteError {
    fn from(cause: io::Error) -> Self {
        Self::Write { cause }
    }
}

/// Writes features one after another, each on a line of its own, and hands back where they went.
///
/// Outer rings turn counterclockwise, holes clockwise, and all are closed; what crosses longitude
/// 180 stays as it is. An empty point is written as no geometry. Bytes are written as hexadecimal
/// digits, days and times as texts, numbers that are none as null. How far off the places may be
/// ([`Feature::moved_m`]) is not said: there is no member for it.
///
/// Units: degrees on WGS 84, with as many decimals as are needed, no more than nine.
/// Errors: [`WriteError`]; what was written then ends in the middle.
/// Source: RFC 7946.
pub fn write_geojson<W: Write>(
    mut out: W,
    properties: &[Property],
    features: impl IntoIterator<Item = Result<Feature, FormatError>>,
) -> Result<W, WriteError> {
    let names: Vec<String> =
        properties.iter().map(|property| quoted(&property.name)).collect::<Result<_, _>>()?;
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut text = String::new();
    let mut before = "\n";
    for feature in features {
        let feature = feature?;
        text.clear();
        text.push_str(before);
        push_feature(&mut text, &names, &feature)?;
        out.write_all(text.as_bytes())?;
        before = ",\n";
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(out)
}

fn push_feature(out: &mut String, names: &[String], feature: &Feature) -> io::Result<()> {
    out.push_str("{\"type\":\"Feature\"");
    if let Some(id) = &feature.id {
        out.push_str(",\"id\":");
        out.push_str(&quoted(id)?);
    }
    out.push_str(",\"properties\":{");
    for (number, (name, value)) in names.iter().zip(&feature.properties).enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push_str(name);
        out.push(':');
        push_value(out, value)?;
    }
    out.push_str("},\"geometry\":");
    match &feature.geometry {
        None | Some(Geometry::Point(None)) => out.push_str("null"),
        Some(geometry) => push_geometry(out, geometry),
    }
    out.push('}');
    Ok(())
}

fn push_value(out: &mut String, value: &Value) -> io::Result<()> {
    match value {
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Bytes(bytes) => {
            out.push('"');
            bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02x}")));
            out.push('"');
        }
        Value::Date(day) => out.push_str(&quoted(&day.to_string())?),
        Value::DateTime(text) | Value::Text(text) => out.push_str(&quoted(text)?),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Json(json) => out.push_str(json),
        Value::Null => out.push_str("null"),
        Value::Real(number) => out.push_str(&serde_json::to_string(number)?),
    }
    Ok(())
}

fn quoted(text: &str) -> io::Result<String> {
    Ok(serde_json::to_string(text)?)
}

fn push_geometry(out: &mut String, geometry: &Geometry) {
    let member = match geometry {
        Geometry::GeometryCollection(_) => "geometries",
        _ => "coordinates",
    };
    out.push_str(&format!("{{\"type\":\"{}\",\"{member}\":", geometry.kind()));
    match geometry {
        Geometry::GeometryCollection(parts) => {
            let parts: Vec<&Geometry> =
                parts.iter().filter(|part| !matches!(part, Geometry::Point(None))).collect();
            list(out, &parts, |out, part| push_geometry(out, part));
        }
        Geometry::LineString(points) | Geometry::MultiPoint(points) => path(out, points),
        Geometry::MultiLineString(lines) => list(out, lines, |out, line| path(out, line)),
        Geometry::MultiPolygon(polygons) => list(out, polygons, |out, rings| polygon(out, rings)),
        Geometry::Point(point) => point.iter().for_each(|point| position(out, *point)),
        Geometry::Polygon(rings) => polygon(out, rings),
    }
    out.push('}');
}

fn polygon(out: &mut String, rings: &[Vec<Point>]) {
    let mut is_outer = true;
    list(out, rings, |out, ring| {
        let mut ring = ring.clone();
        if ring.first() != ring.last() {
            ring.extend(ring.first().copied());
        }
        if is_clockwise(&ring) == is_outer {
            ring.reverse();
        }
        is_outer = false;
        path(out, &ring);
    });
}

/// Whether a ring turns clockwise; as it is meant, where it crosses longitude 180.
fn is_clockwise(ring: &[Point]) -> bool {
    let ring = contains::closed(ring);
    let twice = |((ax, ay), (bx, by)): (&(i64, i64), &(i64, i64))| {
        i128::from(*ax) * i128::from(*by) - i128::from(*bx) * i128::from(*ay)
    };
    ring.iter().zip(ring.iter().skip(1)).map(twice).sum::<i128>() < 0
}

fn path(out: &mut String, points: &[Point]) {
    list(out, points, |out, point| position(out, *point));
}

fn position(out: &mut String, point: Point) {
    out.push('[');
    push_decimal(out, point.lon());
    out.push(',');
    push_decimal(out, point.lat());
    out.push(']');
}

fn list<T>(out: &mut String, items: &[T], mut push: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        push(out, item);
    }
    out.push(']');
}

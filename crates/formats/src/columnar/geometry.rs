//! The geometry of a GeoParquet file, and the Darwin Core columns that it becomes.
//!
//! Where all are points, they become latitude and longitude; all else becomes `footprintWKT`. What
//! the coordinates refer to is never dropped: where it is not WGS 84, its code stands beside them,
//! and points on a plane become verbatim ones. Other shapes on a plane are refused: nothing that
//! reads footprints would know. A geometry whose columns the file has already is left aside.
//!
//! Source: GeoParquet 1.1.0, <https://geoparquet.org/releases/v1.1.0/>; parquet.thrift,
//! `GeometryType`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;

use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::LogicalType;
use reedbed_core::term;
use serde_json::Value;

use super::{batches, cell};
use crate::error::FormatError;
use crate::made::number::shortest;
use crate::source::{failed, shown};
use crate::wkb;

/// What becomes of a geometry; with the code of its reference system, where that is not WGS 84.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Geometry {
    Footprint(Option<String>),
    Plane(String),
    Point(Option<String>),
}

/// The geometry of a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By the number of the column.
    pub(super) columns: BTreeMap<usize, Geometry>,
    /// Columns that hold the boxes around the geometries, which a reader has no use for.
    pub(super) boxes: BTreeSet<String>,
    /// Numbers of columns that are left aside.
    pub(super) aside: BTreeSet<usize>,
}

/// A system that coordinates refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum System {
    /// Degrees, on WGS 84 where there is no code.
    Degrees(Option<String>),
    Plane(String),
}

impl Geometry {
    pub(super) fn headings(&self) -> &'static [&'static str] {
        match self {
            Self::Footprint(None) => &["footprintWKT"],
            Self::Footprint(Some(_)) => &["footprintWKT", "footprintSRS"],
            Self::Plane(_) => &["verbatimLatitude", "verbatimLongitude", "verbatimSRS"],
            Self::Point(None) => &["decimalLatitude", "decimalLongitude"],
            Self::Point(Some(_)) => &["decimalLatitude", "decimalLongitude", "geodeticDatum"],
        }
    }

    /// Writes the cells of one geometry.
    pub(super) fn write<'c>(
        &self,
        bytes: Option<&[u8]>,
        cells: &mut impl Iterator<Item = &'c mut String>,
    ) -> Result<(), wkb::Fault> {
        let mut texts: [String; 3] = Default::default();
        if let Some(bytes) = bytes {
            texts = match self {
                Self::Footprint(code) => {
                    [wkb::text_of(bytes)?, code.clone().unwrap_or_default(), String::new()]
                }
                Self::Plane(code) => points(bytes, Some(code))?,
                Self::Point(code) => points(bytes, code.as_ref())?,
            };
        }
        for (text, cell) in texts.into_iter().zip(cells.take(self.headings().len())) {
            *cell = text;
        }
        Ok(())
    }
}

fn points(bytes: &[u8], code: Option<&String>) -> Result<[String; 3], wkb::Fault> {
    Ok(match wkb::point_of(bytes)? {
        Some([x, y]) => [shortest(y), shortest(x), code.cloned().unwrap_or_default()],
        None => Default::default(),
    })
}

/// Finds the columns that are geometry, and plans what they become.
pub(super) fn find(
    path: &Path,
    file: &ParquetRecordBatchReaderBuilder<File>,
    notes: &mut Vec<String>,
) -> Result<Found, FormatError> {
    let refused = |reason: String| FormatError::Unsupported { name: shown(path), reason };
    let described = described(file).map_err(refused)?;
    let mut found = Found::default();
    let fields = file.schema().fields().iter().enumerate();
    let mut taken: BTreeSet<String> = fields
        .filter(|(root, _)| !described.contains_key(root))
        .map(|(_, field)| term::find(field.name()).map_or(field.name().as_str(), |t| t.name))
        .map(str::to_owned)
        .collect();
    for (root, one) in described {
        found.boxes.extend(one.boxes);
        let kinds =
            all_kinds(path, root, one.kinds).map_err(|cause| failed(&shown(path), cause))?;
        let system = one.system.map_err(refused)?;
        let are_points = kinds.are_points;
        let ways = match (system, are_points) {
            (System::Degrees(code), true) => {
                vec![Geometry::Point(code.clone()), Geometry::Footprint(code)]
            }
            (System::Degrees(code), false) => vec![Geometry::Footprint(code)],
            (System::Plane(code), true) => vec![Geometry::Plane(code)],
            (System::Plane(code), false) => {
                let why = format!("its shapes refer to `{code}`; convert them to EPSG:4326");
                return Err(refused(why));
            }
        };
        let is_free =
            |way: &Geometry| way.headings().iter().all(|heading| !taken.contains(*heading));
        let way = ways.into_iter().find(is_free);
        let Some(way) = way else {
            found.aside.insert(root);
            continue;
        };
        if matches!(way, Geometry::Point(_) | Geometry::Plane(_)) && kinds.have_heights {
            notes.push("its points have heights, which were left aside".to_owned());
        }
        taken.extend(way.headings().iter().map(|heading| (*heading).to_owned()));
        found.columns.insert(root, way);
    }
    Ok(found)
}

/// What a file says of a geometry.
struct Described {
    system: Result<System, String>,
    /// Nothing where it does not say.
    kinds: Option<Kinds>,
    boxes: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Kinds {
    are_points: bool,
    have_heights: bool,
}

fn described(
    file: &ParquetRecordBatchReaderBuilder<File>,
) -> Result<BTreeMap<usize, Described>, String> {
    let mut all = BTreeMap::new();
    let descriptions = file.parquet_schema().root_schema().get_fields();
    for (root, description) in descriptions.iter().enumerate() {
        let crs = match description.get_basic_info().logical_type_ref() {
            Some(LogicalType::Geometry(kind)) => kind.crs.clone(),
            Some(LogicalType::Geography(kind)) => kind.crs.clone(),
            _ => continue,
        };
        let system = crs.map_or(Ok(System::Degrees(None)), |crs| system_of_text(&crs));
        all.insert(root, Described { system, kinds: None, boxes: Vec::new() });
    }
    let pairs = file.metadata().file_metadata().key_value_metadata();
    let geo = pairs.into_iter().flatten().find(|pair| pair.key == "geo");
    let Some(geo) = geo.and_then(|pair| pair.value.as_deref()) else { return Ok(all) };
    let geo: Value = serde_json::from_str(geo)
        .map_err(|_cause| "what it says of its geometry is no JSON".to_owned())?;
    for (name, about) in geo.get("columns").and_then(Value::as_object).into_iter().flatten() {
        let Some((root, field)) = file.schema().fields().find(name) else { continue };
        let encoding = about.get("encoding").and_then(Value::as_str).unwrap_or("");
        if encoding != "WKB" || *field.data_type() != DataType::Binary {
            return Err(format!("its geometry `{name}` is not stored as well-known binary"));
        }
        let kinds: Vec<&str> = about
            .get("geometry_types")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let kinds = (!kinds.is_empty()).then(|| Kinds {
            are_points: kinds.iter().all(|kind| matches!(*kind, "Point" | "Point Z")),
            have_heights: kinds.iter().any(|kind| kind.ends_with(" Z")),
        });
        let boxes = about
            .get("covering")
            .and_then(|covering| covering.get("bbox")?.as_object())
            .into_iter()
            .flat_map(|sides| sides.values())
            .filter_map(|path| path.get(0)?.as_str().map(str::to_owned))
            .collect();
        all.insert(root, Described { system: system_of(about.get("crs")), kinds, boxes });
    }
    Ok(all)
}

/// Reads the geometries where the file does not say of what kinds they are.
fn all_kinds(path: &Path, root: usize, stated: Option<Kinds>) -> io::Result<Kinds> {
    if let Some(stated) = stated {
        return Ok(stated);
    }
    let mut kinds = Kinds { are_points: true, have_heights: false };
    for batch in batches(path, [root])? {
        let batch = batch.map_err(io::Error::other)?;
        let Some(column) = batch.columns().first() else { break };
        for row in 0..batch.num_rows() {
            let Some(bytes) = cell::bytes(column.as_ref(), row) else { continue };
            let (is_point, has_height) = wkb::is_point(bytes).unwrap_or((false, false));
            kinds.are_points &= is_point;
            kinds.have_heights |= has_height;
        }
    }
    Ok(kinds)
}

fn system_of(crs: Option<&Value>) -> Result<System, String> {
    let crs = match crs {
        None => return Ok(System::Degrees(None)),
        // Said to be unknown, which is not the same as not said.
        Some(Value::Null) => return Ok(System::Degrees(Some("unknown".to_owned()))),
        Some(crs) => crs,
    };
    let text = |key: &str| crs.get(key).and_then(Value::as_str).unwrap_or("");
    let no_code = || {
        let name = text("name");
        format!("its geometry refers to `{name}`, which has no code; convert it to EPSG:4326")
    };
    let id = crs.get("id").ok_or_else(no_code)?;
    let authority = id.get("authority").and_then(Value::as_str).unwrap_or("");
    let code = match id.get("code") {
        Some(Value::Number(code)) => code.to_string(),
        Some(Value::String(code)) => code.clone(),
        _ => return Err(no_code()),
    };
    let code = format!("{authority}:{code}");
    match (is_wgs84(&code), text("type")) {
        (true, _) => Ok(System::Degrees(None)),
        (_, "GeographicCRS" | "GeodeticCRS") => Ok(System::Degrees(Some(code))),
        (_, "ProjectedCRS") => Ok(System::Plane(code)),
        _ => Err(format!("its geometry refers to `{code}`; convert it to EPSG:4326")),
    }
}

fn system_of_text(crs: &str) -> Result<System, String> {
    if let Ok(crs) = serde_json::from_str::<Value>(crs) {
        return system_of(Some(&crs));
    }
    if crs.is_empty() || is_wgs84(crs) || crs == "srid:4326" {
        return Ok(System::Degrees(None));
    }
    Err(format!("its geometry refers to `{crs}`; convert it to EPSG:4326"))
}

fn is_wgs84(code: &str) -> bool {
    ["EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84h"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(code))
}

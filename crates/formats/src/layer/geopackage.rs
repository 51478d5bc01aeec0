//! Layers in GeoPackages: databases of SQLite, which are opened so that nothing in them can act.

mod connect;
mod rows;

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use self::connect::connect;
pub(super) use self::rows::Rows;
use super::reference::Reference;
use super::value::{Property, PropertyType};
use super::{Content, Layer};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::shown;

/// A table of features.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    name: String,
    /// The whole number that identifies a row, by which it is read.
    key: String,
    geometry: String,
    srs_id: i64,
    /// Why it is not read, if so.
    refusal: Option<String>,
}

/// Lists the tables of features.
///
/// Source: OGC 12-128r19, sections 1.1 and 2.1.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Vec<Layer>, FormatError> {
    let connection = connect(path, limits)?;
    let damaged = |cause| damaged(path, limits, cause);
    let mut names = connection
        .prepare("SELECT count(*) FROM sqlite_master WHERE name IN (?1, ?2, ?3)")
        .map_err(damaged)?;
    let wanted = ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"];
    let found: i64 = names.query_row(wanted, |row| row.get(0)).map_err(damaged)?;
    if found < 3 {
        return Err(unsupported(path, "it is a database of SQLite, but no GeoPackage with layers"));
    }
    let mut statement = connection.prepare(LAYERS).map_err(damaged)?;
    let mut rows = statement.query([]).map_err(damaged)?;
    let mut layers = Vec::new();
    while let Some(row) = rows.next().map_err(damaged)? {
        let stated = Stated {
            table: row.get(0).map_err(damaged)?,
            geometry: row.get(1).map_err(damaged)?,
            srs_id: row.get(2).map_err(damaged)?,
            organization: row.get(3).map_err(damaged)?,
            code: row.get(4).map_err(damaged)?,
            definition: row.get(5).map_err(damaged)?,
        };
        if layers.len() == limits.members {
            let limit = limits.members as u64;
            return Err(FormatError::TooLarge { name: shown(path), limit, unit: "layers" });
        }
        layers.push(layer(path, &connection, stated, limits)?);
    }
    Ok(layers)
}

/// What the tables of contents say of a layer.
struct Stated {
    table: String,
    geometry: String,
    srs_id: i64,
    organization: Option<String>,
    code: Option<i64>,
    definition: Option<String>,
}

impl Stated {
    fn reference(&self) -> Reference {
        match (self.srs_id, self.organization.as_deref(), self.code) {
            (-1 | 0, ..) => Reference::unstated("undefined"),
            (_, Some(organization), Some(code)) if organization.eq_ignore_ascii_case("EPSG") => {
                Reference::of_code(code)
            }
            _ => match &self.definition {
                Some(definition) => Reference::of_wkt(definition),
                None => Reference::unstated(&format!("srs_id {}", self.srs_id)),
            },
        }
    }
}

fn layer(
    path: &Path,
    connection: &Connection,
    stated: Stated,
    limits: &Limits,
) -> Result<Layer, FormatError> {
    let damaged = |cause| damaged(path, limits, cause);
    let kind: Option<String> = connection
        .prepare("SELECT max(type) FROM pragma_table_list WHERE schema = 'main' AND lower(name) = lower(?1)")
        .and_then(|mut list| list.query_row([&stated.table], |row| row.get(0)))
        .map_err(damaged)?;
    let refusal = match kind.as_deref() {
        Some("table") => None,
        Some(_) => Some(format!("`{}` is no plain table but computed", stated.table)),
        None => Some(format!("it names a table `{}`, which is not in it", stated.table)),
    };
    let mut statement = connection
        .prepare("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid")
        .map_err(damaged)?;
    let mut columns: Vec<(String, String, i64)> = Vec::new();
    let mut rows = statement.query([&stated.table]).map_err(damaged)?;
    while let Some(row) = rows.next().map_err(damaged)? {
        let text = |at| row.get::<_, String>(at).map_err(damaged);
        columns.push((text(0)?, text(1)?, row.get(2).map_err(damaged)?));
        if columns.len() > limits.columns {
            let limit = limits.columns as u64;
            return Err(FormatError::TooLarge { name: shown(path), limit, unit: "columns" });
        }
    }
    let is = |one: &str, two: &str| one.eq_ignore_ascii_case(two);
    let mut keys = columns.iter().filter(|(.., key)| *key > 0);
    let key = match (keys.next(), keys.next()) {
        (Some((name, kind, _)), None) if is(kind, "INTEGER") => Some(name.clone()),
        _ => ["rowid", "oid", "_rowid_"]
            .into_iter()
            .find(|name| !columns.iter().any(|(column, ..)| is(column, name)))
            .map(str::to_owned),
    };
    let has_geometry = columns.iter().any(|(name, ..)| is(name, &stated.geometry));
    let refusal = refusal.or_else(|| {
        let what = if !has_geometry { "the column of its geometries" } else { "a key" };
        let is_whole = has_geometry && key.is_some();
        (!is_whole).then(|| format!("its table `{}` lacks {what}", stated.table))
    });
    let key = key.unwrap_or_default();
    let properties = columns
        .into_iter()
        .filter(|(name, ..)| !is(name, &key) && !is(name, &stated.geometry))
        .map(|(name, kind, _)| Property { name, kind: type_of(&kind) })
        .collect();
    Ok(Layer {
        file: shown(path),
        reference: stated.reference(),
        properties,
        notes: Vec::new(),
        content: Content::GeoPackage(Table {
            path: path.to_owned(),
            name: stated.table.clone(),
            key,
            geometry: stated.geometry,
            srs_id: stated.srs_id,
            refusal,
        }),
        name: stated.table,
        limits: *limits,
    })
}

/// Types of columns.
///
/// Source: OGC 12-128r19, table 1.
fn type_of(declared: &str) -> PropertyType {
    let declared = declared.to_ascii_uppercase();
    match declared.split('(').next().unwrap_or_default().trim() {
        "BOOLEAN" => PropertyType::Boolean,
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "INTEGER" => PropertyType::Integer,
        "FLOAT" | "DOUBLE" | "REAL" => PropertyType::Real,
        "TEXT" => PropertyType::Text,
        "DATE" => PropertyType::Date,
        "DATETIME" => PropertyType::DateTime,
        _ => PropertyType::Other,
    }
}

fn unsupported(path: &Path, reason: &str) -> FormatError {
    FormatError::Unsupported { name: shown(path), reason: reason.to_owned() }
}

fn damaged(path: &Path, limits: &Limits, cause: rusqlite::Error) -> FormatError {
    let name = shown(path);
    match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::TooBig) => {
            FormatError::TooLarge { name, limit: limits.feature_bytes, unit: "bytes in one value" }
        }
        Some(rusqlite::ErrorCode::CannotOpen) => {
            FormatError::Open { path: path.to_owned(), cause: io::Error::other(cause) }
        }
        _ => FormatError::Damaged { name, cause: io::Error::other(cause) },
    }
}

const LAYERS: &str = "
    SELECT c.table_name, g.column_name, g.srs_id, s.organization, s.organization_coordsys_id,
           s.definition
    FROM main.gpkg_contents c
    JOIN main.gpkg_geometry_columns g ON g.table_name = c.table_name COLLATE NOCASE
    LEFT JOIN main.gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
    WHERE c.data_type = 'features'
    ORDER BY c.table_name";

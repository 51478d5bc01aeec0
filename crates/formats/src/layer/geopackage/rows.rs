//! The rows of a table of features, read by their keys some at a time.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

use reedbed_core::period::Day;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::super::geometry::Geometry;
use super::super::reference::{Fault, Way};
use super::super::value::{PropertyType, Value};
use super::super::{Layer, Row, RowFault, wkb};
use super::{Table, connect, damaged, unsupported};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::shown;

/// Goes through a table.
pub(in super::super) struct Rows {
    connection: Connection,
    sql: String,
    path: PathBuf,
    limits: Limits,
    srs_id: i64,
    kinds: Vec<PropertyType>,
    /// The last key that was read.
    last: Option<i64>,
    page: VecDeque<RawRow>,
    is_over: bool,
}

struct RawRow {
    key: i64,
    geometry: Option<Vec<u8>>,
    values: Vec<Result<Value, Fault>>,
}

impl Table {
    pub(in super::super) fn rows(&self, layer: &Layer) -> Result<Rows, FormatError> {
        if let Some(refusal) = &self.refusal {
            return Err(unsupported(&self.path, refusal));
        }
        let key = quoted(&self.key);
        let columns: Vec<String> = [&self.key, &self.geometry]
            .into_iter()
            .chain(layer.properties.iter().map(|property| &property.name))
            .map(|name| quoted(name))
            .collect();
        let sql = format!(
            "SELECT {} FROM main.{} WHERE {key} >= ?1 ORDER BY {key}",
            columns.join(", "),
            quoted(&self.name)
        );
        Ok(Rows {
            connection: connect(&self.path, &layer.limits)?,
            sql,
            path: self.path.clone(),
            limits: layer.limits,
            srs_id: self.srs_id,
            kinds: layer.properties.iter().map(|property| property.kind).collect(),
            last: None,
            page: VecDeque::new(),
            is_over: false,
        })
    }
}

/// A name in SQL, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Rows {
    pub(in super::super) fn next_row(&mut self, way: Way) -> Result<Option<Row>, RowFault> {
        if self.page.is_empty() && !self.is_over {
            self.turn_page()?;
        }
        let Some(row) = self.page.pop_front() else { return Ok(None) };
        let geometry = match row.geometry {
            None => None,
            Some(bytes) => geometry_of(&bytes, self.srs_id, way)?,
        };
        let properties = row.values.into_iter().collect::<Result<_, _>>()?;
        Ok(Some(Row { id: Some(row.key.to_string()), properties, geometry }))
    }

    fn turn_page(&mut self) -> Result<(), FormatError> {
        let damaged = |cause| damaged(&self.path, &self.limits, cause);
        let mut statement = self.connection.prepare(&self.sql).map_err(damaged)?;
        let Some(from) = self.last.map_or(Some(i64::MIN), |last| last.checked_add(1)) else {
            self.is_over = true;
            return Ok(());
        };
        let mut rows = statement.query([from]).map_err(damaged)?;
        let mut size = 0;
        while self.page.len() < PAGE_ROWS && size < PAGE_BYTES {
            let Some(row) = rows.next().map_err(damaged)? else {
                self.is_over = true;
                return Ok(());
            };
            let key: i64 = row.get(0).map_err(damaged)?;
            // Keys that do not grow are those of a damaged tree, which could go round for ever.
            if self.last.is_some_and(|last| last >= key) {
                let cause = io::Error::from(io::ErrorKind::InvalidData);
                return Err(FormatError::Damaged { name: shown(&self.path), cause });
            }
            self.last = Some(key);
            let geometry = match row.get_ref(1).map_err(damaged)? {
                ValueRef::Null => None,
                ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                // Found to be no geometry when it is its turn.
                _ => Some(Vec::new()),
            };
            size += geometry.as_ref().map_or(0, Vec::len);
            let mut values = Vec::with_capacity(self.kinds.len());
            for (at, kind) in (2..).zip(&self.kinds) {
                let value = row.get_ref(at).map_err(damaged)?;
                size += match value {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                    _ => 8,
                };
                values.push(value_of(value, *kind));
            }
            self.page.push_back(RawRow { key, geometry, values });
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a column of reals has asked for that")]
fn value_of(value: ValueRef<'_>, kind: PropertyType) -> Result<Value, Fault> {
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(number @ 0..=1), PropertyType::Boolean) => Value::Boolean(number == 1),
        (ValueRef::Integer(number), PropertyType::Real) => Value::Real(number as f64),
        (ValueRef::Integer(number), _) => Value::Integer(number),
        (ValueRef::Real(number), _) => Value::Real(number),
        (ValueRef::Blob(bytes), _) => Value::Bytes(bytes.to_vec()),
        (ValueRef::Text(bytes), kind) => {
            let text = std::str::from_utf8(bytes)
                .map_err(|_not_text| Fault::new("has a text that is not UTF-8"))?;
            match (kind, text.parse::<Day>()) {
                (PropertyType::Date, Ok(day)) => Value::Date(day),
                (PropertyType::DateTime, _) => Value::DateTime(text.to_owned()),
                _ => Value::Text(text.to_owned()),
            }
        }
    })
}

/// Reads the head that stands before the well-known binary.
///
/// Source: OGC 12-128r19, section 2.1.3.1.
fn geometry_of(bytes: &[u8], srs_id: i64, way: Way) -> Result<Option<Geometry>, Fault> {
    let foreign = || Fault::new("has a geometry that is none of a GeoPackage");
    let (&[b'G', b'P', 0, flags, a, b, c, d], rest) =
        bytes.split_first_chunk::<8>().ok_or_else(foreign)?
    else {
        return Err(foreign());
    };
    let id = [a, b, c, d];
    let stated = if flags & 1 == 1 { i32::from_le_bytes(id) } else { i32::from_be_bytes(id) };
    if i64::from(stated) != srs_id {
        return Err(Fault::new("is in another reference system than its layer"));
    }
    if flags & 0x20 != 0 {
        return Err(Fault::new("has a geometry of an extended kind, which is not read"));
    }
    let envelope = match flags >> 1 & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(foreign()),
    };
    let body = rest.get(envelope..).ok_or_else(|| Fault::new("has a geometry that is cut off"))?;
    wkb::read(body, way).map(Some)
}

const PAGE_ROWS: usize = 256;
const PAGE_BYTES: usize = 4 << 20;

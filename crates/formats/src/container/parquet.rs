//! Parquet and GeoParquet files, written in two passes: what the columns are, then the rows.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::kind::{Guess, Kind, float, micros, whole};
use super::place::{PlaceColumns, metadata};
use super::{ContainerError, Finished, Row};
use crate::made::number::day_of;
use crate::wkb::Gathered;

/// What was written of geometry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GeoWritten {
    /// Rows.
    pub rows: u64,
    /// Rows that have a geometry.
    pub placed: u64,
}

/// Writes a table as a Parquet file.
///
/// A column is of whole numbers, numbers, true and false, days or moments (local ones, or in
/// universal time where all end in `Z`) where each of its texts can be had back from it; of text
/// otherwise, and where it is empty. An empty cell is a missing value.
///
/// Shape: packed with zstd; row groups of at most 131,072 rows or 64 MiB.
///
/// Errors: [`ContainerError`] where a row is not sound or the output takes no more.
pub fn write_parquet(table: &Finished<'_>, out: impl Write + Send) -> Result<(), ContainerError> {
    write(table, false, out).map(drop)
}

/// Writes a table as a GeoParquet 1.1 file: as [`write_parquet`] does, and with a column of
/// geometries: footprintWKT, or in rows without one the point.
///
/// Units: degrees on WGS 84 (OGC:CRS84), longitude first. A row that says another datum, or a place
/// that cannot be read, has no geometry and keeps its text.
///
/// Errors: [`ContainerError::NoPlaces`] where no column says where rows are.
pub fn write_geoparquet(
    table: &Finished<'_>,
    out: impl Write + Send,
) -> Result<GeoWritten, ContainerError> {
    write(table, true, out)
}

fn write(
    table: &Finished<'_>,
    has_geometry: bool,
    out: impl Write + Send,
) -> Result<GeoWritten, ContainerError> {
    let (headings, kinds) = survey(table)?;
    let places = PlaceColumns::of(&headings);
    if has_geometry && !places.has_any() {
        return Err(ContainerError::NoPlaces { table: table.name.clone() });
    }
    let name = has_geometry.then(|| free_name(&headings));
    let mut fields: Vec<Field> = headings
        .iter()
        .zip(&kinds)
        .map(|(heading, kind)| Field::new(heading, type_of(*kind), true))
        .collect();
    fields.extend(name.as_ref().map(|name| Field::new(name, DataType::Binary, true)));
    let schema = Arc::new(Schema::new(fields));
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_max_row_group_bytes(Some(GROUP_BYTES))
        .build();
    let mut writer =
        ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(failed)?;
    let mut batch = Batch::new(schema, &kinds, has_geometry);
    let mut written = GeoWritten::default();
    let mut gathered = Gathered::default();
    table.visit(|nth, row| {
        if nth == 0 {
            return Ok(());
        }
        let geometry = if has_geometry { places.geometry(row, &mut gathered) } else { None };
        written.rows += 1;
        written.placed += u64::from(geometry.is_some());
        batch.add(row, geometry);
        if batch.is_full() {
            writer.write(&batch.take()?).map_err(failed)?;
        }
        Ok(())
    })?;
    writer.write(&batch.take()?).map_err(failed)?;
    if let Some(name) = name {
        let pair = KeyValue::new("geo".to_owned(), metadata(&name, &gathered));
        writer.append_key_value_metadata(pair);
    }
    writer.close().map_err(failed)?;
    Ok(written)
}

/// The headings, and what the columns hold.
fn survey(table: &Finished<'_>) -> Result<(Vec<String>, Vec<Kind>), ContainerError> {
    let (mut headings, mut guesses) = (Vec::new(), Vec::new());
    table.visit(|nth, row| {
        let mut scratch = String::new();
        if nth == 0 {
            guesses = vec![Guess::default(); row.shape.columns];
            let columns = 0..row.shape.columns;
            headings = columns.map(|i| row.value(i, &mut scratch).to_owned()).collect();
            return Ok(());
        }
        for (index, guess) in guesses.iter_mut().enumerate() {
            guess.see(row.value(index, &mut scratch));
        }
        Ok(())
    })?;
    Ok((headings, guesses.iter().map(Guess::kind).collect()))
}

/// A name for the geometry that no column has.
fn free_name(headings: &[String]) -> String {
    let is_free = |name: &String| !headings.iter().any(|other| other.eq_ignore_ascii_case(name));
    let numbered = (2..).map(|number: u32| format!("geometry_{number}"));
    std::iter::once("geometry".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Day => DataType::Date32,
        Kind::Float => DataType::Float64,
        Kind::Local => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Text => DataType::Utf8,
        Kind::Universal => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Whole => DataType::Int64,
    }
}

/// Rows on their way to the file.
struct Batch {
    schema: Arc<Schema>,
    columns: Vec<Values>,
    geometries: Option<BinaryBuilder>,
    rows: usize,
    bytes: usize,
}

enum Values {
    Bool(BooleanBuilder),
    Day(Date32Builder),
    Float(Float64Builder),
    Local(TimestampMicrosecondBuilder),
    Text(StringBuilder),
    Universal(TimestampMicrosecondBuilder),
    Whole(Int64Builder),
}

impl Batch {
    fn new(schema: Arc<Schema>, kinds: &[Kind], has_geometry: bool) -> Self {
        let columns = kinds.iter().map(|kind| Values::of(*kind)).collect();
        let geometries = has_geometry.then(BinaryBuilder::new);
        Self { schema, columns, geometries, rows: 0, bytes: 0 }
    }

    fn add(&mut self, row: Row<'_>, geometry: Option<Vec<u8>>) {
        let mut scratch = String::new();
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.add(row.value(index, &mut scratch));
        }
        self.bytes += row.bytes.len() + geometry.as_ref().map_or(0, Vec::len);
        if let Some(geometries) = &mut self.geometries {
            geometries.append_option(geometry);
        }
        self.rows += 1;
    }

    fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Result<RecordBatch, ContainerError> {
        let mut arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Values::take).collect();
        if let Some(geometries) = &mut self.geometries {
            arrays.push(Arc::new(geometries.finish()));
        }
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|error| failed(ParquetError::from(error)))
    }
}

impl Values {
    fn of(kind: Kind) -> Self {
        let moments = TimestampMicrosecondBuilder::new;
        match kind {
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Day => Self::Day(Date32Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Local => Self::Local(moments()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Universal => Self::Universal(moments().with_timezone("UTC")),
            Kind::Whole => Self::Whole(Int64Builder::new()),
        }
    }

    fn add(&mut self, text: &str) {
        match self {
            Self::Bool(values) => values.append_option(text.parse().ok()),
            Self::Day(values) => values.append_option(day_of(text)),
            Self::Float(values) => values.append_option(float(text)),
            Self::Local(values) => values.append_option(micros(text)),
            Self::Text(values) => values.append_option((!text.is_empty()).then_some(text)),
            Self::Universal(values) => {
                values.append_option(text.strip_suffix('Z').and_then(micros));
            }
            Self::Whole(values) => values.append_option(whole(text)),
        }
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Bool(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
            Self::Float(values) => Arc::new(values.finish()),
            Self::Local(values) | Self::Universal(values) => Arc::new(values.finish()),
            Self::Text(values) => Arc::new(values.finish()),
            Self::Whole(values) => Arc::new(values.finish()),
        }
    }
}

fn failed(error: ParquetError) -> ContainerError {
    let cause = match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => *cause,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    ContainerError::Write { container: "Parquet file", cause }
}

const ZSTD_LEVEL: i32 = 3;
const GROUP_ROWS: usize = 1 << 17;
const GROUP_BYTES: usize = 64 << 20;
const BATCH_ROWS: usize = 4_096;
const BATCH_BYTES: usize = 8 << 20;

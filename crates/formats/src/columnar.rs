//! Parquet and GeoParquet files as rows of text, batch after batch.
//!
//! Texts, numbers, true and false, days and times become the text that stands for them; moments in
//! universal time end in `Z`. Lists are joined with ` | `, as Darwin Core does; structures become
//! JSON. A UUID is written as one; a length of time is the number that is stored, since only Arrow
//! marks it. Other bytes have no text, and a place could hide in them, so
//! that their columns are left aside and named in a note. Geometry becomes columns of Darwin Core.

mod cell;
mod footer;
mod geometry;

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, LogicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::apart;
use crate::made::rows::RowSink;
use crate::source::{failed, shown};
use geometry::Geometry;

/// A Parquet file, and what becomes of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columnar {
    pub(crate) path: PathBuf,
    columns: Vec<Planned>,
}

/// A column of the file, by its number, that becomes one of rows, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Planned {
    root: usize,
    name: String,
    becomes: Becomes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Becomes {
    Geometry(Geometry),
    Text,
    Uuid,
}

/// Opens a file and plans its columns; also tells what is odd about it.
///
/// Errors: [`FormatError::Unsupported`] where it is encrypted or packed in a rare way, its columns
/// are nested too deeply, or its geometry is on no system that has a code; [`FormatError::TooLarge`] where it has too many
/// columns; [`FormatError::Damaged`] where it cannot be read.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<(Columnar, Vec<String>), FormatError> {
    footer::check(path, limits)?;
    let limits = *limits;
    apart(path.to_owned(), move |path| plan(path, &limits))
}

fn plan(path: &Path, limits: &Limits) -> Result<(Columnar, Vec<String>), FormatError> {
    let broken = |cause| failed(&shown(path), cause);
    let file = reader(path).map_err(broken)?;
    refuse_packing(path, file.metadata())?;
    let mut notes = Vec::new();
    let mut found = geometry::find(path, &file, &mut notes)?;
    let fields = file.schema().fields();
    if fields.len() > limits.columns {
        let (name, limit) = (shown(path), limits.columns as u64);
        return Err(FormatError::TooLarge { name, limit, unit: "columns" });
    }
    let descriptions = file.parquet_schema().root_schema().get_fields();
    let mut columns = Vec::new();
    for (root, field) in fields.iter().enumerate() {
        let name = field.name().clone();
        if found.boxes.contains(&name) {
            notes.push(format!("its column `{name}` repeats its geometry and was left aside"));
            continue;
        }
        if let Some(geometry) = found.columns.remove(&root) {
            columns.push(Planned { root, name, becomes: Becomes::Geometry(geometry) });
            continue;
        }
        let logical = descriptions.get(root).and_then(|d| d.get_basic_info().logical_type_ref());
        let is_uuid = matches!(field.data_type(), DataType::FixedSizeBinary(16))
            && matches!(logical, Some(LogicalType::Uuid));
        if is_uuid {
            columns.push(Planned { root, name, becomes: Becomes::Uuid });
        } else if cell::has_text(field.data_type()) && !found.aside.contains(&root) {
            columns.push(Planned { root, name, becomes: Becomes::Text });
        } else {
            notes.push(format!("its column `{name}` cannot be written as text and was left aside"));
        }
    }
    if columns.is_empty() {
        let reason = "it has no columns".to_owned();
        return Err(FormatError::Document { name: shown(path), reason });
    }
    Ok((Columnar { path: path.to_owned(), columns }, notes))
}

/// What this program was not built to unpack is told before anything is read.
fn refuse_packing(path: &Path, metadata: &ParquetMetaData) -> Result<(), FormatError> {
    let chunks = metadata.row_groups().iter().flat_map(|group| group.columns());
    let unread = chunks
        .map(|chunk| chunk.compression())
        .find(|packing| matches!(packing, Compression::BROTLI(_) | Compression::LZO));
    let Some(packing) = unread else { return Ok(()) };
    let packing = if packing == Compression::LZO { "LZO" } else { "Brotli" };
    let reason = format!("it is packed with {packing}; write it with zstd or Snappy");
    Err(FormatError::Unsupported { name: shown(path), reason })
}

/// Writes headings and rows.
pub(crate) fn write(file: &Columnar, rows: &mut RowSink) -> io::Result<()> {
    let mut headings: Vec<&str> = Vec::new();
    for column in &file.columns {
        match &column.becomes {
            Becomes::Geometry(geometry) => headings.extend(geometry.headings()),
            Becomes::Text | Becomes::Uuid => headings.push(&column.name),
        }
    }
    rows.row(headings.iter().copied())?;
    let mut cells: Vec<String> = vec![String::new(); headings.len()];
    for batch in batches(&file.path, file.columns.iter().map(|column| column.root))? {
        let batch = batch.map_err(io::Error::other)?;
        for row in 0..batch.num_rows() {
            cells.iter_mut().for_each(String::clear);
            write_row(file, &batch, row, &mut cells)?;
            rows.row(cells.iter().map(String::as_str))?;
        }
    }
    Ok(())
}

fn write_row(
    file: &Columnar,
    batch: &RecordBatch,
    row: usize,
    cells: &mut [String],
) -> io::Result<()> {
    let mut cells = cells.iter_mut();
    for (column, planned) in batch.columns().iter().zip(&file.columns) {
        match &planned.becomes {
            Becomes::Geometry(geometry) => {
                let bytes = cell::bytes(column.as_ref(), row);
                geometry.write(bytes, &mut cells).map_err(|what| {
                    let what = format!("`{}` in row {}: {what}", planned.name, row + 1);
                    io::Error::new(io::ErrorKind::InvalidData, what)
                })?;
            }
            Becomes::Text => {
                let Some(text) = cells.next() else { break };
                cell::write(column.as_ref(), row, text);
            }
            Becomes::Uuid => {
                let Some(text) = cells.next() else { break };
                if let Some(bytes) = cell::bytes(column.as_ref(), row) {
                    cell::write_uuid(bytes, text);
                }
            }
        }
    }
    Ok(())
}

/// Some columns, batch after batch.
fn batches(
    path: &Path,
    roots: impl IntoIterator<Item = usize>,
) -> io::Result<impl Iterator<Item = Result<RecordBatch, arrow_schema::ArrowError>>> {
    let file = reader(path)?;
    let roots: BTreeSet<usize> = roots.into_iter().collect();
    let mask = ProjectionMask::roots(file.parquet_schema(), roots);
    file.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(damage)
}

fn reader(path: &Path) -> io::Result<ParquetRecordBatchReaderBuilder<File>> {
    // What Arrow adds about its own types says nothing about the values, and is one parser more.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)
        .map_err(damage)
}

fn damage(error: ParquetError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

const BATCH_ROWS: usize = 1_024;

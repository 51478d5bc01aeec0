//! Workbooks of the OOXML family (.xlsx, .xlsm): cells in the order in which the file has them.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::serial::{self, Shown};
use super::{Content, FoundSheet, LOCKED, Sheet, unsupported};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::number::shortest;
use crate::made::rows::{RowSink, SheetRows};
use crate::source::{failed, shown};

/// Lists the sheets that have cells at all; charts and macros are none.
pub(super) fn sheets(path: &Path) -> Result<Vec<FoundSheet>, FormatError> {
    let told = |error: XlsxError| match error {
        XlsxError::Password => unsupported(path, LOCKED),
        error => failed(&shown(path), damage(error)),
    };
    let mut workbook = open(path).map_err(|cause| failed(&shown(path), cause))?;
    let mut found = Vec::new();
    for listed in workbook.sheets_metadata().to_vec() {
        if listed.typ != SheetType::WorkSheet {
            continue;
        }
        let mut has_cells = false;
        let mut cells = workbook.worksheet_cells_reader(&listed.name).map_err(told)?;
        while let Some(cell) = cells.next_cell().map_err(told)? {
            if !matches!(cell.get_value(), DataRef::Empty) {
                has_cells = true;
                break;
            }
        }
        drop(cells);
        let merged = workbook.merge_cells_by_sheet_name(&listed.name).map_err(told)?.len();
        found.push(FoundSheet {
            sheet: Sheet { workbook: path.to_owned(), name: listed.name, content: Content::Xlsx },
            is_hidden: listed.visible != SheetVisible::Visible,
            has_cells,
            merged,
        });
    }
    Ok(found)
}

/// Writes the rows of a sheet.
pub(super) fn write(
    path: &Path,
    sheet: &str,
    rows: &mut RowSink,
    limits: &Limits,
) -> io::Result<()> {
    let mut workbook = open(path)?;
    let is_1904 = workbook.has_1904_epoch();
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(damage)?;
    let shown: Vec<Shown> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map(|format| Shown::of(&format.format_code)))
        .map(Option::unwrap_or_default)
        .collect();
    let mut rows = SheetRows::new(rows, limits.columns, limits.row_bytes);
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(damage)? {
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let made = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => {
                rows.cell(row, column, text)?;
                continue;
            }
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                rows.cell(row, column, text)?;
                continue;
            }
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => shortest(*number),
            DataRef::Bool(is_true) => is_true.to_string(),
            DataRef::Error(error) => error.to_string(),
            DataRef::DateTime(time) if time.is_duration() => serial::length(time.as_f64()),
            DataRef::DateTime(time) => {
                let shown = shown.get(style).copied().unwrap_or_default();
                serial::moment(time.as_f64(), is_1904, shown)
            }
        };
        rows.cell(row, column, &made)?;
    }
    rows.finish()
}

fn open(path: &Path) -> io::Result<Xlsx<BufReader<File>>> {
    Xlsx::new(BufReader::new(File::open(path)?)).map_err(damage)
}

fn damage(error: XlsxError) -> io::Error {
    match error {
        XlsxError::Io(cause) => cause,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

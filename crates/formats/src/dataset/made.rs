//! Workbooks and Parquet files: their sheets and columns as tables.

use std::path::Path;

use super::{Note, Notes, OpenOptions, Wanted, plain};
use crate::columnar;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::Made;
use crate::source::shown;
use crate::table::Table;
use crate::workbook::FoundSheet;

/// Opens the sheets of a workbook. Empty ones are left aside, and so are those that have no heading
/// that is a known term where others have one or are wanted for what they are: remarks, keys to
/// colours.
///
/// Errors: [`FormatError::Document`] where no sheet has cells or headings that can be read.
pub(super) fn workbook(
    path: &Path,
    sheets: Vec<FoundSheet>,
    options: &OpenOptions,
    limits: &Limits,
    (is_wanted, notes): (Wanted<'_>, &mut Vec<Note>),
) -> Result<Vec<Table>, FormatError> {
    let mut opened = Vec::new();
    for found in sheets {
        let name = name_of(path, &found.sheet.name);
        let mut own = Vec::new();
        let mut about = Notes { file: &name, all: &mut own };
        if !found.has_cells {
            about.add("it was left aside, having no cells");
            notes.append(&mut own);
            continue;
        }
        if found.is_hidden {
            about.add("it is hidden in the workbook and was read all the same");
        }
        if found.merged > 0 {
            about.add("some of its cells are merged; only the first of them has the value");
        }
        let table = plain::open_made(&name, Made::Sheet(found.sheet), options, limits, &mut about);
        opened.push((name, table, own));
    }
    let is_known = |table: &Table| {
        table.columns.iter().any(|column| column.term.is_some()) || is_wanted(table)
    };
    let has_known = opened.iter().any(|(_, table, _)| table.as_ref().is_ok_and(is_known));
    let mut tables = Vec::new();
    for (name, table, mut own) in opened {
        match table {
            // A file that is broken or too large is told of, whatever the other sheets are.
            Err(error) if !has_known || !matches!(error, FormatError::Document { .. }) => {
                return Err(error);
            }
            Ok(table) if !has_known || is_known(&table) => {
                notes.append(&mut own);
                tables.push(table);
            }
            Ok(_) | Err(_) => notes.push(Note {
                file: name,
                text: "it was left aside, having no headings that are known terms".to_owned(),
            }),
        }
    }
    if tables.is_empty() {
        let reason = "none of its sheets has cells".to_owned();
        return Err(FormatError::Document { name: shown(path), reason });
    }
    Ok(tables)
}

/// Opens a Parquet file.
pub(super) fn columnar(
    path: &Path,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    let name = shown(path);
    let mut about = Notes { file: &name, all: notes };
    let (file, told) = columnar::open(path, limits)?;
    told.into_iter().for_each(|text| about.add(text));
    // Its columns have names, whatever is said of tables.
    let options = OpenOptions { header: None, ..options.clone() };
    plain::open_made(&name, Made::Columnar(file), &options, limits, &mut about)
}

/// The name of a sheet beside that of its workbook.
fn name_of(path: &Path, sheet: &str) -> String {
    let sheet: String = sheet.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{}[{sheet}]", shown(path))
}

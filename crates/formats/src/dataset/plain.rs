//! Plain tables: how they are written is detected, what they are follows from their headings.

use std::io::Read;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::{Dataset, Form, Note, OpenOptions, column, kind_of_columns, type_of_kind};
use crate::detect::{self, LineEnd};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::row::Fields;
use crate::source::{Source, shown};
use crate::table::{Column, Dialect, RowKind, Table, TableFile, Terminator};
use crate::text::{NORMAL, OddForm, TextForm};

/// Opens one file as a table.
pub(super) fn open_file(
    path: &Path,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    open_source(&shown(path), &Source::File(path.to_owned()), options, limits, notes)
}

/// Opens a file or a member of an archive as a table.
pub(super) fn open_source(
    name: &str,
    source: &Source,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    let mut sample = Vec::new();
    source
        .open(limits)?
        .take(SAMPLE)
        .read_to_end(&mut sample)
        .map_err(|cause| FormatError::Damaged { name: name.to_owned(), cause })?;
    let form = text_form(name, &sample, options, notes)?;
    let text = decoded(&sample, form.encoding);
    let (delimiter, quote, line_end) = detect::form(&text);
    let delimiter = options.delimiter.unwrap_or(delimiter);
    let quote = options.quote.unwrap_or(quote);
    let is_odd = options.escape.is_some() || line_end == LineEnd::Cr;
    let dialect = if is_odd {
        NORMAL
    } else {
        let terminator = if line_end == LineEnd::CrLf { Terminator::CrLf } else { Terminator::Lf };
        Dialect { delimiter, quote, terminator }
    };
    let odd = is_odd.then(|| OddForm {
        delimiter: char::from(delimiter).to_string(),
        quote: quote.map(char::from),
        escape: options.escape.map(char::from),
        terminator: String::new(),
    });
    let form = TextForm { odd, ..form };
    let has_header = options.header.unwrap_or(true);
    let mut table = Table {
        name: name.to_owned(),
        kind: RowKind::Other,
        row_type: String::new(),
        is_core: false,
        columns: Vec::new(),
        id: None,
        defaults: Vec::new(),
        dialect,
        has_header,
        files: vec![TableFile { name: name.to_owned(), source: source.clone(), form }],
        header_lines: 0,
        limits: *limits,
    };
    table.columns = headings(&mut table, name, limits)?;
    table.header_lines = usize::from(has_header);
    table.kind = kind_of_columns(&table.columns);
    table.row_type = type_of_kind(table.kind).to_owned();
    table.id = id_column(&table);
    Ok(table)
}

fn text_form(
    name: &str,
    sample: &[u8],
    options: &OpenOptions,
    notes: &mut Vec<Note>,
) -> Result<TextForm, FormatError> {
    let encoding = match &options.encoding {
        Some(label) => named_encoding(name, label)?,
        None => {
            let (encoding, is_guessed) = detect::encoding(sample);
            if is_guessed {
                let text = format!(
                    "its character set is not stated and was taken to be {}",
                    encoding.name()
                );
                notes.push(Note { file: name.to_owned(), text });
            }
            encoding
        }
    };
    Ok(TextForm { encoding, odd: None })
}

/// A character set by its name.
pub(super) fn named_encoding(name: &str, label: &str) -> Result<&'static Encoding, FormatError> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| FormatError::Unsupported {
        name: name.to_owned(),
        reason: format!("its character set `{label}` is not known"),
    })
}

fn decoded(sample: &[u8], encoding: &'static Encoding) -> String {
    if encoding == UTF_8 {
        let sample = sample.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(sample);
        return String::from_utf8_lossy(sample).into_owned();
    }
    encoding.decode(sample).0.into_owned()
}

/// Reads the first row as headings.
fn headings(table: &mut Table, name: &str, limits: &Limits) -> Result<Vec<Column>, FormatError> {
    let cells = first_row(table, limits)?;
    let Some(cells) = cells else {
        return Err(FormatError::Document {
            name: name.to_owned(),
            reason: "it is empty".to_owned(),
        });
    };
    if cells.len() > limits.columns {
        return Err(FormatError::TooLarge {
            name: name.to_owned(),
            limit: limits.columns as u64,
            unit: "columns",
        });
    }
    if !table.has_header {
        return Ok((1..=cells.len()).map(|n| column(&format!("column {n}"), None, None)).collect());
    }
    Ok(cells.iter().map(|cell| column(cell.trim(), None, None)).collect())
}

/// The cells of the first row, however many there are.
pub(super) fn first_row(
    table: &Table,
    limits: &Limits,
) -> Result<Option<Vec<String>>, FormatError> {
    let mut shape = table.shape();
    shape.columns = limits.columns + 1;
    let mut chunks = table.read()?;
    let Some(chunk) = chunks.next_chunk()? else { return Ok(None) };
    let mut fields = Fields::default();
    let mut rows = chunk.rows(&shape);
    let Some(row) = rows.next_into(&mut fields) else { return Ok(None) };
    let mut scratch = String::new();
    Ok(Some(
        (0..fields.len())
            .map(|i| fields.value(row.bytes, i, &shape, &mut scratch).to_owned())
            .collect(),
    ))
}

fn id_column(table: &Table) -> Option<usize> {
    let names: &[&str] = match table.kind {
        RowKind::Event => &["eventID"],
        RowKind::Occurrence | RowKind::Other => &["occurrenceID", "gbifID", "catalogNumber"],
        RowKind::Taxon => &["taxonID"],
        _ => return None,
    };
    names.iter().find_map(|name| table.column(name))
}

/// Puts tables together to one dataset.
pub(super) fn dataset(mut tables: Vec<Table>, notes: Vec<Note>) -> Result<Dataset, FormatError> {
    if tables.is_empty() {
        return Err(FormatError::Empty);
    }
    let core = [RowKind::Event, RowKind::Occurrence, RowKind::Taxon, RowKind::Other]
        .iter()
        .find_map(|kind| tables.iter().position(|table| table.kind == *kind))
        .unwrap_or(0);
    if let Some(table) = tables.get_mut(core) {
        table.is_core = true;
    }
    // Plain tables hang together by their columns, not by their position.
    for (index, table) in tables.iter_mut().enumerate() {
        if index != core && table.kind != RowKind::Occurrence && table.kind != RowKind::Event {
            table.id = None;
        }
    }
    Ok(Dataset { form: Form::Tables, tables, metadata: None, notes })
}

const SAMPLE: u64 = 1 << 20;

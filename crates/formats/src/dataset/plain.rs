//! Plain tables: how they are written is detected, what they are follows from their headings.

use encoding_rs::{Encoding, UTF_8};

use super::{Note, Notes, OpenOptions, first_row, kind};
use crate::dialect::{self, LineEnd};
use crate::encoding::{self, Certainty};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::Made;
use crate::normalise::{NORMAL, OddForm};
use crate::source::Source;
use crate::table::{Column, Dialect, RowKind, Table, TableFile, Terminator};
use crate::text::TextForm;

/// Opens a file or a member of an archive as a table.
///
/// Errors: [`FormatError::Unsupported`] where it is no text, [`FormatError::Document`] where it is
/// empty or its headings cannot be read.
pub(super) fn open(
    name: &str,
    source: &Source,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    let mut notes = Notes { file: name, all: notes };
    let sample = source.sample(name, limits)?;
    let encoding = character_set(name, &sample, options, &mut notes)?;
    let text = decoded(&sample, encoding);
    if !is_text(&text) {
        let reason = "it is not a table of text".to_owned();
        return Err(FormatError::Unsupported { name: name.to_owned(), reason });
    }
    let (dialect, form) = writing(&text, encoding, options, &mut notes);
    with_headings(name, source, dialect, form, options, limits, &mut notes)
}

/// Opens what never was text as a table; how it is written is no question.
///
/// Errors: [`FormatError::Document`] where it is empty or its headings cannot be read.
pub(super) fn open_made(
    name: &str,
    made: Made,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Notes<'_>,
) -> Result<Table, FormatError> {
    let form = TextForm { encoding: UTF_8, odd: None, counts_rows: true };
    with_headings(name, &Source::Made(made), NORMAL, form, options, limits, notes)
}

fn with_headings(
    name: &str,
    source: &Source,
    dialect: Dialect,
    form: TextForm,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Notes<'_>,
) -> Result<Table, FormatError> {
    let mut table = Table {
        name: name.to_owned(),
        kind: RowKind::Other,
        row_type: String::new(),
        kind_of_data: kind::OCCURRENCE,
        is_core: false,
        columns: Vec::new(),
        id: None,
        defaults: Vec::new(),
        dialect,
        has_header: options.header.unwrap_or(true),
        date_format: None,
        header: None,
        files: vec![TableFile { name: name.to_owned(), source: source.clone(), form }],
        header_lines: 0,
        limits: *limits,
    };
    read_headings(&mut table, notes)?;
    table.kind = kind::of_columns(&table.columns);
    table.row_type = kind::type_of(table.kind).to_owned();
    table.id = id_column(&table);
    Ok(table)
}

fn character_set(
    name: &str,
    sample: &[u8],
    options: &OpenOptions,
    notes: &mut Notes<'_>,
) -> Result<&'static Encoding, FormatError> {
    if let Some(label) = &options.encoding {
        return named_encoding(name, label);
    }
    let guess = encoding::detect(sample);
    match guess.certainty {
        Certainty::Fits | Certainty::Open | Certainty::Stated => {}
        Certainty::Likely => notes.add(format!(
            "its character set is not stated and was taken to be {}",
            guess.encoding.name()
        )),
        Certainty::Mostly => {
            notes.add("it is written in UTF-8, but some of its rows are not and cannot be used");
        }
    }
    Ok(guess.encoding)
}

/// A character set by one of its names.
pub(super) fn named_encoding(name: &str, label: &str) -> Result<&'static Encoding, FormatError> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| FormatError::Unsupported {
        name: name.to_owned(),
        reason: format!("its character set `{label}` is not known"),
    })
}

fn decoded(sample: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    match Encoding::for_bom(sample).map_or(encoding, |(stated, _)| stated) {
        utf8 if utf8 == UTF_8 => {
            sample.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(sample).to_vec()
        }
        other => other.decode(sample).0.into_owned().into_bytes(),
    }
}

/// Whether a sample is text: hardly any of it are control characters.
fn is_text(text: &[u8]) -> bool {
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c);
    text.iter().filter(is_control).count() * 50 <= text.len()
}

/// How rows are written, after any normalising.
fn writing(
    text: &[u8],
    encoding: &'static Encoding,
    options: &OpenOptions,
    notes: &mut Notes<'_>,
) -> (Dialect, TextForm) {
    let found = dialect::detect(text, options.delimiter);
    if found.is_doubtful {
        let delimiter = char::from(found.delimiter);
        notes.add(format!("its delimiter is not clear and was taken to be `{delimiter}`"));
    }
    let quote = options.quote.unwrap_or(found.quote);
    if options.escape.is_none() && found.line_end != LineEnd::Cr {
        let terminator =
            if found.line_end == LineEnd::CrLf { Terminator::CrLf } else { Terminator::Lf };
        let dialect = Dialect { delimiter: found.delimiter, quote, terminator };
        return (dialect, TextForm { encoding, odd: None, counts_rows: false });
    }
    let odd = OddForm {
        delimiter: char::from(found.delimiter).to_string(),
        quote: quote.map(char::from),
        escape: options.escape.map(char::from),
        terminator: String::new(),
    };
    (NORMAL, TextForm { encoding, odd: Some(odd), counts_rows: false })
}

/// Reads the first row that is not blank as headings.
fn read_headings(table: &mut Table, notes: &mut Notes<'_>) -> Result<(), FormatError> {
    let first = first_row::read(table)?;
    let unusable = |reason: String| FormatError::Document { name: table.name.clone(), reason };
    if first.cells.is_empty() {
        return Err(unusable("it is empty".to_owned()));
    }
    if !table.has_header {
        let count = first.cells.len();
        table.columns = (1..=count).map(|n| Column::plain(&format!("column {n}"))).collect();
        notes.add("it has no headings, so that nothing is known of its columns");
        return Ok(());
    }
    if let Some(fault) = first.fault {
        return Err(unusable(format!("its headings cannot be read, because {fault}")));
    }
    table.columns = first.cells.iter().map(|cell| Column::plain(cell)).collect();
    if table.columns.iter().all(|column| column.term.is_none()) {
        notes.add(super::UNKNOWN_HEADINGS);
    }
    table.header = Some(first.bytes);
    // Blank lines above the headings go with them.
    table.header_lines = first.line;
    Ok(())
}

fn id_column(table: &Table) -> Option<usize> {
    let names: &[&str] = match table.kind {
        RowKind::Event => &["eventID"],
        RowKind::Occurrence | RowKind::Other => &["occurrenceID", "gbifID", "catalogNumber"],
        RowKind::Taxon => &["taxonID"],
        _ => return None,
    };
    let is_called_id = |column: &Column| {
        ["id", "_id"].iter().any(|name| column.heading.eq_ignore_ascii_case(name))
    };
    names
        .iter()
        .find_map(|name| table.column(name))
        .or_else(|| table.columns.iter().position(is_called_id))
}

/// Makes one dataset of tables: one of them is the core.
pub(super) fn related(mut tables: Vec<Table>) -> Result<Vec<Table>, FormatError> {
    if tables.is_empty() {
        return Err(FormatError::Empty);
    }
    let core = [RowKind::Event, RowKind::Occurrence, RowKind::Taxon, RowKind::Other]
        .iter()
        .find_map(|kind| tables.iter().position(|table| table.kind == *kind))
        .unwrap_or(0);
    for (index, table) in tables.iter_mut().enumerate() {
        table.is_core = index == core;
        // Plain tables hang together by named columns, not by the one that an archive would name.
        let is_own = matches!(table.kind, RowKind::Event | RowKind::Occurrence);
        if !table.is_core && !is_own {
            table.id = None;
        }
    }
    Ok(tables)
}

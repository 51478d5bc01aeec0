//! The columns of a table in an archive: those that `meta.xml` describes, and those that the file
//! has beyond.

use reedbed_core::term;

use super::{Notes, kind};
use crate::meta::TableEntry;
use crate::table::{Column, Constant, RowKind};

/// Makes the columns of a table out of its description and its row of headings, if it has one.
///
/// A column that is not described is there all the same: its heading says what it is, unless
/// another column is described as that. The column of the identifier, where it has no term of its
/// own, gets the one that fits the kind of its rows, unless another column has it.
pub(super) fn of(
    entry: &TableEntry,
    kind: RowKind,
    first_row: &[String],
    notes: &mut Notes<'_>,
) -> Vec<Column> {
    let described = entry.fields.iter().filter_map(|field| field.index).chain(entry.id).max();
    let width = described.map_or(0, |last| last + 1).max(first_row.len());
    let headings = if entry.header_lines > 0 { first_row } else { &[] };
    let columns: Vec<Column> = (0..width)
        .map(|index| {
            let heading = headings.get(index).map_or("", String::as_str);
            match entry.fields.iter().find(|field| field.index == Some(index)) {
                Some(field) => Column {
                    heading: if heading.is_empty() { &field.term } else { heading }.to_owned(),
                    uri: Some(field.term.clone()),
                    term: term::find(&field.term),
                    default: field.default.clone(),
                    delimited_by: field.delimited_by.clone(),
                    vocabulary: field.vocabulary.clone(),
                },
                None => undescribed(entry, kind, index, heading),
            }
        })
        .collect();
    let unknown: Vec<String> = columns
        .iter()
        .enumerate()
        .filter(|(index, column)| column.uri.is_none() && entry.id != Some(*index))
        .map(|(index, column)| match column.heading.as_str() {
            "" => format!("`column {}`", index + 1),
            heading => format!("`{heading}`"),
        })
        .collect();
    if !unknown.is_empty() {
        let shown: Vec<&str> = unknown.iter().take(SHOWN).map(String::as_str).collect();
        let more = if unknown.len() > SHOWN { " and others" } else { "" };
        notes.add(format!("meta.xml does not mention its columns {}{more}", shown.join(", ")));
    }
    if entry.header_lines == 0 && looks_like_headings(entry, first_row) {
        notes.add("its first row looks like headings, but meta.xml says that it has none");
    }
    columns
}

fn undescribed(entry: &TableEntry, kind: RowKind, index: usize, heading: &str) -> Column {
    let is_id = entry.id == Some(index);
    let term = match is_id {
        true if entry.is_core => kind::id_term(kind).and_then(term::find),
        true => None,
        false => term::find(heading),
    };
    let is_taken = |name: &str| {
        entry.fields.iter().any(|field| term::find(&field.term).is_some_and(|t| t.name == name))
    };
    Column {
        heading: heading.to_owned(),
        uri: None,
        term: term.filter(|term| !is_taken(term.name)),
        default: None,
        delimited_by: None,
        vocabulary: None,
    }
}

/// Whether two cells or more, and half of those described, are called what their columns are.
fn looks_like_headings(entry: &TableEntry, first_row: &[String]) -> bool {
    let described = entry.fields.iter().filter(|field| field.index.is_some());
    let alike = described.clone().filter(|field| {
        let cell = field.index.and_then(|index| first_row.get(index));
        let known = cell.and_then(|cell| term::find(cell));
        known.is_some() && known == term::find(&field.term)
    });
    let alike = alike.count();
    alike >= 2 && alike * 2 >= described.count()
}

/// Terms that have the same value in every row and no column.
pub(super) fn constants(entry: &TableEntry) -> Vec<Constant> {
    entry
        .fields
        .iter()
        .filter(|field| field.index.is_none())
        .filter_map(|field| {
            let value = field.default.clone()?;
            Some(Constant { term: term::find(&field.term), uri: field.term.clone(), value })
        })
        .collect()
}

/// Headings told of in one note.
const SHOWN: usize = 5;

//! Writes rows of a table: untouched fields byte for byte, patched and added ones in the table's
//! own dialect.

use crate::row::Fields;
use crate::table::{Dialect, Terminator};

/// A field of a row that is to be written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Index of the column.
    pub column: usize,
    /// The new value, unquoted.
    pub value: String,
}

/// Writes a row with some fields replaced and some added at its end.
///
/// Shape: `patches` in the order of their columns; a row shorter than `columns` is filled up with
/// empty fields where something is added or patched behind its end, else copied as it is.
pub fn write_row(
    out: &mut Vec<u8>,
    row: &[u8],
    fields: &Fields,
    columns: usize,
    dialect: Dialect,
    patches: &[Patch],
    added: &[String],
) {
    if patches.is_empty() {
        let (content, end) = without_terminator(row);
        out.extend_from_slice(content);
        if !added.is_empty() {
            for _ in fields.len()..columns {
                out.push(dialect.delimiter);
            }
            write_added(out, dialect, added);
        }
        out.extend_from_slice(if end.ends_with(b"\n") { end } else { terminator(dialect) });
        return;
    }
    let mut patches = patches.iter().peekable();
    let width =
        if added.is_empty() { fields.len().max(last_column(patches.clone())) } else { columns };
    for column in 0..width.max(fields.len().min(columns)) {
        if column > 0 {
            out.push(dialect.delimiter);
        }
        match patches.next_if(|patch| patch.column == column) {
            Some(patch) => write_field(out, &patch.value, dialect),
            None => out.extend_from_slice(fields.raw(row, column)),
        }
    }
    write_added(out, dialect, added);
    let (_, end) = without_terminator(row);
    out.extend_from_slice(if end.ends_with(b"\n") { end } else { terminator(dialect) });
}

/// What [`write_row`] writes for added fields, delimiters included.
pub fn added_fields(dialect: Dialect, added: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_added(&mut bytes, dialect, added);
    bytes
}

/// Writes a whole row of new values.
pub fn write_values<'a>(
    out: &mut Vec<u8>,
    values: impl IntoIterator<Item = &'a str>,
    dialect: Dialect,
) {
    for (column, value) in values.into_iter().enumerate() {
        if column > 0 {
            out.push(dialect.delimiter);
        }
        write_field(out, value, dialect);
    }
    out.extend_from_slice(terminator(dialect));
}

/// Writes one field: quoted where the dialect has quotes and the value needs them; where it has
/// none, delimiters and line ends become spaces.
pub fn write_field(out: &mut Vec<u8>, value: &str, dialect: Dialect) {
    let Some(quote) = dialect.quote else {
        out.extend(value.bytes().map(|byte| match byte {
            b'\n' | b'\r' => b' ',
            byte if byte == dialect.delimiter => b' ',
            byte => byte,
        }));
        return;
    };
    let needs_quotes = value
        .bytes()
        .any(|byte| byte == dialect.delimiter || byte == quote || byte == b'\n' || byte == b'\r');
    if !needs_quotes {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(quote);
    for byte in value.bytes() {
        if byte == quote {
            out.push(quote);
        }
        out.push(byte);
    }
    out.push(quote);
}

/// The line end of a dialect.
pub fn terminator(dialect: Dialect) -> &'static [u8] {
    match dialect.terminator {
        Terminator::CrLf => b"\r\n",
        Terminator::Lf => b"\n",
    }
}

fn write_added(out: &mut Vec<u8>, dialect: Dialect, added: &[String]) {
    for value in added {
        out.push(dialect.delimiter);
        write_field(out, value, dialect);
    }
}

fn without_terminator(row: &[u8]) -> (&[u8], &[u8]) {
    let length = match row {
        [.., b'\r', b'\n'] => row.len() - 2,
        [.., b'\n' | b'\r'] => row.len() - 1,
        _ => row.len(),
    };
    row.split_at(length)
}

fn last_column<'a>(patches: impl Iterator<Item = &'a Patch>) -> usize {
    patches.map(|patch| patch.column + 1).max().unwrap_or(0)
}

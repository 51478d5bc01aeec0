//! The cells of one row, by what they are about: columns, constants and defaults made alike.

use std::borrow::Cow;

use reedbed_core::term::Term;

use crate::row::Fields;
use crate::table::{Dialect, Table};

/// Where the value of a term comes from in one table.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The columns of the term, in file order; the first that is not empty counts.
    columns: Vec<usize>,
    /// What holds where they are all empty.
    default: String,
}

impl Source {
    /// Finds a term in a table.
    pub fn of(table: &Table, name: &str) -> Self {
        let is_it = |term: Option<&'static Term>| term.is_some_and(|term| term.name == name);
        let with_term = table.columns.iter().enumerate().filter(|(_, column)| is_it(column.term));
        let columns: Vec<usize> = with_term.clone().map(|(index, _)| index).collect();
        let default = with_term
            .filter_map(|(_, column)| column.default.clone())
            .chain(table.defaults.iter().filter(|d| is_it(d.term)).map(|d| d.value.clone()))
            .find(|value| !value.is_empty())
            .unwrap_or_default();
        Self { columns, default }
    }

    /// A source that is one column.
    pub fn column(index: Option<usize>) -> Self {
        Self { columns: index.into_iter().collect(), default: String::new() }
    }

    /// Whether a row can have a value.
    pub fn exists(&self) -> bool {
        !self.columns.is_empty() || !self.default.is_empty()
    }

    /// Each of its columns by itself, and what holds where they are empty.
    pub fn each(self) -> impl Iterator<Item = Self> {
        let constant = (!self.default.is_empty() || self.columns.is_empty())
            .then(|| Self { columns: Vec::new(), default: self.default });
        self.columns.into_iter().map(|column| Self::column(Some(column))).chain(constant)
    }

    /// The columns.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }
}

/// Columns beside each other, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    first: usize,
    last: usize,
}

/// Puts columns that stand beside each other together: what depends on some columns is remembered
/// by their bytes, and few long pieces are quicker to compare than many short ones.
pub fn spans(mut columns: Vec<usize>) -> Vec<Span> {
    columns.sort_unstable();
    columns.dedup();
    let mut spans: Vec<Span> = Vec::new();
    for column in columns {
        match spans.last_mut() {
            Some(span) if span.last + 1 == column => span.last = column,
            _ => spans.push(Span { first: column, last: column }),
        }
    }
    spans
}

/// One row, split.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The bytes of the row, terminator included.
    pub bytes: &'a [u8],
    /// Where its fields are.
    pub fields: &'a Fields,
    /// How fields are written.
    pub dialect: Dialect,
}

impl<'a> Row<'a> {
    /// The value of a term; empty where there is none.
    pub fn text(&self, source: &'a Source) -> Cow<'a, str> {
        for column in &source.columns {
            let value = self.cell(*column);
            if !value.trim_ascii().is_empty() {
                return value;
            }
        }
        Cow::Borrowed(&source.default)
    }

    /// The bytes of the value of a term, unquoted; empty where there is none.
    pub fn bytes(&self, source: &'a Source) -> Cow<'a, [u8]> {
        match (source.columns.as_slice(), self.dialect.quote) {
            // Without quotes a value is its bytes.
            ([column], None) => {
                let value = self.raw(*column);
                if value.trim_ascii().is_empty() {
                    Cow::Borrowed(source.default.as_bytes())
                } else {
                    Cow::Borrowed(value)
                }
            }
            ([], _) => Cow::Borrowed(source.default.as_bytes()),
            _ => match self.text(source) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
        }
    }

    /// What a term says besides its first value: in further columns, or in a constant beside a column.
    pub fn further(&self, source: &'a Source) -> Vec<Cow<'a, str>> {
        if source.columns.len() + usize::from(!source.default.is_empty()) < 2 {
            return Vec::new();
        }
        let first = self.text(source);
        source
            .columns
            .iter()
            .map(|column| self.cell(*column))
            .chain([Cow::Borrowed(source.default.as_str())])
            .filter(|value| !value.trim_ascii().is_empty() && *value != first)
            .collect()
    }

    /// The value of a column, unquoted.
    pub fn cell(&self, column: usize) -> Cow<'a, str> {
        unquoted(self.fields.raw(self.bytes, column), self.dialect.quote)
    }

    /// The bytes from the beginning of one column to the end of another, as they are written.
    pub fn span(&self, span: Span) -> &'a [u8] {
        self.fields.span(self.bytes, span.first, span.last)
    }

    /// The bytes of a column as they are written.
    pub fn raw(&self, column: usize) -> &'a [u8] {
        self.fields.raw(self.bytes, column)
    }
}

fn unquoted(raw: &[u8], quote: Option<u8>) -> Cow<'_, str> {
    let Some(quote) = quote else { return text_of(raw) };
    let inner = match raw {
        [first, inner @ .., last] if *first == quote && *last == quote => inner,
        _ => return text_of(raw),
    };
    if memchr::memchr(quote, inner).is_none() {
        return text_of(inner);
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter();
    while let Some(byte) = rest.next() {
        bytes.push(*byte);
        if *byte == quote {
            rest.next();
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Checked at once where it is sound, which it nearly always is.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_broken) => String::from_utf8_lossy(bytes),
    }
}

/// Whether a column or a constant of a table has one of these terms.
pub fn has_any(table: &Table, names: &[&str]) -> bool {
    names.iter().any(|name| Source::of(table, name).exists())
}

//! Splits rows into fields, and says where each is; allocates nothing per row.

use std::fmt;

use crate::table::{Dialect, Shape};

/// Where the fields of one row end; reused from row to row.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// End of each field, exclusive; the next begins one byte later.
    ends: Vec<u32>,
}

impl Fields {
    /// How many fields the row has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no field.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of a field as written, with its quotes; empty behind the end of the row.
    pub fn raw<'a>(&self, row: &'a [u8], index: usize) -> &'a [u8] {
        let Some(end) = self.ends.get(index) else { return &[] };
        let start = match index.checked_sub(1).and_then(|before| self.ends.get(before)) {
            Some(before) => *before as usize + 1,
            None => 0,
        };
        row.get(start..*end as usize).unwrap_or(&[])
    }

    /// The value of a field, unquoted.
    pub fn value<'a>(
        &self,
        row: &'a [u8],
        index: usize,
        shape: &Shape,
        scratch: &'a mut String,
    ) -> &'a str {
        let raw = self.raw(row, index);
        let inner = match (shape.dialect.quote, raw) {
            (Some(quote), [first, inner @ .., last]) if *first == quote && *last == quote => inner,
            _ => return std::str::from_utf8(raw).unwrap_or(""),
        };
        let inner = std::str::from_utf8(inner).unwrap_or("");
        let quote = char::from(shape.dialect.quote.unwrap_or(b'"'));
        if !inner.contains(quote) {
            return inner;
        }
        scratch.clear();
        let mut characters = inner.chars();
        while let Some(c) = characters.next() {
            scratch.push(c);
            if c == quote {
                characters.next();
            }
        }
        scratch
    }

    /// Splits a row without its terminator.
    fn split(&mut self, row: &[u8], dialect: Dialect) {
        self.ends.clear();
        match dialect.quote {
            None => self.split_plain(row, dialect.delimiter),
            Some(quote) => match memchr::memchr(quote, row) {
                None => self.split_plain(row, dialect.delimiter),
                Some(_) => self.split_quoted(row, dialect.delimiter, quote),
            },
        }
        self.ends.push(u32::try_from(row.len()).unwrap_or(u32::MAX));
    }

    fn split_plain(&mut self, row: &[u8], delimiter: u8) {
        self.ends.extend(
            memchr::memchr_iter(delimiter, row).map(|at| u32::try_from(at).unwrap_or(u32::MAX)),
        );
    }

    /// A quote opens at the start of a field only; a doubled quote inside is one quote.
    fn split_quoted(&mut self, row: &[u8], delimiter: u8, quote: u8) {
        let mut at = 0;
        let mut starts_field = true;
        while let Some(byte) = row.get(at) {
            if starts_field && *byte == quote {
                at += 1;
                loop {
                    match row.get(at..).and_then(|rest| memchr::memchr(quote, rest)) {
                        None => {
                            at = row.len();
                            break;
                        }
                        Some(found) => {
                            at += found + 1;
                            if row.get(at) == Some(&quote) {
                                at += 1;
                            } else {
                                break;
                            }
                        }
                    }
                }
                starts_field = false;
                continue;
            }
            match row.get(at..).and_then(|rest| memchr::memchr(delimiter, rest)) {
                None => return,
                Some(found) => {
                    at += found;
                    self.ends.push(u32::try_from(at).unwrap_or(u32::MAX));
                    at += 1;
                    starts_field = true;
                }
            }
        }
    }
}

/// One row of a chunk.
#[derive(Debug)]
pub struct RowRead<'a> {
    /// Number of the row in its table, over all its files, from 0.
    pub row: u64,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// Its bytes, terminator included.
    pub bytes: &'a [u8],
    /// Why it cannot be used, if it cannot.
    pub fault: Option<RowFault>,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFault {
    /// It has a NUL byte.
    HasNul,
    /// Its bytes are no text in the character set of the table.
    NotText,
    /// It is longer than allowed.
    TooLong,
    /// It has more fields than the table has columns, and they are not empty.
    TooManyFields {
        /// Fields.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A quoted field does not end.
    UnclosedQuote,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HasNul => f.write_str("the row has a NUL byte"),
            Self::NotText => f.write_str("the row is no text in the character set of its table"),
            Self::TooLong => f.write_str("the row is too long"),
            Self::TooManyFields { found, expected } => {
                write!(f, "the row has {found} fields where the table has {expected} columns")
            }
            Self::UnclosedQuote => f.write_str("a quoted field does not end"),
        }
    }
}

/// The rows of a chunk.
#[derive(Debug)]
pub struct Rows<'a> {
    rest: &'a [u8],
    shape: Shape,
    row: u64,
    line: u64,
    text: TextState,
}

/// What is known of the text of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextState {
    /// Decoded from another character set: what could not be decoded is U+FFFD.
    Decoded,
    /// Some bytes are no UTF-8.
    Faulty,
    /// UTF-8 throughout.
    Sound,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(rest: &'a [u8], shape: Shape, row: u64, line: u64, text: TextState) -> Self {
        Self { rest, shape, row, line, text }
    }

    /// Splits the next row into `fields`; nothing at the end. Blank lines are passed over.
    pub fn next_into(&mut self, fields: &mut Fields) -> Option<RowRead<'a>> {
        loop {
            let length = row_length(self.rest, self.shape.dialect)?;
            let (bytes, rest) = self.rest.split_at(length);
            self.rest = rest;
            let line = self.line;
            self.line += if self.shape.dialect.quote.is_some() {
                memchr::memchr_iter(b'\n', bytes).count() as u64
            } else {
                1
            };
            let content = without_terminator(bytes);
            if content.is_empty() {
                continue;
            }
            let row = self.row;
            self.row += 1;
            fields.split(content, self.shape.dialect);
            let fault = self.fault(content, fields);
            return Some(RowRead { row, line, bytes, fault });
        }
    }

    fn fault(&self, content: &[u8], fields: &Fields) -> Option<RowFault> {
        let is_text = match self.text {
            TextState::Sound => true,
            TextState::Faulty => std::str::from_utf8(content).is_ok(),
            TextState::Decoded => memchr::memmem::find(content, "\u{fffd}".as_bytes()).is_none(),
        };
        if !is_text {
            return Some(RowFault::NotText);
        }
        if memchr::memchr(0, content).is_some() {
            return Some(RowFault::HasNul);
        }
        let expected = self.shape.columns;
        if fields.len() > expected
            && (expected..fields.len()).any(|extra| !fields.raw(content, extra).is_empty())
        {
            return Some(RowFault::TooManyFields { found: fields.len(), expected });
        }
        if self.shape.dialect.quote.is_some_and(|quote| ends_inside_quotes(content, fields, quote))
        {
            return Some(RowFault::UnclosedQuote);
        }
        None
    }
}

fn ends_inside_quotes(content: &[u8], fields: &Fields, quote: u8) -> bool {
    let Some(last) = fields.len().checked_sub(1) else { return false };
    let raw = fields.raw(content, last);
    raw.first() == Some(&quote) && memchr::memchr_iter(quote, raw).count() % 2 == 1
}

/// Length of the first row, terminator included; nothing where there is no byte left.
pub(crate) fn row_length(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    if bytes.is_empty() {
        return None;
    }
    let mut length = bytes.len();
    row_ends(bytes, dialect, |at| {
        length = at + 1;
        false
    });
    Some(length)
}

/// Tells where rows end (the index of the line feed) until told to stop.
///
/// A quote opens at the start of a field and nowhere else, as the splitter has it: a stray quote
/// inside a field is a character like any other.
pub(crate) fn row_ends(bytes: &[u8], dialect: Dialect, mut end: impl FnMut(usize) -> bool) {
    let Some(quote) = dialect.quote else {
        for at in memchr::memchr_iter(b'\n', bytes) {
            if !end(at) {
                return;
            }
        }
        return;
    };
    let mut is_inside = false;
    let mut closed_at = usize::MAX;
    for at in memchr::memchr2_iter(b'\n', quote, bytes) {
        if bytes.get(at) == Some(&quote) {
            if is_inside {
                is_inside = false;
                closed_at = at;
            } else {
                let before = at.checked_sub(1);
                let starts_field = match before.and_then(|before| bytes.get(before)) {
                    None => true,
                    Some(byte) => *byte == dialect.delimiter || *byte == b'\n',
                };
                is_inside = starts_field || before == Some(closed_at);
            }
        } else if !is_inside && !end(at) {
            return;
        }
    }
}

fn without_terminator(row: &[u8]) -> &[u8] {
    match row {
        [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] => content,
        content => content,
    }
}

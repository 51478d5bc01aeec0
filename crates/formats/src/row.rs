//! Splits rows into fields, and says where each is; allocates nothing per row.

mod fault;
mod quotes;

pub use fault::RowFault;
use quotes::Quotes;

use crate::scan;
use crate::table::{Dialect, Shape};

/// Where the fields of one row end; reused from row to row.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// End of each field, exclusive; the next begins one byte later. What is behind `len` is left
    /// from other rows.
    ends: Vec<u32>,
    len: usize,
    quoting: Quoting,
}

/// How the quotes of a row are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Quoting {
    /// No field is quoted.
    #[default]
    Absent,
    /// Every quoted field begins and ends with a quote.
    Sound,
    /// Something stands behind the closing quote of a field.
    Stray,
    /// A field does not end.
    Unclosed,
}

impl Fields {
    /// How many fields the row has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the row has no field.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of a field as written, with its quotes; empty behind the end of the row.
    pub fn raw<'a>(&self, row: &'a [u8], index: usize) -> &'a [u8] {
        let Some(end) = self.ends.get(index).filter(|_| index < self.len) else { return &[] };
        let start = match index.checked_sub(1).and_then(|before| self.ends.get(before)) {
            Some(before) => *before as usize + 1,
            None => 0,
        };
        row.get(start..*end as usize).unwrap_or(&[])
    }

    /// The bytes from the beginning of one field to the end of another, as far as the row goes.
    pub fn span<'a>(&self, row: &'a [u8], first: usize, last: usize) -> &'a [u8] {
        let Some(last) = self.len.checked_sub(1).map(|end| last.min(end)) else { return &[] };
        let Some(end) = self.ends.get(last).filter(|_| first <= last) else { return &[] };
        let start = match first.checked_sub(1).and_then(|before| self.ends.get(before)) {
            Some(before) => *before as usize + 1,
            None => 0,
        };
        row.get(start..*end as usize).unwrap_or(&[])
    }

    /// The value of a field, unquoted; of a row without a fault.
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
        let mut characters = inner.chars().peekable();
        while let Some(c) = characters.next() {
            scratch.push(c);
            if c == quote {
                characters.next_if_eq(&quote);
            }
        }
        scratch
    }

    /// Splits a row without its terminator.
    pub(crate) fn split(&mut self, row: &[u8], dialect: Dialect) {
        self.len = 0;
        self.quoting = Quoting::Absent;
        match dialect.quote {
            Some(quote) if memchr::memchr(quote, row).is_some() => {
                self.split_quoted(row, dialect.delimiter, quote);
            }
            _ => scan::each_block(row, dialect.delimiter, |at, hits| self.end_at(index(at), hits)),
        }
        self.end_at(index(row.len()), 1);
    }

    /// Ends a field at each bit.
    #[inline]
    fn end_at(&mut self, base: u32, mut hits: u64) {
        if self.ends.len() < self.len + 64 {
            self.ends.resize((self.len + 64) * 2, 0);
        }
        let mut at = self.len;
        self.len += hits.count_ones() as usize;
        while hits != 0 {
            // Eight at a time whether or not there are so many: what is too much is written over.
            if let Some(ends) = self.ends.get_mut(at..).and_then(<[u32]>::first_chunk_mut::<8>) {
                for end in ends {
                    *end = base.wrapping_add(hits.trailing_zeros());
                    hits &= hits.wrapping_sub(1);
                }
            }
            at += 8;
        }
    }

    fn split_quoted(&mut self, row: &[u8], delimiter: u8, quote: u8) {
        let mut state = Quotes::new();
        scan::each_block_of_two(row, delimiter, quote, |at, delimiters, quotes| {
            let inside = state.block(delimiters, quotes, row.len() - at);
            self.end_at(index(at), delimiters & !inside);
        });
        self.quoting = match state {
            Quotes { is_inside: true, .. } => Quoting::Unclosed,
            Quotes { is_stray: true, .. } => Quoting::Stray,
            Quotes { has_opened: true, .. } => Quoting::Sound,
            _ => Quoting::Absent,
        };
    }

    /// Whether any quotes of the row are not as they must be.
    pub(crate) fn has_broken_quotes(&self) -> bool {
        matches!(self.quoting, Quoting::Stray | Quoting::Unclosed)
    }

    /// Whether any field of the row is quoted.
    pub(crate) fn has_quotes(&self) -> bool {
        self.quoting != Quoting::Absent
    }
}

/// Rows are far shorter than four gibibytes: [`crate::limits::Limits::row_bytes`].
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// One row of a chunk, as it is.
#[derive(Debug, Clone, Copy)]
pub struct WholeRow<'a> {
    /// Number of the row in its table, over all its files, from 0.
    pub row: u64,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// Its bytes, terminator included.
    pub bytes: &'a [u8],
}

/// One row of a chunk, split.
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

/// The lines of a chunk, cut into rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines<'a> {
    pub(crate) bytes: &'a [u8],
    /// End of each row, terminator included; blank lines count.
    pub(crate) ends: &'a [u32],
    /// Line of the file on which each begins, where it cannot be counted here.
    pub(crate) numbers: &'a [u64],
    pub(crate) first_row: u64,
    pub(crate) first_line: u64,
    /// Bytes that a row may have.
    pub(crate) longest_row: usize,
    /// Whether the only row was cut short, being longer than allowed.
    pub(crate) is_cut: bool,
}

/// The rows of a chunk.
#[derive(Debug)]
pub struct Rows<'a> {
    lines: Lines<'a>,
    shape: Shape,
    next: usize,
    start: usize,
    row: u64,
    line: u64,
    is_utf8: bool,
    has_nul: bool,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(lines: Lines<'a>, shape: Shape) -> Self {
        // One look at the whole is many times faster than one at each row.
        let is_utf8 = std::str::from_utf8(lines.bytes).is_ok();
        let has_nul = memchr::memchr(0, lines.bytes).is_some();
        let (row, line) = (lines.first_row, lines.first_line);
        Self { lines, shape, next: 0, start: 0, row, line, is_utf8, has_nul }
    }

    /// Splits the next row into `fields`; nothing at the end. Blank lines are passed over.
    pub fn next_into(&mut self, fields: &mut Fields) -> Option<RowRead<'a>> {
        let whole = self.next_whole()?;
        Some(self.split(whole, fields))
    }

    /// The next row unsplit and unchecked; nothing at the end. Blank lines are passed over.
    pub fn next_whole(&mut self) -> Option<WholeRow<'a>> {
        loop {
            let end = *self.lines.ends.get(self.next)? as usize;
            let bytes = self.lines.bytes.get(self.start..end)?;
            let line = self.lines.numbers.get(self.next).copied().unwrap_or(self.line);
            self.start = end;
            self.next += 1;
            let content = without_terminator(bytes);
            if content.is_empty() {
                self.line += 1;
                continue;
            }
            // Without quotes a row is a line.
            self.line += if self.shape.dialect.quote.is_some() { count_lines(bytes) } else { 1 };
            let row = self.row;
            self.row += 1;
            return Some(WholeRow { row, line, bytes });
        }
    }

    /// Splits a row into `fields`, and checks it.
    pub fn split(&self, whole: WholeRow<'a>, fields: &mut Fields) -> RowRead<'a> {
        let WholeRow { row, line, bytes } = whole;
        let content = without_terminator(bytes);
        fields.split(content, self.shape.dialect);
        RowRead { row, line, bytes, fault: self.fault(bytes, content, fields) }
    }

    fn fault(&self, bytes: &[u8], content: &[u8], fields: &Fields) -> Option<RowFault> {
        if self.lines.is_cut || is_too_long(bytes, self.lines.longest_row) {
            return Some(RowFault::TooLong);
        }
        if !self.is_utf8 && std::str::from_utf8(content).is_err() {
            return Some(RowFault::NotText);
        }
        if self.has_nul && memchr::memchr(0, content).is_some() {
            return Some(RowFault::HasNul);
        }
        match fields.quoting {
            Quoting::Absent | Quoting::Sound => {}
            Quoting::Stray => return Some(RowFault::StrayQuote),
            Quoting::Unclosed => {
                return Some(RowFault::UnclosedQuote { lines: count_lines(content) + 1 });
            }
        }
        let expected = self.shape.columns;
        let quote = self.shape.dialect.quote;
        let is_filled = |extra| match fields.raw(content, extra) {
            [] => false,
            [first, last] => first != last || Some(*first) != quote,
            _ => true,
        };
        if fields.len() > expected && (expected..fields.len()).any(is_filled) {
            return Some(RowFault::TooManyFields { found: fields.len(), expected });
        }
        None
    }
}

/// Tells where rows end: one behind each line feed outside of quotes.
pub(crate) fn row_ends(bytes: &[u8], dialect: Dialect, ends: &mut Vec<u32>) {
    let Some(quote) = dialect.quote else {
        ends.extend(memchr::memchr_iter(b'\n', bytes).map(|at| index(at + 1)));
        return;
    };
    let mut state = Quotes::new();
    let (delimiter, line_end) = (dialect.delimiter, b'\n');
    scan::each_block_of_three(
        bytes,
        delimiter,
        quote,
        line_end,
        |at, delimiters, quotes, feeds| {
            let inside = state.block(delimiters | feeds, quotes, bytes.len() - at);
            let mut found = feeds & !inside;
            while found != 0 {
                ends.push(index(at + 1).wrapping_add(found.trailing_zeros()));
                found &= found - 1;
            }
        },
    );
}

/// Whether a row is longer than allowed, its line feed left aside.
pub(crate) fn is_too_long(row: &[u8], limit: usize) -> bool {
    row.len() > limit && row.strip_suffix(b"\n").unwrap_or(row).len() > limit
}

/// How many line feeds there are.
pub(crate) fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

pub(crate) fn without_terminator(row: &[u8]) -> &[u8] {
    match row {
        // A lone carriage return ends the last row of some files.
        [content @ .., b'\r', b'\n'] | [content @ .., b'\n' | b'\r'] => content,
        content => content,
    }
}

#[cfg(test)]
mod tests;

//! Rewrites rows that are written in an odd way – other line ends, longer delimiters, escapes – as
//! comma-separated ones, so that the splitter has one job.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::table::{Dialect, Terminator};

/// A way of writing rows that is normalised: to commas, double quotes and line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OddForm {
    /// Between fields; one or more characters.
    pub(crate) delimiter: String,
    /// Around fields.
    pub(crate) quote: Option<char>,
    /// Before a character that means itself.
    pub(crate) escape: Option<char>,
    /// Between rows; a line feed or carriage return, alone or together, if this is empty.
    pub(crate) terminator: String,
}

/// What odd ways of writing rows become.
pub(crate) const NORMAL: Dialect =
    Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };

/// A row that is longer than allowed: carried through [`io::Error`] to where it gets its name.
#[derive(Debug, thiserror::Error)]
#[error("a row is longer than allowed")]
pub(crate) struct LongRow {
    /// Line on which it begins.
    pub(crate) line: u64,
}

/// Rows in the normal form.
pub(crate) struct Normaliser<R> {
    text: R,
    form: Patterns,
    row_bytes: usize,
    /// Read and not looked at yet.
    pending: Vec<u8>,
    row: Row,
    out: Vec<u8>,
    at: usize,
    is_done: bool,
    /// Line that is being read.
    line: u64,
    /// Lines on which the rows in `out` begin.
    lines: VecDeque<u64>,
    /// Line of the first row that is too long.
    long_row: Option<u64>,
}

/// An [`OddForm`] in bytes.
struct Patterns {
    delimiter: Vec<u8>,
    quote: Option<Vec<u8>>,
    escape: Option<Vec<u8>>,
    terminator: Vec<u8>,
    /// Bytes at which anything can begin that is not a character of a field.
    is_special: [bool; 256],
}

/// The row that is being read.
#[derive(Default)]
struct Row {
    /// Its whole fields in the normal form, each with the comma behind it.
    whole: Vec<u8>,
    field: Vec<u8>,
    state: State,
    /// Whether the field is an escaped `N`, which stands for no value.
    is_null: bool,
    line: u64,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a field.
    #[default]
    Start,
    /// In a field without quotes.
    Bare,
    /// In quotes.
    Quoted,
    /// Behind closing quotes.
    Closed,
    /// Behind closing quotes, where something stands that must not.
    Stray,
}

impl<R: Read> Normaliser<R> {
    /// Rewrites text, whose rows may have so many bytes.
    pub(crate) fn new(text: R, form: &OddForm, row_bytes: usize) -> Self {
        Self {
            text,
            form: Patterns::new(form),
            row_bytes,
            pending: Vec::new(),
            row: Row { line: 1, ..Row::default() },
            out: Vec::new(),
            at: 0,
            is_done: false,
            line: 1,
            lines: VecDeque::new(),
            long_row: None,
        }
    }

    /// Takes the lines on which the next rows begin.
    pub(crate) fn take_lines(&mut self, rows: usize) -> Vec<u64> {
        self.lines.drain(..rows.min(self.lines.len())).collect()
    }

    fn fill(&mut self) -> io::Result<()> {
        let begin = self.pending.len();
        self.pending.resize(begin + PIECE, 0);
        let read = self.text.read(self.pending.get_mut(begin..).unwrap_or(&mut []))?;
        self.pending.truncate(begin + read);
        self.is_done = read == 0;
        self.out.clear();
        self.at = 0;
        // Some bytes stay behind, so that no pattern is cut in two.
        let keep = if self.is_done { 0 } else { LONGEST_PATTERN * 2 };
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while rest.len() > keep {
            rest = self.step(rest);
        }
        self.pending = rest.to_vec();
        if self.is_done {
            self.end();
        }
        if self.row.whole.len() + self.row.field.len() > self.row_bytes {
            self.long_row = self.long_row.or(Some(self.row.line));
        }
        match self.long_row {
            Some(line) => Err(io::Error::other(LongRow { line })),
            None => Ok(()),
        }
    }

    /// Takes one pattern or a run of characters off the text.
    fn step<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let run = text.iter().position(|byte| self.form.is_special(*byte)).unwrap_or(text.len());
        if run > 0 {
            let (run, rest) = text.split_at(run);
            self.characters(run);
            return rest;
        }
        if let Some(after) = strip(text, self.form.escape.as_deref()) {
            return self.escaped(after);
        }
        if let Some(after) = strip(text, self.form.quote.as_deref()) {
            return self.quote(text, after);
        }
        if self.row.state != State::Quoted {
            if let Some(after) = text.strip_prefix(self.form.delimiter.as_slice()) {
                self.end_field();
                self.row.whole.push(NORMAL.delimiter);
                return after;
            }
            if let Some(after) = self.after_row(text) {
                let end = text.get(..text.len() - after.len()).unwrap_or(&[]);
                // A terminator of its own kind stands for the end of a line, even on one line.
                self.line += lines_in(end).max(1);
                self.end_row();
                return after;
            }
        }
        let (one, after) = text.split_at(1);
        let is_lone_return = one == b"\r" && after.first() != Some(&b'\n');
        self.line += u64::from(one == b"\n" || is_lone_return);
        self.characters(one);
        after
    }

    fn characters(&mut self, text: &[u8]) {
        self.row.field.extend_from_slice(text);
        self.row.state = match self.row.state {
            State::Start => State::Bare,
            State::Closed => State::Stray,
            state => state,
        };
        self.row.is_null = false;
    }

    /// What stands behind an escape character means itself, but for a few letters.
    fn escaped<'t>(&mut self, after: &'t [u8]) -> &'t [u8] {
        let is_first = self.row.state == State::Start;
        let Some(next) = after.first() else {
            let escape = self.form.escape.clone().unwrap_or_default();
            self.characters(&escape);
            return after;
        };
        // The rest of a longer character follows by itself.
        let (character, after) = after.split_at(1);
        self.line += u64::from(*next == b'\n');
        match *next {
            b'n' => self.characters(b"\n"),
            b'r' => self.characters(b"\r"),
            b't' => self.characters(b"\t"),
            _ => self.characters(character),
        }
        self.row.is_null = is_first && *next == b'N';
        after
    }

    fn quote<'t>(&mut self, text: &'t [u8], after: &'t [u8]) -> &'t [u8] {
        match self.row.state {
            State::Start => self.row.state = State::Quoted,
            State::Quoted => self.row.state = State::Closed,
            // Doubled: one quote that is part of the text.
            State::Closed => {
                self.row.state = State::Quoted;
                let quote = text.get(..text.len() - after.len()).unwrap_or(&[]);
                self.row.field.extend_from_slice(quote);
            }
            State::Bare | State::Stray => {
                let quote = text.get(..text.len() - after.len()).unwrap_or(&[]);
                self.characters(quote);
            }
        }
        after
    }

    fn after_row<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        if !self.form.terminator.is_empty() {
            return text.strip_prefix(self.form.terminator.as_slice());
        }
        text.strip_prefix(b"\r\n")
            .or_else(|| text.strip_prefix(b"\n"))
            .or_else(|| text.strip_prefix(b"\r"))
    }

    fn end_field(&mut self) {
        let row = &mut self.row;
        if row.is_null {
            row.field.clear();
        }
        let is_plain = !row.field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        let is_empty_row = row.whole.is_empty() && row.field.is_empty();
        match row.state {
            State::Start | State::Bare if is_plain => row.whole.extend_from_slice(&row.field),
            State::Closed if is_plain && !is_empty_row => row.whole.extend_from_slice(&row.field),
            _ => {
                quote_into(&mut row.whole, &row.field);
                if row.state != State::Quoted {
                    row.whole.push(b'"');
                }
                if row.state == State::Stray {
                    // The splitter shall find that something stands here.
                    row.whole.push(b'!');
                }
            }
        }
        row.field.clear();
        row.state = State::Start;
        row.is_null = false;
    }

    fn end_row(&mut self) {
        self.end_field();
        if self.row.whole.len() > self.row_bytes {
            self.long_row = self.long_row.or(Some(self.row.line));
        }
        self.out.append(&mut self.row.whole);
        self.out.push(b'\n');
        self.lines.push_back(self.row.line);
        self.row.line = self.line;
    }

    /// Ends the last row, if it has no terminator. A quoted field that does not end stays open, so
    /// that the splitter finds it.
    fn end(&mut self) {
        let is_empty = self.row.whole.is_empty() && self.row.state == State::Start;
        if !is_empty {
            self.end_row();
            self.out.pop();
        }
    }
}

impl<R: Read> Read for Normaliser<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            if self.is_done {
                return Ok(0);
            }
            self.fill()?;
        }
        let mut rest = self.out.get(self.at..).unwrap_or(&[]);
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl Patterns {
    fn new(form: &OddForm) -> Self {
        let bytes = |c: char| c.to_string().into_bytes();
        let patterns = Self {
            delimiter: form.delimiter.clone().into_bytes(),
            quote: form.quote.map(bytes),
            escape: form.escape.map(bytes),
            terminator: form.terminator.clone().into_bytes(),
            is_special: [false; 256],
        };
        let begins = [&patterns.delimiter, &patterns.terminator]
            .into_iter()
            .chain(&patterns.quote)
            .chain(&patterns.escape)
            .filter_map(|pattern| pattern.first().copied());
        let mut is_special = [false; 256];
        for byte in begins.chain([b'\n', b'\r']) {
            if let Some(special) = is_special.get_mut(usize::from(byte)) {
                *special = true;
            }
        }
        Self { is_special, ..patterns }
    }

    fn is_special(&self, byte: u8) -> bool {
        self.is_special.get(usize::from(byte)).copied().unwrap_or(true)
    }
}

fn strip<'t>(text: &'t [u8], pattern: Option<&[u8]>) -> Option<&'t [u8]> {
    text.strip_prefix(pattern?)
}

/// Line ends in a terminator.
fn lines_in(terminator: &[u8]) -> u64 {
    let feeds = crate::row::count_lines(terminator);
    if feeds > 0 { feeds } else { memchr::memchr_iter(b'\r', terminator).count() as u64 }
}

fn quote_into(out: &mut Vec<u8>, field: &[u8]) {
    out.push(b'"');
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
}

const PIECE: usize = 1 << 16;
/// Bytes of the longest delimiter or terminator.
pub(crate) const LONGEST_PATTERN: usize = 32;

#[cfg(test)]
mod tests;

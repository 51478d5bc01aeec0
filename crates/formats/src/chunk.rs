//! Chunks of whole rows, cut from a stream of text.

use std::io::Read;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::row::{Rows, TextState, row_ends, row_length};
use crate::table::{Dialect, Shape};
use crate::text::TextReader;

/// Some megabytes of whole rows.
#[derive(Debug)]
pub struct Chunk {
    /// Data rows of the table before this chunk, over all its files.
    pub first_row: u64,
    /// Which file of the table it is from.
    pub file: usize,
    /// Line of the file on which it begins, from 1.
    pub first_line: u64,
    bytes: Vec<u8>,
    rows: u64,
    text: TextState,
}

impl Chunk {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many rows it has.
    pub fn row_count(&self) -> u64 {
        self.rows
    }

    /// Its rows.
    pub fn rows(&self, shape: &Shape) -> Rows<'_> {
        Rows::new(&self.bytes, *shape, self.first_row, self.first_line, self.text)
    }
}

/// Cuts one file into chunks.
#[derive(Debug)]
pub(crate) struct ChunkReader {
    text: TextReader,
    dialect: Dialect,
    limits: Limits,
    file: usize,
    name: String,
    header_lines: usize,
    line: u64,
    /// Bytes read and not handed out: the beginning of a row.
    rest: Vec<u8>,
    is_done: bool,
}

/// Where the whole rows of a buffer end.
struct Cut {
    length: usize,
    rows: u64,
    lines: u64,
}

impl ChunkReader {
    pub(crate) fn new(
        text: TextReader,
        dialect: Dialect,
        header_lines: usize,
        limits: Limits,
        file: usize,
        name: String,
    ) -> Self {
        Self {
            text,
            dialect,
            limits,
            file,
            name,
            header_lines,
            line: 1,
            rest: Vec::new(),
            is_done: false,
        }
    }

    /// The next chunk; `first_row` is the number of its first row.
    pub(crate) fn next_chunk(&mut self, first_row: u64) -> Result<Option<Chunk>, FormatError> {
        loop {
            let mut bytes = std::mem::take(&mut self.rest);
            self.fill(&mut bytes)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.drop_header(&mut bytes);
            let mut cut = self.cut(&bytes);
            if cut.length == 0 && !bytes.is_empty() {
                if !self.is_done {
                    if bytes.len() > self.limits.row_bytes {
                        return Err(FormatError::TooLarge {
                            name: self.name.clone(),
                            limit: self.limits.row_bytes as u64,
                            unit: "bytes in one row",
                        });
                    }
                    self.rest = bytes;
                    continue;
                }
                cut = Cut { length: bytes.len(), rows: 1, lines: count_lines(&bytes) };
            } else if self.is_done && cut.length < bytes.len() {
                // The last row has no line end.
                let last = bytes.get(cut.length..).unwrap_or(&[]);
                cut.rows += u64::from(!is_blank(last));
                cut.lines += count_lines(last);
                cut.length = bytes.len();
            }
            self.rest = bytes.split_off(cut.length);
            if bytes.is_empty() {
                if self.is_done && self.rest.is_empty() {
                    return Ok(None);
                }
                continue;
            }
            let first_line = self.line;
            self.line += cut.lines;
            let state = if self.text.is_decoded() {
                TextState::Decoded
            } else if std::str::from_utf8(&bytes).is_ok() {
                TextState::Sound
            } else {
                TextState::Faulty
            };
            return Ok(Some(Chunk {
                first_row,
                file: self.file,
                first_line,
                bytes,
                rows: cut.rows,
                text: state,
            }));
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<(), FormatError> {
        if self.is_done {
            return Ok(());
        }
        let wanted = self.limits.chunk_bytes as u64;
        bytes.reserve(self.limits.chunk_bytes);
        let read = self
            .text
            .by_ref()
            .take(wanted)
            .read_to_end(bytes)
            .map_err(|cause| FormatError::Damaged { name: self.name.clone(), cause })?;
        self.is_done = (read as u64) < wanted;
        Ok(())
    }

    /// Heading lines are rows of the file that are no data.
    fn drop_header(&mut self, bytes: &mut Vec<u8>) {
        while self.header_lines > 0 {
            let Some(length) = row_length(bytes, self.dialect) else { return };
            if length == bytes.len() && !self.is_done && bytes.last() != Some(&b'\n') {
                return;
            }
            let rest = bytes.split_off(length);
            self.line += count_lines(bytes).max(1);
            *bytes = rest;
            self.header_lines -= 1;
        }
    }

    /// Finds where the last whole row ends. Data wait behind headings that are not whole yet.
    fn cut(&self, bytes: &[u8]) -> Cut {
        let mut cut = Cut { length: 0, rows: 0, lines: 0 };
        if self.header_lines > 0 {
            return cut;
        }
        row_ends(bytes, self.dialect, |at| {
            cut.end_row(bytes, at);
            true
        });
        cut.lines = match self.dialect.quote {
            None => cut.lines,
            Some(_) => count_lines(bytes.get(..cut.length).unwrap_or(&[])),
        };
        cut
    }
}

impl Cut {
    fn end_row(&mut self, bytes: &[u8], newline: usize) {
        let row = bytes.get(self.length..newline).unwrap_or(&[]);
        self.rows += u64::from(!is_blank(row));
        self.length = newline + 1;
        self.lines += 1;
    }
}

fn is_blank(row: &[u8]) -> bool {
    matches!(row, [] | [b'\r'] | [b'\n'] | [b'\r', b'\n'])
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

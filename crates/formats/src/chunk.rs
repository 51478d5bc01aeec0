//! Chunks of whole rows, cut from a stream of text.

use crate::error::FormatError;
use crate::limits::Limits;
use crate::normalise::LongRow;
use crate::row::{Lines, Rows, count_lines, is_too_long, row_ends, without_terminator};
use crate::source;
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
    /// End of each line, quoted line ends left aside.
    ends: Vec<u32>,
    /// Line of the file on which each begins, where counting would not tell.
    numbers: Vec<u64>,
    rows: u64,
    longest_row: usize,
    is_cut: bool,
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

    /// Its rows, from the first, as often as wanted.
    pub fn rows(&self, shape: &Shape) -> Rows<'_> {
        let lines = Lines {
            bytes: &self.bytes,
            ends: &self.ends,
            numbers: &self.numbers,
            first_row: self.first_row,
            first_line: self.first_line,
            longest_row: self.longest_row,
            is_cut: self.is_cut,
        };
        Rows::new(lines, *shape)
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
            let mut ends = Vec::with_capacity(bytes.len() / 128);
            row_ends(&bytes, self.dialect, &mut ends);
            let cut = ends.last().map_or(0, |end| *end as usize);
            if self.is_done && cut < bytes.len() {
                // The last row has no line end.
                ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            } else if cut == 0 {
                if bytes.len() > self.limits.row_bytes {
                    return self.cut_short(&bytes, first_row).map(Some);
                }
                self.rest = bytes;
                continue;
            } else {
                self.rest = bytes.split_off(cut);
            }
            let mut lines = CutLines { numbers: self.text.take_lines(ends.len()), bytes, ends };
            let headings = self.header_lines.min(lines.ends.len());
            let rows = self.count_rows(&lines, headings)?;
            self.header_lines -= headings;
            let first_line = self.line + lines.drop_first(headings);
            self.line = first_line + count_lines(&lines.bytes);
            if lines.bytes.is_empty() {
                continue;
            }
            return Ok(Some(Chunk {
                first_row,
                file: self.file,
                first_line: lines.numbers.first().copied().unwrap_or(first_line),
                bytes: lines.bytes,
                ends: lines.ends,
                numbers: lines.numbers,
                rows,
                longest_row: self.limits.row_bytes,
                is_cut: false,
            }));
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<(), FormatError> {
        if self.is_done {
            return Ok(());
        }
        // Where the ends of rows are fits in four bytes.
        let wanted = self.limits.chunk_bytes.clamp(1, 1 << 30);
        bytes.reserve(wanted);
        let read = self.text.fill(wanted as u64, bytes).map_err(|cause| {
            match cause.get_ref().and_then(|inner| inner.downcast_ref::<LongRow>()) {
                Some(row) => self.long_row(row.line),
                None => source::failed(&self.name, cause),
            }
        })?;
        self.is_done = read < wanted;
        Ok(())
    }

    /// Passes over a row that is longer than allowed, where it is sure where the row ends: its
    /// beginning stands for it. In a quoted field nothing is sure.
    fn cut_short(&mut self, begun: &[u8], first_row: u64) -> Result<Chunk, FormatError> {
        if self.dialect.quote.is_some() || self.header_lines > 0 {
            return Err(self.long_row(self.line));
        }
        let bytes = begun.get(..SHOWN.min(begun.len())).unwrap_or(&[]).to_vec();
        let mut more = Vec::new();
        loop {
            more.clear();
            self.fill(&mut more)?;
            match memchr::memchr(b'\n', &more) {
                Some(end) => {
                    self.rest = more.split_off(end + 1);
                    break;
                }
                None if self.is_done => break,
                None => {}
            }
        }
        let first_line = self.line;
        self.line += 1;
        Ok(Chunk {
            first_row,
            file: self.file,
            first_line,
            ends: vec![u32::try_from(bytes.len()).unwrap_or(u32::MAX)],
            bytes,
            numbers: Vec::new(),
            rows: 1,
            longest_row: self.limits.row_bytes,
            is_cut: true,
        })
    }

    /// Counts rows behind the headings; blank lines are none.
    ///
    /// Errors: [`FormatError::LongRow`] for headings that are too long, and for any row that is in a
    /// table with quotes, as it would be were the row longer than a chunk: chunks change no result.
    fn count_rows(&self, lines: &CutLines, headings: usize) -> Result<u64, FormatError> {
        let mut start = 0;
        let mut rows = 0;
        for (index, end) in lines.ends.iter().enumerate() {
            let row = lines.bytes.get(start..*end as usize).unwrap_or(&[]);
            let must_fit = index < headings || self.dialect.quote.is_some();
            if must_fit && is_too_long(row, self.limits.row_bytes) {
                let counted = || count_lines(lines.bytes.get(..start).unwrap_or(&[]));
                let number = lines.numbers.get(index).copied();
                return Err(self.long_row(number.unwrap_or_else(|| self.line + counted())));
            }
            rows += u64::from(index >= headings && !without_terminator(row).is_empty());
            start = *end as usize;
        }
        Ok(rows)
    }

    fn long_row(&self, line: u64) -> FormatError {
        FormatError::LongRow {
            name: self.name.clone(),
            line,
            limit: self.limits.row_bytes as u64,
            may_be_quote: self.dialect.quote.is_some(),
        }
    }
}

/// Whole lines, as a chunk has them.
struct CutLines {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    numbers: Vec<u64>,
}

impl CutLines {
    /// Drops the first lines; tells how many line feeds they have.
    fn drop_first(&mut self, count: usize) -> u64 {
        let Some(last) = count.checked_sub(1).and_then(|last| self.ends.get(last)).copied() else {
            return 0;
        };
        self.ends.drain(..count);
        self.ends.iter_mut().for_each(|end| *end -= last);
        self.numbers.drain(..count.min(self.numbers.len()));
        let dropped: Vec<u8> = self.bytes.drain(..last as usize).collect();
        count_lines(&dropped)
    }
}

/// Bytes kept of a row that is too long.
const SHOWN: usize = 64;

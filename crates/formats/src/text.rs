//! Makes text of bytes: any character set becomes UTF-8, any way of writing rows becomes one that
//! the splitter knows. The plain path – UTF-8 with a one-byte delimiter – passes bytes through.

use std::io::{self, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_8};

use crate::encoding::Decoding;
use crate::normalise::{Normaliser, OddForm};
use crate::source::Bytes;

/// How the text of a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextForm {
    /// Its character set; a byte-order mark in the file stands above it.
    pub(crate) encoding: &'static Encoding,
    /// How its rows are written, where the splitter does not know that way.
    pub(crate) odd: Option<OddForm>,
    /// Whether the lines of a file are its rows, as a sheet has them: a line break in a cell is
    /// none of the file.
    pub(crate) counts_rows: bool,
}

/// Bytes of text in UTF-8, and bytes that are not UTF-8 where there was no text.
pub(crate) struct TextReader {
    stage: Stage,
    /// The next row, where rows are counted and not lines.
    next_row: Option<u64>,
}

enum Stage {
    Decoded(Decoding<Marked>),
    NormalDecoded(Box<Normaliser<Decoding<Marked>>>),
    NormalPlain(Box<Normaliser<Marked>>),
    Plain(Marked),
}

/// A file without its byte-order mark.
type Marked = Chain<Cursor<Vec<u8>>, Bytes>;

impl TextReader {
    /// Reads bytes of a form; a row may have so many bytes.
    pub(crate) fn new(mut bytes: Bytes, form: &TextForm, row_bytes: usize) -> io::Result<Self> {
        let mut head = Vec::with_capacity(3);
        bytes.by_ref().take(3).read_to_end(&mut head)?;
        let mut encoding = form.encoding;
        if let Some((stated, length)) = Encoding::for_bom(&head) {
            encoding = stated;
            head.drain(..length);
        }
        let bytes = Cursor::new(head).chain(bytes);
        let stage = match (&form.odd, encoding == UTF_8) {
            (None, true) => Stage::Plain(bytes),
            (None, false) => Stage::Decoded(Decoding::new(bytes, encoding)),
            (Some(odd), true) => {
                Stage::NormalPlain(Box::new(Normaliser::new(bytes, odd, row_bytes)))
            }
            (Some(odd), false) => Stage::NormalDecoded(Box::new(Normaliser::new(
                Decoding::new(bytes, encoding),
                odd,
                row_bytes,
            ))),
        };
        Ok(Self { stage, next_row: form.counts_rows.then_some(1) })
    }

    /// Reads so many bytes behind those that are there, fewer at the end only.
    pub(crate) fn fill(&mut self, wanted: u64, bytes: &mut Vec<u8>) -> io::Result<usize> {
        // Each stage by itself: a file fills the room without clearing it first.
        match &mut self.stage {
            Stage::Decoded(text) => text.take(wanted).read_to_end(bytes),
            Stage::NormalDecoded(rows) => rows.take(wanted).read_to_end(bytes),
            Stage::NormalPlain(rows) => rows.take(wanted).read_to_end(bytes),
            Stage::Plain(plain) => plain.take(wanted).read_to_end(bytes),
        }
    }

    /// Takes the lines of the file on which the next rows begin; nothing where rows stand in lines
    /// as they did in the file, so that counting line feeds is enough.
    pub(crate) fn take_lines(&mut self, rows: usize) -> Vec<u64> {
        if let Some(next) = &mut self.next_row {
            let first = *next;
            *next += rows as u64;
            return (first..*next).collect();
        }
        match &mut self.stage {
            Stage::Decoded(_) | Stage::Plain(_) => Vec::new(),
            Stage::NormalDecoded(text) => text.take_lines(rows),
            Stage::NormalPlain(text) => text.take_lines(rows),
        }
    }
}

impl std::fmt::Debug for TextReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TextReader")
    }
}

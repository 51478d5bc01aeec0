//! Makes text of bytes: any character set becomes UTF-8, any way of writing rows becomes one that
//! the splitter knows. The plain path – UTF-8 with a one-byte delimiter – passes bytes through.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use crate::source::Bytes;

/// How the text of a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextForm {
    /// Its character set.
    pub(crate) encoding: &'static Encoding,
    /// How its rows are written, where the splitter does not know that way.
    pub(crate) odd: Option<OddForm>,
}

/// A way of writing rows that is normalised: to commas, double quotes and line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OddForm {
    /// Between fields; one or more characters.
    pub(crate) delimiter: String,
    /// Around fields.
    pub(crate) quote: Option<char>,
    /// Before a character that means itself.
    pub(crate) escape: Option<char>,
    /// Between rows; a line feed or carriage return alone or together if this is empty.
    pub(crate) terminator: String,
}

/// Bytes of text in UTF-8.
pub(crate) struct TextReader {
    stage: Stage,
}

impl std::fmt::Debug for TextReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TextReader")
    }
}

enum Stage {
    Plain(SkipMark),
    Decoded(Decoding<SkipMark>),
    Normal(Box<Normalising>),
}

impl TextReader {
    /// Reads bytes of a form.
    pub(crate) fn new(bytes: Bytes, form: &TextForm, _name: String) -> Self {
        let bytes = SkipMark { inner: bytes, ahead: Vec::new(), is_begun: false };
        let stage = match (&form.odd, form.encoding == UTF_8) {
            (None, true) => Stage::Plain(bytes),
            (None, false) => Stage::Decoded(Decoding::new(bytes, form.encoding)),
            (Some(odd), _) => Stage::Normal(Box::new(Normalising::new(
                Decoding::new(bytes, form.encoding),
                odd.clone(),
            ))),
        };
        Self { stage }
    }
}

impl TextReader {
    /// Whether bytes were decoded rather than passed through.
    pub(crate) fn is_decoded(&self) -> bool {
        !matches!(self.stage, Stage::Plain(_))
    }
}

impl Read for TextReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.stage {
            Stage::Plain(bytes) => bytes.read(buffer),
            Stage::Decoded(text) => text.read(buffer),
            Stage::Normal(rows) => rows.read(buffer),
        }
    }
}

/// Drops a byte-order mark of UTF-8; those of UTF-16 are the decoder's.
struct SkipMark {
    inner: Bytes,
    ahead: Vec<u8>,
    is_begun: bool,
}

impl Read for SkipMark {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_begun {
            self.is_begun = true;
            self.inner.by_ref().take(3).read_to_end(&mut self.ahead)?;
            if self.ahead == [0xef, 0xbb, 0xbf] {
                self.ahead.clear();
            }
        }
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(self.ahead.drain(..count)) {
                *to = from;
            }
            return Ok(count);
        }
        self.inner.read(buffer)
    }
}

/// Decodes to UTF-8. What cannot be decoded becomes U+FFFD, by which the row is found and rejected.
struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    out: Vec<u8>,
    at: usize,
    is_done: bool,
}

impl<R: Read> Decoding<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder();
        Self { inner, decoder, out: Vec::new(), at: 0, is_done: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut raw = vec![0; 1 << 16];
        let read = self.inner.read(&mut raw)?;
        self.is_done = read == 0;
        let raw = raw.get(..read).unwrap_or(&[]);
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(read * 4 + 64);
        self.out.resize(most, 0);
        self.at = 0;
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.out, self.is_done);
        self.out.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            if self.is_done {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = self.out.get(self.at..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += count;
        Ok(count)
    }
}

/// Rewrites rows as comma-separated, quoted where needed, ended by line feeds.
struct Normalising {
    text: Decoding<SkipMark>,
    form: OddForm,
    pending: Vec<u8>,
    row: Row,
    out: Vec<u8>,
    at: usize,
    is_done: bool,
}

#[derive(Default)]
struct Row {
    fields: Vec<String>,
    field: String,
    is_quoted: bool,
    was_quoted: bool,
}

impl Normalising {
    fn new(text: Decoding<SkipMark>, form: OddForm) -> Self {
        Self {
            text,
            form,
            pending: Vec::new(),
            row: Row::default(),
            out: Vec::new(),
            at: 0,
            is_done: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut raw = vec![0; 1 << 16];
        let read = self.text.read(&mut raw)?;
        self.is_done = read == 0;
        self.pending.extend_from_slice(raw.get(..read).unwrap_or(&[]));
        self.out.clear();
        self.at = 0;
        let pending = std::mem::take(&mut self.pending);
        // A few bytes stay behind, so that no separator is cut in two.
        let keep = if self.is_done { 0 } else { 64 };
        // The decoder gives whole characters; only this reader's buffer may cut the last one.
        let whole = match std::str::from_utf8(&pending) {
            Ok(_) => pending.len(),
            Err(error) => error.valid_up_to(),
        };
        let (whole, cut) = pending.split_at(whole);
        let mut rest = std::str::from_utf8(whole).unwrap_or("");
        while rest.len() > keep {
            rest = self.step(rest);
        }
        self.pending = rest.as_bytes().to_vec();
        self.pending.extend_from_slice(cut);
        if self.is_done {
            self.end_row();
        }
        Ok(())
    }

    /// Takes one separator or character off the text.
    fn step<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(first) = text.chars().next() else { return "" };
        let after = text.get(first.len_utf8()..).unwrap_or("");
        if self.form.escape == Some(first) {
            let Some(next) = after.chars().next() else {
                self.row.field.push(first);
                return after;
            };
            self.row.field.push(match next {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
            return after.get(next.len_utf8()..).unwrap_or("");
        }
        if self.form.quote == Some(first) {
            if self.row.is_quoted {
                if after.starts_with(first) {
                    self.row.field.push(first);
                    return after.get(first.len_utf8()..).unwrap_or("");
                }
                self.row.is_quoted = false;
                return after;
            }
            if self.row.field.is_empty() && !self.row.was_quoted {
                self.row.is_quoted = true;
                self.row.was_quoted = true;
                return after;
            }
        }
        if !self.row.is_quoted {
            if let Some(after) = text.strip_prefix(self.form.delimiter.as_str()) {
                self.end_field();
                return after;
            }
            if let Some(after) = self.after_row(text) {
                self.end_row();
                return after;
            }
        }
        self.row.field.push(first);
        after
    }

    fn after_row<'t>(&self, text: &'t str) -> Option<&'t str> {
        if !self.form.terminator.is_empty() {
            return text.strip_prefix(self.form.terminator.as_str());
        }
        text.strip_prefix("\r\n")
            .or_else(|| text.strip_prefix('\n'))
            .or_else(|| text.strip_prefix('\r'))
    }

    fn end_field(&mut self) {
        self.row.fields.push(std::mem::take(&mut self.row.field));
        self.row.was_quoted = false;
    }

    fn end_row(&mut self) {
        let is_blank = self.row.fields.is_empty() && self.row.field.is_empty();
        if !is_blank {
            self.end_field();
            let values = self.row.fields.iter().map(String::as_str);
            crate::patch::write_values(&mut self.out, values, NORMAL);
        } else if !self.is_done {
            self.out.push(b'\n');
        }
        self.row = Row::default();
    }
}

impl Read for Normalising {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            if self.is_done {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = self.out.get(self.at..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += count;
        Ok(count)
    }
}

/// What odd ways of writing rows become.
pub(crate) const NORMAL: crate::table::Dialect = crate::table::Dialect {
    delimiter: b',',
    quote: Some(b'"'),
    terminator: crate::table::Terminator::Lf,
};

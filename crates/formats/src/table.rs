//! Tables: what their columns are, how their rows are written, and how to read them.

use std::path::Path;

use reedbed_core::term::{self, Term};

use crate::chunk::ChunkReader;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source};
use crate::text::{TextForm, TextReader};

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Where and how a taxon is spread.
    Distribution,
    /// A sampling event.
    Event,
    /// An identification of a record.
    Identification,
    /// A measurement or a fact.
    Measurement,
    /// An image, sound or film.
    Multimedia,
    /// A record of an organism.
    Occurrence,
    /// Something else.
    Other,
    /// A taxon.
    Taxon,
    /// A name in a spoken language.
    VernacularName,
}

/// A line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Terminator {
    /// Carriage return and line feed.
    CrLf,
    /// Line feed.
    Lf,
}

/// How rows are written: what [`Table::read`] hands out, after any normalising.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// Byte between fields.
    pub delimiter: u8,
    /// Byte around fields, doubled inside; none where fields are never quoted.
    pub quote: Option<u8>,
    /// Line end.
    pub terminator: Terminator,
}

/// What the splitter must know of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How rows are written.
    pub dialect: Dialect,
    /// How many columns there are.
    pub columns: usize,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As it is called in the file, else its full term.
    pub heading: String,
    /// The full name of its term, where the archive gives one.
    pub uri: Option<String>,
    /// The term that it is about, if it is a known one.
    pub term: Option<&'static Term>,
    /// What its empty cells stand for, where the archive says so.
    pub default: Option<String>,
    /// What stands between several values of one cell, where the archive says so.
    pub delimited_by: Option<String>,
    /// The vocabulary that its values are from, where the archive says so.
    pub vocabulary: Option<String>,
}

impl Column {
    /// A column of which nothing is known but its heading.
    pub(crate) fn plain(heading: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            uri: None,
            term: term::find(heading),
            default: None,
            delimited_by: None,
            vocabulary: None,
        }
    }
}

/// A term that has the same value in every row and no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// The term, if it is a known one.
    pub term: Option<&'static Term>,
    /// Its full name.
    pub uri: String,
    /// The value.
    pub value: String,
}

/// A table of a dataset.
#[derive(Debug)]
pub struct Table {
    /// Its file or files, as the steward knows them.
    pub name: String,
    /// What its rows are.
    pub kind: RowKind,
    /// The full name of what its rows are.
    pub row_type: String,
    /// The kind of data that it is a part of, as rules call it.
    pub kind_of_data: &'static str,
    /// Whether other tables hang from it.
    pub is_core: bool,
    /// Its columns, in file order.
    pub columns: Vec<Column>,
    /// The column of the row's identifier (core) or of the core row it hangs from (extension).
    pub id: Option<usize>,
    /// Terms without a column.
    pub defaults: Vec<Constant>,
    /// How its rows are handed out.
    pub dialect: Dialect,
    /// Whether its files begin with headings.
    pub has_header: bool,
    /// How dates are written, where the archive says so; `YYYY-MM-DD` is what it means otherwise.
    pub date_format: Option<String>,
    pub(crate) header: Option<Vec<u8>>,
    pub(crate) files: Vec<TableFile>,
    pub(crate) header_lines: usize,
    pub(crate) limits: Limits,
}

/// One file of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableFile {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) form: TextForm,
}

impl Table {
    /// What part of its dataset it is in, for telling parts apart: the kind of data, and the archive or
    /// folder that it lies in.
    pub fn part(&self) -> (&'static str, Option<&Path>) {
        let holder = self.files.first().and_then(|file| file.source.holder());
        (self.kind_of_data, holder)
    }

    /// The one file that it is, where it is no part of anything else.
    pub fn path(&self) -> Option<&Path> {
        let [file] = self.files.as_slice() else { return None };
        file.source.path()
    }

    /// The column of a term, by the term's name: the first that an archive gives the term, else the
    /// first that is headed by it.
    pub fn column(&self, name: &str) -> Option<usize> {
        let is_it = |column: &Column| column.term.is_some_and(|term| term.name == name);
        let is_given = |column: &Column| is_it(column) && column.uri.is_some();
        let given = self.columns.iter().position(is_given);
        given.or_else(|| self.columns.iter().position(is_it))
    }

    /// Gives the table, which is one file, another name.
    pub(crate) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        for file in &mut self.files {
            name.clone_into(&mut file.name);
        }
    }

    /// The row of headings as written, terminator included, where there is one.
    ///
    /// Shape: UTF-8, with the delimiter of [`Self::dialect`].
    pub fn header(&self) -> Option<&[u8]> {
        self.header.as_deref()
    }

    /// What the splitter must know.
    pub fn shape(&self) -> Shape {
        Shape { dialect: self.dialect, columns: self.columns.len() }
    }

    /// Reads the table from its first row, as often as wanted.
    ///
    /// Errors: [`FormatError::Open`] or [`FormatError::Damaged`] where a file is gone or broken.
    pub fn read(&self) -> Result<Chunks, FormatError> {
        Ok(Chunks {
            files: self.files.clone(),
            next_file: 0,
            reader: None,
            rows: 0,
            bytes_read: 0,
            dialect: self.dialect,
            header_lines: self.header_lines,
            limits: self.limits,
        })
    }

    /// The name of one of its files.
    pub fn file_name(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.name)
    }

    /// Size of its sources in bytes, where it is known; for progress.
    pub fn byte_len(&self) -> Option<u64> {
        self.files.iter().map(|file| file.source.byte_len()).sum()
    }

    /// The character set that it was written in.
    pub fn encoding(&self) -> &'static str {
        self.files.first().map_or("UTF-8", |file| file.form.encoding.name())
    }
}

/// The chunks of a table, file after file.
#[derive(Debug)]
pub struct Chunks {
    files: Vec<TableFile>,
    next_file: usize,
    reader: Option<ChunkReader>,
    rows: u64,
    bytes_read: u64,
    dialect: Dialect,
    header_lines: usize,
    limits: Limits,
}

impl Chunks {
    /// The next chunk of whole rows; nothing at the end.
    ///
    /// Errors: [`FormatError::Damaged`] where the source breaks off; nothing read so far is lost.
    pub fn next_chunk(&mut self) -> Result<Option<crate::chunk::Chunk>, FormatError> {
        loop {
            if self.reader.is_none() {
                let Some(file) = self.files.get(self.next_file) else { return Ok(None) };
                let bytes = file.source.open(&self.limits)?;
                let text = TextReader::new(bytes, &file.form, self.limits.row_bytes)
                    .map_err(|cause| source::failed(&file.name, cause))?;
                self.reader = Some(ChunkReader::new(
                    text,
                    self.dialect,
                    self.header_lines,
                    self.limits,
                    self.next_file,
                    file.name.clone(),
                ));
                self.next_file += 1;
            }
            let Some(reader) = &mut self.reader else { return Ok(None) };
            match reader.next_chunk(self.rows)? {
                Some(chunk) => {
                    self.rows += chunk.row_count();
                    self.bytes_read += chunk.bytes().len() as u64;
                    return Ok(Some(chunk));
                }
                None => self.reader = None,
            }
        }
    }

    /// Bytes handed out so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }
}

//! Opens what was given on the command line: an archive, or tables that belong together.

mod archived;
mod camtrap;
mod columns;
mod first_row;
pub(crate) mod kind;
mod made;
mod plain;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use reedbed_core::area::AreaSet;
use reedbed_core::period::Day;

pub use crate::archive::Packaging;
use crate::archive::{self, Opened};
use crate::eml::Metadata;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{Source, shown};
use crate::table::Table;

/// A dataset, opened; its rows are read through [`Table::read`].
#[derive(Debug)]
pub struct Dataset {
    /// The form that it came in.
    pub form: Form,
    /// Its tables; exactly one is the core.
    pub tables: Vec<Table>,
    /// What its metadata document says.
    pub metadata: Option<Metadata>,
    /// The members of the archive, hidden ones aside, by name; none where it is no archive.
    pub members: Vec<Member>,
    /// Things that were odd but survivable, for the report.
    pub notes: Vec<Note>,
    /// Outlines of layers that are read with the tables, by the texts that they bear.
    pub outlines: AreaSet,
}

impl Default for Dataset {
    /// A dataset without tables.
    fn default() -> Self {
        Self {
            form: Form::Tables,
            tables: Vec::new(),
            metadata: None,
            members: Vec::new(),
            notes: Vec::new(),
            outlines: AreaSet::default(),
        }
    }
}

impl Dataset {
    /// Takes what another dataset holds; its tables hang together as they did.
    pub(crate) fn join(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.metadata = self.metadata.take().or(other.metadata);
        self.members.extend(other.members);
        self.notes.extend(other.notes);
    }
}

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive, folders included.
    pub name: String,
    /// The day on which it was last changed, where the archive says so; a folder does not.
    pub day: Option<Day>,
}

/// The form of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Darwin Core archive.
    Archive(Packaging),
    /// Plain tables.
    Tables,
}

/// Something odd but survivable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub file: String,
    /// What is odd about it, in words.
    pub text: String,
}

/// How to read. What is said here stands above what is detected, and above what `meta.xml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Delimiter.
    pub delimiter: Option<u8>,
    /// Quote; `Some(None)` for tables without quotes.
    pub quote: Option<Option<u8>>,
    /// Escape character.
    pub escape: Option<u8>,
    /// Character set, by any of its names.
    pub encoding: Option<String>,
    /// Whether tables begin with headings.
    pub header: Option<bool>,
}

/// Opens inputs: one archive, one folder, or any number of tables.
///
/// Which of these an input is follows from its content, not from its name. Tables that are given
/// together are one dataset, and so are the sheets of a workbook: they hang together by eventID, occurrenceID and taxonID, and the
/// events, if there are any, are its core.
///
/// Errors: [`FormatError`] for anything that is no archive and no table, or breaks a limit.
pub fn open(
    inputs: &[PathBuf],
    options: &OpenOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    open_beside(inputs, Vec::new(), options, limits)
}

/// Opens inputs beside tables that are open already.
pub(crate) fn open_beside(
    inputs: &[PathBuf],
    mut tables: Vec<Table>,
    options: &OpenOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    let is_one = inputs.len() == 1 && tables.is_empty();
    let mut notes = Vec::new();
    let mut given = HashSet::new();
    for path in inputs {
        // A path that cannot be resolved cannot be opened either, which is told below.
        if path.canonicalize().is_ok_and(|path| !given.insert(path)) {
            return Err(FormatError::GivenTwice { name: shown(path) });
        }
        match archive::open(path, limits)? {
            Opened::Archive(_) if !is_one => return Err(FormatError::Mixed),
            Opened::Archive(members) => {
                return archived::open(path, &members, options, limits);
            }
            Opened::Columnar => tables.push(made::columnar(path, options, limits, &mut notes)?),
            Opened::Workbook(sheets) => {
                let none = |_: &Table| false;
                tables.extend(made::workbook(path, sheets, options, limits, (&none, &mut notes))?);
            }
            Opened::File(source) => {
                camtrap::refuse_file(path, &shown(path), &source, limits)?;
                tables.push(plain::open(&shown(path), &source, options, limits, &mut notes)?);
            }
        }
    }
    let tables = plain::related(tables)?;
    Ok(Dataset { tables, notes, ..Dataset::default() })
}

/// Opens one table by itself.
pub(crate) fn open_table(
    name: &str,
    source: &Source,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    plain::open(name, source, options, limits, notes)
}

/// Which tables are read though they have no heading that is a known term.
pub(crate) type Wanted<'a> = &'a dyn Fn(&Table) -> bool;

/// Opens a Parquet file, or the sheets of a workbook; of these also those of a kind that is asked for,
/// though they have no heading that is a known term. Nothing for what is neither.
pub(crate) fn open_made(
    path: &Path,
    opened: Opened,
    options: &OpenOptions,
    limits: &Limits,
    (is_wanted, notes): (Wanted<'_>, &mut Vec<Note>),
) -> Result<Vec<Table>, FormatError> {
    match opened {
        Opened::Columnar => Ok(vec![made::columnar(path, options, limits, notes)?]),
        Opened::Workbook(sheets) => {
            made::workbook(path, sheets, options, limits, (is_wanted, notes))
        }
        Opened::Archive(_) | Opened::File(_) => Ok(Vec::new()),
    }
}

/// Notes of one file.
struct Notes<'a> {
    file: &'a str,
    all: &'a mut Vec<Note>,
}

impl Notes<'_> {
    fn add(&mut self, text: impl Into<String>) {
        self.all.push(Note { file: self.file.to_owned(), text: text.into() });
    }
}

/// Said of a table with headings of which none is a term.
pub(crate) const UNKNOWN_HEADINGS: &str = "none of its headings is a known term";

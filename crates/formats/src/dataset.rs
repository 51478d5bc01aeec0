//! Opens what was given on the command line: an archive, or tables that belong together.

mod archived;
mod plain;

use std::path::PathBuf;

use reedbed_core::term;

use crate::archive::Members;
pub use crate::archive::Packaging;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::shown;
use crate::table::{Column, RowKind, Table};

/// A dataset, opened; its rows are read through [`Table::read`].
#[derive(Debug)]
pub struct Dataset {
    /// The form that it came in.
    pub form: Form,
    /// Its tables; exactly one is the core.
    pub tables: Vec<Table>,
    /// What its metadata document says.
    pub metadata: Option<crate::eml::Metadata>,
    /// Things that were odd but survivable, for the report.
    pub notes: Vec<Note>,
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

/// How to read, where what is detected is not wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Delimiter of plain tables.
    pub delimiter: Option<u8>,
    /// Quote of plain tables; `Some(None)` for tables without quotes.
    pub quote: Option<Option<u8>>,
    /// Escape character of plain tables.
    pub escape: Option<u8>,
    /// Character set of plain tables.
    pub encoding: Option<String>,
    /// Whether plain tables begin with headings.
    pub header: Option<bool>,
}

/// Opens inputs.
///
/// Errors: [`FormatError`] for anything that is no archive and no table, or breaks a limit.
pub fn open(
    inputs: &[PathBuf],
    options: &OpenOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    let mut tables = Vec::new();
    let mut notes = Vec::new();
    for path in inputs {
        match Members::list(path, limits)? {
            Some(_) if inputs.len() > 1 => return Err(FormatError::Mixed),
            Some(members) => return archived::open(&shown(path), &members, options, limits),
            None => tables.push(plain::open_file(path, options, limits, &mut notes)?),
        }
    }
    plain::dataset(tables, notes)
}

/// Finds out what the rows of a table are from the full name in an archive.
pub(crate) fn kind_of_type(row_type: &str) -> RowKind {
    let local = row_type.rsplit(['/', '#', ':']).next().unwrap_or("").to_ascii_lowercase();
    match local.as_str() {
        "occurrence" | "darwincore" | "simpledarwinrecord" | "darwinrecord" => RowKind::Occurrence,
        "event" => RowKind::Event,
        "taxon" => RowKind::Taxon,
        "measurementorfact" | "extendedmeasurementorfact" => RowKind::Measurement,
        "identification" | "identificationhistory" => RowKind::Identification,
        "multimedia" | "image" | "audubonmedia" | "simplemultimedia" | "document" => {
            RowKind::Multimedia
        }
        "distribution" | "speciesdistribution" => RowKind::Distribution,
        "vernacularname" => RowKind::VernacularName,
        _ => RowKind::Other,
    }
}

/// Finds out what the rows of a plain table are from its columns.
pub(crate) fn kind_of_columns(columns: &[Column]) -> RowKind {
    let has = |name: &str| columns.iter().any(|c| c.term.is_some_and(|term| term.name == name));
    let has_name = has("scientificName") || has("species") || has("verbatimScientificName");
    let is_record =
        has("occurrenceID") || has("basisOfRecord") || has("catalogNumber") || has("gbifID");
    let has_place = has("decimalLatitude") || has("verbatimLatitude") || has("verbatimCoordinates");
    let has_date = has("eventDate") || has("year");
    if has("measurementType") && !has_name {
        RowKind::Measurement
    } else if is_record && (has_name || has_place || has("eventID"))
        || has_name && (has_place || has_date)
    {
        RowKind::Occurrence
    } else if has("eventID") && !has_name {
        RowKind::Event
    } else if has("taxonID") && has_name && !has("locality") {
        RowKind::Taxon
    } else if has_name || has_place || has("locality") {
        RowKind::Occurrence
    } else {
        RowKind::Other
    }
}

/// The full name of what rows are.
pub(crate) fn type_of_kind(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Distribution => "http://rs.gbif.org/terms/1.0/Distribution",
        RowKind::Event => "http://rs.tdwg.org/dwc/terms/Event",
        RowKind::Identification => "http://rs.tdwg.org/dwc/terms/Identification",
        RowKind::Measurement => "http://rs.tdwg.org/dwc/terms/MeasurementOrFact",
        RowKind::Multimedia => "http://rs.gbif.org/terms/1.0/Multimedia",
        RowKind::Occurrence | RowKind::Other => "http://rs.tdwg.org/dwc/terms/Occurrence",
        RowKind::Taxon => "http://rs.tdwg.org/dwc/terms/Taxon",
        RowKind::VernacularName => "http://rs.gbif.org/terms/1.0/VernacularName",
    }
}

/// A column by its heading.
pub(crate) fn column(heading: &str, uri: Option<String>, default: Option<String>) -> Column {
    let term = uri
        .as_deref()
        .and_then(term::find)
        .or_else(|| if uri.is_none() { term::find(heading) } else { None });
    Column { heading: heading.to_owned(), uri, term, default }
}

//! Workbooks of spreadsheet programs: what sheets they have, and the cells of each as text.
//!
//! Cells are read as they are stored, not as they are shown: a number has all its digits, a day is
//! written as ISO 8601 has it whatever its format, a formula stands for the value that was
//! computed last, hidden rows and columns are rows and columns, and macros are not even looked at. A cell that shows an error, such as `#N/A`,
//! stays that text, which no place, day or number is, so that a rule that needs one holds the
//! record back.

mod old;
mod opendocument;
mod serial;
mod xlsx;

use std::io;
use std::path::{Path, PathBuf};

use crate::archive::Members;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::apart;
use crate::made::rows::RowSink;
use crate::source::{Source, failed, shown};

pub(crate) use old::refuse as refuse_old;

/// A sheet of a workbook, by the names that it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) workbook: PathBuf,
    pub(crate) name: String,
    content: Content,
}

/// Where the cells of a sheet are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// The member with all sheets, and which of them it is.
    OpenDocument {
        content: Box<Source>,
        nth: usize,
    },
    Xlsx,
}

/// What is found of a sheet before it is read.
#[derive(Debug)]
pub(crate) struct FoundSheet {
    pub(crate) sheet: Sheet,
    pub(crate) is_hidden: bool,
    /// Whether any of its cells has a value.
    pub(crate) has_cells: bool,
    /// Groups of merged cells.
    pub(crate) merged: usize,
}

impl Sheet {
    pub(crate) fn write(&self, rows: &mut RowSink, limits: &Limits) -> io::Result<()> {
        match &self.content {
            Content::OpenDocument { content, nth } => {
                opendocument::write(content, *nth, rows, limits)
            }
            Content::Xlsx => xlsx::write(&self.workbook, &self.name, rows, limits),
        }
    }
}

/// The sheets of an archive that is a workbook; nothing where it is none.
///
/// Errors: [`FormatError::Unsupported`] for other documents of office programs and for encrypted
/// ones, [`FormatError::TooLarge`] and [`FormatError::Damaged`] for members that are not what the
/// archive says of them.
pub(crate) fn sheets(
    path: &Path,
    members: &Members,
    limits: &Limits,
) -> Result<Option<Vec<FoundSheet>>, FormatError> {
    if let Some(kind) = members.member("mimetype").filter(|source| source.byte_len() < Some(200)) {
        let kind = kind.document("mimetype", limits)?;
        if !kind.starts_with(b"application/vnd.oasis.opendocument.") {
            return Ok(None);
        }
        let Some(content) = members.member("content.xml").filter(|_| is_spreadsheet(&kind)) else {
            return Err(unsupported(path, "it is an office document and no spreadsheet"));
        };
        refuse_encrypted(path, members, limits)?;
        return opendocument::sheets(path, content, limits).map(Some);
    }
    if members.member("[Content_Types].xml").is_none() {
        return Ok(None);
    }
    if members.member("xl/workbook.bin").is_some() {
        return Err(unsupported(path, "it is a binary workbook; save it as .xlsx"));
    }
    if !members.all().any(|(name, _)| name.starts_with("xl/")) {
        return Err(unsupported(path, "it is an office document and no spreadsheet"));
    }
    check_members(members, limits)?;
    apart(path.to_owned(), xlsx::sheets).map(Some)
}

fn is_spreadsheet(kind: &[u8]) -> bool {
    kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet")
}

fn refuse_encrypted(path: &Path, members: &Members, limits: &Limits) -> Result<(), FormatError> {
    let Some(manifest) = members.member("META-INF/manifest.xml") else { return Ok(()) };
    let manifest = manifest.document("META-INF/manifest.xml", limits)?;
    match memchr::memmem::find(&manifest, b"encryption-data") {
        Some(_) => Err(unsupported(path, LOCKED)),
        None => Ok(()),
    }
}

/// Reads what will be unpacked by a foreign reader once through our own, which believes no size
/// that an archive states, and holds what that reader keeps in memory to a limit.
fn check_members(members: &Members, limits: &Limits) -> Result<(), FormatError> {
    let mut held: u64 = 0;
    for (name, source) in members.all().filter(|(name, _)| !name.starts_with("xl/media/")) {
        let mut bytes = source.open(limits)?;
        let size = io::copy(&mut bytes, &mut io::sink()).map_err(|cause| failed(name, cause))?;
        if !name.starts_with("xl/worksheets/") {
            held = held.saturating_add(size);
        }
        if held > limits.held_bytes {
            let (name, limit) = (name.clone(), limits.held_bytes);
            return Err(FormatError::TooLarge { name, limit, unit: "bytes beside its cells" });
        }
    }
    Ok(())
}

fn unsupported(path: &Path, reason: &str) -> FormatError {
    FormatError::Unsupported { name: shown(path), reason: reason.to_owned() }
}

const LOCKED: &str = "it is protected by a password; save it without one";

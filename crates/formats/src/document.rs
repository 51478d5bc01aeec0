//! Documents: any file that is attached as it is, and what its metadata tell.
//!
//! Not a parser of documents: the metadata of PDF, Office Open XML, OpenDocument and images are looked
//! through so that a person sees names and places before a file is handed over. What is found is shown,
//! never changed.

use std::io::Read;
use std::path::{Path, PathBuf};

use reedbed_core::category::Category;

use crate::error::FormatError;
use crate::image;
use crate::limits::Limits;
use crate::source::{Source, shown};
use crate::xml::{self, Node};

/// A document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it is.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// How sensitive the steward says it is.
    pub category: Category,
    /// What its metadata tell: names and values.
    pub metadata: Vec<(String, String)>,
}

impl Document {
    /// Takes a file with its category, and looks at its metadata.
    ///
    /// Errors: [`FormatError::Open`] where it is no file that can be read.
    pub fn open(path: &Path, category: Category, limits: &Limits) -> Result<Self, FormatError> {
        let name = shown(path);
        let cannot = |cause| FormatError::Open { path: path.to_owned(), cause };
        if !path.is_file() {
            return Err(cannot(std::io::ErrorKind::NotFound.into()));
        }
        let bytes = head(path).map_err(cannot)?;
        let mut metadata = match bytes.as_slice() {
            [b'P', b'K', 3 | 5, ..] => of_archive(path, limits),
            [b'%', b'P', b'D', b'F', ..] => of_pdf(&bytes),
            _ => image::seen(&bytes).told,
        };
        metadata.truncate(MOST_TOLD);
        Ok(Self { path: path.to_owned(), name, category, metadata })
    }
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LOOKED_AT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Strings of the information dictionary, wherever it stands unpacked.
///
/// Source: ISO 32000-1:2008, section 14.3.3.
fn of_pdf(bytes: &[u8]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for key in
        ["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"]
    {
        let mark = format!("/{key}");
        for at in memchr::memmem::find_iter(bytes, mark.as_bytes()) {
            let rest = bytes.get(at + mark.len()..).unwrap_or_default().trim_ascii_start();
            let Some(inner) = rest.strip_prefix(b"(") else { continue };
            let end = inner.iter().position(|byte| *byte == b')').unwrap_or(0).min(LONGEST);
            let text = String::from_utf8_lossy(inner.get(..end).unwrap_or_default()).into_owned();
            told.push((key.to_owned(), text));
            break;
        }
    }
    if memchr::memmem::find(bytes, b"<x:xmpmeta").is_some() {
        told.push(("XMP".to_owned(), "present".to_owned()));
    }
    told
}

/// The properties of an Office Open XML or OpenDocument file.
///
/// Source: ISO/IEC 29500-2, section 11; OpenDocument 1.3, part 3, section 4.3.
fn of_archive(path: &Path, limits: &Limits) -> Vec<(String, String)> {
    let Ok(members) = crate::archive::open(path, limits) else { return Vec::new() };
    let crate::archive::Opened::Archive(members) = members else { return Vec::new() };
    let mut told = Vec::new();
    for (name, source) in members.named() {
        if ["docProps/core.xml", "docProps/app.xml", "meta.xml"].contains(&name.as_str()) {
            told.extend(of_xml(source, name, limits));
        }
    }
    told
}

fn of_xml(source: &Source, name: &str, limits: &Limits) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = Vec::new();
    let Ok(bytes) = source.document(name, limits) else { return told };
    // What cannot be read is shown as far as it was.
    let _ = xml::walk(&bytes, limits, |path, node| {
        if let (Node::Text(text), Some(element)) = (node, path.last())
            && !text.trim().is_empty()
        {
            told.push((element.clone(), text.trim().chars().take(LONGEST).collect()));
        }
        Ok(())
    });
    told
}

/// Bytes that are looked at.
const LOOKED_AT: u64 = 64 << 20;
const MOST_TOLD: usize = 200;
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_of_a_pdf_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        std::fs::write(&path, b"%PDF-1.4\n<< /Author (A. Ranger) /Title(Nests at 51.5 N) >>\n")
            .unwrap();
        let document = Document::open(&path, Category::Low, &Limits::default()).unwrap();
        let told: Vec<_> =
            document.metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(told, [("Title", "Nests at 51.5 N"), ("Author", "A. Ranger")]);
        assert!(Document::open(folder.path(), Category::Low, &Limits::default()).is_err());
    }
}

//! Archives: what members they have and where those are. Names and sizes are checked before
//! anything is read; nothing is unpacked to disk.

mod folder;
mod name;
mod tar;
mod zip;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use reedbed_core::period::Day;

use crate::dataset::Member;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source, shown};
use crate::workbook::{self, FoundSheet};

pub(crate) use name::is_trick;

/// How an archive is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packaging {
    /// A folder of files.
    Folder,
    /// A tar archive packed with gzip.
    TarGz,
    /// A zip archive.
    Zip,
}

/// What a path turned out to be.
#[derive(Debug)]
pub(crate) enum Opened {
    /// An archive, or a folder.
    Archive(Members),
    /// A Parquet file.
    Columnar,
    /// A file that is no archive.
    File(Source),
    /// A workbook, by its sheets.
    Workbook(Vec<FoundSheet>),
}

/// The members of an archive, by name.
#[derive(Debug)]
pub(crate) struct Members {
    pub(crate) packaging: Packaging,
    by_name: BTreeMap<String, Source>,
    /// Names that stand for something elsewhere. They are never followed.
    links: BTreeSet<String>,
    /// The days on which members were last changed.
    days: BTreeMap<String, Day>,
}

/// Opens a path; what it is follows from its first bytes, not from its name.
pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Opened, FormatError> {
    if path.is_dir() {
        return folder::members(path, limits).map(Opened::Archive);
    }
    let mut magic = Vec::with_capacity(4);
    source::open(path)?
        .take(4)
        .read_to_end(&mut magic)
        .map_err(|cause| FormatError::Open { path: path.to_owned(), cause })?;
    match magic.as_slice() {
        [b'P', b'K', 3 | 5, _] => {
            let members = zip::members(path, limits)?;
            let sheets = workbook::sheets(path, &members, limits)?;
            Ok(sheets.map_or(Opened::Archive(members), Opened::Workbook))
        }
        b"PAR1" | b"PARE" => Ok(Opened::Columnar),
        [0xd0, 0xcf, 0x11, 0xe0] => Err(workbook::refuse_old(path)),
        [0x1f, 0x8b, ..] => tar::open(path, limits),
        _ => Ok(Opened::File(Source::File(path.to_owned()))),
    }
}

impl Members {
    fn new(packaging: Packaging) -> Self {
        Self { packaging, by_name: BTreeMap::new(), links: BTreeSet::new(), days: BTreeMap::new() }
    }

    /// Members that count: no hidden files, no remains of other systems.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&String, &Source)> {
        self.by_name.iter().filter(|(name, _)| !name::is_hidden(name))
    }

    /// All members, hidden ones too.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &Source)> {
        self.by_name.iter()
    }

    /// A member by its exact name.
    pub(crate) fn member(&self, name: &str) -> Option<&Source> {
        self.by_name.get(name)
    }

    /// The members that count, with what the archive says of when they were changed.
    pub(crate) fn list(&self) -> Vec<Member> {
        let member =
            |name: &String| Member { name: name.clone(), day: self.days.get(name).copied() };
        self.named().map(|(name, _)| member(name)).collect()
    }

    /// Finds a member that a descriptor in `folder` names; by letters of another case only where
    /// one member alone has them, and then tells its name.
    pub(crate) fn find(
        &self,
        archive: &str,
        folder: &str,
        location: &str,
    ) -> Result<(&Source, Option<&str>), FormatError> {
        let location = location.strip_prefix("./").unwrap_or(location);
        if is_trick(location) {
            return Err(FormatError::NameTrick { archive: archive.to_owned() });
        }
        let name = format!("{folder}{location}");
        if let Some(source) = self.by_name.get(&name) {
            return Ok((source, None));
        }
        if self.links.contains(&name) {
            return Err(FormatError::Link { archive: archive.to_owned(), name });
        }
        let mut alike =
            self.named().filter(|(other, _)| other.to_lowercase() == name.to_lowercase());
        match (alike.next(), alike.next()) {
            (Some((other, source)), None) => Ok((source, Some(other))),
            _ => Err(FormatError::MissingFile {
                archive: archive.to_owned(),
                name: location.to_owned(),
            }),
        }
    }

    /// Adds a member whose name has been checked.
    fn add(
        &mut self,
        name: String,
        source: Source,
        archive: &Path,
        limits: &Limits,
    ) -> Result<(), FormatError> {
        if self.by_name.insert(name, source).is_some() {
            return Err(unsupported(archive, "two of its members have one name"));
        }
        check_count(self.by_name.len() + self.links.len(), archive, limits)
    }
}

/// Sizes of members so far.
#[derive(Debug, Default)]
struct Sizes {
    unpacked: u64,
}

impl Sizes {
    /// A member whose size is out of all proportion to its packed form is a bomb.
    fn add(
        &mut self,
        size: u64,
        packed: u64,
        archive: &Path,
        limits: &Limits,
    ) -> Result<(), FormatError> {
        self.unpacked = self.unpacked.saturating_add(size);
        let too_large = |limit, unit| FormatError::TooLarge { name: shown(archive), limit, unit };
        if self.unpacked > limits.unpacked_bytes {
            return Err(too_large(limits.unpacked_bytes, "bytes once unpacked"));
        }
        if limits.is_bomb(size, packed) {
            return Err(too_large(limits.ratio, "times its packed size once unpacked"));
        }
        Ok(())
    }
}

fn check_count(count: usize, archive: &Path, limits: &Limits) -> Result<(), FormatError> {
    if count > limits.members {
        let limit = limits.members as u64;
        return Err(FormatError::TooLarge { name: shown(archive), limit, unit: "members" });
    }
    Ok(())
}

fn unsupported(archive: &Path, reason: &str) -> FormatError {
    FormatError::Unsupported { name: shown(archive), reason: reason.to_owned() }
}

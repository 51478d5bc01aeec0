//! Archives: what members they have and where those are. Names are checked before anything is read.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use zip::CompressionMethod;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source, ZipMember, shown};

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

/// The members of an archive, by name.
#[derive(Debug)]
pub(crate) struct Members {
    pub(crate) packaging: Packaging,
    pub(crate) by_name: BTreeMap<String, Source>,
}

impl Members {
    /// Lists an archive, if the path is one.
    pub(crate) fn list(path: &Path, limits: &Limits) -> Result<Option<Self>, FormatError> {
        if path.is_dir() {
            return folder(path, limits).map(Some);
        }
        let mut magic = [0_u8; 4];
        let mut file = source::open(path)?;
        let read = std::io::Read::read(&mut file, &mut magic)
            .map_err(|cause| FormatError::Open { path: path.to_owned(), cause })?;
        match (magic, read) {
            ([b'P', b'K', 3 | 5, _], 4) => zip_members(path, limits).map(Some),
            ([0x1f, 0x8b, ..], 4) => tar_members(path, limits).map(Some),
            _ => Ok(None),
        }
    }

    /// Members that count: no hidden files, no remains of other systems.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&String, &Source)> {
        self.by_name.iter().filter(|(name, _)| {
            !name.starts_with("__MACOSX/")
                && !name.rsplit('/').next().unwrap_or("").starts_with('.')
        })
    }
}

fn folder(path: &Path, limits: &Limits) -> Result<Members, FormatError> {
    let unreadable = |cause| FormatError::Open { path: path.to_owned(), cause };
    let mut by_name = BTreeMap::new();
    for entry in path.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A link could lead anywhere: it is no member.
        if !entry.file_type().map_err(unreadable)?.is_file() {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        by_name.insert(name, Source::File(entry.path()));
        check_count(by_name.len(), path, limits)?;
    }
    Ok(Members { packaging: Packaging::Folder, by_name })
}

fn zip_members(path: &Path, limits: &Limits) -> Result<Members, FormatError> {
    let damaged = |cause: zip::result::ZipError| FormatError::Damaged {
        name: shown(path),
        cause: std::io::Error::new(std::io::ErrorKind::InvalidData, cause.to_string()),
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(source::open(path)?)).map_err(damaged)?;
    check_count(archive.len(), path, limits)?;
    let mut by_name = BTreeMap::new();
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.into_owned();
        if member.is_dir() {
            continue;
        }
        check_name(&name, path)?;
        let unsupported = |reason: &str| FormatError::Unsupported {
            name: shown(path),
            reason: reason.to_owned(),
        };
        if member.encrypted() {
            return Err(unsupported("a member is encrypted"));
        }
        if member.is_symlink() {
            continue;
        }
        let is_deflated = match member.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            _ => return Err(unsupported("a member is packed in a way that archives do not use")),
        };
        let (packed, size) = (member.compressed_size(), member.size());
        check_size(size, packed, &mut total, path, limits)?;
        let Some(start) = member.data_start() else {
            return Err(unsupported("the data of a member cannot be found"));
        };
        let found =
            ZipMember { name: name.clone(), start, packed, size, crc: member.crc32(), is_deflated };
        let known = by_name.insert(name, Source::Zip { archive: path.to_owned(), member: found });
        if known.is_some() {
            return Err(unsupported("two members have one name"));
        }
    }
    Ok(Members { packaging: Packaging::Zip, by_name })
}

fn tar_members(path: &Path, limits: &Limits) -> Result<Members, FormatError> {
    let damaged = |cause| FormatError::Damaged { name: shown(path), cause };
    let packed = std::fs::metadata(path).map_err(damaged)?.len();
    let unpacked = MultiGzDecoder::new(BufReader::new(source::open(path)?));
    // One byte more than allowed is enough to notice.
    let unpacked = std::io::Read::take(unpacked, limits.unpacked_bytes.saturating_add(1));
    let mut tar = tar::Archive::new(unpacked);
    let mut by_name = BTreeMap::new();
    let mut total = 0;
    for entry in tar.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        check_name(&name, path)?;
        check_size(entry.size(), packed, &mut total, path, limits)?;
        let found =
            Source::Tar { archive: path.to_owned(), member: name.clone(), size: entry.size() };
        if by_name.insert(name, found).is_some() {
            return Err(FormatError::Unsupported {
                name: shown(path),
                reason: "two members have one name".to_owned(),
            });
        }
        check_count(by_name.len(), path, limits)?;
    }
    if by_name.is_empty() {
        return Err(FormatError::Unsupported {
            name: shown(path),
            reason: "it has no members; a single packed table must be unpacked first".to_owned(),
        });
    }
    Ok(Members { packaging: Packaging::TarGz, by_name })
}

fn check_count(count: usize, path: &Path, limits: &Limits) -> Result<(), FormatError> {
    if count > limits.members {
        return Err(FormatError::TooLarge {
            name: shown(path),
            limit: limits.members as u64,
            unit: "members",
        });
    }
    Ok(())
}

/// A member whose size is out of all proportion to its packed form is a bomb.
fn check_size(
    size: u64,
    packed: u64,
    total: &mut u64,
    path: &Path,
    limits: &Limits,
) -> Result<(), FormatError> {
    *total = total.saturating_add(size);
    let too_large = |limit, unit| FormatError::TooLarge { name: shown(path), limit, unit };
    if *total > limits.unpacked_bytes {
        return Err(too_large(limits.unpacked_bytes, "bytes once unpacked"));
    }
    if size > FREE_OF_RATIO && size / limits.ratio > packed {
        return Err(too_large(limits.ratio, "times its packed size once unpacked"));
    }
    Ok(())
}

fn check_name(name: &str, archive: &Path) -> Result<(), FormatError> {
    let is_trick = name.is_empty()
        || name.len() > 1_024
        || name.starts_with('/')
        || name.contains(['\\', '\0', ':'])
        || name.chars().any(char::is_control)
        || name.split('/').any(|part| part == "..");
    if is_trick {
        return Err(FormatError::NameTrick { archive: shown(archive) });
    }
    Ok(())
}

const FREE_OF_RATIO: u64 = 16 << 20;

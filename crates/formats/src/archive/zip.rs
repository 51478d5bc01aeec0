//! Archives packed with zip.

use std::io::{self, BufReader};
use std::path::Path;

use reedbed_core::period::Day;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{Members, Packaging, Sizes, check_count, name, unsupported};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source, ZipMember, shown};

/// Lists the members of a zip archive from its directory.
///
/// Errors: [`FormatError::NameTrick`], [`FormatError::TooLarge`] and [`FormatError::Unsupported`]
/// for members that are not what a Darwin Core archive has; [`FormatError::Damaged`] where the
/// directory cannot be read.
pub(super) fn members(path: &Path, limits: &Limits) -> Result<Members, FormatError> {
    let damaged = |cause| damaged(path, cause);
    let mut archive = ZipArchive::new(BufReader::new(source::open(path)?)).map_err(damaged)?;
    if archive.has_duplicate_names() {
        return Err(unsupported(path, "two of its members have one name"));
    }
    check_count(archive.len(), path, limits)?;
    if archive.has_overlapping_entries().map_err(damaged)? {
        return Err(unsupported(path, "some of its members overlap, as they do in a bomb"));
    }
    let mut members = Members::new(Packaging::Zip);
    let mut sizes = Sizes::default();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.into_owned();
        name::check(&name, path, limits)?;
        if member.is_dir() {
            continue;
        }
        if member.is_symlink() {
            members.links.insert(name);
            continue;
        }
        if member.encrypted() {
            return Err(unsupported(path, "a member is encrypted"));
        }
        let is_deflated = match member.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            _ => return Err(unsupported(path, "a member is packed neither as deflate nor stored")),
        };
        let (packed, size) = (member.compressed_size(), member.size());
        sizes.add(size, packed, path, limits)?;
        let Some(start) = member.data_start() else {
            return Err(unsupported(path, "the data of a member cannot be found"));
        };
        let day =
            member.last_modified().and_then(|time| Day::new(time.year(), time.month(), time.day()));
        if let Some(day) = day {
            members.days.insert(name.clone(), day);
        }
        let found = ZipMember { start, packed, size, crc: member.crc32(), is_deflated };
        members.add(name, Source::Zip { archive: path.to_owned(), member: found }, path, limits)?;
    }
    Ok(members)
}

fn damaged(path: &Path, cause: ZipError) -> FormatError {
    let cause = match cause {
        ZipError::Io(cause) => cause,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    };
    FormatError::Damaged { name: shown(path), cause }
}

//! Files of the time before zip: old workbooks, and new ones in the shell that a password puts
//! round them. Neither is read; each is told apart.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::{LOCKED, unsupported};
use crate::error::FormatError;
use crate::source::{self, failed, shown};

/// Refuses a file that begins like an OLE compound file, and says what it is.
///
/// Source: MS-CFB, section 2.2 (the directory begins at the sector that byte 48 names).
pub(crate) fn refuse(path: &Path) -> FormatError {
    let directory = match directory(path) {
        Ok(directory) => directory,
        Err(cause) => return failed(&shown(path), cause),
    };
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&directory, &name).is_some()
    };
    let reason = if has("EncryptedPackage") {
        LOCKED
    } else if has("Workbook") || has("Book") {
        "it is a workbook in the old .xls form; save it as .xlsx"
    } else {
        "it is a file of an old office program"
    };
    unsupported(path, reason)
}

/// The beginning of the directory.
fn directory(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = source::open(path).map_err(io::Error::other)?;
    let mut head = [0; 512];
    file.read_exact(&mut head)?;
    let shift = head.get(30).copied().unwrap_or(9).clamp(9, 12);
    let sector = match head.get(48..52) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    };
    file.seek(SeekFrom::Start((u64::from(sector) + 1) << shift))?;
    let mut directory = Vec::new();
    file.take(1 << 14).read_to_end(&mut directory)?;
    Ok(directory)
}

//! Zip archives byte by byte, for what no honest program writes.

use std::path::{Path, PathBuf};

use flate2::Crc;

/// A stored member, and what its headers say of it.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    /// Unpacked size that the headers state, if it is not the true one.
    pub(crate) stated_size: Option<u32>,
    pub(crate) unix_mode: u32,
    /// Points at the data of the member before instead of its own.
    pub(crate) shares_data: bool,
}

pub(crate) fn member(name: &str, content: impl AsRef<[u8]>) -> Member {
    Member {
        name: name.as_bytes().to_vec(),
        content: content.as_ref().to_vec(),
        flags: 0,
        method: 0,
        stated_size: None,
        unix_mode: 0o100_644,
        shares_data: false,
    }
}

pub(crate) fn write(folder: &Path, members: &[Member]) -> PathBuf {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    let mut offset = 0;
    for one in members {
        if !one.shares_data {
            offset = bytes.len() as u32;
            bytes.extend(b"PK\x03\x04\x14\0");
            bytes.extend(headers(one));
            bytes.extend(&one.name);
            bytes.extend(&one.content);
        }
        // Made by unix, so that the mode counts.
        directory.extend(b"PK\x01\x02\x14\x03\x14\0");
        directory.extend(headers(one));
        directory.extend([0; 6]);
        directory.extend((one.unix_mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&one.name);
    }
    let begin = bytes.len() as u32;
    let count = members.len() as u16;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(begin.to_le_bytes());
    bytes.extend([0, 0]);
    crate::support::file(folder, "raw.zip", bytes)
}

/// What the header of a member and its entry in the directory have in common.
fn headers(one: &Member) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&one.content);
    let packed = one.content.len() as u32;
    let mut bytes = Vec::new();
    bytes.extend(one.flags.to_le_bytes());
    bytes.extend(one.method.to_le_bytes());
    bytes.extend([0, 0, 0x21, 0]);
    bytes.extend(crc.sum().to_le_bytes());
    bytes.extend(packed.to_le_bytes());
    bytes.extend(one.stated_size.unwrap_or(packed).to_le_bytes());
    bytes.extend((one.name.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

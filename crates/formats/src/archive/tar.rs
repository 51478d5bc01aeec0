//! Archives packed with tar and gzip, and single tables packed with gzip.
//!
//! Headers are read here rather than by a library, because the long names of tar are members of
//! their own whose size nothing bounds.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use reedbed_core::period::Day;
use tar::{EntryType, Header};

use super::{Members, Opened, Packaging, Sizes, check_count, name, unsupported};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Bounded, Source, shown};

/// Lists a packed tar archive, or finds that what is packed is no archive.
///
/// Errors: as for zip; the whole archive is unpacked once, so that damage is found here.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Opened, FormatError> {
    let damaged = |cause| source::failed(&shown(path), cause);
    let packed = std::fs::metadata(path).map_err(damaged)?.len();
    let unpacked = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, source::open(path)?));
    let mut tar = Tar { unpacked: Bounded::new(unpacked, packed, limits), at: 0 };
    let mut members = Members::new(Packaging::TarGz);
    let mut sizes = Sizes::default();
    let mut next = Next::default();
    let mut is_first = true;
    while let Some(header) = tar.header().map_err(damaged)? {
        if !is_header(&header) {
            if is_first {
                return Ok(Opened::File(Source::Gzip(path.to_owned())));
            }
            return Err(damaged(io::ErrorKind::InvalidData.into()));
        }
        is_first = false;
        let stated = header.entry_size().map_err(damaged)?;
        match header.entry_type() {
            EntryType::GNULongName => {
                let text = tar.text(stated, limits.name_bytes as u64 + 1).map_err(damaged)?;
                next.name = Some(text.trim_end_matches('\0').to_owned());
            }
            EntryType::XHeader => {
                next.read(&tar.text(stated, MOST_ATTRIBUTES).map_err(damaged)?);
            }
            kind => {
                let Next { name, size } = std::mem::take(&mut next);
                let size = size.unwrap_or(stated);
                let name = name
                    .unwrap_or_else(|| String::from_utf8_lossy(&header.path_bytes()).into_owned());
                sizes.add(size, packed, path, limits)?;
                match kind {
                    // Old archives have folders whose names end so, and no kind of their own.
                    EntryType::Regular if name.ends_with('/') => {}
                    EntryType::Regular | EntryType::Continuous => {
                        name::check(&name, path, limits)?;
                        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
                        let archive = path.to_owned();
                        let member = Source::Tar { archive, start: tar.at, size };
                        let days = header.mtime().ok().and_then(|s| i32::try_from(s / 86_400).ok());
                        if let Some(days) = days.filter(|days| *days < MOST_DAYS) {
                            members.days.insert(name.clone(), Day::from_days_since_1970(days));
                        }
                        members.add(name, member, path, limits)?;
                    }
                    EntryType::Link | EntryType::Symlink => {
                        name::check(&name, path, limits)?;
                        members.links.insert(name);
                        check_count(members.links.len(), path, limits)?;
                    }
                    EntryType::GNUSparse => {
                        return Err(unsupported(path, "a member is stored with holes"));
                    }
                    _ => {}
                }
                tar.skip(size).map_err(damaged)?;
            }
        }
    }
    // What is left is padding; reading it checks the sum of the whole.
    io::copy(&mut tar.unpacked, &mut io::sink()).map_err(damaged)?;
    Ok(Opened::Archive(members))
}

/// An unpacked archive, read block after block.
struct Tar<R> {
    unpacked: R,
    /// Bytes read.
    at: u64,
}

impl<R: Read> Tar<R> {
    /// The next header; nothing at the end of the archive.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut block = Vec::with_capacity(512);
        self.unpacked.by_ref().take(BLOCK).read_to_end(&mut block)?;
        self.at += block.len() as u64;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let mut header = Header::new_old();
        // A file that ends within its first block may be a small table.
        block.resize(512, 0);
        header.as_mut_bytes().copy_from_slice(&block);
        Ok(Some(header))
    }

    /// The content of a member that says something about the next one.
    fn text(&mut self, size: u64, limit: u64) -> io::Result<String> {
        if size > limit {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a name is too long"));
        }
        let mut bytes = Vec::new();
        self.unpacked.by_ref().take(size).read_to_end(&mut bytes)?;
        self.at += bytes.len() as u64;
        self.skip_to_block(size)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.unpacked.by_ref().take(size), &mut io::sink())?;
        self.at += skipped;
        if skipped < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.skip_to_block(size)
    }

    fn skip_to_block(&mut self, size: u64) -> io::Result<()> {
        let padding = (BLOCK - size % BLOCK) % BLOCK;
        self.at += io::copy(&mut self.unpacked.by_ref().take(padding), &mut io::sink())?;
        Ok(())
    }
}

/// What earlier members say of the next.
#[derive(Default)]
struct Next {
    name: Option<String>,
    size: Option<u64>,
}

impl Next {
    /// Reads attributes, each written as its length, a space, name, `=`, value and a line feed.
    fn read(&mut self, attributes: &str) {
        let mut rest = attributes;
        while let Some((length, _)) = rest.split_once(' ') {
            let Some((one, after)) = length.parse().ok().and_then(|n| rest.split_at_checked(n))
            else {
                return;
            };
            let pair = one
                .split_once(' ')
                .and_then(|(_, pair)| pair.trim_end_matches('\n').split_once('='));
            match pair {
                Some(("path", value)) => self.name = Some(value.to_owned()),
                Some(("size", value)) => self.size = value.parse().ok(),
                _ => {}
            }
            rest = after;
        }
    }
}

/// Whether a block is the header of a member: its sum says so.
fn is_header(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let stored: u32 = bytes.get(148..156).unwrap_or(&[]).iter().map(|byte| u32::from(*byte)).sum();
    let all: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    // The sum is taken with its own eight bytes as spaces.
    header.cksum().is_ok_and(|sum| sum == all - stored + 8 * 32)
}

const BLOCK: u64 = 512;
/// Days since 1970 of a time that can be one: the year 2243.
const MOST_DAYS: i32 = 100_000;
/// Bytes of the attributes of one member.
const MOST_ATTRIBUTES: u64 = 1 << 16;

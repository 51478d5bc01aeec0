//! The journal: entries that are safe and not in a tree yet.
//!
//! It has parts: while the tree is made of what one holds, the next one takes what comes. A file
//! `journal-START` holds a head line and records: the length of the entry (4 bytes), its index (8
//! bytes), the index of the first that was written with it (8 bytes, all big-endian), the first 16
//! bytes of SHA-256 over these and the entry, and the entry. What does not read so to the end is the
//! trace of a write that was never acknowledged, and is dropped; unless records of a later write stand
//! behind it, which shows that it was safe before and is damaged.

use std::io;

use crate::disk::{Disk, replace};
use crate::hash::Hash;
use crate::log::LogError;
use crate::store::Waiting;
use crate::tile::LONGEST_ENTRY;

/// A part of the journal, read.
#[derive(Debug)]
struct Journal {
    entries: Vec<Vec<u8>>,
    /// Whether something stands behind the last record.
    is_torn: bool,
    /// Whether something that was safe cannot be read any more.
    is_damaged: bool,
}

fn name_of(start: u64) -> String {
    format!("{PREFIX}{start}")
}

/// A record without its entry.
#[derive(Clone, Copy)]
struct Head {
    length: u32,
    index: u64,
    /// The first index that was written with it.
    batch: u64,
}

impl Head {
    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.length.to_be_bytes().to_vec();
        bytes.extend(self.index.to_be_bytes());
        bytes.extend(self.batch.to_be_bytes());
        bytes
    }

    fn check(self, entry: &[u8]) -> [u8; CHECK] {
        let mut bytes = self.to_bytes();
        bytes.extend(entry);
        let mut check = [0; CHECK];
        check.iter_mut().zip(Hash::of(&bytes).0).for_each(|(to, from)| *to = from);
        check
    }
}

/// Records as they stand in the file, written together.
pub(crate) fn records(first: u64, entries: &[Vec<u8>], into: &mut Vec<u8>) {
    for (index, entry) in (first..).zip(entries) {
        // Entries are no longer than a bundle allows.
        let length = u32::try_from(entry.len()).unwrap_or(u32::MAX);
        let head = Head { length, index, batch: first };
        into.extend(head.to_bytes());
        into.extend(head.check(entry));
        into.extend(entry);
    }
}

fn read(start: u64, bytes: &[u8]) -> Journal {
    let mut journal = Journal { entries: Vec::new(), is_torn: true, is_damaged: false };
    let Some(mut rest) = bytes.strip_prefix(head_of(start).as_bytes()) else {
        // It is put in its place as a whole, with its head.
        journal.is_damaged = true;
        return journal;
    };
    let mut at = start;
    while let Some((_, entry, after)) = next(rest).filter(|(head, ..)| head.index == at) {
        journal.entries.push(entry.to_vec());
        rest = after;
        at += 1;
    }
    journal.is_torn = !rest.is_empty();
    journal.is_damaged = (0..rest.len()).any(|from| {
        let later = rest.get(from..).and_then(next);
        later.is_some_and(|(head, ..)| head.batch > at)
    });
    journal
}

/// The record at the beginning of some bytes, and what stands behind it.
fn next(bytes: &[u8]) -> Option<(Head, &[u8], &[u8])> {
    let (length, after) = bytes.split_first_chunk::<4>()?;
    let (index, after) = after.split_first_chunk::<8>()?;
    let (batch, after) = after.split_first_chunk::<8>()?;
    let (held, after) = after.split_first_chunk::<CHECK>()?;
    let length = u32::from_be_bytes(*length);
    let (index, batch) = (u64::from_be_bytes(*index), u64::from_be_bytes(*batch));
    let head = Head { length, index, batch };
    let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST_ENTRY)?;
    let (entry, after) = after.split_at_checked(length)?;
    (batch <= index && head.check(entry) == *held).then_some((head, entry, after))
}

fn head_of(start: u64) -> String {
    format!("reedbed-journal/v1 {start}\n")
}

/// A part of the journal that is written at once and not added to.
pub(crate) fn whole(first: u64, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = head_of(first).into_bytes();
    records(first, entries, &mut bytes);
    bytes
}

/// Reads such a part; nothing where it is not whole.
#[cfg(feature = "objects")]
pub(crate) fn read_whole(first: u64, bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let journal = read(first, bytes);
    (!journal.is_torn).then_some(journal.entries)
}

/// Reads the parts of the journal that continue a tree of a size: from the last that does not begin
/// beyond it. Where all begin beyond it, the tree is older than the journal; what there is of it is given
/// as well.
///
/// CRASH: the last part is the old one, or one with the same entries.
///
/// Errors: [`LogError::Damaged`] where something that was safe is gone, and those of the disk.
pub(crate) fn find(disk: &dyn Disk, size: u64) -> Result<Option<Waiting>, LogError> {
    let starts = starts(disk)?;
    let Some(part) = starts.last().copied() else { return Ok(None) };
    let from = starts.iter().rposition(|start| *start <= size).unwrap_or(0);
    let parts = starts.get(from..).unwrap_or_default();
    let first = parts.first().copied().unwrap_or(part);
    let mut entries = Vec::new();
    for (at, start) in parts.iter().enumerate() {
        let bytes = disk.read(&name_of(*start))?.unwrap_or_default();
        let mut journal = read(*start, &bytes);
        let end = start + journal.entries.len() as u64;
        // A part is only followed by another once all of it is safe.
        let is_whole = match parts.get(at + 1) {
            Some(next) => *next == end && !journal.is_torn,
            None => !journal.is_damaged,
        };
        if !is_whole {
            return Err(LogError::Damaged { path: name_of(*start) });
        }
        // What a write left that failed may be in the memory of the system and nowhere else, where a
        // later sync does not find it again; so what is there is written anew. With it goes what was
        // never acknowledged.
        if at + 1 == parts.len() && (journal.is_torn || !journal.entries.is_empty()) {
            begin(disk, *start, &journal.entries)?;
        }
        entries.append(&mut journal.entries);
    }
    Ok(Some(Waiting { first, entries, part }))
}

fn starts(disk: &dyn Disk) -> io::Result<Vec<u64>> {
    let start = |name: &String| crate::note::number(name.strip_prefix(PREFIX)?);
    let mut starts: Vec<u64> = disk.list("")?.iter().filter_map(start).collect();
    starts.sort_unstable();
    Ok(starts)
}

/// Begins a part of the journal with entries that are safe already elsewhere or come along.
///
/// CRASH: the part is there or not; nothing is in it that is not acknowledged.
///
/// Errors: those of the disk.
pub(crate) fn begin(disk: &dyn Disk, start: u64, entries: &[Vec<u8>]) -> io::Result<()> {
    replace(disk, &name_of(start), &whole(start, entries))
}

/// Removes the parts before one: what they hold is in the tree.
///
/// CRASH: some may be left, which nobody reads.
///
/// Errors: those of the disk.
pub(crate) fn retire(disk: &dyn Disk, part: u64) -> io::Result<()> {
    for start in starts(disk)? {
        if start < part {
            disk.remove(&name_of(start))?;
        }
    }
    Ok(())
}

/// Writes records at the end of a part of the journal and makes them safe.
///
/// CRASH: some of the records may be there, in their order; none of them was acknowledged.
///
/// Errors: those of the disk; whether the records will be found is then unknown.
pub(crate) fn append(disk: &dyn Disk, part: u64, records: &[u8]) -> io::Result<()> {
    let name = name_of(part);
    disk.append(&name, records)?;
    disk.sync(&name)
}

const PREFIX: &str = "journal-";
const CHECK: usize = 16;

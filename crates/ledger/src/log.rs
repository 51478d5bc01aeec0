//! The log itself: it takes entries, makes trees of them, and signs their heads.
//!
//! An entry is acknowledged when it is safe in the journal. [`Log::publish`] puts what is in the journal
//! into tiles, reads these back, and signs a head only if the root of what lies on the disk is the one
//! that the entries ask for and continues the head before. Opening a log after a crash and opening it
//! on any other morning are the same function.

use std::collections::HashMap;
use std::io;

use crate::checkpoint::Checkpoint;
use crate::disk::{Disk, folder_of, replace};
use crate::hash::Hash;
use crate::journal;
use crate::note::{Note, NoteError, Signature, Signer, Verifier};
use crate::proof::Proof;
use crate::tile::{self, LONGEST_ENTRY, Tile, Tiles, TreeOf, WIDTH};
use crate::tree::{self, Nodes};

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A file cannot be read or written. After this the log takes nothing more until it is opened anew.
    #[error("a file of the log cannot be used")]
    Disk(#[from] io::Error),
    /// A note is none, or is signed by somebody else.
    #[error("the checkpoint of the log cannot be used")]
    Note(#[from] NoteError),
    /// What lies on the disk is not what was signed.
    #[error("the log is damaged: `{path}` is not what the signed head says")]
    Damaged {
        /// The first file that does not fit.
        path: String,
    },
    /// What lies on the disk is older than what was known before.
    #[error(
        "the log is older than it was: it has {size} entries, and {known} were there before. It was \
         restored from a backup, or somebody took entries away"
    )]
    Older {
        /// How many there are.
        size: u64,
        /// How many there were.
        known: u64,
    },
    /// Another history was known before.
    #[error("the log is another than it was: with {size} entries it had another root")]
    Forked {
        /// At this size.
        size: u64,
    },
    /// There is no log.
    #[error("there is no log here")]
    Missing,
    /// There is one already.
    #[error("there is a log here already")]
    Present,
    /// A write failed before, and what is on the disk is unknown.
    #[error("a write failed before: the log takes nothing more until it is opened anew")]
    Failed,
    /// An entry is too long.
    #[error("an entry has {length} bytes, more than the {LONGEST_ENTRY} that an entry may have")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// An entry is not in the tree.
    #[error("there is no entry {index}: the tree has {size}")]
    NoEntry {
        /// Its index.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
}

/// Reads the tiles of a log from a disk.
#[derive(Debug, Clone, Copy)]
pub struct OnDisk<'d>(pub &'d dyn Disk);

impl Tiles for OnDisk<'_> {
    type Error = LogError;

    fn tile(&mut self, wanted: Tile) -> Result<Vec<Hash>, LogError> {
        let path = wanted.path();
        let bytes = match self.0.read(&path)? {
            Some(bytes) => bytes,
            // A partial tile may have been removed once the full one was there.
            None => {
                let full = Tile { width: u16::try_from(WIDTH).unwrap_or(u16::MAX), ..wanted };
                let bytes = self.0.read(&full.path())?;
                let part = bytes.and_then(|bytes| {
                    bytes.get(..usize::from(wanted.width) * Hash::LEN).map(<[u8]>::to_vec)
                });
                part.ok_or_else(|| self.lacking(wanted))?
            }
        };
        tile::hashes(wanted, &bytes).ok_or(LogError::Damaged { path })
    }

    fn lacking(&self, tile: Tile) -> LogError {
        LogError::Damaged { path: tile.path() }
    }
}

/// The entries of a bundle, out of the full bundle where the partial one is gone.
pub(crate) fn bundle_of(disk: &dyn Disk, wanted: Tile) -> Result<Vec<Vec<u8>>, LogError> {
    let damaged = || LogError::Damaged { path: wanted.path() };
    let owned = |entries: Vec<&[u8]>| entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
    if let Some(bytes) = disk.read(&wanted.path())? {
        return tile::entries(wanted, &bytes).map(owned).ok_or_else(damaged);
    }
    let full = Tile { width: u16::try_from(WIDTH).unwrap_or(u16::MAX), ..wanted };
    let bytes = disk.read(&full.path())?.ok_or_else(damaged)?;
    let mut entries = tile::entries(full, &bytes).map(owned).ok_or_else(damaged)?;
    entries.truncate(usize::from(wanted.width));
    Ok(entries)
}

/// A log that is open for writing. Whoever opens it must hold the lock of its folder.
#[derive(Debug)]
pub struct Log<'d> {
    disk: &'d dyn Disk,
    signer: Signer,
    origin: String,
    /// The head that was signed last, with its signatures.
    note: Note,
    head: Checkpoint,
    /// Entries that are safe and not in the tree.
    pending: Vec<Vec<u8>>,
    /// Where the journal begins.
    journal: u64,
    has_failed: bool,
}

impl<'d> Log<'d> {
    /// Makes a log without entries, and signs its head. What names it is the name of the key.
    ///
    /// CRASH: without a checkpoint there is no log yet, and this can be done again.
    ///
    /// Errors: [`LogError::Present`] where there is one.
    pub fn create(disk: &'d dyn Disk, signer: Signer) -> Result<Self, LogError> {
        if disk.read(CHECKPOINT)?.is_some() {
            return Err(LogError::Present);
        }
        let origin = signer.verifier().name().to_owned();
        journal::begin(disk, 0, &[])?;
        let root = Hash::of_nothing();
        let head = Checkpoint { origin: origin.clone(), size: 0, root, extensions: Vec::new() };
        let text = head.text();
        let note = Note { signatures: vec![signer.sign(&text, 0)], text };
        replace(disk, CHECKPOINT, note.to_string().as_bytes())?;
        let (pending, journal) = (Vec::new(), 0);
        Ok(Self { disk, signer, origin, note, head, pending, journal, has_failed: false })
    }

    /// Opens a log, after a crash or not. `known` are heads that others hold, or that were held before:
    /// the log must continue each of them.
    ///
    /// Errors: [`LogError`]: nothing is written where what is there cannot be trusted.
    pub fn open(
        disk: &'d dyn Disk,
        signer: Signer,
        known: &[Checkpoint],
    ) -> Result<Self, LogError> {
        let (head, note) = head_of(disk, signer.verifier())?;
        let size = head.size;
        let mut tiles = OnDisk(disk);
        let root = tree::root(&mut TreeOf::new(&mut tiles, size), size)?;
        if root != head.root {
            return Err(LogError::Damaged { path: CHECKPOINT.to_owned() });
        }
        for other in known.iter().filter(|other| other.origin == head.origin) {
            if other.size > size {
                return Err(LogError::Older { size, known: other.size });
            }
            if tree::root(&mut TreeOf::new(&mut tiles, size), other.size)? != other.root {
                return Err(LogError::Forked { size: other.size });
            }
        }
        let (mut pending, mut journal) = (Vec::new(), size);
        match journal::find(disk)? {
            Some(found) if found.start > size => {
                return Err(LogError::Older { size, known: found.start });
            }
            Some(found) if found.is_damaged => {
                return Err(LogError::Damaged { path: format!("journal-{}", found.start) });
            }
            Some(mut found) => {
                found.mend(disk)?;
                journal = found.start;
                let published = usize::try_from(size - found.start).unwrap_or(usize::MAX);
                // What is in the tree already must be what the journal holds.
                for (index, entry) in (found.start..size).zip(&found.entries) {
                    if TreeOf::new(&mut tiles, size).node(0, index)? != Hash::leaf(entry) {
                        return Err(LogError::Damaged { path: format!("journal-{}", found.start) });
                    }
                }
                pending = found.entries.split_off(published.min(found.entries.len()));
                if published > 0 && pending.is_empty() {
                    journal::begin(disk, size, &[])?;
                    journal = size;
                }
            }
            None => journal::begin(disk, size, &[])?,
        }
        let origin = head.origin.clone();
        Ok(Self { disk, signer, origin, note, head, pending, journal, has_failed: false })
    }

    /// The head that was signed last.
    pub fn head(&self) -> &Checkpoint {
        &self.head
    }

    /// The same with its signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// What names the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries are safe, those in the tree included.
    pub fn acknowledged(&self) -> u64 {
        self.head.size + self.pending.len() as u64
    }

    /// Takes entries, and gives the index of the first. They are safe when this returns, and in the tree
    /// after the next [`Self::publish`].
    ///
    /// CRASH: some of them may be there, in their order; none was acknowledged.
    ///
    /// Errors: [`LogError`]. What failed may have been taken all the same; nothing more is taken until
    /// the log is opened anew.
    pub fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        if let Some(long) = entries.iter().find(|entry| entry.len() > LONGEST_ENTRY) {
            return Err(LogError::TooLong { length: long.len() });
        }
        let first = self.acknowledged();
        let mut records = Vec::new();
        journal::records(first, entries, &mut records);
        self.has_failed = true;
        journal::append(self.disk, self.journal, &records)?;
        self.has_failed = false;
        self.pending.extend_from_slice(entries);
        Ok(first)
    }

    /// Puts all acknowledged entries into the tree and signs its head.
    ///
    /// CRASH: tiles beyond the signed head may be left, which are written again with the same content;
    /// or the new head is there and the journal still holds what it has.
    ///
    /// Errors: [`LogError::Damaged`] where what lies on the disk does not have the root that is to be
    /// signed: nothing is signed then.
    pub fn publish(&mut self) -> Result<&Note, LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        if self.pending.is_empty() {
            return Ok(&self.note);
        }
        self.has_failed = true;
        let (old, size) = (self.head.clone(), self.acknowledged());
        let root = self.integrate(size)?;
        // What lies on the disk decides, not what is in memory: a flipped bit must not be signed.
        let mut tiles = OnDisk(self.disk);
        let mut on_disk = TreeOf::new(&mut tiles, size);
        let is_continued = tree::root(&mut on_disk, old.size)? == old.root;
        if !is_continued || tree::root(&mut on_disk, size)? != root {
            return Err(LogError::Damaged { path: CHECKPOINT.to_owned() });
        }
        let head = Checkpoint { origin: self.origin.clone(), size, root, extensions: Vec::new() };
        let text = head.text();
        let note = Note { signatures: vec![self.signer.sign(&text, 0)], text };
        replace(self.disk, CHECKPOINT, note.to_string().as_bytes())?;
        (self.head, self.note) = (head, note);
        self.pending.clear();
        journal::begin(self.disk, size, &[])?;
        self.journal = size;
        self.has_failed = false;
        Ok(&self.note)
    }

    /// Writes the tiles and bundles that the pending entries make, reads them back, and gives the root
    /// that the entries ask for.
    fn integrate(&self, size: u64) -> Result<Hash, LogError> {
        let old = self.head.size;
        let mut made: HashMap<Tile, Vec<Hash>> = HashMap::new();
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut pending = self.pending.iter();
        for wanted in Tile::new_in(None, old, size) {
            let begun = self.begun(None, wanted.index, old);
            let mut entries = match begun {
                Some(begun) => bundle_of(self.disk, begun)?,
                None => Vec::new(),
            };
            let more = usize::from(wanted.width).saturating_sub(entries.len());
            entries.extend(pending.by_ref().take(more).cloned());
            let hashes = entries.iter().map(|entry| Hash::leaf(entry)).collect();
            let bytes = tile::bundle(entries.iter().map(Vec::as_slice));
            let bytes = bytes.ok_or(LogError::TooLong { length: LONGEST_ENTRY + 1 })?;
            files.push((wanted.path(), bytes));
            made.insert(Tile { level: Some(0), ..wanted }, hashes);
        }
        for level in 1..=tile::top(size) {
            for wanted in Tile::new_in(Some(level), old, size) {
                let mut hashes = match self.begun(Some(level), wanted.index, old) {
                    Some(begun) => OnDisk(self.disk).tile(begun)?,
                    None => Vec::new(),
                };
                let first = wanted.index * WIDTH + hashes.len() as u64;
                let end = wanted.index * WIDTH + u64::from(wanted.width);
                for below in first..end {
                    let width = u16::try_from(WIDTH).unwrap_or(u16::MAX);
                    let full = Tile { level: Some(level - 1), index: below, width };
                    let under = match made.get(&full) {
                        Some(hashes) => tile::over(hashes),
                        None => tile::over(&OnDisk(self.disk).tile(full)?),
                    };
                    hashes.push(under);
                }
                made.insert(wanted, hashes);
            }
        }
        for (wanted, hashes) in &made {
            let bytes = hashes.iter().flat_map(|hash| hash.0).collect();
            files.push((wanted.path(), bytes));
        }
        self.store(&files)?;
        let mut overlay = Overlay { made: &made, disk: OnDisk(self.disk) };
        tree::root(&mut TreeOf::new(&mut overlay, size), size)
    }

    /// The partial tile that a tile of the tree before goes on from.
    fn begun(&self, level: Option<u8>, index: u64, old: u64) -> Option<Tile> {
        Tile::holding(level, index * WIDTH, old).filter(|begun| !begun.is_full())
    }

    /// Writes files, makes them safe, and reads them back.
    fn store(&self, files: &[(String, Vec<u8>)]) -> Result<(), LogError> {
        let mut folders: Vec<&str> = files.iter().map(|(path, _)| folder_of(path)).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in &folders {
            self.disk.create_folder(folder)?;
        }
        for (path, bytes) in files {
            self.disk.write(path, bytes)?;
        }
        for (path, _) in files {
            self.disk.sync(path)?;
        }
        for folder in &folders {
            self.disk.sync_folder(folder)?;
        }
        for (path, bytes) in files {
            if self.disk.read(path)?.as_ref() != Some(bytes) {
                return Err(LogError::Damaged { path: path.clone() });
            }
        }
        Ok(())
    }

    /// Adds cosignatures of witnesses to the head; those by keys that are not given, and those that do
    /// not hold, are left out. Gives how many were added.
    ///
    /// CRASH: the head is there with or without them.
    ///
    /// Errors: [`LogError::Disk`].
    pub fn add_cosignatures(
        &mut self,
        signatures: &[Signature],
        witnesses: &[Verifier],
    ) -> Result<usize, LogError> {
        let mut note = self.note.clone();
        for signature in signatures {
            let alone = Note { text: note.text.clone(), signatures: vec![signature.clone()] };
            let holds = witnesses.iter().any(|key| matches!(key.verify(&alone), Ok(Some(_))));
            if holds && !note.signatures.contains(signature) {
                note.signatures.push(signature.clone());
            }
        }
        let added = note.signatures.len() - self.note.signatures.len();
        if added > 0 {
            replace(self.disk, CHECKPOINT, note.to_string().as_bytes())?;
            self.note = note;
        }
        Ok(added)
    }

    /// Proves an entry of the tree by the head that was signed last.
    ///
    /// Errors: [`LogError::NoEntry`].
    pub fn prove(&self, index: u64) -> Result<Proof, LogError> {
        prove(self.disk, &self.head, &self.note, index)
    }
}

/// Proves an entry by a head.
///
/// Errors: [`LogError::NoEntry`].
pub fn prove(
    disk: &dyn Disk,
    head: &Checkpoint,
    note: &Note,
    index: u64,
) -> Result<Proof, LogError> {
    if index >= head.size {
        return Err(LogError::NoEntry { index, size: head.size });
    }
    let mut tiles = OnDisk(disk);
    let path = tree::prove_inclusion(&mut TreeOf::new(&mut tiles, head.size), index, head.size)?;
    Ok(Proof { extra: None, index, path, checkpoint: note.clone() })
}

/// Proves that a head continues a smaller tree.
///
/// Errors: [`LogError`] where tiles cannot be read.
pub fn prove_consistency(
    disk: &dyn Disk,
    old: u64,
    head: &Checkpoint,
) -> Result<Vec<Hash>, LogError> {
    let mut tiles = OnDisk(disk);
    tree::prove_consistency(&mut TreeOf::new(&mut tiles, head.size), old, head.size)
}

/// An entry of the tree.
///
/// Errors: [`LogError::NoEntry`].
pub fn entry(disk: &dyn Disk, head: &Checkpoint, index: u64) -> Result<Vec<u8>, LogError> {
    let none = || LogError::NoEntry { index, size: head.size };
    let wanted = Tile::holding(None, index, head.size).ok_or_else(none)?;
    let within = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
    bundle_of(disk, wanted)?.into_iter().nth(within).ok_or_else(none)
}

/// The head that lies on a disk, signed by a log.
///
/// Errors: [`LogError::Missing`], [`LogError::Note`].
pub fn head_of(disk: &dyn Disk, log: &Verifier) -> Result<(Checkpoint, Note), LogError> {
    let bytes = disk.read(CHECKPOINT)?.ok_or(LogError::Missing)?;
    let damaged = || LogError::Damaged { path: CHECKPOINT.to_owned() };
    let text = String::from_utf8(bytes).map_err(|_error| damaged())?;
    let (head, note) = Checkpoint::of_note(&text)?;
    if log.verify(&note)?.is_none() || head.origin != log.name() {
        return Err(NoteError::Unsigned.into());
    }
    Ok((head, note))
}

/// Tiles that were just made, over those on the disk.
struct Overlay<'m, 'd> {
    made: &'m HashMap<Tile, Vec<Hash>>,
    disk: OnDisk<'d>,
}

impl Tiles for Overlay<'_, '_> {
    type Error = LogError;

    fn tile(&mut self, wanted: Tile) -> Result<Vec<Hash>, LogError> {
        match self.made.get(&wanted) {
            Some(hashes) => Ok(hashes.clone()),
            None => self.disk.tile(wanted),
        }
    }

    fn lacking(&self, tile: Tile) -> LogError {
        self.disk.lacking(tile)
    }
}

/// The file of the head.
pub const CHECKPOINT: &str = "checkpoint";

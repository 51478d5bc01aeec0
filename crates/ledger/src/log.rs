//! The log itself: it takes entries, makes trees of them, and signs their heads.
//!
//! An entry is acknowledged when it is safe in the journal. [`Log::publish`] puts what is in the journal
//! into tiles, reads these back, and signs a head only if the root of what lies on the disk is the one
//! that the entries ask for and continues the head before. Opening a log after a crash and opening it
//! on any other morning are the same function.

mod draft;
mod reading;

use std::io;
use std::sync::Arc;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::{Note, NoteError, Signature, Signer, Verifier};
use crate::proof::Proof;
use crate::store::{Store, Waiting};
use crate::tile::{LONGEST_ENTRY, TreeOf};
use crate::tree::{self, Nodes};

pub use draft::{Built, Draft};
pub(crate) use reading::bundle_of;
pub use reading::{Stored, entry, head_of, prove, prove_consistency};

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
    /// Somebody else writes to the log. It takes nothing more until it is opened anew.
    #[error("somebody else writes to the log")]
    Raced,
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

/// A log that is open for writing. Whoever opens one in a folder must hold its lock.
#[derive(Debug)]
pub struct Log<'s> {
    store: &'s dyn Store,
    signer: Signer,
    /// The head that was signed last, with its signatures.
    note: Note,
    head: Checkpoint,
    /// Entries that are safe and not in the tree: those of which a head is being made, and others.
    drafted: Arc<Vec<Vec<u8>>>,
    pending: Vec<Vec<u8>>,
    /// The part of the journal that takes entries.
    part: u64,
    has_failed: bool,
}

impl<'s> Log<'s> {
    /// Makes a log without entries, and signs its head. What names it is the name of the key.
    ///
    /// CRASH: without a checkpoint there is no log yet, and this can be done again.
    ///
    /// Errors: [`LogError::Present`] where there is one.
    pub fn create(store: &'s dyn Store, signer: Signer) -> Result<Self, LogError> {
        if store.head()?.is_some() {
            return Err(LogError::Present);
        }
        store.begin()?;
        let origin = signer.verifier().name().to_owned();
        store.begin_part(0)?;
        let root = Hash::of_nothing();
        let head = Checkpoint { origin, size: 0, root, extensions: Vec::new() };
        let text = head.text();
        let note = Note { signatures: vec![signer.sign(&text, 0)], text };
        store.replace_head(None, (0, note.to_string().as_bytes()))?;
        Ok(Self::of(store, signer, (head, note), Vec::new(), 0))
    }

    fn of(
        store: &'s dyn Store,
        signer: Signer,
        (head, note): (Checkpoint, Note),
        pending: Vec<Vec<u8>>,
        part: u64,
    ) -> Self {
        let drafted = Arc::default();
        Self { store, signer, note, head, drafted, pending, part, has_failed: false }
    }

    /// Opens a log, after a crash or not. `known` are heads that others hold, or that were held before:
    /// the log must continue each of them.
    ///
    /// Errors: [`LogError`]: nothing is written where what is there cannot be trusted.
    pub fn open(
        store: &'s dyn Store,
        signer: Signer,
        known: &[Checkpoint],
    ) -> Result<Self, LogError> {
        let bytes = store.head()?.ok_or(LogError::Missing)?;
        reading::read_head(bytes, signer.verifier())?;
        store.begin()?;
        // What another writer did up to now counts; it does nothing more.
        let bytes = store.head()?.ok_or(LogError::Missing)?;
        let (head, note) = reading::read_head(bytes, signer.verifier())?;
        let size = head.size;
        let mut tiles = Stored(store);
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
        let Waiting { first, mut entries, mut part } = store.waiting(size)?;
        if first > size {
            return Err(LogError::Older { size, known: first });
        }
        // What is in the tree already must be what the journal holds.
        for (index, entry) in (first..size).zip(&entries) {
            if TreeOf::new(&mut tiles, size).node(0, index)? != Hash::leaf(entry) {
                return Err(LogError::Damaged { path: format!("journal-{first}") });
            }
        }
        let published = usize::try_from(size - first).unwrap_or(usize::MAX);
        let pending = entries.split_off(published.min(entries.len()));
        if part < size && pending.is_empty() {
            store.begin_part(size)?;
            store.retire(size)?;
            part = size;
        }
        Ok(Self::of(store, signer, (head, note), pending, part))
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
        &self.head.origin
    }

    /// How many entries are safe, those in the tree included.
    pub fn acknowledged(&self) -> u64 {
        self.head.size + self.drafted.len() as u64 + self.pending.len() as u64
    }

    /// The entry that was taken last; nothing where there is none.
    ///
    /// Errors: [`LogError`] where it cannot be read.
    pub fn last(&self) -> Result<Option<Vec<u8>>, LogError> {
        if let Some(entry) = self.pending.last().or(self.drafted.last()) {
            return Ok(Some(entry.clone()));
        }
        let last = self.head.size.checked_sub(1);
        last.map(|index| entry(self.store, &self.head, index)).transpose()
    }

    /// Whether an entry can be taken.
    ///
    /// Errors: [`LogError::TooLong`].
    pub fn check(entry: &[u8]) -> Result<(), LogError> {
        let length = entry.len();
        if length > LONGEST_ENTRY { Err(LogError::TooLong { length }) } else { Ok(()) }
    }

    /// Takes entries, and gives the index of the first. They are safe when this returns, and in the tree
    /// after the next [`Self::publish`].
    ///
    /// CRASH: some of them may be there, in their order; none was acknowledged.
    ///
    /// Errors: [`LogError`]. What failed may have been taken all the same; nothing more is taken until
    /// the log is opened anew.
    pub fn append(&mut self, mut entries: Vec<Vec<u8>>) -> Result<u64, LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        entries.iter().try_for_each(|entry| Self::check(entry))?;
        let first = self.acknowledged();
        if entries.is_empty() {
            return Ok(first);
        }
        self.has_failed = true;
        self.store.append(self.part, first, &entries)?;
        self.has_failed = false;
        self.pending.append(&mut entries);
        Ok(first)
    }

    /// Puts all acknowledged entries into the tree and signs its head.
    ///
    /// CRASH: tiles beyond the signed head may be left, which are written again with the same content;
    /// or the new head is there and the journal still holds what it has.
    ///
    /// Errors: [`LogError::Damaged`] where what was stored does not have the root that is to be signed:
    /// nothing is signed then.
    pub fn publish(&mut self) -> Result<&Note, LogError> {
        if let Some(draft) = self.draft()? {
            let built = draft.build(self.store).inspect_err(|_error| self.has_failed = true)?;
            self.finish(built)?;
        }
        Ok(&self.note)
    }

    /// Sets aside all acknowledged entries for the next head; nothing where there are none. Entries can
    /// be taken while it is [built](Draft::build).
    ///
    /// CRASH: the journal has a part more, which is empty.
    ///
    /// Errors: [`LogError`].
    pub fn draft(&mut self) -> Result<Option<Draft>, LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        let acknowledged = self.acknowledged();
        if !self.pending.is_empty() {
            self.has_failed = true;
            self.store.begin_part(acknowledged)?;
            self.has_failed = false;
            self.part = acknowledged;
            Arc::make_mut(&mut self.drafted).append(&mut self.pending);
        }
        let draft = Draft { old: self.head.clone(), entries: Arc::clone(&self.drafted) };
        Ok((!self.drafted.is_empty()).then_some(draft))
    }

    /// Signs the head of a tree whose tiles are there.
    ///
    /// CRASH: the old head or the new one; or the new one, and the journal still holds what it has.
    ///
    /// Errors: [`LogError::Raced`] where another head was signed since the draft.
    pub fn finish(&mut self, built: Built) -> Result<(), LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        let Built { old, head } = built;
        if old != self.head {
            return Err(LogError::Raced);
        }
        let text = head.text();
        let note = Note { signatures: vec![self.signer.sign(&text, 0)], text };
        self.has_failed = true;
        self.replace(head, note)?;
        let taken = usize::try_from(self.head.size - old.size).unwrap_or(usize::MAX);
        Arc::make_mut(&mut self.drafted).drain(..taken);
        if self.drafted.is_empty() {
            self.store.retire(self.part)?;
        }
        self.has_failed = false;
        Ok(())
    }

    /// Signs the head with another key of the same name, which signs from now on; the signatures that are
    /// there remain.
    ///
    /// CRASH: the head is there with or without the new signature.
    ///
    /// Errors: [`LogError`]; [`LogError::Note`] for a key of another log.
    pub fn change_signer(&mut self, signer: Signer) -> Result<(), LogError> {
        if self.has_failed {
            return Err(LogError::Failed);
        }
        if signer.verifier().name() != self.origin() {
            return Err(NoteError::Unsigned.into());
        }
        let mut note = self.note.clone();
        let signature = signer.sign(&note.text, 0);
        if !note.signatures.contains(&signature) {
            note.signatures.insert(0, signature);
        }
        self.has_failed = true;
        self.replace(self.head.clone(), note)?;
        self.has_failed = false;
        self.signer = signer;
        Ok(())
    }

    fn replace(&mut self, head: Checkpoint, note: Note) -> Result<(), LogError> {
        let (old, new) = (self.note.to_string(), note.to_string());
        let old = (self.head.size, old.as_bytes());
        self.store.replace_head(Some(old), (head.size, new.as_bytes()))?;
        (self.head, self.note) = (head, note);
        Ok(())
    }

    /// Takes nothing more until it is opened anew: something that was to be stored was not.
    pub fn fail(&mut self) {
        self.has_failed = true;
    }

    /// Adds cosignatures of witnesses to the head, each in the place of an earlier one by its key; those by
    /// keys that are not given, and those that do not hold, are left out. Gives how many were added.
    ///
    /// CRASH: the head is there with or without them.
    ///
    /// Errors: [`LogError::Disk`].
    pub fn add_cosignatures(
        &mut self,
        signatures: &[Signature],
        witnesses: &[Verifier],
    ) -> Result<usize, LogError> {
        let (mut note, mut added) = (self.note.clone(), 0);
        for signature in signatures {
            let alone = Note { text: note.text.clone(), signatures: vec![signature.clone()] };
            let holds = witnesses.iter().any(|key| matches!(key.verify(&alone), Ok(Some(_))));
            if holds && !note.signatures.contains(signature) {
                note.signatures.retain(|held| !held.is_by_key_of(signature));
                note.signatures.push(signature.clone());
                added += 1;
            }
        }
        if added > 0 {
            self.replace(self.head.clone(), note)?;
        }
        Ok(added)
    }

    /// Proves an entry of the tree by the head that was signed last.
    ///
    /// Errors: [`LogError::NoEntry`].
    pub fn prove(&self, index: u64) -> Result<Proof, LogError> {
        prove(self.store, &self.head, &self.note, index)
    }
}

/// The file of the head.
pub const CHECKPOINT: &str = "checkpoint";

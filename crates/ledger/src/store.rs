//! Where a log lies: its head, its tiles, and the journal of what is safe and not in the tree yet.

use crate::disk::{Disk, Source, folder_of, replace};
use crate::journal;
use crate::log::{CHECKPOINT, LogError};

/// Entries that are safe and may not be in the tree yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// The index of the first one.
    pub first: u64,
    /// The entries, one after the other.
    pub entries: Vec<Vec<u8>>,
    /// The part of the journal that takes the next ones, by its first index.
    pub part: u64,
}

/// A place for a log. One writer uses it at a time: it holds the lock of a folder, or it was the last to
/// [begin](Self::begin) in a store of objects.
pub trait Store: Source {
    /// Begins to write. Whoever began before can no longer acknowledge anything.
    ///
    /// Errors: those of the place.
    fn begin(&self) -> Result<(), LogError>;

    /// The head that was stored last, as it was given; nothing where there is no log.
    ///
    /// Errors: those of the place.
    fn head(&self) -> Result<Option<Vec<u8>>, LogError>;

    /// Puts a head, with the size of its tree, in the place of another; of nothing where a log is made.
    ///
    /// CRASH: the old head or the new one.
    ///
    /// Errors: [`LogError::Raced`] where another head is there than the one that is to be replaced.
    fn replace_head(&self, old: Option<(u64, &[u8])>, new: (u64, &[u8])) -> Result<(), LogError>;

    /// Writes files that are not changed any more; they are safe when this returns.
    ///
    /// CRASH: some of them are there, whole or not; no head speaks of them yet.
    ///
    /// Errors: those of the place.
    fn put(&self, files: &[(String, Vec<u8>)]) -> Result<(), LogError>;

    /// What is safe beyond a tree of a size.
    ///
    /// Errors: [`LogError::Damaged`] where something that was safe is gone.
    fn waiting(&self, size: u64) -> Result<Waiting, LogError>;

    /// Takes entries, of which the first has an index, into a part of the journal; they are safe when
    /// this returns.
    ///
    /// CRASH: some of them may be there, in their order; none was acknowledged.
    ///
    /// Errors: [`LogError::Raced`] where another writer began; and those of the place: whether they
    /// were taken is then unknown.
    fn append(&self, part: u64, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError>;

    /// Begins a part of the journal at an index.
    ///
    /// CRASH: it is there or not.
    ///
    /// Errors: those of the place.
    fn begin_part(&self, first: u64) -> Result<(), LogError>;

    /// Removes what was waiting before an index, where a part begins: it is in the tree.
    ///
    /// CRASH: some of it is left, which nobody reads.
    ///
    /// Errors: those of the place.
    fn retire(&self, part: u64) -> Result<(), LogError>;
}

/// A disk holds the log in files. Its lock is the business of whoever opens it.
impl<D: Disk> Store for D {
    fn begin(&self) -> Result<(), LogError> {
        // Whoever wrote before may have been stopped between a new name and its sync.
        Ok(self.sync_folder("")?)
    }

    fn head(&self) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.read(CHECKPOINT)?)
    }

    fn replace_head(&self, old: Option<(u64, &[u8])>, new: (u64, &[u8])) -> Result<(), LogError> {
        if self.read(CHECKPOINT)?.as_deref() != old.map(|(_, bytes)| bytes) {
            return Err(LogError::Raced);
        }
        Ok(replace(self, CHECKPOINT, new.1)?)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) -> Result<(), LogError> {
        let mut folders: Vec<&str> = files.iter().map(|(path, _)| folder_of(path)).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in &folders {
            self.create_folder(folder)?;
        }
        for (path, bytes) in files {
            self.write(path, bytes)?;
        }
        for (path, _) in files {
            self.sync(path)?;
        }
        for folder in &folders {
            self.sync_folder(folder)?;
        }
        Ok(())
    }

    fn waiting(&self, size: u64) -> Result<Waiting, LogError> {
        if let Some(waiting) = journal::find(self, size)? {
            return Ok(waiting);
        }
        self.begin_part(size)?;
        Ok(Waiting { first: size, entries: Vec::new(), part: size })
    }

    fn append(&self, part: u64, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        let mut records = Vec::new();
        journal::records(first, entries, &mut records);
        Ok(journal::append(self, part, &records)?)
    }

    fn begin_part(&self, first: u64) -> Result<(), LogError> {
        Ok(journal::begin(self, first, &[])?)
    }

    fn retire(&self, part: u64) -> Result<(), LogError> {
        Ok(journal::retire(self, part)?)
    }
}

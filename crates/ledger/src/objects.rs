//! Logs in a store of objects, such as S3, which has no locks, no folders, and no writing at the end of
//! what is there.
//!
//! What must happen once is done by creating an object that must not be there yet:
//!
//! - `writer/N`: who writes, by a number that grows. Whoever begins creates the next one. Entries are
//!   acknowledged only if no later writer is there after they were stored; so a writer that was
//!   paused for an hour acknowledges nothing that the one after it did not see.
//! - `journal/INDEX`: entries that were made safe together, by the index of the first.
//! - `after/SIZE`: the head that followed that of a size. There is one at most, so the log has one
//!   history, whoever writes. These are never removed.
//!
//! `checkpoint` is the head as others fetch it; it follows. Where the store can (`If-Match`), it is only
//! put in the place of the one that was read.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, UpdateVersion,
};
use tokio::runtime::{Builder, Runtime};

use crate::checkpoint::Checkpoint;
use crate::disk::Source;
use crate::journal;
use crate::log::{CHECKPOINT, LogError};
use crate::note::number;
use crate::store::{Store, Waiting};

/// A store of objects that holds one log. It waits for the store, so it must not be used within an
/// asynchronous task.
///
/// The store must list and read what was just written, as S3 has done since 2020, and create objects
/// only where there is none (`If-None-Match`).
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
    /// The number under which this one writes.
    writer: Mutex<Option<u64>>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Objects({})", self.store)
    }
}

impl Objects {
    /// The log in a store; for a part of one, give a `PrefixStore`.
    ///
    /// Errors: whatever keeps the system from waiting for the store.
    pub fn in_store(store: Arc<dyn ObjectStore>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { store, runtime, writer: Mutex::new(None) })
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.runtime.block_on(work)
    }

    /// An object with its version.
    fn get(&self, path: &str) -> Result<Option<(Vec<u8>, UpdateVersion)>, LogError> {
        let found = self.wait(async {
            let result = self.store.get(&Path::from(path)).await?;
            let version = UpdateVersion {
                e_tag: result.meta.e_tag.clone(),
                version: result.meta.version.clone(),
            };
            Ok((result.bytes().await?.to_vec(), version))
        });
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn put_as(&self, path: &str, bytes: &[u8], mode: PutMode) -> Result<(), Error> {
        let (path, bytes) = (Path::from(path), PutPayload::from(bytes.to_vec()));
        self.wait(self.store.put_opts(&path, bytes, PutOptions::from(mode))).map(|_| ())
    }

    /// Makes an object that must not be there yet.
    fn create(&self, path: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.put_as(path, bytes, PutMode::Create).map_err(failed)
    }

    /// Puts the head where others fetch it, in the place of one that was read before.
    fn show(&self, head: &[u8], before: UpdateVersion) -> Result<(), LogError> {
        match self.put_as(CHECKPOINT, head, PutMode::Update(before)) {
            // Not all stores can.
            Err(Error::NotImplemented { .. }) => {
                self.put_as(CHECKPOINT, head, PutMode::Overwrite).map_err(failed)
            }
            put => put.map_err(failed),
        }
    }

    /// The numbers of the objects in a folder, from the smallest.
    fn numbers(&self, folder: &str) -> Result<BTreeMap<u64, Path>, LogError> {
        let list = self.store.list(Some(&Path::from(folder)));
        let list: Vec<_> = self.wait(list.try_collect()).map_err(failed)?;
        let number = |path: &Path| {
            let name = path.filename()?;
            let digits = name.trim_start_matches('0');
            (name.len() == DIGITS).then(|| number(if digits.is_empty() { "0" } else { digits }))?
        };
        let known = list
            .into_iter()
            .filter_map(|object| Some((number(&object.location)?, object.location)));
        Ok(known.collect())
    }

    fn remove(&self, paths: Vec<Path>) -> Result<(), LogError> {
        let paths = stream::iter(paths.into_iter().map(Ok)).boxed();
        let removed = self.store.delete_stream(paths);
        match self.wait(removed.try_for_each(|_path| async { Ok(()) })) {
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Source for Objects {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.get(path) {
            Ok(found) => Ok(found.map(|(bytes, _)| bytes)),
            Err(LogError::Disk(error)) => Err(error),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl Store for Objects {
    fn begin(&self) -> Result<(), LogError> {
        let before = self.numbers(WRITER)?;
        let own = before.keys().next_back().map_or(1, |last| last + 1);
        self.create(&name(WRITER, own), b"")?;
        // CRASH: older ones are left, which say nothing.
        self.remove(before.into_values().collect())?;
        *self.writer.lock().map_err(|_error| LogError::Failed)? = Some(own);
        // Whoever wrote before may have stopped between a new head and the one that is fetched.
        match (self.get(CHECKPOINT)?, self.head()?) {
            (Some((bytes, version)), Some(head)) if bytes != head => self.show(&head, version),
            _ => Ok(()),
        }
    }

    fn head(&self) -> Result<Option<Vec<u8>>, LogError> {
        let Some((mut bytes, _)) = self.get(CHECKPOINT)? else { return Ok(None) };
        let mut size = size_of(&bytes, CHECKPOINT)?;
        // CRASH: between the two writes of a new head, the one that is fetched is behind.
        while let Some((next, _)) = self.get(&name(AFTER, size))? {
            let path = name(AFTER, size);
            let larger = size_of(&next, &path)?;
            if larger <= size {
                return Err(LogError::Damaged { path });
            }
            (bytes, size) = (next, larger);
        }
        Ok(Some(bytes))
    }

    fn replace_head(&self, old: Option<(u64, &[u8])>, new: (u64, &[u8])) -> Result<(), LogError> {
        let Some((old_size, old_bytes)) = old else { return self.create(CHECKPOINT, new.1) };
        if self.head()?.as_deref() != Some(old_bytes) {
            return Err(LogError::Raced);
        }
        let fetched = self.get(CHECKPOINT)?.ok_or(LogError::Raced)?;
        if new.0 > old_size {
            self.create(&name(AFTER, old_size), new.1)?;
        }
        self.show(new.1, fetched.1)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) -> Result<(), LogError> {
        let put = |(path, bytes): &(String, Vec<u8>)| {
            let (store, path) = (Arc::clone(&self.store), Path::from(path.as_str()));
            let bytes = PutPayload::from(bytes.clone());
            async move { store.put(&path, bytes).await.map(|_| ()) }
        };
        let all = stream::iter(files.iter().map(put)).buffer_unordered(AT_ONCE);
        self.wait(all.try_collect()).map_err(failed)
    }

    fn waiting(&self, size: u64) -> Result<Waiting, LogError> {
        let mut entries = Vec::new();
        for first in self.numbers(JOURNAL)?.into_keys() {
            let expected = size + entries.len() as u64;
            // What begins in the tree is in it, or came from a writer that was too late.
            if first < expected {
                continue;
            }
            let path = name(JOURNAL, first);
            let held = self.get(&path)?.and_then(|(bytes, _)| journal::read_whole(first, &bytes));
            match held {
                Some(mut held) if first == expected => entries.append(&mut held),
                _ => return Err(LogError::Damaged { path }),
            }
        }
        Ok(Waiting { first: size, entries, part: size })
    }

    fn append(&self, _part: u64, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        let own = *self.writer.lock().map_err(|_error| LogError::Failed)?;
        let own = own.ok_or(LogError::Failed)?;
        self.create(&name(JOURNAL, first), &journal::whole(first, entries))?;
        // Whoever began before this was stored may not have seen it; whoever begins later does.
        let newest = self.numbers(WRITER)?.into_keys().next_back();
        if newest == Some(own) { Ok(()) } else { Err(LogError::Raced) }
    }

    fn begin_part(&self, _first: u64) -> Result<(), LogError> {
        Ok(())
    }

    fn retire(&self, part: u64) -> Result<(), LogError> {
        let old = self.numbers(JOURNAL)?.into_iter().filter(|(first, _)| *first < part);
        self.remove(old.map(|(_, path)| path).collect())
    }
}

fn name(folder: &str, number: u64) -> String {
    format!("{folder}/{number:020}")
}

fn size_of(bytes: &[u8], path: &str) -> Result<u64, LogError> {
    let head = std::str::from_utf8(bytes).ok().and_then(|text| Checkpoint::of_note(text).ok());
    let damaged = || LogError::Damaged { path: path.to_owned() };
    head.map(|(head, _)| head.size).ok_or_else(damaged)
}

fn failed(error: Error) -> LogError {
    match error {
        Error::AlreadyExists { .. } | Error::Precondition { .. } => LogError::Raced,
        error => LogError::Disk(io::Error::other(error)),
    }
}

const WRITER: &str = "writer";
const JOURNAL: &str = "journal";
const AFTER: &str = "after";
const DIGITS: usize = 20;
/// Requests at once.
const AT_ONCE: usize = 32;

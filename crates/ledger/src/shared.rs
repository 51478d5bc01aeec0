//! A log that many use at once: entries that come while others are made safe are made safe together
//! after them, and heads are made while entries are taken.

use std::mem;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard};

use crate::checkpoint::Checkpoint;
use crate::log::{Log, LogError};
use crate::note::Note;
use crate::store::Store;

/// Such a log.
#[derive(Debug)]
pub struct Shared<'s> {
    store: &'s dyn Store,
    log: Mutex<Log<'s>>,
    queue: Mutex<Queue>,
    /// One head is made at a time.
    publishing: Mutex<()>,
}

/// Who waits while entries of others are made safe.
#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiter>,
    is_writing: bool,
}

#[derive(Debug)]
struct Waiter {
    entries: Vec<Vec<u8>>,
    answer: SyncSender<Answer>,
}

#[derive(Debug)]
enum Answer {
    /// The index of the first entry; nothing where it failed.
    Done(Option<u64>),
    /// It is for this one to write what all who wait have given.
    Write,
}

/// The turn to write. When it ends, however it ends, it passes to the next who waits.
struct Turn<'q>(&'q Mutex<Queue>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Ok(mut queue) = self.0.lock() else { return };
        // Who waits has a place for one answer, and got none yet.
        queue.is_writing =
            queue.waiting.first().is_some_and(|next| next.answer.try_send(Answer::Write).is_ok());
    }
}

impl<'s> Shared<'s> {
    /// A log that lies in a store.
    pub fn new(store: &'s dyn Store, log: Log<'s>) -> Self {
        let (queue, publishing) = (Mutex::default(), Mutex::default());
        Self { store, log: Mutex::new(log), queue, publishing }
    }

    /// Takes entries, and gives the index of the first; they are safe when this returns.
    ///
    /// Errors: those of [`Log::append`]; [`LogError::Failed`] where the write failed that took these
    /// entries along with others.
    pub fn append(&self, entries: Vec<Vec<u8>>) -> Result<u64, LogError> {
        entries.iter().try_for_each(|entry| Log::check(entry))?;
        let (answer, answers) = sync_channel(1);
        let has_turn = {
            let mut queue = lock(&self.queue)?;
            queue.waiting.push(Waiter { entries, answer });
            !mem::replace(&mut queue.is_writing, true)
        };
        if has_turn {
            self.write()?;
        }
        loop {
            match answers.recv() {
                Ok(Answer::Done(index)) => return index.ok_or(LogError::Failed),
                Ok(Answer::Write) => self.write()?,
                Err(_) => return Err(LogError::Failed),
            }
        }
    }

    /// Writes what all who wait have given, one's own among it.
    fn write(&self) -> Result<(), LogError> {
        let turn = Turn(&self.queue);
        let waiting = mem::take(&mut lock(&self.queue)?.waiting);
        let (mut together, mut answers) = (Vec::new(), Vec::new());
        for mut waiter in waiting {
            answers.push((waiter.answer, together.len() as u64));
            together.append(&mut waiter.entries);
        }
        let result = lock(&self.log)?.append(together);
        // The next one writes while these are told.
        drop(turn);
        let first = result.as_ref().ok().copied();
        for (answer, begin) in answers {
            let _gone = answer.try_send(Answer::Done(first.map(|first| first + begin)));
        }
        result.map(|_| ())
    }

    /// Puts what was acknowledged into the tree and signs its head; entries are taken meanwhile.
    ///
    /// Errors: those of [`Log::publish`].
    pub fn publish(&self) -> Result<(Checkpoint, Note), LogError> {
        let _one = lock(&self.publishing)?;
        let draft = lock(&self.log)?.draft()?;
        if let Some(draft) = draft {
            let built = draft.build(self.store);
            let mut log = lock(&self.log)?;
            match built {
                Ok(built) => log.finish(built)?,
                Err(error) => {
                    log.fail();
                    return Err(error);
                }
            }
        }
        let log = lock(&self.log)?;
        Ok((log.head().clone(), log.note().clone()))
    }

    /// The log alone again.
    ///
    /// Errors: [`LogError::Failed`] where somebody who used it failed badly.
    pub fn into_log(self) -> Result<Log<'s>, LogError> {
        self.log.into_inner().map_err(|_error| LogError::Failed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>, LogError> {
    mutex.lock().map_err(|_error| LogError::Failed)
}

//! The keys of a log, one after the other: each change is signed by the key before and the key after it.
//!
//! C2SP has no format for this; ours is a row of signed notes, which `docs/ledger-format.md` describes.

use std::fmt;

use crate::note::{self, KeyKind, Note, NoteError, Signer, Verifier};
use crate::tree::LARGEST;

/// A change of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key that signs no tree larger than [`Self::size`].
    pub old: Verifier,
    /// The key that signs from then on.
    pub new: Verifier,
    /// The size of the tree at the change.
    pub size: u64,
}

/// All changes of the keys of one log, from the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    changes: Vec<(Change, Note)>,
}

impl History {
    /// Reads a history; every change in it must be signed by both keys, and go on from the one before.
    ///
    /// Errors: [`NoteError`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let parts: Vec<&str> = text.split("\n\n").collect();
        let mut history = Self::default();
        for (at, part) in parts.chunks(2).enumerate() {
            let [body, signatures] = part else {
                return Err(wrong("a change has no signatures"));
            };
            // The last one has its own end.
            let end = if at * 2 + 2 == parts.len() { "" } else { "\n" };
            history.push(Note::read(&format!("{body}\n\n{signatures}{end}"))?)?;
        }
        Ok(history)
    }

    /// Changes the key of a log at a size of its tree.
    ///
    /// Errors: [`NoteError::Form`] where the keys are not of one log, or do not follow.
    pub fn change(&mut self, old: &Signer, new: &Signer, size: u64) -> Result<(), NoteError> {
        let (from, to) = (old.verifier(), new.verifier());
        let text = format!("{HEAD}\n{}\n{size}\n{from}\n{to}\n", from.name());
        let signatures = vec![old.sign(&text, 0), new.sign(&text, 0)];
        self.push(Note { text, signatures })
    }

    fn push(&mut self, note: Note) -> Result<(), NoteError> {
        if self.changes.len() >= MOST_CHANGES {
            return Err(wrong("it has too many changes"));
        }
        let change = read_change(&note.text)?;
        for key in [&change.old, &change.new] {
            key.verify(&note)?.ok_or(NoteError::Unsigned)?;
        }
        let follows = self
            .changes
            .last()
            .is_none_or(|(before, _)| before.new == change.old && before.size <= change.size);
        if !follows || change.old == change.new || self.keys().any(|key| *key == change.new) {
            return Err(wrong("a change does not follow the one before"));
        }
        self.changes.push((change, note));
        Ok(())
    }

    /// The changes, from the first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    /// All keys, from the first; none where nothing was changed.
    pub fn keys(&self) -> impl Iterator<Item = &Verifier> {
        let first = self.changes().next().map(|change| &change.old);
        first.into_iter().chain(self.changes().map(|change| &change.new))
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (_, note)) in self.changes.iter().enumerate() {
            let gap = if at == 0 { "" } else { "\n" };
            write!(f, "{gap}{note}")?;
        }
        Ok(())
    }
}

fn read_change(text: &str) -> Result<Change, NoteError> {
    let lines: Vec<&str> = text.lines().collect();
    let [HEAD, origin, size, old, new] = lines.as_slice() else {
        return Err(wrong("it is no change of a key"));
    };
    let size = note::number(size).filter(|size| *size <= LARGEST);
    let size = size.ok_or_else(|| wrong("its size is no number"))?;
    let (old, new) = (Verifier::read(old)?, Verifier::read(new)?);
    let is_log = |key: &Verifier| key.kind() == KeyKind::Ed25519 && key.name() == *origin;
    if !is_log(&old) || !is_log(&new) {
        return Err(wrong("its keys are not those of one log"));
    }
    Ok(Change { old, new, size })
}

fn wrong(reason: &'static str) -> NoteError {
    NoteError::Form { reason }
}

const HEAD: &str = "reedbed-key/v1";
const MOST_CHANGES: usize = 64;

//! Proofs in a file: that an entry is in a log, with the checkpoint that says so.
//!
//! Source: C2SP tlog-proof.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::{self, Note, NoteError};
use crate::tree::{LONGEST_PROOF, ProofError, verify_inclusion};

/// Such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Data that nobody vouches for.
    pub extra: Option<Vec<u8>>,
    /// The index of the entry, from 0.
    pub index: u64,
    /// The path from the entry's sibling to the child of the root.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub checkpoint: Note,
}

impl Proof {
    /// Reads a proof.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Form { reason };
        let mut rest = text;
        let mut line = || {
            let (line, after) = rest.split_once('\n')?;
            rest = after;
            Some(line)
        };
        if line() != Some(HEAD) {
            return Err(wrong("its first line is not that of a proof"));
        }
        let mut next = line();
        let mut extra = None;
        if let Some(text) = next.and_then(|line| line.strip_prefix("extra ")) {
            let bytes =
                STANDARD.decode(text).map_err(|_error| wrong("its extra data are no base64"))?;
            extra = Some(bytes);
            next = line();
        }
        let index = next.and_then(|line| line.strip_prefix("index ")).and_then(note::number);
        let index = index.ok_or_else(|| wrong("it has no index"))?;
        let mut path = Vec::new();
        loop {
            match line() {
                None => return Err(wrong("it ends before its checkpoint")),
                Some("") => break,
                Some(_) if path.len() == LONGEST_PROOF => {
                    return Err(wrong("its path is too long"));
                }
                Some(text) => {
                    path.push(Hash::from_base64(text).ok_or_else(|| wrong("a line is no hash"))?);
                }
            }
        }
        Ok(Self { extra, index, path, checkpoint: Note::read(rest)? })
    }

    /// The head that the proof leads to; nobody's signature is checked.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn head(&self) -> Result<Checkpoint, NoteError> {
        Checkpoint::read(&self.checkpoint.text)
    }

    /// Checks that an entry is where the proof says; the signatures are the business of a
    /// [policy](crate::policy).
    ///
    /// Errors: [`ProofError`] where it is not proved.
    pub fn verify_entry(&self, head: &Checkpoint, entry: &[u8]) -> Result<(), ProofError> {
        verify_inclusion(Hash::leaf(entry), self.index, head.size, &self.path, head.root)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

const HEAD: &str = "c2sp.org/tlog-proof@v1";

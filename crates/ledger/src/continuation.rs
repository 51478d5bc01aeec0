//! That a head continues one that somebody has seen before: the earlier head, and the path from there.
//!
//! C2SP has no file for this; ours is described in `docs/ledger-format.md`.

use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::{Note, NoteError};
use crate::policy::{Policy, Refusal};
use crate::tree::{LONGEST_PROOF, ProofError, verify_consistency};

/// Such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// From the earlier tree to the later one.
    pub path: Vec<Hash>,
    /// The earlier head with its signatures.
    pub earlier: Note,
}

/// Why a head does not continue another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContinuationError {
    /// The earlier head is not one of the log.
    #[error("the earlier head is none of the log")]
    Earlier(#[from] Refusal),
    /// It is a head of another log.
    #[error("the earlier head is one of the log `{origin}`")]
    Other {
        /// Which.
        origin: String,
    },
    /// The path does not lead there.
    #[error("the head does not continue the earlier one")]
    Proof(#[from] ProofError),
}

impl Continuation {
    /// Reads such a file.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Form { reason };
        let rest = text.strip_prefix(HEAD).and_then(|rest| rest.strip_prefix('\n'));
        let mut rest = rest.ok_or_else(|| wrong("its first line is not that of a continuation"))?;
        let mut path = Vec::new();
        loop {
            let (line, after) =
                rest.split_once('\n').ok_or_else(|| wrong("it ends before its checkpoint"))?;
            rest = after;
            match line {
                "" => break,
                _ if path.len() == LONGEST_PROOF => return Err(wrong("its path is too long")),
                line => {
                    path.push(Hash::from_base64(line).ok_or_else(|| wrong("a line is no hash"))?);
                }
            }
        }
        Ok(Self { path, earlier: Note::read(rest)? })
    }

    /// Checks that a head continues the earlier one, which a log of the policy must have signed; gives
    /// the earlier one.
    ///
    /// Errors: [`ContinuationError`].
    pub fn verify(
        &self,
        policy: &Policy,
        head: &Checkpoint,
    ) -> Result<Checkpoint, ContinuationError> {
        let earlier = policy.signed(&self.earlier)?;
        if earlier.origin != head.origin {
            return Err(ContinuationError::Other { origin: earlier.origin });
        }
        let (old, new) = ((earlier.size, earlier.root), (head.size, head.root));
        verify_consistency(old, new, &self.path)?;
        Ok(earlier)
    }
}

impl fmt::Display for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.earlier)
    }
}

const HEAD: &str = "reedbed-continuation/v1";

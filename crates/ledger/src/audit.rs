//! The audit of a log from its files: every entry is hashed, every tile is made anew, and the root is
//! held against the head that was signed.

use crate::checkpoint::Checkpoint;
use crate::disk::Source;
use crate::hash::Hash;
use crate::log::{CHECKPOINT, LogError, Stored, bundle_of};
use crate::note::Note;
use crate::policy::{Policy, Refusal, Verdict};
use crate::tile::{self, Tile, Tiles, TreeOf, WIDTH};
use crate::tree;

/// Why a log does not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Its head does not hold under the policy.
    #[error("the head of the log does not hold")]
    Head(#[from] Refusal),
    /// Its files are not what the head says, or cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It does not continue a head that is known.
    #[error("the log does not continue a head of {size} entries that is known")]
    Forked {
        /// The size of that head.
        size: u64,
    },
    /// It is older than a head that is known.
    #[error("the log has {size} entries, and a head of {known} is known")]
    Older {
        /// How many it has.
        size: u64,
        /// How many it had.
        known: u64,
    },
}

/// Audits a log: its head under a policy, all entries and tiles that the head stands for, and that it
/// continues heads that are known. Shows each entry with its index.
///
/// Memory: the hashes of one level of tiles, 8 bytes for each entry; one bundle.
///
/// Errors: [`AuditError`] with the first thing that does not fit.
pub fn audit(
    source: &dyn Source,
    policy: &Policy,
    known: &[Checkpoint],
    mut show: impl FnMut(u64, &[u8]),
) -> Result<Verdict, AuditError> {
    let bytes = source.read(CHECKPOINT).map_err(LogError::from)?.ok_or(LogError::Missing)?;
    let damaged = |path: String| LogError::Damaged { path };
    let text = String::from_utf8(bytes).map_err(|_error| damaged(CHECKPOINT.to_owned()))?;
    let note = Note::read(&text).map_err(Refusal::from)?;
    let verdict = policy.check(&note)?;
    let size = verdict.head.size;

    // Level by level: what a level of tiles holds follows from the one below it.
    let mut below: Vec<Hash> = Vec::new();
    let mut index = 0;
    for wanted in Tile::new_in(None, 0, size) {
        let entries = bundle_of(source, wanted)?;
        let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
        check(source, Tile { level: Some(0), ..wanted }, &hashes)?;
        if wanted.is_full() {
            below.push(tile::over(&hashes));
        }
        for entry in &entries {
            show(index, entry);
            index += 1;
        }
    }
    for level in 1..=tile::top(size) {
        let mut above = Vec::new();
        let width = usize::try_from(WIDTH).unwrap_or(usize::MAX);
        for (wanted, hashes) in
            Tile::new_in(Some(level), 0, size).into_iter().zip(below.chunks(width))
        {
            check(source, wanted, hashes)?;
            if wanted.is_full() {
                above.push(tile::over(hashes));
            }
        }
        below = above;
    }
    let mut tiles = Stored(source);
    let mut nodes = TreeOf::new(&mut tiles, size);
    if tree::root(&mut nodes, size)? != verdict.head.root {
        return Err(damaged(CHECKPOINT.to_owned()).into());
    }
    for other in known.iter().filter(|other| other.origin == verdict.head.origin) {
        if other.size > size {
            return Err(AuditError::Older { size, known: other.size });
        }
        if tree::root(&mut nodes, other.size)? != other.root {
            return Err(AuditError::Forked { size: other.size });
        }
    }
    Ok(verdict)
}

fn check(source: &dyn Source, wanted: Tile, hashes: &[Hash]) -> Result<(), LogError> {
    if Stored(source).tile(wanted)? == hashes {
        Ok(())
    } else {
        Err(LogError::Damaged { path: wanted.path() })
    }
}

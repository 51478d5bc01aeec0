//! What a log has, read from where it lies.

use super::{CHECKPOINT, LogError};
use crate::checkpoint::Checkpoint;
use crate::disk::Source;
use crate::hash::Hash;
use crate::note::{Note, NoteError, Verifier};
use crate::proof::Proof;
use crate::tile::{self, Tile, Tiles, TreeOf, WIDTH};
use crate::tree;

/// Reads the tiles of a log from where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'d>(pub &'d dyn Source);

impl Tiles for Stored<'_> {
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
pub(crate) fn bundle_of(source: &dyn Source, wanted: Tile) -> Result<Vec<Vec<u8>>, LogError> {
    let damaged = || LogError::Damaged { path: wanted.path() };
    let owned = |entries: Vec<&[u8]>| entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
    if let Some(bytes) = source.read(&wanted.path())? {
        return tile::entries(wanted, &bytes).map(owned).ok_or_else(damaged);
    }
    let full = Tile { width: u16::try_from(WIDTH).unwrap_or(u16::MAX), ..wanted };
    let bytes = source.read(&full.path())?.ok_or_else(damaged)?;
    let mut entries = tile::entries(full, &bytes).map(owned).ok_or_else(damaged)?;
    entries.truncate(usize::from(wanted.width));
    Ok(entries)
}

/// Proves an entry by a head.
///
/// Errors: [`LogError::NoEntry`].
pub fn prove(
    source: &dyn Source,
    head: &Checkpoint,
    note: &Note,
    index: u64,
) -> Result<Proof, LogError> {
    if index >= head.size {
        return Err(LogError::NoEntry { index, size: head.size });
    }
    let mut tiles = Stored(source);
    let path = tree::prove_inclusion(&mut TreeOf::new(&mut tiles, head.size), index, head.size)?;
    Ok(Proof { extra: None, index, path, checkpoint: note.clone() })
}

/// Proves that a head continues a smaller tree.
///
/// Errors: [`LogError`] where tiles cannot be read.
pub fn prove_consistency(
    source: &dyn Source,
    old: u64,
    head: &Checkpoint,
) -> Result<Vec<Hash>, LogError> {
    let mut tiles = Stored(source);
    tree::prove_consistency(&mut TreeOf::new(&mut tiles, head.size), old, head.size)
}

/// An entry of the tree.
///
/// Errors: [`LogError::NoEntry`].
pub fn entry(source: &dyn Source, head: &Checkpoint, index: u64) -> Result<Vec<u8>, LogError> {
    let none = || LogError::NoEntry { index, size: head.size };
    let wanted = Tile::holding(None, index, head.size).ok_or_else(none)?;
    let within = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
    bundle_of(source, wanted)?.into_iter().nth(within).ok_or_else(none)
}

/// The head that lies somewhere, signed by a log.
///
/// Errors: [`LogError::Missing`], [`LogError::Note`].
pub fn head_of(source: &dyn Source, log: &Verifier) -> Result<(Checkpoint, Note), LogError> {
    read_head(source.read(CHECKPOINT)?.ok_or(LogError::Missing)?, log)
}

/// Reads a head that a log must have signed.
pub(super) fn read_head(bytes: Vec<u8>, log: &Verifier) -> Result<(Checkpoint, Note), LogError> {
    let damaged = |_error| LogError::Damaged { path: CHECKPOINT.to_owned() };
    let (head, note) = Checkpoint::of_note(&String::from_utf8(bytes).map_err(damaged)?)?;
    if log.verify(&note)?.is_none() || head.origin != log.name() {
        return Err(NoteError::Unsigned.into());
    }
    Ok((head, note))
}

//! The next head of a log in the making: its tiles are written and read back while the log goes on
//! taking entries.

use std::collections::HashMap;
use std::sync::Arc;

use super::reading::{Stored, bundle_of};
use super::{CHECKPOINT, LogError};
use crate::checkpoint::Checkpoint;
use crate::disk::Source;
use crate::hash::Hash;
use crate::store::Store;
use crate::tile::{self, LONGEST_ENTRY, Tile, Tiles, TreeOf, WIDTH};
use crate::tree;

/// Entries that are to come into the tree.
#[derive(Debug)]
pub struct Draft {
    pub(super) old: Checkpoint,
    pub(super) entries: Arc<Vec<Vec<u8>>>,
}

/// Tiles that are there, and the root that they have.
#[derive(Debug)]
pub struct Built {
    pub(super) old: Checkpoint,
    pub(super) head: Checkpoint,
}

impl Draft {
    /// Writes the tiles and reads the root back from them. The log may take entries meanwhile.
    ///
    /// CRASH: tiles beyond the signed head may be left, which are written again with the same content.
    ///
    /// Errors: [`LogError::Damaged`] where what was stored does not have the root that the entries ask
    /// for, or does not continue the head before.
    pub fn build(self, store: &dyn Store) -> Result<Built, LogError> {
        let size = self.old.size + self.entries.len() as u64;
        let root = self.integrate(store, size)?;
        // What is stored decides, not what is in memory: a flipped bit must not be signed.
        let mut tiles = Stored(store);
        let mut stored = TreeOf::new(&mut tiles, size);
        let is_continued = tree::root(&mut stored, self.old.size)? == self.old.root;
        if !is_continued || tree::root(&mut stored, size)? != root {
            return Err(LogError::Damaged { path: CHECKPOINT.to_owned() });
        }
        let origin = self.old.origin.clone();
        let head = Checkpoint { origin, size, root, extensions: Vec::new() };
        Ok(Built { old: self.old, head })
    }

    /// Writes the tiles and bundles that the entries make, reads them back, and gives the root that the
    /// entries ask for.
    fn integrate(&self, store: &dyn Store, size: u64) -> Result<Hash, LogError> {
        let old = self.old.size;
        let mut made: HashMap<Tile, Vec<Hash>> = HashMap::new();
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut new = self.entries.iter().map(Vec::as_slice);
        for wanted in Tile::new_in(None, old, size) {
            let begun = match self.begun(None, wanted.index) {
                Some(begun) => bundle_of(store, begun)?,
                None => Vec::new(),
            };
            let more = usize::from(wanted.width).saturating_sub(begun.len());
            let mut entries: Vec<&[u8]> = begun.iter().map(Vec::as_slice).collect();
            new.by_ref().take(more).for_each(|entry| entries.push(entry));
            let hashes = entries.iter().map(|entry| Hash::leaf(entry)).collect();
            let bytes = tile::bundle(entries);
            let bytes = bytes.ok_or(LogError::TooLong { length: LONGEST_ENTRY + 1 })?;
            files.push((wanted.path(), bytes));
            made.insert(Tile { level: Some(0), ..wanted }, hashes);
        }
        for level in 1..=tile::top(size) {
            for wanted in Tile::new_in(Some(level), old, size) {
                let mut hashes = match self.begun(Some(level), wanted.index) {
                    Some(begun) => Stored(store).tile(begun)?,
                    None => Vec::new(),
                };
                let first = wanted.index * WIDTH + hashes.len() as u64;
                let end = wanted.index * WIDTH + u64::from(wanted.width);
                for below in first..end {
                    let width = u16::try_from(WIDTH).unwrap_or(u16::MAX);
                    let full = Tile { level: Some(level - 1), index: below, width };
                    let under = match made.get(&full) {
                        Some(hashes) => tile::over(hashes),
                        None => tile::over(&Stored(store).tile(full)?),
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
        store.put(&files)?;
        read_back(store, &files)?;
        let mut overlay = Overlay { made: &made, stored: Stored(store) };
        tree::root(&mut TreeOf::new(&mut overlay, size), size)
    }

    /// The partial tile that a tile of the tree before goes on from.
    fn begun(&self, level: Option<u8>, index: u64) -> Option<Tile> {
        Tile::holding(level, index * WIDTH, self.old.size).filter(|begun| !begun.is_full())
    }
}

fn read_back(source: &dyn Source, files: &[(String, Vec<u8>)]) -> Result<(), LogError> {
    for (path, bytes) in files {
        if source.read(path)?.as_ref() != Some(bytes) {
            return Err(LogError::Damaged { path: path.clone() });
        }
    }
    Ok(())
}

/// Tiles that were just made, over those that are stored.
struct Overlay<'m, 's> {
    made: &'m HashMap<Tile, Vec<Hash>>,
    stored: Stored<'s>,
}

impl Tiles for Overlay<'_, '_> {
    type Error = LogError;

    fn tile(&mut self, wanted: Tile) -> Result<Vec<Hash>, LogError> {
        match self.made.get(&wanted) {
            Some(hashes) => Ok(hashes.clone()),
            None => self.stored.tile(wanted),
        }
    }

    fn lacking(&self, tile: Tile) -> LogError {
        self.stored.lacking(tile)
    }
}

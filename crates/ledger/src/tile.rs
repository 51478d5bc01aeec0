//! Tiles of hashes and bundles of entries: how they are called, and what is in them.
//!
//! Source: C2SP tlog-tiles.

use crate::hash::Hash;
use crate::tree::Nodes;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of the tree in a tile.
const HEIGHT: u32 = 8;
/// An entry is not longer.
///
/// Units: bytes.
pub const LONGEST_ENTRY: usize = u16::MAX as usize;

/// A tile or a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// The level; nothing for a bundle of entries.
    pub level: Option<u8>,
    /// The number within the level.
    pub index: u64,
    /// How many hashes or entries it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// The tile that holds a hash of a level of tiles in a tree of a size; nothing where the tree has
    /// none there.
    pub fn holding(level: Option<u8>, at: u64, size: u64) -> Option<Self> {
        let all = level.map_or(Some(size), |level| count(level, size))?;
        let index = at / WIDTH;
        let width = (all.checked_sub(index * WIDTH)?).min(WIDTH);
        (at < all).then_some(Self { level, index, width: u16::try_from(width).ok()? })
    }

    /// Whether it has all hashes that it can have.
    pub fn is_full(self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// Its path below that of the log.
    pub fn path(self) -> String {
        let level = self.level.map_or_else(|| "entries".to_owned(), |level| level.to_string());
        let mut path = format!("tile/{level}");
        let mut parts = Vec::new();
        let mut left = self.index;
        loop {
            parts.push(left % 1_000);
            left /= 1_000;
            if left == 0 {
                break;
            }
        }
        for (at, part) in parts.iter().enumerate().rev() {
            path.push_str(if at == 0 { "/" } else { "/x" });
            path.push_str(&format!("{part:03}"));
        }
        if !self.is_full() {
            path.push_str(&format!(".p/{}", self.width));
        }
        path
    }

    /// Tiles of a level in a tree that are not in a smaller one, from the left; the last may be partial.
    pub fn new_in(level: Option<u8>, old: u64, size: u64) -> Vec<Self> {
        let all = |size: u64| level.map_or(Some(size), |level| count(level, size)).unwrap_or(0);
        let (old, new) = (all(old), all(size));
        if old == new {
            return Vec::new();
        }
        let first = old / WIDTH;
        (first..new.div_ceil(WIDTH))
            .filter_map(|index| {
                let width = (new - index * WIDTH).min(WIDTH);
                Some(Self { level, index, width: u16::try_from(width).ok()? })
            })
            .collect()
    }

    /// All tiles and bundles of a tree, partial ones included.
    pub fn all_in(size: u64) -> Vec<Self> {
        let mut tiles = Self::new_in(None, 0, size);
        for level in 0..=top(size) {
            tiles.extend(Self::new_in(Some(level), 0, size));
        }
        tiles
    }
}

/// How many hashes a level of tiles has in a tree.
fn count(level: u8, size: u64) -> Option<u64> {
    let shift = HEIGHT * u32::from(level);
    Some(size.checked_shr(shift).unwrap_or(0))
}

/// The highest level of tiles that a tree has.
pub fn top(size: u64) -> u8 {
    let mut level = 0;
    while count(level + 1, size).unwrap_or(0) > 0 {
        level += 1;
    }
    level
}

/// Reads the hashes of a tile; nothing where it does not have as many as its width says.
pub fn hashes(tile: Tile, bytes: &[u8]) -> Option<Vec<Hash>> {
    let parts = bytes.chunks_exact(Hash::LEN);
    if !parts.remainder().is_empty() {
        return None;
    }
    let hashes: Vec<Hash> = parts.filter_map(|part| Some(Hash(part.try_into().ok()?))).collect();
    (hashes.len() == usize::from(tile.width)).then_some(hashes)
}

/// Writes a bundle of entries; nothing where one is too long.
pub fn bundle<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

/// Reads a bundle of entries; nothing where it does not have as many as its width says, and no more.
pub fn entries(tile: Tile, mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(usize::from(tile.width));
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    (bytes.is_empty() && entries.len() == usize::from(tile.width)).then_some(entries)
}

/// The root over some hashes of a level.
pub fn over(hashes: &[Hash]) -> Hash {
    let mut level: Vec<Hash> = hashes.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(Hash::node(*left, *right)),
                [one] => Some(*one),
                _ => None,
            })
            .collect();
    }
    level.first().copied().unwrap_or_else(Hash::of_nothing)
}

/// Reads tiles.
pub trait Tiles {
    /// Why a tile cannot be read.
    type Error;

    /// The hashes of a tile.
    ///
    /// Errors: whatever keeps it from being read, and where it is none.
    fn tile(&mut self, tile: Tile) -> Result<Vec<Hash>, Self::Error>;
    /// The error for a tile that lacks a hash.
    fn lacking(&self, tile: Tile) -> Self::Error;
}

/// The nodes of a tree of a size, out of its tiles. Of each level the last tile is kept.
#[derive(Debug)]
pub struct TreeOf<'t, T: Tiles> {
    tiles: &'t mut T,
    size: u64,
    kept: Vec<(Tile, Vec<Hash>)>,
}

impl<'t, T: Tiles> TreeOf<'t, T> {
    /// The tree of a size.
    pub fn new(tiles: &'t mut T, size: u64) -> Self {
        Self { tiles, size, kept: Vec::new() }
    }
}

impl<T: Tiles> Nodes for TreeOf<'_, T> {
    type Error = T::Error;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, T::Error> {
        let (of, within) = (level / HEIGHT, level % HEIGHT);
        let first = index << within;
        let of = u8::try_from(of).unwrap_or(u8::MAX);
        let wanted = Tile::holding(Some(of), first, self.size).unwrap_or(Tile {
            level: Some(of),
            index: first / WIDTH,
            width: 1,
        });
        let at = match self.kept.iter().position(|(kept, _)| *kept == wanted) {
            Some(at) => at,
            None => {
                let hashes = self.tiles.tile(wanted)?;
                self.kept.retain(|(kept, _)| kept.level != wanted.level);
                self.kept.push((wanted, hashes));
                self.kept.len() - 1
            }
        };
        let hashes = self.kept.get(at).map_or(&[][..], |(_, hashes)| hashes);
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let part = hashes.get(start..).and_then(|rest| rest.get(..1 << within));
        part.map(over).ok_or_else(|| self.tiles.lacking(wanted))
    }
}

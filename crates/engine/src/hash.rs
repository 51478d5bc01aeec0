//! Hashes of identifiers and texts, for tables in memory.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::{FixedState, RandomState};

/// Prints of long keys, for remembering what was made of them without keeping them.
///
/// 128 bits, under a seed of this run's own: nobody can prepare two keys that are taken for one, and
/// none are by chance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prints {
    first: RandomState,
    second: RandomState,
    key: Vec<u8>,
}

/// The print of a key.
pub(crate) type Print = (u64, u64);

impl Prints {
    /// The print of some pieces of bytes.
    pub(crate) fn of<'p>(&mut self, pieces: impl Iterator<Item = &'p [u8]>) -> Print {
        // Put together first: a hasher works best on one long piece.
        self.key.clear();
        for piece in pieces {
            self.key.extend_from_slice(&piece.len().to_le_bytes());
            self.key.extend_from_slice(piece);
        }
        let print = |state: &RandomState| {
            let mut hasher = state.build_hasher();
            hasher.write(&self.key);
            hasher.finish()
        };
        (print(&self.first), print(&self.second))
    }
}

/// Hashes an identifier or a text, spaces around it aside.
///
/// Two different texts have the same hash with a chance of 2⁻⁶⁴ or so; where that happens, a
/// record is protected or rejected that need not be.
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(bytes.trim_ascii());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart_by_where_they_end() {
        let mut prints = Prints::default();
        let mut of = |pieces: &[&str]| prints.of(pieces.iter().map(|piece| piece.as_bytes()));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
        let (first, second) = of(&["ab"]);
        assert_ne!(first, second);
    }

    #[test]
    fn spaces_around_a_text_do_not_count() {
        assert_eq!(hash_of(b" a b\t"), hash_of(b"a b"));
        assert_ne!(hash_of(b"ab"), hash_of(b"a b"));
    }
}

//! Hashes of identifiers and texts, for tables in memory.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// Hashes an identifier or a text, spaces around it aside.
///
/// Two different texts have the same hash with a chance of 2⁻⁶⁴ or so; where that happens, a
/// record is protected or rejected that need not be.
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(bytes.trim_ascii());
    hasher.finish()
}

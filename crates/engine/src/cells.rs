//! Hashes of cells, for tables in memory.

pub(crate) use reedbed_formats::cells::{Row, Source, Span, has_any, spans};

use crate::hash::hash_of;

/// A row whose cells can be hashed.
pub(crate) trait Hashed<'a> {
    /// The hash of the value of a term; nothing where there is none.
    fn hash(&self, source: &'a Source) -> Option<u64>;
}

impl<'a> Hashed<'a> for Row<'a> {
    #[inline]
    fn hash(&self, source: &'a Source) -> Option<u64> {
        let bytes = self.bytes(source);
        (!bytes.trim_ascii().is_empty()).then(|| hash_of(&bytes))
    }
}

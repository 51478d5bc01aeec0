//! The tree: its root, and proofs of inclusion and of consistency.
//!
//! Source: RFC 6962, section 2.1; the walk of the verifiers is that of RFC 9162, sections 2.1.3.2 and
//! 2.1.4.2.

use crate::hash::Hash;

/// A proof has no more hashes than this: the tree of 2^63 entries has no longer one.
pub const LONGEST_PROOF: usize = 63;
/// A larger tree is refused.
pub const LARGEST: u64 = 1 << 63;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index lies beyond the tree, the trees are in the wrong order, or one is too large.
    #[error("the sizes do not fit each other")]
    Sizes,
    /// It has too few hashes, or too many.
    #[error("the proof does not have the length that the sizes ask for")]
    Length,
    /// It leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Where nodes of a tree are read.
pub trait Nodes {
    /// Why a node cannot be read.
    type Error;

    /// The hash of the complete subtree of `1 << level` entries, the so-and-so-many-th of its level.
    ///
    /// Errors: whatever keeps it from being read.
    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The complete subtrees that a range is made of, from its left: level and index of each. The range
/// begins at a multiple of the largest power of two that is not larger than it, as all do here.
fn subtrees(mut start: u64, end: u64) -> Vec<(u32, u64)> {
    let mut parts = Vec::new();
    while start < end {
        let left = end - start;
        let mut level = 63 - left.leading_zeros();
        if start > 0 {
            level = level.min(start.trailing_zeros());
        }
        parts.push((level, start >> level));
        start += 1 << level;
    }
    parts
}

/// The hash of a range of entries.
///
/// Errors: those of the nodes.
fn range<N: Nodes>(nodes: &mut N, start: u64, end: u64) -> Result<Hash, N::Error> {
    let mut hash = None;
    for (level, index) in subtrees(start, end).into_iter().rev() {
        let left = nodes.node(level, index)?;
        hash = Some(hash.map_or(left, |right| Hash::node(left, right)));
    }
    Ok(hash.unwrap_or_else(Hash::of_nothing))
}

/// The root of the tree of the first entries.
///
/// Errors: those of the nodes.
pub fn root<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    range(nodes, 0, size)
}

/// The largest power of two that is smaller.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The path that proves an entry: from its sibling to the child of the root.
///
/// Errors: those of the nodes. An index beyond the tree has an empty path.
pub fn prove_inclusion<N: Nodes>(
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while index < size && end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The path that proves that a tree continues a smaller one.
///
/// Errors: those of the nodes. Of trees of one size, of the empty tree and of trees in the wrong order
/// the path is empty.
pub fn prove_consistency<N: Nodes>(
    nodes: &mut N,
    old: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    if old == 0 || old >= size {
        return Ok(path);
    }
    let (mut start, mut end) = (0, size);
    // Whether the smaller tree ends where the subtree ends, and its hash is known as its root.
    let mut is_known = true;
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range(nodes, start, middle)?);
            start = middle;
            is_known = false;
        }
    }
    if !is_known {
        path.push(range(nodes, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Goes up the tree from a node along the nodes beside its way: each with whether it lies to the left.
///
/// Errors: [`ProofError::Length`] where they do not lead to the root.
fn climb<'h>(
    mut at: u64,
    mut last: u64,
    beside: impl IntoIterator<Item = &'h Hash>,
    mut take: impl FnMut(Hash, bool),
) -> Result<(), ProofError> {
    for hash in beside {
        if last == 0 {
            return Err(ProofError::Length);
        }
        let is_left = at & 1 == 1 || at == last;
        take(*hash, is_left);
        // A node without a sibling is the same one level higher.
        while is_left && at & 1 == 0 && at != 0 {
            at >>= 1;
            last >>= 1;
        }
        at >>= 1;
        last >>= 1;
    }
    if last == 0 { Ok(()) } else { Err(ProofError::Length) }
}

/// Checks that an entry is in a tree.
///
/// Errors: [`ProofError`] where that is not proved.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size || size > LARGEST {
        return Err(ProofError::Sizes);
    }
    let mut hash = leaf;
    climb(index, size - 1, path, |sibling, is_left| {
        hash = if is_left { Hash::node(sibling, hash) } else { Hash::node(hash, sibling) };
    })?;
    if hash == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that a tree continues a smaller one.
///
/// Errors: [`ProofError`] where that is not proved.
pub fn verify_consistency(
    (old_size, old_root): (u64, Hash),
    (size, root): (u64, Hash),
    path: &[Hash],
) -> Result<(), ProofError> {
    if old_size > size || size > LARGEST {
        return Err(ProofError::Sizes);
    }
    if old_size == size || old_size == 0 {
        if !path.is_empty() {
            return Err(ProofError::Length);
        }
        let is_right = if old_size == size {
            old_root == root && (size > 0 || root == Hash::of_nothing())
        } else {
            old_root == Hash::of_nothing()
        };
        return if is_right { Ok(()) } else { Err(ProofError::Root) };
    }
    let mut hashes = path.iter();
    let (mut at, mut last) = (old_size - 1, size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // Of a smaller tree that is complete the root is the first node.
    let first = if old_size.is_power_of_two() { Some(&old_root) } else { hashes.next() };
    let mut own = *first.ok_or(ProofError::Length)?;
    let mut old = own;
    climb(at, last, hashes, |hash, is_left| {
        if is_left {
            old = Hash::node(hash, old);
            own = Hash::node(hash, own);
        } else {
            own = Hash::node(own, hash);
        }
    })?;
    if old == old_root && own == root { Ok(()) } else { Err(ProofError::Root) }
}

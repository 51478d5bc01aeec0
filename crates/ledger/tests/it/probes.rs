//! The tree against two trees by others, and proofs that do not hold.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::tile::{self, Tile};
use reedbed_ledger::tree::{
    self, LARGEST, Nodes, ProofError, verify_consistency, verify_inclusion,
};
use sha2::Sha256;
use tlog_tiles::tlog;

use crate::support::{Random, entries};

/// A tree in memory.
pub(crate) struct Leaves(pub(crate) Vec<Hash>);

impl Leaves {
    pub(crate) fn of(number: u64) -> Self {
        Self(entries(0, number).iter().map(|entry| Hash::leaf(entry)).collect())
    }

    fn root(&mut self, size: u64) -> Hash {
        tree::root(self, size).unwrap()
    }
}

impl Nodes for Leaves {
    type Error = std::convert::Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error> {
        let first = usize::try_from(index << level).unwrap();
        Ok(tile::over(&self.0[first..first + (1 << level)]))
    }
}

/// Trees of all small sizes, and some round the borders of tiles.
const SIZES: [u64; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 64, 255, 256, 257];

#[test]
fn roots_and_proofs_are_those_of_another_implementation() {
    let mut own = Leaves::of(300);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut cases = [0, 0];
    for (size, entry) in (1..).zip(entries(0, 300)) {
        other.push(entry);
        let root = own.root(size);
        assert_eq!(root.0.as_slice(), other.root().as_bytes().as_slice(), "size {size}");
        if !SIZES.contains(&size) {
            continue;
        }
        for index in [0, 1, size / 2, size - 1] {
            if index >= size {
                continue;
            }
            let path = tree::prove_inclusion(&mut own, index, size).unwrap();
            let theirs = other.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(path.iter().flat_map(|h| h.0).collect::<Vec<u8>>(), theirs.as_bytes());
            verify_inclusion(own.0[usize::try_from(index).unwrap()], index, size, &path, root)
                .unwrap();
            cases[0] += 1;
        }
        for old in [1, 2, size / 2, size - 1] {
            if old == 0 || old >= size {
                continue;
            }
            let path = tree::prove_consistency(&mut own, old, size).unwrap();
            let theirs = other.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(path.iter().flat_map(|h| h.0).collect::<Vec<u8>>(), theirs.as_bytes());
            let old_root = own.root(old);
            verify_consistency((old, old_root), (size, root), &path).unwrap();
            cases[1] += 1;
        }
    }
    assert!(cases[0] > 40 && cases[1] > 40, "{cases:?}");
}

/// What another implementation of the verifiers says of a proof of inclusion.
fn theirs(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let path = path.iter().map(|hash| tlog::Hash(hash.0)).collect::<Vec<_>>();
    tlog::check_record(&path, size, tlog::Hash(root.0), index, tlog::Hash(leaf.0)).is_ok()
}

fn theirs_of_trees(old: (u64, Hash), new: (u64, Hash), path: &[Hash]) -> bool {
    let path = path.iter().map(|hash| tlog::Hash(hash.0)).collect::<Vec<_>>();
    tlog::check_tree(&path, new.0, tlog::Hash(new.1.0), old.0, tlog::Hash(old.1.0)).is_ok()
}

/// Proofs changed in all the ways of the public probes: swapped roots and sizes, hashes left out, put
/// in, doubled, swapped, flipped; 98 for each kind and far more.
#[test]
fn of_proofs_that_were_changed_none_holds_unless_another_implementation_agrees() {
    let mut own = Leaves::of(300);
    let mut random = Random::new(11);
    let (mut refused, mut agreed) = (0_u32, 0_u32);
    for size in SIZES {
        let root = own.root(size);
        for index in [0, size / 3, size - 1] {
            let leaf = own.0[usize::try_from(index).unwrap()];
            let path = tree::prove_inclusion(&mut own, index, size).unwrap();
            for change in 0..12 {
                let (leaf, index, size, path, root) =
                    changed(change, (leaf, index, size, path.clone(), root), &mut random);
                let holds = verify_inclusion(leaf, index, size, &path, root).is_ok();
                assert_eq!(
                    holds,
                    theirs(leaf, index, size, &path, root),
                    "{size} {index} {change}"
                );
                if holds { agreed += 1 } else { refused += 1 }
            }
        }
    }
    assert!(refused >= 98, "{refused} refused, {agreed} hold");
    let (mut refused, mut agreed) = (0_u32, 0_u32);
    for size in SIZES.into_iter().filter(|size| *size > 1) {
        let root = own.root(size);
        for old in [1, size / 2, size - 1] {
            let old_root = own.root(old);
            let path = tree::prove_consistency(&mut own, old, size).unwrap();
            for change in 0..12 {
                let (old_root, old, size, path, root) =
                    changed(change, (old_root, old, size, path.clone(), root), &mut random);
                if old == 0 || old > size {
                    assert!(verify_consistency((old, old_root), (size, root), &path).is_err());
                    continue;
                }
                let holds = verify_consistency((old, old_root), (size, root), &path).is_ok();
                assert_eq!(
                    holds,
                    theirs_of_trees((old, old_root), (size, root), &path),
                    "{old} {size} {change}"
                );
                if holds { agreed += 1 } else { refused += 1 }
            }
        }
    }
    assert!(refused >= 98, "{refused} refused, {agreed} hold");
}

type Case = (Hash, u64, u64, Vec<Hash>, Hash);

fn changed(
    change: u32,
    (mut hash, mut index, mut size, mut path, mut root): Case,
    random: &mut Random,
) -> Case {
    let at = random.below(path.len());
    match change {
        0 => {}
        1 => std::mem::swap(&mut hash, &mut root),
        2 => root = Hash([0; 32]),
        3 => hash.0[random.below(32)] ^= 1 << random.below(8),
        4 => index = index.wrapping_add(1),
        5 => size += 1,
        6 => drop(path.pop()),
        7 => path.push(root),
        8 => path.insert(0, hash),
        9 if !path.is_empty() => path[at].0[random.below(32)] ^= 1 << random.below(8),
        10 => path.reverse(),
        11 if !path.is_empty() => path.insert(at, path[at]),
        _ => path.clear(),
    }
    (hash, index, size, path, root)
}

#[test]
fn sizes_that_no_log_has_are_refused_and_end_nothing() {
    let hash = Hash::leaf(b"x");
    let over = |size, index| verify_inclusion(hash, index, size, &[], hash);
    assert_eq!(over(0, 0), Err(ProofError::Sizes));
    assert_eq!(over(5, 5), Err(ProofError::Sizes));
    assert_eq!(over(LARGEST + 1, 0), Err(ProofError::Sizes));
    assert_eq!(over(u64::MAX, 0), Err(ProofError::Sizes));
    assert_eq!(over(LARGEST, LARGEST - 1), Err(ProofError::Length));
    // A proof between trees of 2^63 - 1 and 2^63 entries has 64 hashes.
    let path = vec![hash; 65];
    assert_eq!(verify_inclusion(hash, 0, LARGEST, &path, hash), Err(ProofError::Length));
    assert_eq!(
        verify_consistency((LARGEST - 1, hash), (LARGEST, hash), &path),
        Err(ProofError::Length)
    );
    assert_eq!(verify_consistency((6, hash), (5, hash), &[]), Err(ProofError::Sizes));
    assert_eq!(verify_consistency((5, hash), (5, hash), &[hash]), Err(ProofError::Length));
    assert_eq!(verify_consistency((0, hash), (5, hash), &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency((0, Hash::of_nothing()), (5, hash), &[]), Ok(()));
    assert_eq!(verify_consistency((0, hash), (0, hash), &[]), Err(ProofError::Root));
}

#[test]
fn tiles_are_called_as_in_another_implementation() {
    for (old, size) in [(0, 1), (0, 256), (0, 257), (0, 70_000), (255, 256), (69_000, 70_001)] {
        let theirs = tlog_tiles::Tile::new_tiles(8, old, size);
        let mut theirs: Vec<String> = theirs.iter().map(tlog_tiles::Tile::path).collect();
        theirs.sort();
        let mut own: Vec<String> = (0..=tile::top(size))
            .flat_map(|level| Tile::new_in(Some(level), old, size))
            .map(Tile::path)
            .collect();
        own.sort();
        // They put the height into the path.
        let theirs: Vec<String> =
            theirs.iter().map(|p| p.replacen("tile/8/", "tile/", 1)).collect();
        assert_eq!(own, theirs, "{old} to {size}");
    }
    let large = Tile { level: Some(0), index: 1_234_067, width: 256 };
    assert_eq!(large.path(), "tile/0/x001/x234/067");
    let all = Tile::all_in(70_000);
    let of = |level| all.iter().filter(move |tile| tile.level == level).count();
    assert_eq!([of(None), of(Some(0)), of(Some(1)), of(Some(2))], [274, 274, 2, 1]);
}

#[test]
fn bundles_hold_entries_of_all_lengths_and_nothing_behind_them() {
    let long = vec![7; tile::LONGEST_ENTRY];
    let entries: Vec<&[u8]> = vec![b"", b"a", &long];
    let bytes = tile::bundle(entries.iter().copied()).unwrap();
    let of = Tile { level: None, index: 0, width: 3 };
    assert_eq!(tile::entries(of, &bytes).unwrap(), entries);
    assert!(tile::entries(Tile { width: 2, ..of }, &bytes).is_none());
    assert!(tile::entries(of, &bytes[..bytes.len() - 1]).is_none());
    assert!(tile::entries(of, &[bytes.clone(), vec![0]].concat()).is_none());
    let longer = vec![7; tile::LONGEST_ENTRY + 1];
    assert!(tile::bundle([longer.as_slice()]).is_none());
}

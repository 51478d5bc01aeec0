//! Finds listed words that are near-misspellings of a word, fast among many.
//!
//! A deletion neighbourhood: two words within distance d become equal when each loses at most d
//! letters, so the words that lose letters are looked up by hash instead of being compared with all.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Words, found again by their near-misspellings.
#[derive(Debug, Default)]
pub(super) struct NearIndex {
    words: Vec<String>,
    known: FxHashMap<String, u32>,
    /// Hash of a word that lost letters, and the word.
    lost: FxHashMap<u64, Vec<u32>>,
    /// One bit for each hash in `lost`, so that most words that are near none cost nothing.
    bits: Vec<u64>,
    /// What was found before: many names share a genus.
    found: Mutex<FxHashMap<String, Arc<[u32]>>>,
}

impl NearIndex {
    /// Adds a word.
    pub(super) fn add(&mut self, word: &str) {
        if self.known.contains_key(word) {
            return;
        }
        let Ok(index) = u32::try_from(self.words.len()) else { return };
        self.known.insert(word.to_owned(), index);
        self.words.push(word.to_owned());
        for_each_loss(word, |hash| {
            let found = self.lost.entry(hash).or_default();
            if found.last() != Some(&index) {
                found.push(index);
            }
        });
    }

    /// Prepares for searching; words added later are not found.
    pub(super) fn settle(&mut self) {
        let bits = (self.lost.len() * BITS_PER_HASH).next_power_of_two().max(64);
        self.bits = vec![0; bits / 64];
        for hash in self.lost.keys() {
            let (word, mask) = bit_of(*hash, self.bits.len());
            if let Some(bits) = self.bits.get_mut(word) {
                *bits |= mask;
            }
        }
    }

    /// The words that are near another, itself left out.
    pub(super) fn near(&self, word: &str) -> Vec<&str> {
        let known = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(word).cloned();
        let near = known.unwrap_or_else(|| self.search(word));
        near.iter()
            .filter_map(|index| self.words.get(*index as usize))
            .map(String::as_str)
            .collect()
    }

    fn search(&self, word: &str) -> Arc<[u32]> {
        let mut candidates: Vec<u32> = Vec::new();
        for_each_loss(word, |hash| {
            let (at, mask) = bit_of(hash, self.bits.len());
            if self.bits.get(at).is_some_and(|bits| bits & mask != 0) {
                candidates.extend(self.lost.get(&hash).into_iter().flatten());
            }
        });
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|index| {
            let listed = self.words.get(*index as usize);
            listed.is_some_and(|listed| listed != word && is_near(word, listed))
        });
        let near: Arc<[u32]> = Arc::from(candidates);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= MOST_FOUND {
            found.clear();
        }
        found.insert(word.to_owned(), Arc::clone(&near));
        near
    }
}

/// Whether two folded words may be spellings of one: a letter lost, added, changed, or two
/// neighbours swapped; two of these where either word has nine letters or more.
pub(super) fn is_near(a: &str, b: &str) -> bool {
    let allowed = if a.len().max(b.len()) >= LONG_WORD { 2 } else { 1 };
    // Each letter lost, added or changed alters at most two bits of the set of letters.
    a.len().abs_diff(b.len()) <= allowed
        && (letters(a) ^ letters(b)).count_ones() as usize <= 2 * allowed
        && strsim::damerau_levenshtein(a, b) <= allowed
}

/// The set of letters of a word, by their last five bits.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| set | 1 << (byte & 31))
}

/// Calls with the hash of a word, of the word without each of its letters and, where two letters may
/// differ, without each two.
fn for_each_loss(word: &str, mut call: impl FnMut(u64)) {
    let bytes = word.as_bytes();
    if bytes.len() > LONGEST_WORD {
        return;
    }
    // hash(letters) is a polynomial, so what follows a lost letter is hashed once and shifted in.
    let mut before = [0_u64; LONGEST_WORD + 1];
    let mut powers = [1_u64; LONGEST_WORD + 1];
    let (mut hash, mut power) = (0_u64, 1_u64);
    for ((byte, before), factor) in
        bytes.iter().zip(before.iter_mut().skip(1)).zip(powers.iter_mut().skip(1))
    {
        hash = hash.wrapping_mul(PRIME).wrapping_add(u64::from(*byte));
        power = power.wrapping_mul(PRIME);
        *before = hash;
        *factor = power;
    }
    let end = bytes.len();
    let span = |from: usize, to: usize| -> u64 {
        match (before.get(from), before.get(to), powers.get(to.wrapping_sub(from))) {
            (Some(a), Some(b), Some(power)) => b.wrapping_sub(a.wrapping_mul(*power)),
            _ => 0,
        }
    };
    let shift = |hash: u64, by: usize| hash.wrapping_mul(powers.get(by).copied().unwrap_or(1));
    call(mixed(hash));
    for first in 0..end {
        let head = span(0, first);
        call(mixed(shift(head, end - first - 1).wrapping_add(span(first + 1, end))));
        if end + 2 >= LONG_WORD {
            for second in first + 1..end {
                let middle = shift(head, second - first - 1).wrapping_add(span(first + 1, second));
                call(mixed(shift(middle, end - second - 1).wrapping_add(span(second + 1, end))));
            }
        }
    }
}

/// Spreads a hash over all its bits.
fn mixed(hash: u64) -> u64 {
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn bit_of(hash: u64, words: usize) -> (usize, u64) {
    let mask = 1 << (hash & 63);
    let at = (hash >> 6) as usize & words.wrapping_sub(1);
    (at, mask)
}

/// Words of this many letters or more may differ in two.
const LONG_WORD: usize = 9;
/// Longer words are compared as they are only.
const LONGEST_WORD: usize = 40;
const BITS_PER_HASH: usize = 16;
/// Words whose neighbours are remembered; then all are forgotten.
const MOST_FOUND: usize = 65_536;
/// The base of the polynomial; any large odd number serves.
const PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index(words: &[&str]) -> NearIndex {
        let mut index = NearIndex::default();
        for word in words {
            index.add(word);
        }
        index.settle();
        index
    }

    #[test]
    fn one_letter_may_differ_and_two_in_long_words() {
        let index = index(&["stellaris", "alba", "botaurus"]);
        for word in ["stelaris", "stellarris", "stelalris", "stelariss", "stellaxiz"] {
            assert_eq!(index.near(word), ["stellaris"], "{word}");
        }
        assert_eq!(index.near("albba"), ["alba"]);
        assert_eq!(index.near("bota"), Vec::<&str>::new());
        assert_eq!(index.near("albxy"), Vec::<&str>::new());
        assert_eq!(index.near("botaruus"), ["botaurus"]);
        assert_eq!(index.near("alba"), Vec::<&str>::new(), "a word is no misspelling of itself");
    }

    proptest! {
        #[test]
        fn nothing_near_is_missed(words in proptest::collection::vec("[a-d]{1,11}", 1..40), word in "[a-d]{1,11}") {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut wanted: Vec<&str> =
                words.iter().copied().filter(|listed| *listed != word && is_near(&word, listed)).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let index = index(&words);
            let mut found = index.near(&word);
            found.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }
}

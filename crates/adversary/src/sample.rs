//! Some of many, the same whichever part of the data was met first.

use std::collections::BTreeMap;

/// The things with the smallest hashes.
#[derive(Debug, Clone)]
pub(crate) struct Sample<T> {
    most: usize,
    kept: BTreeMap<u64, T>,
}

impl<T> Sample<T> {
    /// Keeps at most so many.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, kept: BTreeMap::new() }
    }

    /// Whether a thing with this hash would be kept now.
    pub(crate) fn wants(&self, hash: u64) -> bool {
        self.kept.len() < self.most
            || self.kept.last_key_value().is_some_and(|(last, _)| hash < *last)
    }

    /// Adds a thing, if it is wanted.
    pub(crate) fn add(&mut self, hash: u64, thing: T) {
        if self.wants(hash) {
            self.kept.insert(hash, thing);
            if self.kept.len() > self.most {
                self.kept.pop_last();
            }
        }
    }

    /// Adds what another part of the data gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (hash, thing) in other.kept {
            self.add(hash, thing);
        }
    }

    /// What was kept, in the order of the hashes.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.kept.into_values().collect()
    }
}

/// Mixes the bits of a number.
pub(crate) fn mixed(number: u64) -> u64 {
    // Source: Steele, Lea & Flood (2014), SplitMix64, doi:10.1145/2660193.2660195.
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_any_order_give_the_same_sample() {
        let all = |parts: &[(u64, u64)]| {
            let mut whole = Sample::of(20);
            for part in parts {
                let mut sample = Sample::of(20);
                for number in part.0..part.1 {
                    sample.add(mixed(number), number);
                }
                whole.merge(sample);
            }
            whole.into_values()
        };
        assert_eq!(all(&[(0, 500), (500, 1000)]), all(&[(700, 1000), (0, 300), (300, 700)]));
        assert_eq!(all(&[(0, 1000)]).len(), 20);
    }
}

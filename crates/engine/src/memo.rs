//! Remembers what was last made of some bytes: neighbouring rows repeat places, dates and texts.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// A direct-mapped memory of fixed size: a new key takes the place of an old one, and its buffer.
#[derive(Debug)]
pub(crate) struct Memo<V> {
    slots: Vec<Option<(Vec<u8>, V)>>,
    key: Vec<u8>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self { slots: (0..SLOTS).map(|_| None).collect(), key: Vec::new() }
    }
}

impl<V: Clone> Memo<V> {
    /// What was made of these pieces of bytes, made now if it is not known.
    pub(crate) fn of<'p>(
        &mut self,
        pieces: impl Iterator<Item = &'p [u8]>,
        make: impl FnOnce() -> V,
    ) -> V {
        self.key.clear();
        for piece in pieces {
            self.key.extend_from_slice(piece);
            self.key.push(0);
        }
        let mut hasher = FxHasher::default();
        hasher.write(&self.key);
        // The upper bits are the better mixed ones.
        let slot = usize::try_from(hasher.finish() >> 50).unwrap_or(0);
        let Some(slot) = self.slots.get_mut(slot) else { return make() };
        match slot {
            Some((key, value)) if *key == self.key => value.clone(),
            Some((key, value)) => {
                let made = make();
                key.clone_from(&self.key);
                value.clone_from(&made);
                made
            }
            None => {
                let made = make();
                *slot = Some((self.key.clone(), made.clone()));
                made
            }
        }
    }
}

/// As many as fourteen bits tell apart.
const SLOTS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_its_own_value_however_often_slots_are_taken_over() {
        let mut memo: Memo<u64> = Memo::default();
        let mut made = 0;
        for round in 0..3_u64 {
            for number in 0..20_000_u64 {
                let key = (number / 2).to_le_bytes();
                let value = memo.of([key.as_slice(), b"x"].into_iter(), || {
                    made += 1;
                    number / 2
                });
                assert_eq!(value, number / 2, "round {round}");
            }
        }
        assert!(made < 60_000 / 2 + 10, "neighbours are remembered: {made}");
        assert_ne!(
            memo.of([b"ab".as_slice(), b"c"].into_iter(), || 1),
            memo.of([b"a".as_slice(), b"bc"].into_iter(), || 2)
        );
    }
}

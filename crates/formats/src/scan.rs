//! Finds single bytes in text, eight at a time.
//!
//! Fields are short, a handful of bytes, so that a search begun anew for each of them spends its
//! time on beginning. This one goes on from hit to hit within a word.

/// Tells where a byte stands, from first to last.
#[inline]
pub(crate) fn each(bytes: &[u8], wanted: u8, mut hit: impl FnMut(usize)) {
    let pattern = u64::from(wanted) * ONES;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        let mut hits = zero_bytes(u64::from_le_bytes(*word) ^ pattern);
        while hits != 0 {
            hit(base + (hits.trailing_zeros() / 8) as usize);
            hits &= hits - 1;
        }
        base += 8;
    }
    for (at, byte) in rest.iter().enumerate() {
        if *byte == wanted {
            hit(base + at);
        }
    }
}

/// Tells where either of two bytes stands, and whether it is the second.
#[inline]
pub(crate) fn each_of_two(bytes: &[u8], first: u8, second: u8, mut hit: impl FnMut(usize, bool)) {
    let patterns = (u64::from(first) * ONES, u64::from(second) * ONES);
    let (words, rest) = bytes.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let seconds = zero_bytes(word ^ patterns.1);
        let mut hits = zero_bytes(word ^ patterns.0) | seconds;
        while hits != 0 {
            let bit = hits.trailing_zeros();
            hit(base + (bit / 8) as usize, (seconds >> bit) & 1 == 1);
            hits &= hits - 1;
        }
        base += 8;
    }
    for (at, byte) in rest.iter().enumerate() {
        if *byte == first || *byte == second {
            hit(base + at, *byte == second);
        }
    }
}

/// Sets the highest bit of each byte that is zero, and no other bit.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_wherever_it_stands_in_a_word() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[at] = 0x80;
                let mut found = Vec::new();
                each(&bytes, 0x80, |at| found.push(at));
                assert_eq!(found, [at]);
            }
        }
    }

    #[test]
    fn neighbours_by_one_bit_are_not_taken_for_each_other() {
        let bytes: Vec<u8> = (0..=255).collect();
        for wanted in 0..=255_u8 {
            let mut found = Vec::new();
            each(&bytes, wanted, |at| found.push(at));
            assert_eq!(found, [usize::from(wanted)]);
        }
    }

    #[test]
    fn either_of_two_is_found_in_order_and_told_apart() {
        let mut found = Vec::new();
        each_of_two(b"a,\"b\",,cdefghij\",k", b',', b'"', |at, is_quote| {
            found.push((at, is_quote))
        });
        let commas: Vec<usize> = found.iter().filter(|hit| !hit.1).map(|hit| hit.0).collect();
        let quotes: Vec<usize> = found.iter().filter(|hit| hit.1).map(|hit| hit.0).collect();
        assert_eq!(commas, [1, 5, 6, 16]);
        assert_eq!(quotes, [2, 4, 15]);
        assert!(found.is_sorted());
    }
}

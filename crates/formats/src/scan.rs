//! Finds single bytes in text, sixty-four at a time.
//!
//! Fields are short, a handful of bytes, so that a search begun anew for each of them spends its
//! time on beginning. Here hits come as bits, and how many there are decides no branch.

/// Tells for each 64 bytes at which of them a byte stands: their offset, and a bit for each hit.
#[inline]
pub(crate) fn each_block(bytes: &[u8], wanted: u8, mut hits: impl FnMut(usize, u64)) {
    let pattern = pattern(wanted);
    blocks(bytes, |at, block| hits(at, mask(block, pattern)));
}

/// The same for two bytes.
#[inline]
pub(crate) fn each_block_of_two(
    bytes: &[u8],
    first: u8,
    second: u8,
    mut hits: impl FnMut(usize, u64, u64),
) {
    let patterns = (pattern(first), pattern(second));
    blocks(bytes, |at, block| hits(at, mask(block, patterns.0), mask(block, patterns.1)));
}

/// The same for three bytes.
#[inline]
pub(crate) fn each_block_of_three(
    bytes: &[u8],
    first: u8,
    second: u8,
    third: u8,
    mut hits: impl FnMut(usize, u64, u64, u64),
) {
    let patterns = (pattern(first), pattern(second), pattern(third));
    blocks(bytes, |at, block| {
        hits(at, mask(block, patterns.0), mask(block, patterns.1), mask(block, patterns.2));
    });
}

/// Goes over whole blocks; the last is filled up with bytes that nothing asks for.
#[inline]
fn blocks(bytes: &[u8], mut visit: impl FnMut(usize, &[u8; BLOCK])) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        visit(at, block);
        at += BLOCK;
    }
    if let Some(padded) = padded(rest) {
        visit(at, &padded);
    }
}

#[inline]
fn padded(rest: &[u8]) -> Option<[u8; BLOCK]> {
    let mut block = [FILLER; BLOCK];
    block.get_mut(..rest.len())?.copy_from_slice(rest);
    (!rest.is_empty()).then_some(block)
}

#[inline]
fn pattern(byte: u8) -> u64 {
    u64::from(byte) * ONES
}

/// A bit for each byte of a block that is the pattern's.
#[inline]
fn mask(block: &[u8; BLOCK], pattern: u64) -> u64 {
    let mut mask = 0;
    for (nth, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let hits = zero_bytes(u64::from_le_bytes(*word) ^ pattern);
        // Moves the highest bits of the eight bytes together.
        mask |= (hits.wrapping_mul(GATHER) >> 56) << (nth * 8);
    }
    mask
}

/// Sets the highest bit of each byte that is zero, and no other bit.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const GATHER: u64 = 0x0002_0408_1020_4081;
const BLOCK: usize = 64;
/// No UTF-8 has this byte, and so no delimiter and no quote is it.
const FILLER: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], wanted: u8) -> Vec<usize> {
        let mut found = Vec::new();
        each_block(bytes, wanted, |at, mask| {
            found.extend((0..64).filter(|bit| mask >> bit & 1 == 1).map(|bit| at + bit));
        });
        found
    }

    #[test]
    fn every_byte_is_found_wherever_it_stands() {
        for length in 0..200 {
            assert!(found(&vec![b'a'; length], b'b').is_empty());
            for at in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[at] = 0x80;
                assert_eq!(found(&bytes, 0x80), [at]);
            }
        }
    }

    #[test]
    fn neighbours_by_one_bit_are_not_taken_for_each_other() {
        let bytes: Vec<u8> = (0..=255).collect();
        for wanted in 0..=255_u8 {
            assert_eq!(found(&bytes, wanted), [usize::from(wanted)]);
        }
        assert_eq!(found(&[b','; 130], b','), (0..130).collect::<Vec<_>>());
    }

    #[test]
    fn two_bytes_are_told_apart() {
        let bytes = b"a,\"b\",,cdefghij\",k".repeat(9);
        let (mut commas, mut quotes) = (0, 0);
        each_block_of_two(&bytes, b',', b'"', |_, first, second| {
            assert_eq!(first & second, 0);
            commas += first.count_ones();
            quotes += second.count_ones();
        });
        assert_eq!((commas, quotes), (4 * 9, 3 * 9));
    }
}

//! Follows quotes through text, sixty-four bytes at a time.
//!
//! A quote opens at the start of a field and nowhere else; inside, a quote closes, and one that
//! follows at once opens again, so that two are one. Elsewhere a quote is a character like any
//! other. Where every quote that could open is at the start of a field, being inside is a matter of
//! odd and even; only a block that has another kind of quote is looked at byte by byte.

/// Where the reading of quotes is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quotes {
    /// Whether the last byte was inside quotes, or opened them.
    pub(super) is_inside: bool,
    /// Whether something stood behind closing quotes that must not.
    pub(super) is_stray: bool,
    /// Whether any quote opened a field.
    pub(super) has_opened: bool,
    /// Whether a field starts with the next byte.
    starts_field: bool,
    /// Whether the last byte closed quotes.
    has_closed: bool,
}

impl Quotes {
    /// Begins at the start of a field.
    pub(super) fn new() -> Self {
        Self {
            is_inside: false,
            is_stray: false,
            has_opened: false,
            starts_field: true,
            has_closed: false,
        }
    }

    /// Reads a block of so many bytes: tells which of them are inside quotes, closing quotes left
    /// aside. `ends` are the bytes that end fields where they are not inside.
    #[inline]
    pub(super) fn block(&mut self, ends: u64, quotes: u64, length: usize) -> u64 {
        let valid = u64::MAX >> (64 - length.clamp(1, 64));
        let before = if self.is_inside { u64::MAX } else { 0 };
        if quotes == 0 {
            self.is_stray |= self.has_closed && ends & 1 == 0;
            self.has_closed = false;
            self.starts_field = !self.is_inside && last(ends, length);
            return before;
        }
        let inside = parity(quotes) ^ before;
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let starts = (ends & !inside) << 1 | u64::from(self.starts_field);
        let behind_closing = closing << 1 | u64::from(self.has_closed);
        if opening & !(starts | behind_closing) != 0 {
            return self.slowly(ends, quotes, length);
        }
        self.is_stray |= behind_closing & !(ends | quotes) & valid != 0;
        self.has_opened |= opening != 0;
        self.is_inside = last(inside, length);
        self.has_closed = last(closing, length);
        self.starts_field = last(ends & !inside, length);
        inside
    }

    fn slowly(&mut self, ends: u64, quotes: u64, length: usize) -> u64 {
        let mut inside = 0;
        for bit in 0..length.min(64) {
            let is = |mask: u64| mask >> bit & 1 == 1;
            let (starts, behind_closing) = (self.starts_field, self.has_closed);
            self.starts_field = false;
            self.has_closed = false;
            match (self.is_inside, is(quotes)) {
                (true, true) => {
                    self.is_inside = false;
                    self.has_closed = true;
                }
                (true, false) => {}
                (false, true) if starts || behind_closing => {
                    self.is_inside = true;
                    self.has_opened = true;
                }
                (false, _) => {
                    self.starts_field = is(ends);
                    self.is_stray |= behind_closing && !is(ends);
                }
            }
            inside |= u64::from(self.is_inside) << bit;
        }
        inside
    }
}

/// Sets each bit below which, itself counted, there is an odd number of bits.
#[inline]
fn parity(mut mask: u64) -> u64 {
    mask ^= mask << 1;
    mask ^= mask << 2;
    mask ^= mask << 4;
    mask ^= mask << 8;
    mask ^= mask << 16;
    mask ^ mask << 32
}

#[inline]
fn last(mask: u64, length: usize) -> bool {
    mask >> (length.clamp(1, 64) - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], block: usize, is_slow: bool) -> (Vec<bool>, bool, bool, bool) {
        let mut quotes = Quotes::new();
        let mut inside = Vec::new();
        for piece in text.chunks(block) {
            let mask = |byte: u8| {
                piece.iter().enumerate().map(|(i, b)| u64::from(*b == byte) << i).sum::<u64>()
            };
            let found = if is_slow {
                quotes.slowly(mask(b','), mask(b'"'), piece.len())
            } else {
                quotes.block(mask(b','), mask(b'"'), piece.len())
            };
            inside.extend((0..piece.len()).map(|bit| found >> bit & 1 == 1));
        }
        (inside, quotes.is_inside, quotes.is_stray, quotes.has_opened)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn blocks_tell_the_same_as_bytes(
            text in prop::collection::vec(prop::sample::select(b"aa,,\"\"\"".to_vec()), 1..300),
            block in 1_usize..=64,
        ) {
            prop_assert_eq!(read(&text, 64, false), read(&text, 1, true));
            prop_assert_eq!(read(&text, block, false), read(&text, 1, true));
        }
    }

    #[test]
    fn quotes_hold_what_stands_between_them() {
        let inside = |text: &str| -> String {
            let found = read(text.as_bytes(), 64, false).0;
            found.iter().map(|inside| if *inside { '#' } else { '.' }).collect()
        };
        assert_eq!(inside("a,\"b,c\",d"), "..####...");
        assert_eq!(inside("\"a\"\",b\",c"), "##.###...");
        assert_eq!(inside("a\"b,c\",d"), "........");
        assert_eq!(inside("\"\",\"\"\"\""), "#..#.#.");
    }
}

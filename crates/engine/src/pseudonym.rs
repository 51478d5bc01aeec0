//! Keyed pseudonyms of identifiers, and the keyed choice of blocks.
//!
//! One secret per steward; from it a key per audience and purpose, so that two audiences' pseudonyms
//! cannot be matched. Not randomness: the same input and key give the same copy.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use reedbed_core::grid::{FloorCell, Lattice};

/// The steward's secret, from which all pseudonyms of a dataset follow.
///
/// Never in a package, a log or an error; `Debug` shows nothing.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the text of a key file (see [`Secret::to_file`]).
    pub fn from_file(text: &str) -> Option<Self> {
        let hex =
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
        let mut bytes = [0_u8; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Writes the text of a key file: a warning and 64 hexadecimal digits.
    pub fn to_file(&self) -> String {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "# Key of the pseudonyms. Keep it: with it, the next copy uses the same pseudonyms.\n\
             # Not for release: whoever has it can tell which record a pseudonym stands for.\n{hex}\n"
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(withheld)")
    }
}

/// Makes the pseudonyms and block choices of one audience.
#[derive(Clone)]
pub struct Pseudonyms {
    names: Hmac<Sha256>,
    checks: Hmac<Sha256>,
    blocks: Hmac<Sha256>,
}

impl Pseudonyms {
    /// Derives the keys of an audience (`public`, or the partner's name) for a dataset.
    pub fn new(secret: &Secret, dataset: &str, audience: &str) -> Self {
        let derive = |purpose: &str| {
            let mut mac = keyed(&secret.0);
            for part in [purpose, dataset, audience] {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part.as_bytes());
            }
            keyed(&mac.finalize().into_bytes())
        };
        Self { names: derive("name"), checks: derive("check"), blocks: derive("block") }
    }

    /// The pseudonym of an identifier of some class (`event`, `occurrence`, …).
    ///
    /// A pseudonym of this same key is its own pseudonym, so that sharing a copy again changes
    /// nothing; it is recognised by a keyed check of 40 bits, which no other identifier passes but
    /// by a chance of one in a million million. An empty identifier stays empty.
    ///
    /// Shape: `rb-` and 24 characters of base 32, all lower case: 80 bits of pseudonym
    /// and 40 of check.
    pub fn of(&self, class: &str, identifier: &str) -> String {
        if identifier.is_empty() || self.is_own(identifier) {
            return identifier.to_owned();
        }
        let mut mac = self.names.clone();
        mac.update(class.as_bytes());
        mac.update(&[0]);
        mac.update(identifier.as_bytes());
        let name = encode(mac.finalize().into_bytes().iter().take(10));
        let check = self.check(&name);
        format!("{PREFIX}{name}{check}")
    }

    /// The pseudonym of an identifier that several records may have, apart for each way in which they
    /// are told.
    pub(crate) fn of_told(&self, class: &str, identifier: &str, told: &str) -> String {
        let identifier = identifier.trim_ascii();
        if identifier.is_empty() || self.is_own(identifier) {
            return identifier.to_owned();
        }
        self.of(class, &format!("{identifier}\u{1f}{told}"))
    }

    /// Whether an identifier is a pseudonym made with this key.
    pub fn is_own(&self, identifier: &str) -> bool {
        identifier.strip_prefix(PREFIX).and_then(|rest| rest.split_at_checked(16)).is_some_and(
            |(name, check)| {
                name.bytes().all(|b| ALPHABET.contains(&b)) && self.check(name) == check
            },
        )
    }

    /// Which corner of its block a floor cell is in, by a keyed choice: (northern row, eastern
    /// column). Keyed on the floor cell, never on the row or the release.
    pub fn block_of(&self, lattice: Lattice, step: u8, cell: FloorCell) -> (bool, bool) {
        let mut mac = self.blocks.clone();
        let (kind, width) = match lattice {
            Lattice::Degrees { width } => (0_u8, width.nano().0),
            Lattice::Metres { width_m } => (1_u8, i64::from(width_m)),
        };
        mac.update(&[kind, step]);
        for number in [width, cell.row, cell.column] {
            mac.update(&number.to_be_bytes());
        }
        let first = mac.finalize().into_bytes().first().copied().unwrap_or(0);
        (first & 1 == 1, first & 2 == 2)
    }

    fn check(&self, name: &str) -> String {
        let mut mac = self.checks.clone();
        mac.update(name.as_bytes());
        encode(mac.finalize().into_bytes().iter().take(5))
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(withheld)")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key")
}

/// Base 32: five bytes become eight characters.
fn encode<'a>(bytes: impl Iterator<Item = &'a u8>) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let digit = (buffer >> bits) & 31;
            let letter = usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit));
            text.push(letter.map_or('0', |letter| char::from(*letter)));
        }
        buffer &= (1 << bits) - 1;
    }
    text
}

const PREFIX: &str = "rb-";

/// Whether a text looks like a pseudonym.
pub(crate) fn is_pseudonym(text: &str) -> bool {
    text.starts_with(PREFIX)
}

const ALPHABET: &[u8; 32] = b"0123456789abcdfghjklmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;

    use super::*;

    fn pseudonyms(audience: &str) -> Pseudonyms {
        Pseudonyms::new(&Secret::new([7; 32]), "wetland", audience)
    }

    #[test]
    fn a_pseudonym_is_stable_and_differs_between_audiences_and_classes() {
        let public = pseudonyms("public");
        assert_eq!(public.of("event", "PT/2009/001/RA"), public.of("event", "PT/2009/001/RA"));
        assert_ne!(public.of("event", "1"), public.of("occurrence", "1"));
        assert_ne!(public.of("event", "1"), pseudonyms("university").of("event", "1"));
        assert_eq!(public.of("event", "").len(), 0);
        assert_eq!(public.of("event", "1").len(), 27);
    }

    #[test]
    fn a_pseudonym_is_its_own_pseudonym_for_the_same_audience_only() {
        let public = pseudonyms("public");
        let once = public.of("event", "1");
        assert_eq!(public.of("event", &once), once);
        assert_ne!(pseudonyms("university").of("event", &once), once);
        let mut forged = once.clone();
        forged.replace_range(5..6, if once.as_bytes().get(5) == Some(&b'0') { "1" } else { "0" });
        assert_ne!(public.of("event", &forged), forged);
    }

    #[test]
    fn neighbouring_numbers_do_not_give_neighbouring_pseudonyms() {
        let public = pseudonyms("public");
        let mut names: Vec<String> =
            (1..=200).map(|n| public.of("catalogue", &n.to_string())).collect();
        let given = names.clone();
        names.sort();
        assert_ne!(names, given);
        names.dedup();
        assert_eq!(names.len(), 200);
    }

    #[test]
    fn blocks_are_chosen_by_cell_and_key() {
        let lattice = Lattice::of(Category::High).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for row in 0..64 {
            let cell = FloorCell { row, column: 3 };
            let choice = pseudonyms("a").block_of(lattice, 1, cell);
            assert_eq!(choice, pseudonyms("a").block_of(lattice, 1, cell));
            seen.insert(choice);
        }
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn a_key_file_reads_back_and_a_damaged_one_does_not() {
        let secret = Secret::new([0xa5; 32]);
        let text = secret.to_file();
        assert_eq!(Secret::from_file(&text).unwrap().to_file(), text);
        assert!(Secret::from_file(text.trim_end().get(..text.len() - 3).unwrap()).is_none());
        assert!(Secret::from_file("").is_none());
        assert_eq!(format!("{secret:?}"), "Secret(withheld)");
    }
}

//! Keys in shares: so many of them make the key, and fewer tell nothing of it.
//!
//! Shamir's scheme over GF(256) (doi:10.1145/359168.359176), by `vsss-rs`. Each share has a commitment,
//! which can be public: whoever brings a false share is found out before it is used.

use std::fmt;

use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use vsss_rs::Gf256;
use zeroize::Zeroizing;

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A key of bytes that must be random.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(withheld)")
    }
}

/// A share of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Share(Zeroizing<Vec<u8>>);

impl Share {
    /// A share of bytes, as [`Self::bytes`] gave them.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes: its number and 32 more.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What may be public of it. The share has 32 random bytes, so nobody guesses it from this.
    pub fn commitment(&self) -> Commitment {
        let mut hash = Sha256::new();
        hash.update(b"reedbed-share/v1\n");
        hash.update(self.bytes());
        Commitment(hash.finalize().into())
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Share(withheld)")
    }
}

/// What a share must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment(pub [u8; 32]);

/// Why a key cannot be split or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// So few or so many are not possible.
    #[error("a key cannot be split so that {needed} of {all} shares make it")]
    Numbers {
        /// How many make the key.
        needed: usize,
        /// How many there are.
        all: usize,
    },
    /// A share is not one of those that were made.
    #[error("share {at} is false: it is none of those that the key was split into")]
    False {
        /// Which of those that were given, from 1.
        at: usize,
    },
    /// A share is there twice.
    #[error("share {at} was given before")]
    Twice {
        /// Which of those that were given, from 1.
        at: usize,
    },
    /// There are too few.
    #[error("there are {count} shares of {needed} that are needed")]
    TooFew {
        /// How many there are.
        count: usize,
        /// How many are needed.
        needed: usize,
    },
}

/// Splits a key.
///
/// Errors: [`ShareError::Numbers`] for fewer than two that are needed, or fewer shares than that, or
/// more than 255.
pub fn split(
    key: &Key,
    needed: usize,
    all: usize,
    random: &mut impl CryptoRng,
) -> Result<Vec<Share>, ShareError> {
    let wrong = ShareError::Numbers { needed, all };
    if needed < 2 || needed > all || all > 255 {
        return Err(wrong);
    }
    let shares = Gf256::split_bytes(needed, all, key.bytes(), random);
    Ok(shares.map_err(|_error| wrong)?.into_iter().map(Share::new).collect())
}

/// Makes the key of shares, each of which must be one that was committed to.
///
/// Errors: [`ShareError`].
pub fn combine(
    shares: &[Share],
    needed: usize,
    commitments: &[Commitment],
) -> Result<Key, ShareError> {
    let mut seen = Vec::with_capacity(shares.len());
    for (at, share) in (1..).zip(shares) {
        let commitment = share.commitment();
        if !commitments.contains(&commitment) {
            return Err(ShareError::False { at });
        }
        if seen.contains(&commitment) {
            return Err(ShareError::Twice { at });
        }
        seen.push(commitment);
    }
    let count = shares.len();
    if count < needed.max(2) {
        return Err(ShareError::TooFew { count, needed });
    }
    let shares: Vec<Vec<u8>> = shares.iter().map(|share| share.bytes().to_vec()).collect();
    let bytes = Gf256::combine_bytes(&shares);
    let bytes = bytes.ok().map(Zeroizing::new);
    let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    key.map(Key::new).ok_or(ShareError::TooFew { count, needed })
}

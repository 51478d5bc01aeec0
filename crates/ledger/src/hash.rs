//! Hashes of the tree.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; Self::LEN]);

impl Hash {
    /// Its length in bytes.
    pub const LEN: usize = 32;

    /// The hash of some bytes, as such.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf.
    ///
    /// Source: RFC 6962, section 2.1.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of a node over two others.
    ///
    /// Source: RFC 6962, section 2.1.
    pub fn node(left: Self, right: Self) -> Self {
        let digest = Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0);
        Self(digest.finalize().into())
    }

    /// The root of the empty tree.
    pub fn of_nothing() -> Self {
        Self::of(b"")
    }

    /// As base64 (RFC 4648, section 4), the way all formats write hashes.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads base64; nothing for what is no hash, or is written another way than the one.
    pub fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let hash = Self(bytes.try_into().ok()?);
        (hash.to_base64() == text).then_some(hash)
    }

    /// As lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

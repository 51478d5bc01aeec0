//! Digests of what a copy was made with.

use std::io;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// SHA-256 over files, each with its length before it.
///
/// Errors: whatever the file system says.
pub fn of_files(paths: &[PathBuf]) -> Result<String, io::Error> {
    let mut digest = Sha256::new();
    for path in paths {
        let bytes = std::fs::read(path)?;
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(&bytes);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

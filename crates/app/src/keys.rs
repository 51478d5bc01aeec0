//! The only place that draws randomness.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use reedbed_engine::pseudonym::Secret;

/// Draws a new secret from the operating system.
///
/// Errors: `getrandom::Error` where the system gives no randomness.
#[expect(clippy::disallowed_methods, reason = "keys are drawn here")]
pub(crate) fn new_secret() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::new(bytes))
}

/// Writes a secret to a new file that only its owner can read.
pub(crate) fn write(path: &Path, secret: &Secret) -> Result<(), io::Error> {
    write_new(path, secret.to_file().as_bytes())
}

/// Writes a new file that only its owner can read.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), io::Error> {
    create_new(path)?.write_all(bytes)
}

/// Makes a new file that only its owner can read.
pub(crate) fn create_new(path: &Path) -> Result<std::fs::File, io::Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// The randomness of the operating system, for the vault.
#[derive(Debug)]
pub(crate) struct SystemRandom(rand_core::UnwrapErr<getrandom::SysRng>);

impl SystemRandom {
    /// Errors: where the system gives no randomness.
    #[expect(clippy::disallowed_methods, reason = "keys are drawn here")]
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        // A system that gives some now does not stop to.
        getrandom::fill(&mut [0; 32])?;
        Ok(Self(rand_core::UnwrapErr(getrandom::SysRng)))
    }
}

impl rand_core::TryRng for SystemRandom {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.try_fill_bytes(bytes)
    }
}

impl rand_core::TryCryptoRng for SystemRandom {}

/// Makes a folder that only its owner can enter.
pub(crate) fn create_dir(path: &Path) -> Result<(), io::Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

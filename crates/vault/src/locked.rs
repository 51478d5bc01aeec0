//! Secret files of officers under a passphrase.
//!
//! The form is age's (C2SP age, scrypt), binary: `age -d` opens such a file too, and what is in it is the
//! plain secret file.

use age::DecryptError;
use age::scrypt;
use age::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::officer::{Officer, OfficerError};

/// How much a passphrase costs whoever tries it: scrypt with N = 2 to this, r = 8, p = 1, which takes
/// 1 KiB of memory for each of N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort(u8);

impl Effort {
    /// An effort that Reedbed takes upon itself; nothing where it is none, or too much.
    pub fn of(log_n: u8) -> Option<Self> {
        (1..=MOST).contains(&log_n).then_some(Self(log_n))
    }
}

impl Default for Effort {
    /// What age itself takes: 256 MiB, and about a second.
    fn default() -> Self {
        Self(18)
    }
}

/// Whether a secret file has to be unlocked before it is read.
pub fn is_locked(file: &[u8]) -> bool {
    file.starts_with(HEAD)
}

impl Officer {
    /// The secret part under a passphrase.
    ///
    /// Errors: [`OfficerError::Form`], which does not happen: nothing is written but to memory.
    pub fn to_locked(&self, passphrase: &str, effort: Effort) -> Result<Vec<u8>, OfficerError> {
        let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(effort.0);
        let sealed = age::encrypt(&recipient, self.to_secret().as_bytes());
        sealed.map_err(|_error| OfficerError::Form { what: "secret file" })
    }

    /// Reads what [`Self::to_locked`] wrote.
    ///
    /// Errors: [`OfficerError::Passphrase`] for another passphrase; [`OfficerError::Effort`] where
    /// trying one would cost more than it may; [`OfficerError::Form`] for what is damaged, or locked
    /// otherwise.
    pub fn unlock(file: &[u8], passphrase: &str) -> Result<Self, OfficerError> {
        let wrong = || OfficerError::Form { what: "locked secret file" };
        let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        // A file that somebody planted must not take the machine's memory.
        identity.set_max_work_factor(MOST);
        let opened = age::decrypt(&identity, file).map_err(|error| match error {
            DecryptError::ExcessiveWork { .. } => OfficerError::Effort,
            DecryptError::DecryptionFailed | DecryptError::InvalidMac => OfficerError::Passphrase,
            _ => wrong(),
        });
        let opened = Zeroizing::new(opened?);
        Self::read(std::str::from_utf8(&opened).map_err(|_error| wrong())?)
    }
}

const HEAD: &[u8] = b"age-encryption.org/";
/// 1 GiB, as for the vault's own passphrase.
const MOST: u8 = 20;

//! The vault's own key: what the public and the partner level are sealed to, and the ways to get at it.
//!
//! Levels can be written by whoever knows the key's public part; to read them it must be unlocked: by a
//! passphrase through Argon2id (RFC 9106), by a key that lies elsewhere (a file, a credential that
//! systemd hands over), or by enough officers. Each of these is a *slot*, a text beside the vault in
//! which the secret part is sealed.

use std::fmt;
use std::str::FromStr as _;

use age::x25519::Identity;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::officer::{Card, Officer};
use crate::plugin::Plugins;
use crate::sealed::{self, SealedError};
use crate::shares::{self, Commitment, Key, Share};

/// The vault's own key. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Own(Identity);

/// Why the vault's own key cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnError {
    /// It is not written as a slot.
    #[error("it is no slot of a vault's key: {reason}")]
    Form {
        /// What is wrong.
        reason: &'static str,
    },
    /// The passphrase or the key is another one.
    #[error("the {0} is not the right one, or the slot was changed")]
    Wrong(&'static str),
    /// A passphrase would cost more than any honest slot asks for.
    #[error("the slot asks for more memory or time than Reedbed gives to a passphrase")]
    Cost,
    /// The slot opens in another way.
    #[error("the slot is opened by {0}")]
    Other(&'static str),
    /// Shares do not make the key.
    #[error(transparent)]
    Share(#[from] shares::ShareError),
    /// Something cannot be sealed.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// An officer's share cannot be used.
    #[error(transparent)]
    Officer(#[from] crate::officer::OfficerError),
}

/// How much a passphrase costs whoever tries it.
///
/// Source: RFC 9106, section 4; the second recommended option is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }
}

/// A way to get at the vault's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    recipient: String,
    way: Way,
    sealed: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Passphrase { cost: Cost, salt: Vec<u8> },
    KeyFile,
    Officers { needed: usize, shares: Vec<(String, Commitment, Vec<u8>)> },
}

impl Own {
    /// A new key.
    pub fn generate() -> Self {
        Self(Identity::generate())
    }

    /// What others seal to it with.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// Opens what was sealed to it.
    ///
    /// Errors: [`SealedError`].
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        let opened = age::decrypt(&self.0, sealed).map_err(|_error| SealedError::Sealed)?;
        Ok(Zeroizing::new(opened))
    }

    /// Seals its secret part to another key, so that who has that one can go on with this.
    ///
    /// Errors: [`SealedError`].
    pub fn seal_to(&self, recipient: &str) -> Result<Vec<u8>, SealedError> {
        let secret = sealed::key_of(&self.0).ok_or(SealedError::Recipient)?;
        sealed::seal(recipient, secret.bytes())
    }

    /// Opens what [`Self::seal_to`] sealed to this key.
    ///
    /// Errors: [`SealedError`].
    pub fn open_next(&self, bytes: &[u8]) -> Result<Self, SealedError> {
        let secret = self.open(bytes)?;
        let secret = secret.as_slice().try_into().map_err(|_error| SealedError::Sealed)?;
        Ok(Self(sealed::identity(&Key::new(secret))?))
    }

    /// Locks the key under a passphrase.
    ///
    /// Errors: [`OwnError`].
    pub fn lock_by_passphrase(
        &self,
        passphrase: &str,
        cost: Cost,
        random: &mut impl CryptoRng,
    ) -> Result<Slot, OwnError> {
        let mut salt = vec![0; SALT];
        random.fill_bytes(&mut salt);
        let key = derive(passphrase, cost, &salt)?;
        self.lock(&key, Way::Passphrase { cost, salt })
    }

    /// Locks the key under another, which lies elsewhere.
    ///
    /// Errors: [`OwnError`].
    pub fn lock_by_key(&self, key: &Key) -> Result<Slot, OwnError> {
        self.lock(key, Way::KeyFile)
    }

    /// Locks the key so that some officers open it together.
    ///
    /// Errors: [`OwnError`].
    pub fn lock_by_officers(
        &self,
        needed: usize,
        officers: &[&Card],
        plugins: &Plugins,
        random: &mut impl CryptoRng,
    ) -> Result<Slot, OwnError> {
        let key = Key::generate(random);
        let split = shares::split(&key, needed, officers.len(), random)?;
        let mut sealed = Vec::new();
        for (officer, share) in officers.iter().zip(split) {
            sealed.push((officer.key().id(), share.commitment(), officer.seal(&share, plugins)?));
        }
        self.lock(&key, Way::Officers { needed, shares: sealed })
    }

    fn lock(&self, key: &Key, way: Way) -> Result<Slot, OwnError> {
        let secret = sealed::key_of(&self.0).ok_or(OwnError::Form { reason: "no key" })?;
        let sealed = sealed::seal(&sealed::recipient_of(key)?, secret.bytes())?;
        Ok(Slot { recipient: self.recipient(), way, sealed })
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own(withheld)")
    }
}

impl Slot {
    /// What the key that it holds is sealed to with.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// How it is opened, in a word.
    pub fn way(&self) -> &'static str {
        match self.way {
            Way::Passphrase { .. } => PASSPHRASE,
            Way::KeyFile => KEY_FILE,
            Way::Officers { .. } => OFFICERS,
        }
    }

    /// Whether officers open it together.
    pub fn is_by_officers(&self) -> bool {
        matches!(self.way, Way::Officers { .. })
    }

    /// Opens it by a passphrase.
    ///
    /// Errors: [`OwnError`].
    pub fn open_by_passphrase(&self, passphrase: &str) -> Result<Own, OwnError> {
        let Way::Passphrase { cost, salt } = &self.way else {
            return Err(OwnError::Other(self.way()));
        };
        self.open(&derive(passphrase, *cost, salt)?)
    }

    /// Opens it by a key that lies elsewhere.
    ///
    /// Errors: [`OwnError`].
    pub fn open_by_key(&self, key: &Key) -> Result<Own, OwnError> {
        if self.way != Way::KeyFile {
            return Err(OwnError::Other(self.way()));
        }
        self.open(key)
    }

    /// Opens it with officers who are there.
    ///
    /// Errors: [`OwnError`].
    pub fn open_by_officers(
        &self,
        officers: &[Officer],
        plugins: &Plugins,
    ) -> Result<Own, OwnError> {
        let Way::Officers { needed, shares: all } = &self.way else {
            return Err(OwnError::Other(self.way()));
        };
        let commitments: Vec<Commitment> =
            all.iter().map(|(_, commitment, _)| *commitment).collect();
        let mut found: Vec<Share> = Vec::new();
        for officer in officers {
            let id = officer.signer().verifier().id();
            let own = all.iter().find(|(of, _, _)| *of == id);
            if let Some((_, _, sealed)) = own {
                found.push(officer.open(sealed, plugins)?);
            }
        }
        self.open(&shares::combine(&found, *needed, &commitments)?)
    }

    fn open(&self, key: &Key) -> Result<Own, OwnError> {
        let wrong = || OwnError::Wrong(self.way());
        let identity = sealed::identity(key)?;
        let secret = age::decrypt(&identity, &self.sealed).map_err(|_error| wrong())?;
        let secret = Zeroizing::new(secret);
        let secret = Key::new(secret.as_slice().try_into().map_err(|_error| wrong())?);
        let own = Own(sealed::identity(&secret)?);
        if own.recipient() == self.recipient { Ok(own) } else { Err(wrong()) }
    }

    /// As a file.
    pub fn to_text(&self) -> String {
        let way = match &self.way {
            Way::Passphrase { cost, salt } => format!(
                "{PASSPHRASE} argon2id {} {} {} {}\n",
                cost.memory_kib,
                cost.passes,
                cost.lanes,
                STANDARD.encode(salt)
            ),
            Way::KeyFile => format!("{KEY_FILE}\n"),
            Way::Officers { needed, shares } => {
                let mut text = format!("{OFFICERS} {needed}\n");
                for (id, commitment, sealed) in shares {
                    let commitment = crate::book::hex(&commitment.0);
                    text.push_str(&format!(
                        "share {id} {commitment} {}\n",
                        STANDARD.encode(sealed)
                    ));
                }
                text
            }
        };
        format!("{HEAD}\n{}\n{}\n{way}", self.recipient, STANDARD.encode(&self.sealed))
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// Errors: [`OwnError`]; [`OwnError::Cost`] where a passphrase would cost more than it may.
    pub fn read(text: &str) -> Result<Self, OwnError> {
        let wrong = |reason| OwnError::Form { reason };
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(wrong("its first line is another"));
        }
        let recipient = lines.next().ok_or(wrong("it names no key"))?;
        age::x25519::Recipient::from_str(recipient).map_err(|_error| wrong("its key is none"))?;
        let sealed = lines.next().and_then(|line| STANDARD.decode(line).ok());
        let sealed = sealed.ok_or(wrong("nothing is sealed in it"))?;
        let way: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        let way = match way.as_slice() {
            [PASSPHRASE, "argon2id", memory, passes, lanes, salt] => {
                let number = |text: &str| text.parse().map_err(|_error| wrong("a number is none"));
                let cost = Cost {
                    memory_kib: number(memory)?,
                    passes: number(passes)?,
                    lanes: number(lanes)?,
                };
                let salt = STANDARD.decode(salt).map_err(|_error| wrong("its salt is none"))?;
                check(cost)?;
                Way::Passphrase { cost, salt }
            }
            [KEY_FILE] => Way::KeyFile,
            [OFFICERS, needed] => {
                let needed = needed.parse().map_err(|_error| wrong("a number is none"))?;
                let shares = lines.by_ref().map(read_share).collect::<Option<Vec<_>>>();
                Way::Officers { needed, shares: shares.ok_or(wrong("a share is none"))? }
            }
            _ => return Err(wrong("it is opened in a way that is not known")),
        };
        let slot = Self { recipient: recipient.to_owned(), way, sealed };
        if slot.to_text() == text { Ok(slot) } else { Err(wrong("it is written otherwise")) }
    }
}

fn read_share(line: &str) -> Option<(String, Commitment, Vec<u8>)> {
    let parts: Vec<&str> = line.split(' ').collect();
    let ["share", id, commitment, sealed] = parts.as_slice() else { return None };
    let commitment = Commitment(crate::book::unhex(commitment)?);
    Some(((*id).to_owned(), commitment, STANDARD.decode(sealed).ok()?))
}

/// A slot that somebody planted must not take the machine's memory.
fn check(cost: Cost) -> Result<(), OwnError> {
    let is_fine = cost.memory_kib <= 1024 * 1024 && cost.passes <= 16 && cost.lanes <= 16;
    if is_fine { Ok(()) } else { Err(OwnError::Cost) }
}

fn derive(passphrase: &str, cost: Cost, salt: &[u8]) -> Result<Key, OwnError> {
    check(cost)?;
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32));
    let params = params.map_err(|_error| OwnError::Cost)?;
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let derived = argon.hash_password_into(passphrase.as_bytes(), salt, &mut *key);
    derived.map_err(|_error| OwnError::Form { reason: "its salt is too short or too long" })?;
    Ok(Key::new(*key))
}

const HEAD: &str = "reedbed-slot/v1";
const PASSPHRASE: &str = "passphrase";
const KEY_FILE: &str = "key-file";
const OFFICERS: &str = "officers";
const SALT: usize = 16;

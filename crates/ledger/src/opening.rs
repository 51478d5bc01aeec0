//! Openings: what the commitments of an entry are of. Each entry's lie apart from the log under a key
//! of their own, so that they can be shown, or destroyed, without touching the tree.

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

use crate::disk::{Disk, replace};
use crate::entry::{Entry, FIELDS, unhex};
use crate::hash::Hash;
use crate::random;

/// Why an opening cannot be kept, read or destroyed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// Its key was destroyed.
    #[error("the opening of this entry was destroyed")]
    Destroyed,
    /// There is none.
    #[error("there is no opening of this entry")]
    Missing,
    /// It was changed, or is another entry's.
    #[error("the opening does not belong to the entry, or was changed")]
    Wrong,
    /// It must remain.
    #[error("openings of entries of the kind `{kind}` are never destroyed")]
    Kept {
        /// The kind.
        kind: &'static str,
    },
    /// A file cannot be read or written.
    #[error("a file of the openings cannot be used")]
    Disk(#[from] std::io::Error),
    /// No random bytes are to be had.
    #[error("the system gives no random bytes")]
    Random,
}

/// What one commitment is of.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// Random.
    pub salt: [u8; 32],
    /// What was committed to.
    pub value: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(withheld)")
    }
}

/// What the commitments of an entry are of, by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    fields: BTreeMap<String, Opened>,
}

/// The commitment to a value.
///
/// SHA-256 over `reedbed-commitment/v1`, a newline, the field, a newline, 32 bytes of salt, and the
/// value.
pub fn commitment(field: &str, salt: &[u8; 32], value: &str) -> Hash {
    let mut bytes = format!("reedbed-commitment/v1\n{field}\n").into_bytes();
    bytes.extend(salt);
    bytes.extend(value.as_bytes());
    Hash::of(&bytes)
}

impl Opening {
    /// Commits to values by field; to fields that are not given, to nothing. Gives the commitments in
    /// the order of [`FIELDS`].
    ///
    /// Errors: [`OpeningError::Random`].
    pub fn commit(values: &BTreeMap<&str, String>) -> Result<(Self, [Hash; 5]), OpeningError> {
        let mut opening = Self::default();
        let mut commitments = [Hash([0; 32]); 5];
        for (field, commitment_of) in FIELDS.iter().zip(&mut commitments) {
            let value = values.get(field).cloned().unwrap_or_default();
            let salt = random::bytes().ok_or(OpeningError::Random)?;
            *commitment_of = commitment(field, &salt, &value);
            opening.fields.insert((*field).to_owned(), Opened { salt, value });
        }
        Ok((opening, commitments))
    }

    /// What a field was committed to.
    pub fn field(&self, field: &str) -> Option<&Opened> {
        self.fields.get(field)
    }

    /// The fields, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Opened)> {
        self.fields.iter().map(|(name, opened)| (name.as_str(), opened))
    }

    /// Only some fields: what a recipient is entitled to.
    pub fn only(&self, wanted: &[&str]) -> Self {
        let fields = self.fields.iter().filter(|(name, _)| wanted.contains(&name.as_str()));
        Self { fields: fields.map(|(name, opened)| (name.clone(), opened.clone())).collect() }
    }

    /// Checks that all that is opened is what the entry commits to.
    ///
    /// Errors: [`OpeningError::Wrong`].
    pub fn verify(&self, entry: &Entry) -> Result<(), OpeningError> {
        for (name, opened) in &self.fields {
            let at = FIELDS.iter().position(|field| field == name);
            let committed = at.and_then(|at| entry.commitments.get(at));
            if committed != Some(&commitment(name, &opened.salt, &opened.value)) {
                return Err(OpeningError::Wrong);
            }
        }
        Ok(())
    }

    /// As lines: `FIELD SALT LENGTH`, and the value of so many bytes on lines of its own.
    pub fn to_text(&self) -> String {
        let mut text = "reedbed-opening/v1\n".to_owned();
        for (name, opened) in &self.fields {
            let salt: String = opened.salt.iter().map(|byte| format!("{byte:02x}")).collect();
            text.push_str(&format!("{name} {salt} {}\n{}\n", opened.value.len(), opened.value));
        }
        text
    }

    /// Reads what [`Self::to_text`] wrote; nothing for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix("reedbed-opening/v1\n")?;
        let mut fields = BTreeMap::new();
        while !rest.is_empty() {
            let (head, after) = rest.split_once('\n')?;
            let mut parts = head.split(' ');
            let (name, salt, length) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() || !FIELDS.contains(&name) {
                return None;
            }
            let length = usize::try_from(crate::note::number(length)?).ok()?;
            let value = after.get(..length)?;
            rest = after.get(length..)?.strip_prefix('\n')?;
            let opened = Opened { salt: unhex(salt)?, value: value.to_owned() };
            if fields.insert(name.to_owned(), opened).is_some() {
                return None;
            }
        }
        Some(Self { fields })
    }
}

/// Where openings are kept: sealed, each beside its key.
#[derive(Debug)]
pub struct Openings<'d> {
    disk: &'d dyn Disk,
}

impl<'d> Openings<'d> {
    /// Openings on a disk.
    ///
    /// Errors: [`OpeningError::Disk`].
    pub fn on(disk: &'d dyn Disk) -> Result<Self, OpeningError> {
        disk.create_folder(FOLDER)?;
        Ok(Self { disk })
    }

    /// Keeps the opening of an entry; it is durable before this returns.
    ///
    /// CRASH: without the key nothing can be read, and the entry is not in the log yet: an opening
    /// without an entry is swept away by nobody and says nothing.
    ///
    /// Errors: [`OpeningError`].
    pub fn keep(&self, entry: &Entry, opening: &Opening) -> Result<(), OpeningError> {
        opening.verify(entry)?;
        let key: [u8; 32] = random::bytes().ok_or(OpeningError::Random)?;
        let nonce: [u8; 12] = random::bytes().ok_or(OpeningError::Random)?;
        let id = entry.id_text();
        let text = opening.to_text();
        let payload = Payload { msg: text.as_bytes(), aad: id.as_bytes() };
        let cipher = ChaCha20Poly1305::new(&Key::from(key));
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.map_err(|_error| OpeningError::Wrong)?);
        replace(self.disk, &format!("{FOLDER}/{id}.sealed"), &bytes)?;
        replace(self.disk, &format!("{FOLDER}/{id}.key"), &key)?;
        Ok(())
    }

    /// Shows the opening of an entry.
    ///
    /// Errors: [`OpeningError`].
    pub fn show(&self, entry: &Entry) -> Result<Opening, OpeningError> {
        let id = entry.id_text();
        let sealed = self.disk.read(&format!("{FOLDER}/{id}.sealed"))?;
        let sealed = sealed.ok_or(OpeningError::Missing)?;
        let key = self.disk.read(&format!("{FOLDER}/{id}.key"))?.ok_or(OpeningError::Destroyed)?;
        let key: [u8; 32] = key.try_into().map_err(|_error| OpeningError::Wrong)?;
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(OpeningError::Wrong)?;
        let cipher = ChaCha20Poly1305::new(&Key::from(key));
        let payload = Payload { msg: sealed, aad: id.as_bytes() };
        let text = cipher.decrypt(&Nonce::from(*nonce), payload);
        let text = String::from_utf8(text.map_err(|_error| OpeningError::Wrong)?);
        let opening = Opening::read(&text.map_err(|_error| OpeningError::Wrong)?);
        let opening = opening.ok_or(OpeningError::Wrong)?;
        opening.verify(entry)?;
        Ok(opening)
    }

    /// Destroys the opening of an entry, for good: the entry remains, and what it was about is lost.
    ///
    /// Errors: [`OpeningError::Kept`] for kinds that must remain.
    pub fn destroy(&self, entry: &Entry) -> Result<(), OpeningError> {
        if entry.kind.is_kept() {
            return Err(OpeningError::Kept { kind: entry.kind.word() });
        }
        let path = format!("{FOLDER}/{}.key", entry.id_text());
        if self.disk.read(&path)?.is_none() {
            return Err(OpeningError::Destroyed);
        }
        // What is overwritten in place is gone on disks that do so; on others the sealed bytes remain
        // unreadable for want of the key once its blocks are used again.
        self.disk.write(&path, &[0; 32])?;
        self.disk.sync(&path)?;
        self.disk.remove(&path)?;
        self.disk.sync_folder(FOLDER)?;
        Ok(())
    }
}

const FOLDER: &str = "openings";

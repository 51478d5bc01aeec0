//! Signed notes, and the keys that sign and check them.
//!
//! Source: C2SP signed-note, tlog-cosignature.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};

use crate::decimal;
use crate::hash::Hash;
use crate::random;

/// What a key signs, by the byte that the formats give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// The text of a note, with Ed25519 (`0x01`): what logs sign with.
    Ed25519,
    /// A checkpoint and the time at which it was the largest seen, with Ed25519 (`0x04`): what
    /// witnesses sign with.
    Cosignature,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Ed25519),
            4 => Some(Self::Cosignature),
            // 0x06, ML-DSA-44, has its place here.
            _ => None,
        }
    }
}

/// Why a key or a note cannot be read or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// A key is not written as keys are.
    #[error("the key is not written as one: {reason}")]
    Key {
        /// What is wrong.
        reason: &'static str,
    },
    /// A note is not written as notes are.
    #[error("it is no signed note: {reason}")]
    Form {
        /// What is wrong.
        reason: &'static str,
    },
    /// A signature by a known key does not hold.
    #[error("the signature of `{name}` does not hold")]
    Signature {
        /// The name of the key.
        name: String,
    },
    /// No known key signed it.
    #[error("no known key signed it")]
    Unsigned,
    /// No random bytes are to be had.
    #[error("the system gives no random bytes")]
    Random,
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: KeyKind,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Verifier {
    fn new(name: &str, kind: KeyKind, key: VerifyingKey) -> Result<Self, NoteError> {
        let id = id_of(name, kind, key.as_bytes());
        if !is_name(name) {
            return Err(NoteError::Key { reason: "its name is empty, or has spaces or a plus" });
        }
        // A key of small order would let anybody sign.
        if key.is_weak() {
            return Err(NoteError::Key { reason: "it is weak" });
        }
        Ok(Self { name: name.to_owned(), kind, id, key })
    }

    /// Reads a verifier key: `name+id+base64`.
    ///
    /// Errors: [`NoteError::Key`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Key { reason };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it does not have three parts with a plus between them"));
        };
        let key = STANDARD.decode(key).map_err(|_error| wrong("its last part is no base64"))?;
        let (kind, key) = key.split_first().ok_or_else(|| wrong("it is empty"))?;
        let kind = KeyKind::of(*kind).ok_or_else(|| wrong("it is of a kind that is not known"))?;
        let key: [u8; 32] = key.try_into().map_err(|_error| wrong("it has the wrong length"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_error| wrong("it is no point"))?;
        let verifier = Self::new(name, kind, key)?;
        if hex(&verifier.id) != id {
            return Err(wrong("its id is not that of its name and key"));
        }
        Ok(verifier)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The id, as eight hexadecimal digits.
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    /// The key alone.
    pub fn key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key for witnessing under the same name, or the other way round.
    ///
    /// Errors: none in practice; the name has been checked before.
    pub fn of_kind(&self, kind: KeyKind) -> Result<Self, NoteError> {
        Self::new(&self.name, kind, self.key)
    }

    /// The signature that this key made on a note; nothing where it made none.
    ///
    /// Errors: [`NoteError::Signature`] where its signature does not hold.
    pub fn verify(&self, note: &Note) -> Result<Option<Signed>, NoteError> {
        let mut found = None;
        for signature in &note.signatures {
            if signature.name != self.name || signature.id != self.id {
                continue;
            }
            let wrong = || NoteError::Signature { name: self.name.clone() };
            let (message, time, bytes) = match self.kind {
                KeyKind::Ed25519 => {
                    (note.text.clone().into_bytes(), None, signature.bytes.as_slice())
                }
                KeyKind::Cosignature => {
                    let (time, rest) =
                        signature.bytes.split_first_chunk::<8>().ok_or_else(wrong)?;
                    let time = u64::from_be_bytes(*time);
                    if time > i64::MAX.unsigned_abs() {
                        return Err(wrong());
                    }
                    (cosigned(time, &note.text), Some(time), rest)
                }
            };
            let bytes: [u8; 64] = bytes.try_into().map_err(|_error| wrong())?;
            let signature = Ed25519::from_bytes(&bytes);
            self.key.verify_strict(&message, &signature).map_err(|_error| wrong())?;
            found = Some(Signed { time });
        }
        Ok(found)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex(&self.id), STANDARD.encode(key))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// That a signature holds, and when it was made, where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Seconds since 1970, of a cosignature.
    pub time: Option<u64>,
}

/// A private key with its name. `Debug` shows neither.
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl Signer {
    /// A new key.
    ///
    /// Errors: [`NoteError::Random`], and [`NoteError::Key`] for a name that is none.
    pub fn generate(name: &str, kind: KeyKind) -> Result<Self, NoteError> {
        Self::of_seed(name, kind, random::bytes().ok_or(NoteError::Random)?)
    }

    /// The key of a seed.
    ///
    /// Errors: [`NoteError::Key`] for a name that is none.
    pub fn of_seed(name: &str, kind: KeyKind, seed: [u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(&seed);
        Ok(Self { verifier: Verifier::new(name, kind, key.verifying_key())?, key })
    }

    /// Reads what [`Self::to_secret`] wrote.
    ///
    /// Errors: [`NoteError::Key`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Key { reason };
        let rest = text.trim_end_matches('\n').strip_prefix("PRIVATE+KEY+");
        let rest = rest.ok_or_else(|| wrong("it does not begin as private keys do"))?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it does not have its parts"));
        };
        let key = STANDARD.decode(key).map_err(|_error| wrong("its last part is no base64"))?;
        let (kind, seed) = key.split_first().ok_or_else(|| wrong("it is empty"))?;
        let kind = KeyKind::of(*kind).ok_or_else(|| wrong("it is of a kind that is not known"))?;
        let seed: [u8; 32] = seed.try_into().map_err(|_error| wrong("it has the wrong length"))?;
        let signer = Self::of_seed(name, kind, seed)?;
        if signer.verifier.id() != id {
            return Err(wrong("its id is not that of its name and key"));
        }
        Ok(signer)
    }

    /// The key as text, to be kept secret.
    pub fn to_secret(&self) -> String {
        let mut key = vec![self.verifier.kind.byte()];
        key.extend(self.key.to_bytes());
        let (name, id) = (&self.verifier.name, self.verifier.id());
        format!("PRIVATE+KEY+{name}+{id}+{}\n", STANDARD.encode(key))
    }

    /// Its public part.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a note. A witness's key signs it with a time in seconds since 1970; for others the time
    /// says nothing.
    pub fn sign(&self, text: &str, time: u64) -> Signature {
        let bytes = match self.verifier.kind {
            KeyKind::Ed25519 => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            KeyKind::Cosignature => {
                let mut bytes = time.to_be_bytes().to_vec();
                bytes.extend(self.key.sign(&cosigned(time, text)).to_bytes());
                bytes
            }
        };
        Signature { name: self.verifier.name.clone(), id: self.verifier.id, bytes }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(withheld)")
    }
}

/// What a witness signs.
///
/// Source: C2SP tlog-cosignature, "Ed25519 signed message".
fn cosigned(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// One signature of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Signature {
    /// The name of the key that made it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether another signature claims to be by the same key.
    pub(crate) fn is_by_key_of(&self, other: &Self) -> bool {
        (&self.name, self.id) == (&other.name, other.id)
    }

    /// Reads a signature line, without its end.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn read(line: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Form { reason };
        let rest = line.strip_prefix("— ").ok_or_else(|| wrong("a line is no signature"))?;
        let (name, bytes) =
            rest.split_once(' ').ok_or_else(|| wrong("a signature lacks its bytes"))?;
        if !is_name(name) {
            return Err(wrong("the name of a key is none"));
        }
        let bytes = STANDARD.decode(bytes).map_err(|_error| wrong("a signature is no base64"))?;
        let (id, bytes) =
            bytes.split_first_chunk::<4>().ok_or_else(|| wrong("a signature is too short"))?;
        if bytes.is_empty() {
            return Err(wrong("a signature is too short"));
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_vec();
        bytes.extend(&self.bytes);
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, which ends with a newline.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Form { reason };
        if text.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        if text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(wrong("it has control characters"));
        }
        let at = text.rfind("\n\n").ok_or_else(|| wrong("it has no signatures"))?;
        let (body, rest) = (text.get(..=at), text.get(at + 2..));
        let (Some(body), Some(rest)) = (body, rest) else {
            return Err(wrong("it has no signatures"));
        };
        let lines = rest.strip_suffix('\n').ok_or_else(|| wrong("its last line has no end"))?;
        let signatures: Vec<Signature> =
            lines.split('\n').map(Signature::read).collect::<Result<_, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(wrong("it has too many signatures"));
        }
        Ok(Self { text: body.to_owned(), signatures })
    }

    /// Which of some keys signed it.
    ///
    /// Errors: [`NoteError::Signature`] where a signature by one of them does not hold, and
    /// [`NoteError::Unsigned`] where none signed.
    pub fn signed_by<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k Verifier>,
    ) -> Result<Vec<(&'k Verifier, Signed)>, NoteError> {
        let mut found = Vec::new();
        for key in keys {
            if let Some(signed) = key.verify(self)? {
                found.push((key, signed));
            }
        }
        if found.is_empty() { Err(NoteError::Unsigned) } else { Ok(found) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

fn id_of(name: &str, kind: KeyKind, key: &[u8; 32]) -> [u8; 4] {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend([b'\n', kind.byte()]);
    bytes.extend(key);
    let [a, b, c, d, ..] = Hash::of(&bytes).0;
    [a, b, c, d]
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a decimal number as the formats write it.
pub(crate) fn number(text: &str) -> Option<u64> {
    decimal::read(text)
}

/// Units: bytes.
const LONGEST: usize = 1 << 20;
const MOST_SIGNATURES: usize = 64;

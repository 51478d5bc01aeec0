//! Officers: a key that signs, and an identity that shares are sealed to.
//!
//! The card of an officer is a signed note (C2SP signed-note): who has it can seal shares to the officer
//! and check what they signed. Its own signature shows that the key is theirs; those of other officers
//! vouch that the person is who they say and has no other key. Shares are sealed with age
//! (C2SP age, X25519).

use std::fmt;
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use reedbed_ledger::note::{KeyKind, Note, NoteError, Signer, Verifier};
use zeroize::Zeroizing;

use crate::request::is_plain;
use crate::shares::Share;

/// Why an officer's file or card cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfficerError {
    /// It is not written as one.
    #[error("it is no {what} of an officer")]
    Form {
        /// A card, or a secret file.
        what: &'static str,
    },
    /// A key or a signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What was sealed was sealed to somebody else, or changed.
    #[error("it is not sealed to this officer, or was changed")]
    Sealed,
}

/// The secret part. `Debug` shows nothing of it.
pub struct Officer {
    signer: Signer,
    identity: x25519::Identity,
    person: String,
}

/// The public part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    note: Note,
    key: Verifier,
    recipient: String,
    person: String,
}

impl Officer {
    /// A new officer, whose keys bear a name: not the person's, since it goes into ledgers and copies.
    /// The mark of the person is what the reserve knows them by, such as a staff number: one mark is
    /// enrolled once.
    ///
    /// Errors: [`OfficerError::Note`] for a name that no key can have, and where the system gives no
    /// random bytes; [`OfficerError::Form`] for a mark that is not one plain line.
    pub fn generate(name: &str, person: &str) -> Result<Self, OfficerError> {
        let signer = Signer::generate(name, KeyKind::Ed25519)?;
        if person.is_empty() || !is_plain(person) {
            return Err(OfficerError::Form { what: "mark" });
        }
        let (identity, person) = (x25519::Identity::generate(), person.to_owned());
        Ok(Self { signer, identity, person })
    }

    /// Reads what [`Self::to_secret`] wrote.
    ///
    /// Errors: [`OfficerError`].
    pub fn read(text: &str) -> Result<Self, OfficerError> {
        let wrong = || OfficerError::Form { what: "secret file" };
        let lines: Vec<&str> = text.lines().collect();
        let [SECRET_HEAD, signer, identity, person] = lines.as_slice() else {
            return Err(wrong());
        };
        let identity = x25519::Identity::from_str(identity).map_err(|_error| wrong())?;
        Ok(Self { signer: Signer::read(signer)?, identity, person: (*person).to_owned() })
    }

    /// The secret part as text, to be kept by its owner alone.
    pub fn to_secret(&self) -> Zeroizing<String> {
        let (signer, identity) = (self.signer.to_secret(), self.identity.to_string());
        let (identity, person) = (identity.expose_secret(), &self.person);
        Zeroizing::new(format!("{SECRET_HEAD}\n{signer}{identity}\n{person}\n"))
    }

    /// The card, which nobody vouches for yet.
    ///
    /// Errors: none in practice: it is read back.
    pub fn card(&self) -> Result<Card, OfficerError> {
        let (key, recipient) = (self.signer.verifier(), self.identity.to_public());
        let text = format!("{CARD_HEAD}\n{key}\n{recipient}\n{}\n", self.person);
        let signatures = vec![self.signer.sign(&text, 0)];
        Card::of_note(Note { text, signatures })
    }

    /// Vouches for another officer: that this is their card, and the only one that they have.
    pub fn vouch(&self, card: &mut Card) {
        let signature = self.signer.sign(&card.note.text, 0);
        if !card.note.signatures.contains(&signature) {
            card.note.signatures.push(signature);
        }
    }

    /// What the reserve knows the person by.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// The key that signs.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Opens a share that was sealed to this officer.
    ///
    /// Errors: [`OfficerError::Sealed`].
    pub fn open(&self, sealed: &[u8]) -> Result<Share, OfficerError> {
        let bytes = age::decrypt(&self.identity, sealed).map_err(|_error| OfficerError::Sealed)?;
        Ok(Share::new(bytes))
    }
}

impl fmt::Debug for Officer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Officer(withheld)")
    }
}

impl Card {
    /// Reads a card; it must bear its owner's signature.
    ///
    /// Errors: [`OfficerError`].
    pub fn read(text: &str) -> Result<Self, OfficerError> {
        Self::of_note(Note::read(text)?)
    }

    fn of_note(note: Note) -> Result<Self, OfficerError> {
        let wrong = || OfficerError::Form { what: "card" };
        let lines: Vec<&str> = note.text.lines().collect();
        let [CARD_HEAD, key, recipient, person] = lines.as_slice() else { return Err(wrong()) };
        let key = Verifier::read(key)?;
        if !is_plain(person)
            || key.kind() != KeyKind::Ed25519
            || x25519::Recipient::from_str(recipient).is_err()
        {
            return Err(wrong());
        }
        key.verify(&note)?.ok_or(NoteError::Unsigned)?;
        let (recipient, person) = ((*recipient).to_owned(), (*person).to_owned());
        Ok(Self { note, key, recipient, person })
    }

    /// The key that the officer signs with.
    pub fn key(&self) -> &Verifier {
        &self.key
    }

    /// What shares are sealed to, as age writes it.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// What the reserve knows the person by.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// Whether the holder of another card vouches for this one.
    ///
    /// Errors: [`OfficerError::Note`] where a signature is there and does not hold.
    pub fn is_vouched_by(&self, other: &Self) -> Result<bool, OfficerError> {
        Ok(other.key != self.key && other.key.verify(&self.note)?.is_some())
    }

    /// Seals a share to the officer.
    ///
    /// Errors: [`OfficerError::Form`], which does not happen: the recipient was read before.
    pub fn seal(&self, share: &Share) -> Result<Vec<u8>, OfficerError> {
        seal(&self.recipient, share)
    }
}

/// Seals a share to an age recipient, such as the one-time key of a request.
///
/// Errors: [`OfficerError::Form`] where it is none.
pub fn seal(recipient: &str, share: &Share) -> Result<Vec<u8>, OfficerError> {
    let wrong = || OfficerError::Form { what: "recipient" };
    let recipient = x25519::Recipient::from_str(recipient).map_err(|_error| wrong())?;
    age::encrypt(&recipient, share.bytes()).map_err(|_error| wrong())
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.note)
    }
}

const SECRET_HEAD: &str = "reedbed-officer/v1";
const CARD_HEAD: &str = "reedbed-card/v1";

//! Officers: a key that signs, and an identity that shares are sealed to.
//!
//! The card of an officer is a signed note (C2SP signed-note): who has it can seal shares to the officer
//! and check what they signed. Its own signature shows that the key is theirs; those of other officers
//! vouch that the person is who they say and has no other key. Shares are sealed with age: to a key of
//! Reedbed's own making (C2SP age, X25519), or to one that a plugin speaks for ([`crate::plugin`]).

use std::fmt;
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use reedbed_ledger::note::{KeyKind, Note, NoteError, Signer, Verifier};
use zeroize::Zeroizing;

use crate::plugin::{self, Failure, PluginError, Plugins};
use crate::request::is_plain;
use crate::shares::Share;

/// Why an officer's file or card cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfficerError {
    /// A passphrase would cost more than any honest file asks for.
    #[error("the file asks for more memory or time than Reedbed gives to a passphrase")]
    Effort,
    /// It is not written as one.
    #[error("it is no {what} of an officer")]
    Form {
        /// A card, or a secret file.
        what: &'static str,
    },
    /// A key or a signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A plugin's identity is not that of its recipient.
    #[error("the identity of the plugin does not open what is sealed to the recipient")]
    Pair,
    /// The passphrase is another one.
    #[error("the passphrase is not the right one, or the file was changed")]
    Passphrase,
    /// A plugin does not do its part.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// What was sealed was sealed to somebody else, or changed.
    #[error("it is not sealed to this officer, or was changed")]
    Sealed,
}

/// The secret part. `Debug` shows nothing of it.
pub struct Officer {
    signer: Signer,
    opener: Opener,
    person: String,
}

/// What opens the shares of an officer.
enum Opener {
    Key(x25519::Identity),
    Plugin(plugin::Identity, plugin::Recipient),
}

/// The public part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    note: Note,
    key: Verifier,
    recipient: Recipient,
    person: String,
}

/// What the shares of an officer are sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Recipient {
    /// An X25519 key, as age writes it.
    Key(String),
    Plugin(plugin::Recipient),
}

impl Officer {
    /// A new officer, whose keys bear a name: not the person's, since it goes into ledgers and copies.
    /// The mark of the person is what the reserve knows them by, such as a staff number: one mark is
    /// enrolled once.
    ///
    /// Errors: [`OfficerError::Note`] for a name that no key can have, and where the system gives no
    /// random bytes; [`OfficerError::Form`] for a mark that is not one plain line.
    pub fn generate(name: &str, person: &str) -> Result<Self, OfficerError> {
        Self::with_opener(name, person, Opener::Key(x25519::Identity::generate()))
    }

    /// A new officer whose shares are sealed to a plugin's recipient (`age1NAME1…`), and opened with the
    /// identity (`AGE-PLUGIN-NAME-1…`) that goes with it. The key that signs is made here.
    ///
    /// Errors: as of [`Self::generate`]; [`OfficerError::Form`] for a recipient or an identity that is
    /// none of a plugin; [`OfficerError::Pair`] where they are of two plugins.
    pub fn with_plugin(
        name: &str,
        person: &str,
        recipient: &str,
        identity: &str,
    ) -> Result<Self, OfficerError> {
        let wrong = |what| OfficerError::Form { what };
        let recipient = plugin::Recipient::read(recipient).ok_or(wrong("plugin's recipient"))?;
        let identity = plugin::Identity::read(identity).ok_or(wrong("plugin's identity"))?;
        if !identity.goes_with(&recipient) {
            return Err(OfficerError::Pair);
        }
        Self::with_opener(name, person, Opener::Plugin(identity, recipient))
    }

    fn with_opener(name: &str, person: &str, opener: Opener) -> Result<Self, OfficerError> {
        let signer = Signer::generate(name, KeyKind::Ed25519)?;
        if person.is_empty() || !is_plain(person) {
            return Err(OfficerError::Form { what: "mark" });
        }
        Ok(Self { signer, opener, person: person.to_owned() })
    }

    /// Seals something to the officer and opens it again: that this goes wrong is better found out
    /// before anything depends on it.
    ///
    /// Errors: [`OfficerError::Plugin`]; [`OfficerError::Pair`].
    pub fn try_out(&self, plugins: &Plugins) -> Result<(), OfficerError> {
        let share = Share::new(TRIAL.to_vec());
        let opened = self.open(&self.card()?.seal(&share, plugins)?, plugins);
        match opened {
            Ok(opened) if opened.bytes() == share.bytes() => Ok(()),
            Ok(_) | Err(OfficerError::Sealed) => Err(OfficerError::Pair),
            Err(error) => Err(error),
        }
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
        let opener = match identity.split_once(' ') {
            Some((identity, recipient)) => {
                let identity = plugin::Identity::read(identity).ok_or_else(wrong)?;
                Opener::Plugin(identity, plugin::Recipient::read(recipient).ok_or_else(wrong)?)
            }
            None => Opener::Key(x25519::Identity::from_str(identity).map_err(|_error| wrong())?),
        };
        Ok(Self { signer: Signer::read(signer)?, opener, person: (*person).to_owned() })
    }

    /// The secret part as text, to be kept by its owner alone.
    pub fn to_secret(&self) -> Zeroizing<String> {
        let (signer, person) = (self.signer.to_secret(), &self.person);
        let opener = Zeroizing::new(match &self.opener {
            Opener::Key(identity) => identity.to_string().expose_secret().to_owned(),
            Opener::Plugin(identity, recipient) => {
                format!("{} {}", identity.as_str(), recipient.as_str())
            }
        });
        Zeroizing::new(format!("{SECRET_HEAD}\n{signer}{}\n{person}\n", *opener))
    }

    /// The card, which nobody vouches for yet.
    ///
    /// Errors: none in practice: it is read back.
    pub fn card(&self) -> Result<Card, OfficerError> {
        let key = self.signer.verifier();
        let recipient = match &self.opener {
            Opener::Key(identity) => identity.to_public().to_string(),
            Opener::Plugin(_, recipient) => recipient.as_str().to_owned(),
        };
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
    /// Errors: [`OfficerError::Sealed`]; [`OfficerError::Plugin`].
    pub fn open(&self, sealed: &[u8], plugins: &Plugins) -> Result<Share, OfficerError> {
        let opened = match &self.opener {
            Opener::Key(identity) => {
                age::decrypt(identity, sealed).map_err(|_error| Failure::Other)
            }
            Opener::Plugin(identity, _) => identity.open(plugins, sealed),
        };
        opened.map(Share::new).map_err(|failure| or_plugin(failure, OfficerError::Sealed))
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
        let recipient = match x25519::Recipient::from_str(recipient) {
            Ok(_) => Recipient::Key((*recipient).to_owned()),
            Err(_) => Recipient::Plugin(plugin::Recipient::read(recipient).ok_or_else(wrong)?),
        };
        if !is_plain(person) || key.kind() != KeyKind::Ed25519 {
            return Err(wrong());
        }
        key.verify(&note)?.ok_or(NoteError::Unsigned)?;
        let person = (*person).to_owned();
        Ok(Self { note, key, recipient, person })
    }

    /// The key that the officer signs with.
    pub fn key(&self) -> &Verifier {
        &self.key
    }

    /// What shares are sealed to, as age writes it.
    pub fn recipient(&self) -> &str {
        match &self.recipient {
            Recipient::Key(text) => text,
            Recipient::Plugin(recipient) => recipient.as_str(),
        }
    }

    /// Looks whether the program is there that speaks for what shares are sealed to.
    ///
    /// Errors: [`PluginError::Missing`].
    pub fn check(&self, plugins: &Plugins) -> Result<(), PluginError> {
        match &self.recipient {
            Recipient::Key(_) => Ok(()),
            Recipient::Plugin(recipient) => recipient.check(plugins),
        }
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
    /// Errors: [`OfficerError::Plugin`]; [`OfficerError::Form`], which does not happen: the recipient was
    /// read before.
    pub fn seal(&self, share: &Share, plugins: &Plugins) -> Result<Vec<u8>, OfficerError> {
        match &self.recipient {
            Recipient::Key(recipient) => seal(recipient, share),
            Recipient::Plugin(recipient) => {
                let wrong = OfficerError::Form { what: "recipient" };
                let sealed = recipient.seal(plugins, share.bytes());
                sealed.map_err(|failure| or_plugin(failure, wrong))
            }
        }
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

fn or_plugin(failure: Failure, other: OfficerError) -> OfficerError {
    match failure {
        Failure::Plugin(error) => OfficerError::Plugin(error),
        Failure::Other => other,
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.note)
    }
}

const SECRET_HEAD: &str = "reedbed-officer/v1";
const CARD_HEAD: &str = "reedbed-card/v1";
const TRIAL: &[u8] = b"reedbed tries a plugin out";

//! What happened in a vault, as signed texts, and what follows from it.
//!
//! Each event is a text whose digest an entry of the ledger commits to; a book that is read again from
//! the texts is the same book. Signatures are checked here, and what they mean by
//! [`people`](crate::people).

use std::collections::BTreeMap;

use reedbed_ledger::note::{Note, NoteError, Signer, Verifier};

use crate::officer::{Card, Officer, OfficerError};
use crate::people::{Account, Asking, Digest, Event, Person, Refused, RequestId, World};
use crate::request::{Approved, RequestError};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The vault was founded: how many people must agree, and how many seconds a request lies.
    Found {
        /// How many.
        needed: usize,
        /// How long.
        ///
        /// Units: seconds.
        delay: u64,
    },
    /// A card was enrolled.
    Enrol(Card),
    /// An officer is one no longer.
    Revoke(Decision),
    /// Something was asked for.
    Ask(Approved),
    /// Officers approved.
    Approve(Approved),
    /// An officer stopped a request.
    Cancel(Decision),
    /// What was asked for was done.
    Do(Digest),
    /// Data came in: the manifest of a dataset.
    Import(String),
}

/// A short text that officers signed: which card is revoked, or which request is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The key of an officer, or the digest of a request in hexadecimal digits.
    pub about: String,
    note: Note,
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// It is not written as an event.
    #[error("it is no event: {reason}")]
    Form {
        /// What is wrong.
        reason: &'static str,
    },
    /// People may not do that.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A request is none.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A card is none.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// A signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A request is not signed by the officer who is said to ask.
    #[error("the request is not signed by the officer who it says asks for it")]
    NotTheirs,
    /// The vault was founded before.
    #[error("what holds for the vault was settled when it was founded")]
    Founded,
    /// The version is there.
    #[error("this version of the dataset is there already")]
    KnownVersion,
}

impl Decision {
    /// A decision that nobody signed yet.
    fn new(head: &str, about: &str) -> Self {
        let text = format!("{head}\n{about}\n");
        Self { about: about.to_owned(), note: Note { text, signatures: Vec::new() } }
    }

    /// That an officer is one no longer.
    pub fn to_revoke(key: &Verifier) -> Self {
        Self::new(REVOKE, &key.to_string())
    }

    /// That a request is stopped.
    pub fn to_cancel(digest: &Digest) -> Self {
        Self::new(CANCEL, &hex(digest))
    }

    /// Signs it.
    pub fn sign(&mut self, signer: &Signer) {
        let signature = signer.sign(&self.note.text, 0);
        if !self.note.signatures.contains(&signature) {
            self.note.signatures.push(signature);
        }
    }

    /// Reads a decision that somebody signed.
    ///
    /// Errors: [`BookError`].
    pub fn read(text: &str) -> Result<Self, BookError> {
        let note = Note::read(text)?;
        let mut lines = note.text.lines();
        let (Some(REVOKE | CANCEL), Some(about), None) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(BookError::Form { reason: "it is no decision of officers" });
        };
        Ok(Self { about: about.to_owned(), note })
    }

    /// As a file.
    pub fn to_text(&self) -> String {
        self.note.to_string()
    }
}

/// A manifest as it came in: its name, its version, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// The manifest.
    pub manifest: String,
}

/// All that happened, and what follows.
#[derive(Debug, Clone)]
pub struct Book {
    world: World,
    /// Seconds that a request lies, once the vault is founded.
    delay: Option<u64>,
    /// By account; people have the number of the first account that bore their mark.
    cards: Vec<Card>,
    marks: Vec<String>,
    requests: BTreeMap<Digest, (RequestId, Approved)>,
    datasets: Vec<Dataset>,
}

impl Book {
    /// An empty book, in which so many people must approve.
    pub fn new(needed: usize) -> Self {
        let (cards, marks) = (Vec::new(), Vec::new());
        let (requests, datasets) = (BTreeMap::new(), Vec::new());
        Self { world: World::new(needed), delay: None, cards, marks, requests, datasets }
    }

    /// Lets something happen at a time in seconds since 1970.
    ///
    /// Errors: [`BookError`]; nothing has happened then.
    pub fn happen(&mut self, deed: &Deed, now: u64) -> Result<(), BookError> {
        let mut next = self.clone();
        next.take(deed, now)?;
        *self = next;
        Ok(())
    }

    fn take(&mut self, deed: &Deed, now: u64) -> Result<(), BookError> {
        match deed {
            Deed::Found { needed, delay } => {
                if self.delay.is_some() || !self.cards.is_empty() {
                    return Err(BookError::Founded);
                }
                self.world = World::new(*needed);
                self.delay = Some(*delay);
            }
            Deed::Enrol(card) => {
                let account = self.account_of(card.key()).unwrap_or_else(|| self.next_account());
                let by = self.vouchers(card)?;
                let person = self.person(card.person());
                self.world.happen(&Event::Enrol { account, person, by }, now)?;
                self.cards.push(card.clone());
            }
            Deed::Revoke(decision) => {
                let key = Verifier::read(&decision.about)?;
                let account = self.account_of(&key).ok_or(Refused::NoOfficer)?;
                let by = self.signers(&decision.note)?;
                self.world.happen(&Event::Revoke { account, by }, now)?;
            }
            Deed::Ask(request) => {
                let (asked, digest) = (request.request(), request.digest());
                if asked.delay < self.delay.unwrap_or(0) {
                    return Err(Refused::TooEarly.into());
                }
                if self.requests.contains_key(&digest) {
                    return Err(Refused::KnownRequest.into());
                }
                // Who asks is an officer and signs it, so that nobody asks under another's mark to
                // approve it under their own.
                let by = request.by(self.officers())?;
                let is_own = |card: &&Card| {
                    by.contains(&card.key()) && mark(card.person()) == mark(&asked.by)
                };
                if by.len() != 1 || !self.officers().iter().any(is_own) {
                    return Err(BookError::NotTheirs);
                }
                let asking = Asking {
                    digest,
                    action: asked.action,
                    by: self.person(&asked.by),
                    beneficiary: Some(self.person(&asked.beneficiary)),
                    delay: asked.delay,
                    expires: asked.expires,
                    is_bulk: asked.is_bulk,
                };
                let id = RequestId(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
                self.world.happen(&Event::Ask { id, asking }, now)?;
                // Approvals come one by one, each as an event.
                let bare = Approved::new(asked.clone())?;
                self.requests.insert(digest, (id, bare));
            }
            Deed::Approve(approved) => {
                let digest = approved.digest();
                let (id, _) = self.requests.get(&digest).ok_or(Refused::Edited)?;
                let id = *id;
                let by: Vec<Verifier> = approved.by(&self.cards)?.into_iter().cloned().collect();
                if by.is_empty() {
                    return Err(NoteError::Unsigned.into());
                }
                for key in by {
                    let by = self.account_of(&key).ok_or(Refused::NoOfficer)?;
                    self.world.happen(&Event::Approve { id, digest, by }, now)?;
                }
                if let Some((_, held)) = self.requests.get_mut(&digest) {
                    held.merge(approved);
                }
            }
            Deed::Cancel(decision) => {
                let digest = unhex(&decision.about).ok_or(Refused::NoRequest)?;
                let id = self.requests.get(&digest).ok_or(Refused::NoRequest)?.0;
                let by = self.signers(&decision.note)?;
                let by = *by.first().ok_or(Refused::NoOfficer)?;
                self.world.happen(&Event::Cancel { id, by }, now)?;
            }
            Deed::Do(digest) => {
                let id = self.requests.get(digest).ok_or(Refused::NoRequest)?.0;
                self.world.happen(&Event::Do { id, digest: *digest }, now)?;
            }
            Deed::Import(manifest) => {
                let dataset = read_manifest(manifest)?;
                let before = self.datasets.iter().filter(|held| held.name == dataset.name);
                if before.map(|held| held.version).max().unwrap_or(0) + 1 != dataset.version {
                    return Err(BookError::KnownVersion);
                }
                self.datasets.push(dataset);
            }
        }
        Ok(())
    }

    fn next_account(&self) -> Account {
        Account(u32::try_from(self.cards.len()).unwrap_or(u32::MAX))
    }

    fn account_of(&self, key: &Verifier) -> Option<Account> {
        let at = self.cards.iter().position(|card| card.key() == key)?;
        Some(Account(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// The person of a mark; the same mark is the same person, however it is written.
    fn person(&mut self, text: &str) -> Person {
        let mark = mark(text);
        let at = self.marks.iter().position(|known| *known == mark).unwrap_or_else(|| {
            self.marks.push(mark);
            self.marks.len() - 1
        });
        Person(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Officers of now who vouch for a card.
    fn vouchers(&self, card: &Card) -> Result<Vec<Account>, BookError> {
        let mut by = Vec::new();
        for (account, other) in self.active() {
            if card.is_vouched_by(other)? {
                by.push(account);
            }
        }
        Ok(by)
    }

    /// Officers of now who signed a note.
    fn signers(&self, note: &Note) -> Result<Vec<Account>, BookError> {
        let mut by = Vec::new();
        for (account, card) in self.active() {
            if card.key().verify(note)?.is_some() {
                by.push(account);
            }
        }
        Ok(by)
    }

    fn active(&self) -> impl Iterator<Item = (Account, &Card)> {
        let active = self.world.officers().filter(|(_, officer)| officer.is_active);
        active.filter_map(|(account, _)| {
            let at = usize::try_from(account.0).ok()?;
            Some((account, self.cards.get(at)?))
        })
    }

    /// The cards of those who are officers now.
    pub fn officers(&self) -> Vec<&Card> {
        self.active().map(|(_, card)| card).collect()
    }

    /// How many people must approve what is not bulk.
    pub fn needed(&self) -> usize {
        self.world.needed()
    }

    /// Seconds that a request lies; nothing before the vault is founded.
    pub fn delay(&self) -> Option<u64> {
        self.delay
    }

    /// A request with its approvals, by its digest.
    pub fn request(&self, digest: &Digest) -> Option<&Approved> {
        self.requests.get(digest).map(|(_, request)| request)
    }

    /// How many people still have to approve a request.
    ///
    /// Errors: [`Refused::NoRequest`].
    pub fn missing(&self, digest: &Digest) -> Result<usize, Refused> {
        let (id, _) = self.requests.get(digest).ok_or(Refused::NoRequest)?;
        self.world.missing(*id)
    }

    /// All versions of all datasets.
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }
}

impl Deed {
    /// The text of the event, with its time.
    pub fn to_text(&self, at: u64) -> String {
        let (kind, body) = match self {
            Self::Found { needed, delay } => ("found", format!("needed {needed}\ndelay {delay}\n")),
            Self::Enrol(card) => ("enrol", card.to_string()),
            Self::Revoke(decision) => ("revoke", decision.to_text()),
            Self::Ask(request) => ("ask", request.to_text()),
            Self::Approve(request) => ("approve", request.to_text()),
            Self::Cancel(decision) => ("cancel", decision.to_text()),
            Self::Do(digest) => ("do", format!("{}\n", hex(digest))),
            Self::Import(manifest) => ("import", manifest.clone()),
        };
        format!("{HEAD}\nat {at}\n{kind}\n\n{body}")
    }

    /// Reads the text of an event; gives its time too.
    ///
    /// Errors: [`BookError`].
    pub fn read(text: &str) -> Result<(Self, u64), BookError> {
        let wrong = |reason| BookError::Form { reason };
        let (head, body) = text.split_once("\n\n").ok_or(wrong("it has no body"))?;
        let lines: Vec<&str> = head.lines().collect();
        let [HEAD, at, kind] = lines.as_slice() else { return Err(wrong("its head is another")) };
        let at = at.strip_prefix("at ").and_then(|at| at.parse().ok());
        let at = at.ok_or(wrong("it has no time"))?;
        let deed = match *kind {
            "found" => read_found(body).ok_or(wrong("it does not say what holds"))?,
            "enrol" => Self::Enrol(Card::read(body)?),
            "revoke" => Self::Revoke(Decision::read(body)?),
            "ask" => Self::Ask(Approved::read(body)?),
            "approve" => Self::Approve(Approved::read(body)?),
            "cancel" => Self::Cancel(Decision::read(body)?),
            "do" => Self::Do(unhex(body.trim_end()).ok_or(wrong("it names no request"))?),
            "import" => Self::Import(body.to_owned()),
            _ => return Err(wrong("its kind is not known")),
        };
        if deed.to_text(at) == text {
            Ok((deed, at))
        } else {
            Err(wrong("it is written otherwise"))
        }
    }
}

/// An officer says that a person is an officer no longer, or that a request is stopped.
pub fn decide(mut decision: Decision, by: &Officer) -> Decision {
    decision.sign(by.signer());
    decision
}

fn read_found(body: &str) -> Option<Deed> {
    let mut lines = body.lines();
    let needed = lines.next()?.strip_prefix("needed ")?.parse().ok()?;
    let delay = lines.next()?.strip_prefix("delay ")?.parse().ok()?;
    Some(Deed::Found { needed, delay })
}

/// A mark of a person as it is compared.
fn mark(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn read_manifest(manifest: &str) -> Result<Dataset, BookError> {
    let wrong = BookError::Form { reason: "it is no manifest of a dataset" };
    let mut lines = manifest.lines();
    let head = lines.next() == Some("reedbed-dataset/v1");
    let name = lines.next().and_then(|line| line.strip_prefix("dataset "));
    let version = lines.next().and_then(|line| line.strip_prefix("version ")?.parse().ok());
    match (head, name, version) {
        (true, Some(name), Some(version)) => {
            Ok(Dataset { name: name.to_owned(), version, manifest: manifest.to_owned() })
        }
        _ => Err(wrong),
    }
}

/// A digest in hexadecimal digits.
pub fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] wrote.
pub fn unhex(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

const HEAD: &str = "reedbed-event/v1";
const REVOKE: &str = "reedbed-revocation/v1";
const CANCEL: &str = "reedbed-cancellation/v1";

//! The texts of what happens in a vault: each is signed by those who decide it, and an entry of the
//! ledger commits to it.

use reedbed_ledger::note::{Note, Signer, Verifier};

use crate::book::BookError;
use crate::officer::{Card, Officer};
use crate::people::{Digest, Limits};
use crate::request::Approved;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The vault was founded.
    Found(Founding),
    /// A card was enrolled.
    Enrol(Card),
    /// An officer is one no longer.
    Revoke(Decision),
    /// A set of rules, with what belongs to it, may be used.
    Rules(Decision),
    /// Something was asked for.
    Ask(Approved),
    /// An officer approved.
    Approve(Approved),
    /// An officer stopped a request.
    Cancel(Decision),
    /// What was asked for was done; a release names the digest of its package.
    Do {
        /// The request.
        request: Digest,
        /// The package, where there is one.
        package: Option<Digest>,
    },
    /// An officer took something of the partner level at once.
    Break(Approved),
    /// Others have looked at that.
    Review(Decision),
    /// Data came in: the manifest of a version of a dataset.
    Import(String),
    /// The keys of a dataset were destroyed.
    Shred(Decision),
    /// The keys of an exact level were shared anew.
    Reshare(Reshared),
}

/// What the shares of an exact level must be since they were made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reshared {
    /// The request by which it was done.
    pub request: Digest,
    /// The dataset.
    pub dataset: String,
    /// The version that the exact files came in with.
    pub exact: u32,
    /// What the shares must be, as lines that only their writer reads.
    pub shares: String,
}

/// What holds for a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    /// How many people must agree, and how much they may ask for.
    pub limits: Limits,
    /// How long a request lies.
    ///
    /// Units: seconds.
    pub delay: u64,
    /// Divisions by five between the public cell and the floor, below which nothing leaves.
    pub step: u8,
    /// From how many rows on a request is bulk, so that one person more must agree.
    pub bulk: u64,
}

impl Founding {
    /// Two people at least, a day, the first step, and no limits but those.
    pub fn of(needed: usize) -> Self {
        Self { limits: Limits::of(needed), delay: 86_400, step: 1, bulk: u64::MAX }
    }
}

/// A short text that officers signed: which card is revoked, or which request is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The key of an officer, or the digest of a request in hexadecimal digits.
    pub about: String,
    /// The vault in which it holds, by the name of its ledger.
    pub vault: String,
    pub(crate) note: Note,
}

impl Decision {
    /// A decision that nobody signed yet.
    fn new(head: &str, vault: &str, about: &str) -> Self {
        let text = format!("{head}\nvault {vault}\n{about}\n");
        let (vault, about) = (vault.to_owned(), about.to_owned());
        Self { about, vault, note: Note { text, signatures: Vec::new() } }
    }

    /// That an officer is one no longer.
    pub fn to_revoke(vault: &str, key: &Verifier) -> Self {
        Self::new(REVOKE, vault, &key.to_string())
    }

    /// That rules may be used, by their digest.
    pub fn to_use(vault: &str, rules: &Digest) -> Self {
        Self::new(RULES, vault, &hex(rules))
    }

    /// That what was taken at once was looked at.
    pub fn to_review(vault: &str, digest: &Digest) -> Self {
        Self::new(REVIEW, vault, &hex(digest))
    }

    /// That the keys of a dataset are to be destroyed, of all versions up to the newest.
    pub fn to_shred(vault: &str, dataset: &str, newest: u32) -> Self {
        Self::new(SHRED, vault, &format!("{dataset} {newest}"))
    }

    /// That a request is stopped.
    pub fn to_cancel(vault: &str, digest: &Digest) -> Self {
        Self::new(CANCEL, vault, &hex(digest))
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
        let (Some(REVOKE | CANCEL | RULES | REVIEW | SHRED), Some(vault), Some(about), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(BookError::Form { reason: "it is no decision of officers" });
        };
        let vault = vault.strip_prefix("vault ");
        let vault = vault.ok_or(BookError::Form { reason: "it names no vault" })?.to_owned();
        Ok(Self { about: about.to_owned(), vault, note })
    }

    /// As a file.
    pub fn to_text(&self) -> String {
        self.note.to_string()
    }

    /// Whether it is about what it is taken for: a signature under one thing is none under another.
    pub(crate) fn must_be(&self, head: &str, vault: &str) -> Result<(), BookError> {
        if self.vault != vault {
            return Err(BookError::OtherVault);
        }
        if self.note.text.lines().next() == Some(head) {
            Ok(())
        } else {
            Err(BookError::Form { reason: "it decides something else" })
        }
    }
}

impl Deed {
    /// The text of the event, with its time.
    pub fn to_text(&self, at: u64) -> String {
        let (kind, body) = match self {
            Self::Found(founding) => ("found", founding_text(founding)),
            Self::Enrol(card) => ("enrol", card.to_string()),
            Self::Revoke(decision) => ("revoke", decision.to_text()),
            Self::Rules(decision) => ("rules", decision.to_text()),
            Self::Ask(request) => ("ask", request.to_text()),
            Self::Approve(request) => ("approve", request.to_text()),
            Self::Cancel(decision) => ("cancel", decision.to_text()),
            Self::Do { request, package } => {
                let package = package.as_ref().map_or_else(|| "none".to_owned(), hex);
                ("do", format!("{}\n{package}\n", hex(request)))
            }
            Self::Break(request) => ("break", request.to_text()),
            Self::Review(decision) => ("review", decision.to_text()),
            Self::Import(manifest) => ("import", manifest.clone()),
            Self::Shred(decision) => ("shred", decision.to_text()),
            Self::Reshare(Reshared { request, dataset, exact, shares }) => {
                ("reshare", format!("{}\n{dataset}\n{exact}\n{shares}", hex(request)))
            }
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
            "found" => Self::Found(read_found(body).ok_or(wrong("it does not say what holds"))?),
            "enrol" => Self::Enrol(Card::read(body)?),
            "revoke" => Self::Revoke(Decision::read(body)?),
            "rules" => Self::Rules(Decision::read(body)?),
            "ask" => Self::Ask(Approved::read(body)?),
            "approve" => Self::Approve(Approved::read(body)?),
            "cancel" => Self::Cancel(Decision::read(body)?),
            "do" => read_do(body).ok_or(wrong("it names no request"))?,
            "break" => Self::Break(Approved::read(body)?),
            "review" => Self::Review(Decision::read(body)?),
            "import" => Self::Import(body.to_owned()),
            "shred" => Self::Shred(Decision::read(body)?),
            "reshare" => read_reshared(body).ok_or(wrong("it shares nothing anew"))?,
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

fn founding_text(founding: &Founding) -> String {
    let Founding { limits, delay, step, bulk } = founding;
    format!(
        "needed {}\nof-person {}\nof-dataset {}\ndelay {delay}\nstep {step}\nbulk {bulk}\n",
        limits.needed, limits.of_person, limits.of_dataset
    )
}

fn read_found(body: &str) -> Option<Founding> {
    let mut lines = body.lines();
    let mut number = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let limits = Limits {
        needed: number("needed")?.parse().ok()?,
        of_person: number("of-person")?.parse().ok()?,
        of_dataset: number("of-dataset")?.parse().ok()?,
    };
    let (delay, step) = (number("delay")?.parse().ok()?, number("step")?.parse().ok()?);
    Some(Founding { limits, delay, step, bulk: number("bulk")?.parse().ok()? })
}

fn read_reshared(body: &str) -> Option<Deed> {
    let mut parts = body.splitn(4, '\n');
    let (request, dataset) = (unhex(parts.next()?)?, parts.next()?.to_owned());
    let (exact, shares) = (parts.next()?.parse().ok()?, parts.next()?.to_owned());
    Some(Deed::Reshare(Reshared { request, dataset, exact, shares }))
}

fn read_do(body: &str) -> Option<Deed> {
    let lines: Vec<&str> = body.lines().collect();
    let [request, package] = lines.as_slice() else { return None };
    let package = if *package == "none" { None } else { Some(unhex(package)?) };
    Some(Deed::Do { request: unhex(request)?, package })
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
pub(crate) const REVOKE: &str = "reedbed-revocation/v1";
pub(crate) const CANCEL: &str = "reedbed-cancellation/v1";
pub(crate) const RULES: &str = "reedbed-rules/v1";
pub(crate) const REVIEW: &str = "reedbed-review/v1";
pub(crate) const SHRED: &str = "reedbed-shredding/v1";

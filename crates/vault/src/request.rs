//! Requests: the bytes that officers are shown, and sign.
//!
//! A request is the text of a signed note (C2SP signed-note); approvals are signatures of it. It is
//! written in one way only, so that whoever changes a byte has another request.

use std::fmt::Write as _;

use reedbed_ledger::note::{Note, NoteError, Verifier};
use sha2::{Digest as _, Sha256};

use crate::officer::{Card, Officer};
use crate::people::{Action, Digest};

/// Why a request cannot be read or approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It is not written as one.
    #[error("it is no request: {reason}")]
    Form {
        /// What is wrong.
        reason: &'static str,
    },
    /// A signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// 16 random bytes: two requests for the same are two.
    pub id: [u8; 16],
    /// In which vault, by the name of its ledger.
    pub vault: String,
    /// What is to be done.
    pub action: Action,
    /// Of which data.
    pub dataset: String,
    /// Which rows, in words or as a digest of a list.
    pub rows: String,
    /// Which columns, one after the other.
    pub columns: Vec<String>,
    /// How finely.
    pub precision: String,
    /// What for.
    pub purpose: String,
    /// Who asks: the mark of an officer, who signs the request.
    pub by: String,
    /// Who gains by it.
    pub beneficiary: String,
    /// What shares are sealed to: an age recipient that was made for this request.
    pub recipient: String,
    /// When it was made, in seconds since 1970.
    pub made: u64,
    /// How long it must lie.
    ///
    /// Units: seconds.
    pub delay: u64,
    /// When it lapses, in seconds since 1970.
    pub expires: u64,
    /// Whether so much is asked for that one person more must approve.
    pub is_bulk: bool,
}

impl Request {
    /// The bytes that are signed.
    ///
    /// Errors: [`RequestError::Form`] for values with line breaks or other control characters, or with
    /// signs that turn the direction of writing: what is read would not be what is signed.
    pub fn to_text(&self) -> Result<String, RequestError> {
        if !is_plain(&self.vault) {
            return Err(wrong("a value has signs that are not to be seen"));
        }
        let (id, action) = (hex(&self.id), word(self.action));
        let mut text = format!("{HEAD}\nid {id}\nvault {}\naction {action}\n", self.vault);
        let columns = self.columns.join(",");
        for (name, value) in [
            ("dataset", &self.dataset),
            ("rows", &self.rows),
            ("columns", &columns),
            ("precision", &self.precision),
            ("purpose", &self.purpose),
            ("by", &self.by),
            ("beneficiary", &self.beneficiary),
            ("recipient", &self.recipient),
        ] {
            if !is_plain(value) {
                return Err(wrong("a value has signs that are not to be seen"));
            }
            // What officers are shown must be read.
            let most = if name == "columns" { MOST_COLUMNS } else { MOST };
            if value.chars().count() > most {
                return Err(wrong("a value is too long to be read by those who approve it"));
            }
            let _ = writeln!(text, "{name} {value}");
        }
        if self.columns.iter().any(|column| column.is_empty() || column.contains(',')) {
            return Err(wrong("a column has no name, or one with a comma"));
        }
        let _ =
            writeln!(text, "made {}\ndelay {}\nexpires {}", self.made, self.delay, self.expires);
        let _ = writeln!(text, "bulk {}", if self.is_bulk { "yes" } else { "no" });
        Ok(text)
    }

    /// Reads the bytes; whatever is written otherwise than [`Self::to_text`] writes it is refused.
    ///
    /// Errors: [`RequestError`].
    pub fn read(text: &str) -> Result<Self, RequestError> {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(wrong("its first line is not that of a request"));
        }
        let mut value = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.ok_or(wrong("a line is missing"))
        };
        let id = unhex(value("id")?).ok_or(wrong("its id is none"))?;
        let vault = value("vault")?.to_owned();
        let action = action(value("action")?).ok_or(wrong("it asks for nothing that is known"))?;
        let mut text_of = |name: &str| value(name).map(str::to_owned);
        let (dataset, rows) = (text_of("dataset")?, text_of("rows")?);
        let columns = text_of("columns")?;
        let columns = if columns.is_empty() {
            Vec::new()
        } else {
            columns.split(',').map(str::to_owned).collect()
        };
        let (precision, purpose) = (text_of("precision")?, text_of("purpose")?);
        let (by, beneficiary) = (text_of("by")?, text_of("beneficiary")?);
        let recipient = text_of("recipient")?;
        let mut number =
            |name: &str| text_of(name)?.parse().map_err(|_error| wrong("a number is none"));
        let (made, delay, expires) = (number("made")?, number("delay")?, number("expires")?);
        let is_bulk = match value("bulk")? {
            "yes" => true,
            "no" => false,
            _ => return Err(wrong("it does not say whether it is bulk")),
        };
        let request = Self {
            id,
            vault,
            action,
            dataset,
            rows,
            columns,
            precision,
            purpose,
            by,
            beneficiary,
            recipient,
            made,
            delay,
            expires,
            is_bulk,
        };
        if request.to_text()? == text {
            Ok(request)
        } else {
            Err(wrong("it is not written as one"))
        }
    }
}

/// A request with the approvals that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    request: Request,
    note: Note,
}

impl Approved {
    /// A request that nobody approved yet.
    ///
    /// Errors: [`RequestError::Form`].
    pub fn new(request: Request) -> Result<Self, RequestError> {
        let text = request.to_text()?;
        Ok(Self { request, note: Note { text, signatures: Vec::new() } })
    }

    /// Reads a file: the bytes of a request, and the signatures behind them, if there are any.
    ///
    /// Errors: [`RequestError`].
    pub fn read(text: &str) -> Result<Self, RequestError> {
        // Without a signature it is no signed note yet.
        if let Ok(request) = Request::read(text) {
            return Self::new(request);
        }
        let note = Note::read(text)?;
        Ok(Self { request: Request::read(&note.text)?, note })
    }

    /// What is asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The digest of the bytes.
    pub fn digest(&self) -> Digest {
        Sha256::digest(self.note.text.as_bytes()).into()
    }

    /// Signs these bytes: whoever asks does, and whoever approves.
    pub fn sign(&mut self, officer: &Officer) {
        let signature = officer.signer().sign(&self.note.text, 0);
        if !self.note.signatures.contains(&signature) {
            self.note.signatures.push(signature);
        }
    }

    /// Takes approvals of the same bytes along; gives whether they are of the same.
    pub fn merge(&mut self, other: &Self) -> bool {
        if other.note.text != self.note.text {
            return false;
        }
        for signature in &other.note.signatures {
            if !self.note.signatures.contains(signature) {
                self.note.signatures.push(signature.clone());
            }
        }
        true
    }

    /// Which of some officers signed.
    ///
    /// Errors: [`RequestError::Note`] where a signature by one of them does not hold.
    pub fn by<'c>(
        &self,
        cards: impl IntoIterator<Item = &'c Card>,
    ) -> Result<Vec<&'c Verifier>, RequestError> {
        let mut found = Vec::new();
        for card in cards {
            if card.key().verify(&self.note)?.is_some() {
                found.push(card.key());
            }
        }
        Ok(found)
    }

    /// Whether a key signed these bytes.
    ///
    /// Errors: [`RequestError::Note`] where a signature by it does not hold.
    pub fn is_by(&self, key: &Verifier) -> Result<bool, RequestError> {
        Ok(key.verify(&self.note)?.is_some())
    }

    /// As a file.
    pub fn to_text(&self) -> String {
        if self.note.signatures.is_empty() { self.note.text.clone() } else { self.note.to_string() }
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Finer => "finer",
        Action::Release => "release",
        Action::Unseal => "unseal",
        Action::Reshare => "reshare",
        Action::Emergency => "emergency",
    }
}

fn action(word: &str) -> Option<Action> {
    match word {
        "finer" => Some(Action::Finer),
        "release" => Some(Action::Release),
        "unseal" => Some(Action::Unseal),
        "reshare" => Some(Action::Reshare),
        "emergency" => Some(Action::Emergency),
        _ => None,
    }
}

/// Whether what is seen is what is there.
pub(crate) fn is_plain(value: &str) -> bool {
    !value.contains(is_hidden) && value.trim() == value
}

/// Whether a sign is not seen, or does something to a terminal.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{61C}' | '\u{AD}')
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn wrong(reason: &'static str) -> RequestError {
    RequestError::Form { reason }
}

const HEAD: &str = "reedbed-request/v1";
/// Characters of a value, and of all columns together.
const MOST: usize = 1_000;
const MOST_COLUMNS: usize = 20_000;

//! What an entry of Reedbed's log says, in public: the kind of a decision, its day, classes, and
//! commitments. Names, places, species, counts and free text it cannot hold.
//!
//! All entries are [`LENGTH`] bytes of text, whatever they say. `docs/ledger-format.md` describes them
//! for those who write a verifier of their own.

use std::fmt::Write as _;

use crate::hash::Hash;
use crate::random;

/// Why an entry cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the entry is not one of Reedbed's: {reason}")]
pub struct EntryError {
    /// What is wrong.
    pub reason: &'static str,
}

/// A class of which the format knows all values.
macro_rules! class {
    ($(#[$about:meta])* $name:ident: $($(#[$of:meta])* $value:ident = $word:literal,)+) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$of])* $value,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$value,)+];

            /// The word of the format.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }

            /// Reads the word of the format.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

class! {
    /// What happened.
    Kind:
    /// An agreement was made or changed.
    Agreement = "agreement",
    /// Something was approved.
    Approval = "approval",
    /// Data were unsealed in an emergency.
    BreakGlass = "break-glass",
    /// A key was made, changed or destroyed.
    Key = "key",
    /// An officer was named or dismissed.
    Officer = "officer",
    /// A permit was given or changed.
    Permit = "permit",
    /// The rules changed.
    Policy = "policy",
    /// A release was refused.
    Refusal = "refusal",
    /// A copy was handed over.
    Release = "release",
    /// A right was revoked.
    Revocation = "revocation",
    /// A copy was called back.
    Withdrawal = "withdrawal",
    /// The witnesses changed.
    Witness = "witness",
}

impl Kind {
    /// Whether what such an entry commits to must always remain to be shown.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Officer | Self::Revocation | Self::Agreement)
    }
}

class! {
    /// What something is for.
    Purpose:
    /// The running of the log and the house itself.
    Administration = "administration",
    /// Conservation and management.
    Conservation = "conservation",
    /// Education.
    Education = "education",
    /// Enforcement of the law.
    Enforcement = "enforcement",
    /// Something else.
    Other = "other",
    /// Publication for everybody.
    Publication = "publication",
    /// Research.
    Research = "research",
}

class! {
    /// How finely protected places are told.
    Precision:
    /// As they are held.
    Exact = "exact",
    /// Squares of some hundred metres.
    Hundreds = "100m",
    /// Squares of some kilometres.
    Kilometres = "1km",
    /// Squares of ten kilometres and more.
    Tens = "10km",
    /// Not at all, or it does not matter.
    None = "none",
}

class! {
    /// How many records.
    Count:
    /// It does not matter.
    None = "none",
    /// Fewer than 100, also fewer than 5.
    Tens = "below-100",
    /// 100 to 9,999.
    Thousands = "below-10000",
    /// 10,000 to 999,999.
    Millions = "below-1000000",
    /// More.
    More = "from-1000000",
}

impl Count {
    /// The class of a number.
    pub fn class(number: u64) -> Self {
        match number {
            0..100 => Self::Tens,
            100..10_000 => Self::Thousands,
            10_000..1_000_000 => Self::Millions,
            _ => Self::More,
        }
    }
}

/// What an entry commits to, in the order in which it stands there. Every entry has all of them: where
/// there is nothing to commit to, the commitment is of nothing.
pub const FIELDS: [&str; 5] = ["dataset", "recipient", "package", "approver-1", "approver-2"];
/// The length of every entry.
///
/// Units: bytes.
pub const LENGTH: usize = 768;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub kind: Kind,
    /// When, as `YYYY-MM-DD`.
    pub day: String,
    /// Random, and the same for nothing else.
    pub id: [u8; 16],
    /// The digest of the rules that held.
    pub policy: Hash,
    /// What for.
    pub purpose: Purpose,
    /// How finely.
    pub precision: Precision,
    /// How many.
    pub count: Count,
    /// To each of [`FIELDS`] a commitment.
    pub commitments: [Hash; 5],
}

impl Entry {
    /// An id that no other entry has; nothing where the system gives no random bytes.
    pub fn new_id() -> Option<[u8; 16]> {
        random::bytes()
    }

    /// The id as hexadecimal digits.
    pub fn id_text(&self) -> String {
        self.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Writes the entry.
    ///
    /// Errors: [`EntryError`] for a day that is none.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        if !is_day(&self.day) {
            return Err(EntryError { reason: "its day is none" });
        }
        let mut text = format!(
            "{HEAD}\nkind {}\nday {}\nid {}\npolicy {}\npurpose {}\nprecision {}\ncount {}\n",
            self.kind.word(),
            self.day,
            self.id_text(),
            self.policy.to_hex(),
            self.purpose.word(),
            self.precision.word(),
            self.count.word(),
        );
        for (field, commitment) in FIELDS.iter().zip(&self.commitments) {
            let _ = writeln!(text, "{field} {}", commitment.to_hex());
        }
        text.push_str("pad ");
        let missing = LENGTH.saturating_sub(text.len() + 1);
        text.extend(std::iter::repeat_n('.', missing));
        text.push('\n');
        Ok(text.into_bytes())
    }

    /// Reads an entry; whatever is written otherwise than [`Self::to_bytes`] writes it is refused.
    ///
    /// Errors: [`EntryError`].
    pub fn read(bytes: &[u8]) -> Result<Self, EntryError> {
        let wrong = |reason| EntryError { reason };
        let text = std::str::from_utf8(bytes).map_err(|_error| wrong("it is no text"))?;
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(wrong("its first line is not that of an entry"));
        }
        let mut value = |name: &str| {
            let line = lines.next()?;
            line.strip_prefix(name)?.strip_prefix(' ')
        };
        let kind = value("kind").and_then(Kind::of).ok_or_else(|| wrong("its kind is unknown"))?;
        let day = value("day").filter(|day| is_day(day)).ok_or_else(|| wrong("its day is none"))?;
        let id = value("id").and_then(unhex::<16>).ok_or_else(|| wrong("its id is none"))?;
        let policy = value("policy").and_then(unhex::<32>).map(Hash);
        let policy = policy.ok_or_else(|| wrong("its policy is no digest"))?;
        let purpose = value("purpose").and_then(Purpose::of);
        let purpose = purpose.ok_or_else(|| wrong("its purpose is unknown"))?;
        let precision = value("precision").and_then(Precision::of);
        let precision = precision.ok_or_else(|| wrong("its precision is unknown"))?;
        let count = value("count").and_then(Count::of);
        let count = count.ok_or_else(|| wrong("its count is unknown"))?;
        let mut commitments = [Hash([0; 32]); 5];
        for (field, commitment) in FIELDS.iter().zip(&mut commitments) {
            let read = value(field).and_then(unhex::<32>).map(Hash);
            *commitment = read.ok_or_else(|| wrong("a commitment is none"))?;
        }
        let day = day.to_owned();
        let entry = Self { kind, day, id, policy, purpose, precision, count, commitments };
        if entry.to_bytes()?.as_slice() == bytes {
            Ok(entry)
        } else {
            Err(wrong("it is not written as entries are"))
        }
    }
}

/// Whether a text is a day of the calendar.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    if [year.len(), month.len(), day.len()] != [4, 2, 2]
        || !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return false;
    }
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// Reads lower-case hexadecimal digits.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if text.len() != 2 * N || !is_hex {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

const HEAD: &str = "reedbed-entry/v1";

//! Policies: which logs, which witnesses, and how many of them a checkpoint needs.
//!
//! Source: C2SP tlog-policy.

use std::collections::{BTreeMap, HashSet};

use crate::checkpoint::Checkpoint;
use crate::keys::History;
use crate::note::{KeyKind, Note, NoteError, Verifier};

/// Why a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {reason}")]
pub struct PolicyError {
    /// The line, from 1; that after the last where something is missing.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Known>,
    members: Vec<Member>,
    /// The member that decides; nothing where no witness is asked for.
    quorum: Option<usize>,
}

/// A key of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    key: Verifier,
    /// The largest tree that it may have signed, where another key follows it.
    until: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: Vec<u8>,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Witness { key: Box<Verifier>, url: Option<String> },
    Group { least: usize, of: Vec<usize> },
}

/// What a policy says of a checkpoint that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The head.
    pub head: Checkpoint,
    /// The log that signed it.
    pub log: Verifier,
    /// The witnesses of the policy that cosigned it, with the time of each in seconds since 1970.
    pub witnesses: Vec<(String, Verifier, u64)>,
}

impl Verdict {
    /// Whether nobody but the log itself vouches for it.
    pub fn is_unwitnessed(&self) -> bool {
        self.witnesses.is_empty()
    }
}

/// Why a checkpoint does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no checkpoint, or a signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No log of the policy signed it.
    #[error("no log of the policy signed the checkpoint of `{origin}`")]
    Log {
        /// What the checkpoint says of itself.
        origin: String,
    },
    /// Too few witnesses cosigned it.
    #[error("too few witnesses of the policy cosigned the checkpoint: {count}")]
    Quorum {
        /// How many did.
        count: usize,
    },
}

impl Policy {
    /// A policy of one log that asks for no witness.
    pub fn of_log(key: Verifier) -> Self {
        Self { logs: vec![Known { key, until: None }], members: Vec::new(), quorum: None }
    }

    /// Reads a policy file, which is bytes and need not be text in UTF-8.
    ///
    /// Errors: [`PolicyError`] with its line.
    pub fn read(bytes: &[u8]) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            reading.line(line).map_err(|reason| PolicyError { line: number, reason })?;
        }
        let line = bytes.split(|byte| *byte == b'\n').count();
        let Some(quorum) = reading.quorum else {
            return Err(PolicyError { line, reason: "it has no quorum line".to_owned() });
        };
        Ok(Self { logs: reading.logs, members: reading.members, quorum })
    }

    /// The keys of the logs.
    pub fn logs(&self) -> impl Iterator<Item = &Verifier> {
        self.logs.iter().map(|known| &known.key)
    }

    /// Takes the other keys of a log along with the one that it names, each for the trees that it may
    /// have signed.
    ///
    /// Errors: [`NoteError::Unsigned`] where no key of the history is one of the policy: what it says is
    /// said by nobody who is trusted.
    pub fn follow(&mut self, history: &History) -> Result<(), NoteError> {
        let Some(first) = history.keys().next() else { return Ok(()) };
        let name = first.name().to_owned();
        if !history.keys().any(|key| self.logs().any(|known| known == key)) {
            return Err(NoteError::Unsigned);
        }
        self.logs.retain(|known| known.key.name() != name);
        for change in history.changes() {
            self.logs.push(Known { key: change.old.clone(), until: Some(change.size) });
        }
        let last = history.changes().next_back().map(|change| change.new.clone());
        self.logs.extend(last.map(|key| Known { key, until: None }));
        Ok(())
    }

    /// The witnesses: name, key and address.
    pub fn witnesses(&self) -> impl Iterator<Item = (String, &Verifier, Option<&str>)> {
        self.members.iter().filter_map(|member| match &member.what {
            What::Witness { key, url } => {
                let name = String::from_utf8_lossy(&member.name).into_owned();
                Some((name, &**key, url.as_deref()))
            }
            What::Group { .. } => None,
        })
    }

    /// Whether it asks for witnesses.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Checks a checkpoint: by a log of the policy, and cosigned as its quorum asks.
    ///
    /// Errors: [`Refusal`] where it does not hold.
    pub fn check(&self, note: &Note) -> Result<Verdict, Refusal> {
        let (head, log) = self.head_by_log(note)?;
        let (mut witnesses, mut holds) = (Vec::new(), Vec::with_capacity(self.members.len()));
        for member in &self.members {
            holds.push(match &member.what {
                What::Witness { key, .. } => match key.verify(note)? {
                    Some(signed) => {
                        let name = String::from_utf8_lossy(&member.name).into_owned();
                        let key = Verifier::clone(key);
                        witnesses.push((name, key, signed.time.unwrap_or(0)));
                        true
                    }
                    None => false,
                },
                What::Group { least, of } => {
                    let count = of.iter().filter(|at| holds.get(**at) == Some(&true)).count();
                    count >= *least
                }
            });
        }
        if self.quorum.is_some_and(|quorum| holds.get(quorum) != Some(&true)) {
            return Err(Refusal::Quorum { count: witnesses.len() });
        }
        Ok(Verdict { head, log, witnesses })
    }

    /// The head in a note that a log of the policy signed, whoever else did.
    ///
    /// Errors: [`Refusal`].
    pub fn signed(&self, note: &Note) -> Result<Checkpoint, Refusal> {
        Ok(self.head_by_log(note)?.0)
    }

    fn head_by_log(&self, note: &Note) -> Result<(Checkpoint, Verifier), Refusal> {
        let head = Checkpoint::read(&note.text)?;
        match self.log_of(&head, note)? {
            Some(log) => Ok((head, log)),
            None => Err(Refusal::Log { origin: head.origin }),
        }
    }

    /// The key of a log by which a head was signed that it may have signed.
    fn log_of(&self, head: &Checkpoint, note: &Note) -> Result<Option<Verifier>, NoteError> {
        let mut found = None;
        for known in self.logs.iter().filter(|known| known.key.name() == head.origin) {
            let may = known.until.is_none_or(|until| head.size <= until);
            if known.key.verify(note)?.is_some() && may {
                found = Some(known.key.clone());
            }
        }
        Ok(found)
    }
}

#[derive(Default)]
struct Reading {
    logs: Vec<Known>,
    members: Vec<Member>,
    by_name: BTreeMap<Vec<u8>, usize>,
    grouped: HashSet<usize>,
    quorum: Option<Option<usize>>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err("it has control characters".to_owned());
        }
        let mut words = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .into_iter();
        let Some(first) = words.next().filter(|word| !word.starts_with(b"#")) else {
            return Ok(());
        };
        let rest: Vec<&[u8]> = words.collect();
        match (first, rest.as_slice()) {
            // Where it is read from is the business of whoever reads it.
            (b"log", [key] | [key, _]) => self.log(key),
            (b"witness", [name, key]) => self.witness(name, key, None),
            (b"witness", [name, key, url]) => self.witness(name, key, Some(url)),
            (b"group", [name, least, members @ ..]) if !members.is_empty() => {
                self.group(name, least, members)
            }
            (b"quorum", [name]) => self.quorum(name),
            (b"log" | b"witness" | b"group" | b"quorum", _) => {
                Err("it does not have the right number of words".to_owned())
            }
            (other, _) => Err(format!("`{}` is not known here", String::from_utf8_lossy(other))),
        }
    }

    fn log(&mut self, key: &[u8]) -> Result<(), String> {
        let key = read_key(key)?;
        if key.kind() != KeyKind::Ed25519 {
            return Err("a log does not sign with a key of this kind".to_owned());
        }
        if self.logs.iter().any(|known| known.key.key() == key.key()) {
            return Err("the log is there already".to_owned());
        }
        self.logs.push(Known { key, until: None });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), String> {
        let key = read_key(key)?;
        if key.kind() != KeyKind::Cosignature {
            return Err("a witness does not sign with a key of this kind".to_owned());
        }
        let is_there = self.members.iter().any(
            |member| matches!(&member.what, What::Witness { key: other, .. } if other.key() == key.key()),
        );
        if is_there {
            return Err("the witness is there already".to_owned());
        }
        let url = url.map(|url| String::from_utf8_lossy(url).into_owned());
        self.add(name, What::Witness { key: Box::new(key), url })
    }

    fn group(&mut self, name: &[u8], least: &[u8], members: &[&[u8]]) -> Result<(), String> {
        let mut of = Vec::with_capacity(members.len());
        for member in members {
            let at = self.find(member)?;
            if !self.grouped.insert(at) {
                let name = String::from_utf8_lossy(member);
                return Err(format!("`{name}` is a member already, and counts once"));
            }
            of.push(at);
        }
        let least = match least {
            b"any" => 1,
            b"all" => of.len(),
            number => {
                let number = std::str::from_utf8(number).ok().and_then(crate::note::number);
                number
                    .and_then(|number| usize::try_from(number).ok())
                    .filter(|number| (1..=of.len()).contains(number))
                    .ok_or_else(|| "it asks for a number of members that it has not".to_owned())?
            }
        };
        self.add(name, What::Group { least, of })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("there is a quorum line already".to_owned());
        }
        self.quorum = Some(if name == NONE { None } else { Some(self.find(name)?) });
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<usize, String> {
        let found = self.by_name.get(name).copied();
        found.ok_or_else(|| format!("`{}` is not defined above", String::from_utf8_lossy(name)))
    }

    fn add(&mut self, name: &[u8], what: What) -> Result<(), String> {
        if name == NONE {
            return Err("`none` is no name for a witness or a group".to_owned());
        }
        if self.members.len() >= MOST_MEMBERS {
            return Err("it has too many witnesses and groups".to_owned());
        }
        if self.by_name.insert(name.to_vec(), self.members.len()).is_some() {
            return Err(format!("`{}` is defined twice", String::from_utf8_lossy(name)));
        }
        self.members.push(Member { name: name.to_vec(), what });
        Ok(())
    }
}

fn read_key(key: &[u8]) -> Result<Verifier, String> {
    let text = std::str::from_utf8(key).map_err(|_error| "its key is no text".to_owned())?;
    Verifier::read(text).map_err(|error| error.to_string())
}

const NONE: &[u8] = b"none";
const MOST_MEMBERS: usize = 4_096;

//! A vault on this machine: a folder with a ledger, the signed events behind its entries, and level
//! files.
//!
//! `reedbed.toml` names its format; `ledger/` records what happened; `events/DIGEST` are the
//! texts that entries commit to; `data/NAME/VERSION/` holds level files, and beside them the shares of
//! the exact keys, sealed to officers; `keys/` holds the ways to unlock the vault's own key, and what is
//! sealed to it besides lies in `rules/`, `registry/` (what copies told) and `copies/` (those that were
//! handed over). `state.sqlite` is a cache for whoever looks in from outside: what is true of a vault
//! follows from the ledger and the events alone, each time it is opened.

mod exact;
mod import;
mod levels;
mod manifest;
mod own;
mod pack;
mod release;
mod rows;
mod rules;
mod state;
mod trace;
mod upkeep;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Folder, Source as _, replace};
use reedbed_ledger::entry::{Count, Entry, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::log;
use reedbed_ledger::opening::Openings;
use reedbed_vault::book::{Book, BookError, Deed, Founding};
use reedbed_vault::own::{Cost, Own};
use reedbed_vault::people::{Digest, Refused};

use crate::clock;
use crate::ledger::{Home, Release};

pub(crate) use exact::Answer;
pub(crate) use own::{UnlockArgs, long_enough, setting};
pub(crate) use release::{ALL_COLUMNS, Released, Wish, terms_digest};
pub(crate) use rows::Rows;
pub(crate) use rules::packed;
pub(crate) use trace::{NAMED, Traced, places_of};
pub(crate) use upkeep::restore;

/// A vault that was read.
#[derive(Debug)]
pub(crate) struct Vault {
    path: PathBuf,
    home: Home,
    book: Book,
    /// Entries that cannot be read again; requests from before them are closed.
    frozen: Vec<u64>,
    /// The entries by which requests were made.
    asked: BTreeMap<Digest, u64>,
    /// One at a time decides.
    _lock: std::fs::File,
}

impl Vault {
    /// Makes a vault without officers and data, with a key of its own.
    ///
    /// CRASH: a folder without `reedbed.toml` is no vault; it can be made again.
    pub(crate) fn create(
        path: &Path,
        origin: &str,
        founding: Founding,
        unlock: &UnlockArgs,
    ) -> Result<Self, anyhow::Error> {
        if crate::ledger::is_there(&path.join(SETTINGS))? {
            bail!("there is a vault in `{}` already", path.display());
        }
        if !(2..=9).contains(&founding.limits.needed) {
            bail!("two people or more must agree, and no more than nine");
        }
        if !(1..=3).contains(&founding.step) {
            bail!("the step is 1, 2 or 3");
        }
        let own = Own::generate();
        let slot = unlock.lock(&own, Cost::default())?;
        crate::keys::create_dir(path)?;
        if !crate::ledger::is_there(&path.join("ledger").join("log").join(log::CHECKPOINT))? {
            Home::create(&path.join("ledger"), origin, None)?;
        }
        let disk = Folder::at(path)?;
        for folder in [EVENTS, "data", own::KEYS] {
            disk.create_folder(folder)?;
        }
        let mut vault = Self::read(path, &disk)?;
        vault.keep_slot("first", &slot)?;
        vault.make_secret()?;
        // What holds for it stands in the ledger, where nobody changes it unseen.
        if vault.book.founding().is_none() {
            vault.record(&Deed::Found(founding))?;
        }
        replace(&disk, SETTINGS, b"format = 1\n")?;
        Ok(vault)
    }

    /// Reads a vault, and makes its book of the ledger and the events.
    pub(crate) fn open(path: &Path) -> Result<Self, anyhow::Error> {
        let disk = Folder::at(path)?;
        let none = || format!("there is no vault in `{}`", path.display());
        let text = String::from_utf8(disk.read(SETTINGS)?.with_context(none)?)
            .with_context(|| format!("`{SETTINGS}` of the vault is no text"))?;
        check_format(&text)?;
        let vault = Self::read(path, &disk)?;
        vault.book.founding().context("the ledger does not say what holds for the vault")?;
        Ok(vault)
    }

    fn read(path: &Path, disk: &Folder) -> Result<Self, anyhow::Error> {
        let lock = crate::ledger::lock(disk);
        let lock =
            lock.with_context(|| format!("somebody else uses the vault in `{}`", path.display()))?;
        let home = Home::existing(&path.join("ledger"))?;
        // What was recorded when a process broke off counts. A copy that only is looked at cannot be
        // written to; whoever records something there is told so.
        let _ = home.settle();
        let (head, _) = home.head()?;
        let book = Book::new(&head.origin, 2);
        let (frozen, asked) = (Vec::new(), BTreeMap::new());
        let mut vault = Self { path: path.to_owned(), home, book, frozen, asked, _lock: lock };
        vault.replay(disk)?;
        Ok(vault)
    }

    /// Lets all happen again that the ledger says happened.
    ///
    /// What cannot be read again is not guessed: where it may have changed requests only, all requests
    /// from before it are closed; where it may have changed officers, rules or data, nothing can be done.
    fn replay(&mut self, disk: &Folder) -> Result<(), anyhow::Error> {
        let (head, _) = self.home.head()?;
        let openings = Openings::on(self.home.private())?;
        for index in 0..head.size {
            let entry = Entry::read(&log::entry(self.home.public(), &head, index)?)?;
            let is_of_requests =
                matches!(entry.kind, Kind::Approval | Kind::Release | Kind::Refusal);
            let text = match Self::text_of(disk, &openings, &entry) {
                Ok(Some(text)) => text,
                Ok(None) => continue,
                Err(_) if is_of_requests => {
                    self.book.freeze();
                    self.frozen.push(index);
                    continue;
                }
                Err(error) => {
                    return Err(error.context(format!(
                        "entry {index} of the ledger ({}) cannot be read again, so what it may have \
                         changed is not known: nothing can be done in this vault until it is restored",
                        entry.kind.word()
                    )));
                }
            };
            let (deed, at) = Deed::read(&text)?;
            match self.book.happen(&deed, at) {
                Ok(()) => note(&mut self.asked, &deed, index),
                // It goes on from what cannot be read again.
                Err(BookError::Refused(
                    Refused::NoRequest | Refused::Edited | Refused::Closed | Refused::TooFew,
                )) if !self.frozen.is_empty() && is_of_requests => self.frozen.push(index),
                Err(error) => {
                    return Err(anyhow::Error::from(error).context(format!(
                        "entry {index} of the ledger says something that cannot have happened"
                    )));
                }
            }
        }
        Ok(())
    }

    /// The text behind an entry; nothing where it is no event of the vault.
    fn text_of(
        disk: &Folder,
        openings: &Openings<'_>,
        entry: &Entry,
    ) -> Result<Option<String>, anyhow::Error> {
        let opening = openings.show(entry)?;
        let value = |field: &str| opening.field(field).map_or("", |opened| &opened.value);
        if value("recipient") != EVENT {
            return Ok(None);
        }
        let digest = value("package");
        let bytes = disk.read(&format!("{EVENTS}/{digest}"))?;
        let bytes = bytes.context("the text behind it is missing")?;
        if Hash::of(&bytes).to_hex() != digest {
            bail!("the text behind it was changed");
        }
        Ok(Some(String::from_utf8(bytes)?))
    }

    /// Records that something happens, if it may; gives the index of its entry.
    ///
    /// CRASH: a text without an entry, which nobody reads; or it is recorded.
    pub(crate) fn record(&mut self, deed: &Deed) -> Result<u64, anyhow::Error> {
        if self.home.settle()? {
            (self.book, self.frozen) = (Book::new(self.book.origin(), 2), Vec::new());
            self.replay(&Folder::at(&self.path)?)?;
        }
        let now = clock::now();
        let mut next = self.book.clone();
        next.happen(deed, now)?;
        let text = deed.to_text(now);
        let digest = Hash::of(text.as_bytes()).to_hex();
        replace(&Folder::at(&self.path)?, &format!("{EVENTS}/{digest}"), text.as_bytes())?;
        let event = Release {
            kind: kind_of(deed),
            day: clock::today().to_string(),
            policy: Hash::of(b""),
            purpose: Purpose::Administration,
            precision: Precision::None,
            count: Count::None,
            values: BTreeMap::from([("recipient", EVENT.to_owned()), ("package", digest)]),
        };
        let receipt = event.record(&self.home)?;
        self.book = next;
        note(&mut self.asked, deed, receipt.proof.index);
        self.write_state()?;
        Ok(receipt.proof.index)
    }

    /// The entry by which a request was made.
    pub(crate) fn asked_as(&self, request: &Digest) -> Option<u64> {
        self.asked.get(request).copied()
    }

    /// What follows from what happened.
    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// Entries that cannot be read again.
    pub(crate) fn frozen(&self) -> &[u64] {
        &self.frozen
    }

    /// The ledger.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// Seconds that a request must lie.
    pub(crate) fn delay(&self) -> u64 {
        self.book.founding().map_or(u64::MAX, |founding| founding.delay)
    }

    /// Where a version of a dataset lies.
    fn data(&self, dataset: &str, version: u32) -> PathBuf {
        self.path.join("data").join(dataset).join(version.to_string())
    }
}

fn note(asked: &mut BTreeMap<Digest, u64>, deed: &Deed, index: u64) {
    if let Deed::Ask(request) = deed {
        asked.insert(request.digest(), index);
    }
}

fn kind_of(deed: &Deed) -> Kind {
    match deed {
        Deed::Found(_) | Deed::Rules(_) => Kind::Policy,
        Deed::Enrol(_) => Kind::Officer,
        Deed::Revoke(_) => Kind::Revocation,
        Deed::Ask(_) | Deed::Approve(_) | Deed::Cancel(_) => Kind::Approval,
        Deed::Do { .. } => Kind::Release,
        Deed::Break(_) | Deed::Review(_) => Kind::BreakGlass,
        Deed::Import(_) | Deed::Shred(_) | Deed::Reshare(_) => Kind::Key,
    }
}

fn check_format(text: &str) -> Result<(), anyhow::Error> {
    let line = text.lines().find_map(|line| line.strip_prefix("format = "));
    match line.with_context(|| format!("`{SETTINGS}` of the vault names no format"))? {
        "1" => Ok(()),
        other => bail!("the vault was made by a newer Reedbed: its format is {other}"),
    }
}

const SETTINGS: &str = "reedbed.toml";
const EVENTS: &str = "events";
/// What stands in the place of a recipient where an entry is an event of the vault.
const EVENT: &str = "an event of the vault";

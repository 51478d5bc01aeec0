//! A vault on this machine: a folder with a ledger, the signed events behind its entries, and level
//! files.
//!
//! `reedbed.toml` names its format; `ledger/` records what happened; `events/DIGEST` are the
//! texts that entries commit to; `data/NAME/VERSION/` holds level files, and beside them the shares of
//! their keys, sealed to officers. What is true of it follows from the ledger and the events alone, each
//! time it is opened.

mod exact;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Folder, Source as _, replace};
use reedbed_ledger::entry::{Count, Entry, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::log;
use reedbed_ledger::opening::Openings;
use reedbed_vault::book::{Book, Deed};

use crate::clock;
use crate::ledger::{Home, Release};

pub(crate) use exact::Answer;

/// A vault that was read.
#[derive(Debug)]
pub(crate) struct Vault {
    path: PathBuf,
    home: Home,
    book: Book,
    /// One at a time decides.
    _lock: std::fs::File,
}

impl Vault {
    /// Makes a vault without officers and data.
    ///
    /// CRASH: a folder without `reedbed.toml` is no vault; it can be made again.
    pub(crate) fn create(
        path: &Path,
        origin: &str,
        needed: usize,
        delay: u64,
    ) -> Result<Self, anyhow::Error> {
        if crate::ledger::is_there(&path.join(SETTINGS))? {
            bail!("there is a vault in `{}` already", path.display());
        }
        if !(2..=9).contains(&needed) {
            bail!("two people or more must agree, and no more than nine");
        }
        crate::keys::create_dir(path)?;
        if !crate::ledger::is_there(&path.join("ledger").join("log").join(log::CHECKPOINT))? {
            Home::create(&path.join("ledger"), origin, None)?;
        }
        let disk = Folder::at(path)?;
        for folder in [EVENTS, "data"] {
            disk.create_folder(folder)?;
        }
        let mut vault = Self::read(path, &disk)?;
        // What holds for it stands in the ledger, where nobody changes it unseen.
        if vault.book.delay().is_none() {
            vault.record(&Deed::Found { needed, delay })?;
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
        vault.book.delay().context("the ledger does not say what holds for the vault")?;
        Ok(vault)
    }

    fn read(path: &Path, disk: &Folder) -> Result<Self, anyhow::Error> {
        let lock = crate::ledger::lock(disk);
        let lock =
            lock.with_context(|| format!("somebody else uses the vault in `{}`", path.display()))?;
        let home = Home::existing(&path.join("ledger"))?;
        let mut vault = Self { path: path.to_owned(), home, book: Book::new(2), _lock: lock };
        vault.replay(disk)?;
        Ok(vault)
    }

    /// Lets all happen again that the ledger says happened.
    fn replay(&mut self, disk: &Folder) -> Result<(), anyhow::Error> {
        let (head, _) = self.home.head()?;
        let openings = Openings::on(self.home.private())?;
        for index in 0..head.size {
            let entry = Entry::read(&log::entry(self.home.public(), &head, index)?)?;
            let frozen = || {
                format!(
                    "entry {index} of the ledger ({}) cannot be read again, so what it may have changed \
                     is not known: nothing can be done in this vault until it is restored",
                    entry.kind.word()
                )
            };
            let opening = openings.show(&entry).with_context(frozen)?;
            let value = |field: &str| opening.field(field).map_or("", |opened| &opened.value);
            if value("recipient") != EVENT {
                continue;
            }
            let digest = value("package");
            let bytes = disk.read(&format!("{EVENTS}/{digest}"))?.with_context(frozen)?;
            if Hash::of(&bytes).to_hex() != digest {
                bail!("the text behind {}", frozen());
            }
            let (deed, at) = Deed::read(&String::from_utf8(bytes)?).with_context(frozen)?;
            self.book.happen(&deed, at).with_context(frozen)?;
        }
        Ok(())
    }

    /// Records that something happens, if it may; gives the index of its entry.
    ///
    /// CRASH: a text without an entry, which nobody reads; or it is recorded.
    pub(crate) fn record(&mut self, deed: &Deed) -> Result<u64, anyhow::Error> {
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
        Ok(receipt.proof.index)
    }

    /// What follows from what happened.
    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// The ledger.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// Seconds that a request must lie.
    pub(crate) fn delay(&self) -> u64 {
        self.book.delay().unwrap_or(u64::MAX)
    }

    /// Where a version of a dataset lies.
    fn data(&self, dataset: &str, version: u32) -> PathBuf {
        self.path.join("data").join(dataset).join(version.to_string())
    }
}

fn kind_of(deed: &Deed) -> Kind {
    match deed {
        Deed::Found { .. } => Kind::Policy,
        Deed::Enrol(_) => Kind::Officer,
        Deed::Revoke(_) => Kind::Revocation,
        Deed::Ask(_) | Deed::Approve(_) | Deed::Cancel(_) => Kind::Approval,
        Deed::Do(_) => Kind::Release,
        Deed::Import(_) => Kind::Key,
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

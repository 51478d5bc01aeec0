//! What is true of a vault, in a database for whoever looks in from outside. It decides nothing: it is
//! made of the book, which is made of the ledger, and can be thrown away at any time.

use std::collections::BTreeMap;

use anyhow::Context;
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::hex;
use rusqlite::{Connection, params};

use super::Vault;

/// By kind and key.
type State = BTreeMap<(String, String), String>;

/// How the state that lay there differed from what the ledger says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// Facts that follow from the ledger and were not there, or otherwise.
    pub(crate) missing: usize,
    /// Facts that were there and do not follow.
    pub(crate) foreign: usize,
    /// How many facts there are.
    pub(crate) facts: usize,
}

impl Vault {
    /// Writes the state anew; gives how it differed.
    ///
    /// CRASH: the state of before, or the new one.
    pub(crate) fn rebuild_state(&self) -> Result<Differences, anyhow::Error> {
        let path = self.path.join(STATE);
        let told = self.state()?;
        let mut database = open(&path).or_else(|_damaged| {
            // What cannot be read is a cache that can be made again.
            std::fs::remove_file(&path)?;
            open(&path)
        })?;
        let held = read(&database)?;
        let missing = told.iter().filter(|(key, value)| held.get(*key) != Some(*value)).count();
        let foreign = held.keys().filter(|key| !told.contains_key(*key)).count();
        let change = database.transaction()?;
        for (kind, key) in held.keys().filter(|key| !told.contains_key(*key)) {
            change.execute("DELETE FROM state WHERE kind = ?1 AND key = ?2", params![kind, key])?;
        }
        for ((kind, key), value) in
            told.iter().filter(|(key, value)| held.get(*key) != Some(*value))
        {
            change.execute(
                "INSERT OR REPLACE INTO state (kind, key, value) VALUES (?1, ?2, ?3)",
                params![kind, key, value],
            )?;
        }
        change.commit()?;
        Ok(Differences { missing, foreign, facts: told.len() })
    }

    /// Writes the state after something happened. A state that cannot be written stops nothing.
    pub(super) fn write_state(&self) -> Result<(), anyhow::Error> {
        let _ = self.rebuild_state();
        Ok(())
    }

    fn state(&self) -> Result<State, anyhow::Error> {
        let book = &self.book;
        let (head, _) = self.home.head()?;
        let mut state = State::new();
        let mut add = |kind: &str, key: String, value: String| {
            state.insert((kind.to_owned(), key), value);
        };
        add("head", "size".to_owned(), head.size.to_string());
        add("head", "root".to_owned(), head.root.to_hex());
        for card in book.officers() {
            add("officer", card.key().id(), card.key().name().to_owned());
        }
        for digest in book.rules() {
            add("rules", hex(digest), "approved".to_owned());
        }
        for held in book.datasets() {
            let digest = Hash::of(held.manifest.as_bytes()).to_hex();
            let standing = if held.is_shredded { "shredded" } else { "held" };
            let key = format!("{} {}", held.name, held.version);
            add("dataset", key, format!("{standing} {} rows, manifest {digest}", held.rows));
        }
        for (digest, request, is_closed) in book.all_requests() {
            let standing = if is_closed { "closed" } else { "open" };
            add("request", hex(digest), format!("{standing} {}", request.dataset));
        }
        for (released, request) in book.releases() {
            add("release", hex(&released.package), format!("{} {}", request.dataset, released.at));
        }
        Ok(state)
    }
}

fn open(path: &std::path::Path) -> Result<Connection, anyhow::Error> {
    let database = Connection::open(path).context("the state cannot be opened")?;
    database.execute_batch(
        "CREATE TABLE IF NOT EXISTS state (
             kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
         ) WITHOUT ROWID",
    )?;
    Ok(database)
}

fn read(database: &Connection) -> Result<State, anyhow::Error> {
    let mut query = database.prepare("SELECT kind, key, value FROM state")?;
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<State, _>>()?)
}

/// The file of the state.
pub(super) const STATE: &str = "state.sqlite";

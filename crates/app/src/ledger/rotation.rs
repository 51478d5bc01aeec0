//! The change of a ledger's key. Each step can be done again, and what was begun is finished whenever the
//! ledger is opened.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Source, replace};
use reedbed_ledger::entry::{Count, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::log::Log;
use reedbed_ledger::note::{KeyKind, Signer, Verifier};

use super::{HISTORY, Home, KEY, POLICY, Release};

impl Home {
    /// Gives the ledger a new key: the old one signs that, and the tree up to now; the new one signs
    /// from then on. Gives the new one's public part.
    ///
    /// CRASH: before the history is written, a key that signs nothing; after it, the change is finished
    /// by whoever opens the ledger next.
    pub(crate) fn rotate(&self, day: String) -> Result<Verifier, anyhow::Error> {
        let mut open = self.open(&[])?;
        let old = self.signer()?;
        let new = Signer::generate(old.verifier().name(), KeyKind::Ed25519)?;
        let change = Release {
            kind: Kind::Key,
            day,
            policy: Hash::of(b""),
            purpose: Purpose::Administration,
            precision: Precision::None,
            count: Count::None,
            values: BTreeMap::from([("package", new.verifier().to_string())]),
        };
        let (entry, _) = change.entry(self)?;
        open.append(&entry)?;
        let note = open.log.publish()?.clone();
        self.remember(&note)?;
        let mut history = self.history()?;
        history.change(&old, &new, open.log.head().size)?;
        replace(&self.private, NEXT, new.to_secret().as_bytes())?;
        replace(&self.log, HISTORY, history.to_string().as_bytes())?;
        drop(open);
        // The rest is what opening does.
        let open = self.open(&[])?;
        self.remember(open.log.note())?;
        self.show_policy()?;
        Ok(new.verifier().clone())
    }

    /// Finishes a change of the key that was begun.
    ///
    /// CRASH: it is finished the next time.
    pub(super) fn finish_rotation(&self) -> Result<(), anyhow::Error> {
        let Some(bytes) = self.private.read(NEXT)? else { return Ok(()) };
        let text = String::from_utf8(bytes).context("the next key of the ledger is no text")?;
        let new = Signer::read(&text).context("the next key of the ledger cannot be read")?;
        let history = self.history()?;
        let last = history.changes().next_back();
        if let Some(change) = last.filter(|change| change.new == *new.verifier()) {
            self.name_in_policy(&change.old, &change.new)?;
            let current = self.signer()?;
            if current.verifier() != new.verifier() {
                Log::open(self.store(), current, &[])?.change_signer(Signer::read(&text)?)?;
                replace(&self.private, KEY, text.as_bytes())?;
            }
        }
        self.private.remove(NEXT)?;
        Ok(self.private.sync_folder("")?)
    }

    /// Puts the new key in the place of the old one.
    fn name_in_policy(&self, old: &Verifier, new: &Verifier) -> Result<(), anyhow::Error> {
        let bytes = self.log.read(POLICY)?.context("the policy of the ledger is not there")?;
        let (old, new) = (old.to_string(), new.to_string());
        // Names of witnesses need not be UTF-8.
        let at = bytes.windows(old.len()).position(|part| part == old.as_bytes());
        let Some(at) = at else {
            let is_done = bytes.windows(new.len()).any(|part| part == new.as_bytes());
            if is_done {
                return Ok(());
            }
            bail!("the policy does not name the key of the ledger");
        };
        let (before, after) = bytes.split_at(at);
        let after = after.get(old.len()..).unwrap_or_default();
        Ok(replace(&self.log, POLICY, &[before, new.as_bytes(), after].concat())?)
    }
}

const NEXT: &str = "next.key";

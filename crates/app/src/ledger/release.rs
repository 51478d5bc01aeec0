//! What a ledger says of a copy that is handed over, and the receipt without which no copy leaves.

use std::collections::BTreeMap;

use anyhow::Context;
use reedbed_ledger::entry::{Count, Entry, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::opening::{Opening, Openings};

use reedbed_ledger::proof::Proof;

use super::witnesses::{self, Asked};
use super::{Bundle, Home};

/// A copy that is to be handed over, or another decision.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) kind: Kind,
    pub(crate) day: String,
    /// The digest of the rules that held.
    pub(crate) policy: Hash,
    pub(crate) purpose: Purpose,
    pub(crate) precision: Precision,
    pub(crate) count: Count,
    /// By field of an entry, what it commits to.
    pub(crate) values: BTreeMap<&'static str, String>,
}

/// That an entry is in the ledger. Nothing else makes one.
#[derive(Debug)]
pub(crate) struct Receipt {
    pub(crate) entry: Entry,
    pub(crate) opening: Opening,
    pub(crate) proof: Proof,
    /// What became of asking witnesses.
    pub(crate) asked: Vec<Asked>,
}

impl Release {
    /// Makes the entry and keeps what it commits to; it is not in the log yet.
    ///
    /// CRASH: an opening may be left of which there is no entry.
    pub(crate) fn entry(&self, home: &Home) -> Result<(Entry, Opening), anyhow::Error> {
        let (opening, commitments) = Opening::commit(&self.values)?;
        let entry = Entry {
            kind: self.kind,
            day: self.day.clone(),
            id: Entry::new_id().context("the system gives no random bytes")?,
            policy: self.policy,
            purpose: self.purpose,
            precision: self.precision,
            count: self.count,
            commitments,
        };
        Openings::on(home.private())?.keep(&entry, &opening)?;
        Ok((entry, opening))
    }

    /// Records it, signs a new head, asks the witnesses that have an address to cosign it, and gives the
    /// receipt.
    ///
    /// CRASH: the ledger may know of a copy that nobody got, never the other way round.
    pub(crate) fn record(&self, home: &Home) -> Result<Receipt, anyhow::Error> {
        let mut open = home.open(&[])?;
        let (entry, opening) = self.entry(home)?;
        let index = open.append(&entry)?;
        let note = open.log.publish()?.clone();
        home.remember(&note)?;
        let (policy, _) = home.policy()?;
        let asked = witnesses::ask(home, &mut open, &policy)?;
        let proof = open.log.prove(index)?;
        Ok(Receipt { entry, opening, proof, asked })
    }
}

/// Leave for a copy to go. With a ledger there is none without a receipt of it.
#[derive(Debug)]
pub(crate) struct Leave(Option<(Receipt, bool)>);

impl Leave {
    /// Where no ledger is kept.
    pub(crate) fn without_ledger() -> Self {
        Self(None)
    }

    /// Records the copy that lies in a folder, and puts the proof of it there.
    ///
    /// CRASH: the ledger may know of a copy that nobody got, never the other way round.
    pub(crate) fn recorded(
        home: &Home,
        package: &std::path::Path,
        release: impl FnOnce(String) -> Release,
    ) -> Result<Self, anyhow::Error> {
        let manifest = Bundle::manifest(package)?;
        let digest = Hash::of(manifest.as_bytes()).to_hex();
        let release = release(digest);
        let receipt = release.record(home)?;
        let recipient = release.values.get("recipient").cloned().unwrap_or_default();
        let seen = home.shown_to(&recipient)?;
        Bundle::write(home, package, &manifest, &receipt, seen)?;
        home.remember_shown(&recipient, &receipt.proof.checkpoint)?;
        let lacks_witnesses = home.policy()?.0.check(&receipt.proof.checkpoint).is_err();
        Ok(Self(Some((receipt, lacks_witnesses))))
    }

    /// The index of the entry and its id, where it is recorded.
    pub(crate) fn recorded_as(&self) -> Option<(u64, String)> {
        self.0.as_ref().map(|(receipt, _)| (receipt.proof.index, receipt.entry.id_text()))
    }

    /// The witnesses that were asked and did not cosign, with what they said.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&str, &str)> {
        let asked = self.0.iter().flat_map(|(receipt, _)| &receipt.asked);
        asked.filter_map(|one| Some((one.name.as_str(), one.refused.as_deref()?)))
    }

    /// Whether the policy of the ledger asks for witnesses that have not cosigned yet.
    pub(crate) fn lacks_witnesses(&self) -> bool {
        self.0.as_ref().is_some_and(|(_, lacks)| *lacks)
    }
}

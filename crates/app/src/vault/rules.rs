//! Rules in a vault: lists, mappings, boundaries and checklist as one sealed file, known by its digest.
//!
//! The digest is of all that decides, so that a boundary that shrinks needs approval as well as a line
//! that is taken out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Folder};
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::{Decision, Deed, hex};
use reedbed_vault::own::Own;
use reedbed_vault::people::Digest;

use super::work::Work;
use super::{Vault, pack};
use crate::cli::inputs::RuleArgs;

/// Rules as one archive.
#[derive(Debug)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    pub(crate) digest: Digest,
}

/// Packs rules.
pub(crate) fn packed(args: &RuleArgs) -> Result<Packed, anyhow::Error> {
    // They must be readable, or nobody would know what is approved.
    args.read()?;
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (at, (part, paths)) in args.parts()?.into_iter().enumerate() {
        for (number, path) in paths.iter().enumerate() {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.with_context(|| format!("`{}` has no plain name", path.display()))?;
            // The first is the file itself, the others belong to it.
            let role = if number == 0 { part } else { "beside" };
            for (below, file) in pack::files(path)? {
                let below = if below.is_empty() { String::new() } else { format!("/{below}") };
                files.insert(format!("{at:04}/{role}/{name}{below}"), file);
            }
        }
    }
    let bytes = pack::to_bytes(&files)?;
    let digest = Hash::of(&bytes).0;
    Ok(Packed { bytes, digest })
}

impl Vault {
    /// Takes rules that officers approved; gives the index of the entry.
    ///
    /// CRASH: a sealed file that no entry names; or they may be used.
    pub(crate) fn approve_rules(
        &mut self,
        packed: &Packed,
        decision: Decision,
    ) -> Result<u64, anyhow::Error> {
        if decision.about != hex(&packed.digest) {
            bail!("what was approved are other rules than these");
        }
        let mut next = self.book.clone();
        next.happen(&Deed::Rules(decision.clone()), crate::clock::now())?;
        Folder::at(&self.path)?.create_folder(RULES)?;
        self.write_sealed(&path(&packed.digest), &packed.bytes)?;
        self.record(&Deed::Rules(decision))
    }

    /// The digest of rules that may be used, by its beginning.
    pub(crate) fn rules_digest(&self, text: &str) -> Result<Digest, anyhow::Error> {
        let known: Vec<&Digest> =
            self.book.rules().filter(|digest| hex(digest).starts_with(text)).collect();
        match known.as_slice() {
            [one] if text.len() >= SHORTEST => Ok(**one),
            [_] | [_, _, ..] => bail!("`{text}` is too short: give {SHORTEST} digits or more"),
            [] => bail!(
                "no rules with the digest `{text}` were approved in this vault: `reedbed rules \
                 approve` does that"
            ),
        }
    }

    /// Rules that were approved, to be read from a folder in memory.
    pub(super) fn rules(
        &self,
        digest: &Digest,
        own: &Own,
        work: &Work,
    ) -> Result<RuleArgs, anyhow::Error> {
        if !self.book.may_use(digest) {
            bail!("the rules were not approved in this vault");
        }
        let bytes = self.read_sealed(&path(digest), own)?.with_context(|| {
            format!("the vault does not hold the rules with the digest {}", hex(digest))
        })?;
        if Hash::of(&bytes).0 != *digest {
            bail!("the rules in the vault are not those that were approved");
        }
        let folder = work.path(&format!("rules-{}", hex(digest)));
        if !folder.exists() {
            pack::unpack(bytes.as_slice(), &folder)?;
        }
        let mut parts: Vec<(String, PathBuf)> = Vec::new();
        let mut numbers: Vec<PathBuf> = folder
            .read_dir()?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, std::io::Error>>()?;
        numbers.sort();
        for number in numbers {
            for part in ["list", "map", "area", "taxonomy"] {
                let of_part = number.join(part);
                let Ok(mut entries) = of_part.read_dir() else { continue };
                let Some(entry) = entries.next() else { continue };
                // What belongs to a file lies beside it.
                let beside = number.join("beside");
                for other in beside.read_dir().into_iter().flatten() {
                    let other = other?;
                    std::fs::rename(other.path(), of_part.join(other.file_name()))?;
                }
                parts.push((part.to_owned(), entry?.path()));
            }
        }
        Ok(RuleArgs::of(&parts))
    }
}

fn path(digest: &Digest) -> String {
    format!("{RULES}/{}", hex(digest))
}

const RULES: &str = "rules";
const SHORTEST: usize = 8;

//! The proof that goes with a copy: what was recorded, that it was, that the ledger goes on from what
//! the recipient saw before, who approved, and how to check it without us.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::approval::Approvals;
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::continuation::Continuation;
use reedbed_ledger::disk::{Folder, replace};
use reedbed_ledger::entry::Entry;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::keys::History;
use reedbed_ledger::note::{Note, Signer, Verifier};
use reedbed_ledger::opening::Opening;
use reedbed_ledger::policy::{Policy, Verdict};
use reedbed_ledger::proof::Proof;

use super::{Home, Receipt};

/// Writes and reads the folder of a proof.
#[derive(Debug)]
pub(crate) struct Bundle;

/// What a folder proves.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) verdict: Verdict,
    pub(crate) index: u64,
    pub(crate) entry: Entry,
    pub(crate) opening: Opening,
    /// Files of the package that are what the entry committed to.
    pub(crate) files: usize,
    /// The head that the recipient saw before, which this one continues.
    pub(crate) continues: Option<Checkpoint>,
    /// Who is to approve, and whether they did.
    pub(crate) approvers: Vec<(Verifier, bool)>,
}

impl Bundle {
    /// The list of all files of a package: `SHA-256 LENGTH PATH`, sorted by path. Its digest is what a
    /// release commits to.
    pub(crate) fn manifest(package: &Path) -> Result<String, anyhow::Error> {
        let mut files = BTreeMap::new();
        list(package, package, &mut files)?;
        let mut text = String::from("reedbed-manifest/v1\n");
        for (name, path) in files {
            if let Some(name) = name.strip_prefix("proof/") {
                if !OF_PROOF.contains(&name) {
                    bail!("`proof/{name}` was added: it is no part of a proof");
                }
                continue;
            }
            let bytes = std::fs::read(&path)
                .with_context(|| format!("`{}` cannot be read", path.display()))?;
            text.push_str(&format!("{} {} {name}\n", Hash::of(&bytes).to_hex(), bytes.len()));
        }
        Ok(text)
    }

    /// Writes the proof of a release into its package, with the head that its recipient saw last.
    pub(crate) fn write(
        home: &Home,
        package: &Path,
        manifest: &str,
        receipt: &Receipt,
        seen: Option<Note>,
    ) -> Result<(), anyhow::Error> {
        let folder = package.join(FOLDER);
        std::fs::create_dir(&folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        let entry = receipt.entry.to_bytes()?;
        let how = format!(
            "{}\n**The digest** (SHA-256) of `verify.py` as this copy of Reedbed wrote it is `{}`.\n",
            include_str!("how-to-check.md"),
            Hash::of(VERIFIER).to_hex()
        );
        let opening = receipt.opening.to_text();
        for (name, bytes) in [
            ("manifest", manifest.as_bytes()),
            ("entry", &entry),
            ("opening", opening.as_bytes()),
            ("verify.py", VERIFIER),
            ("HOW-TO-CHECK.md", how.as_bytes()),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, bytes)
                .with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
        Self::write_proof(home, &folder, &receipt.proof, seen)
    }

    /// Writes what changes with the head.
    ///
    /// CRASH: files of the old proof beside some of the new one, which prove nothing together; it is to be
    /// done again.
    fn write_proof(
        home: &Home,
        folder: &Path,
        proof: &Proof,
        seen: Option<Note>,
    ) -> Result<(), anyhow::Error> {
        let disk = Folder::at(folder)?;
        replace(&disk, "policy", &home.policy()?.1)?;
        if let Some(history) = home.history_bytes()? {
            replace(&disk, KEYS, &history)?;
        }
        if let Some(earlier) = seen {
            let path = home.continues(&Checkpoint::read(&earlier.text)?, &proof.head()?)?;
            let text = Continuation { path, earlier }.to_string();
            replace(&disk, CONTINUATION, text.as_bytes())?;
        }
        Ok(replace(&disk, PROOF, proof.to_string().as_bytes())?)
    }

    /// Puts a newer proof of the same entry into a package, with the policy of today; gives the folder.
    ///
    /// CRASH: as for [`Self::write_proof`].
    pub(crate) fn renew(
        home: &Home,
        package: &Path,
        entry: &Entry,
        proof: &Proof,
    ) -> Result<PathBuf, anyhow::Error> {
        let folder = Self::of(package)?;
        let own =
            std::fs::read(folder.join("entry")).context("the entry of the copy cannot be read")?;
        if own != entry.to_bytes()? {
            bail!("the copy in `{}` was recorded as another entry", package.display());
        }
        let seen = read_optional(&folder, CONTINUATION)?;
        let seen = seen.map(|text| Continuation::read(&text)).transpose()?;
        Self::write_proof(home, &folder, proof, seen.map(|seen| seen.earlier))?;
        Ok(folder)
    }

    /// Approves a copy as it lies there; gives the digest of its manifest.
    pub(crate) fn approve(package: &Path, signer: &Signer) -> Result<String, anyhow::Error> {
        let folder = Self::of(package)?;
        let (manifest, _) = whole_manifest(&folder)?;
        let mut approvals = approvals_of(&folder, &manifest)?;
        let opening = Opening::read(&read_text(&folder, "opening")?);
        let opening = opening.context("the opening cannot be read")?;
        let entry = Entry::read(&read(&folder, "entry")?)?;
        opening.verify(&entry)?;
        if !approvers(&opening)?.contains(signer.verifier()) {
            bail!(
                "the entry of this copy does not name `{}` as one who approves",
                signer.verifier().name()
            );
        }
        approvals.sign(signer);
        replace(&Folder::at(&folder)?, APPROVALS, approvals.to_text().as_bytes())?;
        Ok(Hash::of(manifest.as_bytes()).to_hex())
    }

    /// Where the proof of a package lies.
    pub(crate) fn of(package: &Path) -> Result<PathBuf, anyhow::Error> {
        let folder = Self::in_folder(package);
        folder.with_context(|| format!("there is no proof in `{}`", package.display()))
    }

    /// Where the proof of a package lies: in the folder itself, or in that of the package.
    pub(crate) fn in_folder(path: &Path) -> Option<PathBuf> {
        [path.to_owned(), path.join(FOLDER), path.join("package").join(FOLDER)]
            .into_iter()
            .find(|folder| folder.join(PROOF).is_file())
    }

    /// Checks the proof of a package, and the package itself where it lies around it.
    pub(crate) fn verify(folder: &Path, policy: &Policy) -> Result<Found, anyhow::Error> {
        let mut policy = policy.clone();
        if let Some(text) = read_optional(folder, KEYS)? {
            let history = History::read(&text).context("the history of the keys is none")?;
            policy.follow(&history).context("the policy names no key of the history")?;
        }
        let proof = Proof::read(&read_text(folder, PROOF)?).context("the proof cannot be read")?;
        let verdict = policy.check(&proof.checkpoint)?;
        let entry_bytes = read(folder, "entry")?;
        proof.verify_entry(&verdict.head, &entry_bytes).context("the entry is not proved")?;
        let entry = Entry::read(&entry_bytes)?;
        let opening = Opening::read(&read_text(folder, "opening")?);
        let opening = opening.context("the opening cannot be read")?;
        opening.verify(&entry)?;
        let (manifest, files) = whole_manifest(folder)?;
        let digest = Hash::of(manifest.as_bytes()).to_hex();
        if opening.field("package").is_none_or(|opened| opened.value != digest) {
            bail!("the manifest is not the one that the entry commits to");
        }
        let continues = match read_optional(folder, CONTINUATION)? {
            Some(text) => Some(Continuation::read(&text)?.verify(&policy, &verdict.head)?),
            None => None,
        };
        let approvals = approvals_of(folder, &manifest)?;
        let approvers = approvers(&opening)?.into_iter().map(|key| {
            let has_approved = approvals.is_by(&key)?;
            Ok((key, has_approved))
        });
        let approvers = approvers.collect::<Result<_, anyhow::Error>>()?;
        let index = proof.index;
        Ok(Found { verdict, index, entry, opening, files, continues, approvers })
    }
}

/// Reads the manifest of a package and holds the files against it; gives it and their number.
fn whole_manifest(folder: &Path) -> Result<(String, usize), anyhow::Error> {
    let manifest = read_text(folder, "manifest")?;
    let package = folder.parent().context("the proof lies in no package")?;
    let own = Bundle::manifest(package)?;
    if own != manifest {
        bail!(
            "the files of the package are not those of the manifest: {}",
            first_difference(&own, &manifest)
        );
    }
    let files = manifest.lines().count() - 1;
    Ok((manifest, files))
}

/// Who is to approve, as the entry commits to.
fn approvers(opening: &Opening) -> Result<Vec<Verifier>, anyhow::Error> {
    let fields = ["approver-1", "approver-2"].iter().filter_map(|name| opening.field(name));
    let named = fields.filter(|opened| !opened.value.is_empty());
    let keys = named.map(|opened| Verifier::read(&opened.value));
    keys.collect::<Result<_, _>>().context("the entry names somebody who approves by no key")
}

fn approvals_of(folder: &Path, manifest: &str) -> Result<Approvals, anyhow::Error> {
    match read_optional(folder, APPROVALS)? {
        Some(text) => {
            Approvals::read(&text, manifest.as_bytes()).context("the approvals cannot be used")
        }
        None => Ok(Approvals::none(manifest.as_bytes())),
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, anyhow::Error> {
    std::fs::read(folder.join(name)).with_context(|| format!("`{name}` cannot be read"))
}

fn read_text(folder: &Path, name: &str) -> Result<String, anyhow::Error> {
    String::from_utf8(read(folder, name)?).with_context(|| format!("`{name}` is no text"))
}

fn read_optional(folder: &Path, name: &str) -> Result<Option<String>, anyhow::Error> {
    // What is there and cannot be read is an error.
    match std::fs::symlink_metadata(folder.join(name)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        _ => Ok(Some(read_text(folder, name)?)),
    }
}

fn first_difference(own: &str, other: &str) -> String {
    let name = |line: &str| line.splitn(3, ' ').nth(2).unwrap_or("").to_owned();
    let found = own.lines().find(|line| !other.lines().any(|other| other == *line));
    let missing = other.lines().find(|line| !own.lines().any(|own| own == *line));
    match (found, missing) {
        (Some(line), _) => format!("`{}` was changed or added", name(line)),
        (None, Some(line)) => format!("`{}` is missing", name(line)),
        (None, None) => "their order differs".to_owned(),
    }
}

fn list(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, PathBuf>,
) -> Result<(), anyhow::Error> {
    for entry in std::fs::read_dir(folder)
        .with_context(|| format!("`{}` cannot be read", folder.display()))?
    {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let mut parts = Vec::new();
        for part in path.strip_prefix(root)?.components() {
            // A line of the manifest is one file, whatever it is called.
            let part = part.as_os_str().to_str().filter(|name| !name.contains(char::is_control));
            parts.push(part.context("a file of the package has a name that no manifest can hold")?);
        }
        let name = parts.join("/");
        if kind.is_dir() {
            list(root, &path, files)?;
        } else if !kind.is_file() {
            bail!("`{name}` of the package is a link, or no file");
        } else {
            files.insert(name, path);
        }
    }
    Ok(())
}

const OF_PROOF: [&str; 10] = [
    "manifest",
    "entry",
    "opening",
    PROOF,
    "policy",
    KEYS,
    CONTINUATION,
    APPROVALS,
    "verify.py",
    "HOW-TO-CHECK.md",
];
const VERIFIER: &[u8] = include_bytes!("verify.py");
const KEYS: &str = "keys";
const CONTINUATION: &str = "continuation";
const APPROVALS: &str = "approvals";
const FOLDER: &str = "proof";
const PROOF: &str = "release.tlog-proof";

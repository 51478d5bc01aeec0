//! The proof that goes with a copy: what was recorded, that it was, and how to check it without us.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Folder, replace};
use reedbed_ledger::entry::Entry;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::opening::Opening;
use reedbed_ledger::policy::{Policy, Verdict};
use reedbed_ledger::proof::Proof;

use super::Receipt;

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
}

impl Bundle {
    /// The list of all files of a package: `SHA-256 LENGTH PATH`, sorted by path. Its digest is what a
    /// release commits to.
    pub(crate) fn manifest(package: &Path) -> Result<String, anyhow::Error> {
        let mut files = BTreeMap::new();
        list(package, package, &mut files)?;
        let mut text = String::from("reedbed-manifest/v1\n");
        for (name, path) in files {
            if name.starts_with("proof/") {
                continue;
            }
            let bytes = std::fs::read(&path)
                .with_context(|| format!("`{}` cannot be read", path.display()))?;
            text.push_str(&format!("{} {} {name}\n", Hash::of(&bytes).to_hex(), bytes.len()));
        }
        Ok(text)
    }

    /// Writes the proof of a release into its package.
    pub(crate) fn write(
        package: &Path,
        manifest: &str,
        receipt: &Receipt,
        policy: &[u8],
    ) -> Result<(), anyhow::Error> {
        let folder = package.join(FOLDER);
        std::fs::create_dir(&folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        // The recipient sees what concerns them: not who approved.
        let opening = receipt.opening.only(&["dataset", "recipient", "package"]);
        let proof = receipt.proof.to_string();
        let entry = receipt.entry.to_bytes()?;
        for (name, bytes) in [
            ("manifest", manifest.as_bytes()),
            ("entry", &entry),
            ("opening", opening.to_text().as_bytes()),
            (PROOF, proof.as_bytes()),
            ("policy", policy),
            ("verify.py", include_bytes!("verify.py")),
            ("HOW-TO-CHECK.md", include_bytes!("how-to-check.md")),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, bytes)
                .with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
        Ok(())
    }

    /// Puts a newer proof of the same entry into a package, with the policy of today; gives the folder.
    ///
    /// CRASH: the old proof or the new one.
    pub(crate) fn renew(
        package: &Path,
        entry: &Entry,
        proof: &Proof,
        policy: &[u8],
    ) -> Result<PathBuf, anyhow::Error> {
        let folder = Self::in_folder(package);
        let folder =
            folder.with_context(|| format!("there is no proof in `{}`", package.display()))?;
        let own =
            std::fs::read(folder.join("entry")).context("the entry of the copy cannot be read")?;
        if own != entry.to_bytes()? {
            bail!("the copy in `{}` was recorded as another entry", package.display());
        }
        let disk = Folder::at(&folder)?;
        replace(&disk, "policy", policy)?;
        replace(&disk, PROOF, proof.to_string().as_bytes())?;
        Ok(folder)
    }

    /// Where the proof of a package lies: in the folder itself, or in that of the package.
    pub(crate) fn in_folder(path: &Path) -> Option<PathBuf> {
        [path.to_owned(), path.join(FOLDER), path.join("package").join(FOLDER)]
            .into_iter()
            .find(|folder| folder.join(PROOF).is_file())
    }

    /// Checks the proof of a package, and the package itself where it lies around it.
    pub(crate) fn verify(folder: &Path, policy: &Policy) -> Result<Found, anyhow::Error> {
        let bytes = |name: &str| {
            std::fs::read(folder.join(name)).with_context(|| format!("`{name}` cannot be read"))
        };
        let text = |name: &str| {
            String::from_utf8(bytes(name)?).with_context(|| format!("`{name}` is no text"))
        };
        let proof = Proof::read(&text(PROOF)?).context("the proof cannot be read")?;
        let verdict = policy.check(&proof.checkpoint)?;
        let entry_bytes = bytes("entry")?;
        proof.verify_entry(&verdict.head, &entry_bytes).context("the entry is not proved")?;
        let entry = Entry::read(&entry_bytes)?;
        let opening = Opening::read(&text("opening")?).context("the opening cannot be read")?;
        opening.verify(&entry)?;
        let manifest = text("manifest")?;
        let digest = Hash::of(manifest.as_bytes()).to_hex();
        if opening.field("package").is_none_or(|opened| opened.value != digest) {
            bail!("the manifest is not the one that the entry commits to");
        }
        let package = folder.parent().context("the proof lies in no package")?;
        let own = Self::manifest(package)?;
        if own != manifest {
            bail!(
                "the files of the package are not those of the manifest: {}",
                first_difference(&own, &manifest)
            );
        }
        let files = manifest.lines().count() - 1;
        Ok(Found { verdict, index: proof.index, entry, opening, files })
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
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
        } else {
            let parts = path.strip_prefix(root)?.components();
            let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
            files.insert(parts.join("/"), path);
        }
    }
    Ok(())
}

const FOLDER: &str = "proof";
const PROOF: &str = "release.tlog-proof";

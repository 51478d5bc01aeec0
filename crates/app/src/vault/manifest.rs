//! Manifests of datasets, as the ledger commits to them: which files there are, their digests, and what
//! the shares of their keys must be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context;
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::{hex, unhex};
use reedbed_vault::people::Digest;
use reedbed_vault::shares::Commitment;
use sha2::{Digest as _, Sha256};

/// A manifest of a version of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) dataset: String,
    pub(super) version: u32,
    /// The digest of the rules that the levels follow.
    pub(super) rules: Digest,
    /// Rows of records.
    pub(super) rows: u64,
    pub(super) needed: usize,
    /// The version in whose folder the exact files are: an earlier one where only the levels are new.
    pub(super) exact: u32,
    pub(super) tables: Vec<TableOf>,
    pub(super) files: Vec<FileOf>,
    pub(super) levels: Vec<LevelFile>,
    /// By file and part, what the shares must be.
    pub(super) commitments: BTreeMap<String, Vec<Commitment>>,
    /// The folder of the shares beside the exact files: another since they were made anew.
    pub(super) shares: String,
}

/// An exact table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableOf {
    pub(super) file: String,
    pub(super) digest: String,
    pub(super) columns: Vec<String>,
}

/// An exact archive of an input that is no table of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileOf {
    pub(super) file: String,
    pub(super) digest: String,
    /// What officers and requests call it.
    pub(super) name: String,
}

/// A file of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LevelFile {
    pub(super) level: String,
    pub(super) file: String,
    pub(super) digest: String,
}

impl Manifest {
    pub(super) fn to_text(&self) -> String {
        let mut text = format!(
            "reedbed-dataset/v1\ndataset {}\nversion {}\nrules {}\nrows {}\nneeded {}\nexact {}\n",
            self.dataset,
            self.version,
            hex(&self.rules),
            self.rows,
            self.needed,
            self.exact
        );
        for TableOf { file, digest, columns } in &self.tables {
            text.push_str(&format!("table {file} {digest} {}\n", columns.join("\t")));
        }
        for FileOf { file, digest, name } in &self.files {
            text.push_str(&format!("files {file} {digest} {name}\n"));
        }
        for LevelFile { level, file, digest } in &self.levels {
            text.push_str(&format!("level {level} {file} {digest}\n"));
        }
        text.push_str(&self.shares_text());
        text
    }

    /// What the shares must be.
    pub(super) fn shares_text(&self) -> String {
        let mut text = String::new();
        for (part, commitments) in &self.commitments {
            for commitment in commitments {
                text.push_str(&format!("share {part} {}\n", Hash(commitment.0).to_hex()));
            }
        }
        text
    }

    /// Puts what shares must be since they were made anew in the place of what they were.
    pub(super) fn share_anew(&mut self, text: &str, times: usize) -> Result<(), anyhow::Error> {
        self.commitments.clear();
        for line in text.lines() {
            let parts: Vec<&str> = line.split(' ').collect();
            let read = || match parts.as_slice() {
                ["share", file, part, commitment] => {
                    Some((format!("{file} {part}"), Commitment(unhex(commitment)?)))
                }
                _ => None,
            };
            let (part, commitment) = read().context("a line about shares cannot be read")?;
            self.commitments.entry(part).or_default().push(commitment);
        }
        self.shares = format!("{SHARES}-{times}");
        Ok(())
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(super) fn read(text: &str) -> Result<Self, anyhow::Error> {
        let read = || {
            let mut lines = text.lines().skip(1);
            let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
            let mut manifest = Self {
                dataset: value("dataset")?.to_owned(),
                version: value("version")?.parse().ok()?,
                rules: unhex(value("rules")?)?,
                rows: value("rows")?.parse().ok()?,
                needed: value("needed")?.parse().ok()?,
                exact: value("exact")?.parse().ok()?,
                tables: Vec::new(),
                files: Vec::new(),
                levels: Vec::new(),
                commitments: BTreeMap::new(),
                shares: SHARES.to_owned(),
            };
            for line in lines {
                let parts: Vec<&str> = line.splitn(4, ' ').collect();
                let [kind, one, two, three] = parts.as_slice() else { return None };
                let (one, two, three) = ((*one).to_owned(), (*two).to_owned(), (*three).to_owned());
                match *kind {
                    "table" => {
                        let columns = three.split('\t').map(str::to_owned).collect();
                        manifest.tables.push(TableOf { file: one, digest: two, columns });
                    }
                    "files" => manifest.files.push(FileOf { file: one, digest: two, name: three }),
                    "level" => {
                        manifest.levels.push(LevelFile { level: one, file: two, digest: three });
                    }
                    "share" => {
                        let commitment = Commitment(unhex(&three)?);
                        let of = manifest.commitments.entry(format!("{one} {two}")).or_default();
                        of.push(commitment);
                    }
                    _ => return None,
                }
            }
            (manifest.needed >= 2).then_some(manifest)
        };
        read().context("the manifest of the dataset cannot be read")
    }
}

/// The digest of a file, read piece by piece.
pub(super) fn digest_of(path: &Path) -> Result<String, anyhow::Error> {
    let cannot = || format!("`{}` cannot be read", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let count = file.read(&mut piece).with_context(cannot)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
    }
    Ok(hex(&hash.finalize().into()))
}

/// What a level file is bound to.
pub(super) fn full_name(dataset: &str, version: u32, file: &str) -> String {
    format!("{dataset}/{version}/{file}")
}

/// The folder of shares.
pub(super) const SHARES: &str = "shares";
const PIECE: usize = 1 << 20;

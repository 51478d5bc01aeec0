//! Exact data: written under keys that no single person has, and opened by enough of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::row::Fields;
use reedbed_formats::table::Table;
use reedbed_ledger::disk::{Disk as _, Folder, replace};
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::Deed;
use reedbed_vault::level::{self, FileKeys, Group, Writer};
use reedbed_vault::officer::{Officer, seal};
use reedbed_vault::request::Approved;
use reedbed_vault::shares::{Commitment, Key, Share, combine, split};

use super::Vault;
use crate::keys::SystemRandom;

/// What an officer sends back: the request with a signature, and shares that are sealed to the key in
/// the request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) approved: Approved,
    /// By file and group.
    shares: BTreeMap<String, Vec<u8>>,
}

/// What was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) tables: Vec<(PathBuf, u64)>,
}

/// A manifest of exact tables, as the ledger commits to it.
struct Manifest {
    needed: usize,
    tables: Vec<TableOf>,
    /// By file and group, what the shares must be.
    commitments: BTreeMap<String, Vec<Commitment>>,
}

struct TableOf {
    file: String,
    digest: String,
    columns: Vec<String>,
}

impl Vault {
    /// Takes the tables of a dataset in, under keys that are split and then forgotten; gives the version
    /// and the rows of each table.
    ///
    /// CRASH: before the entry, a folder that no entry names, which the next import of this version
    /// writes anew; after it, the import is complete.
    pub(crate) fn import(
        &mut self,
        name: &str,
        dataset: &Dataset,
    ) -> Result<(u32, Vec<(String, u64)>), anyhow::Error> {
        if !is_name(name) {
            bail!(
                "`{name}` cannot be the name of a dataset: letters, digits, `-` and `_` can be in one"
            );
        }
        let needed = self.book.needed();
        let officers = self.book.officers();
        if officers.len() < needed {
            bail!(
                "there are {} officers, and {needed} must agree: enrol more first",
                officers.len()
            );
        }
        let before = self.book.datasets().iter().filter(|held| held.name == name);
        let version = before.map(|held| held.version).max().unwrap_or(0) + 1;
        let folder = self.data(name, version);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("`{}` cannot be removed", folder.display()))?;
        }
        let disk = Folder::at(&folder)?;
        disk.create_folder("shares")?;
        let mut manifest = format!("reedbed-dataset/v1\ndataset {name}\nversion {version}\n");
        manifest.push_str(&format!("needed {needed}\n"));
        let mut random = SystemRandom::new()?;
        let mut rows_of = Vec::new();
        for (number, table) in dataset.tables.iter().enumerate() {
            let file = format!("exact-{number}.parquet");
            let keys = FileKeys {
                footer: Key::generate(&mut random),
                groups: Group::ALL
                    .iter()
                    .map(|group| (*group, Key::generate(&mut random)))
                    .collect(),
            };
            let columns = columns_of(table)?;
            let out = File::create(folder.join(&file))?;
            let rows = write(table, out, &full_name(name, version, &file), &columns, &keys)?;
            let digest = Hash::of(&std::fs::read(folder.join(&file))?).to_hex();
            manifest.push_str(&format!("table {file} {digest} {}\n", columns.join("\t")));
            let parts = [("footer", &keys.footer)].into_iter();
            let groups = keys.groups.iter().map(|(group, key)| (group.word(), key));
            for (part, key) in parts.chain(groups) {
                for (officer, share) in
                    officers.iter().zip(split(key, needed, officers.len(), &mut random)?)
                {
                    let commitment = Hash(share.commitment().0).to_hex();
                    manifest.push_str(&format!("share {file} {part} {commitment}\n"));
                    let path = share_path(&file, part, &officer.key().id());
                    replace(&disk, &path, &officer.seal(&share)?)?;
                }
            }
            rows_of.push((table.name.clone(), rows));
        }
        replace(&disk, "manifest", manifest.as_bytes())?;
        // CRASH: names of folders above are safe before the entry speaks of them.
        Folder::at(&self.path)?.create_folder(&format!("data/{name}/{version}/shares"))?;
        self.record(&Deed::Import(manifest))?;
        Ok((version, rows_of))
    }

    /// The newest version of a dataset, with what its manifest says.
    fn newest(&self, dataset: &str) -> Result<(u32, Manifest), anyhow::Error> {
        let held = self.book.datasets().iter().filter(|held| held.name == dataset);
        let held = held.max_by_key(|held| held.version);
        let held = held.with_context(|| format!("the vault holds no dataset `{dataset}`"))?;
        Ok((held.version, read_manifest(&held.manifest)?))
    }

    /// Which files and groups a request is about, of the newest version.
    pub(crate) fn parts(
        &self,
        dataset: &str,
        columns: &[String],
    ) -> Result<Vec<(String, String)>, anyhow::Error> {
        let (_, manifest) = self.newest(dataset)?;
        let mut parts = Vec::new();
        for table in &manifest.tables {
            let own: Vec<&String> =
                columns.iter().filter(|column| table.columns.contains(column)).collect();
            if own.is_empty() {
                continue;
            }
            parts.push((table.file.clone(), "footer".to_owned()));
            for group in Group::ALL {
                if own.iter().any(|column| Group::of(column) == group) {
                    parts.push((table.file.clone(), group.word().to_owned()));
                }
            }
        }
        for column in columns {
            if !manifest.tables.iter().any(|table| table.columns.contains(column)) {
                bail!("no table of `{dataset}` has a column `{column}`");
            }
        }
        Ok(parts)
    }

    /// An officer's answer to a request: a signature, and the officer's shares of what is asked for,
    /// sealed to the key in the request and to nothing else.
    pub(crate) fn answer(
        &self,
        request: &Approved,
        officer: &Officer,
    ) -> Result<Answer, anyhow::Error> {
        let asked = request.request();
        let (version, _) = self.newest(&asked.dataset)?;
        let folder = self.data(&asked.dataset, version);
        let mut shares = BTreeMap::new();
        for (file, part) in self.parts(&asked.dataset, &asked.columns)? {
            let path = folder.join(share_path(&file, &part, &officer.signer().verifier().id()));
            let sealed = std::fs::read(&path)
                .context("there is no share of this officer; the data came in before or after")?;
            let share = officer.open(&sealed)?;
            shares.insert(format!("{file} {part}"), seal(&asked.recipient, &share)?);
        }
        let mut approved = Approved::new(asked.clone())?;
        approved.sign(officer);
        Ok(Answer { approved, shares })
    }

    /// Opens what a request asks for into a folder, with the answers of enough officers and the key that
    /// was made for it. The approvals and the opening are recorded before anything is written.
    ///
    /// CRASH: the ledger may know of an opening that wrote nothing, never the other way round.
    pub(crate) fn unseal(
        &mut self,
        request: &Approved,
        answers: &[Answer],
        identity: &Officer,
        out: &Path,
    ) -> Result<Opened, anyhow::Error> {
        let asked = request.request().clone();
        let digest = request.digest();
        for answer in answers {
            if answer.approved.digest() != digest {
                bail!("an answer is one to another request");
            }
            // One that was recorded before, when something else failed, counts once.
            let is_known = self.book.request(&digest).is_some_and(|held| {
                let by = answer.approved.by(self.book.officers()).unwrap_or_default();
                let held = held.by(self.book.officers()).unwrap_or_default();
                !by.is_empty() && by.iter().all(|key| held.contains(key))
            });
            if !is_known {
                self.record(&Deed::Approve(answer.approved.clone()))?;
            }
        }
        let (version, manifest) = self.newest(&asked.dataset)?;
        // The keys are made before the deed is recorded: who cannot open has opened nothing.
        let mut keys: BTreeMap<(String, String), Key> = BTreeMap::new();
        for (file, part) in self.parts(&asked.dataset, &asked.columns)? {
            let name = format!("{file} {part}");
            let sealed = answers.iter().filter_map(|answer| answer.shares.get(&name));
            let shares: Vec<Share> =
                sealed.map(|sealed| identity.open(sealed)).collect::<Result<_, _>>()?;
            let committed = manifest.commitments.get(&name).map_or(&[][..], Vec::as_slice);
            let key = combine(&shares, manifest.needed, committed)
                .with_context(|| format!("the key of `{part}` cannot be made"))?;
            keys.insert((file, part), key);
        }
        self.record(&Deed::Do(digest))?;
        std::fs::create_dir(out).with_context(|| format!("`{}` cannot be made", out.display()))?;
        let mut tables = Vec::new();
        for table in &manifest.tables {
            let key = |part: &str| keys.get(&(table.file.clone(), part.to_owned())).cloned();
            let Some(footer) = key("footer") else { continue };
            let groups = Group::ALL.iter().filter_map(|group| Some((*group, key(group.word())?)));
            let keys = FileKeys { footer, groups: groups.collect() };
            let path = self.data(&asked.dataset, version).join(&table.file);
            if Hash::of(&std::fs::read(&path)?).to_hex() != table.digest {
                bail!("`{}` is not the file that came in", path.display());
            }
            let columns: Vec<String> = asked
                .columns
                .iter()
                .filter(|column| table.columns.contains(column))
                .cloned()
                .collect();
            let to = out.join(table.file.replace(".parquet", ".csv"));
            let name = full_name(&asked.dataset, version, &table.file);
            let rows = to_csv(File::open(&path)?, &name, &columns, &keys, &to)?;
            tables.push((to, rows));
        }
        Ok(Opened { tables })
    }
}

impl Answer {
    /// As a file.
    pub(crate) fn to_text(&self) -> String {
        let mut text = "reedbed-answer/v1\n".to_owned();
        for (name, sealed) in &self.shares {
            text.push_str(&format!("share {name} {}\n", STANDARD.encode(sealed)));
        }
        format!("{text}\n{}", self.approved.to_text())
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(crate) fn read(text: &str) -> Result<Self, anyhow::Error> {
        let (head, note) = text.split_once("\n\n").context("it is no answer of an officer")?;
        let mut lines = head.lines();
        if lines.next() != Some("reedbed-answer/v1") {
            bail!("it is no answer of an officer");
        }
        let mut shares = BTreeMap::new();
        for line in lines {
            let parts: Vec<&str> = line.split(' ').collect();
            let ["share", file, part, sealed] = parts.as_slice() else {
                bail!("a line of the answer is none");
            };
            let sealed = STANDARD.decode(sealed).context("a share of the answer is no base64")?;
            shares.insert(format!("{file} {part}"), sealed);
        }
        Ok(Self { approved: Approved::read(note)?, shares })
    }
}

fn share_path(file: &str, part: &str, officer: &str) -> String {
    format!("shares/{file}.{part}.{officer}")
}

/// What a level file is bound to.
fn full_name(dataset: &str, version: u32, file: &str) -> String {
    format!("{dataset}/{version}/{file}")
}

fn is_name(name: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(is_sign)
}

/// The headings of a table, of which no two may be alike.
fn columns_of(table: &Table) -> Result<Vec<String>, anyhow::Error> {
    let mut columns: Vec<String> = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let name = match column.heading.as_str() {
            "" => format!("column {}", at + 1),
            heading => heading.replace(['\t', '\n', '\r'], " "),
        };
        if columns.contains(&name) {
            bail!("`{}` has two columns `{name}`", table.name);
        }
        columns.push(name);
    }
    Ok(columns)
}

fn write(
    table: &Table,
    out: File,
    name: &str,
    columns: &[String],
    keys: &FileKeys,
) -> Result<u64, anyhow::Error> {
    let mut writer = Writer::new(out, name, columns, keys)?;
    let (shape, mut chunks, mut rows) = (table.shape(), table.read()?, 0);
    let (mut fields, mut scratch) = (Fields::default(), String::new());
    while let Some(chunk) = chunks.next_chunk()? {
        let mut of_chunk = chunk.rows(&shape);
        while let Some(row) = of_chunk.next_into(&mut fields) {
            if let Some(fault) = &row.fault {
                bail!(
                    "row {} of `{}` cannot be read: {fault:?}; nothing came in",
                    row.row + 1,
                    table.name
                );
            }
            let cells = (0..columns.len()).map(|at| {
                let value = fields.value(row.bytes, at, &shape, &mut scratch);
                (!value.is_empty()).then(|| value.to_owned())
            });
            writer.row(cells.collect())?;
            rows += 1;
        }
    }
    writer.finish()?.sync_all()?;
    Ok(rows)
}

fn to_csv(
    file: File,
    name: &str,
    columns: &[String],
    keys: &FileKeys,
    to: &Path,
) -> Result<u64, anyhow::Error> {
    let mut out = std::io::BufWriter::new(crate::keys::create_new(to)?);
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.map(quoted).collect();
        format!("{}\n", cells.join(","))
    };
    out.write_all(line(&mut columns.iter().map(String::as_str)).as_bytes())?;
    let mut rows = 0;
    level::read(file, name, columns, keys, |batch| {
        for row in level::rows(&batch) {
            out.write_all(line(&mut row.into_iter().map(|cell| cell.unwrap_or(""))).as_bytes())?;
            rows += 1;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(rows)
}

/// A cell of a CSV table (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn read_manifest(text: &str) -> Result<Manifest, anyhow::Error> {
    let wrong = || anyhow::anyhow!("the manifest of the dataset cannot be read");
    let (mut needed, mut tables, mut commitments) = (0, Vec::new(), BTreeMap::new());
    for line in text.lines().skip(3) {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        match parts.as_slice() {
            ["needed", number] => needed = number.parse()?,
            ["table", file, digest, columns] => tables.push(TableOf {
                file: (*file).to_owned(),
                digest: (*digest).to_owned(),
                columns: columns.split('\t').map(str::to_owned).collect(),
            }),
            ["share", file, part, commitment] => {
                let commitment = reedbed_vault::book::unhex(commitment).ok_or_else(wrong)?;
                let of: &mut Vec<Commitment> =
                    commitments.entry(format!("{file} {part}")).or_default();
                of.push(Commitment(commitment));
            }
            _ => return Err(wrong()),
        }
    }
    if needed < 2 { Err(wrong()) } else { Ok(Manifest { needed, tables, commitments }) }
}

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
use reedbed_vault::book::{Deed, Reshared};
use reedbed_vault::level::{self, FileKeys, Group, Writer};
use reedbed_vault::officer::{Card, Officer, seal};
use reedbed_vault::people::Action;
use reedbed_vault::plugin::Plugins;
use reedbed_vault::request::{Approved, Request};
use reedbed_vault::shares::{Key, Share, combine, split};

use super::levels::seal_files;
use super::manifest::{FileOf, Manifest, SHARES, TableOf, digest_of, full_name};
use super::rows::Rows;
use super::{Vault, pack};
use crate::clock;
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

/// Keys on their way into shares.
pub(super) struct Splitting<'a> {
    disk: &'a Folder,
    officers: &'a [&'a Card],
    plugins: Plugins,
    needed: usize,
    manifest: &'a mut Manifest,
}

impl Splitting<'_> {
    /// Splits the key of a part of a file among the officers, and notes what the shares must be.
    fn split(
        &mut self,
        (file, part): (&str, &str),
        key: &Key,
        random: &mut SystemRandom,
    ) -> Result<(), anyhow::Error> {
        let shares = split(key, self.needed, self.officers.len(), random)?;
        let of = self.manifest.commitments.entry(format!("{file} {part}")).or_default();
        for (officer, share) in self.officers.iter().zip(shares) {
            of.push(share.commitment());
            let path = share_path(&self.manifest.shares, file, part, &officer.key().id());
            let sealed = officer.seal(&share, &self.plugins).with_context(|| {
                format!("nothing can be sealed to the officer `{}`", officer.key().name())
            });
            replace(self.disk, &path, &sealed?)?;
        }
        Ok(())
    }
}

impl Vault {
    /// Writes the exact level of what was given: tables of records, and all other inputs as they are.
    /// Its keys are gone when this returns. Gives the rows of each table.
    pub(super) fn write_exact(
        &self,
        manifest: &mut Manifest,
        records: &Dataset,
        inputs: &[PathBuf],
    ) -> Result<Vec<(String, u64)>, anyhow::Error> {
        let folder = self.data(&manifest.dataset, manifest.version);
        let disk = Folder::at(&folder)?;
        disk.create_folder("shares")?;
        let officers = self.book.officers();
        let (dataset, version, needed) =
            (manifest.dataset.clone(), manifest.version, manifest.needed);
        let plugins = crate::cli::plugins();
        let mut splitting =
            Splitting { disk: &disk, officers: &officers, plugins, needed, manifest };
        let mut random = SystemRandom::new()?;
        let mut rows_of = Vec::new();
        for (number, table) in records.tables.iter().enumerate() {
            let file = format!("exact-{number}.parquet");
            let keys = FileKeys::generate(&mut random);
            let columns = columns_of(table)?;
            let out = crate::keys::create_new(&folder.join(&file))?;
            let rows = write(table, out, &full_name(&dataset, version, &file), &columns, &keys)?;
            splitting.split((&file, FOOTER), &keys.footer, &mut random)?;
            for (group, key) in &keys.groups {
                splitting.split((&file, group.word()), key, &mut random)?;
            }
            let digest = digest_of(&folder.join(&file))?;
            splitting.manifest.tables.push(TableOf { file, digest, columns });
            rows_of.push((table.name.clone(), rows));
        }
        // What is a table of records and nothing else is held whole by its columns.
        let is_held = |input: &Path| {
            let own = input.canonicalize().ok();
            let mut paths = records.tables.iter().filter_map(|table| table.path());
            own.is_some_and(|own| {
                paths.any(|path| path.canonicalize().is_ok_and(|path| path == own))
            })
        };
        for (number, input) in inputs.iter().filter(|input| !is_held(input)).enumerate() {
            let file = format!("exact-{number}.files");
            let key = Key::generate(&mut random);
            let name = input.file_name().and_then(|name| name.to_str());
            let name =
                name.unwrap_or("input").replace(|c: char| c.is_whitespace() || c == ',', "_");
            let below = pack::files(input)?.into_iter();
            let all = below.map(|(below, path)| match below.as_str() {
                "" => (name.clone(), path),
                below => (format!("{name}/{below}"), path),
            });
            seal_files(&all.collect(), &folder.join(&file), &key)?;
            splitting.split((&file, FILES), &key, &mut random)?;
            let digest = digest_of(&folder.join(&file))?;
            splitting.manifest.files.push(FileOf {
                file,
                digest,
                name: format!("file:{number}:{name}"),
            });
        }
        Ok(rows_of)
    }

    /// The newest version of a dataset, with what its manifest says.
    pub(super) fn newest(&self, dataset: &str) -> Result<Manifest, anyhow::Error> {
        let held = self.book.newest(dataset);
        let held = held.with_context(|| format!("the vault holds no dataset `{dataset}`"))?;
        if held.is_shredded {
            bail!("the keys of `{dataset}` were destroyed");
        }
        self.manifest(&held.manifest)
    }

    /// What a manifest says, with the shares of now.
    pub(super) fn manifest(&self, text: &str) -> Result<Manifest, anyhow::Error> {
        let mut manifest = Manifest::read(text)?;
        let reshared = self.book.reshared(&manifest.dataset, manifest.exact);
        if let Some((reshared, times)) = reshared {
            manifest.share_anew(&reshared.shares, times)?;
        }
        Ok(manifest)
    }

    /// A version of a dataset, with what its manifest says.
    pub(super) fn version_of(
        &self,
        dataset: &str,
        version: u32,
    ) -> Result<Manifest, anyhow::Error> {
        let newest = self.newest(dataset)?;
        let mut all = self.book.datasets().iter();
        let held = all.find(|held| held.name == dataset && held.version == version);
        let held = held.with_context(|| {
            format!("`{dataset}` has no version {version}; the newest is {}", newest.version)
        })?;
        self.manifest(&held.manifest)
    }

    /// Which files and groups a request is about.
    pub(crate) fn parts(&self, request: &Request) -> Result<Vec<(String, String)>, anyhow::Error> {
        let rows = Rows::read(&request.rows)?;
        let manifest = self.version_of(&request.dataset, rows.version)?;
        if request.action == Action::Reshare {
            let all = manifest.commitments.keys().filter_map(|part| part.split_once(' '));
            return Ok(all.map(|(file, part)| (file.to_owned(), part.to_owned())).collect());
        }
        let mut parts = Vec::new();
        for table in &manifest.tables {
            let is_own = |column: &&String| table.columns.contains(*column);
            let own: Vec<&String> = request.columns.iter().filter(is_own).collect();
            if own.is_empty() {
                continue;
            }
            parts.push((table.file.clone(), FOOTER.to_owned()));
            for group in Group::ALL {
                if own.iter().any(|column| Group::of(column) == group) {
                    parts.push((table.file.clone(), group.word().to_owned()));
                }
            }
        }
        for column in &request.columns {
            let file = manifest.files.iter().find(|file| file.name == *column);
            parts.extend(file.map(|file| (file.file.clone(), FILES.to_owned())));
            if file.is_none() && !manifest.tables.iter().any(|of| of.columns.contains(column)) {
                let names: Vec<&str> =
                    manifest.files.iter().map(|file| file.name.as_str()).collect();
                bail!(
                    "no table of `{}` has a column `{column}`{}{}",
                    request.dataset,
                    if names.is_empty() { "" } else { "; inputs that are no tables are " },
                    names.join(", ")
                );
            }
        }
        for column in rows.columns() {
            if !request.columns.iter().any(|own| own == column) {
                bail!("rows are chosen by `{column}`, which is not asked for: ask for it too");
            }
        }
        Ok(parts)
    }

    /// An officer's answer to a request: a signature, and for exact data the officer's shares of what is
    /// asked for, sealed to the key in the request and to nothing else.
    ///
    /// The shares are in it once the request's delay is over by the officer's own clock (`now`), since
    /// whoever has the vault's machine sets that of the vault.
    pub(crate) fn answer(
        &self,
        request: &Approved,
        officer: &Officer,
        now: u64,
    ) -> Result<Answer, anyhow::Error> {
        let asked = request.request();
        let (mut shares, plugins) = (BTreeMap::new(), crate::cli::plugins());
        let opens = matches!(asked.action, Action::Unseal | Action::Reshare);
        if opens && now >= asked.made.saturating_add(asked.delay) {
            let version = Rows::read(&asked.rows)?.version;
            let manifest = self.version_of(&asked.dataset, version)?;
            let folder = self.data(&asked.dataset, manifest.exact);
            for (file, part) in self.parts(asked)? {
                let id = officer.signer().verifier().id();
                let path = folder.join(share_path(&manifest.shares, &file, &part, &id));
                let sealed = std::fs::read(&path).context(
                    "there is no share of this officer: they were enrolled after the data came in, or \
                     it was destroyed",
                )?;
                let share = officer.open(&sealed, &plugins)?;
                shares.insert(format!("{file} {part}"), seal(&asked.recipient, &share)?);
            }
        }
        let mut approved = Approved::new(asked.clone())?;
        approved.sign(officer);
        Ok(Answer { approved, shares })
    }

    /// Records the approvals of answers, those that are not recorded yet.
    pub(super) fn record_approvals(
        &mut self,
        request: &Approved,
        answers: &[Answer],
    ) -> Result<(), anyhow::Error> {
        let digest = request.digest();
        for answer in answers {
            if answer.approved.digest() != digest {
                bail!("an answer is to another request");
            }
            let held = self.book.request(&digest);
            let before = held.map(|held| held.by(self.book.officers())).transpose()?;
            let own = answer.approved.by(self.book.officers())?;
            // An answer that was recorded before, such as by an attempt that failed later.
            let is_known = before.is_some_and(|before| own.iter().all(|one| before.contains(one)));
            if own.is_empty() || !is_known {
                self.record(&Deed::Approve(answer.approved.clone()))?;
            }
        }
        Ok(())
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
        let (asked, digest) = (request.request(), request.digest());
        if asked.action != Action::Unseal {
            bail!("the request does not ask for exact data");
        }
        let rows = Rows::read(&asked.rows)?;
        let manifest = self.version_of(&asked.dataset, rows.version)?;
        self.record_approvals(request, answers)?;
        // Whether it may be done is known before the work.
        let trial = Deed::Do { request: digest, package: None };
        self.book.clone().happen(&trial, clock::now())?;
        let keys = self.keys_of(asked, &manifest, answers, identity)?;
        // What cannot be opened is found out before it is said that it was.
        let folder = self.data(&asked.dataset, manifest.exact);
        let named = manifest.tables.iter().map(|table| (&table.file, &table.digest));
        for (file, digest) in named.chain(manifest.files.iter().map(|one| (&one.file, &one.digest)))
        {
            let is_asked = keys.keys().any(|(own, _)| own == file);
            if is_asked && digest_of(&folder.join(file))? != *digest {
                bail!("`{}` is not the file that came in", folder.join(file).display());
            }
        }
        self.record(&Deed::Do { request: digest, package: None })?;
        crate::keys::create_dir(out)
            .with_context(|| format!("`{}` cannot be made", out.display()))?;
        let mut tables = Vec::new();
        for table in &manifest.tables {
            let key = |part: &str| keys.get(&(table.file.clone(), part.to_owned())).cloned();
            let Some(footer) = key(FOOTER) else { continue };
            let groups = Group::ALL.iter().filter_map(|group| Some((*group, key(group.word())?)));
            let keys = FileKeys { footer, groups: groups.collect() };
            let is_own = |column: &&String| table.columns.contains(*column);
            let columns: Vec<String> = asked.columns.iter().filter(is_own).cloned().collect();
            let to = out.join(table.file.replace(".parquet", ".csv"));
            let name = full_name(&asked.dataset, manifest.exact, &table.file);
            let from = (File::open(folder.join(&table.file))?, name.as_str());
            let rows = to_csv(from, &columns, &table.columns, &keys, &rows, &to)?;
            tables.push((to, rows));
        }
        for file in &manifest.files {
            let Some(key) = keys.get(&(file.file.clone(), FILES.to_owned())) else { continue };
            let sealed = File::open(folder.join(&file.file))?;
            pack::unpack(reedbed_vault::sealed::reader(sealed, key)?, out)?;
            let name = file.name.rsplit(':').next().unwrap_or_default();
            tables.push((out.join(name), 0));
        }
        Ok(Opened { tables })
    }
}

impl Vault {
    /// Makes the keys that a request is about of the shares in answers.
    fn keys_of(
        &self,
        asked: &Request,
        manifest: &Manifest,
        answers: &[Answer],
        identity: &Officer,
    ) -> Result<BTreeMap<(String, String), Key>, anyhow::Error> {
        let mut keys: BTreeMap<(String, String), Key> = BTreeMap::new();
        for (file, part) in self.parts(asked)? {
            let name = format!("{file} {part}");
            let sealed = answers.iter().filter_map(|answer| answer.shares.get(&name));
            // The key of a request is never a plugin's.
            let shares: Vec<Share> = sealed
                .map(|sealed| identity.open(sealed, &Plugins::none()))
                .collect::<Result<_, _>>()?;
            let committed = manifest.commitments.get(&name).map_or(&[][..], Vec::as_slice);
            let key = combine(&shares, manifest.needed, committed)
                .with_context(|| format!("the key of `{part}` cannot be made"))?;
            keys.insert((file, part), key);
        }
        Ok(keys)
    }

    /// Shares the keys of an exact level anew, among those who are officers now. Gives the index of the
    /// entry.
    ///
    /// CRASH: new shares that no entry names, which the next attempt writes anew; or old ones that are of
    /// use no longer, which [`Self::remove_old_shares`] destroys.
    pub(crate) fn reshare(
        &mut self,
        request: &Approved,
        answers: &[Answer],
        identity: &Officer,
    ) -> Result<u64, anyhow::Error> {
        let asked = request.request();
        if asked.action != Action::Reshare {
            bail!("the request does not ask for keys to be shared anew");
        }
        let mut manifest = self.version_of(&asked.dataset, Rows::read(&asked.rows)?.version)?;
        self.record_approvals(request, answers)?;
        let reshared = |shares: String| {
            let (request, dataset) = (request.digest(), asked.dataset.clone());
            Deed::Reshare(Reshared { request, dataset, exact: manifest.exact, shares })
        };
        // Whether it may be done is known before the work.
        self.book.clone().happen(&reshared(String::new()), clock::now())?;
        let keys = self.keys_of(asked, &manifest, answers, identity)?;
        let folder = self.data(&asked.dataset, manifest.exact);
        let disk = Folder::at(&folder)?;
        let before = self.book.reshared(&asked.dataset, manifest.exact);
        let times = before.map_or(0, |(_, times)| times) + 1;
        let officers = self.book.officers();
        let needed = manifest.needed;
        let mut anew = manifest.clone();
        anew.share_anew("", times)?;
        let shares = folder.join(&anew.shares);
        if shares.exists() {
            std::fs::remove_dir_all(&shares)
                .with_context(|| format!("`{}` cannot be removed", shares.display()))?;
        }
        disk.create_folder(&anew.shares)?;
        let mut random = SystemRandom::new()?;
        let plugins = crate::cli::plugins();
        let mut splitting =
            Splitting { disk: &disk, officers: &officers, plugins, needed, manifest: &mut anew };
        for ((file, part), key) in &keys {
            splitting.split((file, part), key, &mut random)?;
        }
        disk.sync_folder(&anew.shares)?;
        let deed = reshared(anew.shares_text());
        manifest = anew;
        let index = self.record(&deed)?;
        self.remove_old_shares(&manifest.dataset, manifest.exact)?;
        Ok(index)
    }

    /// Destroys the shares of an exact level that are of use no longer.
    pub(super) fn remove_old_shares(&self, dataset: &str, exact: u32) -> Result<(), anyhow::Error> {
        let times = self.book.reshared(dataset, exact).map_or(0, |(_, times)| times);
        let folder = self.data(dataset, exact);
        for old in 0..times {
            let name = if old == 0 { SHARES.to_owned() } else { format!("{SHARES}-{old}") };
            let shares = folder.join(name);
            for path in pack::files(&shares).unwrap_or_default().into_values() {
                super::upkeep::destroy(&path)?;
            }
            if shares.exists() {
                std::fs::remove_dir_all(&shares)
                    .with_context(|| format!("`{}` cannot be removed", shares.display()))?;
            }
        }
        Ok(())
    }
}

impl Answer {
    /// Whether it holds shares of keys.
    pub(crate) fn has_shares(&self) -> bool {
        !self.shares.is_empty()
    }

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

fn share_path(shares: &str, file: &str, part: &str, officer: &str) -> String {
    format!("{shares}/{file}.{part}.{officer}")
}

pub(super) fn is_name(name: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(is_sign)
}

/// The headings of a table, of which no two may be alike.
pub(super) fn columns_of(table: &Table) -> Result<Vec<String>, anyhow::Error> {
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

pub(super) fn write(
    table: &Table,
    out: File,
    name: &str,
    columns: &[String],
    keys: &FileKeys,
) -> Result<u64, anyhow::Error> {
    let mut writer = Writer::new(out, name, columns, keys, SystemRandom::new()?)?;
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

/// Writes rows of a level file as CSV; gives how many.
pub(super) fn to_csv(
    (file, name): (File, &str),
    columns: &[String],
    all: &[String],
    keys: &FileKeys,
    wanted: &Rows,
    to: &Path,
) -> Result<u64, anyhow::Error> {
    let mut out = std::io::BufWriter::new(crate::keys::create_new(to)?);
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.map(quoted).collect();
        format!("{}\n", cells.join(","))
    };
    out.write_all(line(&mut columns.iter().map(String::as_str)).as_bytes())?;
    // Conditions may be about columns that are not told.
    let mut read = columns.to_vec();
    let named = wanted.columns().filter(|column| all.iter().any(|own| own == column));
    read.extend(named.filter(|column| !columns.iter().any(|own| own == column)).map(str::to_owned));
    read.dedup();
    let mut rows = 0;
    level::read(file, name, &read, keys, |batch| {
        // Columns come in the order of the file.
        let schema = batch.schema();
        let at: Vec<usize> =
            read.iter().filter_map(|column| schema.index_of(column).ok()).collect();
        for row in level::rows(&batch) {
            let row: Vec<Option<&str>> =
                at.iter().map(|at| row.get(*at).copied().flatten()).collect();
            if !wanted.contain(&read, &row) {
                continue;
            }
            let cells = row.iter().take(columns.len());
            out.write_all(line(&mut cells.map(|cell| cell.unwrap_or(""))).as_bytes())?;
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

const FOOTER: &str = "footer";
const FILES: &str = "files";

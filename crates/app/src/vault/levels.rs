//! The public and the partner level: what the engine wrote, under keys that the vault's own key opens.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;
use reedbed_vault::book::{hex, unhex};
use reedbed_vault::level::{FileKeys, Group};
use reedbed_vault::own::Own;
use reedbed_vault::sealed;
use reedbed_vault::shares::Key;
use zeroize::Zeroizing;

use super::exact::{columns_of, to_csv, write};
use super::manifest::{LevelFile, Manifest, digest_of, full_name};
use super::rows::Rows;
use super::{Vault, pack};
use crate::keys::SystemRandom;

/// Which rows and columns of the tables are wanted.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) rows: &'a Rows,
    pub(super) columns: &'a dyn Fn(&str) -> bool,
}

/// A table of a level, with its keys.
struct TableOf {
    file: String,
    name: String,
    columns: Vec<String>,
    keys: FileKeys,
}

/// What is in a level.
#[derive(Default)]
struct Layout {
    tables: Vec<TableOf>,
    files: Option<(String, Key)>,
}

impl Vault {
    /// Writes a level from the package that the engine wrote, of which some files are tables.
    pub(super) fn write_level(
        &self,
        (dataset, version): (&str, u32),
        level: &str,
        package: &Path,
        tables: &[PathBuf],
    ) -> Result<Vec<LevelFile>, anyhow::Error> {
        let folder = self.data(dataset, version);
        let mut random = SystemRandom::new()?;
        let (mut layout, mut written) = (Layout::default(), Vec::new());
        let mut add = |file: &str| -> Result<(), anyhow::Error> {
            let digest = digest_of(&folder.join(file))?;
            written.push(LevelFile { level: level.to_owned(), file: file.to_owned(), digest });
            Ok(())
        };
        for (number, name) in tables.iter().enumerate() {
            let opened = dataset::open(
                &[package.join(name)],
                &OpenOptions {
                    delimiter: Some(b','),
                    header: Some(true),
                    ..OpenOptions::default()
                },
                &Limits::default(),
            )?;
            let table = opened.tables.first().context("the engine wrote no table")?;
            let file = format!("{level}-{number}.parquet");
            let keys = FileKeys::generate(&mut random);
            let columns = columns_of(table)?;
            let out = crate::keys::create_new(&folder.join(&file))?;
            write(table, out, &full_name(dataset, version, &file), &columns, &keys)?;
            let name = name.display().to_string();
            add(&file)?;
            layout.tables.push(TableOf { file, name, columns, keys });
        }
        let mut others = pack::files(package)?;
        others.retain(|name, _| !tables.iter().any(|table| table == Path::new(name)));
        if !others.is_empty() {
            let (file, key) = (format!("{level}.files"), Key::generate(&mut random));
            seal_files(&others, &folder.join(&file), &key)?;
            add(&file)?;
            layout.files = Some((file, key));
        }
        let file = format!("{level}.keys");
        let sealed = sealed::seal(&self.recipient()?, layout.to_text().as_bytes())?;
        crate::keys::create_new(&folder.join(&file))?.write_all(&sealed)?;
        // Its digest is in no manifest: it is sealed anew when the vault's own key changes.
        Ok(written)
    }

    /// Writes a level as files into a folder; gives the tables among them.
    pub(super) fn read_level(
        &self,
        manifest: &Manifest,
        level: &str,
        own: &Own,
        to: &Path,
        wanted: Wanted<'_>,
    ) -> Result<Vec<PathBuf>, anyhow::Error> {
        let (dataset, version) = (manifest.dataset.as_str(), manifest.version);
        let layout = self.layout(dataset, version, level, own)?;
        let folder = self.data(dataset, version);
        crate::keys::create_dir(to)?;
        let check = |file: &str| -> Result<PathBuf, anyhow::Error> {
            let own = manifest.levels.iter().find(|of| of.file == file && of.level == level);
            let own = own.with_context(|| format!("`{file}` is no part of the dataset"))?;
            let path = folder.join(file);
            if digest_of(&path)? != own.digest {
                bail!("`{}` is not the file that came in", path.display());
            }
            Ok(path)
        };
        let mut tables = Vec::new();
        for table in &layout.tables {
            let path = check(&table.file)?;
            let columns: Vec<String> =
                table.columns.iter().filter(|column| (wanted.columns)(column)).cloned().collect();
            if columns.is_empty() {
                continue;
            }
            let out = to.join(&table.name);
            let name = full_name(dataset, version, &table.file);
            let from = (File::open(&path)?, name.as_str());
            let rows = to_csv(from, &columns, &table.columns, &table.keys, wanted.rows, &out)?;
            if rows == 0 && !wanted.rows.is_all() {
                std::fs::remove_file(&out)?;
                continue;
            }
            tables.push(out);
        }
        if let Some((file, key)) = &layout.files {
            let sealed = sealed::reader(File::open(check(file)?)?, key)?;
            pack::unpack(sealed, to)?;
        }
        Ok(tables)
    }

    fn layout(
        &self,
        dataset: &str,
        version: u32,
        level: &str,
        own: &Own,
    ) -> Result<Layout, anyhow::Error> {
        let path = format!("data/{dataset}/{version}/{level}.keys");
        let missing = || format!("the {level} level of `{dataset}` is not there");
        let text = self.read_sealed(&path, own)?.with_context(missing)?;
        let text = std::str::from_utf8(&text).ok().and_then(Layout::read);
        text.with_context(|| format!("the keys of the {level} level of `{dataset}` are damaged"))
    }
}

/// Seals files as one archive under a key; gives how many bytes of files it holds.
pub(super) fn seal_files(
    files: &BTreeMap<String, PathBuf>,
    to: &Path,
    key: &Key,
) -> Result<u64, anyhow::Error> {
    let out = std::io::BufWriter::with_capacity(BUFFER, crate::keys::create_new(to)?);
    let mut out = sealed::writer(out, &sealed::recipient_of(key)?)?;
    let bytes = pack::write(files, &mut out)?;
    let file = out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(bytes)
}

impl Layout {
    fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!("{HEAD}\n"));
        for TableOf { file, name, columns, keys } in &self.tables {
            let footer = Zeroizing::new(hex(keys.footer.bytes()));
            let columns = columns.join("\t");
            text.push_str(&format!("table\t{file}\t{name}\t{}\t{columns}\n", *footer));
            for (group, key) in &keys.groups {
                text.push_str(&format!("key\t{file}\t{}\t{}\n", group.word(), hex(key.bytes())));
            }
        }
        if let Some((file, key)) = &self.files {
            text.push_str(&format!("files\t{file}\t{}\n", hex(key.bytes())));
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return None;
        }
        let mut layout = Self::default();
        for line in lines {
            let parts: Vec<&str> = line.split('\t').collect();
            match parts.as_slice() {
                ["table", file, name, footer, columns @ ..] => layout.tables.push(TableOf {
                    file: (*file).to_owned(),
                    name: (*name).to_owned(),
                    columns: columns.iter().map(|column| (*column).to_owned()).collect(),
                    keys: FileKeys { footer: Key::new(unhex(footer)?), groups: BTreeMap::new() },
                }),
                ["key", file, group, key] => {
                    let table = layout.tables.last_mut().filter(|table| table.file == *file)?;
                    let group = Group::ALL.into_iter().find(|own| own.word() == *group)?;
                    table.keys.groups.insert(group, Key::new(unhex(key)?));
                }
                ["files", file, key] => {
                    layout.files = Some(((*file).to_owned(), Key::new(unhex(key)?)));
                }
                _ => return None,
            }
        }
        Some(layout)
    }
}

/// The level of the whole house that partners' copies are made from.
pub(super) const PARTNER: &str = "partner";
/// The level for everyone.
pub(super) const PUBLIC: &str = "public";
const HEAD: &str = "reedbed-level/v1";
const BUFFER: usize = 1 << 20;

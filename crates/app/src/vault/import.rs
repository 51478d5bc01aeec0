//! How data come in: the exact level under keys that nobody has afterwards, the partner and the public
//! level under the vault's own key.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_core::decide::Audience;
use reedbed_engine::pseudonym::{Pseudonyms, Secret};
use reedbed_engine::registry::{self as engine_registry, Registry};
use reedbed_engine::share::{self, Holder, OutputForm, Settings, Shared};
use reedbed_formats::collection::{self, Collection, CollectionOptions};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::limits::Limits;
use reedbed_ledger::disk::{Disk as _, Folder, replace};
use reedbed_vault::book::Deed;
use reedbed_vault::officer::OfficerError;
use reedbed_vault::own::Own;
use reedbed_vault::people::Digest;

use super::levels::{PARTNER, PUBLIC, Wanted};
use super::manifest::{Manifest, SHARES};
use super::rows::Rows;
use super::work::Work;
use super::{Vault, exact, pack};
use crate::cli::inputs::{InputArgs, RuleArgs};
use crate::clock;
use crate::progress::Bars;

/// What came of an import.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) version: u32,
    /// Rows of the exact tables.
    pub(crate) tables: Vec<(String, u64)>,
    /// Protected records of the partner level.
    pub(crate) protected: u64,
    /// Why there is no public level, where there is none.
    pub(crate) no_public: Option<String>,
}

/// A copy that is to be made.
pub(super) struct Making<'a> {
    pub(super) rules: &'a RuleArgs,
    pub(super) rules_digest: &'a Digest,
    pub(super) audience: Audience,
    pub(super) partner: Option<&'a str>,
    pub(super) terms: Option<String>,
    pub(super) dataset: &'a str,
    pub(super) secret: &'a Secret,
    pub(super) registry: Option<Registry>,
    /// What earlier copies told more finely does not leave, instead of that nothing does.
    pub(super) despite_earlier: bool,
    /// The step of the partner level that it is made of; nothing where it is made of what came in.
    pub(super) from_level: Option<u8>,
    pub(super) known: Vec<Dataset>,
    pub(super) with: Vec<Dataset>,
    pub(super) form: OutputForm,
    pub(super) title: Option<String>,
}

impl Making<'_> {
    /// How an audience is called where its pseudonyms are made.
    fn called(&self) -> &str {
        match self.audience {
            Audience::Public => "public",
            // No partner is called that: their names have no spaces at the end.
            Audience::PartnerLevel { .. } => "partner level ",
            Audience::Partner { .. } => self.partner.unwrap_or("one partner"),
        }
    }

    /// Settings of the engine.
    pub(super) fn settings(self) -> Result<(Settings, Pseudonyms), anyhow::Error> {
        let pseudonyms = Pseudonyms::new(self.secret, self.dataset, self.called());
        let (today, read) = (clock::today(), self.rules.read()?);
        let settings = Settings {
            rule_findings: read.findings(today),
            rules: read.rules,
            rules_digest: reedbed_vault::book::hex(self.rules_digest),
            areas: read.areas,
            checklist: read.checklist,
            audience: self.audience,
            partner: self.partner.map(str::to_owned),
            terms: self.terms,
            secret: self.secret.clone(),
            dataset: self.dataset.to_owned(),
            holder: Holder { title: self.title, ..Holder::default() },
            registry: self.registry,
            despite_earlier: self.despite_earlier,
            from_level: self.from_level,
            known: self.known,
            with: self.with,
            form: Some(self.form),
            is_neutral: false,
            today,
            workers: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        };
        Ok((settings, pseudonyms))
    }
}

impl Vault {
    /// Takes data in; the exact keys are split and then forgotten.
    ///
    /// CRASH: before the entry, a folder that no entry names, which the next import of this version
    /// writes anew; after it, the import is complete.
    pub(crate) fn import(
        &mut self,
        name: &str,
        input: &InputArgs,
        rules: &Digest,
        own: &Own,
        bars: &Bars,
    ) -> Result<Imported, anyhow::Error> {
        if !exact::is_name(name) {
            bail!(
                "`{name}` cannot be the name of a dataset: letters, digits, `-` and `_` can be in one"
            );
        }
        let needed = self.book.needed();
        let officers = self.book.officers().len();
        if officers < needed {
            bail!("there are {officers} officers, and {needed} must agree: enrol more first");
        }
        // Before anything is written, and before hours of work.
        let plugins = crate::cli::plugins();
        for card in self.book.officers() {
            card.check(&plugins).map_err(OfficerError::from).with_context(|| {
                format!("nothing can be sealed to the officer `{}`", card.key().name())
            })?;
        }
        let work = Work::new()?;
        let rule_args = self.rules(rules, own, &work)?;
        let collection = input.open_all()?;
        let version = self.book.newest(name).map_or(0, |held| held.version) + 1;
        let folder = self.begin(name, version)?;
        let mut manifest = Manifest {
            dataset: name.to_owned(),
            version,
            rules: *rules,
            rows: 0,
            needed,
            exact: version,
            tables: Vec::new(),
            files: Vec::new(),
            levels: Vec::new(),
            commitments: std::collections::BTreeMap::new(),
            shares: SHARES.to_owned(),
        };
        let mut inputs = input.paths().to_vec();
        inputs.extend(input.attached().iter().map(|(path, _)| path.clone()));
        let tables = self.write_exact(&mut manifest, &collection.records, &inputs);
        // What was begun is of no use to anybody.
        let tables = tables.inspect_err(|_error| drop(std::fs::remove_dir_all(&folder)))?;
        manifest.rows = tables.iter().map(|(_, rows)| rows).sum();
        let making = Levels { rules: &rule_args, own, work: &work, bars, from_level: None };
        let (protected, no_public) = self.levels(&mut manifest, &making, &collection)?;
        let named: String = inputs
            .iter()
            .map(|path| {
                format!("{}\n", std::path::absolute(path).unwrap_or(path.clone()).display())
            })
            .collect();
        replace(&Folder::at(&folder)?, INPUTS, named.as_bytes())?;
        self.complete(&manifest)?;
        Ok(Imported { version, tables, protected, no_public })
    }

    /// A new folder for a version; what an attempt before left there is removed.
    fn begin(&self, name: &str, version: u32) -> Result<PathBuf, anyhow::Error> {
        let folder = self.data(name, version);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("`{}` cannot be removed", folder.display()))?;
        }
        crate::keys::create_dir(&folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        Ok(folder)
    }

    /// Syncs a version, and records it.
    fn complete(&mut self, manifest: &Manifest) -> Result<u64, anyhow::Error> {
        let text = manifest.to_text();
        let path = format!("data/{}/{}", manifest.dataset, manifest.version);
        let disk = Folder::at(&self.path)?;
        for (_, file) in pack::files(&self.path.join(&path))? {
            std::fs::File::open(file)?.sync_all()?;
        }
        replace(&disk, &format!("{path}/manifest"), text.as_bytes())?;
        // CRASH: names of folders above are safe before the entry speaks of them.
        disk.create_folder(&format!("{path}/shares"))?;
        disk.sync_folder(&path)?;
        self.record(&Deed::Import(text))
    }

    /// Makes the partner and the public level of what was opened.
    fn levels(
        &self,
        manifest: &mut Manifest,
        making: &Levels<'_>,
        collection: &Collection,
    ) -> Result<(u64, Option<String>), anyhow::Error> {
        let (dataset, version) = (manifest.dataset.clone(), manifest.version);
        let step = self.book.founding().map_or(1, |founding| founding.step);
        let secret = self.secret(making.own)?;
        let of = |audience: Audience, registry: Option<Registry>, from_level: Option<u8>| Making {
            rules: making.rules,
            rules_digest: &manifest.rules,
            audience,
            partner: None,
            terms: None,
            dataset: &dataset,
            secret: &secret,
            registry,
            despite_earlier: true,
            from_level,
            known: Vec::new(),
            with: Vec::new(),
            form: OutputForm::Csv,
            title: None,
        };
        let (settings, pseudonyms) =
            of(Audience::PartnerLevel { step }, None, making.from_level).settings()?;
        let partner = making.work.path("partner");
        let prepared = share::prepare_all(collection, &settings, &pseudonyms, making.bars)?;
        let shared = prepared.write(Some(&partner), making.bars)?;
        let protected = shared.summary.generalised() + shared.summary.withheld();
        let tables = tables_of(&shared);
        let mut levels = self.write_level((&dataset, version), PARTNER, &partner, &tables)?;

        // The public level is made of the partner level, as all copies are, so that they are of the same
        // records; of other kinds it is made of what came in.
        let registry = making.work.folder("registry")?;
        self.unpack_registry(&dataset, making.own, &registry)?;
        let public = making.work.path("public");
        // What was told of a record counts whatever it is called now.
        engine_registry::follow(&registry, &collection.records, &pseudonyms)?;
        self.keep_registry(&dataset, &registry)?;
        let told_before = || Registry::read(&registry, &dataset);
        let (settings, pseudonyms) =
            of(Audience::Public, Some(told_before()?), Some(step)).settings()?;
        let written = (|| -> Result<Option<Shared>, anyhow::Error> {
            if !collection.is_records_only() {
                let all = making.work.path("public-kinds");
                let prepared = share::prepare_all(collection, &settings, &pseudonyms, making.bars)?;
                let shared = prepared.write_attacked(&all, making.bars)?;
                move_kinds(&all, &public, &tables_of(&shared))?;
            }
            if tables.is_empty() {
                return Ok(None);
            }
            let paths: Vec<PathBuf> = tables.iter().map(|table| partner.join(table)).collect();
            let records = open_records(&paths)?;
            let prepared = share::prepare_all(&records, &settings, &pseudonyms, making.bars)?;
            let to = making.work.path("public-records");
            let shared = prepared.write_attacked(&to, making.bars)?;
            crate::keys::create_dir(&public)?;
            for (name, path) in pack::files(&to)? {
                std::fs::rename(path, public.join(name))?;
            }
            Ok(Some(shared))
        })();
        let no_public = match written {
            Ok(shared) => {
                let tables = shared.as_ref().map(tables_of).unwrap_or_default();
                if let Some(shared) = &shared {
                    let entry = engine_registry::entry(&shared.telling, &settings);
                    let folder = public.join(TELLING);
                    crate::keys::create_dir(&folder)?;
                    for (name, bytes) in entry {
                        std::fs::write(folder.join(name), bytes)?;
                    }
                }
                levels.extend(self.write_level((&dataset, version), PUBLIC, &public, &tables)?);
                None
            }
            // The data came in; what everyone may see of them is not what it must be.
            Err(error) => Some(format!("{error:#}")),
        };
        manifest.levels = levels;
        Ok((protected, no_public))
    }

    /// Makes the levels anew from the partner level, under other rules: what rises in category becomes
    /// coarser at once, and what falls stays as it was. Gives the new version.
    ///
    /// CRASH: as for [`Self::import`].
    pub(crate) fn relevel(
        &mut self,
        name: &str,
        rules: &Digest,
        own: &Own,
        bars: &Bars,
    ) -> Result<Imported, anyhow::Error> {
        let before = self.newest(name)?;
        let work = Work::new()?;
        let rule_args = self.rules(rules, own, &work)?;
        let rows = Rows::all(before.version);
        let from = work.path("before");
        let wanted = Wanted { rows: &rows, columns: &|_| true };
        let tables = self.read_level(&before, PARTNER, own, &from, wanted)?;
        if before.levels.iter().any(|file| file.file == format!("{PARTNER}.files"))
            && has_kinds(&from)?
        {
            bail!(
                "`{name}` holds data of other kinds than records, whose levels are made from what came \
                 in: import it again under the new rules"
            );
        }
        let collection = open_records(&tables)?;
        let version = before.version + 1;
        let folder = self.begin(name, version)?;
        let mut manifest =
            Manifest { version, rules: *rules, levels: Vec::new(), ..before.clone() };
        let from_level = Some(self.step());
        let making = Levels { rules: &rule_args, own, work: &work, bars, from_level };
        let (protected, no_public) = self.levels(&mut manifest, &making, &collection)?;
        let inputs = self.data(name, before.exact).join(INPUTS);
        std::fs::copy(&inputs, folder.join(INPUTS))
            .with_context(|| format!("`{}` cannot be copied", inputs.display()))?;
        self.complete(&manifest)?;
        Ok(Imported { version, tables: Vec::new(), protected, no_public })
    }

    /// The secret of the pseudonyms of all copies.
    pub(super) fn secret(&self, own: &Own) -> Result<Secret, anyhow::Error> {
        let text =
            self.read_sealed(SECRET, own)?.context("the secret of the pseudonyms is missing")?;
        let text = std::str::from_utf8(&text).ok().and_then(Secret::from_file);
        text.context("the secret of the pseudonyms is damaged")
    }

    /// Makes the secret of the pseudonyms.
    pub(super) fn make_secret(&self) -> Result<(), anyhow::Error> {
        self.write_sealed(SECRET, crate::keys::new_secret()?.to_file().as_bytes())
    }

    /// Puts what earlier copies of a dataset told into a folder in memory.
    pub(super) fn unpack_registry(
        &self,
        dataset: &str,
        own: &Own,
        to: &Path,
    ) -> Result<(), anyhow::Error> {
        if let Some(bytes) = self.read_sealed(&format!("{REGISTRY}/{dataset}"), own)? {
            pack::unpack(bytes.as_slice(), to)?;
        }
        Ok(())
    }

    /// Keeps what copies of a dataset told, of a folder in memory.
    pub(super) fn keep_registry(&self, dataset: &str, from: &Path) -> Result<(), anyhow::Error> {
        Folder::at(&self.path)?.create_folder(REGISTRY)?;
        self.write_sealed(&format!("{REGISTRY}/{dataset}"), &pack::to_bytes(&pack::files(from)?)?)
    }

    /// Inputs of all versions that can still be read on this machine.
    pub(crate) fn readable_inputs(&self) -> Result<Vec<PathBuf>, anyhow::Error> {
        let mut found = Vec::new();
        for held in self.book.datasets() {
            let path = self.data(&held.name, held.version).join(INPUTS);
            let text = std::fs::read_to_string(path).unwrap_or_default();
            found.extend(text.lines().map(PathBuf::from).filter(|path| path.exists()));
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}

/// What levels are made with.
struct Levels<'a> {
    rules: &'a RuleArgs,
    own: &'a Own,
    work: &'a Work,
    bars: &'a Bars,
    /// The step of the partner level that they are made of; nothing for what came in.
    from_level: Option<u8>,
}

/// The tables of records of a package.
pub(super) fn tables_of(shared: &Shared) -> Vec<PathBuf> {
    let is_table = |file: &&PathBuf| file.extension().is_some_and(|kind| kind == "csv");
    shared.files.iter().filter(is_table).cloned().collect()
}

/// Opens tables of records; none are a dataset without tables.
pub(super) fn open_records(tables: &[PathBuf]) -> Result<Collection, anyhow::Error> {
    if tables.is_empty() {
        return Ok(Collection::default());
    }
    let options = CollectionOptions {
        tables: reedbed_formats::dataset::OpenOptions {
            delimiter: Some(b','),
            header: Some(true),
            ..Default::default()
        },
        ..CollectionOptions::default()
    };
    let records = reedbed_formats::dataset::open(tables, &options.tables, &Limits::default())?;
    Ok(Collection { records, ..Collection::default() })
}

/// Opens all of a package as whoever has it would.
pub(super) fn open_package(folder: &Path) -> Result<Dataset, anyhow::Error> {
    let mut inputs = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let holds_files = |path: &Path| path.read_dir().is_ok_and(|mut all| all.next().is_some());
        if path.is_dir() {
            // What describes a copy holds no data.
            if ![TELLING, "agreement", "proof", "document"].contains(&name.as_str())
                && holds_files(&path)
            {
                inputs.push(path);
            }
        } else if name != "eml.xml" {
            inputs.push(path);
        }
    }
    inputs.sort();
    if inputs.is_empty() {
        return Ok(Dataset::default());
    }
    Ok(collection::open_tables(&inputs, &CollectionOptions::default(), &Limits::default())?)
}

/// Whether a package holds other kinds of data than records.
fn has_kinds(folder: &Path) -> Result<bool, anyhow::Error> {
    for entry in folder.read_dir()? {
        if entry?.path().is_dir() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Moves all folders of a package but its tables.
fn move_kinds(from: &Path, to: &Path, tables: &[PathBuf]) -> Result<(), anyhow::Error> {
    crate::keys::create_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let is_table = tables.iter().any(|table| *table == Path::new(&entry.file_name()));
        if entry.path().is_dir() && !is_table {
            std::fs::rename(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

const INPUTS: &str = "inputs";
const SECRET: &str = "keys/pseudonyms";
const REGISTRY: &str = "registry";
/// What the public level told, for the registry once it is handed out.
pub(super) const TELLING: &str = ".telling";

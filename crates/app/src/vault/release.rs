//! How data go out: a view of the partner level that the engine makes, the adversary attacks with all
//! that the vault holds and all that was handed over, and two people approved.
//!
//! A view becomes a package only with a receipt of the ledger: nothing else makes the [`Leave`] that
//! [`Whole::finish`] takes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_adversary::{Besides, Sensitive, attack};
use reedbed_core::decide::Audience;
use reedbed_engine::registry::{self as engine_registry, Registry};
use reedbed_engine::share::{self, OutputForm, ShareError, Shared};
use reedbed_formats::dataset::Dataset;
use reedbed_ledger::disk::{Disk as _, Folder};
use reedbed_ledger::entry::{Count, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::{Deed, hex};
use reedbed_vault::level::Group;
use reedbed_vault::own::Own;
use reedbed_vault::people::{Action, Digest};
use reedbed_vault::request::Approved;

use super::import::{Making, TELLING, open_package, open_records};
use super::levels::{PARTNER, PUBLIC, Wanted};
use super::manifest::Manifest;
use super::rows::Rows;
use super::work::Work;
use super::{Answer, Vault, pack};
use crate::cli::inputs::RuleArgs;
use crate::clock;
use crate::ledger::{Bundle, Leave, Release};
use crate::progress::Bars;
use crate::whole::Whole;

/// How a request says that all columns are meant.
pub(crate) const ALL_COLUMNS: &str = "all";

/// A copy that left.
#[derive(Debug)]
pub(crate) struct Released {
    pub(crate) shared: Option<Shared>,
    pub(crate) leave: Leave,
    /// The digest of its manifest.
    pub(crate) digest: String,
}

/// How a copy is to be written.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) out: &'a Path,
    pub(crate) form: OutputForm,
    pub(crate) terms: Option<String>,
    pub(crate) purpose: Purpose,
}

impl Vault {
    /// Hands a copy of the partner level to a partner, as a request asks and enough people approved.
    ///
    /// CRASH: the ledger and the registry may know of a copy that nobody got, never the other way
    /// round.
    pub(crate) fn release(
        &mut self,
        request: &Approved,
        answers: &[Answer],
        own: &Own,
        wish: Wish<'_>,
        bars: &Bars,
    ) -> Result<Released, anyhow::Error> {
        let asked = request.request();
        if asked.action != Action::Release {
            bail!("the request asks for something else than a copy for a partner");
        }
        if asked.recipient != terms_digest(wish.terms.as_deref()) {
            bail!("the terms are not those that stand in the request");
        }
        let rows = Rows::read(&asked.rows)?;
        let manifest = self.version_of(&asked.dataset, rows.version)?;
        if self.newest(&asked.dataset)?.version != manifest.version {
            bail!(
                "`{}` has a newer version than the one that was asked for: ask anew",
                asked.dataset
            );
        }
        self.record_approvals(request, answers)?;
        // Whether it may be done is known before the work.
        let digest = request.digest();
        let trial = Deed::Do { request: digest, package: Some([0; 32]) };
        self.book.clone().happen(&trial, clock::now())?;

        let work = Work::new()?;
        let rules = self.rules(&manifest.rules, own, &work)?;
        let whole = Whole::begin(wish.out)?;
        // PRIVACY: until the ledger knows of it, a copy lies in memory only.
        let made = work.folder("made")?;
        let package = made.join("package");
        let level = work.path("level");
        let is_whole = rows.is_all() && asked.columns.iter().any(|column| column == ALL_COLUMNS);
        let is_wanted = |column: &str| is_told(&asked.columns, column);
        let wanted = Wanted { rows: &rows, columns: &is_wanted };
        let tables = self.read_level(&manifest, PARTNER, own, &level, wanted)?;
        let registry_folder = work.folder("registry")?;
        self.unpack_registry(&asked.dataset, own, &registry_folder)?;
        let secret = self.secret(own)?;
        let (known, with) = (self.others(&asked.dataset, own, &work)?, self.copies(own, &work)?);
        let of_dataset = with.iter().filter(|copy| copy.dataset == asked.dataset);
        let of_dataset: Vec<Dataset> =
            of_dataset.map(|copy| open_package(&copy.folder)).collect::<Result<_, _>>()?;
        let making = Making {
            rules: &rules,
            rules_digest: &manifest.rules,
            audience: Audience::Partner { step: self.step() },
            partner: Some(&asked.beneficiary),
            terms: wish.terms.clone(),
            dataset: &asked.dataset,
            secret: &secret,
            registry: Some(Registry::read(&registry_folder, &asked.dataset)?),
            despite_earlier: false,
            from_level: Some(self.step()),
            known,
            with: of_dataset,
            form: wish.form,
            title: None,
        };
        let (settings, pseudonyms) = making.settings()?;
        let shared = if tables.is_empty() {
            crate::keys::create_dir(&package)?;
            None
        } else {
            let records = open_records(&tables)?;
            let prepared = share::prepare_all(&records, &settings, &pseudonyms, bars);
            let shared = prepared.and_then(|prepared| prepared.write_attacked(&package, bars));
            Some(shared.map_err(|error| self.refuse(error.into(), request, &manifest, &wish))?)
        };
        // Other kinds leave as the partner level holds them: by floor cells, and in all rows.
        if is_whole {
            move_others(&level, &tables, &package)?;
        }
        self.check_whole(&package, &rules, &settings.known, &with)
            .map_err(|error| self.refuse(error, request, &manifest, &wish))?;
        self.write_agreement(&package, request, &wish)?;
        if let Some(shared) = &shared {
            crate::cli::share::write_steward(&made.join("steward"), shared, None)?;
            engine_registry::add(&registry_folder, &shared.telling, &settings)?;
        }
        let text = Bundle::manifest(&package)?;
        let package_digest = Hash::of(text.as_bytes());
        self.keep_copy(&package, &package_digest.0)?;
        self.keep_registry(&asked.dataset, &registry_folder)?;
        self.record(&Deed::Do { request: digest, package: Some(package_digest.0) })?;
        let entry = entry(&manifest, &wish, shared.as_ref(), &asked.beneficiary);
        let leave = Leave::recorded(&self.home, &package, entry)?;
        copy_files(&made, &whole.partial)?;
        whole.finish(&leave)?;
        Ok(Released { shared, leave, digest: package_digest.to_hex() })
    }

    /// Hands the public level out.
    ///
    /// CRASH: as for [`Self::release`].
    pub(crate) fn export(
        &mut self,
        dataset: &str,
        own: &Own,
        wish: &Wish<'_>,
    ) -> Result<Released, anyhow::Error> {
        let manifest = self.newest(dataset)?;
        if !manifest.levels.iter().any(|file| file.level == PUBLIC) {
            bail!("version {} of `{dataset}` has no public level", manifest.version);
        }
        let work = Work::new()?;
        let rules = self.rules(&manifest.rules, own, &work)?;
        let whole = Whole::begin(wish.out)?;
        let made = work.folder("made")?;
        let package = made.join("package");
        let rows = Rows::all(manifest.version);
        let wanted = Wanted { rows: &rows, columns: &|_| true };
        self.read_level(&manifest, PUBLIC, own, &package, wanted)?;
        let telling = package.join(TELLING);
        let mut entry_of_registry = Vec::new();
        if telling.exists() {
            for (name, path) in pack::files(&telling)? {
                entry_of_registry.push((name, std::fs::read(path)?));
            }
            std::fs::remove_dir_all(&telling)?;
        }
        let known = self.others(dataset, own, &work)?;
        let with = self.copies(own, &work)?;
        self.check_whole(&package, &rules, &known, &with)?;
        let registry = work.folder("registry")?;
        self.unpack_registry(dataset, own, &registry)?;
        if !entry_of_registry.is_empty() {
            engine_registry::add_entry(&registry, &entry_of_registry)?;
        }
        let digest = Hash::of(Bundle::manifest(&package)?.as_bytes());
        self.keep_copy(&package, &digest.0)?;
        self.keep_registry(dataset, &registry)?;
        let leave = Leave::recorded(&self.home, &package, entry(&manifest, wish, None, "public"))?;
        copy_files(&made, &whole.partial)?;
        whole.finish(&leave)?;
        Ok(Released { shared: None, leave, digest: digest.to_hex() })
    }

    /// Takes a few columns of the partner level at once; others look at it afterwards.
    ///
    /// CRASH: the ledger may know of something taken that nobody got, never the other way round.
    pub(crate) fn break_glass(
        &mut self,
        request: &Approved,
        own: &Own,
        out: &Path,
    ) -> Result<(u64, Vec<PathBuf>), anyhow::Error> {
        let asked = request.request();
        let rows = Rows::read(&asked.rows)?;
        let manifest = self.version_of(&asked.dataset, rows.version)?;
        if crate::ledger::is_there(out)? {
            return Err(crate::whole::exists_already(out));
        }
        let work = Work::new()?;
        let level = work.path("level");
        let is_wanted = |column: &str| asked.columns.iter().any(|own| own == column);
        let wanted = Wanted { rows: &rows, columns: &is_wanted };
        let tables = self.read_level(&manifest, PARTNER, own, &level, wanted)?;
        if tables.is_empty() {
            bail!("no table of the partner level of `{}` has these columns", asked.dataset);
        }
        let index = self.record(&Deed::Break(request.clone()))?;
        crate::keys::create_dir(out)?;
        let mut written = Vec::new();
        for table in tables {
            let to = out.join(table.file_name().unwrap_or_default());
            std::io::copy(&mut std::fs::File::open(&table)?, &mut crate::keys::create_new(&to)?)?;
            written.push(to);
        }
        Ok((index, written))
    }

    pub(super) fn step(&self) -> u8 {
        self.book.founding().map_or(1, |founding| founding.step)
    }

    /// The partner levels of all other datasets: what a partner may have besides.
    fn others(&self, dataset: &str, own: &Own, work: &Work) -> Result<Vec<Dataset>, anyhow::Error> {
        let mut names: Vec<&str> =
            self.book.datasets().iter().map(|held| held.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut others = Vec::new();
        for name in names.into_iter().filter(|name| *name != dataset) {
            if self.book.newest(name).is_none_or(|held| held.is_shredded) {
                continue;
            }
            let manifest = self.newest(name)?;
            let rows = Rows::all(manifest.version);
            let folder = work.path(&format!("other-{name}"));
            let wanted = Wanted { rows: &rows, columns: &|_| true };
            self.read_level(&manifest, PARTNER, own, &folder, wanted)?;
            others.push(open_package(&folder)?);
        }
        Ok(others)
    }

    /// All copies that were handed over, in folders in memory.
    fn copies(&self, own: &Own, work: &Work) -> Result<Vec<Copy>, anyhow::Error> {
        let disk = Folder::at(&self.path)?;
        let mut copies = Vec::new();
        disk.create_folder(COPIES)?;
        // What a process that broke off left half written was never handed over.
        let is_whole = |name: &String| reedbed_vault::book::unhex(name).is_some();
        for name in disk.list(COPIES)?.into_iter().filter(is_whole) {
            let folder = work.path(&format!("copy-{name}"));
            let bytes = self.read_sealed(&format!("{COPIES}/{name}"), own)?;
            let bytes = bytes.context("a copy that was handed over is gone")?;
            if !folder.exists() {
                pack::unpack(bytes.as_slice(), &folder)?;
            }
            let dataset = std::fs::read_to_string(folder.join(DATASET)).unwrap_or_default();
            std::fs::remove_file(folder.join(DATASET))?;
            copies.push(Copy { dataset, folder });
        }
        Ok(copies)
    }

    /// Keeps a copy that is handed over, sealed, so that later ones are held against it.
    fn keep_copy(&self, package: &Path, digest: &Digest) -> Result<(), anyhow::Error> {
        let mut files = pack::files(package)?;
        files.retain(|name, _| !name.starts_with("proof/"));
        let about = package.join(DATASET);
        // It goes into the archive and not into the package.
        let dataset = self.dataset_of_package(package)?;
        std::fs::write(&about, dataset)?;
        files.insert(DATASET.to_owned(), about.clone());
        let bytes = pack::to_bytes(&files);
        std::fs::remove_file(about)?;
        Folder::at(&self.path)?.create_folder(COPIES)?;
        self.write_sealed(&format!("{COPIES}/{}", hex(digest)), &bytes?)
    }

    fn dataset_of_package(&self, package: &Path) -> Result<String, anyhow::Error> {
        let request = package.join("agreement").join("request.txt");
        if !request.exists() {
            return Ok(String::new());
        }
        Ok(Approved::read(&std::fs::read_to_string(request)?)?.request().dataset.clone())
    }

    /// Attacks a finished package as a whole, with all other data; and all copies that were handed over
    /// with what this one adds.
    fn check_whole(
        &self,
        package: &Path,
        rules: &RuleArgs,
        known: &[Dataset],
        earlier: &[Copy],
    ) -> Result<(), anyhow::Error> {
        let read = rules.read()?;
        let sensitive = Sensitive {
            rules: &read.rules,
            areas: &read.areas,
            checklist: read.checklist.as_ref(),
            today: clock::today(),
        };
        let settings = reedbed_adversary::Settings {
            steps: u32::from(self.step()),
            most_claims: 100,
            ..reedbed_adversary::Settings::default()
        };
        let own = open_package(package)?;
        if !own.tables.is_empty() {
            let besides = Besides { known, with: &[], layers: None };
            let findings = attack(&own, &besides, sensitive, &settings)?;
            if findings.located > 0 {
                return Err(ShareError::Broken { findings: Box::new(findings) }.into());
            }
        }
        let own = [own];
        for copy in earlier {
            let copy = open_package(&copy.folder)?;
            if copy.tables.is_empty() {
                continue;
            }
            let before = attack(&copy, &Besides::default(), sensitive, &settings)?;
            let besides = Besides { known: &own, with: &[], layers: None };
            let after = attack(&copy, &besides, sensitive, &settings)?;
            if after.located > before.located {
                return Err(ShareError::Broken { findings: Box::new(after) }.into());
            }
        }
        Ok(())
    }

    /// Records that a copy was refused.
    fn refuse(
        &self,
        error: anyhow::Error,
        request: &Approved,
        manifest: &Manifest,
        wish: &Wish<'_>,
    ) -> anyhow::Error {
        if !error.downcast_ref::<ShareError>().is_some_and(ShareError::is_refusal) {
            return error;
        }
        let recipient = &request.request().beneficiary;
        let mut refusal = entry(manifest, wish, None, recipient)(String::new());
        refusal.kind = Kind::Refusal;
        refusal.precision = Precision::None;
        refusal.count = Count::None;
        match refusal.record(&self.home) {
            Ok(_) => error,
            Err(kept) => {
                error.context(format!("and the ledger could not record the refusal: {kept:#}"))
            }
        }
    }

    /// Puts what was agreed into a package: the request with its approvals, the keys of the officers,
    /// and the terms.
    fn write_agreement(
        &self,
        package: &Path,
        request: &Approved,
        wish: &Wish<'_>,
    ) -> Result<(), anyhow::Error> {
        let folder = package.join("agreement");
        crate::keys::create_dir(&folder)?;
        let held = self.book.request(&request.digest()).context("the request is not known")?;
        let keys: String =
            held.by(self.book.officers())?.into_iter().map(|key| format!("{key}\n")).collect();
        let mut files = vec![("request.txt", held.to_text()), ("approvers.txt", keys)];
        files.extend(wish.terms.clone().map(|terms| ("terms.md", terms)));
        for (name, text) in files {
            std::fs::write(folder.join(name), text)?;
        }
        Ok(())
    }
}

/// A copy that was handed over.
struct Copy {
    dataset: String,
    folder: PathBuf,
}

/// What the ledger says of a copy.
fn entry<'a>(
    manifest: &'a Manifest,
    wish: &'a Wish<'_>,
    shared: Option<&'a Shared>,
    recipient: &'a str,
) -> impl FnOnce(String) -> Release + use<'a> {
    move |digest| {
        let finest = shared
            .into_iter()
            .flat_map(|shared| &shared.summary.cells)
            .map(|cell| cell.bounds[2] - cell.bounds[0])
            .reduce(f64::min);
        let precision = match finest {
            None => Precision::None,
            Some(degrees) if degrees < 0.005 => Precision::Hundreds,
            Some(degrees) if degrees < 0.05 => Precision::Kilometres,
            Some(_) => Precision::Tens,
        };
        let written =
            shared.map(|shared| shared.summary.tables.iter().map(|t| t.rows.written).sum());
        let named = [
            ("dataset", manifest.dataset.clone()),
            ("recipient", recipient.to_owned()),
            ("package", digest),
        ];
        Release {
            kind: Kind::Release,
            day: clock::today().to_string(),
            policy: Hash(manifest.rules),
            purpose: wish.purpose,
            precision,
            count: Count::class(written.unwrap_or(manifest.rows)),
            values: BTreeMap::from(named),
        }
    }
}

/// What a request says of its terms.
pub(crate) fn terms_digest(terms: Option<&str>) -> String {
    terms.map_or_else(
        || "no terms".to_owned(),
        |terms| format!("terms {}", Hash::of(terms.as_bytes()).to_hex()),
    )
}

/// Whether a copy is made with a column: it is asked for, or nothing can be decided without it.
fn is_told(asked: &[String], column: &str) -> bool {
    asked.iter().any(|own| own == ALL_COLUMNS || own == column)
        || NEEDED.iter().any(|needed| needed.eq_ignore_ascii_case(column))
        || matches!(Group::of(column), Group::Taxon | Group::Time)
}

/// Copies all files of a folder, or one file, to a place where nothing is.
fn copy_files(from: &Path, to: &Path) -> Result<(), anyhow::Error> {
    for (name, from) in pack::files(from)? {
        let to = if name.is_empty() { to.to_owned() } else { to.join(name) };
        if let Some(parent) = to.parent() {
            crate::keys::create_dir(parent)?;
        }
        std::io::copy(&mut std::fs::File::open(from)?, &mut crate::keys::create_new(&to)?)
            .with_context(|| format!("`{}` cannot be written", to.display()))?;
    }
    Ok(())
}

/// Moves what is no table of records from a level into a package.
fn move_others(level: &Path, tables: &[PathBuf], package: &Path) -> Result<(), anyhow::Error> {
    for entry in level.read_dir()? {
        let path = entry?.path();
        if path.is_dir() && !tables.contains(&path) {
            let to = package.join(path.file_name().unwrap_or_default());
            copy_files(&path, &to)?;
        }
    }
    Ok(())
}

const COPIES: &str = "copies";
const DATASET: &str = ".dataset";
const NEEDED: [&str; 14] = [
    "occurrenceID",
    "eventID",
    "parentEventID",
    "taxonID",
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "coordinateUncertaintyInMeters",
    "coordinatePrecision",
    "footprintWKT",
    "footprintSRS",
    "dataGeneralizations",
    "informationWithheld",
    "license",
];

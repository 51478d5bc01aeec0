//! What earlier copies told, so that the next one does not undo them: which region each record was
//! given, which records left as they were held, and for whom.
//!
//! A folder of the steward's, never part of a package:
//!
//! ```text
//! registry/
//!   pseudonyms.key        the key of all its copies
//!   copies/0001/copy.json     when, for whom, under which rules
//!   copies/0001/told.csv      region and period of each protected record that left
//!   copies/0001/clear.ids     identifiers of the records that left as held: hashes, sorted, little-endian
//!   copies/0001/withheld.ids  identifiers of the protected records that did not leave, likewise
//! ```
//!
//! Records are known by a hash of their identifier; those without one cannot be followed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reedbed_core::decide::Audience;
use reedbed_core::grid::Region;
use reedbed_core::place::Nano;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use reedbed_formats::row::Fields;
use reedbed_formats::table::RowKind;

use crate::hash::hash_of;
use crate::pseudonym::Pseudonyms;
use crate::treat::RECORD;

/// What earlier copies of a dataset told.
#[derive(Debug, Default)]
pub struct Registry {
    clear: FxHashSet<u64>,
    told: FxHashMap<u64, Vec<Given>>,
    /// By record, the first copy that had it or withheld it.
    first: FxHashMap<u64, Cohort>,
    copies: usize,
}

/// Records that came into the dataset between the same two copies, by the number of the later one.
///
/// Whoever has both copies knows them from all others, in every later copy too.
pub(crate) type Cohort = u16;

/// What one copy told of a protected record.
///
/// `Debug` shows no place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) is_partner: bool,
    pub(crate) region: Region,
    /// First and last day, as numbers in their order.
    pub(crate) days: (u32, u32),
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("is_partner", &self.is_partner).finish_non_exhaustive()
    }
}

/// What a copy tells, for the registry. `Debug` shows numbers only.
#[derive(Clone, Default)]
pub struct Telling {
    pub(crate) told: Vec<(u64, Region, (u32, u32))>,
    pub(crate) clear: Vec<u64>,
    /// Protected records that did not leave.
    pub(crate) withheld: Vec<u64>,
}

impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telling")
            .field("told", &self.told.len())
            .field("clear", &self.clear.len())
            .field("withheld", &self.withheld.len())
            .finish()
    }
}

/// A copy, as the registry describes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    format_version: u32,
    /// The hash of a fixed text: another version of the program could hash otherwise.
    hash_check: String,
    dataset: String,
    made_on: String,
    is_partner: bool,
    partner: Option<String>,
    rules_digest: String,
}

/// Why a registry cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A file cannot be read or written.
    #[error("the registry cannot be read or written at `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what this program writes.
    #[error("the registry is damaged, or of another version of Reedbed: `{}`", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] FormatError),
    /// The registry is of another dataset.
    #[error("the registry is of the dataset `{found}`, and the copy is of `{wanted}`")]
    OtherDataset {
        /// What it is of.
        found: String,
        /// What is wanted.
        wanted: String,
    },
}

impl Registry {
    /// Reads what earlier copies told; a folder without copies tells nothing.
    pub fn read(folder: &Path, dataset: &str) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for copy in copies(folder)? {
            let described = read_description(&copy)?;
            if described.dataset != dataset {
                let (found, wanted) = (described.dataset, dataset.to_owned());
                return Err(RegistryError::OtherDataset { found, wanted });
            }
            registry.copies += 1;
            registry.read_copy(&copy, described.is_partner)?;
        }
        Ok(registry)
    }

    /// How many copies there are so far.
    pub fn copies(&self) -> usize {
        self.copies
    }

    fn read_copy(&mut self, copy: &Path, is_partner: bool) -> Result<(), RegistryError> {
        let cohort = self.next_cohort() - 1;
        for id in read_ids(&copy.join(CLEAR))? {
            self.clear.insert(id);
            self.first.entry(id).or_insert(cohort);
        }
        for id in read_ids(&copy.join(WITHHELD))? {
            self.first.entry(id).or_insert(cohort);
        }
        let path = copy.join(TOLD);
        let text = fs::read_to_string(&path).map_err(|source| file(&path, source))?;
        for line in text.lines().skip(1) {
            let (id, given) = read_told(line, is_partner)
                .ok_or_else(|| RegistryError::Damaged { path: path.clone() })?;
            self.first.entry(id).or_insert(cohort);
            let known = self.told.entry(id).or_default();
            if !known.contains(&given) {
                known.push(given);
            }
        }
        Ok(())
    }

    /// Whether an earlier copy told a record as it is held.
    pub(crate) fn told_as_held(&self, id: u64) -> bool {
        self.clear.contains(&id)
    }

    /// With which copy a record came.
    pub(crate) fn cohort(&self, id: u64) -> Cohort {
        self.first.get(&id).copied().unwrap_or_else(|| self.next_cohort())
    }

    /// That of the records which no copy had so far.
    fn next_cohort(&self) -> Cohort {
        Cohort::try_from(self.copies + 1).unwrap_or(Cohort::MAX)
    }

    /// What earlier copies told of a protected record.
    pub(crate) fn told(&self, id: u64) -> &[Given] {
        self.told.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Adds a copy to a registry, whole or not at all.
pub fn add(
    folder: &Path,
    telling: &Telling,
    settings: &crate::share::Settings,
) -> Result<(), RegistryError> {
    add_entry(folder, &entry(telling, settings))
}

/// What a copy is in a registry: its files, by name.
pub type Entry = Vec<(String, Vec<u8>)>;

/// What a copy will be in a registry.
pub fn entry(telling: &Telling, settings: &crate::share::Settings) -> Entry {
    let described = Described {
        format_version: FORMAT,
        hash_check: hash_check(),
        dataset: settings.dataset.clone(),
        made_on: settings.today.to_string(),
        is_partner: matches!(settings.audience, Audience::Partner { .. }),
        partner: settings.partner.clone(),
        rules_digest: settings.rules_digest.clone(),
    };
    let text = serde_json::to_string_pretty(&described).unwrap_or_default();
    let mut told: Vec<String> = telling
        .told
        .iter()
        .map(|(id, region, (first, last))| {
            let (height, width) = region.size();
            format!(
                "{id:016x},{},{},{},{},{first},{last}",
                region.south().0,
                region.west().0,
                height.0,
                width.0
            )
        })
        .collect();
    told.sort_unstable();
    let told = format!("{HEADINGS}\n{}\n", told.join("\n")).trim_end().to_owned();
    let files = [
        (DESCRIPTION, format!("{text}\n").into_bytes()),
        (TOLD, told.into_bytes()),
        (CLEAR, bytes_of(&telling.clear)),
        (WITHHELD, bytes_of(&telling.withheld)),
    ];
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// Adds what [`entry`] gave to a registry, whole or not at all.
pub fn add_entry(folder: &Path, entry: &Entry) -> Result<(), RegistryError> {
    let all = folder.join(COPIES);
    fs::create_dir_all(&all).map_err(|source| file(&all, source))?;
    let number = copies(folder)?.len() + 1;
    // CRASH: a folder whose name begins with a dot stays; it is no copy, and is written over.
    let partial = all.join(format!(".{number:04}"));
    fs::create_dir_all(&partial).map_err(|source| file(&partial, source))?;
    for (name, bytes) in entry {
        let path = partial.join(name);
        fs::write(&path, bytes).map_err(|source| file(&path, source))?;
    }
    let whole = all.join(format!("{number:04}"));
    fs::rename(&partial, &whole).map_err(|source| file(&whole, source))
}

/// Lets a registry know the records of a dataset under both of their identifiers: those that they came
/// with, and the pseudonyms that they have where they are protected. A record whose category changes
/// is the same record to whoever has an earlier copy.
pub fn follow(
    folder: &Path,
    dataset: &Dataset,
    pseudonyms: &Pseudonyms,
) -> Result<(), RegistryError> {
    let copies = copies(folder)?;
    let mut known: FxHashSet<u64> = FxHashSet::default();
    for copy in &copies {
        known.extend(read_ids(&copy.join(CLEAR))?);
        known.extend(read_ids(&copy.join(WITHHELD))?);
        known.extend(told_lines(copy)?.iter().filter_map(|line| id_of(line)));
    }
    if known.is_empty() {
        return Ok(());
    }
    let mut others: FxHashMap<u64, u64> = FxHashMap::default();
    for table in dataset.tables.iter().filter(|table| table.kind == RowKind::Occurrence) {
        let own = table.column("occurrenceID").or(table.id.filter(|_| table.is_core));
        let Some(own) = own else { continue };
        let (shape, mut chunks) = (table.shape(), table.read()?);
        let (mut fields, mut scratch) = (Fields::default(), String::new());
        while let Some(chunk) = chunks.next_chunk()? {
            let mut rows = chunk.rows(&shape);
            while let Some(row) = rows.next_into(&mut fields) {
                let id = fields.value(row.bytes, own, &shape, &mut scratch);
                let pseudonym = pseudonyms.of(RECORD, id.trim_ascii());
                let (one, other) = (hash_of(id.as_bytes()), hash_of(pseudonym.as_bytes()));
                if one != other && (known.contains(&one) || known.contains(&other)) {
                    others.insert(one, other);
                    others.insert(other, one);
                }
            }
        }
    }
    let both = |ids: Vec<u64>| -> Vec<u64> {
        let more: Vec<u64> = ids.iter().filter_map(|id| others.get(id).copied()).collect();
        ids.into_iter().chain(more).collect()
    };
    for copy in &copies {
        for name in [CLEAR, WITHHELD] {
            let path = copy.join(name);
            let ids = both(read_ids(&path)?);
            fs::write(&path, bytes_of(&ids)).map_err(|source| file(&path, source))?;
        }
        let mut lines = told_lines(copy)?;
        let renamed = |line: &String| {
            let other = others.get(&id_of(line)?)?;
            let (_, rest) = line.split_once(',')?;
            Some(format!("{other:016x},{rest}"))
        };
        let more: Vec<String> = lines.iter().filter_map(renamed).collect();
        lines.extend(more);
        lines.sort_unstable();
        lines.dedup();
        let path = copy.join(TOLD);
        let text = format!("{HEADINGS}\n{}\n", lines.join("\n")).trim_end().to_owned();
        fs::write(&path, text).map_err(|source| file(&path, source))?;
    }
    Ok(())
}

fn told_lines(copy: &Path) -> Result<Vec<String>, RegistryError> {
    let path = copy.join(TOLD);
    let text = fs::read_to_string(&path).map_err(|source| file(&path, source))?;
    Ok(text.lines().skip(1).map(str::to_owned).collect())
}

fn id_of(line: &str) -> Option<u64> {
    u64::from_str_radix(line.split(',').next()?, 16).ok()
}

fn bytes_of(ids: &[u64]) -> Vec<u8> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.iter().flat_map(|id| id.to_le_bytes()).collect()
}

fn read_ids(path: &Path) -> Result<Vec<u64>, RegistryError> {
    let bytes = fs::read(path).map_err(|source| file(path, source))?;
    let ids = bytes.chunks(8).map(|id| id.try_into().map(u64::from_le_bytes));
    let ids: Result<Vec<u64>, _> = ids.collect();
    ids.map_err(|_short| RegistryError::Damaged { path: path.to_owned() })
}

/// The folders of the copies, in their order.
fn copies(folder: &Path) -> Result<Vec<PathBuf>, RegistryError> {
    let all = folder.join(COPIES);
    let entries = match fs::read_dir(&all) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(file(&all, source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| file(&all, source))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn read_description(copy: &Path) -> Result<Described, RegistryError> {
    let path = copy.join(DESCRIPTION);
    let text = fs::read_to_string(&path).map_err(|source| file(&path, source))?;
    let described: Option<Described> = serde_json::from_str(&text).ok();
    described
        .filter(|found| found.format_version == FORMAT && found.hash_check == hash_check())
        .ok_or(RegistryError::Damaged { path })
}

fn read_told(line: &str, is_partner: bool) -> Option<(u64, Given)> {
    let fields: Vec<&str> = line.split(',').collect();
    let [id, south, west, height, width, first, last] = fields.as_slice() else { return None };
    let nano = |text: &str| text.parse().ok().map(Nano);
    let region = Region::of(nano(south)?, nano(west)?, nano(height)?, nano(width)?)?;
    let days = (first.parse().ok()?, last.parse().ok()?);
    Some((u64::from_str_radix(id, 16).ok()?, Given { is_partner, region, days }))
}

fn hash_check() -> String {
    format!("{:016x}", hash_of(b"a reedbed hides a bittern in plain sight"))
}

fn file(path: &Path, source: io::Error) -> RegistryError {
    RegistryError::File { path: path.to_owned(), source }
}

/// The key of a registry's copies.
pub const KEY: &str = "pseudonyms.key";
const COPIES: &str = "copies";
const DESCRIPTION: &str = "copy.json";
const TOLD: &str = "told.csv";
const CLEAR: &str = "clear.ids";
const WITHHELD: &str = "withheld.ids";
const HEADINGS: &str = "id,south,west,height,width,firstDay,lastDay";
const FORMAT: u32 = 2;

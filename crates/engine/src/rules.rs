//! Reads rule lists from disk, with the mapping files of lists in another form.
//!
//! What the lines mean is found in [`reedbed_core::rule::list`]; here bytes become rows.

mod table;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::{Path, PathBuf};

use reedbed_core::rule::RuleSet;
use reedbed_core::rule::list::{self, Mapping, Problem};
use sha2::{Digest, Sha256};

use table::Sheet;
pub use table::SheetFault;

/// Why rule lists cannot be read.
///
/// A list of which a part may be lost is refused as a whole: a lost rule would protect nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A mapping file is none.
    #[error("the mapping file `{}` cannot be understood: {reason}", path.display())]
    Mapping {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A mapping file was given that is for none of the lists.
    #[error(
        "`{}` is {} and fits none of the lists", path.display(),
        pattern.as_ref().map_or_else(|| "after one for every list".to_owned(), |pattern| format!("for `{pattern}`"))
    )]
    MappingUnused {
        /// The file.
        path: PathBuf,
        /// Which lists it is for.
        pattern: Option<String>,
    },
    /// A list is no table of rules.
    #[error("the rules in `{}` cannot be read: {fault}", path.display())]
    Sheet {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: SheetFault,
    },
    /// A file is larger than a list of rules can be.
    #[error("`{}` is larger than {limit_mib} MiB", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit_mib: u64,
    },
    /// A file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl RulesError {
    /// Whether policy refuses, rather than something having failed.
    pub fn is_refusal(&self) -> bool {
        // A list without any rule is refused whether it has headings or not.
        matches!(self, Self::Sheet { fault, .. }
            if fault.is_of_another_kind() || matches!(fault, SheetFault::Empty))
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Sheet { fault, .. } if fault.is_of_another_kind() => Some(
                "docs/rules.md lists the headings of a rule list, and says how a mapping file reads a \
                 list in another form",
            ),
            Self::MappingUnused { .. } => Some(
                "correct its `for` (a file name, `*` for any letters), or leave the file out of --map",
            ),
            _ => None,
        }
    }
}

/// Reads lists of rules.
///
/// The mapping of a list is the first of `maps` whose `for` fits the name of its file, or that has no
/// `for`; else the file of the same name with the ending `toml` beside it. A list with our headings
/// needs none.
///
/// Errors: [`RulesError`] for a file that is not there, too large or no table of rules, and for a
/// mapping file with anything unknown in it or for none of the lists. Whatever is wrong with single lines is among the
/// problems, and was read in the strictest way.
pub fn load(lists: &[PathBuf], maps: &[PathBuf]) -> Result<(RuleSet, Vec<Problem>), RulesError> {
    let mut set = RuleSet::default();
    let mut problems = Vec::new();
    let maps = maps.iter().map(|path| Map::read(path)).collect::<Result<Vec<_>, _>>()?;
    check_use(&maps, lists)?;
    for path in lists {
        let name = file_name(path);
        let beside = path.with_extension("toml");
        let mapping = match maps.iter().find(|map| map.fits(&name)) {
            Some(map) => map.mapping.clone(),
            None if beside.is_file() => Map::read(&beside)?.mapping,
            None => Mapping::default(),
        };
        let sheet = Sheet::read(&bytes(path)?, &mapping)
            .map_err(|fault| RulesError::Sheet { path: path.clone(), fault })?;
        list::read(&name, &sheet.headings, &sheet.rows, &mapping, &mut set, &mut problems);
    }
    Ok((set, problems))
}

/// Refuses a mapping file that would be passed over: its list would be read without it.
fn check_use(maps: &[Map], lists: &[PathBuf]) -> Result<(), RulesError> {
    let mut is_used = vec![false; maps.len()];
    for list in lists {
        let name = file_name(list);
        let fitting = maps.iter().position(|map| map.fits(&name));
        if let Some(used) = fitting.and_then(|index| is_used.get_mut(index)) {
            *used = true;
        }
    }
    match maps.iter().zip(is_used).find(|(_, is_used)| !is_used) {
        None => Ok(()),
        Some((map, _)) => Err(RulesError::MappingUnused {
            path: map.path.clone(),
            pattern: map.mapping.for_lists.clone(),
        }),
    }
}

/// SHA-256 of all that a set of rules says: the same for lists in another order or form that say the
/// same.
pub fn digest(rules: &RuleSet) -> String {
    let hash = Sha256::digest(rules.canonical());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A mapping file.
struct Map {
    path: PathBuf,
    mapping: Mapping,
}

impl Map {
    fn read(path: &Path) -> Result<Self, RulesError> {
        let fault = |reason: String| RulesError::Mapping { path: path.to_owned(), reason };
        let text = String::from_utf8(bytes(path)?)
            .map_err(|_error| fault("it is not UTF-8".to_owned()))?;
        let mapping = toml::from_str(&text).map_err(|error| fault(error.message().to_owned()))?;
        Ok(Self { path: path.to_owned(), mapping })
    }

    fn fits(&self, file_name: &str) -> bool {
        self.mapping.is_for(file_name) || self.mapping.for_lists.is_none()
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn bytes(path: &Path) -> Result<Vec<u8>, RulesError> {
    let unreadable = |source| RulesError::Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(RulesError::TooLarge { path: path.to_owned(), limit_mib: MOST_BYTES >> 20 });
    }
    Ok(bytes)
}

/// Lists are kept in spreadsheets; a larger file is something else.
const MOST_BYTES: u64 = 64 << 20;

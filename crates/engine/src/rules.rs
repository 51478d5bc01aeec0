//! Reads rule lists and the mapping files of lists in another form.

use std::path::{Path, PathBuf};

use reedbed_core::rule::RuleSet;
use reedbed_core::rule::list::{self, Mapping, Problem};

/// Why rule lists cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A file cannot be read.
    #[error("the rules in `{}` cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Reads lists. A mapping is looked for among `maps`, then beside the list.
///
/// Errors: [`RulesError::Unreadable`] for a file that is not there or no table.
pub fn load(lists: &[PathBuf], maps: &[PathBuf]) -> Result<(RuleSet, Vec<Problem>), RulesError> {
    let mut set = RuleSet::default();
    let mut problems = Vec::new();
    let mappings = maps.iter().map(|path| mapping(path)).collect::<Result<Vec<_>, _>>()?;
    for path in lists {
        let unreadable = |reason: String| RulesError::Unreadable { path: path.clone(), reason };
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().next().unwrap_or("");
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|d| first.bytes().filter(|byte| byte == d).count())
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(text.as_bytes());
        let headings: Vec<String> = reader
            .headers()
            .map_err(|error| unreadable(error.to_string()))?
            .iter()
            .map(str::to_owned)
            .collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((line, record.iter().map(str::to_owned).collect()));
        }
        let beside = path.with_extension("toml");
        let fitting = mappings.iter().find(|m| m.is_for(&name));
        let mapping = match fitting {
            Some(found) => found.clone(),
            None if beside.exists() => mapping(&beside)?,
            None => Mapping::default(),
        };
        list::read(&name, &headings, &rows, &mapping, &mut set, &mut problems);
    }
    Ok((set, problems))
}

fn mapping(path: &Path) -> Result<Mapping, RulesError> {
    let unreadable = |reason: String| RulesError::Unreadable { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    toml::from_str(&text).map_err(|error| unreadable(error.message().to_owned()))
}

/// Whether a file name fits a pattern with `*`.
fn fits(glob: &str, name: &str) -> bool {
    match glob.split_once('*') {
        None => glob == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).any(|at| name.get(at..).is_some_and(|name| fits(rest, name)))
        }),
    }
}

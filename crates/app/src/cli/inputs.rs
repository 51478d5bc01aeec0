//! Arguments that several commands share: inputs, how to read them, rules, boundaries, checklist.

use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_core::area::AreaSet;
use reedbed_core::category::Category;
use reedbed_core::period::Day;
use reedbed_core::rule::RuleSet;
use reedbed_core::rule::check::{Surroundings, pressing};
use reedbed_core::rule::list::Problem;
use reedbed_core::taxon::Checklist;
use reedbed_formats::collection::{self, Collection, CollectionOptions};
use reedbed_formats::dataset::{self, Dataset, OpenOptions};
use reedbed_formats::limits::Limits;

use super::Output;
use super::terminal;

/// What to read, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Darwin Core archives (.zip, .tar.gz, folders) or tables (CSV, TSV, semicolon, pipe); several
    /// tables, such as events and occurrences, are read as one dataset.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Delimiter of the tables, instead of the one that is detected: a character, or `tab`.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// Character set of the tables, instead of the one that is detected.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Escape character of the tables; none by default.
    #[arg(long, value_name = "CHARACTER")]
    escape: Option<String>,
    /// The tables have no line of headings.
    #[arg(long)]
    no_header: bool,
    /// Mapping files that say what the columns of weather tables are; a `TABLE.toml` beside a table is
    /// found by itself.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    mapping: Vec<PathBuf>,
    /// A file to attach as it is, with its category (`report.pdf:low`): the public gets those of
    /// category none, a partner also low and medium ones, nobody others. `inspect` shows what the
    /// metadata of a file tell.
    #[arg(long, num_args = 1.., value_name = "FILE:CATEGORY", value_parser = attached)]
    attach: Vec<(PathBuf, Category)>,
}

impl InputArgs {
    /// What was given.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.inputs
    }

    /// What was attached, with its category.
    pub(crate) fn attached(&self) -> &[(PathBuf, Category)] {
        &self.attach
    }

    /// Opens what was given, as one dataset of records.
    pub(crate) fn open(&self) -> Result<Dataset, anyhow::Error> {
        Ok(dataset::open(&self.inputs, &self.options()?, &Limits::default())?)
    }

    /// Opens what was given, each input by its kind.
    pub(crate) fn open_all(&self) -> Result<Collection, anyhow::Error> {
        Ok(collection::open(&self.inputs, &self.of_all()?, &Limits::default())?)
    }

    /// Opens all tables of what was given, as an attacker would.
    pub(crate) fn open_tables(&self) -> Result<Dataset, anyhow::Error> {
        Ok(collection::open_tables(&self.inputs, &self.of_all()?, &Limits::default())?)
    }

    fn of_all(&self) -> Result<CollectionOptions, anyhow::Error> {
        Ok(CollectionOptions {
            tables: self.options()?,
            documents: self.attach.clone(),
            mappings: self.mapping.clone(),
        })
    }

    fn options(&self) -> Result<OpenOptions, anyhow::Error> {
        Ok(OpenOptions {
            delimiter: self.delimiter.as_deref().map(byte).transpose()?,
            encoding: self.encoding.clone(),
            escape: self.escape.as_deref().map(byte).transpose()?,
            header: self.no_header.then_some(false),
            ..OpenOptions::default()
        })
    }
}

/// A file and its category.
fn attached(text: &str) -> Result<(PathBuf, Category), String> {
    let wrong = || format!("`{text}` is not a file and its category, such as `report.pdf:low`");
    let (file, category) = text.rsplit_once(':').ok_or_else(wrong)?;
    let category = category.parse().map_err(|_unknown| wrong())?;
    Ok((PathBuf::from(file), category))
}

/// One ASCII character, or the word `tab`.
fn byte(text: &str) -> Result<u8, anyhow::Error> {
    match text.as_bytes() {
        _ if text.eq_ignore_ascii_case("tab") || text == "\\t" => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => bail!("`{text}` is not one character; write the character itself, or `tab`"),
    }
}

/// The rules and what they need.
#[derive(Debug, clap::Args)]
pub(crate) struct RuleArgs {
    /// Rule lists (CSV); docs/rules.md describes them.
    #[arg(long, required = true, num_args = 1.., value_name = "LIST")]
    rules: Vec<PathBuf>,
    /// Mapping files for lists in another form; a `LIST.toml` beside a list is found by itself.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    map: Vec<PathBuf>,
    /// Boundaries (GeoJSON, GeoPackage, shapefile) of the areas that rules name.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    area: Vec<PathBuf>,
    /// A checklist (Darwin Core archive or table) with synonyms and child taxa.
    #[arg(long, value_name = "CHECKLIST")]
    taxonomy: Option<PathBuf>,
}

/// Rules, boundaries and checklist, read.
pub(crate) struct RulesRead {
    /// The rules.
    pub(crate) rules: RuleSet,
    /// Digest of the lists and their mappings.
    pub(crate) digest: String,
    /// The boundaries.
    pub(crate) areas: AreaSet,
    /// The checklist.
    pub(crate) checklist: Option<Checklist>,
    /// What is wrong with the lists, the serious things first.
    problems: Vec<Problem>,
}

impl RulesRead {
    /// What must be known of the lists before a copy is handed over, in sentences.
    pub(crate) fn findings(&self, today: Day) -> Vec<String> {
        let checklist = self.checklist.as_ref();
        let around = Surroundings { areas: Some(&self.areas), checklist, today };
        let findings = pressing(&self.rules, &self.problems, &around);
        findings.iter().map(|finding| format!("{}: {}.", finding.place, finding.text)).collect()
    }
}

impl RuleArgs {
    /// Everything that decides, by its part: the file itself first, then what belongs to it.
    pub(crate) fn parts(&self) -> Result<Vec<(&'static str, Vec<PathBuf>)>, anyhow::Error> {
        let mut parts = Vec::new();
        for list in &self.rules {
            let beside = list.with_extension("toml");
            let beside = Some(beside).filter(|beside| beside.is_file());
            parts.push(("list", std::iter::once(list.clone()).chain(beside).collect()));
        }
        parts.extend(self.map.iter().map(|map| ("map", vec![map.clone()])));
        for area in &self.area {
            // A shapefile is several files of one name.
            let mut files = vec![area.clone()];
            let folder = area.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or_else(|| std::path::Path::new("."));
            let is_shapefile = area.extension().is_some_and(|own| own.eq_ignore_ascii_case("shp"));
            for entry in folder.read_dir()?.filter(|_| is_shapefile) {
                let path = entry?.path();
                if path.file_stem() == area.file_stem() && path.file_name() != area.file_name() {
                    files.push(path);
                }
            }
            if let Some(others) = files.get_mut(1..) {
                others.sort();
            }
            parts.push(("area", files));
        }
        parts.extend(self.taxonomy.iter().map(|list| ("taxonomy", vec![list.clone()])));
        Ok(parts)
    }

    /// Rules of files that lie elsewhere, by their part.
    pub(crate) fn of(parts: &[(String, PathBuf)]) -> Self {
        let of = |wanted: &str| {
            let own = parts.iter().filter(|(part, _)| part == wanted);
            own.map(|(_, path)| path.clone()).collect::<Vec<_>>()
        };
        Self {
            rules: of("list"),
            map: of("map"),
            area: of("area"),
            taxonomy: of("taxonomy").into_iter().next(),
        }
    }

    /// Reads everything; problems of the lists are handed on, they never loosen a rule.
    pub(crate) fn read(&self) -> Result<RulesRead, anyhow::Error> {
        let (rules, problems) = reedbed_engine::rules::load(&self.rules, &self.map)?;
        let mut areas = AreaSet::default();
        for file in &self.area {
            reedbed_formats::boundary::read_into(&mut areas, file)
                .with_context(|| format!("cannot read the boundaries in `{}`", file.display()))?;
        }
        let checklist = match &self.taxonomy {
            None => None,
            Some(path) => Some(
                reedbed_engine::checklist::read(path)
                    .with_context(|| format!("cannot read the checklist `{}`", path.display()))?,
            ),
        };
        let files: Vec<PathBuf> = self.rules.iter().chain(&self.map).cloned().collect();
        let digest = reedbed_engine::digest::of_files(&files).context("cannot read the rules")?;
        Ok(RulesRead { rules, digest, areas, checklist, problems })
    }
}

/// Tells how much is to be known of the lists; `rules check` and the report tell what.
pub(crate) fn tell_findings(findings: &[String], output: Output) {
    let things = match findings.len() {
        _ if output == Output::Json => return,
        0 => return,
        1 => "1 thing".to_owned(),
        many => format!("{many} things"),
    };
    terminal::say(&format!(
        "note: {things} about the rule lists should be looked at; `reedbed rules check` tells which, \
         given the same lists and boundaries"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_told_of_its_passed_embargo_and_review() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = crate::demo::generate(dir.path(), 1).unwrap();
        let args = RuleArgs {
            rules: vec![reserve.rules],
            map: Vec::new(),
            area: vec![reserve.boundaries],
            taxonomy: None,
        };
        let told = args.read().unwrap().findings(Day::new(2026, 11, 23).unwrap());
        assert_eq!(
            told,
            [
                "`rules.csv` line 6: its review was due on 2026-01-31.",
                "`rules.csv` line 6: its embargo ended on 2025-12-31; it still holds until a \
                 person takes it out of the list.",
            ]
        );
        let without = RuleArgs { area: Vec::new(), ..args };
        let told = without.read().unwrap().findings(Day::new(2025, 11, 23).unwrap());
        assert!(!told.is_empty() && told.iter().all(|told| told.contains("no boundary is called")));
    }
}

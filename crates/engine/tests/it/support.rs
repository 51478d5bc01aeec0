//! Makes datasets and rules, shares them, and reads what came out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reedbed_core::area::{AreaSet, Shape};
use reedbed_core::category::Category;
use reedbed_core::decide::Audience;
use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_core::rule::{Outcome, Rule, RuleId, RuleSet, Siblings};
use reedbed_core::taxon::{RuleTaxon, RuleTaxonId};
use reedbed_engine::pseudonym::{Pseudonyms, Secret};
use reedbed_engine::share::{self, Holder, OutputForm, Settings, Shared, Silent};
use reedbed_formats::dataset::{self, Dataset, OpenOptions};
use reedbed_formats::limits::Limits;
use reedbed_formats::row::Fields;

/// A rule that lists a taxon with an outcome.
pub(crate) fn rule(taxon: u32, outcome: Outcome) -> Rule {
    Rule {
        id: RuleId { list: "list.csv".into(), line: u64::from(taxon) + 2 },
        taxon: Some(RuleTaxonId(taxon)),
        area: None,
        season: None,
        max_age_years: None,
        life_stage: Default::default(),
        reproductive_condition: Default::default(),
        behavior: Default::default(),
        kind: Default::default(),
        provider: Default::default(),
        individual: Default::default(),
        outcome,
        reason: None,
        authority: Some("Wetland Trust".to_owned()),
        citation: None,
        review_date: None,
        remarks: None,
    }
}

/// Rules by taxon and category; siblings are coarsened, so that what counts as shared can be seen.
pub(crate) fn rules(listed: &[(&str, Category)]) -> RuleSet {
    let mut set = RuleSet::default();
    for (number, (name, category)) in (0..).zip(listed) {
        set.taxa.push(RuleTaxon::named(name));
        let siblings = Some(Siblings::Coarsen);
        let outcome = Outcome { category: Some(*category), siblings, ..Outcome::default() };
        set.rules.push(rule(number, outcome));
    }
    set
}

/// Rules by taxon and category that leave siblings to what loses least.
pub(crate) fn by_default(listed: &[(&str, Category)]) -> RuleSet {
    let mut set = rules(listed);
    set.rules.iter_mut().for_each(|rule| rule.outcome.siblings = None);
    set
}

/// A box with a name, by south, west, north and east.
pub(crate) fn area_of(name: &str, south: f64, west: f64, north: f64, east: f64) -> AreaSet {
    let corners = [(south, west), (south, east), (north, east), (north, west), (south, west)];
    let ring = corners.map(|(lat, lon)| Point::from_degrees(lat, lon).unwrap()).to_vec();
    let mut shape = Shape::new();
    shape.push_polygon(&[ring]);
    let mut areas = AreaSet::new();
    areas.add(vec![name.to_owned()], shape);
    areas
}

/// Settings of a public copy.
pub(crate) fn settings(rules: RuleSet) -> Settings {
    Settings {
        rules,
        rules_digest: String::new(),
        rule_findings: Vec::new(),
        areas: AreaSet::default(),
        checklist: None,
        audience: Audience::Public,
        partner: None,
        terms: None,
        secret: Secret::new([3; 32]),
        dataset: "test".to_owned(),
        holder: Holder::default(),
        registry: None,
        despite_earlier: false,
        from_level: None,
        known: Vec::new(),
        with: Vec::new(),
        form: None,
        is_neutral: false,
        today: Day::new(2026, 11, 23).unwrap(),
        workers: 2,
    }
}

/// Settings of a partner's copy.
pub(crate) fn partner(rules: RuleSet) -> Settings {
    Settings {
        audience: Audience::Partner { step: 1 },
        partner: Some("Reedmoor University".to_owned()),
        ..settings(rules)
    }
}

/// A copy and what is in its package.
pub(crate) struct Copied {
    pub(crate) shared: Shared,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) folder: tempfile::TempDir,
}

impl Copied {
    /// The text of a file.
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    /// All bytes that may leave, names of files included.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let names = self.files.keys().flat_map(|name| name.bytes());
        names.chain(self.files.values().flatten().copied()).collect()
    }

    /// Rows of a table by heading.
    pub(crate) fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let path = self.folder.path().join("package").join(name);
        let dataset = dataset::open(&[path], &OpenOptions::default(), &Limits::default()).unwrap();
        let table = &dataset.tables[0];
        let shape = table.shape();
        let (mut fields, mut scratch) = (Fields::default(), String::new());
        let mut found = Vec::new();
        let mut chunks = table.read().unwrap();
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            let mut rows = chunk.rows(&shape);
            while let Some(row) = rows.next_into(&mut fields) {
                let cells = table.columns.iter().enumerate().map(|(i, column)| {
                    let value = fields.value(row.bytes, i, &shape, &mut scratch).to_owned();
                    (column.heading.clone(), value)
                });
                found.push(cells.collect());
            }
        }
        found
    }
}

/// Writes files to a new folder.
pub(crate) fn input(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    (folder, paths)
}

/// Shares files and reads the package.
pub(crate) fn share(files: &[(&str, &str)], settings: &Settings) -> Copied {
    let (_folder, paths) = input(files);
    share_paths(&paths, settings)
}

/// Shares an archive folder.
pub(crate) fn share_archive(files: &[(&str, &str)], settings: &Settings) -> Copied {
    let (folder, _paths) = input(files);
    share_paths(&[folder.path().to_owned()], settings)
}

/// Shares files under limits, without an attack on the copy, and reads the package.
pub(crate) fn share_unattacked(
    files: &[(&str, &str)],
    settings: &Settings,
    limits: &Limits,
) -> Copied {
    let (_folder, paths) = input(files);
    let dataset = dataset::open(&paths, &OpenOptions::default(), limits).unwrap();
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, "public");
    let prepared = share::prepare(&dataset, settings, &pseudonyms, &Silent).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    let shared = prepared.write(Some(&package), &Silent).unwrap();
    read_copy(shared, folder)
}

/// Shares inputs and reads the package.
pub(crate) fn share_paths(paths: &[PathBuf], settings: &Settings) -> Copied {
    let dataset = dataset::open(paths, &OpenOptions::default(), &Limits::default()).unwrap();
    share_opened(&dataset, settings)
}

fn share_opened(dataset: &Dataset, settings: &Settings) -> Copied {
    let audience = settings.partner.as_deref().unwrap_or("public");
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, audience);
    let prepared = share::prepare(dataset, settings, &pseudonyms, &Silent).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    let shared = prepared.write_attacked(&package, &Silent).unwrap();
    read_copy(shared, folder)
}

pub(crate) fn read_copy(shared: Shared, folder: tempfile::TempDir) -> Copied {
    let package = folder.path().join("package");
    let mut files = BTreeMap::new();
    read_all(&package, &package, &mut files);
    Copied { shared, files, folder }
}

fn read_all(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// Asserts that rows are accounted for in every table.
pub(crate) fn assert_balanced(copied: &Copied) {
    for table in &copied.shared.summary.tables {
        let rows = &table.rows;
        assert_eq!(
            rows.read + rows.added,
            rows.written + rows.withheld + rows.rejected,
            "{table:?}"
        );
    }
}

/// The form of tables with tabs.
pub(crate) const TSV: OutputForm = OutputForm::Tsv;

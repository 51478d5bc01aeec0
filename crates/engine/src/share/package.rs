//! Lays the copy out: which files, in which order, and what describes them.

use std::io::Write;
use std::path::Path;

use reedbed_formats::dataset::{Form, Packaging};
use reedbed_formats::eml;
use reedbed_formats::meta::{self, TableToDescribe};
use reedbed_formats::patch;
use reedbed_formats::table::{Dialect, RowKind, Table, Terminator};
use reedbed_formats::writer::PackageWriter;

use super::{Prepared, Progress, ShareError, Written};
use crate::findings::Findings;
use crate::kinds::KindsWritten;
use crate::metadata;
use crate::plan::Role;
use crate::tally::RowCount;
use crate::treat::Treatment;
use crate::write::{Consequences, Copy};

/// A form that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// Comma-separated tables.
    Csv,
    /// A Darwin Core archive.
    Dwca,
    /// Parquet, GeoParquet where there are places; made of comma-separated tables in the end.
    Parquet,
    /// Tab-separated tables.
    Tsv,
    /// A workbook; made of comma-separated tables in the end.
    Xlsx,
}

/// How a table is called and written in the copy.
struct Target {
    name: String,
    dialect: Dialect,
    has_header: bool,
}

/// Writes all tables, then what describes them.
pub(super) fn write(
    copy: &Prepared<'_>,
    folder: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Written, ShareError> {
    let licence = metadata::licence_of(copy.settings());
    let treatments: Vec<Treatment> = copy
        .plans()
        .iter()
        .map(|plan| Treatment::of(plan, copy.survey().has_protected(), licence.is_some()))
        .collect();
    let targets = targets(copy);
    let packaging = packaging(copy);
    let mut package = begin(folder, packaging)?;

    let mut counts = vec![RowCount::default(); copy.plans().len()];
    let mut findings = Findings::default();
    let mut consequences = Consequences::default();
    let mut rejects = Vec::new();
    let mut last = vec![Vec::new(); copy.plans().len()];
    // Records first: what hangs from them, and which events are left, follows from them.
    for role in [Role::Records, Role::Taxa, Role::Attached, Role::Measurements, Role::Events] {
        for (index, plan) in copy.plans().iter().enumerate().filter(|(_, plan)| plan.role == role) {
            let (Some(target), Some(treatment)) = (targets.get(index), treatments.get(index))
            else {
                continue;
            };
            package.start(&target.name).map_err(ShareError::writing)?;
            let writer = Copy {
                plans: copy.plans(),
                survey: copy.survey(),
                judge: copy.judge(),
                taxa: copy.taxa(),
                treatments: &treatments,
                licence: licence.as_deref(),
                dialect: Some(target.dialect),
                has_registry: copy.settings().registry.is_some(),
                spill: folder,
                workers: copy.settings().workers,
            };
            if target.has_header {
                let header = header(plan.table, treatment, target.dialect);
                package.write_all(&header).map_err(ShareError::writing)?;
            }
            let written =
                writer.table(index, &mut package, &mut consequences, &mut findings, progress)?;
            rejects.extend(written.rejects);
            findings.utility.merge(&written.utility);
            if let Some(last) = last.get_mut(index) {
                *last = written.last;
            }
            if let Some(count) = counts.get_mut(index) {
                *count = written.count;
            }
        }
    }
    describe(copy, &mut package, packaging, &targets, &treatments, &findings)?;
    let files = package.finish().map_err(ShareError::writing)?;
    let names = targets.into_iter().map(|target| target.name).collect();
    let kinds = KindsWritten::default();
    Ok(Written { counts, findings, rejects, files, names, kinds, last })
}

/// The packaging of the copy; nothing for plain tables.
fn packaging(copy: &Prepared<'_>) -> Option<Packaging> {
    match (copy.settings().form, copy.dataset().form) {
        (Some(OutputForm::Csv | OutputForm::Parquet | OutputForm::Tsv | OutputForm::Xlsx), _) => {
            None
        }
        (Some(OutputForm::Dwca), Form::Tables) => Some(Packaging::Zip),
        (None, Form::Tables) => None,
        (_, Form::Archive(packaging)) => Some(packaging),
    }
}

fn begin(folder: Option<&Path>, packaging: Option<Packaging>) -> Result<PackageWriter, ShareError> {
    let Some(folder) = folder else { return Ok(PackageWriter::nothing()) };
    std::fs::create_dir_all(folder).map_err(ShareError::writing)?;
    match packaging {
        None => Ok(PackageWriter::plain(folder)),
        Some(packaging) => {
            PackageWriter::archive(folder, "dataset", packaging).map_err(ShareError::writing)
        }
    }
}

/// Names and dialects of the tables.
///
/// PRIVACY: names come from what the tables are; an incoming file name could name a place.
fn targets(copy: &Prepared<'_>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for plan in copy.plans() {
        let table = plan.table;
        let (dialect, has_header) = match copy.settings().form {
            Some(OutputForm::Csv | OutputForm::Parquet | OutputForm::Xlsx) => (CSV, true),
            Some(OutputForm::Tsv) => (TSV, true),
            _ => (table.dialect, table.has_header),
        };
        let extension = match (packaging(copy), dialect.delimiter) {
            (Some(_), _) => "txt",
            (None, b'\t') => "tsv",
            (None, _) => "csv",
        };
        let stem = stem(table.kind);
        let taken =
            |name: &str, targets: &[Target]| targets.iter().any(|target| target.name == name);
        let mut name = format!("{stem}.{extension}");
        let mut number = 2;
        while taken(&name, &targets) {
            name = format!("{stem}{number}.{extension}");
            number += 1;
        }
        targets.push(Target { name, dialect, has_header });
    }
    targets
}

fn stem(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Distribution => "distribution",
        RowKind::Event => "event",
        RowKind::Identification => "identification",
        RowKind::Measurement => "measurementorfact",
        RowKind::Multimedia => "multimedia",
        RowKind::Occurrence => "occurrence",
        RowKind::Other => "table",
        RowKind::Taxon => "taxon",
        RowKind::VernacularName => "vernacularname",
    }
}

fn header(table: &Table, treatment: &Treatment, dialect: Dialect) -> Vec<u8> {
    let headings: Vec<&str> = table
        .columns
        .iter()
        .map(|column| match (column.heading.as_str(), column.term) {
            ("", Some(term)) => term.name,
            (heading, _) => heading,
        })
        .chain(treatment.added_headings())
        .collect();
    let mut bytes = Vec::new();
    patch::write_values(&mut bytes, headings, dialect);
    bytes
}

/// Writes `meta.xml` where there is an archive, and `eml.xml` always.
fn describe(
    copy: &Prepared<'_>,
    package: &mut PackageWriter,
    packaging: Option<Packaging>,
    targets: &[Target],
    treatments: &[Treatment],
    findings: &Findings,
) -> Result<(), ShareError> {
    if packaging.is_some() {
        let mut tables: Vec<TableToDescribe> = copy
            .plans()
            .iter()
            .zip(targets)
            .zip(treatments)
            .map(|((plan, target), treatment)| described(plan.table, target, treatment))
            .collect();
        tables.sort_by_key(|table| !table.is_core);
        package.start("meta.xml").map_err(ShareError::writing)?;
        package
            .write_all(meta::write(&tables, "eml.xml").as_bytes())
            .map_err(ShareError::writing)?;
    }
    let roles: Vec<Role> = copy.plans().iter().map(|plan| plan.role).collect();
    let stated = copy.dataset().metadata.as_ref().and_then(|data| data.licence.as_deref());
    let licence = stated.or_else(|| licence_of_rows(copy));
    let facts = metadata::of(copy.settings(), findings, &roles, licence);
    package.start("eml.xml").map_err(ShareError::writing)?;
    package.write_all(eml::write(&facts).as_bytes()).map_err(ShareError::writing)
}

/// The licence that every row states, where all state the same.
fn licence_of_rows<'a>(copy: &'a Prepared<'_>) -> Option<&'a str> {
    let mut licences = copy
        .plans()
        .iter()
        .zip(&copy.survey().tables)
        .filter_map(|(plan, table)| table.common.only(plan.table.column("license")?))
        .filter(|licence| !licence.trim_ascii().is_empty());
    let first = licences.next()?;
    licences.all(|other| other == first).then_some(first)
}

fn described(table: &Table, target: &Target, treatment: &Treatment) -> TableToDescribe {
    let width = table.columns.len();
    let mut fields: Vec<(usize, String)> = table
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| {
            let uri = column.uri.clone().or_else(|| column.term.map(|term| term.uri()))?;
            // The identifier of an extension is described by its own element.
            let is_plain_coreid = !table.is_core && table.id == Some(index) && column.uri.is_none();
            (!is_plain_coreid).then_some((index, uri))
        })
        .collect();
    let added = treatment.added_headings().filter_map(reedbed_core::term::find);
    fields.extend((width..).zip(added.map(reedbed_core::term::Term::uri)));
    let constants = table
        .defaults
        .iter()
        .filter(|constant| !treatment.makes_column_of(constant))
        .map(|constant| (constant.uri.clone(), constant.value.clone()))
        .collect();
    TableToDescribe {
        is_core: table.is_core,
        row_type: table.row_type.clone(),
        location: target.name.clone(),
        dialect: target.dialect,
        has_header: target.has_header,
        id: table.id,
        fields,
        constants,
    }
}

const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };
const TSV: Dialect = Dialect { delimiter: b'\t', quote: None, terminator: Terminator::Lf };

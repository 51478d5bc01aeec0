//! What happens to each field of a protected record.
//!
//! The column's term says it (see [`reedbed_core::term`]); this module carries it out and keeps
//! account of what was withheld, so that the record can say so itself.

mod record;

use std::borrow::Cow;
use std::collections::BTreeSet;

use reedbed_core::decide::Decision;
use reedbed_core::term::Action;
use reedbed_formats::patch::Patch;
use reedbed_formats::table::{Constant, RowKind, Table};

use self::record::RecordTreatment;
use crate::cells::Row;
use crate::frequency::CommonValues;
use crate::judge::Judge;
use crate::place::ToldPlace;
use crate::plain_names::PlainNames;
use crate::plan::{Plan, Role};
use crate::told_period::ToldPeriod;

/// How a copy treats the columns of one table.
#[derive(Debug)]
pub(crate) struct Treatment {
    columns: Vec<ColumnTreatment>,
    added: Vec<Added>,
    /// The column of the scientific name.
    name_column: Option<usize>,
}

/// A column that the copy adds to the table.
#[derive(Debug)]
enum Added {
    /// A constant of the whole table that may have to differ between records.
    Constant { column: ColumnTreatment, value: String },
    /// A statement about the record, by its term.
    Statement(&'static str),
}

#[derive(Debug, Clone)]
struct ColumnTreatment {
    /// The term, or nothing for an unknown column.
    term: Option<&'static reedbed_core::term::Term>,
    heading: String,
    /// Set where the column is an identifier: the class of its pseudonyms.
    class: Option<&'static str>,
    /// Set where the column links to a row that keeps its identifier.
    links_to_taxon: bool,
    default: Option<String>,
}

impl ColumnTreatment {
    /// Whether it holds what a record says of itself.
    fn is_said(&self) -> bool {
        self.term.is_some_and(|term| STATEMENTS.contains(&term.name))
    }
}

/// What a protected record is told with.
#[derive(Debug)]
pub(crate) struct Telling<'a> {
    /// The decision.
    pub(crate) decision: &'a Decision,
    /// The place, generalised.
    pub(crate) place: &'a ToldPlace,
    /// The period, generalised.
    pub(crate) period: &'a ToldPeriod,
    /// Reasons and authorities, in words.
    pub(crate) reasons: &'a str,
    /// Pseudonym of the event that the record hangs from, where it hangs from a new one.
    pub(crate) event: Option<&'a str>,
    /// How it is told, in words: whoever is told otherwise has other pseudonyms, so that what is told
    /// finely does not give away what is told coarsely.
    pub(crate) told: &'a str,
    /// Whether it does without what it states of its event.
    pub(crate) without_context: bool,
}

/// Terms that a protected record of a table that states places must be able to carry.
const PLACE_STATEMENTS: &[&str] = &[
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "coordinateUncertaintyInMeters",
    "coordinatePrecision",
    "footprintWKT",
    "georeferenceRemarks",
];
/// Terms that each protected record must be able to carry.
const STATEMENTS: &[&str] = &["dataGeneralizations", "informationWithheld"];

impl Treatment {
    /// Plans the treatment of a table. Columns are added only where a record of the dataset is
    /// protected; `licence` asks for a licence column: a partner's copy says in each record under
    /// which terms it stands.
    pub(crate) fn of(plan: &Plan<'_>, has_protected: bool, licence: bool) -> Self {
        let table = plan.table;
        let columns = table
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| ColumnTreatment {
                term: column.term,
                heading: column.heading.clone(),
                class: class_of(plan, index, column.term.map(|term| term.name)),
                links_to_taxon: links_to_taxon(plan, index),
                default: column.default.clone().filter(|value| !value.is_empty()),
            })
            .collect();
        let mut added = Vec::new();
        for constant in &table.defaults {
            let is_restricted = constant.term.is_none_or(|term| {
                term.actions.iter().any(|action| *action != Action::Keep)
                    || (licence && LICENCES.contains(&term.name))
            });
            if is_restricted && (has_protected || licence) {
                let column = ColumnTreatment {
                    term: constant.term,
                    heading: constant
                        .term
                        .map_or(constant.uri.as_str(), |term| term.name)
                        .to_owned(),
                    class: None,
                    links_to_taxon: false,
                    default: None,
                };
                added.push(Added::Constant { column, value: constant.value.clone() });
            }
        }
        let is_constant = |name: &&'static str| {
            added.iter().any(
                |added| matches!(added, Added::Constant { column, .. } if column.heading == **name),
            )
        };
        let statements: Vec<Added> = added_terms(plan, has_protected, licence)
            .into_iter()
            .filter(|name| !is_constant(name))
            .map(Added::Statement)
            .collect();
        added.extend(statements);
        Self { columns, added, name_column: table.column("scientificName") }
    }

    /// Headings of the columns that the copy adds.
    pub(crate) fn added_headings(&self) -> impl Iterator<Item = &str> {
        self.added.iter().map(|added| match added {
            Added::Constant { column, .. } => column.heading.as_str(),
            Added::Statement(name) => name,
        })
    }

    /// Whether a constant of the table becomes a column of the copy.
    pub(crate) fn makes_column_of(&self, constant: &Constant) -> bool {
        let heading = constant.term.map_or(constant.uri.as_str(), |term| term.name);
        self.added.iter().any(
            |added| matches!(added, Added::Constant { column, .. } if column.heading == heading),
        )
    }

    /// Values of the added columns in a row that no protection touches.
    pub(crate) fn added_to_clear(&self, licence: Option<&str>) -> Vec<String> {
        self.added
            .iter()
            .map(|added| match (added, licence) {
                (Added::Statement("license"), Some(licence)) => licence.to_owned(),
                (Added::Statement(_), _) => String::new(),
                (Added::Constant { column, value }, Some(licence)) => {
                    let is_licence = column.term.is_some_and(|term| LICENCES.contains(&term.name));
                    if is_licence { licence.to_owned() } else { value.clone() }
                }
                (Added::Constant { value, .. }, None) => value.clone(),
            })
            .collect()
    }

    /// Whether a column's empty cells stand for a default value, which the copy must write out.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = (usize, &str)> {
        self.columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((index, column.default.as_deref()?)))
    }

    /// Columns of completeness statements, which are emptied in every row.
    pub(crate) fn completeness(&self) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, column)| {
                column.term.is_some_and(|term| term.actions.contains(&Action::Completeness))
            })
            .map(|(index, _)| index)
    }

    /// Whether rows that no protection touches leave as they are, added columns aside.
    pub(crate) fn leaves_clear_rows_alone(&self, has_protected: bool, licence: bool) -> bool {
        self.defaults().next().is_none()
            && (!has_protected || self.completeness().next().is_none())
            && (!has_protected || self.references().next().is_none())
            && (!licence || self.licences().next().is_none())
    }

    /// Columns that name other records.
    pub(crate) fn references(&self) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.term.is_some_and(|term| REFERENCES.contains(&term.name)))
            .map(|(index, _)| index)
    }

    /// Columns that state a licence.
    pub(crate) fn licences(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.columns.iter().enumerate().filter_map(|(index, column)| {
            let name = column.term?.name;
            LICENCES.contains(&name).then_some((index, name))
        })
    }

    /// Writes the patches of a protected record and the values of the added columns.
    pub(crate) fn protect(
        &self,
        row: Row<'_>,
        telling: &Telling<'_>,
        common: &CommonValues,
        judge: &Judge<'_>,
        terms_of_use: Option<&str>,
        names: &mut PlainNames<'_>,
    ) -> (Vec<Patch>, Vec<String>) {
        let mut record = RecordTreatment {
            row,
            telling,
            common,
            judge,
            name_column: self.name_column,
            terms_of_use,
            names,
            withheld: BTreeSet::new(),
            is_silent: false,
            has_pseudonyms: false,
            said_withheld: None,
            was_place_withheld: false,
        };
        let mut patches = Vec::with_capacity(16);
        for (index, column) in self.columns.iter().enumerate() {
            let stays = column.class.is_none()
                && column.default.is_none()
                && column
                    .term
                    .is_some_and(|term| term.action(telling.decision.category) == Action::Keep);
            if stays {
                continue;
            }
            let held = row.cell(index);
            let value = match &column.default {
                Some(default) if held.trim_ascii().is_empty() => Cow::Borrowed(default.as_str()),
                _ => held.clone(),
            };
            let told = record.treated(index, column, value);
            if told != held || column.is_said() {
                patches.push(Patch { column: index, value: told.into_owned() });
            }
        }
        let mut added: Vec<String> = self
            .added
            .iter()
            .map(|added| match added {
                Added::Constant { column, value } => {
                    record.treated(CONSTANT, column, Cow::Borrowed(value)).into_owned()
                }
                Added::Statement("license") => terms_of_use.unwrap_or("").to_owned(),
                Added::Statement(name) => telling.place.value(name).unwrap_or_default(),
            })
            .collect();
        // What the record says of itself comes last, when all of it is known.
        let said = record.statements();
        // A record that was protected already goes on saying why: that another rule meets it now that it
        // is told as a whole cell is no news.
        let is_said = |index: usize| self.columns.get(index).is_some_and(ColumnTreatment::is_said);
        let is_done = patches.iter().all(|patch| {
            let held = row.cell(patch.column);
            is_said(patch.column)
                && (held == said.generalised || judge.says_a_reason(&held, &said.withheld_for))
        });
        if is_done && added.iter().all(String::is_empty) {
            return (Vec::new(), added);
        }
        for patch in &mut patches {
            match self.columns.get(patch.column).and_then(|c| c.term).map(|term| term.name) {
                Some("dataGeneralizations") => patch.value.clone_from(&said.generalised),
                Some("informationWithheld") => patch.value.clone_from(&said.withheld),
                _ => {}
            }
        }
        patches.retain(|patch| {
            let is_said = self.columns.get(patch.column).is_some_and(ColumnTreatment::is_said);
            !is_said || patch.value.as_str() != row.cell(patch.column).as_ref()
        });
        for (value, heading) in added.iter_mut().zip(self.added_headings()) {
            match heading {
                "dataGeneralizations" => value.clone_from(&said.generalised),
                "informationWithheld" => value.clone_from(&said.withheld),
                _ => {}
            }
        }
        (patches, added)
    }
}

/// Whether a column links to a taxon of a checklist, whose identifiers stay.
fn links_to_taxon(plan: &Plan<'_>, index: usize) -> bool {
    let table = plan.table;
    if plan.role == Role::Taxa {
        let term = table.columns.get(index).and_then(|column| column.term);
        return table.id == Some(index)
            || term.is_some_and(|term| TAXON_LINKS.contains(&term.name));
    }
    let is_of_taxa =
        table.kind == RowKind::Taxon || !table.is_core && plan.links.core == Some(RowKind::Taxon);
    table.id == Some(index) && is_of_taxa
}

/// Terms by which rows of a checklist name each other.
const TAXON_LINKS: &[&str] =
    &["acceptedNameUsageID", "originalNameUsageID", "parentNameUsageID", "taxonID"];

/// Terms that a copy adds to a table, if it has not got them.
fn added_terms(plan: &Plan<'_>, has_protected: bool, licence: bool) -> Vec<&'static str> {
    let is_missing = |name: &&&str| plan.table.column(name).is_none();
    let mut added = Vec::new();
    if has_protected && matches!(plan.role, Role::Records | Role::Events) {
        if plan.states_place() {
            added.extend(PLACE_STATEMENTS.iter().filter(is_missing).copied());
        }
        added.extend(STATEMENTS.iter().filter(is_missing).copied());
    }
    if licence && plan.table.is_core && plan.table.column("license").is_none() {
        added.push("license");
    }
    added
}

/// The class of pseudonyms of a column that identifies or links rows.
fn class_of(plan: &Plan<'_>, index: usize, name: Option<&str>) -> Option<&'static str> {
    let table: &Table = plan.table;
    let is_own = table.id == Some(index);
    if is_own && !table.is_core {
        return match plan.links.core {
            Some(RowKind::Event) => Some(EVENT),
            Some(RowKind::Occurrence) => Some(RECORD),
            _ => None,
        };
    }
    match name {
        Some("eventID") => Some(EVENT),
        Some("occurrenceID") => Some(RECORD),
        Some(_) if is_own && plan.role == Role::Events => Some(EVENT),
        None if is_own && plan.role == Role::Events => Some(EVENT),
        _ if is_own && plan.role == Role::Records => Some(RECORD),
        _ => None,
    }
}

/// Terms that name other records.
const REFERENCES: &[&str] = &[
    "associatedOccurrences",
    "associatedOrganisms",
    "relatedResourceID",
    "resourceID",
    "relation",
];
/// Terms that state under which terms a row stands.
const LICENCES: &[&str] = &["accessRights", "license", "rights"];
/// Stands for the index of a column that every row fills alike.
const CONSTANT: usize = usize::MAX;
/// Class of the pseudonyms of events.
pub(crate) const EVENT: &str = "event";
/// Class of the pseudonyms of records.
pub(crate) const RECORD: &str = "occurrence";

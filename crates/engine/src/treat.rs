//! What happens to each field of a protected record.
//!
//! The column's term says it (see [`reedbed_core::term`]); this module carries it out and keeps
//! account of what was withheld, so that the record can say so itself.

use std::collections::BTreeSet;

use reedbed_core::decide::{Decision, PlaceTold};
use reedbed_core::term::Action;
use reedbed_formats::patch::Patch;
use reedbed_formats::table::{Constant, RowKind, Table};

use crate::cells::Row;
use crate::frequency::CommonValues;
use crate::judge::Judge;
use crate::place::ToldPlace;
use crate::plain_names::PlainNames;
use crate::plan::{Plan, Role};
use crate::statement;
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
                links_to_taxon: table.id == Some(index)
                    && (table.kind == RowKind::Taxon
                        || !table.is_core && plan.links.core == Some(RowKind::Taxon)),
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
            has_pseudonyms: false,
            said_withheld: None,
            was_place_withheld: false,
        };
        let mut patches = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            let stays = column.class.is_none()
                && column.default.is_none()
                && column
                    .term
                    .is_some_and(|term| term.action(telling.decision.category) == Action::Keep);
            if stays {
                continue;
            }
            let value = row.cell(index);
            let value = match (&column.default, value.trim_ascii().is_empty()) {
                (Some(default), true) => default.clone(),
                _ => value.into_owned(),
            };
            patches.push(Patch { column: index, value: record.treated(index, column, value) });
        }
        let mut added: Vec<String> = self
            .added
            .iter()
            .map(|added| match added {
                Added::Constant { column, value } => {
                    record.treated(CONSTANT, column, value.clone())
                }
                Added::Statement("license") => terms_of_use.unwrap_or("").to_owned(),
                Added::Statement(name) => telling.place.value(name, "").unwrap_or_default(),
            })
            .collect();
        // What the record says of itself comes last, when all of it is known.
        let said = record.statements();
        for patch in &mut patches {
            match self.columns.get(patch.column).and_then(|c| c.term).map(|term| term.name) {
                Some("dataGeneralizations") => patch.value.clone_from(&said.generalised),
                Some("informationWithheld") => patch.value.clone_from(&said.withheld),
                _ => {}
            }
        }
        patches.retain(|patch| patch.value.as_str() != row.cell(patch.column).as_ref());
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

struct Said {
    generalised: String,
    withheld: String,
}

struct RecordTreatment<'a, 'k> {
    row: Row<'a>,
    telling: &'a Telling<'a>,
    common: &'a CommonValues,
    judge: &'a Judge<'a>,
    name_column: Option<usize>,
    terms_of_use: Option<&'a str>,
    names: &'a mut PlainNames<'k>,
    withheld: BTreeSet<&'static str>,
    has_pseudonyms: bool,
    said_withheld: Option<String>,
    was_place_withheld: bool,
}

impl RecordTreatment<'_, '_> {
    fn treated(&mut self, index: usize, column: &ColumnTreatment, value: String) -> String {
        if column.links_to_taxon {
            return value;
        }
        if let Some(class) = column.class {
            return self.pseudonym(class, &value);
        }
        let Some(term) = column.term else {
            return self.unknown(column, value);
        };
        let action = term.action(self.telling.decision.category);
        let may_be_allowed = !matches!(
            action,
            Action::Period
                | Action::Place
                | Action::Pseudonym
                | Action::Statement
                | Action::Completeness
        );
        if may_be_allowed && self.is_allowed(column) {
            return value;
        }
        match action {
            Action::Keep => value,
            Action::Completeness | Action::Empty => self.empty(term.name, value),
            Action::IfCommon => {
                let is_common = self.is_common(index);
                self.keep_if(is_common, term.name, value)
            }
            Action::IfName => self.name(index, term.name, value),
            // The steward allowed the type of this measurement.
            Action::IfNumber if term.name == "measurementValue" => {
                let is_number = value.trim_ascii().parse::<f64>().is_ok();
                self.keep_if(is_number, term.name, value)
            }
            Action::IfNumber => self.keep_if(is_plain_number(&value), term.name, value),
            Action::IfWords(words) => self.keep_if(all_words_in(&value, words), term.name, value),
            Action::Period => match self.telling.period.value(term.name) {
                Some(told) => {
                    if told.is_empty() {
                        self.empty(term.name, value)
                    } else if value.trim_ascii().is_empty() {
                        value
                    } else {
                        told
                    }
                }
                None => value,
            },
            Action::Place => match self.telling.place.value(term.name, &value) {
                Some(told) if told.is_empty() => self.empty(term.name, value),
                Some(told) => told,
                None => value,
            },
            Action::Pseudonym => self.pseudonym(term.name, &value),
            Action::Reword => self.reword(term.name, &value),
            Action::Statement => self.statement(index, term.name, value),
        }
    }

    /// A constant is common to all records.
    fn is_common(&self, index: usize) -> bool {
        index == CONSTANT || self.common.is_common(index, self.row.raw(index))
    }

    fn is_allowed(&self, column: &ColumnTreatment) -> bool {
        let allowed = &self.telling.decision.allowed_columns;
        allowed.contains(&column.heading)
            || column.term.is_some_and(|term| allowed.contains(term.name))
    }

    fn unknown(&mut self, column: &ColumnTreatment, value: String) -> String {
        if value.trim_ascii().is_empty() || self.is_allowed(column) {
            return value;
        }
        self.withheld.insert(statement::OTHER_COLUMNS);
        String::new()
    }

    fn empty(&mut self, name: &'static str, value: String) -> String {
        if !value.trim_ascii().is_empty() {
            self.withheld.insert(name);
        }
        String::new()
    }

    fn keep_if(&mut self, keep: bool, name: &'static str, value: String) -> String {
        if keep { value } else { self.empty(name, value) }
    }

    fn reword(&mut self, name: &'static str, value: &str) -> String {
        if value.trim_ascii().is_empty() {
            return String::new();
        }
        if value != statement::WORDING {
            self.withheld.insert(name);
        }
        statement::WORDING.to_owned()
    }

    /// A name leaves when it is a name and nothing more; `scientificName` is then written in its
    /// plain form, other names are left empty.
    /// A name leaves as written when other records bear it, or when it is known from a list; else
    /// only the parts of it that are a name's: an authorship or a family could hide a place.
    fn name(&mut self, index: usize, name: &'static str, value: String) -> String {
        if value.trim_ascii().is_empty()
            || self.is_common(index)
            || self.names.is_known(&value, self.judge)
        {
            return value;
        }
        if FULL_NAMES.contains(&name) {
            let plain = self.names.plain(&value).to_owned();
            if plain.is_empty() {
                return self.empty(name, value);
            }
            if plain != value {
                self.withheld.insert("scientificNameAuthorship");
            }
            return plain;
        }
        let is_part = self.own_name().is_some_and(|own| {
            own.split(' ').any(|part| part.eq_ignore_ascii_case(value.trim_ascii()))
        });
        self.keep_if(is_part || is_higher_name(name, &value), name, value)
    }

    /// The plain form of the record's scientific name.
    fn own_name(&mut self) -> Option<String> {
        let name = self.row.cell(self.name_column?);
        Some(self.names.plain(&name).to_owned())
    }

    fn pseudonym(&mut self, class: &str, value: &str) -> String {
        if value.trim_ascii().is_empty() {
            return String::new();
        }
        self.has_pseudonyms = true;
        match (class, self.telling.event) {
            (EVENT, Some(event)) => event.to_owned(),
            _ => self.judge.pseudonyms.of(class, value.trim_ascii()),
        }
    }

    fn statement(&mut self, index: usize, name: &'static str, value: String) -> String {
        match name {
            "dataGeneralizations" => {
                self.was_place_withheld = value.starts_with(statement::PLACE_WITHHELD);
                String::new()
            }
            "informationWithheld" => {
                self.said_withheld = Some(value);
                String::new()
            }
            _ => match self.terms_of_use {
                Some(terms) if name != "rights" || !value.is_empty() => terms.to_owned(),
                Some(_) => String::new(),
                None => {
                    let is_common = self.is_common(index);
                    self.keep_if(is_common, name, value)
                }
            },
        }
    }

    fn statements(&mut self) -> Said {
        let mut withheld = std::mem::take(&mut self.withheld);
        if let Some(said) = &self.said_withheld {
            withheld.extend(statement::terms_of(said));
        }
        let place = match self.telling.place.told() {
            // A copy that is shared again has no place left to withhold, and says so still.
            PlaceTold::AsHeld if self.was_place_withheld => PlaceTold::Withheld,
            told => told,
        };
        let period = self.telling.period.said();
        let mut generalised = statement::generalised(place, period);
        if self.has_pseudonyms {
            if !generalised.is_empty() {
                generalised.push(' ');
            }
            generalised.push_str(statement::PSEUDONYMS);
        }
        Said { generalised, withheld: statement::withheld(&withheld, self.telling.reasons) }
    }
}

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

/// Whether a name has the form that the codes give to names of its rank.
///
/// Source: International Code of Zoological Nomenclature, article 29.2; International Code of
/// Nomenclature for algae, fungi, and plants, articles 16 to 19.
fn is_higher_name(term: &str, value: &str) -> bool {
    let endings: &[&str] = match term {
        "superfamily" => &["oidea", "acea"],
        "family" => &["idae", "aceae", "iformes"],
        "subfamily" => &["inae", "oideae"],
        "tribe" => &["ini", "eae"],
        "subtribe" => &["ina", "inae"],
        "order" => &["ales", "iformes", "ptera", "formes", "oidea", "ida"],
        _ => return false,
    };
    let value = value.trim_ascii();
    value.len() < 30
        && value.bytes().all(|byte| byte.is_ascii_alphabetic())
        && endings.iter().any(|ending| value.to_ascii_lowercase().ends_with(ending))
}

/// Terms that hold a whole scientific name.
const FULL_NAMES: &[&str] = &[
    "acceptedNameUsage",
    "acceptedScientificName",
    "originalNameUsage",
    "parentNameUsage",
    "scientificName",
    "species",
    "typifiedName",
    "verbatimScientificName",
];
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

fn is_plain_number(value: &str) -> bool {
    let value = value.trim_ascii();
    !value.is_empty() && value.len() <= 7 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a value is made of words of a vocabulary and small numbers.
fn all_words_in(value: &str, words: &[&str]) -> bool {
    let mut numbers = 0;
    let mut parts = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let fits = parts.all(|word| {
        if word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers += 1;
            return true;
        }
        words.contains(&word.to_lowercase().as_str())
    });
    // More or longer numbers could be coordinates in disguise.
    fits && numbers <= 2 && !value.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_could_be_coordinates_in_disguise_do_not_pass() {
        for value in ["41.0855312", "52.1", "-3", "41°", "", "12345678"] {
            assert!(!is_plain_number(value), "{value}");
        }
        assert!(is_plain_number("12"));
    }

    #[test]
    fn words_outside_a_vocabulary_do_not_pass() {
        let words = &["male", "female"];
        assert!(all_words_in("1 male | 0 female", words));
        assert!(!all_words_in("male at the old mill", words));
        assert!(!all_words_in("41085 male", words));
        assert!(!all_words_in("male 52 12 34", words));
        assert!(!all_words_in("male 52.1", words));
        assert!(!all_words_in("male 52 12 34", words));
        assert!(!all_words_in("male 52.1", words));
    }
}

//! One protected record: each of its fields as its column's term wants it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use reedbed_core::decide::PlaceTold;
use reedbed_core::term::Action;

use super::{CONSTANT, ColumnTreatment, EVENT, RECORD, Telling};
use crate::cells::Row;
use crate::frequency::CommonValues;
use crate::judge::Judge;
use crate::plain_names::PlainNames;
use crate::statement;

/// What a record says of itself.
pub(super) struct Said {
    pub(super) generalised: String,
    pub(super) withheld: String,
    /// The same without the reason.
    pub(super) withheld_for: String,
}

/// A record under treatment, and the account of what was withheld of it.
pub(super) struct RecordTreatment<'a, 'k> {
    pub(super) row: Row<'a>,
    pub(super) telling: &'a Telling<'a>,
    pub(super) common: &'a CommonValues,
    pub(super) judge: &'a Judge<'a>,
    pub(super) name_column: Option<usize>,
    pub(super) terms_of_use: Option<&'a str>,
    pub(super) names: &'a mut PlainNames<'k>,
    pub(super) withheld: BTreeSet<&'static str>,
    /// Whether no row says anything in the column that is looked at.
    pub(super) is_silent: bool,
    pub(super) has_pseudonyms: bool,
    pub(super) said_withheld: Option<String>,
    pub(super) was_place_withheld: bool,
}

impl RecordTreatment<'_, '_> {
    /// What is told instead of a value; often the value itself.
    pub(super) fn treated<'v>(
        &mut self,
        index: usize,
        column: &ColumnTreatment,
        value: Cow<'v, str>,
    ) -> Cow<'v, str> {
        if column.links_to_taxon {
            return value;
        }
        self.is_silent = match index {
            CONSTANT => value.trim_ascii().is_empty(),
            _ => self.common.is_blank(index),
        };
        if let Some(class) = column.class {
            return self.pseudonym(class, &value).into();
        }
        let Some(term) = column.term else {
            return self.unknown(column, value);
        };
        let category = self.telling.decision.category;
        if self.telling.without_context
            && term.tells_of_event(category)
            && !self.is_same_in_all(index)
        {
            return self.empty(term.name);
        }
        let action = term.action(category);
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
            Action::Completeness | Action::Empty => self.empty(term.name),
            Action::IfCommon => {
                let is_common = self.is_common(index);
                self.keep_if(is_common, term.name, value)
            }
            Action::IfName => self.name(index, term.name, value),
            // The steward allowed the type of this measurement.
            Action::IfNumber if term.name == "measurementValue" => {
                // In a table of records nobody has looked at the type yet.
                let is_allowed = !self.telling.decision.allowed_measurements.is_empty();
                let is_number = value.trim_ascii().parse::<f64>().is_ok();
                self.keep_if(is_allowed && is_number, term.name, value)
            }
            Action::IfNumber => self.keep_if(is_plain_number(&value), term.name, value),
            Action::IfWords(words) => self.keep_if(all_words_in(&value, words), term.name, value),
            Action::Period => match self.telling.period.value(term.name) {
                Some(told) if told.is_empty() => self.empty(term.name),
                Some(told) => {
                    let is_blank = value.trim_ascii().is_empty();
                    let is_inherited =
                        self.telling.period.is_inherited() && term.name == "eventDate";
                    if is_blank && !is_inherited { value } else { told.into() }
                }
                None => value,
            },
            Action::Place => match self.telling.place.value(term.name) {
                Some(told) if told.is_empty() => self.empty(term.name),
                Some(told) => told.into(),
                None => value,
            },
            Action::Pseudonym => self.pseudonym(term.name, &value).into(),
            Action::Reword => self.reword(term.name),
            Action::Statement => self.statement(index, term.name, value),
        }
    }

    /// Whether all rows of the table have the same in a column.
    fn is_same_in_all(&self, index: usize) -> bool {
        index == CONSTANT || self.common.only(index).is_some()
    }

    /// A constant is common to all records.
    fn is_common(&self, index: usize) -> bool {
        index == CONSTANT || self.common.is_common(index, self.row.raw(index))
    }

    fn is_allowed(&self, column: &ColumnTreatment) -> bool {
        let allowed = &self.telling.decision.allowed_columns;
        !allowed.is_empty()
            && (allowed.contains(&column.heading)
                || column.term.is_some_and(|term| allowed.contains(term.name)))
    }

    fn unknown<'v>(&mut self, column: &ColumnTreatment, value: Cow<'v, str>) -> Cow<'v, str> {
        if self.is_allowed(column) {
            return value;
        }
        self.empty(statement::OTHER_COLUMNS)
    }

    /// PRIVACY: whether there was anything is not said, for that alone tells records from others.
    fn empty(&mut self, name: &'static str) -> Cow<'static, str> {
        if !self.is_silent {
            self.withheld.insert(name);
        }
        NOTHING
    }

    fn keep_if<'v>(&mut self, keep: bool, name: &'static str, value: Cow<'v, str>) -> Cow<'v, str> {
        if keep && !value.trim_ascii().is_empty() { value } else { self.empty(name) }
    }

    fn reword(&mut self, name: &'static str) -> Cow<'static, str> {
        if self.is_silent {
            return NOTHING;
        }
        self.withheld.insert(name);
        Cow::Borrowed(statement::WORDING)
    }

    /// A name leaves as written when other records bear it, or when it is known from a list; else
    /// only the parts of it that are a name's: an authorship or a family could hide a place.
    fn name<'v>(&mut self, index: usize, name: &'static str, value: Cow<'v, str>) -> Cow<'v, str> {
        if value.trim_ascii().is_empty()
            || self.is_common(index)
            || self.names.is_known(&value, self.judge)
        {
            return value;
        }
        if FULL_NAMES.contains(&name) {
            let plain = self.names.plain(&value);
            if plain == value {
                return value;
            }
            if plain.is_empty() {
                return self.empty(name);
            }
            self.withheld.insert("scientificNameAuthorship");
            return plain.to_owned().into();
        }
        let is_part = self.is_part_of_name(&value);
        self.keep_if(is_part || is_higher_name(name, &value), name, value)
    }

    /// Whether a text is a word of the plain form of the record's scientific name.
    fn is_part_of_name(&mut self, text: &str) -> bool {
        let Some(column) = self.name_column else { return false };
        let name = self.row.cell(column);
        let mut parts = self.names.plain(&name).split(' ');
        parts.any(|part| part.eq_ignore_ascii_case(text.trim_ascii()))
    }

    fn pseudonym(&mut self, class: &str, value: &str) -> String {
        if value.trim_ascii().is_empty() {
            return String::new();
        }
        self.has_pseudonyms = true;
        match (class, self.telling.event) {
            (EVENT, Some(event)) => event.to_owned(),
            (RECORD, _) => self.judge.pseudonyms.of(class, value.trim_ascii()),
            _ => self.judge.pseudonyms.of_told(class, value, self.telling.told),
        }
    }

    fn statement<'v>(
        &mut self,
        index: usize,
        name: &'static str,
        value: Cow<'v, str>,
    ) -> Cow<'v, str> {
        match name {
            "dataGeneralizations" => {
                self.was_place_withheld = value.starts_with(statement::PLACE_WITHHELD);
                NOTHING
            }
            "informationWithheld" => {
                self.said_withheld = Some(value.into_owned());
                NOTHING
            }
            _ => match self.terms_of_use {
                Some(terms) if name != "rights" || !value.is_empty() => terms.to_owned().into(),
                Some(_) => NOTHING,
                None => {
                    let is_common = self.is_common(index);
                    self.keep_if(is_common, name, value)
                }
            },
        }
    }

    pub(super) fn statements(&mut self) -> Said {
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
        Said {
            generalised,
            withheld_for: statement::withheld(&withheld, ""),
            withheld: statement::withheld(&withheld, self.telling.reasons),
        }
    }
}

const NOTHING: Cow<'static, str> = Cow::Borrowed("");

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

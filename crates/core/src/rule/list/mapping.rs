//! How a list in another form is read: a mapping file beside it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::column::{Column, Role};
use crate::term;

/// What a mapping file says.
///
/// Source: `docs/rules.md`, "Mapping files".
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Mapping {
    /// Which lists it is for: a file name with `*` for any letters.
    #[serde(rename = "for")]
    pub for_lists: Option<String>,
    /// Our columns by the headings of the list.
    pub columns: BTreeMap<String, String>,
    /// Headings that say nothing about rules.
    pub ignore: Vec<String>,
    /// Values for all lines, by our columns; a cell of the list goes before them.
    pub constants: BTreeMap<String, String>,
    /// What follows from a strength: our columns and their values, by the text of the strength.
    pub strengths: BTreeMap<String, BTreeMap<String, String>>,
    /// Anything worth knowing.
    pub notes: Option<String>,
}

/// What a heading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Column(Column),
    Ignored,
    Unknown,
}

impl Mapping {
    /// Whether it is for a list, by the name of the list's file.
    pub fn is_for(&self, file_name: &str) -> bool {
        self.for_lists.as_deref().is_some_and(|pattern| fits(pattern, file_name))
    }

    /// The column that a heading of the list stands for.
    pub fn column(&self, heading: &str) -> Option<Column> {
        match self.heading(heading) {
            Heading::Column(column) => Some(column),
            Heading::Ignored | Heading::Unknown => None,
        }
    }

    /// Whether a heading of the list is known, if only as one to pass over.
    pub fn knows(&self, heading: &str) -> bool {
        !heading.trim().is_empty() && self.heading(heading) != Heading::Unknown
    }

    /// Whether a list with these headings has any column that says what follows.
    pub fn has_consequence(&self, headings: &[String]) -> bool {
        let constants = self.constants.keys().filter_map(|heading| Column::of_heading(heading));
        let columns = headings.iter().filter_map(|heading| self.column(heading));
        columns.chain(constants).any(|column| column.role() == Role::Consequence)
    }

    /// The known heading nearest to one that is none, if any is near, and its column. Headings
    /// that a mapping file names itself are not looked for: a person chose them.
    pub fn nearest(&self, heading: &str) -> Option<(&'static str, Column)> {
        let is_named = self.columns.keys().any(|theirs| same(theirs, heading));
        if is_named { None } else { Column::nearest(heading) }
    }

    /// Whether a table with these headings is one of records: nothing in it says what follows, not
    /// even misspelt, most headings are unknown or several are terms that only records have, and no
    /// mapping says how it is to be read.
    pub fn is_of_records(&self, headings: &[String]) -> bool {
        if *self != Self::default() || self.has_consequence(headings) {
            return false;
        }
        let is_named = |heading: &&String| {
            !heading.trim().is_empty() && self.heading(heading) != Heading::Ignored
        };
        let named: Vec<&String> = headings.iter().filter(is_named).collect();
        let unknown: Vec<&&String> = named.iter().filter(|heading| !self.knows(heading)).collect();
        let is_meant = |heading: &&&String| {
            Column::nearest(heading).is_some_and(|(_, column)| column.role() == Role::Consequence)
        };
        let terms = unknown.iter().filter(|heading| term::find(heading).is_some()).count();
        (unknown.len() * 2 > named.len() || terms >= MANY_TERMS) && !unknown.iter().any(is_meant)
    }

    /// What a heading of the list is.
    pub(super) fn heading(&self, heading: &str) -> Heading {
        let named = |other: &String| same(other, heading);
        if let Some((_, ours)) = self.columns.iter().find(|(theirs, _)| named(theirs)) {
            return Column::of_heading(ours).map_or(Heading::Unknown, Heading::Column);
        }
        if self.ignore.iter().any(named) || super::column::is_comment(heading) {
            return Heading::Ignored;
        }
        match Column::of_heading(heading) {
            // A strength means something only through a mapping.
            Some(Column::Strength) | None => Heading::Unknown,
            Some(column) => Heading::Column(column),
        }
    }

    /// What follows from a strength; nothing for one that is not in the mapping.
    pub(super) fn strength(&self, text: &str) -> Option<&BTreeMap<String, String>> {
        self.strengths.iter().find(|(strength, _)| same(strength, text)).map(|(_, outcome)| outcome)
    }
}

/// Whether two texts are alike but for case and spaces.
fn same(a: &str, b: &str) -> bool {
    let letters = |text: &str| {
        text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>()
    };
    letters(a) == letters(b)
}

/// Whether a file name fits a pattern with `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).filter_map(|at| name.get(at..)).any(|name| fits(rest, name))
        }),
    }
}

/// One term of Darwin Core may be a heading that a person took over, such as a country.
const MANY_TERMS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_names_the_lists_that_it_is_for() {
        let mapping = Mapping { for_lists: Some("ACT-*.csv".to_owned()), ..Mapping::default() };
        assert!(mapping.is_for("ACT-dr2627-sensitive.csv"));
        assert!(!mapping.is_for("FACT-1.csv") && !mapping.is_for("ACT-1.tsv"));
        assert!(!Mapping::default().is_for("ACT-1.csv"));
    }

    #[test]
    fn a_table_of_records_is_told_from_a_list() {
        let is_of_records = |headings: &str| {
            let headings: Vec<String> = headings.split(',').map(str::to_owned).collect();
            Mapping::default().is_of_records(&headings)
        };
        assert!(is_of_records("occurrenceID,scientificName,decimalLatitude,decimalLongitude"));
        assert!(is_of_records("Taxon Id,Kingdom,NCA status,Scientific name,EPBC status,"));
        assert!(is_of_records(
            "ScientificName,Kingdom,Class,Order,DecimalLatitude,DecimalLongitude"
        ));
        for list in [
            "scientificName,country,family",
            "scientificName,family,order,catagory,country,county",
            "scientificName,category,county,grid,owner,village",
            "scientificName,catagory,county",
            "scientificName,generalisation",
            "scientificName,# a,# b,# c",
            "scientificName,area",
        ] {
            assert!(!is_of_records(list), "{list}");
        }
        let mapping = Mapping {
            columns: BTreeMap::from([("a".to_owned(), "scientificName".to_owned())]),
            ..Mapping::default()
        };
        assert!(!mapping.is_of_records(&["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn headings_are_ours_theirs_ignored_or_unknown() {
        let mapping = Mapping {
            columns: BTreeMap::from([("Threat Status".to_owned(), "remarks".to_owned())]),
            ignore: vec!["ID".to_owned()],
            ..Mapping::default()
        };
        assert_eq!(mapping.heading("threatstatus"), Heading::Column(Column::Remarks));
        assert_eq!(mapping.heading("scientific name"), Heading::Column(Column::ScientificName));
        assert_eq!(mapping.heading("id"), Heading::Ignored);
        assert_eq!(mapping.heading("# my own notes"), Heading::Ignored);
        assert_eq!(mapping.heading("strength"), Heading::Unknown);
        assert_eq!(mapping.heading("generalisation"), Heading::Unknown);
    }
}

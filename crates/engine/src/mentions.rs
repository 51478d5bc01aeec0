//! Listed taxa that texts of other records mention: a remark that a bittern was here tells its place
//! as well as the bittern's own record would.

use aho_corasick::{AhoCorasick, MatchKind};
use reedbed_core::category::Category;
use reedbed_core::rule::RuleSet;
use reedbed_core::term::Action;
use reedbed_formats::table::{RowKind, Table};

use crate::cells::Row;

/// The names of all listed taxa, ready to be found.
///
/// Cost: one pass over each text, however many names there are.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    matcher: Option<AhoCorasick>,
}

impl Mentions {
    /// Prepares the names of the taxa that rules protect: scientific ones without author, and
    /// vernacular ones.
    pub(crate) fn of(rules: &RuleSet, protects: impl Fn(usize) -> bool) -> Self {
        let mut names: Vec<String> = rules
            .rules
            .iter()
            .enumerate()
            .filter(|(index, _)| protects(*index))
            .filter_map(|(_, rule)| rules.taxon(rule.taxon?))
            .flat_map(|taxon| {
                let vernacular = taxon.vernacular_names.iter().map(|name| name.trim().to_owned());
                spellings(&taxon.scientific_name).into_iter().chain(vernacular)
            })
            .filter(|name| name.chars().count() >= SHORTEST)
            .collect();
        names.sort_unstable();
        names.dedup();
        // A list too long for one automaton, which none is, finds no mentions.
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&names)
            .ok()
            .filter(|_| !names.is_empty());
        Self { matcher }
    }

    /// Whether a text names a listed taxon in whole words.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        let Some(matcher) = &self.matcher else { return false };
        let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        matcher.find_iter(text).any(|hit| {
            let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
            !is_letter(before) && !is_letter(text.get(hit.end()))
        })
    }

    /// Those of some cells of a row that name a listed taxon.
    pub(crate) fn columns_in_row<'r>(
        &'r self,
        row: Row<'r>,
        columns: &'r [usize],
    ) -> impl Iterator<Item = usize> + 'r {
        let columns = if self.matcher.is_some() { columns } else { &[] };
        columns.iter().copied().filter(move |column| {
            let text = row.raw(*column);
            text.len() >= SHORTEST && self.are_in(text)
        })
    }
}

/// The columns of a table that may hold free text: what is reworded or emptied in protected records,
/// and what is no term. Checklists and names of taxa are about names.
pub(crate) fn columns(table: &Table) -> Vec<usize> {
    if matches!(table.kind, RowKind::Taxon | RowKind::VernacularName) {
        return Vec::new();
    }
    let is_text = |index: &usize| {
        let term = table.columns.get(*index).and_then(|column| column.term);
        term.is_none_or(|term| {
            let action = term.action(Category::High);
            matches!(action, Action::Reword | Action::Empty) && !NO_TEXTS.contains(&term.name)
        })
    };
    (0..table.columns.len()).filter(is_text).collect()
}

/// Genus and species in the ways in which texts write them, or the one word of a name above the
/// species.
fn spellings(name: &str) -> Vec<String> {
    let mut words = name.split_whitespace();
    let Some(first) = words.next() else { return Vec::new() };
    let second = words
        .find(|word| !word.starts_with('('))
        .filter(|word| word.chars().all(|c| c.is_lowercase() || c == '-'));
    let Some(second) = second else { return vec![first.to_owned()] };
    let mut spellings: Vec<String> =
        BETWEEN_WORDS.iter().map(|between| format!("{first}{between}{second}")).collect();
    if let Some(initial) = first.chars().next() {
        spellings.extend(
            [". ", ".", " ", "._", "_"].map(|between| format!("{initial}{between}{second}")),
        );
    }
    spellings
}

/// What stands between genus and epithet in texts and codes.
const BETWEEN_WORDS: &[&str] = &[" ", "  ", "\u{a0}", "-", "_", ".", "+", "%20", ""];
/// Letters of a name.
const SHORTEST: usize = 5;
/// Numbers, identifiers, people and places, in which no sentence stands.
const NO_TEXTS: &[&str] = &[
    "county",
    "day",
    "elevation",
    "fieldNumber",
    "georeferencedBy",
    "identifiedBy",
    "locationID",
    "maximumElevationInMeters",
    "minimumElevationInMeters",
    "modified",
    "municipality",
    "parentEventID",
    "recordNumber",
    "recordedBy",
    "stateProvince",
];

//! Whether the words of a rule hold for what a record says of itself.
//!
//! A rule that asks for a fact that the record lacks applies; so does one whose answer is a word
//! that nobody knows.

mod vocabulary;

use std::collections::BTreeSet;

pub use vocabulary::is_known_trait;

/// How the words of one criterion stand to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The record says one of them, or a word for the same.
    Hold,
    /// The record says nothing, or nothing that is understood.
    Lacking,
    /// The record says something else.
    Miss,
    /// The rule asks for none.
    NotAsked,
}

/// Holds the words of a criterion against the values of a record, any of which may answer.
///
/// Words are compared whole, without regard to case. Words for life stages, reproductive conditions
/// and behaviours are known by their meaning (`pullus` is a `chick`, and who is `nesting` is
/// `breeding`); where the rule uses such words, a value with no known word counts as lacking.
pub fn words_hold(wanted: &BTreeSet<String>, values: &[&str]) -> Words {
    if wanted.is_empty() {
        return Words::NotAsked;
    }
    let wanted: Vec<Phrase> = wanted.iter().map(|phrase| Phrase::of(phrase)).collect();
    let is_about_traits = wanted.iter().any(|phrase| phrase.is_known());
    let mut answer = Words::Lacking;
    let mut is_unsure = false;
    for value in values {
        let whole = Phrase::of(value);
        if wanted.iter().any(|wanted| whole.contains(wanted)) {
            return Words::Hold;
        }
        if whole.says_nothing() {
            continue;
        }
        for piece in value.split(['|', ';', ',', '/', '\n', '&', '+']) {
            let piece = Phrase::of(piece);
            if piece.0.is_empty() {
                continue;
            }
            if is_about_traits && wanted.iter().any(|wanted| wanted.means(&piece)) {
                return Words::Hold;
            }
            if piece.says_nothing() || is_about_traits && !piece.is_known() {
                is_unsure = true;
            } else {
                answer = Words::Miss;
            }
        }
    }
    if is_unsure { Words::Lacking } else { answer }
}

/// Folded words.
struct Phrase(Vec<String>);

impl Phrase {
    fn of(text: &str) -> Self {
        let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '?' | '\'')));
        Self(words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect())
    }

    fn contains(&self, other: &Self) -> bool {
        !other.0.is_empty() && self.0.windows(other.0.len()).any(|window| window == other.0)
    }

    fn says_nothing(&self) -> bool {
        let text = self.0.join(" ");
        NOTHING.contains(&text.trim_matches(['-', '?', '\'']))
    }

    fn is_known(&self) -> bool {
        is_known_trait(&self.0.join(" ")) || self.0.iter().any(|word| is_known_trait(word))
    }

    /// Whether any word of another phrase means the same as this one.
    fn means(&self, said: &Self) -> bool {
        let wanted = vocabulary::meaning(&self.0.join(" "));
        let whole = said.0.join(" ");
        wanted.is_some_and(|wanted| {
            said.0
                .iter()
                .chain(std::iter::once(&whole))
                .filter_map(|word| vocabulary::implied(word))
                .any(|implied| implied.contains(&wanted))
        })
    }
}

/// What people write where they know nothing.
const NOTHING: &[&str] = &[
    "",
    "indet",
    "indeterminate",
    "missing",
    "n a",
    "na",
    "nan",
    "nil",
    "no data",
    "none",
    "not applicable",
    "not available",
    "not collected",
    "not determined",
    "not known",
    "not provided",
    "not recorded",
    "not reported",
    "not specified",
    "not stated",
    "null",
    "sin datos",
    "unbekannt",
    "undetermined",
    "unk",
    "unknown",
    "unknown or undetermined",
    "unspecified",
    "various",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(wanted: &[&str], values: &[&str]) -> Words {
        words_hold(&wanted.iter().map(|word| (*word).to_owned()).collect(), values)
    }

    #[test]
    fn a_rule_that_asks_for_a_fact_that_a_record_lacks_applies() {
        for value in ["", " ", "unknown", "Not recorded", "n/a", "?", "-", "NULL"] {
            assert_eq!(hold(&["chick"], &[value]), Words::Lacking, "{value}");
            assert_eq!(hold(&["Wetland Trust"], &[value]), Words::Lacking, "{value}");
        }
        assert_eq!(hold(&["Wetland Trust"], &[]), Words::Lacking);
    }

    #[test]
    fn words_are_known_by_their_meaning() {
        assert_eq!(hold(&["chick"], &["2 pulli"]), Words::Hold);
        assert_eq!(hold(&["Juvenile"], &["adult | juv."]), Words::Hold);
        assert_eq!(hold(&["breeding"], &["on nest, incubating"]), Words::Hold);
        assert_eq!(hold(&["nesting"], &["Breeding"]), Words::Hold);
        assert_eq!(hold(&["flowering"], &["in flower"]), Words::Hold);
    }

    #[test]
    fn a_known_other_word_misses_and_an_unknown_one_does_not() {
        assert_eq!(hold(&["chick"], &["adult"]), Words::Miss);
        assert_eq!(hold(&["breeding"], &["foraging"]), Words::Miss);
        assert_eq!(hold(&["chick"], &["dunenjung"]), Words::Lacking);
        assert_eq!(hold(&["chick"], &["adult; unknown"]), Words::Lacking);
        assert_eq!(hold(&["breeding"], &["non-breeding"]), Words::Miss);
    }

    #[test]
    fn providers_are_compared_as_they_are() {
        assert_eq!(hold(&["Wetland Trust"], &["Museum", "wetland trust"]), Words::Hold);
        assert_eq!(hold(&["Wetland"], &["The Wetland Trust"]), Words::Hold);
        assert_eq!(hold(&["Wetland Trust"], &["Museum, Berlin", ""]), Words::Miss);
        assert_eq!(hold(&[], &["x"]), Words::NotAsked);
    }
}

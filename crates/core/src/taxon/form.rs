//! The plain form of a scientific name, and whether a text is nothing more than one.

use super::name::Name;
use super::vocabulary::{
    is_aggregate, is_alternative, is_open, is_particle, is_placeholder, is_qualifier,
    is_rank_above_species, is_rank_below_species,
};

/// What form a text has that ought to be a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameForm {
    /// Genus and epithets alone; empty for a text that is no name. See [`Name::canonical`].
    pub canonical: String,
    /// Whether it is a name and nothing more. See [`Name::is_fully_understood`].
    pub is_plain: bool,
}

impl NameForm {
    /// Finds the form of a text.
    ///
    /// The usual form, a binomial with or without an author and a year, is told at sight; the
    /// parser, which takes a hundred times as long, is asked about all others.
    pub fn of(text: &str) -> Self {
        if let Some(binomial) = usual(text.trim()) {
            return Self { canonical: binomial.to_owned(), is_plain: true };
        }
        let name = Name::parse(text);
        Self { canonical: name.canonical().to_owned(), is_plain: name.is_fully_understood() }
    }
}

/// The binomial of a text of the form `Genus epithet`, `Genus epithet Author, 1758` or
/// `Genus epithet (Author, 1758)`.
fn usual(text: &str) -> Option<&str> {
    let genus = text.find(' ')?;
    let after = text.get(genus + 1..)?;
    let epithet = after.find(' ').unwrap_or(after.len());
    let binomial = text.get(..genus + 1 + epithet)?;
    let (first, second) = (text.get(..genus)?, after.get(..epithet)?);
    let is_usual =
        is_capitalised(first) && is_plain_epithet(second) && has_usual_end(after.get(epithet..)?);
    is_usual.then_some(binomial)
}

fn is_capitalised(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() > 3
        && bytes.first().is_some_and(u8::is_ascii_uppercase)
        && bytes.iter().skip(1).all(u8::is_ascii_lowercase)
        && is_no_usual_word(&word.to_ascii_lowercase())
}

fn is_plain_epithet(word: &str) -> bool {
    word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_lowercase()) && is_no_usual_word(word)
}

/// Whether a word is none that stands in or for names without being one.
fn is_no_usual_word(word: &str) -> bool {
    !is_aggregate(word)
        && !is_alternative(word)
        && !is_open(word)
        && !is_particle(word)
        && !is_placeholder(word)
        && !is_qualifier(word)
        && !is_rank_above_species(word)
        && !is_rank_below_species(word, true)
        && !is_rank_below_species(word, false)
        // Words that the parser takes for no part of a name.
        && !["species", "virus", "viru", "phage", "indet", "hybrid"].iter().any(|odd| word.contains(odd))
}

fn has_usual_end(end: &str) -> bool {
    let Some(end) = end.strip_prefix(' ') else { return end.is_empty() };
    let end = match end.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')'),
        None => Some(end),
    };
    let Some((author, year)) = end.and_then(|end| end.split_once(", ")) else { return false };
    let is_year = year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && ["175", "176", "177", "178", "179", "18", "19"]
            .iter()
            .any(|begin| year.starts_with(begin));
    is_capitalised(author) && is_year
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_parser(text: &str) -> NameForm {
        let name = Name::parse(text);
        NameForm { canonical: name.canonical().to_owned(), is_plain: name.is_fully_understood() }
    }

    #[test]
    fn the_usual_form_is_what_the_parser_finds() {
        let names = include_str!("../../testdata/names.txt");
        let cells = names.lines().flat_map(|line| line.split(['|', ';', '=']));
        let mut usual_ones = 0;
        for cell in cells.map(str::trim) {
            usual_ones += u32::from(usual(cell).is_some());
            assert_eq!(NameForm::of(cell), by_parser(cell), "{cell}");
        }
        assert!(usual_ones > 50, "{usual_ones}");
    }

    #[test]
    fn what_is_not_of_the_usual_form_is_left_to_the_parser() {
        for text in [
            "Ardea cinerea nest",
            "Ardea sp.",
            "Ardea indet",
            "Ardea cf. cinerea",
            "ardea cinerea",
            "Ardea cinerea (Old Mill)",
            "Ardea cinerea Old, 2031",
            "Ardea",
        ] {
            assert_eq!(usual(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn any_usual_form_is_what_the_parser_finds(
            text in "[A-Z][a-z]{3,9} [a-z]{5,12}(| [A-Z][a-z]{3,9}, 1[89][0-9]{2}| \\([A-Z][a-z]{3,9}, 1[89][0-9]{2}\\))",
        ) {
            prop_assert_eq!(NameForm::of(&text), by_parser(&text));
        }
    }
}

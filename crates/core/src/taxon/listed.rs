//! The taxa that rules name.

use super::name::Name;
use super::near::is_near;
use super::rank::Rank;
use super::reading::Reading;
use super::vocabulary::is_particle;
use super::word::{Token, base, clean, folded_words, is_capital, is_letters, is_small, tokens};

/// A taxon as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RuleTaxon {
    /// Scientific name as written; empty where only a vernacular name is given.
    pub scientific_name: String,
    /// Rank, where the list states one above the species.
    pub rank: Option<Rank>,
    /// Vernacular names, one by one.
    pub vernacular_names: Vec<String>,
    /// Higher taxa that the list states, from the highest to the lowest: where the taxon belongs.
    ///
    /// They never narrow a rule.
    pub higher: Vec<(Rank, String)>,
}

impl RuleTaxon {
    /// A taxon of which only the scientific name is known.
    pub fn named(scientific_name: &str) -> Self {
        Self { scientific_name: scientific_name.to_owned(), ..Self::default() }
    }

    /// Cuts a cell of vernacular names at commas, semicolons, bars and slashes, brackets aside.
    pub fn vernaculars(cell: &str) -> Vec<String> {
        let mut depth = 0_i32;
        let names = cell.split(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth <= 0 && matches!(c, ',' | ';' | '|' | '/')
        });
        let names = names.map(str::trim).filter(|name| name.chars().any(char::is_alphabetic));
        names.map(str::to_owned).collect()
    }

    /// The rank above the genus that it has; nothing for genera and species.
    ///
    /// By what the list says, by the columns of higher taxa that repeat the name, or by its form.
    pub fn rank_above_genus(&self) -> Option<Rank> {
        let name = base(&clean(self.scientific_name.trim()));
        let reading = Reading::of(&self.scientific_name);
        if !reading.is_open() || !reading.phrase.is_empty() || !reading.parents.is_empty() {
            return None;
        }
        let stated = self.higher.iter().find(|(_, higher)| base(&clean(higher)) == name);
        let rank = self
            .rank
            .or(stated.map(|(rank, _)| *rank))
            .or_else(|| Rank::of_name(self.scientific_name.split_whitespace().next()?));
        rank.filter(|rank| *rank < Rank::Genus)
    }

    /// The scientific name in the form in which names are compared: equal for spellings of one name.
    pub fn comparable(&self) -> String {
        Reading::of(&self.scientific_name).key()
    }

    /// What the scientific name is taken for.
    pub fn read_as(&self) -> ReadAs {
        if self.is_several() {
            return ReadAs::Several;
        }
        if self.may_be_code() {
            return ReadAs::Code;
        }
        let readings = Reading::all_of(&self.scientific_name);
        if readings.first().is_some_and(|own| own.is_abbreviated || own.is_cut_short()) {
            return ReadAs::Abbreviated;
        }
        let Some(own) = readings.first().filter(|own| own.has_name()) else {
            return ReadAs::Nothing;
        };
        if !own.parents.is_empty() {
            return ReadAs::Hybrid;
        }
        if !own.phrase.is_empty() {
            return ReadAs::Phrase;
        }
        // The parser takes most names apart that are no plain ones; what it leaves is not certain.
        let name = Name::parse(without_lone_author(&self.scientific_name));
        let is_quadrinomial = own.tail.is_empty() && own.below.len() == 2 && readings.len() > 1;
        let is_plain = own.is_plain && own.tail.is_empty();
        let is_whole = is_plain || name.is_fully_understood() || is_quadrinomial;
        let parts = |reading: &&Reading| usize::from(!reading.is_open()) + reading.below.len();
        let broadest = readings.iter().min_by_key(parts).unwrap_or(own);
        if !is_whole {
            ReadAs::Part(self.spelt(broadest))
        } else if broadest.is_open() && name.is_indeterminate() {
            ReadAs::Genus(self.spelt(broadest))
        } else {
            ReadAs::Name
        }
    }

    /// Whether the cell names more than one taxon: a second genus with an epithet stands behind a
    /// comma, a bar or an "and". The parents of a hybrid are one.
    fn is_several(&self) -> bool {
        let cleaned = clean(&self.scientific_name);
        let is_name = |piece: &str| {
            let cleaned = tokens(piece);
            let mut words = cleaned.iter().filter_map(|token| token.word());
            let (Some(first), second) = (words.next(), words.next()) else { return false };
            let is_epithet = |word: &str| is_small(word) && is_letters(word) && word.len() > 2;
            is_capital(first)
                && is_letters(first)
                && second.is_some_and(|word| {
                    let lower = word.to_ascii_lowercase();
                    is_epithet(word) && !is_particle(&lower) && !NOT_EPITHETS.contains(&&*lower)
                })
        };
        let joined = SEPARATING_WORDS
            .iter()
            .fold(cleaned.into_owned(), |text, word| text.replace(word, ";"));
        let is_separator = |c: char| matches!(c, ',' | ';' | '|' | '/' | '&' | '+' | '\n' | '\r');
        joined.split(is_separator).filter(|piece| is_name(piece)).nth(1).is_some()
    }

    /// Whether it is one short word in capitals, or has digits in its first word, such as the codes of
    /// bird ringers: a genus written like that is said to be one by its rank.
    fn may_be_code(&self) -> bool {
        let mut words = self.scientific_name.split_whitespace();
        let (Some(word), None) = (words.next(), words.next()) else { return false };
        let is_capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
        let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
        self.rank.is_none() && (is_capitals && word.len() <= LONGEST_CODE || has_digits)
    }

    /// The words of the scientific name that a reading uses, as they are written.
    fn spelt(&self, reading: &Reading) -> String {
        let epithets = reading.species.iter().chain(&reading.below).map(|epithet| &epithet.base);
        let mut wanted = std::iter::once(&reading.genus).chain(epithets).peekable();
        let cleaned = clean(&self.scientific_name);
        let mut spelt: Vec<&str> = Vec::new();
        for word in tokens(&cleaned).into_iter().filter_map(Token::word) {
            if wanted.next_if(|part| **part == base(word)).is_some() {
                spelt.push(word);
            }
        }
        spelt.join(" ")
    }

    /// A subgenus that differs by a letter or two from the genus, so that one of them is misspelt:
    /// genus and subgenus.
    pub fn near_subgenus(&self) -> Option<(String, String)> {
        let reading = Reading::of(&self.scientific_name);
        let subgenus = reading.subgenus.as_ref()?;
        let is_near = *subgenus != reading.genus && is_near(subgenus, &reading.genus);
        let cleaned = clean(&self.scientific_name);
        let words: Vec<&str> = tokens(&cleaned).into_iter().filter_map(Token::word).collect();
        let [genus, subgenus, ..] = words.as_slice() else { return None };
        is_near.then(|| ((*genus).to_owned(), (*subgenus).to_owned()))
    }

    /// Whether another name has as many parts and is no other spelling of this one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (own, other) =
            (Reading::of(&self.scientific_name), Reading::of(&other.scientific_name));
        own.below.len() == other.below.len() && own.key() != other.key()
    }

    /// Folded words of each vernacular name, without what stands in brackets.
    pub(super) fn folded_vernaculars(&self) -> impl Iterator<Item = Vec<String>> {
        self.vernacular_names.iter().map(|name| {
            let plain = name.split('(').next().unwrap_or_default();
            folded_words(if plain.trim().is_empty() { name } else { plain })
                .iter()
                .map(|word| singular(word))
                .collect()
        })
    }
}

/// A name without an author in brackets at its end: `(L.)` is one, `(Bramston Beach)` a population.
fn without_lone_author(name: &str) -> &str {
    match name.rsplit_once('(') {
        Some((name, author)) if !author.trim().contains(' ') => name,
        _ => name,
    }
}

/// What a listed name is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadAs {
    /// A name with words cut short, which may be that of many taxa.
    Abbreviated,
    /// What may be a code.
    Code,
    /// A genus: the species is left open.
    Genus(String),
    /// A hybrid formula.
    Hybrid,
    /// A name, the whole of it.
    Name,
    /// Nothing that can be compared.
    Nothing,
    /// A name with more behind it, which is left out.
    Part(String),
    /// A phrase name or a cultivar.
    Phrase,
    /// Names of several taxa.
    Several,
}

impl ReadAs {
    /// Whether records can be held against it.
    pub fn is_comparable(&self) -> bool {
        !matches!(self, Self::Abbreviated | Self::Code | Self::Nothing | Self::Several)
    }
}

/// A folded word of a vernacular name, without a plural or genitive `s`.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(one) if one.len() > 2 => one.to_owned(),
        _ => word.to_owned(),
    }
}

/// Words between two names of one cell.
const SEPARATING_WORDS: &[&str] = &[
    " and ", " e ", " et ", " i ", " ja ", " och ", " og ", " oder ", " or ", " ou ", " und ",
    " y ",
];
/// Small words behind an author.
const NOT_EPITHETS: &[&str] = &["emend", "nec", "non", "sensu", "auct", "auctt", "bis", "fil"];
/// Letters of the longest code: 4-letter codes of the American bird banding laboratory, six letters
/// elsewhere.
const LONGEST_CODE: usize = 6;

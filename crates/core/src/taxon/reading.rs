//! How a text may be read as a name: the parts that are compared with listed names.
//!
//! A reading is for comparing only, and errs to the safe side: where a text can be read as less
//! certain than it may be, it is. [`super::name::Name`] is the careful reading of one name.

mod simple;
#[cfg(test)]
mod tests;

use nameparser::ParseResult;
use nameparser::model::{NamePart, NameType, ParsedName};

use super::rank::Rank;
use super::vocabulary::is_open;
use super::word::{Token, apart, base, clean, folded_words, stem, tokens};

/// An epithet, folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Epithet {
    /// Folded.
    pub(super) base: String,
    /// Folded, without the ending that follows the gender of the genus.
    pub(super) stem: String,
}

impl Epithet {
    pub(super) fn of(word: &str) -> Self {
        let base = base(&clean(word));
        let stem = stem(&base).into_owned();
        Self { base, stem }
    }
}

/// The finest rank at which a name is doubtful; a doubt about the species leaves the genus certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Doubt {
    /// No doubt is expressed.
    #[default]
    None,
    /// The infraspecific taxon is in doubt.
    BelowSpecies,
    /// The species is in doubt.
    Species,
    /// The genus is in doubt.
    Genus,
}

/// One way to read a text as a name; all words are folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    /// Genus, or the only word of a name above the species; empty where there is none.
    pub(super) genus: String,
    /// Whether the genus is given by its first letters only.
    pub(super) is_abbreviated: bool,
    /// Subgenus or other name between genus and species.
    pub(super) subgenus: Option<String>,
    /// Epithet of the species; none for a name above it, and where it is left open.
    pub(super) species: Option<Epithet>,
    /// Whether a full stop follows the epithet, so that it may be its first letters only.
    pub(super) is_cut: bool,
    /// Epithets below the species, from the highest rank to the lowest.
    pub(super) below: Vec<Epithet>,
    /// Words of a phrase name or cultivar, with the voucher: what follows an open rank.
    pub(super) phrase: Vec<String>,
    /// Other words, an authorship as a rule.
    pub(super) tail: Vec<String>,
    /// What is in doubt.
    pub(super) doubt: Doubt,
    /// Parents of a hybrid formula; the other parts are those of the first parent's genus.
    pub(super) parents: Vec<Self>,
    /// Whether the text begins with a small letter, so that the genus may be missing.
    pub(super) starts_small: bool,
    /// Rank above the genus that the name shows, where it is of one word.
    pub(super) rank: Option<Rank>,
    /// Whether every word was understood without the parser's help.
    pub(super) is_plain: bool,
}

impl Reading {
    /// Reads a text without the parser.
    pub(super) fn of(text: &str) -> Self {
        if is_blank(text) {
            return Self::default();
        }
        let cleaned = clean(text);
        let tokens = tokens(&cleaned);
        match formula_parts(&tokens) {
            None => simple::read(&tokens, None),
            Some(parts) => formula(&parts),
        }
    }

    /// All ways to read a text: without the parser and, where that leaves anything unclear, with it.
    pub(super) fn all_of(text: &str) -> Vec<Self> {
        let own = Self::of(text);
        if own.is_plain || !own.has_name() || text.len() > LONGEST_PARSED {
            return vec![own];
        }
        let parsed = match nameparser::parse(text, None, None, None) {
            ParseResult::Parsed(name) => Self::of_parsed(&name),
            ParseResult::Informal(name) => {
                let phrase = name.phrase.as_deref().map(folded_words).unwrap_or_default();
                let is_mark = |word: &String| is_open(word);
                let phrase = phrase.into_iter().skip_while(is_mark).collect();
                Self {
                    genus: base(&clean(&name.taxon)),
                    is_abbreviated: own.is_abbreviated,
                    phrase,
                    ..Self::default()
                }
            }
            // `BOLD:AAA0001` names no taxon that a list could name.
            ParseResult::Unparsable(error) if error.type_ == NameType::Identifier => {
                return vec![Self::default()];
            }
            ParseResult::Unparsable(_) => return vec![own],
        };
        if parsed == own { vec![own] } else { vec![own, parsed] }
    }

    fn of_parsed(name: &ParsedName) -> Self {
        let genus = name.genus.as_deref().or(name.uninomial.as_deref()).unwrap_or_default();
        let is_abbreviated = genus.ends_with('.') || genus.len() == 1;
        let epithet = |epithet: &Option<String>| epithet.as_deref().map(Epithet::of);
        let open = name.phrase.as_deref().or(name.cultivar_epithet.as_deref());
        let qualified = name.epithet_qualifier.as_ref().and_then(|map| map.keys().min().copied());
        let doubt = match qualified {
            Some(NamePart::Generic) => Doubt::Genus,
            Some(NamePart::Infrageneric | NamePart::Specific) => Doubt::Species,
            Some(NamePart::Infraspecific) => Doubt::BelowSpecies,
            None if name.doubtful => Doubt::Species,
            // An abbreviated genus makes a name informal, but not doubtful.
            None if name.type_ != NameType::Scientific && !is_abbreviated => Doubt::Species,
            None => Doubt::None,
        };
        Self {
            genus: base(&clean(genus.trim_end_matches('.'))),
            is_abbreviated,
            subgenus: name.infrageneric_epithet.as_deref().map(|word| base(&clean(word))),
            species: epithet(&name.specific_epithet),
            below: epithet(&name.infraspecific_epithet).into_iter().collect(),
            phrase: open.map(folded_words).unwrap_or_default(),
            rank: name.uninomial.as_deref().and_then(Rank::of_name),
            doubt,
            ..Self::default()
        }
    }

    /// Whether it says of which genus or higher taxon the record is.
    pub(super) fn has_name(&self) -> bool {
        !self.genus.is_empty()
    }

    /// Whether the species is left open: a genus, `sp.`, or a higher name.
    pub(super) fn is_open(&self) -> bool {
        self.species.is_none()
    }

    /// Whether the epithet seems to be cut: its full stop stands where no name has one.
    pub(super) fn is_cut_short(&self) -> bool {
        self.is_cut && self.species.as_ref().is_some_and(|epithet| epithet.base.len() <= 5)
    }

    /// A name whose words are glued together (`Botaurus-stellaris`, `BotaurusStellaris`), apart;
    /// nothing where the first word is one.
    pub(super) fn unglued(text: &str) -> Option<String> {
        let text = text.trim();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (first, rest) = text.split_at_checked(end)?;
        apart(first).map(|first| format!("{first}{rest}"))
    }

    /// The whole of it as a key: equal for two texts that are read alike.
    pub(super) fn key(&self) -> String {
        if self.parents.is_empty() {
            return self.own_key();
        }
        let mut parents: Vec<String> = self.parents.iter().map(Self::own_key).collect();
        parents.sort_unstable();
        parents.join(" x ")
    }

    fn own_key(&self) -> String {
        let mut key = self.genus.clone();
        for epithet in self.species.iter().chain(&self.below) {
            key.push(' ');
            key.push_str(&epithet.stem);
        }
        for word in &self.phrase {
            key.push('\'');
            key.push_str(word);
        }
        key
    }
}

/// A key of genus and epithet.
pub(super) fn pair_key(genus: &str, epithet: &str) -> String {
    let mut key = String::with_capacity(genus.len() + epithet.len() + 1);
    key.push_str(genus);
    key.push(' ');
    key.push_str(epithet);
    key
}

/// The parents of a hybrid formula, cut at its crosses; nothing where there is no formula.
///
/// A cross between genus and epithet (`Corybas × dentatus`) belongs to the name of one taxon.
fn formula_parts<'a, 't>(tokens: &'a [Token<'t>]) -> Option<Vec<&'a [Token<'t>]>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut words = 0;
    for (index, token) in tokens.iter().enumerate() {
        if !is_cross(*token) {
            words += usize::from(token.word().is_some_and(|word| word.len() > 1));
            continue;
        }
        let after = tokens.get(index + 1).and_then(|token| token.word());
        let after_rank = index
            .checked_sub(1)
            .and_then(|before| tokens.get(before)?.word())
            .is_some_and(|word| super::vocabulary::is_rank_below_species(word, true));
        let is_sign = words == 0
            || after_rank
            || words == 1 && after.is_some_and(super::word::is_small) && !token.is('-');
        if !is_sign {
            parts.push(tokens.get(start..index)?);
            start = index + 1;
            words = 0;
        }
    }
    if start == 0 {
        return None;
    }
    parts.push(tokens.get(start..)?);
    Some(parts)
}

/// Whether a text says that there is nothing, in a way that would pass for words.
fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.len() < 6
        && matches!(
            text.replace(' ', "").to_ascii_lowercase().as_str(),
            "" | "n/a" | "n.a." | "n.a" | "n/d" | "n.d." | "n.d"
        )
}

fn is_cross(token: Token<'_>) -> bool {
    match token {
        Token::Mark { mark: '×', .. } => true,
        Token::Mark { mark: '-' | '+', is_apart } => is_apart,
        Token::Mark { .. } => false,
        Token::Word { text, has_dot } => matches!(text, "x" | "X") && !has_dot,
    }
}

fn formula(parts: &[&[Token<'_>]]) -> Reading {
    let mut parents: Vec<Reading> = Vec::with_capacity(parts.len());
    for part in parts {
        let genus = parents.first().map(|first| first.genus.as_str());
        let parent = simple::read(part, genus);
        if parent.has_name() {
            parents.push(parent);
        }
    }
    let genus = parents.first().map(|first| first.genus.clone()).unwrap_or_default();
    Reading { genus, parents, ..Reading::default() }
}

/// Longer texts are no names; their words are compared all the same.
const LONGEST_PARSED: usize = 400;

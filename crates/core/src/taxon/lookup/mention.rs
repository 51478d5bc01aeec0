//! Finds listed names in texts that may hold more than a name, as whole words.

use std::borrow::Cow;

use super::Search;
use crate::taxon::how::How;
use crate::taxon::listed::singular;
use crate::taxon::reading::{Reading, pair_key};
use crate::taxon::vocabulary::{
    is_open, is_particle, is_placeholder, is_qualifier, is_rank_above_species,
    is_rank_below_species,
};
use crate::taxon::word::{
    Token, apart, base, clean, folded_words, is_capital, is_small, stem, tokens,
};

impl Search<'_, '_> {
    /// Searches a text of other names; between separators stand names of their own.
    pub(super) fn mentions(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.vernaculars(&folded_words(text));
        for piece in clean(text).split(['|', ';', ',', ':', '\n', '\r', '"']) {
            self.piece(piece, None);
        }
    }

    /// Searches a text that is the record's own name, but no plain one; what its readings say of
    /// their own genera is not said again.
    pub(super) fn odd_name(&mut self, text: &str, read: &[Reading]) {
        self.piece(&clean(text), Some(read));
    }

    fn piece(&mut self, piece: &str, read: Option<&[Reading]>) {
        let words = Words::of(piece);
        // Behind a binomial stand authors, some of whom have the name of a genus.
        let is_binomial = words.words.first().is_some_and(|first| is_capital(&first.text))
            && words.words.iter().skip(1).any(Word::is_epithet)
            && !piece.contains(['/', '+', '&'])
            && !words.words.iter().any(|word| JOINING_WORDS.contains(&&*word.text));
        let index = self.index;
        let mut near_tries = MOST_NEAR_TRIES;
        for (at, word) in words.words.iter().enumerate() {
            for entry in index.entries_of(index.whole.get(&word.base)) {
                self.hit(entry.taxon, How::Mentioned);
            }
            let after = words.words.get(at + 1..).unwrap_or_default();
            if index.by_genus.contains_key(&word.base) {
                let is_author =
                    is_binomial && !after.first().is_some_and(|next| is_open(&next.base));
                let is_read = read.is_some_and(|read| {
                    is_author || read.iter().any(|name| name.genus == word.base)
                });
                self.genus_mentioned(&word.base, after, is_read);
            } else if let Some(next) =
                after.first().filter(|next| is_capital(&word.text) && is_small(&next.text))
            {
                let abbreviated = word.base.len() == 1 || word.has_dot;
                let is_short = word.base.len() <= 4;
                if is_short && read.is_none() {
                    self.abbreviation_mentioned(&word.base, next);
                }
                if !(is_short && abbreviated) && near_tries > 0 {
                    near_tries -= 1;
                    self.near_mentioned(&word.base, next);
                }
            }
        }
    }

    /// A listed genus is mentioned: with a listed epithet anywhere behind it, or alone.
    fn genus_mentioned(&mut self, genus: &str, after: &[Word<'_>], is_read: bool) {
        let index = self.index;
        let mut is_named = false;
        for word in after.iter().take(FARTHEST) {
            for entry in index.entries_of(index.by_pair.get(&pair_key(genus, &word.stem))) {
                self.hit(entry.taxon, How::Mentioned);
                is_named = true;
            }
        }
        if is_named || is_read {
            return;
        }
        match after.first() {
            Some(next) if next.is_epithet() => self.near_mentioned(genus, next),
            _ => {
                let taxa = self.taxa_of(index.by_genus.get(genus));
                self.hit_all(taxa, How::Mentioned);
            }
        }
    }

    fn abbreviation_mentioned(&mut self, initial: &str, epithet: &Word<'_>) {
        let index = self.index;
        for entry in index.entries_of(index.by_stem.get(epithet.stem.as_str())) {
            if entry.reading.genus.starts_with(initial) {
                self.hit(entry.taxon, How::Mentioned);
            }
        }
    }

    fn near_mentioned(&mut self, genus: &str, epithet: &Word<'_>) {
        let reading = Reading::of(&format!("{genus} {}", epithet.base));
        if reading.species.is_none() {
            return;
        }
        let mut search =
            Search { index: self.index, hits: rustc_hash::FxHashMap::default(), has_name: true };
        if !search.by_checklists(&reading) {
            search.misspelt(&reading);
        }
        for taxon in search.hits.into_keys() {
            self.hit(taxon, How::Mentioned);
        }
    }

    /// Finds listed vernacular names among folded words.
    pub(super) fn vernaculars(&mut self, words: &[String]) {
        if self.index.vernaculars.is_empty() {
            return;
        }
        let words: Vec<String> = words.iter().map(|word| singular(word)).collect();
        for (at, first) in words.iter().enumerate() {
            let index = self.index;
            for (listed, taxon) in index.vernaculars.get(first).into_iter().flatten() {
                if words.get(at..).is_some_and(|rest| rest.starts_with(listed)) {
                    self.hit(*taxon, How::Mentioned);
                }
            }
        }
    }
}

struct Words<'t> {
    words: Vec<Word<'t>>,
}

struct Word<'t> {
    text: Cow<'t, str>,
    has_dot: bool,
    base: String,
    stem: String,
}

impl<'t> Words<'t> {
    fn of(piece: &'t str) -> Self {
        let mut words = Vec::new();
        for token in tokens(piece) {
            let Token::Word { text, has_dot } = token else { continue };
            words.push(Word::of(Cow::Borrowed(text), has_dot));
            // `Botaurus-stellaris` is one word, and two.
            for part in apart(text).iter().flat_map(|parts| parts.split_whitespace()) {
                words.push(Word::of(Cow::Owned(part.to_owned()), false));
            }
        }
        words.retain(|word| !word.base.is_empty());
        Self { words }
    }
}

impl<'t> Word<'t> {
    fn of(text: Cow<'t, str>, has_dot: bool) -> Self {
        let base = base(&text);
        let stem = stem(&base).into_owned();
        Self { text, has_dot, base, stem }
    }
    /// Whether the word behind a genus is the epithet of a species, so that the genus is not
    /// mentioned alone: by its ending, and because it is none of the usual words.
    fn is_epithet(&self) -> bool {
        let lower = self.text.to_ascii_lowercase();
        let is_word = is_open(&lower)
            || is_particle(&lower)
            || is_placeholder(&lower)
            || is_qualifier(&lower)
            || is_rank_above_species(&lower)
            || is_rank_below_species(&lower, self.has_dot)
            || USUAL_WORDS.contains(&lower.as_str());
        let endings =
            ["a", "e", "i", "ns", "is", "os", "as", "es", "us", "um", "x", "er", "or", "on", "ops"];
        is_small(&self.text)
            && self.text.len() > 2
            && !is_word
            && endings.into_iter().any(|ending| lower.ends_with(ending))
    }
}

/// Words that follow a genus in remarks and end like epithets.
const USUAL_WORDS: &[&str] = &[
    "above", "adult", "alone", "before", "either", "female", "here", "hybrid", "immature", "in",
    "inside", "is", "juvenile", "larva", "larvae", "later", "like", "male", "near", "on", "other",
    "outside", "over", "pupa", "pupae", "species", "this", "tree", "under", "was", "were",
];

/// Words between two names. "Et" stands between authors too: rather one match too many.
const JOINING_WORDS: &[&str] = &[
    "and", "e", "et", "ja", "nebo", "o", "och", "oder", "og", "or", "ou", "und", "vel", "with", "y",
];

/// Words behind a genus among which its epithet may stand.
const FARTHEST: usize = 20;
/// Pairs of words of one piece that are compared for near-misspellings; beyond these, only exact
/// words count.
const MOST_NEAR_TRIES: usize = 50;

//! Reads a text that holds one name, without hybrid formulas.

use super::{Doubt, Epithet, Reading};
use crate::taxon::rank::Rank;
use crate::taxon::vocabulary::{
    is_aggregate, is_alternative, is_open, is_particle, is_placeholder, is_qualifier,
    is_rank_above_species, is_rank_below_species,
};
use crate::taxon::word::{Token, base, is_capital, is_letters, is_small};

/// Reads one name; `genus` stands in where the text begins with an epithet or with the genus' first
/// letter.
pub(super) fn read(tokens: &[Token<'_>], genus: Option<&str>) -> Reading {
    let has_small = tokens
        .iter()
        .filter_map(|token| token.word())
        .any(|word| word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_lowercase()));
    let mut reader = Reader {
        tokens,
        at: 0,
        all_capitals: !has_small,
        reading: Reading { is_plain: true, ..Reading::default() },
    };
    reader.genus(genus);
    if reader.reading.has_name() {
        let first = reader.at.checked_sub(1).and_then(|at| tokens.get(at)?.word());
        reader.subgenus();
        reader.epithets();
        if reader.reading.is_open() {
            reader.reading.rank = first.and_then(Rank::of_name);
        }
    }
    reader.reading
}

struct Reader<'a, 't> {
    tokens: &'a [Token<'t>],
    at: usize,
    all_capitals: bool,
    reading: Reading,
}

impl<'t> Reader<'_, 't> {
    fn ahead(&self, by: usize) -> Option<Token<'t>> {
        self.tokens.get(self.at + by).copied()
    }

    /// The word ahead in lower case.
    fn lower_ahead(&self, by: usize) -> Option<String> {
        self.ahead(by)?.word().map(str::to_ascii_lowercase)
    }

    /// Whether a word is an epithet by its looks.
    fn looks_like_epithet(&self, word: &str) -> bool {
        (is_small(word) || self.all_capitals && is_letters(word))
            && word.len() > 1
            && !is_particle(&word.to_ascii_lowercase())
    }

    fn doubt(&mut self, doubt: Doubt) {
        self.reading.doubt = self.reading.doubt.max(doubt);
        self.reading.is_plain = false;
    }

    /// Passes what stands before the genus, and reads the genus.
    fn genus(&mut self, given: Option<&str>) {
        let has_placeholder = self.before_genus();
        let Some(Token::Word { text, has_dot }) = self.ahead(0) else { return };
        let starts_small = is_small(text);
        let is_short = text.len() == 1 || has_dot && text.len() <= LONGEST_ABBREVIATION;
        if let Some(given) = given {
            let is_initial = is_short && given.starts_with(&base(text));
            if is_initial || starts_small && text.len() > 1 {
                given.clone_into(&mut self.reading.genus);
                self.at += usize::from(is_initial);
                return;
            }
        }
        // "unidentified heron" names nothing; "unidentified Botaurus" does.
        let is_latin = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !is_latin || has_placeholder && !is_capital(text) {
            self.reading.is_plain = false;
            return;
        }
        self.reading.genus = base(text);
        self.reading.starts_small = starts_small;
        self.at += 1;
        let is_followed = self.ahead(0).and_then(Token::word).is_some_and(is_small);
        self.reading.is_abbreviated = text.len() == 1 || is_short && is_followed;
        if starts_small
            || self.reading.is_abbreviated
            || !text.bytes().all(|b| b.is_ascii_alphabetic())
        {
            self.reading.is_plain = false;
        }
    }

    /// Passes marks, qualifiers and placeholders. Returns whether there were placeholders.
    fn before_genus(&mut self) -> bool {
        let mut has_placeholder = false;
        while let Some(token) = self.ahead(0) {
            match token {
                Token::Mark { mark: '?', .. } => self.doubt(Doubt::Genus),
                Token::Mark { .. } => self.reading.is_plain = false,
                Token::Word { text, .. } => {
                    let word = text.to_ascii_lowercase();
                    if is_qualifier(&word) {
                        self.doubt(Doubt::Genus);
                    } else if is_placeholder(&word) {
                        self.doubt(Doubt::Genus);
                        has_placeholder = true;
                    } else if matches!(text, "x" | "X") || word == "candidatus" {
                        self.reading.is_plain = false;
                    } else {
                        return has_placeholder;
                    }
                }
            }
            self.at += 1;
        }
        has_placeholder
    }

    /// Reads `(Subgenus)` where an epithet or the end follows.
    fn subgenus(&mut self) {
        let (Some(open), Some(Token::Word { text, .. }), Some(close)) =
            (self.ahead(0), self.ahead(1), self.ahead(2))
        else {
            return;
        };
        let follows = match self.ahead(3) {
            None => true,
            Some(Token::Mark { .. }) => false,
            Some(Token::Word { text, .. }) => is_small(text) || self.all_capitals,
        };
        if open.is('(') && close.is(')') && is_letters(text) && follows {
            self.reading.subgenus = Some(base(text));
            self.at += 3;
        }
    }

    fn epithets(&mut self) {
        let mut in_tail = false;
        while let Some(token) = self.ahead(0) {
            match token {
                Token::Mark { mark, .. } => {
                    self.mark(mark, in_tail);
                    // An authorship or a remark begins, but no epithet.
                    in_tail |= mark == '(' && self.reading.species.is_some();
                }
                Token::Word { text, has_dot } => {
                    if self.special(text, has_dot) {
                        continue;
                    }
                    let is_epithet = self.looks_like_epithet(text);
                    if is_epithet && !in_tail {
                        self.reading.is_cut |= has_dot && self.reading.is_open();
                        self.push(text);
                    } else {
                        in_tail = true;
                        self.tail(text, is_epithet);
                    }
                }
            }
            self.at += 1;
        }
    }

    /// Passes words with a meaning of their own. Returns whether the word ahead was one.
    fn special(&mut self, text: &str, has_dot: bool) -> bool {
        let has_species = self.reading.species.is_some();
        let word = text.to_ascii_lowercase();
        if is_qualifier(&word) {
            self.doubt(if has_species { Doubt::BelowSpecies } else { Doubt::Species });
        } else if is_open(&word) && !has_species || is_rank_above_species(&word) {
            self.at += 1;
            self.open();
            return true;
        } else if is_aggregate(&word) || self.is_alternative_ahead(&word) {
            self.doubt(Doubt::Species);
        } else if word == "sensu" || text == "s" && has_dot {
            // "s. str." and "sensu stricto" are the name itself; all else may be another taxon.
            self.reading.is_plain = false;
            if !self.lower_ahead(1).is_some_and(|next| next.starts_with("str")) {
                self.doubt(Doubt::Species);
            }
        } else if word == "ex" && self.lower_ahead(1).as_deref() == Some("gr") {
            self.doubt(Doubt::Species);
            self.at += 1;
        } else if matches!(text, "x" | "X") {
            self.reading.is_plain = false;
        } else if is_rank_below_species(text, has_dot) || is_rank_below_species(&word, false) {
            return self.rank_below_species();
        } else {
            return false;
        }
        self.at += 1;
        true
    }

    /// Whether an "or" is ahead; "et" and "and" join authors unless an epithet follows.
    fn is_alternative_ahead(&self, word: &str) -> bool {
        is_alternative(word)
            && (matches!(word, "or" | "oder" | "ou" | "vel")
                || self
                    .ahead(1)
                    .and_then(Token::word)
                    .is_some_and(|next| self.looks_like_epithet(next)))
    }

    /// A rank below the species: an epithet follows, or a phrase.
    fn rank_below_species(&mut self) -> bool {
        let mut next = 1;
        while self.ahead(next).is_some_and(|token| token.is('×') || token.word() == Some("x")) {
            self.reading.is_plain = false;
            next += 1;
        }
        let Some(Token::Word { text, has_dot }) = self.ahead(next) else {
            self.at += 1;
            return true;
        };
        let lower = text.to_ascii_lowercase();
        if is_qualifier(&lower) || is_rank_below_species(&lower, has_dot) {
            self.at += next;
            return true;
        }
        if self.looks_like_epithet(text) && !is_open(&lower) {
            self.at += next + 1;
            if self.reading.species.is_some() {
                self.reading.below.push(Epithet::of(text));
            } else {
                self.push(text);
                self.reading.is_plain = false;
            }
            return true;
        }
        if self.ahead(0).and_then(Token::word).is_some_and(|word| word.len() == 1) {
            // "f." after an author means the son.
            return false;
        }
        self.at += 1;
        self.open();
        true
    }

    /// What follows an open rank is a phrase: all of it.
    fn open(&mut self) {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        self.reading.is_plain &= rest.is_empty();
        self.reading.phrase.extend(rest.iter().filter_map(|token| token.word()).map(base));
        self.at = self.tokens.len();
    }

    fn mark(&mut self, mark: char, in_tail: bool) {
        match mark {
            '?' if self.reading.below.is_empty() => self.doubt(Doubt::Species),
            '?' => self.doubt(Doubt::BelowSpecies),
            '/' | '|' | ';' => self.doubt(Doubt::Species),
            '(' => {}
            ')' | '&' | ':' | '-' | '\'' if in_tail => {}
            '"' | '\'' if self.reading.species.is_none() => {
                self.reading.is_plain = false;
                let is_cultivar =
                    self.ahead(1).and_then(Token::word).is_some_and(|word| !is_small(word));
                if is_cultivar {
                    self.at += 1;
                    self.open();
                }
            }
            _ => self.reading.is_plain = false,
        }
    }

    fn push(&mut self, word: &str) {
        if !word.is_ascii() {
            self.reading.is_plain = false;
        }
        let epithet = Epithet::of(word);
        if self.reading.species.is_none() {
            self.reading.species = Some(epithet);
        } else {
            // Words that only look like epithets ("nest at the mill") are no plain name.
            self.reading.is_plain &= self.reading.below.is_empty();
            self.reading.below.push(epithet);
        }
    }

    fn tail(&mut self, word: &str, is_epithet: bool) {
        let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_author = is_capital(word) && !word.bytes().any(|byte| byte.is_ascii_digit())
            || is_particle(&word.to_ascii_lowercase());
        let is_clear = (is_year || is_author) && !is_epithet;
        // A capital after the genus may be an epithet; a year behind it says that it is an author.
        let may_be_epithet = self.reading.species.is_none() && !self.is_year_ahead();
        self.reading.is_plain &= is_clear && !may_be_epithet;
        self.reading.tail.push(base(word));
    }

    fn is_year_ahead(&self) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        rest.iter()
            .filter_map(|token| token.word())
            .any(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// `Cor. dentatus`.
const LONGEST_ABBREVIATION: usize = 5;

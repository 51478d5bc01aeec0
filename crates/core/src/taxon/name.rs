//! One scientific name, as the parser of GBIF understands it.

use nameparser::model::{NamePart, NameType, ParsedName, State};
use nameparser::{ParseResult, parse};

use super::reading::Reading;
use super::vocabulary::{
    is_aggregate, is_open, is_particle, is_qualifier, is_rank_above_species, is_rank_below_species,
};
use super::word::{Token, base, clean, is_capital, is_letters, is_small, tokens};

/// A scientific name taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    genus: Option<String>,
    uninomial: Option<String>,
    infrageneric: Option<String>,
    specific: Option<String>,
    infraspecific: Option<String>,
    phrase: Option<String>,
    qualifier: Option<String>,
    is_hybrid: bool,
    is_indeterminate: bool,
    has_authorship: bool,
    is_fully_understood: bool,
    canonical: String,
}

impl Name {
    /// Takes a name apart. Never fails: a text that is no name has no parts and an empty canonical
    /// form.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.len() > LONGEST_NAME {
            return Self::default();
        }
        let mut name = match parse(text, None, None, None) {
            ParseResult::Parsed(parsed) => Self::of_parsed(&parsed),
            ParseResult::Informal(informal) => {
                let has_phrase = informal.phrase.as_deref().is_some_and(|phrase| {
                    !is_open(phrase.trim_end_matches('.').to_ascii_lowercase().as_str())
                });
                Self {
                    canonical: informal.taxon.clone(),
                    genus: Some(informal.taxon),
                    phrase: informal.phrase.filter(|_| has_phrase),
                    is_indeterminate: true,
                    is_fully_understood: !has_phrase,
                    ..Self::default()
                }
            }
            ParseResult::Unparsable(error) if error.type_ == NameType::Formula => {
                return Self::of_formula(text);
            }
            ParseResult::Unparsable(_) => return Self::default(),
        };
        // "(Old Mill)" at the end of a name is no authorship, which has a year or an author behind it.
        let ends_in_place = text.rsplit_once('(').is_some_and(|(_, last)| {
            name.specific.is_some()
                && last.ends_with(')')
                && !last.bytes().any(|byte| byte.is_ascii_digit())
        });
        name.is_fully_understood &= name.accounts_for(text) && !ends_in_place;
        if !name.is_fully_understood && name.infraspecific.is_some() {
            // A stray word at the end of a text passes for an infraspecific epithet.
            name.canonical = [&name.genus, &name.specific]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" ");
        }
        name
    }

    fn of_parsed(parsed: &ParsedName) -> Self {
        let canonical = [
            &parsed.uninomial,
            &parsed.genus,
            &parsed.specific_epithet,
            &parsed.infraspecific_epithet,
        ];
        let is_repaired = parsed.warnings.iter().any(|warning| warning.starts_with("Removed"));
        let note = parsed.taxonomic_note.as_deref().unwrap_or("s.l.");
        let is_usual_note = matches!(
            note.to_ascii_lowercase().replace(' ', "").as_str(),
            "s.l." | "s.str." | "s.s." | "sensulato" | "sensustricto" | "s.lat."
        );
        let qualifiers = parsed.epithet_qualifier.as_ref();
        Self {
            genus: parsed.genus.clone(),
            uninomial: parsed.uninomial.clone(),
            infrageneric: parsed.infrageneric_epithet.clone(),
            specific: parsed.specific_epithet.clone(),
            infraspecific: parsed.infraspecific_epithet.clone(),
            phrase: parsed.phrase.clone().or_else(|| parsed.cultivar_epithet.clone()),
            qualifier: qualifiers.and_then(|map| map.values().next().cloned()),
            is_hybrid: parsed.notho.as_ref().is_some_and(|parts: &Vec<NamePart>| !parts.is_empty()),
            is_indeterminate: parsed.specific_epithet.is_none() && parsed.genus.is_some(),
            has_authorship: parsed.combination_authorship.exists()
                || parsed.basionym_authorship.exists()
                || parsed.specific_authorship.is_some()
                || parsed.generic_authorship.is_some(),
            is_fully_understood: parsed.state == State::Complete
                && parsed.unparsed.is_none()
                && parsed.phrase.is_none()
                && parsed.cultivar_epithet.is_none()
                && parsed.published_in.is_none()
                && parsed.nomenclatural_note.is_none()
                && is_usual_note
                && !is_repaired,
            canonical: canonical.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
        }
    }

    /// The parser leaves formulas alone; the reading that is used for comparing cuts them.
    fn of_formula(text: &str) -> Self {
        let cleaned = clean(text);
        let is_name_word = |token: &Token<'_>| match token {
            Token::Mark { mark, .. } => *mark == '×',
            Token::Word { text, .. } => is_letters(text),
        };
        let only_names = tokens(&cleaned).iter().all(is_name_word);
        let reading = Reading::of(text);
        let is_whole = reading.parents.len() > 1
            && reading.parents.iter().all(|parent| {
                parent.tail.is_empty() && parent.phrase.is_empty() && parent.below.len() < 2
            });
        Self {
            is_hybrid: true,
            is_fully_understood: only_names && is_whole,
            canonical: if only_names && is_whole { cleaned.into_owned() } else { String::new() },
            ..Self::default()
        }
    }

    /// Genus, of a name that has one.
    pub fn genus(&self) -> Option<&str> {
        self.genus.as_deref()
    }

    /// The only word of a name of one word: a genus, a family or another higher name.
    pub fn uninomial(&self) -> Option<&str> {
        self.uninomial.as_deref()
    }

    /// Subgenus or another name between genus and species.
    pub fn infrageneric(&self) -> Option<&str> {
        self.infrageneric.as_deref()
    }

    /// Epithet of the species.
    pub fn specific(&self) -> Option<&str> {
        self.specific.as_deref()
    }

    /// Lowest epithet below the species.
    pub fn infraspecific(&self) -> Option<&str> {
        self.infraspecific.as_deref()
    }

    /// Phrase or cultivar, as written: free text.
    pub fn phrase(&self) -> Option<&str> {
        self.phrase.as_deref()
    }

    /// Qualifier such as `cf.`, `aff.` or `?`.
    pub fn qualifier(&self) -> Option<&str> {
        self.qualifier.as_deref()
    }

    /// Whether it is a hybrid or a hybrid formula.
    pub fn is_hybrid(&self) -> bool {
        self.is_hybrid
    }

    /// Whether a genus is named and the species left open.
    pub fn is_indeterminate(&self) -> bool {
        self.is_indeterminate
    }

    /// Whether an authorship follows the name.
    pub fn has_authorship(&self) -> bool {
        self.has_authorship
    }

    /// Whether the text is a name, perhaps with an authorship of the usual form, and nothing more:
    /// no phrase, no note, no number besides a year, no word unaccounted for.
    ///
    /// A place that is written like an author or like an epithet still passes: whoever publishes
    /// names of protected records writes the canonical form, or checks the text against names that
    /// are known ([`super::TaxonIndex::knows_text`]).
    pub fn is_fully_understood(&self) -> bool {
        self.is_fully_understood
    }

    /// Genus and epithets without authorship, rank, qualifier and phrase; empty for a text that is
    /// no name.
    ///
    /// Epithets below the species are left out of a name that is not fully understood.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether each word and mark of the text is a part of the name, or looks like an author or a
    /// year.
    fn accounts_for(&self, text: &str) -> bool {
        let cleaned = clean(text);
        let parts: Vec<String> =
            [&self.genus, &self.uninomial, &self.infrageneric, &self.specific, &self.infraspecific]
                .into_iter()
                .flatten()
                .map(|part| base(&clean(part.trim_end_matches('.'))))
                .collect();
        let mut authors = 0;
        let mut is_clear = cleaned.bytes().all(|byte| {
            byte >= 0x80 || byte.is_ascii_alphanumeric() || b" .,&()'-?:".contains(&byte)
        });
        for token in tokens(&cleaned) {
            let Token::Word { text, has_dot } = token else { continue };
            let lower = text.to_ascii_lowercase();
            let is_part = parts.contains(&base(text));
            let is_sign =
                matches!(text, "x" | "X" | "s" | "l" | "str" | "lato" | "sensu" | "stricto")
                    || is_rank_below_species(&lower, has_dot)
                    || is_rank_above_species(&lower)
                    || is_qualifier(&lower)
                    || is_open(&lower)
                    || is_aggregate(&lower);
            if is_part || is_sign {
                continue;
            }
            authors += 1;
            is_clear &= is_author(text) || is_particle(&lower) || is_year(text);
        }
        is_clear && authors <= MOST_AUTHOR_WORDS
    }
}

fn is_author(word: &str) -> bool {
    is_capital(word) && is_letters(word) && !is_small(word)
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && word.bytes().all(|byte| byte.is_ascii_digit())
        && (word.starts_with("17")
            || word.starts_with("18")
            || word.starts_with("19")
            || word.starts_with("20"))
}

/// Longer texts hold more than a name.
const LONGEST_NAME: usize = 200;
/// Longer teams of authors are cited with "et al.".
const MOST_AUTHOR_WORDS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let name = Name::parse("Falco (Hierofalco) hypoleucos Gould, 1841");
        assert_eq!(
            (name.genus(), name.infrageneric(), name.specific()),
            (Some("Falco"), Some("Hierofalco"), Some("hypoleucos"))
        );
        assert_eq!(name.canonical(), "Falco hypoleucos");
        assert!(name.has_authorship() && name.is_fully_understood());
        let name = Name::parse("Botaurus cf. stellaris");
        assert_eq!((name.qualifier(), name.canonical()), (Some("cf."), "Botaurus stellaris"));
        let name = Name::parse("Botaurus sp.");
        assert!(name.is_indeterminate() && name.is_fully_understood());
        assert_eq!(name.canonical(), "Botaurus");
        assert_eq!(Name::parse("Orchidaceae").uninomial(), Some("Orchidaceae"));
        assert!(Name::parse("Corybas × dentatus").is_hybrid());
        assert_eq!(Name::parse("Anas acuta × Anas crecca").canonical(), "Anas acuta × Anas crecca");
    }

    #[test]
    fn a_text_with_more_than_a_name_is_not_fully_understood() {
        for text in [
            "Botaurus stellaris (nest at 52.123, 4.567)",
            "Botaurus stellaris nest at old mill",
            "Botaurus stellaris (Old Mill)",
            "Botaurus stellaris, old mill 52.1 N",
            "Botaurus stellaris 52.123",
            "Botaurus stellaris; Old Mill",
            "Botaurus stellaris\nOld Mill",
            "Abutilon sp. Hamelin (A.M. Ashby 2196)",
            "Botaurus 'Old Mill'",
            "Botaurus stellaris <b>52</b>",
            "Nest 4",
            "unknown",
            "",
        ] {
            assert!(!Name::parse(text).is_fully_understood(), "{text}");
        }
        assert_eq!(
            Name::parse("Botaurus stellaris nest at old mill").canonical(),
            "Botaurus stellaris"
        );
        assert_eq!(Name::parse("Abutilon sp. Hamelin (A.M. Ashby 2196)").canonical(), "Abutilon");
    }

    #[test]
    fn usual_names_are_fully_understood() {
        for text in [
            "Botaurus stellaris",
            "Botaurus stellaris (Linnaeus, 1758)",
            "Acropsilus niger (Loew, 1869)",
            "Quercus ilex subsp. ballota (Desf.) Samp.",
            "Dolichopodidae",
            "Botaurus",
            "Botaurus stellaris s.l.",
            "Hercostomus gracilis (Stannius, 1831)",
            "Eucalyptus educta L.A.S.Johnson & K.D.Hill",
            "Ballota acetabulosa (L.) Benth.",
        ] {
            assert!(Name::parse(text).is_fully_understood(), "{text}: {:?}", Name::parse(text));
        }
    }
}

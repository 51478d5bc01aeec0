//! Darwin Core terms, and what happens to each of them in a protected record.
//!
//! One table for the whole house: a term that is not in it is an unknown column, and an unknown
//! column of a protected record is withheld.

mod table;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::category::Category;
pub use table::TERMS;

/// A term of Darwin Core, or of a vocabulary that travels with it.
///
/// Source: Darwin Core list of terms, <http://rs.tdwg.org/dwc/doc/list/>; Dublin Core; GBIF's
/// download formats; the Humboldt extension.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// The current simple name, such as `decimalLatitude`.
    pub name: &'static str,
    /// Older or other spellings that mean the same.
    pub aliases: &'static [&'static str],
    /// The namespace that its full name begins with.
    pub space: Space,
    /// What happens to it in a record of category low, medium, high and extreme.
    pub actions: [Action; 4],
}

impl Term {
    /// The full name.
    pub fn uri(&self) -> String {
        format!("{}{}", self.space.prefix(), self.name)
    }

    /// What happens to the term in a record of this category.
    pub fn action(&self, category: Category) -> Action {
        let [low, medium, high, extreme] = self.actions;
        match category {
            Category::None => Action::Keep,
            Category::Low => low,
            Category::Medium => medium,
            Category::High => high,
            Category::Extreme => extreme,
        }
    }

    /// Whether a protected record of this category still states it, and it is about the event rather
    /// than the organism: whoever looks for the event may look for the same value.
    pub fn tells_of_event(&self, category: Category) -> bool {
        let stays = matches!(
            self.action(category),
            Action::IfCommon | Action::IfNumber | Action::IfWords(_) | Action::Keep
        );
        stays && self.is_restricted() && !OF_ORGANISMS.contains(&self.name)
    }

    /// Whether the term says something that some category does not let pass.
    fn is_restricted(&self) -> bool {
        self.actions.iter().any(|action| *action != Action::Keep)
    }
}

/// Where a term's full name begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Audiovisual Core.
    Ac,
    /// Dublin Core terms.
    Dc,
    /// Darwin Core.
    Dwc,
    /// Humboldt extension.
    Eco,
    /// GBIF.
    Gbif,
}

impl Space {
    /// The text before the simple name.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ac => "http://rs.tdwg.org/ac/terms/",
            Self::Dc => "http://purl.org/dc/terms/",
            Self::Dwc => "http://rs.tdwg.org/dwc/terms/",
            Self::Eco => "http://rs.tdwg.org/eco/terms/",
            Self::Gbif => "http://rs.gbif.org/terms/1.0/",
        }
    }
}

/// What happens to one term of a protected record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Emptied in every row of the dataset as soon as one record is protected: it would tell
    /// whether something is missing.
    Completeness,
    /// Left empty, and named in informationWithheld.
    Empty,
    /// Kept if the same value stands in other, unprotected records or in all records of the table;
    /// else emptied.
    IfCommon,
    /// Kept if it is a scientific name and nothing more; else the name is written in its plain form.
    IfName,
    /// Kept if it is a number of at most nine digits; else emptied.
    IfNumber,
    /// Kept if each word is in this vocabulary; else emptied.
    IfWords(&'static [&'static str]),
    /// Kept as it is.
    Keep,
    /// Rewritten from the generalised period.
    Period,
    /// Rewritten from the generalised place.
    Place,
    /// Replaced by a keyed pseudonym.
    Pseudonym,
    /// Free text: replaced by wording.
    Reword,
    /// Rewritten by the copy itself: what was withheld and generalised, and the licence.
    Statement,
}

impl Action {
    /// One or two words for the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Self::Completeness => "emptied everywhere",
            Self::Empty => "empty",
            Self::IfCommon => "if common",
            Self::IfName => "if a plain name",
            Self::IfNumber => "if a number",
            Self::IfWords(_) => "if in vocabulary",
            Self::Keep => "kept",
            Self::Period => "generalised period",
            Self::Place => "generalised place",
            Self::Pseudonym => "pseudonym",
            Self::Reword => "wording",
            Self::Statement => "written by the copy",
        }
    }
}

/// Finds the term that a heading means.
///
/// Accepts simple names, prefixed names (`dwc:locality`), full names, and older or other spellings
/// (`DECIMAL_LATITUDE`, `Collector`); case, spaces, hyphens and underscores do not matter. A full
/// name of a foreign vocabulary is taken for the term of the same simple name only where that term
/// is restricted: likeness may take detail away, never grant it.
pub fn find(heading: &str) -> Option<&'static Term> {
    let heading = heading.trim();
    let local = heading.rsplit(['/', '#', ':']).next()?;
    let term = by_spelling().get(folded(local).as_str()).copied()?;
    let at_home = match heading.find("://") {
        None => true,
        Some(_) => HOMES.iter().any(|home| heading.contains(home)),
    };
    (at_home || term.is_restricted()).then_some(term)
}

fn by_spelling() -> &'static FxHashMap<String, &'static Term> {
    static MAP: OnceLock<FxHashMap<String, &'static Term>> = OnceLock::new();
    MAP.get_or_init(|| {
        let mut map = FxHashMap::default();
        for term in TERMS {
            map.insert(folded(term.name), term);
        }
        for term in TERMS {
            for alias in term.aliases {
                map.entry(folded(alias)).or_insert(term);
            }
        }
        map
    })
}

fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Terms about an organism or its name: the records of one event differ in them.
const OF_ORGANISMS: &[&str] = &[
    "acceptedTaxonKey",
    "behavior",
    "caste",
    "classKey",
    "degreeOfEstablishment",
    "establishmentMeans",
    "familyKey",
    "genusKey",
    "identificationQualifier",
    "identificationVerificationStatus",
    "individualCount",
    "iucnRedListCategory",
    "kingdomKey",
    "lifeStage",
    "measurementAccuracy",
    "measurementType",
    "measurementUnit",
    "measurementValue",
    "nameAccordingTo",
    "namePublishedIn",
    "namePublishedInYear",
    "nomenclaturalCode",
    "nomenclaturalStatus",
    "occurrenceStatus",
    "orderKey",
    "organismQuantity",
    "organismQuantityType",
    "organismScope",
    "pathway",
    "phylumKey",
    "relationshipOfResource",
    "reproductiveCondition",
    "scientificNameID",
    "sex",
    "speciesKey",
    "subgenusKey",
    "taxonConceptID",
    "taxonID",
    "taxonKey",
    "taxonRank",
    "taxonomicStatus",
    "threatStatus",
    "typeStatus",
    "verbatimTaxonRank",
    "vernacularName",
    "vitality",
];
const HOMES: &[&str] = &["rs.tdwg.org/", "purl.org/dc/", "rs.gbif.org/", "ipt.gbif.org/"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_under_each_of_its_spellings() {
        for heading in [
            "decimalLatitude",
            "dwc:decimalLatitude",
            "http://rs.tdwg.org/dwc/terms/decimalLatitude",
            "DECIMAL_LATITUDE",
            "http://rs.tdwg.org/dwc/terms/DecimalLatitude",
            "\u{feff}decimal latitude",
        ] {
            assert_eq!(find(heading).map(|t| t.name), Some("decimalLatitude"), "{heading}");
        }
        assert_eq!(find("Collector").map(|t| t.name), Some("recordedBy"));
        assert_eq!(find("EARLIEST_DATE_COLLECTED").map(|t| t.name), Some("eventDate"));
    }

    #[test]
    fn likeness_takes_detail_away_and_never_grants_it() {
        assert_eq!(find("http://example.org/locality").map(|t| t.name), Some("locality"));
        assert_eq!(find("http://example.org/license").map(|t| t.name), Some("license"));
        assert!(TERMS.iter().all(|term| term.is_restricted()
            || find(&format!("http://example.org/{}", term.name)).is_none()));
        assert!(find("my_secret_column").is_none());
    }

    #[test]
    fn no_two_terms_share_a_spelling() {
        let mut seen = FxHashMap::default();
        for term in TERMS {
            for spelling in term.aliases.iter().chain([&term.name]) {
                if let Some(other) = seen.insert(folded(spelling), term.name) {
                    panic!("{spelling} is in {other} and {}", term.name);
                }
            }
        }
    }

    #[test]
    fn a_higher_category_never_keeps_what_a_lower_one_withholds() {
        fn keeps(action: Action) -> u8 {
            match action {
                Action::Keep => 3,
                Action::IfCommon | Action::IfName | Action::IfNumber | Action::IfWords(_) => 2,
                Action::Period | Action::Place | Action::Pseudonym | Action::Statement => 1,
                Action::Completeness | Action::Empty | Action::Reword => 0,
            }
        }
        for term in TERMS {
            for pair in term.actions.windows(2) {
                assert!(keeps(pair[0]) >= keeps(pair[1]), "{}", term.name);
            }
        }
    }

    /// The page is made from the table; `SNAPSHOTS=overwrite` makes it anew.
    #[test]
    fn the_page_of_terms_says_what_the_table_says() {
        use std::fmt::Write;
        let mut page = String::from(
            "# What happens to each term\n\n\
             Of a protected record, at each category. Made from `crates/core/src/term/table.rs`, \
             which decides; a column that is no term of this page is withheld from a protected \
             record unless every rule that met it lets it leave.\n\n\
             - **kept**: as it is\n\
             - **if common**: kept if unprotected records of at least three sites, or all records of the table, have the same value; else empty\n\
             - **if a plain name**: kept if it is a name and nothing more\n\
             - **if a number**, **if in vocabulary**: kept if it is a plain number, or made of known words\n\
             - **generalised place**, **generalised period**: rewritten from the told region and period ([grid.md](grid.md))\n\
             - **pseudonym**: a keyed pseudonym\n\
             - **wording**: replaced by a fixed sentence\n\
             - **empty**: left empty and named in informationWithheld\n\
             - **emptied everywhere**: emptied in every record of a dataset that has a protected one\n\
             - **written by the copy**: what was withheld and generalised, and the licence\n",
        );
        let mut space = None;
        for term in TERMS {
            if space.replace(term.space) != Some(term.space) {
                write!(
                    page,
                    "\n## {}\n\n| term | low | medium | high | extreme |\n|---|---|---|---|---|\n",
                    term.space.prefix()
                )
                .unwrap();
            }
            let words = term.actions.map(Action::word);
            writeln!(page, "| {} | {} |", term.name, words.join(" | ")).unwrap();
        }
        snapbox::assert_data_eq!(page, snapbox::file!["../../../docs/terms.md"].raw());
    }

    #[test]
    fn terms_are_in_alphabetical_order_within_their_space() {
        for pair in TERMS.windows(2) {
            if pair[0].space == pair[1].space {
                assert!(pair[0].name < pair[1].name, "{} {}", pair[0].name, pair[1].name);
            }
        }
    }
}

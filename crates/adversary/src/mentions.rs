//! Attack 6, from beside: an exact record whose text names a listed taxon tells where to look for a
//! protected record of that taxon.

use aho_corasick::{AhoCorasick, MatchKind};
use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_core::taxon::{RuleTaxon, RuleTaxonId};
use rustc_hash::FxHashMap;

use crate::target::Target;

/// The names of all listed taxa, and where exact records mention them.
///
/// Cost: one pass over each text, however many names there are.
#[derive(Debug, Clone)]
pub(crate) struct Mentions {
    matcher: Option<AhoCorasick>,
    /// By pattern of the matcher: the taxa that are called so.
    called: Vec<Vec<RuleTaxonId>>,
    /// By listed taxon, where it is mentioned.
    places: FxHashMap<RuleTaxonId, Vec<Mention>>,
    /// By protected record: the listed taxa that it is of.
    taxa: FxHashMap<usize, Vec<RuleTaxonId>>,
}

#[derive(Debug, Clone)]
struct Mention {
    point: Point,
    days: Option<(Day, Day)>,
    column: (usize, usize),
}

/// Where a taxon is mentioned that a protected record is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mentioned {
    pub(crate) point: Point,
    /// Table and column of the text.
    pub(crate) column: (usize, usize),
    /// Different sites at which it is mentioned in the record's region and period.
    pub(crate) sites: usize,
}

impl Mentions {
    /// Prepares the names: scientific names without author, and vernacular ones.
    pub(crate) fn of(taxa: &[RuleTaxon]) -> Self {
        let mut by_name: FxHashMap<String, Vec<RuleTaxonId>> = FxHashMap::default();
        for (taxon, id) in taxa.iter().zip(0..) {
            for name in names(taxon) {
                let called = by_name.entry(name).or_default();
                if called.last() != Some(&RuleTaxonId(id)) {
                    called.push(RuleTaxonId(id));
                }
            }
        }
        let mut named: Vec<(String, Vec<RuleTaxonId>)> = by_name.into_iter().collect();
        named.sort();
        let (patterns, called): (Vec<String>, Vec<_>) = named.into_iter().unzip();
        // A list too long for one automaton, which none is, has no mentions.
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .ok()
            .filter(|_| !patterns.is_empty());
        Self { matcher, called, places: FxHashMap::default(), taxa: FxHashMap::default() }
    }

    /// Notes the taxa that a protected record is of, by what its own columns of names say.
    pub(crate) fn note_target(&mut self, target: usize, names: &str) {
        let taxa = self.named_in(names);
        if !taxa.is_empty() {
            self.taxa.insert(target, taxa);
        }
    }

    /// Notes what an exact record's text names.
    pub(crate) fn note(
        &mut self,
        text: &str,
        point: Point,
        days: Option<(Day, Day)>,
        column: (usize, usize),
    ) {
        for taxon in self.named_in(text) {
            let places = self.places.entry(taxon).or_default();
            let is_known = places.iter().any(|known| known.point == point && known.days == days);
            if !is_known && places.len() < MOST_PLACES {
                places.push(Mention { point, days, column });
            }
        }
    }

    /// Adds what another part of the copy mentions.
    pub(crate) fn merge(&mut self, other: Self) {
        for (taxon, mentions) in other.places {
            let own = self.places.entry(taxon).or_default();
            own.extend(mentions);
            own.sort_by_key(|mention| (mention.point.lat().0, mention.point.lon().0, mention.days));
            own.dedup_by_key(|mention| (mention.point, mention.days));
            own.truncate(MOST_PLACES);
        }
        self.taxa.extend(other.taxa);
    }

    /// Whether a protected record is of any of some listed taxa.
    pub(crate) fn is_of_any(&self, index: usize, taxa: &[RuleTaxonId]) -> bool {
        self.taxa.get(&index).is_some_and(|own| own.iter().any(|taxon| taxa.contains(taxon)))
    }

    /// Where a protected record may be, by what others mention; nothing at all where many sites do.
    pub(crate) fn of_target(&self, index: usize, target: &Target) -> Option<Mentioned> {
        let mentions = self.taxa.get(&index)?.iter().filter_map(|taxon| self.places.get(taxon));
        let mut sites: Vec<&Mention> = Vec::new();
        for mention in mentions.flatten() {
            let is_new =
                |site: &&Mention| site.point.distance_bound_m(mention.point) > target.near_m();
            if target.may_be_at(mention.point)
                && target.may_be_on(mention.days)
                && sites.iter().all(is_new)
            {
                sites.push(mention);
            }
            if sites.len() > MOST_SITES {
                return None;
            }
        }
        let first = sites.first()?;
        Some(Mentioned { point: first.point, column: first.column, sites: sites.len() })
    }

    /// The listed taxa that a text names in whole words, and does not deny.
    pub(crate) fn named_in(&self, text: &str) -> Vec<RuleTaxonId> {
        let mut found = Vec::new();
        let Some(matcher) = &self.matcher else { return found };
        for hit in matcher.find_iter(text).take(MOST_HITS) {
            let before = text.get(..hit.start()).unwrap_or("");
            let behind = text.get(hit.end()..).unwrap_or("");
            let is_word = !before.ends_with(char::is_alphanumeric)
                && !behind.starts_with(char::is_alphanumeric);
            let last = before.split_whitespace().next_back().unwrap_or("").to_lowercase();
            let is_denied = DENIALS.contains(&last.as_str());
            if is_word && !is_denied {
                let taxa = self.called.get(hit.pattern().as_usize());
                found.extend(taxa.into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The names by which a text may mention a taxon.
fn names(taxon: &RuleTaxon) -> Vec<String> {
    let mut words = taxon.scientific_name.split_whitespace();
    let first = words.next().unwrap_or("");
    let second = words
        .find(|word| !word.starts_with('('))
        .filter(|word| word.chars().all(|c| c.is_lowercase() || c == '-'));
    let initial = first.get(..1).unwrap_or(first);
    let scientific = match second {
        Some(second) => {
            let whole = [" ", "-", "_", ".", ""].map(|between| format!("{first}{between}{second}"));
            let short = [". ", ".", " "].map(|between| format!("{initial}{between}{second}"));
            whole.into_iter().chain(short).collect()
        }
        None => vec![first.to_owned()],
    };
    scientific
        .into_iter()
        .chain(taxon.vernacular_names.iter().map(|name| name.trim().to_owned()))
        .map(|name| name.to_lowercase())
        .filter(|name| name.chars().count() >= SHORTEST_NAME)
        .collect()
}

/// Letters of a name.
const SHORTEST_NAME: usize = 5;
/// Mentions kept for each taxon.
const MOST_PLACES: usize = 512;
/// With more sites than this nothing is told.
const MOST_SITES: usize = 8;
/// Names found in one text.
const MOST_HITS: usize = 16;
/// Words before a name that say that it was not there.
const DENIALS: &[&str] =
    &["no", "not", "without", "absent:", "geen", "kein", "keine", "pas", "sin", "sem"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_whole_words_and_unless_denied() {
        let mut bittern = RuleTaxon::named("Botaurus stellaris (Linnaeus, 1758)");
        bittern.vernacular_names.push("Great Bittern".to_owned());
        let mentions = Mentions::of(&[RuleTaxon::named("Crex crex"), bittern]);
        let found = |text: &str| mentions.named_in(text);
        assert_eq!(found("mobbed by BOTAURUS STELLARIS."), [RuleTaxonId(1)]);
        assert_eq!(found("great bittern calling, crex crex too").len(), 2);
        assert!(found("Botaurus stellarisque, great bitternes").is_empty());
        assert!(found("no great bittern this year").is_empty());
    }
}

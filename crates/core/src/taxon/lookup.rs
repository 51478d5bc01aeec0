//! Which listed taxa a record's names lead to.
//!
//! Every column is read in every way that makes sense, and all that any of them leads to counts:
//! more columns never hide a listed name, and a name that lost a part leads to all that it may be.

mod mention;
mod placed;
mod structured;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use super::RuleTaxonId;
use super::facts::TaxonFacts;
use super::how::How;
use super::index::TaxonIndex;
use super::reading::{Doubt, Reading};
use super::word::folded_words;

/// The listed taxa that a record may be about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxonHits {
    /// By taxon; each with the surest way that led to it.
    pub hits: Vec<(RuleTaxonId, How)>,
    /// Whether there are any; a name that is on no list is reported, not withheld.
    pub listed: bool,
}

impl TaxonIndex<'_> {
    /// Finds the listed taxa that a record may be about.
    pub fn lookup(&self, facts: &TaxonFacts<'_>) -> TaxonHits {
        if self.taxa == 0 {
            return TaxonHits::default();
        }
        let mut search = Search { index: self, hits: FxHashMap::default(), has_name: false };
        search.own_names(facts);
        search.identifiers(facts);
        search.higher(facts);
        for text in facts.other_names() {
            search.mentions(text);
        }
        if !search.has_name {
            search.hit_all((0..self.taxa).map(RuleTaxonId), How::NoName);
        }
        search.hit_all(self.nameless.iter().copied(), How::Unreadable);
        let mut hits: Vec<(RuleTaxonId, How)> = search.hits.into_iter().collect();
        hits.sort_unstable_by_key(|(taxon, _)| *taxon);
        TaxonHits { listed: !hits.is_empty(), hits }
    }
}

/// One search.
struct Search<'i, 'c> {
    index: &'i TaxonIndex<'c>,
    hits: FxHashMap<RuleTaxonId, How>,
    /// Whether the record has a name of its own that could be a listed one.
    has_name: bool,
}

impl Search<'_, '_> {
    fn hit(&mut self, taxon: RuleTaxonId, how: How) {
        let found = self.hits.entry(taxon).or_insert(how);
        if how.order() < found.order() {
            *found = how;
        }
    }

    fn hit_all(&mut self, taxa: impl IntoIterator<Item = RuleTaxonId>, how: How) {
        for taxon in taxa {
            self.hit(taxon, how);
        }
    }

    /// Searches by the record's own names, all of them.
    fn own_names(&mut self, facts: &TaxonFacts<'_>) {
        let names = OwnNames::of(facts);
        for text in &names.unclear {
            self.odd_name(text, &names.readings);
        }
        if !self.index.vernaculars.is_empty() {
            for text in facts.own_names() {
                if !text.is_empty() {
                    self.vernaculars(&folded_words(text));
                }
            }
        }
        for reading in &names.readings {
            self.reading(reading);
        }
        self.unplaced(facts, &names.readings);
    }
}

/// The record's own names, read.
struct OwnNames<'a> {
    readings: Vec<Reading>,
    /// Texts that are not plain names: their words are compared one by one besides.
    unclear: Vec<&'a str>,
}

impl<'a> OwnNames<'a> {
    fn of(facts: &TaxonFacts<'a>) -> Self {
        let mut names = Self { readings: Vec::new(), unclear: Vec::new() };
        let mut texts: Vec<&str> = Vec::new();
        for text in facts.own_names() {
            if !text.trim().is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        if texts.is_empty() && facts.genus.trim().is_empty() {
            // The verbatim name is the only one there is.
            texts.push(facts.verbatim_identification);
        }
        for text in texts {
            names.read(text);
        }
        names.resolve_abbreviations(facts);
        // Genus and epithets say the same as the names as a rule; where they say less, they are
        // not the record's name but a part of it.
        let mut parts: Vec<Reading> = Vec::new();
        for text in std::iter::once(facts.species.to_owned()).chain(facts.names_of_parts()) {
            parts.extend(Reading::all_of(&text).into_iter().filter(Reading::has_name));
        }
        for part in &parts {
            let is_part = names.readings.iter().chain(&parts).any(|full| is_part_of(part, full));
            if !is_part && !names.readings.contains(part) {
                names.readings.push(part.clone());
            }
        }
        if is_doubtful(facts.identification_qualifier) {
            for reading in &mut names.readings {
                reading.doubt = reading.doubt.max(Doubt::Species);
            }
        }
        names
    }

    fn read(&mut self, text: &'a str) {
        for piece in text.split(['|', ';']) {
            let readings = Reading::all_of(piece);
            if readings.iter().any(|reading| !reading.is_plain) {
                self.unclear.push(piece);
            }
            let apart = Reading::unglued(piece).map(|text| Reading::of(&text));
            for reading in readings.into_iter().chain(apart) {
                if reading.has_name() && !self.readings.contains(&reading) {
                    self.readings.push(reading);
                }
            }
        }
    }

    /// `B. stellaris` is no riddle where another column spells the genus out.
    fn resolve_abbreviations(&mut self, facts: &TaxonFacts<'_>) {
        if !self.readings.iter().any(|reading| reading.is_abbreviated) {
            return;
        }
        let columns = [facts.genus, facts.generic_name, facts.species].map(Reading::of);
        let genera: Vec<String> = self
            .readings
            .iter()
            .chain(&columns)
            .filter(|reading| !reading.is_abbreviated && reading.has_name())
            .map(|reading| reading.genus.clone())
            .collect();
        for reading in self.readings.iter_mut().filter(|reading| reading.is_abbreviated) {
            if let Some(genus) = genera.iter().find(|genus| genus.starts_with(&reading.genus)) {
                reading.genus.clone_from(genus);
                reading.is_abbreviated = false;
            }
        }
    }
}

/// Whether a name says less than a fuller, undoubted one.
fn is_part_of(part: &Reading, full: &Reading) -> bool {
    let same_genus = part.genus == full.genus || full.subgenus.as_ref() == Some(&part.genus);
    let is_clear = full.doubt == Doubt::None && full.parents.is_empty() && !full.is_open();
    let has_less = match &part.species {
        None => part.phrase.is_empty(),
        Some(_) => part.species == full.species && part.below.is_empty() && !full.below.is_empty(),
    };
    same_genus && is_clear && has_less && part.parents.is_empty()
}

/// Whether an identificationQualifier expresses a doubt; an unknown one does.
fn is_doubtful(qualifier: &str) -> bool {
    let qualifier = qualifier.trim().to_ascii_lowercase();
    !matches!(
        qualifier.trim_end_matches('.'),
        "" | "certain"
            | "confirmed"
            | "n/a"
            | "na"
            | "no"
            | "none"
            | "s.s"
            | "s.str"
            | "sensu stricto"
            | "null"
    )
}

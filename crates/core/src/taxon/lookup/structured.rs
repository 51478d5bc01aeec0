//! Compares a reading of the record's name with the listed names, part by part.

use super::Search;
use crate::taxon::how::How;
use crate::taxon::index::{Entry, EntryId, TaxonIndex};
use crate::taxon::near::is_near;
use crate::taxon::reading::{Doubt, Epithet, Reading, pair_key};
use crate::taxon::word::stem;
use crate::taxon::{RuleTaxon, RuleTaxonId};

impl Search<'_, '_> {
    /// Searches by one reading of the record's own name.
    pub(super) fn reading(&mut self, reading: &Reading) {
        self.has_name = true;
        for entry in self.index.entries_of(self.index.by_key.get(&reading.key())) {
            let is_doubted = reading.doubt >= Doubt::Species && !reading.is_open();
            self.hit(entry.taxon, if is_doubted { How::Qualified } else { How::Exact });
        }
        if !reading.parents.is_empty() {
            self.hybrid(reading);
            return;
        }
        let mut is_found = self.compare(reading, &reading.genus);
        if let Some(subgenus) = &reading.subgenus {
            is_found |= self.compare(reading, subgenus);
        }
        let is_known = self.by_checklists(reading);
        if reading.is_abbreviated {
            self.abbreviated(reading);
        } else if !is_found && !is_known && reading.genus.len() <= LONGEST_BARE_ABBREVIATION {
            self.bare_abbreviation(reading);
        }
        if reading.starts_small {
            self.without_genus(&reading.genus);
        }
        if !is_found && !is_known {
            self.misspelt(reading);
        }
    }

    /// What any parent leads to is a hit of the hybrid.
    fn hybrid(&mut self, formula: &Reading) {
        for parent in &formula.parents {
            let mut search = Search {
                index: self.index,
                hits: rustc_hash::FxHashMap::default(),
                has_name: true,
            };
            search.reading(parent);
            for taxon in search.hits.into_keys() {
                self.hit(taxon, How::Hybrid);
            }
        }
        if formula.parents.len() < 2 {
            let taxa = self.taxa_of(self.index.by_genus.get(&formula.genus));
            self.hit_all(taxa, How::Hybrid);
        }
    }

    /// Compares with all listed names of a genus. Returns whether the name itself is a listed one, or
    /// belongs to one.
    fn compare(&mut self, reading: &Reading, genus: &str) -> bool {
        let index = self.index;
        let mut is_found = false;
        for entry in index.entries_of(index.whole.get(genus)) {
            let is_it = reading.is_open() && reading.phrase.is_empty();
            self.hit(entry.taxon, if is_it { How::Exact } else { How::Child });
            is_found = true;
        }
        let Some(species) = &reading.species else {
            return self.open(reading, genus) || is_found;
        };
        let pair = pair_key(genus, &species.stem);
        for entry in index.entries_of(index.by_pair.get(&pair)) {
            if let Some(how) = relation(reading, &entry.reading) {
                let is_doubted = reading.doubt >= Doubt::Species;
                self.hit(entry.taxon, if is_doubted { How::Qualified } else { how });
                is_found |= matches!(how, How::Exact | How::Child | How::Synonym);
            }
        }
        if reading.doubt >= Doubt::Species {
            let taxa = self.taxa_of(index.by_genus.get(genus));
            self.hit_all(taxa, How::Qualified);
        }
        if reading.is_cut && !is_found {
            for entry in index.entries_of(index.by_genus.get(genus)) {
                if is_begun(species, entry) {
                    self.hit(entry.taxon, How::Abbreviated);
                    is_found = true;
                }
            }
        }
        is_found
    }

    /// Compares a name that leaves the species open: it may be any of the genus, unless its phrase
    /// is a listed one.
    fn open(&mut self, reading: &Reading, genus: &str) -> bool {
        let index = self.index;
        let words = if reading.phrase.is_empty() { &reading.tail } else { &reading.phrase };
        let entries = || index.entries_of(index.by_genus.get(genus));
        let mut is_found = false;
        for entry in entries()
            .filter(|entry| entry.reading.is_open() && is_same_phrase(words, &entry.reading.phrase))
        {
            self.hit(entry.taxon, How::Exact);
            is_found = true;
        }
        if is_found {
            return true;
        }
        for entry in entries().filter(|entry| !is_whole(&entry.reading)) {
            self.hit(entry.taxon, How::Parent);
            is_found = true;
        }
        is_found
    }

    /// `B. stellaris`: any genus that begins so.
    fn abbreviated(&mut self, reading: &Reading) {
        let index = self.index;
        let from = index.genera.partition_point(|genus| genus.as_str() < reading.genus.as_str());
        let genera: Vec<&String> = index
            .genera
            .iter()
            .skip(from)
            .take_while(|genus| genus.starts_with(&reading.genus))
            .collect();
        let epithets = reading
            .species
            .as_ref()
            .map(|species| index.entries_like(&species.base, &species.stem));
        for genus in genera {
            for id in index.by_genus.get(genus).into_iter().flatten() {
                let Some(entry) = index.entry(*id) else { continue };
                let fits = epithets.as_ref().is_none_or(|entries| entries.contains(id))
                    || reading.is_cut && reading.species.iter().any(|it| is_begun(it, entry));
                if fits || is_whole(&entry.reading) {
                    self.hit(entry.taxon, How::Abbreviated);
                }
            }
        }
    }

    /// `Bot stellaris`: a short genus that nobody knows, before a listed epithet.
    fn bare_abbreviation(&mut self, reading: &Reading) {
        let index = self.index;
        let Some(species) = &reading.species else { return };
        for entry in index.entries_of(index.by_stem.get(&species.stem)) {
            if entry.reading.genus.starts_with(&reading.genus) {
                self.hit(entry.taxon, How::Abbreviated);
            }
        }
    }

    /// A text that begins with a small letter may have lost its genus: `stellaris capensis`.
    fn without_genus(&mut self, first: &str) {
        let entries = self.index.entries_like(first, &stem(first));
        for entry in entries.iter().filter_map(|id| self.index.entry(*id)) {
            self.hit(entry.taxon, How::Abbreviated);
        }
    }

    /// Genus and epithet both near a listed name.
    pub(super) fn misspelt(&mut self, reading: &Reading) {
        let index = self.index;
        let genera = index.near_genera.near(&reading.genus);
        let is_genus_listed = index.by_genus.contains_key(&reading.genus);
        if genera.is_empty() && !is_genus_listed {
            return;
        }
        for genus in &genera {
            for entry in index.entries_of(index.by_genus.get(*genus)) {
                let is_meant = if is_whole(&entry.reading) {
                    // Endings of families and orders make any two of them near.
                    !entry.is_above_genus && strsim::damerau_levenshtein(genus, &reading.genus) <= 1
                } else {
                    reading.is_open() || reading.doubt >= Doubt::Species
                };
                if is_meant {
                    self.hit(entry.taxon, How::Misspelling);
                }
            }
        }
        let Some(species) = &reading.species else { return };
        let own = is_genus_listed.then_some(reading.genus.as_str());
        for genus in genera.into_iter().chain(own) {
            for id in index.entries_like_in(genus, &species.base, &species.stem) {
                let Some(entry) = index.entry(id) else { continue };
                // Where the species is the same, the parts below it tell whether the taxon is.
                let is_same_species = entry
                    .reading
                    .species
                    .as_ref()
                    .is_some_and(|listed| listed.stem == species.stem);
                let is_other = is_same_species && relation(reading, &entry.reading).is_none();
                let is_compared =
                    genus == reading.genus && relation(reading, &entry.reading).is_some();
                if !is_other && !is_compared {
                    self.hit(entry.taxon, How::Misspelling);
                }
            }
        }
    }

    pub(super) fn taxa_of(&self, ids: Option<&Vec<EntryId>>) -> Vec<RuleTaxonId> {
        self.index.entries_of(ids).map(|entry| entry.taxon).collect()
    }
}

impl TaxonIndex<'_> {
    /// Listed taxa whose names are near-misspellings of another's, and of the same rank.
    pub fn near_listed(&self, taxa: &[RuleTaxon], name: &RuleTaxon) -> Vec<RuleTaxonId> {
        let mut search =
            Search { index: self, hits: rustc_hash::FxHashMap::default(), has_name: true };
        for reading in
            Reading::all_of(&name.scientific_name).iter().filter(|reading| !reading.is_open())
        {
            search.misspelt(reading);
        }
        let is_like = |taxon: &RuleTaxonId| {
            taxa.get(taxon.0 as usize).is_some_and(|taxon| {
                taxon.is_like(name) && !is_whole(&Reading::of(&taxon.scientific_name))
            })
        };
        let mut near: Vec<RuleTaxonId> = search.hits.into_keys().filter(is_like).collect();
        near.sort_unstable();
        near
    }

    pub(super) fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id as usize)
    }

    pub(super) fn entries_of<'s>(
        &'s self,
        ids: Option<&'s Vec<EntryId>>,
    ) -> impl Iterator<Item = &'s Entry> {
        ids.into_iter().flatten().filter_map(|id| self.entry(*id))
    }

    /// Those of [`TaxonIndex::entries_like`] that belong to a genus.
    fn entries_like_in(&self, genus: &str, base: &str, stem: &str) -> Vec<EntryId> {
        let Some(of_genus) = self.by_genus.get(genus) else { return Vec::new() };
        if of_genus.len() > FEW {
            let mut like = self.entries_like(base, stem);
            like.retain(|id| of_genus.binary_search(id).is_ok());
            return like;
        }
        let is_like = |epithet: &Epithet| {
            epithet.stem == stem || is_near(&epithet.base, base) || is_near(&epithet.stem, stem)
        };
        let mut like = of_genus.clone();
        like.retain(|id| {
            self.entry(*id).is_some_and(|entry| {
                let epithets = [entry.reading.species.as_ref(), entry.reading.below.last()];
                entry.reading.parents.is_empty() && epithets.into_iter().flatten().any(is_like)
            })
        });
        like
    }

    /// Entries whose epithet of the species, or lowest epithet, is this one or near it.
    pub(super) fn entries_like(&self, base: &str, stem: &str) -> Vec<EntryId> {
        let bases = self.near_epithets.near(base);
        let stems = self.near_stems.near(stem);
        let mut entries: Vec<EntryId> = Vec::new();
        for base in bases {
            entries.extend(self.by_base.get(base).into_iter().flatten());
        }
        for stem in stems.into_iter().chain([stem]) {
            entries.extend(self.by_stem.get(stem).into_iter().flatten());
        }
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// Whether the epithet of a listed name begins with what a record gives of it.
fn is_begun(cut: &Epithet, listed: &Entry) -> bool {
    let epithets = listed.reading.species.iter().chain(listed.reading.below.last());
    epithets.into_iter().any(|epithet| epithet.base.starts_with(&cut.base))
}

/// Whether a listed name is a genus or a higher taxon as a whole.
fn is_whole(listed: &Reading) -> bool {
    listed.is_open() && listed.phrase.is_empty() && listed.parents.is_empty()
}

/// How a name with a species relates to a listed name of the same genus; nothing where they are
/// known to be different taxa.
fn relation(name: &Reading, listed: &Reading) -> Option<How> {
    let (Some(species), Some(listed_species)) = (&name.species, &listed.species) else {
        return None;
    };
    if !listed.parents.is_empty() {
        return None;
    }
    if species.stem != listed_species.stem {
        let is_lowest = listed.below.last().is_some_and(|lowest| lowest.stem == species.stem);
        return is_lowest.then_some(How::Synonym);
    }
    if listed.below.is_empty() && listed.phrase.is_empty() {
        return Some(if name.below.is_empty() { How::Exact } else { How::Child });
    }
    let words = if name.phrase.is_empty() { &name.tail } else { &name.phrase };
    let has_phrase = is_same_phrase(words, &listed.phrase);
    let in_doubt = (name.doubt >= Doubt::BelowSpecies).then_some(How::Qualified);
    let Some(lowest) = name.below.last() else {
        return Some(if has_phrase && listed.below.is_empty() { How::Exact } else { How::Parent });
    };
    let Some(listed_lowest) = listed.below.last() else {
        return if has_phrase { Some(How::Exact) } else { in_doubt };
    };
    if lowest.stem == listed_lowest.stem {
        let is_it = listed.phrase.is_empty() || has_phrase;
        Some(in_doubt.unwrap_or(if is_it { How::Exact } else { How::Parent }))
    } else if listed.below.iter().any(|epithet| epithet.stem == lowest.stem) {
        Some(How::Parent)
    } else if name.below.iter().any(|epithet| epithet.stem == listed_lowest.stem) {
        Some(How::Child)
    } else if name.below.iter().any(|epithet| is_near(&epithet.base, &listed_lowest.base)) {
        Some(How::Misspelling)
    } else {
        in_doubt
    }
}

/// Whether two phrases are one, voucher or not: the shorter begins the longer.
fn is_same_phrase(a: &[String], b: &[String]) -> bool {
    !a.is_empty() && !b.is_empty() && a.iter().zip(b).all(|(a, b)| a == b)
}

/// So many entries are compared one by one sooner than looked up.
const FEW: usize = 40;
/// Letters of a genus that may be cut short without a full stop.
const LONGEST_BARE_ABBREVIATION: usize = 4;

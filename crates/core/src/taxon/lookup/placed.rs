//! Compares with listed taxa through checklists, higher taxa and identifiers.

use super::Search;
use crate::taxon::checklist::NodeId;
use crate::taxon::facts::TaxonFacts;
use crate::taxon::how::How;
use crate::taxon::index::{Placing, find_nodes};
use crate::taxon::rank::Rank;
use crate::taxon::reading::{Doubt, Reading};
use crate::taxon::word::base;

impl Search<'_, '_> {
    /// Searches for synonyms, parents and children of a name. Returns whether the given checklist
    /// knows the name, so that it is no misspelling of another.
    pub(super) fn by_checklists(&mut self, reading: &Reading) -> bool {
        let index = self.index;
        let mut is_known = false;
        for place in &index.places {
            let (nodes, is_whole) = find_nodes(&place.checklist, reading);
            if nodes.is_empty() {
                continue;
            }
            is_known |= is_whole && place.is_given;
            // A name that the checklist does not have is still of its genus.
            let how = if is_whole { How::Synonym } else { How::Child };
            self.at_nodes(place, &nodes, how);
            if is_whole || reading.is_open() {
                self.below_nodes(place, &nodes, How::Parent);
            }
            if reading.doubt >= Doubt::Species {
                let genus = Reading { genus: reading.genus.clone(), ..Reading::default() };
                let (nodes, _) = find_nodes(&place.checklist, &genus);
                self.below_nodes(place, &nodes, How::Qualified);
            }
        }
        is_known
    }

    fn at_nodes(&mut self, place: &Placing<'_>, nodes: &[NodeId], how: How) {
        let same = place.checklist.same(nodes);
        for node in &same {
            self.hit_all(place.at.get(node).into_iter().flatten().copied(), how);
        }
        for node in place.checklist.above(&same) {
            self.hit_all(place.at.get(&node).into_iter().flatten().copied(), How::Child);
        }
    }

    fn below_nodes(&mut self, place: &Placing<'_>, nodes: &[NodeId], how: How) {
        for node in place.checklist.same(nodes) {
            self.hit_all(place.below.get(&node).into_iter().flatten().copied(), how);
        }
    }

    /// Searches by identifiers of the given checklist, and by vernacular names that it knows where
    /// the record has no other.
    pub(super) fn identifiers(&mut self, facts: &TaxonFacts<'_>) {
        let index = self.index;
        for place in index.places.iter().filter(|place| place.is_given) {
            let mut nodes = place.checklist.identified(facts.taxon_id).to_vec();
            nodes.extend(place.checklist.identified(facts.accepted_name_usage_id));
            if !self.has_name && nodes.is_empty() {
                nodes.extend(place.checklist.called(facts.vernacular_name));
            }
            if !nodes.is_empty() {
                self.has_name = true;
                self.at_nodes(place, &nodes, How::Synonym);
                self.below_nodes(place, &nodes, How::Parent);
            }
        }
    }

    /// Searches by the higher taxa that the record states.
    pub(super) fn higher(&mut self, facts: &TaxonFacts<'_>) {
        let index = self.index;
        if index.whole.is_empty() && index.places.is_empty() {
            return;
        }
        for (_, name) in facts.higher() {
            self.higher_name(name);
        }
        for name in facts.higher_classification.split(['|', ';', ',', '>', ':', '/']) {
            self.higher_name(name);
        }
        self.higher_name(facts.parent_name_usage);
        self.higher_name(facts.subgenus);
    }

    fn higher_name(&mut self, name: &str) {
        if name.trim().is_empty() {
            return;
        }
        let index = self.index;
        let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let reading = match is_word {
            true => Reading { genus: base(name), ..Reading::default() },
            false => Reading::of(name),
        };
        for genus in std::iter::once(&reading.genus).chain(&reading.subgenus) {
            for entry in index.entries_of(index.whole.get(genus)) {
                self.hit(entry.taxon, How::Child);
            }
        }
        if let Some(pair) = reading.species.is_some().then(|| reading.key()) {
            for entry in index.entries_of(index.by_key.get(&pair)) {
                self.hit(entry.taxon, How::Child);
            }
        }
        for place in &index.places {
            let (nodes, is_whole) = find_nodes(&place.checklist, &reading);
            if is_whole {
                self.at_nodes(place, &nodes, How::Child);
            }
        }
    }

    /// A taxon above the genus may hold any record that does not say where it belongs.
    pub(super) fn unplaced(&mut self, facts: &TaxonFacts<'_>, readings: &[Reading]) {
        let index = self.index;
        if index.above_genus.is_empty() {
            return;
        }
        let is_classified =
            facts.higher_classification.split(['|', ';', ',', '>', ':', '/']).count() > 2;
        let known_ranks = self.known_ranks(facts, readings);
        for (taxon, rank, kingdom) in &index.above_genus {
            let is_elsewhere =
                kingdom.as_deref().is_some_and(|listed| differ(listed, facts.kingdom));
            let is_placed =
                is_classified || known_ranks.everything || known_ranks.ranks.contains(rank);
            if !is_elsewhere && !is_placed {
                self.hit(*taxon, How::Unplaced);
            }
        }
    }

    fn known_ranks(&self, facts: &TaxonFacts<'_>, readings: &[Reading]) -> KnownRanks {
        let stated = facts.higher().into_iter().filter(|(_, name)| !name.trim().is_empty());
        let mut ranks: Vec<Rank> = stated.map(|(rank, _)| rank).collect();
        let mut everything = false;
        for reading in readings {
            if reading.is_open() {
                ranks.extend(Rank::parse(facts.taxon_rank).filter(|rank| *rank < Rank::Genus));
                ranks.extend(reading.rank);
            }
            for place in &self.index.places {
                let (nodes, _) = find_nodes(&place.checklist, reading);
                let above = place.checklist.above(&place.checklist.same(&nodes));
                everything |= place.is_given && !above.is_empty();
                ranks.extend(above.into_iter().filter_map(|node| place.checklist.rank(node)));
            }
        }
        KnownRanks { ranks, everything }
    }
}

/// The ranks at which it is known where a record belongs.
struct KnownRanks {
    ranks: Vec<Rank>,
    everything: bool,
}

/// Whether two kingdoms are known to be different ones.
fn differ(a: &str, b: &str) -> bool {
    match (kingdom(a), kingdom(b)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}

fn kingdom(name: &str) -> Option<u8> {
    match base(name.trim()).as_str() {
        "animalia" | "animal" | "animals" | "metazoa" => Some(0),
        "plantae" | "plante" | "plant" | "plants" | "viridiplantae" | "viridiplante" => Some(1),
        "fungi" | "fungus" => Some(2),
        _ => None,
    }
}

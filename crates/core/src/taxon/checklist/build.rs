//! Puts a checklist together from the rows of a table.

use super::{Checklist, Node, NodeId};
use crate::taxon::rank::Rank;
use crate::taxon::reading::Reading;
use crate::taxon::word::folded_words;

/// One row of a checklist, by the Darwin Core terms of its columns; what is missing is empty.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "each field is the Darwin Core term of its name")]
pub struct ChecklistRow<'a> {
    pub taxon_id: &'a str,
    pub scientific_name: &'a str,
    pub taxon_rank: &'a str,
    pub accepted_name_usage_id: &'a str,
    pub accepted_name_usage: &'a str,
    pub parent_name_usage_id: &'a str,
    pub parent_name_usage: &'a str,
    pub kingdom: &'a str,
    pub phylum: &'a str,
    pub class: &'a str,
    pub order: &'a str,
    pub superfamily: &'a str,
    pub family: &'a str,
    pub subfamily: &'a str,
    pub tribe: &'a str,
    pub subtribe: &'a str,
    pub genus: &'a str,
    pub specific_epithet: &'a str,
    pub infraspecific_epithet: &'a str,
    pub vernacular_name: &'a str,
}

impl<'a> ChecklistRow<'a> {
    /// The higher taxa that it states, from the highest to the lowest.
    pub(in crate::taxon) fn higher(&self) -> [(Rank, &'a str); 10] {
        [
            (Rank::Kingdom, self.kingdom),
            (Rank::Phylum, self.phylum),
            (Rank::Class, self.class),
            (Rank::Order, self.order),
            (Rank::Superfamily, self.superfamily),
            (Rank::Family, self.family),
            (Rank::Subfamily, self.subfamily),
            (Rank::Tribe, self.tribe),
            (Rank::Subtribe, self.subtribe),
            (Rank::Genus, self.genus),
        ]
    }

    fn name(&self) -> String {
        let name = self.scientific_name.trim();
        if !name.is_empty() {
            return name.to_owned();
        }
        let parts = [self.genus, self.specific_epithet, self.infraspecific_epithet];
        let parts: Vec<&str> =
            parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// Gathers rows; links between them are made at the end, so that their order does not matter.
#[derive(Debug, Default)]
pub struct ChecklistBuilder {
    checklist: Checklist,
    links: Vec<Links>,
    vernaculars: Vec<(String, String)>,
}

/// What a row says of other rows.
#[derive(Debug, Default)]
struct Links {
    node: NodeId,
    keys: Vec<String>,
    accepted_id: String,
    accepted_name: String,
    parent_id: String,
    parent_name: String,
    higher: Vec<(Rank, String)>,
}

impl ChecklistBuilder {
    /// Adds a row. A row without any name is left out.
    pub fn add(&mut self, row: &ChecklistRow<'_>) {
        let name = row.name();
        let readings = Reading::all_of(&name);
        let Some(first) = readings.first().filter(|reading| reading.has_name()) else { return };
        let keys: Vec<String> = readings.iter().map(Reading::key).collect();
        let genus_of_name = first.genus.clone();
        let rank = Rank::parse(row.taxon_rank)
            .or_else(|| first.is_open().then(|| Rank::of_name(&name)).flatten());
        let node = self.push(&name, rank, true);
        for key in &keys {
            let named = self.checklist.by_name.entry(key.clone()).or_default();
            if !named.contains(&node) {
                named.push(node);
            }
        }
        let id = row.taxon_id.trim();
        if !id.is_empty() {
            self.checklist.by_id.entry(id.to_owned()).or_default().push(node);
        }
        if !row.vernacular_name.trim().is_empty() {
            self.call(node, row.vernacular_name);
        }
        let mut higher: Vec<(Rank, String)> = row
            .higher()
            .into_iter()
            .map(|(rank, name)| (rank, name.trim().to_owned()))
            .filter(|(_, name)| !name.is_empty())
            .collect();
        if !first.is_open() && row.genus.trim().is_empty() {
            higher.push((Rank::Genus, genus_of_name));
        }
        let accepted_id = row.accepted_name_usage_id.trim();
        self.links.push(Links {
            node,
            keys,
            accepted_id: if accepted_id == id { String::new() } else { accepted_id.to_owned() },
            accepted_name: row.accepted_name_usage.trim().to_owned(),
            parent_id: row.parent_name_usage_id.trim().to_owned(),
            parent_name: row.parent_name_usage.trim().to_owned(),
            higher,
        });
    }

    /// Adds a vernacular name of the taxon with an identifier.
    pub fn add_vernacular(&mut self, taxon_id: &str, name: &str) {
        self.vernaculars.push((taxon_id.trim().to_owned(), name.to_owned()));
    }

    /// Links the rows.
    pub fn finish(mut self) -> Checklist {
        for links in std::mem::take(&mut self.links) {
            self.link_accepted(&links);
            self.link_parents(&links);
        }
        for (id, name) in std::mem::take(&mut self.vernaculars) {
            for node in self.checklist.identified(&id).to_vec() {
                self.call(node, &name);
            }
        }
        self.checklist
    }

    fn push(&mut self, name: &str, rank: Option<Rank>, is_stated: bool) -> NodeId {
        let id = NodeId::try_from(self.checklist.nodes.len()).unwrap_or(NodeId::MAX);
        self.checklist.nodes.push(Node {
            name: name.to_owned(),
            rank,
            is_stated,
            ..Node::default()
        });
        id
    }

    /// The nodes of a name; one is made if there is none.
    fn named(&mut self, name: &str, rank: Option<Rank>) -> Vec<NodeId> {
        let reading = Reading::of(name);
        if !reading.has_name() {
            return Vec::new();
        }
        let key = reading.key();
        let known = self.checklist.named(&key).to_vec();
        if !known.is_empty() {
            return known;
        }
        let node = self.push(name, rank.or_else(|| Rank::of_name(name)), false);
        self.checklist.by_name.insert(key, vec![node]);
        vec![node]
    }

    fn call(&mut self, node: NodeId, vernacular: &str) {
        let key = folded_words(vernacular).join(" ");
        if !key.is_empty() {
            self.checklist.by_vernacular.entry(key).or_default().push(node);
        }
    }

    fn link_accepted(&mut self, links: &Links) {
        let mut accepted = self.checklist.identified(&links.accepted_id).to_vec();
        let accepted_name = Reading::of(&links.accepted_name);
        if accepted_name.has_name() && !links.keys.contains(&accepted_name.key()) {
            accepted.extend(self.named(&links.accepted_name, None));
        }
        accepted.retain(|node| *node != links.node);
        accepted.sort_unstable();
        accepted.dedup();
        if let Some(node) = self.checklist.nodes.get_mut(links.node as usize) {
            node.accepted = accepted;
        }
    }

    /// Parents by identifier, by name, by the columns of higher taxa, and the species of an
    /// infraspecific name: all of them, since each may be what the others lack.
    fn link_parents(&mut self, links: &Links) {
        let mut parents = self.checklist.identified(&links.parent_id).to_vec();
        if !links.parent_name.is_empty() {
            parents.extend(self.named(&links.parent_name, None));
        }
        let mut higher: Vec<NodeId> = Vec::new();
        for (rank, name) in &links.higher {
            let nodes = self.named(name, Some(*rank));
            if nodes.contains(&links.node) {
                break;
            }
            for node in &nodes {
                self.add_parents(*node, &higher);
                if let Some(node) = self.checklist.nodes.get_mut(*node as usize) {
                    node.rank = node.rank.or(Some(*rank));
                }
            }
            if !nodes.is_empty() {
                higher = nodes;
            }
        }
        parents.extend(higher);
        for key in &links.keys {
            let mut words: Vec<&str> = key.split(' ').collect();
            words.pop();
            while words.len() > 1 {
                parents.extend(self.checklist.named(&words.join(" ")));
                words.pop();
            }
        }
        self.add_parents(links.node, &parents);
    }

    fn add_parents(&mut self, node: NodeId, parents: &[NodeId]) {
        let Some(node_) = self.checklist.nodes.get_mut(node as usize) else { return };
        for parent in parents {
            if *parent != node && !node_.parents.contains(parent) {
                node_.parents.push(*parent);
            }
        }
    }
}

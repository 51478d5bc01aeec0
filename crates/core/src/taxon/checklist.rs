//! A checklist: which names mean the same taxon, and which taxa stand above it.

mod build;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use super::rank::Rank;
use super::reading::Reading;
use super::word::folded_words;
pub use build::{ChecklistBuilder, ChecklistRow};

/// Names of taxa with their synonyms and parents.
///
/// Where a name stands for several taxa (homonyms, synonyms of more than one), all of them count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checklist {
    nodes: Vec<Node>,
    by_name: FxHashMap<String, Vec<NodeId>>,
    by_id: FxHashMap<String, Vec<NodeId>>,
    by_vernacular: FxHashMap<String, Vec<NodeId>>,
}

/// A name in the checklist.
pub(super) type NodeId = u32;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    name: String,
    /// Rank from kingdom to genus, where one is stated or shows.
    rank: Option<Rank>,
    /// Names that are accepted instead of it; empty for an accepted one.
    accepted: Vec<NodeId>,
    parents: Vec<NodeId>,
    /// Whether a row of the checklist states it; other names are only mentioned by a row.
    is_stated: bool,
}

impl Checklist {
    /// Number of names.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has no names.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether it states a name; authorship and spelling variants do not matter.
    pub fn knows(&self, name: &str) -> bool {
        Reading::all_of(name).iter().any(|reading| {
            self.named(&reading.key())
                .iter()
                .any(|node| self.node(*node).is_some_and(|node| node.is_stated))
        })
    }

    /// The names that are accepted instead of a name; none for an accepted or an unknown one.
    pub fn accepted_names(&self, name: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Reading::all_of(name)
            .iter()
            .flat_map(|reading| self.named(&reading.key()))
            .filter_map(|node| self.node(*node))
            .flat_map(|node| &node.accepted)
            .filter_map(|node| self.node(*node))
            .map(|node| node.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The nodes that a key names.
    pub(super) fn named(&self, key: &str) -> &[NodeId] {
        self.by_name.get(key).map_or(&[], Vec::as_slice)
    }

    /// The nodes that an identifier names.
    pub(super) fn identified(&self, id: &str) -> &[NodeId] {
        self.by_id.get(id.trim()).map_or(&[], Vec::as_slice)
    }

    /// The nodes that a vernacular name stands for.
    pub(super) fn called(&self, vernacular: &str) -> &[NodeId] {
        let key = folded_words(vernacular).join(" ");
        self.by_vernacular.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The nodes themselves and whatever is accepted instead of them.
    pub(super) fn same(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        self.reach(nodes, |node| node.accepted.clone())
    }

    /// Everything above the nodes, by whatever name is accepted for it; without the nodes themselves
    /// unless one of them is above another.
    pub(super) fn above(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        let parents: Vec<NodeId> = nodes
            .iter()
            .filter_map(|node| self.node(*node))
            .flat_map(|node| node.parents.clone())
            .collect();
        self.reach(&parents, |node| node.parents.iter().chain(&node.accepted).copied().collect())
    }

    /// The rank of a node, from kingdom to genus.
    pub(super) fn rank(&self, node: NodeId) -> Option<Rank> {
        self.node(node)?.rank
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// All nodes that can be reached by steps from some; a loop in the checklist ends it.
    fn reach(&self, from: &[NodeId], step: impl Fn(&Node) -> Vec<NodeId>) -> Vec<NodeId> {
        let mut reached: Vec<NodeId> = Vec::new();
        let mut open = from.to_vec();
        while let Some(id) = open.pop() {
            if !reached.contains(&id) {
                reached.push(id);
                open.extend(self.node(id).map(&step).unwrap_or_default());
            }
        }
        reached
    }
}

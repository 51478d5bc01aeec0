//! The listed taxa, arranged so that a record's names find them fast.

use rustc_hash::FxHashMap;

use super::RuleTaxonId;
use super::checklist::{Checklist, ChecklistBuilder, ChecklistRow, NodeId};
use super::listed::RuleTaxon;
use super::near::NearIndex;
use super::rank::Rank;
use super::reading::{Reading, pair_key};
use super::word::{base, clean, folded_words};

/// Finds the listed taxa that a record may be about.
#[derive(Debug)]
pub struct TaxonIndex<'c> {
    pub(super) entries: Vec<Entry>,
    /// Number of listed taxa.
    pub(super) taxa: u32,
    /// Entries by genus, by subgenus, and by the genera of a formula's parents.
    pub(super) by_genus: FxHashMap<String, Vec<EntryId>>,
    /// Entries that are a genus or a higher taxon as a whole.
    pub(super) whole: FxHashMap<String, Vec<EntryId>>,
    /// Entries by genus and epithet of the species, and by genus and lowest epithet.
    pub(super) by_pair: FxHashMap<String, Vec<EntryId>>,
    /// Entries by the stem of the epithet of the species, and of the lowest epithet.
    pub(super) by_stem: FxHashMap<String, Vec<EntryId>>,
    /// Entries by the whole of their reading, and by all words of their text.
    pub(super) by_key: FxHashMap<String, Vec<EntryId>>,
    pub(super) by_text: FxHashMap<String, Vec<EntryId>>,
    /// All genera, in alphabetical order, for abbreviated ones.
    pub(super) genera: Vec<String>,
    pub(super) near_genera: NearIndex,
    pub(super) near_epithets: NearIndex,
    pub(super) near_stems: NearIndex,
    /// Entries by the epithet as it is folded, ending and all.
    pub(super) by_base: FxHashMap<String, Vec<EntryId>>,
    /// Vernacular names by their first word.
    pub(super) vernaculars: FxHashMap<String, Vec<(Vec<String>, RuleTaxonId)>>,
    /// Taxa above the genus, with their ranks and their kingdoms as the lists state them.
    pub(super) above_genus: Vec<(RuleTaxonId, Rank, Option<String>)>,
    /// Taxa without a scientific name that the given checklist knows by a vernacular name.
    called: Vec<(RuleTaxonId, Vec<NodeId>)>,
    /// Taxa without a name that can be compared: every record may be one.
    pub(super) nameless: Vec<RuleTaxonId>,
    /// Where the listed taxa stand in the given checklist, and in what the lists themselves say.
    pub(super) places: Vec<Placing<'c>>,
}

/// One way to read a listed name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) taxon: RuleTaxonId,
    pub(super) reading: Reading,
    /// Whether the taxon stands above the genus.
    pub(super) is_above_genus: bool,
}

/// Index of an entry.
pub(super) type EntryId = u32;

/// Where the listed taxa stand in a checklist.
#[derive(Debug)]
pub(super) struct Placing<'c> {
    pub(super) checklist: std::borrow::Cow<'c, Checklist>,
    /// Whether the checklist was given, so that the names it knows are no misspellings.
    pub(super) is_given: bool,
    /// Listed taxa at a node.
    pub(super) at: FxHashMap<NodeId, Vec<RuleTaxonId>>,
    /// Listed taxa below a node.
    pub(super) below: FxHashMap<NodeId, Vec<RuleTaxonId>>,
}

impl<'c> TaxonIndex<'c> {
    /// Arranges the listed taxa; a [`RuleTaxonId`] is a place in the slice.
    pub fn new(taxa: &[RuleTaxon], checklist: Option<&'c Checklist>) -> Self {
        let mut index = Self::empty();
        for (number, taxon) in (0_u32..).zip(taxa) {
            index.add(RuleTaxonId(number), taxon, checklist);
            index.taxa = number + 1;
        }
        index.settle();
        let own = checklist_of(taxa);
        let given = checklist.map(|given| (std::borrow::Cow::Borrowed(given), true));
        let own = (!own.is_empty()).then_some((std::borrow::Cow::Owned(own), false));
        for (checklist, is_given) in given.into_iter().chain(own) {
            let placing = index.placing(checklist, is_given);
            index.places.push(placing);
        }
        index
    }

    fn empty() -> Self {
        Self {
            entries: Vec::new(),
            taxa: 0,
            by_genus: FxHashMap::default(),
            whole: FxHashMap::default(),
            by_pair: FxHashMap::default(),
            by_stem: FxHashMap::default(),
            by_key: FxHashMap::default(),
            by_text: FxHashMap::default(),
            genera: Vec::new(),
            near_genera: NearIndex::default(),
            near_epithets: NearIndex::default(),
            near_stems: NearIndex::default(),
            by_base: FxHashMap::default(),
            vernaculars: FxHashMap::default(),
            above_genus: Vec::new(),
            called: Vec::new(),
            nameless: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Whether a text is, letter for letter but for case and spaces, a name of a list or of the
    /// given checklist: then it tells nothing that is not published there.
    pub fn knows_text(&self, text: &str) -> bool {
        let key = folded_words(text).join(" ");
        let is_listed = self.by_text.contains_key(&key);
        is_listed
            || self.places.iter().filter(|place| place.is_given).any(|place| {
                let readings = Reading::all_of(text);
                readings.iter().all(|reading| reading.tail.is_empty() && reading.phrase.is_empty())
                    && place.checklist.knows(text)
            })
    }

    fn add(&mut self, taxon: RuleTaxonId, listed: &RuleTaxon, checklist: Option<&Checklist>) {
        for words in listed.folded_vernaculars() {
            if let Some(first) = words.first() {
                self.vernaculars.entry(first.clone()).or_default().push((words, taxon));
            }
        }
        let mut readings = Reading::all_of(&listed.scientific_name);
        readings.retain(Reading::has_name);
        if readings.is_empty() {
            let names = listed.vernacular_names.iter();
            let nodes: Vec<NodeId> = checklist
                .map(|checklist| names.flat_map(|name| checklist.called(name)).copied().collect())
                .unwrap_or_default();
            if nodes.is_empty() {
                self.nameless.push(taxon);
            } else {
                self.called.push((taxon, nodes));
            }
            return;
        }
        let rank = listed.rank_above_genus();
        if let Some(rank) = rank {
            let kingdom = listed.higher.iter().find(|(rank, _)| *rank == Rank::Kingdom);
            self.above_genus.push((taxon, rank, kingdom.map(|(_, name)| name.clone())));
        }
        let text = folded_words(&listed.scientific_name).join(" ");
        for reading in readings {
            let Ok(entry) = EntryId::try_from(self.entries.len()) else { return };
            self.add_keys(entry, &reading);
            push(&mut self.by_text, text.clone(), entry);
            self.entries.push(Entry { taxon, reading, is_above_genus: rank.is_some() });
        }
    }

    fn add_keys(&mut self, entry: EntryId, reading: &Reading) {
        push(&mut self.by_key, reading.key(), entry);
        let genera = std::iter::once(&reading.genus)
            .chain(&reading.subgenus)
            .chain(reading.parents.iter().map(|parent| &parent.genus));
        for genus in genera {
            push(&mut self.by_genus, genus.clone(), entry);
            self.near_genera.add(genus);
        }
        if !reading.parents.is_empty() {
            return;
        }
        let Some(species) = &reading.species else {
            if reading.phrase.is_empty() {
                push(&mut self.whole, reading.genus.clone(), entry);
            }
            return;
        };
        for epithet in [Some(species), reading.below.last()].into_iter().flatten() {
            push(&mut self.by_base, epithet.base.clone(), entry);
            push(&mut self.by_stem, epithet.stem.clone(), entry);
            self.near_epithets.add(&epithet.base);
            self.near_stems.add(&epithet.stem);
            for genus in std::iter::once(&reading.genus).chain(&reading.subgenus) {
                push(&mut self.by_pair, pair_key(genus, &epithet.stem), entry);
            }
        }
    }

    fn settle(&mut self) {
        self.genera = self.by_genus.keys().cloned().collect();
        self.genera.sort_unstable();
        self.near_genera.settle();
        self.near_epithets.settle();
        self.near_stems.settle();
    }

    /// Finds where the listed taxa stand in a checklist; one that is not in it stands below its
    /// species or genus.
    fn placing(&self, checklist: std::borrow::Cow<'c, Checklist>, is_given: bool) -> Placing<'c> {
        let mut at: FxHashMap<NodeId, Vec<RuleTaxonId>> = FxHashMap::default();
        let mut below: FxHashMap<NodeId, Vec<RuleTaxonId>> = FxHashMap::default();
        let mut found: Vec<(RuleTaxonId, Vec<NodeId>, bool)> =
            Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let (nodes, is_whole) = find_nodes(&checklist, &entry.reading);
            found.push((entry.taxon, nodes, is_whole));
        }
        if is_given {
            found.extend(self.called.iter().map(|(taxon, nodes)| (*taxon, nodes.clone(), true)));
        }
        for (taxon, nodes, is_whole) in found {
            let nodes = checklist.same(&nodes);
            for node in &nodes {
                add_once(if is_whole { &mut at } else { &mut below }, *node, taxon);
            }
            for node in checklist.above(&nodes) {
                add_once(&mut below, node, taxon);
            }
        }
        Placing { checklist, is_given, at, below }
    }
}

/// The nodes of a reading's name, and whether it is the whole name; else those of its species or its
/// genus.
pub(super) fn find_nodes(checklist: &Checklist, reading: &Reading) -> (Vec<NodeId>, bool) {
    let nodes = checklist.named(&reading.key());
    if !nodes.is_empty() {
        return (nodes.to_vec(), true);
    }
    let mut shorter = Reading { genus: reading.genus.clone(), ..Reading::default() };
    if let Some(species) = &reading.species {
        shorter.species = Some(species.clone());
        let nodes = checklist.named(&shorter.key());
        if !nodes.is_empty() {
            return (nodes.to_vec(), false);
        }
        shorter.species = None;
    }
    (checklist.named(&shorter.key()).to_vec(), false)
}

/// What the lists themselves say of higher taxa.
fn checklist_of(taxa: &[RuleTaxon]) -> Checklist {
    let mut builder = ChecklistBuilder::default();
    for taxon in taxa.iter().filter(|taxon| !taxon.higher.is_empty()) {
        let mut row =
            ChecklistRow { scientific_name: &taxon.scientific_name, ..ChecklistRow::default() };
        let own = base(&clean(taxon.scientific_name.trim()));
        for (rank, name) in &taxon.higher {
            if base(&clean(name)) == own {
                break;
            }
            let field = match rank {
                Rank::Kingdom => &mut row.kingdom,
                Rank::Phylum => &mut row.phylum,
                Rank::Class => &mut row.class,
                Rank::Order => &mut row.order,
                Rank::Superfamily => &mut row.superfamily,
                Rank::Family => &mut row.family,
                Rank::Subfamily => &mut row.subfamily,
                Rank::Tribe => &mut row.tribe,
                Rank::Subtribe => &mut row.subtribe,
                Rank::Genus => &mut row.genus,
            };
            *field = name;
        }
        builder.add(&row);
    }
    builder.finish()
}

fn push(map: &mut FxHashMap<String, Vec<EntryId>>, key: String, entry: EntryId) {
    map.entry(key).or_default().push(entry);
}

fn add_once(map: &mut FxHashMap<NodeId, Vec<RuleTaxonId>>, node: NodeId, taxon: RuleTaxonId) {
    let taxa = map.entry(node).or_default();
    // Entries come in the order of their taxa.
    if taxa.last() != Some(&taxon) {
        taxa.push(taxon);
    }
}

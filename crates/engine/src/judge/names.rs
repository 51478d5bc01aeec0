//! Names that were looked up, each spelling once, and what became of them.

use std::sync::Arc;

use reedbed_core::taxon::{How, TaxonFacts, TaxonHits};
use rustc_hash::FxHashMap;

use super::Judge;
use crate::cells::Row;
use crate::hash::{Print, Prints};
use crate::plan::Plan;
use crate::summary::{MatchedName, NameCount};
use crate::taxa::TaxonCores;

/// Names that were looked up, with what came of it, by the bytes of all name columns.
#[derive(Debug, Default)]
pub(crate) struct NameCache {
    prints: Prints,
    /// Which of the names, by the print of all name columns.
    known: FxHashMap<Print, usize>,
    names: Vec<KnownName>,
    tally: NameTally,
}

#[derive(Debug)]
struct KnownName {
    hits: Arc<TaxonHits>,
    name: Box<str>,
    records: u64,
}

impl NameCache {
    pub(super) fn hits<'s>(
        &'s mut self,
        row: Row<'_>,
        plan: &Plan<'_>,
        taxon: Option<u64>,
        taxa: &TaxonCores,
        judge: &'s Judge<'_>,
    ) -> &'s TaxonHits {
        let spans = plan.facts.name_spans.iter().map(|span| row.span(*span));
        let core = taxon.filter(|_| !taxa.is_empty()).unwrap_or(0).to_le_bytes();
        let print = self.prints.of(spans.chain([core.as_slice()]));
        let at = match self.known.get(&print) {
            Some(at) => *at,
            None => {
                let at = self.look_up(row, plan, taxon, taxa, judge);
                self.known.insert(print, at);
                at
            }
        };
        match self.names.get_mut(at) {
            Some(known) => {
                known.records += 1;
                &known.hits
            }
            None => &judge.no_hits,
        }
    }

    /// Looks up a name that is not known yet; says where it is known from now on.
    fn look_up(
        &mut self,
        row: Row<'_>,
        plan: &Plan<'_>,
        taxon: Option<u64>,
        taxa: &TaxonCores,
        judge: &Judge<'_>,
    ) -> usize {
        let texts = Texts::of(row, plan);
        let core = taxon.and_then(|taxon| taxa.names(taxon));
        let index = &judge.index;
        let more = Texts::others(row, plan);
        let look_up = |texts: &Texts| {
            // A term with several columns has several names: each may be a listed one.
            let first = index.lookup(&texts.facts());
            more.iter().fold(first, |hits, texts| both(hits, index.lookup(&texts.facts())))
        };
        let look = || match core {
            // The checklist of the dataset says more of the name than the record does.
            Some(core) if texts.is_empty() => index.lookup(&core.facts()),
            Some(core) => both(look_up(&texts), index.lookup(&core.facts())),
            None => look_up(&texts),
        };
        // What the dataset's own checklist says: a synonym of a listed taxon, or a part of one.
        let look = || {
            let above = taxon.map(|taxon| taxa.above(taxon)).unwrap_or_default();
            above.into_iter().fold(look(), |hits, texts| {
                let mut by_link = index.lookup(&texts.facts());
                by_link.hits.retain(|(_, how)| {
                    matches!(how, How::Exact | How::Synonym | How::Child | How::Misspelling)
                });
                by_link.hits.iter_mut().for_each(|(_, how)| *how = How::Child);
                by_link.listed = !by_link.hits.is_empty();
                both(hits, by_link)
            })
        };
        let mut key = Vec::new();
        for span in &plan.facts.name_spans {
            key.extend_from_slice(row.span(*span));
            key.push(0);
        }
        if let Some(taxon) = taxon.filter(|_| !taxa.is_empty()) {
            key.extend_from_slice(&taxon.to_le_bytes());
        }
        let key = key.as_slice();
        let hits = judge.known.of(key, || key.into(), || Arc::new(look()));
        let name = if texts.is_empty() { core.map_or("", Texts::name) } else { texts.name() };
        if self.names.len() >= MOST_KNOWN {
            self.known.clear();
            self.tally.take(std::mem::take(&mut self.names));
        }
        let at = self.names.len();
        self.names.push(KnownName { hits, name: name.into(), records: 0 });
        at
    }

    /// The names with their numbers of records.
    pub(crate) fn into_tally(mut self) -> NameTally {
        self.tally.take(self.names);
        self.tally
    }
}

/// What either of two sets of names leads to.
pub(super) fn both(mut one: TaxonHits, other: TaxonHits) -> TaxonHits {
    for (taxon, how) in other.hits {
        if !one.hits.iter().any(|(known, _)| *known == taxon) {
            one.hits.push((taxon, how));
        }
    }
    one.listed |= other.listed;
    one
}

/// The name columns of a row, in the order of [`TaxonFacts::TERMS`].
#[derive(Debug, Clone)]
pub(crate) struct Texts(Vec<Box<str>>);

impl Texts {
    /// Reads the name columns.
    pub(crate) fn of(row: Row<'_>, plan: &Plan<'_>) -> Self {
        Self(plan.facts.names.iter().map(|source| row.text(source).trim().into()).collect())
    }

    /// The name columns once more for each further column or default that a term has.
    fn others(row: Row<'_>, plan: &Plan<'_>) -> Vec<Self> {
        let mut others = Vec::new();
        for (at, source) in plan.facts.names.iter().enumerate() {
            for value in row.further(source) {
                let mut texts = Self::of(row, plan);
                if let Some(text) = texts.0.get_mut(at) {
                    *text = value.trim().into();
                    others.push(texts);
                }
            }
        }
        others
    }

    /// The columns as the matching of names wants them.
    pub(crate) fn facts(&self) -> TaxonFacts<'_> {
        let mut facts = TaxonFacts::default();
        for (term, text) in TaxonFacts::TERMS.iter().zip(&self.0) {
            facts.set(term, text);
        }
        facts
    }

    /// Whether they say nothing that names an organism.
    fn is_empty(&self) -> bool {
        let says_nothing = |term: &str| {
            matches!(term, "taxonID" | "acceptedNameUsageID" | "taxonRank" | "typeStatus")
        };
        TaxonFacts::TERMS
            .iter()
            .zip(&self.0)
            .all(|(term, text)| text.is_empty() || says_nothing(term))
    }

    /// The name to show: the scientific name, else what comes nearest.
    fn name(&self) -> &str {
        self.0.iter().map(AsRef::as_ref).find(|text: &&str| !text.is_empty()).unwrap_or("")
    }
}

/// Names with their numbers of records.
#[derive(Debug, Default)]
pub(crate) struct NameTally {
    unlisted: FxHashMap<Box<str>, u64>,
    matched: FxHashMap<(Box<str>, How), u64>,
    /// Records whose names are not counted because there are too many.
    uncounted: u64,
}

impl NameTally {
    fn take(&mut self, names: Vec<KnownName>) {
        for known in names {
            self.count(&known);
        }
    }

    fn count(&mut self, known: &KnownName) {
        let Some(how) = known.hits.hits.iter().map(|(_, how)| *how).find(|how| *how != How::Exact)
        else {
            if known.hits.hits.is_empty() && !known.name.is_empty() {
                add(&mut self.unlisted, known.name.clone(), known.records, &mut self.uncounted);
            }
            return;
        };
        if !known.hits.hits.iter().any(|(_, how)| *how == How::Exact) {
            add(&mut self.matched, (known.name.clone(), how), known.records, &mut self.uncounted);
        }
    }

    /// Adds what another worker counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, records) in other.unlisted {
            add(&mut self.unlisted, name, records, &mut self.uncounted);
        }
        for (key, records) in other.matched {
            add(&mut self.matched, key, records, &mut self.uncounted);
        }
        self.uncounted += other.uncounted;
    }

    /// The most frequent unlisted names, and how many there are.
    pub(crate) fn unlisted(&self, most: usize) -> (Vec<NameCount>, usize) {
        let mut names: Vec<NameCount> = self
            .unlisted
            .iter()
            .map(|(name, records)| NameCount { name: name.to_string(), records: *records })
            .collect();
        names.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.name.cmp(&b.name)));
        let total = names.len();
        names.truncate(most);
        (names, total)
    }

    /// Names that were matched in another way than letter by letter.
    pub(crate) fn matched(&self, most: usize) -> (Vec<MatchedName>, usize) {
        let mut names: Vec<MatchedName> = self
            .matched
            .iter()
            .map(|((name, how), records)| MatchedName {
                name: name.to_string(),
                how: how.sentence().to_owned(),
                records: *records,
            })
            .collect();
        names.sort_by(|a, b| {
            b.records.cmp(&a.records).then_with(|| (&a.name, &a.how).cmp(&(&b.name, &b.how)))
        });
        let total = names.len();
        names.truncate(most);
        (names, total)
    }
}

fn add<K: std::hash::Hash + Eq>(
    counts: &mut FxHashMap<K, u64>,
    key: K,
    records: u64,
    uncounted: &mut u64,
) {
    if let Some(count) = counts.get_mut(&key) {
        *count += records;
    } else if counts.len() < MOST_KNOWN {
        counts.insert(key, records);
    } else {
        *uncounted += records;
    }
}

/// Different spellings that are kept at once; more are looked up anew.
const MOST_KNOWN: usize = 200_000;

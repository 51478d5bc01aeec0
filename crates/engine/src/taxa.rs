//! Checklists inside a dataset: the names that rows of its extensions are about.

use reedbed_core::taxon::TaxonFacts;
use reedbed_formats::row::Fields;
use reedbed_formats::table::RowKind;
use rustc_hash::FxHashMap;

use crate::cells::{Row, Source};
use crate::hash::hash_of;
use crate::judge::{Judge, Texts};
use crate::plan::Plan;
use crate::share::ShareError;

/// The taxa of a dataset, by hash of their identifiers.
///
/// Memory: the name columns of every taxon, some hundred bytes each.
#[derive(Debug, Default)]
pub(crate) struct TaxonCores {
    names: FxHashMap<u64, Taxon>,
    /// Names in identifications, by hash of the identifier of the record.
    identified: FxHashMap<u64, Vec<Texts>>,
}

/// A taxon of a checklist in the dataset.
#[derive(Debug)]
struct Taxon {
    names: Texts,
    /// The accepted taxon and the one that it belongs to.
    links: [Option<u64>; 2],
}

impl TaxonCores {
    /// Reads the checklists among the tables.
    pub(crate) fn read(plans: &[Plan<'_>]) -> Result<Self, ShareError> {
        let mut taxa = Self::default();
        let kinds = [RowKind::Taxon, RowKind::Identification];
        for plan in plans.iter().filter(|plan| kinds.contains(&plan.table.kind)) {
            let is_identification = plan.table.kind == RowKind::Identification;
            let accepted = Source::of(plan.table, "acceptedNameUsageID");
            let parent = Source::of(plan.table, "parentNameUsageID");
            let shape = plan.table.shape();
            let mut fields = Fields::default();
            let mut chunks = plan.table.read()?;
            while let Some(chunk) = chunks.next_chunk()? {
                let mut rows = chunk.rows(&shape);
                while let Some(read) = rows.next_into(&mut fields) {
                    if read.fault.is_some() {
                        continue;
                    }
                    let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                    if is_identification {
                        let id = row.text(&plan.links.record);
                        if !id.trim_ascii().is_empty() {
                            let texts = Texts::of(row, plan);
                            taxa.identified.entry(hash_of(id.as_bytes())).or_default().push(texts);
                        }
                        continue;
                    }
                    let id = row.text(&plan.links.own);
                    if !id.trim_ascii().is_empty() {
                        let link = |source: &Source| {
                            let text = row.text(source);
                            (!text.trim_ascii().is_empty()).then(|| hash_of(text.as_bytes()))
                        };
                        let taxon = Taxon {
                            names: Texts::of(row, plan),
                            links: [link(&accepted), link(&parent)],
                        };
                        taxa.names.entry(hash_of(id.as_bytes())).or_insert(taxon);
                    }
                }
            }
        }
        Ok(taxa)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a taxon is known.
    pub(crate) fn has(&self, id: u64) -> bool {
        self.names.contains_key(&id)
    }

    /// The names of a taxon.
    pub(crate) fn names(&self, id: u64) -> Option<&Texts> {
        self.names.get(&id).map(|taxon| &taxon.names)
    }

    /// The names of the taxa that a taxon is a synonym of or belongs to, by the dataset's checklist.
    pub(crate) fn above(&self, id: u64) -> Vec<&Texts> {
        let mut found = Vec::new();
        let mut seen = vec![id];
        let mut next: Vec<u64> =
            self.names.get(&id).into_iter().flat_map(|t| t.links).flatten().collect();
        while let Some(id) = next.pop() {
            if seen.contains(&id) || seen.len() > MOST_ABOVE {
                continue;
            }
            seen.push(id);
            if let Some(taxon) = self.names.get(&id) {
                found.push(&taxon.names);
                next.extend(taxon.links.into_iter().flatten());
            }
        }
        found
    }

    /// The names that identifications give a record.
    pub(crate) fn identified_of(&self, row: Row<'_>, plan: &Plan<'_>) -> &[Texts] {
        if self.identified.is_empty() {
            return &[];
        }
        let record = hash_of(row.text(&plan.links.own).as_bytes());
        self.identified.get(&record).map_or(&[], Vec::as_slice)
    }

    /// Whether any rule lists a taxon.
    pub(crate) fn is_listed(&self, id: u64, judge: &Judge<'_>) -> bool {
        self.names.get(&id).is_some_and(|taxon| {
            let facts: TaxonFacts<'_> = taxon.names.facts();
            !judge.lookup(&facts).hits.is_empty()
        })
    }
}

/// Deeper than any classification.
const MOST_ABOVE: usize = 64;

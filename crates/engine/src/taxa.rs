//! Checklists inside a dataset: the names that rows of its extensions are about.

use reedbed_core::taxon::TaxonFacts;
use reedbed_formats::row::Fields;
use reedbed_formats::table::RowKind;
use rustc_hash::FxHashMap;

use crate::cells::Row;
use crate::frequency::hash_of;
use crate::judge::{Judge, Texts};
use crate::plan::Plan;
use crate::share::ShareError;

/// The taxa of a dataset, by hash of their identifiers.
///
/// Memory: the name columns of every taxon, some hundred bytes each.
#[derive(Debug, Default)]
pub(crate) struct TaxonCores {
    names: FxHashMap<u64, Texts>,
}

impl TaxonCores {
    /// Reads the checklists among the tables.
    pub(crate) fn read(plans: &[Plan<'_>]) -> Result<Self, ShareError> {
        let mut taxa = Self::default();
        for plan in plans.iter().filter(|plan| plan.table.kind == RowKind::Taxon) {
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
                    let id = row.text(&plan.links.own);
                    if !id.trim_ascii().is_empty() {
                        let texts = Texts::of(row, plan);
                        taxa.names.entry(hash_of(id.as_bytes())).or_insert(texts);
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
        self.names.get(&id)
    }

    /// Whether any rule lists a taxon.
    pub(crate) fn is_listed(&self, id: u64, judge: &Judge<'_>) -> bool {
        self.names.get(&id).is_some_and(|names| {
            let facts: TaxonFacts<'_> = names.facts();
            !judge.lookup(&facts).hits.is_empty()
        })
    }
}

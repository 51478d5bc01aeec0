//! The cells in which things of one kind are told, for the map.

use std::collections::BTreeMap;

use reedbed_core::category::Category;
use reedbed_core::grid::Region;
use reedbed_core::place::Nano;

use crate::summary::CellSummary;

/// Cells by their edges: south, west, north, east.
#[derive(Debug, Default)]
pub(super) struct MapCells(BTreeMap<[i64; 4], CellSummary>);

impl MapCells {
    /// Counts something that is told in a region.
    pub(super) fn count(&mut self, kind: &'static str, region: &Region, category: Category) {
        let edges = [region.south(), region.west(), region.north(), region.east()];
        let cell = self.0.entry(edges.map(|edge| edge.0)).or_insert_with(|| CellSummary {
            bounds: edges.map(Nano::degrees),
            category,
            records: 0,
            kind,
        });
        cell.category = cell.category.max(category);
        cell.records += 1;
    }

    pub(super) fn all(self) -> Vec<CellSummary> {
        self.0.into_values().collect()
    }
}

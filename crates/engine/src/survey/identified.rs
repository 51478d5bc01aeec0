//! What the registry is told: records by their identifiers.

use rustc_hash::FxHashSet;

use super::{Survey, TableSurvey};
use crate::plan::{Plan, Role};

impl Survey {
    /// Hashes of the identifiers of records that no rule protects.
    pub(crate) fn clear_ids(&self) -> Vec<u64> {
        let of = |table: &TableSurvey| {
            let protected: FxHashSet<u64> =
                table.protected.iter().filter_map(|held| held.own).collect();
            let is_clear = move |id: &u64| !protected.contains(id);
            table.ids.iter().copied().filter(is_clear).collect::<Vec<u64>>()
        };
        self.tables.iter().flat_map(of).collect()
    }

    /// Hashes of the identifiers of protected records, but for those that were told.
    pub(crate) fn protected_but(&self, told: impl Iterator<Item = u64>) -> Vec<u64> {
        let told: FxHashSet<u64> = told.collect();
        let held = self.tables.iter().flat_map(|table| &table.protected);
        held.filter_map(|held| held.own).filter(|id| !told.contains(id)).collect()
    }

    /// How many protected records and events bear no identifier.
    pub(crate) fn nameless(&self, plans: &[Plan<'_>]) -> u64 {
        let tables = plans.iter().zip(&self.tables).filter(|(plan, _)| plan.role != Role::Taxa);
        let held = tables.flat_map(|(_, table)| &table.protected);
        held.filter(|held| held.own.is_none()).count() as u64
    }
}

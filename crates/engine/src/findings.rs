//! What the report tells: counts by rule and category, uncertainties, cells, coverage.

use std::collections::BTreeMap;

use reedbed_core::category::Category;
use reedbed_core::grid::Region;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::place::{Stated, ToldPlace};
use crate::tally::Coverage;
use crate::utility::Utility;
use crate::verdict::{Closing, Verdict};

/// Gathered while the copy is written.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What is published.
    pub(crate) coverage: Coverage,
    /// Records that leave as held.
    pub(crate) clear: u64,
    /// By category.
    pub(crate) categories: BTreeMap<Category, CategoryFindings>,
    /// By index of the rule.
    pub(crate) rules: FxHashMap<usize, RuleFindings>,
    /// Published regions with the number of records: (south, west, north, east) in degrees by text.
    pub(crate) cells: FxHashMap<[i64; 4], CellFindings>,
    /// Records whose cells are not counted because there are too many.
    pub(crate) uncounted_cells: u64,
    /// What the records keep.
    pub(crate) utility: Utility,
    /// What was done because siblings would have given records away.
    pub(crate) closings: Closings,
    /// What is told of protected records, for the registry: identifier, region, first and last day.
    pub(crate) told: Vec<(u64, Region, (u32, u32))>,
}

/// Records that are told more carefully than the rules ask, because siblings would have given them
/// away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closings {
    /// In a wider region.
    pub wider_place: u64,
    /// In a longer period.
    pub longer_period: u64,
    /// Without what they state of their event.
    pub without_context: u64,
    /// Not at all.
    pub withheld: u64,
}

impl Closings {
    fn count(&mut self, closing: Closing) {
        self.wider_place += u64::from(closing.has_wider_place);
        self.longer_period += u64::from(closing.has_longer_period);
        self.without_context += u64::from(closing.without_context);
        self.withheld += u64::from(closing.is_withheld);
    }

    fn merge(&mut self, other: Self) {
        self.wider_place += other.wider_place;
        self.longer_period += other.longer_period;
        self.without_context += other.without_context;
        self.withheld += other.withheld;
    }
}

/// Records of one category.
#[derive(Debug, Default, Clone)]
pub(crate) struct CategoryFindings {
    /// Protected by a rule.
    pub(crate) by_rule: u64,
    /// Protected for what they share.
    pub(crate) shared: u64,
    /// Withheld.
    pub(crate) withheld: u64,
    /// Withheld, though no rule met them.
    pub(crate) withheld_shared: u64,
    /// Withheld for what they share, whether a rule met them or not.
    pub(crate) withheld_pulled: u64,
    /// Uncertainty before: metres, rounded up to the ladder, and how many.
    pub(crate) before_m: BTreeMap<u64, u64>,
    /// Without a stated uncertainty before.
    pub(crate) before_unknown: u64,
    /// Uncertainty after: metres and how many.
    pub(crate) after_m: BTreeMap<u64, u64>,
}

/// Records of one rule.
#[derive(Debug, Default, Clone)]
pub(crate) struct RuleFindings {
    /// Records that leave generalised.
    pub(crate) generalised: u64,
    /// Records that do not leave.
    pub(crate) withheld: u64,
    /// Other records that it made stricter, because they share something with one that it met.
    pub(crate) pulled_along: u64,
}

/// A published cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellFindings {
    /// The strictest category told there.
    pub(crate) category: Category,
    /// Records told there.
    pub(crate) records: u64,
}

impl Findings {
    /// Counts a record that leaves as held.
    pub(crate) fn clear_record(&mut self) {
        self.clear += 1;
    }

    /// Counts a record that does not leave.
    pub(crate) fn withheld_record(&mut self, verdict: &Verdict) {
        self.closings.count(verdict.closing);
        let category = self.categories.entry(verdict.decision.category).or_default();
        category.withheld += 1;
        category.withheld_shared += u64::from(verdict.is_shared());
        category.withheld_pulled += u64::from(verdict.pulled_by().is_some());
        for rule in &verdict.rules {
            self.rules.entry(*rule).or_default().withheld += 1;
        }
        self.pulled(verdict);
    }

    /// Counts a record that leaves generalised.
    pub(crate) fn protected_record(
        &mut self,
        verdict: &Verdict,
        stated: Option<Stated>,
        shown: &ToldPlace,
    ) {
        self.closings.count(verdict.closing);
        let category = self.categories.entry(verdict.decision.category).or_default();
        if verdict.is_shared() {
            category.shared += 1;
        } else {
            category.by_rule += 1;
        }
        if let (Some(stated), Some(after)) = (stated, shown.uncertainty_m()) {
            match stated.uncertainty_m {
                Some(before) => *category.before_m.entry(rung(before)).or_default() += 1,
                None => category.before_unknown += 1,
            }
            *category.after_m.entry(rung(after)).or_default() += 1;
        }
        for rule in &verdict.rules {
            self.rules.entry(*rule).or_default().generalised += 1;
        }
        self.pulled(verdict);
        let Some(region) = shown.region() else { return };
        let key = [region.south().0, region.west().0, region.north().0, region.east().0];
        if let Some(cell) = self.cells.get_mut(&key) {
            cell.records += 1;
            cell.category = cell.category.max(verdict.decision.category);
        } else if self.cells.len() < MOST_CELLS {
            self.cells
                .insert(key, CellFindings { category: verdict.decision.category, records: 1 });
        } else {
            self.uncounted_cells += 1;
        }
    }

    fn pulled(&mut self, verdict: &Verdict) {
        if let Some(rule) = verdict.pulled_by() {
            self.rules.entry(rule).or_default().pulled_along += 1;
        }
    }

    /// Adds what another worker gathered.
    pub(crate) fn merge(&mut self, other: Self) {
        self.coverage.merge(other.coverage);
        self.clear += other.clear;
        self.utility.merge(&other.utility);
        self.closings.merge(other.closings);
        self.told.extend(other.told);
        for (category, found) in other.categories {
            let own = self.categories.entry(category).or_default();
            own.by_rule += found.by_rule;
            own.shared += found.shared;
            own.withheld += found.withheld;
            own.withheld_shared += found.withheld_shared;
            own.withheld_pulled += found.withheld_pulled;
            own.before_unknown += found.before_unknown;
            for (metres, count) in found.before_m {
                *own.before_m.entry(metres).or_default() += count;
            }
            for (metres, count) in found.after_m {
                *own.after_m.entry(metres).or_default() += count;
            }
        }
        for (rule, found) in other.rules {
            let own = self.rules.entry(rule).or_default();
            own.generalised += found.generalised;
            own.withheld += found.withheld;
            own.pulled_along += found.pulled_along;
        }
        for (key, cell) in other.cells {
            let own = self.cells.entry(key).or_insert(CellFindings { records: 0, ..cell });
            own.records += cell.records;
            own.category = own.category.max(cell.category);
        }
        self.uncounted_cells += other.uncounted_cells;
    }
}

/// An uncertainty on the ladder, as a whole number of metres.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rung is 10 m to 100 000 km"
)]
fn rung(metres: f64) -> u64 {
    reedbed_core::uncertainty::ladder_m(metres).ceil() as u64
}

/// The median and the 95th percentile of counted values.
pub(crate) fn percentiles(counted: &BTreeMap<u64, u64>) -> Option<(u64, u64)> {
    let total: u64 = counted.values().sum();
    let at = |share: u64| {
        let wanted = (total * share).div_ceil(100).max(1);
        let mut seen = 0;
        counted.iter().find_map(|(value, count)| {
            seen += count;
            (seen >= wanted).then_some(*value)
        })
    };
    Some((at(50)?, at(95)?))
}

const MOST_CELLS: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occur() {
        let counted = BTreeMap::from([(10, 50), (100, 45), (1000, 5)]);
        assert_eq!(percentiles(&counted), Some((10, 100)));
        assert_eq!(percentiles(&BTreeMap::from([(7, 1)])), Some((7, 7)));
        assert_eq!(percentiles(&BTreeMap::new()), None);
    }
}

//! What a record keeps, for the account of what protection costs.

use reedbed_core::category::Category;
use reedbed_core::decide::PlaceTold;
use reedbed_core::grid::Lattice;
use reedbed_core::period::Precision;
use reedbed_formats::patch::Patch;

use super::{ChunkWritten, TableWriter};
use crate::cells::{Row, Source};
use crate::facts::RowFacts;
use crate::plan::{self, Plan, Role};
use crate::survey::is_within_month;
use crate::utility::{RecordKept, Utility};
use crate::verdict::Verdict;

impl TableWriter<'_> {
    /// Whether the rows of the table are what is counted.
    fn is_counted(&self) -> bool {
        let counted =
            if plan::counts_events(self.copy.plans) { Role::Events } else { Role::Records };
        self.plan.role == counted
    }

    /// A record of which everything stays.
    fn same(&self) -> RecordKept {
        let has = |term: &str| Source::of(self.plan.table, term).exists().then_some(true);
        RecordKept {
            columns: self.plan.table.columns.len() as u64,
            changed: 0,
            is_protected: false,
            event: has("eventID"),
            date: Some(true),
            recorder: self.names_recorders().then_some(true),
            count: None,
        }
    }

    /// Whether any table of the dataset names recorders.
    fn names_recorders(&self) -> bool {
        let named = |plan: &Plan<'_>| plan.table.column("recordedBy").is_some();
        self.copy.plans.iter().any(named)
    }

    /// Counts records that leave as they are; of those that no rule met is known how many counted for
    /// a cell and month, and `lost` of them no longer do.
    pub(super) fn keep_same(&self, same: u64, lost: u64, utility: &mut Utility) {
        if !self.is_counted() {
            return;
        }
        utility.add_same(same, &self.same());
        utility.counts.held += self.table.countable;
        utility.counts.kept += self.table.countable.saturating_sub(lost);
    }

    /// Counts a record that no protection touches.
    pub(super) fn keep_clear(&self, row: Row<'_>, patches: &[Patch], written: &mut ChunkWritten) {
        if !self.is_counted() {
            return;
        }
        // A default that is written out says what was meant before.
        let changed = patches.iter().filter(|patch| !row.raw(patch.column).is_empty()).count();
        if changed == 0 {
            written.same += 1;
        } else {
            written.utility.record(&RecordKept { changed: changed as u64, ..self.same() });
        }
    }

    /// Counts a protected record that leaves with these changes; nothing for one that does not leave.
    pub(super) fn keep_protected(
        &self,
        facts: &RowFacts,
        verdict: &Verdict,
        patches: Option<&[Patch]>,
        written: &mut ChunkWritten,
    ) {
        if !self.is_counted() {
            return;
        }
        let events = &self.copy.survey.events;
        let same = self.same();
        let columns = same.columns;
        let changed = patches.map_or(columns, |patches| patches.len() as u64);
        let is_same = |term: &str| {
            let source = Source::of(self.plan.table, term);
            patches.is_some_and(|patches| {
                !source.columns().iter().any(|column| patches.iter().any(|p| p.column == *column))
            })
        };
        let is_told = patches.is_some();
        let period = facts.period.or_else(|| events.period(facts.event));
        let told = verdict.decision.period;
        let keeps_date = match (period, told) {
            (Some(_), Some(Precision::None)) => false,
            (Some(period), Some(precision)) => period.generalise(precision) == period,
            _ => true,
        };
        let has_place = facts.place.or_else(|| events.place(facts.event)).is_some();
        let was_counted = has_place && period.is_some_and(is_within_month);
        let keeps_month = told.is_none_or(|precision| precision <= Precision::Month);
        let counts = is_told && keeps_month && is_within_cell(verdict.decision.place);
        let own_recorder = Source::of(self.plan.table, "recordedBy").exists();
        let keeps_recorder = if own_recorder {
            is_same("recordedBy")
        } else {
            verdict.decision.category <= Category::Low
        };
        written.utility.record(&RecordKept {
            columns,
            changed,
            is_protected: !verdict.is_shared(),
            event: same.event.map(|_| is_told && is_same("eventID")),
            date: Some(is_told && keeps_date),
            recorder: same.recorder.map(|_| is_told && keeps_recorder),
            count: (was_counted && !verdict.is_shared()).then_some(counts),
        });
        written.lost += u64::from(was_counted && verdict.is_shared() && !counts);
    }
}

/// Whether a place that is told so lies in one cell of 0.1°.
fn is_within_cell(told: PlaceTold) -> bool {
    let cell = Lattice::of(Category::High).map_or(0.0, Lattice::height_m);
    told.width_m() <= cell
}

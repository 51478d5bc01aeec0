//! What protection costs: how much of the records that came in is in the copy as it was.

use serde::Serialize;

/// Of so many, so many are as they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// How many there were.
    pub held: u64,
    /// How many are in the copy as they were.
    pub kept: u64,
}

impl Kept {
    /// Counts one more.
    fn count(&mut self, is_kept: bool) {
        self.held += 1;
        self.kept += u64::from(is_kept);
    }

    /// Counts more of them.
    fn add(&mut self, other: Self) {
        self.held += other.held;
        self.kept += other.kept;
    }

    /// The share that is kept; nothing where there were none.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³")]
    pub fn share(self) -> Option<f64> {
        (self.held > 0).then(|| self.kept as f64 / self.held as f64)
    }
}

/// What is left of the records that came in. Rows that could not be used do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Utility {
    /// Records of which every cell is as it was.
    pub records: Kept,
    /// Records that no rule met, of which every cell is as it was.
    pub unprotected: Kept,
    /// Cells: rows times columns.
    pub cells: Kept,
    /// Cells of records that no rule met.
    pub unprotected_cells: Kept,
    /// Records that still name the event that they named.
    pub events: Kept,
    /// Records that still tell the date that they told.
    pub dates: Kept,
    /// Records that still name the recorder that they named.
    pub recorders: Kept,
    /// Records that still count for their species, cell of 0.1° and month; those count that could
    /// be counted before.
    pub counts: Kept,
}

/// What one record keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordKept {
    /// Its columns.
    pub(crate) columns: u64,
    /// Those that were changed.
    pub(crate) changed: u64,
    /// Whether a rule met it.
    pub(crate) is_protected: bool,
    /// Whether it names the same event; nothing where no column does.
    pub(crate) event: Option<bool>,
    /// Whether it tells the same date.
    pub(crate) date: Option<bool>,
    /// Whether it names the same recorder.
    pub(crate) recorder: Option<bool>,
    /// Whether it counts for its species, cell and month; nothing for one that never did.
    pub(crate) count: Option<bool>,
}

impl Utility {
    /// Counts a record.
    pub(crate) fn record(&mut self, record: &RecordKept) {
        let is_same = record.changed == 0;
        let cells =
            Kept { held: record.columns, kept: record.columns.saturating_sub(record.changed) };
        self.records.count(is_same);
        self.cells.add(cells);
        if !record.is_protected {
            self.unprotected.count(is_same);
            self.unprotected_cells.add(cells);
        }
        let all = [
            (&mut self.events, record.event),
            (&mut self.dates, record.date),
            (&mut self.recorders, record.recorder),
            (&mut self.counts, record.count),
        ];
        for (kept, is_kept) in all {
            if let Some(is_kept) = is_kept {
                kept.count(is_kept);
            }
        }
    }

    /// Adds what another part counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.records.add(other.records);
        self.unprotected.add(other.unprotected);
        self.cells.add(other.cells);
        self.unprotected_cells.add(other.unprotected_cells);
        self.events.add(other.events);
        self.dates.add(other.dates);
        self.recorders.add(other.recorders);
        self.counts.add(other.counts);
    }

    /// Adds records that are as they were, told by what they have columns for.
    pub(crate) fn add_same(&mut self, rows: u64, record: &RecordKept) {
        let mut one = Self::default();
        one.record(record);
        for (own, one) in [
            (&mut self.records, one.records),
            (&mut self.unprotected, one.unprotected),
            (&mut self.cells, one.cells),
            (&mut self.unprotected_cells, one.unprotected_cells),
            (&mut self.events, one.events),
            (&mut self.dates, one.dates),
            (&mut self.recorders, one.recorders),
            (&mut self.counts, one.counts),
        ] {
            own.add(Kept { held: one.held * rows, kept: one.kept * rows });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_counted_once_and_by_what_it_was() {
        let mut utility = Utility::default();
        let same = RecordKept {
            columns: 10,
            changed: 0,
            is_protected: false,
            event: Some(true),
            date: Some(true),
            recorder: None,
            count: None,
        };
        utility.add_same(3, &same);
        utility.record(&RecordKept {
            changed: 4,
            is_protected: true,
            event: Some(false),
            count: Some(false),
            ..same
        });
        assert_eq!(utility.records, Kept { held: 4, kept: 3 });
        assert_eq!(utility.unprotected, Kept { held: 3, kept: 3 });
        assert_eq!(utility.cells, Kept { held: 40, kept: 36 });
        assert_eq!(utility.unprotected_cells, Kept { held: 30, kept: 30 });
        assert_eq!(utility.events, Kept { held: 4, kept: 3 });
        assert_eq!(utility.recorders.share(), None);
        assert_eq!(utility.counts, Kept { held: 1, kept: 0 });
    }
}

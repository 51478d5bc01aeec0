//! Goes over the rows of a dataset as a recipient sees them; rows of records know what the events
//! around them say.

use reedbed_core::period::Day;
use reedbed_formats::cells::Row;
use reedbed_formats::dataset::{Dataset, Form};
use reedbed_formats::error::FormatError;
use reedbed_formats::row::Fields;
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::seen::{Seen, SeenPlace};

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At {
    pub(crate) table: usize,
    pub(crate) row: u64,
    pub(crate) file: usize,
    pub(crate) line: u64,
}

/// What an event says that its records inherit.
#[derive(Debug, Clone, Default)]
struct EventSeen {
    place: Option<SeenPlace>,
    days: Option<(Day, Day)>,
    recorder: Option<u64>,
    parent: Option<u64>,
    keys: Vec<(crate::ways::Key, usize)>,
    says_so: bool,
}

/// A dataset, ready to be gone over.
///
/// Memory: some hundred bytes for each event; records are never held.
#[derive(Debug)]
pub(crate) struct Reading<'d> {
    pub(crate) columns: Vec<Columns<'d>>,
    events: FxHashMap<u64, EventSeen>,
}

impl<'d> Reading<'d> {
    /// Opens a dataset and reads its events.
    pub(crate) fn of(dataset: &'d Dataset) -> Result<Self, FormatError> {
        let is_archive = matches!(dataset.form, Form::Archive(_));
        let columns = dataset.tables.iter().map(|table| Columns::of(table, is_archive)).collect();
        let mut reading = Self { columns, events: FxHashMap::default() };
        let mut events = FxHashMap::default();
        for (table, columns) in reading.columns.iter().enumerate() {
            if columns.is_events() {
                each_row(columns, table, |_, row, folded| {
                    let seen = Seen::read(row, columns, folded);
                    if let Some(id) = seen.event {
                        events.entry(id).or_insert(EventSeen {
                            place: seen.place,
                            days: seen.days,
                            recorder: seen.recorder,
                            parent: seen.parent_event,
                            keys: seen.keys,
                            says_so: seen.says_so,
                        });
                    }
                })?;
            }
        }
        reading.events = events;
        Ok(reading)
    }

    /// Goes over all rows of events and records.
    pub(crate) fn each(
        &self,
        mut visit: impl FnMut(At, Row<'_>, &Columns<'d>, &Seen),
    ) -> Result<(), FormatError> {
        for (table, columns) in self.columns.iter().enumerate() {
            if columns.is_events() || columns.is_records() {
                each_row(columns, table, |at, row, folded| {
                    let mut seen = Seen::read(row, columns, folded);
                    self.inherit(&mut seen, columns);
                    visit(at, row, columns, &seen);
                })?;
            }
        }
        Ok(())
    }

    /// Gives a row what the events around it say and it does not.
    fn inherit(&self, seen: &mut Seen, columns: &Columns<'_>) {
        let mut next = if columns.is_events() { seen.parent_event } else { seen.event };
        let mut depth = 0;
        while let Some(event) = next.and_then(|id| self.events.get(&id)).filter(|_| depth < 8) {
            depth += 1;
            seen.place = seen.place.or(event.place);
            seen.days = seen.days.or(event.days);
            seen.recorder = seen.recorder.or(event.recorder);
            seen.parent_event = seen.parent_event.or(event.parent);
            seen.says_so |= event.says_so && depth == 1;
            // The columns of an event's keys are those of another table, and are not told.
            seen.keys.extend(event.keys.iter().map(|(key, _)| (*key, usize::MAX)));
            next = event.parent;
        }
    }
}

/// Goes over the usable rows of one table.
fn each_row(
    columns: &Columns<'_>,
    table: usize,
    mut visit: impl FnMut(At, Row<'_>, &mut String),
) -> Result<(), FormatError> {
    let shape = columns.table.shape();
    let mut fields = Fields::default();
    let mut folded = String::new();
    let mut chunks = columns.table.read()?;
    while let Some(chunk) = chunks.next_chunk()? {
        let mut rows = chunk.rows(&shape);
        while let Some(read) = rows.next_into(&mut fields) {
            if read.fault.is_some() {
                continue;
            }
            let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
            let at = At { table, row: read.row, file: chunk.file, line: read.line };
            visit(at, row, &mut folded);
        }
    }
    Ok(())
}

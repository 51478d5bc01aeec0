//! Goes over the rows of a dataset as a recipient sees them; rows of records know what the events
//! around them say.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use reedbed_core::period::Day;
use reedbed_formats::cells::Row;
use reedbed_formats::chunk::Chunk;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use reedbed_formats::pipeline;
use reedbed_formats::row::Fields;
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::seen::{Seen, SeenPlace};
use crate::ways::Key;

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
    keys: Vec<(Key, u32)>,
    states: Option<Arc<[(u32, u32)]>>,
    says_so: bool,
}

/// What tells parts of a dataset apart; see `part` of a table.
pub(crate) type Part<'d> = (&'static str, Option<&'d Path>);

/// A dataset, ready to be gone over.
///
/// Memory: some hundred bytes for each event; records are never held.
#[derive(Debug)]
pub(crate) struct Reading<'d> {
    pub(crate) columns: Vec<Columns<'d>>,
    events: FxHashMap<u64, EventSeen>,
    /// The one part that is read; all where nothing is said.
    only: Option<Part<'d>>,
}

impl<'d> Reading<'d> {
    /// Opens a dataset and reads its events.
    pub(crate) fn of(dataset: &'d Dataset) -> Result<Self, FormatError> {
        Self::of_part(dataset, None)
    }

    /// The same with nothing but one part.
    pub(crate) fn of_part(
        dataset: &'d Dataset,
        only: Option<Part<'d>>,
    ) -> Result<Self, FormatError> {
        let columns = dataset.tables.iter().map(Columns::of).collect();
        let mut reading = Self { columns, events: FxHashMap::default(), only };
        let mut events = FxHashMap::default();
        for (table, columns) in reading.read() {
            if columns.is_events() {
                each_row(columns, table, |_, row, folded| {
                    let seen = Seen::read(row, columns, folded);
                    let states = seen.states(row, columns);
                    if let Some(id) = seen.event {
                        events.entry(id).or_insert(EventSeen {
                            place: seen.place,
                            days: seen.days,
                            recorder: seen.recorder,
                            parent: seen.parent_event,
                            keys: seen.keys,
                            states: (!states.is_empty()).then(|| states.into()),
                            says_so: seen.says_so,
                        });
                    }
                })?;
            }
        }
        reading.events = events;
        Ok(reading)
    }

    /// The tables that are read, with their numbers in the dataset.
    fn read(&self) -> impl Iterator<Item = (usize, &Columns<'d>)> {
        let is_read =
            |columns: &Columns<'_>| self.only.is_none_or(|only| columns.table.part() == only);
        self.columns.iter().enumerate().filter(move |(_, columns)| is_read(columns))
    }

    /// Goes over all rows of events and records, several at a time; each worker has a state of its own.
    pub(crate) fn gather<S: Send>(
        &self,
        workers: usize,
        start: impl Fn() -> S + Sync,
        visit: impl Fn(&mut S, At, Row<'_>, &Columns<'d>, &Seen) + Sync,
    ) -> Result<Vec<S>, FormatError> {
        let mut states: Vec<S> = Vec::new();
        for (table, columns) in self.read() {
            if !columns.is_events() && !columns.is_records() {
                continue;
            }
            let shape = columns.table.shape();
            // A worker goes on with the state that one left at the table before.
            let left = Mutex::new(std::mem::take(&mut states));
            let begin = || {
                let state = left.lock().unwrap_or_else(PoisonError::into_inner).pop();
                (state.unwrap_or_else(&start), Fields::default(), String::new())
            };
            let work = |(state, fields, folded): &mut (S, Fields, String), chunk: Chunk| {
                let mut rows = chunk.rows(&shape);
                while let Some(read) = rows.next_into(fields) {
                    if read.fault.is_some() {
                        continue;
                    }
                    let row = Row { bytes: read.bytes, fields, dialect: shape.dialect };
                    let at = At { table, row: read.row, file: chunk.file, line: read.line };
                    let mut seen = Seen::read(row, columns, folded);
                    self.inherit(&mut seen, columns);
                    visit(state, at, row, columns, &seen);
                }
            };
            let take = |()| Ok::<(), FormatError>(());
            let done = pipeline::run(columns.table.read()?, workers, begin, work, take)?;
            states = left.into_inner().unwrap_or_else(PoisonError::into_inner);
            states.extend(done.into_iter().map(|(state, _, _)| state));
        }
        Ok(states)
    }

    /// Goes over all rows of events and records, one after the other.
    pub(crate) fn each(
        &self,
        mut visit: impl FnMut(At, Row<'_>, &Columns<'d>, &Seen),
    ) -> Result<(), FormatError> {
        for (table, columns) in self.read() {
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

    /// About how many rows it has.
    pub(crate) fn rows_about(&self) -> u64 {
        let bytes = self.read().filter_map(|(_, columns)| columns.table.byte_len());
        bytes.sum::<u64>() / BYTES_OF_ROW
    }

    /// The heading of a column, by its print.
    pub(crate) fn heading(&self, print: u32) -> Option<&str> {
        let named = self.columns.iter().flat_map(|columns| {
            let ways = columns.ways.iter().map(|(_, _, named)| named);
            let numbered = columns.numbered.iter().map(|(_, named)| named);
            ways.chain(numbered).chain(columns.context.iter().map(|(_, named)| named))
        });
        let mut found = named.filter(|named| named.print == print);
        found.next().map(|named| named.heading.as_str())
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
            seen.keys.extend(&event.keys);
            if seen.event_states.is_none() {
                seen.event_states.clone_from(&event.states);
            }
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

/// A row of a small table has about so many bytes.
const BYTES_OF_ROW: u64 = 250;

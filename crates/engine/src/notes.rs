//! What the first reading notes of each record, so that the second need not read those again that
//! leave as they are.
//!
//! A record passes unread if nothing that it shares is tied, and if its place, its period and its
//! group widen nothing that the metadata of the copy say. The notes are shortened: they may send a
//! record to a closer look that it does not need, never past one that it needs.
//!
//! Memory: about 14 bytes a record, for at most [`MOST_NOTED`] records of a table; those behind are
//! read again.

use std::sync::{Mutex, PoisonError};

use reedbed_core::period::Period;
use reedbed_core::place::Point;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cells::Row;
use crate::facts::RowFacts;
use crate::plan::Plan;
use crate::tally::Extent;
use crate::ties::{Had, half};

/// The notes of a table, chunk by chunk.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    chunks: Vec<ChunkNotes>,
    noted: usize,
}

/// The notes of one chunk, row by row.
#[derive(Debug, Default)]
pub(crate) struct ChunkNotes {
    first_row: u64,
    /// How many keys each row has.
    width: usize,
    /// Halves of keys; nought for none.
    keys: Vec<u32>,
    /// The number of the row's group, or [`LOOK`].
    groups: Vec<u16>,
    /// What is published of each [`BLOCK`] rows, should they all leave as they are.
    blocks: Vec<Extent>,
}

impl Notes {
    /// Adds the notes of the next chunk, as long as there is room.
    pub(crate) fn push(&mut self, chunk: Option<ChunkNotes>) {
        let Some(chunk) = chunk else { return };
        if self.noted + chunk.groups.len() <= MOST_NOTED {
            self.noted += chunk.groups.len();
            self.chunks.push(chunk);
        }
    }

    /// The notes of the chunk that begins with a row and has so many.
    pub(crate) fn of_chunk(&self, first_row: u64, rows: u64) -> Option<&ChunkNotes> {
        let at = self.chunks.binary_search_by_key(&first_row, |chunk| chunk.first_row).ok()?;
        self.chunks.get(at).filter(|chunk| chunk.groups.len() as u64 == rows)
    }
}

impl ChunkNotes {
    /// Begins the notes of a chunk.
    pub(crate) fn new(plan: &Plan<'_>, first_row: u64, rows: u64) -> Self {
        let rows = usize::try_from(rows).unwrap_or(0);
        // Its identifier, its event, its point or its spelling, and what else it shares; rows with
        // more are looked at.
        let width = usize::from(plan.links.own.exists())
            + usize::from(plan.links.event.exists())
            + 1
            + plan.facts.shared.len();
        Self {
            first_row,
            width,
            keys: Vec::with_capacity(rows * width),
            groups: Vec::with_capacity(rows),
            blocks: Vec::with_capacity(rows / BLOCK + 1),
        }
    }

    /// Notes a record that no rule protects.
    pub(crate) fn clear(&mut self, own: Option<u64>, facts: &RowFacts, group: u16) {
        let point = facts.place.map(|place| Had::point(place.point).key);
        let had = facts.shared.iter().map(|had| Some(had.key));
        let all = [own, facts.event, point].into_iter().chain(had).flatten();
        let is_simple = facts.other_places.is_empty()
            && facts.points.is_empty()
            && all.clone().count() <= self.width;
        let keys = self.begin_row(if is_simple { group } else { LOOK });
        for (slot, key) in keys.iter_mut().zip(all) {
            *slot = half(key);
        }
        if let Some(block) = self.blocks.last_mut() {
            if let Some(place) = facts.place {
                block.point(place.point);
            }
            if let Some([south, north, west, east]) = facts.outline_edges {
                block.widen(south, north, west, east);
            }
            if let Some(period) = facts.period {
                block.period(period);
            }
        }
    }

    /// Notes a row that wants a closer look in any case.
    pub(crate) fn look(&mut self) {
        self.begin_row(LOOK);
    }

    fn begin_row(&mut self, group: u16) -> &mut [u32] {
        if self.groups.len().is_multiple_of(BLOCK) {
            self.blocks.push(Extent::default());
        }
        self.groups.push(group);
        let start = self.keys.len();
        self.keys.resize(start + self.width, 0);
        self.keys.get_mut(start..).unwrap_or_default()
    }

    /// What a block of rows would publish.
    pub(crate) fn block(&self, row: usize) -> Option<&Extent> {
        self.blocks.get(row / BLOCK)
    }

    /// The group of a row that shares nothing with the given keys; nothing for a row that wants a
    /// closer look.
    pub(crate) fn group_of_untied(&self, row: usize, tied: &FxHashSet<u32>) -> Option<u16> {
        let group = *self.groups.get(row).filter(|group| **group != LOOK)?;
        let keys = self.keys.get(row * self.width..(row + 1) * self.width)?;
        let is_tied = keys.iter().any(|key| *key != 0 && tied.contains(key));
        (!is_tied).then_some(group)
    }
}

/// Numbers for the groups of a table.
#[derive(Debug, Default)]
pub(crate) struct GroupNumbers {
    numbers: Mutex<FxHashMap<Box<[u8]>, u16>>,
}

/// One worker's memory of the numbers.
#[derive(Debug, Default)]
pub(crate) struct GroupMemory {
    last: Vec<u8>,
    last_number: Option<u16>,
    known: FxHashMap<Box<[u8]>, u16>,
    key: Vec<u8>,
}

impl GroupMemory {
    /// The number of a row's group: of its highest rank that has a name.
    pub(crate) fn number(&mut self, row: Row<'_>, plan: &Plan<'_>, all: &GroupNumbers) -> u16 {
        self.key.clear();
        for (rank, source) in (0_u8..).zip(&plan.facts.groups) {
            let name = row.text(source);
            if !name.is_empty() {
                self.key.extend_from_slice(name.as_bytes());
                self.key.push(rank);
                break;
            }
        }
        if let Some(number) = self.last_number.filter(|_| self.last == self.key) {
            return number;
        }
        let number = match self.known.get(self.key.as_slice()) {
            Some(number) => *number,
            None => {
                let number = all.number(&self.key);
                self.known.insert(self.key.as_slice().into(), number);
                number
            }
        };
        std::mem::swap(&mut self.last, &mut self.key);
        self.last_number = Some(number);
        number
    }
}

impl GroupNumbers {
    fn number(&self, key: &[u8]) -> u16 {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(key) {
            return *number;
        }
        let number = u16::try_from(numbers.len()).unwrap_or(LOOK);
        if number != LOOK {
            numbers.insert(key.into(), number);
        }
        number
    }
}

impl Extent {
    /// Counts a place.
    fn point(&mut self, point: Point) {
        self.widen(point.lat(), point.lat(), point.lon(), point.lon());
    }

    /// Counts a period.
    fn period(&mut self, period: Period) {
        self.lengthen(period.start(), period.end());
    }
}

/// More records of a table are not noted.
pub(crate) const MOST_NOTED: usize = 16_000_000;
/// Rows whose extent is noted together.
pub(crate) const BLOCK: usize = 64;
/// In the place of a group: the row wants a closer look.
const LOOK: u16 = u16::MAX;

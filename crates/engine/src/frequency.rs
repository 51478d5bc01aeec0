//! Values that many records share: what may leave with a protected record because it tells nothing
//! of it.

use reedbed_core::term::Action;
use reedbed_formats::table::Table;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::hash::hash_of;

/// Values of each column that are common.
#[derive(Debug, Default)]
pub(crate) struct CommonValues {
    columns: FxHashMap<usize, FxHashSet<u64>>,
    /// By column, what all rows have in it, as written in the file.
    only: FxHashMap<usize, Vec<u8>>,
    /// Columns in which no row has anything.
    blank: FxHashSet<usize>,
}

impl CommonValues {
    /// What all rows of the table have in a column; nothing where they differ.
    pub(crate) fn only(&self, column: usize) -> Option<&str> {
        std::str::from_utf8(self.only.get(&column)?).ok()
    }

    /// Whether no row of the table has anything in a column.
    pub(crate) fn is_blank(&self, column: usize) -> bool {
        self.blank.contains(&column)
    }

    /// Whether a value, as written in the file, is common in its column.
    pub(crate) fn is_common(&self, column: usize, raw: &[u8]) -> bool {
        self.columns.get(&column).is_some_and(|values| values.contains(&hash_of(raw)))
    }
}

/// Counts values of a part of a table; parts are merged.
///
/// A value is common if unprotected records of at least three different sites have it, or if every
/// record of the table has it and not all are protected.
///
/// Memory: at most [`MOST_VALUES`] values per column are counted, those with the smallest hashes, so
/// that the outcome depends on the rows and not on which worker met them when; others are not
/// common, which withholds more.
#[derive(Debug, Clone)]
pub(crate) struct CommonCounter {
    columns: Vec<ColumnCounter>,
    /// Columns in which no row had anything so far.
    blank: Vec<usize>,
}

#[derive(Debug, Clone)]
struct ColumnCounter {
    index: usize,
    values: FxHashMap<u64, Sites>,
    /// Values from this hash on have no room.
    end: u64,
    only: Only,
    /// The first value that was counted, as written.
    first: Vec<u8>,
    /// Values that need no more counting, by their last bits: most columns repeat themselves.
    settled: [u64; SETTLED],
}

#[derive(Debug, Clone, Copy, Default)]
struct Sites {
    first: [u64; WANTED],
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    Nothing,
    One(u64, u64),
    Many,
}

impl CommonCounter {
    /// Counts the columns of a table that need it.
    pub(crate) fn of(table: &Table) -> Self {
        let needs = |index: &usize| {
            table.columns.get(*index).and_then(|column| column.term).is_some_and(|term| {
                term.actions.iter().any(|a| matches!(a, Action::IfCommon | Action::Statement))
            })
        };
        let all = 0..table.columns.len();
        Self {
            columns: all.clone().filter(needs).map(ColumnCounter::new).collect(),
            blank: all.collect(),
        }
    }

    /// Counts one row; `site` tells places apart, and is nothing for a protected record.
    pub(crate) fn count<'r>(&mut self, raw: impl Fn(usize) -> &'r [u8], site: Option<u64>) {
        self.blank.retain(|column| raw(*column).trim_ascii().is_empty());
        for column in &mut self.columns {
            let value = raw(column.index);
            if column.only == Only::Nothing {
                column.first = value.to_vec();
            }
            column.count(hash_of(value), site);
        }
    }

    /// Adds what another part of the table counted.
    pub(crate) fn merge(&mut self, other: Self) {
        self.blank.retain(|column| other.blank.contains(column));
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            if own.only == Only::Nothing {
                own.first = other.first;
            }
            own.only = match (own.only, other.only) {
                (Only::Nothing, only) | (only, Only::Nothing) => only,
                (Only::One(a, n), Only::One(b, m)) if a == b => Only::One(a, n + m),
                _ => Only::Many,
            };
            own.shrink(other.end);
            for (value, sites) in other.values {
                for site in sites.first.into_iter().take(sites.count) {
                    own.add(value, site);
                }
            }
        }
    }

    /// The values that turned out to be common.
    pub(crate) fn finish(self) -> CommonValues {
        let only = self
            .columns
            .iter()
            .filter(|column| matches!(column.only, Only::One(..)))
            .map(|column| (column.index, column.first.clone()))
            .collect();
        let columns = self.columns.into_iter().map(|mut column| {
            // However many there were room for on the way, so many count.
            if column.values.len() > MOST_VALUES {
                column.make_room();
            }
            let is_met = |value: &u64| column.values.contains_key(value);
            // Records that are all protected share what may be one place's alone.
            let only = match column.only {
                Only::One(value, rows) if rows >= 2 => Some(value).filter(is_met),
                _ => None,
            };
            let often = column.values.iter().filter(|(_, sites)| sites.count >= WANTED);
            let values = often.map(|(value, _)| *value).chain(only).collect();
            (column.index, values)
        });
        CommonValues { columns: columns.collect(), only, blank: self.blank.into_iter().collect() }
    }
}

impl ColumnCounter {
    fn new(index: usize) -> Self {
        Self {
            index,
            values: FxHashMap::default(),
            end: u64::MAX,
            only: Only::Nothing,
            first: Vec::new(),
            settled: [0; SETTLED],
        }
    }

    #[inline]
    fn count(&mut self, value: u64, site: Option<u64>) {
        self.only = match self.only {
            Only::Nothing => Only::One(value, 1),
            Only::One(only, rows) if only == value => Only::One(only, rows + 1),
            _ => Only::Many,
        };
        let Some(site) = site else { return };
        if self.settled.get(slot(value)) != Some(&value) {
            self.add(value, site);
        }
    }

    /// Notes that a site has a value.
    fn add(&mut self, value: u64, site: u64) {
        let mut is_settled = value >= self.end;
        if !is_settled {
            let sites = self.values.entry(value).or_default();
            if sites.count < WANTED
                && !sites.first.iter().take(sites.count).any(|s| *s == site)
                && let Some(slot) = sites.first.get_mut(sites.count)
            {
                *slot = site;
                sites.count += 1;
            }
            is_settled = sites.count >= WANTED;
        }
        if is_settled && let Some(settled) = self.settled.get_mut(slot(value)) {
            *settled = value;
        }
        if self.values.len() >= 2 * MOST_VALUES {
            self.make_room();
        }
    }

    /// Keeps the values with the smallest hashes.
    fn make_room(&mut self) {
        let mut hashes: Vec<u64> = self.values.keys().copied().collect();
        let (_, end, _) = hashes.select_nth_unstable(MOST_VALUES);
        let end = *end;
        self.shrink(end);
    }

    fn shrink(&mut self, end: u64) {
        if end < self.end {
            self.end = end;
            self.values.retain(|value, _| *value < end);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the last bits are what is wanted")]
fn slot(value: u64) -> usize {
    value as usize % SETTLED
}

const WANTED: usize = 3;
const MOST_VALUES: usize = 8192;
const SETTLED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(rows: &[(u64, u64)], workers: usize) -> FxHashSet<u64> {
        let mut parts =
            vec![
                CommonCounter { columns: vec![ColumnCounter::new(0)], blank: Vec::new() };
                workers
            ];
        for (number, (value, site)) in rows.iter().enumerate() {
            let part = &mut parts[number % workers].columns[0];
            part.count(hash_of(&value.to_le_bytes()), Some(*site));
        }
        let mut all = CommonCounter { columns: vec![ColumnCounter::new(0)], blank: Vec::new() };
        parts.into_iter().for_each(|part| all.merge(part));
        all.finish().columns.remove(&0).unwrap()
    }

    #[test]
    fn the_outcome_does_not_depend_on_who_counted_what() {
        // Far more values than there is room for, each at one to five sites.
        let rows: Vec<(u64, u64)> =
            (0..200_000_u64).map(|row| (row.wrapping_mul(0x9e37_79b9) % 60_000, row % 7)).collect();
        let one = counted(&rows, 1);
        assert!(one.len() > 1_000, "{}", one.len());
        assert_eq!(one, counted(&rows, 2));
        assert_eq!(one, counted(&rows, 7));
    }

    #[test]
    fn a_value_is_common_from_the_third_site_on() {
        let rows = [(1, 10), (1, 11), (1, 11), (2, 10), (2, 11), (2, 12), (3, 10)];
        let common = counted(&rows, 1);
        assert!(!common.contains(&hash_of(&1_u64.to_le_bytes())));
        assert!(common.contains(&hash_of(&2_u64.to_le_bytes())));
    }
}

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
}

impl CommonValues {
    /// Whether a value, as written in the file, is common in its column.
    pub(crate) fn is_common(&self, column: usize, raw: &[u8]) -> bool {
        self.columns.get(&column).is_some_and(|values| values.contains(&hash_of(raw)))
    }
}

/// Counts values of a part of a table; parts are merged.
///
/// A value is common if unprotected records of at least three different sites have it, or if every
/// record of the table has it and not all are protected. Memory: at most 4,096 values per column are counted; values that
/// come later are not common, which withholds more.
#[derive(Debug)]
pub(crate) struct CommonCounter {
    columns: Vec<ColumnCounter>,
}

#[derive(Debug, Clone)]
struct ColumnCounter {
    index: usize,
    values: FxHashMap<u64, Sites>,
    only: Only,
    /// The last value counted, and whether it needs counting still: most columns repeat themselves.
    last: Vec<u8>,
    last_is_common: bool,
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
        let columns = (0..table.columns.len())
            .filter(needs)
            .map(|index| ColumnCounter {
                index,
                values: FxHashMap::default(),
                only: Only::Nothing,
                last: Vec::new(),
                last_is_common: false,
            })
            .collect();
        Self { columns }
    }

    /// Counts one row; `site` tells places apart, and is nothing for a protected record.
    pub(crate) fn count<'r>(&mut self, raw: impl Fn(usize) -> &'r [u8], site: Option<u64>) {
        for column in &mut self.columns {
            let value = raw(column.index);
            let is_last = column.only != Only::Nothing && column.last == value;
            if is_last && (site.is_none() || column.last_is_common) {
                if let Only::One(_, rows) = &mut column.only {
                    *rows += 1;
                }
                continue;
            }
            column.count(value, site);
        }
    }

    /// Adds what another part of the table counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            own.only = match (own.only, other.only) {
                (Only::Nothing, only) | (only, Only::Nothing) => only,
                (Only::One(a, n), Only::One(b, m)) if a == b => Only::One(a, n + m),
                _ => Only::Many,
            };
            for (value, sites) in other.values {
                for site in sites.first.into_iter().take(sites.count) {
                    own.add(value, site);
                }
            }
        }
    }

    /// The values that turned out to be common.
    pub(crate) fn finish(self) -> CommonValues {
        let columns = self.columns.into_iter().map(|column| {
            let seen_unprotected: FxHashSet<u64> = column.values.keys().copied().collect();
            let mut values: FxHashSet<u64> = column
                .values
                .into_iter()
                .filter(|(_, sites)| sites.count >= WANTED)
                .map(|(value, _)| value)
                .collect();
            // Records that are all protected share what may be one place's alone.
            if let Only::One(value, rows) = column.only
                && rows >= 2
                && seen_unprotected.contains(&value)
            {
                values.insert(value);
            }
            (column.index, values)
        });
        CommonValues { columns: columns.collect() }
    }
}

impl ColumnCounter {
    fn count(&mut self, raw: &[u8], site: Option<u64>) {
        let value = hash_of(raw);
        self.only = match self.only {
            Only::Nothing => Only::One(value, 1),
            Only::One(only, rows) if only == value => Only::One(only, rows + 1),
            _ => Only::Many,
        };
        self.last.clear();
        self.last.extend_from_slice(raw);
        self.last_is_common = match site {
            Some(site) => self.add(value, site),
            None => self.values.get(&value).is_some_and(|sites| sites.count >= WANTED),
        };
    }

    /// Notes that a site has a value; says whether the value needs no more counting.
    fn add(&mut self, value: u64, site: u64) -> bool {
        let has_room = self.values.len() < MOST_VALUES;
        let sites = match self.values.entry(value) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) if has_room => {
                entry.insert(Sites::default())
            }
            std::collections::hash_map::Entry::Vacant(_) => return true,
        };
        if sites.count < WANTED
            && !sites.first.iter().take(sites.count).any(|s| *s == site)
            && let Some(slot) = sites.first.get_mut(sites.count)
        {
            *slot = site;
            sites.count += 1;
        }
        sites.count >= WANTED
    }
}

const WANTED: usize = 3;
const MOST_VALUES: usize = 4096;

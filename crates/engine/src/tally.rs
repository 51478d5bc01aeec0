//! What a copy counts: rows, rejects, names, and the coverage of what is published.

use std::collections::BTreeMap;

use reedbed_core::grid::Region;
use reedbed_core::period::Period;
use reedbed_core::place::{Nano, Point};
use serde::Serialize;

/// Rows of one table, accounted for.
///
/// INVARIANT: `read + added == written + withheld + rejected`, checked before a copy is finished.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCount {
    /// Data rows of the input.
    pub read: u64,
    /// Rows that the copy adds: new events of protected records.
    pub added: u64,
    /// Rows of the copy.
    pub written: u64,
    /// Rows that are not in the copy by decision.
    pub withheld: u64,
    /// Rows that cannot be used.
    pub rejected: u64,
    /// Rows of the copy that are protected by a rule.
    pub protected: u64,
    /// Rows of the copy that are protected only for what they share with a protected record.
    pub shared: u64,
}

impl RowCount {
    /// Adds the counts of another part of the table.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.added += other.added;
        self.written += other.written;
        self.withheld += other.withheld;
        self.rejected += other.rejected;
        self.protected += other.protected;
        self.shared += other.shared;
    }

    /// Whether every row is accounted for.
    pub(crate) fn balances(&self) -> bool {
        self.read + self.added == self.written + self.withheld + self.rejected
    }
}

/// A row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line in the file, from 1.
    pub line: u64,
    /// The column, where one is to blame.
    pub column: String,
    /// The reason in words; never the content of the row.
    pub reason: String,
}

/// What is published, for the metadata of the copy: computed from published values only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    south: Option<Nano>,
    north: Option<Nano>,
    west: Option<Nano>,
    east: Option<Nano>,
    start: Option<Period>,
    end: Option<Period>,
    groups: BTreeMap<(u8, String), u64>,
}

impl Coverage {
    /// Counts a place that is told as held.
    pub(crate) fn point(&mut self, point: Point) {
        self.widen(point.lat(), point.lat(), point.lon(), point.lon());
    }

    /// Counts a region. One that crosses the antimeridian widens the box to the whole globe.
    pub(crate) fn region(&mut self, region: &Region) {
        let half_turn = Nano(180 * reedbed_core::place::DEGREE);
        if region.east() > half_turn {
            self.widen(region.south(), region.north(), Nano(-half_turn.0), half_turn);
        } else {
            self.widen(region.south(), region.north(), region.west(), region.east());
        }
    }

    fn widen(&mut self, south: Nano, north: Nano, west: Nano, east: Nano) {
        self.south = Some(self.south.map_or(south, |known| known.min(south)));
        self.north = Some(self.north.map_or(north, |known| known.max(north)));
        self.west = Some(self.west.map_or(west, |known| known.min(west)));
        self.east = Some(self.east.map_or(east, |known| known.max(east)));
    }

    /// Counts a period that is told.
    pub(crate) fn period(&mut self, period: Period) {
        if self.start.is_none_or(|known| period.start() < known.start()) {
            self.start = Some(period);
        }
        if self.end.is_none_or(|known| period.end() > known.end()) {
            self.end = Some(period);
        }
    }

    /// Counts a higher group of organisms: its rank by number (0 is kingdom) and name.
    pub(crate) fn group(&mut self, rank: u8, name: &str) {
        if let Some(count) = self.groups.get_mut(&(rank, name.to_owned())) {
            *count += 1;
        } else if self.groups.len() < MOST_GROUPS {
            self.groups.insert((rank, name.to_owned()), 1);
        }
    }

    /// Adds the coverage of another part.
    pub(crate) fn merge(&mut self, other: Self) {
        if let (Some(south), Some(north), Some(west), Some(east)) =
            (other.south, other.north, other.west, other.east)
        {
            self.widen(south, north, west, east);
        }
        for period in [other.start, other.end].into_iter().flatten() {
            self.period(period);
        }
        for (key, count) in other.groups {
            if self.groups.len() < MOST_GROUPS || self.groups.contains_key(&key) {
                *self.groups.entry(key).or_default() += count;
            }
        }
    }

    /// South, west, north, east in degrees.
    pub(crate) fn bounds(&self) -> Option<[f64; 4]> {
        Some([
            self.south?.degrees(),
            self.west?.degrees(),
            self.north?.degrees(),
            self.east?.degrees(),
        ])
    }

    /// First and last day.
    pub(crate) fn days(&self) -> Option<(String, String)> {
        Some((self.start?.start().to_string(), self.end?.end().to_string()))
    }

    /// Groups of the highest rank that has any: (rank, name).
    pub(crate) fn groups(&self) -> Vec<(&'static str, &str)> {
        let highest = self.groups.keys().map(|(rank, _)| *rank).min();
        self.groups
            .keys()
            .filter(|(rank, _)| Some(*rank) == highest)
            .map(|(rank, name)| {
                (RANKS.get(usize::from(*rank)).copied().unwrap_or("taxon"), name.as_str())
            })
            .collect()
    }
}

const RANKS: [&str; 5] = ["kingdom", "phylum", "class", "order", "family"];
const MOST_GROUPS: usize = 256;

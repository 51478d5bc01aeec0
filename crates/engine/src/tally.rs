//! What a copy counts: rows, rejects, names, and the coverage of what is published.

use std::collections::BTreeSet;

use reedbed_core::grid::Region;
use reedbed_core::period::{Day, Period};
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

/// From where to where, and from when to when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    /// South, north, west, east.
    edges: Option<[Nano; 4]>,
    /// The first and the last day.
    days: Option<(Day, Day)>,
}

impl Extent {
    /// Widens it over a box.
    pub(crate) fn widen(&mut self, south: Nano, north: Nano, west: Nano, east: Nano) {
        let [s, n, w, e] = self.edges.unwrap_or([south, north, west, east]);
        self.edges = Some([s.min(south), n.max(north), w.min(west), e.max(east)]);
    }

    /// Lengthens it over days.
    pub(crate) fn lengthen(&mut self, start: Day, end: Day) {
        let (first, last) = self.days.unwrap_or((start, end));
        self.days = Some((first.min(start), last.max(end)));
    }

    /// Whether another one lies within it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        let holds_edges = match (self.edges, other.edges) {
            (_, None) => true,
            (None, _) => false,
            (Some([s, n, w, e]), Some([south, north, west, east])) => {
                s <= south && n >= north && w <= west && e >= east
            }
        };
        let holds_days = match (self.days, other.days) {
            (_, None) => true,
            (None, _) => false,
            (Some((first, last)), Some((start, end))) => first <= start && last >= end,
        };
        holds_edges && holds_days
    }
}

/// What is published, for the metadata of the copy: computed from published values only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    extent: Extent,
    groups: BTreeSet<(u8, String)>,
}

impl Coverage {
    /// Counts a place that is told as held.
    pub(crate) fn point(&mut self, point: Point) {
        self.extent.widen(point.lat(), point.lat(), point.lon(), point.lon());
    }

    /// Counts an outline that is told as held: south, north, west, east.
    pub(crate) fn outline(&mut self, [south, north, west, east]: [Nano; 4]) {
        self.extent.widen(south, north, west, east);
    }

    /// Counts a region. One that crosses the antimeridian widens the box to the whole globe.
    pub(crate) fn region(&mut self, region: &Region) {
        let half_turn = Nano(180 * reedbed_core::place::DEGREE);
        if region.east() > half_turn {
            self.extent.widen(region.south(), region.north(), Nano(-half_turn.0), half_turn);
        } else {
            self.extent.widen(region.south(), region.north(), region.west(), region.east());
        }
    }

    /// Counts a period that is told.
    pub(crate) fn period(&mut self, period: Period) {
        self.extent.lengthen(period.start(), period.end());
    }

    /// Whether an extent changes nothing.
    pub(crate) fn holds(&self, extent: &Extent) -> bool {
        self.extent.holds(extent)
    }

    /// Counts a higher group of organisms: its rank by number (0 is kingdom) and name.
    pub(crate) fn group(&mut self, rank: u8, name: &str) {
        if self.groups.len() < MOST_GROUPS {
            self.groups.insert((rank, name.to_owned()));
        }
    }

    /// Adds the coverage of another part.
    pub(crate) fn merge(&mut self, other: Self) {
        if let Some([south, north, west, east]) = other.extent.edges {
            self.extent.widen(south, north, west, east);
        }
        if let Some((start, end)) = other.extent.days {
            self.extent.lengthen(start, end);
        }
        self.groups.extend(other.groups);
        while self.groups.len() > MOST_GROUPS {
            self.groups.pop_last();
        }
    }

    /// South, west, north, east in degrees.
    pub(crate) fn bounds(&self) -> Option<[f64; 4]> {
        let [south, north, west, east] = self.extent.edges?;
        Some([south.degrees(), west.degrees(), north.degrees(), east.degrees()])
    }

    /// First and last day.
    pub(crate) fn days(&self) -> Option<(String, String)> {
        let (first, last) = self.extent.days?;
        Some((first.to_string(), last.to_string()))
    }

    /// Groups of the highest rank that has any: (rank, name).
    pub(crate) fn groups(&self) -> Vec<(&'static str, &str)> {
        let highest = self.groups.first().map(|(rank, _)| *rank);
        self.groups
            .iter()
            .filter(|(rank, _)| Some(*rank) == highest)
            .map(|(rank, name)| {
                (RANKS.get(usize::from(*rank)).copied().unwrap_or("taxon"), name.as_str())
            })
            .collect()
    }
}

const RANKS: [&str; 5] = ["kingdom", "phylum", "class", "order", "family"];
const MOST_GROUPS: usize = 256;

//! Where kinds of data meet: a camera's den and the track of the ranger who emptied it, a protected
//! record and the weather station beside it. Places of each other table are candidates by themselves:
//! all that lie in the record's region and period, and those of its very time.
//!
//! Memory: 40 bytes for each exact place of a table of another kind, for at most [`MOST_SPOTS`].

use reedbed_core::period::Day;
use reedbed_core::place::{DEGREE, Point};
use rustc_hash::FxHashMap;

use crate::seen::{Seen, SeenPlace};
use crate::sites::{Crowd, Few};
use crate::target::Target;

/// The places of tables of other kinds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spots {
    spots: Vec<Spot>,
}

#[derive(Debug, Clone, Copy)]
struct Spot {
    table: usize,
    point: Point,
    days: Option<(Day, Day)>,
    time_ms: Option<i64>,
}

impl Spots {
    /// Adds a place of a table of another kind.
    pub(crate) fn add(&mut self, table: usize, place: SeenPlace, seen: &Seen) {
        if self.spots.len() < MOST_SPOTS {
            let (point, days, time_ms) = (place.point, seen.days, seen.time_ms);
            self.spots.push(Spot { table, point, days, time_ms });
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        self.spots.extend(other.spots);
    }

    /// Puts the places where they can be found; of each table of the copy it is known what kind of
    /// data it is a part of.
    pub(crate) fn settled(mut self, kinds: Vec<&'static str>) -> Seams {
        let order =
            |spot: &Spot| (spot.table, spot.point.lat().0, spot.point.lon().0, spot.time_ms);
        self.spots.sort_unstable_by_key(order);
        let mut seams = Seams { kinds, ..Seams::default() };
        for (at, spot) in self.spots.iter().enumerate() {
            if !seams.tables.contains(&spot.table) {
                seams.tables.push(spot.table);
            }
            let square = (spot.table, square(spot.point.lat().0), square(spot.point.lon().0));
            seams.squares.entry(square).or_default().push(at);
            if let Some(ms) = spot.time_ms {
                let hour = ms.div_euclid(HOUR_MS);
                seams.hours.entry((spot.table, hour)).or_default().push(at);
            }
        }
        seams.spots = self.spots;
        seams
    }
}

/// The places of tables of other kinds, by where and when they are.
#[derive(Debug, Default)]
pub(crate) struct Seams {
    /// The tables, in order.
    tables: Vec<usize>,
    /// By table of the copy, what kind of data it is a part of.
    kinds: Vec<&'static str>,
    spots: Vec<Spot>,
    squares: FxHashMap<(usize, i64, i64), Vec<usize>>,
    hours: FxHashMap<(usize, i64), Vec<usize>>,
}

impl Seams {
    /// The tables of another kind than one is of. Those of its own kind it hangs together with: the
    /// deployment of an observation is no place beside it.
    pub(crate) fn beside(&self, table: usize) -> impl Iterator<Item = usize> {
        let own = self.kinds.get(table);
        self.tables.iter().copied().filter(move |other| self.kinds.get(*other) != own)
    }

    /// The places of a table in the region and period of a record.
    pub(crate) fn in_region(&self, table: usize, target: &Target) -> Option<Crowd> {
        let place = target.allowed?;
        let [south, north, west, east] = place.bounds();
        let rows = square(south)..=square(north);
        let columns = square(west)..=square(east);
        let size = |range: &std::ops::RangeInclusive<i64>| range.end() - range.start() + 1;
        if size(&rows) * size(&columns) > MOST_SQUARES {
            return None;
        }
        let in_square = |row, column| self.squares.get(&(table, row, column)).map_or(0, Vec::len);
        let all: usize =
            rows.clone().flat_map(|row| columns.clone().map(move |c| in_square(row, c))).sum();
        // Among so many none stands out.
        if all > MOST_CANDIDATES {
            return None;
        }
        let mut few = Few::default();
        for row in rows {
            for column in columns.clone() {
                for at in self.squares.get(&(table, row, column)).into_iter().flatten() {
                    self.add_if_possible(&mut few, *at, target);
                }
            }
        }
        few.crowd(target.near_m())
    }

    /// The places of a table in the region of a record and within some minutes of its time.
    pub(crate) fn at_time(&self, table: usize, target: &Target, time_ms: i64) -> Option<Crowd> {
        let mut few = Few::default();
        let hour = time_ms.div_euclid(HOUR_MS);
        for hour in hour - 1..=hour + 1 {
            for at in self.hours.get(&(table, hour)).into_iter().flatten() {
                let time = self.spots.get(*at).and_then(|spot| spot.time_ms);
                if time.is_some_and(|time| (time - time_ms).abs() <= TOGETHER_MS) {
                    self.add_if_possible(&mut few, *at, target);
                }
            }
        }
        few.crowd(target.near_m())
    }

    fn add_if_possible(&self, few: &mut Few, at: usize, target: &Target) {
        let Some(spot) = self.spots.get(at) else { return };
        // A station has no time: it is always there.
        if target.may_be_at(spot.point) && target.may_be_on(spot.days) {
            few.add(spot.point);
        }
    }
}

fn square(nano: i64) -> i64 {
    nano.div_euclid(DEGREE / 20)
}

const MOST_SPOTS: usize = 4_000_000;
const MOST_SQUARES: i64 = 10_000;
const MOST_CANDIDATES: usize = 5_000;
const HOUR_MS: i64 = 3_600_000;
/// Who is so near in time may be at one place.
const TOGETHER_MS: i64 = 600_000;

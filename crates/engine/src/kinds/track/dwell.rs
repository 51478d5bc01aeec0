//! Where an individual dwells: squares in which it spent a good part of its fixes, on several days.
//!
//! A nest is visited all day and a roost each night; a feeding place for a day or two. The measure is
//! coarse on purpose: a place that is taken for a nest and is none loses detail, nothing else.

use reedbed_core::place::{DEGREE, Point};
use reedbed_formats::track::Instant;
use rustc_hash::{FxHashMap, FxHashSet};

/// The squares of an individual.
#[derive(Default)]
pub(super) struct Dwelling {
    squares: FxHashMap<(i64, i64), Square>,
    fixes: u64,
    /// Where it dwells, once settled.
    settled: FxHashSet<(i64, i64)>,
}

#[derive(Default)]
struct Square {
    fixes: u64,
    days: u32,
    last_day: Option<i64>,
}

impl Dwelling {
    /// Counts a fix.
    pub(super) fn add(&mut self, point: Point, time: Option<Instant>) {
        self.fixes += 1;
        let square = self.squares.entry(square(point)).or_default();
        square.fixes += 1;
        let day = time.map(|time| time.ms.div_euclid(DAY_MS));
        if day.is_some() && square.last_day != day {
            square.days += 1;
            square.last_day = day;
        }
    }

    /// Finds where it dwells, and forgets the rest.
    pub(super) fn settle(&mut self) {
        let squares = std::mem::take(&mut self.squares);
        for (row, column) in squares.keys() {
            // A place may lie on the edge of squares: the neighbours count too.
            let around = (-1..=1).flat_map(|r| (-1..=1).map(move |c| (row + r, column + c)));
            let near: Vec<&Square> = around.clone().filter_map(|key| squares.get(&key)).collect();
            let fixes: u64 = near.iter().map(|square| square.fixes).sum();
            let days = near.iter().map(|square| square.days).max().unwrap_or(0);
            if fixes * SHARE >= self.fixes && days >= DAYS {
                self.settled.extend(around);
            }
        }
    }

    /// Whether a place is one where it dwells.
    pub(super) fn is_at(&self, point: Point) -> bool {
        self.settled.contains(&square(point))
    }
}

/// The square that a point is in.
pub(super) fn square(point: Point) -> (i64, i64) {
    let lon = DEGREE / SIDE * 2;
    (point.lat().0.div_euclid(DEGREE / SIDE), point.lon().0.div_euclid(lon))
}

/// Squares of 1/2000° of latitude, 55 m, and 1/1000° of longitude.
const SIDE: i64 = 2_000;
/// No two points of a square are farther apart.
///
/// Units: metres.
pub(super) const SQUARE_M: f64 = 126.0;
/// One fix of so many at least.
const SHARE: u64 = 20;
const DAYS: u32 = 3;
const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use reedbed_formats::track::instant;

    use super::*;

    #[test]
    fn a_nest_is_found_and_a_way_is_not() {
        let mut dwelling = Dwelling::default();
        let at = |lat: f64, lon: f64| Point::from_degrees(lat, lon).unwrap();
        for day in 1..=9 {
            for hour in 0..24 {
                let time = instant(&format!("2021-05-0{day}T{hour:02}:00:00Z"));
                let away = f64::from(hour) * 0.01;
                let point = if hour % 3 == 0 { at(51.5, 4.5) } else { at(51.5 + away, 4.6) };
                dwelling.add(point, time);
            }
        }
        dwelling.settle();
        assert!(dwelling.is_at(at(51.5, 4.5)) && dwelling.is_at(at(51.500_3, 4.500_4)));
        assert!(!dwelling.is_at(at(51.51, 4.5)) && !dwelling.is_at(at(51.6, 4.61)));
    }

    #[test]
    fn a_stay_of_one_day_is_no_dwelling() {
        let mut dwelling = Dwelling::default();
        let point = Point::from_degrees(51.5, 4.5).unwrap();
        for minute in 0..60 {
            dwelling.add(point, instant(&format!("2021-05-01T12:{minute:02}:00Z")));
        }
        dwelling.settle();
        assert!(!dwelling.is_at(point));
    }
}

//! Protected places, whichever kind of data told of them: what stands beside one must not be told more
//! finely than it.
//!
//! Beside means within [`BESIDE_M`], the uncertainties of both added.

use std::sync::Arc;

use reedbed_core::place::{Nano, Point};
use rustc_hash::FxHashMap;

use crate::verdict::{Verdict, stricter};

/// A protected place.
#[derive(Clone)]
pub(crate) struct Zone {
    pub(crate) point: Point,
    pub(crate) radius_m: f64,
    pub(crate) verdict: Arc<Verdict>,
}

/// All protected places.
#[derive(Default)]
pub(crate) struct Zones {
    zones: Vec<Zone>,
    /// By square of [`SQUARE`], the zones that reach into it.
    squares: FxHashMap<(i64, i64), Vec<usize>>,
    /// Zones that reach into too many squares.
    wide: Vec<usize>,
}

impl Zones {
    pub(crate) fn add(&mut self, zone: Zone) {
        let at = self.zones.len();
        let reach_m = zone.radius_m + BESIDE_M;
        let lat = reach_m / METRES_PER_DEGREE;
        let lon = lat / zone.point.lat().degrees().to_radians().cos().max(0.01);
        let [south, north] = [-lat, lat].map(|by| square(zone.point.lat().degrees() + by));
        let [west, east] = [-lon, lon].map(|by| square(zone.point.lon().degrees() + by));
        if (north - south + 1).saturating_mul(east - west + 1) > MOST_SQUARES {
            self.wide.push(at);
        } else {
            for row in south..=north {
                for column in west..=east {
                    self.squares.entry((row, column)).or_default().push(at);
                }
            }
        }
        self.zones.push(zone);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for zone in other.zones {
            self.add(zone);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Zone> {
        self.zones.iter()
    }

    /// What follows for something at a place from the protected places beside it.
    pub(crate) fn beside(&self, point: Point, radius_m: f64) -> Option<Arc<Verdict>> {
        let key = (square(point.lat().degrees()), square(point.lon().degrees()));
        let near = self.squares.get(&key).into_iter().flatten().chain(&self.wide);
        near.filter_map(|at| self.zones.get(*at))
            .filter(|zone| {
                zone.point.distance_floor_m(point) <= zone.radius_m + radius_m + BESIDE_M
            })
            .fold(None, |found, zone| {
                let other = Arc::new(zone.verdict.for_others());
                stricter(found.as_ref(), Some(&other))
            })
    }
}

fn square(degrees: f64) -> i64 {
    Nano::from_degrees(degrees).map_or(0, |nano| nano.0.div_euclid(SQUARE))
}

/// What is so near a protected place stands beside it.
///
/// Units: metres.
const BESIDE_M: f64 = 100.0;
/// Units: nano-degrees.
const SQUARE: i64 = reedbed_core::place::DEGREE / 200;
const MOST_SQUARES: i64 = 10_000;
/// Units: metres; a degree of latitude at its shortest.
const METRES_PER_DEGREE: f64 = 110_574.0;

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;
    use reedbed_core::decide::Decision;

    use super::*;
    use crate::verdict::{Behind, Closing};

    fn zone(lat: f64, lon: f64, radius_m: f64, category: Category) -> Zone {
        let decision = Decision { category, ..Decision::clear() };
        let verdict = Verdict {
            behind: Behind::of(0, &decision),
            decision,
            rules: vec![0],
            reasons: String::new(),
            closing: Closing::default(),
        };
        let point = Point::from_degrees(lat, lon).unwrap();
        Zone { point, radius_m, verdict: Arc::new(verdict) }
    }

    #[test]
    fn the_strictest_zone_beside_a_place_is_found_and_far_ones_are_not() {
        let mut zones = Zones::default();
        zones.add(zone(51.5, 4.5, 0.0, Category::Medium));
        zones.add(zone(51.5, 4.501, 50.0, Category::High));
        zones.add(zone(10.0, 4.5, 2_000_000.0, Category::Low));
        let beside = |lat, lon, radius| {
            let point = Point::from_degrees(lat, lon).unwrap();
            zones.beside(point, radius).map(|verdict| verdict.decision.category)
        };
        assert_eq!(beside(51.5, 4.5, 0.0), Some(Category::High));
        assert_eq!(beside(51.5003, 4.4987, 0.0), Some(Category::Medium));
        assert_eq!(beside(51.502, 4.5, 0.0), None);
        assert_eq!(beside(51.502, 4.5, 150.0), Some(Category::High));
        assert_eq!(beside(5.0, 4.5, 0.0), Some(Category::Low));
    }
}

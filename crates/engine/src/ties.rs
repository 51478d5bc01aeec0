//! What records share with each other: keys of it, and what follows for whoever has the same.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use reedbed_core::place::Point;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::hash::hash_of;
use crate::verdict::Verdict;

/// A kind of thing that two records can share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Thing {
    /// The coordinates as they are written.
    Coordinates,
    /// The identifier of the event, in any case.
    Event,
    /// The text of the locality.
    Locality,
    /// The outline of the place.
    Outline,
    /// The exact place.
    Point,
    /// The identifier of the record itself, in any spelling.
    Record,
    /// The identifier of the site.
    Site,
}

impl Thing {
    /// In words, for an explanation.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Coordinates => "its coordinates as written",
            Self::Event => "its event",
            Self::Locality => "its locality text",
            Self::Outline => "its outline",
            Self::Point => "its exact place",
            Self::Record => "its identifier",
            Self::Site => "the identifier of its site",
        }
    }
}

/// A thing that a record has, by hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Had {
    pub(crate) thing: Thing,
    pub(crate) key: u64,
}

impl Had {
    /// By the folded text of the thing.
    pub(crate) fn text(thing: Thing, folded: &str) -> Self {
        Self { thing, key: hash_of(folded.as_bytes()) ^ (thing as u64 + 1).wrapping_mul(SPREAD) }
    }

    /// By the vertices of an outline, in nano-degrees and in a fixed order.
    pub(crate) fn outline(vertices: impl Iterator<Item = (i64, i64)>) -> Self {
        let key = vertices.fold(0_u64, |key, (lat, lon)| {
            // Vertices that are written with more or fewer decimals are the same to ten centimetres.
            let near = |nano: i64| (nano + 500).div_euclid(1_000);
            (key.rotate_left(23) ^ square(near(lat), near(lon)).key).wrapping_mul(SPREAD)
        });
        Self { thing: Thing::Outline, key }
    }

    /// By the square of [`SQUARE`] that a point is in.
    pub(crate) fn point(point: Point) -> Self {
        square(point.lat().0.div_euclid(SQUARE), point.lon().0.div_euclid(SQUARE))
    }

    /// The four squares nearest to a point: whatever is within half a square of it is in one of
    /// them, in whichever notation and however rounded.
    pub(crate) fn around(point: Point) -> [Self; 4] {
        let south = (point.lat().0 - SQUARE / 2).div_euclid(SQUARE);
        let west = (point.lon().0 - SQUARE / 2).div_euclid(SQUARE);
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(north, east)| square(south + north, west + east))
    }
}

fn square(lat: i64, lon: i64) -> Had {
    // Two turns of a mixer: squares beside each other differ in all bits.
    let mut key = lat.cast_unsigned().wrapping_mul(SPREAD) ^ lon.cast_unsigned().rotate_left(32);
    for _ in 0..2 {
        key = (key ^ (key >> 32)).wrapping_mul(SPREAD);
    }
    Had { thing: Thing::Point, key: key ^ (key >> 29) }
}

/// What protected records share with others: whoever has the same takes the strictest category
/// found there.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    /// By hash of the event's identifier.
    pub(crate) events: FxHashMap<u64, Arc<Verdict>>,
    /// By hash of the record's identifier.
    pub(crate) records: FxHashMap<u64, Arc<Verdict>>,
    /// By all else.
    pub(crate) things: FxHashMap<Had, Arc<Verdict>>,
}

impl Ties {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.records.is_empty() && self.things.is_empty()
    }

    /// Adds the ties that another part of the data found.
    pub(crate) fn merge(&mut self, other: Self) {
        merge(&mut self.events, other.events);
        merge(&mut self.records, other.records);
        merge(&mut self.things, other.things);
    }

    /// Halves of all keys, to tell quickly that a row shares nothing.
    pub(crate) fn halves(&self) -> FxHashSet<u32> {
        let ids = self.events.keys().chain(self.records.keys()).copied();
        ids.chain(self.things.keys().map(|had| had.key)).map(half).collect()
    }
}

/// Half of a key. Keys that share it are looked at more closely; none is missed.
#[expect(clippy::cast_possible_truncation, reason = "half of the key is what is wanted")]
pub(crate) fn half(key: u64) -> u32 {
    // Nothing is nought.
    (key as u32).max(1)
}

/// Notes that a protected record has something; keeps the strictest verdict.
pub(crate) fn tie<K: std::hash::Hash + Eq>(
    map: &mut FxHashMap<K, Arc<Verdict>>,
    key: K,
    shared: &Arc<Verdict>,
) {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(Arc::clone(shared));
        }
        Entry::Occupied(mut entry) => {
            if let Some(both) = entry.get().for_others_of_both(shared) {
                entry.insert(Arc::new(both));
            }
        }
    }
}

fn merge<K: std::hash::Hash + Eq>(
    own: &mut FxHashMap<K, Arc<Verdict>>,
    other: FxHashMap<K, Arc<Verdict>>,
) {
    for (key, verdict) in other {
        tie(own, key, &verdict);
    }
}

/// Side of a square in which points count as the same.
///
/// Units: nanodegrees; 11 m of latitude. Decimals and whole seconds of one place, rounded or
/// converted, differ by less as a rule; places that are told apart on purpose by more.
const SQUARE: i64 = 100_000;
/// An odd number with its bits spread: 2⁶⁴ divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: &str, lon: &str) -> Point {
        let nano = |text| reedbed_core::place::Nano::parse(text).unwrap();
        Point::new(nano(lat), nano(lon)).unwrap()
    }

    #[test]
    fn points_a_few_metres_apart_are_the_same_wherever_squares_end() {
        for lat in ["0", "41.08550", "41.08549999", "41.0855499", "-0.00001", "-33.5"] {
            for lon in ["-8.55139", "0", "179.99999", "-179.99999"] {
                let around = Had::around(at(lat, lon));
                let point = at(lat, lon);
                for (north, east) in [(0, 0), (49_000, 0), (-49_000, 49_000), (0, -49_000)] {
                    let (lat, lon) = (point.lat().0 + north, point.lon().0 + east);
                    let Some(near) =
                        Point::new(reedbed_core::place::Nano(lat), reedbed_core::place::Nano(lon))
                    else {
                        continue;
                    };
                    assert!(around.contains(&Had::point(near)), "{lat} {lon}");
                }
                let far = at("41.5", "-8.0");
                assert!(!around.contains(&Had::point(far)));
            }
        }
    }

    #[test]
    fn one_text_is_two_things_in_two_columns() {
        let (site, locality) =
            (Had::text(Thing::Site, "old mill"), Had::text(Thing::Locality, "old mill"));
        assert_ne!(site.key, locality.key);
        assert_eq!(site, Had::text(Thing::Site, "old mill"));
    }
}

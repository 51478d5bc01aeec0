//! How often exact records that hang together in one way lie together: what makes an attacker sure.

use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::sample::mixed;
use crate::ways::{Key, Way};

/// What records have in common, and where they lie: gathered over a part of the copy.
///
/// Memory: of large copies only every so many keys are looked at, and of each some places are kept.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    every: u64,
    keys: FxHashMap<Key, Places>,
}

#[derive(Debug, Clone, Default)]
struct Places {
    column: u32,
    records: u64,
    /// Those with the smallest hashes of their rows.
    points: Vec<(u64, Point)>,
}

/// How often records that hang together lie together, by way, column and rarity.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    pairs: FxHashMap<(Way, u32, u8), [u64; RUNGS]>,
}

impl Met {
    /// Begins; looks at every so many keys.
    pub(crate) fn new(every: u64) -> Self {
        Self { every: every.max(1), keys: FxHashMap::default() }
    }

    /// Counts an exact record that has a key; `row` tells rows apart.
    pub(crate) fn count(&mut self, key: Key, column: u32, row: u64, point: Point) {
        if self.every > 1 && !mixed(key.hash).is_multiple_of(self.every) {
            return;
        }
        let places = self.keys.entry(key).or_default();
        places.column = column;
        places.records += 1;
        places.add(mixed(row), point);
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, places) in other.keys {
            let own = self.keys.entry(key).or_default();
            own.column = places.column;
            own.records += places.records;
            for (row, point) in places.points {
                own.add(row, point);
            }
        }
    }

    /// How often they lie together.
    pub(crate) fn agreement(&self) -> Agreement {
        let mut agreement = Agreement::default();
        for (key, places) in &self.keys {
            for (at, (_, point)) in places.points.iter().enumerate() {
                for (_, other) in places.points.iter().skip(at + 1) {
                    let distance_m = point.distance_bound_m(*other);
                    // One of them is taken for the protected record, the others are left.
                    let others = places.records - 1;
                    agreement.pair(key.way, places.column, others, distance_m);
                }
            }
        }
        agreement
    }
}

impl Places {
    fn add(&mut self, row: u64, point: Point) {
        if let Err(at) = self.points.binary_search_by_key(&row, |(row, _)| *row)
            && at < MOST_PLACES
        {
            self.points.insert(at, (row, point));
            self.points.truncate(MOST_PLACES);
        }
    }
}

impl Agreement {
    /// Counts a pair of exact records of which so many others have what they share.
    pub(crate) fn pair(&mut self, way: Way, column: u32, others: u64, distance_m: f64) {
        let rungs = self.pairs.entry((way, column, rarity(way, others))).or_insert([0; RUNGS]);
        if let Some(count) = rungs.get_mut(rung(distance_m)) {
            *count += 1;
        }
    }

    /// A lower bound of the chance that two records that hang together in a way lie within a
    /// distance: the lower end of Wilson's interval at 90 %, from the pairs that were counted.
    ///
    /// Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209–212.
    pub(crate) fn chance(&self, way: Way, column: u32, others: u64, distance_m: f64) -> f64 {
        let Some(rungs) = self.pairs.get(&(way, column, rarity(way, others))) else { return 0.0 };
        let total: u64 = rungs.iter().sum();
        let near: u64 = rungs.iter().take(rung(distance_m)).sum();
        wilson(near, total)
    }
}

impl Agreement {
    /// The same for a record whose region holds the other one: of pairs that lie within the reach of
    /// such a region, how many lie within the distance.
    pub(crate) fn chance_within(
        &self,
        way: Way,
        column: u32,
        others: u64,
        (distance_m, reach_m): (f64, f64),
    ) -> f64 {
        let Some(rungs) = self.pairs.get(&(way, column, rarity(way, others))) else { return 0.0 };
        let within = |metres| rungs.iter().take(rung(metres)).sum::<u64>();
        wilson(within(distance_m), within(reach_m.max(distance_m)))
    }
}

/// What many share says less than what few share, as far as the way is not itself a place.
fn rarity(way: Way, others: u64) -> u8 {
    match (way, others) {
        (Way::Detail, 0..=1) => 1,
        (Way::Detail, 2..=4) => 2,
        (Way::Detail, 5..=19) => 3,
        (Way::Detail, _) => 4,
        // Neighbours in a series: how far they are apart.
        (Way::Number | Way::Order, lag) => u8::try_from(lag).unwrap_or(u8::MAX),
        _ => 0,
    }
}

/// The lower end of Wilson's interval.
#[expect(clippy::cast_precision_loss, reason = "counts of pairs are far below 2⁵³")]
pub(crate) fn wilson(hits: u64, trials: u64) -> f64 {
    if trials == 0 {
        return 0.0;
    }
    let (n, p) = (trials as f64, hits as f64 / trials as f64);
    let z2 = Z * Z;
    let centre = p + z2 / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - spread) / (1.0 + z2 / n)).max(0.0)
}

/// Rungs of distance: each a tenth wider than the one before, from one metre on.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a logarithm of at most 20 000 km"
)]
fn rung(distance_m: f64) -> usize {
    let rung = (distance_m.max(1.0).ln() / 1.1_f64.ln()).ceil();
    (rung.clamp(0.0, 255.0) as usize).min(RUNGS - 1)
}

const RUNGS: usize = 192;
/// Places kept of each key.
const MOST_PLACES: usize = 5;
/// One-sided 90 %.
const Z: f64 = 1.281_551_565_544_6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_below_the_share_and_rises_with_the_number() {
        assert!(wilson(9, 10) < 0.9 && wilson(90, 100) > wilson(9, 10));
        assert!(wilson(0, 5).abs() < 1e-9 && wilson(0, 0).abs() < 1e-9);
        assert!(wilson(1000, 1000) > 0.99);
    }

    #[test]
    fn near_pairs_count_as_near() {
        let mut agreement = Agreement::default();
        for _ in 0..50 {
            agreement.pair(Way::Site, 1, 1, 10.0);
            agreement.pair(Way::Site, 1, 1, 50_000.0);
        }
        let chance = agreement.chance(Way::Site, 1, 1, 1_000.0);
        assert!(chance > 0.4 && chance < 0.5, "{chance}");
        assert!(agreement.chance(Way::Event, 1, 1, 1_000.0).abs() < 1e-9);
        assert!(agreement.chance(Way::Site, 2, 1, 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn what_few_share_is_measured_apart_from_what_many_share() {
        let mut agreement = Agreement::default();
        for _ in 0..50 {
            agreement.pair(Way::Detail, 1, 1, 10.0);
            agreement.pair(Way::Detail, 1, 30, 50_000.0);
        }
        assert!(agreement.chance(Way::Detail, 1, 1, 1_000.0) > 0.9);
        assert!(agreement.chance(Way::Detail, 1, 30, 1_000.0) < 0.1);
    }
}

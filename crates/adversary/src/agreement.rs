//! How often exact records that hang together in one way lie together: what makes an attacker sure.

use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::ways::{Key, Way};

/// Distances between records that hang together, by way.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    /// By way: how many pairs lie within each rung of distance.
    pairs: FxHashMap<Way, [u64; RUNGS]>,
    /// The first exact place of each key that is sampled.
    first: FxHashMap<Key, Point>,
}

impl Agreement {
    /// Counts an exact record that has a key.
    pub(crate) fn count(&mut self, key: Key, point: Point) {
        if let Some(first) = self.first.get(&key) {
            let distance = first.distance_bound_m(point);
            self.pair(key.way, distance);
        } else if self.first.len() < MOST_SAMPLED {
            self.first.insert(key, point);
        }
    }

    /// Counts a pair of exact records.
    pub(crate) fn pair(&mut self, way: Way, distance_m: f64) {
        let rungs = self.pairs.entry(way).or_insert([0; RUNGS]);
        if let Some(count) = rungs.get_mut(rung(distance_m)) {
            *count += 1;
        }
    }

    /// A lower bound of the chance that two records that hang together in a way lie within a
    /// distance: the lower end of Wilson's interval at 90 %, from the pairs that were counted.
    ///
    /// Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209–212.
    pub(crate) fn chance(&self, way: Way, distance_m: f64) -> f64 {
        let Some(rungs) = self.pairs.get(&way) else { return 0.0 };
        let total: u64 = rungs.iter().sum();
        let near: u64 = rungs.iter().take(rung(distance_m)).sum();
        wilson(near, total)
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
const MOST_SAMPLED: usize = 400_000;
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
            agreement.pair(Way::Site, 10.0);
            agreement.pair(Way::Site, 50_000.0);
        }
        let chance = agreement.chance(Way::Site, 1_000.0);
        assert!(chance > 0.4 && chance < 0.5, "{chance}");
        assert!(agreement.chance(Way::Event, 1_000.0).abs() < 1e-9);
    }
}

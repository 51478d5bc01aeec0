//! Exact records that hang together with protected ones.

use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::sample::mixed;
use crate::seen::SeenPlace;
use crate::target::Target;
use crate::ways::Key;

/// The places of exact records, by what they share with protected ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    places: FxHashMap<Key, Places>,
}

#[derive(Debug, Clone, Default)]
struct Places {
    /// Those with the smallest hashes, each once, with the widest circle that is stated there and the
    /// number of records.
    points: Vec<(u64, SeenPlace, u64)>,
    records: u64,
}

/// The place that most of the exact records point to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pointer {
    pub(crate) point: Point,
    /// How many of the records lie there.
    pub(crate) share: f64,
    pub(crate) records: u64,
    /// How many exact records have the same, wherever they lie.
    pub(crate) others: u64,
}

impl Evidence {
    /// Notes the keys of the protected records: only what they share is gathered.
    pub(crate) fn of(targets: &[Target]) -> Self {
        let keys = targets.iter().flat_map(|target| &target.keys);
        Self { places: keys.map(|(key, _)| (*key, Places::default())).collect() }
    }

    /// Adds an exact record.
    pub(crate) fn add(&mut self, key: Key, place: SeenPlace) {
        if let Some(places) = self.places.get_mut(&key) {
            places.records += 1;
            places.add(place, 1);
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, places) in other.places {
            let own = self.places.entry(key).or_default();
            own.records += places.records;
            for (_, place, records) in places.points {
                own.add(place, records);
            }
        }
    }

    /// Where the exact records with a key point, of those that agree with what the target says.
    pub(crate) fn pointer(&self, key: Key, target: &Target) -> Option<Pointer> {
        let places = self.places.get(&key)?;
        // A place that is told no better than the target may be told itself points nowhere.
        let possible: Vec<(Point, u64)> = places
            .points
            .iter()
            .filter(|(_, place, _)| {
                place.radius_m <= target.near_m() && target.may_be_at(place.point)
            })
            .map(|(_, place, records)| (place.point, *records))
            .collect();
        let all: u64 = possible.iter().map(|(_, records)| records).sum();
        let best = possible
            .iter()
            .map(|(centre, _)| {
                let near = possible
                    .iter()
                    .filter(|(point, _)| centre.distance_bound_m(*point) <= target.near_m());
                (near.map(|(_, records)| records).sum::<u64>(), *centre)
            })
            .max_by_key(|(records, point)| (*records, point.lat().0, point.lon().0))?;
        #[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2⁵³")]
        let share = best.0 as f64 / all.max(1) as f64;
        Some(Pointer { point: best.1, share, records: best.0, others: places.records })
    }
}

impl Places {
    fn add(&mut self, place: SeenPlace, records: u64) {
        let hash = mixed(place.point.lat().0.cast_unsigned()) ^ place.point.lon().0.cast_unsigned();
        let hash = mixed(hash);
        match self.points.binary_search_by_key(&hash, |(hash, _, _)| *hash) {
            Ok(at) => {
                if let Some((_, known, all)) = self.points.get_mut(at) {
                    known.radius_m = known.radius_m.max(place.radius_m);
                    *all += records;
                }
            }
            Err(at) if at < MOST_POINTS => {
                self.points.insert(at, (hash, place, records));
                self.points.truncate(MOST_POINTS);
            }
            Err(_) => {}
        }
    }
}

/// Different places kept for each key; a key with more points nowhere.
const MOST_POINTS: usize = 64;

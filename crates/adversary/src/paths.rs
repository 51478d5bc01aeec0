//! Attack 3, second half: where a recorder was between two records told exactly, at the time of a
//! protected one.
//!
//! How often that leads to the right place is measured on exact records that are taken for protected
//! ones. Memory: of each protected record and each trial the nearest neighbour in time before and
//! after it.

use reedbed_core::period::Day;
use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::agreement::wilson;
use crate::sample::mixed;
use crate::seen::SeenPlace;
use crate::target::Target;
use crate::trials::Trial;

/// Records of a recorder's day, or of a day where no recorder is told, by the minute.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paths {
    /// By recorder and day, or by day: minute, and which record is sought.
    wanted: FxHashMap<u64, Vec<(u16, Sought)>>,
    found: FxHashMap<Sought, Ends>,
}

/// A record that is sought between others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Sought {
    Target(usize),
    /// A trial by its index; its own row does not count.
    Trial(usize, usize, u64),
}

/// The nearest exact records before and after: minutes away, and place.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    before: Option<(u16, SeenPlace)>,
    after: Option<(u16, SeenPlace)>,
}

/// Where a record is taken to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Between {
    pub(crate) point: Point,
    /// Minutes from the record before to the one after.
    pub(crate) minutes: u16,
}

/// How often the place between is right, by how many minutes lie between.
#[derive(Debug, Default)]
pub(crate) struct PathOdds([(u64, u64); RUNGS]);

impl Paths {
    /// Notes the protected records that have a time and a recorder, or a time alone, and the trials
    /// by the same.
    pub(crate) fn of(targets: &[Target], trials: &[Trial], with_recorder: bool) -> Self {
        let mut paths = Self::default();
        for (index, target) in targets.iter().enumerate() {
            let key = match (with_recorder, target.recorder_day) {
                (true, key) => key,
                (false, None) => day_of(target.days),
                (false, Some(_)) => None,
            };
            if let (Some(key), Some(minute)) = (key, target.minute) {
                paths.wanted.entry(key).or_default().push((minute, Sought::Target(index)));
            }
        }
        // Without a protected record that has a time, nothing needs to be measured.
        if paths.wanted.is_empty() {
            return paths;
        }
        for (index, trial) in trials.iter().enumerate() {
            let exact = &trial.exact;
            let key = if with_recorder {
                Some(exact.recorder_day).filter(|key| *key != 0)
            } else {
                day_of(exact.days)
            };
            if let (Some(key), Some(minute)) = (key, trial.minute) {
                let sought = Sought::Trial(index, exact.table, exact.row);
                paths.wanted.entry(key).or_default().push((minute, sought));
            }
        }
        paths
    }

    /// Adds an exact record, by its recorder and day or by its day.
    pub(crate) fn add(&mut self, at: (usize, u64), day: u64, minute: u16, place: SeenPlace) {
        let Some(wanted) = self.wanted.get(&day) else { return };
        for (own, sought) in wanted {
            if matches!(sought, Sought::Trial(_, table, row) if (*table, *row) == at) {
                continue;
            }
            let away = own.abs_diff(minute);
            if away > FARTHEST {
                continue;
            }
            let ends = self.found.entry(*sought).or_default();
            closer(if minute <= *own { &mut ends.before } else { &mut ends.after }, away, place);
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (sought, ends) in other.found {
            let own = self.found.entry(sought).or_default();
            if let Some((away, place)) = ends.before {
                closer(&mut own.before, away, place);
            }
            if let Some((away, place)) = ends.after {
                closer(&mut own.after, away, place);
            }
        }
    }

    /// Where a target is taken to be.
    pub(crate) fn between(&self, index: usize, target: &Target) -> Option<Between> {
        let ends = self.found.get(&Sought::Target(index))?;
        let is_fine = |(_, place): &(u16, SeenPlace)| place.radius_m <= target.near_m();
        let fine = Ends { before: ends.before.filter(is_fine), after: ends.after.filter(is_fine) };
        fine.between().filter(|between| target.may_be_at(between.point))
    }

    /// How often trials lie within a distance of where they are taken to be.
    pub(crate) fn odds(&self, trials: &[Trial], near_m: f64) -> PathOdds {
        let mut odds = PathOdds::default();
        for (sought, ends) in &self.found {
            let Sought::Trial(index, ..) = sought else { continue };
            let (Some(trial), Some(between)) = (trials.get(*index), ends.between()) else {
                continue;
            };
            let is_hit = trial.exact.place.point.distance_bound_m(between.point) <= near_m;
            if let Some((hits, all)) = odds.0.get_mut(rung(between.minutes)) {
                *hits += u64::from(is_hit);
                *all += 1;
            }
        }
        odds
    }
}

impl PathOdds {
    /// A lower bound of the chance that a place between is right.
    pub(crate) fn chance(&self, between: Between) -> f64 {
        let (hits, all) = self.0.get(rung(between.minutes)).copied().unwrap_or_default();
        wilson(hits, all)
    }
}

impl Ends {
    /// The place on the way, by the time that has passed.
    fn between(&self) -> Option<Between> {
        let ((before, from), (after, to)) = (self.before?, self.after?);
        let minutes = before + after;
        let part = if minutes == 0 { 0.5 } else { f64::from(before) / f64::from(minutes) };
        let on_way = |from: f64, to: f64| from + (to - from) * part;
        let lat = on_way(from.point.lat().degrees(), to.point.lat().degrees());
        let lon = on_way(from.point.lon().degrees(), to.point.lon().degrees());
        Some(Between { point: Point::from_degrees(lat, lon)?, minutes })
    }
}

/// A single day as a key.
pub(crate) fn day_of(days: Option<(Day, Day)>) -> Option<u64> {
    let (day, _) = days.filter(|(first, last)| first == last)?;
    Some(mixed(u64::from(day.year()) * 400 + u64::from(day.day_of_year())))
}

/// Keeps the nearer in time; of two that are as near the one that lies first.
fn closer(known: &mut Option<(u16, SeenPlace)>, away: u16, place: SeenPlace) {
    let order = |(away, place): (u16, SeenPlace)| (away, place.point.lat().0, place.point.lon().0);
    if known.is_none_or(|known| order((away, place)) < order(known)) {
        *known = Some((away, place));
    }
}

/// Up to ten minutes, half an hour, two hours, and more.
fn rung(minutes: u16) -> usize {
    match minutes {
        0..=10 => 0,
        11..=30 => 1,
        31..=120 => 2,
        _ => 3,
    }
}

const RUNGS: usize = 4;
/// Records farther away in time say nothing of the way.
///
/// Units: minutes.
const FARTHEST: u16 = 180;

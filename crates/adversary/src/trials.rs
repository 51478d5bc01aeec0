//! Elimination, and how sure it is: exact records of the copy are taken for protected ones and told
//! as these are, to see how often what is left is the right place.
//!
//! Where the copy tells unlisted records coarsely too, whoever made it keeps siblings back; a trial
//! then leaves out all of the record's event, and all of its recorder's day. Else it leaves out the
//! record alone: its siblings are told exactly.

use reedbed_core::period::{Day, Period, Precision};
use reedbed_core::place::{Nano, Point};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::numbers::{GROUPS, Gaps, HOW};
use crate::odds::{Kind, Odds};
use crate::sample::mixed;
use crate::seams::Seams;
use crate::seen::SeenPlace;
use crate::series::Numbered;
use crate::sites::{Asked, Crowd, Exact, Few, Sites, Without};
use crate::target::Target;

/// An exact record that is taken for a protected one.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) exact: Exact,
    /// What it states of its event.
    pub(crate) states: Vec<(u32, u32)>,
    pub(crate) numbers: Vec<Numbered>,
    /// Its minute of the day.
    pub(crate) minute: Option<u16>,
    /// Its instant.
    pub(crate) time_ms: Option<i64>,
}

/// Questions about all protected records and all trials.
pub(crate) struct Trials {
    sites: Sites,
    /// By target: the question about its period, and that about all times.
    asked: Vec<Option<(usize, usize)>>,
    trials: Vec<Tried>,
    /// Columns in which exact records differ.
    varying: FxHashSet<u32>,
}

struct Tried {
    truth: Point,
    /// What the trial looks like as a protected record.
    as_target: Target,
    numbers: Vec<Numbered>,
    asked: Option<(usize, usize)>,
    /// The table that it is from, and its instant.
    table: usize,
    time_ms: Option<i64>,
}

/// What is left for a record, in one way of looking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub(crate) kind: Kind,
    pub(crate) crowd: Crowd,
    /// The column by which it was looked, if by one.
    pub(crate) column: Option<u32>,
}

impl Trials {
    /// Asks about the targets, and about trials that are told as they are.
    pub(crate) fn of(targets: &[Target], trials: &[Trial]) -> Self {
        let mut sites = Sites::default();
        let varying = varying(trials);
        let ask =
            |sites: &mut Sites, target: &Target, without| ask(sites, target, without, &varying);
        let asked =
            targets.iter().map(|target| ask(&mut sites, target, Without::Nothing)).collect();
        let listed: Vec<&Target> = targets
            .iter()
            .filter(|target| target.rule.is_some() && target.allowed.is_some())
            .collect();
        let coarse = targets.iter().filter(|target| target.rule.is_none()).count();
        let keeps_siblings_back = coarse * 4 > listed.len();
        // Of small copies each record is tried as several protected ones.
        let times = (MOST_TRIALS / trials.len().max(1)).clamp(1, MOST_TIMES);
        let trials = (0..times)
            .flat_map(|time| trials.iter().enumerate().map(move |(at, trial)| (time, at, trial)))
            .filter_map(|(time, index, trial)| {
                let index = index + time * MOST_TRIALS;
                let at = mixed(index as u64) % (listed.len() as u64).max(1);
                let at = usize::try_from(at).ok()?;
                let like = *listed.get(at)?;
                let place = region_like(like.allowed?, trial.exact.place.point, index)?;
                let mut as_target = told_as(place, trial.exact.days, like);
                let is_stated =
                    |column: &u32| like.states.iter().any(|(stated, _)| stated == column);
                let states = trial.states.iter().filter(|(column, _)| is_stated(column));
                as_target.states = states.copied().collect();
                let without = if keeps_siblings_back {
                    Without::Event(trial.exact.event, trial.exact.recorder_day)
                } else {
                    Without::Row(trial.exact.table, trial.exact.row)
                };
                let asked = ask(&mut sites, &as_target, without);
                let (truth, numbers) = (trial.exact.place.point, trial.numbers.clone());
                let (table, time_ms) = (trial.exact.table, trial.time_ms);
                Some(Tried { truth, as_target, numbers, asked, table, time_ms })
            })
            .collect();
        Self { sites, asked, trials, varying }
    }

    /// The columns by which a target is held against sites.
    pub(crate) fn columns_of(&self, target: &Target) -> Vec<u32> {
        let columns = target.states.iter().map(|(column, _)| *column);
        columns.filter(|column| self.varying.contains(column)).collect()
    }

    /// The questions, for being answered.
    pub(crate) fn questions(&self) -> &Sites {
        &self.sites
    }

    /// How often each kind of looking leads to the right place.
    pub(crate) fn odds(
        &self,
        sites: &Sites,
        (gaps, seams): (&Gaps, &Seams),
        telling: &[u32],
        targets: &[Target],
    ) -> Odds {
        let mut odds = Odds::default();
        for column in telling {
            without_taxa(&mut odds, gaps, *column, targets);
        }
        for trial in &self.trials {
            let near_m = trial.as_target.near_m();
            let is_hit = |crowd: &Crowd| crowd.point.distance_bound_m(trial.truth) <= near_m;
            for left in left(sites, trial.asked, near_m) {
                odds.count(left.kind, &left.crowd, is_hit(&left.crowd));
            }
            for table in seams.beside(trial.table) {
                if let Some(crowd) = seams.in_region(table, &trial.as_target) {
                    odds.count(Kind::Beside(table), &crowd, is_hit(&crowd));
                }
                let at_time =
                    trial.time_ms.and_then(|ms| seams.at_time(table, &trial.as_target, ms));
                if let Some(crowd) = at_time {
                    odds.count(Kind::BesideInTime(table), &crowd, is_hit(&crowd));
                }
            }
            for column in telling {
                let Some(own) = trial.numbers.iter().find(|of| of.column == *column) else {
                    continue;
                };
                for (at, how) in HOW.into_iter().enumerate() {
                    let mut few = gaps.of(*column, &trial.as_target, how);
                    gaps.with(&mut few, *own, &trial.as_target, how);
                    if let Some(crowd) = few.crowd(near_m) {
                        odds.count(Kind::Gap(*column, at), &crowd, is_hit(&crowd));
                    }
                }
            }
        }
        odds
    }

    /// What is left for a target, in each way of looking.
    pub(crate) fn left(&self, sites: &Sites, target: usize, near_m: f64) -> Vec<Left> {
        left(sites, self.asked.get(target).copied().flatten(), near_m)
    }
}

/// Tries the gaps of a column on taxa that are taken out as if they were listed: about as many
/// records as are protected, several times.
fn without_taxa(odds: &mut Odds, gaps: &Gaps, column: u32, targets: &[Target]) {
    let is_like = |target: &&Target| target.rule.is_some() && target.allowed.is_some();
    let listed: Vec<&Target> = targets.iter().filter(is_like).collect();
    let counts = gaps.in_groups(column);
    let all: usize = counts.iter().sum();
    let wanted = listed.len().max(FEWEST_HELD).min(all / 2);
    if listed.is_empty() || wanted == 0 {
        return;
    }
    let rounds = (ROUNDS * MOST_TRIED / all.max(1)).clamp(1, ROUNDS);
    for round in 0..rounds {
        let mut order: Vec<u8> = (0..GROUPS).collect();
        order.sort_by_key(|group| mixed(u64::from(*group) ^ (round as u64) << 8));
        let mut is_held = vec![false; usize::from(GROUPS)];
        let mut held = 0;
        for group in order {
            if held >= wanted {
                break;
            }
            let (Some(count), Some(is_held)) =
                (counts.get(usize::from(group)), is_held.get_mut(usize::from(group)))
            else {
                continue;
            };
            *is_held = held + count <= all / 2;
            held += if *is_held { *count } else { 0 };
        }
        let (left, held) =
            gaps.without(column, |group| is_held.get(usize::from(group)).copied().unwrap_or(false));
        let step = held.len() / MOST_TRIALS + 1;
        for (index, (place, days)) in held.into_iter().enumerate().step_by(step) {
            let at = mixed((index + round * MOST_TRIALS) as u64) % listed.len() as u64;
            let like = usize::try_from(at).ok().and_then(|at| listed.get(at));
            let Some(like) = like else { continue };
            let Some(allowed) = like.allowed else { continue };
            let Some(region) = region_like(allowed, place.point, index) else { continue };
            let as_target = told_as(region, days, like);
            let near_m = as_target.near_m();
            for (at, how) in HOW.into_iter().enumerate() {
                if let Some(crowd) = left.of(column, &as_target, how).crowd(near_m) {
                    let is_hit = crowd.point.distance_bound_m(place.point) <= near_m;
                    odds.count(Kind::GapOfTaxa(column, at), &crowd, is_hit);
                }
            }
        }
    }
}

fn left(sites: &Sites, asked: Option<(usize, usize)>, near_m: f64) -> Vec<Left> {
    let Some((in_period, any_time)) = asked else { return Vec::new() };
    let crowd = |few: &Few| few.crowd(near_m);
    let mut found = Vec::new();
    let (kind, at, first) = match sites.sites(in_period).and_then(crowd) {
        Some(first) => (Kind::InPeriod, in_period, Some(first)),
        None => (Kind::AnyTime, any_time, sites.sites(any_time).and_then(crowd)),
    };
    found.extend(first.map(|crowd| Left { kind, crowd, column: None }));
    for (column, few) in sites.alike(at) {
        let kind = if column.is_none() { Kind::Alike } else { Kind::LikeOne };
        found.extend(crowd(few).map(|crowd| Left { kind, crowd, column }));
    }
    found
}

/// Columns in which exact records differ: by others nothing can be told apart.
fn varying(trials: &[Trial]) -> FxHashSet<u32> {
    let mut first: FxHashMap<u32, u32> = FxHashMap::default();
    let mut records: FxHashMap<u32, usize> = FxHashMap::default();
    let mut varying = FxHashSet::default();
    for (column, value) in trials.iter().flat_map(|trial| &trial.states) {
        *records.entry(*column).or_default() += 1;
        if first.entry(*column).or_insert(*value) != value {
            varying.insert(*column);
        }
    }
    // A column that some leave empty tells those from the others.
    varying.extend(records.iter().filter(|(_, n)| **n < trials.len()).map(|(column, _)| *column));
    varying
}

fn ask(
    sites: &mut Sites,
    target: &Target,
    without: Without,
    varying: &FxHashSet<u32>,
) -> Option<(usize, usize)> {
    let asked = |days| {
        let (place, near_m) = (target.allowed?, target.near_m());
        let stated = target.states.iter().filter(|(column, _)| varying.contains(column));
        Some(Asked { place, days, near_m, without, stated: stated.copied().collect() })
    };
    let in_period = sites.ask(asked(target.days)?);
    Some((in_period, sites.ask(asked(None)?)))
}

/// A record told as a protected one is, in a region.
fn told_as(place: SeenPlace, own_days: Option<(Day, Day)>, like: &Target) -> Target {
    let days = match (like.days, own_days) {
        (Some(told), Some(own)) => Some(period_like(told, own)),
        _ => None,
    };
    Target {
        at: like.at,
        allowed: Some(place),
        days,
        recorder_day: None,
        minute: None,
        time_ms: None,
        floor_m: like.floor_m,
        keys: Vec::new(),
        numbers: Vec::new(),
        states: Vec::new(),
        rule: like.rule,
        features: Default::default(),
        told: Vec::new(),
    }
}

/// The cell of the grid of a region that holds a point; of a circle, one that lies around the point
/// as if by chance.
fn region_like(like: SeenPlace, point: Point, index: usize) -> Option<SeenPlace> {
    if let Some([south, north, west, east]) = like.edges {
        let on_grid = |angle: Nano, from: Nano, to: Nano| {
            let side = (to.0 - from.0).max(1);
            let low = from.0 + (angle.0 - from.0).div_euclid(side) * side;
            [Nano(low), Nano(low + side)]
        };
        let [south, north] = on_grid(point.lat(), south, north);
        let [west, east] = on_grid(point.lon(), west, east);
        let middle = |a: Nano, b: Nano| Nano(a.0 + (b.0 - a.0) / 2);
        let centre = Point::clamped(middle(south, north), middle(west, east));
        let edges = Some([south, north, west, east]);
        return Some(SeenPlace { point: centre, radius_m: like.radius_m, edges });
    }
    let hash = mixed(index as u64 ^ 0x5eed);
    #[expect(clippy::cast_precision_loss, reason = "a part of a turn and of a radius")]
    let (turn, part) =
        ((hash >> 40) as f64 / 16_777_216.0, (hash & 0xff_ffff) as f64 / 16_777_216.0);
    // Evenly over the disc.
    let away_m = like.radius_m * part.sqrt() * 0.98;
    let angle = turn * std::f64::consts::TAU;
    let lat = point.lat().degrees() + away_m * angle.sin() / METRES_PER_DEGREE;
    let shrink = point.lat().degrees().to_radians().cos().max(0.02);
    let lon = point.lon().degrees() + away_m * angle.cos() / (METRES_PER_DEGREE * shrink);
    let point = Point::from_degrees(lat.clamp(-90.0, 90.0), lon.clamp(-180.0, 180.0))?;
    Some(SeenPlace { point, radius_m: like.radius_m, edges: None })
}

/// A period told as another one is: the same kind of year, month, day, or as long.
fn period_like(told: (Day, Day), own: (Day, Day)) -> (Day, Day) {
    let (Some(told), Some(own)) = (Period::new(told.0, told.1), Period::new(own.0, own.1)) else {
        return own;
    };
    let like = [Precision::Day, Precision::Month, Precision::Year, Precision::Decade]
        .into_iter()
        .find(|precision| {
            let day = Period::new(told.start(), told.start());
            day.is_some_and(|day| day.generalise(*precision) == told)
        });
    let period = own.generalise(like.unwrap_or(Precision::Decade));
    (period.start(), period.end())
}

/// Trials of small copies, about.
const MOST_TRIALS: usize = 1_500;
/// A record is tried so often at most.
const MOST_TIMES: usize = 6;
/// Taxa are taken out so often at most.
const ROUNDS: usize = 8;
/// Records of a column that are looked at in all rounds together, about.
const MOST_TRIED: usize = 100_000;
/// Records that are taken out at least, where there are so many.
const FEWEST_HELD: usize = 50;
/// Units: metres; a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_000.0;

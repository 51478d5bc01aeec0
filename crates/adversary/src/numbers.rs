//! Series of numbers by themselves: how often neighbours lie together, and which numbers are missing.
//!
//! Where identifiers were given site by site, a number that is missing between two exact records of
//! one place tells where the record is that bore it.
//!
//! Memory: some hundred thousand numbers to measure by; where a column turns out to tell places, 48
//! bytes for each exact record of it, for at most [`MOST_NUMBERS`].

use reedbed_core::period::Day;
use reedbed_core::place::{DEGREE, Point};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::agreement::Agreement;
use crate::sample::mixed;
use crate::seen::SeenPlace;
use crate::series::{FARTHEST, Numbered};
use crate::sites::Few;
use crate::target::Target;
use crate::ways::Way;

/// Numbers to measure by: whole blocks of a series, of each so many.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    every: u64,
    numbers: Vec<(Numbered, Point)>,
}

impl Blocks {
    /// Begins; looks at every so many blocks.
    pub(crate) fn new(every: u64) -> Self {
        Self { every: every.max(1), numbers: Vec::new() }
    }

    /// Adds an exact record.
    pub(crate) fn add(&mut self, of: Numbered, point: Point) {
        let block = mixed(of.series ^ u64::from(of.column)) ^ (of.number / BLOCK);
        if self.every == 1 || mixed(block).is_multiple_of(self.every) {
            self.numbers.push((of, point));
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
    }

    /// Measures how often neighbours lie together, by column and distance in the series.
    pub(crate) fn measure(&mut self, agreement: &mut Agreement) {
        let order = |(of, point): &(Numbered, Point)| (*of, point.lat().0, point.lon().0);
        self.numbers.sort_unstable_by_key(order);
        for (at, (of, point)) in self.numbers.iter().enumerate() {
            let is_near = |(other, _): &&(Numbered, Point)| {
                (other.column, other.series) == (of.column, of.series)
                    && other.number - of.number <= FARTHEST
            };
            for (other, place) in self.numbers.iter().skip(at + 1).take_while(is_near) {
                let lag = other.number - of.number;
                if lag > 0 {
                    agreement.pair(Way::Number, of.column, lag, point.distance_bound_m(*place));
                }
            }
        }
    }

    /// The columns in which neighbours lie together often enough that a gap tells something.
    pub(crate) fn telling(&self, agreement: &Agreement) -> FxHashSet<u32> {
        let columns: FxHashSet<u32> = self.numbers.iter().map(|(of, _)| of.column).collect();
        let tells = |column: &u32| {
            let chance = |lag| agreement.chance(Way::Number, *column, lag, TOGETHER_M);
            (1..=FARTHEST).any(|lag| chance(lag) > TELLING)
        };
        columns.into_iter().filter(tells).collect()
    }
}

/// An exact record with its number, place, days and the group that its taxon is in.
type Bearer = (Numbered, SeenPlace, Option<(Day, Day)>, u8);

/// The place and days of a record that is taken out.
pub(crate) type Held = (SeenPlace, Option<(Day, Day)>);

/// The exact records of the columns that tell places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    numbers: Vec<Bearer>,
}

/// Missing numbers between exact records of about one place.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    gaps: Vec<Gap>,
    squares: FxHashMap<(u32, i64, i64), Vec<usize>>,
    /// All numbers, for finding what stands beside one.
    numbers: Vec<Bearer>,
    series: FxHashSet<(u32, u64)>,
    /// By column, how many numbers are missing in all.
    missing: FxHashMap<u32, u64>,
}

#[derive(Debug, Clone, Copy)]
struct Gap {
    column: u32,
    point: Point,
    /// How far the records on both sides are apart.
    apart_m: f64,
    radius_m: f64,
    days: Option<(Day, Day)>,
    /// Those of both sides by themselves.
    sides: [Option<(Day, Day)>; 2],
}

impl Numbers {
    /// Adds an exact record.
    pub(crate) fn add(
        &mut self,
        of: Numbered,
        place: SeenPlace,
        days: Option<(Day, Day)>,
        group: u8,
    ) {
        if self.numbers.len() < MOST_NUMBERS {
            self.numbers.push((of, place, days, group));
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
    }

    /// Finds the gaps.
    pub(crate) fn gaps(mut self) -> Gaps {
        self.numbers.sort_unstable_by_key(|(of, place, ..)| {
            (*of, place.point.lat().0, place.point.lon().0)
        });
        let mut gaps = Gaps::default();
        for pair in self.numbers.windows(2) {
            let [below, above] = pair else { continue };
            let is_one = (below.0.column, below.0.series) == (above.0.column, above.0.series);
            let step = above.0.number.saturating_sub(below.0.number);
            if is_one && (2..=LONGEST).contains(&step) {
                *gaps.missing.entry(below.0.column).or_default() += step - 1;
            }
            if let Some(gap) = gap(below, above).filter(|_| above.0.number - below.0.number > 1) {
                let at = gaps.gaps.len();
                let square = (gap.column, square(gap.point.lat().0), square(gap.point.lon().0));
                gaps.squares.entry(square).or_default().push(at);
                gaps.gaps.push(gap);
            }
        }
        gaps.series = self.numbers.iter().map(|(of, ..)| (of.column, of.series)).collect();
        gaps.numbers = self.numbers;
        gaps
    }
}

/// What lies between two numbers, if they stand near each other in one series.
fn gap(below: &Bearer, above: &Bearer) -> Option<Gap> {
    let is_one = (below.0.column, below.0.series) == (above.0.column, above.0.series);
    if !is_one || above.0.number - below.0.number > WIDEST {
        return None;
    }
    let days = match (below.2, above.2) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        _ => None,
    };
    Some(Gap {
        column: below.0.column,
        point: below.1.point,
        apart_m: below.1.point.distance_bound_m(above.1.point),
        radius_m: below.1.radius_m.max(above.1.radius_m),
        days,
        sides: [below.2, above.2],
    })
}

impl Gaps {
    /// Whether any series is known in a column.
    pub(crate) fn knows(&self, of: Numbered) -> bool {
        self.series.contains(&(of.column, of.series))
    }

    /// The gaps that there would be in a column without the records of some groups, and those
    /// records: what a list of taxa takes out of a copy it takes out together.
    pub(crate) fn without(&self, column: u32, is_held: impl Fn(u8) -> bool) -> (Self, Vec<Held>) {
        let of_column = |(of, ..): &&Bearer| of.column == column;
        let (held, left): (Vec<Bearer>, Vec<Bearer>) =
            self.numbers.iter().filter(of_column).partition(|(.., group)| is_held(*group));
        let held = held.into_iter().map(|(_, place, days, _)| (place, days)).collect();
        (Numbers { numbers: left }.gaps(), held)
    }

    /// How many numbers are missing in a column.
    pub(crate) fn missing(&self, column: u32) -> u64 {
        self.missing.get(&column).copied().unwrap_or(0)
    }

    /// How many records have a number in a column, by group.
    pub(crate) fn in_groups(&self, column: u32) -> Vec<usize> {
        let mut counts = vec![0; usize::from(GROUPS)];
        for (.., group) in self.numbers.iter().filter(|(of, ..)| of.column == column) {
            if let Some(count) = counts.get_mut(usize::from(*group)) {
                *count += 1;
            }
        }
        counts
    }

    /// The places of the gaps of a column that agree with what a record says, and whose sides are no
    /// farther apart.
    pub(crate) fn of(&self, column: u32, target: &Target, how: How) -> Few {
        let mut few = Few::default();
        let Some(place) = target.allowed else { return few };
        let [south, north, west, east] = place.bounds();
        let rows = square(south)..=square(north);
        let columns = square(west)..=square(east);
        let size = |range: &std::ops::RangeInclusive<i64>| range.end() - range.start() + 1;
        if size(&rows) * size(&columns) > MOST_SQUARES {
            for gap in self.gaps.iter().filter(|gap| gap.column == column) {
                add_if_possible(&mut few, gap, target, how);
            }
            return few;
        }
        for row in rows {
            for at in columns.clone() {
                for gap in self.squares.get(&(column, row, at)).into_iter().flatten() {
                    if let Some(gap) = self.gaps.get(*gap) {
                        add_if_possible(&mut few, gap, target, how);
                    }
                }
            }
        }
        few
    }

    /// Adds the gap that an exact record would leave, to those that are there.
    pub(crate) fn with(&self, few: &mut Few, of: Numbered, target: &Target, how: How) {
        let below = self.numbers.partition_point(|(other, ..)| *other < of);
        let above = self.numbers.partition_point(|(other, ..)| *other <= of);
        // A number that several records bear leaves no gap.
        if above != below + 1 {
            return;
        }
        let neighbours = below.checked_sub(1).and_then(|at| self.numbers.get(at));
        if let (Some(below), Some(above)) = (neighbours, self.numbers.get(above))
            && let Some(gap) = gap(below, above)
        {
            add_if_possible(few, &gap, target, how);
        }
    }
}

fn add_if_possible(few: &mut Few, gap: &Gap, target: &Target, how: How) {
    let near_m = target.near_m();
    let is_of_its_time =
        || gap.sides.iter().all(|days| days.is_none_or(|days| target.may_be_on(Some(days))));
    if gap.apart_m <= near_m.min(how.apart_m)
        && (!how.is_of_its_time || is_of_its_time())
        && gap.radius_m <= near_m
        && target.may_be_at(gap.point)
        && target.may_be_on(gap.days)
    {
        few.add(gap.point);
    }
}

fn square(nano: i64) -> i64 {
    nano.div_euclid(SQUARE)
}

/// Taxa are taken together in so many groups.
pub(crate) const GROUPS: u8 = 64;
/// How well the sides of a gap must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// They are no farther apart.
    ///
    /// Units: metres.
    apart_m: f64,
    /// Both may be of the record's time, not only what lies between them.
    is_of_its_time: bool,
}

/// Ways of looking at gaps, each with odds of its own.
pub(crate) const HOW: [How; 3] = [
    How { apart_m: f64::INFINITY, is_of_its_time: false },
    How { apart_m: 500.0, is_of_its_time: false },
    How { apart_m: 500.0, is_of_its_time: true },
];
/// Numbers of one block.
const BLOCK: u64 = 64;
/// Neighbours that lie so near each other are at one place.
///
/// Units: metres.
const TOGETHER_M: f64 = 1_000.0;
/// A column may tell places if more than this share of its neighbours lies together. How sure a gap
/// is, trials say: this only spares the work where it is hopeless.
const TELLING: f64 = 0.05;
/// A longer gap is no gap: the series goes on elsewhere.
const LONGEST: u64 = 64;
/// Numbers on both sides of a gap are no farther apart.
const WIDEST: u64 = FARTHEST;
const SQUARE: i64 = DEGREE / 20;
const MOST_SQUARES: i64 = 10_000;
/// Numbers kept of all columns, at most.
const MOST_NUMBERS: usize = 8_000_000;

//! The sites that a copy tells exactly, as far as they lie in regions and periods that are asked
//! about: what is left for a record when all else is excluded.
//!
//! Memory: of each region and period some sites are kept, those with the smallest hashes; records are
//! never held.

use reedbed_core::period::Day;
use reedbed_core::place::{DEGREE, Nano, Point};
use rustc_hash::FxHashMap;

use crate::sample::mixed;
use crate::seen::SeenPlace;

/// A region, a period and what a record there would have to state: a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) place: SeenPlace,
    /// Nothing for whenever it was.
    pub(crate) days: Option<(Day, Day)>,
    /// A site is told at least so well.
    pub(crate) near_m: f64,
    pub(crate) without: Without,
    /// What it states of its event: term and value, by hash.
    pub(crate) stated: Vec<(u32, u32)>,
}

/// Exact records that do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Without {
    Nothing,
    /// One row of a table.
    Row(usize, u64),
    /// All of an event, or of a recorder and day.
    Event(u64, u64),
}

/// An exact record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    pub(crate) place: SeenPlace,
    pub(crate) days: Option<(Day, Day)>,
    pub(crate) table: usize,
    pub(crate) row: u64,
    pub(crate) event: u64,
    pub(crate) recorder_day: u64,
}

/// Questions, and what is found out about them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sites {
    slots: Vec<Slot>,
    known: FxHashMap<u64, Vec<usize>>,
    in_year: FxHashMap<(Square, u16), Vec<usize>>,
    of_long: FxHashMap<Square, Vec<usize>>,
    all: FxHashMap<Square, Vec<usize>>,
    sizes: Vec<u32>,
}

type Square = (u32, i64, i64);

#[derive(Debug, Clone)]
struct Slot {
    asked: Asked,
    /// Whatever they state.
    sites: Few,
    /// Of those that state all of it.
    like_it: Few,
    /// Of those that state one of it.
    like_one: Vec<Few>,
}

/// Some sites.
#[derive(Debug, Clone, Default)]
pub(crate) struct Few(Vec<(u64, Point)>);

/// Where most of some sites lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) point: Point,
    /// How many sites there are.
    pub(crate) sites: usize,
    /// The share of them that lies within the distance.
    pub(crate) share: f64,
}

impl Sites {
    /// Asks a question; the same one is asked once.
    pub(crate) fn ask(&mut self, asked: Asked) -> usize {
        let print = asked.print();
        let same = self.known.get(&print).into_iter().flatten();
        if let Some(at) =
            same.copied().find(|at| self.slots.get(*at).is_some_and(|s| s.asked == asked))
        {
            return at;
        }
        let at = self.slots.len();
        self.known.entry(print).or_default().push(at);
        let [south, north, west, east] = asked.place.bounds();
        let extent = (north - south).max(east - west);
        let size = (0..MOST_SIZES).find(|size| side(*size) >= extent).unwrap_or(MOST_SIZES);
        if !self.sizes.contains(&size) {
            self.sizes.push(size);
        }
        let side = side(size);
        let years = asked.days.map(|(first, last)| first.year()..=last.year());
        let years = years.filter(|years| years.end() - years.start() <= MOST_YEARS);
        for row in south.div_euclid(side)..=north.div_euclid(side) {
            let beyond = (east > 180 * DEGREE)
                .then(|| (-180 * DEGREE).div_euclid(side)..=(east - 360 * DEGREE).div_euclid(side));
            let columns = west.div_euclid(side)..=east.div_euclid(side);
            for column in columns.chain(beyond.into_iter().flatten()) {
                let square = (size, row, column);
                self.all.entry(square).or_default().push(at);
                match &years {
                    Some(years) => {
                        for year in years.clone() {
                            self.in_year.entry((square, year)).or_default().push(at);
                        }
                    }
                    None => self.of_long.entry(square).or_default().push(at),
                }
            }
        }
        let like_one = vec![Few::default(); asked.stated.len()];
        self.slots.push(Slot { asked, sites: Few::default(), like_it: Few::default(), like_one });
        at
    }

    /// Adds an exact record; `states` says what it states of a term.
    pub(crate) fn add(&mut self, exact: &Exact, states: impl Fn(u32) -> Option<u32>) {
        let (lat, lon) = (exact.place.point.lat().0, exact.place.point.lon().0);
        for at in 0..self.sizes.len() {
            let Some(size) = self.sizes.get(at).copied() else { continue };
            let square = (size, lat.div_euclid(side(size)), lon.div_euclid(side(size)));
            let year = exact.days.filter(|(first, last)| first.year() == last.year());
            let (first, second) = match year {
                Some((day, _)) => {
                    (self.in_year.get(&(square, day.year())), self.of_long.get(&square))
                }
                None => (self.all.get(&square), None),
            };
            for at in first.into_iter().chain(second).flatten() {
                if let Some(slot) = self.slots.get_mut(*at) {
                    slot.add(exact, &states);
                }
            }
        }
    }

    /// Adds what another part of the data found out about the same questions.
    pub(crate) fn merge(&mut self, other: Self) {
        for (own, other) in self.slots.iter_mut().zip(other.slots) {
            own.sites.merge(other.sites);
            own.like_it.merge(other.like_it);
            for (own, other) in own.like_one.iter_mut().zip(other.like_one) {
                own.merge(other);
            }
        }
    }

    /// The sites of a question.
    pub(crate) fn sites(&self, at: usize) -> Option<&Few> {
        self.slots.get(at).map(|slot| &slot.sites)
    }

    /// The sites that state all that the question states, and those that state one thing of it.
    pub(crate) fn alike(&self, at: usize) -> impl Iterator<Item = (Option<u32>, &Few)> {
        let slot = self.slots.get(at).filter(|slot| !slot.asked.stated.is_empty());
        let all = slot.map(|slot| (None, &slot.like_it));
        let one = slot.into_iter().flat_map(|slot| {
            let terms = slot.asked.stated.iter().map(|(term, _)| Some(*term));
            terms.zip(&slot.like_one)
        });
        all.into_iter().chain(one)
    }
}

impl Asked {
    fn print(&self) -> u64 {
        let [south, north, west, east] = self.place.bounds();
        let mut print = mixed(south.cast_unsigned());
        for part in [north, west, east] {
            print = mixed(print ^ part.cast_unsigned());
        }
        if let Some((first, last)) = self.days {
            for day in [first, last] {
                print = mixed(print ^ (u64::from(day.year()) << 16) ^ u64::from(day.day_of_year()));
            }
        }
        for (term, value) in &self.stated {
            print = mixed(print ^ (u64::from(*term) << 32) ^ u64::from(*value));
        }
        print
    }
}

impl Slot {
    fn add(&mut self, exact: &Exact, states: &impl Fn(u32) -> Option<u32>) {
        let asked = &self.asked;
        let is_in_time = match (asked.days, exact.days) {
            (Some((first, last)), Some((start, end))) => first <= end && start <= last,
            _ => true,
        };
        if !is_in_time
            || exact.place.radius_m > asked.near_m
            || asked.without.leaves_out(exact)
            || !asked.place.may_hold(exact.place.point)
        {
            return;
        }
        self.sites.add(exact.place.point);
        if asked.stated.is_empty() {
            return;
        }
        let mut is_like_it = true;
        for ((term, value), few) in asked.stated.iter().zip(&mut self.like_one) {
            if states(*term) == Some(*value) {
                few.add(exact.place.point);
            } else {
                is_like_it = false;
            }
        }
        if is_like_it {
            self.like_it.add(exact.place.point);
        }
    }
}

impl Without {
    fn leaves_out(self, exact: &Exact) -> bool {
        match self {
            Self::Nothing => false,
            Self::Row(table, row) => (table, row) == (exact.table, exact.row),
            Self::Event(event, recorder_day) => {
                (event != 0 && event == exact.event)
                    || (recorder_day != 0 && recorder_day == exact.recorder_day)
            }
        }
    }
}

impl Few {
    /// Adds a site.
    pub(crate) fn add(&mut self, point: Point) {
        let square = |angle: Nano| angle.0.div_euclid(SAME).cast_unsigned();
        let hash = mixed(square(point.lat()).rotate_left(32) ^ square(point.lon()));
        self.insert(hash, point);
    }

    fn insert(&mut self, hash: u64, point: Point) {
        if self.0.len() >= MOST && self.0.last().is_some_and(|(last, _)| *last <= hash) {
            return;
        }
        match self.0.binary_search_by_key(&hash, |(hash, _)| *hash) {
            // Of points of one square the least, whichever came first.
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    let order = |point: Point| (point.lat().0, point.lon().0);
                    if order(point) < order(*known) {
                        *known = point;
                    }
                }
            }
            Err(at) => {
                self.0.insert(at, (hash, point));
                self.0.truncate(MOST);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (hash, point) in other.0 {
            self.insert(hash, point);
        }
    }

    /// Where most of them lie within a distance of each other.
    pub(crate) fn crowd(&self, near_m: f64) -> Option<Crowd> {
        let (_, first) = self.0.first()?;
        // On a plane: over such distances the globe is one, to less than a percent.
        let shrink = first.lat().degrees().to_radians().cos();
        let flat: Vec<(f64, f64)> = self
            .0
            .iter()
            .map(|(_, point)| {
                let east = (point.lon().degrees() - first.lon().degrees()) * shrink;
                (point.lat().degrees() * METRES_PER_DEGREE, east * METRES_PER_DEGREE)
            })
            .collect();
        let reach = (near_m * 0.99).powi(2);
        let near = |at: usize| {
            let Some((lat, lon)) = flat.get(at) else { return 0 };
            flat.iter().filter(|(y, x)| (y - lat).powi(2) + (x - lon).powi(2) <= reach).count()
        };
        let (most, point) = (0..self.0.len())
            .filter_map(|at| Some((near(at), self.0.get(at)?)))
            .max_by_key(|(near, (hash, _))| (*near, *hash))
            .map(|(near, (_, point))| (near, *point))?;
        #[expect(clippy::cast_precision_loss, reason = "some dozens")]
        let share = most as f64 / self.0.len() as f64;
        Some(Crowd { point, sites: self.0.len(), share })
    }
}

/// Side of a square of a size, in nano-degrees.
fn side(size: u32) -> i64 {
    DEGREE / 1000 * 5_i64.pow(size)
}

/// Squares from a thousandth of a degree up to the whole globe.
const MOST_SIZES: u32 = 8;
/// Periods of so many years are looked up by year.
const MOST_YEARS: u16 = 12;
/// Sites kept of each question.
const MOST: usize = 32;
/// Points of one square are one site.
///
/// Units: nano-degrees; 22 m of latitude.
const SAME: i64 = 200_000;
/// Units: metres; a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_320.0;

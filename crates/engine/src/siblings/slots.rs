//! Regions and periods that are asked about, and the sites that the copy tells exactly in each.

use std::panic::resume_unwind;
use std::thread;

use reedbed_core::grid::Region;
use reedbed_core::place::{DEGREE, Direction, Point, Reach};
use rustc_hash::FxHashMap;

use super::places::{ChunkPlaces, DAYS_OF_YEAR, PlaceNote, days_of};
use crate::context::within;
use crate::plan::{self, Plan};
use crate::registry::Cohort;
use crate::survey::Survey;
use crate::ties::Had;

/// All regions and periods that are asked about.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    known: FxHashMap<Asked, usize>,
    /// By square and year: the slots whose region and period touch them.
    in_year: FxHashMap<(Square, u32), Vec<usize>>,
    /// By square: the slots of longer periods.
    of_long: FxHashMap<Square, Vec<usize>>,
    /// By square: all slots.
    all: FxHashMap<Square, Vec<usize>>,
    /// Sizes of squares in use.
    sizes: Vec<u32>,
}

/// A region, its first and last day, and the widest circle of a site, in metres.
type Asked = (Region, u32, u32, u32);

/// A square by its size, row and column.
type Square = (u32, i64, i64);

/// One region and period.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    region: Region,
    days: (u32, u32),
    /// Wider circles are no sites that could be gone to: the record itself may be told as finely.
    near_m: f32,
    /// Of what leaves as it is.
    all: Sample,
    /// With those protected records that are told as finely.
    with_told: Sample,
    /// The same of what has the same context, came with the same copy, or both.
    alike: Vec<(Like, Sample)>,
}

/// What records have in common: class and signature of their context, and the copy that they came
/// with.
type Like = (Option<(usize, u32)>, Option<Cohort>);

/// Some of the sites, and how many records.
#[derive(Debug, Default, Clone)]
struct Sample {
    /// Those with the smallest hashes, so that the order of the records does not matter.
    sites: Vec<(u64, Point)>,
    rows: u64,
}

impl Slots {
    /// Asks about a region and period, and about one context there and the records of one copy.
    pub(crate) fn ask(
        &mut self,
        region: Region,
        (first, last): (u32, u32),
        near_m: f32,
        (context, cohort): ((usize, u32), Cohort),
    ) -> usize {
        let asked = (region, first, last, near_m.to_bits());
        let at = match self.known.get(&asked) {
            Some(at) => *at,
            None => self.add(asked),
        };
        let cohort = (cohort > 0).then_some(cohort);
        let by_cohort = cohort.map(|_| [(None, cohort), (Some(context), cohort)]);
        for like in std::iter::once((Some(context), None)).chain(by_cohort.into_iter().flatten()) {
            if let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.like(like).is_none()) {
                slot.alike.push((like, Sample::default()));
            }
        }
        at
    }

    fn add(&mut self, asked: Asked) -> usize {
        let (region, first, last, near) = asked;
        let days = (first, last);
        let at = self.slots.len();
        self.known.insert(asked, at);
        let (height, width) = region.size();
        let size =
            (0..MOST_SIZES).find(|size| side(*size) >= height.0.max(width.0)).unwrap_or(MOST_SIZES);
        if !self.sizes.contains(&size) {
            self.sizes.push(size);
        }
        let side = side(size);
        let rows = region.south().0.div_euclid(side)..=region.north().0.div_euclid(side);
        let (west, east) = (region.west().0, region.east().0);
        for row in rows {
            // What lies beyond the antimeridian is looked for on its other side.
            let beyond = (east > 180 * DEGREE)
                .then(|| (-180 * DEGREE).div_euclid(side)..=(east - 360 * DEGREE).div_euclid(side));
            let columns = west.div_euclid(side)..=east.div_euclid(side);
            for column in columns.chain(beyond.into_iter().flatten()) {
                let square = (size, row, column);
                self.all.entry(square).or_default().push(at);
                match years(days) {
                    Some(years) => {
                        for year in years {
                            self.in_year.entry((square, year)).or_default().push(at);
                        }
                    }
                    None => self.of_long.entry(square).or_default().push(at),
                }
            }
        }
        self.slots.push(Slot {
            region,
            days,
            near_m: f32::from_bits(near),
            all: Sample::default(),
            with_told: Sample::default(),
            alike: Vec::new(),
        });
        at
    }

    /// What is known of a region and period.
    pub(crate) fn get(&self, at: usize) -> Option<&Slot> {
        self.slots.get(at)
    }

    /// Goes over all that leaves as it is.
    pub(crate) fn fill(
        &mut self,
        survey: &Survey,
        plans: &[Plan<'_>],
        told: &[PlaceNote],
        workers: usize,
    ) {
        let mut filled = self.slots.clone();
        for table in &survey.tables {
            let parts = table.places.parts(workers.max(1));
            let index = &*self;
            let found: Vec<Vec<Slot>> = thread::scope(|scope| {
                let crew: Vec<_> = parts
                    .into_iter()
                    .map(|part| scope.spawn(move || index.filled_with(part, survey)))
                    .collect();
                crew.into_iter()
                    .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
                    .collect()
            });
            for part in found {
                for (slot, other) in filled.iter_mut().zip(part) {
                    slot.merge(other);
                }
            }
        }
        self.note_events(survey, plans, &mut filled);
        for slot in &mut filled {
            slot.with_told = slot.all.clone();
        }
        for note in told {
            self.each_slot(note, &mut filled, |slot| slot.with_told.add(note.point));
        }
        self.slots = filled;
    }

    /// The slots with what is noted of some chunks.
    fn filled_with(&self, part: &[ChunkPlaces], survey: &Survey) -> Vec<Slot> {
        let mut slots = self.slots.clone();
        let things = &survey.ties.things;
        for note in part.iter().flat_map(ChunkPlaces::iter) {
            if things.is_empty() || !things.contains_key(&Had::point(note.point)) {
                self.note(&note, &mut slots);
            }
        }
        slots
    }

    fn note_events(&self, survey: &Survey, plans: &[Plan<'_>], slots: &mut [Slot]) {
        let counts_events = plan::counts_events(plans);
        for (id, event) in survey.events.iter() {
            let Some(place) = survey.events.place(Some(*id)).filter(|_| event.verdict.is_none())
            else {
                continue;
            };
            if place.radius_m() > EXACT_M {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, reason = "metres, to a millimetre")]
            let note = PlaceNote {
                point: place.point,
                radius_m: place.radius_m() as f32,
                days: days_of(survey.events.period(Some(*id))),
                context: event.context,
                cohort: 0,
            };
            let contexts = survey.clear_events.get(id).into_iter().flatten();
            let contexts = contexts.map(|context| within(*context, event.context));
            let own = counts_events.then_some(event.context);
            for context in own.into_iter().chain(contexts) {
                let note = PlaceNote { context, ..note };
                self.note(&note, slots);
                for cohort in survey.cohorts.get(id).into_iter().flatten() {
                    let note = PlaceNote { cohort: *cohort, ..note };
                    self.each_slot(&note, slots, |slot| slot.note_cohort(&note));
                }
            }
        }
    }

    fn note(&self, note: &PlaceNote, slots: &mut [Slot]) {
        self.each_slot(note, slots, |slot| slot.note(note));
    }

    /// The slots that a note lies in.
    fn each_slot(&self, note: &PlaceNote, slots: &mut [Slot], mut visit: impl FnMut(&mut Slot)) {
        let (lat, lon) = (note.point.lat().0, note.point.lon().0);
        for size in &self.sizes {
            let side = side(*size);
            let square = (*size, lat.div_euclid(side), lon.div_euclid(side));
            let Some(all) = self.all.get(&square) else { continue };
            let single = years(note.days).filter(|years| years.start() == years.end());
            let (first, second) = match single {
                // A slot of one year cannot be met twice.
                Some(year) => {
                    (self.in_year.get(&(square, *year.start())), self.of_long.get(&square))
                }
                None => (Some(all), None),
            };
            for at in first.into_iter().chain(second).flatten() {
                if let Some(slot) = slots.get_mut(*at).filter(|slot| slot.holds(note)) {
                    visit(slot);
                }
            }
        }
    }
}

impl Slot {
    fn holds(&self, note: &PlaceNote) -> bool {
        let overlaps = self.days.0 <= note.days.1 && note.days.0 <= self.days.1;
        overlaps && note.radius_m <= self.near_m && self.region.contains(note.point)
    }

    fn note(&mut self, note: &PlaceNote) {
        self.all.add(note.point);
        self.note_alike(note, |cohort| cohort.is_none_or(|cohort| cohort == note.cohort));
    }

    /// Notes that what was noted came with a copy, too.
    fn note_cohort(&mut self, note: &PlaceNote) {
        self.note_alike(note, |cohort| cohort == Some(note.cohort));
    }

    fn note_alike(&mut self, note: &PlaceNote, is_asked: impl Fn(Option<Cohort>) -> bool) {
        for ((context, cohort), sample) in &mut self.alike {
            let has_context = context
                .is_none_or(|(class, signature)| note.context.get(class) == Some(&signature));
            if has_context && is_asked(*cohort) {
                sample.add(note.point);
            }
        }
    }

    fn like(&self, like: Like) -> Option<&Sample> {
        self.alike.iter().find(|(known, _)| *known == like).map(|(_, sample)| sample)
    }

    /// Adds what another part of the data has.
    fn merge(&mut self, other: Self) {
        self.all.merge(other.all);
        for ((_, own), (_, other)) in self.alike.iter_mut().zip(other.alike) {
            own.merge(other);
        }
    }

    /// Whether nobody could tell at which of its sites something is: there are none, or at least
    /// three so far apart that no circle below the floor holds more than half of them.
    ///
    /// A record is of the events that came with the same copy, where there are any.
    pub(crate) fn hides(&self, cohort: Cohort) -> bool {
        [Some(&self.all), Some(&self.with_told), self.like((None, Some(cohort)))]
            .into_iter()
            .flatten()
            .all(|sample| sample.sites.is_empty() || sample.hides(self.near_m))
    }

    /// The same for those in a context.
    pub(crate) fn hides_in_context(&self, context: (usize, u32), cohort: Cohort) -> bool {
        let hides = |cohort: Option<Cohort>| {
            self.like((Some(context), cohort)).is_some_and(|sample| sample.hides(self.near_m))
        };
        let of_cohort = self.like((None, Some(cohort)));
        self.with_told.sites.is_empty()
            || hides(None)
                && of_cohort.is_none_or(|sample| sample.sites.is_empty() || hides(Some(cohort)))
    }

    /// Whether nothing in it is told finely.
    pub(crate) fn is_empty(&self) -> bool {
        self.with_told.sites.is_empty()
    }

    /// Some of the sites.
    pub(crate) fn sites(&self) -> impl Iterator<Item = Point> {
        self.all.sites.iter().map(|(_, point)| *point)
    }

    /// How many records that leave as they are lie in it.
    pub(crate) fn rows(&self) -> u64 {
        self.all.rows
    }
}

impl Sample {
    fn add(&mut self, point: Point) {
        self.rows += 1;
        self.add_site(point);
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        for (_, point) in other.sites {
            self.add_site(point);
        }
    }

    fn add_site(&mut self, point: Point) {
        let hash = Had::point(point).key;
        if self.sites.len() >= MOST_SITES
            && self.sites.last().is_some_and(|(last, _)| *last <= hash)
        {
            return;
        }
        if let Err(at) = self.sites.binary_search_by_key(&hash, |(hash, _)| *hash) {
            self.sites.insert(at, (hash, point));
            self.sites.truncate(MOST_SITES);
        }
    }

    fn hides(&self, near_m: f32) -> bool {
        let reach = Reach::of_floor(f64::from(near_m));
        let sites: Vec<Direction> = self.sites.iter().map(|(_, point)| point.direction()).collect();
        let mut apart: Vec<Direction> = Vec::with_capacity(WANTED);
        for site in &sites {
            if apart.len() < WANTED && !apart.iter().any(|known| reach.holds(*known, *site)) {
                apart.push(*site);
            }
        }
        let crowd =
            |centre: &Direction| sites.iter().filter(|site| reach.holds(*centre, **site)).count();
        apart.len() >= WANTED && sites.iter().all(|site| crowd(site) * 2 <= sites.len())
    }
}

/// The years of a period, if they are few.
fn years(days: (u32, u32)) -> Option<std::ops::RangeInclusive<u32>> {
    let years = days.0 / DAYS_OF_YEAR..=days.1 / DAYS_OF_YEAR;
    (years.end() - years.start() <= MOST_YEARS).then_some(years)
}

/// Side of a square of a size, in nano-degrees.
fn side(size: u32) -> i64 {
    DEGREE / 1000 * 5_i64.pow(size)
}

/// Sites at which a protected record may be: so many at least.
const WANTED: usize = 3;
const MOST_SITES: usize = 32;
/// Slots of so many years are looked up by year.
const MOST_YEARS: u32 = 12;
/// Squares from a thousandth of a degree up to the whole globe.
const MOST_SIZES: u32 = 8;
/// A place that is less certain is no site that somebody could go to.
///
/// Units: metres.
pub(crate) const EXACT_M: f64 = 1_000.0;

//! Closes the ties between protected records and their more precise siblings.
//!
//! A protected record leaves with nothing that names its event, site, recorder or day. What is left
//! for an attacker is to go through the events that the copy tells exactly: of those in the record's
//! region and period, with the values that the record still states, few may remain. For each record
//! the cheapest way is chosen that leaves enough of them: as it is, without the values that it has
//! in common with its event, with a longer period, with a wider region, or not at all. Its siblings
//! stay as they are, unless a rule says otherwise.

mod places;
mod slots;

use std::sync::Arc;

use reedbed_core::decide::{Audience, Decision, PlaceTold};
use reedbed_core::grid::Region;
use reedbed_core::period::{Period, Precision};
use reedbed_core::place::Point;
use reedbed_core::rule::Siblings;
use rustc_hash::FxHashMap;

use self::places::PlaceNote;
pub(crate) use self::places::{ChunkPlaces, DAYS_OF_YEAR, PlaceNotes, days_of};
pub(crate) use self::slots::EXACT_M;
use self::slots::{Slot, Slots};
use crate::context::{Context, class_of};
use crate::judge::Judge;
use crate::place::{Stated, ToldPlace};
use crate::plan::{self, Plan, Role};
use crate::registry::{Cohort, Given, Registry};
use crate::survey::Survey;
use crate::ties::{Had, tie};
use crate::told_period::ToldPeriod;
use crate::verdict::{Closing, Verdict};

/// A protected row of a table, as far as its siblings may give it away.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Its number.
    pub(crate) row: u64,
    /// Hash of its identifier.
    pub(crate) own: Option<u64>,
    /// How it is told.
    pub(crate) verdict: Arc<Verdict>,
    /// What the rules decided about it.
    pub(crate) by_rules: Arc<Verdict>,
    /// Its place, its own or its event's.
    pub(crate) place: Option<Stated>,
    /// Its period, its own or its event's.
    pub(crate) period: Option<Period>,
    /// What it states about its event.
    pub(crate) context: Context,
    /// Hash of the identifier of its event.
    pub(crate) event: Option<u64>,
}

impl Held {
    /// A row of which nothing more is known.
    pub(crate) fn alone(row: u64, verdict: Arc<Verdict>) -> Self {
        let context = Context::default();
        let by_rules = Arc::clone(&verdict);
        let own = None;
        Self { row, own, verdict, by_rules, place: None, period: None, context, event: None }
    }
}

/// Decides how each protected record is told so that its siblings do not give it away.
///
/// Says how many of them earlier copies told more finely than the rules allow today; these are
/// withheld.
pub(crate) fn close(
    survey: &mut Survey,
    plans: &[Plan<'_>],
    judge: &Judge<'_>,
    known: Known<'_>,
    workers: usize,
) -> u64 {
    let counted = if plan::counts_events(plans) { Role::Events } else { Role::Records };
    let tables: Vec<usize> = (0..plans.len())
        .filter(|index| plans.get(*index).is_some_and(|p| p.role == counted))
        .collect();
    let mut held: Vec<One> = Vec::new();
    let mut told_before = 0;
    for table in tables {
        let rows = survey.tables.get(table).map(|table| table.protected.as_slice());
        for (at, row) in rows.unwrap_or_default().iter().enumerate() {
            // What hides among the others is found out for each copy that is made from the level; only
            // what a rule says of siblings needs the ties that end here.
            let is_for_later = matches!(judge.audience(), Audience::PartnerLevel { .. })
                && row.by_rules.decision.siblings.is_none();
            if is_for_later {
                continue;
            }
            let earlier = Earlier::of(row, known.registry);
            told_before += u64::from(earlier.was_told_finely);
            if let Some(ways) = Ways::of(row, earlier) {
                let located = known.located.of(table, row.row);
                held.push(One { table, at, ways, located, round: 0 });
            }
        }
    }
    let told = told_finely(survey, judge);
    // Few ask for more than the first rounds know.
    let mut rounds: Vec<Slots> = Vec::new();
    for most in ROUNDS {
        let mut slots = Slots::default();
        let mut is_asked = false;
        for one in held.iter_mut().filter(|one| one.ways.is_open) {
            one.ways.ask(&mut slots, most, judge);
            one.round = rounds.len();
            is_asked = true;
        }
        if !is_asked {
            break;
        }
        slots.fill(survey, plans, &told, workers);
        for one in held.iter_mut().filter(|one| one.ways.is_open) {
            // What was not asked about could not be cheaper than what was found.
            let way = one.ways.cheapest(&slots, one.located);
            one.ways.is_open = way.is_none_or(|way| way.cost() > most + 1);
        }
        rounds.push(slots);
    }
    let mut made: FxHashMap<(*const Verdict, Way), Arc<Verdict>> = FxHashMap::default();
    for One { table, at, ways, located, round } in held {
        let Some(slots) = rounds.get(round) else { continue };
        let way = ways.by_rule(slots, located, survey);
        if way == Some(Way::default()) || way == Some(Way::COARSEN) {
            if let Some(row) = survey.tables.get_mut(table).and_then(|t| t.protected.get_mut(at)) {
                row.verdict = Arc::clone(&row.by_rules);
            }
            if way == Some(Way::COARSEN) {
                coarsen(survey, &ways, slots);
            }
            continue;
        }
        let way = way.unwrap_or(Way::WITHHOLD);
        let Some(row) = survey.tables.get_mut(table).and_then(|t| t.protected.get_mut(at)) else {
            continue;
        };
        let key = (Arc::as_ptr(&row.by_rules), way);
        let closed = made.entry(key).or_insert_with(|| Arc::new(ways.closed(&row.by_rules, way)));
        row.verdict = Arc::clone(closed);
    }
    told_before
}

/// What is known besides the data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Rows that an attack on the finished copy located: each time they are told more carefully than
    /// in the cheapest way.
    pub(crate) located: &'a Located,
    /// What earlier copies told.
    pub(crate) registry: Option<&'a Registry>,
}

/// What earlier copies told of a record.
#[derive(Debug, Clone, Default)]
struct Earlier {
    /// Regions and periods that it was told as.
    given: Vec<Given>,
    /// Whether the copies so far tell it more finely than today's rules allow.
    was_told_finely: bool,
    /// Whether there are copies.
    has_copies: bool,
    /// With which of them it came; nought where there is none, or nobody could tell.
    cohort: Cohort,
    /// Height of the public cell.
    lattice_m: f64,
}

impl Earlier {
    fn of(row: &Held, registry: Option<&Registry>) -> Self {
        let registry = registry.filter(|registry| registry.copies() > 0);
        let Some(registry) = registry else { return Self::default() };
        let Some(own) = row.own else { return Self { has_copies: true, ..Self::default() } };
        let given = registry.told(own).to_vec();
        let lattice_m = match row.by_rules.decision.place {
            PlaceTold::Block { lattice, .. } | PlaceTold::Cell { lattice } => lattice.height_m(),
            PlaceTold::AsHeld => 0.0,
            PlaceTold::Withheld => f64::INFINITY,
        };
        // A partner may be told a fifth of what the public is told.
        let is_fine = |given: &Given| {
            let allowed_m = if given.is_partner { lattice_m / 5.0 } else { lattice_m };
            height_m(&given.region) < allowed_m * 0.99
        };
        let was_told_finely =
            lattice_m > 0.0 && (registry.told_as_held(own) || given.iter().any(is_fine));
        let cohort = registry.cohort(own);
        Self { has_copies: true, cohort, given, was_told_finely, lattice_m }
    }

    /// What is known of a region when it is told too; nothing where it would be less than the rules
    /// allow.
    fn with(&self, region: Region, floor_m: f64) -> Option<Region> {
        let is_any_partner = self.given.iter().any(|given| given.is_partner);
        let floor_m = if is_any_partner { floor_m.min(self.lattice_m / 5.0) } else { floor_m };
        self.given.iter().try_fold(region, |known, given| {
            let known = known.cut(&given.region)?;
            // INVARIANT: regions of one lattice overlap in whole floor cells.
            (height_m(&known) >= floor_m * 0.99).then_some(known)
        })
    }

    /// The days that are left when a period is told too.
    fn days(&self, days: (u32, u32)) -> (u32, u32) {
        self.given.iter().fold(days, |(first, last), given| {
            let (start, end) = given.days;
            let both = (first.max(start), last.min(end));
            if both.0 <= both.1 { both } else { (first, last) }
        })
    }
}

/// Height of a region as the categories measure it.
fn height_m(region: &Region) -> f64 {
    region.size().0.degrees() * METRES_PER_DEGREE
}

/// Protected records that are told so finely that they point to a site themselves.
fn told_finely(survey: &Survey, judge: &Judge<'_>) -> Vec<PlaceNote> {
    let mut notes = Vec::new();
    for row in survey.tables.iter().flat_map(|table| &table.protected) {
        let decision = &row.by_rules.decision;
        if decision.place.width_m() > 2.0 * EXACT_M {
            continue;
        }
        let Ok(told) = ToldPlace::tell(row.place, decision, judge.pseudonyms) else { continue };
        let Some(region) = told.region() else { continue };
        #[expect(clippy::cast_possible_truncation, reason = "metres, to a millimetre")]
        notes.push(PlaceNote {
            point: region.centre(),
            radius_m: told.uncertainty_m().unwrap_or_default() as f32,
            days: days_of(ToldPeriod::tell(row.period, decision.period).period()),
            context: Context::default(),
            cohort: 0,
        });
    }
    notes
}

/// One protected record, and the ways to tell it.
struct One {
    table: usize,
    at: usize,
    ways: Ways,
    /// How often an attack located it.
    located: usize,
    /// In which round it was asked about last.
    round: usize,
}

/// Rows that an attack on the finished copy located, with how often.
#[derive(Debug, Default)]
pub(crate) struct Located {
    rows: FxHashMap<(usize, u64), usize>,
}

impl Located {
    /// Notes a row of a table.
    pub(crate) fn add(&mut self, table: usize, row: u64) {
        *self.rows.entry((table, row)).or_default() += 1;
    }

    /// Notes a row that is not to leave: no way that was tried hid it.
    pub(crate) fn give_up(&mut self, table: usize, row: u64) {
        self.rows.insert((table, row), usize::MAX);
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many of the cheapest ways a row is not told in: few at first, all of them soon.
    fn of(&self, table: usize, row: u64) -> usize {
        match self.rows.get(&(table, row)) {
            None => 0,
            Some(times @ 1..=2) => *times,
            Some(times @ 3..=7) => 2 * times - 2,
            Some(_) => usize::MAX,
        }
    }
}

/// A way to tell a record, by how much more carefully than its decision says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Way {
    /// Steps to wider places.
    place: usize,
    /// Steps to longer periods.
    period: usize,
    /// Whether it does without what it states of its event.
    without_context: bool,
}

impl Way {
    /// Its few siblings are told as coarsely as it is.
    const COARSEN: Self = Self { place: usize::MAX, period: 0, without_context: false };
    /// It does not leave.
    const WITHHOLD: Self = Self { place: usize::MAX, period: 1, without_context: false };

    /// What it loses, in cells of one record: about one for a longer period or for the values of the
    /// event, two for a place.
    fn cost(self) -> usize {
        self.place * 2 + self.period + usize::from(self.without_context)
    }
}

/// All ways in which one record can be told.
struct Ways {
    decision: Decision,
    stated: Stated,
    period: Option<Period>,
    places: Vec<PlaceTold>,
    periods: Vec<Option<Precision>>,
    context: Context,
    event: Option<u64>,
    /// Slots by steps of place and period.
    slots: Vec<((usize, usize), usize)>,
    earlier: Earlier,
    /// Whether no way that is cheap enough is known yet.
    is_open: bool,
}

impl Ways {
    /// The ways of a row; nothing for one that gives no place that could be found out.
    fn of(row: &Held, earlier: Earlier) -> Option<Self> {
        let decision = &row.by_rules.decision;
        let stated = row.place?;
        if matches!(decision.place, PlaceTold::AsHeld | PlaceTold::Withheld) {
            return None;
        }
        let places: Vec<PlaceTold> =
            std::iter::successors(Some(decision.place), |place| place.wider()).collect();
        let periods: Vec<Option<Precision>> =
            std::iter::successors(Some(decision.period), |period| match period {
                None => Some(Some(Precision::Day)),
                Some(precision) => precision.coarser().map(Some),
            })
            .collect();
        Some(Self {
            decision: decision.clone(),
            stated,
            period: row.period,
            places,
            periods,
            context: row.context,
            event: row.event,
            slots: Vec::new(),
            earlier,
            is_open: true,
        })
    }

    /// Asks for what must be known of the ways that cost no more than this.
    fn ask(&mut self, slots: &mut Slots, most: usize, judge: &Judge<'_>) {
        self.slots.clear();
        let (near_m, context) = (self.near_m(), self.signature());
        for (place, told) in self.places.iter().enumerate() {
            let is_asked = |period: usize| Way { place, period, ..Way::default() }.cost() <= most;
            if !is_asked(0) {
                break;
            }
            let region = self.region(*told, judge);
            let floor_m = self.decision.place.floor_m();
            let Some(region) = region.and_then(|region| self.earlier.with(region, floor_m)) else {
                continue;
            };
            let periods = self.periods.iter().enumerate().filter(|(step, _)| is_asked(*step));
            for (period, precision) in periods {
                let told = match (self.period, precision) {
                    (None, _) | (_, Some(Precision::None)) => None,
                    (Some(period), Some(precision)) => Some(period.generalise(*precision)),
                    (Some(period), None) => Some(period),
                };
                let days = self.earlier.days(days_of(told));
                let slot = slots.ask(region, days, near_m, (context, self.earlier.cohort));
                self.slots.push(((place, period), slot));
            }
            self.slots.push((
                (place, ALL_TIMES),
                slots.ask(region, days_of(None), near_m, (context, self.earlier.cohort)),
            ));
        }
    }

    /// The region that would be told.
    fn region(&self, place: PlaceTold, judge: &Judge<'_>) -> Option<Region> {
        let told = Decision { place, ..Decision::clear() };
        ToldPlace::tell(Some(self.stated), &told, judge.pseudonyms).ok()?.region()
    }

    /// The cheapest way that leaves enough events that the record may be of, after so many.
    fn cheapest(&self, slots: &Slots, skipped: usize) -> Option<Way> {
        let mut ways: Vec<Way> = self
            .slots
            .iter()
            .filter(|((_, period), _)| *period != ALL_TIMES)
            .flat_map(|((place, period), _)| {
                [false, true].map(|without_context| Way {
                    place: *place,
                    period: *period,
                    without_context,
                })
            })
            .collect();
        ways.sort_by_key(|way| (way.cost(), way.place, way.period, way.without_context));
        ways.into_iter().filter(|way| self.hides(slots, *way)).nth(skipped)
    }

    /// Whether enough events are left. Where none is known of the period, those of all times are
    /// what an attacker looks at next.
    fn hides(&self, slots: &Slots, way: Way) -> bool {
        let of_period = self.slot(slots, way.place, way.period);
        let of_all_times = self.slot(slots, way.place, ALL_TIMES);
        let (Some(of_period), Some(of_all_times)) = (of_period, of_all_times) else {
            return false;
        };
        let slot = if of_period.is_empty() { of_all_times } else { of_period };
        slot.hides(self.earlier.cohort)
            && (way.without_context || slot.hides_in_context(self.signature(), self.earlier.cohort))
    }

    /// Within this distance two sites are as good as one: a circle of this radius is below the floor.
    #[expect(clippy::cast_possible_truncation, reason = "metres, to a millimetre")]
    fn near_m(&self) -> f32 {
        (self.decision.place.floor_m() / 4.0) as f32
    }

    /// What it states of its event, by the class of its category.
    fn signature(&self) -> (usize, u32) {
        let class = class_of(self.decision.category);
        (class, self.context.get(class).copied().unwrap_or_default())
    }

    fn slot<'s>(&self, slots: &'s Slots, place: usize, period: usize) -> Option<&'s Slot> {
        let is_it = |(steps, _): &&((usize, usize), usize)| *steps == (place, period);
        slots.get(self.slots.iter().find(is_it)?.1)
    }

    /// What the rule says of siblings, where it says anything; and what becomes of a record that no
    /// way hides.
    fn by_rule(&self, slots: &Slots, located: usize, survey: &Survey) -> Option<Way> {
        if self.earlier.was_told_finely {
            return None;
        }
        let way = self.cheapest(slots, located);
        let own = self.slot(slots, 0, 0);
        match self.decision.siblings {
            Some(Siblings::Withhold) => {
                let is_near = |point: &Point| point.distance_bound_m(self.stated.point) < SAME_M;
                let has_near = own.is_some_and(|slot| slot.sites().any(|point| is_near(&point)));
                let is_live =
                    self.event.is_some_and(|event| survey.clear_events.contains_key(&event));
                if has_near || is_live { Some(Way::WITHHOLD) } else { way }
            }
            // Its siblings are coarse already; that others are left alone is for the attack to say.
            Some(Siblings::Coarsen) if located == 0 => Some(Way::default()),
            Some(Siblings::Coarsen) => way,
            Some(Siblings::Cut) => way,
            // To withhold a record loses about as much as to coarsen one or two of its siblings, however
            // often these were seen. Siblings that earlier copies told exactly cannot be taken back.
            None => way.or_else(|| {
                let all_times = self.slot(slots, 0, ALL_TIMES)?;
                let are_few = (1..=FEW).contains(&all_times.rows());
                let is_first = located == 0 && !self.earlier.has_copies;
                (own.is_some() && are_few && is_first).then_some(Way::COARSEN)
            }),
        }
    }

    /// The verdict on the record, told in a way.
    fn closed(&self, verdict: &Verdict, way: Way) -> Verdict {
        let mut decision = self.decision.clone();
        let closing = if way == Way::WITHHOLD {
            decision.place = PlaceTold::Withheld;
            Closing { is_withheld: true, ..Closing::default() }
        } else {
            decision.place = self.places.get(way.place).copied().unwrap_or(PlaceTold::Withheld);
            decision.period = self.periods.get(way.period).copied().unwrap_or(decision.period);
            Closing {
                has_wider_place: way.place > 0,
                has_longer_period: way.period > 0,
                without_context: way.without_context,
                is_withheld: false,
            }
        };
        Verdict { decision, closing, ..verdict.clone() }
    }
}

/// Ties the few siblings of a record, so that they are told as it is.
fn coarsen(survey: &mut Survey, ways: &Ways, slots: &Slots) {
    let Some(slot) = ways.slot(slots, 0, 0) else { return };
    let points: Vec<Point> = slot.sites().collect();
    let found = survey.tables.iter().flat_map(|table| &table.protected);
    let Some(verdict) = found
        .filter(|row| row.verdict.decision == ways.decision)
        .map(|row| Arc::new(row.verdict.for_others()))
        .next()
    else {
        return;
    };
    for point in points {
        for had in Had::around(point) {
            tie(&mut survey.ties.things, had, &verdict);
        }
    }
    let ties = std::mem::take(&mut survey.ties);
    survey.events.settle(&ties);
    survey.ties = ties;
}

/// In the place of the steps of a period: whenever it was.
const ALL_TIMES: usize = usize::MAX;
/// What the ways cost at most that are asked about in each round.
const ROUNDS: [usize; 3] = [0, 2, 100];
/// Points closer than this are one site.
///
/// Units: metres.
const SAME_M: f64 = 50.0;
/// Units: metres; as [`reedbed_core::grid::Lattice::height_m`] counts them.
const METRES_PER_DEGREE: f64 = 111_319.49;
/// So many siblings are coarsened rather than one record withheld.
const FEW: u64 = 2;

//! Texts of other records that are emptied because they name a listed taxon, and those of some other
//! sites that are emptied with them: one text that is missing among many would tell the place as well
//! as the words did.

use reedbed_core::period::Period;
use reedbed_core::place::Point;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{ChunkFound, Survey, TableReader};
use crate::cells::Row;
use crate::facts::RowFacts;
use crate::pseudonym::Pseudonyms;
use crate::siblings::{DAYS_OF_YEAR, EXACT_M, days_of};
use crate::ties::Had;

/// The visits to one site in one year: their texts are emptied together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Visits {
    point: Point,
    /// Nought where it is unknown, or not one.
    year: u32,
}

impl Visits {
    /// Those that a record of this place and period belongs to.
    pub(crate) fn of(point: Point, period: Option<Period>) -> Self {
        Self::on(point, days_of(period))
    }

    fn on(point: Point, (first, last): (u32, u32)) -> Self {
        let year = first / DAYS_OF_YEAR;
        Self { point, year: if last / DAYS_OF_YEAR == year { year } else { 0 } }
    }

    fn key(self) -> u64 {
        Had::point(self.point).key ^ u64::from(self.year).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// The square of a size that holds it, as cells lie, with the year.
    fn square(self, side: i64) -> Square {
        let of = |angle: i64| (angle + side / 2).div_euclid(side);
        (side, of(self.point.lat().0), of(self.point.lon().0), self.year)
    }
}

type Square = (i64, i64, i64, u32);

/// A text that names a listed taxon: its column, and the visits that it is of.
pub(crate) type Named = (usize, Visits);

/// By column, the visits of which no text leaves.
#[derive(Debug, Default)]
pub(crate) struct Emptied(FxHashMap<usize, FxHashSet<u64>>);

impl Emptied {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the texts of a column do not leave with some visits.
    pub(crate) fn has(&self, column: usize, visits: Visits) -> bool {
        self.0.get(&column).is_some_and(|emptied| emptied.contains(&visits.key()))
    }
}

impl Survey {
    /// Chooses the visits of which texts are emptied: those that name a listed taxon, and in each
    /// square round them some more, by a keyed choice.
    pub(crate) fn choose_emptied(&mut self, pseudonyms: &Pseudonyms) {
        if self.tables.iter().all(|table| table.named.is_empty()) {
            return;
        }
        let named = self.tables.iter().flat_map(|table| &table.named);
        let wanted: FxHashSet<Square> =
            named.flat_map(|(_, visits)| SIDES.map(|side| visits.square(side))).collect();
        let squares = self.visits_in(&wanted, pseudonyms);
        for table in &mut self.tables {
            let emptied = &mut table.emptied.0;
            for (column, visits) in &table.named {
                let emptied = emptied.entry(*column).or_default();
                emptied.insert(visits.key());
                for side in SIDES {
                    let others = squares.get(&visits.square(side)).into_iter().flatten();
                    // INVARIANT: which ones does not depend on the visits that are to be hidden.
                    emptied.extend(others.map(|(_, key)| *key));
                }
            }
        }
    }

    /// Of each square those visits that a key puts first.
    fn visits_in(
        &self,
        wanted: &FxHashSet<Square>,
        pseudonyms: &Pseudonyms,
    ) -> FxHashMap<Square, Vec<(String, u64)>> {
        let mut squares: FxHashMap<Square, Vec<(String, u64)>> = FxHashMap::default();
        let mut known: FxHashSet<u64> = FxHashSet::default();
        let mut add = |visits: Visits| {
            let squares_of = SIDES.map(|side| visits.square(side));
            if !squares_of.iter().any(|square| wanted.contains(square))
                || !known.insert(visits.key())
            {
                return;
            }
            let order = pseudonyms.of("emptied", &format!("{:016x}", visits.key()));
            for square in squares_of.into_iter().filter(|square| wanted.contains(square)) {
                let first = squares.entry(square).or_default();
                let at = first.partition_point(|(other, _)| *other < order);
                if at < MORE {
                    first.insert(at, (order.clone(), visits.key()));
                    first.truncate(MORE);
                }
            }
        };
        for table in &self.tables {
            for note in table.places.all().filter(|note| f64::from(note.radius_m) <= EXACT_M) {
                add(Visits::on(note.point, note.days));
            }
        }
        for (id, event) in self.events.iter().filter(|(_, event)| event.verdict.is_none()) {
            let place = self.events.place(Some(*id)).or(event.place);
            if let Some(place) = place.filter(|place| place.radius_m() <= EXACT_M) {
                add(Visits::of(place.point, self.events.period(Some(*id))));
            }
        }
        squares
    }
}

impl TableReader<'_> {
    /// Notes texts that name a listed taxon; says whether there are any.
    pub(super) fn note_named(
        &self,
        row: Row<'_>,
        facts: &RowFacts,
        found: &mut ChunkFound,
    ) -> bool {
        let mut is_named = false;
        for column in self.judge.mentions.columns_in_row(row, &self.plan.facts.texts) {
            is_named = true;
            let events = &self.survey.events;
            if let Some(place) = facts.place.or_else(|| events.place(facts.event)) {
                let period = facts.period.or_else(|| events.period(facts.event));
                found.named.push((column, Visits::of(place.point, period)));
            }
        }
        is_named
    }
}

/// Squares round a site in which texts of others are missing, too.
///
/// Units: nano-degrees.
const SIDES: [i64; 3] = [10_000_000, 100_000_000, 1_000_000_000];
/// So many visits of each square.
const MORE: usize = 4;

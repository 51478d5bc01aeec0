//! Where and when the records are that leave as they are: short notes of the first reading.
//!
//! Memory: 34 bytes a record, for at most [`MOST_NOTED`] records of a table. Those behind do not
//! count as places where a protected record may be, so that more is held back.

use reedbed_core::period::{Day, Period};
use reedbed_core::place::{Nano, Point};

use crate::context::Context;
use crate::place::Stated;
use crate::registry::Cohort;

/// Where and when a record or an event is, as far as an attacker could take it for another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaceNote {
    /// Its place.
    pub(crate) point: Point,
    /// Radius of the circle that is stated around it.
    ///
    /// Units: metres.
    pub(crate) radius_m: f32,
    /// First and last day, as [`order_of`] numbers them.
    pub(crate) days: (u32, u32),
    /// What it says of its event.
    pub(crate) context: Context,
    /// With which copy it came; nought where there was none.
    pub(crate) cohort: Cohort,
}

/// The notes of a table, chunk by chunk.
#[derive(Debug, Default)]
pub(crate) struct PlaceNotes {
    chunks: Vec<ChunkPlaces>,
    noted: usize,
}

/// The notes of one chunk.
#[derive(Debug, Default)]
pub(crate) struct ChunkPlaces {
    /// Tenths of micro-degrees.
    points: Vec<(i32, i32)>,
    radii_m: Vec<f32>,
    days: Vec<(u32, u32)>,
    contexts: Vec<Context>,
    cohorts: Vec<Cohort>,
}

impl PlaceNotes {
    /// Adds the notes of the next chunk, as long as there is room.
    pub(crate) fn push(&mut self, chunk: ChunkPlaces) {
        if self.noted + chunk.points.len() <= MOST_NOTED {
            self.noted += chunk.points.len();
            self.chunks.push(chunk);
        }
    }

    /// All notes.
    pub(crate) fn all(&self) -> impl Iterator<Item = PlaceNote> {
        self.chunks.iter().flat_map(ChunkPlaces::iter)
    }

    /// The chunks in about as many parts.
    pub(crate) fn parts(&self, parts: usize) -> Vec<&[ChunkPlaces]> {
        self.chunks.chunks(self.chunks.len().div_ceil(parts).max(1)).collect()
    }
}

impl ChunkPlaces {
    /// All notes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PlaceNote> {
        let rows = self.points.iter().zip(&self.radii_m).zip(&self.days);
        let rows = rows.zip(&self.contexts).zip(&self.cohorts);
        rows.filter_map(|(((((lat, lon), radius_m), days), context), cohort)| {
            let point = Point::new(Nano(i64::from(*lat) * 100), Nano(i64::from(*lon) * 100))?;
            let (radius_m, days) = (*radius_m, *days);
            Some(PlaceNote { point, radius_m, days, context: *context, cohort: *cohort })
        })
    }

    /// Notes a record.
    #[expect(clippy::cast_possible_truncation, reason = "metres, to a millimetre")]
    pub(crate) fn note(
        &mut self,
        place: &Stated,
        period: Option<Period>,
        context: Context,
        cohort: Cohort,
    ) {
        let tenths = |angle: Nano| i32::try_from(angle.0 / 100).unwrap_or(0);
        self.points.push((tenths(place.point.lat()), tenths(place.point.lon())));
        self.radii_m.push(place.radius_m() as f32);
        self.days.push(days_of(period));
        self.contexts.push(context);
        self.cohorts.push(cohort);
    }
}

/// First and last day of a period as numbers in their order; of an unknown one all days.
pub(crate) fn days_of(period: Option<Period>) -> (u32, u32) {
    period.map_or((0, u32::MAX), |period| (order_of(period.start()), order_of(period.end())))
}

fn order_of(day: Day) -> u32 {
    u32::from(day.year()) * DAYS_OF_YEAR + u32::from(day.day_of_year())
}

/// Numbers for the days of one year.
pub(crate) const DAYS_OF_YEAR: u32 = 400;
/// More records of a table are not noted.
const MOST_NOTED: usize = 16_000_000;

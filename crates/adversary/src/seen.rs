//! One row as its recipient sees it: where, when, and what it hangs together with.

use std::sync::Arc;

use reedbed_core::period::{Day, PeriodCells, PeriodRead};
use reedbed_core::place::{Nano, Point};
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::place::{self, OutlineRead, PlaceCells, PlaceRead};
use reedbed_formats::track::instant;

use crate::columns::Columns;
use crate::sample::mixed;
use crate::ways::{Key, Way, hash_of};

/// A place as a row states it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SeenPlace {
    pub(crate) point: Point,
    /// The circle that the row states around it; nought where it states none.
    pub(crate) radius_m: f64,
    /// South, north, west and east of the outline that it states.
    pub(crate) edges: Option<[Nano; 4]>,
}

/// A row, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) place: Option<SeenPlace>,
    /// Its first and last day.
    pub(crate) days: Option<(Day, Day)>,
    /// Its minute of the day.
    pub(crate) minute: Option<u16>,
    /// Its instant, where it states one.
    ///
    /// Units: milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) time_ms: Option<i64>,
    pub(crate) event: Option<u64>,
    pub(crate) parent_event: Option<u64>,
    pub(crate) recorder: Option<u64>,
    /// What it has in each way, with the print of the column.
    pub(crate) keys: Vec<(Key, u32)>,
    /// What the event around it states: column and value, by print.
    pub(crate) event_states: Option<Arc<[(u32, u32)]>>,
    /// Whether it says that it was generalised.
    pub(crate) says_so: bool,
}

impl SeenPlace {
    /// Whether a point may be the place.
    pub(crate) fn may_hold(&self, point: Point) -> bool {
        match self.edges {
            Some([south, north, west, east]) => {
                (south..=north).contains(&point.lat()) && (west..=east).contains(&point.lon())
            }
            None => self.point.distance_floor_m(point) <= self.radius_m,
        }
    }

    /// South, north, west and east of a box around it, in nano-degrees.
    pub(crate) fn bounds(&self) -> [i64; 4] {
        if let Some(edges) = self.edges {
            return edges.map(|edge| edge.0);
        }
        #[expect(clippy::cast_possible_truncation, reason = "nano-degrees of the globe")]
        let nano = |degrees: f64| (degrees.min(360.0) * 1e9) as i64;
        let (lat, lon) = (self.point.lat().0, self.point.lon().0);
        let north = self.radius_m / METRES_PER_DEGREE;
        let shrink = self.point.lat().degrees().to_radians().cos().max(0.02);
        let (north, east) = (nano(north), nano(north / shrink));
        [lat - north, lat + north, lon - east, lon + east]
    }
}

impl Seen {
    /// Reads a row.
    pub(crate) fn read(row: Row<'_>, columns: &Columns<'_>, folded: &mut String) -> Self {
        let place = read_place(row, columns);
        let mut seen = Self {
            place,
            days: read_days(row, columns),
            minute: minute(row, columns),
            time_ms: time_ms(row, columns),
            event: hashed(row, &columns.event, Way::Event),
            parent_event: hashed(row, &columns.parent_event, Way::Event),
            says_so: columns.said.iter().any(|source| says_something(row, source)),
            ..Self::default()
        };
        let recorder = row.text(&columns.recorder);
        if !is_withheld(&recorder) {
            seen.recorder = Key::of(Way::ObserverDay, &recorder, folded).map(|key| key.hash);
        }
        for (way, source, named) in &columns.ways {
            let text = row.text(source);
            if is_withheld(&text) {
                continue;
            }
            if let Some(mut key) = Key::of(*way, &text, folded) {
                // A detail is one of its own column only.
                if *way == Way::Detail {
                    key.hash ^= u64::from(named.print).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                }
                seen.keys.push((key, named.print));
            }
        }
        seen
    }

    /// Its day, where it says one day.
    pub(crate) fn day(&self) -> Option<Day> {
        self.days.filter(|(first, last)| first == last).map(|(first, _)| first)
    }

    /// All keys, those of event and recorder included.
    pub(crate) fn all_keys(&self) -> impl Iterator<Item = (Key, u32)> {
        let own = |way, hash: Option<u64>| hash.map(|hash| (Key { way, hash }, 0));
        let more = [
            own(Way::Event, self.event),
            own(Way::ParentEvent, self.parent_event),
            own(Way::ObserverDay, self.recorder_day()),
        ];
        self.keys.iter().copied().chain(more.into_iter().flatten())
    }

    /// Its recorder and day, where it says both.
    pub(crate) fn recorder_day(&self) -> Option<u64> {
        let (recorder, day) = (self.recorder?, self.day()?);
        let day = u64::from(day.year()) * 400 + u64::from(day.day_of_year());
        Some(recorder ^ mixed(day))
    }

    /// What a row states of its event: column and value, by print.
    pub(crate) fn states(&self, row: Row<'_>, columns: &Columns<'_>) -> Vec<(u32, u32)> {
        let mut folded = String::new();
        let own = columns.context.iter().filter_map(|(source, named)| {
            Some((named.print, print_of_text(&row.text(source), &mut folded)?))
        });
        let mut all: Vec<(u32, u32)> = own.collect();
        for (column, value) in self.event_states.iter().flat_map(|states| states.iter()) {
            if !all.iter().any(|(known, _)| known == column) {
                all.push((*column, *value));
            }
        }
        all
    }

    /// What it states in one column.
    pub(crate) fn states_in(
        &self,
        row: Row<'_>,
        columns: &Columns<'_>,
        column: u32,
    ) -> Option<u32> {
        let mut folded = String::new();
        let own = columns.context.iter().find(|(_, named)| named.print == column);
        own.and_then(|(source, _)| print_of_text(&row.text(source), &mut folded)).or_else(|| {
            let mut states = self.event_states.iter().flat_map(|states| states.iter());
            states.find(|(known, _)| *known == column).map(|(_, value)| *value)
        })
    }
}

/// The print of a text that says something.
#[expect(clippy::cast_possible_truncation, reason = "half of the hash is enough to tell apart")]
fn print_of_text(text: &str, folded: &mut String) -> Option<u32> {
    if is_withheld(text) {
        return None;
    }
    Key::of(Way::Site, text, folded).map(|key| key.hash as u32)
}

fn hashed(row: Row<'_>, source: &Source, way: Way) -> Option<u64> {
    let bytes = row.bytes(source);
    let bytes = bytes.trim_ascii();
    (!bytes.is_empty()).then(|| hash_of(way, bytes))
}

fn says_something(row: Row<'_>, source: &Source) -> bool {
    !row.bytes(source).trim_ascii().is_empty()
}

/// Whether a text only says that there was one.
fn is_withheld(text: &str) -> bool {
    let text = text.trim_start();
    ["withheld", "restricted", "obscured", "hidden", "masked", "not supplied"]
        .iter()
        .any(|word| text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)))
}

fn read_place(row: Row<'_>, columns: &Columns<'_>) -> Option<SeenPlace> {
    let texts: Vec<_> = columns.place.iter().map(|source| row.text(source)).collect();
    let [lat, lon, datum, uncertainty, precision, outline, v_lat, v_lon, v_both, v_srs] =
        texts.as_slice()
    else {
        return None;
    };
    let cells = PlaceCells {
        decimal_latitude: lat,
        decimal_longitude: lon,
        geodetic_datum: datum,
        coordinate_uncertainty: uncertainty,
        coordinate_precision: precision,
        footprint_wkt: outline,
        verbatim_latitude: v_lat,
        verbatim_longitude: v_lon,
        verbatim_coordinates: v_both,
        verbatim_srs: v_srs,
        ..PlaceCells::default()
    };
    let outline = match place::outline(outline) {
        OutlineRead::Within(outline) => Some(outline),
        _ => None,
    };
    match place::read(&cells) {
        PlaceRead::Known(stated) => Some(SeenPlace {
            point: stated.point,
            radius_m: stated.uncertainty_m.unwrap_or(0.0),
            edges: outline.filter(|outline| outline.may_hold(stated.point)).and_then(|o| o.edges()),
        }),
        _ => outline.map(|outline| SeenPlace {
            point: outline.centre,
            radius_m: outline.radius_m,
            edges: outline.edges(),
        }),
    }
}

/// The minute of the day, of eventTime or of the time in eventDate: of a span the first.
fn minute(row: Row<'_>, columns: &Columns<'_>) -> Option<u16> {
    let of = |text: &str| {
        let (hours, rest) = text.trim().split_once(':')?;
        let minutes = rest.get(..2)?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let date = row.text(&columns.event_date);
    date.split_once(['T', ' '])
        .and_then(|(_, time)| of(time))
        .or_else(|| of(&row.text(&columns.event_time)))
}

/// The instant in eventDate, of a span its beginning.
fn time_ms(row: Row<'_>, columns: &Columns<'_>) -> Option<i64> {
    let text = row.text(&columns.event_date);
    if !text.contains(':') {
        return None;
    }
    let first = text.split('/').next()?;
    instant(first).map(|instant| instant.ms)
}

fn read_days(row: Row<'_>, columns: &Columns<'_>) -> Option<(Day, Day)> {
    let event_date = row.text(&columns.event_date);
    let texts: Vec<_> = columns.date_parts.iter().map(|source| row.text(source)).collect();
    let [year, month, day] = texts.as_slice() else { return None };
    let cells = PeriodCells { event_date: &event_date, year, month, day, ..PeriodCells::default() };
    match cells.read() {
        PeriodRead::Known(period) => Some((period.start(), period.end())),
        _ => None,
    }
}

/// Units: metres; a degree of latitude, somewhat less than it is anywhere.
const METRES_PER_DEGREE: f64 = 110_000.0;

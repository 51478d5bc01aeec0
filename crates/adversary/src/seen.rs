//! One row as its recipient sees it: where, when, and what it hangs together with.

use reedbed_core::period::{Day, PeriodCells, PeriodRead};
use reedbed_core::place::{Nano, Point};
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::place::{self, OutlineRead, PlaceCells, PlaceRead};

use crate::columns::Columns;
use crate::ways::{Key, Way, hash_of};

/// A place as a row states it.
#[derive(Debug, Clone, Copy)]
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
    pub(crate) event: Option<u64>,
    pub(crate) parent_event: Option<u64>,
    pub(crate) recorder: Option<u64>,
    /// What it has in each way, with the index of the column in [`Columns::ways`].
    pub(crate) keys: Vec<(Key, usize)>,
    /// Whether it says that it was generalised.
    pub(crate) says_so: bool,
}

impl Seen {
    /// Reads a row.
    pub(crate) fn read(row: Row<'_>, columns: &Columns<'_>, folded: &mut String) -> Self {
        let place = read_place(row, columns);
        let mut seen = Self {
            place,
            days: read_days(row, columns),
            event: hashed(row, &columns.event, Way::Event),
            parent_event: hashed(row, &columns.parent_event, Way::Event),
            says_so: columns.said.iter().any(|source| says_something(row, source)),
            ..Self::default()
        };
        let recorder = row.text(&columns.recorder);
        if !is_withheld(&recorder) {
            seen.recorder = Key::of(Way::ObserverDay, &recorder, folded).map(|key| key.hash);
        }
        for (index, (way, source, _)) in columns.ways.iter().enumerate() {
            let text = row.text(source);
            if is_withheld(&text) {
                continue;
            }
            if let Some(mut key) = Key::of(*way, &text, folded) {
                // A detail is one of its own column only.
                if *way == Way::Detail {
                    key.hash ^= hash_of(Way::Detail, source_name(columns, index).as_bytes());
                }
                seen.keys.push((key, index));
            }
        }
        seen
    }

    /// Its day, where it says one day.
    pub(crate) fn day(&self) -> Option<Day> {
        self.days.filter(|(first, last)| first == last).map(|(first, _)| first)
    }

    /// All keys, those of event and recorder included.
    pub(crate) fn all_keys(&self) -> Vec<(Key, Option<usize>)> {
        let mut keys: Vec<(Key, Option<usize>)> =
            self.keys.iter().map(|(key, column)| (*key, Some(*column))).collect();
        let own = |way, hash: Option<u64>| hash.map(|hash| (Key { way, hash }, None));
        keys.extend(own(Way::Event, self.event));
        keys.extend(own(Way::ParentEvent, self.parent_event));
        if let (Some(recorder), Some(day)) = (self.recorder, self.day()) {
            let day = hash_of(Way::ObserverDay, day.to_string().as_bytes());
            keys.push((Key { way: Way::ObserverDay, hash: recorder ^ day.rotate_left(17) }, None));
        }
        keys
    }
}

fn source_name<'a>(columns: &'a Columns<'_>, index: usize) -> &'a str {
    columns.ways.get(index).map_or("", |(_, _, heading)| heading)
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

//! Reads the facts of one row: place, period, links, and what it shares.

use std::borrow::Cow;

use reedbed_core::fold::fold;
use reedbed_core::period::{Period, PeriodCells, PeriodRead};
use reedbed_core::place::{Nano, Point};
use reedbed_formats::place::{self, OutlineRead, PlaceCells, PlaceRead, WhyUnknown};

use crate::cells::{Hashed as _, Row, Source};
use crate::memo::Memo;
use crate::place::Stated;
use crate::plan::Plan;
use crate::statement;
use crate::ties::{Had, Thing};

/// What one row states.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowFacts {
    /// Its place.
    pub(crate) place: Option<Stated>,
    /// Where other cells of it disagree about the place: those places too.
    pub(crate) other_places: Vec<Stated>,
    /// Further points that it may share with others: of an outline that is a point, and of decimals on
    /// a datum that cannot be converted, as they are written.
    pub(crate) points: Vec<Point>,
    /// South, north, west and east of its outline.
    pub(crate) outline_edges: Option<[Nano; 4]>,
    /// The circle of its outline.
    pub(crate) outline: Option<Stated>,
    /// Whether it has an outline of which nobody knows where it is.
    pub(crate) is_outline_unknown: bool,
    /// Whether any of its cells speaks of a place, readable or not.
    pub(crate) speaks_of_place: bool,
    /// Its period.
    pub(crate) period: Option<Period>,
    /// The period for rules: its verbatim date, where that says something else, included.
    pub(crate) widest_period: Option<Period>,
    /// What it shares with others, its places aside.
    pub(crate) shared: Vec<Had>,
    /// Hash of the identifier of its event.
    pub(crate) event: Option<u64>,
    /// Hash of the identifier of the event that its event is part of.
    pub(crate) parent_event: Option<u64>,
    /// Hash of the identifier of its taxon in the dataset's checklist.
    pub(crate) taxon: Option<u64>,
}

impl RowFacts {
    /// Something that tells sites apart: the point, else the locality.
    pub(crate) fn site(&self) -> Option<u64> {
        match &self.place {
            Some(place) => Some(Had::point(place.point).key),
            None => self.shared.iter().find(|had| had.thing == Thing::Locality).map(|had| had.key),
        }
    }

    /// All places that its cells state.
    pub(crate) fn places(&self) -> impl Iterator<Item = Stated> {
        self.place.into_iter().chain(self.other_places.iter().copied())
    }

    /// All points that tie it to others that have the same.
    pub(crate) fn tied_points(&self) -> impl Iterator<Item = Point> {
        self.places().map(|place| place.point).chain(self.points.iter().copied())
    }

    /// Forgets all, and keeps the room.
    fn clear(&mut self) {
        let mut shared = std::mem::take(&mut self.shared);
        let mut other_places = std::mem::take(&mut self.other_places);
        let mut points = std::mem::take(&mut self.points);
        shared.clear();
        other_places.clear();
        points.clear();
        *self = Self { shared, other_places, points, ..Self::default() };
    }
}

/// Why a row cannot be used: the column to blame and the reason, never its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// The column.
    pub(crate) column: String,
    /// The reason in words.
    pub(crate) reason: String,
}

/// Things that are odd but not wrong, counted for the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Oddities {
    /// Decimal and verbatim place are far apart.
    pub places_disagree: u64,
    /// The datum is not stated; the place is taken for WGS 84.
    pub datum_not_stated: u64,
    /// The place says something, but nothing that can be read: it counts as unknown.
    pub place_unknown: u64,
    /// The date says something, but nothing that can be read: it counts as unknown.
    pub period_unknown: u64,
}

impl Oddities {
    /// Adds what another worker counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.places_disagree += other.places_disagree;
        self.datum_not_stated += other.datum_not_stated;
        self.place_unknown += other.place_unknown;
        self.period_unknown += other.period_unknown;
    }
}

/// What neighbouring rows share, read once; one per worker.
#[derive(Debug, Default)]
pub(crate) struct FactMemo {
    period: Memo<Result<PeriodFound, Unusable>>,
    /// Room for a folded text.
    folded: String,
    /// Room for the text of several cells.
    spelling: String,
}

/// What the place columns of a row say.
#[derive(Debug, Clone, Copy, Default)]
struct PlaceFound {
    place: Option<Stated>,
    other: Option<Stated>,
    speaks: bool,
    is_datum_assumed: bool,
    is_unknown: bool,
    /// The digits of a place that cannot be converted.
    digits: Option<Point>,
}

/// What the date columns of a row say.
#[derive(Debug, Clone, Copy, Default)]
struct PeriodFound {
    period: Option<Period>,
    widest: Option<Period>,
    is_unknown: bool,
}

/// Reads a row.
///
/// Errors: [`Unusable`] for a place or a date that cannot be: beyond the globe, or no day of any
/// calendar. What is merely unreadable is unknown, and unknown means less detail.
pub(crate) fn read(
    row: Row<'_>,
    plan: &Plan<'_>,
    memo: &mut FactMemo,
    oddities: &mut Oddities,
) -> Result<RowFacts, Unusable> {
    let mut facts = RowFacts::default();
    read_into(&mut facts, row, plan, memo, oddities)?;
    Ok(facts)
}

/// Reads a row into the room that another left.
pub(crate) fn read_into(
    facts: &mut RowFacts,
    row: Row<'_>,
    plan: &Plan<'_>,
    memo: &mut FactMemo,
    oddities: &mut Oddities,
) -> Result<(), Unusable> {
    facts.clear();
    if plan.has_place {
        // Places differ from row to row more often than not: remembering them costs more than it saves.
        let found = read_place(row, &plan.facts.place)?;
        facts.place = found.place;
        facts.points.extend(found.digits);
        facts.other_places.extend(found.other);
        facts.speaks_of_place = found.speaks;
        oddities.places_disagree += u64::from(found.other.is_some());
        oddities.datum_not_stated += u64::from(found.is_datum_assumed);
        oddities.place_unknown += u64::from(found.is_unknown);
        for sources in &plan.facts.further_places {
            let further = read_place(row, sources)?;
            facts.speaks_of_place |= further.speaks;
            facts.points.extend(further.digits);
            facts.other_places.extend(further.place.into_iter().chain(further.other));
        }
        read_outline(row, plan, memo, facts);
    }
    let found = match usual_period(row, plan) {
        Some(day) => PeriodFound { period: Some(day), widest: Some(day), is_unknown: false },
        None => {
            let raws = plan.facts.date_spans.iter().map(|span| row.span(*span));
            memo.period.of(raws, || read_period(row, plan))?
        }
    };
    facts.period = found.period;
    facts.widest_period = found.widest;
    oddities.period_unknown += u64::from(found.is_unknown);
    read_ties(row, plan, memo, facts);
    Ok(())
}

/// Reads what can be read of a row that cannot be used: what it shares with others.
pub(crate) fn read_leniently(row: Row<'_>, plan: &Plan<'_>, memo: &mut FactMemo) -> RowFacts {
    let place = read_place(row, &plan.facts.place).unwrap_or_default();
    let mut facts = RowFacts {
        place: place.place,
        other_places: place.other.into_iter().collect(),
        speaks_of_place: place.speaks,
        ..RowFacts::default()
    };
    for sources in &plan.facts.further_places {
        let further = read_place(row, sources).unwrap_or_default();
        facts.points.extend(further.digits);
        facts.other_places.extend(further.place.into_iter().chain(further.other));
    }
    facts.points.extend(place.digits);
    read_outline(row, plan, memo, &mut facts);
    read_ties(row, plan, memo, &mut facts);
    facts
}

/// Reads what a row shares with others: texts and links.
fn read_ties(row: Row<'_>, plan: &Plan<'_>, memo: &mut FactMemo, facts: &mut RowFacts) {
    for (thing, source) in &plan.facts.shared {
        let text = row.text(source);
        if text.trim_ascii().is_empty() || text == statement::WORDING {
            continue;
        }
        fold(&text, &mut memo.folded);
        if !memo.folded.is_empty() {
            facts.shared.push(Had::text(*thing, &memo.folded));
        }
    }
    for sources in &plan.facts.spellings {
        // Decimals that are understood tie as a place.
        let is_understood = facts.place.is_some() && sources.len() == 2;
        if is_understood
            && sources.first().map(Source::columns) == plan.facts.place.first().map(Source::columns)
        {
            continue;
        }
        memo.spelling.clear();
        for source in sources {
            memo.spelling.push_str(row.text(source).trim());
            memo.spelling.push(' ');
        }
        fold(&memo.spelling, &mut memo.folded);
        if !memo.folded.is_empty() {
            facts.shared.push(Had::text(Thing::Coordinates, &memo.folded));
        }
    }
    let links = &plan.links;
    facts.event = row.hash(&links.event);
    facts.parent_event = row.hash(&links.parent_event);
    facts.taxon = row.hash(&links.taxon);
}

/// Reads the outline of a row: a circle for rules, the box that it fills, and what it shares.
fn read_outline(row: Row<'_>, plan: &Plan<'_>, memo: &mut FactMemo, facts: &mut RowFacts) {
    let Some(source) = plan.facts.place.last().filter(|source| source.exists()) else { return };
    let text = row.text(source);
    let mut outline = match place::outline(&text) {
        OutlineRead::Absent => return,
        OutlineRead::Unreadable => {
            facts.is_outline_unknown = true;
            fold(&text, &mut memo.folded);
            if !memo.folded.is_empty() {
                facts.shared.push(Had::text(Thing::Outline, &memo.folded));
            }
            return;
        }
        OutlineRead::Within(outline) => outline,
    };
    // Some write latitude first; where the point tells, it is believed.
    if let Some(place) = facts.place.filter(|place| !outline.may_hold(place.point))
        && let Some(exchanged) = outline.exchanged().filter(|other| other.may_hold(place.point))
    {
        outline = exchanged;
    }
    facts.outline_edges = outline.edges();
    if let Some(place) = &mut facts.place {
        place.edges = facts.outline_edges;
    }
    if outline.is_point() {
        facts.points.push(outline.centre);
    } else {
        let vertices = outline.vertices.iter().map(|vertex| (vertex.lat().0, vertex.lon().0));
        facts.shared.push(Had::outline(vertices));
    }
    facts.outline = Some(Stated {
        point: outline.centre,
        uncertainty_m: Some(outline.radius_m + place::UNSTATED_DATUM_M),
        shift_m: 0.0,
        has_datum: true,
        precision: None,
        edges: None,
    });
}

fn read_place(row: Row<'_>, sources: &[Source]) -> Result<PlaceFound, Unusable> {
    let mut found = PlaceFound::default();
    let mut texts: [Cow<'_, str>; 11] = Default::default();
    for (text, source) in texts.iter_mut().zip(sources) {
        if source.exists() {
            *text = row.text(source);
        }
    }
    // Columns that only qualify a place (datum, uncertainty, precision) do not speak of one.
    let [lat, lon, datum, v_lat, v_lon, v_both, v_system, v_srs, uncertainty, precision, footprint] =
        &texts;
    found.speaks = [lat, lon, v_lat, v_lon, v_both, footprint]
        .iter()
        .any(|text| !text.trim_ascii().is_empty());
    if !found.speaks {
        return Ok(found);
    }
    let cells = PlaceCells {
        decimal_latitude: lat,
        decimal_longitude: lon,
        geodetic_datum: datum,
        verbatim_latitude: v_lat,
        verbatim_longitude: v_lon,
        verbatim_coordinates: v_both,
        verbatim_coordinate_system: v_system,
        verbatim_srs: v_srs,
        coordinate_uncertainty: uncertainty,
        coordinate_precision: precision,
        footprint_wkt: footprint,
    };
    match place::read(&cells) {
        PlaceRead::Known(stated) => {
            found.place = Some(Stated {
                point: stated.point,
                uncertainty_m: stated.uncertainty_m,
                shift_m: stated.shift_m,
                has_datum: !stated.is_datum_assumed,
                precision: Nano::parse(precision),
                edges: None,
            });
            // Rules about areas meet a record wherever it may be: both places count.
            found.other = stated.other.map(|other| Stated {
                point: other.point,
                uncertainty_m: Some(other.radius_m),
                shift_m: 0.0,
                has_datum: true,
                precision: None,
                edges: None,
            });
            found.is_datum_assumed = stated.is_datum_assumed;
        }
        // Latitude 0, longitude 0 with an outline is a cell of a copy, not what a database writes
        // for nothing.
        PlaceRead::Unknown(WhyUnknown::Placeholder) if !footprint.trim_ascii().is_empty() => {
            found.place = Point::from_degrees(0.0, 0.0).map(|point| Stated {
                point,
                uncertainty_m: uncertainty.trim_ascii().parse().ok(),
                shift_m: 0.0,
                has_datum: !datum.trim_ascii().is_empty(),
                precision: Nano::parse(precision),
                edges: None,
            });
        }
        PlaceRead::Unknown(_) => {
            found.is_unknown = true;
            // Whoever has the same digits has the same place, on whichever datum.
            if let (Some(lat), Some(lon)) = (Nano::parse(lat), Nano::parse(lon)) {
                found.digits = Point::new(lat, lon);
            }
        }
        PlaceRead::Impossible(why) => {
            return Err(Unusable { column: why.column.to_owned(), reason: why.to_string() });
        }
    }
    Ok(found)
}

/// The day of a row that says it in the usual form, and nothing else.
fn usual_period(row: Row<'_>, plan: &Plan<'_>) -> Option<Period> {
    let ([event_date], [year, month, day, start_doy, end_doy]) =
        (plan.facts.event_dates.as_slice(), plan.facts.date_parts.as_slice())
    else {
        return None;
    };
    let verbatim = &plan.facts.verbatim_date;
    if verbatim.exists() && !row.text(verbatim).is_empty() {
        return None;
    }
    PeriodCells {
        event_date: &row.text(event_date),
        year: &row.text(year),
        month: &row.text(month),
        day: &row.text(day),
        start_day_of_year: &row.text(start_doy),
        end_day_of_year: &row.text(end_doy),
    }
    .usual()
}

fn read_period(row: Row<'_>, plan: &Plan<'_>) -> Result<PeriodFound, Unusable> {
    let mut found = PeriodFound::default();
    let [year, month, day, start_doy, end_doy] = plan.facts.date_parts.as_slice() else {
        return Ok(found);
    };
    for source in &plan.facts.event_dates {
        let event_date = row.text(source);
        let texts = [
            row.text(year),
            row.text(month),
            row.text(day),
            row.text(start_doy),
            row.text(end_doy),
        ];
        let [year, month, day, start_doy, end_doy] = &texts;
        let is_silent = event_date.trim_ascii().is_empty()
            && texts.iter().all(|text| text.trim_ascii().is_empty());
        if is_silent {
            continue;
        }
        let cells = PeriodCells {
            event_date: &event_date,
            year,
            month,
            day,
            start_day_of_year: start_doy,
            end_day_of_year: end_doy,
        };
        match cells.read() {
            PeriodRead::Known(known) => {
                found.period = Some(found.period.map_or(known, |other| other.hull(known)));
            }
            PeriodRead::Unknown => found.is_unknown = true,
            PeriodRead::Impossible => {
                return Err(Unusable {
                    column: cells.impossible_term().unwrap_or("eventDate").to_owned(),
                    reason: "a date that no calendar has".to_owned(),
                });
            }
        }
    }
    // Rules must not overlook a season that only the verbatim date tells.
    let verbatim = Period::parse(&row.text(&plan.facts.verbatim_date)).known();
    found.widest = match (found.period, verbatim) {
        (Some(period), Some(verbatim)) => Some(period.hull(verbatim)),
        (period, _) => period,
    };
    Ok(found)
}

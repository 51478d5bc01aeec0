//! Places on grids: squares that references denote, and eastings with northings.

use std::rc::Rc;

use reedbed_core::place::Point;

use super::datum::{self, Datum, Reference, System, Zone};
use super::frame::Frame;
use super::grid::{self, Grid, Square};
use super::plane::{Order, Plane};
use super::verbatim::Found;
use super::{PlaceCells, Source, WhyUnknown};

/// Reads a lettered reference; nothing where the text is none.
pub(super) fn of_square(
    cells: &PlaceCells<'_>,
    reference: &Reference,
) -> Option<Result<Found, WhyUnknown>> {
    let text = cells.verbatim_coordinates;
    let is_military = matches!(reference.system, System::Military | System::Unstated | System::Utm);
    if let Some(square) = grid::military(text).filter(|_| is_military) {
        return Some(of_military(&square, reference));
    }
    let square = grid::british(text).or_else(|| grid::irish(text))?;
    // Two letters alone are a direction (`SE`) more often than a square.
    if square.side_m > LARGEST_SILENT_M && reference.system == System::Unstated {
        return None;
    }
    let (code, system) = match square.grid {
        Grid::British => (27700, System::British),
        _ => (29903, System::Irish),
    };
    let frame = Frame::of_code(code)?;
    // The datum that counts is the one said of the reference, not that of the decimal degrees.
    let said = datum::read(cells.verbatim_srs).datum;
    let is_said = reference.system == system
        || matches!(&said, Datum::Frame(stated) if stated.agrees_with(&frame));
    let is_silent = reference.system == System::Unstated && matches!(said, Datum::Unstated);
    if !(is_said || (is_silent && says_enough(text, &square))) {
        return Some(Err(WhyUnknown::Ambiguous));
    }
    Some(in_square(&square, &frame, false))
}

/// Whether a reference can be nothing else, where the row does not say which grid it is in.
///
/// One letter may be a direction (`N 123 456`), and with two digits a number of anything.
fn says_enough(text: &str, square: &Square) -> bool {
    let first = text.trim().bytes().next().unwrap_or_default().to_ascii_uppercase();
    square.grid == Grid::British || (square.side_m < LARGEST_SILENT_M && !grid::is_direction(first))
}

fn of_military(square: &Square, reference: &Reference) -> Result<Found, WhyUnknown> {
    let Grid::Military { zone, band } = square.grid else {
        return Err(WhyUnknown::Unreadable);
    };
    let base = base_of(reference)?;
    if !base.has_military_letters() {
        return Err(WhyUnknown::Datum);
    }
    let frame = base.utm_zone(zone, band < b'N').ok_or(WhyUnknown::Datum)?;
    let is_assumed = matches!(reference.datum, Datum::Unstated);
    let found = in_square(square, &frame, is_assumed)?;
    // Bands V and X have wider zones; a square at the edge has its centre beyond it.
    let half_width = if matches!(band, b'V' | b'X') { 6.0 } else { 3.0 };
    let side = square.side_m / 111_000.0 / found.point.lat().degrees().to_radians().cos().max(0.1);
    let is_there = is_in_zone(found.point, zone, half_width + side + 0.5)
        && is_in_band(found.point, band, square.side_m);
    if is_there { Ok(found) } else { Err(WhyUnknown::OutsideSystem) }
}

fn in_square(square: &Square, frame: &Frame, is_datum_assumed: bool) -> Result<Found, WhyUnknown> {
    let half_m = square.side_m / 2.0;
    let point = frame
        .of_plane(square.easting_m + half_m, square.northing_m + half_m)
        .ok_or(WhyUnknown::OutsideSystem)?;
    Ok(Found {
        point,
        allowance_m: frame.allowance_m(),
        is_datum_assumed,
        notation_m: 0.0,
        // A metre of the grid is a metre on the ground to within a thousandth.
        square_m: Some(half_m * std::f64::consts::SQRT_2 * 1.001),
        source: Source::Grid,
    })
}

pub(super) fn of_plane(plane: &Plane, reference: &Reference) -> Result<Found, WhyUnknown> {
    let (frame, point) = match (&reference.datum, plane.zone.or(reference.zone)) {
        (Datum::Frame(frame), None) if frame.is_projected() => {
            (Rc::clone(frame), in_projection(plane, frame)?)
        }
        // A zone beside a code that is itself a projection says the same or contradicts it.
        (Datum::Frame(frame), Some(_)) if frame.is_projected() && plane.zone.is_some() => {
            return Err(WhyUnknown::Ambiguous);
        }
        (Datum::Frame(frame), Some(_)) if frame.is_projected() => {
            (Rc::clone(frame), in_projection(plane, frame)?)
        }
        (_, Some(zone)) => in_zone(plane, zone, reference)?,
        (Datum::Unknown, None) => return Err(WhyUnknown::Datum),
        (_, None) => return Err(WhyUnknown::Ambiguous),
    };
    Ok(Found {
        point,
        allowance_m: frame.allowance_m(),
        is_datum_assumed: matches!(reference.datum, Datum::Unstated) && plane.datum.is_none(),
        notation_m: 1.0,
        square_m: None,
        source: Source::Grid,
    })
}

/// The place of two numbers in a projection; unknown where they could be swapped.
fn in_projection(plane: &Plane, frame: &Frame) -> Result<Point, WhyUnknown> {
    let straight = frame.of_plane(plane.first, plane.second);
    let turned = frame.of_plane(plane.second, plane.first);
    let (point, other) = match plane.order {
        Order::EastingFirst => (straight, None),
        Order::NorthingFirst => (turned, None),
        Order::Unstated => (straight.or(turned), straight.and(turned)),
    };
    if other.is_some() {
        return Err(WhyUnknown::Ambiguous);
    }
    point.ok_or(WhyUnknown::OutsideSystem)
}

fn in_zone(
    plane: &Plane,
    zone: Zone,
    reference: &Reference,
) -> Result<(Rc<Frame>, Point), WhyUnknown> {
    let base = match plane.datum.map(Frame::of_code) {
        Some(None) => return Err(WhyUnknown::Datum),
        Some(Some(named)) => match &reference.datum {
            Datum::Frame(frame) if !frame.agrees_with(&named) => return Err(WhyUnknown::Ambiguous),
            Datum::Wgs84 if !named.coincides() => return Err(WhyUnknown::Ambiguous),
            _ => named,
        },
        None => base_of(reference)?,
    };
    let (easting, northing) = plane.on_utm().ok_or(WhyUnknown::Ambiguous)?;
    let letter = zone.letter.ok_or(WhyUnknown::Ambiguous)?;
    let is_south = match letter {
        b'N' => false,
        // The band S lies in the north, between 32° and 40°; a southern place with such a northing
        // cannot be told from it.
        b'S' if (3_500_000.0..4_500_000.0).contains(&northing) => {
            return Err(WhyUnknown::Ambiguous);
        }
        b'S' => true,
        band => grid::band_south(band).ok_or(WhyUnknown::Unreadable)? < 0.0,
    };
    let frame = base.utm_zone(zone.number, is_south).ok_or(WhyUnknown::Datum)?;
    let point = frame.of_plane(easting, northing).ok_or(WhyUnknown::OutsideSystem)?;
    // A survey area at the edge of a zone is often kept in one zone.
    let is_there = is_in_zone(point, zone.number, 9.0)
        && (matches!(letter, b'N' | b'S') || is_in_band(point, letter, 10_000.0));
    if is_there { Ok((frame, point)) } else { Err(WhyUnknown::OutsideSystem) }
}

/// The system whose datum the grid is on.
fn base_of(reference: &Reference) -> Result<Rc<Frame>, WhyUnknown> {
    match &reference.datum {
        Datum::Frame(frame) => Ok(Rc::clone(frame)),
        Datum::Unknown => Err(WhyUnknown::Datum),
        Datum::Unstated | Datum::Wgs84 => Frame::of_code(4326).ok_or(WhyUnknown::Datum),
    }
}

/// Whether a point lies within so many degrees of the middle of a zone.
fn is_in_zone(point: Point, zone: u8, reach: f64) -> bool {
    let middle = f64::from(zone) * 6.0 - 183.0;
    let away = (point.lon().degrees() - middle + 540.0).rem_euclid(360.0) - 180.0;
    away.abs() <= reach
}

fn is_in_band(point: Point, band: u8, side_m: f64) -> bool {
    let slack = 0.1 + side_m / 100_000.0;
    let lat = point.lat().degrees();
    // The northernmost band is 12° high.
    grid::band_south(band).is_some_and(|south| {
        let height = if band == b'X' { 12.0 } else { 8.0 };
        (south - slack..=south + height + slack).contains(&lat)
    })
}

/// Side of the largest square that a reference denotes where its grid is not named.
const LARGEST_SILENT_M: f64 = 10_000.0;

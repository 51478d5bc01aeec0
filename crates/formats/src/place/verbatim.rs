//! The verbatim terms: what the collector or the label said.

use std::rc::Rc;

use reedbed_core::place::Point;

use super::datum::{self, Datum, Reference, System, Zone};
use super::decimal::is_blank;
use super::frame::Frame;
use super::grid::{self, Grid, Square};
use super::pair::{self, Degrees, NoPair};
use super::plane::{self, Order, Plane};
use super::token::Axis;
use super::{ImpossibleReason, PlaceCells, Source, WhyImpossible, WhyUnknown};

/// What the verbatim terms say.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verbatim {
    Blank,
    Found(Found),
    Impossible(WhyImpossible),
    Unknown(WhyUnknown),
}

/// A place on WGS 84, and how far the truth may be from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) point: Point,
    /// What the conversion of the datum may be off.
    pub(super) allowance_m: f64,
    pub(super) is_datum_assumed: bool,
    /// What the last digit leaves open.
    pub(super) notation_m: f64,
    /// Half the diagonal of the square that a reference denotes.
    pub(super) square_m: Option<f64>,
    pub(super) source: Source,
}

/// Reads the verbatim terms.
pub(super) fn read(cells: &PlaceCells<'_>) -> Verbatim {
    let is_lat = !is_blank(cells.verbatim_latitude);
    let is_lon = !is_blank(cells.verbatim_longitude);
    let is_text = !is_blank(cells.verbatim_coordinates);
    let found = match (is_lat && is_lon, is_text) {
        (false, false) if is_lat || is_lon => Err(Fault::Unknown(WhyUnknown::Halved)),
        (false, false) => return Verbatim::Blank,
        (true, false) => of_cells(cells, &reference(cells)),
        (false, true) => of_text(cells, &reference(cells)),
        (true, true) => {
            let reference = reference(cells);
            of_cells(cells, &reference).or_else(|fault| match fault {
                Fault::Unknown(_) => of_text(cells, &reference),
                Fault::Impossible(_) => Err(fault),
            })
        }
    };
    match found {
        Ok(found) => Verbatim::Found(found),
        Err(Fault::Impossible(why)) => Verbatim::Impossible(why),
        Err(Fault::Unknown(why)) => Verbatim::Unknown(why),
    }
}

/// The point of degrees on a datum, and what the conversion may be off.
pub(super) fn of_degrees(datum: &Datum, lat: f64, lon: f64) -> Result<(Point, f64), WhyUnknown> {
    match datum {
        Datum::Wgs84 | Datum::Unstated => {
            let point = Point::from_degrees(lat, lon).ok_or(WhyUnknown::Unreadable)?;
            Ok((point, 0.0))
        }
        Datum::Frame(frame) => {
            let point = frame.of_degrees(lat, lon).ok_or(WhyUnknown::OutsideSystem)?;
            Ok((point, frame.allowance_m()))
        }
        Datum::Unknown => Err(WhyUnknown::Datum),
    }
}

/// How far apart the corners of the last written digit are, halved.
///
/// Units: degrees in, metres out; a degree of latitude is at most 111 694 m, and so is one of
/// longitude.
pub(super) fn half_diagonal_m(degrees: f64) -> f64 {
    degrees * 111_700.0 * std::f64::consts::FRAC_1_SQRT_2
}

enum Fault {
    Impossible(WhyImpossible),
    Unknown(WhyUnknown),
}

impl From<WhyUnknown> for Fault {
    fn from(why: WhyUnknown) -> Self {
        Self::Unknown(why)
    }
}

/// The datum is that of verbatimSRS, or where it says nothing that of geodeticDatum.
fn reference(cells: &PlaceCells<'_>) -> Reference {
    let mut reference = datum::read(cells.verbatim_srs);
    if matches!(reference.datum, Datum::Unstated) {
        let other = datum::read(cells.geodetic_datum);
        reference.datum = other.datum;
        reference.zone = reference.zone.or(other.zone);
    }
    let stated = datum::system_of(cells.verbatim_coordinate_system);
    if stated != System::Unstated {
        reference.system = stated;
    }
    reference.zone = reference.zone.or_else(|| datum::zone_of(cells.verbatim_coordinate_system));
    reference
}

fn of_cells(cells: &PlaceCells<'_>, reference: &Reference) -> Result<Found, Fault> {
    let is_plane = reference.zone.is_some()
        || matches!(&reference.datum, Datum::Frame(frame) if frame.is_projected());
    let numbers =
        plane::number(cells.verbatim_longitude).zip(plane::number(cells.verbatim_latitude));
    if let Some((first, second)) =
        numbers.filter(|(x, y)| is_plane && (x.abs() > 360.0 || y.abs() > 360.0))
    {
        let order = Order::EastingFirst;
        return of_plane(&Plane { first, second, order, zone: None, datum: None }, reference);
    }
    let degrees = pair::of_cells(cells.verbatim_latitude, cells.verbatim_longitude);
    of_pair(degrees, reference, "verbatimLatitude", "verbatimLongitude")
}

fn of_text(cells: &PlaceCells<'_>, reference: &Reference) -> Result<Found, Fault> {
    let text = cells.verbatim_coordinates;
    if let Some(found) = of_square(cells, reference) {
        return found;
    }
    let plane = plane::read(text).filter(|plane| {
        plane.first.abs().max(plane.second.abs()) > 360.0
    });
    match plane {
        Some(plane) => of_plane(&plane, reference),
        None => {
            let column = "verbatimCoordinates";
            of_pair(pair::of_text(text), reference, column, column)
        }
    }
}

fn of_pair(
    degrees: Result<Degrees, NoPair>,
    reference: &Reference,
    lat_column: &'static str,
    lon_column: &'static str,
) -> Result<Found, Fault> {
    let impossible =
        |column, reason| Err(Fault::Impossible(WhyImpossible { column, reason }));
    let degrees = match degrees {
        Ok(degrees) => degrees,
        Err(NoPair::Ambiguous) => return Err(WhyUnknown::Ambiguous.into()),
        Err(NoPair::Unreadable) => return Err(WhyUnknown::Unreadable.into()),
        Err(NoPair::Latitude) => return impossible(lat_column, ImpossibleReason::Latitude),
        Err(NoPair::Longitude) => return impossible(lon_column, ImpossibleReason::Longitude),
        Err(NoPair::Sixty(Axis::Latitude)) => {
            return impossible(lat_column, ImpossibleReason::Sixty);
        }
        Err(NoPair::Sixty(Axis::Longitude)) => {
            return impossible(lon_column, ImpossibleReason::Sixty);
        }
    };
    let (point, allowance_m) = of_degrees(&reference.datum, degrees.lat, degrees.lon)?;
    Ok(Found {
        point,
        allowance_m,
        is_datum_assumed: matches!(reference.datum, Datum::Unstated),
        notation_m: half_diagonal_m(degrees.unit),
        square_m: None,
        source: Source::Verbatim,
    })
}

/// Reads a lettered reference; nothing where the text is none.
fn of_square(cells: &PlaceCells<'_>, reference: &Reference) -> Option<Result<Found, Fault>> {
    let text = cells.verbatim_coordinates;
    let is_military = matches!(reference.system, System::Military | System::Unstated | System::Utm);
    if let Some(square) = grid::military(text).filter(|_| is_military) {
        return Some(of_military(&square, reference));
    }
    let square = grid::british(text).or_else(|| grid::irish(text))?;
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
    let may_be_direction = square.grid == Grid::Irish
        && text.trim().bytes().next().is_some_and(|b| grid::is_direction(b.to_ascii_uppercase()));
    if !is_said && !(is_silent && !may_be_direction) {
        return Some(Err(WhyUnknown::Ambiguous.into()));
    }
    Some(in_square(&square, &frame, false))
}

fn of_military(square: &Square, reference: &Reference) -> Result<Found, Fault> {
    let Grid::Military { zone, band } = square.grid else {
        return Err(WhyUnknown::Unreadable.into());
    };
    let base = base_of(reference)?;
    if !base.has_military_letters() {
        return Err(WhyUnknown::Datum.into());
    }
    let frame = base.utm_zone(zone, band < b'N').ok_or(WhyUnknown::Datum)?;
    let is_assumed = matches!(reference.datum, Datum::Unstated);
    let found = in_square(square, &frame, is_assumed)?;
    let is_there = is_in_zone(found.point, zone, square.side_m)
        && is_in_band(found.point, band, square.side_m);
    if is_there { Ok(found) } else { Err(WhyUnknown::OutsideSystem.into()) }
}

fn in_square(square: &Square, frame: &Frame, is_datum_assumed: bool) -> Result<Found, Fault> {
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

fn of_plane(plane: &Plane, reference: &Reference) -> Result<Found, Fault> {
    let (frame, point) = match (&reference.datum, plane.zone.or(reference.zone)) {
        (Datum::Frame(frame), None) if frame.is_projected() => {
            (Rc::clone(frame), in_projection(plane, frame)?)
        }
        // A zone beside a code that is itself a projection says the same or contradicts it.
        (Datum::Frame(frame), Some(_)) if frame.is_projected() && plane.zone.is_some() => {
            return Err(WhyUnknown::Ambiguous.into());
        }
        (Datum::Frame(frame), Some(_)) if frame.is_projected() => {
            (Rc::clone(frame), in_projection(plane, frame)?)
        }
        (_, Some(zone)) => in_zone(plane, zone, reference)?,
        (Datum::Unknown, None) => return Err(WhyUnknown::Datum.into()),
        (_, None) => return Err(WhyUnknown::Ambiguous.into()),
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
            _ => Rc::new(named),
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
    let is_there = is_in_zone(point, zone.number, 0.0)
        && (matches!(letter, b'N' | b'S') || is_in_band(point, letter, 10_000.0));
    if is_there { Ok((frame, point)) } else { Err(WhyUnknown::OutsideSystem) }
}

/// The system whose datum the grid is on.
fn base_of(reference: &Reference) -> Result<Rc<Frame>, WhyUnknown> {
    match &reference.datum {
        Datum::Frame(frame) => Ok(Rc::clone(frame)),
        Datum::Unknown => Err(WhyUnknown::Datum),
        Datum::Unstated | Datum::Wgs84 => match datum::read("EPSG:4979").datum {
            Datum::Frame(frame) => Ok(frame),
            _ => Frame::of_code(4326).map(Rc::new).ok_or(WhyUnknown::Datum),
        },
    }
}

/// Whether a point lies in a zone or in the neighbour of it, where the grid is still used.
fn is_in_zone(point: Point, zone: u8, side_m: f64) -> bool {
    let middle = f64::from(zone) * 6.0 - 183.0;
    let away = (point.lon().degrees() - middle + 540.0).rem_euclid(360.0) - 180.0;
    away.abs() <= 9.0 + side_m / 50_000.0
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

//! The verbatim terms: what the collector or the label said.

use reedbed_core::place::Point;

use super::datum::{self, Datum, Reference, System};
use super::decimal::is_blank;
use super::gridded::{of_plane, of_square};
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
        let plane = Plane { first, second, order, zone: None, datum: None };
        return of_plane(&plane, reference).map_err(Fault::Unknown);
    }
    let degrees = pair::of_cells(cells.verbatim_latitude, cells.verbatim_longitude);
    of_pair(degrees, reference, "verbatimLatitude", "verbatimLongitude")
}

fn of_text(cells: &PlaceCells<'_>, reference: &Reference) -> Result<Found, Fault> {
    let text = cells.verbatim_coordinates;
    if let Some(found) = of_square(cells, reference) {
        return found.map_err(Fault::Unknown);
    }
    let plane = plane::read(text).filter(|plane| plane.first.abs().max(plane.second.abs()) > 360.0);
    match plane {
        Some(plane) => of_plane(&plane, reference).map_err(Fault::Unknown),
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
    let impossible = |column, reason| Err(Fault::Impossible(WhyImpossible { column, reason }));
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

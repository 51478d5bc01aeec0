//! The place of a record, from the Darwin Core cells that tell it.
//!
//! Never a guess: a spelling that allows two places, or a datum that cannot be converted, leaves
//! the place unknown, and an unknown place is withheld where it is protected.

mod angle;
pub(crate) mod datum;
mod decimal;
pub(crate) mod frame;
mod grid;
mod gridded;
mod names;
mod outcome;
mod outline;
mod pair;
mod plane;
#[cfg(test)]
mod tests;
mod token;
mod verbatim;

use std::fmt;

use reedbed_core::place::Point;

use self::datum::Datum;
use self::decimal::{Decimal, Metres};
pub use self::outcome::{
    ImpossibleReason, OtherPlace, PlaceRead, Source, StatedPlace, WhyImpossible, WhyUnknown,
};
pub use self::outline::{Outline, OutlineRead, outline};
use self::token::Axis;
use self::verbatim::{Found, Verbatim};

/// The cells of a row that tell its place; empty where the table has no such column.
#[derive(Clone, Copy, Default)]
pub struct PlaceCells<'a> {
    /// decimalLatitude.
    pub decimal_latitude: &'a str,
    /// decimalLongitude.
    pub decimal_longitude: &'a str,
    /// geodeticDatum.
    pub geodetic_datum: &'a str,
    /// verbatimLatitude.
    pub verbatim_latitude: &'a str,
    /// verbatimLongitude.
    pub verbatim_longitude: &'a str,
    /// verbatimCoordinates.
    pub verbatim_coordinates: &'a str,
    /// verbatimCoordinateSystem.
    pub verbatim_coordinate_system: &'a str,
    /// verbatimSRS.
    pub verbatim_srs: &'a str,
    /// coordinateUncertaintyInMeters.
    pub coordinate_uncertainty: &'a str,
    /// coordinatePrecision.
    pub coordinate_precision: &'a str,
    /// footprintWKT.
    pub footprint_wkt: &'a str,
}

impl fmt::Debug for PlaceCells<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceCells(withheld)")
    }
}

/// Reads the place of a row.
///
/// Decimal degrees come first; where they are missing or unreadable, the verbatim terms are read:
/// degrees, minutes and seconds, eastings and northings of a zone or of a known coordinate
/// reference system, and references to squares of the military grid and those of Great Britain and
/// Ireland. The datum is converted where it is known and how well that goes is known; a place
/// without a datum is taken for one on WGS 84, and may be [`UNSTATED_DATUM_M`] off.
///
/// A footprint is not read: footprintSRS would be needed, and where there is nothing else the
/// place is unknown.
///
/// Source: Darwin Core, class Location; Chapman and Wieczorek (2020), Georeferencing Best
/// Practices, <https://doi.org/10.15468/doc-gg7h-s853>.
pub fn read(cells: &PlaceCells<'_>) -> PlaceRead {
    let lat = decimal::read(cells.decimal_latitude, Axis::Latitude);
    let lon = decimal::read(cells.decimal_longitude, Axis::Longitude);
    let impossible = |column, reason| PlaceRead::Impossible(WhyImpossible { column, reason });
    match (lat, lon) {
        (Decimal::OutOfRange, _) => impossible("decimalLatitude", ImpossibleReason::Latitude),
        (_, Decimal::OutOfRange) => impossible("decimalLongitude", ImpossibleReason::Longitude),
        (Decimal::Degrees(lat), Decimal::Degrees(lon)) => match Point::new(lat, lon) {
            Some(point) => of_decimals(point, cells),
            None => PlaceRead::Unknown(WhyUnknown::Unreadable),
        },
        (Decimal::Blank, Decimal::Blank) => {
            let is_footprint = !decimal::is_blank(cells.footprint_wkt);
            of_verbatim(
                cells,
                if is_footprint { WhyUnknown::Footprint } else { WhyUnknown::Absent },
            )
        }
        (Decimal::Unreadable, _) | (_, Decimal::Unreadable) => {
            of_verbatim(cells, WhyUnknown::Unreadable)
        }
        (Decimal::Blank, _) | (_, Decimal::Blank) => of_verbatim(cells, WhyUnknown::Halved),
    }
}

/// How far a place without a datum may be off, as long as no larger uncertainty is stated.
///
/// The datums in use before satellites differ from WGS 84 by less than this in Europe, North and
/// South America, Africa and Australia, and by up to some hundred metres more in parts of Asia and
/// on islands.
///
/// Units: metres.
/// Source: Chapman and Wieczorek (2020), section 2.6, on uncertainty from an unknown datum.
pub const UNSTATED_DATUM_M: f64 = 500.0;

fn of_decimals(point: Point, cells: &PlaceCells<'_>) -> PlaceRead {
    if point.lat().0 == 0 && point.lon().0 == 0 {
        return PlaceRead::Unknown(WhyUnknown::Placeholder);
    }
    let mut found = Found {
        point,
        allowance_m: 0.0,
        is_datum_assumed: false,
        notation_m: precision_m(cells.coordinate_precision),
        square_m: None,
        source: Source::Decimal,
    };
    if !datum::is_plainly_wgs84(cells.geodetic_datum) {
        let datum = datum::read(cells.geodetic_datum).datum;
        if !matches!(datum, Datum::Wgs84) {
            let (lat, lon) = (point.lat().degrees(), point.lon().degrees());
            match verbatim::of_degrees(&datum, lat, lon) {
                Ok((point, allowance_m)) => {
                    found.point = point;
                    found.allowance_m = allowance_m;
                    found.is_datum_assumed = matches!(datum, Datum::Unstated);
                }
                Err(why) => return PlaceRead::Unknown(why),
            }
        }
    }
    let mut place = match stated(&found, cells) {
        Ok(place) => place,
        Err(why) => return PlaceRead::Impossible(why),
    };
    if let Verbatim::Found(verbatim) = verbatim::read(cells) {
        place.other = disagreement(&place, &verbatim, cells);
    }
    PlaceRead::Known(place)
}

fn of_verbatim(cells: &PlaceCells<'_>, otherwise: WhyUnknown) -> PlaceRead {
    match verbatim::read(cells) {
        Verbatim::Blank => PlaceRead::Unknown(otherwise),
        Verbatim::Impossible(why) => PlaceRead::Impossible(why),
        Verbatim::Unknown(why) => PlaceRead::Unknown(why),
        Verbatim::Found(found) if found.point.lat().0 == 0 && found.point.lon().0 == 0 => {
            PlaceRead::Unknown(WhyUnknown::Placeholder)
        }
        Verbatim::Found(found) => match stated(&found, cells) {
            Ok(place) => PlaceRead::Known(place),
            Err(why) => PlaceRead::Impossible(why),
        },
    }
}

/// Adds up what is stated and what is left open.
fn stated(found: &Found, cells: &PlaceCells<'_>) -> Result<StatedPlace, WhyImpossible> {
    let column = "coordinateUncertaintyInMeters";
    let uncertainty_m = match decimal::metres(cells.coordinate_uncertainty) {
        Metres::Blank => None,
        Metres::Positive(metres) => Some(metres),
        Metres::Negative => {
            return Err(WhyImpossible { column, reason: ImpossibleReason::Negative });
        }
        Metres::NotANumber => {
            return Err(WhyImpossible { column, reason: ImpossibleReason::NotANumber });
        }
    };
    let uncertainty_m = match (uncertainty_m, found.square_m) {
        (Some(stated), Some(square)) => Some(stated + square),
        (stated, square) => stated.or(square),
    };
    // By its definition the uncertainty includes what follows; only what it does not reach is added.
    let left_open_m = found.notation_m.max(unstated_m(found));
    let shift_m = found.allowance_m + (left_open_m - uncertainty_m.unwrap_or(0.0)).max(0.0);
    Ok(StatedPlace {
        point: found.point,
        uncertainty_m,
        shift_m,
        source: found.source,
        is_datum_assumed: found.is_datum_assumed,
        other: None,
    })
}

fn unstated_m(found: &Found) -> f64 {
    if found.is_datum_assumed { UNSTATED_DATUM_M } else { 0.0 }
}

fn disagreement(
    place: &StatedPlace,
    verbatim: &Found,
    cells: &PlaceCells<'_>,
) -> Option<OtherPlace> {
    let left_open_m = verbatim.notation_m.max(unstated_m(verbatim));
    let radius_m = verbatim.allowance_m + verbatim.square_m.unwrap_or(0.0) + left_open_m;
    let written = decimal::unit(cells.decimal_latitude).max(decimal::unit(cells.decimal_longitude));
    let written_m = verbatim::half_diagonal_m(written);
    let stated_m = place.uncertainty_m.unwrap_or(0.0).max(AGREEMENT_M);
    let expected_m = stated_m + place.shift_m + radius_m + written_m;
    let distance_m = place.point.distance_floor_m(verbatim.point);
    (distance_m > expected_m).then(|| OtherPlace {
        point: verbatim.point,
        radius_m,
        distance_km: distance_m / 1_000.0,
    })
}

/// What coordinatePrecision leaves open: half the diagonal of the square that it spans.
///
/// A number above 1 cannot be degrees, and is taken for the metres that some databases put there.
fn precision_m(text: &str) -> f64 {
    match decimal::metres(text) {
        Metres::Positive(metres) if metres > 1.0 && metres < 20_000_000.0 => metres,
        Metres::Positive(degrees) if degrees <= 1.0 => verbatim::half_diagonal_m(degrees),
        _ => 0.0,
    }
}

/// Nearer than this, decimal and verbatim place count as the same: a datum that was converted for
/// one of them only makes hardly more.
const AGREEMENT_M: f64 = 500.0;

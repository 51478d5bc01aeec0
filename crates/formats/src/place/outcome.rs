//! What comes of reading a place.

use std::fmt;

use reedbed_core::place::Point;

/// What the cells say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlaceRead {
    /// Something that cannot be: the row is no record.
    Impossible(WhyImpossible),
    /// A place.
    Known(StatedPlace),
    /// No place, or none that is certain.
    Unknown(WhyUnknown),
}

/// A place on WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatedPlace {
    /// The point.
    pub point: Point,
    /// The uncertainty stated, with half the diagonal of the square where the place is a reference
    /// to one.
    ///
    /// Units: metres.
    pub uncertainty_m: Option<f64>,
    /// How much farther from the point the truth may be: what the conversion of the datum may be
    /// off, and what coordinatePrecision, the last written digit or a datum that is not stated
    /// leave open beyond the uncertainty stated.
    ///
    /// Units: metres; 0 for decimal degrees that say WGS 84.
    pub shift_m: f64,
    /// Where it comes from.
    pub source: Source,
    /// Whether no datum is stated, so that the place was taken for one on WGS 84.
    pub is_datum_assumed: bool,
    /// The verbatim place, where it lies far from the decimal one.
    pub other: Option<OtherPlace>,
}

/// A second place that a row tells, far from the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OtherPlace {
    /// The point.
    pub point: Point,
    /// How far from it the truth may be, as far as the spelling and the datum tell.
    ///
    /// Units: metres.
    pub radius_m: f64,
    /// Distance between the two.
    ///
    /// Units: kilometres.
    pub distance_km: f64,
}

impl StatedPlace {
    /// How far apart decimal and verbatim place are, where that is more than what is stated and left
    /// open about both, and than 500 m.
    ///
    /// Units: kilometres.
    pub fn disagrees_km(&self) -> Option<f64> {
        self.other.map(|other| other.distance_km)
    }
}

/// Which cells a place comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// decimalLatitude and decimalLongitude.
    Decimal,
    /// A reference to a square, or an easting and a northing, in the verbatim terms.
    Grid,
    /// Degrees in the verbatim terms.
    Verbatim,
}

/// Why a place is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyUnknown {
    /// No cell tells one.
    Absent,
    /// The spelling allows several.
    Ambiguous,
    /// The datum or coordinate reference system is unknown or cannot be converted.
    Datum,
    /// There is only a footprint.
    Footprint,
    /// One of latitude and longitude is missing.
    Halved,
    /// The coordinates lie outside the area of the coordinate reference system they are said to be
    /// in.
    OutsideSystem,
    /// Latitude 0, longitude 0: what databases write for nothing.
    Placeholder,
    /// The cells hold something else.
    Unreadable,
}

impl fmt::Display for WhyUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "no coordinates are given",
            Self::Ambiguous => "the coordinates allow several places",
            Self::Datum => {
                "the datum or coordinate reference system is unknown or cannot be converted"
            }
            Self::Footprint => "only a footprint is given",
            Self::Halved => "only one of latitude and longitude is given",
            Self::OutsideSystem => {
                "the coordinates lie outside the area of their coordinate reference system"
            }
            Self::Placeholder => "latitude and longitude are 0, which stands for nothing",
            Self::Unreadable => "the coordinates cannot be read",
        })
    }
}

/// What cannot be, and in which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WhyImpossible {
    /// The Darwin Core term of the column.
    pub column: &'static str,
    /// What is wrong with it.
    pub reason: ImpossibleReason,
}

impl fmt::Display for WhyImpossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

/// What is wrong with a cell that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImpossibleReason {
    /// A latitude beyond 90°.
    Latitude,
    /// A longitude beyond 180°.
    Longitude,
    /// An uncertainty below zero.
    Negative,
    /// An uncertainty that is no number.
    NotANumber,
    /// Sixty minutes or more, or more than sixty seconds.
    Sixty,
}

impl fmt::Display for ImpossibleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latitude => "a latitude beyond 90 degrees",
            Self::Longitude => "a longitude beyond 180 degrees",
            Self::Negative => "an uncertainty below zero",
            Self::NotANumber => "an uncertainty that is not a number",
            Self::Sixty => "sixty minutes or seconds and more",
        })
    }
}

//! The reference system of a layer, and the way from it to WGS 84.

use reedbed_core::place::Point;

use super::prj;
use crate::place::datum::{self, Datum};
use crate::place::frame::Frame;

/// What is wrong with a feature, as the rest of a sentence that begins with it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) String);

impl Fault {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// The reference system of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// What the file says.
    pub(super) stated: String,
    /// Nothing where its places cannot be converted.
    pub(super) way: Option<Way>,
}

impl Reference {
    /// Longitude and latitude on WGS 84 where nothing else is said, as in GeoJSON.
    pub(super) fn crs84() -> Self {
        Self { stated: "CRS84".to_owned(), way: Some(Way::Wgs84) }
    }

    /// A file that does not say.
    pub(super) fn unstated(why: &str) -> Self {
        Self { stated: why.to_owned(), way: None }
    }

    /// An EPSG code.
    pub(super) fn of_code(code: i64) -> Self {
        let way = u16::try_from(code).ok().and_then(Way::of_code);
        Self { stated: format!("EPSG:{code}"), way }
    }

    /// A name or a URN, as the specification of GeoJSON of 2008 has it.
    pub(super) fn of_name(name: &str) -> Self {
        let way = if name.to_ascii_lowercase().contains("epsg") {
            match datum::read(name).datum {
                Datum::Wgs84 => Some(Way::Wgs84),
                Datum::Frame(frame) => Way::of_code(frame.code()),
                Datum::Unknown | Datum::Unstated => None,
            }
        } else {
            datum::of_name(name).and_then(Way::of_code)
        };
        Self { stated: name.to_owned(), way }
    }

    /// Well-known text, as a `.prj` file has it.
    pub(super) fn of_wkt(text: &str) -> Self {
        let read = prj::read(text);
        let way = read.as_ref().and_then(|read| read.code).and_then(Way::of_code);
        let stated = read.map_or_else(|| "unreadable".to_owned(), |read| read.name);
        Self { stated, way }
    }
}

/// How coordinates become places on WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By a system of which only the code is kept, since it belongs to one thread.
    Frame(u16),
    /// They are.
    Wgs84,
}

impl Way {
    /// The way from an EPSG code; nothing where there is none, or where it is not clear which of
    /// two coordinates points where.
    pub(super) fn of_code(code: u16) -> Option<Self> {
        if datum::WGS84_CODES.contains(&code) {
            return Some(Self::Wgs84);
        }
        let frame = Frame::of_code(code)?;
        (!frame.has_turned_axes()).then_some(Self::Frame(code))
    }

    pub(super) fn code(self) -> u16 {
        match self {
            Self::Frame(code) => code,
            Self::Wgs84 => 4326,
        }
    }

    /// How far off a converted place may be, in metres.
    pub(super) fn allowance_m(self) -> f64 {
        match self {
            Self::Frame(code) => Frame::of_code(code).map_or(0.0, |frame| frame.allowance_m()),
            Self::Wgs84 => 0.0,
        }
    }

    /// The place of a pair of coordinates, easting or longitude first.
    pub(super) fn point(self, x: f64, y: f64) -> Result<Point, Fault> {
        if !x.is_finite() || !y.is_finite() {
            return Err(Fault::new("has a coordinate that is no number"));
        }
        match self {
            Self::Wgs84 => Point::from_degrees(y, x).ok_or_else(|| {
                Fault::new("has a coordinate beyond longitude ±180 or latitude ±90")
            }),
            Self::Frame(code) => {
                let outside = || {
                    Fault::new(format!(
                        "has a coordinate outside the area in which EPSG:{code} can be converted"
                    ))
                };
                let frame = Frame::of_code(code).ok_or_else(outside)?;
                let point = if frame.is_projected() {
                    frame.of_plane(x, y)
                } else {
                    frame.of_degrees(y, x)
                };
                point.ok_or_else(outside)
            }
        }
    }
}

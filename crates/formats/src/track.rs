//! Tracks: fixes of animals and people, from Movebank tables and GPX files.
//!
//! A fix is a place and a time of one individual. Movebank times are UTC; GPX times are UTC too, and
//! one without a zone is read as such, which is noted.

mod gpx;
mod movebank;
mod time;

pub(crate) use gpx::is_gpx;
pub use gpx::{Gpx, GpxPoint, GpxTrack, write_gpx};
pub use movebank::{Animal, EventTable, ReferenceTable};
pub(crate) use movebank::{is_events, is_reference};
pub use time::{Instant, instant};

use reedbed_core::place::Point;

/// A place and a time of an individual.
#[derive(Clone)]
pub struct Fix<'a> {
    /// Line of the file, from 1.
    pub line: u64,
    /// Whose it is: the individual, else the tag, else the name of the track; may be empty.
    pub individual: &'a str,
    /// The taxon that the row states; may be empty.
    pub taxon: &'a str,
    /// Where it is.
    pub point: Point,
    /// Its uncertainty, where it is stated.
    ///
    /// Units: metres.
    pub uncertainty_m: Option<f64>,
    /// When it was made, where that is stated.
    pub time: Option<Instant>,
    /// Whether the data call it an outlier, or not to be shown.
    pub is_outlier: bool,
    /// Whether a person walked it: it is about no taxon then.
    pub is_of_person: bool,
}

impl std::fmt::Debug for Fix<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fix").field("line", &self.line).finish_non_exhaustive()
    }
}

/// Why a row or a point of a track cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Line of the file, from 1.
    pub line: u64,
    /// The column or element.
    pub column: &'static str,
    /// The reason in words; never what stands there.
    pub reason: &'static str,
}

/// What reading a track meets.
#[derive(Debug)]
pub enum Met<'a> {
    /// A fix.
    Fix(Fix<'a>),
    /// Something that cannot be used.
    Unfit(Unfit),
}

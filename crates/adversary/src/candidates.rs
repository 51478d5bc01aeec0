//! Sites that the copy itself knows: what is left when all others are excluded.

use reedbed_core::period::Day;
use reedbed_core::place::{DEGREE, Point};
use rustc_hash::FxHashMap;

use crate::agreement::wilson;
use crate::seen::SeenPlace;
use crate::target::Target;

/// The sites of exact records, with the days on which something was recorded there.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    squares: FxHashMap<(i64, i64), Vec<Site>>,
    sites: u64,
    records: u64,
}

#[derive(Debug)]
struct Site {
    point: Point,
    /// The finest circle that is stated there.
    radius_m: f64,
    days: Option<(Day, Day)>,
}

/// What is left for one protected record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub(crate) sites: u64,
    /// One of them.
    pub(crate) point: Point,
}

impl Sites {
    /// Adds an exact record.
    pub(crate) fn add(&mut self, place: SeenPlace, days: Option<(Day, Day)>) {
        let SeenPlace { point, radius_m, .. } = place;
        self.records += 1;
        let sites = self.squares.entry(square(point)).or_default();
        match sites.iter_mut().find(|site| site.point.distance_bound_m(point) < SAME_M) {
            Some(site) => {
                site.radius_m = site.radius_m.min(radius_m);
                site.days = match (site.days, days) {
                    (Some((first, last)), Some((start, end))) => {
                        Some((first.min(start), last.max(end)))
                    }
                    // A record without a date may be of any.
                    _ => None,
                };
            }
            None if self.sites < MOST_SITES => {
                self.sites += 1;
                sites.push(Site { point, radius_m, days });
            }
            None => {}
        }
    }

    /// The sites at which a protected record may have been made.
    pub(crate) fn left(&self, target: &Target) -> Option<Left> {
        let (centre, radius_m) = target.allowed.map(|place| (place.point, place.radius_m))?;
        let reach = radius_m / METRES_PER_DEGREE;
        let shrink = centre.lat().degrees().to_radians().cos().max(0.02);
        let (lat, lon) = (centre.lat().degrees(), centre.lon().degrees());
        let rows = step(lat - reach)..=step(lat + reach);
        let columns = step(lon - reach / shrink)..=step(lon + reach / shrink);
        if rows.clone().count() * columns.clone().count() > MOST_SQUARES {
            return None;
        }
        let mut left = Left { sites: 0, point: centre };
        for row in rows {
            for column in columns.clone() {
                for site in self.squares.get(&(row, column)).into_iter().flatten() {
                    let is_fine = site.radius_m <= target.near_m();
                    if is_fine && target.may_be_at(site.point) && target.may_be_on(site.days) {
                        left = Left { sites: left.sites + 1, point: site.point };
                    }
                }
            }
        }
        (left.sites > 0).then_some(left)
    }

    /// A lower bound of the chance that a record was made at a site that the copy knows by others.
    pub(crate) fn chance(&self) -> f64 {
        wilson(self.records.saturating_sub(self.sites), self.records)
    }
}

fn square(point: Point) -> (i64, i64) {
    (point.lat().0.div_euclid(SQUARE), point.lon().0.div_euclid(SQUARE))
}

#[expect(clippy::cast_possible_truncation, reason = "degrees of the globe")]
fn step(degrees: f64) -> i64 {
    (degrees * 1e9 / SQUARE as f64).floor() as i64
}

/// Side of the squares by which sites are found again.
///
/// Units: nano-degrees.
const SQUARE: i64 = DEGREE / 20;
const MOST_SQUARES: usize = 4_000;
const MOST_SITES: u64 = 2_000_000;
/// Points closer than this are one site.
///
/// Units: metres.
const SAME_M: f64 = 25.0;
const METRES_PER_DEGREE: f64 = 110_000.0;

//! The circle of a record's uncertainty, as an ellipse in the plane of longitude and latitude that
//! holds all of it.

use std::fmt;

use crate::place::{DEGREE, Point};

/// A circle on the earth, ready to be compared with edges that are straight in longitude and
/// latitude.
///
/// A point at the angular distance d has d² ≥ 4·(sin²(Δφ/2) + cos φ₁·cos φ₂·sin²(Δλ/2)), the
/// haversine formula with sin x ≤ x. With the smallest cos φ₂ in the circle, and the smallest
/// quotient of sine and angle, the right side is (y·Δφ)² + (x·Δλ)² with constants x and y: whatever
/// lies in the circle lies in that ellipse. Metres become an angle by the smallest radius of
/// curvature of WGS 84, so the angle is never too small.
pub(super) struct Circle {
    pub(super) lon: i64,
    pub(super) lat: i64,
    /// Radians of the ellipse per nano-degree of longitude; zero where the circle holds a pole and
    /// longitude says nothing.
    per_lon: f64,
    per_lat: f64,
    /// Square of the radius, in radians.
    reach: f64,
    /// How far the circle extends in longitude, in nano-degrees.
    lon_extent: i64,
}

impl Circle {
    pub(super) fn new(centre: Point, radius_m: f64) -> Self {
        let radius_m = if radius_m >= 0.0 { radius_m } else { f64::INFINITY };
        let reach = (radius_m * (1.0 + RELATIVE_SLACK) + SLACK_M) / SMALLEST_RADIUS_M;
        let lat = centre.lat().degrees().abs().to_radians();
        let mut circle = Self {
            lon: centre.lon().0,
            lat: centre.lat().0,
            per_lon: 0.0,
            per_lat: RADIANS_PER_NANO,
            reach: reach * reach,
            lon_extent: 180 * DEGREE,
        };
        if lat + reach < std::f64::consts::FRAC_PI_2 - POLE_SLACK {
            let extent = (reach.sin() / lat.cos()).min(1.0).asin();
            let squeeze = lat.cos() * (lat + reach).cos();
            circle.per_lon = RADIANS_PER_NANO * squeeze.sqrt() * sinc(extent / 2.0);
            circle.per_lat = RADIANS_PER_NANO * sinc(reach / 2.0);
            circle.lon_extent = nano(extent).saturating_add(1);
        }
        circle
    }

    /// The whole turns by which the circle must be moved in longitude to meet a stretch of it.
    pub(super) fn turns(&self, from_lon: i64, to_lon: i64) -> impl Iterator<Item = i64> + use<> {
        const TURN: i64 = 360 * DEGREE;
        let first = -(self.lon + self.lon_extent - from_lon).div_euclid(TURN);
        let last = (to_lon + self.lon_extent - self.lon).div_euclid(TURN);
        // Where longitude says nothing, one turn is as good as another.
        let last = if self.per_lon > 0.0 { last } else { first };
        (first..=last).map(|turn| turn * TURN)
    }

    /// Whether the ellipse, moved by so many nano-degrees, may meet a box.
    pub(super) fn meets_box(&self, shift: i64, lon: (i64, i64), lat: (i64, i64)) -> bool {
        let x = self.lon + shift;
        let dx = self.per_lon * length((lon.0 - x).max(x - lon.1).max(0));
        let dy = self.per_lat * length((lat.0 - self.lat).max(self.lat - lat.1).max(0));
        dx * dx + dy * dy <= self.reach
    }

    /// Whether the ellipse, moved by so many nano-degrees, meets a straight edge.
    pub(super) fn meets_edge(&self, shift: i64, a: (i64, i64), b: (i64, i64)) -> bool {
        let flat = |(lon, lat): (i64, i64)| {
            (self.per_lon * length(lon - self.lon - shift), self.per_lat * length(lat - self.lat))
        };
        let (a, b) = (flat(a), flat(b));
        let along = (b.0 - a.0, b.1 - a.1);
        let square = along.0 * along.0 + along.1 * along.1;
        let at = if square > 0.0 {
            (-(a.0 * along.0 + a.1 * along.1) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let nearest = (a.0 + at * along.0, a.1 + at * along.1);
        nearest.0 * nearest.0 + nearest.1 * nearest.1 <= self.reach
    }
}

impl fmt::Debug for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Circle(withheld)")
    }
}

fn sinc(angle: f64) -> f64 {
    if angle > 0.0 { angle.sin() / angle } else { 1.0 }
}

#[expect(clippy::cast_precision_loss, reason = "below 2⁵³ for any longitude of a checked shape")]
fn length(nano: i64) -> f64 {
    nano as f64
}

#[expect(clippy::cast_possible_truncation, reason = "at most a quarter turn")]
fn nano(radians: f64) -> i64 {
    (radians.to_degrees() * 1e9).ceil() as i64
}

const RADIANS_PER_NANO: f64 = std::f64::consts::PI / 180.0e9;
/// Meridian radius of curvature b²/a of WGS 84 at the equator, in metres.
const SMALLEST_RADIUS_M: f64 = 6_335_439.0;
/// A point that stands on a boundary is a rounding error away from it.
const SLACK_M: f64 = 0.01;
const RELATIVE_SLACK: f64 = 1e-6;
/// Nearer to the pole the longitudes of a circle are no longer told apart.
const POLE_SLACK: f64 = 1e-6;

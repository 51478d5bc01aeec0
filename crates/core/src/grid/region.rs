//! A region on the globe that a place is told as: bounds, centre, circle, outline.

use std::fmt;

use crate::place::{DEGREE, Nano, Point};

/// A box of latitudes and longitudes that may cross the antimeridian.
///
/// Units: nano-degrees, WGS 84. `Debug` shows nothing: a region of a partner's copy is not for logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    south: Nano,
    north: Nano,
    west: Nano,
    width: Nano,
}

impl Region {
    /// Makes a region from its southern and northern edge, its western edge and its width; cut at
    /// the poles.
    pub(super) fn new(south: Nano, north: Nano, west: Nano, width: Nano) -> Self {
        Self {
            south: Nano(south.0.max(-90 * DEGREE)),
            north: Nano(north.0.min(90 * DEGREE)),
            west: Nano(east_of_antimeridian(west.0)),
            width: Nano(width.0.min(360 * DEGREE)),
        }
    }

    /// Makes a region that was told before, from its southern and western edge, height and width;
    /// nothing for what is no box on the globe.
    pub fn of(south: Nano, west: Nano, height: Nano, width: Nano) -> Option<Self> {
        let north = Nano(south.0.checked_add(height.0)?);
        let is_box = height.0 > 0 && (1..=360 * DEGREE).contains(&width.0);
        let is_on_globe = south.0 >= -90 * DEGREE && north.0 <= 90 * DEGREE;
        let is_named = (-180 * DEGREE..180 * DEGREE).contains(&west.0);
        (is_box && is_on_globe && is_named).then_some(Self { south, north, west, width })
    }

    /// What two regions have in common; nothing where they are apart. Of regions that meet on both
    /// sides of the globe it is one of the two parts.
    pub fn cut(&self, other: &Self) -> Option<Self> {
        let south = Nano(self.south.0.max(other.south.0));
        let north = Nano(self.north.0.min(other.north.0));
        let after = |from: &Self, to: &Self| (to.west.0 - from.west.0).rem_euclid(360 * DEGREE);
        let (first, second) =
            if after(self, other) < self.width.0 { (self, other) } else { (other, self) };
        let offset = after(first, second);
        let width = Nano((first.width.0 - offset).min(second.width.0));
        (south < north && width.0 > 0).then_some(Self { south, north, west: second.west, width })
    }

    /// Southern edge.
    pub fn south(&self) -> Nano {
        self.south
    }

    /// Northern edge.
    pub fn north(&self) -> Nano {
        self.north
    }

    /// Western edge, −180° to just below 180°.
    pub fn west(&self) -> Nano {
        self.west
    }

    /// Eastern edge; beyond 180° where the region crosses the antimeridian.
    pub fn east(&self) -> Nano {
        Nano(self.west.0 + self.width.0)
    }

    /// Height and width.
    ///
    /// Units: nano-degrees.
    pub fn size(&self) -> (Nano, Nano) {
        (Nano(self.north.0 - self.south.0), self.width)
    }

    /// The centre, at most a tenth of a micro-degree off: where the cut of a pole or a metric
    /// lattice gives more decimals, they are rounded.
    pub fn centre(&self) -> Point {
        let lat = tidy((self.south.0 + self.north.0) / 2);
        let mut lon = tidy(self.west.0 + self.width.0 / 2);
        if lon > 180 * DEGREE {
            lon -= 360 * DEGREE;
        }
        Point::clamped(Nano(lat), Nano(lon))
    }

    /// An upper bound of the distance from the centre to the farthest point of the region.
    ///
    /// Units: metres, on the ellipsoid (see [`Point::distance_bound_m`]).
    pub fn radius_m(&self) -> f64 {
        let centre = self.centre();
        let mut farthest: f64 = 0.0;
        for step in 0..=EDGE_STEPS {
            let lon = self.west.0 + self.width.0 / EDGE_STEPS * step;
            for lat in [self.south, self.north] {
                if let Some(corner) = Point::new(lat, Nano(east_of_antimeridian(lon))) {
                    farthest = farthest.max(centre.distance_bound_m(corner));
                }
            }
        }
        farthest
    }

    /// Whether the region holds a point, edges included.
    pub fn contains(&self, point: Point) -> bool {
        let from_west = (point.lon().0 - self.west.0).rem_euclid(360 * DEGREE);
        (self.south.0..=self.north.0).contains(&point.lat().0)
            && (from_west <= self.width.0 || self.width.0 >= 360 * DEGREE)
    }

    /// Whether the region holds all of another.
    pub fn covers(&self, other: &Self) -> bool {
        let from_west = (other.west.0 - self.west.0).rem_euclid(360 * DEGREE);
        let is_around = self.width.0 >= 360 * DEGREE;
        self.south <= other.south
            && self.north >= other.north
            && (is_around || from_west + other.width.0 <= self.width.0)
    }

    /// Whether it is at least as high and as wide as another, in degrees.
    pub fn is_as_wide_as(&self, other: &Self) -> bool {
        let ((height, width), (other_height, other_width)) = (self.size(), other.size());
        height >= other_height && width >= other_width
    }

    /// Whether its edges are these (south, north, west, east), by less than a micro-degree.
    pub fn has_edges(&self, [south, north, west, east]: [Nano; 4]) -> bool {
        let is_same = |a: i64, b: i64| (a - b).abs() <= 1_000;
        is_same(self.south.0, south.0)
            && is_same(self.north.0, north.0)
            && is_same(self.west.0, west.0)
            && is_same(self.east().0, east.0)
    }

    /// The outline in Well-Known Text, longitude first, WGS 84; in two parts where it crosses the
    /// antimeridian.
    ///
    /// Source: OGC 06-103r4, Simple Feature Access, section 7; Darwin Core `footprintWKT`.
    pub fn wkt(&self) -> String {
        let east = self.east();
        if east.0 <= 180 * DEGREE {
            return format!("POLYGON {}", self.ring(self.west, east));
        }
        let wrapped = Nano(east.0 - 360 * DEGREE);
        format!(
            "MULTIPOLYGON ({}, {})",
            self.ring(self.west, Nano(180 * DEGREE)),
            self.ring(Nano(-180 * DEGREE), wrapped)
        )
    }

    fn ring(&self, west: Nano, east: Nano) -> String {
        let (w, e) = (decimal(west), decimal(east));
        let (s, n) = (decimal(self.south), decimal(self.north));
        format!("(({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s}))")
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Region(withheld)")
    }
}

/// Writes an angle as decimal degrees without needless zeros.
pub fn decimal(angle: Nano) -> String {
    let sign = if angle.0 < 0 { "-" } else { "" };
    let (whole, part) = (angle.0.abs() / DEGREE, angle.0.abs() % DEGREE);
    if part == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{part:09}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// Rounds to a hundred nano-degrees (1 cm) unless the value has few decimals anyway.
fn tidy(value: i64) -> i64 {
    (value + 50).div_euclid(100) * 100
}

fn east_of_antimeridian(lon: i64) -> i64 {
    (lon + 180 * DEGREE).rem_euclid(360 * DEGREE) - 180 * DEGREE
}

/// The farthest point of a box is a corner, unless the box spans a good part of the globe: then
/// points along its edges count too.
const EDGE_STEPS: i64 = 16;

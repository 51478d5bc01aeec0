//! Areas and lengths in metres, on the ellipsoid of WGS 84.

use reedbed_core::place::Point;

use super::contains::closed;
use super::geometry::Geometry;

impl Geometry {
    /// The area of its polygons, holes taken off.
    ///
    /// Edges are straight in longitude and latitude, as in RFC 7946, and the ellipsoid is not taken
    /// for a sphere: the authalic latitude is integrated along each edge, in steps of at most half
    /// a degree, which leaves less than 10⁻⁸ of the area, or a square centimetre or so where that
    /// is more. Edges meant as geodesics enclose another area: that differs by about 10⁻⁷ for edges
    /// of a kilometre and by 10⁻³ for edges of 100 km. A ring round a pole that is not drawn along
    /// the pole holds the pole on its side of the equator. Polygons that overlap count twice.
    ///
    /// Units: square metres.
    /// Source: Snyder (1987), Map projections – a working manual, equations 3-11 and 3-12.
    pub fn area_m2(&self) -> f64 {
        let mut area = 0.0;
        self.each_polygon(&mut |rings| {
            let mut rings = rings.iter().map(|ring| ring_area_m2(ring));
            let outer = rings.next().unwrap_or(0.0);
            area += (outer - rings.sum::<f64>()).max(0.0);
        });
        area
    }

    /// The length of its lines; rings have none.
    ///
    /// The sum of the geodesics between the vertices, by the formula of Andoyer and Lambert: less
    /// than 3·10⁻⁵ off up to 10 000 km; beyond 19 000 km, where two vertices are nearly opposite,
    /// by up to 1 %.
    ///
    /// Units: metres.
    /// Source: Meeus (1998), Astronomical algorithms, chapter 11.
    pub fn length_m(&self) -> f64 {
        let mut length = 0.0;
        self.each_line(&mut |line| {
            let edges = line.iter().zip(line.iter().skip(1));
            length += edges.map(|(a, b)| geodesic_m(*a, *b)).sum::<f64>();
        });
        length
    }
}

#[expect(clippy::cast_precision_loss, reason = "nano-degrees of some turns are exact in an f64")]
fn radians(nano: i64) -> f64 {
    (nano as f64 / 1e9).to_radians()
}

fn ring_area_m2(ring: &[Point]) -> f64 {
    let ring = closed(ring);
    let (Some(first), Some(last)) = (ring.first(), ring.last()) else { return 0.0 };
    // Counted from a parallel near by, so that small rings lose no digits.
    let reference = if first.0 == last.0 {
        zone(radians(first.1))
    } else {
        zone(std::f64::consts::FRAC_PI_2.copysign(radians(first.1)))
    };
    let mut sum = 0.0;
    for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
        let (from, to) = (radians(a.1), radians(b.1));
        let width = radians(b.0 - a.0);
        // Gauss's rule with three places; edges without width need none.
        if width == 0.0 {
            continue;
        }
        let steps = ((to - from).abs() / STEP).ceil().max(1.0);
        let mut at = 0.0;
        while at < steps {
            let lat = |part: f64| from + (to - from) * (at + part) / steps;
            let side = 0.15_f64.sqrt();
            let mean = 5.0 * (zone(lat(0.5 - side)) - reference)
                + 8.0 * (zone(lat(0.5)) - reference)
                + 5.0 * (zone(lat(0.5 + side)) - reference);
            sum += width / steps * mean / 18.0;
            at += 1.0;
        }
    }
    (sum * EQUATORIAL_RADIUS_M * EQUATORIAL_RADIUS_M / 2.0).abs()
}

/// What the zone between the equator and a latitude adds to the area per radian of longitude, in
/// halves of the square of the equatorial radius.
fn zone(lat: f64) -> f64 {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let e = e2.sqrt();
    let sine = lat.sin();
    (1.0 - e2) * (sine / (1.0 - e2 * sine * sine) + (e * sine).atanh() / e)
}

fn geodesic_m(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (radians(a.lat().0), radians(b.lat().0));
    let half = f64::midpoint(lat_a, lat_b);
    let half_difference = radians(a.lat().0 - b.lat().0) / 2.0;
    let half_lon = radians(a.lon().0 - b.lon().0) / 2.0;
    let square = |number: f64| number * number;
    let (sin_g2, cos_g2) = (square(half_difference.sin()), square(half_difference.cos()));
    let (sin_f2, cos_f2) = (square(half.sin()), square(half.cos()));
    let (sin_l2, cos_l2) = (square(half_lon.sin()), square(half_lon.cos()));
    let s = sin_g2 * cos_l2 + cos_f2 * sin_l2;
    let c = cos_g2 * cos_l2 + sin_f2 * sin_l2;
    if s <= 0.0 {
        return 0.0;
    }
    let omega = s.sqrt().atan2(c.sqrt());
    let distance = 2.0 * omega * EQUATORIAL_RADIUS_M;
    if c <= NEARLY_OPPOSITE {
        return distance;
    }
    let r = (s * c).sqrt() / omega;
    let (h1, h2) = ((3.0 * r - 1.0) / (2.0 * c), (3.0 * r + 1.0) / (2.0 * s));
    distance * (1.0 + FLATTENING * (h1 * sin_f2 * cos_g2 - h2 * cos_f2 * sin_g2))
}

/// Half a degree.
const STEP: f64 = 0.008_726_646_259_971_648;
const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Where the formula divides by next to nothing.
const NEARLY_OPPOSITE: f64 = 1e-3;

//! Where a record is: points in nano-degrees, and distances that never flatter.

use std::fmt;

/// An angle in nano-degrees (10⁻⁹ degree, about 0.1 mm of latitude).
///
/// Whole numbers, so that cells are found without rounding error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nano(pub i64);

/// One degree in nano-degrees.
pub const DEGREE: i64 = 1_000_000_000;

impl Nano {
    /// Reads decimal degrees exactly, to nine decimals (further digits round half away from zero).
    ///
    /// Returns nothing for text that is not a plain decimal number, or that is beyond ±1000°.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.trim_ascii().as_bytes();
        let (negative, digits) = match bytes.split_first()? {
            (b'-', rest) => (true, rest),
            (b'+', rest) => (false, rest),
            _ => (false, bytes),
        };
        let mut value: i64 = 0;
        let mut decimals: Option<u32> = None;
        let mut seen = false;
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    let digit = i64::from(byte - b'0');
                    match &mut decimals {
                        None => {
                            value = value.checked_mul(10)?.checked_add(digit)?;
                            if value > 1000 {
                                return None;
                            }
                        }
                        Some(count) if *count < 9 => {
                            value = value * 10 + digit;
                            *count += 1;
                        }
                        Some(count) if *count == 9 => {
                            value += i64::from(digit >= 5);
                            *count += 1;
                        }
                        Some(_) => {}
                    }
                }
                b'.' if decimals.is_none() => decimals = Some(0),
                b'e' | b'E' => return Self::parse_scientific(text),
                _ => return None,
            }
        }
        if !seen {
            return None;
        }
        let missing = 9 - decimals.unwrap_or(0).min(9);
        let value = value.checked_mul(10_i64.pow(missing))?;
        Some(Self(if negative { -value } else { value }))
    }

    fn parse_scientific(text: &str) -> Option<Self> {
        let degrees: f64 = text.trim_ascii().parse().ok()?;
        Self::from_degrees(degrees)
    }

    /// Rounds degrees to nano-degrees; nothing for what is not finite or beyond ±1000°.
    pub fn from_degrees(degrees: f64) -> Option<Self> {
        if !degrees.is_finite() || degrees.abs() > 1000.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "|degrees| is at most 1000")]
        let nano = (degrees * 1e9).round() as i64;
        Some(Self(nano))
    }

    /// The angle in degrees.
    #[expect(clippy::cast_precision_loss, reason = "at most 1.8e11, exact in an f64")]
    pub fn degrees(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl fmt::Debug for Nano {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nano(withheld)")
    }
}

/// A point on the earth.
///
/// Units: nano-degrees, WGS 84; latitude −90° to 90°, longitude −180° to 180°.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point {
    lat: Nano,
    lon: Nano,
}

impl Point {
    /// Makes a point; nothing for a latitude beyond ±90° or a longitude beyond ±180°.
    pub fn new(lat: Nano, lon: Nano) -> Option<Self> {
        (lat.0.abs() <= 90 * DEGREE && lon.0.abs() <= 180 * DEGREE).then_some(Self { lat, lon })
    }

    /// Makes a point from degrees, rounded to nano-degrees.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        Self::new(Nano::from_degrees(lat)?, Nano::from_degrees(lon)?)
    }

    /// Makes a point, moved to the nearest valid latitude and longitude.
    pub fn clamped(lat: Nano, lon: Nano) -> Self {
        Self {
            lat: Nano(lat.0.clamp(-90 * DEGREE, 90 * DEGREE)),
            lon: Nano(lon.0.clamp(-180 * DEGREE, 180 * DEGREE)),
        }
    }

    /// Latitude.
    pub fn lat(self) -> Nano {
        self.lat
    }

    /// Longitude.
    pub fn lon(self) -> Nano {
        self.lon
    }

    /// An upper bound of the distance on the ellipsoid to another point.
    ///
    /// Units: metres. The great circle is taken on a sphere with the largest radius of curvature of
    /// WGS 84 (6 399 594 m, at the poles), so that it is never shorter than the geodesic; at most
    /// 1 % longer.
    pub fn distance_bound_m(self, other: Self) -> f64 {
        haversine(self, other) * LARGEST_RADIUS_M
    }

    /// A lower bound of the distance on the ellipsoid to another point.
    ///
    /// Units: metres; on a sphere with the smallest radius of curvature of WGS 84 (6 335 439 m).
    pub fn distance_floor_m(self, other: Self) -> f64 {
        haversine(self, other) * SMALLEST_RADIUS_M
    }
}

/// A point as a unit vector, for telling many pairs apart without an angle for each.
#[derive(Clone, Copy, PartialEq)]
pub struct Direction([f64; 3]);

/// How far apart two directions may be: for one distance and many pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The square of the chord on a sphere with radius one.
    chord_squared: f64,
}

impl Point {
    /// The direction from the middle of the sphere.
    pub fn direction(self) -> Direction {
        let (lat, lon) = (self.lat.degrees().to_radians(), self.lon.degrees().to_radians());
        let around = lat.cos();
        Direction([around * lon.cos(), around * lon.sin(), lat.sin()])
    }
}

impl Reach {
    /// What [`Point::distance_floor_m`] says is no farther.
    ///
    /// Units: metres.
    pub fn of_floor(metres: f64) -> Self {
        let angle = (metres / SMALLEST_RADIUS_M).min(std::f64::consts::PI);
        Self { chord_squared: (2.0 * (angle / 2.0).sin()).powi(2) }
    }

    /// Whether two are no farther apart.
    pub fn holds(self, a: Direction, b: Direction) -> bool {
        let apart = a.0.iter().zip(b.0).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        apart <= self.chord_squared
    }
}

impl fmt::Debug for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direction(withheld)")
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Point(withheld)")
    }
}

fn haversine(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.lat.degrees().to_radians(), b.lat.degrees().to_radians());
    let d_lat = (lat_b - lat_a) / 2.0;
    let d_lon = (b.lon.degrees() - a.lon.degrees()).to_radians() / 2.0;
    let h = d_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * d_lon.sin().powi(2);
    2.0 * h.sqrt().min(1.0).asin()
}

/// Polar radius of curvature a²/b of WGS 84, in metres.
const LARGEST_RADIUS_M: f64 = 6_399_594.0;
/// Meridian radius of curvature b²/a of WGS 84 at the equator, in metres.
const SMALLEST_RADIUS_M: f64 = 6_335_439.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_say_what_distances_say() {
        let mut state = 9_u64;
        let mut next = |range: f64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let upper = u32::try_from(state >> 32).unwrap();
            (f64::from(upper) / f64::from(u32::MAX) - 0.5) * range
        };
        for _ in 0..20_000 {
            let (lat, lon) = (next(170.0), next(350.0));
            let a = Point::from_degrees(lat, lon).unwrap();
            let (north, east) = (next(0.2), next(0.2));
            let Some(b) = Point::from_degrees(lat + north, lon + east) else { continue };
            let metres = a.distance_floor_m(b);
            for (factor, is_near) in [(0.999_999, false), (1.000_001, true)] {
                let reach = Reach::of_floor(metres * factor);
                assert_eq!(reach.holds(a.direction(), b.direction()), is_near || metres == 0.0);
            }
        }
        assert!(Reach::of_floor(0.0).holds(
            Point::from_degrees(51.0, 4.0).unwrap().direction(),
            Point::from_degrees(51.0, 4.0).unwrap().direction()
        ));
    }

    #[test]
    fn decimal_degrees_are_read_exactly() {
        assert_eq!(Nano::parse("41.08553").map(|n| n.0), Some(41_085_530_000));
        assert_eq!(Nano::parse("-8.55139").map(|n| n.0), Some(-8_551_390_000));
        assert_eq!(Nano::parse(" +0.1 ").map(|n| n.0), Some(100_000_000));
        assert_eq!(Nano::parse("12").map(|n| n.0), Some(12 * DEGREE));
        assert_eq!(Nano::parse("1.0000000005").map(|n| n.0), Some(DEGREE + 1));
        assert_eq!(Nano::parse("-1.00000000049").map(|n| n.0), Some(-DEGREE));
        assert_eq!(Nano::parse("1e1").map(|n| n.0), Some(10 * DEGREE));
    }

    #[test]
    fn what_is_not_a_number_is_not_read() {
        for text in ["", ".", "-", "41,5", "N41", "1.2.3", "0x10", "99999", "NaN", "41°"] {
            assert_eq!(Nano::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_point_beyond_the_globe_is_not_made() {
        assert!(Point::from_degrees(90.1, 0.0).is_none());
        assert!(Point::from_degrees(0.0, -180.000_001).is_none());
        assert!(Point::from_degrees(-90.0, 180.0).is_some());
    }

    #[test]
    fn the_bounds_enclose_known_geodesics() {
        // One degree of latitude is 110 574.3 m at the equator and 111 693.9 m at the pole
        // (WGS 84); one degree of longitude at the equator is 111 319.5 m.
        let cases = [
            (0.0, 0.0, 1.0, 0.0, 110_574.3),
            (89.0, 0.0, 90.0, 0.0, 111_693.9),
            (0.0, 0.0, 0.0, 1.0, 111_319.5),
        ];
        for (lat_a, lon_a, lat_b, lon_b, metres) in cases {
            let a = Point::from_degrees(lat_a, lon_a).unwrap();
            let b = Point::from_degrees(lat_b, lon_b).unwrap();
            assert!(a.distance_bound_m(b) >= metres);
            assert!(a.distance_bound_m(b) <= metres * 1.011);
            assert!(a.distance_floor_m(b) <= metres);
        }
    }

    #[test]
    fn places_do_not_print() {
        let point = Point::from_degrees(41.08553, -8.55139).unwrap();
        assert_eq!(format!("{point:?}"), "Point(withheld)");
        assert_eq!(format!("{:?}", point.lat()), "Nano(withheld)");
    }
}

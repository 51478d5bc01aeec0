//! The land of the demo: an invented fen with its waters, reedbeds and roosts, drawn as wobbly
//! rings round invented centres.

use std::f64::consts::TAU;

use serde_json::{Value, json};

use super::prng::Prng;

/// A place of the demo, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

impl Spot {
    /// The spot so many metres to the east and north.
    pub(super) fn moved(self, east_m: f64, north_m: f64) -> Self {
        Self {
            latitude: self.latitude + north_m / DEGREE_M,
            longitude: self.longitude + east_m / (DEGREE_M * CENTRE.latitude.to_radians().cos()),
        }
    }

    /// Longitude first, rounded to six places so that the text is the same on every machine.
    pub(super) fn position(self) -> Value {
        let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
        json!([rounded(self.longitude), rounded(self.latitude)])
    }

    /// Decimal degrees as a field device shows them: five places, about a metre.
    pub(super) fn decimals(self) -> (String, String) {
        (format!("{:.5}", self.latitude), format!("{:.5}", self.longitude))
    }

    /// Degrees, minutes and seconds as an older notebook has them.
    pub(super) fn sexagesimal(self) -> String {
        let part = |degrees: f64, positive: char, negative: char| {
            let hemisphere = if degrees < 0.0 { negative } else { positive };
            let tenths = (degrees.abs() * 36_000.0).round();
            let (whole, rest) = ((tenths / 36_000.0).floor(), tenths % 36_000.0);
            let (minutes, seconds) = ((rest / 600.0).floor(), rest % 600.0 / 10.0);
            format!("{whole:.0}°{minutes:02.0}'{seconds:04.1}\"{hemisphere}")
        };
        format!("{} {}", part(self.latitude, 'N', 'S'), part(self.longitude, 'E', 'W'))
    }
}

/// One named feature of the boundary file.
#[derive(Debug)]
pub(super) struct Feature {
    pub(super) name: &'static str,
    zone: &'static str,
    centre: Spot,
    ring: Vec<Spot>,
}

impl Feature {
    /// A spot inside: part of the way from the centre to the ring, which runs round it once.
    pub(super) fn spot_inside(&self, prng: &mut Prng) -> Spot {
        let edge = prng.pick(&self.ring);
        let way = prng.fraction().sqrt() * 0.9;
        Spot {
            latitude: self.centre.latitude + (edge.latitude - self.centre.latitude) * way,
            longitude: self.centre.longitude + (edge.longitude - self.centre.longitude) * way,
        }
    }
}

/// All features.
#[derive(Debug)]
pub(super) struct Land(Vec<Feature>);

impl Land {
    /// Draws the land.
    pub(super) fn draw(prng: &mut Prng) -> Self {
        let draw = |plan: &Plan| {
            let centre = CENTRE.moved(plan.east_m, plan.north_m);
            let waves: Vec<(f64, f64, f64)> = [2.0, 3.0, 5.0, 8.0]
                .into_iter()
                .map(|turns| (turns, 0.22 * prng.fraction() / turns, TAU * prng.fraction()))
                .collect();
            let ring = (0..RING_POINTS)
                .map(|point| {
                    let angle = TAU * f64::from(point) / f64::from(RING_POINTS);
                    let wobble: f64 = waves
                        .iter()
                        .map(|(turns, size, at)| size * (turns * angle + at).cos())
                        .sum();
                    let radius_m = plan.radius_m * (1.0 + wobble);
                    centre.moved(radius_m * plan.stretch * angle.cos(), radius_m * angle.sin())
                })
                .collect();
            Feature { name: plan.name, zone: plan.zone, centre, ring }
        };
        Self(PLANS.iter().map(draw).collect())
    }

    /// The features of one zone, such as the reedbeds.
    pub(super) fn zone(&self, zone: &str) -> impl Iterator<Item = &Feature> {
        self.0.iter().filter(move |feature| feature.zone == zone)
    }

    /// A spot in a zone; the middle of the reserve where the land has no such zone.
    pub(super) fn spot_in(&self, zone: &str, prng: &mut Prng) -> Spot {
        let features: Vec<&Feature> = self.zone(zone).collect();
        let at = prng.below(u32::try_from(features.len()).unwrap_or_default());
        let feature = usize::try_from(at).ok().and_then(|at| features.get(at));
        feature.map_or(CENTRE, |feature| feature.spot_inside(prng))
    }

    /// South, west, north, east of everything, in degrees.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.0.iter().flat_map(|feature| &feature.ring).fold(start, |[s, w, n, e], spot| {
            [
                s.min(spot.latitude),
                w.min(spot.longitude),
                n.max(spot.latitude),
                e.max(spot.longitude),
            ]
        })
    }

    /// The boundary file.
    ///
    /// Source: RFC 7946.
    pub(super) fn geojson(&self) -> Value {
        let features: Vec<Value> = self
            .0
            .iter()
            .map(|feature| {
                let mut ring: Vec<Value> =
                    feature.ring.iter().map(|spot| spot.position()).collect();
                ring.extend(feature.ring.first().map(|spot| spot.position()));
                json!({
                    "type": "Feature",
                    "properties": { "name": feature.name, "zone": feature.zone },
                    "geometry": { "type": "Polygon", "coordinates": [ring] },
                })
            })
            .collect();
        json!({ "type": "FeatureCollection", "features": features })
    }
}

/// A feature before it is drawn.
struct Plan {
    name: &'static str,
    zone: &'static str,
    east_m: f64,
    north_m: f64,
    radius_m: f64,
    /// How much longer than high.
    stretch: f64,
}

const fn plan(
    name: &'static str,
    zone: &'static str,
    [east_m, north_m, radius_m, stretch]: [f64; 4],
) -> Plan {
    Plan { name, zone, east_m, north_m, radius_m, stretch }
}

/// Close to where four cells of the public grid meet, so that the report's map has something to
/// show.
const CENTRE: Spot = Spot { latitude: 52.655, longitude: 1.545 };

/// Metres of one degree of latitude, near enough for drawing.
const DEGREE_M: f64 = 111_200.0;

const RING_POINTS: u32 = 96;

const PLANS: [Plan; 11] = [
    plan("Reedmoor reserve", "reserve", [0.0, 0.0, 18600.0, 1.35]),
    plan("Reedmoor core zone", "core", [-3000.0, 1200.0, 7800.0, 1.3]),
    plan("Great Sallow Water", "water", [-4200.0, 1800.0, 3120.0, 1.6]),
    plan("Heron Pool", "water", [7800.0, -3600.0, 1560.0, 1.2]),
    plan("Long Dyke", "water", [1800.0, 9000.0, 480.0, 9.0]),
    plan("North reedbed", "reedbed", [-3600.0, 6900.0, 1980.0, 2.2]),
    plan("South reedbed", "reedbed", [-5400.0, -3600.0, 1800.0, 2.4]),
    plan("Heron reedbed", "reedbed", [11400.0, -4200.0, 1680.0, 1.5]),
    plan("Abbot's Meadow", "meadow", [4200.0, 12600.0, 1440.0, 1.7]),
    plan("Pump House roost", "roost", [15600.0, 5400.0, 140.0, 1.0]),
    plan("Alder carr", "carr", [-14400.0, -5400.0, 2520.0, 1.3]),
];

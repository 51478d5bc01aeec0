//! Projections and their numbers, as well-known text and as PROJ have them.

use super::node::Node;

/// A projection and its numbers: degrees, and metres from the origin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Projection {
    pub(super) kind: &'static str,
    pub(super) lat_0: f64,
    pub(super) lon_0: f64,
    pub(super) x_0: f64,
    pub(super) y_0: f64,
    pub(super) scale: f64,
    /// Standard parallels.
    pub(super) parallels: Vec<f64>,
    pub(super) azimuth: Option<f64>,
    /// Metres of its unit.
    pub(super) unit: f64,
}

impl Default for Projection {
    fn default() -> Self {
        Self {
            kind: "",
            lat_0: 0.0,
            lon_0: 0.0,
            x_0: 0.0,
            y_0: 0.0,
            scale: 1.0,
            parallels: Vec::new(),
            azimuth: None,
            unit: 1.0,
        }
    }
}

impl Projection {
    /// Takes a parameter; nothing for one that is not known.
    pub(super) fn set(&mut self, parameter: &Node, unit: f64) -> Option<()> {
        let value = *parameter.numbers.first()?;
        let name = parameter.text().to_ascii_lowercase().replace(' ', "_");
        match name.as_str() {
            "latitude_of_origin"
            | "latitude_of_center"
            | "latitude_of_natural_origin"
            | "latitude_of_false_origin"
            | "central_parallel" => self.lat_0 = value,
            "central_meridian"
            | "longitude_of_center"
            | "longitude_of_natural_origin"
            | "longitude_of_false_origin"
            | "longitude_of_origin" => self.lon_0 = value,
            "false_easting" | "easting_at_false_origin" => self.x_0 = value * unit,
            "false_northing" | "northing_at_false_origin" => self.y_0 = value * unit,
            "scale_factor" | "scale_factor_at_natural_origin" => self.scale = value,
            "standard_parallel_1"
            | "standard_parallel_2"
            | "latitude_of_1st_standard_parallel"
            | "latitude_of_2nd_standard_parallel" => {
                self.parallels.push(value);
            }
            "azimuth" => self.azimuth = Some(value),
            // The sphere of web mercator, as usual.
            "auxiliary_sphere_type" if value == 0.0 => {}
            _ => return None,
        }
        Some(())
    }

    /// Reads a definition in the words of PROJ; nothing for what has parts that are not compared.
    pub(super) fn of_definition(text: &str) -> Option<Self> {
        let mut read = Self::default();
        let mut parts = text.split_whitespace().map(|part| {
            let part = part.trim_start_matches('+');
            part.split_once('=').unwrap_or((part, ""))
        });
        let number = |value: &str| value.parse::<f64>().ok();
        let (_, kind) = parts.next().filter(|(key, _)| *key == "proj")?;
        read.kind = KINDS.iter().find(|known| **known == kind)?;
        let is_utm = kind == "utm";
        if is_utm {
            (read.kind, read.scale, read.x_0) = ("tmerc", 0.9996, 500_000.0);
        }
        for (key, value) in parts {
            match key {
                "zone" if is_utm => read.lon_0 = number(value)? * 6.0 - 183.0,
                "south" if is_utm => read.y_0 = 10_000_000.0,
                "lat_0" => read.lat_0 = number(value)?,
                "lon_0" => read.lon_0 = number(value)?,
                "x_0" => read.x_0 = number(value)?,
                "y_0" => read.y_0 = number(value)?,
                "k" | "k_0" => read.scale = number(value)?,
                "lat_1" | "lat_2" => read.parallels.push(number(value)?),
                "units" if value == "m" => {}
                "units" if value == "us-ft" => read.unit = 1200.0 / 3937.0,
                "units" if value == "ft" => read.unit = 0.3048,
                "to_meter" => read.unit = number(value)?,
                "datum" | "ellps" | "towgs84" | "no_defs" | "a" | "b" | "rf" | "vunits" => {}
                _ => return None,
            }
        }
        Some(read)
    }

    pub(super) fn fits(&self, other: &Self) -> bool {
        self.kind == other.kind
            && is_near(self.lat_0, other.lat_0, DEGREES)
            && is_near(self.lon_0, other.lon_0, DEGREES)
            && is_near(self.x_0, other.x_0, METRES)
            && is_near(self.y_0, other.y_0, METRES)
            && is_near(self.scale, other.scale, 1e-10)
            && is_near(self.unit, other.unit, 1e-8)
            && match (self.tangents().as_slice(), other.tangents().as_slice()) {
                ([], []) => true,
                ([a], [b]) => is_near(*a, *b, DEGREES),
                ([a, b], [c, d]) => is_near(*a, *c, DEGREES) && is_near(*b, *d, DEGREES),
                _ => false,
            }
    }

    /// Standard parallels that say something, in order: one alone that is the latitude of the
    /// origin says nothing, and one said twice counts once.
    fn tangents(&self) -> Vec<f64> {
        let mut parallels = self.parallels.clone();
        parallels.sort_by(f64::total_cmp);
        parallels.dedup_by(|a, b| is_near(*a, *b, DEGREES));
        match parallels.as_slice() {
            [only] if is_near(*only, self.lat_0, DEGREES) => Vec::new(),
            _ => parallels,
        }
    }
}

/// The projection of PROJ that a name stands for.
pub(super) fn kind_of(method: &str, projection: &Projection) -> Option<&'static str> {
    let is_swiss = projection.azimuth.is_some_and(|azimuth| is_near(azimuth, 90.0, DEGREES));
    Some(match method {
        "transverse_mercator" | "gauss_kruger" => "tmerc",
        "lambert_conformal_conic"
        | "lambert_conformal_conic_1sp"
        | "lambert_conformal_conic_2sp"
        | "lambert_conic_conformal__1sp_"
        | "lambert_conic_conformal__2sp_" => "lcc",
        "lambert_azimuthal_equal_area" => "laea",
        "albers" | "albers_conic_equal_area" | "albers_equal_area" => "aea",
        "double_stereographic" | "oblique_stereographic" => "sterea",
        "hotine_oblique_mercator_azimuth_center" if is_swiss => "somerc",
        "mercator_auxiliary_sphere" | "popular_visualisation_pseudo_mercator" => "webmerc",
        _ => return None,
    })
}

pub(super) fn is_near(one: f64, two: f64, most: f64) -> bool {
    (one - two).abs() <= most
}

/// Projections that are compared; others are refused.
const KINDS: [&str; 7] = ["aea", "laea", "lcc", "somerc", "sterea", "tmerc", "utm"];

/// A third of a millimetre on the ground.
const DEGREES: f64 = 3e-9;
const METRES: f64 = 1e-3;

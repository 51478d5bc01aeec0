//! Weather: stations and what they measured, from GHCN-Daily, Campbell TOA5 and mapped tables.
//!
//! Whatever the file, a value has a station, a quantity, a time with its zone, a number, a unit
//! (UCUM) and flags. Nothing is converted but what the format scales: tenths of a degree become
//! degrees, digit by digit.

mod ghcn;
mod mapped;
mod own;
mod stations;
mod toa5;

pub(crate) use ghcn::is_daily;
pub use mapped::{Mapping, MappingError, Quantity};
pub use own::VALUE_HEADINGS;
pub(crate) use own::is_values;
pub(crate) use stations::is_station_list;
pub use stations::{Station, StationTable};
pub(crate) use toa5::is_toa5;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::Source;
use crate::table::Table;
use crate::track::Unfit;

/// A file of values.
#[derive(Debug)]
pub struct WeatherFile {
    /// The file, as the steward knows it.
    pub name: String,
    source: WeatherSource,
    limits: Limits,
}

#[derive(Debug)]
enum WeatherSource {
    Ghcn(Source),
    Mapped(Box<(Table, Mapping)>),
    Own(Box<Table>),
    Toa5(Source),
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// Line of the file, from 1.
    pub line: u64,
    /// The station's identifier.
    pub station: String,
    /// What was measured, as the file calls it.
    pub quantity: String,
    /// Its name in the CF conventions; empty where it has none that is known.
    ///
    /// Source: CF Standard Name Table, <https://cfconventions.org>.
    pub standard_name: &'static str,
    /// How it was taken over its time, as CF cell methods (`maximum`, `sum`); may be empty.
    pub method: String,
    /// A day (`2021-05-14`) or an instant with its offset (`2021-05-14T06:00:00+01:00`).
    pub time: String,
    /// The number as text, in the unit.
    pub value: String,
    /// Its unit in UCUM; empty where the file states none.
    pub unit: String,
    /// Flags as the file has them, by name (`M`, `Q`, `S`).
    pub flags: String,
}

/// What reading meets.
#[derive(Debug)]
pub enum WeatherMet<'a> {
    /// A value.
    Value(&'a Value),
    /// A line or a cell that cannot be used.
    Unfit(Unfit),
}

impl WeatherFile {
    pub(crate) fn ghcn(name: &str, source: Source, limits: &Limits) -> Self {
        Self { name: name.to_owned(), source: WeatherSource::Ghcn(source), limits: *limits }
    }

    pub(crate) fn toa5(name: &str, source: Source, limits: &Limits) -> Self {
        Self { name: name.to_owned(), source: WeatherSource::Toa5(source), limits: *limits }
    }

    pub(crate) fn own(table: Table, limits: &Limits) -> Self {
        let name = table.name.clone();
        Self { name, source: WeatherSource::Own(Box::new(table)), limits: *limits }
    }

    pub(crate) fn mapped(table: Table, mapping: Mapping, limits: &Limits) -> Self {
        let name = table.name.clone();
        Self { name, source: WeatherSource::Mapped(Box::new((table, mapping))), limits: *limits }
    }

    /// Shows each value to a visitor, in the order of the file.
    ///
    /// Errors: [`FormatError`] where the file breaks off or is none of its kind, and whatever the
    /// visitor says.
    pub fn each<E: From<FormatError>>(
        &self,
        mut visit: impl FnMut(WeatherMet<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.source {
            WeatherSource::Ghcn(source) => ghcn::each(&self.name, source, &self.limits, &mut visit),
            WeatherSource::Toa5(source) => toa5::each(&self.name, source, &self.limits, &mut visit),
            WeatherSource::Mapped(mapped) => mapped::each(&mapped.0, &mapped.1, &mut visit),
            WeatherSource::Own(table) => own::each(table, &mut visit),
        }
    }

    /// The stations that the file itself describes; places may be missing.
    pub fn stations(&self) -> Vec<Station> {
        match &self.source {
            WeatherSource::Mapped(mapped) => mapped.1.stations.clone(),
            WeatherSource::Ghcn(_) | WeatherSource::Own(_) | WeatherSource::Toa5(_) => Vec::new(),
        }
    }
}

/// The CF standard name, cell method and unit of a quantity that is called by its usual name.
///
/// Source: CF Standard Name Table; GHCN-Daily readme, section III; Campbell Scientific.
fn known_quantity(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let name = name.to_ascii_lowercase();
    QUANTITIES
        .iter()
        .find(|(spelling, ..)| *spelling == name)
        .map(|(_, standard, method, unit)| (*standard, *method, *unit))
}

/// A unit in UCUM from what loggers and people write; nothing for one that is not known.
///
/// Source: The Unified Code for Units of Measure, <https://ucum.org>.
pub(crate) fn ucum(unit: &str) -> Option<&'static str> {
    let plain: String = unit.trim().chars().filter(|c| !c.is_whitespace()).collect();
    let found = UNITS.iter().find(|(spelling, _)| *spelling == plain);
    let found = found.or_else(|| UNITS.iter().find(|(s, _)| s.eq_ignore_ascii_case(&plain)));
    found.map(|(_, ucum)| *ucum)
}

/// Spellings of loggers and people, then UCUM.
const UNITS: &[(&str, &str)] = &[
    ("%", "%"),
    ("%RH", "%"),
    ("Cel", "Cel"),
    ("C", "Cel"),
    ("DegC", "Cel"),
    ("Deg_C", "Cel"),
    ("°C", "Cel"),
    ("degF", "[degF]"),
    ("°F", "[degF]"),
    ("K", "K"),
    ("mm", "mm"),
    ("cm", "cm"),
    ("m", "m"),
    ("mbar", "mbar"),
    ("hPa", "hPa"),
    ("kPa", "kPa"),
    ("Pa", "Pa"),
    ("m/s", "m/s"),
    ("meters/second", "m/s"),
    ("m.s-1", "m/s"),
    ("km/h", "km/h"),
    ("deg", "deg"),
    ("Degrees", "deg"),
    ("°", "deg"),
    ("W/m2", "W/m2"),
    ("W/m^2", "W/m2"),
    ("W/m²", "W/m2"),
    ("MJ/m2", "MJ/m2"),
    ("MJ/m²", "MJ/m2"),
    ("V", "V"),
    ("Volts", "V"),
    ("mV", "mV"),
    ("min", "min"),
    ("h", "h"),
    ("s", "s"),
    ("d", "d"),
    ("1", "1"),
    ("unitless", "1"),
];

/// Names in lower case; CF standard name, cell method, unit where the name implies one.
const QUANTITIES: &[(&str, &str, &str, &str)] = &[
    ("airtc", "air_temperature", "", ""),
    ("airtc_avg", "air_temperature", "mean", ""),
    ("airtc_max", "air_temperature", "maximum", ""),
    ("airtc_min", "air_temperature", "minimum", ""),
    ("awnd", "wind_speed", "mean", "m/s"),
    ("bp_mbar", "air_pressure", "", ""),
    ("prcp", "lwe_thickness_of_precipitation_amount", "sum", "mm"),
    ("rain_mm_tot", "thickness_of_rainfall_amount", "sum", ""),
    ("rh", "relative_humidity", "", ""),
    ("rh_max", "relative_humidity", "maximum", ""),
    ("rh_min", "relative_humidity", "minimum", ""),
    ("slrw_avg", "surface_downwelling_shortwave_flux_in_air", "mean", ""),
    ("snow", "thickness_of_snowfall_amount", "sum", "mm"),
    ("snwd", "surface_snow_thickness", "", "mm"),
    ("tavg", "air_temperature", "mean", "Cel"),
    ("tmax", "air_temperature", "maximum", "Cel"),
    ("tmin", "air_temperature", "minimum", "Cel"),
    ("tobs", "air_temperature", "", "Cel"),
    ("winddir", "wind_from_direction", "", ""),
    ("winddir_d1_wvt", "wind_from_direction", "mean", ""),
    ("ws_ms_avg", "wind_speed", "mean", ""),
    ("ws_ms_max", "wind_speed_of_gust", "maximum", ""),
    ("ws_ms_s_wvt", "wind_speed", "mean", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_loggers_and_people_become_ucum() {
        for (unit, expected) in [
            ("Deg C", "Cel"),
            ("°C", "Cel"),
            ("meters/second", "m/s"),
            ("W/m²", "W/m2"),
            ("MBAR", "mbar"),
        ] {
            assert_eq!(ucum(unit), Some(expected), "{unit}");
        }
        assert_eq!(ucum("furlongs"), None);
    }

    #[test]
    fn usual_names_have_a_standard_name() {
        assert_eq!(known_quantity("TMAX"), Some(("air_temperature", "maximum", "Cel")));
        assert_eq!(known_quantity("AirTC_Avg").map(|found| found.0), Some("air_temperature"));
        assert_eq!(known_quantity("PTemp"), None);
    }
}

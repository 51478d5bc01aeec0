//! Tables of values in a form of their own, with a mapping file that says what their columns are.

use std::collections::BTreeMap;

use reedbed_core::period::Day;
use reedbed_core::place::Point;
use serde::Deserialize;

use super::{Station, Unfit, Value, WeatherMet, known_quantity, ucum};
use crate::error::FormatError;
use crate::rows::TextRow;
use crate::table::Table;
use crate::track::instant;

/// What the columns of a table are.
///
/// ```toml
/// kind = "weather"
/// station = "site"             # the column of the station, or …
/// # stationID = "reed-east"    # … the one station of the file
/// time = "when"                # the column of the time
/// zone = "+01:00"              # the zone of its clock, where times state none
/// missing = ["-99", "n/a"]
///
/// [values.temp_c]              # a column of values
/// quantity = "air temperature" # what it is; its heading by default
/// standardName = "air_temperature"
/// method = "mean"
/// unit = "Cel"                 # UCUM, or what loggers write
/// flag = "temp_flag"           # the column of its flag
///
/// [stations.reed-east]
/// name = "Reed east"
/// latitude = 51.5
/// longitude = 0.25
/// elevation = 3
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    station: StationOf,
    time: String,
    zone: String,
    missing: Vec<String>,
    values: Vec<(String, Quantity)>,
    /// The stations that the mapping describes.
    pub stations: Vec<Station>,
}

#[derive(Debug, Clone, PartialEq)]
enum StationOf {
    Column(String),
    Only(String),
}

/// What a column of values holds.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Quantity {
    /// What it is.
    pub quantity: String,
    /// Its name in the CF conventions.
    pub standard_name: String,
    /// How it was taken over its time.
    pub method: String,
    /// Its unit.
    pub unit: String,
    /// The column of its flag.
    pub flag: String,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the mapping cannot be used: {reason}")]
pub struct MappingError {
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    kind: String,
    station: Option<String>,
    #[serde(rename = "stationID")]
    station_id: Option<String>,
    time: String,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    missing: Vec<String>,
    values: BTreeMap<String, Quantity>,
    #[serde(default)]
    stations: BTreeMap<String, WrittenStation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStation {
    #[serde(default)]
    name: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    uncertainty: Option<f64>,
    elevation: Option<f64>,
}

impl Mapping {
    /// Whether a table has the columns that the mapping names.
    pub(crate) fn fits(&self, table: &Table) -> bool {
        let has = |name: &str| table.headed(name).is_some();
        let station = match &self.station {
            StationOf::Column(name) => has(name),
            StationOf::Only(_) => true,
        };
        station && has(&self.time) && self.values.iter().any(|(name, _)| has(name))
    }

    /// Whether a mapping file is one of weather.
    pub fn is_for_weather(text: &str) -> bool {
        toml::from_str::<toml::Table>(text)
            .is_ok_and(|table| table.get("kind").and_then(toml::Value::as_str) == Some("weather"))
    }

    /// Reads a mapping.
    ///
    /// Errors: [`MappingError`] for a key that is not known, a unit that is none, a zone that is
    /// none, a place beyond the globe.
    pub fn read(text: &str) -> Result<Self, MappingError> {
        let wrong = |reason: String| MappingError { reason };
        let written: Written =
            toml::from_str(text).map_err(|cause| wrong(cause.message().to_owned()))?;
        if written.kind != "weather" {
            return Err(wrong(format!("its kind is `{}`, not `weather`", written.kind)));
        }
        let station = match (written.station, written.station_id) {
            (Some(column), None) => StationOf::Column(column),
            (None, Some(id)) => StationOf::Only(id),
            _ => return Err(wrong("it names neither a column of stations nor one station".into())),
        };
        if !written.zone.is_empty() && offset(&written.zone).is_none() {
            return Err(wrong(format!("`{}` is no offset such as `+01:00`", written.zone)));
        }
        let mut values = Vec::new();
        for (column, mut quantity) in written.values {
            if !quantity.unit.is_empty() {
                let Some(unit) = ucum(&quantity.unit) else {
                    return Err(wrong(format!("`{}` is no unit that is known", quantity.unit)));
                };
                unit.clone_into(&mut quantity.unit);
            }
            values.push((column, quantity));
        }
        let mut stations = Vec::new();
        for (id, station) in written.stations {
            let point = match (station.latitude, station.longitude) {
                (None, None) => None,
                (lat, lon) => {
                    let point = lat.zip(lon).and_then(|(lat, lon)| Point::from_degrees(lat, lon));
                    Some(point.ok_or_else(|| {
                        wrong(format!("the place of `{id}` is none on the globe"))
                    })?)
                }
            };
            stations.push(Station {
                line: 0,
                id,
                name: station.name,
                point,
                uncertainty_m: station.uncertainty,
                elevation: station.elevation.map(|m| m.to_string()).unwrap_or_default(),
                zone: written.zone.clone(),
            });
        }
        let (time, zone, missing) = (written.time, written.zone, written.missing);
        Ok(Self { station, time, zone, missing, values, stations })
    }
}

fn offset(zone: &str) -> Option<()> {
    instant(&format!("2000-01-01T00:00:00{zone}")).filter(|found| found.has_zone).map(|_| ())
}

pub(super) fn each<E: From<FormatError>>(
    table: &Table,
    mapping: &Mapping,
    visit: &mut impl FnMut(WeatherMet<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let column = |heading: &str| {
        table.headed(heading).ok_or_else(|| FormatError::Document {
            name: table.name.clone(),
            reason: format!("it has no column `{heading}`, which its mapping names"),
        })
    };
    let station = match &mapping.station {
        StationOf::Column(heading) => Some(column(heading)?),
        StationOf::Only(_) => None,
    };
    let time = column(&mapping.time)?;
    let mut columns = Vec::new();
    for (heading, quantity) in &mapping.values {
        let flag = if quantity.flag.is_empty() { None } else { Some(column(&quantity.flag)?) };
        columns.push((column(heading)?, flag, of_column(heading, quantity)));
    }
    table.texts().each(|row: &TextRow| {
        let unfit = |column, reason| WeatherMet::Unfit(Unfit { line: row.line, column, reason });
        if row.fault.is_some() {
            return visit(unfit("", "the row cannot be split into cells"));
        }
        let Some(told) = told_time(row.cell(Some(time)), &mapping.zone) else {
            return visit(unfit("time", "a time that cannot be read"));
        };
        let station = match &mapping.station {
            StationOf::Only(id) => id.as_str(),
            StationOf::Column(_) => row.cell(station),
        };
        if station.is_empty() {
            return visit(unfit("station", "it names no station"));
        }
        for (column, flag, value) in &columns {
            let cell = row.cell(Some(*column));
            if cell.is_empty() || mapping.missing.iter().any(|missing| missing == cell) {
                continue;
            }
            if !cell.parse().is_ok_and(|number: f64| number.is_finite()) {
                visit(unfit("value", "a value that is no number"))?;
                continue;
            }
            visit(WeatherMet::Value(&Value {
                line: row.line,
                station: station.to_owned(),
                time: told.clone(),
                value: cell.to_owned(),
                flags: row.cell(*flag).to_owned(),
                ..value.clone()
            }))?;
        }
        Ok(())
    })
}

fn of_column(heading: &str, quantity: &Quantity) -> Value {
    let known = known_quantity(heading);
    let or = |own: &str, known: &str| if own.is_empty() { known } else { own }.to_owned();
    Value {
        quantity: or(&quantity.quantity, heading),
        standard_name: STANDARD_NAMES
            .iter()
            .find(|name| **name == quantity.standard_name)
            .copied()
            .unwrap_or(known.map_or("", |known| known.0)),
        method: or(&quantity.method, known.map_or("", |known| known.1)),
        unit: or(&quantity.unit, known.map_or("", |known| known.2)),
        ..Value::default()
    }
}

/// A day as it is; an instant with its zone, or with that of the mapping.
fn told_time(text: &str, zone: &str) -> Option<String> {
    if !text.contains(':') {
        return text.parse().ok().map(|day: Day| day.to_string());
    }
    let found = instant(text)?;
    let text = text.trim().replacen(' ', "T", 1);
    Some(if found.has_zone { text } else { text + zone })
}

/// Names of the CF conventions that weather stations measure.
pub(super) const STANDARD_NAMES: &[&str] = &[
    "air_pressure",
    "air_pressure_at_mean_sea_level",
    "air_temperature",
    "dew_point_temperature",
    "duration_of_sunshine",
    "lwe_thickness_of_precipitation_amount",
    "relative_humidity",
    "soil_temperature",
    "surface_downwelling_shortwave_flux_in_air",
    "surface_snow_thickness",
    "thickness_of_rainfall_amount",
    "thickness_of_snowfall_amount",
    "water_surface_height_above_reference_datum",
    "water_temperature",
    "wind_from_direction",
    "wind_speed",
    "wind_speed_of_gust",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        let wrong = |text: &str| Mapping::read(text).unwrap_err().reason;
        let good =
            "kind = \"weather\"\nstationID = \"a\"\ntime = \"t\"\n[values.x]\nunit = \"°C\"\n";
        assert!(Mapping::is_for_weather(good));
        assert_eq!(Mapping::read(good).unwrap().values[0].1.unit, "Cel");
        assert!(wrong(&good.replace("°C", "furlong")).contains("`furlong` is no unit"));
        assert!(wrong(&good.replace("time =", "zeit =")).contains("zeit"));
        assert!(wrong(&good.replace("stationID = \"a\"", "")).contains("neither"));
        assert!(wrong(&good.replace("time =", "zone = \"MEZ\"\ntime =")).contains("no offset"));
    }

    #[test]
    fn times_get_the_zone_that_the_mapping_states() {
        assert_eq!(told_time("2021-05-14 06:30", "+01:00").unwrap(), "2021-05-14T06:30+01:00");
        assert_eq!(told_time("2021-05-14T06:30:00Z", "+01:00").unwrap(), "2021-05-14T06:30:00Z");
        assert_eq!(told_time("2021-05-14", "+01:00").unwrap(), "2021-05-14");
        assert_eq!(told_time("soon", ""), None);
    }
}

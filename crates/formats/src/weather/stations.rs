//! Tables of stations: NOAA's list of fixed width, and plain tables.

use std::io::{BufRead, BufReader};

use reedbed_core::place::{Nano, Point};

use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source};
use crate::table::Table;
use crate::track::Unfit;

/// A station.
#[derive(Clone, Default, PartialEq)]
pub struct Station {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its identifier.
    pub id: String,
    /// Its name; may be empty.
    pub name: String,
    /// Where it stands, where that is stated.
    pub point: Option<Point>,
    /// The uncertainty of its place, where it is stated.
    ///
    /// Units: metres.
    pub uncertainty_m: Option<f64>,
    /// Its height above sea level in metres, as written; may be empty.
    pub elevation: String,
    /// The zone of its clock as an offset (`+01:00`) where it is stated.
    pub zone: String,
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Station").field("line", &self.line).finish_non_exhaustive()
    }
}

/// Stations of one file.
#[derive(Debug)]
pub struct StationTable {
    /// The file, as the steward knows it.
    pub name: String,
    /// The stations.
    pub stations: Vec<Station>,
    /// Lines that cannot be used.
    pub unfit: Vec<Unfit>,
}

/// Whether the beginning of a file is that of NOAA's list of stations (`ghcnd-stations.txt`).
pub(crate) fn is_station_list(sample: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sample.get(..sample.len().min(4_096)).unwrap_or_default());
    text.lines().next().is_some_and(|line| of_fixed_width(line, 1).is_some())
}

fn of_fixed_width(line: &str, number: u64) -> Option<Station> {
    let id = line.get(..11)?;
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
    let cell = |range: std::ops::Range<usize>| Some(line.get(range)?.trim());
    let (lat, lon) = (Nano::parse(cell(12..20)?)?, Nano::parse(cell(21..30)?)?);
    let elevation = cell(31..37)?;
    elevation.parse::<f64>().ok()?;
    let name = line.get(41..).map_or("", |rest| rest.get(..30).unwrap_or(rest)).trim();
    id.bytes().all(is_plain).then(|| Station {
        line: number,
        id: id.to_owned(),
        name: name.to_owned(),
        point: Point::new(lat, lon),
        // The list gives four decimals of a degree.
        uncertainty_m: Some(LIST_M),
        elevation: if elevation == "-999.9" { String::new() } else { elevation.to_owned() },
        zone: String::new(),
    })
}

impl StationTable {
    /// Reads NOAA's list.
    ///
    /// Source: NOAA, GHCN-Daily readme, section IV.
    pub(crate) fn of_list(
        name: &str,
        source: &Source,
        limits: &Limits,
    ) -> Result<Self, FormatError> {
        let mut table = Self { name: name.to_owned(), stations: Vec::new(), unfit: Vec::new() };
        let reader = BufReader::with_capacity(1 << 18, source.open(limits)?);
        for (number, line) in (1..).zip(reader.lines()) {
            let line = line.map_err(|cause| source::failed(name, cause))?;
            match of_fixed_width(&line, number) {
                Some(station) => table.stations.push(station),
                None if line.trim().is_empty() => {}
                None => table.unfit.push(Unfit {
                    line: number,
                    column: "",
                    reason: "the line is no station of GHCN-Daily",
                }),
            }
        }
        Ok(table)
    }

    /// Whether a plain table is one of stations: identifier and place, and nothing of organisms.
    pub(crate) fn is_table(table: &Table) -> bool {
        column(table, ID).is_some() && column(table, LATITUDE).is_some()
    }

    /// Reads a plain table.
    pub(crate) fn of_table(table: &Table) -> Result<Self, FormatError> {
        let mut read = Self { name: table.name.clone(), stations: Vec::new(), unfit: Vec::new() };
        let columns = [ID, NAME, LATITUDE, LONGITUDE, UNCERTAINTY, ELEVATION, ZONE]
            .map(|names| column(table, names));
        let [id, name, lat, lon, uncertainty, elevation, zone] = columns;
        table.texts().each(|row| {
            let mut unfit = |column, reason| {
                read.unfit.push(Unfit { line: row.line, column, reason });
            };
            if row.fault.is_some() {
                unfit("", "the row cannot be split into cells");
                return Ok(());
            }
            let (lat, lon) = (row.cell(lat), row.cell(lon));
            let point = Nano::parse(lat).zip(Nano::parse(lon)).and_then(|(a, b)| Point::new(a, b));
            if point.is_none() && !(lat.is_empty() && lon.is_empty()) {
                unfit("latitude", "a place that is none on the globe");
                return Ok(());
            }
            if row.cell(id).is_empty() {
                unfit("station", "it has no identifier");
                return Ok(());
            }
            let number =
                |text: &str| text.parse().ok().filter(|m: &f64| m.is_finite() && *m >= 0.0);
            read.stations.push(Station {
                line: row.line,
                id: row.cell(id).to_owned(),
                name: row.cell(name).to_owned(),
                point,
                uncertainty_m: number(row.cell(uncertainty)),
                elevation: row.cell(elevation).to_owned(),
                zone: row.cell(zone).to_owned(),
            });
            Ok::<(), FormatError>(())
        })?;
        Ok(read)
    }
}

fn column(table: &Table, names: &[&str]) -> Option<usize> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
        letters.flat_map(char::to_lowercase).collect()
    };
    names
        .iter()
        .find_map(|name| table.columns.iter().position(|c| plain(&c.heading) == plain(name)))
}

const ID: &[&str] = &["station", "stationID", "station_code", "wigosID"];
const NAME: &[&str] = &["stationName", "name"];
const LATITUDE: &[&str] = &["latitude", "decimalLatitude", "lat"];
const LONGITUDE: &[&str] = &["longitude", "decimalLongitude", "lon", "long"];
const UNCERTAINTY: &[&str] = &["coordinateUncertaintyInMeters", "uncertainty"];
const ELEVATION: &[&str] = &["elevation", "altitude", "height"];
const ZONE: &[&str] = &["utcOffset", "timeZone", "zone"];
/// Half a digit of the fourth decimal of a degree.
///
/// Units: metres.
const LIST_M: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noaas_list_is_read_by_its_columns() {
        let line =
            "USW00003870  34.8831  -82.2203  286.5 SC GREER                              72312";
        assert!(is_station_list(line.as_bytes()));
        let station = of_fixed_width(line, 1).unwrap();
        assert_eq!((station.id.as_str(), station.name.as_str()), ("USW00003870", "GREER"));
        assert_eq!(station.elevation, "286.5");
        assert!(station.point == Point::from_degrees(34.8831, -82.2203));
        assert!(!is_station_list(b"USC00411885191201TMAX-9999   -9999   -9999"));
    }
}

//! Weather: two loggers of Campbell Scientific, one in the meadow, one in the loft with the bats; and
//! where they stand.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::date;

use super::super::land::Land;
use super::super::prng::Prng;
use super::{Dens, File};

pub(super) fn add(files: &mut Vec<File>, dens: &Dens, land: &Land, prng: &mut Prng) {
    let meadow = land.spot_in("meadow", prng);
    let mut stations = String::from("stationID,stationName,latitude,longitude,elevation\n");
    for (id, name, spot, least) in
        [("MEADOW", "Meadow mast", meadow, 4), ("LOFT", "Loft logger", dens.loft, 14)]
    {
        let (latitude, longitude) = spot.decimals();
        let _ = writeln!(stations, "{id},{name},{latitude},{longitude},2");
        let file = format!("weather/{}.dat", id.to_lowercase());
        files.push((file, logged(id, least, prng).into_bytes()));
    }
    files.push(("weather/stations.csv".to_owned(), stations.into_bytes()));
}

/// Three days of June, hour by hour.
fn logged(station: &str, least: u32, prng: &mut Prng) -> String {
    let mut text = format!(
        "\"TOA5\",\"{station}\",\"CR1000\",\"0001\",\"CR1000.Std.32\",\"CPU:reed.CR1\",\"1\",\"Hourly\"\n\
         \"TIMESTAMP\",\"RECORD\",\"AirTC_Avg\",\"RH\",\"Rain_mm_Tot\"\n\
         \"TS\",\"RN\",\"Deg C\",\"%\",\"mm\"\n\"\",\"\",\"Avg\",\"Smp\",\"Tot\"\n"
    );
    let start = date(2025, 6, 20).at(0, 0, 0, 0);
    for hour in 0..72_u32 {
        let time = start.saturating_add(i64::from(hour).hours());
        let warm = 8 - (i64::from(hour % 24) - 14).unsigned_abs().min(8);
        let temperature = u64::from(least) + warm;
        let _ = writeln!(
            text,
            "\"{}\",{hour},{temperature}.{},{},{}",
            time.strftime("%Y-%m-%d %H:%M:%S"),
            prng.below(10),
            prng.between(60, 99),
            if prng.chance(10) { "0.4" } else { "0" }
        );
    }
    text
}

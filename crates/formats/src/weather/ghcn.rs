//! GHCN-Daily station files: one line for each station, month and element, of fixed width.
//!
//! Source: NOAA, GHCN-Daily readme, section III; Menne et al. (2012),
//! <https://doi.org/10.1175/JTECH-D-11-00103.1>.

use std::io::{BufRead, BufReader};

use reedbed_core::period::Day;

use super::{Unfit, Value, WeatherMet, known_quantity};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Source};

/// Whether the beginning of a file is that of such a file.
pub(crate) fn is_daily(sample: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sample.get(..sample.len().min(4_096)).unwrap_or_default());
    let mut lines = text.lines().filter(|line| line.len() >= LINE);
    lines.next().is_some_and(|line| Head::read(line).is_some())
}

/// Shows each value of a file; days without a value are passed over.
pub(super) fn each<E: From<FormatError>>(
    name: &str,
    source: &Source,
    limits: &Limits,
    visit: &mut impl FnMut(WeatherMet<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = BufReader::with_capacity(1 << 18, source.open(limits)?);
    let (mut bytes, mut number) = (Vec::new(), 0);
    let mut value = Value::default();
    loop {
        bytes.clear();
        let limit = limits.row_bytes as u64;
        let mut limited = std::io::Read::take(&mut reader, limit);
        let read = limited.read_until(b'\n', &mut bytes);
        if read.map_err(|cause| source::failed(name, cause))? == 0 {
            return Ok(());
        }
        number += 1;
        let unfit = |column, reason| WeatherMet::Unfit(Unfit { line: number, column, reason });
        let line = std::str::from_utf8(&bytes).unwrap_or("").trim_end_matches(['\r', '\n']);
        if line.is_empty() && bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let Some(head) = Head::read(line) else {
            visit(unfit("", "the line is no month of GHCN-Daily"))?;
            continue;
        };
        head.fill(&mut value);
        value.line = number;
        for day in 1..=31_u8 {
            let at = 21 + usize::from(day - 1) * 8;
            // A file may leave out the blanks at the end of a line.
            let Some(digits) = line.get(at..at + 5) else { break };
            let digits = digits.trim();
            if digits == "-9999" || digits.is_empty() {
                continue;
            }
            let Some(day) = Day::new(head.year, head.month, day) else {
                visit(unfit("VALUE", "a value on a day that the month does not have"))?;
                continue;
            };
            let Some(number) = digits.parse::<i32>().ok().map(|number| head.scale.apply(number))
            else {
                visit(unfit("VALUE", "a value that is no number"))?;
                continue;
            };
            let flag = |offset: usize| line.get(at + offset..at + offset + 1).unwrap_or("").trim();
            value.time = day.to_string();
            value.value = number;
            value.flags = flags([("M", flag(5)), ("Q", flag(6)), ("S", flag(7))]);
            visit(WeatherMet::Value(&value))?;
        }
    }
}

/// What stands before the values of a line.
struct Head<'a> {
    station: &'a str,
    year: u16,
    month: u8,
    element: &'a str,
    scale: Scale,
}

impl<'a> Head<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let station = line.get(..11)?;
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        let year = line.get(11..15)?.parse().ok()?;
        let month = line.get(15..17)?.parse().ok().filter(|month| (1..=12).contains(month))?;
        let element = line.get(17..21)?;
        let is_head = station.bytes().all(is_plain)
            && element.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        is_head.then_some(Self { station, year, month, element, scale: Scale::of(element) })
    }

    fn fill(&self, value: &mut Value) {
        self.station.clone_into(&mut value.station);
        self.element.clone_into(&mut value.quantity);
        let (standard_name, method) =
            known_quantity(self.element).map_or(("", ""), |(name, method, _)| (name, method));
        value.standard_name = standard_name;
        method.clone_into(&mut value.method);
        self.scale.unit.clone_into(&mut value.unit);
    }
}

/// The unit of an element, and whether it is written in tenths of it.
#[derive(Clone, Copy)]
struct Scale {
    unit: &'static str,
    is_tenths: bool,
}

impl Scale {
    fn of(element: &str) -> Self {
        let (unit, is_tenths) = match element {
            "PRCP" | "EVAP" | "MDEV" | "WESD" | "WESF" | "THIC" => ("mm", element != "THIC"),
            "SNOW" | "SNWD" | "MDSF" => ("mm", false),
            "TMAX" | "TMIN" | "TOBS" | "TAVG" | "MDTX" | "MDTN" | "MNPN" | "MXPN" | "ADPT"
            | "AWBT" => ("Cel", true),
            "AWND" | "WSF1" | "WSF2" | "WSF5" | "WSFG" | "WSFI" | "WSFM" => ("m/s", true),
            "WDF1" | "WDF2" | "WDF5" | "WDFG" | "WDFI" | "WDFM" | "AWDR" => ("deg", false),
            "ASLP" | "ASTP" => ("hPa", true),
            "PSUN" | "ACMC" | "ACMH" | "ACSC" | "ACSH" | "RHAV" | "RHMN" | "RHMX" => ("%", false),
            "TSUN" => ("min", false),
            "WDMV" => ("km", false),
            _ if element.starts_with("SN") || element.starts_with("SX") => ("Cel", true),
            _ => ("", false),
        };
        Self { unit, is_tenths }
    }

    fn apply(self, number: i32) -> String {
        if !self.is_tenths {
            return number.to_string();
        }
        let sign = if number < 0 { "-" } else { "" };
        let number = number.unsigned_abs();
        match number % 10 {
            0 => format!("{sign}{}", number / 10),
            tenth => format!("{sign}{}.{tenth}", number / 10),
        }
    }
}

fn flags(flags: [(&str, &str); 3]) -> String {
    let told = flags.iter().filter(|(_, flag)| !flag.is_empty());
    told.map(|(name, flag)| format!("{name}={flag}")).collect::<Vec<_>>().join(" ")
}

/// Characters of a whole line.
const LINE: usize = 21 + 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> (Vec<Value>, Vec<Unfit>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = Source::File(file.path().to_owned());
        let (mut values, mut unfit) = (Vec::new(), Vec::new());
        each::<FormatError>("x.dly", &source, &Limits::default(), &mut |met| {
            match met {
                WeatherMet::Value(value) => values.push(value.clone()),
                WeatherMet::Unfit(reason) => unfit.push(reason),
            }
            Ok(())
        })
        .unwrap();
        (values, unfit)
    }

    #[test]
    fn tenths_flags_and_gaps_are_read() {
        let line = "USC00411885191202TMIN  -55  6-9999       5 I6    0  6";
        assert!(is_daily(line.as_bytes()));
        let (values, unfit) = values(&format!("{line}\nrubbish\n"));
        let told: Vec<_> =
            values.iter().map(|v| (v.time.as_str(), v.value.as_str(), v.flags.as_str())).collect();
        assert_eq!(
            told,
            [
                ("1912-02-01", "-5.5", "S=6"),
                ("1912-02-03", "0.5", "Q=I S=6"),
                ("1912-02-04", "0", "S=6")
            ]
        );
        assert_eq!((values[0].unit.as_str(), values[0].standard_name), ("Cel", "air_temperature"));
        assert_eq!((unfit.len(), unfit[0].line), (1, 2));
    }

    #[test]
    fn a_day_that_the_month_lacks_is_refused() {
        let mut line = "USC00411885191102PRCP".to_owned();
        for _ in 0..31 {
            line += "   12   ";
        }
        let (values, unfit) = values(&line);
        assert_eq!((values.len(), unfit.len()), (28, 3));
        assert_eq!((values[0].value.as_str(), values[0].unit.as_str()), ("1.2", "mm"));
    }

    #[test]
    fn tables_and_text_are_not_taken_for_it() {
        assert!(!is_daily(b"occurrenceID,scientificName,decimalLatitude,decimalLongitude\n"));
        assert!(!is_daily(b""));
    }
}

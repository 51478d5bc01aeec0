//! Campbell Scientific TOA5: four lines of headings, then a row for each time.
//!
//! Source: Campbell Scientific, LoggerNet manual, appendix B (TOA5).

use std::io::{BufRead, BufReader};

use super::{Unfit, Value, WeatherMet, known_quantity, ucum};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Bytes, Source};
use crate::track::instant;

/// Whether the beginning of a file is that of such a file.
pub(crate) fn is_toa5(sample: &[u8]) -> bool {
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    sample.starts_with(b"\"TOA5\"") || sample.starts_with(b"TOA5,")
}

/// Shows each value of a file. The clock of a logger has no zone: its times stay without one.
pub(super) fn each<E: From<FormatError>>(
    name: &str,
    source: &Source,
    limits: &Limits,
    visit: &mut impl FnMut(WeatherMet<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut lines = Lines::open(name, source, limits)?;
    let unusable =
        |reason: &str| FormatError::Document { name: name.to_owned(), reason: reason.to_owned() };
    let mut heading = || lines.next()?.ok_or_else(|| unusable("its headings are cut off"));
    let environment = heading()?;
    let fields = heading()?;
    let units = heading()?;
    let processing = heading()?;
    if fields.first().map(String::as_str) != Some("TIMESTAMP") {
        return Err(unusable("its first column is not TIMESTAMP").into());
    }
    let station = environment.get(1).cloned().unwrap_or_default();
    let quantities: Vec<Value> = fields
        .iter()
        .enumerate()
        .map(|(column, field)| {
            let cell = |row: &[String]| row.get(column).cloned().unwrap_or_default();
            quantity(&station, field, &cell(&units), &cell(&processing))
        })
        .collect();
    while let Some(row) = lines.next()? {
        let line = lines.number;
        let unfit = |column, reason| WeatherMet::Unfit(Unfit { line, column, reason });
        let time = row.first().map_or("", String::as_str);
        let Some(_) = instant(time) else {
            visit(unfit("TIMESTAMP", "a time that cannot be read"))?;
            continue;
        };
        if row.len() != fields.len() {
            visit(unfit("", "the row has not as many cells as there are headings"))?;
            continue;
        }
        let time = time.replacen(' ', "T", 1);
        for (value, cell) in quantities.iter().zip(&row).skip(1) {
            if value.quantity == "RECORD" || is_missing(cell) {
                continue;
            }
            if !cell.parse().is_ok_and(|number: f64| number.is_finite()) {
                visit(unfit("", "a value that is no number"))?;
                continue;
            }
            let value = Value { line, time: time.clone(), value: cell.clone(), ..value.clone() };
            visit(WeatherMet::Value(&value))?;
        }
    }
    Ok(())
}

fn quantity(station: &str, field: &str, unit: &str, processing: &str) -> Value {
    let known = known_quantity(field);
    let method = match processing.trim() {
        "Avg" | "WVc" => "mean",
        "Max" => "maximum",
        "Min" => "minimum",
        "Std" => "standard_deviation",
        "Tot" => "sum",
        _ => known.map_or("", |known| known.1),
    };
    Value {
        station: station.to_owned(),
        quantity: field.to_owned(),
        standard_name: known.map_or("", |known| known.0),
        method: method.to_owned(),
        // A unit that is not known stays as the logger has it.
        unit: ucum(unit).map_or_else(|| unit.trim().to_owned(), str::to_owned),
        ..Value::default()
    }
}

/// What loggers write for no value.
fn is_missing(cell: &str) -> bool {
    matches!(cell, "" | "NAN" | "NaN" | "nan" | "INF" | "-INF" | "7999" | "-7999")
}

/// Rows of cells, with the line on which each stands.
struct Lines<'a> {
    name: &'a str,
    reader: BufReader<Bytes>,
    bytes: Vec<u8>,
    number: u64,
    limit: usize,
}

impl<'a> Lines<'a> {
    fn open(name: &'a str, source: &Source, limits: &Limits) -> Result<Self, FormatError> {
        let reader = BufReader::with_capacity(1 << 18, source.open(limits)?);
        Ok(Self { name, reader, bytes: Vec::new(), number: 0, limit: limits.row_bytes })
    }

    fn next(&mut self) -> Result<Option<Vec<String>>, FormatError> {
        loop {
            self.bytes.clear();
            let mut limited = std::io::Read::take(&mut self.reader, self.limit as u64);
            let read = limited.read_until(b'\n', &mut self.bytes);
            if read.map_err(|cause| source::failed(self.name, cause))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let bytes = match self.number {
                1 => self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.bytes),
                _ => &self.bytes,
            };
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_end_matches(['\r', '\n']);
            if !text.is_empty() {
                return Ok(Some(cells(text)));
            }
        }
    }
}

/// Cells of a line: commas outside of quotes, a doubled quote for one inside.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_unit_method_and_time() {
        let text = "\"TOA5\",\"Reed_East\",\"CR1000X\",\"1234\",\"CR1000X.Std.03\",\"CPU:w.CR1X\",\"99\",\"Table1\"\r\n\
            \"TIMESTAMP\",\"RECORD\",\"AirTC_Avg\",\"Rain_mm_Tot\"\r\n\
            \"TS\",\"RN\",\"Deg C\",\"mm\"\r\n\"\",\"\",\"Avg\",\"Tot\"\r\n\
            \"2021-05-14 06:30:00\",1,12.5,0.2\r\n\"2021-05-14 06:40:00\",2,\"NAN\",0\r\n\
            \"later\",3,1,1\r\n\"2021-05-14 06:50:00\",4,1\r\n";
        assert!(is_toa5(text.as_bytes()));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = Source::File(file.path().to_owned());
        let (mut told, mut unfit) = (Vec::new(), Vec::new());
        each::<FormatError>("x.dat", &source, &Limits::default(), &mut |met| {
            match met {
                WeatherMet::Value(v) => told.push(format!(
                    "{} {} {} {} {} {} {}",
                    v.line, v.station, v.standard_name, v.method, v.time, v.value, v.unit
                )),
                WeatherMet::Unfit(reason) => unfit.push(reason.line),
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(
            told,
            [
                "5 Reed_East air_temperature mean 2021-05-14T06:30:00 12.5 Cel",
                "5 Reed_East thickness_of_rainfall_amount sum 2021-05-14T06:30:00 0.2 mm",
                "6 Reed_East thickness_of_rainfall_amount sum 2021-05-14T06:40:00 0 mm",
            ]
        );
        assert_eq!(unfit, [7, 8]);
    }
}

//! Says what a table holds: rows, columns, extent, and what cannot be read.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use reedbed_core::period::{Period, PeriodRead};
use reedbed_core::place::Nano;
use serde::Serialize;

use crate::error::FormatError;
use crate::place::{self, PlaceCells, PlaceRead};
use crate::row::Fields;
use crate::table::Table;

/// What a table holds.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableInspected {
    /// Its file or files.
    pub name: String,
    /// What its rows are.
    pub kind: String,
    /// Whether other tables hang from it.
    pub is_core: bool,
    /// Its character set.
    pub encoding: String,
    /// Its delimiter, as it is handed out.
    pub delimiter: String,
    /// Data rows.
    pub rows: u64,
    /// Its columns, in file order.
    pub columns: Vec<ColumnInspected>,
    /// South, west, north, east in degrees of all places that can be read.
    pub bounds: Option<[f64; 4]>,
    /// Places that can be read.
    pub places: u64,
    /// Places that say something that cannot be read.
    pub places_unknown: u64,
    /// Places that cannot be.
    pub places_impossible: u64,
    /// First and last day of all dates that can be read.
    pub days: Option<(String, String)>,
    /// Rows that cannot be used, by reason: how many, and the first line.
    pub faults: BTreeMap<String, (u64, u64)>,
    /// The first of those rows.
    pub first_faults: Vec<FaultInspected>,
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultInspected {
    /// Its file.
    pub file: String,
    /// Line of the file, from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

/// What a column holds.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnInspected {
    /// Its heading.
    pub heading: String,
    /// The term that it was taken for.
    pub term: Option<&'static str>,
    /// Rows in which it is not empty.
    pub filled: u64,
    /// Values that differ, as they are written; no more than 10,000 are counted.
    pub distinct: u64,
    #[serde(skip)]
    seen: HashSet<u64>,
}

/// Reads a table once.
///
/// Errors: [`FormatError`] where the source breaks off.
pub fn inspect(table: &Table) -> Result<TableInspected, FormatError> {
    let shape = table.shape();
    let mut found = TableInspected {
        name: table.name.clone(),
        kind: format!("{:?}", table.kind).to_lowercase(),
        is_core: table.is_core,
        encoding: table.encoding().to_owned(),
        delimiter: char::from(table.dialect.delimiter).escape_default().to_string(),
        columns: table
            .columns
            .iter()
            .map(|column| ColumnInspected {
                heading: column.heading.clone(),
                term: column.term.map(|term| term.name),
                ..ColumnInspected::default()
            })
            .collect(),
        ..TableInspected::default()
    };
    let at = |name: &str| table.column(name);
    let place_columns = PLACE.map(at);
    let date = at("eventDate");
    let mut period: Option<Period> = None;
    let mut fields = Fields::default();
    let mut chunks = table.read()?;
    while let Some(chunk) = chunks.next_chunk()? {
        let mut rows = chunk.rows(&shape);
        while let Some(row) = rows.next_into(&mut fields) {
            found.rows += 1;
            if let Some(fault) = row.fault {
                let entry = found.faults.entry(fault.to_string()).or_insert((0, row.line));
                entry.0 += 1;
                if found.first_faults.len() < FAULTS_SHOWN {
                    found.first_faults.push(FaultInspected {
                        file: table.file_name(chunk.file).to_owned(),
                        line: row.line,
                        reason: fault.to_string(),
                    });
                }
                continue;
            }
            for (index, column) in found.columns.iter_mut().enumerate() {
                column.count(fields.raw(row.bytes, index).trim_ascii());
            }
            let text = |column: Option<usize>| {
                let mut scratch = String::new();
                column.map_or_else(String::new, |c| {
                    fields.value(row.bytes, c, &shape, &mut scratch).to_owned()
                })
            };
            let texts = place_columns.map(text);
            found.place(&texts);
            if let PeriodRead::Known(known) = Period::parse(&text(date)) {
                period = Some(period.map_or(known, |period| period.hull(known)));
            }
        }
    }
    found.days = period.map(|p| (p.start().to_string(), p.end().to_string()));
    Ok(found)
}

impl ColumnInspected {
    fn count(&mut self, value: &[u8]) {
        if value.is_empty() {
            return;
        }
        self.filled += 1;
        if self.distinct < MOST_DISTINCT {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            self.distinct += u64::from(self.seen.insert(hasher.finish()));
        }
    }
}

impl TableInspected {
    fn place(&mut self, texts: &[String; 8]) {
        let [lat, lon, datum, v_lat, v_lon, v_both, v_srs, uncertainty] = texts;
        if [lat, lon, v_lat, v_lon, v_both].iter().all(|text| text.trim().is_empty()) {
            return;
        }
        let cells = PlaceCells {
            decimal_latitude: lat,
            decimal_longitude: lon,
            geodetic_datum: datum,
            verbatim_latitude: v_lat,
            verbatim_longitude: v_lon,
            verbatim_coordinates: v_both,
            verbatim_srs: v_srs,
            coordinate_uncertainty: uncertainty,
            ..PlaceCells::default()
        };
        match place::read(&cells) {
            PlaceRead::Known(stated) => {
                self.places += 1;
                let (lat, lon): (Nano, Nano) = (stated.point.lat(), stated.point.lon());
                let (lat, lon) = (lat.degrees(), lon.degrees());
                self.bounds = Some(match self.bounds {
                    None => [lat, lon, lat, lon],
                    Some([s, w, n, e]) => [s.min(lat), w.min(lon), n.max(lat), e.max(lon)],
                });
            }
            PlaceRead::Unknown(_) => self.places_unknown += 1,
            PlaceRead::Impossible(_) => self.places_impossible += 1,
        }
    }
}

const PLACE: [&str; 8] = [
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "verbatimLatitude",
    "verbatimLongitude",
    "verbatimCoordinates",
    "verbatimSRS",
    "coordinateUncertaintyInMeters",
];
const FAULTS_SHOWN: usize = 20;
const MOST_DISTINCT: u64 = 10_000;

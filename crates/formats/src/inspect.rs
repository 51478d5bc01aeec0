//! Says what tables hold: rows, columns, extent, what cannot be read, and what hangs from nothing.

mod kinds;

pub use kinds::{KindInspected, inspect_kinds};

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use reedbed_core::period::{Period, PeriodRead};
use reedbed_core::place::Nano;
use reedbed_core::rule::list::Mapping;
use serde::Serialize;

use crate::dataset::{Dataset, Form};
use crate::error::FormatError;
use crate::place::{self, PlaceCells, PlaceRead};
use crate::row::Fields;
use crate::table::{RowKind, Table};

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
    /// Rows whose decimal and verbatim coordinates are two places.
    pub places_disagree: u64,
    /// Rows that name an event that no table of events has; nothing where there are no events, or
    /// the rows name none.
    pub events_missing: Option<u64>,
    /// Whether it looks like a list of rules rather than like data.
    pub looks_like_rules: bool,
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

/// Reads each table of a dataset once, events first.
///
/// Shape: as the tables of the dataset.
/// Errors: [`FormatError`] where a source breaks off.
pub fn inspect(dataset: &Dataset) -> Result<Vec<TableInspected>, FormatError> {
    let core = dataset.tables.iter().find(|table| table.is_core).map(|table| table.kind);
    let is_event = |table: &Table| table.kind == RowKind::Event;
    let mut events = HashSet::new();
    let mut found: Vec<(usize, TableInspected)> = Vec::new();
    let mut order: Vec<(usize, &Table)> = dataset.tables.iter().enumerate().collect();
    order.sort_by_key(|(_, table)| !is_event(table));
    for (index, table) in order {
        // In an archive the first column of what hangs from events names them.
        let hangs = matches!(dataset.form, Form::Archive(_))
            && core == Some(RowKind::Event)
            && (!is_event(table) || table.is_core);
        let id = table.id.filter(|_| hangs).or_else(|| table.column("eventID"));
        let link = match id {
            None => Link::None,
            Some(column) if is_event(table) => Link::Is(column, &mut events),
            Some(_) if events.is_empty() => Link::None,
            Some(column) => Link::Names(column, &events),
        };
        found.push((index, inspect_table(table, link)?));
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, found)| found).collect())
}

/// What a table has to do with events, by the column that says so.
enum Link<'e> {
    /// Its rows are events.
    Is(usize, &'e mut HashSet<u64>),
    /// Its rows name events.
    Names(usize, &'e HashSet<u64>),
    None,
}

fn inspect_table(table: &Table, mut link: Link<'_>) -> Result<TableInspected, FormatError> {
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
        events_missing: matches!(link, Link::Names(..)).then_some(0),
        looks_like_rules: looks_like_rules(table),
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
            match &mut link {
                Link::Is(column, events) => {
                    events.extend(hash(text(Some(*column)).trim().as_bytes()));
                }
                Link::Names(column, events) => {
                    let event = hash(text(Some(*column)).trim().as_bytes());
                    let is_missing = event.is_some_and(|event| !events.contains(&event));
                    found.events_missing =
                        found.events_missing.map(|missing| missing + u64::from(is_missing));
                }
                Link::None => {}
            }
            if let PeriodRead::Known(known) = Period::parse(&text(date)) {
                period = Some(period.map_or(known, |period| period.hull(known)));
            }
        }
    }
    found.days = period.map(|p| (p.start().to_string(), p.end().to_string()));
    Ok(found)
}

/// The hash of a value; nothing for an empty one.
fn hash(value: &[u8]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    (!value.is_empty()).then(|| hasher.finish())
}

/// Whether most headings are those of a rule list, one of them says what follows, and none is one
/// that only records have.
pub fn looks_like_rules(table: &Table) -> bool {
    let headings: Vec<String> = table.columns.iter().map(|c| c.heading.clone()).collect();
    let known = headings.iter().filter(|heading| Mapping::default().knows(heading));
    let is_of_records =
        ["occurrenceID", "eventID", "decimalLatitude", "eventDate"].map(|name| table.column(name));
    Mapping::default().has_consequence(&headings)
        && known.count() * 2 > headings.len()
        && is_of_records.iter().all(Option::is_none)
}

impl ColumnInspected {
    fn count(&mut self, value: &[u8]) {
        let Some(hash) = hash(value) else { return };
        self.filled += 1;
        if self.distinct < MOST_DISTINCT {
            self.distinct += u64::from(self.seen.insert(hash));
        }
    }
}

impl TableInspected {
    fn place(&mut self, texts: &[String; 10]) {
        let [lat, lon, datum, v_lat, v_lon, v_both, v_system, v_srs, uncertainty, precision] =
            texts;
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
            verbatim_coordinate_system: v_system,
            verbatim_srs: v_srs,
            coordinate_uncertainty: uncertainty,
            coordinate_precision: precision,
            ..PlaceCells::default()
        };
        match place::read(&cells) {
            PlaceRead::Known(stated) => {
                self.places += 1;
                self.places_disagree += u64::from(stated.other.is_some());
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

const PLACE: [&str; 10] = [
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "verbatimLatitude",
    "verbatimLongitude",
    "verbatimCoordinates",
    "verbatimCoordinateSystem",
    "verbatimSRS",
    "coordinateUncertaintyInMeters",
    "coordinatePrecision",
];
const FAULTS_SHOWN: usize = 20;
const MOST_DISTINCT: u64 = 10_000;

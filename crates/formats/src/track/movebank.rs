//! Movebank tables: the fixes of animals (event data) and what is known of the animals (reference
//! data).
//!
//! Source: Movebank Attribute Dictionary, <http://vocab.nerc.ac.uk/collection/MVB/current/>.

use reedbed_core::place::{Nano, Point};

use super::{Fix, Instant, Met, Unfit, instant};
use crate::error::FormatError;
use crate::rows::TextRow;
use crate::table::Table;

/// A table of fixes.
#[derive(Debug)]
pub struct EventTable {
    /// The table.
    pub table: Table,
    columns: EventColumns,
}

#[derive(Debug, Clone, Copy)]
struct EventColumns {
    individual: Option<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    marked: [Option<usize>; 2],
    tag: Option<usize>,
    taxon: Option<usize>,
    timestamp: Option<usize>,
    uncertainty: Option<usize>,
    visible: Option<usize>,
}

/// Whether a table holds fixes.
pub(crate) fn is_events(table: &Table) -> bool {
    ["timestamp", "location-lat", "location-long"].iter().all(|name| at(table, name).is_some())
}

/// Whether a table holds what is known of animals.
pub(crate) fn is_reference(table: &Table) -> bool {
    at(table, "animal-id").is_some() && at(table, "tag-id").is_some()
}

/// A column by its Movebank name, with hyphens, dots or underscores.
fn at(table: &Table, name: &str) -> Option<usize> {
    let plain = |heading: &str| heading.trim().to_ascii_lowercase().replace(['.', '_', ' '], "-");
    table.columns.iter().position(|column| plain(&column.heading) == name)
}

impl EventTable {
    /// Takes a table of fixes.
    pub(crate) fn new(table: Table) -> Self {
        let columns = EventColumns {
            individual: at(&table, "individual-local-identifier"),
            latitude: at(&table, "location-lat"),
            longitude: at(&table, "location-long"),
            marked: ["import-marked-outlier", "manually-marked-outlier"].map(|n| at(&table, n)),
            tag: at(&table, "tag-local-identifier"),
            taxon: at(&table, "individual-taxon-canonical-name"),
            timestamp: at(&table, "timestamp"),
            uncertainty: at(&table, "location-error-numerical"),
            visible: at(&table, "visible"),
        };
        Self { table, columns }
    }

    /// What a row is; nothing for a row without a place, such as one of another sensor.
    pub fn read<'a>(&self, row: &'a TextRow) -> Option<Met<'a>> {
        let columns = &self.columns;
        let unfit = |column, reason| Some(Met::Unfit(Unfit { line: row.line, column, reason }));
        if row.fault.is_some() {
            return unfit("", "the row cannot be split into cells");
        }
        let (lat, lon) = (row.cell(columns.latitude), row.cell(columns.longitude));
        if lat.is_empty() && lon.is_empty() {
            return None;
        }
        let point =
            Nano::parse(lat).zip(Nano::parse(lon)).and_then(|(lat, lon)| Point::new(lat, lon));
        let Some(point) = point else {
            return unfit("location-lat", "a place that is none on the globe");
        };
        let time: Option<Instant> = match row.cell(columns.timestamp) {
            "" => None,
            text => match instant(text) {
                None => return unfit("timestamp", "a time that cannot be read"),
                time => time,
            },
        };
        let individual = match row.cell(columns.individual) {
            "" => row.cell(columns.tag),
            individual => individual,
        };
        let says = |column: Option<usize>, word: &str| row.cell(column).eq_ignore_ascii_case(word);
        Some(Met::Fix(Fix {
            line: row.line,
            individual,
            taxon: row.cell(columns.taxon),
            point,
            uncertainty_m: metres(row.cell(columns.uncertainty)),
            time,
            is_outlier: says(columns.visible, "false")
                || columns.marked.iter().any(|column| says(*column, "true")),
            is_of_person: false,
        }))
    }

    /// The columns that name the individual and its tag.
    pub fn identifiers(&self) -> (Option<usize>, Option<usize>) {
        (self.columns.individual, self.columns.tag)
    }
}

/// A table of animals.
#[derive(Debug)]
pub struct ReferenceTable {
    /// The table.
    pub table: Table,
}

/// An animal, as far as rules ask, and where and when it was caught.
#[derive(Clone)]
pub struct Animal {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its identifier.
    pub id: String,
    /// Its tag.
    pub tag: String,
    /// Its taxon.
    pub taxon: String,
    /// Its life stage.
    pub life_stage: String,
    /// Its sex.
    pub sex: String,
    /// Where it was caught or let go.
    pub places: Vec<Point>,
}

impl std::fmt::Debug for Animal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Animal").field("line", &self.line).finish_non_exhaustive()
    }
}

impl ReferenceTable {
    /// Reads a row.
    pub fn read(&self, row: &TextRow) -> Result<Animal, Unfit> {
        if row.fault.is_some() {
            let reason = "the row cannot be split into cells";
            return Err(Unfit { line: row.line, column: "", reason });
        }
        let cell = |name| row.cell(at(&self.table, name)).to_owned();
        let place = |lat, lon| Point::new(Nano::parse(&cell(lat))?, Nano::parse(&cell(lon))?);
        Ok(Animal {
            line: row.line,
            id: cell("animal-id"),
            tag: cell("tag-id"),
            taxon: cell("animal-taxon"),
            life_stage: cell("animal-life-stage"),
            sex: cell("animal-sex"),
            places: [
                place("deploy-on-latitude", "deploy-on-longitude"),
                place("deploy-off-latitude", "deploy-off-longitude"),
                place("capture-latitude", "capture-longitude"),
            ]
            .into_iter()
            .flatten()
            .collect(),
        })
    }

    /// Reads all rows.
    ///
    /// Errors: [`FormatError::Damaged`] where the file breaks off.
    pub fn animals(&self) -> Result<(Vec<Animal>, Vec<Unfit>), FormatError> {
        let (mut animals, mut unfit) = (Vec::new(), Vec::new());
        self.table.texts().each(|row| {
            match self.read(row) {
                Ok(animal) => animals.push(animal),
                Err(reason) => unfit.push(reason),
            }
            Ok::<(), FormatError>(())
        })?;
        Ok((animals, unfit))
    }
}

fn metres(text: &str) -> Option<f64> {
    text.parse().ok().filter(|metres: &f64| metres.is_finite() && *metres >= 0.0)
}

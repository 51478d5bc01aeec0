//! Where each table keeps what attacks ask for.

use reedbed_core::category::Category;
use reedbed_core::rule::PROVIDER_TERMS;
use reedbed_core::taxon::TaxonFacts;
use reedbed_formats::cells::Source;
use reedbed_formats::table::{RowKind, Table};

use crate::ways::{Way, hash_of};

/// The columns of one table, by what they are about.
#[derive(Debug)]
pub(crate) struct Columns<'t> {
    pub(crate) table: &'t Table,
    /// The table by its name: in whichever order tables are given, the outcome is the same.
    pub(crate) print: u64,
    pub(crate) names: Vec<Source>,
    /// In the order of [`PLACE_TERMS`].
    pub(crate) place: Vec<Source>,
    pub(crate) event_date: Source,
    pub(crate) event_time: Source,
    /// year, month, day.
    pub(crate) date_parts: Vec<Source>,
    pub(crate) event: Source,
    pub(crate) parent_event: Source,
    pub(crate) recorder: Source,
    /// lifeStage, reproductiveCondition, behavior: what rules may ask besides.
    pub(crate) criteria: Vec<Source>,
    /// Who provided the record.
    pub(crate) providers: Vec<Source>,
    /// Names of the individual.
    pub(crate) individuals: Vec<Source>,
    /// What a row says of having been generalised.
    pub(crate) said: Vec<Source>,
    /// Ways in which rows hang together, by one text each.
    pub(crate) ways: Vec<(Way, Source, Named)>,
    /// Identifiers that may be numbered in series.
    pub(crate) numbered: Vec<(Source, Named)>,
    /// What rows state of their event and not of the organism.
    pub(crate) context: Vec<(Source, Named)>,
}

/// A column by its heading, and the print of it by which it is known among the columns of all tables.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) heading: String,
    pub(crate) print: u32,
}

impl Named {
    fn of(heading: String, term: &str) -> Self {
        Self { heading, print: print_of(term) }
    }
}

/// The print of a term.
pub(crate) fn print_of(term: &str) -> u32 {
    (hash_of(Way::Event, term.as_bytes()) >> 32) as u32
}

impl<'t> Columns<'t> {
    pub(crate) fn of(table: &'t Table) -> Self {
        // Only the descriptor of an archive names terms in full.
        let is_archive = table.columns.iter().any(|column| column.uri.is_some());
        let named = |name: &str| Source::of(table, name);
        let all = |names: &[&str]| names.iter().map(|name| named(name)).collect::<Vec<_>>();
        let heading = |source: &Source, name: &str| {
            let column = source.columns().first().and_then(|index| table.columns.get(*index));
            column.map_or_else(|| name.to_owned(), |column| column.heading.clone())
        };
        let first = || Source::column(table.id);
        let event = match table.kind {
            RowKind::Event if is_archive || !named("eventID").exists() => first(),
            RowKind::Occurrence if is_archive && !table.is_core => first(),
            _ => named("eventID"),
        };
        let ways = WAYS
            .iter()
            .map(|(way, name)| (*way, named(name), *name))
            .filter(|(_, source, _)| source.exists())
            .map(|(way, source, name)| {
                let heading = heading(&source, name);
                (way, source, Named::of(heading, name))
            })
            .collect();
        let numbered = NUMBERED
            .iter()
            .map(|name| (named(name), *name))
            .filter(|(source, _)| source.exists())
            .map(|(source, name)| {
                let heading = heading(&source, name);
                (source, Named::of(heading, name))
            })
            .collect();
        Self {
            table,
            print: hash_of(Way::Event, table.name.as_bytes()),
            names: all(TaxonFacts::TERMS),
            place: all(PLACE_TERMS),
            event_date: named("eventDate"),
            event_time: named("eventTime"),
            date_parts: all(&["year", "month", "day"]),
            event,
            parent_event: named("parentEventID"),
            recorder: named("recordedBy"),
            criteria: all(&["lifeStage", "reproductiveCondition", "behavior"]),
            providers: all(PROVIDER_TERMS),
            individuals: all(&["organismID", "organismName", "individualID"]),
            said: all(&["dataGeneralizations", "informationWithheld"]),
            ways,
            numbered,
            context: context(table),
        }
    }

    /// Whether its rows are events.
    pub(crate) fn is_events(&self) -> bool {
        self.table.kind == RowKind::Event
    }

    /// Whether its rows are places by themselves, of another kind of data than records: of stations, of
    /// deployments, of tracks.
    pub(crate) fn is_of_other_kind(&self) -> bool {
        self.table.kind_of_data != "occurrence"
    }

    /// Whether its rows say what was found where.
    pub(crate) fn is_records(&self) -> bool {
        let has_name = self.names.iter().any(Source::exists);
        self.table.kind == RowKind::Occurrence
            || (has_name && self.place.iter().take(2).all(Source::exists))
    }
}

fn context(table: &Table) -> Vec<(Source, Named)> {
    let mut found: Vec<(Source, Named)> = Vec::new();
    for column in &table.columns {
        let Some(term) = column.term.filter(|term| term.tells_of_event(Category::Low)) else {
            continue;
        };
        if !found.iter().any(|(_, named)| named.print == print_of(term.name)) {
            let source = Source::of(table, term.name);
            found.push((source, Named::of(column.heading.clone(), term.name)));
        }
    }
    found
}

/// Terms of a place, in the order in which they are read.
pub(crate) const PLACE_TERMS: &[&str] = &[
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "coordinateUncertaintyInMeters",
    "coordinatePrecision",
    "footprintWKT",
    "verbatimLatitude",
    "verbatimLongitude",
    "verbatimCoordinates",
    "verbatimSRS",
];
const WAYS: &[(Way, &str)] = &[
    (Way::Site, "locationID"),
    (Way::Site, "locality"),
    (Way::Site, "verbatimLocality"),
    (Way::Individual, "organismID"),
    (Way::Individual, "individualID"),
    (Way::Detail, "verbatimElevation"),
    (Way::Detail, "minimumElevationInMeters"),
    (Way::Detail, "elevation"),
    (Way::Detail, "habitat"),
    (Way::Detail, "footprintWKT"),
    (Way::Detail, "occurrenceRemarks"),
    (Way::Detail, "eventRemarks"),
    (Way::Detail, "locationRemarks"),
    (Way::Detail, "fieldNotes"),
    (Way::Detail, "fieldNumber"),
];
const NUMBERED: &[&str] =
    &["occurrenceID", "catalogNumber", "recordNumber", "fieldNumber", "eventID", "gbifID"];

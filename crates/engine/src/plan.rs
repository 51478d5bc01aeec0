//! What each table of a dataset is for, and where its rows keep their facts and links.

use reedbed_core::rule::PROVIDER_TERMS;
use reedbed_core::taxon::TaxonFacts;
use reedbed_core::term::Action;
use reedbed_formats::dataset::{Dataset, Form};
use reedbed_formats::table::{RowKind, Table};

use crate::cells::{Source, Span, has_any, spans};
use crate::context::{Classes, ContextColumns};
use crate::mentions;
use crate::ties::Thing;

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Rows about another row that state no place of their own: names, references, media.
    Attached,
    /// Sampling events.
    Events,
    /// Measurements of events or records.
    Measurements,
    /// Records: rows that say what was found where and when.
    Records,
    /// A checklist.
    Taxa,
}

/// A table, its role and its columns by what they are about.
#[derive(Debug)]
pub(crate) struct Plan<'t> {
    /// The table.
    pub(crate) table: &'t Table,
    /// What its rows are.
    pub(crate) role: Role,
    /// Where its facts are.
    pub(crate) facts: FactSources,
    /// Its links to other tables.
    pub(crate) links: Links,
    /// Whether the table has a column that speaks of a place.
    pub(crate) has_place: bool,
}

/// Links of a row: its own identifier and those of the rows it hangs from.
#[derive(Debug)]
pub(crate) struct Links {
    /// The row's own identifier.
    pub(crate) own: Source,
    /// The event that it belongs to.
    pub(crate) event: Source,
    /// The event that its event belongs to.
    pub(crate) parent_event: Source,
    /// The record that it is about.
    pub(crate) record: Source,
    /// The taxon of the checklist that it is about.
    pub(crate) taxon: Source,
    /// The kind of the core row that the first column of an extension names.
    pub(crate) core: Option<RowKind>,
}

/// Where the facts are that rules ask for.
#[derive(Debug)]
pub(crate) struct FactSources {
    /// Name columns, in the order of [`TaxonFacts::TERMS`].
    pub(crate) names: Vec<Source>,
    /// All columns that hold names: what the outcome of matching depends on.
    pub(crate) name_spans: Vec<Span>,
    /// All columns that the period depends on.
    pub(crate) date_spans: Vec<Span>,
    /// Place columns, in the order of [`PLACE_TERMS`].
    pub(crate) place: Vec<Source>,
    /// eventDate, all of its columns.
    pub(crate) event_dates: Vec<Source>,
    /// year, month, day, startDayOfYear, endDayOfYear.
    pub(crate) date_parts: Vec<Source>,
    /// verbatimEventDate.
    pub(crate) verbatim_date: Source,
    /// Second and further columns of the same place terms, each time in the order of
    /// [`PLACE_TERMS`].
    pub(crate) further_places: Vec<Vec<Source>>,
    /// Columns that together spell the coordinates out.
    pub(crate) spellings: Vec<Vec<Source>>,
    /// Texts that records share.
    pub(crate) shared: Vec<(Thing, Source)>,
    /// lifeStage.
    pub(crate) life_stage: Source,
    /// dataGeneralizations.
    pub(crate) generalised: Source,
    /// reproductiveCondition.
    pub(crate) reproductive_condition: Source,
    /// behavior.
    pub(crate) behavior: Source,
    /// Columns that say who provided the record.
    pub(crate) providers: Vec<Source>,
    /// Columns that name the individual.
    pub(crate) individuals: Vec<Source>,
    /// Columns that may hold free text.
    pub(crate) texts: Vec<usize>,
    /// What stays of a protected record and is about its event.
    pub(crate) context: ContextColumns,
    /// Higher groups for the metadata of the copy: kingdom, phylum, class, order, family.
    pub(crate) groups: Vec<Source>,
}

impl<'t> Plan<'t> {
    /// Makes the plans of all tables of a dataset, in the dataset's order.
    pub(crate) fn all(dataset: &'t Dataset, classes: &Classes) -> Vec<Self> {
        let core = dataset.tables.iter().find(|table| table.is_core).map(|table| table.kind);
        let is_archive = matches!(dataset.form, Form::Archive(_));
        let has_events = dataset.tables.iter().any(|table| table.kind == RowKind::Event);
        dataset
            .tables
            .iter()
            .map(|table| {
                let role = role_of(table, core);
                // Plain tables hang together by named columns, not by their first one.
                let hangs = core.filter(|_| is_archive && !table.is_core && table.id.is_some());
                let facts = FactSources::of(table, has_events, classes);
                Plan {
                    table,
                    role,
                    has_place: facts.place.iter().any(Source::exists),
                    facts,
                    links: Links::of(table, role, hangs),
                }
            })
            .collect()
    }

    /// Whether the table has a column that speaks of a place.
    pub(crate) fn states_place(&self) -> bool {
        self.has_place
    }
}

fn role_of(table: &Table, core: Option<RowKind>) -> Role {
    match table.kind {
        RowKind::Event => Role::Events,
        RowKind::Measurement => Role::Measurements,
        RowKind::Occurrence => Role::Records,
        // A checklist with places is a list of records, whatever it calls itself.
        RowKind::Taxon if speaks_of_places(table) => Role::Records,
        RowKind::Taxon => Role::Taxa,
        _ if table.is_core => Role::Records,
        // Distribution and the like: what it says of a place hangs from a name, not from a record.
        _ if core == Some(RowKind::Taxon) && speaks_of_places(table) => Role::Records,
        _ => Role::Attached,
    }
}

fn speaks_of_places(table: &Table) -> bool {
    table.columns.iter().filter_map(|column| column.term).any(|term| {
        term.actions.contains(&Action::Place)
            || matches!(term.name, "locality" | "locationID" | "verbatimLocality" | "eventDate")
            || term.name.starts_with("verbatimLatitude")
            || term.name.starts_with("verbatimCoordinates")
    })
}

impl Links {
    fn of(table: &Table, role: Role, hangs: Option<RowKind>) -> Self {
        let first = || Source::column(table.id);
        let named = |name| Source::of(table, name);
        let own = match (role, hangs) {
            (Role::Events, _) => {
                pick(&[if table.is_core { first() } else { Source::default() }, named("eventID")])
            }
            (Role::Taxa, _) => {
                pick(&[if table.is_core { first() } else { Source::default() }, named("taxonID")])
            }
            (Role::Records, None) => {
                pick(&[first(), named("occurrenceID"), named("catalogNumber")])
            }
            (Role::Records, Some(_)) => named("occurrenceID"),
            (Role::Attached | Role::Measurements, _) => Source::default(),
        };
        let event = match (role, hangs) {
            (Role::Events, _) => Source::default(),
            (_, Some(RowKind::Event)) => first(),
            _ => named("eventID"),
        };
        let record = match (role, hangs) {
            (Role::Attached | Role::Measurements, Some(RowKind::Occurrence)) => first(),
            (Role::Attached | Role::Measurements, _) => named("occurrenceID"),
            _ => Source::default(),
        };
        let taxon = match hangs {
            Some(RowKind::Taxon) => first(),
            _ => named("taxonID"),
        };
        Self { own, event, parent_event: named("parentEventID"), record, taxon, core: hangs }
    }
}

fn pick(sources: &[Source]) -> Source {
    sources.iter().find(|source| source.exists()).cloned().unwrap_or_default()
}

impl FactSources {
    fn of(table: &Table, has_events: bool, classes: &Classes) -> Self {
        let all =
            |names: &[&str]| names.iter().map(|name| Source::of(table, name)).collect::<Vec<_>>();
        let names = all(TaxonFacts::TERMS);
        let name_spans =
            spans(names.iter().flat_map(|source| source.columns().iter().copied()).collect());
        let dates = all(&[
            "eventDate",
            "year",
            "month",
            "day",
            "startDayOfYear",
            "endDayOfYear",
            "verbatimEventDate",
        ]);
        let date_spans =
            spans(dates.iter().flat_map(|source| source.columns().iter().copied()).collect());
        let event_dates = Source::of(table, "eventDate");
        let event_dates = if event_dates.columns().len() > 1 {
            event_dates.columns().iter().map(|column| Source::column(Some(*column))).collect()
        } else {
            vec![event_dates]
        };
        Self {
            names,
            name_spans,
            date_spans,
            place: all(PLACE_TERMS),
            event_dates,
            date_parts: all(&["year", "month", "day", "startDayOfYear", "endDayOfYear"]),
            verbatim_date: Source::of(table, "verbatimEventDate"),
            further_places: further_places(table),
            spellings: SPELLINGS
                .iter()
                .map(|terms| all(terms))
                .filter(|sources| sources.iter().any(Source::exists))
                .collect(),
            shared: SHARED
                .iter()
                // Where events have rows of their own, these say what belongs together.
                .filter(|(thing, _)| !has_events || *thing != Thing::Event)
                .map(|(thing, term)| (*thing, Source::of(table, term)))
                .filter(|(_, source)| source.exists())
                .flat_map(|(thing, source)| source.each().map(move |source| (thing, source)))
                .collect(),
            life_stage: Source::of(table, "lifeStage"),
            generalised: Source::of(table, "dataGeneralizations"),
            reproductive_condition: Source::of(table, "reproductiveCondition"),
            behavior: Source::of(table, "behavior"),
            providers: all(PROVIDER_TERMS),
            individuals: all(INDIVIDUAL_TERMS),
            texts: mentions::columns(table),
            context: ContextColumns::of(table, classes),
            groups: all(&["kingdom", "phylum", "class", "order", "family"]),
        }
    }
}

/// The terms of a place once more for each further column that one of them has.
fn further_places(table: &Table) -> Vec<Vec<Source>> {
    let sources: Vec<Source> = PLACE_TERMS.iter().map(|term| Source::of(table, term)).collect();
    let is_of_a_point = |term: &&str| {
        !matches!(*term, "geodeticDatum" | "footprintWKT") && !term.starts_with("coordinate")
    };
    let most = PLACE_TERMS
        .iter()
        .zip(&sources)
        .filter(|(term, _)| is_of_a_point(term))
        .map(|(_, source)| source.columns().len())
        .max();
    (1..most.unwrap_or(0))
        .map(|nth| {
            let of = |(term, source): (&&str, &Source)| match source.columns().get(nth) {
                Some(column) => Source::column(Some(*column)),
                None if is_of_a_point(term) => Source::default(),
                None => source.clone(),
            };
            PLACE_TERMS.iter().zip(&sources).map(of).collect()
        })
        .collect()
}

/// Terms that spell the coordinates out, and whose text is shared by records of one place even
/// where nobody can read it.
const SPELLINGS: &[&[&str]] = &[
    &["verbatimCoordinates"],
    &["verbatimLatitude", "verbatimLongitude"],
    &["decimalLatitude", "decimalLongitude"],
];

/// Terms whose text is shared by records of one place or event.
const SHARED: &[(Thing, &str)] = &[
    (Thing::Event, "eventID"),
    (Thing::Locality, "locality"),
    (Thing::Locality, "verbatimLocality"),
    (Thing::Site, "locationID"),
];

/// Terms that state a place, in the order that [`crate::facts`] reads them.
pub(crate) const PLACE_TERMS: &[&str] = &[
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
    "footprintWKT",
];

/// Whether a dataset has events and no table of records: then events are what is counted.
pub(crate) fn counts_events(plans: &[Plan<'_>]) -> bool {
    let has = |role| plans.iter().any(|plan| plan.role == role);
    has(Role::Events) && !has(Role::Records)
}

/// Whether anything in a dataset can be a record that Reedbed can decide about.
pub(crate) fn has_records(plans: &[Plan<'_>]) -> bool {
    plans.iter().any(|plan| match plan.role {
        Role::Records | Role::Events => {
            plan.states_place()
                || plan.facts.names.iter().any(Source::exists)
                || has_any(plan.table, &["eventID", "locality", "eventDate"])
        }
        // A checklist says nothing of places, and leaves as it is.
        Role::Taxa => plan.facts.names.iter().any(Source::exists),
        Role::Attached | Role::Measurements => false,
    })
}
/// Terms that name an individual.
const INDIVIDUAL_TERMS: &[&str] = &["organismID", "organismName", "individualID"];

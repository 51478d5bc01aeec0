//! The visits of the demo: who went where and when, and what was found there.
//!
//! The plot visits hold the bulk of common records. The others are what a reserve would hide: nests,
//! a roost, orchids, holts; with all that gives a place away beside the coordinates.

mod nests;
mod plots;
mod secrets;

use super::land::{Land, Spot};
use super::prng::Prng;
use super::species::Species;

/// A day of the demo, as year, month, day.
pub(super) type Day = (u32, u32, u32);

/// A sampling event.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) protocol: &'static str,
    pub(super) effort: &'static str,
    pub(super) day: Day,
    pub(super) time: String,
    pub(super) habitat: &'static str,
    pub(super) locality: String,
    pub(super) verbatim: String,
    pub(super) remarks: String,
    /// None for a season, which has no place of its own.
    pub(super) spot: Option<Spot>,
    pub(super) uncertainty_m: u32,
    pub(super) records: Vec<Record>,
    pub(super) measurements: Vec<Measurement>,
}

/// What was found at an event.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) species: Option<&'static Species>,
    pub(super) count: u32,
    pub(super) stage: &'static str,
    pub(super) condition: &'static str,
    pub(super) behavior: &'static str,
    pub(super) recorder: &'static str,
    pub(super) remarks: String,
    pub(super) associated: String,
    /// A label of one individual or nest.
    pub(super) organism: String,
    pub(super) measurements: Vec<Measurement>,
}

/// A measurement of an event or of a record.
#[derive(Debug, Default)]
pub(super) struct Measurement {
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) unit: &'static str,
}

impl Measurement {
    fn new(kind: &'static str, value: impl ToString, unit: &'static str) -> Self {
        Self { kind, value: value.to_string(), unit }
    }
}

impl Record {
    /// A record of so many, seen by one of the recorders.
    fn of(species: &'static Species, count: u32, prng: &mut Prng) -> Self {
        Self {
            species: Some(species),
            count,
            stage: species.group.stage(),
            recorder: prng.pick(&RECORDERS),
            ..Self::default()
        }
    }
}

/// All events, in the order of their days.
pub(super) fn make(land: &Land, prng: &mut Prng) -> Vec<Event> {
    let mut events = Vec::new();
    for (year, protocol) in SEASONS.into_iter().flat_map(|year| {
        ["plot visits", "nest finds", "roost counts", "meadow survey"].map(|what| (year, what))
    }) {
        events.push(Event {
            id: season(year, protocol),
            protocol,
            effort: "one season",
            day: (year, 1, 1),
            locality: "Reedmoor reserve".to_owned(),
            remarks: format!("all {protocol} of {year}"),
            ..Event::default()
        });
    }
    plots::add(&mut events, land, prng);
    nests::add(&mut events, land, prng);
    secrets::add(&mut events, land, prng);
    events.sort_by(|a, b| (a.day, &a.time, &a.id).cmp(&(b.day, &b.time, &b.id)));
    events
}

/// The event that all visits of one kind and year belong to.
fn season(year: u32, protocol: &str) -> String {
    format!("RDM:{year}:{}", protocol.replace(' ', "-"))
}

fn time(hours: (u32, u32), prng: &mut Prng) -> String {
    format!("{:02}:{:02}", prng.between(hours.0, hours.1), 5 * prng.below(12))
}

/// The years of the demo.
const SEASONS: [u32; 3] = [2023, 2024, 2025];

/// Invented people.
pub(super) const RECORDERS: [&str; 12] = [
    "Amara Lindqvist",
    "Bertil Osgood",
    "Corisande Vane",
    "Dimitri Halloran",
    "Edith Brackenbury",
    "Farid Tolleson",
    "Greta Whinmoor",
    "Hugo Castellane",
    "Ilse Marchbanks",
    "Jun Petherick",
    "Kasimir Dunnock",
    "Leonie Sedgwick-Rao",
];

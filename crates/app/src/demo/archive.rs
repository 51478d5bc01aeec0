//! Writes the visits as a Darwin Core archive in a folder: events, their occurrences, and the
//! measurements of both.
//!
//! Source: Darwin Core Text Guide, <https://dwc.tdwg.org/text/>.

use std::fmt::Write as _;

use super::land::Land;
use super::prng::Prng;
use super::visits::{Event, Measurement, RECORDERS, Record};

/// The files of the archive: name and content.
pub(super) fn files(events: &[Event], land: &Land, prng: &mut Prng) -> Vec<(&'static str, String)> {
    let mut occurrences = heading(&OCCURRENCE);
    let mut measurements = heading(&MEASUREMENT);
    let mut number = 0_u32;
    for event in events {
        for measurement in &event.measurements {
            push(&mut measurements, &measurement_row(&event.id, "", measurement));
        }
        for record in &event.records {
            number += 1;
            let id = format!("RDM:OCC:{number:06}");
            push(&mut occurrences, &occurrence_row(&id, number, event, record, prng));
            for measurement in &record.measurements {
                push(&mut measurements, &measurement_row(&event.id, &id, measurement));
            }
        }
    }
    let mut table = heading(&EVENT);
    for event in events {
        push(&mut table, &event_row(event));
    }
    vec![
        ("event.txt", table),
        ("occurrence.txt", occurrences),
        ("measurementorfact.txt", measurements),
        ("meta.xml", meta()),
        ("eml.xml", eml(land)),
    ]
}

fn heading(terms: &[&str]) -> String {
    let names: Vec<&str> =
        terms.iter().map(|term| term.rsplit('/').next().unwrap_or(term)).collect();
    names.join("\t") + "\n"
}

fn push(table: &mut String, cells: &[String]) {
    table.push_str(&cells.join("\t"));
    table.push('\n');
}

fn event_row(event: &Event) -> Vec<String> {
    let (year, month, day) = event.day;
    let in_season = event.spot.is_none();
    let (latitude, longitude) = event.spot.map(|spot| spot.decimals()).unwrap_or_default();
    let when = if in_season { year.to_string() } else { format!("{year}-{month:02}-{day:02}") };
    let if_placed = |text: String| if in_season { String::new() } else { text };
    vec![
        event.id.clone(),
        event.parent.clone(),
        event.protocol.to_owned(),
        event.effort.to_owned(),
        when,
        event.time.clone(),
        year.to_string(),
        if_placed(month.to_string()),
        if_placed(day.to_string()),
        event.habitat.to_owned(),
        event.remarks.clone(),
        "GB".to_owned(),
        "Sallow St Mary".to_owned(),
        event.locality.clone(),
        event.verbatim.clone(),
        latitude,
        longitude,
        if_placed("WGS84".to_owned()),
        if_placed(event.uncertainty_m.to_string()),
    ]
}

fn occurrence_row(
    id: &str,
    number: u32,
    event: &Event,
    record: &Record,
    prng: &mut Prng,
) -> Vec<String> {
    let text = |text: &str| text.to_owned();
    let Some(species) = record.species else { return vec![event.id.clone(), text(id)] };
    let [kingdom, class, order] = species.group.ranks();
    let status = if record.count == 0 { "absent" } else { "present" };
    vec![
        event.id.clone(),
        text(id),
        text("HumanObservation"),
        text("REEDMOOR"),
        text("FIELD"),
        format!("RDM-{number:06}"),
        format!("{}/{}", event.day.0, number),
        text(species.name),
        text(species.authorship),
        text("species"),
        text(kingdom),
        text(class),
        text(order),
        text(species.family),
        text(species.vernacular),
        record.count.to_string(),
        text(record.stage),
        text(record.condition),
        text(record.behavior),
        text(status),
        record.organism.clone(),
        text(record.recorder),
        prng.pick(&RECORDERS).to_owned(),
        record.remarks.clone(),
        record.associated.clone(),
    ]
}

fn measurement_row(event: &str, record: &str, measurement: &Measurement) -> Vec<String> {
    vec![
        event.to_owned(),
        record.to_owned(),
        measurement.kind.to_owned(),
        measurement.value.clone(),
        measurement.unit.to_owned(),
    ]
}

/// The description of the tables that every reader of Darwin Core archives starts from.
fn meta() -> String {
    let table = |tag: &str, file: &str, row_type: &str, link: &str, terms: &[&str]| {
        let mut text = format!(
            "  <{tag} encoding=\"UTF-8\" fieldsTerminatedBy=\"\\t\" linesTerminatedBy=\"\\n\" \
             fieldsEnclosedBy=\"\" ignoreHeaderLines=\"1\" rowType=\"{row_type}\">\n    \
             <files><location>{file}</location></files>\n    <{link} index=\"0\"/>\n"
        );
        // The first column of an extension is the link itself.
        let first = usize::from(link == "coreid");
        for (index, term) in terms.iter().enumerate().skip(first) {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "    <field index=\"{index}\" term=\"{term}\"/>");
        }
        text + &format!("  </{tag}>\n")
    };
    let terms = "http://rs.tdwg.org/dwc/terms";
    let measured = "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <archive xmlns=\"http://rs.tdwg.org/dwc/text/\" metadata=\"eml.xml\">\n{}{}{}</archive>\n",
        table("core", "event.txt", &format!("{terms}/Event"), "id", &EVENT),
        table("extension", "occurrence.txt", &format!("{terms}/Occurrence"), "coreid", &OCCURRENCE),
        table("extension", "measurementorfact.txt", measured, "coreid", &MEASUREMENT),
    )
}

/// The metadata, with the exact extent that a copy must not repeat.
///
/// Source: Ecological Metadata Language 2.2.0.
fn eml(land: &Land) -> String {
    let [south, west, north, east] = land.bounds();
    let bounds = [("west", west), ("east", east), ("north", north), ("south", south)]
        .map(|(side, degrees)| {
            format!("<{side}BoundingCoordinate>{degrees:.5}</{side}BoundingCoordinate>")
        })
        .concat();
    EML.replace("{bounds}", &bounds)
}

const EML: &str = include_str!("eml.xml");

#[rustfmt::skip]
const EVENT: [&str; 19] = [
    "http://rs.tdwg.org/dwc/terms/eventID",
    "http://rs.tdwg.org/dwc/terms/parentEventID",
    "http://rs.tdwg.org/dwc/terms/samplingProtocol",
    "http://rs.tdwg.org/dwc/terms/samplingEffort",
    "http://rs.tdwg.org/dwc/terms/eventDate",
    "http://rs.tdwg.org/dwc/terms/eventTime",
    "http://rs.tdwg.org/dwc/terms/year",
    "http://rs.tdwg.org/dwc/terms/month",
    "http://rs.tdwg.org/dwc/terms/day",
    "http://rs.tdwg.org/dwc/terms/habitat",
    "http://rs.tdwg.org/dwc/terms/eventRemarks",
    "http://rs.tdwg.org/dwc/terms/countryCode",
    "http://rs.tdwg.org/dwc/terms/municipality",
    "http://rs.tdwg.org/dwc/terms/locality",
    "http://rs.tdwg.org/dwc/terms/verbatimCoordinates",
    "http://rs.tdwg.org/dwc/terms/decimalLatitude",
    "http://rs.tdwg.org/dwc/terms/decimalLongitude",
    "http://rs.tdwg.org/dwc/terms/geodeticDatum",
    "http://rs.tdwg.org/dwc/terms/coordinateUncertaintyInMeters",
];

#[rustfmt::skip]
const OCCURRENCE: [&str; 25] = [
    "http://rs.tdwg.org/dwc/terms/eventID",
    "http://rs.tdwg.org/dwc/terms/occurrenceID",
    "http://rs.tdwg.org/dwc/terms/basisOfRecord",
    "http://rs.tdwg.org/dwc/terms/institutionCode",
    "http://rs.tdwg.org/dwc/terms/collectionCode",
    "http://rs.tdwg.org/dwc/terms/catalogNumber",
    "http://rs.tdwg.org/dwc/terms/recordNumber",
    "http://rs.tdwg.org/dwc/terms/scientificName",
    "http://rs.tdwg.org/dwc/terms/scientificNameAuthorship",
    "http://rs.tdwg.org/dwc/terms/taxonRank",
    "http://rs.tdwg.org/dwc/terms/kingdom",
    "http://rs.tdwg.org/dwc/terms/class",
    "http://rs.tdwg.org/dwc/terms/order",
    "http://rs.tdwg.org/dwc/terms/family",
    "http://rs.tdwg.org/dwc/terms/vernacularName",
    "http://rs.tdwg.org/dwc/terms/individualCount",
    "http://rs.tdwg.org/dwc/terms/lifeStage",
    "http://rs.tdwg.org/dwc/terms/reproductiveCondition",
    "http://rs.tdwg.org/dwc/terms/behavior",
    "http://rs.tdwg.org/dwc/terms/occurrenceStatus",
    "http://rs.tdwg.org/dwc/terms/organismID",
    "http://rs.tdwg.org/dwc/terms/recordedBy",
    "http://rs.tdwg.org/dwc/terms/identifiedBy",
    "http://rs.tdwg.org/dwc/terms/occurrenceRemarks",
    "http://rs.tdwg.org/dwc/terms/associatedTaxa",
];

#[rustfmt::skip]
const MEASUREMENT: [&str; 5] = [
    "http://rs.tdwg.org/dwc/terms/eventID",
    "http://rs.tdwg.org/dwc/terms/occurrenceID",
    "http://rs.tdwg.org/dwc/terms/measurementType",
    "http://rs.tdwg.org/dwc/terms/measurementValue",
    "http://rs.tdwg.org/dwc/terms/measurementUnit",
];

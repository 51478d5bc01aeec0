//! Plot visits: everything that is seen round forty-five fixed posts, six times in three years.

use super::super::land::{Land, Spot};
use super::super::prng::Prng;
use super::super::species::{COMMON, listed};
use super::{Event, Measurement, RECORDERS, Record, SEASONS, season, time};

const POSTS: u32 = 45;

pub(super) fn add(events: &mut Vec<Event>, land: &Land, prng: &mut Prng) {
    for post in 1..=POSTS {
        // A few posts stand in the reeds, where bitterns boom; the others stand anywhere.
        let in_reeds = post % 12 == 0;
        let zone = if in_reeds { "reedbed" } else { "reserve" };
        let spot = land.spot_in(zone, prng);
        let locality = format!("post {post}, {}", prng.pick(&LANDMARKS));
        for year in SEASONS {
            for months in [(4, 6), (7, 9)] {
                let day = (year, prng.between(months.0, months.1), prng.between(1, 28));
                let mut event = visit(post, day, spot, &locality, prng);
                if in_reeds {
                    event.records.push(bittern(months.0 == 4, prng));
                }
                events.push(event);
            }
        }
    }
}

fn visit(post: u32, day: (u32, u32, u32), spot: Spot, locality: &str, prng: &mut Prng) -> Event {
    let (year, month, _) = day;
    let records = COMMON
        .iter()
        .filter(|species| (species.group.months().0..=species.group.months().1).contains(&month))
        .filter_map(|species| {
            // A morning and an evening round.
            if !prng.chance(species.percent) && !prng.chance(species.percent) {
                return None;
            }
            // Small counts are the common ones.
            let ceiling = prng.between(1, species.most);
            let mut record = Record::of(species, prng.between(1, ceiling), prng);
            record.remarks =
                if prng.chance(6) { prng.pick(&REMARKS).to_owned() } else { String::new() };
            record.associated = if species.name == "Cuculus canorus" && prng.chance(40) {
                "host: Acrocephalus scirpaceus".to_owned()
            } else {
                String::new()
            };
            Some(record)
        })
        .collect();
    Event {
        id: format!("RDM:{year}:P{post:02}:{month:02}"),
        parent: season(year, "plot visits"),
        protocol: "plot visit, all taxa within 50 m of the post",
        effort: "60 minutes, one observer",
        day,
        time: time((5, 10), prng),
        habitat: prng.pick(&[
            "reed fringe",
            "wet meadow",
            "open water edge",
            "alder carr",
            "ditch",
        ]),
        locality: locality.to_owned(),
        verbatim: spot.sexagesimal(),
        remarks: format!("weather {}", prng.pick(&["clear", "overcast", "light rain", "windy"])),
        spot: Some(spot),
        uncertainty_m: 50,
        records,
        measurements: vec![
            Measurement::new("water level", prng.between(12, 95), "cm"),
            Measurement::new("air temperature", prng.between(4, 27), "°C"),
        ],
    }
}

/// A bittern that is heard from the post, or looked for in vain: the record that makes a common
/// visit a sensitive one.
fn bittern(is_heard: bool, prng: &mut Prng) -> Record {
    let mut record = Record {
        species: listed("Botaurus stellaris"),
        recorder: prng.pick(&RECORDERS),
        remarks: "silent this time, nests here all the same".to_owned(),
        ..Record::default()
    };
    if is_heard {
        record.count = 1;
        record.stage = "adult";
        record.condition = "breeding";
        record.behavior = "booming";
        record.remarks = format!("booming {} m into the reeds", prng.between(60, 240));
    }
    record
}

const LANDMARKS: [&str; 12] = [
    "Great Sallow Water, west bank",
    "Great Sallow Water, boathouse",
    "Heron Pool, north hide",
    "Heron Pool, sluice",
    "Long Dyke, second bridge",
    "Long Dyke, east end",
    "Abbot's Meadow, gate",
    "Alder carr, boardwalk",
    "St Mary's causeway",
    "Old drove, culvert",
    "Mill staithe",
    "Ferry lane car park",
];
const REMARKS: [&str; 6] = [
    "singing",
    "several more heard further off",
    "confirmed from a photograph",
    "first of the year",
    "feeding along the edge",
    "flushed by a walker",
];

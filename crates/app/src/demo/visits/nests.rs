//! Nest finds: forty bittern nests, each with what its finders wrote down beside the coordinates.

use super::super::land::Land;
use super::super::prng::Prng;
use super::super::species::{COMMON, listed};
use super::{Event, Measurement, RECORDERS, Record, SEASONS, season, time};

pub(super) const NESTS: u32 = 40;

pub(super) fn add(events: &mut Vec<Event>, land: &Land, prng: &mut Prng) {
    for nest in 1..=NESTS {
        let year = prng.pick(&SEASONS);
        let spot = land.spot_in("reedbed", prng);
        let found = (year, prng.between(4, 5), prng.between(1, 28));
        let locality = format!(
            "nest B{nest:02}, {} m {} of {}",
            prng.between(20, 180),
            prng.pick(&["north", "east", "south", "west"]),
            prng.pick(&["Eel Sett", "the Long Dyke sluice", "Reedcutters' Hut", "Heron hide"]),
        );
        // Most nests are looked at twice; the second visit repeats what the first one told.
        let visits = if prng.chance(60) { 2 } else { 1 };
        for visit in 1..=visits {
            let day = (year, found.1 + visit - 1, found.2);
            let (latitude, longitude) = spot.decimals();
            let hint = if prng.chance(50) {
                format!("platform at {latitude}, {longitude}, approach by punt only")
            } else {
                format!("platform at {}, approach by punt only", spot.sexagesimal())
            };
            events.push(Event {
                id: format!("RDM:{year}:B{nest:02}:{visit}"),
                parent: season(year, "nest finds"),
                protocol: "nest check from a punt",
                effort: "20 minutes, two observers",
                day,
                time: time((6, 9), prng),
                habitat: "flooded reed, two to four years old",
                locality: locality.clone(),
                verbatim: spot.sexagesimal(),
                remarks: hint,
                spot: Some(spot),
                uncertainty_m: 5,
                records: records(nest, visit, prng),
                measurements: vec![
                    Measurement::new("water level", prng.between(25, 70), "cm"),
                    Measurement::new("reed height", prng.between(140, 260), "cm"),
                ],
            });
        }
    }
}

/// The bittern, and the reed birds that sing beside its nest.
fn records(nest: u32, visit: u32, prng: &mut Prng) -> Vec<Record> {
    let eggs = prng.between(3, 6);
    let (stage, count, remarks) = if visit == 1 {
        ("egg", eggs, format!("{eggs} eggs, female flushed at {} m", prng.between(3, 12)))
    } else {
        ("chick", eggs.saturating_sub(1), "chicks with pins, do not disturb again".to_owned())
    };
    let mut records = vec![Record {
        species: listed("Botaurus stellaris"),
        count,
        stage,
        condition: "breeding",
        behavior: "nesting",
        recorder: prng.pick(&RECORDERS),
        remarks,
        organism: format!("RDM-BITTERN-{nest:02}"),
        measurements: vec![Measurement::new("clutch size", eggs, "eggs")],
        ..Record::default()
    }];
    for name in ["Acrocephalus scirpaceus", "Emberiza schoeniclus", "Rallus aquaticus"] {
        let Some(species) = COMMON.iter().find(|species| species.name == name) else { continue };
        if prng.chance(55) {
            let mut record = Record::of(species, prng.between(1, 3), prng);
            record.associated = format!("beside nest of Botaurus stellaris B{nest:02}");
            records.push(record);
        }
    }
    records
}

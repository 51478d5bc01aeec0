//! Other visits that a reserve would hide: the bat roost, the orchid meadow, holts, winter roosts
//! of harriers, and a pair of cranes.

use super::super::land::Land;
use super::super::prng::Prng;
use super::super::species::{COMMON, listed};
use super::{Day, Event, Measurement, RECORDERS, Record, SEASONS, season, time};

pub(super) fn add(events: &mut Vec<Event>, land: &Land, prng: &mut Prng) {
    for year in SEASONS {
        for month in [5, 6, 7, 8] {
            let day = (year, month, prng.between(1, 28));
            events.push(roost_count(day, land, prng));
        }
        for plot in 1..=5 {
            let day = (year, prng.between(6, 7), prng.between(1, 28));
            events.push(orchid_plot(plot, day, land, prng));
        }
        for (number, (name, sight)) in (1_u32..).zip(SIGHTS) {
            let month = sight.months.0 + prng.below(sight.months.1 - sight.months.0 + 1);
            // A season that crosses the year end is written as months past twelve.
            let day = (year, (month - 1) % 12 + 1, prng.between(1, 28));
            let mut event = sighting(name, &sight, day, land, prng);
            event.id = format!("RDM:{year}:X{number:02}");
            events.push(event);
        }
    }
}

/// Bats that leave the old pump house at dusk.
fn roost_count(day: Day, land: &Land, prng: &mut Prng) -> Event {
    let (year, month, _) = day;
    let records = ["Plecotus auritus", "Myotis daubentonii", "Pipistrellus nathusii"]
        .into_iter()
        .filter_map(|name| {
            let species = listed(name)?;
            let mut record = Record::of(species, prng.between(4, species.most), prng);
            record.behavior = "roosting";
            record.condition = if month < 8 { "breeding" } else { "" };
            record.remarks = "leaving by the north gable of the pump house".to_owned();
            record.measurements.push(Measurement::new("first emergence", "21:40", ""));
            Some(record)
        })
        .collect();
    Event {
        id: format!("RDM:{year}:R1:{month:02}"),
        parent: season(year, "roost counts"),
        protocol: "emergence count",
        effort: "90 minutes, three observers",
        day,
        time: time((20, 21), prng),
        habitat: "building",
        locality: "Pump House, loft above the north gable".to_owned(),
        remarks: "key with the warden".to_owned(),
        spot: Some(land.spot_in("roost", prng)),
        uncertainty_m: 10,
        records,
        measurements: vec![Measurement::new("air temperature", prng.between(9, 19), "°C")],
        ..Event::default()
    }
}

fn orchid_plot(plot: u32, day: Day, land: &Land, prng: &mut Prng) -> Event {
    let spot = land.spot_in("meadow", prng);
    let mut records: Vec<Record> = ["Liparis loeselii", "Epipactis palustris"]
        .into_iter()
        .chain(["Dactylorhiza incarnata", "Dactylorhiza praetermissa"])
        .filter_map(|name| {
            let species = listed(name)?;
            if !prng.chance(70) {
                return None;
            }
            let mut record = Record::of(species, prng.between(1, species.most), prng);
            record.condition = "flowering";
            record.remarks = format!("tagged, {} paces from the gate post", prng.between(8, 90));
            Some(record)
        })
        .collect();
    let companions = COMMON.iter().filter(|species| species.group.ranks()[0] == "Plantae");
    for species in companions {
        if prng.chance(species.percent / 2) {
            let mut record = Record::of(species, prng.between(1, species.most), prng);
            record.associated = "with Orchidaceae".to_owned();
            records.push(record);
        }
    }
    Event {
        id: format!("RDM:{}:M{plot}", day.0),
        parent: season(day.0, "meadow survey"),
        protocol: "permanent quadrat, 2 m × 2 m",
        effort: "30 minutes, one observer",
        day,
        time: time((10, 15), prng),
        habitat: "fen meadow, mown in September",
        locality: format!("Abbot's Meadow, quadrat {plot}"),
        verbatim: spot.sexagesimal(),
        remarks: format!("corner pegs; north-west corner at {}", spot.sexagesimal()),
        spot: Some(spot),
        uncertainty_m: 3,
        records,
        measurements: vec![Measurement::new("sward height", prng.between(15, 60), "cm")],
    }
}

/// A single sighting of a listed species.
struct Sight {
    zone: &'static str,
    months: (u32, u32),
    behavior: &'static str,
    condition: &'static str,
    stage: &'static str,
    locality: &'static str,
    remarks: &'static str,
}

fn sighting(name: &str, sight: &Sight, day: Day, land: &Land, prng: &mut Prng) -> Event {
    let species = listed(name);
    let most = species.map_or(1, |species| species.most);
    let spot = land.spot_in(sight.zone, prng);
    let record = Record {
        species,
        count: prng.between(1, most),
        stage: sight.stage,
        condition: sight.condition,
        behavior: sight.behavior,
        recorder: prng.pick(&RECORDERS),
        remarks: sight.remarks.to_owned(),
        ..Record::default()
    };
    Event {
        protocol: "chance observation",
        effort: "",
        day,
        time: time((7, 18), prng),
        habitat: "fen",
        locality: sight.locality.to_owned(),
        verbatim: spot.sexagesimal(),
        spot: Some(spot),
        uncertainty_m: 25,
        records: vec![record],
        ..Event::default()
    }
}

#[rustfmt::skip]
const SIGHTS: [(&str, Sight); 11] = [
    ("Circus aeruginosus", Sight { zone: "reedbed", months: (4, 7), behavior: "nesting", condition: "breeding", stage: "adult", locality: "South reedbed, fourth ride", remarks: "food pass over the nest" }),
    ("Circus aeruginosus", Sight { zone: "reserve", months: (2, 3), behavior: "hunting", condition: "", stage: "adult", locality: "over the marsh", remarks: "" }),
    ("Circus cyaneus", Sight { zone: "carr", months: (11, 14), behavior: "roosting", condition: "", stage: "adult", locality: "carr edge behind the ferry lane", remarks: "came in at dusk from the north" }),
    ("Panurus biarmicus", Sight { zone: "reedbed", months: (4, 8), behavior: "nesting", condition: "breeding", stage: "adult", locality: "North reedbed, grit tray", remarks: "ringed pair" }),
    ("Panurus biarmicus", Sight { zone: "reedbed", months: (9, 11), behavior: "feeding", condition: "", stage: "adult", locality: "North reedbed, path", remarks: "" }),
    ("Grus grus", Sight { zone: "core", months: (3, 5), behavior: "nesting", condition: "breeding", stage: "adult", locality: "core zone, closed all year", remarks: "pair on the mound of last year" }),
    ("Lutra lutra", Sight { zone: "carr", months: (1, 12), behavior: "denning", condition: "", stage: "adult", locality: "holt under the leaning alder", remarks: "fresh spraint on the sill" }),
    ("Lutra lutra", Sight { zone: "water", months: (1, 12), behavior: "hunting", condition: "", stage: "adult", locality: "Long Dyke, towpath", remarks: "" }),
    ("Papilio machaon", Sight { zone: "meadow", months: (7, 8), behavior: "feeding", condition: "", stage: "larva", locality: "milk-parsley by the second gate", remarks: "larvae on tagged stems" }),
    ("Anguilla anguilla", Sight { zone: "water", months: (5, 9), behavior: "migrating", condition: "", stage: "adult", locality: "Eel Sett", remarks: "fyke net checked" }),
    ("Hirudo medicinalis", Sight { zone: "water", months: (5, 8), behavior: "", condition: "", stage: "adult", locality: "Heron Pool, cattle drink", remarks: "" }),
];

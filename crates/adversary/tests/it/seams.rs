//! Seams between kinds of data: planted ones are found, others are not taken for any.

use std::fmt::Write as _;

use reedbed_adversary::{Attack, Besides, Findings, Sensitive, Settings, attack};
use reedbed_core::area::AreaSet;
use reedbed_core::period::Day;
use reedbed_formats::collection::{self, CollectionOptions};
use reedbed_formats::limits::Limits;

use crate::support::{Random, bitterns};

/// Attacks files of several kinds together.
fn attacked(files: &[(&str, &str)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    let opened =
        collection::open(&paths, &CollectionOptions::default(), &Limits::default()).unwrap();
    let copy = opened.into_dataset(&Limits::default()).unwrap();
    let (rules, areas) = (bitterns(), AreaSet::default());
    let today = Day::new(2026, 4, 1).unwrap();
    let sensitive = Sensitive { rules: &rules, areas: &areas, checklist: None, today };
    attack(&copy, &Besides::default(), sensitive, &Settings::default()).unwrap()
}

fn located(findings: &Findings) -> u64 {
    findings.attacks.iter().find(|count| count.attack == Attack::Seam).unwrap().located
}

/// A place of a reserve of 1° and the time of a visit.
struct Visit {
    lat: f64,
    lon: f64,
    minute: u32,
}

fn visits(random: &mut Random, number: u32) -> Vec<Visit> {
    let within = |random: &mut Random| (random.below(100_000) as f64) / 100_000.0;
    (0..number)
        .map(|n| Visit {
            lat: 51.0 + within(random),
            lon: 4.0 + within(random),
            // A visit each hour.
            minute: n * 60,
        })
        .collect()
}

fn time(minute: u32) -> String {
    let (day, minute) = (1 + minute / 1_440, minute % 1_440);
    format!("2021-05-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

/// Ducks told exactly, and bitterns in cells of 0.1° at exact times: every tenth visit.
fn records(visits: &[Visit]) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,coordinateUncertaintyInMeters,footprintWKT\n",
    );
    let cell = |degrees: f64| (degrees * 10.0).round() / 10.0;
    for (number, visit) in visits.iter().enumerate().filter(|(number, _)| number % 10 != 0) {
        let (lat, lon, time) = (visit.lat, visit.lon, time(visit.minute));
        let _ = writeln!(text, "d{number},Anas crecca,{time},{lat:.5},{lon:.5},10,");
    }
    for (number, visit) in visits.iter().enumerate().filter(|(number, _)| number % 10 == 0) {
        let (lat, lon, time) = (cell(visit.lat), cell(visit.lon), time(visit.minute));
        let (s, n, w, e) = (lat - 0.05, lat + 0.05, lon - 0.05, lon + 0.05);
        let _ = writeln!(
            text,
            "x{},Botaurus stellaris,{time},{lat:.1},{lon:.1},8000,\"POLYGON (({w:.2} {s:.2}, {e:.2} {s:.2}, {e:.2} {n:.2}, {w:.2} {n:.2}, {w:.2} {s:.2}))\"",
            number * 7_919 % 1_009
        );
    }
    text
}

fn track(visits: &[Visit], late_min: u32) -> String {
    let mut text = String::from("<gpx><trk><trkseg>\n");
    for visit in visits {
        let (lat, lon, time) = (visit.lat, visit.lon, time(visit.minute + late_min));
        let _ =
            writeln!(text, "<trkpt lat=\"{lat:.5}\" lon=\"{lon:.5}\"><time>{time}</time></trkpt>");
    }
    text + "</trkseg></trk></gpx>"
}

#[test]
fn the_track_of_whoever_made_the_records_tells_where_a_timed_one_is() {
    let visits = visits(&mut Random::new(5), 400);
    let findings = attacked(&[("r.csv", &records(&visits)), ("t.gpx", &track(&visits, 2))]);
    assert_eq!((findings.protected, located(&findings)), (40, 40));
}

#[test]
fn a_track_through_other_places_tells_nothing() {
    let visits = visits(&mut Random::new(5), 400);
    let elsewhere = self::visits(&mut Random::new(6), 400);
    let findings = attacked(&[("r.csv", &records(&visits)), ("t.gpx", &track(&elsewhere, 2))]);
    assert_eq!((findings.protected, located(&findings)), (40, 0));
}

fn stations(places: &[Visit]) -> String {
    let mut text = String::from("stationID,latitude,longitude\n");
    for (number, place) in places.iter().enumerate() {
        let _ = writeln!(text, "S{number},{:.5},{:.5}", place.lat, place.lon);
    }
    text
}

#[test]
fn stations_that_stand_where_records_are_made_are_candidates() {
    // A logger at each of forty nest boxes; every record is made at one of them.
    let boxes = visits(&mut Random::new(9), 40);
    let mut random = Random::new(3);
    let visits: Vec<Visit> = (0..400)
        .map(|n| {
            let at = &boxes[random.below(40) as usize];
            Visit { lat: at.lat, lon: at.lon, minute: n * 60 }
        })
        .collect();
    let findings = attacked(&[("r.csv", &records(&visits)), ("s.csv", &stations(&boxes))]);
    assert!(located(&findings) > 15, "{}", located(&findings));
}

#[test]
fn stations_elsewhere_are_none() {
    let visits = visits(&mut Random::new(5), 400);
    let places = self::visits(&mut Random::new(77), 40);
    let findings = attacked(&[("r.csv", &records(&visits)), ("s.csv", &stations(&places))]);
    assert_eq!((findings.protected, located(&findings)), (40, 0));
}

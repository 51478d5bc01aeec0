//! How sure claims are and how often they are right: on random data of which the truth is known,
//! told carelessly in several ways.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reedbed_adversary::{Claim, Settings};
use reedbed_core::place::Point;

use crate::support::{Random, attacked_by_settings};

/// What is left of a protected record besides its cell and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Careless {
    Nothing,
    Event,
    RecorderDay,
    Number,
    Protocol,
    Day,
}

/// How sites lie and are visited.
#[derive(Debug, Clone, Copy)]
struct Shape {
    sites: u32,
    /// Thousandths of a degree over which sites lie.
    extent: u32,
    /// Whether sites lie in clusters.
    is_clustered: bool,
    visits: u32,
    /// Numbers that are missing anyway, in percent.
    missing: u32,
}

const SHAPES: [Shape; 4] = [
    Shape { sites: 60, extent: 1200, is_clustered: false, visits: 4, missing: 0 },
    Shape { sites: 25, extent: 900, is_clustered: true, visits: 5, missing: 20 },
    Shape { sites: 200, extent: 700, is_clustered: false, visits: 2, missing: 5 },
    Shape { sites: 90, extent: 2500, is_clustered: true, visits: 3, missing: 1 },
];

/// A copy, and where its protected records are, by line.
fn made(shape: Shape, careless: Careless, seed: u64) -> (String, BTreeMap<u64, Point>) {
    let mut random = Random(seed);
    let mut rows = Vec::new();
    let mut number = 1000_u32;
    let mut cluster = (0, 0);
    for site in 0..shape.sites {
        if !shape.is_clustered || site % 6 == 0 {
            cluster = (random.below(shape.extent), random.below(shape.extent));
        }
        let spread = if shape.is_clustered { 60 } else { 1 };
        let lat = 50.0 + f64::from(cluster.0 + random.below(spread)) / 1000.0 + 0.000_3;
        let lon = 4.0 + f64::from(cluster.1 + random.below(spread)) / 1000.0 + 0.000_4;
        let protocol = random.below(5);
        for visit in 0..shape.visits {
            let (year, month, day) =
                (2010 + random.below(6), 1 + random.below(12), 1 + random.below(28));
            let person = random.below(30);
            for _ in 0..1 + random.below(5) {
                number += 1;
                while random.chance(shape.missing) {
                    number += 1;
                }
                let is_protected = random.chance(5);
                let date = format!("{year}-{month:02}-{day:02}");
                let event = format!("e{site}-{visit}");
                let place = Point::from_degrees(lat, lon).unwrap();
                let row = if is_protected {
                    let has = |what| careless == what;
                    let south = ((lat * 10.0).round() - 0.5) / 10.0;
                    let west = ((lon * 10.0).round() - 0.5) / 10.0;
                    let (north, east) = (south + 0.1, west + 0.1);
                    format!(
                        "{},Botaurus stellaris,{},{},{},{},{:.2},{:.2},8000,\"POLYGON (({west:.2} {south:.2}, {east:.2} {south:.2}, {east:.2} {north:.2}, {west:.2} {north:.2}, {west:.2} {south:.2}))\"",
                        if has(Careless::Number) {
                            format!("N{number}")
                        } else {
                            format!("rb{:x}", random.bits())
                        },
                        if has(Careless::Event) { event.as_str() } else { "" },
                        if has(Careless::RecorderDay) {
                            format!("Person {person}")
                        } else {
                            String::new()
                        },
                        if has(Careless::RecorderDay) || has(Careless::Day) {
                            date.clone()
                        } else {
                            year.to_string()
                        },
                        if has(Careless::Protocol) {
                            format!("protocol {protocol}")
                        } else {
                            String::new()
                        },
                        south + 0.05,
                        west + 0.05,
                    )
                } else {
                    format!(
                        "N{number},Parus major,{event},Person {person},{date},protocol {protocol},{lat:.5},{lon:.5},10,"
                    )
                };
                rows.push((is_protected, random.bits(), row, place));
            }
        }
    }
    // The order of rows tells nothing.
    rows.sort_by_key(|(is_protected, order, ..)| (*is_protected, *order));
    let mut text = String::from(
        "occurrenceID,scientificName,eventID,recordedBy,eventDate,samplingProtocol,decimalLatitude,decimalLongitude,coordinateUncertaintyInMeters,footprintWKT\n",
    );
    let mut truth = BTreeMap::new();
    for (line, (is_protected, _, row, place)) in (2..).zip(rows) {
        let _ = writeln!(text, "{row}");
        if is_protected {
            truth.insert(line, place);
        }
    }
    (text, truth)
}

fn is_right(claim: &Claim, truth: &BTreeMap<u64, Point>) -> bool {
    let point = Point::from_degrees(claim.latitude, claim.longitude).unwrap();
    truth[&claim.line].distance_floor_m(point) <= claim.radius_m
}

#[test]
fn claims_are_right_as_often_as_they_say() {
    // Right and made: of claims at 90 % and more, and of those at even odds and more.
    let (mut surest, mut sure) = ((0_u32, 0_u32), (0_u32, 0_u32));
    let mut by_way: BTreeMap<Careless, (u32, u32)> = BTreeMap::new();
    let ways = [
        Careless::Nothing,
        Careless::Event,
        Careless::RecorderDay,
        Careless::Number,
        Careless::Protocol,
        Careless::Day,
    ];
    for seed in 0..8 {
        for shape in SHAPES {
            for careless in ways {
                let (text, truth) = made(shape, careless, seed * 7_919 + 1);
                let settings = Settings { sure: 0.05, most_claims: 100_000, ..Settings::default() };
                for claim in attacked_by_settings(&text, &settings).claims {
                    let hit = u32::from(is_right(&claim, &truth));
                    if claim.probability >= 0.9 {
                        surest = (surest.0 + hit, surest.1 + 1);
                    } else if claim.probability >= 0.5 {
                        sure = (sure.0 + hit, sure.1 + 1);
                    }
                    if claim.probability >= 0.5 {
                        let way = by_way.entry(careless).or_default();
                        *way = (way.0 + hit, way.1 + 1);
                    }
                }
            }
        }
    }
    // Enough of them that the test can fail.
    assert!(surest.1 > 500 && sure.1 > 200, "{surest:?} {sure:?}");
    assert!(f64::from(surest.0) >= 0.9 * f64::from(surest.1), "{surest:?}");
    assert!(f64::from(sure.0) >= 0.5 * f64::from(sure.1), "{sure:?} {by_way:?}");
    for careless in [Careless::Event, Careless::RecorderDay, Careless::Number] {
        assert!(by_way[&careless].1 > 100, "{careless:?} {by_way:?}");
    }
}

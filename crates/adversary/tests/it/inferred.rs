//! Sites that a copy tells otherwise than by its columns of places: they are what is left for a
//! protected record like any other.

use std::fmt::Write as _;

use reedbed_adversary::{Attack, Findings};

use crate::support::{attacked, located};

/// How rows of the nest's site tell their place.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Nothing,
    Eastings,
    Geohash,
    GridReference,
    Outline,
    Longitudes,
    Locality,
}

/// Sites in cells of 0.1°, five in each, of which each is visited in a month of its own; in the month
/// of the bittern, the rows of its site tell their place in another way.
fn copy(by: By) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,locality,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,footprintWKT,rd_x,rd_y,site_lat,site_lon,code\n",
    );
    let mut number = 0_usize;
    for site in 0..100_usize {
        let cell = site / 5;
        let corner = (52.05 + (cell / 5) as f64 * 0.1, 4.55 + (cell % 5) as f64 * 0.1);
        let within = [(0.01, 0.01), (0.01, 0.08), (0.05, 0.045), (0.09, 0.01), (0.09, 0.09)];
        let (lat, lon) = (corner.0 + within[site % 5].0, corner.1 + within[site % 5].1);
        for visit in 0..6_usize {
            let (year, month) = (2019 + visit / 3, 1 + site % 5 * 2);
            let is_hidden = site == 2 && year == 2020;
            let has = |wanted: By| !is_hidden || by == wanted;
            let scattered = number * 7_919 % 10_007;
            let name = char::from(b'a' + u8::try_from(number % 24).unwrap());
            let _ =
                write!(text, "q{scattered}q,Avis nomen{name},{year}-{month:02}-{:02},", 1 + visit);
            let _ = write!(
                text,
                "{},",
                if has(By::Locality) { format!("Meadow {site}") } else { String::new() }
            );
            let _ = if is_hidden {
                write!(text, ",,WGS84,,")
            } else {
                write!(text, "{lat:.5},{lon:.5},WGS84,20,")
            };
            let outline = if is_hidden && by == By::Outline {
                format!("POINT ({lon:.5} {lat:.5})")
            } else {
                String::new()
            };
            let _ = write!(text, "{outline},");
            let (x, y) = (
                100_000.0 + (lon - 4.5) * 111_320.0 * lat.to_radians().cos(),
                400_000.0 + (lat - 52.0) * 111_200.0,
            );
            let _ =
                if has(By::Eastings) { write!(text, "{x:.0},{y:.0},") } else { write!(text, ",,") };
            let _ = if is_hidden && by == By::Longitudes {
                write!(text, "{lat:.4},{lon:.4},")
            } else {
                write!(text, ",,")
            };
            let code = match by {
                By::Geohash if is_hidden => "u1722s9br",
                // The same place on the military grid.
                By::GridReference if is_hidden => "31UFT0925073360",
                _ => "",
            };
            let _ = writeln!(text, "{code}");
            number += 1;
        }
    }
    let _ = writeln!(
        text,
        "zz-a,Botaurus stellaris,2020-05,,52.1,4.6,WGS84,8000,\"POLYGON ((4.55 52.05, 4.65 52.05, 4.65 52.15, 4.55 52.15, 4.55 52.05))\",,,,,"
    );
    text
}

fn found(by: By) -> Findings {
    attacked(&copy(by))
}

#[test]
fn a_site_that_tells_its_place_otherwise_is_what_is_left() {
    for (by, name) in [
        (By::Eastings, "eastings"),
        (By::Outline, "outline"),
        (By::Longitudes, "longitudes"),
        (By::Locality, "locality"),
        (By::Geohash, "geohash"),
        (By::GridReference, "grid reference"),
    ] {
        let findings = found(by);
        assert_eq!(located(&findings, Attack::Elimination), 1, "{name}: {findings:#?}");
        let claim = &findings.claims[0];
        assert!((claim.latitude - 52.1).abs() < 0.025, "{name} {}", claim.latitude);
        assert!((claim.longitude - 4.595).abs() < 0.035, "{name} {}", claim.longitude);
    }
}

#[test]
fn a_site_that_tells_no_place_is_not_found() {
    let findings = found(By::Nothing);
    assert_eq!((findings.protected, findings.located), (1, 0), "{findings:#?}");
}

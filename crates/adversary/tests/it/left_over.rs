//! Planted records that are found by what is left: sites with the same circumstances, gaps in
//! series, rare details, the way between two times; and clean ones that are not.

use std::fmt::Write as _;

use reedbed_adversary::{Attack, Findings};

use crate::support::{attacked, located};

/// One row of a copy in which each cell of 0.1° has some sites.
#[derive(Clone)]
struct Row {
    place: (f64, f64),
    species: String,
    recorder: String,
    date: String,
    time: String,
    catalogue: String,
    protocol: String,
    elevation: String,
    is_told: bool,
}

/// The cell of the protected record.
const CELL: [f64; 4] = [52.05, 52.15, 4.55, 4.65];

/// A copy of sites, five in each cell and some kilometres apart, each with a few visits; `change`
/// sees each row and its number of site and of record.
fn copy(change: impl Fn(&mut Row, usize, usize)) -> String {
    let mut rows = Vec::new();
    let mut number = 0;
    for site in 0..100 {
        let cell = site / 5;
        let corner = (52.05 + (cell / 5) as f64 * 0.1, 4.55 + (cell % 5) as f64 * 0.1);
        let within = [(0.01, 0.01), (0.01, 0.08), (0.05, 0.045), (0.09, 0.01), (0.09, 0.09)];
        let offset = within[site % 5];
        for record in 0..6 {
            let visit = record / 2;
            let mut row = Row {
                place: (corner.0 + offset.0, corner.1 + offset.1),
                species: format!("Avis nomen{}", letter(number * 7 % 24)),
                recorder: String::new(),
                date: format!("2020-{:02}-{:02}", 1 + visit * 4, 1 + site % 28),
                time: String::new(),
                catalogue: String::new(),
                protocol: String::new(),
                elevation: String::new(),
                is_told: true,
            };
            change(&mut row, site, record);
            rows.push(row);
            number += 1;
        }
    }
    told(&rows)
}

fn told(rows: &[Row]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        let scattered = number * 7_919 % 10_007;
        let _ = write!(line, "q{scattered}q,{}", row.species);
        for cell in
            [&row.recorder, &row.date, &row.time, &row.catalogue, &row.protocol, &row.elevation]
        {
            let _ = write!(line, ",{cell}");
        }
        let [south, north, west, east] = CELL;
        let _ = if row.is_told {
            write!(line, ",{:.5},{:.5},WGS84,20,", row.place.0, row.place.1)
        } else {
            write!(
                line,
                ",52.1,4.6,WGS84,8000,\"POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))\""
            )
        };
        lines.push(line);
    }
    lines.sort_unstable();
    format!(
        "occurrenceID,scientificName,recordedBy,eventDate,eventTime,catalogNumber,samplingProtocol,minimumElevationInMeters,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,footprintWKT\n{}\n",
        lines.join("\n")
    )
}

fn letter(number: usize) -> char {
    char::from(b'a' + u8::try_from(number).unwrap())
}

/// Makes a row the protected one: its cell and year are told.
fn hide(row: &mut Row) {
    "Botaurus stellaris".clone_into(&mut row.species);
    "2020".clone_into(&mut row.date);
    row.is_told = false;
}

fn is_nest(site: usize, record: usize) -> bool {
    (site, record) == (2, 3)
}

fn finds(text: &str, attack: Attack, column: &str) {
    let findings = attacked(text);
    assert_eq!((findings.protected, located(&findings, attack)), (1, 1), "{findings:#?}");
    let claim = &findings.claims[0];
    let nest = (52.1, 4.595);
    let is_near =
        (claim.latitude - nest.0).abs() < 0.025 && (claim.longitude - nest.1).abs() < 0.035;
    assert!(is_near, "{} {}", claim.latitude, claim.longitude);
    assert!(
        claim.because.contains(column) || claim.columns.join(" ").contains(column),
        "{claim:?}"
    );
}

fn finds_nothing(text: &str) -> Findings {
    let findings = attacked(text);
    assert_eq!((findings.protected, findings.located), (1, 0), "{findings:#?}");
    findings
}

#[test]
fn one_of_five_sites_is_not_found() {
    finds_nothing(&copy(|row, site, record| {
        if is_nest(site, record) {
            hide(row);
        }
    }));
}

#[test]
fn the_only_site_with_a_protocol_gives_a_record_away() {
    let with = |protocol: fn(usize) -> usize| {
        copy(move |row, site, record| {
            row.protocol = format!("protocol {}", protocol(site));
            if is_nest(site, record) {
                hide(row);
            }
        })
    };
    finds(&with(|site| site % 5), Attack::Elimination, "samplingProtocol");
    // A protocol of all sites of the cell excludes none.
    finds_nothing(&with(|site| site / 5 % 3));
}

#[test]
fn a_number_that_is_missing_gives_a_record_away() {
    let with = |is_left_out: fn(usize, usize) -> bool| {
        copy(move |row, site, record| {
            let number = site * 6 + record;
            // Other numbers are missing as well: some records have one far off.
            let skipped = usize::from(is_left_out(site, record));
            row.catalogue = format!("RM-{}", number + skipped * 100_000);
            if is_nest(site, record) {
                row.catalogue = "x".to_owned();
                hide(row);
            }
        })
    };
    finds(&with(|_, _| false), Attack::Series, "catalogNumber");
    finds_nothing(&with(|site, record| (site * 7 + record * 5 + site * record) % 4 == 0));
}

#[test]
fn an_elevation_of_one_site_gives_a_record_away() {
    let with = |elevation: fn(usize) -> usize| {
        copy(move |row, site, record| {
            // Only some records tell it.
            if record == 2 || record == 3 {
                row.elevation = format!("{}", 100 + elevation(site));
            }
            if is_nest(site, record) {
                hide(row);
            }
        })
    };
    finds(&with(|site| site), Attack::SameDetail, "minimumElevationInMeters");
    // An elevation of all sites of the cell excludes none.
    finds_nothing(&with(|site| site / 5 % 4));
}

#[test]
fn the_way_between_two_times_gives_a_record_away() {
    let with = |recorder: bool, step: usize| {
        copy(move |row, site, record| {
            // Each day one cell is walked, site by site.
            row.date = format!("2020-05-{:02}", 1 + site / 5);
            let minute = (site * step % 5) * 60 + record * 5;
            row.time = format!("{:02}:{:02}", 6 + minute / 60, minute % 60);
            if recorder {
                row.recorder = format!("Person {}", letter(site % 5));
            }
            if is_nest(site, record) {
                let date = row.date.clone();
                hide(row);
                row.date = date;
            }
        })
    };
    finds(&with(false, 1), Attack::SameObserverDay, "eventTime");
    finds(&with(true, 1), Attack::SameObserverDay, "recordedBy");
    // The time is not told.
    let text = with(false, 1);
    let hidden: Vec<String> = text
        .lines()
        .map(|row| {
            if row.contains("Botaurus") {
                row.replace(",07:", ",").replace(",08:15", ",").replace("2020-05-01", "2020")
            } else {
                row.to_owned()
            }
        })
        .collect();
    finds_nothing(&(hidden.join("\n") + "\n"));
}

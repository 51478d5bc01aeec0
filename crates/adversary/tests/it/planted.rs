//! One planted record for each attack.

use reedbed_adversary::Attack;
use reedbed_core::period::SeasonWindow;

use crate::support::{
    Made, attacked, attacked_under, attacked_with, bitterns, clean, located, with_bittern,
};

/// Plants one thing, and asserts that its attack finds it and nothing else does.
fn finds(attack: Attack, plant: impl Fn(&Made) -> Made) {
    let findings = attacked(&with_bittern(plant));
    assert_eq!(findings.protected, 1);
    assert_eq!(located(&findings, attack), 1, "{findings:#?}");
    let claim = &findings.claims[0];
    // Site 30: row 3, column 6.
    let (lat, lon) = (52.0 + 3.0 * 0.037, 4.5 + 6.0 * 0.041);
    let is_near = (claim.latitude - lat).abs() < 0.03 && (claim.longitude - lon).abs() < 0.05;
    assert!(is_near, "{} {}", claim.latitude, claim.longitude);
    assert!(claim.narrowing < 0.25 && claim.probability >= 0.5, "{claim:?}");
    assert!(claim.because.ends_with('.'), "{}", claim.because);
}

#[test]
fn a_clean_copy_is_not_broken() {
    let findings = attacked(&with_bittern(|_| clean()));
    assert_eq!((findings.protected, findings.located), (1, 0), "{findings:#?}");
}

#[test]
fn the_same_event_gives_a_record_away() {
    finds(Attack::SameEvent, |beside| Made { event: beside.event.clone(), ..clean() });
}

#[test]
fn the_same_site_gives_a_record_away() {
    finds(Attack::SameSite, |beside| Made { locality: beside.locality.to_uppercase(), ..clean() });
    finds(Attack::SameSite, |beside| Made { site: beside.site.clone(), ..clean() });
}

#[test]
fn the_same_recorder_on_the_same_day_gives_a_record_away() {
    finds(Attack::SameObserverDay, |beside| Made {
        recorder: beside.recorder.clone(),
        date: beside.date.clone(),
        ..clean()
    });
    // The year alone does not.
    let year = with_bittern(|beside| Made { recorder: beside.recorder.clone(), ..clean() });
    assert_eq!(attacked(&year).located, 0);
}

#[test]
fn the_same_individual_gives_a_record_away() {
    finds(Attack::SameIndividual, |beside| Made { organism: beside.organism.clone(), ..clean() });
}

#[test]
fn a_habitat_that_many_sites_have_gives_nothing_away() {
    let text = with_bittern(|beside| Made { habitat: beside.habitat.clone(), ..clean() });
    assert_eq!(located(&attacked(&text), Attack::SameDetail), 0);
}

#[test]
fn a_place_in_a_text_gives_a_record_away() {
    for remarks in [
        "nest at 52.11100 4.74600",
        "\"{\"\"lat\"\": 52.111, \"\"lon\"\": 4.746}\"",
        "\"52° 6' 39.6\"\" N 4° 44' 45.6\"\" E\"",
    ] {
        finds(Attack::Text, |_| Made { remarks: remarks.to_owned(), ..clean() });
    }
    let elsewhere =
        with_bittern(|_| Made { remarks: "office at 50.84670 4.35250".to_owned(), ..clean() });
    assert_eq!(attacked(&elsewhere).located, 0);
}

#[test]
fn a_listed_record_that_is_told_exactly_is_found() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,coordinateUncertaintyInMeters\n1,Botaurus stelaris,52.12345,4.56789,10\n2,Parus major,52.2,4.6,10\n";
    let findings = attacked(text);
    assert_eq!((findings.protected, located(&findings, Attack::Exact)), (1, 1));
}

#[test]
fn what_a_rule_does_not_ask_for_is_no_target() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,eventDate\n1,Botaurus stellaris,52.12345,4.56789,2020-05-01\n2,Botaurus stellaris,52.2,4.6,2020-12-01\n";
    let mut rules = bitterns();
    rules.rules[0].season = SeasonWindow::parse("04-01", "07-31").ok();
    let findings = attacked_under(text, &rules);
    assert_eq!((findings.protected, findings.located), (1, 1));
    assert_eq!(findings.claims[0].line, 2);
}

/// The records of an earlier copy, in which the bittern was told exactly.
fn earlier(text: &str) -> String {
    text.replace(
        "52.1,4.7,EPSG:4326,8000,\"POLYGON ((4.65 52.05, 4.75 52.05, 4.75 52.15, 4.65 52.15, 4.65 52.05))\"",
        "52.11100,4.74600,WGS84,20,",
    )
}

#[test]
fn an_earlier_copy_gives_a_record_away() {
    let text = with_bittern(|_| clean());
    let findings = attacked_with(&text, &earlier(&text));
    assert_eq!(located(&findings, Attack::Linking), 1, "{findings:#?}");
    // Under another identifier, by what is unique together.
    let renamed = earlier(&text).replace("zz-a,", "other,");
    let findings = attacked_with(&text, &renamed);
    assert_eq!(located(&findings, Attack::Linking), 1, "{findings:#?}");
    assert_eq!(findings.combinations, findings.combinations_tried);
}

#[test]
fn a_file_that_tells_nothing_more_gives_nothing_away() {
    let text = with_bittern(|_| clean());
    assert_eq!(attacked_with(&text, &text).located, 0);
    let without: Vec<&str> = text.lines().filter(|row| !row.contains("Botaurus")).collect();
    assert_eq!(attacked_with(&text, &(without.join("\n") + "\n")).located, 0);
}

#[test]
fn neighbours_in_a_series_of_numbers_give_a_record_away() {
    // Here catalogue numbers follow the sites.
    let text = with_bittern(|_| clean());
    let (heading, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<Vec<String>> =
        rows.lines().map(|row| row.splitn(16, ',').map(str::to_owned).collect()).collect();
    rows.sort_by_key(|row| row[2].clone());
    let bittern = rows.iter().position(|row| row[1].starts_with("Botaurus")).unwrap();
    let bittern = rows.remove(bittern);
    let at = rows.iter().position(|row| row[3] == "Meadow 30").unwrap() + 5;
    rows.insert(at, bittern);
    for (number, row) in rows.iter_mut().enumerate() {
        row[8] = format!("RM-{number}");
    }
    rows.sort_by_key(|row| row[0].clone());
    let rows: Vec<String> = rows.into_iter().map(|row| row.join(",")).collect();
    let findings = attacked(&format!("{heading}\n{}\n", rows.join("\n")));
    assert_eq!(located(&findings, Attack::Series), 1, "{findings:#?}");
}

#[test]
fn the_order_of_rows_gives_a_record_away() {
    let text = with_bittern(|_| clean());
    let (heading, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_by_key(|row| row.split(',').nth(2).unwrap_or("").to_owned());
    let bittern = rows.iter().position(|row| row.contains("Botaurus")).unwrap();
    let bittern = rows.remove(bittern);
    let at = rows.iter().position(|row| row.contains("Meadow 30,")).unwrap() + 5;
    rows.insert(at, bittern);
    let findings = attacked(&format!("{heading}\n{}\n", rows.join("\n")));
    assert_eq!(located(&findings, Attack::Order), 1, "{findings:#?}");
}

#[test]
fn the_only_site_left_gives_a_record_away() {
    // All other sites in the cell are gone.
    let text = with_bittern(|_| clean());
    let kept: Vec<&str> = text
        .lines()
        .filter(|row| {
            let in_cell = [
                "52.07400,4.6",
                "52.07400,4.7",
                "52.11100,4.6",
                "52.11100,4.70",
                "52.14800",
                "52.03700",
            ];
            row.contains("Meadow 30,") || !in_cell.iter().any(|place| row.contains(place))
        })
        .collect();
    let findings = attacked(&(kept.join("\n") + "\n"));
    assert_eq!(located(&findings, Attack::Elimination), 1, "{findings:#?}");
}

/// Walks of three recorders from site to site, a record every quarter of an hour, some kilometres
/// apart; one of the records is of a bittern, told at a cell.
fn walks(time: impl Fn(&str) -> String) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,recordedBy,eventDate,eventTime,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,footprintWKT\n",
    );
    for walk in 0..40_u32 {
        for step in 0..9_u32 {
            let lat = 52.0 + f64::from(walk % 7) * 0.031 + f64::from(step) * 0.017;
            let lon = 4.5 + f64::from(walk % 5) * 0.043 + f64::from(step) * 0.011;
            let date = format!("2020-{:02}-{:02}", 1 + walk % 12, 1 + walk % 28);
            let at = format!("{:02}:{:02}", 6 + step / 4, step % 4 * 15);
            let id = (walk * 9 + step) * 7_919 % 100_003;
            if (walk, step) == (17, 4) {
                let at = time(&at);
                text.push_str(&format!(
                    "b,Botaurus stellaris,Person {walk},{date},{at},52.2,4.6,EPSG:4326,8000,\"POLYGON ((4.55 52.15, 4.65 52.15, 4.65 52.25, 4.55 52.25, 4.55 52.15))\"\n"
                ));
            } else {
                text.push_str(&format!(
                    "x{id}q,Parus major,Person {walk},{date},{at},{lat:.5},{lon:.5},WGS84,20,\n"
                ));
            }
        }
    }
    text
}

#[test]
fn the_way_between_timed_neighbours_gives_a_record_away() {
    let findings = attacked(&walks(str::to_owned));
    assert_eq!(located(&findings, Attack::SameObserverDay), 1, "{findings:#?}");
    let claim = &findings.claims[0];
    assert!(claim.because.contains("before and after"), "{claim:?} {}", claim.because);
    // Without a time nobody knows where on the walk it was.
    let findings = attacked(&walks(|_| String::new()));
    assert!(findings.claims.iter().all(|claim| !claim.because.contains("before and after")));
}

//! What counts as shared with a protected record: the same thing in another spelling too. Each row
//! `o2` has something in common with the bittern `S1`; the row `o3` has not, and leaves as held.

use reedbed_core::category::Category;
use reedbed_core::period::SeasonWindow;
use reedbed_core::rule::RuleSet;
use reedbed_formats::limits::Limits;

use crate::support::{Copied, area_of, assert_balanced, rules, settings, share, share_unattacked};

fn bitterns() -> RuleSet {
    rules(&[("Botaurus stellaris", Category::High)])
}

const HEADINGS: &str = "occurrenceID,scientificName,decimalLatitude,decimalLongitude";
const FAR: &str = "o3,Parus major,49.1234567,2.1234567";

/// Shares S1 and o2, each with its place and a further column.
fn two(heading: &str, own: &str, other: &str) -> Copied {
    let text = format!(
        "{HEADINGS},{heading}\nS1,Botaurus stellaris,{own}\no2,Parus major,{other}\n{FAR},\n"
    );
    let copied = share(&[("records.csv", &text)], &settings(bitterns()));
    assert_balanced(&copied);
    assert!(leaves(&copied, "49.1234567"), "{}", copied.text("occurrence.csv"));
    copied
}

fn leaves(copied: &Copied, piece: &str) -> bool {
    String::from_utf8_lossy(&copied.bytes()).contains(piece)
}

#[test]
fn localities_are_one_however_they_are_punctuated() {
    for (own, other) in [
        ("\"Long reed, north bank\"", "long reed - North Bank"),
        ("Étang de l'Aulne", "etang de l aulne"),
        ("Long reed (N)", "LONG  REED N."),
    ] {
        let copied = two(
            "locality",
            &format!("52.123456,4.567891,{own}"),
            &format!("52.124111,4.568,{other}"),
        );
        assert!(!leaves(&copied, "52.124111"), "{own}");
    }
    let copied = two("locality", "52.123456,4.567891,Long reed", "52.124111,4.568,Long reeds");
    assert!(leaves(&copied, "52.124111"), "another locality");
}

#[test]
fn places_some_metres_apart_are_one() {
    let own = "52.12345,4.56789,x";
    for other in ["52.123450001,4.56789", "52.12345,4.567930", "52.12349,4.56789"] {
        let copied = two("remarks", own, &format!("{other},"));
        assert!(
            !leaves(&copied, other.split(',').next().unwrap()) || other.starts_with("52.12345,")
        );
        assert_eq!(copied.shared.summary.records_clear, 1, "{other}");
    }
    let copied = two("remarks", own, "52.12445,4.56789,");
    assert_eq!(copied.shared.summary.records_clear, 2, "a hundred metres away");
}

#[test]
fn the_same_place_in_degrees_and_minutes_is_one() {
    // 52° 7' 24.42" N, 4° 34' 4.404" E
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,verbatimLatitude,verbatimLongitude\n\
        S1,Botaurus stellaris,,,\"52° 7' 24.42\"\" N\",\"4° 34' 4.404\"\" E\"\n\
        o2,Parus major,52.12345,4.56789,,\no3,Parus major,49.1234567,2.1234567,,\n";
    let copied = share(&[("records.csv", text)], &settings(bitterns()));
    assert!(!leaves(&copied, "52.12345") && leaves(&copied, "49.1234567"));
}

#[test]
fn second_columns_of_coordinates_tie_and_are_tied() {
    let headings = format!("{HEADINGS},decimalLatitude,decimalLongitude");
    let text = format!(
        "{headings}\nS1,Botaurus stellaris,52.1,4.5,52.123456,4.567891\n\
         o2,Parus major,52.123456,4.567891,,\no4,Parus major,51.1,4.1,52.123457,4.567891\n{FAR},,\n"
    );
    let copied = share(&[("records.csv", &text)], &settings(bitterns()));
    assert!(!leaves(&copied, "52.12345"), "{}", copied.text("occurrence.csv"));
    assert_eq!(copied.shared.summary.records_clear, 1);
}

#[test]
fn a_second_column_of_coordinates_counts_for_rules_about_areas() {
    let mut set = bitterns();
    set.rules[0].area = Some("Reed".to_owned());
    let mut settings = settings(set);
    settings.areas = area_of("Reed", 52.1, 4.5, 52.2, 4.6);
    let text = format!(
        "{HEADINGS},decimalLatitude,decimalLongitude\nS1,Botaurus stellaris,51.1,4.1,52.123456,4.567891\n"
    );
    let copied = share(&[("records.csv", &text)], &settings);
    assert!(!leaves(&copied, "52.123456"));
}

#[test]
fn an_outline_counts_for_rules_about_areas_and_for_what_is_shared() {
    let mut set = bitterns();
    set.rules[0].area = Some("Reed".to_owned());
    let mut in_area = settings(set);
    in_area.areas = area_of("Reed", 52.1, 4.5, 52.2, 4.6);
    let outline = "\"POLYGON ((4.4 52.0, 4.7 52.0, 4.7 52.3, 4.4 52.3, 4.4 52.0))\"";
    for outline in [outline, "somewhere in the reed"] {
        let text =
            format!("{HEADINGS},footprintWKT\nS1,Botaurus stellaris,51.123456,4.1,{outline}\n");
        assert!(!leaves(&share(&[("records.csv", &text)], &in_area), "51.123456"), "{outline}");
    }
    let copied = two(
        "footprintWKT",
        &format!("52.123456,4.567891,{outline}"),
        &format!("52.124111,4.568,{outline}"),
    );
    assert!(!leaves(&copied, "52.124111"));
}

#[test]
fn one_identifier_of_a_site_or_an_event_ties_in_any_case() {
    for heading in ["locationID", "eventID"] {
        let copied = two(heading, "52.123456,4.567891,NL:Site-7", "52.124111,4.568,nl:site-7");
        assert!(!leaves(&copied, "52.124111"), "{heading}");
    }
}

#[test]
fn a_season_that_only_the_verbatim_date_tells_is_not_overlooked() {
    let mut set = bitterns();
    set.rules[0].season = Some(SeasonWindow::parse("04-01", "07-31").unwrap());
    let text = |event: &str, verbatim: &str, doy: &str| {
        format!(
            "{HEADINGS},eventDate,verbatimEventDate,startDayOfYear\nS1,Botaurus stellaris,52.123456,4.567891,{event},{verbatim},{doy}\n"
        )
    };
    for (event, verbatim, doy) in [
        ("2020-01-10", "2020-05-04", ""),
        ("2020-01-10", "4 May 2020", ""),
        ("2020-01-10", "", "125"),
    ] {
        let copied = share(&[("records.csv", &text(event, verbatim, doy))], &settings(set.clone()));
        assert!(!leaves(&copied, "52.123456"), "{event} {verbatim} {doy}");
    }
    let copied = share(&[("records.csv", &text("2020-01-10", "10 Jan 2020", ""))], &settings(set));
    assert!(leaves(&copied, "52.123456"), "out of season");
}

#[test]
fn whom_a_rule_pulled_along_is_counted_for_the_steward_and_stays_out_of_the_copy() {
    let mut set = rules(&[
        ("Botaurus stellaris", Category::High),
        ("Grus grus", Category::High),
        ("Ardea alba", Category::Low),
    ]);
    set.rules[1].outcome.withhold = true;
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,locality\n\
        g1,Grus grus,52.1,4.1,Long reed\n\
        b1,Botaurus stellaris,52.2,4.2,Long reed\n\
        p1,Parus major,52.3,4.3,Long reed\n\
        b2,Botaurus stellaris,52.4,4.4,Bridge\n\
        a2,Ardea alba,52.5,4.5,Bridge\n\
        p2,Parus major,52.6,4.6,Bridge\n\
        p3,Parus major,49.1,2.1,Hide\n";
    for workers in [1, 4] {
        let mut settings = settings(set.clone());
        settings.workers = workers;
        let copied = share(&[("records.csv", text)], &settings);
        let summary = &copied.shared.summary;
        let counts: Vec<_> = summary
            .rules
            .iter()
            .map(|rule| (rule.generalised, rule.withheld, rule.pulled_along))
            .collect();
        // The bittern pulls the heron and the tit at the bridge; the crane what is at the reed.
        assert_eq!(counts, [(1, 1, 2), (0, 1, 2), (1, 0, 0)]);
        assert_eq!((summary.withheld(), summary.withheld_pulled()), (3, 2));
        assert_eq!(summary.categories[0].withheld_shared, 1, "only the tit met no rule");
        for row in copied.rows("occurrence.csv") {
            let told = &row["informationWithheld"];
            assert!(
                !row["scientificName"].starts_with("Parus") || !told.contains("Trust"),
                "{told}"
            );
        }
        assert!(!leaves(&copied, "Grus"));
    }
}

#[test]
fn records_that_leave_unread_are_those_that_share_nothing() {
    // Several chunks, so that ties are found in other chunks than the records they tie.
    let mut text = format!("{HEADINGS},locality,kingdom,recordedBy\n");
    for row in 0..60_000_u32 {
        let site = row % 7_919;
        let is_listed = row % 9_973 == 5;
        let name = if is_listed { "Botaurus stellaris" } else { "Parus major" };
        let kingdom = if row % 3 == 0 { "Animalia" } else { "Plantae" };
        text.push_str(&format!(
            "r{row},{name},5{}.{site:04},{}.5,Site {site},{kingdom},Nobody known in particular {row}\n",
            site % 3,
            site % 5
        ));
    }
    let listed: std::collections::BTreeSet<u32> =
        (0..60_000).filter(|row| row % 9_973 == 5).map(|row| row % 7_919).collect();
    let expected_tied = (0..60_000).filter(|row| listed.contains(&(row % 7_919))).count() as u64;
    let small = Limits { chunk_bytes: 64 << 10, ..Limits::default() };
    let copied = share_unattacked(&[("records.csv", &text)], &settings(bitterns()), &small);
    assert_balanced(&copied);
    assert_eq!(copied.shared.summary.records_clear, 60_000 - expected_tied);
    for site in listed {
        assert!(!leaves(&copied, &format!("Site {site},")), "{site}");
    }
    let eml = copied.text("eml.xml");
    assert!(eml.contains("Animalia") && eml.contains("Plantae"), "{eml}");
    // The box holds every place that is told.
    let edge = |name: &str| -> f64 {
        let (_, after) = eml.split_once(&format!("<{name}BoundingCoordinate>")).unwrap();
        after.split('<').next().unwrap().parse().unwrap()
    };
    let (south, north, west, east) = (edge("south"), edge("north"), edge("west"), edge("east"));
    for row in copied.rows("occurrence.csv") {
        let told = |term: &str| row[term].parse::<f64>().unwrap();
        let (lat, lon) = (told("decimalLatitude"), told("decimalLongitude"));
        assert!(south <= lat && lat <= north && west <= lon && lon <= east, "{lat} {lon}");
    }
    assert!(south > 49.9 && north < 53.0 && west > 0.3 && east < 4.7, "{south} {north}");
}

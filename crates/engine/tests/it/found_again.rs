//! Holes that a second attacker and a new user found, each closed and kept closed.

use reedbed_core::category::Category;
use reedbed_core::rule::{Outcome, RuleSet, Width};

use crate::support::{Copied, area_of, assert_balanced, rules, settings, share, share_archive};

fn bitterns() -> RuleSet {
    rules(&[("Botaurus stellaris", Category::High)])
}

fn leaves(copied: &Copied, piece: &str) -> bool {
    String::from_utf8_lossy(&copied.bytes()).contains(piece)
}

#[test]
fn all_that_an_event_says_of_its_place_counts_for_rules_about_areas() {
    let mut set = bitterns();
    set.rules[0].area = Some("Roost".to_owned());
    let mut settings = settings(set);
    settings.areas = area_of("Roost", 52.1, 4.6, 52.2, 4.7);
    let headings = "eventID,decimalLatitude,decimalLongitude,geodeticDatum,verbatimLatitude,verbatimLongitude,footprintWKT,eventDate";
    let records =
        "occurrenceID,eventID,scientificName\nc1,e1,Parus major\np1,e2,Botaurus stellaris\n";
    for event in [
        "e2,52.5512,4.65,WGS84,52.151234,4.651234,,2024-06-07",
        "e2,52.5512,4.65,WGS84,,,\"POLYGON ((4.65 52.15, 4.66 52.15, 4.65 52.55, 4.65 52.15))\",2024-06-07",
        "e2,52.5512,4.65,WGS84,,,the secret meadow,2024-06-07",
    ] {
        let events = format!("{headings}\ne1,50.1,4.1,WGS84,,,,2024-01-02\n{event}\n");
        let copied = share(&[("e.csv", &events), ("o.csv", records)], &settings);
        assert!(!leaves(&copied, "52.5512"), "{event}: {}", copied.text("event.csv"));
        assert!(leaves(&copied, "50.1"));
    }
}

#[test]
fn an_events_verbatim_date_counts_for_seasons() {
    let mut set = bitterns();
    set.rules[0].season = reedbed_core::period::SeasonWindow::parse("03-01", "07-31").ok();
    let events = "eventID,eventDate,verbatimEventDate,locality\ne1,2024-01-02,,open\ne2,2024-12-01,7 June 2024,SECRETLOC\n";
    let records =
        "occurrenceID,eventID,scientificName\nc1,e1,Parus major\np1,e2,Botaurus stellaris\n";
    let copied = share(&[("e.csv", events), ("o.csv", records)], &settings(set));
    assert!(!leaves(&copied, "SECRETLOC") && leaves(&copied, "open"));
}

#[test]
fn places_that_cannot_be_converted_tie_by_their_digits() {
    for (own, other) in [("NAD27", "NAD27"), ("Kalianpur", "WGS84"), ("foo bar", "Kalianpur")] {
        let text = format!(
            "occurrenceID,scientificName,decimalLatitude,decimalLongitude,geodeticDatum\n\
             p1,Botaurus stellaris,39.123456,-98.654321,{own}\nc1,Parus major,39.123456,-98.654321,{other}\nc2,Parus major,50,4,WGS84\n"
        );
        let copied = share(&[("r.csv", &text)], &settings(bitterns()));
        assert!(!leaves(&copied, "98.654321"), "{own} {other}: {}", copied.text("occurrence.csv"));
        assert_eq!(copied.shared.summary.records_clear, 1);
    }
}

#[test]
fn spellings_that_nobody_can_read_tie_by_their_text() {
    for text in [
        "RD 155123 463456",
        "155123 463456",
        "near 52.1234 N by 4.6543 E at post",
        "TL 12345 67891 approx",
    ] {
        let table = format!(
            "occurrenceID,scientificName,verbatimCoordinates\np1,Botaurus stellaris,{text}\nc1,Parus major,\" {text}.\"\nc2,Parus major,elsewhere\n"
        );
        let copied = share(&[("r.csv", &table)], &settings(bitterns()));
        assert!(!leaves(&copied, text) && leaves(&copied, "elsewhere"), "{text}");
    }
}

#[test]
fn an_outline_that_is_a_point_is_that_point() {
    let headings =
        "occurrenceID,scientificName,decimalLatitude,decimalLongitude,geodeticDatum,footprintWKT";
    let (decimals, outline) = ("52.123456,4.654321,WGS84,", ",,,POINT (4.654321 52.123456)");
    for (own, other) in [(decimals, outline), (outline, decimals)] {
        let text = format!(
            "{headings}\np1,Botaurus stellaris,{own}\nc1,Parus major,{other}\nc2,Parus major,50.5,4,WGS84,\n"
        );
        let copied = share(&[("r.csv", &text)], &settings(bitterns()));
        assert!(!leaves(&copied, "52.123456"), "{}", copied.text("occurrence.csv"));
        assert!(leaves(&copied, "50.5"));
    }
}

#[test]
fn one_outline_ties_wherever_its_ring_begins() {
    let headings = "occurrenceID,scientificName,footprintWKT";
    let text = format!(
        "{headings}\np1,Botaurus stellaris,\"POLYGON ((4 52, 4.1 52, 4.1 52.123456, 4 52))\"\n\
         c1,Parus major,\"MULTIPOLYGON (((4.10 52.123456, 4 52, 4.1 52, 4.1 52.1234560)))\"\nc2,Parus major,\"POLYGON ((3 50.5, 3 51, 4 51, 3 50.5))\"\n"
    );
    let copied = share(&[("r.csv", &text)], &settings(bitterns()));
    assert!(!leaves(&copied, "52.123456") && leaves(&copied, "50.5"));
}

#[test]
fn what_a_checklist_says_of_a_listed_taxon_is_treated() {
    let taxa = "taxonID,scientificName,parentNameUsageID,taxonRemarks\nt2,Botaurus stellaris,t0,SECRET nest 52.123456 4.654321\nt1,Parus major,t0,fine\nt0,Aves,,\n";
    let records = "occurrenceID,taxonID,scientificName,decimalLatitude,decimalLongitude\np1,t2,Botaurus stellaris,52.123456,4.654321\nc1,t1,Parus major,50.5,4\n";
    let copied = share(&[("taxon.csv", taxa), ("occurrence.csv", records)], &settings(bitterns()));
    assert!(!leaves(&copied, "SECRET") && !leaves(&copied, "52.123456"));
    assert!(leaves(&copied, "fine") && leaves(&copied, "t2,Botaurus stellaris,t0"));
    assert_balanced(&copied);
}

#[test]
fn references_do_not_name_protected_records_in_any_form() {
    for reference in [
        "http://x/NL-p12",
        "[NL-p12]",
        "see NL-p12.",
        "nl-P12",
        "NL-p12/p2",
        "NL-p12#a",
        "a&NL-p12",
        "NL-p12\u{a0}",
        "urn:x:NL-p12",
        "\t NL-p12",
    ] {
        let text = format!(
            "occurrenceID\tscientificName\tassociatedOccurrences\tlocality\nNL-p12\tBotaurus stellaris\t\tSECRET\nc1\tParus major\t{}\to\n",
            reference.trim_start_matches('\t')
        );
        let copied = share(&[("r.tsv", &text)], &settings(bitterns()));
        assert!(
            !String::from_utf8_lossy(&copied.bytes()).to_lowercase().contains("p12"),
            "{reference}"
        );
    }
    let text = "occurrenceID\tscientificName\tassociatedOccurrences\nNL-p12\tBotaurus stellaris\t\nc1\tParus major\tsee c2\nc2\tParus major\t\n";
    assert!(leaves(&share(&[("r.tsv", text)], &settings(bitterns())), "see c2"));
}

#[test]
fn a_lone_carriage_return_at_the_end_of_a_file_ends_its_last_row() {
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="," fieldsEnclosedBy='"' linesTerminatedBy="\n" ignoreHeaderLines="1"><files><location>a.csv</location><location>b.csv</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/><field index="2" term="http://rs.tdwg.org/dwc/terms/locality"/></core></archive>"#;
    let copied = share_archive(
        &[
            ("meta.xml", meta),
            ("a.csv", "id,s,l\nc1,Parus major,a\nc2,Parus major,b\r"),
            ("b.csv", "id,s,l\np1,Botaurus stellaris,SECRET\nc3,Parus major,c\n"),
        ],
        &settings(bitterns()),
    );
    let table = copied.text("dataset/occurrence.txt");
    assert!(!table.contains('\r') && !table.contains("SECRET"), "{table:?}");
    assert_eq!(table.lines().count(), 5, "{table}");
    assert_balanced(&copied);
}

#[test]
fn the_metadata_cover_outlines_and_stay_the_same_when_a_copy_is_shared_again() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,geodeticDatum,locality,footprintWKT\n\
        p1,Botaurus stellaris,52.12,4.65,WGS84,mill,\nc1,Parus major,50,4,WGS84,mill,\n\
        c2,Parus major,45,2,WGS84,,\"POLYGON ((1 44, 3 44, 3 46, 1 46, 1 44))\"\nc3,Parus major,,,,,POINT (9 40)\n";
    let settings = settings(bitterns());
    let first = share(&[("r.csv", text)], &settings);
    let eml = first.text("eml.xml");
    for edge in ["west>1<", "east>9<", "south>40<", "north>52.15<"] {
        assert!(eml.contains(&edge.replace('>', "BoundingCoordinate>")), "{edge} {eml}");
    }
    let again = share(&[("r.csv", &first.text("occurrence.csv"))], &settings);
    assert_eq!(again.text("eml.xml"), eml);
    assert_eq!(again.text("occurrence.csv"), first.text("occurrence.csv"));
}

#[test]
fn a_new_event_states_the_period_that_it_inherits() {
    let events = "eventID,parentEventID,eventDate,locality\ne0,,2024-06-07,x\ne2,e0,,y\n";
    let records = "occurrenceID,eventID,scientificName\np1,e2,Botaurus stellaris\n";
    let settings = settings(bitterns());
    let copied = share(&[("event.csv", events), ("occurrence.csv", records)], &settings);
    assert!(
        copied.text("event.csv").contains(",2024-01-01/2024-12-31,"),
        "{}",
        copied.text("event.csv")
    );
    let again = share(
        &[
            ("event.csv", &copied.text("event.csv")),
            ("occurrence.csv", &copied.text("occurrence.csv")),
        ],
        &settings,
    );
    assert_eq!(again.text("event.csv"), copied.text("event.csv"));
    assert_eq!(again.text("eml.xml"), copied.text("eml.xml"));
}

/// A copy told on one grid, shared again under a rule with another, never tells a region that may
/// not hold the truth.
#[test]
fn a_place_on_another_grid_is_not_moved_out_of_its_cell() {
    let outcomes = || {
        let degrees = |category| Outcome { category: Some(category), ..Outcome::default() };
        let metres =
            |width| Outcome { public_width: Some(Width::Metres(width)), ..Outcome::default() };
        [
            degrees(Category::High),
            degrees(Category::Medium),
            degrees(Category::Low),
            metres(2_000),
            metres(300),
            metres(15_000),
        ]
    };
    let truths = [(41.12345, -8.61234), (0.0499, 0.0501), (-33.912, 151.2499), (63.05001, -19.95)];
    for (lat, lon) in truths {
        let text = format!(
            "occurrenceID,scientificName,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters\np1,Botaurus stellaris,{lat},{lon},WGS84,25\n"
        );
        for first in outcomes() {
            for second in outcomes() {
                let set = |outcome: Outcome| {
                    let mut set = bitterns();
                    set.rules[0].outcome = outcome;
                    settings(set)
                };
                let once = share(&[("r.csv", &text)], &set(first.clone()));
                let twice = share(&[("r.csv", &once.text("occurrence.csv"))], &set(second.clone()));
                let row = &twice.rows("occurrence.csv")[0];
                let outline = &row["footprintWKT"];
                if outline.is_empty() {
                    assert!(row["decimalLatitude"].is_empty(), "{first:?} {second:?}");
                    continue;
                }
                let numbers: Vec<f64> = outline
                    .split(|c: char| !(c.is_ascii_digit() || ".-".contains(c)))
                    .filter_map(|number| number.parse().ok())
                    .collect();
                let within = |value: f64, values: Vec<f64>| {
                    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    low <= value && value <= high
                };
                let lons = numbers.iter().copied().step_by(2).collect();
                let lats = numbers.iter().copied().skip(1).step_by(2).collect();
                assert!(
                    within(lon, lons) && within(lat, lats),
                    "{lat} {lon} {first:?} {second:?} {outline}"
                );
            }
        }
    }
}

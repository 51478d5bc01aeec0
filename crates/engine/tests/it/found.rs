//! Holes that an attacker once found, each closed and kept closed.

use reedbed_core::category::Category;
use reedbed_core::rule::{Outcome, RuleSet, Width};
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::share::{self, Silent};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{
    assert_balanced, input, partner, rule, rules, settings, share, share_archive, share_paths,
};

fn bitterns() -> RuleSet {
    rules(&[("Botaurus stellaris", Category::High)])
}

fn leaves(copied: &crate::support::Copied, piece: &str) -> bool {
    String::from_utf8_lossy(&copied.bytes()).contains(piece)
}

#[test]
fn rows_of_a_second_table_that_cannot_be_linked_do_not_leave() {
    let records = "occurrenceID,scientificName,decimalLatitude,decimalLongitude\nS1,Botaurus stellaris,52.123456,4.567891\no2,Parus major,51.1,4.1\n";
    for second in [
        "id,measurementType,measurementValue\nS1,lat,52.123456\n",
        "catalogNumber,measurementType,measurementValue\nS1,lat,52.123456\n",
        "gbifID,identifier\nS1,http://x/SEC1.jpg\n",
        "coreid,identifier\nS1,http://x/SEC1.jpg\n",
        "occurrenceID,measurementType,measurementValue\n,lat,52.123456\n",
    ] {
        let copied = share(&[("r.csv", records), ("x.csv", second)], &settings(bitterns()));
        assert!(!leaves(&copied, "52.123456") && !leaves(&copied, "SEC1"), "{second}");
        assert_balanced(&copied);
    }
}

#[test]
fn each_of_several_name_columns_may_hold_a_listed_name() {
    for heading in ["scientificName,scientificName", "scientificName,ScientificName"] {
        let text = format!(
            "occurrenceID,decimalLatitude,decimalLongitude,{heading}\nn1,52.123456,4.567891,Parus major,Botaurus stellaris\n"
        );
        assert!(!leaves(&share(&[("r.csv", &text)], &settings(bitterns())), "52.123456"));
    }
}

#[test]
fn the_datasets_own_checklist_tells_synonyms_and_children() {
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Taxon" fieldsTerminatedBy="|" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>t.txt</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/><field index="2" term="http://rs.tdwg.org/dwc/terms/acceptedNameUsageID"/><field index="3" term="http://rs.tdwg.org/dwc/terms/parentNameUsageID"/></core>
        <extension rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="|" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>o.txt</location></files><coreid index="0"/><field index="1" term="http://rs.tdwg.org/dwc/terms/occurrenceID"/><field index="2" term="http://rs.tdwg.org/dwc/terms/decimalLatitude"/><field index="3" term="http://rs.tdwg.org/dwc/terms/decimalLongitude"/></extension></archive>"#;
    let copied = share_archive(
        &[
            ("meta.xml", meta),
            (
                "t.txt",
                "t1|Botaurus stellaris||\nt2|Ardea foobara|t1|\nt3|Xus childus||t1\nt4|Parus major||\n",
            ),
            ("o.txt", "t2|S1|52.123456|4.567891\nt3|S2|52.223456|4.567891\nt4|o2|51.1001|4.1\n"),
        ],
        &settings(bitterns()),
    );
    assert!(!leaves(&copied, "52.123456") && !leaves(&copied, "52.223456"));
    assert!(leaves(&copied, "51.1001"));
}

#[test]
fn a_locality_that_only_the_event_states_is_shared_too() {
    let events = "eventID,eventDate,locality\nE1,2020-05-06,SECLOC1\nE2,2019-01-01,SECLOC1\nE3,2019-01-01,far\n";
    let records = "occurrenceID,eventID,scientificName,decimalLatitude,decimalLongitude\nS1,E1,Botaurus stellaris,52.123456,4.567891\no2,E2,Parus major,52.124001,4.568\no3,E3,Parus major,51.1001,4.1\n";
    let copied = share(&[("e.csv", events), ("o.csv", records)], &settings(bitterns()));
    assert!(!leaves(&copied, "SECLOC1") && !leaves(&copied, "52.124001"));
    assert!(leaves(&copied, "51.1001"));
}

#[test]
fn a_row_that_cannot_be_used_protects_what_it_shares() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,eventID,locality,eventDate\nS1,Botaurus stellaris,52.123456,4.567891,EV1,SECLOC1,2020-13-45\no3,Parus major,52.123456,4.567891,EV1,SECLOC1,2019-01-01\no2,Parus major,51.1,4.1,,,2019-01-01\n";
    for text in [text.to_owned(), text.replace("2020-13-45", "2020-01-01,surplus")] {
        let copied = share(&[("r.csv", &text)], &settings(bitterns()));
        assert!(!leaves(&copied, "52.123456") && !leaves(&copied, "SECLOC1"), "{text}");
        assert_eq!(copied.shared.rejects.len(), 1);
    }
}

#[test]
fn a_listed_name_in_an_identification_counts() {
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="|" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>o.txt</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/><field index="2" term="http://rs.tdwg.org/dwc/terms/decimalLatitude"/><field index="3" term="http://rs.tdwg.org/dwc/terms/decimalLongitude"/></core>
        <extension rowType="http://rs.tdwg.org/dwc/terms/Identification" fieldsTerminatedBy="|" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>i.txt</location></files><coreid index="0"/><field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/></extension></archive>"#;
    let files = [
        ("meta.xml", meta),
        ("o.txt", "o2|Parus major|51.123456|4.1\n"),
        ("i.txt", "o2|Botaurus stellaris\n"),
    ];
    assert!(!leaves(&share_archive(&files, &settings(bitterns())), "51.123456"));
}

#[test]
fn names_numbers_and_words_are_no_place_to_hide_a_place() {
    let headings = "occurrenceID,scientificName,family,genus,scientificNameAuthorship,individualCount,lifeStage,behavior,nomenclaturalCode,namePublishedInYear,decimalLatitude,decimalLongitude";
    let text = format!(
        "{headings}\nS1,\"Botaurus stellaris Oostvaarders, 1952\",Oostvaarders,Knardijk,\"Praamweg, 1952\",52.123456,52.1234 4.5678,nest 52.1234,SEC1,52.12345,52.123456,4.567891\n"
    );
    let copied = share(&[("r.csv", &text)], &settings(bitterns()));
    for piece in ["Oostvaarders", "Knardijk", "Praamweg", "52.12", "SEC1"] {
        assert!(!leaves(&copied, piece), "{piece}: {}", copied.text("occurrence.csv"));
    }
    assert!(leaves(&copied, "Botaurus stellaris"));
}

#[test]
fn a_metric_block_stays_where_it_is_when_it_is_shared_again() {
    let mut set = bitterns();
    set.rules = vec![rule(
        0,
        Outcome {
            public_width: Some(Width::Metres(10_000)),
            partner_width: Some(Width::Metres(2_000)),
            ..Outcome::default()
        },
    )];
    let mut text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude\n".to_owned();
    for n in 0..200 {
        let (lat, lon) =
            (f64::from(n) * 0.771_301 - 80.0, f64::from(n * 37 % 200) * 1.787_713 - 178.0);
        text += &format!("{n},Botaurus stellaris,{lat:.6},{lon:.6}\n");
    }
    let settings = partner(set);
    let once = share(&[("r.csv", &text)], &settings);
    let twice = share_paths(&[once.folder.path().join("package/occurrence.csv")], &settings);
    assert_eq!(once.text("occurrence.csv"), twice.text("occurrence.csv"));
}

#[test]
fn lists_without_a_rule_are_refused() {
    let (_folder, paths) = input(&[(
        "r.csv",
        "occurrenceID,scientificName,decimalLatitude\n1,Botaurus stellaris,52.1\n",
    )]);
    let dataset = dataset::open(&paths, &OpenOptions::default(), &Limits::default()).unwrap();
    let settings = settings(RuleSet::default());
    let pseudonyms = Pseudonyms::new(&settings.secret, "d", "public");
    let refused = share::prepare(&dataset, &settings, &pseudonyms, &Silent).unwrap_err();
    assert!(refused.is_refusal());
}

#[test]
fn a_new_event_tells_the_place_that_it_had_from_its_parent() {
    let events = "eventID,parentEventID,decimalLatitude,decimalLongitude\nP1,,52.123456,4.567891\na,P1,,\nq,,51.9,4.1\n";
    let records =
        "occurrenceID,eventID,scientificName\nS1,a,Botaurus stellaris\no2,q,Parus major\n";
    let copied = share(&[("e.csv", events), ("o.csv", records)], &settings(bitterns()));
    let nest = copied
        .rows("occurrence.csv")
        .into_iter()
        .find(|row| row["scientificName"].starts_with("Bot"))
        .unwrap();
    let event =
        copied.rows("event.csv").into_iter().find(|row| row["eventID"] == nest["eventID"]).unwrap();
    assert_eq!(event["decimalLatitude"], "52.1");
}

#[test]
fn texts_that_only_protected_records_share_do_not_leave() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,samplingProtocol\n1,Botaurus stellaris,52.1234,4.5,SECP1\n2,Botaurus stellaris,52.1235,4.5,SECP1\n3,Botaurus stellaris,52.1236,4.5,SECP1\n";
    assert!(!leaves(&share(&[("r.csv", text)], &settings(bitterns())), "SECP1"));
}

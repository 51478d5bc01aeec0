//! Plants values in protected records and hunts for them in every byte that leaves.

use reedbed_core::category::Category;
use reedbed_core::term::TERMS;

use crate::support::{partner, rules, settings, share};

/// Every known term is a column; each cell of the protected record holds something that is nowhere
/// else.
#[test]
fn nothing_that_only_a_protected_record_has_leaves() {
    let kept = [
        "scientificName",
        "decimalLatitude",
        "decimalLongitude",
        "eventDate",
        "coordinateUncertaintyInMeters",
        "geodeticDatum",
        "nomenclaturalCode",
    ];
    let skipped = [
        "startDayOfYear",
        "endDayOfYear",
        "year",
        "month",
        "day",
        "verbatimLatitude",
        "verbatimLongitude",
        "verbatimCoordinates",
        "verbatimSRS",
        "footprintWKT",
        "coordinatePrecision",
        "eventID",
        "parentEventID",
        "verbatimCoordinateSystem",
    ];
    let mut headings = Vec::new();
    let (mut planted, mut plain) = (Vec::new(), Vec::new());
    for (number, term) in TERMS.iter().enumerate() {
        if skipped.contains(&term.name) || headings.contains(&term.name.to_owned()) {
            continue;
        }
        headings.push(term.name.to_owned());
        let (secret, common) = match term.name {
            "scientificName" => ("Botaurus stellaris".to_owned(), "Anas crecca".to_owned()),
            "decimalLatitude" => ("52.1234567".to_owned(), "51.5".to_owned()),
            "decimalLongitude" => ("4.5678912".to_owned(), "4.5".to_owned()),
            "eventDate" => ("2021-05-14T04:57:31".to_owned(), "2021-06-01".to_owned()),
            "coordinateUncertaintyInMeters" => ("13".to_owned(), "30".to_owned()),
            "geodeticDatum" => ("WGS84".to_owned(), "WGS84".to_owned()),
            "nomenclaturalCode" => ("ICZN".to_owned(), "ICZN".to_owned()),
            _ => (format!("planted {number} Zz{number}qv"), format!("plain {}", number % 7)),
        };
        planted.push(secret);
        plain.push(common);
    }
    headings.push("my own column".to_owned());
    planted.push("planted own Zzqv".to_owned());
    plain.push("plain".to_owned());
    let mut text = headings.join("\t") + "\n" + &planted.join("\t") + "\n";
    for _ in 0..5 {
        text += &(plain.join("\t") + "\n");
    }
    // Each row has its own identifiers.
    let set = rules(&[("Botaurus stellaris", Category::Low)]);
    for category in [Category::Low, Category::Medium, Category::High] {
        let mut set = set.clone();
        set.rules[0].outcome.category = Some(category);
        for settings in [settings(set.clone()), partner(set)] {
            let copied = share(&[("records.tsv", &text)], &settings);
            let bytes = copied.bytes();
            let all = String::from_utf8_lossy(&bytes);
            for (heading, secret) in headings.iter().zip(&planted) {
                if kept.contains(&heading.as_str()) {
                    continue;
                }
                assert!(!all.contains(secret.as_str()), "{heading} at {category}: {secret}");
            }
            for secret in ["52.12345", "4.56789", "04:57", "2021-05-14T"] {
                assert!(!all.contains(secret), "{secret} at {category}");
            }
            assert!(all.contains("Botaurus stellaris"));
        }
    }
}

/// A name column is no place to hide a place.
#[test]
fn a_name_with_more_than_a_name_in_it_is_written_plainly() {
    let text = "occurrenceID,scientificName,vernacularName,decimalLatitude,decimalLongitude\n\
        1,\"Botaurus stellaris (nest at 52.12345, 4.56789)\",Bittern of Zzmill,52.12345,4.56789\n";
    let copied =
        share(&[("r.csv", text)], &settings(rules(&[("Botaurus stellaris", Category::High)])));
    let all = String::from_utf8_lossy(&copied.bytes()).into_owned();
    assert!(!all.contains("52.12345") && !all.contains("Zzmill"), "{all}");
    assert!(copied.rows("occurrence.csv")[0]["scientificName"].starts_with("Botaurus stellaris"));
}

#[test]
fn constants_and_defaults_of_an_archive_do_not_fill_what_was_emptied() {
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>o.txt</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/><field index="2" term="http://rs.tdwg.org/dwc/terms/habitat" default="Zzmill reedbed"/>
        <field term="http://rs.tdwg.org/dwc/terms/locationRemarks" default="Zzplace"/><field term="http://rs.tdwg.org/dwc/terms/nomenclaturalCode" default="ICZN"/></core></archive>"#;
    let copied = crate::support::share_archive(
        &[
            ("meta.xml", meta),
            ("o.txt", "1,Botaurus stellaris,\n2,Anas crecca,\n3,Anas acuta,pond\n"),
        ],
        &settings(rules(&[("Botaurus stellaris", Category::High)])),
    );
    let text = copied.text("dataset/occurrence.txt");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[2].contains("withheld") && !lines[2].contains("Zz"), "{text}");
    assert!(lines[0].contains("Zzmill reedbed") && lines[0].contains("Zzplace"), "{text}");
    let written = copied.text("dataset/meta.xml");
    assert!(!written.contains("Zz") && text.contains("ICZN"), "{written}");
}

#[test]
fn a_reference_to_a_protected_record_does_not_tell_its_identifier() {
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,associatedOccurrences\n\
        NEST-77,Botaurus stellaris,52.12345,4.56789,\n\
        M1,Anas crecca,52.5,4.9,near NEST-77 | M2\n\
        M2,Anas acuta,52.6,4.8,M1\n";
    let copied =
        share(&[("r.csv", text)], &settings(rules(&[("Botaurus stellaris", Category::High)])));
    let all = String::from_utf8_lossy(&copied.bytes()).into_owned();
    assert!(!all.contains("NEST-77"), "{all}");
    // One that is missing among others would tell the sibling.
    assert_eq!(copied.rows("occurrence.csv")[1]["associatedOccurrences"], "");
}

#[test]
fn a_table_that_hangs_from_nothing_does_not_leave_beside_protected_records() {
    let records = "occurrenceID,scientificName,decimalLatitude,decimalLongitude\n\
        N1,Botaurus stellaris,52.12345,4.56789\nM1,Anas crecca,52.5,4.9\n";
    let diary = "page,what I saw\n1,the nest is by the Zzmill\n";
    let files = [("r.csv", records), ("diary.csv", diary)];
    let copied = share(&files, &settings(rules(&[("Botaurus stellaris", Category::High)])));
    assert!(!String::from_utf8_lossy(&copied.bytes()).contains("Zzmill"));
    crate::support::assert_balanced(&copied);
}

#[test]
fn a_checklist_with_places_is_a_list_of_records() {
    let text = "taxonID,scientificName,taxonRank,decimalLatitude,decimalLongitude,parentNameUsageID\n\
        1,Botaurus stellaris,species,52.12345,4.56789,9\n2,Anas crecca,species,52.5,4.9,9\n";
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Taxon" fieldsEnclosedBy="" ignoreHeaderLines="1"><files><location>t.txt</location></files><id index="0"/>
        <field index="0" term="http://rs.tdwg.org/dwc/terms/taxonID"/><field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/><field index="3" term="http://rs.tdwg.org/dwc/terms/decimalLatitude"/><field index="4" term="http://rs.tdwg.org/dwc/terms/decimalLongitude"/></core>
        <extension rowType="http://rs.gbif.org/terms/1.0/VernacularName" fieldsEnclosedBy="" ignoreHeaderLines="0"><files><location>v.txt</location></files><coreid index="0"/><field index="1" term="http://rs.tdwg.org/dwc/terms/vernacularName"/></extension></archive>"#;
    let files = [("meta.xml", meta), ("t.txt", text), ("v.txt", "1,bittern\n2,teal\n")];
    let copied = crate::support::share_archive(
        &files,
        &settings(rules(&[("Botaurus stellaris", Category::High)])),
    );
    let taxa = copied.text("dataset/taxon.txt");
    assert!(!taxa.contains("52.12345") && taxa.contains("1,Botaurus stellaris"), "{taxa}");
    assert!(copied.text("dataset/vernacularname.txt").contains("2,teal"));
    crate::support::assert_balanced(&copied);
}

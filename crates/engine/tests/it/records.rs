use std::collections::BTreeMap;

use reedbed_core::category::Category;
use reedbed_core::rule::{Outcome, Width};

use crate::support::{
    Copied, TSV, area_of, assert_balanced, partner, rule, rules, settings, share, share_paths,
};

const RECORDS: &str = "occurrenceID,catalogNumber,scientificName,decimalLatitude,decimalLongitude,coordinateUncertaintyInMeters,locality,eventDate,recordedBy,individualCount,sex,secretColumn\n\
    N1,C-101,Botaurus stellaris,52.12345,4.56789,15,Nest 3 by the old mill,2021-05-14,Ada Warden,2,female,x9\n\
    M1,C-102,\"Anas platyrhynchos Linnaeus, 1758\",52.5,4.9,,Car park,2021-05-15,Ada Warden,7,,y1\n\
    M2,C-103,Anas crecca,52.6,4.8,,Bridge,2021-05-16,Bo Ranger,7,,y2\n\
    M3,C-104,Anas acuta,52.7,4.7,,Hide,2021-05-17,Bo Ranger,7,,y3\n";

fn bitterns() -> reedbed_core::rule::RuleSet {
    rules(&[("Botaurus stellaris", Category::High)])
}

/// The row of the bittern: it stands behind those that leave as they are.
fn bittern(copied: &Copied) -> BTreeMap<String, String> {
    let rows = copied.rows("occurrence.csv");
    rows.into_iter().find(|row| row["scientificName"] == "Botaurus stellaris").unwrap()
}

#[test]
fn a_protected_record_is_generalised_and_says_so() {
    let copied = share(&[("records.csv", RECORDS)], &settings(bitterns()));
    let row = &bittern(&copied);
    for (term, value) in [
        ("scientificName", "Botaurus stellaris"),
        ("decimalLatitude", "52.1"),
        ("decimalLongitude", "4.6"),
        ("geodeticDatum", "EPSG:4326"),
        ("coordinateUncertaintyInMeters", "8000"),
        ("coordinatePrecision", "0.1"),
        ("footprintWKT", "POLYGON ((4.55 52.05, 4.65 52.05, 4.65 52.15, 4.55 52.15, 4.55 52.05))"),
        ("georeferenceRemarks", reedbed_engine::statement::COVERS),
        ("locality", "withheld (see informationWithheld)"),
        ("eventDate", "2021-01-01/2021-12-31"),
        ("recordedBy", "withheld (see informationWithheld)"),
        ("individualCount", "2"),
        ("sex", "female"),
        ("secretColumn", ""),
        (
            "informationWithheld",
            "Withheld where given: locality; other columns; recordedBy. Reason: Wetland Trust.",
        ),
    ] {
        assert_eq!(row[term], value, "{term}");
    }
    assert!(row["occurrenceID"].starts_with("rb-"));
    assert!(row["catalogNumber"].starts_with("rb-"));
    assert!(row["dataGeneralizations"].contains("0.1° × 0.1°"));
    assert_balanced(&copied);
}

#[test]
fn what_a_protected_record_had_in_columns_that_do_not_leave_is_not_to_be_seen() {
    let bare = RECORDS.replace("N1,C-101", "N2,C-105").replace(
        "15,Nest 3 by the old mill,2021-05-14,Ada Warden,2,female,x9",
        ",,2021-05-14,,2,female,",
    );
    let bare = bare.lines().find(|line| line.starts_with("N2")).unwrap();
    let copied = share(&[("records.csv", &format!("{RECORDS}{bare}\n"))], &settings(bitterns()));
    let rows = copied.rows("occurrence.csv");
    let mut told: Vec<_> =
        rows.into_iter().filter(|row| row["scientificName"] == "Botaurus stellaris").collect();
    assert_eq!(told.len(), 2);
    for row in &mut told {
        row.remove("occurrenceID");
        row.remove("catalogNumber");
    }
    assert_eq!(told[0], told[1]);
}

#[test]
fn an_unprotected_record_keeps_every_byte() {
    let copied = share(&[("records.csv", RECORDS)], &settings(bitterns()));
    let text = copied.text("occurrence.csv");
    for line in RECORDS.lines().skip(2) {
        assert!(
            text.lines().any(|copy| copy
                .strip_prefix(line)
                .is_some_and(|rest| rest.bytes().all(|b| b == b','))),
            "{line}"
        );
    }
    let none =
        share(&[("records.csv", RECORDS)], &settings(rules(&[("Ursus arctos", Category::High)])));
    assert_eq!(none.text("occurrence.csv"), RECORDS);
}

#[test]
fn what_is_extreme_does_not_leave() {
    let set = rules(&[("Botaurus stellaris", Category::Extreme)]);
    for settings in [settings(set.clone()), partner(set)] {
        let copied = share(&[("records.csv", RECORDS)], &settings);
        assert!(!copied.text("occurrence.csv").contains("Botaurus"));
        assert_eq!(copied.shared.summary.withheld(), 1);
        assert_balanced(&copied);
    }
}

#[test]
fn a_partner_is_told_a_block_and_the_month() {
    let copied = share(&[("records.csv", RECORDS)], &partner(bitterns()));
    let row = &bittern(&copied);
    assert_eq!(row["coordinatePrecision"], "0.04");
    assert_eq!(row["eventDate"], "2021-05-01/2021-05-31");
    assert!(row["license"].contains("Reedmoor University"));
    assert!(copied.rows("occurrence.csv").iter().all(|row| row["license"].starts_with("Not open")));
    let latitude: f64 = row["decimalLatitude"].parse().unwrap();
    assert!((latitude - 52.12345).abs() <= 0.02);
}

#[test]
fn sharing_twice_changes_nothing() {
    for settings in [settings(bitterns()), partner(bitterns())] {
        let once = share(&[("records.csv", RECORDS)], &settings);
        let twice = share_paths(&[once.folder.path().join("package/occurrence.csv")], &settings);
        assert_eq!(once.text("occurrence.csv"), twice.text("occurrence.csv"));
        assert_eq!(once.text("eml.xml"), twice.text("eml.xml"));
    }
}

#[test]
fn the_same_input_and_key_give_the_same_copy_whatever_the_threads() {
    let one = share(
        &[("r.csv", RECORDS)],
        &reedbed_engine::share::Settings { workers: 1, ..settings(bitterns()) },
    );
    let four = share(
        &[("r.csv", RECORDS)],
        &reedbed_engine::share::Settings { workers: 4, ..settings(bitterns()) },
    );
    assert_eq!(one.files, four.files);
}

#[test]
fn what_shares_a_place_or_a_locality_with_a_protected_record_is_told_like_it() {
    let records = RECORDS.to_owned()
        + "S1,C-105,Ardea cinerea,52.12345,4.56789,15,Elsewhere,2021-05-14,Cy Guest,1,,z\n"
        + "S2,C-106,Ardea alba,52.9,4.1,15,  NEST 3 by the Old Mill ,2021-05-14,Cy Guest,1,,z\n";
    let copied = share(&[("records.csv", &records)], &settings(bitterns()));
    let rows = copied.rows("occurrence.csv");
    for row in rows.iter().filter(|row| row["scientificName"].starts_with("Ardea")) {
        assert_eq!(row["coordinatePrecision"], "0.1");
        // It must not say what was withheld beside it.
        assert!(row["informationWithheld"].ends_with("Reason: sensitive place."), "{row:?}");
    }
    assert_eq!(copied.shared.summary.tables[0].rows.shared, 2);
}

#[test]
fn rows_that_cannot_be_used_are_rejected_with_a_reason() {
    let records = RECORDS.to_owned()
        + "B1,C-1,Anas strepera,92.5,4.1,15,x,2021-05-14,Cy,1,,z\n"
        + "B2,C-2,Anas strepera,52.5,4.1,15,x,2021-02-30,Cy,1,,z\n"
        + "M1,C-3,Anas strepera,52.5,4.1,15,x,2021-02-20,Cy,1,,z\n"
        + "B4,C-4,Anas strepera,52.5,4.1,15,x,2021-02-20,Cy,1,,z,surplus\n";
    let copied = share(&[("records.csv", &records)], &settings(bitterns()));
    let lines: Vec<u64> = copied.shared.rejects.iter().map(|reject| reject.line).collect();
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [6, 7, 8, 9]);
    assert_eq!(copied.rows("occurrence.csv").len(), 4);
    assert_balanced(&copied);
}

#[test]
fn a_record_whose_identifier_is_that_of_a_protected_one_is_protected() {
    // The second is rejected as a duplicate, but even first in the file it would not betray the other.
    let records =
        RECORDS.replace("N1,", "M9,") + "M9,C-9,Anas strepera,52.2,4.1,15,x,2021-02-20,Cy,1,,z\n";
    let copied = share(&[("records.csv", &records)], &settings(bitterns()));
    assert!(!copied.text("occurrence.csv").contains("Anas strepera"));
    let reversed = {
        let mut lines: Vec<&str> = records.lines().collect();
        lines[1..].reverse();
        lines.join("\n") + "\n"
    };
    let copied = share(&[("records.csv", &reversed)], &settings(bitterns()));
    let rows = copied.rows("occurrence.csv");
    let row = rows.iter().find(|row| row["scientificName"] == "Anas strepera").unwrap();
    assert_eq!(row["coordinatePrecision"], "0.1");
}

#[test]
fn an_unreadable_place_is_withheld_and_the_record_may_stay() {
    let records = RECORDS.replace("52.12345,4.56789", "in the reeds,4.56789");
    let copied = share(&[("records.csv", &records)], &settings(bitterns()));
    let row = &bittern(&copied);
    assert_eq!(row["decimalLatitude"], "");
    assert_eq!(row["decimalLongitude"], "");
    assert!(row["dataGeneralizations"].starts_with("The place is withheld."));
}

#[test]
fn the_strictest_of_all_rules_wins() {
    let mut set = rules(&[("Botaurus stellaris", Category::Low), ("Botaurus", Category::Medium)]);
    set.taxa.push(reedbed_core::taxon::RuleTaxon::named("Botaurus stellaris"));
    set.rules
        .push(rule(2, Outcome { public_width: Some(Width::Metres(25_000)), ..Outcome::default() }));
    let copied = share(&[("records.csv", RECORDS)], &settings(set));
    let row = &bittern(&copied);
    assert!(row["dataGeneralizations"].contains("25000 m"), "{row:?}");
}

#[test]
fn a_copy_can_be_written_in_another_form() {
    let settings = reedbed_engine::share::Settings { form: Some(TSV), ..settings(bitterns()) };
    let copied = share(&[("records.csv", RECORDS)], &settings);
    let text = copied.text("occurrence.tsv");
    assert!(text.lines().nth(1).unwrap().contains("\tAnas platyrhynchos Linnaeus, 1758\t"));
    assert_eq!(copied.rows("occurrence.tsv").len(), 4);
}

#[test]
fn silence_is_declared_once_and_alike_whether_or_not_something_was_withheld() {
    for set in [bitterns(), rules(&[("Ursus arctos", Category::High)])] {
        let copied = share(&[("records.csv", RECORDS)], &settings(set));
        assert_eq!(copied.text("eml.xml").matches("Silence is not absence").count(), 1);
    }
}

#[test]
fn rules_and_boundaries_that_met_nothing_are_told() {
    let mut set = rules(&[
        ("Botaurus stellaris", Category::High),
        ("Botaurus lentiginosus", Category::High),
        ("Grus grus", Category::Low),
        ("Parus major", Category::None),
    ]);
    set.rules[2].area = Some("Reed".to_owned());
    let text = "occurrenceID,scientificName,decimalLatitude,decimalLongitude\n\
        b1,Botaurus stellaris,52.1,4.1\ng1,Grus grus,52.15,4.55\n";
    let summary = |areas| {
        let mut settings = settings(set.clone());
        settings.areas = areas;
        share(&[("records.csv", text)], &settings).shared.summary
    };
    let unmet = |summary: &reedbed_engine::summary::Summary| -> Vec<String> {
        summary.rules_unmet.iter().map(|rule| rule.rule.clone()).collect()
    };
    // Latitude and longitude exchanged.
    let exchanged = summary(area_of("Reed", 4.5, 52.1, 4.6, 52.2));
    assert_eq!(unmet(&exchanged), ["`list.csv` line 3", "`list.csv` line 4"]);
    assert!(exchanged.boundaries_missed && exchanged.rules_unmet_total == 2);
    let right = summary(area_of("Reed", 52.1, 4.5, 52.2, 4.6));
    assert_eq!(unmet(&right), ["`list.csv` line 3"]);
    assert!(!right.boundaries_missed);
    assert!(!summary(Default::default()).boundaries_missed, "no boundary was given");
    let nowhere = text.replace(",52.1,4.1", ",,").replace(",52.15,4.55", ",,");
    let mut settings = settings(set.clone());
    settings.areas = area_of("Reed", 4.5, 52.1, 4.6, 52.2);
    let copied = share(&[("records.csv", &nowhere)], &settings);
    assert!(!copied.shared.summary.boundaries_missed, "no place is known");
}

#[test]
fn of_long_lists_only_some_rules_that_met_nothing_are_told() {
    let names: Vec<String> =
        (0..250).map(|number| format!("Aeshna {}", "a".repeat(number))).collect();
    let listed: Vec<(&str, Category)> =
        names.iter().map(|name| (name.as_str(), Category::High)).collect();
    let text =
        "occurrenceID,scientificName,decimalLatitude,decimalLongitude\nb1,Parus major,52.1,4.1\n";
    let summary = share(&[("records.csv", text)], &settings(rules(&listed))).shared.summary;
    assert_eq!((summary.rules_unmet.len(), summary.rules_unmet_total), (20, 250));
}

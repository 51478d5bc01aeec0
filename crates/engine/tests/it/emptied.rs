//! What is missing from the rows of siblings: it must be missing elsewhere, too.

use std::fmt::Write as _;

use reedbed_core::category::Category;

use crate::support::{by_default, settings, share};

/// Sites in a few cells of 0.1°, four visits each, all with a remark; at one of them a remark names the
/// bittern, whose record is of the same visit.
fn reserve(remark: &str, reference: &str) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,occurrenceRemarks,associatedOccurrences\n",
    );
    for site in 0..100_u32 {
        let (lat, lon) =
            (52.005 + f64::from(site / 10) * 0.018, 4.505 + f64::from(site % 10) * 0.018);
        for visit in 0..4_u32 {
            let is_nest = (site, visit) == (33, 1);
            let remark = if is_nest { remark } else { "sunny and calm" };
            let reference = if is_nest { reference } else { "x-1" };
            let _ = writeln!(
                text,
                "t{site}-{visit},Parus major,20{}-05-0{},{lat:.5},{lon:.5},WGS84,20,{remark},{reference}",
                20 + visit / 2,
                1 + visit
            );
            if is_nest {
                let _ = writeln!(
                    text,
                    "bit-1,Botaurus stellaris,2020-05-02,{lat:.5},{lon:.5},WGS84,20,,"
                );
            }
        }
    }
    text
}

#[test]
fn a_text_that_names_a_protected_taxon_is_not_the_only_one_that_is_missing() {
    let settings = settings(by_default(&[("Botaurus stellaris", Category::High)]));
    for remark in ["beside Botaurus stellaris", "botaurus-stellaris heard", "(B. stellaris)"] {
        let copied = share(&[("records.csv", &reserve(remark, "x-1"))], &settings);
        let rows = copied.rows("occurrence.csv");
        let is_tit = |row: &&std::collections::BTreeMap<String, String>| {
            row["scientificName"] == "Parus major"
        };
        let missing: Vec<_> =
            rows.iter().filter(is_tit).filter(|row| row["occurrenceRemarks"].is_empty()).collect();
        assert!(missing.iter().any(|row| row["occurrenceID"] == "t33-1"), "{remark}");
        // Whole visits of a year, at several sites of the same cell.
        assert!(missing.iter().any(|row| row["occurrenceID"] == "t33-0"), "{remark}");
        let (south, west) = (52.05, 4.55);
        let in_cell = |row: &std::collections::BTreeMap<String, String>| {
            let number = |term: &str| row[term].parse::<f64>().unwrap();
            (south..south + 0.1).contains(&number("decimalLatitude"))
                && (west..west + 0.1).contains(&number("decimalLongitude"))
                && row["eventDate"].starts_with("2020")
        };
        let sites: std::collections::BTreeSet<&str> = missing
            .iter()
            .filter(|row| in_cell(row))
            .map(|row| row["occurrenceID"].split('-').next().unwrap())
            .collect();
        assert!(sites.len() >= 4, "{remark}: {sites:?}");
        assert!(missing.len() < 30, "{}", missing.len());
    }
}

#[test]
fn a_text_that_names_nothing_stays_and_so_do_all_others() {
    let settings = settings(by_default(&[("Botaurus stellaris", Category::High)]));
    let copied = share(&[("records.csv", &reserve("sunny", "x-1"))], &settings);
    let rows = copied.rows("occurrence.csv");
    assert!(!rows.iter().any(|row| row["occurrenceRemarks"].is_empty()));
    assert_eq!(rows.iter().filter(|row| row["associatedOccurrences"] == "x-1").count(), 400);
}

#[test]
fn a_reference_to_a_protected_record_takes_all_others_with_it() {
    let settings = settings(by_default(&[("Botaurus stellaris", Category::High)]));
    let copied = share(&[("records.csv", &reserve("sunny", "x-1 | bit-1"))], &settings);
    let rows = copied.rows("occurrence.csv");
    assert!(rows.iter().all(|row| row["associatedOccurrences"].is_empty()));
}

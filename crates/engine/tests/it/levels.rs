//! Copies that are made from the partner level, held against those made from what is held.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reedbed_core::category::Category;
use reedbed_core::decide::Audience;
use reedbed_core::rule::RuleSet;
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::share::{self, Settings, Silent};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{by_default, partner, settings};

/// Sites with a tit and often a bittern, over some years.
fn reserve() -> String {
    let mut text = String::from(
        "occurrenceID,eventID,scientificName,eventDate,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,recordedBy,locality\n",
    );
    for year in 2019..2022 {
        for site in 0..64_u32 {
            let (row, column) = (f64::from(site / 8), f64::from(site % 8));
            let place = format!("{:.5},{:.5}", 52.0123 + row * 0.0411, 4.5123 + column * 0.0511);
            let mut record = |id: &str, name: &str| {
                let _ = writeln!(
                    text,
                    "{id}{site}-{year},e{site}-{year},{name},{year}-05-14,{place},WGS84,20,A. Warden,site {site}"
                );
            };
            record("t", "Parus major");
            if site % 7 == 2 {
                record("b", "Botaurus stellaris");
            }
        }
    }
    text
}

fn rules() -> RuleSet {
    by_default(&[("Botaurus stellaris", Category::High)])
}

/// Makes a copy of a text; its rows by heading.
fn copy(
    text: &str,
    settings: &Settings,
    audience: &str,
) -> (String, Vec<BTreeMap<String, String>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("occurrence.csv");
    std::fs::write(&path, text).unwrap();
    let dataset = dataset::open(&[path], &OpenOptions::default(), &Limits::default()).unwrap();
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, audience);
    let prepared = share::prepare(&dataset, settings, &pseudonyms, &Silent).unwrap();
    let package = folder.path().join("package");
    match settings.audience {
        Audience::PartnerLevel { .. } => prepared.write(Some(&package), &Silent).unwrap(),
        _ => prepared.write_attacked(&package, &Silent).unwrap(),
    };
    let text = std::fs::read_to_string(package.join("occurrence.csv")).unwrap();
    let mut reader = csv(&text);
    let headings = reader.remove(0);
    let row = |cells: Vec<String>| headings.iter().cloned().zip(cells).collect();
    (text, reader.into_iter().map(row).collect())
}

fn csv(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        for c in line.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        cells
    };
    text.lines().map(cells).collect()
}

fn at_partner_level(rules: RuleSet) -> Settings {
    Settings { audience: Audience::PartnerLevel { step: 1 }, ..settings(rules) }
}

fn bitterns(rows: &[BTreeMap<String, String>]) -> Vec<(String, String, String)> {
    let is_bittern =
        |row: &&BTreeMap<String, String>| row["scientificName"] == "Botaurus stellaris";
    let told = |row: &BTreeMap<String, String>| {
        (row["decimalLatitude"].clone(), row["decimalLongitude"].clone(), row["eventDate"].clone())
    };
    let mut told: Vec<_> = rows.iter().filter(is_bittern).map(told).collect();
    told.sort();
    told
}

#[test]
fn the_partner_level_tells_floor_cells_and_no_ties_to_exact_siblings() {
    let (text, rows) = copy(&reserve(), &at_partner_level(rules()), "partner level");
    let told = bitterns(&rows);
    assert!(told.len() > 20, "{}", told.len());
    for row in rows.iter().filter(|row| row["scientificName"] == "Botaurus stellaris") {
        let side: f64 = row["coordinatePrecision"].parse().unwrap();
        assert!((side - 0.02).abs() < 1e-9, "{side}");
        assert!(row["eventID"].is_empty() || row["eventID"].starts_with("rb-"));
        assert!(!row["locality"].starts_with("site"));
    }
    assert!(text.contains("the 0.02° × 0.02° grid"));
    assert_eq!(rows.iter().filter(|row| row["scientificName"] == "Parus major").count(), 192);
}

#[test]
fn a_copy_from_the_partner_level_tells_nothing_more_finely_than_one_from_what_is_held() {
    let (level, _) = copy(&reserve(), &at_partner_level(rules()), "partner level");
    for (settings, audience) in
        [(settings(rules()), "public"), (partner(rules()), "Reedmoor University")]
    {
        let (_, direct) = copy(&reserve(), &settings, audience);
        let (_, derived) = copy(&level, &settings, audience);
        let (direct, derived) = (bitterns(&direct), bitterns(&derived));
        assert_eq!(derived, direct);
    }
}

#[test]
fn the_partner_level_of_a_partner_level_is_the_same() {
    let (once, _) = copy(&reserve(), &at_partner_level(rules()), "partner level");
    let (twice, _) = copy(&once, &at_partner_level(rules()), "partner level");
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&once), lines(&twice));
    // A category that rises takes records with it, though only the level is there.
    let raised =
        by_default(&[("Botaurus stellaris", Category::High), ("Parus major", Category::Low)]);
    let (risen, rows) = copy(&once, &at_partner_level(raised), "partner level");
    assert!(risen.contains("0.0002"));
    assert!(rows.iter().all(|row| row["dataGeneralizations"].contains("generalised")));
}

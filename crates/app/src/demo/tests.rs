use std::collections::{HashMap, HashSet};

use super::*;

/// The rows of a table of the archive, each by its headings.
fn table(dir: &Path, name: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(dir.join("reedmoor").join(name)).unwrap();
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), heads.len(), "{line}");
            heads
                .iter()
                .map(|h| (*h).to_owned())
                .zip(cells.iter().map(|c| (*c).to_owned()))
                .collect()
        })
        .collect()
}

fn generated(seed: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    generate(dir.path(), seed).unwrap();
    dir
}

#[test]
fn the_reserve_has_the_promised_size() {
    let dir = generated(1);
    let (events, records) = (table(dir.path(), "event.txt"), table(dir.path(), "occurrence.txt"));
    assert!((380..=480).contains(&events.len()), "{} events", events.len());
    assert!((18_000..=22_000).contains(&records.len()), "{} records", records.len());
    let names: HashSet<&String> = records.iter().map(|row| &row["scientificName"]).collect();
    assert_eq!(names.len(), 120);
    let nests: HashSet<&String> =
        records.iter().map(|row| &row["organismID"]).filter(|id| !id.is_empty()).collect();
    assert_eq!(nests.len(), 40);
}

#[test]
fn every_row_hangs_from_an_event_and_no_identifier_is_used_twice() {
    let dir = generated(2);
    let events = table(dir.path(), "event.txt");
    let ids: HashSet<&String> = events.iter().map(|row| &row["eventID"]).collect();
    assert_eq!(ids.len(), events.len());
    assert!(events.iter().all(|row| {
        let parent = &row["parentEventID"];
        parent.is_empty() || ids.contains(parent)
    }));
    let records = table(dir.path(), "occurrence.txt");
    let record_ids: HashSet<&String> = records.iter().map(|row| &row["occurrenceID"]).collect();
    assert_eq!(record_ids.len(), records.len());
    assert!(records.iter().all(|row| ids.contains(&row["eventID"])));
    for row in table(dir.path(), "measurementorfact.txt") {
        assert!(ids.contains(&row["eventID"]));
        let record = &row["occurrenceID"];
        assert!(record.is_empty() || record_ids.contains(record));
    }
}

#[test]
fn every_place_lies_within_the_reserve_and_every_date_exists() {
    let dir = generated(3);
    for row in table(dir.path(), "event.txt") {
        if row["decimalLatitude"].is_empty() {
            continue;
        }
        let (lat, lon): (f64, f64) =
            (row["decimalLatitude"].parse().unwrap(), row["decimalLongitude"].parse().unwrap());
        assert!((52.40..52.91).contains(&lat) && (1.10..1.99).contains(&lon));
        row["eventDate"].parse::<jiff::civil::Date>().unwrap();
    }
}

#[test]
fn most_records_share_no_event_and_no_locality_with_a_listed_species() {
    let dir = generated(4);
    let (events, records) = (table(dir.path(), "event.txt"), table(dir.path(), "occurrence.txt"));
    let locality: HashMap<&String, &String> =
        events.iter().map(|row| (&row["eventID"], &row["locality"])).collect();
    let sensitive: HashSet<&String> = records
        .iter()
        .filter(|row| species::listed(&row["scientificName"]).is_some())
        .map(|row| locality[&row["eventID"]])
        .collect();
    let beside = records.iter().filter(|row| sensitive.contains(locality[&row["eventID"]])).count();
    assert!(beside * 100 / records.len() < 20, "{beside} of {}", records.len());
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_other_ones() {
    let read = |dir: &tempfile::TempDir, name: &str| std::fs::read(dir.path().join(name)).unwrap();
    let (a, b, c) = (generated(5), generated(5), generated(6));
    for name in ["reedmoor/occurrence.txt", "boundary.geojson"] {
        assert_eq!(read(&a, name), read(&b, name));
        assert_ne!(read(&a, name), read(&c, name));
    }
}

#[test]
fn the_areas_that_rules_name_are_features_of_the_boundary_file() {
    let dir = generated(7);
    let boundary = std::fs::read_to_string(dir.path().join("boundary.geojson")).unwrap();
    let boundary: serde_json::Value = serde_json::from_str(&boundary).unwrap();
    let names: Vec<&str> = boundary["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["properties"]["name"].as_str().unwrap())
        .collect();
    let rules = std::fs::read_to_string(dir.path().join("rules.csv")).unwrap();
    let columns = rules.lines().next().unwrap().split(',').count();
    for rule in rules.lines().skip(1) {
        let cells: Vec<&str> = rule.split(',').collect();
        assert_eq!(cells.len(), columns, "{rule}");
        assert!(cells[3].is_empty() || names.contains(&cells[3]), "{rule}");
    }
}

#[test]
fn every_kind_of_data_is_there_and_is_read_as_what_it_is() {
    use reedbed_formats::collection::{self, CollectionOptions};
    let dir = generated(8);
    let inputs: Vec<PathBuf> = kinds::FOLDERS.iter().map(|name| dir.path().join(name)).collect();
    let limits = reedbed_formats::limits::Limits::default();
    let opened = collection::open(&inputs, &CollectionOptions::default(), &limits).unwrap();
    assert_eq!((opened.cameras.len(), opened.tracks.len(), opened.layers.len()), (1, 2, 1));
    assert_eq!((opened.weather.len(), opened.stations.len(), opened.photos.len()), (2, 1, 3));
    assert!(opened.records.tables.is_empty());
    for photo in &opened.photos {
        let seen = reedbed_formats::image::seen(&photo.read(&limits).unwrap());
        let point = seen.point.unwrap();
        assert!((52.40..52.91).contains(&point.lat().degrees()), "{}", photo.name);
        assert_eq!(seen.time.unwrap().day().unwrap().year(), 2025);
    }
    assert!(dir.path().join(kinds::DOCUMENT.0).is_file());
}

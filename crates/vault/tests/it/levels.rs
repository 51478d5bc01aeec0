//! Level files: what is read with which keys, and that nothing of a table stands in its file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use arrow_array::{Array as _, StringArray};
use reedbed_vault::level::{FileKeys, Group, LevelError, Writer, read};
use reedbed_vault::shares::Key;

use crate::support::Seeded;

const NAME: &str = "bitterns/1/exact/occurrence";

fn columns() -> Vec<String> {
    ["scientificName", "decimalLatitude", "eventDate", "recordedBy", "den_note"]
        .map(str::to_owned)
        .to_vec()
}

fn keys(seed: u64) -> FileKeys {
    let mut random = Seeded::new(seed);
    let footer = Key::generate(&mut random);
    let groups = Group::ALL.map(|group| (group, Key::generate(&mut random)));
    FileKeys { footer, groups: BTreeMap::from(groups) }
}

fn without(group: Group) -> FileKeys {
    let mut keys = keys(1);
    keys.groups.remove(&group);
    keys
}

fn row(at: usize) -> Vec<Option<String>> {
    vec![
        Some("Botaurus stellaris".to_owned()),
        Some(format!("51.{at:05}")),
        Some("2021-05-14".to_owned()),
        (!at.is_multiple_of(3)).then(|| "A. Warden".to_owned()),
        Some("under the third willow".to_owned()),
    ]
}

fn write(path: &Path, rows: usize) {
    let file = File::create(path).unwrap();
    let mut writer = Writer::new(file, NAME, &columns(), &keys(1), Seeded::new(3)).unwrap();
    (0..rows).for_each(|at| writer.row(row(at)).unwrap());
    writer.finish().unwrap();
}

/// Its rows are those that were written.
fn is_whole(mut rows: Vec<Vec<Option<String>>>, count: usize) -> bool {
    rows.sort();
    rows == (0..count).map(row).collect::<Vec<_>>()
}

fn cells(
    path: &Path,
    name: &str,
    columns: &[&str],
    keys: &FileKeys,
) -> Result<Vec<Vec<Option<String>>>, LevelError> {
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut found = Vec::new();
    read(File::open(path)?, name, &columns, keys, |batch| {
        for at in 0..batch.num_rows() {
            let row = columns.iter().map(|column| {
                let column = batch.column_by_name(column).unwrap();
                let column = column.as_any().downcast_ref::<StringArray>().unwrap();
                column.is_valid(at).then(|| column.value(at).to_owned())
            });
            found.push(row.collect());
        }
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn what_is_written_is_read_with_all_keys_and_each_group_with_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("level.parquet");
    write(&path, 20_000);
    let all = columns();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let rows = cells(&path, NAME, &all, &keys(1)).unwrap();
    // Row by row, and not where they stood.
    assert!(rows != (0..20_000).map(row).collect::<Vec<_>>());
    assert!(is_whole(rows, 20_000));
    // Who has no key of places reads the taxa, and no place.
    let some = without(Group::Place);
    let rows = cells(&path, NAME, &["scientificName", "eventDate"], &some).unwrap();
    assert_eq!(rows.len(), 20_000);
    for place in ["decimalLatitude", "den_note"] {
        let refused = cells(&path, NAME, &[place], &some);
        assert!(matches!(refused, Err(LevelError::NoKey { group: "place", .. })));
    }
    assert!(matches!(
        cells(&path, NAME, &["locality"], &keys(1)),
        Err(LevelError::NoColumn { .. } | LevelError::Parquet(_))
    ));
}

#[test]
fn a_column_that_nobody_knows_is_kept_like_a_place() {
    assert_eq!(Group::of("decimalLatitude"), Group::Place);
    assert_eq!(Group::of("nestcode"), Group::Place);
    assert_eq!(Group::of("ScientificName"), Group::Taxon);
    assert_eq!(Group::of("occurrenceRemarks"), Group::Place);
    assert_eq!(Group::of("recordedBy"), Group::People);
}

#[test]
fn nothing_of_the_table_stands_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("level.parquet");
    write(&path, 500);
    let bytes = std::fs::read(&path).unwrap();
    for secret in ["Botaurus", "51.00", "2021-05", "Warden", "willow"] {
        let is_there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!is_there, "{secret}");
    }
    // Nor do the keys.
    let keys = keys(1);
    for key in keys.groups.values().chain([&keys.footer]) {
        assert!(!bytes.windows(32).any(|part| part == key.bytes()));
    }
}

#[test]
fn a_file_without_a_key_for_each_column_is_not_written() {
    for group in Group::ALL {
        let made = Writer::new(Vec::new(), NAME, &columns(), &without(group), Seeded::new(3));
        assert!(matches!(made, Err(LevelError::NoKey { .. })), "{group:?}");
    }
    let twice = ["year".to_owned(), "year".to_owned()];
    assert!(matches!(
        Writer::new(Vec::new(), NAME, &twice, &keys(1), Seeded::new(3)),
        Err(LevelError::Twice { .. })
    ));
    let mut writer = Writer::new(Vec::new(), NAME, &columns(), &keys(1), Seeded::new(3)).unwrap();
    assert!(matches!(writer.row(vec![None]), Err(LevelError::Row { count: 1, columns: 5 })));
}

#[test]
fn changed_swapped_and_cut_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("level.parquet");
    write(&path, 300);
    let all = ["scientificName", "decimalLatitude", "eventDate", "recordedBy", "den_note"];
    assert!(cells(&path, NAME, &all, &keys(2)).is_err(), "other keys");
    assert!(cells(&path, "bitterns/2/exact/occurrence", &all, &keys(1)).is_err(), "another name");
    let whole = std::fs::read(&path).unwrap();
    let changed = folder.path().join("changed.parquet");
    let mut refused = 0;
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&changed, &bytes).unwrap();
        // Nothing false is ever read; what is not read at all may be anything.
        match cells(&changed, NAME, &all, &keys(1)) {
            Err(_) => refused += 1,
            Ok(rows) => assert!(is_whole(rows, 300), "byte {at}"),
        }
        let mut file = File::create(&changed).unwrap();
        file.write_all(&whole[..at]).unwrap();
        assert!(cells(&changed, NAME, &all, &keys(1)).is_err(), "cut at {at}");
    }
    assert!(refused * 11 > whole.len() * 8 / 10, "{refused}");
}

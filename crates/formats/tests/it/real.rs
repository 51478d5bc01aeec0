//! Real datasets that others published. What is expected was counted with Python's `csv`, `zipfile`
//! and `xml.etree` modules: rows, cells that are not empty, and characters in all cells.

use reedbed_formats::dataset::Dataset;
use reedbed_formats::table::RowKind::{
    self, Event, Multimedia, Occurrence, Other, Taxon, VernacularName,
};

use crate::support::{faults, open, rows, trial_data};

type Count = (RowKind, usize, usize, usize);

fn counted(dataset: &Dataset) -> Vec<Count> {
    let count = |table| {
        let rows = rows(table);
        let cells = || rows.iter().flatten();
        let filled = cells().filter(|cell| !cell.is_empty()).count();
        (rows.len(), filled, cells().map(|cell| cell.chars().count()).sum())
    };
    dataset
        .tables
        .iter()
        .map(|table| {
            assert_eq!(faults(table), [], "{}", table.name);
            let (rows, filled, characters) = count(table);
            (table.kind, rows, filled, characters)
        })
        .collect()
}

#[test]
fn real_archives_are_read_to_the_last_character() {
    let taxa = (Taxon, 3248, 20_139, 360_894);
    let names = (VernacularName, 1057, 3171, 28_990);
    for (path, expected) in [
        ("archive-occ.zip", vec![(Occurrence, 1534, 38_746, 715_743)]),
        ("archive-tax.zip", vec![taxa, names]),
        ("nullCoreID.zip", vec![taxa, names]),
        ("archive-dwc", vec![(Taxon, 3248, 20_140, 367_710), names, (Multimedia, 0, 0, 0)]),
        (
            "checklist_980.zip",
            vec![
                (Taxon, 356, 2070, 110_561),
                (Multimedia, 0, 0, 0),
                (Other, 1, 12, 422),
                (Occurrence, 740, 12_578, 138_473),
            ],
        ),
        ("multifile-psv", vec![(Taxon, 6, 18, 120), (Multimedia, 6, 12, 24)]),
        ("simplest-archive", vec![(Taxon, 2, 6, 40)]),
        (
            "issues/csv-json-escaped-quotes",
            vec![(Occurrence, 1, 35, 958), (Multimedia, 4, 24, 939)],
        ),
        ("gnub.tab.zip", vec![(Taxon, 9, 241, 11_849)]),
        ("csv_optional_quotes_puma.csv", vec![(Occurrence, 3391, 40_382, 333_747)]),
    ] {
        let Some(found) = trial_data(&format!("dwca-gbif/{path}")) else { continue };
        assert_eq!(counted(&open(&[found]).unwrap()), expected, "{path}");
    }
}

#[test]
fn real_events_and_records_are_one_dataset() {
    let (Some(events), Some(records)) = (
        trial_data("inbo-dolichopodidae-events/event.csv"),
        trial_data("inbo-dolichopodidae-events/occurrence.csv"),
    ) else {
        return;
    };
    let expected = [(Event, 682, 19_875, 240_307), (Occurrence, 2137, 27_771, 354_035)];
    let folder = events.parent().unwrap().to_owned();
    // The folder as a whole says the same.
    for inputs in [vec![events, records], vec![folder]] {
        let dataset = open(&inputs).unwrap();
        assert_eq!(counted(&dataset), expected);
        assert!(dataset.tables[0].is_core && !dataset.tables[1].is_core);
        assert!(dataset.tables[1].column("eventID").is_some());
    }
}

#[test]
fn oddities_of_real_archives_are_told() {
    let Some(found) = trial_data("dwca-gbif/nullCoreID.zip") else { return };
    let dataset = open(&[found]).unwrap();
    assert_eq!(dataset.tables[1].id, Some(0));
    assert!(dataset.notes[0].text.contains("taxonID was taken"), "{:?}", dataset.notes);
    let Some(found) = trial_data("dwca-gbif/csv_optional_quotes_puma.csv") else { return };
    let dataset = open(&[found]).unwrap();
    assert_eq!(dataset.tables[0].encoding(), "windows-1252");
    assert!(dataset.notes[0].text.contains("windows-1252"), "{:?}", dataset.notes);
    let Some(found) = trial_data("dwca-gbif/checklist_980.zip") else { return };
    let dataset = open(&[found]).unwrap();
    let records = &dataset.tables[3];
    let headed: Vec<usize> = records
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.heading == "taxonID")
        .map(|(index, _)| index)
        .collect();
    assert_eq!(headed.len(), 2);
    assert!(records.column("taxonID").is_some_and(|index| headed.contains(&index)));
}

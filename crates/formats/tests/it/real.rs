//! Row counts were counted independently with Python's csv and zipfile modules.

use reedbed_formats::table::RowKind;

use crate::support::{faults, open, rows, trial_data};

fn counts(path: &str) -> Option<Vec<(RowKind, usize, usize)>> {
    let dataset = open(&[trial_data(path)?]).unwrap();
    Some(dataset.tables.iter().map(|t| (t.kind, rows(t).len(), faults(t).len())).collect())
}

#[test]
fn real_archives_are_read_row_by_row() {
    use RowKind::{Multimedia, Occurrence, Taxon, VernacularName};
    for (path, expected) in [
        ("dwca-gbif/archive-occ.zip", vec![(Occurrence, 1534, 0)]),
        ("dwca-gbif/archive-tax.zip", vec![(Taxon, 3248, 0), (VernacularName, 1057, 0)]),
        ("dwca-gbif/archive-dwc", vec![(Taxon, 3248, 0), (VernacularName, 1057, 0)]),
        ("dwca-gbif/multifile-psv", vec![(Taxon, 6, 0), (Multimedia, 6, 0)]),
        ("dwca-gbif/simplest-archive", vec![(Taxon, 2, 0)]),
    ] {
        let Some(mut found) = counts(path) else { return };
        found.truncate(expected.len());
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn real_related_tables_are_read() {
    let (Some(events), Some(occurrences)) = (
        trial_data("inbo-dolichopodidae-events/event.csv"),
        trial_data("inbo-dolichopodidae-events/occurrence.csv"),
    ) else {
        return;
    };
    let dataset = open(&[events, occurrences]).unwrap();
    assert_eq!(dataset.tables[0].kind, RowKind::Event);
    assert_eq!(rows(&dataset.tables[0]).len(), 682);
    assert_eq!(rows(&dataset.tables[1]).len(), 2137);
}

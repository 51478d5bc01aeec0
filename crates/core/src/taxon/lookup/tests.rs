use proptest::prelude::*;

use super::*;
use crate::taxon::RuleTaxon;

/// The table of names: `SNAPSHOTS=overwrite` writes what is found.
#[test]
fn names_match_as_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/names.txt");
    let table = std::fs::read_to_string(path).unwrap();
    let mut found = String::new();
    for line in table.lines() {
        match line.rsplitn(3, '|').collect::<Vec<_>>().as_slice() {
            [_, listed, record] if !line.starts_with('#') => {
                found.push_str(&format!("{record}|{listed}| {}\n", ways(record, listed)));
            }
            _ => found.push_str(&format!("{line}\n")),
        }
    }
    snapbox::assert_data_eq!(found, snapbox::Data::read_from(path.as_ref(), None).raw());
}

fn ways(record: &str, listed: &str) -> String {
    let taxa: Vec<RuleTaxon> = listed.split(';').map(|name| RuleTaxon::named(name.trim())).collect();
    let index = TaxonIndex::new(&taxa, None);
    let record = record.strip_suffix(' ').unwrap_or(record);
    let mut facts = TaxonFacts::default();
    if record.split(";;").all(|cell| cell.trim().split_once('=').is_some_and(|(term, _)| TaxonFacts::TERMS.contains(&term))) {
        for (term, value) in record.split(";;").filter_map(|cell| cell.trim().split_once('=')) {
            facts.set(term, value);
        }
    } else {
        facts.scientific_name = record;
    }
    let hits = index.lookup(&facts).hits;
    let way = |number: u32| {
        let hit = hits.iter().find(|(taxon, _)| *taxon == RuleTaxonId(number));
        hit.map_or("-".to_owned(), |(_, how)| how.to_string())
    };
    (0..taxa.len() as u32).map(way).collect::<Vec<_>>().join("; ")
}

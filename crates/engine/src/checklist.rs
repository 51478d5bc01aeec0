//! Reads a checklist: synonyms and child taxa for the matching of names.

use std::path::Path;

use reedbed_core::taxon::{Checklist, ChecklistBuilder, ChecklistRow};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;
use reedbed_formats::row::Fields;
use reedbed_formats::table::{RowKind, Table};

use crate::cells::{Row, Source};

/// Reads a checklist from a Darwin Core archive or a table; vernacular names come from an extension
/// of them.
///
/// Errors: [`FormatError`] for anything that is neither, for a table without names, and for a row that
/// cannot be read: a synonym that is lost would protect nothing.
pub fn read(path: &Path) -> Result<Checklist, FormatError> {
    let dataset = dataset::open(&[path.to_owned()], &OpenOptions::default(), &Limits::default())?;
    let mut builder = ChecklistBuilder::default();
    for table in &dataset.tables {
        if table.kind == RowKind::VernacularName {
            vernaculars(table, &mut builder)?;
        } else if table.is_core || table.kind == RowKind::Taxon {
            taxa(table, &mut builder)?;
        }
    }
    Ok(builder.finish())
}

fn taxa(table: &Table, builder: &mut ChecklistBuilder) -> Result<(), FormatError> {
    let id = match table.column("taxonID") {
        None => Source::column(table.id.filter(|_| table.is_core)),
        Some(_) => Source::of(table, "taxonID"),
    };
    if ["scientificName", "genus"].into_iter().all(|term| table.column(term).is_none()) {
        let reason = "it has neither a column scientificName nor a column genus".to_owned();
        return Err(document(&table.name, reason));
    }
    let sources = TERMS.map(|term| Source::of(table, term));
    each_row(table, |row| {
        let id = row.text(&id);
        let texts = sources.each_ref().map(|source| row.text(source));
        let [
            name,
            rank,
            accepted_id,
            accepted,
            parent_id,
            parent,
            kingdom,
            phylum,
            class,
            order,
            superfamily,
            family,
            subfamily,
            tribe,
            subtribe,
            genus,
            specific,
            infraspecific,
            vernacular,
        ] = &texts;
        builder.add(&ChecklistRow {
            taxon_id: &id,
            scientific_name: name,
            taxon_rank: rank,
            accepted_name_usage_id: accepted_id,
            accepted_name_usage: accepted,
            parent_name_usage_id: parent_id,
            parent_name_usage: parent,
            kingdom,
            phylum,
            class,
            order,
            superfamily,
            family,
            subfamily,
            tribe,
            subtribe,
            genus,
            specific_epithet: specific,
            infraspecific_epithet: infraspecific,
            vernacular_name: vernacular,
        });
    })
}

fn vernaculars(table: &Table, builder: &mut ChecklistBuilder) -> Result<(), FormatError> {
    let id = match table.id {
        Some(id) => Source::column(Some(id)),
        None => Source::of(table, "taxonID"),
    };
    let name = Source::of(table, "vernacularName");
    each_row(table, |row| builder.add_vernacular(&row.text(&id), &row.text(&name)))
}

fn each_row(table: &Table, mut take: impl FnMut(Row<'_>)) -> Result<(), FormatError> {
    let shape = table.shape();
    let mut fields = Fields::default();
    let mut chunks = table.read()?;
    while let Some(chunk) = chunks.next_chunk()? {
        let mut rows = chunk.rows(&shape);
        while let Some(read) = rows.next_into(&mut fields) {
            if let Some(fault) = read.fault {
                let reason = format!("on line {}, {fault}", read.line);
                return Err(document(table.file_name(chunk.file), reason));
            }
            take(Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect });
        }
    }
    Ok(())
}

fn document(name: &str, reason: String) -> FormatError {
    FormatError::Document { name: name.to_owned(), reason }
}

const TERMS: [&str; 19] = [
    "scientificName",
    "taxonRank",
    "acceptedNameUsageID",
    "acceptedNameUsage",
    "parentNameUsageID",
    "parentNameUsage",
    "kingdom",
    "phylum",
    "class",
    "order",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "subtribe",
    "genus",
    "specificEpithet",
    "infraspecificEpithet",
    "vernacularName",
];

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use reedbed_core::taxon::{How, RuleTaxon, RuleTaxonId, TaxonFacts, TaxonIndex};

    use super::*;

    fn table(text: &str) -> Result<Checklist, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taxa.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    fn way(listed: &str, name: &str, checklist: &Checklist) -> Option<How> {
        let index_of = [RuleTaxon::named(listed)];
        let index = TaxonIndex::new(&index_of, Some(checklist));
        let facts = TaxonFacts { scientific_name: name, ..TaxonFacts::default() };
        let hits = index.lookup(&facts).hits;
        hits.iter().find(|(taxon, _)| *taxon == RuleTaxonId(0)).map(|(_, how)| *how)
    }

    #[test]
    fn a_table_of_names_is_a_checklist() {
        let checklist = table(
            "taxonID,scientificName,acceptedNameUsageID,parentNameUsageID\n\
             1,Ardeidae,,\n2,Botaurus stellaris (Linnaeus 1758),2,1\n3,Ardea stellaris L.,2,\n",
        )
        .unwrap();
        assert_eq!(way("Botaurus stellaris", "Ardea stellaris", &checklist), Some(How::Synonym));
        assert_eq!(way("Ardeidae", "Ardea stellaris", &checklist), Some(How::Child));
    }

    #[test]
    fn a_checklist_of_which_names_may_be_lost_is_refused() {
        assert!(table("decimalLatitude,decimalLongitude\n1,2\n").is_err());
        let surplus = "taxonID,scientificName\n1,Botaurus stellaris\n2,Ardea alba,too,many\n";
        let error = table(surplus).unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn real_checklists_are_read() {
        let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dwca-gbif");
        let data = PathBuf::from(data);
        if !data.exists() {
            eprintln!("skipped: there are no real checklists");
            return;
        }
        let whales = read(&data.join("archive-dwc")).unwrap();
        assert!(whales.len() >= 1_500, "{}", whales.len());
        assert!(whales.knows("Pontoporia blainvillei"));
        assert_eq!(way("Cetacea", "Pontoporia blainvillei", &whales), Some(How::Child));
        assert_eq!(way("Pontoporia blainvillei", "Odontoceti", &whales), Some(How::Parent));
        // Names are in columns of their own, genus and epithet.
        let spiders = read(&data.join("checklist_980.zip")).unwrap();
        assert!(spiders.knows("Agelena labyrinthica"));
        assert_eq!(way("Agelena", "Agelena labyrinthica", &spiders), Some(How::Child));
    }
}

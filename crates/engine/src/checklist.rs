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
/// Errors: [`FormatError`] for anything that is neither.
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
            if read.fault.is_none() {
                take(Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect });
            }
        }
    }
    Ok(())
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

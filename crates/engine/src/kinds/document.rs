//! Documents: any other file, attached with a category; it leaves whole or not at all.
//!
//! Nothing in it can be told less precisely. The public gets documents of no category; a partner also
//! those of a low or medium one; of a high or extreme one nobody gets any.

use std::path::Path;

use reedbed_core::category::Category;
use reedbed_core::decide::Audience;
use reedbed_formats::collection::Collection;

use super::output::Folder;
use super::{KindSummary, KindTable, KindsWritten};
use crate::judge::Judge;
use crate::share::ShareError;
use crate::tally::RowCount;

/// Writes the documents that leave, and counts the others.
pub(super) fn write(
    collection: &Collection,
    package: Option<&Path>,
    judge: &Judge<'_>,
    written: &mut KindsWritten,
) -> Result<(), ShareError> {
    if collection.documents.is_empty() {
        return Ok(());
    }
    let folder = Folder::begin(package, "document").map_err(ShareError::writing)?;
    let mut summary = KindSummary {
        kind: "document",
        folder: folder.name.clone(),
        input: format!("{} documents", collection.documents.len()),
        ..KindSummary::default()
    };
    let mut rows = RowCount::default();
    for document in &collection.documents {
        rows.read += 1;
        for (what, value) in &document.metadata {
            summary.notes.push(format!("{}: its metadata say {what}: {value}", document.name));
        }
        let most = match judge.audience() {
            Audience::Public => Category::None,
            Audience::Partner { .. } | Audience::PartnerLevel { .. } => Category::Medium,
        };
        let reason = if document.category > most {
            Some(format!("documents of category {}", document.category))
        } else if judge.mentions.are_in(document.name.replace('_', " ").as_bytes()) {
            Some("documents whose name speaks of a protected taxon".to_owned())
        } else {
            None
        };
        match reason {
            Some(reason) => {
                rows.withheld += 1;
                *summary.withheld.entry(reason).or_default() += 1;
            }
            None => {
                let mut from = std::fs::File::open(&document.path).map_err(ShareError::writing)?;
                let mut to = folder.create(&document.name).map_err(ShareError::writing)?;
                std::io::copy(&mut from, &mut to).map_err(ShareError::writing)?;
                std::io::Write::flush(&mut to).map_err(ShareError::writing)?;
                rows.written += 1;
            }
        }
    }
    summary.tables.push(KindTable { name: "files".to_owned(), rows });
    written.summaries.push(summary);
    Ok(())
}

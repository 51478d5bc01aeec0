//! Rows whose identifier an earlier row has.

use reedbed_formats::row::Fields;
use rustc_hash::FxHashMap;

use super::{TableFound, TableReader, own_heading};
use crate::cells::{Hashed as _, Row};
use crate::share::ShareError;
use crate::tally::Reject;

impl TableFound {
    /// Rejects rows whose identifier an earlier row has.
    pub(super) fn reject_duplicates(&mut self, reader: &TableReader<'_>) -> Result<(), ShareError> {
        self.table.ids.sort_unstable();
        let mut seen: FxHashMap<u64, bool> = self
            .table
            .ids
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a == b => Some((*a, false)),
                _ => None,
            })
            .collect();
        self.table.ids.dedup();
        let table = reader.plan.table;
        // A catalogue number is one of its collection only: the same one elsewhere is another's.
        let own_term = table.id.and_then(|id| table.columns.get(id)?.term);
        let is_of_collection = own_term.is_some_and(|term| term.name == "catalogNumber");
        if seen.is_empty() || is_of_collection {
            return Ok(());
        }
        let (shape, own) = (table.shape(), &reader.plan.links.own);
        let mut fields = Fields::default();
        let mut late = Vec::new();
        let mut chunks = table.read()?;
        while let Some(chunk) = chunks.next_chunk()? {
            let mut rows = chunk.rows(&shape);
            while let Some(read) = rows.next_into(&mut fields) {
                if read.fault.is_some() || self.table.rejected.binary_search(&read.row).is_ok() {
                    continue;
                }
                let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                if let Some(seen) = row.hash(own).and_then(|own| seen.get_mut(&own)) {
                    if *seen {
                        late.push((read.row, read.line, chunk.file));
                    }
                    *seen = true;
                }
            }
        }
        for (row, line, file) in late {
            self.rejects.push(Reject {
                file: table.file_name(file).to_owned(),
                line,
                column: own_heading(reader.plan),
                reason: "an earlier row has the same identifier".to_owned(),
            });
            self.table.rejected.push(row);
        }
        self.table.rejected.sort_unstable();
        let rejected = &self.table.rejected;
        self.table.protected.retain(|held| rejected.binary_search(&held.row).is_err());
        Ok(())
    }
}

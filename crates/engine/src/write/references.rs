//! Texts that name protected records by their identifiers.

use reedbed_core::fold::fold;
use reedbed_formats::row::Fields;

use super::TableWriter;
use crate::cells::Row;
use crate::hash::hash_of;
use crate::plan::Role;
use crate::share::ShareError;
use crate::ties::{Had, Thing};

impl TableWriter<'_> {
    /// Whether the columns that name other records must be emptied in all rows: any of them names a
    /// protected record. Rows that hang from records are judged one by one.
    ///
    /// Cost: one reading of a table that has such columns and something in them.
    pub(super) fn must_empty_references(&self) -> Result<bool, ShareError> {
        let is_filled = |column: &usize| !self.table.common.is_blank(*column);
        let columns: Vec<usize> = self.treatment.references().filter(is_filled).collect();
        let is_attached = matches!(self.plan.role, Role::Attached | Role::Measurements);
        if columns.is_empty() || is_attached || self.copy.survey.ties.is_empty() {
            return Ok(false);
        }
        let shape = self.plan.table.shape();
        let mut fields = Fields::default();
        let mut chunks = self.plan.table.read()?;
        while let Some(chunk) = chunks.next_chunk()? {
            let mut rows = chunk.rows(&shape);
            while let Some(read) = rows.next_into(&mut fields) {
                let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                if columns.iter().any(|column| self.names_protected(&row.cell(*column))) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether any reference of a row names a protected record.
    pub(super) fn refers_to_protected(&self, row: Row<'_>) -> bool {
        self.treatment.references().any(|column| self.names_protected(&row.cell(column)))
    }

    /// Whether a text names a protected record or event by its identifier: alone, in a list, in an
    /// address, in another case.
    fn names_protected(&self, text: &str) -> bool {
        let ties = &self.copy.survey.ties;
        if ties.is_empty() || text.trim_ascii().is_empty() {
            return false;
        }
        let mut folded = String::new();
        let mut names = |piece: &str| {
            let key = hash_of(piece.as_bytes());
            if ties.records.contains_key(&key) || ties.events.contains_key(&key) {
                return true;
            }
            fold(piece, &mut folded);
            !folded.is_empty() && ties.things.contains_key(&Had::text(Thing::Record, &folded))
        };
        let parts = |c: char| c.is_whitespace() || "|;,\"'()[]{}<>".contains(c);
        names(text) || text.split(parts).any(|piece| words_together(piece).any(&mut names))
    }
}

/// All runs of up to [`MOST_TOGETHER`] words of a text, with what stands between them.
fn words_together(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric();
    let starts = text.char_indices().scan(false, move |was_word, (at, c)| {
        let starts = is_word(c) && !*was_word;
        *was_word = is_word(c);
        Some(starts.then_some(at))
    });
    starts.flatten().flat_map(move |start| {
        let rest = text.get(start..).unwrap_or("");
        let ends = rest.char_indices().filter_map(move |(at, c)| {
            let end = at + c.len_utf8();
            let is_end = is_word(c) && !rest.get(end..)?.chars().next().is_some_and(is_word);
            is_end.then_some(end)
        });
        ends.take(MOST_TOGETHER).filter_map(move |end| rest.get(..end))
    })
}

/// Words of an identifier, at most.
const MOST_TOGETHER: usize = 12;

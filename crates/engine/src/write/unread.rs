//! Records that leave as they are without being read again: the notes of the first reading say that
//! nothing touches them.

use reedbed_formats::chunk::Chunk;
use reedbed_formats::patch;
use reedbed_formats::row::WholeRow;
use rustc_hash::FxHashSet;

use super::{ChunkWritten, Copy, Gathered};
use crate::notes::{BLOCK, ChunkNotes};
use crate::plan::{Plan, Role};
use crate::survey::TableSurvey;
use crate::treat::Treatment;

/// How rows of a table leave unread.
pub(super) struct Unread {
    /// Halves of the keys of all ties.
    tied: FxHashSet<u32>,
    /// The added fields, as they are written.
    added: Vec<u8>,
}

/// What becomes of a row.
pub(super) enum Passes {
    /// It leaves as it is.
    AsItIs,
    /// It wants a closer look; after it, the group is known that it is of.
    Looked(Option<u16>),
}

impl Copy<'_> {
    /// How rows of a table leave unread; nothing where each of them is to be read.
    pub(super) fn unread(&self, plan: &Plan<'_>, treatment: &Treatment) -> Option<Unread> {
        let dialect = plan.table.dialect;
        let has_licence = self.licence.is_some();
        let is_copied = plan.role == Role::Records
            && self.dialect.is_none_or(|wanted| wanted == dialect)
            && treatment.leaves_clear_rows_alone(self.survey.has_protected(), has_licence);
        is_copied.then(|| Unread {
            tied: self.survey.ties.halves(),
            added: patch::added_fields(dialect, &treatment.added_to_clear(self.licence)),
        })
    }
}

impl Unread {
    /// The rows of one chunk.
    pub(super) fn chunk<'a>(
        &'a self,
        table: &'a TableSurvey,
        chunk: &Chunk,
    ) -> Option<UnreadChunk<'a>> {
        let notes = table.notes.of_chunk(chunk.first_row, chunk.row_count())?;
        let from = table.rejected.partition_point(|row| *row < chunk.first_row);
        let rejected = table.rejected.get(from..).unwrap_or_default();
        Some(UnreadChunk { unread: self, notes, rejected, next: 0, widens: true })
    }
}

/// The rows of one chunk, one after the other.
pub(super) struct UnreadChunk<'a> {
    unread: &'a Unread,
    notes: &'a ChunkNotes,
    /// Rejected rows of this chunk and behind it.
    rejected: &'a [u64],
    next: usize,
    /// Whether the present block of rows could widen what the metadata say.
    widens: bool,
}

impl UnreadChunk<'_> {
    /// Says what becomes of the next row.
    pub(super) fn next(&mut self, whole: &WholeRow<'_>, state: &Gathered<'_>) -> Passes {
        let row = self.next;
        self.next += 1;
        if row.is_multiple_of(BLOCK) {
            let coverage = &state.findings.coverage;
            self.widens = self.notes.block(row).is_none_or(|block| !coverage.holds(block));
        }
        let is_rejected = match self.rejected {
            [first, rest @ ..] if *first == whole.row => {
                self.rejected = rest;
                true
            }
            _ => false,
        };
        let group = self.notes.group_of_untied(row, &self.unread.tied);
        let passes = group.is_some_and(|group| state.groups.contains(&group))
            && !self.widens
            && !is_rejected
            && whole.bytes.ends_with(b"\n");
        if passes { Passes::AsItIs } else { Passes::Looked(group) }
    }

    /// Copies a row.
    pub(super) fn copy(&self, whole: &WholeRow<'_>, written: &mut ChunkWritten) {
        written.count.written += 1;
        written.same += 1;
        let out = &mut written.bytes;
        let bytes = whole.bytes;
        if self.unread.added.is_empty() {
            out.extend_from_slice(bytes);
            return;
        }
        let end = if bytes.ends_with(b"\r\n") { 2 } else { 1 };
        let (content, end) = bytes.split_at(bytes.len() - end);
        out.extend_from_slice(content);
        out.extend_from_slice(&self.unread.added);
        out.extend_from_slice(end);
    }
}

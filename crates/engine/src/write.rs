//! The second reading: writes the copy. Untouched rows are copied byte for byte; protected ones are
//! treated; rows that must not leave are left out; every row is counted.

mod attached;
mod events;
mod kept;
mod last;
mod records;
mod references;
mod unread;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use reedbed_formats::chunk::Chunk;
use reedbed_formats::patch::{self, Patch};
use reedbed_formats::pipeline;
use reedbed_formats::row::Fields;
use reedbed_formats::table::Dialect;
use rustc_hash::{FxHashMap, FxHashSet};

use self::last::{Last, LastRows, MOST_HELD_BYTES};
use self::unread::{Passes, Unread};
use crate::cells::{Hashed as _, Row};
use crate::facts::{self, FactMemo, RowFacts};
use crate::findings::Findings;
use crate::judge::Judge;
use crate::plain_names::PlainNames;
use crate::plan::{Plan, Role};
use crate::share::{Progress, ShareError};
use crate::survey::{Survey, TableSurvey, Visits};
use crate::tally::{Reject, RowCount};
use crate::taxa::TaxonCores;
use crate::ties::Had;
use crate::treat::Treatment;
use crate::utility::Utility;
use crate::verdict::{Verdict, stricter};

/// Everything that the second reading knows.
pub(crate) struct Copy<'a> {
    /// The tables.
    pub(crate) plans: &'a [Plan<'a>],
    /// What the first reading found.
    pub(crate) survey: &'a Survey,
    /// Rules and keys.
    pub(crate) judge: &'a Judge<'a>,
    /// Checklists in the dataset.
    pub(crate) taxa: &'a TaxonCores,
    /// Treatments, by table.
    pub(crate) treatments: &'a [Treatment],
    /// What stands in licence columns of a copy that is not public.
    pub(crate) licence: Option<&'a str>,
    /// The dialect to write, where it is not the table's own.
    pub(crate) dialect: Option<Dialect>,
    /// Whether a registry wants to know what is told.
    pub(crate) has_registry: bool,
    /// Where rows are put for a while that find no room in memory; nothing where they are only
    /// counted.
    pub(crate) spill: Option<&'a Path>,
    /// Threads.
    pub(crate) workers: usize,
}

/// What tables written earlier mean for tables written later.
#[derive(Debug, Default)]
pub(crate) struct Consequences {
    /// Events that had records.
    pub(crate) had: FxHashSet<u64>,
    /// Events of which something stays as it is, and those around them.
    pub(crate) live: FxHashSet<u64>,
    /// New events that records hang from: by event and by how they are told.
    pub(crate) wanted: FxHashMap<u64, Vec<Arc<Verdict>>>,
    /// Protected records by hash of their identifier.
    pub(crate) records: FxHashMap<u64, Arc<Verdict>>,
}

/// What came of writing one table.
#[derive(Debug, Default)]
pub(crate) struct TableWritten {
    /// Its rows.
    pub(crate) count: RowCount,
    /// Rows that turned out to hang from nothing.
    pub(crate) rejects: Vec<Reject>,
    /// Numbers of the rows that stand behind all others, in their order.
    pub(crate) last: Vec<u64>,
    /// What its records keep.
    pub(crate) utility: Utility,
}

/// What one worker gathers.
struct Gathered<'k> {
    fields: Fields,
    findings: Findings,
    names: PlainNames<'k>,
    memo: FactMemo,
    /// Groups that the metadata name already, by number.
    groups: FxHashSet<u16>,
}

/// What one chunk gives, in order.
#[derive(Default)]
struct ChunkWritten {
    read: u64,
    bytes: Vec<u8>,
    /// Protected rows, which stand behind all others.
    last: LastRows,
    utility: Utility,
    /// Records that leave as they are.
    same: u64,
    /// Siblings that no longer count for a cell and month.
    lost: u64,
    count: RowCount,
    rejects: Vec<Reject>,
    had: FxHashSet<u64>,
    live: FxHashSet<u64>,
    wanted: Vec<(u64, Arc<Verdict>)>,
    records: Vec<(u64, Arc<Verdict>)>,
    untrue: u64,
}

impl Copy<'_> {
    /// Whether any table has rows that hang from records.
    fn has_attached(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.role, Role::Attached | Role::Measurements))
    }

    /// Writes the rows of one table.
    pub(crate) fn table(
        &self,
        index: usize,
        out: &mut dyn Write,
        consequences: &mut Consequences,
        findings: &mut Findings,
        progress: &dyn Progress,
    ) -> Result<TableWritten, ShareError> {
        let (Some(plan), Some(treatment), Some(table)) =
            (self.plans.get(index), self.treatments.get(index), self.survey.tables.get(index))
        else {
            return Ok(TableWritten::default());
        };
        let writer = TableWriter {
            copy: self,
            plan,
            treatment,
            table,
            consequences: &*consequences,
            added_to_clear: treatment.added_to_clear(self.licence),
            unread: self.unread(plan, treatment).filter(|_| table.emptied.is_empty()),
            empties_references: false,
            buffers: Buffers::default(),
        };
        let writer = TableWriter { empties_references: writer.must_empty_references()?, ..writer };
        let mut written = TableWritten::default();
        let mut after = Consequences::default();
        let mut untrue = 0;
        let (mut same, mut lost) = (0, 0);
        let mut last = Last::new(self.spill, MOST_HELD_BYTES);
        let start = || Gathered {
            fields: Fields::default(),
            findings: Findings::default(),
            names: PlainNames::new(&self.judge.plain),
            memo: FactMemo::default(),
            groups: FxHashSet::default(),
        };
        let gathered = pipeline::run(
            plan.table.read()?,
            self.workers,
            start,
            |state, chunk| writer.chunk(state, &chunk),
            |chunk| {
                progress.advance(chunk.read);
                out.write_all(&chunk.bytes).map_err(ShareError::writing)?;
                writer.buffers.give(chunk.bytes);
                written.utility.merge(&chunk.utility);
                same += chunk.same;
                lost += chunk.lost;
                last.add(chunk.last).map_err(ShareError::writing)?;
                written.count.merge(&chunk.count);
                written.rejects.extend(chunk.rejects);
                after.had.extend(chunk.had);
                after.live.extend(chunk.live);
                for (event, verdict) in chunk.wanted {
                    want(&mut after.wanted, event, verdict);
                }
                after.records.extend(chunk.records);
                untrue += chunk.untrue;
                Ok::<(), ShareError>(())
            },
        )?;
        for state in gathered {
            findings.merge(state.findings);
        }
        writer.keep_same(same, lost, &mut written.utility);
        written.last = last.write(out).map_err(ShareError::writing)?;
        consequences.take(after, &self.survey.events);
        if untrue > 0 {
            return Err(ShareError::Untrue { rows: untrue });
        }
        if !written.count.balances() {
            return Err(ShareError::Unbalanced { table: plan.table.name.clone() });
        }
        Ok(written)
    }
}

impl Consequences {
    fn take(&mut self, after: Self, events: &crate::events::Events) {
        for event in after.had {
            events.mark(event, &mut self.had);
        }
        for event in after.live {
            events.mark(event, &mut self.live);
        }
        for (event, verdicts) in after.wanted {
            for verdict in verdicts {
                want(&mut self.wanted, event, verdict);
            }
        }
        self.records.extend(after.records);
    }
}

/// Notes that a record hangs from a new event; events that are told alike are one.
fn want(wanted: &mut FxHashMap<u64, Vec<Arc<Verdict>>>, event: u64, verdict: Arc<Verdict>) {
    let known = wanted.entry(event).or_default();
    match known.iter_mut().find(|known| events::told_alike(known, &verdict)) {
        Some(known) => {
            if let Some(both) = known.for_others_of_both(&verdict) {
                *known = Arc::new(both);
            }
        }
        None => known.push(verdict),
    }
}

struct TableWriter<'a> {
    copy: &'a Copy<'a>,
    plan: &'a Plan<'a>,
    treatment: &'a Treatment,
    table: &'a TableSurvey,
    consequences: &'a Consequences,
    /// Values of the added columns in rows that no protection touches.
    added_to_clear: Vec<String>,
    /// How rows leave of which the notes say enough; nothing where none may.
    unread: Option<Unread>,
    /// Whether columns that name other records are emptied in all rows.
    empties_references: bool,
    buffers: Buffers,
}

/// Buffers that were written out, for the next chunks: new ones would have to be made room for by
/// the system, page by page.
#[derive(Debug, Default)]
struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self, room: usize) -> Vec<u8> {
        let mut buffers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = buffers.pop().unwrap_or_default();
        buffer.clear();
        buffer.reserve(room);
        buffer
    }

    fn give(&self, buffer: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// One row on its way out.
struct Passing<'a> {
    row: Row<'a>,
    number: u64,
    line: u64,
    file: usize,
}

impl TableWriter<'_> {
    fn chunk(&self, state: &mut Gathered<'_>, chunk: &Chunk) -> ChunkWritten {
        let shape = self.plan.table.shape();
        let mut written = ChunkWritten {
            read: chunk.bytes().len() as u64,
            bytes: self.buffers.take(chunk.bytes().len() + chunk.bytes().len() / 8),
            ..ChunkWritten::default()
        };
        let mut fields = std::mem::take(&mut state.fields);
        let mut rows = chunk.rows(&shape);
        let mut unread = self.unread.as_ref().and_then(|unread| unread.chunk(self.table, chunk));
        while let Some(whole) = rows.next_whole() {
            written.count.read += 1;
            let group = match &mut unread {
                Some(unread) => match unread.next(&whole, state) {
                    Passes::AsItIs => {
                        unread.copy(&whole, &mut written);
                        state.findings.clear_record();
                        continue;
                    }
                    Passes::Looked(group) => group,
                },
                None => None,
            };
            let read = rows.split(whole, &mut fields);
            if read.fault.is_some() || self.table.rejected.binary_search(&read.row).is_ok() {
                written.count.rejected += 1;
                continue;
            }
            let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
            let passing = Passing { row, number: read.row, line: read.line, file: chunk.file };
            match self.plan.role {
                Role::Records => {
                    self.record(&passing, state, &mut written);
                    // Only now do the metadata name the group.
                    state.groups.extend(group);
                }
                Role::Events => self.event(&passing, state, &mut written),
                Role::Attached | Role::Measurements => self.attached(&passing, state, &mut written),
                Role::Taxa => match self.own_verdict(passing.number) {
                    Some(verdict) => {
                        let (facts, names) = (RowFacts::default(), &mut state.names);
                        self.protected(&passing, &facts, verdict, false, names, &mut written);
                    }
                    None => self.clear(&passing, None, &mut written),
                },
            }
        }
        state.fields = fields;
        written
    }

    /// The verdict of the first reading on a row.
    fn own_verdict(&self, number: u64) -> Option<&Arc<Verdict>> {
        self.table.verdict(number)
    }

    /// The verdict with all that the row shares with protected records.
    fn verdict(&self, number: u64, facts: &RowFacts, own_id: Option<u64>) -> Option<Arc<Verdict>> {
        let ties = &self.copy.survey.ties;
        let mut verdict = self.own_verdict(number).cloned();
        if ties.is_empty() {
            return verdict;
        }
        if let Some(event) = facts.event {
            verdict = stricter(verdict.as_ref(), ties.events.get(&event));
            verdict = stricter(verdict.as_ref(), self.copy.survey.events.verdict(event));
        }
        for had in &facts.shared {
            verdict = stricter(verdict.as_ref(), ties.things.get(had));
        }
        for point in facts.tied_points() {
            let point = Had::point(point);
            verdict = stricter(verdict.as_ref(), ties.things.get(&point));
        }
        if let Some(own) = own_id {
            verdict = stricter(verdict.as_ref(), ties.records.get(&own));
        }
        match verdict {
            Some(verdict) if self.table.withheld.contains(&number) => {
                Some(Arc::new(verdict.withheld()))
            }
            verdict => verdict,
        }
    }

    /// Writes a row that no protection touches.
    fn clear(&self, passing: &Passing<'_>, visits: Option<Visits>, written: &mut ChunkWritten) {
        let row = passing.row;
        let mut patches = Vec::new();
        for (column, default) in self.treatment.defaults() {
            if row.cell(column).trim_ascii().is_empty() {
                patches.push(Patch { column, value: default.to_owned() });
            }
        }
        if self.copy.survey.has_protected() {
            let told = self.treatment.completeness().filter(|column| !row.raw(*column).is_empty());
            patches.extend(told.map(|column| Patch { column, value: String::new() }));
        }
        for column in self.plan.facts.texts.iter().copied() {
            // PRIVACY: that a listed taxon was here tells its place. Nothing says that a text is gone, and
            // others are gone with it.
            let is_emptied = visits.is_some_and(|visits| self.table.emptied.has(column, visits));
            let has_text = !row.raw(column).is_empty();
            if has_text && (is_emptied || self.copy.judge.mentions.are_in(row.raw(column))) {
                patches.push(Patch { column, value: String::new() });
            }
        }
        for column in self.treatment.references() {
            // PRIVACY: a reference would tell the identifier of a protected record; one that is missing among
            // others, too.
            if self.empties_references && !row.raw(column).is_empty() {
                patches.push(Patch { column, value: String::new() });
            }
        }
        if let Some(licence) = self.copy.licence {
            for (column, name) in self.treatment.licences() {
                if name == "license" || !row.raw(column).is_empty() {
                    patches.push(Patch { column, value: licence.to_owned() });
                }
            }
        }
        patches.sort_by_key(|patch| patch.column);
        patches.dedup_by_key(|patch| patch.column);
        self.keep_clear(row, &patches, written);
        written.count.written += 1;
        self.emit(row, &patches, &self.added_to_clear, &mut written.bytes);
    }

    /// Writes a row that stands behind all others, in an order that tells nothing.
    fn emit_last(
        &self,
        passing: &Passing<'_>,
        patches: &[Patch],
        added: &[String],
        rank: u8,
        written: &mut ChunkWritten,
    ) {
        written.count.written += 1;
        let start = written.last.begin();
        self.emit(passing.row, patches, added, written.last.room());
        written.last.end(start, rank, passing.number);
    }

    fn emit(&self, row: Row<'_>, patches: &[Patch], added: &[String], out: &mut Vec<u8>) {
        let columns = self.plan.table.columns.len();
        match self.copy.dialect.filter(|wanted| *wanted != row.dialect) {
            None => {
                patch::write_row(out, row.bytes, row.fields, columns, row.dialect, patches, added)
            }
            Some(dialect) => {
                let cells: Vec<String> = (0..columns)
                    .map(|column| {
                        let patched = patches.iter().find(|patch| patch.column == column);
                        patched.map_or_else(|| row.cell(column).into_owned(), |p| p.value.clone())
                    })
                    .collect();
                let values = cells.iter().chain(added).map(String::as_str);
                patch::write_values(out, values, dialect);
            }
        }
    }

    fn read_facts(&self, row: Row<'_>, memo: &mut FactMemo) -> Option<RowFacts> {
        facts::read(row, self.plan, memo, &mut facts::Oddities::default()).ok()
    }

    fn own_id(&self, row: Row<'_>) -> Option<u64> {
        row.hash(&self.plan.links.own)
    }

    /// The visits that a record of this place and period belongs to, where any texts are emptied.
    fn visits(&self, facts: &RowFacts) -> Option<Visits> {
        if self.table.emptied.is_empty() {
            return None;
        }
        let events = &self.copy.survey.events;
        let place = facts.place.or_else(|| events.place(facts.event))?;
        Some(Visits::of(place.point, facts.period.or_else(|| events.period(facts.event))))
    }
}

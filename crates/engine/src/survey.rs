//! The first reading: decides about every record, and notes what protected records share with
//! others. Nothing is written yet.

mod duplicates;
mod emptied;
mod identified;
mod tied;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reedbed_core::period::Period;
use reedbed_formats::chunk::Chunk;
use reedbed_formats::pipeline;
use reedbed_formats::row::Fields;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cells::{Hashed as _, Row};
use crate::context::{Context, within};
use crate::events::{Event, Events};
use crate::facts::{self, FactMemo, RowFacts};
use crate::frequency::{CommonCounter, CommonValues};
use crate::judge::{Judge, NameCache, NameTally};
use crate::kinds::{Zone, Zones};
use crate::notes::{ChunkNotes, GroupMemory, GroupNumbers, Notes};
use crate::place::Stated;
use crate::plan::{Plan, Role};
use crate::registry::Cohort;
use crate::share::{Progress, ShareError};
use crate::siblings::{ChunkPlaces, EXACT_M, Held, PlaceNotes};
use crate::tally::Reject;
use crate::taxa::TaxonCores;
use crate::ties::Ties;
use crate::verdict::Verdict;

pub(crate) use self::emptied::Visits;
use self::emptied::{Emptied, Named};
use self::tied::SharedVerdicts;
pub(crate) use self::tied::{Tied, tie_record};

/// What the first reading found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The events, settled.
    pub(crate) events: Events,
    /// What protected records share with others.
    pub(crate) ties: Ties,
    /// By event: what those of its records state of it that no rule protects and that have no place
    /// of their own.
    pub(crate) clear_events: ClearEvents,
    /// Of these, with which copies the records came; nothing where there was none.
    pub(crate) cohorts: EventCohorts,
    /// By table, in the order of the plans.
    pub(crate) tables: Vec<TableSurvey>,
    /// Names that no rule listed.
    pub(crate) names: NameTally,
    /// Rows that cannot be used, in the order of tables and rows.
    pub(crate) rejects: Vec<Reject>,
    /// Whether any row states a place that is known, or inherits one.
    has_place: AtomicBool,
    /// Whether any such place may lie in any boundary.
    is_in_boundaries: AtomicBool,
}

/// By hash of the event's identifier, the contexts of its records, each once.
pub(crate) type ClearEvents = FxHashMap<u64, Vec<Context>>;

/// By hash of the event's identifier, the cohorts of its records, each once.
pub(crate) type EventCohorts = FxHashMap<u64, Vec<Cohort>>;

/// What the first reading found in one table.
#[derive(Debug, Default)]
pub(crate) struct TableSurvey {
    /// Rows read.
    pub(crate) rows: u64,
    /// Records that no rule protects and that count for a cell and a month.
    pub(crate) countable: u64,
    /// Protected rows, by number.
    pub(crate) protected: Vec<Held>,
    /// Rows that cannot be used, by number.
    pub(crate) rejected: Vec<u64>,
    /// Siblings that are withheld, because an attack located them although they were told coarsely.
    pub(crate) withheld: FxHashSet<u64>,
    /// Values that may leave with protected records.
    pub(crate) common: CommonValues,
    /// Hashes of the identifiers of the rows, sorted.
    pub(crate) ids: Vec<u64>,
    /// What the second reading need not read again.
    pub(crate) notes: Notes,
    /// Where and when the records are that no rule protects and that state a place of their own.
    pub(crate) places: PlaceNotes,
    /// Texts of records that no rule protects and that name a listed taxon.
    named: Vec<Named>,
    /// Texts that do not leave.
    pub(crate) emptied: Emptied,
    /// Places whose decimal and verbatim forms disagree, and records whose datum is not stated.
    pub(crate) oddities: facts::Oddities,
}

impl TableSurvey {
    /// Whether a row has this identifier.
    pub(crate) fn has(&self, id: u64) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    /// The verdict on a row by itself; nothing for one that is not protected.
    pub(crate) fn verdict(&self, row: u64) -> Option<&Arc<Verdict>> {
        let at = self.protected.binary_search_by_key(&row, |held| held.row).ok()?;
        self.protected.get(at).map(|held| &held.verdict)
    }
}

/// Reads all tables of records and events once. `elsewhere` is what protected data of other kinds
/// share with them.
pub(crate) fn survey(
    plans: &[Plan<'_>],
    judge: &Judge<'_>,
    taxa: &TaxonCores,
    workers: usize,
    progress: &dyn Progress,
    elsewhere: Ties,
) -> Result<Survey, ShareError> {
    let mut survey = Survey {
        tables: plans.iter().map(|_| TableSurvey::default()).collect(),
        ties: elsewhere,
        ..Survey::default()
    };
    // Events first: records inherit place and period from them.
    for role in [Role::Events, Role::Taxa, Role::Records] {
        for (index, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.role == role) {
            let groups = GroupNumbers::default();
            let reader = TableReader { plan, judge, taxa, survey: &survey, groups };
            let found = read(&reader, workers, progress)?;
            survey.take(index, found);
        }
        if role == Role::Events {
            survey.events.clear_containers();
            survey.events.tie_protected(judge.pseudonyms, &mut survey.ties);
        }
    }
    let ties = std::mem::take(&mut survey.ties);
    survey.events.settle(&ties);
    survey.ties = ties;
    Ok(survey)
}

impl Survey {
    /// Whether a row is protected by a rule and may be told in more than one way.
    pub(crate) fn is_told(&self, table: usize, row: u64) -> bool {
        let verdict = self.tables.get(table).and_then(|table| table.verdict(row));
        verdict.is_some_and(|verdict| !verdict.decision.is_withheld())
    }

    /// Withholds a row that no rule protects by itself; says whether it was not withheld before.
    pub(crate) fn withhold(&mut self, table: usize, row: u64) -> bool {
        self.tables.get_mut(table).is_some_and(|table| table.withheld.insert(row))
    }

    /// The places of protected records, for data of other kinds.
    pub(crate) fn zones(&self) -> Zones {
        let mut zones = Zones::default();
        for held in self.tables.iter().flat_map(|table| &table.protected) {
            if let Some(place) = held.place {
                let (point, radius_m) = (place.point, place.radius_m());
                zones.add(Zone { point, radius_m, verdict: Arc::clone(&held.by_rules) });
            }
        }
        zones
    }

    /// Whether any record is protected.
    pub(crate) fn has_protected(&self) -> bool {
        !self.ties.is_empty() || self.tables.iter().any(|table| !table.protected.is_empty())
    }

    /// Whether boundaries were given and places are known, and none of these lies in any of those.
    pub(crate) fn misses_boundaries(&self, judge: &Judge<'_>) -> bool {
        judge.has_areas()
            && self.has_place.load(Ordering::Relaxed)
            && !self.is_in_boundaries.load(Ordering::Relaxed)
    }

    fn take(&mut self, index: usize, found: TableFound) {
        for (id, event) in found.events {
            self.events.add(id, event);
        }
        self.ties.merge(found.ties);
        merge_events(&mut self.clear_events, found.clear_events);
        merge_events(&mut self.cohorts, found.cohorts);
        self.names.merge(found.names);
        self.rejects.extend(found.rejects);
        if let Some(table) = self.tables.get_mut(index) {
            *table = found.table;
        }
    }
}

fn merge_events<T: PartialEq>(own: &mut FxHashMap<u64, Vec<T>>, other: FxHashMap<u64, Vec<T>>) {
    for (event, things) in other {
        let known = own.entry(event).or_default();
        for thing in things {
            if !known.contains(&thing) {
                known.push(thing);
            }
        }
    }
}

struct TableReader<'a> {
    plan: &'a Plan<'a>,
    judge: &'a Judge<'a>,
    taxa: &'a TaxonCores,
    survey: &'a Survey,
    groups: GroupNumbers,
}

#[derive(Debug, Default)]
struct TableFound {
    table: TableSurvey,
    events: Vec<(u64, Event)>,
    ties: Ties,
    clear_events: ClearEvents,
    cohorts: EventCohorts,
    names: NameTally,
    rejects: Vec<Reject>,
}

/// What one worker gathers over all its chunks.
struct Gathered {
    fields: Fields,
    names: NameCache,
    /// Names of checklists, which are no records.
    taxa: NameCache,
    verdicts: FxHashMap<Vec<usize>, Arc<Verdict>>,
    ties: Ties,
    clear_events: ClearEvents,
    cohorts: EventCohorts,
    common: CommonCounter,
    oddities: facts::Oddities,
    memo: FactMemo,
    facts: RowFacts,
    groups: GroupMemory,
    shared: SharedVerdicts,
}

/// What one chunk gives, in the order of its rows.
#[derive(Default)]
struct ChunkFound {
    bytes: u64,
    rows: u64,
    countable: u64,
    protected: Vec<Held>,
    rejected: Vec<(u64, Reject)>,
    ids: Vec<u64>,
    events: Vec<(u64, Event)>,
    notes: Option<ChunkNotes>,
    places: ChunkPlaces,
    named: Vec<Named>,
}

fn read(
    reader: &TableReader<'_>,
    workers: usize,
    progress: &dyn Progress,
) -> Result<TableFound, ShareError> {
    let table = reader.plan.table;
    let mut found = TableFound::default();
    let start = || Gathered {
        fields: Fields::default(),
        names: NameCache::default(),
        taxa: NameCache::default(),
        verdicts: FxHashMap::default(),
        ties: Ties::default(),
        clear_events: ClearEvents::default(),
        cohorts: EventCohorts::default(),
        common: CommonCounter::of(table),
        oddities: facts::Oddities::default(),
        memo: FactMemo::default(),
        facts: RowFacts::default(),
        groups: GroupMemory::default(),
        shared: SharedVerdicts::default(),
    };
    let gathered = pipeline::run(
        table.read()?,
        workers,
        start,
        |state, chunk| reader.chunk(state, &chunk),
        |chunk| {
            progress.advance(chunk.bytes);
            found.table.rows += chunk.rows;
            found.table.countable += chunk.countable;
            found.table.protected.extend(chunk.protected);
            found.table.ids.extend(chunk.ids);
            found.events.extend(chunk.events);
            found.table.notes.push(chunk.notes);
            found.table.places.push(chunk.places);
            found.table.named.extend(chunk.named);
            for (row, reject) in chunk.rejected {
                found.table.rejected.push(row);
                found.rejects.push(reject);
            }
            Ok::<(), ShareError>(())
        },
    )?;
    let mut common = CommonCounter::of(table);
    for state in gathered {
        found.ties.merge(state.ties);
        merge_events(&mut found.clear_events, state.clear_events);
        merge_events(&mut found.cohorts, state.cohorts);
        found.names.merge(state.names.into_tally());
        found.table.oddities.merge(&state.oddities);
        common.merge(state.common);
    }
    found.table.common = common.finish();
    found.reject_duplicates(reader)?;
    Ok(found)
}

fn own_heading(plan: &Plan<'_>) -> String {
    let column = plan.links.own.columns().first().and_then(|index| plan.table.columns.get(*index));
    column.map(|column| column.heading.clone()).unwrap_or_default()
}

impl TableReader<'_> {
    fn chunk(&self, state: &mut Gathered, chunk: &Chunk) -> ChunkFound {
        let shape = self.plan.table.shape();
        // Where records hang from events of the dataset, these must be told what became of them.
        let is_noted = self.plan.role == Role::Records && self.survey.events.is_empty();
        let notes =
            is_noted.then(|| ChunkNotes::new(self.plan, chunk.first_row, chunk.row_count()));
        let mut found =
            ChunkFound { bytes: chunk.bytes().len() as u64, notes, ..ChunkFound::default() };
        let mut fields = std::mem::take(&mut state.fields);
        let mut rows = chunk.rows(&shape);
        while let Some(read) = rows.next_into(&mut fields) {
            found.rows += 1;
            let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
            let refused = match read.fault {
                Some(fault) => {
                    Err(facts::Unusable { column: String::new(), reason: fault.to_string() })
                }
                None => self.row(state, row, read.row, &mut found),
            };
            if let Err(unusable) = refused {
                if let Some(notes) = &mut found.notes {
                    notes.look();
                }
                self.tie_rejected(state, row);
                let reject = Reject {
                    file: self.plan.table.file_name(chunk.file).to_owned(),
                    line: read.line,
                    column: unusable.column,
                    reason: unusable.reason,
                };
                found.rejected.push((read.row, reject));
            }
        }
        state.fields = fields;
        found
    }

    fn row(
        &self,
        state: &mut Gathered,
        row: Row<'_>,
        number: u64,
        found: &mut ChunkFound,
    ) -> Result<(), facts::Unusable> {
        let own = row.hash(&self.plan.links.own);
        if self.plan.role == Role::Taxa {
            found.ids.extend(own);
            let verdict =
                self.judge.taxon(row, self.plan, self.taxa, &mut state.taxa, &mut state.verdicts);
            // Each taxon counts as a site of its own: what several unlisted ones say tells nothing.
            let site = own.filter(|_| verdict.is_none());
            state.common.count(|column| row.raw(column), site);
            found.protected.extend(verdict.map(|verdict| Held::alone(number, verdict)));
            return Ok(());
        }
        let mut facts = std::mem::take(&mut state.facts);
        let read =
            facts::read_into(&mut facts, row, self.plan, &mut state.memo, &mut state.oddities);
        let done = read.and_then(|()| self.decide(state, row, number, own, &facts, found));
        state.facts = facts;
        done
    }

    fn decide(
        &self,
        state: &mut Gathered,
        row: Row<'_>,
        number: u64,
        own: Option<u64>,
        facts: &RowFacts,
        found: &mut ChunkFound,
    ) -> Result<(), facts::Unusable> {
        if self.plan.role == Role::Events {
            self.look_for_boundaries(facts.place);
            let verdict = self.judge.event(row, self.plan, facts, &mut state.verdicts);
            let id = own.ok_or_else(|| facts::Unusable {
                column: own_heading(self.plan),
                reason: "an event without an identifier".to_owned(),
            })?;
            found.ids.push(id);
            let context = self.plan.facts.context.of_row(row);
            if let Some(verdict) = &verdict {
                found.protected.push(Held {
                    place: facts.place,
                    period: facts.period,
                    context,
                    own: Some(id),
                    ..Held::alone(number, Arc::clone(verdict))
                });
            }
            if verdict.is_none() {
                self.note_named(row, facts, found);
            }
            found.events.push((id, event(facts, verdict, context)));
            state.common.count(|column| row.raw(column), facts.site());
            return Ok(());
        }
        self.check_links(facts)?;
        found.ids.extend(own);
        let place = facts.place.or_else(|| self.survey.events.place(facts.event));
        self.look_for_boundaries(place);
        let verdict = self.judge.record(
            row,
            self.plan,
            facts,
            Some(&self.survey.events),
            self.taxa,
            &mut state.names,
            &mut state.verdicts,
        );
        let context = self.plan.facts.context.of_row(row);
        if verdict.is_none() {
            self.note_place(state, facts, own, context, found);
            let period = facts.period.or_else(|| self.survey.events.period(facts.event));
            found.countable += u64::from(place.is_some() && period.is_some_and(is_within_month));
        }
        let named = if verdict.is_none() { self.note_named(row, facts, found) } else { false };
        let site = if verdict.is_none() { facts.site().or(facts.event) } else { None };
        state.common.count(|column| row.raw(column), site);
        if let Some(notes) = &mut found.notes {
            if verdict.is_some() || row.fields.len() != self.plan.table.columns.len() || named {
                notes.look();
            } else {
                let group = state.groups.number(row, self.plan, &self.groups);
                notes.clear(own, facts, group);
            }
        }
        if let Some(verdict) = verdict {
            let (events, pseudonyms) = (&self.survey.events, self.judge.pseudonyms);
            let own_text = row.text(&self.plan.links.own);
            let tied = Tied { facts, own, own_text: &own_text };
            let shared = state.shared.of(&verdict);
            tie_record(&mut state.ties, events, pseudonyms, &tied, &shared);
            found.protected.push(Held {
                row: number,
                own,
                by_rules: Arc::clone(&verdict),
                verdict,
                place,
                period: facts.period.or_else(|| events.period(facts.event)),
                context: self.in_event(facts, context),
                event: facts.event,
            });
        }
        Ok(())
    }

    /// What a record states of its event, with what the event itself states.
    fn in_event(&self, facts: &RowFacts, context: Context) -> Context {
        let event = self.survey.events.chain(facts.event).next();
        event.map_or(context, |(_, event)| within(context, event.context))
    }

    /// Notes where and when a record is that no rule protects.
    fn note_place(
        &self,
        state: &mut Gathered,
        facts: &RowFacts,
        own: Option<u64>,
        context: Context,
        found: &mut ChunkFound,
    ) {
        let events = &self.survey.events;
        let event = facts.event.filter(|event| events.has(*event));
        if let Some(event) = event {
            let cohort = self.judge.cohort(own);
            let cohorts = state.cohorts.entry(event).or_default();
            if cohort > 0 && !cohorts.contains(&cohort) {
                cohorts.push(cohort);
            }
            let contexts = state.clear_events.entry(event).or_default();
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        if let Some(place) = facts.place.filter(|place| place.radius_m() <= EXACT_M) {
            let period = facts.period.or_else(|| events.period(event));
            let cohort = self.judge.cohort(own);
            found.places.note(&place, period, self.in_event(facts, context), cohort);
        }
    }

    /// Notes whether places lie in boundaries at all; one that does is enough.
    fn look_for_boundaries(&self, place: Option<Stated>) {
        let survey = self.survey;
        if survey.is_in_boundaries.load(Ordering::Relaxed) || !self.judge.has_areas() {
            return;
        }
        let Some(place) = place else { return };
        survey.has_place.store(true, Ordering::Relaxed);
        if self.judge.is_in_any_area(place.point, place.radius_m().min(FARTHEST_M)) {
            survey.is_in_boundaries.store(true, Ordering::Relaxed);
        }
    }

    /// A row that cannot be used may be of a listed taxon all the same: what it shares stays
    /// protected. What cannot be read of it counts as unknown.
    fn tie_rejected(&self, state: &mut Gathered, row: Row<'_>) {
        if self.plan.role != Role::Records {
            return;
        }
        let facts = facts::read_leniently(row, self.plan, &mut state.memo);
        let own = row.hash(&self.plan.links.own);
        let verdict = self.judge.record(
            row,
            self.plan,
            &facts,
            None,
            self.taxa,
            &mut state.names,
            &mut state.verdicts,
        );
        if let Some(verdict) = verdict {
            let (events, pseudonyms) = (&self.survey.events, self.judge.pseudonyms);
            let own_text = row.text(&self.plan.links.own);
            let tied = Tied { facts: &facts, own, own_text: &own_text };
            let shared = state.shared.of(&verdict);
            tie_record(&mut state.ties, events, pseudonyms, &tied, &shared);
        }
    }

    /// A row must not hang from nothing.
    fn check_links(&self, facts: &RowFacts) -> Result<(), facts::Unusable> {
        let events = &self.survey.events;
        let orphan = |column: &str, what: &str| facts::Unusable {
            column: column.to_owned(),
            reason: format!("no {what} has this identifier"),
        };
        if !events.is_empty() && facts.event.is_some_and(|event| !events.has(event)) {
            return Err(orphan("eventID", "event"));
        }
        if self.plan.links.core == Some(reedbed_formats::table::RowKind::Taxon) {
            let is_known = facts.taxon.is_some_and(|taxon| self.taxa.has(taxon));
            if !is_known {
                return Err(orphan("taxonID", "taxon"));
            }
        }
        Ok(())
    }
}

/// Whether a period lies in one month.
pub(crate) fn is_within_month(period: Period) -> bool {
    let (start, end) = (period.start(), period.end());
    (start.year(), start.month()) == (end.year(), end.month())
}

fn event(facts: &RowFacts, verdict: Option<Arc<Verdict>>, context: Context) -> Event {
    Event {
        place: facts.place,
        other_places: facts.other_places.clone(),
        points: facts.points.clone(),
        outline: facts.outline,
        is_outline_unknown: facts.is_outline_unknown,
        widest_period: facts.widest_period,
        speaks_of_place: facts.speaks_of_place,
        period: facts.period,
        shared: facts.shared.clone(),
        parent: facts.parent_event,
        context,
        verdict,
    }
}

/// A place that is less certain than this does not show that boundaries are where they should be.
const FARTHEST_M: f64 = 10_000.0;

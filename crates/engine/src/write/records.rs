//! Records on their way out.

use std::sync::Arc;

use super::{ChunkWritten, Gathered, Passing, TableWriter, events};
use crate::cells::Source;
use crate::facts::RowFacts;
use crate::place::{Stated, ToldPlace, Untrue};
use crate::plain_names::PlainNames;
use crate::plan::Role;
use crate::siblings::days_of;
use crate::told_period::ToldPeriod;
use crate::treat::{EVENT, Telling};
use crate::verdict::Verdict;

impl TableWriter<'_> {
    /// Writes a record as its verdict wants it.
    pub(super) fn record(
        &self,
        passing: &Passing<'_>,
        state: &mut Gathered<'_>,
        written: &mut ChunkWritten,
    ) {
        let Some(facts) = self.read_facts(passing.row, &mut state.memo) else {
            // The first reading rejected it; nothing that cannot be read leaves.
            written.count.rejected += 1;
            return;
        };
        let own_id = self.own_id(passing.row);
        let events = &self.copy.survey.events;
        if let Some(event) = facts.event {
            written.had.insert(event);
        }
        let Some(verdict) = self.verdict(passing.number, &facts, own_id) else {
            if let Some(event) = facts.event {
                written.live.insert(event);
            }
            self.cover(passing, &facts, state);
            state.findings.clear_record();
            self.clear(passing, self.visits(&facts), written);
            return;
        };
        if let Some(id) = own_id.filter(|_| self.copy.has_attached()) {
            written.records.push((id, Arc::clone(&verdict)));
        }
        let stated = facts.place.or_else(|| events.place(facts.event));
        if verdict.decision.is_withheld() {
            written.count.withheld += 1;
            state.findings.withheld_record(&verdict);
            self.keep_protected(&facts, &verdict, None, written);
            return;
        }
        let Ok(shown) = ToldPlace::tell(stated, &verdict.decision, self.copy.judge.pseudonyms)
        else {
            written.untrue += 1;
            return;
        };
        let event = facts.event.filter(|event| events.has(*event));
        if let Some(event) = event {
            written.wanted.push((event, Arc::new(verdict.for_others())));
        }
        if let (Some(id), Some(region), true) = (own_id, shown.region(), self.copy.has_registry) {
            let period = facts.period.or_else(|| events.period(facts.event));
            let told = ToldPeriod::tell(period, verdict.decision.period).period();
            state.findings.told.push((id, region, days_of(told)));
        }
        state.findings.protected_record(&verdict, stated, &shown);
        self.protected(passing, &facts, &verdict, event.is_some(), &mut state.names, written);
        self.cover_protected(&shown, &facts, &verdict, state);
    }

    /// Writes a protected row; `hangs` says that it hangs from a new event.
    pub(super) fn protected(
        &self,
        passing: &Passing<'_>,
        facts: &RowFacts,
        verdict: &Arc<Verdict>,
        hangs: bool,
        names: &mut PlainNames<'_>,
        written: &mut ChunkWritten,
    ) {
        let pseudonyms = self.copy.judge.pseudonyms;
        let Ok((_stated, place)) = self.told_place(facts, verdict) else {
            written.untrue += 1;
            return;
        };
        // A new event has no parent, so it tells the period that it had from it.
        let parent = facts.parent_event.filter(|_| self.plan.role == Role::Events);
        let has_date = self.plan.facts.event_dates.iter().any(Source::exists);
        let events = &self.copy.survey.events;
        let stated_period = facts.period.or_else(|| events.period(parent).filter(|_| has_date));
        let period = ToldPeriod::tell(stated_period, verdict.decision.period);
        let period = if facts.period.is_none() { period.inherited() } else { period };
        let event_id = passing.row.text(self.event_source());
        let told = events::told(verdict);
        let event = hangs.then(|| pseudonyms.of_told(EVENT, &event_id, &told));
        let telling = Telling {
            decision: &verdict.decision,
            place: &place,
            period: &period,
            reasons: &verdict.reasons,
            event: event.as_deref(),
            told: &told,
            without_context: verdict.closing.without_context,
        };
        let (patches, added) = self.treatment.protect(
            passing.row,
            &telling,
            &self.table.common,
            self.copy.judge,
            self.copy.licence,
            names,
        );
        self.keep_protected(facts, verdict, Some(&patches), written);
        if verdict.is_shared() {
            written.count.shared += 1;
        } else {
            written.count.protected += 1;
        }
        if self.plan.role == Role::Taxa {
            // A checklist is in no order that tells where anything was.
            written.count.written += 1;
            self.emit(passing.row, &patches, &added, &mut written.bytes);
        } else {
            let category = verdict.decision.category as u8;
            let rank = if verdict.is_shared() { 0 } else { 1 + category };
            self.emit_last(passing, &patches, &added, rank, written);
        }
    }

    /// The place of a protected row as it is held and as it is told. A new event has no parent, so
    /// it tells the place that it had from it.
    pub(super) fn told_place(
        &self,
        facts: &RowFacts,
        verdict: &Verdict,
    ) -> Result<(Option<Stated>, ToldPlace), Untrue> {
        let parent = facts.parent_event.filter(|_| self.plan.role == Role::Events);
        let stated = facts.place.or_else(|| self.copy.survey.events.place(parent));
        if !facts.speaks_of_place && stated.is_none() {
            return Ok((None, ToldPlace::none()));
        }
        let pseudonyms = self.copy.judge.pseudonyms;
        Ok((stated, ToldPlace::tell(stated, &verdict.decision, pseudonyms)?))
    }

    fn event_source(&self) -> &Source {
        if self.plan.links.event.exists() { &self.plan.links.event } else { &self.plan.links.own }
    }

    /// Counts what a clear row publishes.
    pub(super) fn cover(&self, passing: &Passing<'_>, facts: &RowFacts, state: &mut Gathered<'_>) {
        let findings = &mut state.findings;
        if let Some(place) = facts.place {
            findings.coverage.point(place.point);
        }
        if let Some(edges) = facts.outline_edges {
            findings.coverage.outline(edges);
        }
        if let Some(period) = facts.period {
            findings.coverage.period(period);
        }
        self.cover_groups(passing, state);
    }

    fn cover_protected(
        &self,
        shown: &ToldPlace,
        facts: &RowFacts,
        verdict: &Verdict,
        state: &mut Gathered<'_>,
    ) {
        let findings = &mut state.findings;
        if let Some(region) = shown.region() {
            findings.coverage.region(&region);
        }
        let period = facts.period.or_else(|| self.copy.survey.events.period(facts.event));
        if let Some(period) = ToldPeriod::tell(period, verdict.decision.period).period() {
            findings.coverage.period(period);
        }
        // Groups are counted of records that leave as held: a protected one may hide a place there.
    }

    fn cover_groups(&self, passing: &Passing<'_>, state: &mut Gathered<'_>) {
        for (rank, source) in (0_u8..).zip(&self.plan.facts.groups) {
            let name = passing.row.text(source);
            if !name.is_empty() && state.names.is_plain(&name) {
                state.findings.coverage.group(rank, &name);
                return;
            }
        }
    }
}

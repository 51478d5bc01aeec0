//! Events on their way out: kept, generalised, made anew for protected records, or withheld when
//! nothing hangs from them any more.

use std::sync::Arc;

use super::{ChunkWritten, Gathered, Passing, TableWriter};
use crate::facts::RowFacts;
use crate::plan;
use crate::statement;
use crate::verdict::Verdict;

/// Whether two verdicts tell an event in the same way.
pub(super) fn told_alike(a: &Verdict, b: &Verdict) -> bool {
    let (own, other) = (&a.decision, &b.decision);
    own.category == other.category
        && own.place == other.place
        && own.period == other.period
        && a.closing.without_context == b.closing.without_context
}

/// How something is told under a verdict, in words.
pub(super) fn told(verdict: &Verdict) -> String {
    let decision = &verdict.decision;
    let told = statement::generalised(decision.place, decision.period);
    let without = if verdict.closing.without_context { "\u{1f}" } else { "" };
    format!("{}\u{1f}{told}{without}", decision.category)
}

impl TableWriter<'_> {
    /// Writes an event: as it is, generalised, as the new events that protected records hang from,
    /// or not at all.
    pub(super) fn event(
        &self,
        passing: &Passing<'_>,
        state: &mut Gathered<'_>,
        written: &mut ChunkWritten,
    ) {
        let (Some(facts), Some(id)) =
            (self.read_facts(passing.row, &mut state.memo), self.own_id(passing.row))
        else {
            written.count.rejected += 1;
            return;
        };
        let wanted = self.consequences.wanted.get(&id);
        for verdict in wanted.into_iter().flatten() {
            written.count.added += 1;
            self.protected(passing, &facts, verdict, true, &mut state.names, written);
        }
        // An event that had records and has none left says that something was withheld from it.
        let is_left_alone =
            self.consequences.had.contains(&id) && !self.consequences.live.contains(&id);
        match self.copy.survey.events.verdict(id) {
            None if !is_left_alone => {
                self.cover(passing, &facts, state);
                self.clear(passing, self.visits(&facts), written);
                if plan::counts_events(self.copy.plans) {
                    state.findings.clear_record();
                }
            }
            Some(verdict)
                if !is_left_alone && wanted.is_none() && !verdict.decision.is_withheld() =>
            {
                let shared = Arc::new(verdict.for_others());
                self.protected(passing, &facts, &shared, true, &mut state.names, written);
                self.count(passing, &facts, verdict, state);
            }
            verdict => {
                written.count.withheld += 1;
                if let Some(verdict) = verdict {
                    self.count(passing, &facts, verdict, state);
                }
            }
        }
    }

    /// Counts a protected event where there are no records to be counted.
    fn count(
        &self,
        passing: &Passing<'_>,
        facts: &RowFacts,
        verdict: &Arc<Verdict>,
        state: &mut Gathered<'_>,
    ) {
        if !plan::counts_events(self.copy.plans) {
            return;
        }
        // Where only an event around it was met by a rule, it shares the verdict of that one.
        let verdict = match self.own_verdict(passing.number) {
            Some(_own) => Arc::clone(verdict),
            None => Arc::new(verdict.for_others()),
        };
        if verdict.decision.is_withheld() {
            state.findings.withheld_record(&verdict);
        } else if let Ok((stated, place)) = self.told_place(facts, &verdict) {
            state.findings.protected_record(&verdict, stated, &place);
        }
    }
}

//! Rows that hang from records, events or taxa, on their way out: they follow what they hang from.

use std::sync::Arc;

use reedbed_formats::table::RowKind;

use super::{ChunkWritten, Gathered, Passing, TableWriter};
use crate::cells::Source;
use crate::facts::RowFacts;
use crate::hash::hash_of;
use crate::plan::Role;
use crate::tally::Reject;
use crate::verdict::Verdict;

/// What a row hangs from.
enum Fate {
    /// Something that leaves as it is.
    Clear,
    /// Something that is not there.
    Orphan(&'static str),
    /// A protected record.
    Protected(Arc<Verdict>),
    /// Something that does not leave as it is, and the row with it.
    Withheld,
}

impl TableWriter<'_> {
    /// Writes a row as the fate of what it hangs from wants it.
    pub(super) fn attached(
        &self,
        passing: &Passing<'_>,
        state: &mut Gathered<'_>,
        written: &mut ChunkWritten,
    ) {
        match self.fate(passing) {
            Fate::Clear if self.tells_totals(passing) => written.count.withheld += 1,
            // PRIVACY: which record is related to a protected one is not told.
            Fate::Clear if self.refers_to_protected(passing.row) => written.count.withheld += 1,
            Fate::Clear => self.clear(passing, None, written),
            Fate::Orphan(what) => {
                written.count.rejected += 1;
                written.rejects.push(Reject {
                    file: self.plan.table.file_name(passing.file).to_owned(),
                    line: passing.line,
                    column: String::new(),
                    reason: format!("no {what} has the identifier that this row hangs from"),
                });
            }
            Fate::Protected(verdict) => {
                if self.may_follow(passing, &verdict) {
                    let hangs = self.plan.links.core == Some(RowKind::Event);
                    let facts = RowFacts::default();
                    self.protected(passing, &facts, &verdict, hangs, &mut state.names, written);
                } else {
                    written.count.withheld += 1;
                }
            }
            Fate::Withheld => written.count.withheld += 1,
        }
    }

    fn fate(&self, passing: &Passing<'_>) -> Fate {
        let links = &self.plan.links;
        let hangs = links.record.exists() || links.event.exists() || links.core.is_some();
        if !hangs && self.copy.survey.has_protected() {
            // Nobody knows what it is about; it could be about a protected record.
            return Fate::Withheld;
        }
        if let Some(id) = self.link(passing, &links.record) {
            if let Some(verdict) = self.consequences.records.get(&id) {
                return Fate::Protected(Arc::clone(verdict));
            }
            if !self.is_known(id, Role::Records) {
                return Fate::Orphan("record");
            }
        } else if links.core == Some(RowKind::Occurrence) {
            return Fate::Orphan("record");
        }
        let has_events = !self.copy.survey.events.is_empty();
        match self.link(passing, &links.event) {
            Some(id) if has_events => self.fate_of_event(id),
            None if links.core == Some(RowKind::Event) => Fate::Orphan("event"),
            _ if self.link(passing, &links.record).is_some() => Fate::Clear,
            _ => self.fate_of_taxon(passing),
        }
    }

    fn fate_of_event(&self, id: u64) -> Fate {
        let events = &self.copy.survey.events;
        let is_left_alone =
            self.consequences.had.contains(&id) && !self.consequences.live.contains(&id);
        if !events.has(id) {
            Fate::Orphan("event")
        } else if events.verdict(id).is_some() || is_left_alone {
            Fate::Withheld
        } else {
            Fate::Clear
        }
    }

    fn fate_of_taxon(&self, passing: &Passing<'_>) -> Fate {
        if self.plan.links.core != Some(RowKind::Taxon) {
            // A row without a link: nobody knows what it is about.
            return if self.copy.survey.has_protected() { Fate::Withheld } else { Fate::Clear };
        }
        let Some(id) = self.link(passing, &self.plan.links.taxon) else {
            return Fate::Orphan("taxon");
        };
        if !self.copy.taxa.has(id) {
            return Fate::Orphan("taxon");
        }
        let is_about_names = matches!(self.plan.table.kind, RowKind::VernacularName);
        if is_about_names || !self.copy.taxa.is_listed(id, self.copy.judge) {
            Fate::Clear
        } else {
            Fate::Withheld
        }
    }

    fn link(&self, passing: &Passing<'_>, source: &Source) -> Option<u64> {
        let id = passing.row.text(source);
        (!id.trim_ascii().is_empty()).then(|| hash_of(id.as_bytes()))
    }

    fn is_known(&self, id: u64, role: Role) -> bool {
        let tables = self.copy.plans.iter().zip(&self.copy.survey.tables);
        let mut of_role = tables.filter(|(plan, _)| plan.role == role).peekable();
        of_role.peek().is_none() || of_role.any(|(_, table)| table.has(id))
    }

    /// A measurement follows a protected record if its type is allowed; an identification follows
    /// with its restricted terms treated; nothing else does.
    fn may_follow(&self, passing: &Passing<'_>, verdict: &Verdict) -> bool {
        if verdict.decision.is_withheld() {
            return false;
        }
        match self.plan.table.kind {
            RowKind::Identification => true,
            RowKind::Measurement => {
                let source = Source::of(self.plan.table, "measurementType");
                let kind = passing.row.text(&source);
                verdict.decision.allowed_measurements.contains(kind.trim_ascii())
            }
            _ => false,
        }
    }

    /// Totals and statements of completeness of an event show the gap that a withheld record
    /// leaves: they leave with no event as soon as one record of the dataset is protected.
    fn tells_totals(&self, passing: &Passing<'_>) -> bool {
        if self.plan.role != Role::Measurements || !self.copy.survey.has_protected() {
            return false;
        }
        if self.link(passing, &self.plan.links.record).is_some() {
            return false;
        }
        let source = Source::of(self.plan.table, "measurementType");
        let kind = passing.row.text(&source).to_lowercase();
        TOTALS.iter().any(|word| kind.contains(word))
    }
}

const TOTALS: &[&str] = &[
    "total",
    "richness",
    "abundance",
    "number of species",
    "species count",
    "taxa count",
    "complete",
    "diversity",
    "number of taxa",
    "number of individuals",
    "biomass",
    "absent",
];

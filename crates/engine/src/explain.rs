//! Explains one record: every rule looked at, which met it, and what follows.

use std::sync::Arc;

use reedbed_core::decide::{Audience, Decision, Meeting, Meets, PlaceTold};
use reedbed_core::period::Precision;
use reedbed_formats::row::Fields;
use serde::Serialize;

use crate::cells::Row;
use crate::facts::{self, FactMemo, Oddities, RowFacts};
use crate::hash::hash_of;
use crate::plan::{Plan, Role};
use crate::rule_words;
use crate::share::{Prepared, ShareError};
use crate::statement;
use crate::survey::TableSurvey;
use crate::ties::Had;
use crate::verdict::{Verdict, stricter};

/// What was found about one record, in sentences.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The table that it is in.
    pub file: String,
    /// The line that it is on.
    pub line: u64,
    /// Its names and how they were matched.
    pub names: Vec<String>,
    /// The rules that met it.
    pub met: Vec<RuleExplained>,
    /// The rules about its taxon or about every taxon that did not.
    pub not_met: Vec<RuleExplained>,
    /// How many other rules were looked at: they are about other taxa.
    pub other_rules: usize,
    /// Why the row cannot be used, if it cannot: it does not leave at all.
    pub rejected: Option<String>,
    /// What it shares with protected records, where that makes it stricter.
    pub shared: Option<String>,
    /// Some of the records with which it shares something, and the rules that protect them.
    pub shared_with: Vec<String>,
    /// What follows, in sentences.
    pub follows: Vec<String>,
}

/// One rule and how its criteria stand to the record.
#[derive(Debug, Clone, Serialize)]
pub struct RuleExplained {
    /// List and line.
    pub rule: String,
    /// The rule in a sentence.
    pub says: String,
    /// Its criteria.
    pub because: Vec<String>,
}

/// A row while tables are gone over.
struct Found<'a> {
    plan: &'a Plan<'a>,
    survey: &'a TableSurvey,
    row: Row<'a>,
    number: u64,
    file: &'a str,
    line: u64,
    facts: RowFacts,
}

impl Prepared<'_> {
    /// Explains the records with an identifier; none if there is no such record.
    pub fn explain(&self, id: &str) -> Result<Vec<Explanation>, ShareError> {
        let wanted = hash_of(id.as_bytes());
        let mut explained = Vec::new();
        let mut shared = Vec::new();
        self.each_record(|found| {
            if hash_of(found.row.text(&found.plan.links.own).as_bytes()) == wanted {
                explained.push(self.explained(&found));
                shared.push((found.number, self.had(&found)));
            }
        })?;
        if explained.iter().any(|explanation| explanation.shared.is_some()) {
            self.each_record(|found| {
                let Some(verdict) = own_verdict(found.survey, found.number) else { return };
                let theirs = self.had(&found);
                for (explanation, (number, ours)) in explained.iter_mut().zip(&shared) {
                    let is_one = found.number != *number && ours.iter().any(|h| theirs.contains(h));
                    if is_one && explanation.shared.is_some() && explanation.shared_with.len() < 3 {
                        explanation.shared_with.push(self.protects(&found, verdict));
                    }
                }
            })?;
        }
        Ok(explained)
    }

    /// Whether an identifier is that of an event.
    pub fn is_event(&self, id: &str) -> bool {
        self.survey().events.has(hash_of(id.as_bytes()))
    }

    /// Goes over all records, those that cannot be used included as far as they can be read.
    fn each_record(&self, mut visit: impl FnMut(Found<'_>)) -> Result<(), ShareError> {
        let mut memo = FactMemo::default();
        let tables = self.plans().iter().zip(&self.survey().tables);
        for (plan, survey) in tables.filter(|(plan, _)| plan.role == Role::Records) {
            let shape = plan.table.shape();
            let mut fields = Fields::default();
            let mut chunks = plan.table.read()?;
            while let Some(chunk) = chunks.next_chunk()? {
                let mut rows = chunk.rows(&shape);
                while let Some(read) = rows.next_into(&mut fields) {
                    let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                    let facts = facts::read(row, plan, &mut memo, &mut Oddities::default());
                    let facts = facts
                        .unwrap_or_else(|_unusable| facts::read_leniently(row, plan, &mut memo));
                    let file = plan.table.file_name(chunk.file);
                    let (number, line) = (read.row, read.line);
                    visit(Found { plan, survey, row, number, file, line, facts });
                }
            }
        }
        Ok(())
    }

    fn explained(&self, found: &Found<'_>) -> Explanation {
        let Found { plan, survey, facts, .. } = found;
        let own = own_verdict(survey, found.number);
        let (shared, with) = self.shared(facts);
        let decision = stricter(own, shared.as_ref())
            .map_or_else(Decision::clear, |verdict| verdict.decision.clone());
        let is_stricter = own.is_none_or(|own| own.decision != decision);
        let (hits, meetings, _) =
            self.judge().explain(found.row, plan, facts, &self.survey().events, self.taxa());
        let rejected = self
            .survey()
            .rejects
            .iter()
            .find(|reject| reject.line == found.line && reject.file == found.file)
            .filter(|_| survey.rejected.binary_search(&found.number).is_ok())
            .map(|reject| reject.reason.clone());
        let mut explanation = Explanation {
            file: found.file.to_owned(),
            line: found.line,
            names: rule_words::names(self.judge().rules(), &hits),
            met: Vec::new(),
            not_met: Vec::new(),
            other_rules: 0,
            follows: match &rejected {
                Some(reason) => vec![format!("The row cannot be used and does not leave: {reason}.")],
                None => self.follows(&decision, &meetings, is_stricter && !with.is_empty()),
            },
            rejected,
            shared: (is_stricter && !with.is_empty()).then(|| {
                format!(
                    "It shares {} with a protected record, and is told no more precisely than that.",
                    with.join(" and ")
                )
            }),
            shared_with: Vec::new(),
        };
        let rules = self.judge().rules().rules.as_slice();
        for (index, meeting) in meetings {
            let Some(rule) = rules.get(index) else { continue };
            let explained = || RuleExplained {
                rule: rule.id.to_string(),
                says: rule_words::says(self.judge().rules(), rule),
                because: because(&meeting.criteria()),
            };
            if meeting.is_met() {
                explanation.met.push(explained());
            } else if meeting.taxon.0 == Meets::No {
                explanation.other_rules += 1;
            } else {
                explanation.not_met.push(explained());
            }
        }
        explanation
    }

    /// What sharing makes of a record, and what it shares, in words.
    fn shared(&self, facts: &RowFacts) -> (Option<Arc<Verdict>>, Vec<&'static str>) {
        let (events, ties) = (&self.survey().events, &self.survey().ties);
        let (mut shared, mut with) = (None, Vec::new());
        if let Some(event) = facts.event {
            // A tie of the event itself, or one that the event has by its place or its site.
            match (ties.events.get(&event), events.verdict(event)) {
                (Some(_), _) => with.push("its event"),
                (None, Some(_)) => with.push("the place or the site of its event"),
                (None, None) => {}
            }
            let by_event = stricter(ties.events.get(&event), events.verdict(event));
            shared = stricter(shared.as_ref(), by_event.as_ref());
        }
        let points = facts.tied_points().map(Had::point);
        for had in facts.shared.iter().copied().chain(points) {
            if let Some(tie) = ties.things.get(&had) {
                with.push(had.thing.words());
                shared = stricter(shared.as_ref(), Some(tie));
            }
        }
        with.sort_unstable();
        with.dedup();
        (shared, with)
    }

    /// All that a record has that others can share, by its own cells and by its event's.
    fn had(&self, found: &Found<'_>) -> Vec<Had> {
        let facts = &found.facts;
        let points = facts.tied_points().map(Had::point);
        let mut had: Vec<Had> = facts.shared.iter().copied().chain(points).collect();
        had.extend(self.survey().events.had(facts.event));
        had
    }

    /// Where a protected record stands, and which rule protects it: for the steward, who holds it.
    fn protects(&self, found: &Found<'_>, verdict: &Verdict) -> String {
        let rules = self.judge().rules();
        let by = verdict.rules.iter().filter_map(|index| rules.rules.get(*index));
        let by: Vec<String> = by.map(|rule| rule.id.to_string()).collect();
        format!("{}, line {}, protected by {}", found.file, found.line, by.join(" and "))
    }

    fn follows(
        &self,
        decision: &Decision,
        meetings: &[(usize, Meeting)],
        by_sharing: bool,
    ) -> Vec<String> {
        let who = match self.settings().audience {
            Audience::Partner { .. } => "The partner",
            Audience::Public => "The public",
        };
        if !decision.is_protected() {
            return vec![format!("{who} gets the record as it is held.")];
        }
        if decision.place == PlaceTold::Withheld {
            let rules = self.judge().rules();
            let met = meetings.iter().filter(|(_, meeting)| meeting.is_met());
            let outcomes = met.filter_map(|(index, _)| rules.rules.get(*index)).map(|r| &r.outcome);
            let embargo = outcomes.clone().filter_map(|outcome| outcome.embargo_until).max();
            let why = match embargo {
                Some(day) => format!(", by an embargo until {day}"),
                None if outcomes.clone().any(|outcome| outcome.withhold) => {
                    ", by a rule that withholds it".to_owned()
                }
                None if by_sharing => ", as is what it shares something with".to_owned(),
                None => format!(", by the category {}", decision.category),
            };
            return vec![
                format!("It is withheld{why}."),
                format!("{who} does not get the record."),
            ];
        }
        let mut told = vec![format!("Its category is {}.", decision.category)];
        told.push(statement::generalised(decision.place, decision.period));
        if decision.period == Some(Precision::Day) {
            told.push("Date told by the day.".to_owned());
        }
        told
    }
}

fn own_verdict(survey: &TableSurvey, row: u64) -> Option<&Arc<Verdict>> {
    let at = survey.protected.binary_search_by_key(&row, |(row, _)| *row).ok()?;
    survey.protected.get(at).map(|(_, verdict)| verdict)
}

fn because(criteria: &[(&'static str, Meets)]) -> Vec<String> {
    criteria
        .iter()
        .filter_map(|(name, meets)| match meets {
            Meets::No => Some(format!("the {name} does not fit")),
            Meets::NotAsked => None,
            Meets::Unknown => Some(format!("the {name} is not known, so it counts as fitting")),
            Meets::Yes => Some(format!("the {name} fits")),
        })
        .collect()
}

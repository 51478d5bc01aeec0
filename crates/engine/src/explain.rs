//! Explains one record or event: every rule looked at, which met it, what it shares, and what
//! follows.

mod follows;
mod sharing;

use std::ops::ControlFlow;
use std::sync::Arc;

use reedbed_core::decide::{Meeting, Meets};
use reedbed_formats::row::Fields;
use serde::Serialize;

use crate::cells::{Hashed as _, Row};
use crate::events::Whereabouts;
use crate::facts::{self, FactMemo, Oddities, RowFacts};
use crate::hash::hash_of;
use crate::plan::{Plan, Role};
use crate::rule_words;
use crate::share::{Prepared, ShareError};
use crate::survey::TableSurvey;
use crate::verdict::{Verdict, stricter};

pub use sharing::SharedWith;

/// What was found about one record or event, in sentences.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// `record` or `event`.
    pub kind: &'static str,
    /// The table that it is in.
    pub file: String,
    /// The line that it is on.
    pub line: u64,
    /// Why the row cannot be used, if it cannot: nothing of it leaves, and no rule decides about it.
    pub rejected: Option<String>,
    /// Its names and how they were matched.
    pub names: Vec<String>,
    /// The rules that met it.
    pub met: Vec<RuleExplained>,
    /// The rules about its taxon or about every taxon that did not.
    pub not_met: Vec<RuleExplained>,
    /// How many other rules were looked at: they are about other taxa.
    pub other_rules: usize,
    /// What it shares with a protected record, where that makes it stricter, and what comes of it.
    pub shared: Option<String>,
    /// A protected record or event with which it shares that.
    pub shared_with: Option<SharedWith>,
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

/// One row, where it stands.
struct Standing<'a> {
    plan: &'a Plan<'a>,
    survey: &'a TableSurvey,
    row: Row<'a>,
    number: u64,
    line: u64,
    file: &'a str,
    is_faulty: bool,
}

impl Standing<'_> {
    fn is_rejected(&self) -> bool {
        self.is_faulty || self.survey.rejected.binary_search(&self.number).is_ok()
    }

    /// The verdict of the first reading.
    fn verdict(&self) -> Option<&Arc<Verdict>> {
        self.survey.verdict(self.number)
    }

    fn own_id(&self) -> Option<u64> {
        self.row.hash(&self.plan.links.own)
    }

    fn facts(&self) -> Option<RowFacts> {
        let (mut memo, mut oddities) = (FactMemo::default(), Oddities::default());
        facts::read(self.row, self.plan, &mut memo, &mut oddities).ok()
    }

    fn kind(&self) -> &'static str {
        if self.plan.role == Role::Events { "event" } else { "record" }
    }
}

impl Prepared<'_> {
    /// Explains the records with an identifier, or the events where no record has it; none if
    /// there is neither.
    pub fn explain(&self, id: &str) -> Result<Vec<Explanation>, ShareError> {
        let wanted = hash_of(id.as_bytes());
        for role in [Role::Records, Role::Events] {
            let mut found = Vec::new();
            self.each_row(role, &mut |standing| {
                if standing.own_id() == Some(wanted) {
                    found.push(self.explained(standing));
                }
                ControlFlow::Continue(())
            })?;
            if !found.is_empty() {
                return found.into_iter().map(|one| self.traced(one)).collect();
            }
        }
        Ok(Vec::new())
    }

    /// Visits each row of the tables of a role, in their order.
    fn each_row(
        &self,
        role: Role,
        visit: &mut dyn FnMut(&Standing<'_>) -> ControlFlow<()>,
    ) -> Result<(), ShareError> {
        let tables = self.plans().iter().zip(&self.survey().tables);
        for (plan, survey) in tables.filter(|(plan, _)| plan.role == role) {
            let shape = plan.table.shape();
            let mut fields = Fields::default();
            let mut chunks = plan.table.read()?;
            while let Some(chunk) = chunks.next_chunk()? {
                let file = plan.table.file_name(chunk.file);
                let mut rows = chunk.rows(&shape);
                while let Some(read) = rows.next_into(&mut fields) {
                    let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                    let (number, line, is_faulty) = (read.row, read.line, read.fault.is_some());
                    let standing = Standing { plan, survey, row, number, line, file, is_faulty };
                    if visit(&standing).is_break() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Explains a row, and says what to look for to find with whom it shares something.
    fn explained(&self, standing: &Standing<'_>) -> (Explanation, Option<sharing::Sought>) {
        let mut explanation = Explanation {
            kind: standing.kind(),
            file: standing.file.to_owned(),
            line: standing.line,
            rejected: None,
            names: Vec::new(),
            met: Vec::new(),
            not_met: Vec::new(),
            other_rules: 0,
            shared: None,
            shared_with: None,
            follows: Vec::new(),
        };
        let facts = standing.facts().filter(|_| !standing.is_rejected());
        let Some(facts) = facts else {
            explanation.rejected = Some(self.why_rejected(standing));
            return (explanation, None);
        };
        self.hold_against_rules(&mut explanation, standing, &facts);
        let own = standing.verdict();
        let shared = sharing::of(self, standing, &facts);
        let verdict = shared
            .iter()
            .fold(own.cloned(), |verdict, with| stricter(verdict.as_ref(), Some(&with.verdict)));
        let sought = sharing::Sought::of(own, shared);
        let says = follows::Follows {
            kind: standing.kind(),
            audience: self.settings().audience,
            rules: self.judge().rules(),
        };
        explanation.follows = says.told(verdict.as_deref(), sought.is_some());
        (explanation, sought)
    }

    fn hold_against_rules(
        &self,
        explanation: &mut Explanation,
        standing: &Standing<'_>,
        facts: &RowFacts,
    ) {
        let events = &self.survey().events;
        let is_record = standing.plan.role == Role::Records;
        let at = if is_record { events.whereabouts(facts) } else { Whereabouts::of(facts) };
        let taxa = is_record.then(|| self.taxa());
        let (row, plan) = (standing.row, standing.plan);
        let (hits, meetings) = self.judge().explain(row, plan, facts, &at, taxa);
        let rules = self.judge().rules();
        if is_record {
            explanation.names = rule_words::names(rules, &hits);
        }
        for (rule, meeting) in
            meetings.iter().filter_map(|(index, meeting)| Some((rules.rules.get(*index)?, meeting)))
        {
            let explained = || RuleExplained {
                rule: rule.id.to_string(),
                says: rule_words::says(rules, rule),
                because: because(meeting),
            };
            if meeting.is_met() {
                explanation.met.push(explained());
            } else if meeting.taxon.0 == Meets::No {
                explanation.other_rules += 1;
            } else {
                explanation.not_met.push(explained());
            }
        }
    }

    fn why_rejected(&self, standing: &Standing<'_>) -> String {
        let is_it = |file: &str, line| file == standing.file && line == standing.line;
        let found = self.survey().rejects.iter().find(|reject| is_it(&reject.file, reject.line));
        match found {
            Some(reject) if reject.column.is_empty() => reject.reason.clone(),
            Some(reject) => format!("{}: {}", reject.column, reject.reason),
            None => "it cannot be read".to_owned(),
        }
    }

    /// Adds with whom the row shares something.
    fn traced(
        &self,
        (mut explanation, sought): (Explanation, Option<sharing::Sought>),
    ) -> Result<Explanation, ShareError> {
        if let Some(sought) = sought {
            explanation.shared_with = self.find_sharer(&sought)?;
            explanation.shared = Some(sought.told());
        }
        Ok(explanation)
    }
}

fn because(meeting: &Meeting) -> Vec<String> {
    meeting
        .criteria()
        .iter()
        .filter_map(|(name, meets)| match meets {
            Meets::No => Some(format!("the {name} does not fit")),
            Meets::NotAsked => None,
            Meets::Unknown => Some(format!("the {name} is not known, so it counts as fitting")),
            Meets::Yes => Some(format!("the {name} fits")),
        })
        .collect()
}

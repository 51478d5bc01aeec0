//! Explains one record: every rule looked at, which met it, and what follows.

use reedbed_core::decide::{Audience, Decision, Meets, PlaceTold};
use reedbed_core::period::Precision;
use reedbed_formats::row::Fields;
use serde::Serialize;

use crate::cells::Row;
use crate::facts::{self, FactMemo, Oddities};
use crate::hash::hash_of;
use crate::plan::Role;
use crate::rule_words;
use crate::share::{Prepared, ShareError};
use crate::statement;
use crate::ties::Had;
use crate::verdict::stricter;

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
    /// What it shares with protected records.
    pub shared: Option<String>,
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

impl Prepared<'_> {
    /// Explains the records with an identifier; none if there is no such record.
    pub fn explain(&self, id: &str) -> Result<Vec<Explanation>, ShareError> {
        let mut found = Vec::new();
        let wanted = hash_of(id.as_bytes());
        let tables = self.plans().iter().zip(&self.survey().tables);
        for (plan, survey) in tables.filter(|(plan, _)| plan.role == Role::Records) {
            let shape = plan.table.shape();
            let mut fields = Fields::default();
            let mut chunks = plan.table.read()?;
            while let Some(chunk) = chunks.next_chunk()? {
                let mut rows = chunk.rows(&shape);
                while let Some(read) = rows.next_into(&mut fields) {
                    if read.fault.is_some() {
                        continue;
                    }
                    let row = Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect };
                    if hash_of(row.text(&plan.links.own).as_bytes()) != wanted {
                        continue;
                    }
                    let Ok(facts) =
                        facts::read(row, plan, &mut FactMemo::default(), &mut Oddities::default())
                    else {
                        continue;
                    };
                    let events = &self.survey().events;
                    let own = survey
                        .protected
                        .binary_search_by_key(&read.row, |(row, _)| *row)
                        .ok()
                        .and_then(|at| survey.protected.get(at))
                        .map(|(_, verdict)| verdict);
                    let ties = &self.survey().ties;
                    let (mut shared, mut with) = (None, Vec::new());
                    if let Some(event) = facts.event {
                        let by_event = stricter(ties.events.get(&event), events.verdict(event));
                        if by_event.is_some() {
                            with.push("its event");
                        }
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
                    let (hits, meetings, _) =
                        self.judge().explain(row, plan, &facts, events, self.taxa());
                    let rules = self.judge().rules().rules.as_slice();
                    let mut explanation = Explanation {
                        file: plan.table.file_name(chunk.file).to_owned(),
                        line: read.line,
                        names: rule_words::names(self.judge().rules(), &hits),
                        met: Vec::new(),
                        not_met: Vec::new(),
                        other_rules: 0,
                        shared: (own.is_none() && !with.is_empty()).then(|| {
                            format!("It shares {} with a protected record.", with.join(" and "))
                        }),
                        follows: Vec::new(),
                    };
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
                    let decision = stricter(own, shared.as_ref())
                        .map_or_else(Decision::clear, |verdict| verdict.decision.clone());
                    explanation.follows = follows(&decision, self.settings().audience);
                    found.push(explanation);
                }
            }
        }
        Ok(found)
    }
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

fn follows(decision: &Decision, audience: Audience) -> Vec<String> {
    let who = match audience {
        Audience::Partner { .. } => "The partner",
        Audience::Public => "The public",
    };
    if !decision.is_protected() {
        return vec![format!("{who} gets the record as it is held.")];
    }
    let mut told = vec![format!("Its category is {}.", decision.category)];
    if decision.place == PlaceTold::Withheld {
        told.push(format!("{who} does not get the record."));
        return told;
    }
    told.push(statement::generalised(decision.place, decision.period));
    if decision.period == Some(Precision::Day) {
        told.push("Date told by the day.".to_owned());
    }
    told
}

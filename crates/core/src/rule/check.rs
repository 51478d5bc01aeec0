//! Looks a rule set over.

use std::fmt;

use serde::Serialize;

use super::RuleSet;
use super::list::{Problem, Severity};
use crate::area::AreaSet;
use crate::period::Day;
use crate::taxon::Checklist;

/// What the rules are held against.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Boundaries, if any were given.
    pub areas: Option<&'a AreaSet>,
    /// A checklist, if one was given.
    pub checklist: Option<&'a Checklist>,
    /// Today.
    pub today: Day,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// Where.
    pub place: String,
    /// What, in a sentence.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        write!(f, "{word}: {}: {}", self.place, self.text)
    }
}

/// Finds what is unclear, unknown, outdated or without effect.
pub fn check(rules: &RuleSet, problems: &[Problem], around: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = problems
        .iter()
        .map(|problem| Finding {
            severity: problem.severity,
            place: format!("`{}` line {}", problem.list, problem.line),
            text: problem.text.clone(),
        })
        .collect();
    for rule in &rules.rules {
        let mut find = |severity, text: String| {
            findings.push(Finding { severity, place: rule.id.to_string(), text });
        };
        if let Some(day) = rule.review_date.filter(|day| *day < around.today) {
            find(Severity::Warning, format!("its review was due on {day}"));
        }
        if let Some(day) = rule.outcome.embargo_until.filter(|day| *day < around.today) {
            find(Severity::Warning, format!("its embargo ended on {day} and still holds until a person lifts it"));
        }
        if let (Some(area), Some(areas)) = (&rule.area, around.areas) {
            if areas.find(area).is_none() {
                find(Severity::Error, format!("no boundary is called `{area}`; the rule applies everywhere"));
            }
        }
        if rule.max_age_years == Some(0) {
            find(Severity::Warning, "a maximum age of 0 years meets hardly any record".to_owned());
        }
    }
    findings.sort_by(|a, b| a.severity.cmp(&b.severity));
    findings
}

//! Looks a rule set over: what is unclear, unknown, outdated, contradictory or without effect.
//!
//! Nothing here changes a rule; each finding is a sentence for the person who keeps the list.

mod names;
mod pairs;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

use super::list::{Problem, Severity};
use super::{Outcome, Rule, RuleSet, Width};
use crate::area::AreaSet;
use crate::category::Category;
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
    /// The list and its lines.
    pub place: String,
    /// What was found, in a sentence without a full stop.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.severity.word(), self.place, self.text)
    }
}

/// Looks over a set of rules and the problems that came up when it was read.
///
/// Shape: the most serious findings first; among equals, in the order of lists and lines.
pub fn check(rules: &RuleSet, problems: &[Problem], around: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = problems.iter().map(Finding::of_problem).collect();
    for rule in &rules.rules {
        let found = dates(rule, around.today)
            .into_iter()
            .chain(area(rule, around.areas))
            .chain(outcome(rule));
        findings.extend(found.map(|found| Finding::of_rule(rule, found)));
    }
    findings.extend(around.areas.and_then(|areas| boundaries(rules, areas)));
    findings.extend(names::check(rules, around.checklist));
    findings.extend(pairs::check(rules));
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// What whoever hands a copy over must know of the rules: lines that were read in the strictest
/// way, areas that no boundary has, and days that have passed.
///
/// Shape: as that of [`check`], without what only the person who keeps the list can use.
pub fn pressing(rules: &RuleSet, problems: &[Problem], around: &Surroundings<'_>) -> Vec<Finding> {
    let unclear = problems.iter().filter(|problem| problem.is_error()).map(Finding::of_problem);
    let mut findings: Vec<Finding> = unclear.collect();
    // A list of a whole state names one area in each line: it is told once.
    let mut missing: Vec<(&Rule, Found, usize)> = Vec::new();
    for rule in &rules.rules {
        findings.extend(dates(rule, around.today).into_iter().map(|f| Finding::of_rule(rule, f)));
        let Some(found) = area(rule, around.areas) else { continue };
        match missing.iter_mut().find(|(first, _, _)| first.area == rule.area) {
            Some((_, _, more)) => *more += 1,
            None => missing.push((rule, found, 0)),
        }
    }
    findings.extend(missing.into_iter().map(|(rule, (severity, text), more)| {
        let text = match more {
            0 => text,
            1 => format!("{text}, and so does 1 more rule"),
            more => format!("{text}, and so do {more} more rules"),
        };
        Finding::of_rule(rule, (severity, text))
    }));
    findings.sort_by_key(|finding| finding.severity);
    findings
}

impl Finding {
    fn of_problem(problem: &Problem) -> Self {
        Self { severity: problem.severity, place: problem.place(), text: problem.text.clone() }
    }

    fn of_rule(rule: &Rule, (severity, text): Found) -> Self {
        Self { severity, place: rule.id.to_string(), text }
    }
}

type Found = (Severity, String);

fn dates(rule: &Rule, today: Day) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(day) = rule.review_date.filter(|day| *day < today) {
        found.push((Severity::Warning, format!("its review was due on {day}")));
    }
    if let Some(day) = rule.outcome.embargo_until.filter(|day| *day < today) {
        let text = format!(
            "its embargo ended on {day}; it still holds until a person takes it out of the list"
        );
        found.push((Severity::Warning, text));
    }
    found
}

fn area(rule: &Rule, areas: Option<&AreaSet>) -> Option<Found> {
    let name = rule.area.as_ref()?;
    let Some(areas) = areas else {
        let text = format!(
            "it names the area `{name}`; it applies everywhere unless a boundary of that name is \
             given"
        );
        return Some((Severity::Info, text));
    };
    if areas.find(name).is_some() {
        return None;
    }
    Some((Severity::Error, format!("no boundary is called `{name}`; the rule applies everywhere")))
}

/// What the boundaries are called, where a rule names one that is not there.
fn boundaries(rules: &RuleSet, areas: &AreaSet) -> Option<Finding> {
    let mut wanted = rules.rules.iter().filter_map(|rule| rule.area.as_deref());
    if wanted.all(|name| areas.find(name).is_some()) {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    for name in areas.features().filter_map(|(names, _)| names.first()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let text = match names.len().saturating_sub(MOST_NAMES) {
        _ if names.is_empty() => "none has a name; it is looked for in properties whose key has \
                                  the word name, title, label, code or id"
            .to_owned(),
        0 => format!("there are `{}`", names.join("`, `")),
        more => {
            names.truncate(MOST_NAMES);
            format!("there are `{}` and {more} more", names.join("`, `"))
        }
    };
    Some(Finding { severity: Severity::Info, place: "the boundaries".to_owned(), text })
}

/// What a rule says that contradicts itself or does nothing.
fn outcome(rule: &Rule) -> Vec<Found> {
    let outcome = &rule.outcome;
    let mut found = Vec::new();
    let mut warn = |text: &str| found.push((Severity::Warning, text.to_owned()));
    let has_width = outcome.public_width.is_some() || outcome.partner_width.is_some();
    let is_held = outcome.withhold || outcome.embargo_until.is_some();
    if outcome.category == Some(Category::None) {
        match (is_held, has_width) {
            (true, _) => warn("it says category none and holds the record back; it is held back"),
            (false, true) => warn("it says category none and gives a width; the width holds"),
            (false, false) => warn(
                "it says category none, so nothing follows from it; other rules are not lifted by it",
            ),
        }
    }
    if is_held && has_width {
        warn("it holds the record back and gives a width; it is held back");
    }
    if let (Some(public), Some(partner)) = (outcome.public_width, outcome.partner_width)
        && metres(partner) > metres(public)
    {
        warn("partners are told less than the public; the public is told as little as partners");
    }
    if is_finer_than_category(outcome) {
        warn(
            "the public width is finer than its category's, which holds; a width can only make it coarser",
        );
    }
    if outcome
        .public_period
        .is_some_and(|public| outcome.partner_period.is_some_and(|partner| partner > public))
    {
        warn("partners are told a coarser period than the public");
    }
    found
}

fn is_finer_than_category(outcome: &Outcome) -> bool {
    let degrees = match outcome.category {
        Some(Category::Low) => 0.001,
        Some(Category::Medium) => 0.01,
        Some(Category::High) => 0.1,
        _ => return false,
    };
    outcome.public_width.is_some_and(|width| metres(width) < degrees * METRES_PER_DEGREE * 0.89)
}

/// A width in metres, for comparing.
fn metres(width: Width) -> f64 {
    match width {
        Width::Degrees(degrees) => degrees.degrees() * METRES_PER_DEGREE,
        Width::Metres(metres) => f64::from(metres),
    }
}

/// So many names of boundaries are told.
const MOST_NAMES: usize = 10;
/// Of latitude, roughly.
const METRES_PER_DEGREE: f64 = 111_320.0;

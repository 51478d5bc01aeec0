//! Findings about rules that ask for the same.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::rule::{Rule, RuleSet};

/// Finds lines that repeat or contradict each other.
pub(super) fn check(rules: &RuleSet) -> Vec<Finding> {
    let mut alike: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in &rules.rules {
        alike.entry(criteria(rules, rule)).or_default().push(rule);
    }
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let differ = group.windows(2).any(|pair| match pair {
            [a, b] => a.outcome != b.outcome,
            _ => false,
        });
        let (severity, text) = if differ {
            (
                Severity::Warning,
                "these lines ask for the same records and say different things; the strictest holds",
            )
        } else {
            (Severity::Info, "these lines say the same")
        };
        let first = rules
            .rules
            .iter()
            .position(|rule| group.first().is_some_and(|first| rule.id == first.id));
        let finding = Finding { severity, place: place(&group), text: text.to_owned() };
        findings.push((first.unwrap_or_default(), finding));
    }
    findings.sort_by_key(|(first, _)| *first);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// The lists and lines of some rules, in words.
pub(super) fn place(rules: &[&Rule]) -> String {
    let mut lines: Vec<(&str, Vec<u64>)> = Vec::new();
    for rule in rules {
        let list: &str = &rule.id.list;
        match lines.iter_mut().find(|(known, _)| *known == list) {
            Some((_, known)) if known.contains(&rule.id.line) => {}
            Some((_, known)) => known.push(rule.id.line),
            None => lines.push((list, vec![rule.id.line])),
        }
    }
    let lists: Vec<String> = lines
        .into_iter()
        .map(|(list, mut lines)| {
            lines.sort_unstable();
            let word = if lines.len() == 1 { "line" } else { "lines" };
            let numbers: Vec<String> = lines.iter().take(MOST_LINES).map(u64::to_string).collect();
            let more = lines.len().saturating_sub(MOST_LINES);
            let numbers = match numbers.as_slice() {
                _ if more > 0 => format!("{} and {more} more", numbers.join(", ")),
                [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
                _ => numbers.join(", "),
            };
            format!("`{list}` {word} {numbers}")
        })
        .collect();
    lists.join(", ")
}

/// Everything that a rule asks for, as text: equal for rules that ask for the same.
fn criteria(rules: &RuleSet, rule: &Rule) -> String {
    let taxon = rule.taxon.and_then(|id| rules.taxon(id)).map(|taxon| match taxon.comparable() {
        name if name.is_empty() => taxon.vernacular_names.join("|").to_lowercase(),
        name => name,
    });
    let area = rule
        .area
        .as_deref()
        .map(|area| area.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
    let season = rule.season.map(|season| season.to_string());
    let words = [
        &rule.life_stage,
        &rule.reproductive_condition,
        &rule.behavior,
        &rule.kind,
        &rule.provider,
    ]
    .map(|words| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>());
    format!("{taxon:?} {area:?} {season:?} {:?} {words:?}", rule.max_age_years)
}

const MOST_LINES: usize = 12;

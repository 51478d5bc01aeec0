//! Findings about rules that ask for the same.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::rule::list::in_words;
use crate::rule::{Rule, RuleSet};

/// Finds lines that repeat or contradict each other.
pub(super) fn check(rules: &RuleSet) -> Vec<Finding> {
    let mut alike: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in &rules.rules {
        alike.entry(criteria(rules, rule)).or_default().push(rule);
    }
    let mut groups: Vec<Vec<&Rule>> = alike.into_values().filter(|group| group.len() > 1).collect();
    let order = |group: &[&Rule]| {
        let first = group.first().map(|first| &first.id);
        rules.rules.iter().position(|rule| Some(&rule.id) == first)
    };
    groups.sort_by_cached_key(|group| order(group));
    let mut findings = Vec::new();
    let mut repeated: Vec<(Vec<&str>, Vec<Vec<&Rule>>)> = Vec::new();
    for group in groups {
        let differ = group.windows(2).any(|pair| matches!(pair, [a, b] if a.outcome != b.outcome));
        let mut lists: Vec<&str> = group.iter().map(|rule| rule.id.list.as_ref()).collect();
        lists.dedup();
        if differ {
            let text = "these lines ask for the same records and say different things; the strictest holds";
            findings.push(finding(Severity::Warning, place(&group), text));
        } else if lists.len() == 1 {
            findings.push(finding(Severity::Info, place(&group), "these lines say the same"));
        } else if let Some((_, groups)) = repeated.iter_mut().find(|(known, _)| *known == lists) {
            groups.push(group);
        } else {
            repeated.push((lists, vec![group]));
        }
    }
    // Two lists of one authority repeat each other line by line: told once.
    for (lists, groups) in repeated {
        if groups.len() <= FEW {
            let same = groups
                .iter()
                .map(|group| finding(Severity::Info, place(group), "these lines say the same"));
            findings.extend(same);
        } else if let Some(first) = groups.first() {
            let place_of_lists =
                lists.iter().map(|list| format!("`{list}`")).collect::<Vec<_>>().join(", ");
            let text = format!(
                "{} lines of these lists say the same, the first of them {}",
                groups.len(),
                place(first)
            );
            findings.push(finding(Severity::Info, place_of_lists, &text));
        }
    }
    findings
}

fn finding(severity: Severity, place: String, text: &str) -> Finding {
    Finding { severity, place, text: text.to_owned() }
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
            format!("`{list}` {}", in_words(&lines))
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
        &rule.individual,
    ]
    .map(|words| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>());
    format!("{taxon:?} {area:?} {season:?} {:?} {words:?}", rule.max_age_years)
}

/// So many repetitions between lists are told one by one.
const FEW: usize = 5;

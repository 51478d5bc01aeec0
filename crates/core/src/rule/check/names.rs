//! Findings about the names of taxa.

use std::collections::BTreeMap;

use super::{Finding, Severity};
use crate::rule::{Rule, RuleSet};
use crate::taxon::{Checklist, RuleTaxon, RuleTaxonId, TaxonIndex};

/// Looks the names over.
pub(super) fn check(rules: &RuleSet, checklist: Option<&Checklist>) -> Vec<Finding> {
    let places = Places::of(rules);
    let mut findings = Vec::new();
    for (id, taxon) in taxa(rules) {
        let Some(place) = places.of_taxon(id) else { continue };
        let mut find = |severity, text: String| {
            findings.push(Finding { severity, place: place.clone(), text });
        };
        let name = &taxon.scientific_name;
        if let Some(rank) = taxon.rank_above_genus() {
            find(
                Severity::Info,
                format!(
                    "`{name}` stands above the genus; records that do not state their {} meet the rule \
                     unless a checklist tells where they belong",
                    rank.word()
                ),
            );
        }
        if let Some((genus, subgenus)) = taxon.near_subgenus() {
            let text = format!(
                "the subgenus `{subgenus}` looks like a misspelling of the genus `{genus}`"
            );
            find(Severity::Info, text);
        }
        let Some(checklist) = checklist.filter(|_| !name.is_empty()) else { continue };
        if !checklist.knows(name) {
            find(Severity::Warning, format!("`{name}` is not in the checklist"));
        }
        let accepted = checklist.accepted_names(name);
        if !accepted.is_empty() {
            let accepted = accepted.join("`, `");
            find(
                Severity::Info,
                format!("the checklist calls `{name}` by another name: `{accepted}`"),
            );
        }
    }
    findings.extend(synonyms(rules, checklist, &places));
    findings.extend(shared_vernaculars(rules, &places));
    findings.extend(near_names(rules, &places));
    findings
}

fn taxa(rules: &RuleSet) -> impl Iterator<Item = (RuleTaxonId, &RuleTaxon)> {
    (0_u32..).map(RuleTaxonId).zip(&rules.taxa)
}

/// Listed names that are one taxon in the checklist.
fn synonyms(rules: &RuleSet, checklist: Option<&Checklist>, places: &Places<'_>) -> Vec<Finding> {
    let Some(checklist) = checklist else { return Vec::new() };
    let mut listed: BTreeMap<&str, RuleTaxonId> = BTreeMap::new();
    for (id, taxon) in taxa(rules) {
        listed.entry(&taxon.scientific_name).or_insert(id);
    }
    let mut findings = Vec::new();
    for (id, taxon) in taxa(rules) {
        for accepted in checklist.accepted_names(&taxon.scientific_name) {
            let canonical = crate::taxon::Name::parse(accepted);
            let other = listed.get(accepted).or_else(|| listed.get(canonical.canonical()));
            if let Some(other) = other.filter(|other| **other != id) {
                let text = format!(
                    "`{}` and `{}` are one taxon in the checklist; the strictest of their rules holds for both",
                    taxon.scientific_name,
                    rules.taxon(*other).map_or(accepted, |other| &other.scientific_name)
                );
                let place = places.of_taxa(&[id, *other]);
                findings.push(Finding { severity: Severity::Info, place, text });
            }
        }
    }
    findings
}

/// Vernacular names that stand for several listed taxa: any record that mentions one meets them all.
fn shared_vernaculars(rules: &RuleSet, places: &Places<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<String, Vec<RuleTaxonId>> = BTreeMap::new();
    for (id, taxon) in taxa(rules) {
        for name in &taxon.vernacular_names {
            let ids = by_name.entry(name.to_lowercase()).or_default();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
    }
    let is_shared = |ids: &Vec<RuleTaxonId>| {
        let names =
            ids.iter().filter_map(|id| rules.taxon(*id)).map(|taxon| &taxon.scientific_name);
        let names: std::collections::BTreeSet<&String> = names.collect();
        names.len() > 1
    };
    let shared = by_name.into_iter().filter(|(_, ids)| is_shared(ids));
    shared
        .map(|(name, ids)| Finding {
            severity: Severity::Info,
            place: places.of_taxa(&ids),
            text: format!(
                "the vernacular name `{name}` stands for {} listed taxa; a record that mentions it \
                 meets the rules of all of them",
                ids.len()
            ),
        })
        .collect()
}

/// Listed names that differ so little that one may be a misspelling of the other.
fn near_names(rules: &RuleSet, places: &Places<'_>) -> Vec<Finding> {
    let index = TaxonIndex::new(&rules.taxa, None);
    let mut findings = Vec::new();
    for (id, taxon) in taxa(rules) {
        for other in index.near_listed(&rules.taxa, taxon).into_iter().filter(|other| *other > id) {
            let Some(near) = rules.taxon(other) else { continue };
            let text = format!(
                "`{}` and `{}` differ by a letter or two; one may be a misspelling of the other",
                taxon.scientific_name, near.scientific_name
            );
            findings.push(Finding {
                severity: Severity::Info,
                place: places.of_taxa(&[id, other]),
                text,
            });
        }
    }
    findings
}

/// The rules of each taxon.
struct Places<'r> {
    by_taxon: BTreeMap<RuleTaxonId, Vec<&'r Rule>>,
}

impl<'r> Places<'r> {
    fn of(rules: &'r RuleSet) -> Self {
        let mut by_taxon: BTreeMap<RuleTaxonId, Vec<&Rule>> = BTreeMap::new();
        for rule in &rules.rules {
            if let Some(taxon) = rule.taxon {
                by_taxon.entry(taxon).or_default().push(rule);
            }
        }
        Self { by_taxon }
    }

    fn of_taxon(&self, id: RuleTaxonId) -> Option<String> {
        self.by_taxon.get(&id).map(|rules| super::pairs::place(rules))
    }

    fn of_taxa(&self, ids: &[RuleTaxonId]) -> String {
        let rules: Vec<&Rule> =
            ids.iter().filter_map(|id| self.by_taxon.get(id)).flatten().copied().collect();
        super::pairs::place(&rules)
    }
}

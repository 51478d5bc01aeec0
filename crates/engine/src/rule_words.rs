//! Rules told in sentences, for reports and explanations.

use reedbed_core::grid::decimal;
use reedbed_core::period::Precision;
use reedbed_core::rule::{Outcome, Rule, RuleSet, Siblings, Width};
use reedbed_core::taxon::{RuleTaxonId, TaxonHits};

/// A rule in one sentence.
pub(crate) fn says(rules: &RuleSet, rule: &Rule) -> String {
    let mut words = vec![rule.taxon.map_or_else(|| "Any taxon".to_owned(), |id| taxon(rules, id))];
    if let Some(area) = &rule.area {
        words.push(format!("in {area}"));
    }
    if let Some(season) = &rule.season {
        words.push(format!("in the season {season}"));
    }
    if let Some(years) = rule.max_age_years {
        words.push(format!("not older than {years} years"));
    }
    for (what, wanted) in [
        ("life stage", &rule.life_stage),
        ("reproductive condition", &rule.reproductive_condition),
        ("behaviour", &rule.behavior),
        ("kind", &rule.kind),
        ("provider", &rule.provider),
        ("individual", &rule.individual),
    ] {
        if !wanted.is_empty() {
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
            words.push(format!("with {what} {}", wanted.join(" or ")));
        }
    }
    let mut sentence = format!("{}: {}", words.join(", "), outcome(&rule.outcome));
    if let Some(reason) = rule.reason {
        sentence.push_str(&format!(", because of {}", reason.words()));
    }
    if let Some(authority) = &rule.authority {
        sentence.push_str(&format!(" ({authority})"));
    }
    sentence.push('.');
    sentence
}

/// The listed taxa that a record's names led to, one sentence each.
pub(crate) fn names(rules: &RuleSet, hits: &TaxonHits) -> Vec<String> {
    if hits.hits.is_empty() {
        return vec!["No rule lists its taxon.".to_owned()];
    }
    hits.hits
        .iter()
        .take(MOST)
        .map(|(id, how)| format!("{}: {}", taxon(rules, *id), how.sentence()))
        .chain((hits.hits.len() > MOST).then(|| format!("… and {} more.", hits.hits.len() - MOST)))
        .collect()
}

fn taxon(rules: &RuleSet, id: RuleTaxonId) -> String {
    let found = usize::try_from(id.0).ok().and_then(|index| rules.taxa.get(index));
    match found {
        Some(taxon) if !taxon.scientific_name.is_empty() => taxon.scientific_name.clone(),
        Some(taxon) => taxon.vernacular_names.join(", "),
        None => "a listed taxon".to_owned(),
    }
}

fn outcome(outcome: &Outcome) -> String {
    let mut parts = Vec::new();
    if outcome.withhold {
        parts.push("withheld".to_owned());
    }
    if let Some(day) = outcome.embargo_until {
        parts.push(format!("under embargo until a person lifts it (to be reviewed after {day})"));
    }
    if let Some(category) = outcome.category {
        parts.push(format!("category {category}"));
    }
    if let Some(siblings) = outcome.siblings {
        parts.push(
            match siblings {
                Siblings::Coarsen => "siblings told as coarsely",
                Siblings::Cut => "siblings left as they are",
                Siblings::Withhold => "withheld where it has siblings",
            }
            .to_owned(),
        );
    }
    for (who, width) in [("the public", outcome.public_width), ("partners", outcome.partner_width)]
    {
        if let Some(width) = width {
            parts.push(format!("told to {who} at {}", of_width(width)));
        }
    }
    for (who, period) in
        [("the public", outcome.public_period), ("partners", outcome.partner_period)]
    {
        if let Some(period) = period {
            parts.push(match period {
                Precision::Held => format!("{who} told dates and times as they are held"),
                period => format!("{who} told the {period}"),
            });
        }
    }
    parts.join(", ")
}

fn of_width(width: Width) -> String {
    match width {
        Width::Degrees(width) => format!("{}°", decimal(width)),
        Width::Metres(metres) => format!("{metres} m"),
    }
}

const MOST: usize = 20;

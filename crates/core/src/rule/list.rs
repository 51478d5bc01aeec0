//! Reads rules from the cells of a list.
//!
//! What cannot be read never loosens a rule: an unreadable consequence withholds, an unreadable
//! criterion is left out, so that the rule applies to more, and a problem says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Outcome, Rule, RuleId, RuleSet, Width};
use crate::period::Day;
use crate::place::Nano;
use crate::taxon::{RuleTaxon, RuleTaxonId};

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule was read in the strictest way.
    Error,
    /// Something to look at.
    Warning,
    /// Something to know.
    Info,
}

/// Something wrong with a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The list.
    pub list: String,
    /// The line, the heading being line 1.
    pub line: u64,
    /// The column.
    pub column: String,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub text: String,
}

impl Problem {
    /// Whether the rule was read in the strictest way.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How a list in another form is read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Mapping {
    /// Which lists it is for: a file name with `*`.
    #[serde(rename = "for")]
    pub list: Option<String>,
    /// Our columns by theirs.
    pub columns: BTreeMap<String, String>,
    /// The column with strengths.
    pub strength: Option<String>,
    /// What follows from a strength: our columns and their values.
    pub strengths: BTreeMap<String, BTreeMap<String, String>>,
    /// Our columns that have one value in the whole list.
    pub constants: BTreeMap<String, String>,
    /// Their columns that say nothing about rules.
    pub ignore: Vec<String>,
}

/// Reads a list: headings and rows with their lines.
pub fn read(
    list: &str,
    headings: &[String],
    rows: &[(u64, Vec<String>)],
    mapping: &Mapping,
    set: &mut RuleSet,
    problems: &mut Vec<Problem>,
) {
    let fold = |text: &str| text.trim().trim_start_matches('\u{feff}').to_lowercase();
    let columns: Vec<Option<String>> = headings
        .iter()
        .map(|heading| {
            let mapped = mapping.columns.iter().find(|(theirs, _)| fold(theirs) == fold(heading));
            let name = mapped.map_or(heading.as_str(), |(_, ours)| ours.as_str());
            COLUMNS.iter().find(|known| fold(known) == fold(name)).map(|known| (*known).to_owned())
        })
        .collect();
    for (line, cells) in rows {
        let mut report = |column: &str, severity, text: String| {
            problems.push(Problem { list: list.to_owned(), line: *line, column: column.to_owned(), severity, text });
        };
        let mut values: BTreeMap<String, String> = mapping.constants.clone();
        for ((heading, column), cell) in headings.iter().zip(&columns).zip(cells) {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            if mapping.strength.as_deref().map(fold) == Some(fold(heading)) {
                let compact = |text: &str| fold(text).split_whitespace().collect::<String>();
                match mapping.strengths.iter().find(|(strength, _)| compact(strength) == compact(cell)) {
                    Some((_, outcome)) => values.extend(outcome.clone()),
                    None => {
                        report(heading, Severity::Error, format!("the strength `{cell}` is not in the mapping; the rule withholds"));
                        values.insert("withhold".to_owned(), "yes".to_owned());
                    }
                }
                continue;
            }
            match column {
                Some(column) => {
                    values.insert(column.clone(), cell.to_owned());
                }
                None if mapping.ignore.iter().any(|ignored| fold(ignored) == fold(heading)) => {}
                None => {
                    report(heading, Severity::Error, format!("the column `{heading}` is not known; the rule withholds"));
                    values.insert("withhold".to_owned(), "yes".to_owned());
                }
            }
        }
        if values.is_empty() {
            continue;
        }
        let rule = rule(list, *line, &values, set, &mut report);
        set.rules.push(rule);
    }
}

fn rule(
    list: &str,
    line: u64,
    values: &BTreeMap<String, String>,
    set: &mut RuleSet,
    report: &mut impl FnMut(&str, Severity, String),
) -> Rule {
    let text = |column: &str| values.get(column).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
    let words = |column: &str| -> BTreeSet<String> {
        let text = text(column).unwrap_or_default();
        text.split(['|', ';']).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    let mut outcome = Outcome::default();
    let mut is_unreadable = false;
    macro_rules! consequence {
        ($column:literal, $field:ident, $read:expr) => {
            if let Some(value) = text($column) {
                match $read(value.as_str()) {
                    Some(read) => outcome.$field = Some(read),
                    None => {
                        report($column, Severity::Error, format!("`{value}` cannot be read; the rule withholds"));
                        is_unreadable = true;
                    }
                }
            }
        };
    }
    consequence!("category", category, |value: &str| value.parse().ok());
    consequence!("publicWidth", public_width, width);
    consequence!("partnerWidth", partner_width, width);
    consequence!("embargoUntil", embargo_until, |value: &str| value.parse::<Day>().ok());
    consequence!("publicPeriod", public_period, |value: &str| value.parse().ok());
    consequence!("partnerPeriod", partner_period, |value: &str| value.parse().ok());
    if let Some(value) = text("withhold") {
        match value.to_lowercase().as_str() {
            "no" | "false" | "0" => {}
            "yes" | "true" | "1" => outcome.withhold = true,
            _ => {
                report("withhold", Severity::Error, format!("`{value}` is neither yes nor no; the rule withholds"));
                outcome.withhold = true;
            }
        }
    }
    outcome.allow_columns = words("allowColumns");
    outcome.allow_measurements = words("allowMeasurements");
    outcome.siblings = text("siblings");
    if is_unreadable {
        outcome.withhold = true;
    }
    if !outcome.says_something() {
        report("category", Severity::Error, "nothing says how sensitive it is; the rule withholds".to_owned());
        outcome = Outcome::withheld();
    }
    let name = text("scientificName").unwrap_or_default();
    let vernaculars = text("vernacularName").map(|v| RuleTaxon::vernaculars(&v)).unwrap_or_default();
    let taxon = if name == "*" || (name.is_empty() && vernaculars.is_empty()) {
        None
    } else {
        let mut taxon = RuleTaxon::named(&name);
        taxon.vernacular_names = vernaculars;
        taxon.rank = text("taxonRank").and_then(|rank| crate::taxon::Rank::parse(&rank));
        let id = u32::try_from(set.taxa.len()).unwrap_or(u32::MAX);
        set.taxa.push(taxon);
        Some(RuleTaxonId(id))
    };
    let season = match (text("seasonStart"), text("seasonEnd")) {
        (None, None) => None,
        (Some(start), Some(end)) => {
            let window = crate::period::SeasonWindow::parse(&start, &end).ok();
            if window.is_none() {
                report("seasonStart", Severity::Error, "the season cannot be read; the rule applies all year".to_owned());
            }
            window
        }
        _ => {
            report("seasonStart", Severity::Error, "a season needs a start and an end; the rule applies all year".to_owned());
            None
        }
    };
    let max_age_years = text("maxAgeYears").and_then(|value| {
        let years = value.parse().ok();
        if years.is_none() {
            report("maxAgeYears", Severity::Error, format!("`{value}` is no number of years; the rule applies to any age"));
        }
        years
    });
    let rule = Rule {
        id: RuleId { list: Arc::from(list), line },
        taxon,
        area: text("area"),
        season,
        max_age_years,
        life_stage: words("lifeStage"),
        reproductive_condition: words("reproductiveCondition"),
        behavior: words("behavior"),
        kind: words("kind"),
        provider: words("provider"),
        outcome,
        reason: text("reason").and_then(|reason| reason.parse().ok()),
        authority: text("authority"),
        citation: text("citation"),
        review_date: text("reviewDate").and_then(|day| day.parse().ok()),
        remarks: text("remarks"),
    };
    if rule.taxon.is_none() && rule.area.is_none() && name != "*" {
        report("scientificName", Severity::Error, "neither taxon nor area; the rule applies to everything (write `*` if that is meant)".to_owned());
    }
    rule
}

fn width(text: &str) -> Option<Width> {
    let compact: String = text.to_lowercase().split_whitespace().collect();
    let number = |unit: &str| compact.strip_suffix(unit).and_then(|n| n.parse::<f64>().ok()).filter(|n| n.is_finite() && *n > 0.0);
    let degrees = |n: f64| Nano::from_degrees(n).map(Width::Degrees);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
    let metres = |n: f64| (n <= 1_000_000.0).then(|| Width::Metres(n.ceil() as u32));
    for unit in ["degrees", "degree", "deg", "°"] {
        if let Some(n) = number(unit) {
            return degrees(n);
        }
    }
    if let Some(n) = number("km") {
        return metres(n * 1000.0);
    }
    number("m").and_then(metres)
}

/// Columns of a list.
pub const COLUMNS: &[&str] = &[
    "scientificName", "taxonRank", "vernacularName", "area", "seasonStart", "seasonEnd",
    "maxAgeYears", "lifeStage", "reproductiveCondition", "behavior", "kind", "provider", "category",
    "publicWidth", "partnerWidth", "publicPeriod", "partnerPeriod", "withhold", "embargoUntil",
    "allowColumns", "allowMeasurements", "siblings", "reason", "authority", "citation",
    "reviewDate", "remarks",
];

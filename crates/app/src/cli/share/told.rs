//! What `reedbed share` says of a copy when it is done: numbers, never names or places.

use std::cmp::Reverse;
use std::path::Path;

use reedbed_engine::share::{Attempts, Shared};
use reedbed_engine::summary::{CategorySummary, RuleSummary, Summary};
use serde_json::{Value, json};

use crate::cli::{Output, terminal};

/// Tells the result.
pub(super) fn tell(
    shared: &Shared,
    out: Option<&Path>,
    output: Output,
) -> Result<(), anyhow::Error> {
    let summary = &shared.summary;
    let rejected: u64 = summary.tables.iter().map(|table| table.rows.rejected).sum();
    match output {
        Output::Json => {
            let categories: Vec<_> = summary.categories.iter().map(category_json).collect();
            let rules: Vec<_> = busiest(summary).into_iter().map(rule_json).collect();
            terminal::print_json(&json!({
                "counted": summary.counted,
                "recordsClear": summary.records_clear,
                "recordsGeneralised": summary.generalised(),
                "recordsWithheld": summary.withheld(),
                "rowsRejected": rejected,
                "ruleFindings": summary.rule_findings_total,
                "categories": categories,
                "attempts": summary.attempts,
                "kinds": summary.kinds,
                "siblings": summary.siblings,
                "utility": summary.utility,
                "rulesMet": summary.rules.len(),
                "rulesTotal": summary.rules_total,
                "busiestRules": rules,
                "out": out.map(|out| out.display().to_string()),
                "files": shared.files,
            }))?;
        }
        Output::Plain => {
            let counted = summary.counted;
            let number = |what: &str, number: u64| {
                terminal::fact(&[&format!("{counted} {what}"), &number.to_string()])
            };
            number("as held", summary.records_clear)?;
            number("generalised", summary.generalised())?;
            number("withheld", summary.withheld())?;
            terminal::fact(&["rows rejected", &rejected.to_string()])?;
            for kind in &summary.kinds {
                for table in &kind.tables {
                    let (rows, name) = (&table.rows, format!("{}/{}", kind.folder, table.name));
                    terminal::fact(&[kind.kind, &name, "read", &rows.read.to_string()])?;
                    terminal::fact(&[kind.kind, &name, "written", &rows.written.to_string()])?;
                    terminal::fact(&[kind.kind, &name, "withheld", &rows.withheld.to_string()])?;
                }
            }
            if let Some(attempts) = &summary.attempts {
                let [protected, located] = [
                    attempts.protected.to_string(),
                    attempts.attacks.iter().map(|count| count.located).sum::<u64>().to_string(),
                ];
                terminal::fact(&["records attacked", &protected])?;
                terminal::fact(&["records located", &located])?;
            }
        }
        Output::Human => {
            if summary.generalised() + summary.withheld() == 0 && summary.rules.is_empty() {
                let one = if summary.has_records() { nouns(summary).0 } else { "part of the data" };
                terminal::say(&format!("note: no rule met any {one}, so nothing was protected"));
            }
            if summary.has_records() {
                terminal::print(&sentence(summary))?;
            }
            for line in kinds(summary) {
                terminal::print(&line)?;
            }
            for line in details(summary) {
                terminal::print(&line)?;
            }
            if let Some(attempts) = summary.attempts.as_ref().filter(|found| found.protected > 0) {
                terminal::print(&attempted(attempts))?;
            }
            if summary.withheld() > 0 && summary.records_clear + summary.generalised() == 0 {
                terminal::say(
                    "note: no record leaves; is a line of the rule list unclear (`reedbed rules check` \
                     tells), or do the names stand in a column that is not known (`reedbed inspect` tells)?",
                );
            }
            if let Some(out) = out {
                terminal::print(&format!("May leave:       {}", out.join("package").display()))?;
                terminal::print(&format!(
                    "For the steward: {}",
                    out.join("steward").join("report.html").display()
                ))?;
            }
        }
    }
    Ok(())
}

/// A line for each table of data of other kinds.
fn kinds(summary: &Summary) -> Vec<String> {
    let tables = summary.kinds.iter().flat_map(|kind| kind.tables.iter().map(move |t| (kind, t)));
    tables
        .map(|(kind, table)| {
            let rows = &table.rows;
            let less = rows.protected + rows.shared;
            let less =
                if less > 0 { format!(", {less} told less precisely") } else { String::new() };
            let rejected = match rows.rejected {
                0 => String::new(),
                rejected => format!(", {rejected} could not be used"),
            };
            format!(
                "{} ({}/{}): {} of {} rows leave{less}, {} withheld{rejected}.",
                kind.kind,
                kind.folder,
                table.name,
                rows.written,
                rows.read + rows.added,
                rows.withheld
            )
        })
        .collect()
}

fn sentence(summary: &Summary) -> String {
    let rejected: u64 = summary.rejected_beside_kinds();
    let others = match rejected - summary.unusable() {
        0 => String::new(),
        1 => "; 1 row of another table could not be used".to_owned(),
        rows => format!("; {rows} rows of other tables could not be used"),
    };
    let (one, many) = nouns(summary);
    format!(
        "{}, {}, {}; {}{others}.",
        count(
            summary.records_clear,
            &format!("{one} leaves as held"),
            &format!("{many} leave as held")
        ),
        count(summary.generalised(), "is told less precisely", "are told less precisely"),
        withheld(summary),
        count(
            summary.unusable(),
            &format!("{one} could not be used"),
            &format!("{many} could not be used")
        )
    )
}

/// What came of attacking the copy.
fn attempted(attempts: &Attempts) -> String {
    let more = match attempts.told_more_carefully {
        0 => String::new(),
        1 => "; 1 was told more carefully for it".to_owned(),
        records => format!("; {records} were told more carefully for it"),
    };
    format!(
        "{} kinds of attack on the finished copy located none of {} protected {}{more}.",
        attempts.tried(),
        attempts.protected,
        if attempts.protected == 1 { "record" } else { "records" },
    )
}

fn nouns(summary: &Summary) -> (&'static str, &'static str) {
    if summary.counts_events() { ("event", "events") } else { ("record", "records") }
}

/// How many records are withheld, and where some of that comes from.
fn withheld(summary: &Summary) -> String {
    let (all, pulled) = (summary.withheld(), summary.withheld_pulled());
    let hidden = summary.siblings.withheld.min(all);
    let told = count(all, "is withheld", "are withheld");
    let by_rule = all.saturating_sub(pulled + hidden);
    let mut parts = Vec::new();
    if by_rule > 0 {
        parts.push(format!("{by_rule} by rule"));
    }
    if hidden > 0 {
        parts.push(format!("{hidden} because records that leave as held would give them away"));
    }
    if pulled > 0 {
        let they = if pulled == 1 { "it shares" } else { "they share" };
        let with = if by_rule + hidden == 0 {
            "with a protected event or a row that could not be used"
        } else {
            "with one"
        };
        parts.push(format!("{pulled} because {they} an event, a place or a site {with}"));
    }
    if pulled + hidden == 0 { told } else { format!("{told} ({})", parts.join(", ")) }
}

fn count(number: u64, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

/// Categories and the rules with the most records, a line each.
fn details(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    if !summary.categories.is_empty() {
        lines.push("By category:".to_owned());
        lines.extend(summary.categories.iter().map(|found| {
            format!(
                "  {}: {} told less precisely, {} withheld",
                found.category,
                found.by_rule + found.shared,
                found.withheld
            )
        }));
    }
    let siblings = &summary.siblings;
    if siblings.wider_place > 0 {
        lines.push(format!(
            "  of these, {} in a wider square than the rules ask, so that siblings do not give them away",
            siblings.wider_place
        ));
    }
    let busiest = busiest(summary);
    if !busiest.is_empty() {
        let (met, total) = (summary.rules.len(), summary.rules_total);
        let most = if met > busiest.len() { "; those with the most" } else { "" };
        lines.push(format!("Rules ({met} of {total} met something{most}):"));
        lines.extend(busiest.into_iter().map(|rule| {
            let pulled = match rule.pulled_along {
                0 => String::new(),
                1 => ", 1 other pulled along".to_owned(),
                pulled => format!(", {pulled} others pulled along"),
            };
            let (less, withheld) = (rule.generalised, rule.withheld);
            format!("  {}: {less} told less precisely, {withheld} withheld{pulled}", rule.rule)
        }));
    }
    lines
}

/// The rules that met or pulled along the most records.
fn busiest(summary: &Summary) -> Vec<&RuleSummary> {
    let mut rules: Vec<&RuleSummary> = summary.rules.iter().collect();
    rules.sort_by_key(|rule| Reverse(rule.generalised + rule.withheld + rule.pulled_along));
    rules.truncate(MOST_RULES);
    rules
}

fn category_json(found: &CategorySummary) -> Value {
    json!({
        "category": found.category,
        "generalised": found.by_rule + found.shared,
        "withheld": found.withheld,
        "withheldForSharing": found.withheld_pulled,
    })
}

fn rule_json(rule: &RuleSummary) -> Value {
    json!({
        "rule": rule.rule,
        "generalised": rule.generalised,
        "withheld": rule.withheld,
        "pulledAlong": rule.pulled_along,
    })
}

const MOST_RULES: usize = 5;

//! `reedbed explain`: says for one record which rules were looked at and what follows.

use anyhow::bail;
use clap::ValueEnum;
use reedbed_core::decide::Audience;
use reedbed_engine::explain::{Explanation, RuleExplained, SharedWith};
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::share::{self, Holder, Settings};

use super::Output;
use super::exit::Exit;
use super::inputs::{InputArgs, RuleArgs};
use super::terminal;
use crate::progress::Bars;
use crate::{clock, keys};

/// Arguments of `reedbed explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    rules: RuleArgs,
    /// Identifier of the record: occurrenceID, or catalogNumber where there is none; or of an event.
    #[arg(long, value_name = "ID")]
    record: String,
    /// Who the copy would be for.
    #[arg(long = "for", value_enum, default_value_t = For::Public, value_name = "AUDIENCE")]
    audience: For,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum For {
    /// One partner, under an agreement.
    Partner,
    /// Everyone.
    Public,
}

/// Explains the record.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    let read = args.rules.read()?;
    let settings = Settings {
        rules: read.rules,
        rules_digest: read.digest,
        rule_findings: Vec::new(),
        areas: read.areas,
        checklist: read.checklist,
        audience: match args.audience {
            For::Partner => Audience::Partner { step: 1 },
            For::Public => Audience::Public,
        },
        partner: None,
        terms: None,
        secret: keys::new_secret()?,
        dataset: "dataset".to_owned(),
        holder: Holder::default(),
        registry: None,
        despite_earlier: false,
        from_level: None,
        known: Vec::new(),
        with: Vec::new(),
        form: None,
        is_neutral: false,
        today: clock::today(),
        workers: 1,
    };
    let dataset = args.input.open()?;
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, "explain");
    let prepared = share::prepare(&dataset, &settings, &pseudonyms, &Bars::new(output))?;
    let found = prepared.explain(&args.record)?;
    if found.is_empty() {
        bail!("no record and no event has the identifier `{}`", args.record);
    }
    if output == Output::Json {
        terminal::print(&serde_json::to_string_pretty(&found)?)?;
        return Ok(Exit::Done);
    }
    for explanation in &found {
        match output {
            Output::Plain => tell_facts(explanation)?,
            _ => tell(explanation)?,
        }
    }
    if output == Output::Human && found.iter().any(|explanation| !explanation.follows.is_empty()) {
        terminal::print(
            "This follows from the rules and from what lies beside the record. The copy is attacked when \
             it is made, and may then tell the record more carefully, or withhold it.",
        )?;
    }
    Ok(Exit::Done)
}

/// An explanation as facts: what each is, then what it says.
fn tell_facts(explanation: &Explanation) -> Result<(), anyhow::Error> {
    let line = explanation.line.to_string();
    terminal::fact(&[explanation.kind, &explanation.file, &line])?;
    if let Some(why) = &explanation.rejected {
        terminal::fact(&["rejected", why])?;
    }
    for name in &explanation.names {
        terminal::fact(&["name", name])?;
    }
    for (what, rules) in [("met", &explanation.met), ("not met", &explanation.not_met)] {
        for rule in rules {
            terminal::fact(&[what, &rule.rule, &rule.says, &rule.because.join("; ")])?;
        }
    }
    terminal::fact(&["other rules", &explanation.other_rules.to_string()])?;
    if let Some(shared) = &explanation.shared {
        terminal::fact(&["shared", shared])?;
    }
    if let Some(with) = &explanation.shared_with {
        terminal::fact(&["shared with", &with.file, &with.line.to_string(), &with.rule])?;
    }
    for sentence in explanation.follows.iter().filter(|sentence| !sentence.is_empty()) {
        terminal::fact(&["follows", sentence])?;
    }
    Ok(())
}

fn tell(explanation: &Explanation) -> Result<(), anyhow::Error> {
    for line in lines(explanation) {
        terminal::print(&line)?;
    }
    Ok(())
}

/// An explanation as it is read: facts first, then what follows from them.
fn lines(explanation: &Explanation) -> Vec<String> {
    let is_event = explanation.kind == "event";
    let is = if is_event { ", an event" } else { "" };
    let mut lines = vec![format!("{}, line {}{is}", explanation.file, explanation.line)];
    if let Some(why) = &explanation.rejected {
        lines.push(format!("The row is rejected: {why}."));
        lines.push(
            "Nothing of it leaves; what it shares is protected as if it could be used.".into(),
        );
        return lines;
    }
    lines.extend(explanation.names.iter().map(|name| format!("  {name}")));
    lines.push("Rules that met it:".to_owned());
    if explanation.met.is_empty() {
        lines.push("  none".to_owned());
    }
    lines.extend(explanation.met.iter().flat_map(rule));
    if !explanation.not_met.is_empty() {
        let about = if is_event { "Rules about any taxon" } else { "Rules about it" };
        lines.push(format!("{about} that did not:"));
        lines.extend(explanation.not_met.iter().flat_map(rule));
    }
    lines.extend(match (is_event, explanation.other_rules) {
        (_, 0) => None,
        (false, 1) => Some("1 other rule is about other taxa.".to_owned()),
        (false, rules) => Some(format!("{rules} other rules are about other taxa.")),
        (true, 1) => Some("1 rule is about a taxon, and an event is of none.".to_owned()),
        (true, rules) => Some(format!("{rules} rules are about taxa, and an event is of none.")),
    });
    lines.extend(explanation.shared.clone());
    lines.extend(explanation.shared_with.as_ref().map(with));
    lines.extend(explanation.follows.iter().filter(|sentence| !sentence.is_empty()).cloned());
    lines
}

fn rule(explained: &RuleExplained) -> Vec<String> {
    let head = format!("  {}: {}", explained.rule, explained.says);
    let because = explained.because.iter().map(|because| format!("    {because}"));
    std::iter::once(head).chain(because).collect()
}

fn with(with: &SharedWith) -> String {
    let place = format!("{}, line {}", with.file, with.line);
    let what = match (with.kind, with.rejected) {
        ("event", _) => format!("  It is the event in {place}"),
        (_, false) => format!("  One such record is in {place}"),
        (_, true) => format!("  One such record is in {place} (a row that cannot be used)"),
    };
    format!("{what}, protected by {}: {}", with.rule, with.says)
}

//! `reedbed explain`: says for one record which rules were looked at and what follows.

use anyhow::bail;
use clap::ValueEnum;
use reedbed_core::decide::Audience;
use reedbed_engine::explain::Explanation;
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
    /// Identifier of the record: occurrenceID, or catalogNumber where there is none.
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
        form: None,
        today: clock::today(),
        workers: 1,
    };
    let dataset = args.input.open()?;
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, "explain");
    let prepared = share::prepare(&dataset, &settings, &pseudonyms, &Bars::new(output))?;
    let found = prepared.explain(&args.record)?;
    if found.is_empty() {
        bail!("no record has the identifier `{}`", args.record);
    }
    if output == Output::Json {
        terminal::print(&serde_json::to_string_pretty(&found)?)?;
        return Ok(Exit::Done);
    }
    for explanation in &found {
        tell(explanation)?;
    }
    Ok(Exit::Done)
}

fn tell(explanation: &Explanation) -> Result<(), anyhow::Error> {
    terminal::print(&format!("{}, line {}", explanation.file, explanation.line))?;
    for name in &explanation.names {
        terminal::print(&format!("  {name}"))?;
    }
    terminal::print("Rules that met it:")?;
    if explanation.met.is_empty() {
        terminal::print("  none")?;
    }
    for rule in explanation.met.iter() {
        terminal::print(&format!("  {}: {}", rule.rule, rule.says))?;
        for because in &rule.because {
            terminal::print(&format!("    {because}"))?;
        }
    }
    if !explanation.not_met.is_empty() {
        terminal::print("Rules about it that did not:")?;
        for rule in &explanation.not_met {
            terminal::print(&format!("  {}: {}", rule.rule, rule.says))?;
            for because in &rule.because {
                terminal::print(&format!("    {because}"))?;
            }
        }
    }
    terminal::print(&format!("{} other rules are about other taxa.", explanation.other_rules))?;
    if let Some(shared) = &explanation.shared {
        terminal::print(shared)?;
    }
    for sentence in explanation.follows.iter().filter(|sentence| !sentence.is_empty()) {
        terminal::print(sentence)?;
    }
    Ok(())
}

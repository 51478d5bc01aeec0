//! `reedbed rules`: looks after rule lists.

use std::path::PathBuf;

use anyhow::Context;
use reedbed_core::area::AreaSet;
use reedbed_core::rule::check::{Finding, Surroundings, check};
use reedbed_core::rule::list::Severity;

use super::Output;
use super::exit::Exit;
use super::terminal::{self, counted};
use crate::clock;

/// What to do with rule lists.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Finds what is unclear, unknown, outdated, contradictory or without effect.
    #[command(after_help = super::examples::RULES_CHECK)]
    Check(CheckArgs),
}

/// Arguments of `reedbed rules check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Rule lists (CSV); docs/rules.md describes them.
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// Mapping files for lists in another form; a `LIST.toml` beside a list is found by itself.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    map: Vec<PathBuf>,
    /// Boundaries (GeoJSON, GeoPackage, shapefile), to tell whether the areas that rules name are
    /// there.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    area: Vec<PathBuf>,
    /// A checklist, to tell whether names are known.
    #[arg(long, value_name = "CHECKLIST")]
    taxonomy: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    match command {
        Command::Check(args) => run_check(args, output),
    }
}

fn run_check(args: &CheckArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let (rules, problems) = reedbed_engine::rules::load(&args.lists, &args.map)?;
    let mut areas = AreaSet::default();
    let mut notes = Vec::new();
    for file in &args.area {
        let found = reedbed_formats::boundary::read_into(&mut areas, file)
            .with_context(|| format!("cannot read the boundaries in `{}`", file.display()))?;
        notes.extend(found.into_iter().map(|note| Finding {
            severity: Severity::Info,
            place: format!("`{}`", note.file),
            text: note.text,
        }));
    }
    let checklist = args
        .taxonomy
        .as_deref()
        .map(reedbed_engine::checklist::read)
        .transpose()
        .context("cannot read the checklist")?;
    let surroundings = Surroundings {
        areas: (!args.area.is_empty()).then_some(&areas),
        checklist: checklist.as_ref(),
        today: clock::today(),
    };
    let mut findings = check(&rules, &problems, &surroundings);
    findings.extend(notes);
    if rules.rules.is_empty() {
        findings.insert(0, no_rules(&args.lists));
    }
    tell(&findings, rules.rules.len(), output)?;
    let is_sound = findings.iter().all(|finding| finding.severity != Severity::Error);
    Ok(if is_sound { Exit::Done } else { Exit::Unverified })
}

fn no_rules(lists: &[PathBuf]) -> Finding {
    let names: Vec<String> = lists.iter().map(|list| format!("`{}`", list.display())).collect();
    Finding {
        severity: Severity::Error,
        place: names.join(", "),
        text: "no line below the headings, so no rule; nothing would be protected".to_owned(),
    }
}

fn tell(findings: &[Finding], rules: usize, output: Output) -> Result<(), anyhow::Error> {
    let number = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
    match output {
        Output::Human => {}
        Output::Json => {
            return terminal::print_json(
                &serde_json::json!({ "rules": rules, "findings": findings }),
            );
        }
        Output::Plain => {
            for finding in findings {
                let word = finding.severity.word();
                terminal::fact(&[word, &finding.place, &finding.text])?;
            }
            terminal::fact(&["rules", &rules.to_string()])?;
            for severity in [Severity::Error, Severity::Warning, Severity::Info] {
                let number = number(severity).to_string();
                terminal::fact(&[&format!("{}s", severity.word()), &number])?;
            }
            return Ok(());
        }
    }
    for finding in findings {
        terminal::print(&finding.to_string())?;
    }
    terminal::print(&format!(
        "{}: {}, {}, {}",
        counted(rules as u64, "rule"),
        counted(number(Severity::Error), "error"),
        counted(number(Severity::Warning), "warning"),
        counted(number(Severity::Info), "note")
    ))?;
    Ok(())
}

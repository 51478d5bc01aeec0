//! `reedbed rules`: looks after rule lists.

use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_core::area::AreaSet;
use reedbed_core::rule::check::{Finding, Surroundings, check};
use reedbed_core::rule::list::Severity;

use reedbed_vault::book::{Decision, decide, hex};

use super::Output;
use super::exit::Exit;
use super::inputs::RuleArgs;
use super::terminal::{self, counted};
use crate::clock;
use crate::vault::Vault;

/// What to do with rule lists.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Finds what is unclear, unknown, outdated, contradictory or without effect.
    #[command(after_help = super::examples::RULES_CHECK)]
    Check(CheckArgs),
    /// Approves rules for a vault: with what they name, they are known by one digest.
    Approve(ApproveArgs),
}

/// Arguments of `reedbed rules approve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApproveArgs {
    #[command(flatten)]
    rules: RuleArgs,
    /// The secret parts of the officers who approve.
    #[arg(long = "by", num_args = 1.., value_name = "FILE")]
    by: Vec<PathBuf>,
    /// File in which approvals are gathered, one officer after the other, each on their own machine.
    #[arg(long, value_name = "FILE", required_unless_present = "vault")]
    approval: Option<PathBuf>,
    /// Folder of the vault that may use the rules once enough officers approved.
    #[arg(long, value_name = "VAULT")]
    vault: Option<PathBuf>,
    /// The name of the vault's ledger, as it was given to `vault init`: for the first officer, where
    /// the vault itself is elsewhere.
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
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
        Command::Approve(args) => approve(args, output),
    }
}

fn approve(args: &ApproveArgs, output: Output) -> Result<Exit, anyhow::Error> {
    super::vault::keep_memory_private();
    let packed = crate::vault::packed(&args.rules)?;
    let digest = hex(&packed.digest);
    let mut decision = match &args.approval {
        Some(path) if crate::ledger::is_there(path)? => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("`{}` cannot be read", path.display()))?;
            let before = Decision::read(&text)
                .with_context(|| format!("`{}` holds no approvals", path.display()))?;
            if before.about != digest {
                bail!("`{}` approves other rules than these", path.display());
            }
            before
        }
        _ => Decision::to_use(&origin_of(args)?, &packed.digest),
    };
    for file in &args.by {
        decision = decide(decision, &super::officer_in(file)?);
    }
    let read = args.rules.read()?;
    let count = counted(read.rules.rules.len() as u64, "rule");
    let mut human = format!(
        "{count}, with all that they name, have the digest\n  {digest}\nfor the vault `{}`",
        decision.vault
    );
    if let Some(path) = args.approval.as_ref().filter(|_| !args.by.is_empty()) {
        std::fs::write(path, decision.to_text())
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        human.push_str(&format!("\nThe approvals are in `{}`.", path.display()));
    }
    let mut facts = vec![("digest", digest)];
    if let Some(path) = &args.vault {
        let mut vault = Vault::open(path)?;
        let index = vault.approve_rules(&packed, decision)?;
        human.push_str(&format!("\nThe vault may use them (entry {index})."));
        facts.push(("index", index.to_string()));
    }
    super::ledger::tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

/// The vault that an approval holds in.
fn origin_of(args: &ApproveArgs) -> Result<String, anyhow::Error> {
    match (&args.origin, &args.vault) {
        (Some(origin), _) => Ok(origin.clone()),
        (None, Some(vault)) => Ok(Vault::open(vault)?.book().origin().to_owned()),
        (None, None) => bail!(
            "say which vault may use the rules: `--origin NAME`, as `vault init` was told, or `--vault VAULT`"
        ),
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

//! `reedbed attack`: tries to find out from a copy where its protected records are.

use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_adversary::{Attack, Besides, Findings, Sensitive, Settings, attack};
use reedbed_core::area::AreaSet;
use reedbed_engine::share::ShareError;
use reedbed_formats::boundary;
use reedbed_formats::collection::{self, CollectionOptions};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::limits::Limits;

use super::Output;
use super::exit::Exit;
use super::inputs::{InputArgs, RuleArgs, tell_findings};
use super::share::For;
use super::terminal;
use crate::clock;

/// Arguments of `reedbed attack`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    rules: RuleArgs,
    /// Who the copy is for: a partner is told squares that are five times finer.
    #[arg(long = "for", value_enum, default_value_t = For::Public, value_name = "AUDIENCE")]
    audience: For,
    /// How often the squares of the rules are divided by five for this copy: 0 for the public, 1 for a
    /// partner, more under an agreement that grants it. It stands above `--for`.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(0..=3))]
    steps: Option<u32>,
    /// What an attacker has besides: earlier or more public copies, files from elsewhere, lists of
    /// named places.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
    /// Other copies of the same data: another partner's, on another grid or level, of an earlier
    /// policy, or before the data grew. Their regions are cut against each other; `--steps` is that
    /// of the finest of them.
    #[arg(long, num_args = 1.., value_name = "COPY")]
    with: Vec<PathBuf>,
    /// Boundaries (GeoJSON, GeoPackage, shapefile) that an attacker has: of counties, protected
    /// areas, habitats, coasts. The region of a record that names one is cut by it.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    clip: Vec<PathBuf>,
    /// How sure a claim must be to count, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    sure: u32,
    /// Located records to list as JSON, the surest first.
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    claims: usize,
}

/// Attacks the copy.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    let read = args.rules.read()?;
    if read.rules.rules.is_empty() {
        return Err(ShareError::NoRules.into());
    }
    let today = clock::today();
    tell_findings(&read.findings(today), output);
    let sensitive = Sensitive {
        rules: &read.rules,
        areas: &read.areas,
        checklist: read.checklist.as_ref(),
        today,
    };
    let missing: Vec<&str> = sensitive
        .rules
        .rules
        .iter()
        .filter_map(|rule| rule.area.as_deref())
        .filter(|name| sensitive.areas.find(name).is_none())
        .collect();
    if let Some(name) = missing.first().filter(|_| output != Output::Json) {
        terminal::say(&format!(
            "note: {} an area of which no boundary was given (`--area`), such as `{name}`: such rules \
             count everywhere, and what they protect is more than it should be",
            if missing.len() == 1 { "a rule names" } else { "rules name" }
        ));
    }
    let copy = args.input.open_tables()?;
    let settings = Settings {
        steps: args.steps.unwrap_or(u32::from(args.audience == For::Partner)),
        sure: f64::from(args.sure) / 100.0,
        most_claims: args.claims,
        ..Settings::default()
    };
    let known = open_all(&args.known)?;
    let with = open_all(&args.with)?;
    let mut layers = AreaSet::default();
    for file in &args.clip {
        boundary::read_into(&mut layers, file)
            .with_context(|| format!("cannot read the boundaries in `{}`", file.display()))?;
    }
    let besides = Besides { known: &known, with: &with, layers: Some(&layers) };
    let findings = attack(&copy, &besides, sensitive, &settings)?;
    tell(&findings, output)?;
    Ok(if findings.located == 0 { Exit::Done } else { Exit::Refused })
}

/// Opens what an attacker has besides: archives and folders each by themselves, tables together, as
/// they may belong to each other.
fn open_all(paths: &[PathBuf]) -> Result<Vec<Dataset>, anyhow::Error> {
    let is_table = |path: &&PathBuf| {
        let name = path.to_string_lossy().to_ascii_lowercase();
        path.is_file()
            && [".csv", ".tsv", ".txt", ".tab", ".psv"].iter().any(|end| name.ends_with(end))
    };
    let (tables, others): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(is_table);
    let groups = others.into_iter().map(|path| vec![path.clone()]);
    let tables: Vec<PathBuf> = tables.into_iter().cloned().collect();
    let groups = groups.chain((!tables.is_empty()).then_some(tables));
    let limits = Limits::default();
    groups
        .map(|group| {
            let names: Vec<_> = group.iter().map(|path| path.display().to_string()).collect();
            let opened = collection::open_tables(&group, &CollectionOptions::default(), &limits)
                .with_context(|| format!("cannot read the known file `{}`", names.join("`, `")))?;
            for table in &opened.tables {
                if table.columns.iter().all(|column| column.term.is_none()) {
                    bail!(
                        "`{}` has no heading that is known: nothing in it could be held against the copy",
                        table.name
                    );
                }
            }
            Ok(opened)
        })
        .collect()
}

/// Tells what was found. Claims name places only as JSON, which is for the steward's own tools.
fn tell(findings: &Findings, output: Output) -> Result<(), anyhow::Error> {
    if output == Output::Json {
        terminal::print(&serde_json::to_string_pretty(findings)?)?;
        return Ok(());
    }
    if output == Output::Plain {
        terminal::print(&format!("protected\t{}", findings.protected))?;
        terminal::print(&format!("located\t{}", findings.located))?;
        for count in &findings.attacks {
            terminal::print(&format!("{}\t{}", count.attack.words(), count.located))?;
        }
        return Ok(());
    }
    if findings.protected == 0 {
        terminal::print(
            "No record is of a taxon or place on the lists, and none says that it was generalised: there \
             was nothing to locate.",
        )?;
        return Ok(());
    }
    let of = |number: u64| if number == 1 { "record" } else { "records" };
    terminal::print(&format!(
        "{} of {} protected {} could be located more finely than the rules allow.",
        findings.located,
        findings.protected,
        of(findings.protected)
    ))?;
    let untried: Vec<&str> = findings
        .attacks
        .iter()
        .filter(|count| !count.tried)
        .map(|count| count.attack.words())
        .collect();
    if !untried.is_empty() {
        terminal::print(&format!(
            "  not tried, for want of something to try it with: {}",
            untried.join(", ")
        ))?;
    }
    for count in findings.attacks.iter().filter(|count| count.claimed > 0) {
        terminal::print(&format!("  {:<24} {:>8}", count.attack.words(), count.located))?;
    }
    for claim in findings.claims.iter().take(SHOWN) {
        let columns = claim.columns.join(", ");
        terminal::print(&format!(
            "`{}` line {}{}{}: {} ({:.0} % sure, {} of the area allowed)",
            claim.file,
            claim.line,
            if columns.is_empty() { String::new() } else { format!(", `{columns}`") },
            claim.rule.as_ref().map_or_else(String::new, |rule| format!(", by {rule}")),
            claim.because,
            claim.probability * 100.0,
            match claim.narrowing * 100.0 {
                share if share < 0.1 => "less than 0.1 %".to_owned(),
                share => format!("{share:.1} %"),
            }
        ))?;
    }
    let more = findings.located.saturating_sub(SHOWN as u64);
    let exact = findings.attacks.iter().find(|count| count.attack == Attack::Exact);
    if exact.is_some_and(|count| count.located > 0) {
        terminal::say(
            "note: records are told more finely than the rules' squares; for a partner's copy, whose \
             squares are finer, add `--for partner`",
        );
    }
    if more > 0 {
        terminal::print(&format!(
            "… and {more} more; `--output json` lists them all, with the places: keep it to yourself."
        ))?;
    }
    Ok(())
}

/// Claims that are told one by one.
const SHOWN: usize = 10;

//! `cargo xtask test`: everything that CI checks, step by step, with a closing line that counts.
//!
//! A step that fails does not stop the others: one run shows all that is wrong.

mod cargo;
mod house;
mod licences;
pub(crate) mod python;
mod tally;
mod tree;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::flags::Flags;
use crate::say;
use crate::test::tally::Tally;
use crate::test::tree::Snapshot;
use crate::workplace::Workplace;

/// How a step ended.
pub(crate) enum Outcome {
    /// A check without tests of its own found nothing.
    Passed,
    /// A check found something; it has said what.
    Failed,
    /// The check could not be made here, for this reason.
    Skipped(String),
    /// Tests were run and counted.
    Tests(Tally),
}

/// One step of the test command.
struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Workplace) -> Result<Outcome>,
}

/// The quick ones first, so that a slip shows early.
const STEPS: [Step; 9] = [
    Step { name: "format", what: "rustfmt has nothing to change", run: cargo::format },
    Step { name: "house", what: "the house rules that no lint knows", run: house::run },
    Step { name: "licences", what: "licences, bans and sources", run: licences::run },
    Step { name: "advisories", what: "known vulnerabilities", run: licences::advisories },
    Step { name: "lints", what: "clippy, warnings are errors", run: cargo::lints },
    Step { name: "light-tests", what: "tests of all crates but the app", run: cargo::light_tests },
    Step { name: "app-tests", what: "tests of the executable", run: cargo::app_tests },
    Step {
        name: "docs",
        what: "rustdoc with private items, warnings are errors",
        run: cargo::docs,
    },
    Step { name: "python", what: "partners' tools read what we write", run: python::run },
];

/// Compares the work tree with what it was before the first step.
const CLEAN_TREE: &str = "clean-tree";

/// Runs the steps and tells whether none failed.
pub(crate) fn run(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let only: Vec<String> = flags.values("--only")?;
    flags.finish()?;
    for name in &only {
        if name != CLEAN_TREE && !STEPS.iter().any(|step| step.name == name) {
            let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            bail!("`{name}` is no step; the steps are {}, {CLEAN_TREE}", known.join(", "));
        }
    }
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);

    let mut summary = Summary::default();
    let before = Snapshot::take(workplace);
    for step in STEPS.iter().filter(|step| wanted(step.name)) {
        say::heading(&format!("{}: {}", step.name, step.what));
        let started = Instant::now();
        let outcome = (step.run)(workplace);
        summary.add(step.name, started.elapsed().as_secs_f64(), outcome);
    }
    if wanted(CLEAN_TREE) {
        say::heading(&format!("{CLEAN_TREE}: the steps left the work tree as it was"));
        summary.add(CLEAN_TREE, 0.0, before.compare(workplace));
    }
    Ok(summary.close())
}

/// What the steps came to, line by line.
#[derive(Default)]
struct Summary {
    lines: Vec<String>,
    total: Tally,
}

impl Summary {
    fn add(&mut self, name: &str, seconds: f64, outcome: Result<Outcome>) {
        let (tally, words) = match outcome {
            Ok(Outcome::Passed) => (Tally { passed: 1, ..Tally::default() }, "passed".to_owned()),
            Ok(Outcome::Failed) => (Tally { failed: 1, ..Tally::default() }, "FAILED".to_owned()),
            Ok(Outcome::Skipped(reason)) => {
                say::line(&format!("skipped: {reason}"));
                (Tally { skipped: 1, ..Tally::default() }, format!("skipped: {reason}"))
            }
            Ok(Outcome::Tests(tally)) if tally.failed > 0 => (tally, format!("FAILED, {tally}")),
            Ok(Outcome::Tests(tally)) => (tally, tally.to_string()),
            Err(error) => {
                say::problem(&format!("step {name} failed: {error:#}"));
                (Tally { failed: 1, ..Tally::default() }, format!("FAILED: {error:#}"))
            }
        };
        self.lines.push(format!("{name:<12} {seconds:>7.1} s  {words}"));
        self.total.add(tally);
    }

    /// Prints the table and the closing line; tells whether nothing failed.
    fn close(self) -> bool {
        say::heading("summary");
        for line in &self.lines {
            say::line(line);
        }
        say::line("");
        say::line(&self.total.to_string());
        self.total.failed == 0
    }
}

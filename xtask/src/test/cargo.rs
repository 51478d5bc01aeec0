//! The steps that cargo carries out.

use std::process::Command;

use anyhow::Result;

use crate::say;
use crate::test::Outcome;
use crate::test::tally::CargoLines;
use crate::workplace::{Workplace, stream, succeeds};

/// The executable's package. Its tests come after all others, which need less to build.
const APP: &str = "reedbed";

pub(crate) fn format(workplace: &Workplace) -> Result<Outcome> {
    check(&mut workplace.cargo(&["fmt", "--all", "--check"]))
}

pub(crate) fn lints(workplace: &Workplace) -> Result<Outcome> {
    check(&mut workplace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]))
}

pub(crate) fn docs(workplace: &Workplace) -> Result<Outcome> {
    let mut command = workplace.cargo(&[
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--locked",
    ]);
    check(command.env("RUSTDOCFLAGS", "-D warnings"))
}

pub(crate) fn light_tests(workplace: &Workplace) -> Result<Outcome> {
    tests(workplace, &["--workspace", "--exclude", APP])
}

pub(crate) fn app_tests(workplace: &Workplace) -> Result<Outcome> {
    tests(workplace, &["--package", APP])
}

fn check(command: &mut Command) -> Result<Outcome> {
    Ok(if succeeds(command)? { Outcome::Passed } else { Outcome::Failed })
}

/// Runs the tests of some packages, shows what they print, and counts them.
fn tests(workplace: &Workplace, packages: &[&str]) -> Result<Outcome> {
    let mut command = workplace.cargo(&["test", "--no-fail-fast", "--locked"]);
    command.args(packages).args(["--", "--show-output"]);
    let mut lines = CargoLines::default();
    let well = stream(&mut command, |line| {
        if lines.take(line) {
            say::line(line);
        }
    })?;
    Ok(Outcome::Tests(lines.tally().ended(well)))
}

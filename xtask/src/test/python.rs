//! The Python tests: what partners use every day reads what `reedbed share` writes.

use anyhow::Result;

use crate::say;
use crate::test::Outcome;
use crate::test::tally::of_pytest;
use crate::venv::{self, Venv};
use crate::workplace::{Workplace, must, stream, succeeds};

pub(crate) fn run(workplace: &Workplace) -> Result<Outcome> {
    let tests = workplace.root().join("tests-python");
    let python = match venv::ensure(workplace, "python", &tests.join("requirements.txt"))? {
        Venv::Ready(python) => python,
        Venv::Unavailable(reason) => return Ok(Outcome::Skipped(reason)),
    };
    must(&mut workplace.cargo(&["build", "--package", "reedbed", "--locked"]))?;

    let mut command = workplace.command(python);
    command
        .args(["-m", "pytest", "-ra", "--color=no", "-p", "no:cacheprovider"])
        .arg(&tests)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("REEDBED_BIN", workplace.executable("debug"));
    let mut tally = None;
    let well = stream(&mut command, |line| {
        say::line(line);
        tally = of_pytest(line).or(tally);
    })?;
    Ok(Outcome::Tests(tally.unwrap_or_default().ended(well)))
}

/// Kills a vault at every step of every command, with the executable of the release profile.
pub(crate) fn every_kill(workplace: &Workplace) -> Result<bool> {
    let tests = workplace.root().join("tests-python");
    let python = match venv::ensure(workplace, "python", &tests.join("requirements.txt"))? {
        Venv::Ready(python) => python,
        Venv::Unavailable(reason) => {
            say::line(&reason);
            return Ok(false);
        }
    };
    must(&mut workplace.cargo(&["build", "--package", "reedbed", "--release", "--locked"]))?;
    let mut command = workplace.command(python);
    command
        .args(["-m", "pytest", "-ra", "-s", "--color=no", "-p", "no:cacheprovider"])
        .arg(tests.join("test_vault_kill.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("VAULT_KILLS", "all")
        .env("REEDBED_BIN", workplace.executable("release"));
    succeeds(&mut command)
}

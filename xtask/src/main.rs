//! Checks, benches and long campaigns of Reedbed. What CI runs and what runs at the desk is the
//! same: `cargo xtask VERB`.
//!
//! Nothing here is part of the product, and nothing here depends on it: the executable is built by
//! cargo and run from outside, as its users do.

mod bench;
mod docs;
mod flags;
mod fresh;
mod long;
mod prng;
mod say;
mod test;
mod venv;
mod workplace;

use std::process::ExitCode;

use crate::flags::Flags;
use crate::workplace::Workplace;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say::problem(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Carries out one verb and tells whether everything went well.
fn run(words: Vec<String>) -> anyhow::Result<bool> {
    let workplace = Workplace::find()?;
    let mut flags = Flags::new(words);
    match flags.word().as_deref() {
        Some("bench") => bench::run(&workplace, flags),
        Some("docs") => docs::run(&workplace, flags),
        Some("fresh") => fresh::run(&workplace, flags),
        Some("long") => long::run(&workplace, flags),
        Some("test") => test::run(&workplace, flags),
        Some("help" | "--help" | "-h") => {
            say::line(HELP);
            Ok(true)
        }
        Some(other) => anyhow::bail!("`{other}` is not a command\n\n{HELP}"),
        None => anyhow::bail!("a command is missing\n\n{HELP}"),
    }
}

const HELP: &str = "\
cargo xtask test [--only STEP]...    everything that CI checks
cargo xtask bench ledger [--seconds N] [--entries N]
                                     entries that are made safe beside SQLite, growth, checking
cargo xtask bench adversary [--quick] [--draws N] [--rows N] [--data DIR] [--profile NAME]
                                     what can be found in copies made by four methods
cargo xtask bench share [--rows N]... [--runs N] [--scattered] [--keep]
                                     `reedbed share` against DuckDB and a plain copy
cargo xtask bench vault [--rows N] [--runs N] [--entries N] [--profile NAME] [--reedbed FILE]
                        [--python FILE]
                                     import, reading, sealing, release, replay and backup of a vault,
                                     each beside its peer
cargo xtask docs                     man pages and shell completions, written into the target folder
cargo xtask fresh                    seconds from a fresh clone to the demo's result
cargo xtask long [--cases N] [--no-bench] [--ledger] [--times N]
                                     property tests with many cases, then the large bench; or the
                                     ledger's tests alone";

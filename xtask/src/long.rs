//! `cargo xtask long`: what takes too long for every change, run once for each issue.

use anyhow::Result;

use crate::bench;
use crate::flags::Flags;
use crate::say;
use crate::test::python;
use crate::workplace::{Workplace, succeeds};

/// Property tests with many cases, then the large bench in both of its forms.
pub(crate) fn run(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let cases: u64 = flags.values("--cases")?.pop().unwrap_or(20_000);
    let without_bench = flags.switch("--no-bench");
    let of_ledger = flags.switch("--ledger");
    let of_vault = flags.switch("--vault");
    let times = flags.values("--times")?.pop();
    flags.finish()?;
    // The ledger's disks fail a million times, and so many of its proofs are changed; nothing of the
    // vault's model opens in so many histories.
    let ledger_times: u64 = times.unwrap_or(50);
    let ledger_times = ledger_times.to_string();
    if of_ledger {
        say::heading(&format!("the ledger's tests, {ledger_times} times as many cases"));
        let mut tests = workplace.cargo(&["test", "--package", "reedbed-ledger", "--release"]);
        return succeeds(tests.env("LEDGER_TIMES", ledger_times));
    }

    if of_vault {
        return vault(workplace);
    }

    say::heading(&format!("all tests, {cases} cases for each property"));
    // The release profile checks for overflow too, and is some ten times as fast.
    let mut tests = workplace.cargo(&["test", "--workspace", "--release", "--no-fail-fast"]);
    let tests = tests.env("PROPTEST_CASES", cases.to_string());
    tests.env("VAULT_CASES", "1000000");
    let well = succeeds(tests.env("LEDGER_TIMES", ledger_times))?;
    if !without_bench {
        for scattered in [false, true] {
            let words = ["share", "--rows=5000000", "--runs=3"].map(str::to_owned);
            let mut words = Vec::from(words);
            words.extend(scattered.then(|| "--scattered".to_owned()));
            bench::run(workplace, Flags::new(words))?;
        }
    }
    Ok(well)
}

/// A million histories of the vault's people, 20,000 with real keys, and a vault that is killed at every
/// step of every command.
fn vault(workplace: &Workplace) -> Result<bool> {
    say::heading("the vault's tests: a million histories");
    let mut tests = workplace.cargo(&["test", "--package", "reedbed-vault", "--release"]);
    tests.args(["--", "--nocapture"]).env("VAULT_CASES", "1000000");
    let well = succeeds(&mut tests)?;
    say::heading("a vault that is killed at every step");
    Ok(python::every_kill(workplace)? && well)
}

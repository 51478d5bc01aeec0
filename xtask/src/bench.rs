//! `cargo xtask bench`: how long the main job takes, and what it is good for, beside what people use
//! instead.

mod adversary;
mod gbif;
mod ledger;
mod names;
mod share;
mod table;
mod vault;

use anyhow::{Result, bail};

use crate::flags::Flags;
use crate::workplace::Workplace;

/// Runs one bench.
pub(crate) fn run(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    match flags.word().as_deref() {
        Some("adversary") => run_adversary(workplace, flags),
        Some("ledger") => run_ledger(workplace, flags),
        Some("share") => run_share(workplace, flags),
        Some("vault") => run_vault(workplace, flags),
        _ => bail!("the benches are: adversary, ledger, share, vault"),
    }
}

fn run_adversary(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let mut settings = adversary::Settings::default();
    if flags.switch("--quick") {
        settings.quick();
    }
    if let Some(rows) = flags.values("--rows")?.pop() {
        settings.rows = rows;
    }
    if let Some(draws) = flags.values("--draws")?.pop() {
        settings.draws = draws;
    }
    if let Some(profile) = flags.values("--profile")?.pop() {
        settings.profile = profile;
    }
    settings.data = flags.values("--data")?.pop();
    flags.finish()?;
    adversary::run(workplace, &settings)
}

fn run_ledger(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let mut settings = ledger::Settings::default();
    if let Some(seconds) = flags.values("--seconds")?.pop() {
        settings.seconds = seconds;
    }
    if let Some(entries) = flags.values("--entries")?.pop() {
        settings.entries = entries;
    }
    flags.finish()?;
    ledger::run(workplace, &settings)
}

fn run_share(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let mut settings = share::Settings::default();
    let rows = flags.values("--rows")?;
    if !rows.is_empty() {
        settings.rows = rows;
    }
    if let Some(runs) = flags.values("--runs")?.pop() {
        settings.runs = usize::max(runs, 1);
    }
    settings.scattered = flags.switch("--scattered");
    settings.keep = flags.switch("--keep");
    flags.finish()?;
    share::run(workplace, &settings)
}

fn run_vault(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let mut settings = vault::Settings::default();
    if let Some(rows) = flags.values("--rows")?.pop() {
        settings.rows = u64::max(rows, 1);
    }
    if let Some(runs) = flags.values("--runs")?.pop() {
        settings.runs = usize::max(runs, 1);
    }
    if let Some(entries) = flags.values("--entries")?.pop() {
        settings.entries = u64::max(entries, 1);
    }
    if let Some(profile) = flags.values("--profile")?.pop() {
        settings.profile = profile;
    }
    settings.reedbed = flags.values("--reedbed")?.pop();
    settings.python = flags.values("--python")?.pop();
    flags.finish()?;
    vault::run(workplace, &settings)
}

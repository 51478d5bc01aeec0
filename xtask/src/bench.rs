//! `cargo xtask bench`: how long the main job takes, beside what people use instead.

mod gbif;
mod names;
mod share;
mod table;

use anyhow::{Result, bail};

use crate::flags::Flags;
use crate::workplace::Workplace;

pub(crate) use share::Settings;

/// Runs one bench.
pub(crate) fn run(workplace: &Workplace, mut flags: Flags) -> Result<bool> {
    let rows = flags.values("--rows")?;
    let runs: Vec<usize> = flags.values("--runs")?;
    let mut settings = Settings::default();
    if !rows.is_empty() {
        settings.rows = rows;
    }
    if let Some(&runs) = runs.last() {
        settings.runs = runs.max(1);
    }
    settings.scattered = flags.switch("--scattered");
    settings.keep = flags.switch("--keep");
    let which = flags.word();
    flags.finish()?;
    match which.as_deref() {
        Some("share") => share::run(workplace, &settings),
        _ => bail!("the benches are: share"),
    }
}

//! `cargo xtask fresh`: the first impression. Seconds from a fresh clone, with nothing downloaded
//! and nothing built, to the result of the first command of the README.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::flags::Flags;
use crate::say;
use crate::workplace::{Workplace, must, succeeds};

/// Clones what is committed, runs the command with an empty cargo home, and prints the time.
pub(crate) fn run(workplace: &Workplace, flags: Flags) -> Result<bool> {
    flags.finish()?;
    let folder = workplace.scratch("fresh")?;
    std::fs::remove_dir_all(&folder).context("the folder of the last time cannot be removed")?;
    std::fs::create_dir_all(&folder)?;
    let clone = folder.join("clone");
    must(workplace.command("git").args(["clone", "--quiet"]).arg(workplace.root()).arg(&clone))?;

    let mut demo = workplace.cargo(&["run", "--release", "--", "demo"]);
    demo.current_dir(&clone)
        .env("CARGO_HOME", folder.join("cargo-home"))
        .env_remove("CARGO_TARGET_DIR");
    let started = Instant::now();
    let well = succeeds(&mut demo)?;
    let seconds = started.elapsed().as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    say::line(&format!("{seconds:.0} s from a fresh clone to the demo's result, {cores} cores"));
    std::fs::remove_dir_all(&folder).context("the clone cannot be removed")?;
    Ok(well)
}

//! `cargo xtask bench ledger`: entries that are made safe, beside SQLite with full sync and the file
//! system alone, in one run on one disk.

use anyhow::{Context, Result};

use crate::say;
use crate::workplace::{Workplace, must, output_of};

/// What to measure.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seconds: 60 }
    }
}

/// Runs it, and prints facts.
pub(crate) fn run(workplace: &Workplace, settings: &Settings) -> Result<bool> {
    let profile = ["build", "--profile", "dist", "-p", "reedbed-ledger", "--example", "measure"];
    must(&mut workplace.cargo(&profile))?;
    let program = workplace.executable("dist").with_file_name("examples").join("measure");
    let folder = workplace.scratch("ledger")?;
    let _ = std::fs::remove_dir_all(&folder);
    for (what, batch, seconds) in [
        ("one caller, one entry at a time", "1", 10.min(settings.seconds)),
        ("batches of 64", "64", settings.seconds),
    ] {
        say::heading(what);
        let own = folder.join(batch);
        let mut measure = workplace.command(&program);
        measure.arg(&own).arg(seconds.to_string()).arg(batch);
        say::line(output_of(&mut measure)?.trim_end());
        std::fs::remove_dir_all(&own).context("the ledger cannot be removed")?;
    }
    say::heading("SQLite, WAL, full sync, one entry for each commit");
    std::fs::create_dir_all(&folder).context("the folder of the bench cannot be made")?;
    let mut sqlite = workplace.command("python3");
    sqlite.args(["-c", SQLITE]).arg(folder.join("peer.sqlite")).arg("10");
    say::line(output_of(&mut sqlite)?.trim_end());
    std::fs::remove_dir_all(&folder).context("the folder of the bench cannot be removed")?;
    Ok(true)
}

const SQLITE: &str = r#"
import sqlite3, sys, time
path, seconds = sys.argv[1], float(sys.argv[2])
base = sqlite3.connect(path, isolation_level=None)
base.execute("pragma journal_mode=wal"); base.execute("pragma synchronous=full")
base.execute("create table entries (at integer primary key, entry blob)")
begun, waits = time.perf_counter(), []
while time.perf_counter() - begun < seconds:
    waiting = time.perf_counter()
    base.execute("insert into entries (entry) values (?)", (bytes(1024),))
    waits.append(time.perf_counter() - waiting)
waits.sort()
print(f"entries a second\t{len(waits) / seconds:.0f}")
print(f"wait, median, ms\t{waits[len(waits) // 2] * 1e3:.2f}")
print(f"wait, 99 %, ms\t{waits[len(waits) * 99 // 100] * 1e3:.2f}")
"#;

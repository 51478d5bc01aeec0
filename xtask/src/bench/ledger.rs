//! `cargo xtask bench ledger`: entries that are made safe by callers who wait, beside SQLite with full
//! sync and the file system alone, in one run on one disk; what an entry costs as the log grows; and
//! what it takes to check one copy.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::say;
use crate::workplace::{Workplace, must, output_of};

/// What to measure.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) seconds: u64,
    /// Entries of the log that grows.
    pub(crate) entries: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seconds: 60, entries: 10_000_000 }
    }
}

/// Runs it, and prints facts.
pub(crate) fn run(workplace: &Workplace, settings: &Settings) -> Result<bool> {
    let profile = ["build", "--profile", "dist", "-p", "reedbed-ledger", "--example", "measure"];
    must(&mut workplace.cargo(&profile))?;
    must(&mut workplace.cargo(&["build", "--profile", "dist", "-p", "reedbed"]))?;
    let program = workplace.executable("dist").with_file_name("examples").join("measure");
    let folder = workplace.scratch("ledger")?;
    remove(&folder)?;
    std::fs::create_dir_all(&folder).context("the folder of the bench cannot be made")?;
    for (callers, seconds) in [("1", 10.min(settings.seconds)), ("64", settings.seconds)] {
        say::heading(&format!("{callers} at once, each waiting for one entry at a time"));
        let own = folder.join("callers");
        let mut measure = workplace.command(&program);
        measure.arg("callers").arg(&own).arg(seconds.to_string()).arg(callers);
        say::line(output_of(&mut measure)?.trim_end());
        remove(&own)?;
    }
    say::heading("SQLite, WAL, full sync, one entry for each commit");
    let mut sqlite = workplace.command("python3");
    sqlite.args(["-c", SQLITE]).arg(folder.join("peer.sqlite")).arg("10");
    say::line(output_of(&mut sqlite)?.trim_end());
    say::heading("growth");
    let own = folder.join("growth");
    let mut measure = workplace.command(&program);
    measure.arg("growth").arg(&own).arg(settings.entries.to_string());
    say::line(output_of(&mut measure)?.trim_end());
    remove(&own)?;
    say::heading("checking one copy, with three witnesses");
    check_one(workplace, &folder)?;
    remove(&folder)?;
    Ok(true)
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("the folder of the bench cannot be removed")
        }
        _ => Ok(()),
    }
}

/// A copy of one table, recorded in a ledger of a thousand entries, and how long the whole program
/// takes to check it.
fn check_one(workplace: &Workplace, folder: &Path) -> Result<()> {
    let call = |arguments: &[&str]| -> Result<String> {
        let mut command = workplace.command(workplace.executable("dist"));
        output_of(command.args(["--output", "plain"]).args(arguments).current_dir(folder))
    };
    let fact = |text: &str, name: &str| -> Result<String> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        Ok(line.with_context(|| format!("`{name}` is not told"))?.to_owned())
    };
    let key = fact(&call(&["ledger", "init", "led", "--origin", "bench.example/l"])?, "key")?;
    let names = ["w1", "w2", "w3"];
    let mut policy = format!("log {key}\n");
    for name in names {
        let own = format!("{name}.example/w");
        let made =
            call(&["ledger", "witness", "init", name, "--name", &own, "--log", key.as_str()])?;
        policy.push_str(&format!("witness {name} {}\n", fact(&made, "key")?));
    }
    policy.push_str("group all all w1 w2 w3\nquorum all\n");
    std::fs::write(folder.join("led/log/policy"), policy)?;
    std::fs::write(folder.join("rules.csv"), "scientificName,category\nArdea alba,high\n")?;
    let rows = "scientificName,decimalLatitude,decimalLongitude\nArdea alba,51.6,4.6\n";
    std::fs::write(folder.join("r.csv"), rows)?;
    for _ in 0..1_000 {
        call(&["ledger", "append", "led", "--kind", "permit"])?;
    }
    call(&["share", "r.csv", "--rules", "rules.csv", "--ledger", "led", "-o", "copy"])?;
    call(&["ledger", "cosign", "led", "--request", "request"])?;
    for name in names {
        call(&["ledger", "witness", "sign", name, "request", "-o", "answer"])?;
        call(&["ledger", "cosign", "led", "--answer", "answer"])?;
    }
    call(&["ledger", "prove", "led", "1000", "--copy", "copy"])?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        let said = call(&["ledger", "verify", "copy"])?;
        times.push(begun.elapsed());
        if fact(&said, "witnesses")? != "3" {
            bail!("the copy of the bench is not witnessed");
        }
    }
    times.sort_unstable();
    let ms = |at: usize| times.get(at).map_or(Duration::ZERO, |time| *time).as_secs_f64() * 1e3;
    say::line(&format!("verify, median, ms\t{:.2}\nverify, 99 %, ms\t{:.2}", ms(100), ms(198)));
    let size = |name: &str| -> Result<u64> {
        Ok(std::fs::metadata(folder.join("copy/package/proof").join(name))?.len())
    };
    let of_proof = ["manifest", "entry", "opening", "release.tlog-proof", "policy"];
    let bytes: u64 = of_proof.iter().map(|name| size(name)).sum::<Result<u64>>()?;
    say::line(&format!("proof without the verifier and its page, bytes\t{bytes}"));
    say::line(&format!("of that the `.tlog-proof`, bytes\t{}", size("release.tlog-proof")?));
    Ok(())
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

//! Levels: writing them, reading them, and sealing what is no table.

use std::cell::RefCell;

use anyhow::{Context, Result, bail};

use crate::bench::table::median;
use crate::bench::vault::clock::Turn;
use crate::bench::vault::report::{self, Found};
use crate::bench::vault::{Bench, Table, bytes_of, command, remove, text};
use crate::say;
use crate::workplace::{must, output_of};

/// A table that comes in, with all levels, beside the same as plain Parquet. The vault of the last round
/// is left in the folder `v`.
pub(super) fn import(bench: &Bench<'_>, table: &Table) -> Result<Found> {
    say::heading(&format!("import, {} rows, {:.0} MB", table.rows, table.mb));
    let (vault, parquet) = (bench.path("v"), bench.path("plain.parquet"));
    let (input, of_vault, target) = (text(&table.path), text(&vault), text(&parquet));
    let own = ["--output", "plain", "vault", "import", "--vault", &of_vault, &input];
    let own = [own.as_slice(), &["--dataset", "moor", "--rules", &bench.reserve.rules]].concat();
    let script = text(&bench.scripts.join("vault").join("parquet.py"));
    let peer = command(&bench.python, &[&script, &input, &target]);
    let told = RefCell::new(String::new());
    let turns = [
        Turn::new(IMPORT, bench.reedbed(&own), || bench.reserve.vault("v")),
        Turn::new(PLAIN, peer, || {
            *told.borrow_mut() = std::fs::read_to_string(&bench.clock.log)?;
            remove(&parquet)
        }),
    ];
    let lines = bench.clock.rounds(&turns)?;
    say::line(&report::table(&lines, Some(PLAIN), Some(table.mb)));
    let told = told.borrow();
    let fact =
        |name: &str| told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    if let Some(reason) = fact("no-public-level") {
        bail!("the import made no public level: {reason}");
    }
    let mb = |bytes: u64| bytes as f64 / 1e6;
    say::line(&format!(
        "Protected records: {}. The peak is that of the process and that of its files in memory together, \
         each at its most. The vault's levels take {:.0} MB, the plain Parquet file {:.0} MB.",
        fact("protected").context("the import does not tell how many it protected")?,
        mb(bytes_of(&vault.join("data"))),
        mb(bytes_of(&parquet)),
    ));
    remove(&parquet)?;
    let what = format!("import of {} rows against plain Parquet", table.rows);
    Ok(Found { what, found: report::ratio(&lines, IMPORT, PLAIN), aim: "2.5 ×" })
}

/// All columns of a level file, beside the same batches in a file without keys.
pub(super) fn reading(bench: &Bench<'_>, table: &Table) -> Result<Found> {
    say::heading(&format!("reading all columns of a level, {} rows", table.rows));
    let (sealed, plain) = (bench.path("level.parquet"), bench.path("plain.parquet"));
    let (input, rows) = (text(&table.path), table.rows.to_string());
    let (of_sealed, of_plain) = (text(&sealed), text(&plain));
    let mut write = bench.workplace.command(&bench.measure);
    must(write.args(["write", &input, &of_sealed, &of_plain]).stdout(std::process::Stdio::null()))?;
    let read = |kind: &str, file: &str| bench.measure(&["read", kind, file, &input, &rows]);
    let turns = [
        Turn::new(LEVEL, read("sealed", &of_sealed), || Ok(())),
        Turn::new(PLAIN, read("plain", &of_plain), || Ok(())),
    ];
    let lines = bench.clock.rounds(&turns)?;
    let mb = bytes_of(&sealed) as f64 / 1e6;
    say::line(&report::table(&lines, Some(PLAIN), Some(mb)));
    say::line(&format!("The level file takes {mb:.1} MB, the plain one {:.1} MB.", {
        bytes_of(&plain) as f64 / 1e6
    }));
    remove(&sealed)?;
    remove(&plain)?;
    let what = format!("reading a level of {} rows against plain Parquet", table.rows);
    Ok(Found { what, found: report::ratio(&lines, LEVEL, PLAIN), aim: "1.15 ×" })
}

/// Bytes in memory, sealed on one core, beside the same cipher by OpenSSL where that is installed.
pub(super) fn sealing(bench: &Bench<'_>, runs: usize) -> Result<Found> {
    say::heading("sealing into memory, one core");
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    for round in 0..=runs {
        let mut seal = bench.workplace.command(&bench.measure);
        let said = output_of(seal.args(["seal", SEALED_MIB, "1"]))?;
        let found = said.trim().parse::<f64>().context("the rate of sealing is none")?;
        let other = openssl(bench);
        if round > 0 {
            own.push(found);
            peer.extend(other);
        }
    }
    say::line("| what | MB/s, median | slowest – fastest |\n| --- | --: | --: |");
    let line = |name: &str, rates: &[f64]| {
        let Some(middle) = median(rates.iter().copied()) else { return };
        let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let fastest = rates.iter().copied().fold(0.0, f64::max);
        say::line(&format!("| {name} | {middle:.0} | {slowest:.0} – {fastest:.0} |"));
    };
    line(&format!("sealing {SEALED_MIB} MiB (age: ChaCha20-Poly1305)"), &own);
    line("ChaCha20-Poly1305 by OpenSSL, pieces of 64 KiB", &peer);
    if peer.is_empty() {
        say::line("\nOpenSSL is not installed here, so there is nothing to hold it against.");
    }
    let rate = median(own.iter().copied()).context("nothing was sealed")?;
    let against = median(peer.iter().copied())
        .map_or_else(String::new, |peer| format!(" ({:.2} × OpenSSL's rate)", rate / peer));
    let found = format!("{rate:.0} MB/s{against}");
    Ok(Found { what: "sealing on one core".to_owned(), found, aim: "700 MB/s" })
}

/// MB/s of the bare cipher, by OpenSSL's own bench; nothing where it is not installed.
fn openssl(bench: &Bench<'_>) -> Option<f64> {
    let mut speed = bench.workplace.command("openssl");
    speed.args(["speed", "-seconds", "1", "-bytes", "65536", "-evp", "chacha20-poly1305"]);
    let said = output_of(&mut speed).ok()?;
    // `ChaCha20-Poly1305  1234567.89k`: thousands of bytes a second.
    let line = said.lines().find(|line| line.starts_with("ChaCha20-Poly1305"))?;
    let rate: f64 = line.split_whitespace().last()?.strip_suffix('k')?.parse().ok()?;
    Some(rate / 1e3)
}

const IMPORT: &str = "reedbed vault import, all levels";
const PLAIN: &str = "plain Parquet";
const LEVEL: &str = "level file";
const SEALED_MIB: &str = "512";

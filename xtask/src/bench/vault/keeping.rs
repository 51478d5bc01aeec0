//! What is done with a vault: backups, a copy for a partner, its replay; and the start of the program.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::bench::table::{Line, Run, median};
use crate::bench::vault::clock::Turn;
use crate::bench::vault::report::{self, Found};
use crate::bench::vault::{Bench, bytes_of, command, remove, text};
use crate::say;
use crate::workplace::{must, output_of};

/// A backup of the vault in the folder `v`, and a vault of it again, beside `cp -r`.
pub(super) fn backup(bench: &Bench<'_>) -> Result<[Found; 2]> {
    let (vault, kept) = (bench.path("v"), bench.path("kept"));
    let [backup, copy, again] = ["backup", "copy", "again"].map(|name| bench.path(name));
    let mb = bytes_of(&vault) as f64 / 1e6;
    say::heading(&format!("backup and restore, {mb:.0} MB"));
    let names = [&vault, &kept, &backup, &copy, &again].map(|path| text(path));
    let [of_vault, of_kept, of_backup, of_copy, of_again] = names.each_ref().map(String::as_str);
    bench.reserve.call(&["vault", "backup", of_vault, of_kept])?;
    let known = text(&vault.join("ledger/log/checkpoint"));
    let restore = ["vault", "restore", of_kept, of_again, "--known", &known];
    let safe = r#"cp -r "$0" "$1" && sync -f "$1""#;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let turns = [
        Turn::new(BACKUP, bench.reedbed(&["vault", "backup", of_vault, of_backup]), || {
            remove(&backup)
        }),
        Turn::new(RESTORE, bench.reedbed(&restore), || remove(&again)),
        Turn::new(COPY, words(&["cp", "-r", of_vault, of_copy]), || remove(&copy)),
        Turn::new(SAFE_COPY, words(&["sh", "-c", safe, of_vault, of_copy]), || remove(&copy)),
    ];
    let lines = bench.clock.rounds(&turns)?;
    say::line(&report::table(&lines, Some(COPY), Some(mb)));
    say::line(&format!(
        "A backup and a restored vault are on the disk when the command ends, as is `{SAFE_COPY}`."
    ));
    for path in [&vault, &kept, &backup, &copy, &again] {
        remove(path)?;
    }
    let rate = |name: &str| {
        let line = lines.iter().find(|line| line.name == name).and_then(Line::median);
        let rate = line.map_or(0.0, |run| mb / run.wall_s);
        let [plain, safe] = [COPY, SAFE_COPY].map(|peer| report::ratio(&lines, name, peer));
        format!("{rate:.0} MB/s; {plain} cp -r; {safe} with sync")
    };
    let found = |name: &'static str| Found { what: name.to_owned(), found: rate(name), aim: "–" };
    Ok([found(BACKUP), found(RESTORE)])
}

/// From a request to a copy that left, in a new vault each time, beside the same copy without a vault.
pub(super) fn release(bench: &Bench<'_>, rows: u64) -> Result<[Found; 2]> {
    let table = bench.generate(rows)?;
    say::heading(&format!("from request to release, {rows} rows, {:.0} MB", table.mb));
    let paths = ["v", "ask", "ask.ann", "ask.ben", "out", "rules.csv", "terms.md"];
    let names = paths.map(|name| text(&bench.path(name)));
    let [vault, ask, ann, ben, out, rules, terms] = names.each_ref().map(String::as_str);
    let input = text(&table.path);
    let keys = ["ann", "ben", "cem"].map(|name| bench.reserve.key(name));
    let [of_ann, of_ben, of_cem] = keys.each_ref().map(String::as_str);
    let fresh = || -> Result<()> {
        for path in [ask, ann, ben, out] {
            remove(path.as_ref())?;
        }
        bench.reserve.vault("v")?;
        let import = ["vault", "import", "--vault", vault, &input, "--dataset", "moor", "--rules"];
        bench.reserve.call(&[import.as_slice(), &[&bench.reserve.rules]].concat())?;
        Ok(())
    };
    let request = ["request", vault, "--dataset", "moor", "--to", PARTNER, "--terms", terms];
    let asks = ["--purpose", "reedbed research", "--key", of_cem, "-o", ask];
    let request = [request.as_slice(), &asks].concat();
    let approve =
        |key, answer| bench.reedbed(&["approve", vault, ask, "--key", key, "--yes", "-o", answer]);
    let release = ["release", vault, ask, "--answers", ann, ben, "--terms", terms, "-o", out];
    let share = ["share", &input, "--rules", rules, "--for", "partner", "--to", PARTNER];
    let share = [share.as_slice(), &["--terms", terms, "-o", out]].concat();
    let turns = [
        Turn::new("request", bench.reedbed(&request), fresh),
        Turn::new("approval, the first", approve(of_ann, ann), || Ok(())),
        Turn::new("approval, the second", approve(of_ben, ben), || Ok(())),
        Turn::new(RELEASE, bench.reedbed(&release), || Ok(())),
        Turn::new(SHARE, bench.reedbed(&share), || remove(out.as_ref())),
    ];
    let mut lines = bench.clock.rounds(&turns)?;
    let steps = lines.len() - 1;
    lines.insert(steps, sum(lines.get(..steps).unwrap_or_default()));
    say::line(&report::table(&lines, Some(SHARE), None));
    for path in [ask, ann, ben, out, vault] {
        remove(path.as_ref())?;
    }
    let middle = lines.get(steps).and_then(Line::median).context("nothing was released")?;
    let what = format!("from request to release, {rows} rows");
    let seconds = Found { what, found: format!("{:.2} s", middle.wall_s), aim: "–" };
    let what = "the same against `reedbed share`, without a vault".to_owned();
    Ok([seconds, Found { what, found: report::ratio(&lines, SUM, SHARE), aim: "–" }])
}

/// All steps of a round as one.
fn sum(steps: &[Line]) -> Line {
    let rounds = steps.iter().map(|line| line.runs.len()).min().unwrap_or(0);
    let of_round = |round: usize| {
        let start = Run { wall_s: 0.0, cpu_s: 0.0, peak_kib: 0.0 };
        steps.iter().filter_map(|line| line.runs.get(round)).fold(start, |sum, run| Run {
            wall_s: sum.wall_s + run.wall_s,
            cpu_s: sum.cpu_s + run.cpu_s,
            peak_kib: sum.peak_kib.max(run.peak_kib),
        })
    };
    Line { name: SUM, runs: (0..rounds).map(of_round).collect() }
}

/// A vault with so many events, read and made anew from its ledger, beside reading its files alone.
pub(super) fn replay(bench: &Bench<'_>, entries: u64) -> Result<Found> {
    say::heading(&format!("replay of {entries} events"));
    let vault = bench.path("book");
    remove(&vault)?;
    let (of_vault, count) = (text(&vault), entries.to_string());
    let ledger = text(&vault.join("ledger"));
    std::fs::create_dir(&vault)?;
    bench.reserve.call(&["ledger", "init", &ledger, "--origin", "bench.example/vault"])?;
    say::problem(&format!("writing {entries} events"));
    let said = output_of(&mut {
        let mut book = bench.workplace.command(&bench.measure);
        book.args(["book", &of_vault, &count]);
        book
    })?;
    if said.trim() != format!("entries\t{entries}") {
        bail!("the ledger of the bench does not hold {entries} entries");
    }
    // The first replay makes the state, and says that there was none.
    let mut first = bench.workplace.command(&bench.reedbed);
    let first = first.args(["--output", "plain", "vault", "replay", &of_vault]).output()?;
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    let Some(facts) = said.lines().find_map(|line| line.strip_prefix("facts\t")) else {
        bail!("the replay failed: {}", String::from_utf8_lossy(&first.stderr).trim());
    };
    let turns = [
        Turn::new(REPLAY, bench.reedbed(&["vault", "replay", &of_vault]), || Ok(())),
        Turn::new(FILES, bench.measure(&["files", &of_vault]), || Ok(())),
    ];
    let lines = bench.clock.rounds(&turns)?;
    let mb = bytes_of(&vault) as f64 / 1e6;
    say::line(&report::table(&lines, Some(FILES), Some(mb)));
    let wall = lines.first().and_then(Line::median).context("nothing was replayed")?.wall_s;
    say::line(&format!(
        "Facts that follow: {facts}. Of four events one is a request, two are approvals, one is a copy \
         that left."
    ));
    remove(&vault)?;
    let rate = entries as f64 / wall;
    let found = format!("{wall:.2} s, {rate:.0} events a second");
    Ok(Found { what: format!("replay of {entries} events"), found, aim: "–" })
}

/// The start of the program, beside that of one that does nothing.
pub(super) fn start(bench: &Bench<'_>) -> Result<Found> {
    say::heading("start");
    let own = command(&bench.reedbed, &["--version"]);
    let (mut times, mut nothing) = (Vec::new(), Vec::new());
    for round in 0..=STARTS {
        let (one, other) = (started(bench, &own)?, started(bench, &["true".to_owned()])?);
        if round > 0 {
            times.push(one);
            nothing.push(other);
        }
    }
    let middle = |times: &[f64]| median(times.iter().copied()).context("nothing was started");
    let (own, peer) = (middle(&times)?, middle(&nothing)?);
    say::line(&format!(
        "| what | ms, median of {STARTS} |\n| --- | --: |\n\
         | reedbed --version | {own:.2} |\n| true | {peer:.2} |\n"
    ));
    let found = format!("{own:.1} ms ({:.1} × `true`)", own / peer);
    Ok(Found { what: "start of the program".to_owned(), found, aim: "50 ms" })
}

/// Milliseconds until a program has ended.
fn started(bench: &Bench<'_>, words: &[String]) -> Result<f64> {
    let (program, arguments) = words.split_first().context("there is no program")?;
    let mut command = bench.workplace.command(program);
    command.args(arguments).stdout(std::process::Stdio::null());
    let begun = Instant::now();
    must(&mut command)?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

const BACKUP: &str = "reedbed vault backup";
const RESTORE: &str = "reedbed vault restore";
const COPY: &str = "cp -r";
const SAFE_COPY: &str = "cp -r and sync";
const RELEASE: &str = "release, with its attacks";
const SUM: &str = "all four";
const SHARE: &str = "reedbed share, without a vault";
const PARTNER: &str = "Reedmoor University";
const REPLAY: &str = "reedbed vault replay";
const FILES: &str = "reading its files";
const STARTS: usize = 30;

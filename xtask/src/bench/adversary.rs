//! `cargo xtask bench adversary`: what four ways to protect a dataset leave for an attacker to find,
//! and what they cost, on a real event dataset and on a generated reserve.
//!
//! Each copy is attacked twice: by `reedbed attack`, and by a second adversary in Python that was
//! written from the description. The bench fails where the second finds what the first has missed.

mod figures;
mod lists;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bench::adversary::figures::{Figures, Group};
use crate::bench::adversary::lists::List;
use crate::bench::gbif::{self, Shape};
use crate::bench::table::Run;
use crate::say;
use crate::venv::{self, Venv};
use crate::workplace::{Workplace, must, output_of};

/// What to attack, and how often.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Rows of the generated reserve.
    pub(crate) rows: u64,
    /// Random lists of each size.
    pub(crate) draws: u64,
    /// Species on the lists.
    pub(crate) sizes: Vec<usize>,
    /// The folder of real data.
    pub(crate) data: Option<PathBuf>,
    /// The profile that Reedbed is built with.
    pub(crate) profile: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rows: 1_000_000,
            draws: 20,
            sizes: vec![3, 10, 30],
            data: None,
            profile: "dist".to_owned(),
        }
    }
}

impl Settings {
    /// Makes it small: the commonest three species, two draws, a tenth of the rows.
    pub(crate) fn quick(&mut self) {
        self.rows = 100_000;
        self.draws = 2;
        self.sizes = vec![3];
    }
}

/// The ways to protect a dataset, in the order of the tables.
pub(crate) const METHODS: [&str; 4] = ["rounded", "ala", "inaturalist", "reedbed"];

/// Prints the tables, and tells whether the first adversary missed nothing.
pub(crate) fn run(workplace: &Workplace, settings: &Settings) -> Result<bool> {
    let scripts = workplace.root().join("xtask").join("bench");
    let required = scripts.join("adversary").join("requirements.txt");
    let python = match venv::ensure(workplace, "adversary", &required)? {
        Venv::Ready(python) => python,
        Venv::Unavailable(reason) => bail!("the bench needs pandas from Python: {reason}"),
    };
    must(&mut workplace.cargo(&["build", "--package", "reedbed", "--profile", &settings.profile]))?;
    let folder = if settings.profile == "dev" { "debug" } else { &settings.profile };
    let mut bench = Bench {
        workplace,
        reedbed: workplace.executable(folder),
        python,
        scripts,
        folder: workplace.scratch("bench-adversary")?,
        missed: Vec::new(),
    };
    say::line(&bench.facts(&settings.profile)?);
    bench.real(settings)?;
    bench.reserve(settings)?;
    for missed in &bench.missed {
        say::problem(missed);
    }
    if !bench.missed.is_empty() {
        say::problem("the second adversary located records that `reedbed attack` did not");
    }
    Ok(bench.missed.is_empty())
}

/// The key of the pseudonyms, so that copies are the same each time and rows are found again.
const KEY: &str = "0011223344556677889900aabbccddeeff0011223344556677889900aabbccdd";
/// The event dataset in the folder of real data.
const EVENTS: &str = "inbo-dolichopodidae-events";

struct Bench<'a> {
    workplace: &'a Workplace,
    reedbed: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
    folder: PathBuf,
    /// What the second adversary found and the first did not.
    missed: Vec<String>,
}

impl Bench<'_> {
    /// What the figures depend on, without naming the machine.
    fn facts(&self, profile: &str) -> Result<String> {
        let cores = std::thread::available_parallelism().context("cores cannot be counted")?;
        let rustc = output_of(self.workplace.command("rustc").arg("--version"))?;
        let mut git = self.workplace.command("git");
        let commit = output_of(git.args(["describe", "--always", "--dirty", "--abbrev=12"]))
            .unwrap_or_else(|_| "unknown".to_owned());
        Ok(format!(
            "{cores} cores · {} · profile {profile} · commit {}",
            rustc.trim(),
            commit.trim()
        ))
    }

    /// The event dataset with lists of some of its species.
    fn real(&mut self, settings: &Settings) -> Result<()> {
        let root = self.workplace.root();
        let beside = || root.parent().unwrap_or(root).join("shared").join("data");
        let source = settings.data.clone().unwrap_or_else(beside).join(EVENTS);
        say::heading(&format!("{EVENTS}, real data"));
        if !source.is_dir() {
            say::line(&format!("skipped: no folder `{EVENTS}` in the data; `--data DIR` names it"));
            return Ok(());
        }
        let work = self.folder.join("real");
        let input = self.prepare(&source, &work)?;
        let species = lists::species(&std::fs::read_to_string(input.join("species.txt"))?);
        let mut groups = Vec::new();
        for &size in &settings.sizes {
            let commonest = List::commonest(&species, size);
            groups.push(self.group(&input, &work, &[commonest])?);
            let draws: Vec<List> =
                (1..=settings.draws).map(|draw| List::drawn(&species, size, draw)).collect();
            if let (Some(first), Some(last)) = (draws.first(), draws.last()) {
                say::line(&format!("{size} species drawn: seeds {} to {}", first.seed, last.seed));
                let name = format!("{size} drawn, {} times", draws.len());
                groups.push(Group { name, ..self.group(&input, &work, &draws)? });
            }
        }
        say::line(&figures::findings(&groups));
        say::line(&figures::costs(&groups));
        say::line(&figures::seconds(&groups));
        // PRIVACY: the findings name places.
        remove(&work)
    }

    /// The generated reserve with its list.
    fn reserve(&mut self, settings: &Settings) -> Result<()> {
        say::heading(&format!("generated reserve, {} rows", settings.rows));
        let work = self.folder.join("reserve");
        remove(&work)?;
        let input = work.join("input");
        std::fs::create_dir_all(&input)?;
        let mut out =
            BufWriter::with_capacity(1 << 20, File::create(input.join("occurrence.tsv"))?);
        gbif::write(&mut out, Shape { rows: settings.rows, scattered: false })?;
        out.flush()?;
        let mut rules = Vec::new();
        gbif::write_lists(&mut rules, &mut std::io::sink())?;
        let list = List {
            name: "its 200 taxa".to_owned(),
            seed: 0,
            rules: String::from_utf8(rules).context("the list is not text")?,
        };
        let group = [self.group(&input, &work, &[list])?];
        say::line(&figures::findings(&group));
        say::line(&figures::costs(&group));
        say::line(&figures::seconds(&group));
        remove(&work)
    }

    /// Reads the source once, into the form in which all methods get it.
    fn prepare(&self, source: &Path, work: &Path) -> Result<PathBuf> {
        remove(work)?;
        let input = work.join("input");
        let told = output_of(self.script("prepare").arg(source).arg(&input))?;
        let [records, left_out] = ["records", "left_out"].map(|name| figures::value(&told, name));
        say::line(&format!(
            "{records} records; {left_out} that name an event that is not there are left out for all"
        ));
        Ok(input)
    }

    /// All methods with each list of a group.
    ///
    /// The group has the name of the first list.
    fn group(&mut self, input: &Path, work: &Path, lists: &[List]) -> Result<Group> {
        let name = lists.first().map(|list| list.name.clone()).unwrap_or_default();
        let mut group = Group { name, runs: Vec::new() };
        for list in lists {
            let (rules, key) = (work.join("rules.csv"), work.join("pseudonyms.key"));
            std::fs::write(&rules, &list.rules)?;
            std::fs::write(&key, KEY)?;
            let copies = work.join("copies");
            remove(&copies)?;
            output_of(self.script("copies").args([input, &rules, &copies]))?;
            let share = self.share(input, &rules, &key, &work.join("shared"), &copies)?;
            for (method, name) in METHODS.into_iter().enumerate() {
                let copy = copies.join(name);
                let findings = work.join("findings.json");
                let attack = self.attack(&copy, &rules, &findings)?;
                let mut judge = self.script("judge");
                judge.args([input, &rules]).arg(name).args([&copy, &findings]).arg(KEY);
                let told = output_of(&mut judge)?;
                let of = format!("{}, {name}", list.name);
                self.missed.extend(
                    told.lines()
                        .filter_map(|line| line.strip_prefix("! "))
                        .map(|line| format!("missed: {of}: {line}")),
                );
                say::problem(&format!("{of}: {:.2} s", attack.wall_s));
                group.runs.push(Figures::of(method, &told, share, attack));
            }
            remove(&copies)?;
        }
        Ok(group)
    }

    /// Reedbed's own copy: its package becomes one of the copies. Timed as it is, and without writing
    /// and attacking the copy.
    fn share(
        &self,
        input: &Path,
        rules: &Path,
        key: &Path,
        out: &Path,
        copies: &Path,
    ) -> Result<[Run; 2]> {
        remove(out)?;
        let mut command = vec![self.reedbed.display().to_string(), "share".to_owned()];
        command.extend(tables(input)?);
        for (option, path) in [("--rules", rules), ("--key", key), ("-o", out)] {
            command.extend([option.to_owned(), path.display().to_string()]);
        }
        let run = self.measure(&command, &[], &out.with_extension("log"))?;
        command.push("--dry-run".to_owned());
        let plain = self.measure(&command, &[], &out.with_extension("log"))?;
        std::fs::rename(out.join("package"), copies.join("reedbed"))
            .context("`reedbed share` wrote no package")?;
        remove(out)?;
        Ok([run, plain])
    }

    /// Attacks a copy; what it prints goes to `findings`.
    fn attack(&self, copy: &Path, rules: &Path, findings: &Path) -> Result<Run> {
        let mut command = vec![self.reedbed.display().to_string(), "attack".to_owned()];
        command.extend(tables(copy)?);
        command.extend(["--rules".to_owned(), rules.display().to_string()]);
        command.extend(["--output", "json"].map(str::to_owned));
        command.extend(["--claims", "100000000"].map(str::to_owned));
        // It ends with 2 where it located a record.
        self.measure(&command, &["--accept=2"], findings)
    }

    /// Runs a command under the clock, with its output in a file.
    fn measure(&self, command: &[String], options: &[&str], log: &Path) -> Result<Run> {
        let mut measure = self.workplace.command(&self.python);
        measure.arg(self.scripts.join("measure.py")).args(options).arg(log).args(command);
        match output_of(&mut measure) {
            Ok(figures) => Run::read(&figures),
            Err(error) => {
                let said = std::fs::read(log).unwrap_or_default();
                Err(error.context(String::from_utf8_lossy(&said).trim().to_owned()))
            }
        }
    }

    fn script(&self, verb: &str) -> std::process::Command {
        let mut command = self.workplace.command(&self.python);
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(self.scripts.join("adversary").join("adversary.py"))
            .arg(verb);
        command
    }
}

/// The tables of a dataset, as words of a command line.
fn tables(folder: &Path) -> Result<Vec<String>> {
    let mut found: Vec<String> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "csv" || end == "tsv"))
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    Ok(found)
}

/// Removes a file or folder, if it is there.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        std::fs::remove_dir_all(path)
    } else if path.exists() {
        std::fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| format!("cannot remove `{}`", path.display()))
}

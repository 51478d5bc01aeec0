//! `cargo xtask bench vault`: what a vault costs beside files that nobody protects – import, reading,
//! sealing, a release, the replay of its ledger, a backup, and the start of the program.
//!
//! Each peer takes turns with what it is held against, in the same run on the same disk.

mod clock;
mod keeping;
mod levels;
mod report;
mod reserve;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bench::gbif::{self, Shape};
use crate::bench::vault::clock::Clock;
use crate::bench::vault::reserve::Reserve;
use crate::say;
use crate::venv::{self, Venv};
use crate::workplace::{Workplace, must, output_of};

/// What to measure.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Records that come in.
    pub(crate) rows: u64,
    /// Rounds that count.
    pub(crate) runs: usize,
    /// Events of the ledger that is replayed.
    pub(crate) entries: u64,
    /// The profile that everything is built with.
    pub(crate) profile: String,
    /// An executable that is there already, instead of one that is built.
    pub(crate) reedbed: Option<PathBuf>,
    /// A Python that has pyarrow, instead of an environment that is made.
    pub(crate) python: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rows: 5_000_000,
            runs: 3,
            entries: 100_000,
            profile: "dist".to_owned(),
            reedbed: None,
            python: None,
        }
    }
}

/// Prints a table for each figure, and at the end all figures beside their aims.
pub(crate) fn run(workplace: &Workplace, settings: &Settings) -> Result<bool> {
    let bench = Bench::prepare(workplace, settings)?;
    say::line(&bench.facts(settings)?);
    let table = bench.generate(settings.rows)?;
    let mut found = vec![levels::import(&bench, &table)?, levels::reading(&bench, &table)?];
    found.push(levels::sealing(&bench, settings.runs)?);
    // The vault of the import is the one that is backed up.
    found.extend(keeping::backup(&bench)?);
    found.extend(keeping::release(&bench, settings.rows.min(OF_RELEASE))?);
    found.push(keeping::replay(&bench, settings.entries)?);
    found.push(keeping::start(&bench)?);
    say::heading("all figures");
    say::line(&report::summary(&found));
    remove(&bench.folder)?;
    Ok(true)
}

/// Rows of the dataset that is asked for and handed over.
const OF_RELEASE: u64 = 100_000;

struct Bench<'a> {
    workplace: &'a Workplace,
    clock: Clock<'a>,
    reedbed: PathBuf,
    /// The example of the vault's crate that measures what the executable cannot.
    measure: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
    folder: PathBuf,
    reserve: Reserve,
}

/// A generated table.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    rows: u64,
    mb: f64,
}

impl<'a> Bench<'a> {
    fn prepare(workplace: &'a Workplace, settings: &Settings) -> Result<Self> {
        let scripts = workplace.root().join("xtask").join("bench");
        let python = match &settings.python {
            Some(python) => python.clone(),
            None => {
                let required = scripts.join("vault").join("requirements.txt");
                match venv::ensure(workplace, "vault", &required)? {
                    Venv::Ready(python) => python,
                    Venv::Unavailable(reason) => {
                        bail!("the bench needs pyarrow from Python: {reason}")
                    }
                }
            }
        };
        let profile = settings.profile.as_str();
        let example = ["--package", "reedbed-vault", "--example", "measure_vault"];
        must(workplace.cargo(&["build", "--profile", profile]).args(example))?;
        let built = workplace.executable(if profile == "dev" { "debug" } else { profile });
        let name = format!("measure_vault{}", std::env::consts::EXE_SUFFIX);
        let measure = built.with_file_name("examples").join(name);
        let reedbed = match &settings.reedbed {
            Some(reedbed) => reedbed.canonicalize().context("there is no such executable")?,
            None => {
                must(&mut workplace.cargo(&["build", "--profile", profile, "-p", "reedbed"]))?;
                built
            }
        };
        let folder = workplace.scratch("bench-vault")?;
        remove(&folder)?;
        std::fs::create_dir_all(&folder).context("the folder of the bench cannot be made")?;
        let clock = Clock::new(workplace, settings.runs, &python, &scripts, &folder)?;
        let reserve = Reserve::new(workplace, &reedbed, &folder, clock.environment())?;
        Ok(Self { workplace, clock, reedbed, measure, python, scripts, folder, reserve })
    }

    /// What the figures depend on, without naming the machine.
    fn facts(&self, settings: &Settings) -> Result<String> {
        let cores = std::thread::available_parallelism().context("cores cannot be counted")?;
        let rustc = output_of(self.workplace.command("rustc").arg("--version"))?;
        let mut git = self.workplace.command("git");
        let commit = output_of(git.args(["describe", "--always", "--dirty", "--abbrev=12"]))
            .unwrap_or_else(|_| "unknown".to_owned());
        let asked = "import pyarrow; print(pyarrow.__version__)";
        let pyarrow = output_of(self.workplace.command(&self.python).args(["-c", asked]))?;
        let given = if settings.reedbed.is_some() { " (an executable that was given)" } else { "" };
        Ok(format!(
            "{cores} cores · {} · profile {}{given} · commit {} · pyarrow {} · {} rounds",
            rustc.trim(),
            settings.profile,
            commit.trim(),
            pyarrow.trim(),
            settings.runs,
        ))
    }

    /// A table with the columns of GBIF's simple download, of which about 2 % of the rows are listed.
    fn generate(&self, rows: u64) -> Result<Table> {
        let path = self.folder.join(format!("{rows}.tsv"));
        if !path.exists() {
            say::problem(&format!("generating {rows} rows"));
            let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
            gbif::write(&mut out, Shape { rows, scattered: false })?;
            out.flush()?;
        }
        let mb = File::open(&path)?.metadata()?.len() as f64 / 1e6;
        Ok(Table { path, rows, mb })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A command of Reedbed.
    fn reedbed(&self, words: &[&str]) -> Vec<String> {
        command(&self.reedbed, words)
    }

    /// A command of the example.
    fn measure(&self, words: &[&str]) -> Vec<String> {
        command(&self.measure, words)
    }
}

fn command(program: &Path, words: &[&str]) -> Vec<String> {
    let words = words.iter().map(|word| (*word).to_owned());
    std::iter::once(text(program)).chain(words).collect()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Bytes of all files of a folder, or of one file.
fn bytes_of(path: &Path) -> u64 {
    if !path.is_dir() {
        return path.metadata().map_or(0, |about| about.len());
    }
    // What is gone by the time it is looked at counts for nothing.
    path.read_dir().into_iter().flatten().flatten().map(|entry| bytes_of(&entry.path())).sum()
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

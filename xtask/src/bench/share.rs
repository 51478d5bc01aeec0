//! `reedbed share` on a GBIF-like table, against a DuckDB script and a plain copy of the file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bench::gbif::{self, Shape};
use crate::bench::table::{self, Line, Run};
use crate::say;
use crate::venv::{self, Venv};
use crate::workplace::{Workplace, must, output_of};

/// What to time, and how often.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) rows: Vec<u64>,
    pub(crate) runs: usize,
    /// Listed taxa turn up anywhere instead of at few sites.
    pub(crate) scattered: bool,
    /// Leave the generated tables for the next run.
    pub(crate) keep: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rows: vec![1_000_000, 5_000_000], runs: 5, scattered: false, keep: false }
    }
}

/// Prints one table of medians for each number of rows.
pub(crate) fn run(workplace: &Workplace, settings: &Settings) -> Result<bool> {
    let scripts = workplace.root().join("xtask").join("bench");
    let python = match venv::ensure(workplace, "duckdb", &scripts.join("requirements.txt"))? {
        Venv::Ready(python) => python,
        Venv::Unavailable(reason) => bail!("the bench needs DuckDB from Python: {reason}"),
    };
    must(&mut workplace.cargo(&["build", "--package", "reedbed", "--profile", "dist"]))?;
    let bench = Bench {
        workplace,
        reedbed: workplace.executable("dist"),
        python,
        scripts,
        folder: workplace.scratch("bench")?,
    };
    say::line(&bench.facts()?);
    for &rows in &settings.rows {
        bench.time(Shape { rows, scattered: settings.scattered }, settings)?;
    }
    Ok(true)
}

struct Bench<'a> {
    workplace: &'a Workplace,
    reedbed: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
    folder: PathBuf,
}

impl Bench<'_> {
    /// What the figures depend on, without naming the machine.
    fn facts(&self) -> Result<String> {
        let cores = std::thread::available_parallelism().context("cores cannot be counted")?;
        let rustc = output_of(self.workplace.command("rustc").arg("--version"))?;
        let commit = output_of(self.workplace.command("git").args([
            "describe",
            "--always",
            "--dirty",
            "--abbrev=12",
        ]))
        .unwrap_or_else(|_| "unknown".to_owned());
        let required = std::fs::read_to_string(self.scripts.join("requirements.txt"))?;
        Ok(format!(
            "{cores} cores · {} · profile dist · commit {} · {}",
            rustc.trim(),
            commit.trim(),
            required.trim()
        ))
    }

    fn time(&self, shape: Shape, settings: &Settings) -> Result<()> {
        let kind = if shape.scattered { "scattered" } else { "gathered" };
        let source = self.folder.join(format!("{}-{kind}.tsv", shape.rows));
        let (rules, species) = (self.folder.join("rules.csv"), self.folder.join("species.csv"));
        self.generate(shape, &source, &rules, &species)?;
        let input_mb = File::open(&source)?.metadata()?.len() as f64 / 1e6;
        say::heading(&format!("{} rows, listed taxa {kind}, {input_mb:.0} MB", shape.rows));

        let target = self.folder.join("out");
        let text = |path: &Path| path.display().to_string();
        let script = text(&self.scripts.join("duckdb_share.py"));
        let duckdb = |order: &str| {
            let [source, species, target] = [&source, &species, &target].map(|path| text(path));
            vec![text(&self.python), script.clone(), source, species, target, order.to_owned()]
        };
        let reedbed = [text(&self.reedbed), "share".into(), text(&source), "--rules".into()]
            .into_iter()
            .chain([text(&rules), "-o".into(), text(&target)])
            .collect();
        let copy = vec!["cp".into(), "--reflink=never".into(), text(&source), text(&target)];
        let commands: [(&'static str, Vec<String>); 4] = [
            ("reedbed share", reedbed),
            ("DuckDB, order kept", duckdb("kept")),
            ("DuckDB, order free", duckdb("free")),
            ("plain copy", copy),
        ];

        let mut lines: Vec<Line> =
            commands.iter().map(|(name, _)| Line { name, runs: Vec::new() }).collect();
        // Round 0 warms the page cache and is thrown away. The commands take turns, so that what
        // else the machine does falls on all of them.
        for round in 0..=settings.runs {
            for ((name, command), line) in commands.iter().zip(&mut lines) {
                remove(&target)?;
                let run = self.measure(command).with_context(|| format!("{name} failed"))?;
                say::problem(&format!("round {round}  {name:<20} {:>8.2} s", run.wall_s));
                if round > 0 {
                    line.runs.push(run);
                }
            }
        }
        remove(&target)?;
        if !settings.keep {
            remove(&source)?;
        }
        say::line(&table::markdown(&lines, input_mb));
        Ok(())
    }

    fn generate(&self, shape: Shape, source: &Path, rules: &Path, species: &Path) -> Result<()> {
        gbif::write_lists(&mut File::create(rules)?, &mut File::create(species)?)?;
        if source.exists() {
            return Ok(());
        }
        say::problem(&format!("generating {} rows", shape.rows));
        // A table that was not finished must not pass for one the next time.
        let partial = source.with_extension("partial");
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
        gbif::write(&mut out, shape)?;
        out.flush()?;
        std::fs::rename(&partial, source).context("the generated table cannot be named")
    }

    /// Runs a command under the clock; what earlier runs left to write is written first.
    fn measure(&self, command: &[String]) -> Result<Run> {
        must(&mut self.workplace.command("sync"))?;
        let log = self.folder.join("log.txt");
        let mut measure = self.workplace.command(&self.python);
        measure.arg(self.scripts.join("measure.py")).arg(&log).args(command);
        let Ok(figures) = output_of(&mut measure) else {
            bail!("{}", String::from_utf8_lossy(&std::fs::read(&log)?).trim());
        };
        Run::read(&figures)
    }
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

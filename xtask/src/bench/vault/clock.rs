//! Commands in turns under the clock, with the memory that they take.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench::table::{Line, Run};
use crate::bench::vault::bytes_of;
use crate::say;
use crate::workplace::{Workplace, must, output_of};

/// What is timed, and what has to be done before it, each time.
pub(super) struct Turn<'t> {
    pub(super) name: &'static str,
    pub(super) command: Vec<String>,
    pub(super) before: Box<dyn Fn() -> Result<()> + 't>,
}

impl<'t> Turn<'t> {
    pub(super) fn new(
        name: &'static str,
        command: Vec<String>,
        before: impl Fn() -> Result<()> + 't,
    ) -> Self {
        Self { name, command, before: Box::new(before) }
    }
}

/// The clock.
pub(super) struct Clock<'a> {
    workplace: &'a Workplace,
    runs: usize,
    python: PathBuf,
    script: PathBuf,
    /// What the last command printed.
    pub(super) log: PathBuf,
    work: Work,
}

impl<'a> Clock<'a> {
    pub(super) fn new(
        workplace: &'a Workplace,
        runs: usize,
        python: &Path,
        scripts: &Path,
        folder: &Path,
    ) -> Result<Self> {
        let (script, log) = (scripts.join("measure.py"), folder.join("log.txt"));
        let work = Work::new(folder)?;
        Ok(Self { workplace, runs, python: python.to_owned(), script, log, work })
    }

    /// What the vault's commands find in their environment.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("REEDBED_PASSPHRASE", "the bittern booms at night".to_owned()),
            ("REEDBED_WORK", self.work.0.display().to_string()),
        ]
    }

    /// Lets commands take turns, so that what else the machine does falls on all of them. Round 0 warms
    /// the page cache and is thrown away.
    pub(super) fn rounds(&self, turns: &[Turn<'_>]) -> Result<Vec<Line>> {
        let mut lines: Vec<Line> =
            turns.iter().map(|turn| Line { name: turn.name, runs: Vec::new() }).collect();
        for round in 0..=self.runs {
            for (turn, line) in turns.iter().zip(&mut lines) {
                let name = turn.name;
                (turn.before)()?;
                let run = self.measure(&turn.command).with_context(|| format!("{name} failed"))?;
                say::problem(&format!("round {round}  {name:<34} {:>9.3} s", run.wall_s));
                if round > 0 {
                    line.runs.push(run);
                }
            }
        }
        Ok(lines)
    }

    /// Runs a command under the clock; what earlier runs left to write is written first. Its peak is
    /// that of its own memory and that of its files in memory, which need not have been at one time.
    pub(super) fn measure(&self, command: &[String]) -> Result<Run> {
        must(&mut self.workplace.command("sync"))?;
        let mut measure = self.workplace.command(&self.python);
        measure.arg(&self.script).arg(&self.log).args(command).envs(self.environment());
        let is_done = AtomicBool::new(false);
        let (figures, held) = std::thread::scope(|scope| {
            let watching = scope.spawn(|| self.work.watch(&is_done));
            let figures = output_of(&mut measure);
            is_done.store(true, Ordering::Relaxed);
            (figures, watching.join())
        });
        let Ok(figures) = figures else {
            bail!("{}", String::from_utf8_lossy(&std::fs::read(&self.log)?).trim());
        };
        let mut run = Run::read(&figures)?;
        let Ok(held) = held else { bail!("nobody watched the files in memory") };
        run.peak_kib += held as f64 / 1024.0;
        Ok(run)
    }
}

/// The folder in memory where levels are on their way; removed when it is dropped.
struct Work(PathBuf);

impl Work {
    fn new(folder: &Path) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory } else { folder };
        let path = place.join(format!("reedbed-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).context("the folder for levels cannot be made")?;
        Ok(Self(path))
    }

    /// How many bytes lay there at most.
    fn watch(&self, is_done: &AtomicBool) -> u64 {
        let mut most = 0;
        while !is_done.load(Ordering::Relaxed) {
            most = most.max(bytes_of(&self.0));
            std::thread::sleep(BETWEEN_LOOKS);
        }
        most
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

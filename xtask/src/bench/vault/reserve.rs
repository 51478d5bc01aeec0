//! The reserve whose vaults are measured: three officers, and rules that two of them approved.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bench::gbif;
use crate::bench::vault::{remove, text};
use crate::workplace::{Workplace, output_of};

/// Its officers, by the folder of their keys.
const OFFICERS: [&str; 3] = ["ann", "ben", "cem"];

/// The reserve.
pub(super) struct Reserve {
    reedbed: PathBuf,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    root: PathBuf,
    /// The digest of the rules.
    pub(super) rules: String,
}

impl Reserve {
    /// Makes the keys of the officers, and lets two of them approve the rules.
    pub(super) fn new(
        workplace: &Workplace,
        reedbed: &Path,
        folder: &Path,
        environment: Vec<(&'static str, String)>,
    ) -> Result<Self> {
        let (reedbed, folder) = (reedbed.to_owned(), folder.to_owned());
        let root = workplace.root().to_owned();
        let mut reserve = Self { reedbed, folder, environment, root, rules: String::new() };
        gbif::write_lists(&mut File::create(reserve.path("rules.csv"))?, &mut io::sink())?;
        std::fs::write(reserve.path("terms.md"), "Not to be passed on.\n")?;
        for name in OFFICERS {
            let key = reserve.key(name);
            std::fs::create_dir(reserve.path(name))?;
            let (called, person) = (format!("{name}-2026"), format!("staff {name}"));
            reserve.call(&["officer", "new", &key, "--name", &called, "--person", &person])?;
        }
        let (rules, approval) = (reserve.text("rules.csv"), reserve.text("approval"));
        let [ann, ben, cem] = OFFICERS.map(|name| reserve.key(name));
        for other in [&ann, &ben] {
            let card = format!("{cem}.card");
            reserve.call(&["officer", "vouch", &card, "--key", other])?;
            let approve = ["rules", "approve", "--rules", &rules, "--approval", &approval];
            let by = ["--origin", ORIGIN, "--by", other];
            reserve.call(&[approve.as_slice(), &by].concat())?;
        }
        reserve.found("first")?;
        let said = reserve.use_rules("first")?;
        let digest = said.lines().find_map(|line| line.strip_prefix("digest\t"));
        digest.context("the digest of the rules is not told")?.clone_into(&mut reserve.rules);
        remove(&reserve.path("first"))?;
        Ok(reserve)
    }

    /// A new vault in which the rules may be used and a request need not lie.
    pub(super) fn vault(&self, name: &str) -> Result<()> {
        self.found(name)?;
        self.use_rules(name)?;
        Ok(())
    }

    fn found(&self, name: &str) -> Result<()> {
        remove(&self.path(name))?;
        let vault = self.text(name);
        self.call(&["vault", "init", &vault, "--origin", ORIGIN, "--delay", "0"])?;
        for officer in OFFICERS {
            // The head of another vault that they saw.
            remove(&self.path(officer).join("key.seen"))?;
            let card = format!("{}.card", self.key(officer));
            self.call(&["officer", "enrol", &vault, &card])?;
        }
        Ok(())
    }

    fn use_rules(&self, name: &str) -> Result<String> {
        let [rules, approval, vault] = ["rules.csv", "approval", name].map(|name| self.text(name));
        let approve = ["rules", "approve", "--rules", &rules, "--approval", &approval];
        self.call(&[approve.as_slice(), &["--vault", &vault]].concat())
    }

    /// Runs a command of Reedbed that nobody times, and gives its facts.
    pub(super) fn call(&self, words: &[&str]) -> Result<String> {
        let mut command = std::process::Command::new(&self.reedbed);
        command.current_dir(&self.root).stdin(std::process::Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        output_of(command.args(["--output", "plain"]).args(words))
    }

    /// The secret file of an officer.
    pub(super) fn key(&self, officer: &str) -> String {
        text(&self.path(officer).join("key"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn text(&self, name: &str) -> String {
        text(&self.path(name))
    }
}

/// The name of the ledger.
const ORIGIN: &str = "bench.example/vault";

//! Where the sources are, where cargo puts what it builds, and how to start programs there.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// One checkout with its target folder.
pub(crate) struct Workplace {
    root: PathBuf,
    target: PathBuf,
}

impl Workplace {
    /// Finds the checkout that this xtask belongs to.
    pub(crate) fn find() -> Result<Self> {
        // Cargo names the package's folder to what it runs; the path compiled in would be another
        // checkout's where two of them share a target folder.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in no workspace")?.to_owned();
        let me = std::env::current_exe().context("xtask cannot find its own executable")?;
        // TARGET/PROFILE/xtask
        let target = me.ancestors().nth(2).context("xtask was not started by cargo")?.to_owned();
        Ok(Self { root, target })
    }

    /// Root of the workspace.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A folder for our own products inside of the target folder.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        Ok(folder)
    }

    /// Where cargo puts the executable of a profile (`debug`, `release`, `dist`).
    pub(crate) fn executable(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join(format!("reedbed{}", std::env::consts::EXE_SUFFIX))
    }

    /// A command that runs at the root.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Cargo, the same one that started us.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(cargo);
        command.args(arguments);
        // Settings that cargo gave to us as a package must not reach the packages that it builds.
        for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME"] {
            command.env_remove(name);
        }
        command
    }
}

/// Runs a command with its output on our own streams and tells whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.status().with_context(|| cannot_start(command))?;
    Ok(status.success())
}

/// Runs a command that has to succeed.
///
/// Errors: it cannot be started, or it failed.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    if !succeeds(command)? {
        bail!("{} failed", named(command));
    }
    Ok(())
}

/// Runs a command that has to succeed and hands out what it wrote to stdout.
///
/// Errors: it cannot be started, or it failed; then the message is what it wrote to stderr.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("{} failed: {reason}", named(command));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Hands each line that a command writes to stdout to `take` as it comes, and tells whether the
/// command succeeded. Its stderr goes straight to ours.
pub(crate) fn stream(command: &mut Command, mut take: impl FnMut(&str)) -> Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
    let stdout = child.stdout.take().context("a child without a stdout")?;
    let mut reader = BufReader::new(stdout);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        // A test may print bytes that are not text; the run goes on.
        take(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
    Ok(child.wait()?.success())
}

/// The program and its first argument, without the folder that it lies in.
fn named(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).display();
    match command.get_args().next() {
        Some(argument) => format!("`{name} {}`", argument.display()),
        None => format!("`{name}`"),
    }
}

fn cannot_start(command: &Command) -> String {
    format!("{} cannot be started", named(command))
}

//! Python environments with pinned packages, made in the target folder on first use.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::say;
use crate::workplace::{Workplace, succeeds};

/// An environment, or the reason why there is none.
pub(crate) enum Venv {
    /// The interpreter of the environment.
    Ready(PathBuf),
    /// This machine cannot have one: no Python, or no way to the package index.
    Unavailable(String),
}

/// Makes or reuses the environment `name` with exactly the packages of a requirements file.
///
/// Errors: the packages were refused for another reason than a missing way to the index, such as a
/// version that does not exist.
pub(crate) fn ensure(workplace: &Workplace, name: &str, requirements: &Path) -> Result<Venv> {
    let wanted = std::fs::read_to_string(requirements)
        .with_context(|| format!("cannot read `{}`", requirements.display()))?;
    let folder = workplace.scratch(name)?;
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = folder.join(bin).join(format!("python{}", std::env::consts::EXE_SUFFIX));
    let stamp = folder.join("installed.txt");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(Venv::Ready(python));
    }

    let mut ask = workplace.command("python3");
    ask.args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
    match ask.output() {
        Err(_) => return Ok(Venv::Unavailable("python3 is not installed".to_owned())),
        Ok(output) if !output.status.success() => {
            return Ok(Venv::Unavailable("python3 is older than 3.11".to_owned()));
        }
        Ok(_) => {}
    }
    let mut make = workplace.command("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    if !make.output().is_ok_and(|output| output.status.success()) {
        return Ok(Venv::Unavailable("python3 has no venv module (python3-venv)".to_owned()));
    }

    say::line(&format!("installing Python packages for `{name}`"));
    let mut install = workplace.command(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--only-binary", ":all:", "--no-deps", "--requirement"])
        .arg(requirements);
    let output = install.output().context("pip cannot be started")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        if is_unreachable(&reason) {
            return Ok(Venv::Unavailable("pip cannot reach its index".to_owned()));
        }
        bail!("pip refused the packages: {}", reason.trim());
    }
    // A wrong set would otherwise show as a puzzling import error inside of a test.
    if !succeeds(workplace.command(&python).args(["-m", "pip", "--quiet", "check"]))? {
        bail!("the pinned packages of `{}` do not fit together", requirements.display());
    }
    std::fs::write(&stamp, wanted).context("the environment cannot be marked as complete")?;
    Ok(Venv::Ready(python))
}

/// Whether pip's complaint is about the way to its index, not about the packages.
fn is_unreachable(complaint: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "NewConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ProxyError",
        "Temporary failure in name resolution",
        "Failed to establish a new connection",
    ];
    SIGNS.iter().any(|sign| complaint.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_way_to_the_index_counts_as_unreachable() {
        assert!(is_unreachable(
            "WARNING: Retrying (Retry(total=4)) after connection broken by \
             'NewConnectionError(...)'\nERROR: No matching distribution found for pandas==9"
        ));
        assert!(!is_unreachable(
            "ERROR: Could not find a version that satisfies the requirement pandas==99"
        ));
    }
}

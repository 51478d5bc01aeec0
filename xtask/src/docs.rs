//! `cargo xtask docs`: man pages and shell completions, as the executable itself makes them.

use anyhow::{Context, Result};

use crate::flags::Flags;
use crate::say;
use crate::workplace::{Workplace, must, output_of};

/// Writes them below the target folder, from where a package takes them.
pub(crate) fn run(workplace: &Workplace, flags: Flags) -> Result<bool> {
    flags.finish()?;
    must(&mut workplace.cargo(&["build", "--package", "reedbed"]))?;
    let reedbed = workplace.executable("debug");
    let (man, completions) = (workplace.scratch("man")?, workplace.scratch("completions")?);
    must(workplace.command(&reedbed).arg("man").arg(&man))?;
    for (shell, file) in [
        ("bash", "reedbed.bash"),
        ("elvish", "reedbed.elv"),
        ("fish", "reedbed.fish"),
        ("powershell", "reedbed.ps1"),
        ("zsh", "_reedbed"),
    ] {
        let script = output_of(workplace.command(&reedbed).args(["completions", shell]))?;
        let path = completions.join(file);
        std::fs::write(&path, script)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    say::line(&format!("man pages in {}", man.display()));
    say::line(&format!("completions in {}", completions.display()));
    Ok(true)
}

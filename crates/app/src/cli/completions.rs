//! `reedbed completions`: shell completions, generated from the commands themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use super::exit::Exit;
use super::terminal;

/// Arguments of `reedbed completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell to write for.
    shell: Shell,
}

/// Writes the completions.
pub(crate) fn run(args: &Args) -> Result<Exit, anyhow::Error> {
    let mut command = super::Cli::command();
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "reedbed", &mut script);
    terminal::write(&script)?;
    Ok(Exit::Done)
}

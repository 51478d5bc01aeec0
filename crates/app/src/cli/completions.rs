//! `reedbed completions`: shell completions, generated from the commands themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use super::exit::Exit;

/// Arguments of `reedbed completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell to write for.
    shell: Shell,
}

/// Writes the completions.
pub(crate) fn run(args: &Args) -> Result<Exit, anyhow::Error> {
    let mut command = super::Cli::command();
    clap_complete::generate(args.shell, &mut command, "reedbed", &mut std::io::stdout());
    Ok(Exit::Done)
}

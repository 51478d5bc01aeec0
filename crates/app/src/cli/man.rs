//! `reedbed man`: manual pages, generated from the commands themselves.

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use super::exit::Exit;
use super::terminal;

/// Arguments of `reedbed man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write to; made if it is not there.
    folder: PathBuf,
}

/// Writes one page per command.
pub(crate) fn run(args: &Args) -> Result<Exit, anyhow::Error> {
    let cannot = || format!("cannot write manual pages to `{}`", args.folder.display());
    std::fs::create_dir_all(&args.folder).with_context(cannot)?;
    clap_mangen::generate_to(super::Cli::command(), &args.folder).with_context(cannot)?;
    terminal::print(&format!("manual pages are in {}", args.folder.display()))?;
    Ok(Exit::Done)
}

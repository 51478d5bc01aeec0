//! `reedbed man`: manual pages, generated from the commands themselves.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

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
    let mut command = super::Cli::command().disable_help_subcommand(true);
    command.build();
    write(&command, &args.folder).with_context(cannot)?;
    terminal::print(&format!("manual pages are in {}", args.folder.display()))?;
    Ok(Exit::Done)
}

/// Writes the page of a command and those of its subcommands.
fn write(command: &Command, folder: &Path) -> Result<(), io::Error> {
    for subcommand in command.get_subcommands() {
        write(subcommand, folder)?;
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    // The generator's own synopsis leaves out what options take.
    let page = Man::new(command.clone().override_usage(usage));
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let text = text.replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n");
    std::fs::write(folder.join(page.get_filename()), text)
}

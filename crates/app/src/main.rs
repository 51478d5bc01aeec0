//! The executable: commands over the engine, and the only place that knows the clock, randomness,
//! the terminal and exit codes.

mod cli;
mod clock;
mod demo;
mod keys;
mod ledger;
mod progress;
mod rejects;
mod report;
mod vault;
mod whole;
mod witness;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::exit::usage(&error),
    };
    let output = cli.output;
    match cli.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            cli::exit::tell(&error, output);
            cli::exit::Exit::of(&error).into()
        }
    }
}

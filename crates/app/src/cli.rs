//! The commands, what they take, and where each is run.

mod attack;
mod completions;
mod demo;
mod examples;
pub(crate) mod exit;
mod explain;
pub(crate) mod inputs;
mod inspect;
mod ledger;
mod man;
mod officer;
mod rules;
pub(crate) mod share;
pub(crate) mod terminal;
mod trace;
mod vault;

use clap::{Parser, Subcommand, ValueEnum};

use exit::Exit;
pub(crate) use officer::{officer_in, plugins};

/// Shares reserve data without losing it.
///
/// Exit codes: 0 done, 1 failed, 2 refused by policy, 3 a verification failed or a rule list has
/// errors.
#[derive(Debug, Parser)]
#[command(name = "reedbed", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// How results and messages are written.
    #[arg(long, global = true, value_enum, default_value_t = Output::Human)]
    pub(crate) output: Output,
    #[command(subcommand)]
    command: Command,
}

/// How results and messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Sentences and tables for people, progress bars on a terminal.
    Human,
    /// One fact per line, its parts parted by tabs; no progress bars, no colour.
    Plain,
    /// One JSON document.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows an officer what a request asks for, and approves it with `--yes`.
    Approve(officer::ApproveArgs),
    /// Tries to find out from a copy, whoever made it, where its protected records are.
    #[command(
        after_help = examples::ATTACK,
        override_usage = "reedbed attack <INPUT>... --rules <LIST>... [OPTIONS]"
    )]
    Attack(attack::Args),
    /// Writes shell completions to standard output.
    Completions(completions::Args),
    /// Makes a small generated wetland reserve, shares it, and plays what becomes of its data in a vault.
    Demo(demo::Args),
    /// Says for one record which rules were looked at, which matched, and what follows.
    #[command(
        after_help = examples::EXPLAIN,
        override_usage = "reedbed explain <INPUT>... --rules <LIST>... --record <ID> [OPTIONS]"
    )]
    Explain(explain::Args),
    /// Says what a file is, what is in it, and what cannot be read.
    #[command(after_help = examples::INSPECT)]
    Inspect(inspect::Args),
    /// Keeps the log of what was decided, so that nobody can rewrite it unseen.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Writes manual pages to a folder.
    Man(man::Args),
    /// Looks after the people without whom nothing exact is opened.
    #[command(subcommand)]
    Officer(officer::Command),
    /// Hands a copy to a partner as a request asks, with the answers of enough officers.
    Release(vault::ReleaseArgs),
    /// Asks for exact columns of a dataset in a vault, or for a copy for a partner.
    Request(vault::RequestArgs),
    /// Looks after rule lists.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Turns a dataset into a copy that is fit to hand over.
    #[command(
        after_help = examples::SHARE,
        override_usage = "reedbed share <INPUT>... --rules <LIST>... -o <OUT> [OPTIONS]\n       \
                          reedbed share <INPUT>... --rules <LIST>... --dry-run [OPTIONS]"
    )]
    Share(share::Args),
    /// Says which partner's copy a file came from, with the chance that this is wrong, or that it
    /// cannot tell.
    Trace(trace::Args),
    /// Opens exact data as a request asks, with the answers of enough officers.
    Unseal(vault::UnsealArgs),
    /// Holds exact data under keys that no single person has.
    #[command(subcommand)]
    Vault(vault::Command),
    /// Checks a copy that was handed over: its files, its proof, and who approved it.
    Verify(ledger::VerifyArgs),
}

impl Cli {
    /// Runs the command that was asked for.
    pub(crate) fn run(self) -> Result<Exit, anyhow::Error> {
        match self.command {
            Command::Approve(args) => officer::approve(&args, self.output),
            Command::Attack(args) => attack::run(&args, self.output),
            Command::Completions(args) => completions::run(&args),
            Command::Demo(args) => demo::run(&args, self.output),
            Command::Explain(args) => explain::run(&args, self.output),
            Command::Inspect(args) => inspect::run(&args, self.output),
            Command::Ledger(command) => ledger::run(&command, self.output),
            Command::Man(args) => man::run(&args),
            Command::Officer(command) => officer::run(&command, self.output),
            Command::Release(args) => vault::release(&args, self.output),
            Command::Request(args) => vault::request(&args, self.output),
            Command::Rules(command) => rules::run(&command, self.output),
            Command::Share(args) => share::run(&args, self.output),
            Command::Trace(args) => trace::run(&args, self.output),
            Command::Unseal(args) => vault::unseal(&args, self.output),
            Command::Vault(command) => vault::run(&command, self.output),
            Command::Verify(args) => ledger::verify(&args, self.output),
        }
    }
}

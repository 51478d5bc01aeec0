//! `reedbed vault`: data under keys by level, and what officers decide about them.

mod requests;
mod upkeep;

use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_vault::book::{Founding, hex};
use reedbed_vault::people::Limits;

use super::Output;
use super::exit::Exit;
use super::inputs::InputArgs;
use super::ledger::tell;
use super::terminal;
use crate::clock;
use crate::progress::Bars;
use crate::vault::{UnlockArgs, Vault};

pub(crate) use requests::{
    ReleaseArgs, RequestArgs, UnsealArgs, in_words, release, request, unseal,
};

/// What to do with a vault.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes a vault, with a ledger and a key of its own.
    Init(InitArgs),
    /// Takes data in: the exact level under keys that are split among the officers and then forgotten,
    /// the partner and the public level under the vault's own key.
    Import(ImportArgs),
    /// Makes the levels of datasets anew under other rules, and lists what was handed over before.
    Relevel(RelevelArgs),
    /// Hands out the public level of a dataset.
    Export(requests::ExportArgs),
    /// Says what is in a vault, who its officers are, and what waits.
    Status(StatusArgs),
    /// Takes a few columns of the partner level at once; two others must look at it within 72 hours.
    BreakGlass(requests::BreakGlassArgs),
    /// Says that what was taken at once was looked at.
    Review(requests::ReviewArgs),
    /// Lists the copies that were handed over, with who has them.
    Recall(requests::RecallArgs),
    /// Looks whether everything is there and as it was.
    Check(upkeep::CheckArgs),
    /// Copies a vault into a new folder, sealed as it is.
    Backup(upkeep::BackupArgs),
    /// Makes a vault of a backup; it does not start behind a head that somebody else holds.
    Restore(upkeep::RestoreArgs),
    /// Shares the keys of an exact level anew, as a request asks, among those who are officers now.
    Reshare(requests::ReshareArgs),
    /// Lets enough officers unlock the vault's own key together.
    Lock(upkeep::LockArgs),
    /// Changes the vault's own key.
    Rotate(upkeep::RotateArgs),
    /// Destroys the keys and files of a dataset, as officers decide.
    Shred(upkeep::ShredArgs),
    /// Makes the state anew from the ledger, and says how it differed.
    Replay(StatusArgs),
    /// Lists what listens, what is called, which keys, rules and which build there are.
    Selfcheck(StatusArgs),
}

/// Arguments of `reedbed vault init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The name of its ledger, for good, such as `reserve.example/vault`.
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// How many officers must agree.
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    needed: usize,
    /// Hours that a request lies before it is done, so that any officer can stop it.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    delay: u64,
    /// How finely partners may be told at all, from 1 to 3: docs/grid.md.
    #[arg(long, value_name = "STEP", default_value_t = 1)]
    step: u8,
    /// Rows from which on a request for exact data needs one officer more.
    #[arg(long, value_name = "ROWS", default_value_t = 100_000)]
    bulk: u64,
    /// Requests that one person may make within 30 days.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    of_person: usize,
    /// Requests that may be about one dataset within 30 days.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    of_dataset: usize,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// Folder of the vault.
    #[arg(long, value_name = "VAULT")]
    vault: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    /// The name of the dataset in the vault.
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// The data are the next version of a dataset that is in the vault already.
    #[arg(long)]
    new_version: bool,
    /// The digest of rules that officers approved (`reedbed rules approve`), or its beginning.
    #[arg(long, value_name = "DIGEST")]
    rules: String,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault relevel`.
#[derive(Debug, clap::Args)]
pub(crate) struct RelevelArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The datasets; all by default.
    #[arg(value_name = "DATASET")]
    datasets: Vec<String>,
    /// The digest of rules that officers approved, or its beginning.
    #[arg(long, value_name = "DIGEST")]
    rules: String,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault status`.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
}

/// Runs the command.
pub(crate) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    keep_memory_private();
    match command {
        Command::Init(args) => init(args, output),
        Command::Import(args) => import(args, output),
        Command::Relevel(args) => relevel(args, output),
        Command::Export(args) => requests::export(args, output),
        Command::Status(args) => status(args, output),
        Command::BreakGlass(args) => requests::break_glass(args, output),
        Command::Review(args) => requests::review(args, output),
        Command::Recall(args) => requests::recall(args, output),
        Command::Check(args) => upkeep::check(args, output),
        Command::Backup(args) => upkeep::backup(args, output),
        Command::Restore(args) => upkeep::restore(args, output),
        Command::Reshare(args) => requests::reshare(args, output),
        Command::Lock(args) => upkeep::lock(args, output),
        Command::Rotate(args) => upkeep::rotate(args, output),
        Command::Shred(args) => upkeep::shred(args, output),
        Command::Replay(args) => upkeep::replay(args, output),
        Command::Selfcheck(args) => upkeep::selfcheck(args, output),
    }
}

/// No core dumps, and no other process of the same user reads this one's memory.
pub(super) fn keep_memory_private() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit,
        };
        // Where the system refuses, there is nothing more that could be done.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

fn init(args: &InitArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let founding = Founding {
        limits: Limits {
            needed: args.needed,
            of_person: args.of_person,
            of_dataset: args.of_dataset,
        },
        delay: args.delay.checked_mul(3_600).context("the delay is too long")?,
        step: args.step,
        bulk: args.bulk,
    };
    let vault = Vault::create(&args.vault, &args.origin, founding, &args.unlock)?;
    let key = vault.home().policy()?.0.logs().next().map(ToString::to_string).unwrap_or_default();
    let human = format!(
        "The vault is in `{}`. Its ledger signs with this key, which others need to check it:\n  {key}\n\
         Enrol officers next: `reedbed officer new`, `reedbed officer enrol`. Without what unlocks the \
         vault, its partner and public levels are lost: keep it elsewhere, twice.",
        args.vault.display()
    );
    tell(output, &human, &[("key", key)])?;
    Ok(Exit::Done)
}

fn import(args: &ImportArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let rules = vault.rules_digest(&args.rules)?;
    match vault.book().newest(&args.dataset) {
        Some(held) if !args.new_version => bail!(
            "`{}` is in the vault already, as version {}: another dataset needs another name, and \
             `--new-version` takes these data in as its next version",
            args.dataset,
            held.version
        ),
        None if args.new_version => {
            bail!(
                "the vault holds no dataset `{}` that this could be a new version of",
                args.dataset
            )
        }
        _ => {}
    }
    let bars = Bars::new(output);
    let imported = vault.import(&args.dataset, &args.input, &rules, &own, &bars)?;
    let mut human = format!(
        "`{}` is in the vault, as version {}. The vault holds no key to its exact level any more.",
        args.dataset, imported.version
    );
    let mut facts = vec![("version", imported.version.to_string())];
    for (name, rows) in &imported.tables {
        human.push_str(&format!("\n  {name}: {}", terminal::counted(*rows, "row")));
        facts.push(("table", format!("{name}\t{rows}")));
    }
    human.push_str(&format!(
        "\n  protected by the rules: {}",
        terminal::counted(imported.protected, "record")
    ));
    facts.push(("protected", imported.protected.to_string()));
    if let Some(reason) = &imported.no_public {
        human.push_str(&format!("\nThere is no public level of it: {reason}."));
        facts.push(("no-public-level", reason.clone()));
    }
    let inputs = vault.readable_inputs()?;
    if !inputs.is_empty() {
        human.push_str(&format!(
            "\nThe files that it came from can still be read, by whoever reads this machine: \
             {}. They, and backups of them, are outside of what the vault protects.",
            terminal::counted(inputs.len() as u64, "input")
        ));
    }
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

fn relevel(args: &RelevelArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let rules = vault.rules_digest(&args.rules)?;
    let mut names = args.datasets.clone();
    if names.is_empty() {
        let held = vault.book().datasets().iter().filter(|held| !held.is_shredded);
        names = held.map(|held| held.name.clone()).collect();
        names.sort();
        names.dedup();
    }
    let bars = Bars::new(output);
    let (mut human, mut facts) = (String::new(), Vec::new());
    for name in &names {
        let made = vault.relevel(name, &rules, &own, &bars)?;
        let protected = terminal::counted(made.protected, "record");
        human.push_str(&format!("`{name}` has version {}: {protected} protected.\n", made.version));
        facts.push(("version", format!("{name}\t{}\t{}", made.version, made.protected)));
        if let Some(reason) = made.no_public {
            human.push_str(&format!("  There is no public level of it: {reason}.\n"));
        }
    }
    let (list, recalled) =
        requests::handed_over(&vault, |dataset| names.iter().any(|n| n == dataset));
    human.push_str(&list);
    facts.extend(recalled);
    tell(output, human.trim_end(), &facts)?;
    Ok(Exit::Done)
}

fn status(args: &StatusArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let (book, now) = (vault.book(), clock::now());
    let (head, note) = vault.home().head()?;
    let (policy, _) = vault.home().policy()?;
    let is_unwitnessed = policy.check(&note).map_or(true, |verdict| verdict.is_unwitnessed());
    let mut human = format!(
        "{} of {} officers must agree, and a request lies {} hours.\nThe ledger has {}{}.",
        book.needed(),
        book.officers().len(),
        vault.delay() / 3_600,
        terminal::counted(head.size, "entry").replace("entrys", "entries"),
        if is_unwitnessed { ", and is unwitnessed: nobody else has seen it" } else { "" }
    );
    let mut facts = vec![
        ("needed", book.needed().to_string()),
        ("officers", book.officers().len().to_string()),
        ("entries", head.size.to_string()),
    ];
    let ways: Vec<String> =
        vault.slots()?.iter().map(|(name, slot)| format!("{name} ({})", slot.way())).collect();
    human.push_str(&format!("\nThe vault's own key is unlocked by: {}.", ways.join(", ")));
    for held in book.datasets() {
        let standing = if held.is_shredded { ", its keys destroyed" } else { "" };
        let rows = terminal::counted(held.rows, "row");
        human.push_str(&format!("\n  {} version {}: {rows}{standing}", held.name, held.version));
        facts.push(("dataset", format!("{}\t{}\t{}", held.name, held.version, held.rows)));
    }
    for (request, missing) in book.open_requests(now) {
        let (asked, digest) = (request.request(), hex(&request.digest()));
        let short = digest.get(..8).unwrap_or_default();
        human.push_str(&format!(
            "\nRequest {short} ({}, for {}) lacks {}.",
            asked.dataset,
            asked.beneficiary,
            terminal::counted(missing as u64, "approval")
        ));
        facts.push(("request", format!("{digest}\t{missing}")));
    }
    for (request, until) in book.unreviewed() {
        let hours = until.saturating_sub(now) / 3_600;
        let person = &request.request().by;
        let standing = if book.is_frozen(person, now) {
            "they are frozen until two others review it".to_owned()
        } else {
            format!("two others must review it within {hours} hours")
        };
        human.push_str(&format!(
            "\nTAKEN AT ONCE: `{person}` took {} of `{}`; {standing}.",
            request.request().columns.join(", "),
            request.request().dataset
        ));
        facts.push(("unreviewed", hex(&request.digest())));
    }
    for index in vault.frozen() {
        human.push_str(&format!(
            "\nEntry {index} cannot be read again: all requests from before it are closed."
        ));
        facts.push(("frozen", index.to_string()));
    }
    for input in vault.readable_inputs()? {
        human.push_str(&format!("\nStill readable outside of the vault: {}", input.display()));
        facts.push(("readable", input.display().to_string()));
    }
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

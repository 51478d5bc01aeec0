//! `reedbed vault`: data under keys that no single person has.

use std::path::PathBuf;

use anyhow::{Context, bail};
use reedbed_vault::book::{Deed, hex};
use reedbed_vault::level::Group;
use reedbed_vault::officer::Officer;
use reedbed_vault::people::Action;
use reedbed_vault::request::{Approved, Request};

use super::Output;
use super::exit::Exit;
use super::inputs::InputArgs;
use super::ledger::tell;
use super::terminal;
use crate::clock;
use crate::vault::{Answer, Vault};

/// What to do with a vault.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes a vault, with a ledger of its own.
    Init(InitArgs),
    /// Takes tables in, under keys that are split among the officers and then forgotten.
    Import(ImportArgs),
    /// Says what is in a vault, who its officers are, and what waits.
    Status(StatusArgs),
    /// Asks for exact columns of a dataset.
    Request(RequestArgs),
    /// Opens what a request asks for, with the answers of enough officers.
    Unseal(UnsealArgs),
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
}

/// Arguments of `reedbed vault status`.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
}

/// Arguments of `reedbed vault request`.
#[derive(Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset.
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// The columns.
    #[arg(long, num_args = 1.., required = true, value_name = "COLUMN")]
    columns: Vec<String>,
    /// What for, in words.
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// The secret part of the officer who asks.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Who gains by it, if not whoever asks.
    #[arg(long, value_name = "MARK", default_value = "none")]
    beneficiary: String,
    /// Days until it lapses.
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    days: u64,
    /// One officer more must agree.
    #[arg(long)]
    bulk: bool,
    /// File for the request; the key that was made for it goes beside it as `FILE.key`.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Arguments of `reedbed vault unseal`.
#[derive(Debug, clap::Args)]
pub(crate) struct UnsealArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The request; the key that was made for it lies beside it.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The answers of officers.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    answers: Vec<PathBuf>,
    /// Folder for the tables; must not exist yet.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
}

/// Runs the command.
pub(crate) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    match command {
        Command::Init(args) => init(args, output),
        Command::Import(args) => import(args, output),
        Command::Status(args) => status(args, output),
        Command::Request(args) => request(args, output),
        Command::Unseal(args) => unseal(args, output),
    }
}

fn init(args: &InitArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let delay = args.delay.checked_mul(3_600).context("the delay is too long")?;
    let vault = Vault::create(&args.vault, &args.origin, args.needed, delay)?;
    let human = format!(
        "The vault in `{}` is made. {} officers must agree before anything exact is opened: `reedbed \
         officer new` and `enrol` come next.",
        args.vault.display(),
        vault.book().needed()
    );
    tell(output, &human, &[("needed", vault.book().needed().to_string())])?;
    Ok(Exit::Done)
}

fn import(args: &ImportArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let dataset = args.input.open()?;
    let (version, rows) = vault.import(&args.dataset, &dataset)?;
    let mut human = format!(
        "Version {version} of `{}` is in the vault, which holds no key to it.",
        args.dataset
    );
    let mut facts = vec![("version", version.to_string())];
    for (name, number) in &rows {
        human.push_str(&format!("\n  {name}: {}", terminal::counted(*number, "row")));
        facts.push(("table", format!("{name}\t{number}")));
    }
    human.push_str("\nWhat you gave can still be read where it was: the vault does not touch it.");
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

fn status(args: &StatusArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let book = vault.book();
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
    for held in book.datasets() {
        human.push_str(&format!("\n  {} version {}", held.name, held.version));
        facts.push(("dataset", format!("{}\t{}", held.name, held.version)));
    }
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

fn request(args: &RequestArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    vault.parts(&args.dataset, &args.columns)?;
    let asker = super::officer::officer_in(&args.key)?;
    let identity = Officer::generate("request", "request")?;
    let now = clock::now();
    let lasts = args.days.checked_mul(86_400).context("the request would last too long")?;
    let request = Request {
        id: reedbed_ledger::entry::Entry::new_id().context("the system gives no random bytes")?,
        action: Action::Unseal,
        dataset: args.dataset.clone(),
        rows: "all".to_owned(),
        columns: args.columns.clone(),
        precision: "exact".to_owned(),
        purpose: args.purpose.clone(),
        by: asker.person().to_owned(),
        beneficiary: args.beneficiary.clone(),
        recipient: identity.card()?.recipient().to_owned(),
        made: now,
        delay: vault.delay(),
        expires: now.saturating_add(lasts),
        is_bulk: args.bulk,
    };
    let mut request = Approved::new(request)?;
    request.sign(&asker);
    crate::keys::write_new(&key_beside(&args.out), identity.to_secret().as_bytes())
        .with_context(|| format!("`{}` cannot be written", key_beside(&args.out).display()))?;
    crate::keys::write_new(&args.out, request.to_text().as_bytes())
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let index = vault.record(&Deed::Ask(request.clone()))?;
    let human = format!(
        "{}\nThe request is recorded (entry {index}) and in `{}`: officers answer with `reedbed officer \
         approve`.",
        in_words(request.request()),
        args.out.display()
    );
    tell(output, &human, &[("index", index.to_string()), ("digest", hex(&request.digest()))])?;
    Ok(Exit::Done)
}

fn key_beside(request: &std::path::Path) -> PathBuf {
    PathBuf::from(format!("{}.key", request.display()))
}

fn unseal(args: &UnsealArgs, output: Output) -> Result<Exit, anyhow::Error> {
    if crate::ledger::is_there(&args.out)? {
        bail!("`{}` exists already", args.out.display());
    }
    let text = |path: &PathBuf| {
        std::fs::read_to_string(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))
    };
    let mut vault = Vault::open(&args.vault)?;
    let request = Approved::read(&text(&args.request)?)?;
    let identity = Officer::read(&text(&key_beside(&args.request))?)?;
    let mut answers = Vec::new();
    for path in &args.answers {
        answers.push(Answer::read(&text(path)?).with_context(|| format!("`{}`", path.display()))?);
    }
    let opened = vault.unseal(&request, &answers, &identity, &args.out)?;
    let mut human = "Opened, and recorded that it was:".to_owned();
    let mut facts = Vec::new();
    for (path, rows) in &opened.tables {
        human.push_str(&format!("\n  {}: {}", path.display(), terminal::counted(*rows, "row")));
        facts.push(("table", format!("{}\t{rows}", path.display())));
    }
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

/// What a request asks for, in words.
pub(super) fn in_words(request: &Request) -> String {
    let days = request.expires.saturating_sub(request.made) / 86_400;
    // Keys are of groups: whoever gets one can read all columns of it.
    let of = |group: &Group| request.columns.iter().any(|column| Group::of(column) == *group);
    let groups: Vec<&str> = Group::ALL.into_iter().filter(of).map(Group::word).collect();
    format!(
        "{} of `{}`\n  columns: {}\n  the keys that open them open all columns about: {}\n  rows: {}\n  precision: {}\n  for: {}\n  asked by: {}\n  who gains: \
         {}\n  lies {} hours, lapses after {days} days{}",
        match request.action {
            Action::Finer => "Something is to be told more finely",
            Action::Release => "A copy is to be handed over",
            Action::Unseal => "EXACT DATA are to be opened",
        },
        request.dataset,
        request.columns.join(", "),
        groups.join(", "),
        request.rows,
        request.precision,
        request.purpose,
        request.by,
        request.beneficiary,
        request.delay / 3_600,
        if request.is_bulk { "; in bulk: one officer more" } else { "" }
    )
}

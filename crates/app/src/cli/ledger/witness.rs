//! `reedbed ledger cosign` and `witness`: others vouch that the ledger is the one that they saw.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk, Folder, Source, replace};
use reedbed_ledger::keys::History;
use reedbed_ledger::log::prove_consistency;
use reedbed_ledger::note::{KeyKind, Signer, Verifier};
use reedbed_ledger::policy::Policy;
use reedbed_ledger::witness::{Witness, conflict, cosignatures, request};

use super::super::Output;
use super::super::exit::Exit;
use super::super::terminal;
use super::tell;
use crate::clock;
use crate::ledger::{Home, is_there, witnesses};

/// Arguments of `reedbed ledger cosign`.
#[derive(Debug, clap::Args)]
pub(crate) struct CosignArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Writes the request for a witness into a file, which is carried there; the witness answers with
    /// `reedbed ledger witness sign`.
    #[arg(long, value_name = "FILE", conflicts_with = "answer")]
    request: Option<PathBuf>,
    /// The size that the witness saw last, for a request; it says so where it is another.
    #[arg(long, value_name = "SIZE", default_value_t = 0, requires = "request")]
    old: u64,
    /// Takes cosignatures out of the answer of a witness.
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
}

/// What to do as a witness.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes the key of a witness.
    Init(InitArgs),
    /// Answers a request that was carried here as a file.
    Sign(SignArgs),
    /// Answers requests over a network, until it is stopped.
    Serve(ServeArgs),
    /// Takes the new key of a ledger that it knows.
    Follow(FollowArgs),
}

/// Arguments of `reedbed ledger witness init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Folder of the witness.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The name of the witness, such as `museum.example/witness`.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The keys of the ledgers that it knows, as `reedbed ledger init` printed them.
    #[arg(long, num_args = 1.., required = true, value_name = "KEY")]
    log: Vec<String>,
}

/// Arguments of `reedbed ledger witness sign`.
#[derive(Debug, clap::Args)]
pub(crate) struct SignArgs {
    /// Folder of the witness.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The request.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// File for the answer.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Arguments of `reedbed ledger witness serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Folder of the witness.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Where it listens; a proxy with TLS stands before it where others than this machine ask.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7380")]
    listen: std::net::SocketAddr,
}

/// Arguments of `reedbed ledger witness follow`.
#[derive(Debug, clap::Args)]
pub(crate) struct FollowArgs {
    /// Folder of the witness.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The history of the ledger's keys: the file `keys` of the ledger, or of a copy.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

/// Runs the command.
pub(super) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    match command {
        Command::Init(args) => init(args, output),
        Command::Sign(args) => sign(args, output),
        Command::Serve(args) => serve(args, output),
        Command::Follow(args) => follow(args, output),
    }
}

fn init(args: &InitArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let key = args.dir.join(KEY);
    if is_there(&key)? {
        bail!("there is a witness in `{}` already", args.dir.display());
    }
    let signer = Signer::generate(&args.name, KeyKind::Cosignature)
        .with_context(|| format!("`{}` cannot be the name of a witness", args.name))?;
    let mut logs = String::new();
    for key in &args.log {
        let key = Verifier::read(key).with_context(|| format!("`{key}` is no key of a ledger"))?;
        logs.push_str(&format!("{key}\n"));
    }
    crate::keys::create_dir(&args.dir)?;
    let disk = Folder::at(&args.dir)?;
    replace(&disk, LOGS, logs.as_bytes())?;
    replace(&disk, KEY, signer.to_secret().as_bytes())?;
    let key = signer.verifier();
    let human = format!(
        "The witness `{}` was made. The ledgers that it vouches for take it into their policy:\n  \
         witness NAME {key}",
        key.name()
    );
    tell(output, &human, &[("name", key.name().to_owned()), ("key", key.to_string())])?;
    Ok(Exit::Done)
}

/// The folder of a witness, locked against others.
fn folder_in(dir: &Path) -> Result<(Folder, std::fs::File), anyhow::Error> {
    if !dir.join(KEY).is_file() {
        bail!("there is no witness in `{}`", dir.display());
    }
    let disk = Folder::at(dir)?;
    let lock = disk.lock().context("the witness is in use")?;
    Ok((disk, lock))
}

fn text_of(disk: &Folder, name: &str) -> Result<String, anyhow::Error> {
    let bytes = disk.read(name)?;
    let bytes = bytes.with_context(|| format!("`{name}` of the witness is missing"))?;
    String::from_utf8(bytes).with_context(|| format!("`{name}` of the witness is no text"))
}

/// The keys of the ledgers that a witness knows.
fn logs_in(disk: &Folder) -> Result<Vec<Verifier>, anyhow::Error> {
    let keys: Result<_, _> = text_of(disk, LOGS)?.lines().map(Verifier::read).collect();
    keys.with_context(|| format!("`{LOGS}` of the witness cannot be read"))
}

/// The witness in a folder, locked against others.
fn witness_in(dir: &Path) -> Result<(Witness<Arc<dyn Disk>>, std::fs::File), anyhow::Error> {
    let (disk, lock) = folder_in(dir)?;
    let signer = Signer::read(&text_of(&disk, KEY)?)?;
    let logs = logs_in(&disk)?;
    let disk: Arc<dyn Disk> = Arc::new(disk);
    Ok((Witness::new(signer, logs, disk), lock))
}

fn sign(args: &SignArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let (witness, _lock) = witness_in(&args.dir)?;
    let text = std::fs::read_to_string(&args.request)
        .with_context(|| format!("`{}` cannot be read", args.request.display()))?;
    let answer = witness.add_checkpoint(&text, clock::now());
    if answer.status != 200 {
        let reason = answer.body.trim_end().to_owned();
        let human = match conflict(&answer.body) {
            Some(size) => format!(
                "Not signed: this witness saw {size} entries last. Make the request anew with `--old \
                 {size}`."
            ),
            None => format!("Not signed: {reason}."),
        };
        tell(output, &human, &[("status", answer.status.to_string()), ("reason", reason)])?;
        return Ok(Exit::Unverified);
    }
    std::fs::write(&args.out, &answer.body)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let human = format!("Signed: carry `{}` back to the ledger.", args.out.display());
    tell(output, &human, &[("status", "200".to_owned())])?;
    Ok(Exit::Done)
}

fn serve(args: &ServeArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let (witness, _lock) = witness_in(&args.dir)?;
    let name = witness.verifier().name().to_owned();
    let mut told = Ok(());
    let tell_address = |address| {
        let human = format!(
            "The witness `{name}` answers at http://{address}/add-checkpoint. Ctrl-C stops it."
        );
        told = tell(output, &human, &[("address", format!("http://{address}"))]);
    };
    let tell_answer = |status: u16| {
        if status != 200 {
            terminal::say(&format!("refused with {status}"));
        }
    };
    crate::witness::serve(Arc::new(witness), args.listen, tell_address, tell_answer)
        .with_context(|| format!("the witness cannot listen at {}", args.listen))?;
    told?;
    Ok(Exit::Done)
}

fn follow(args: &FollowArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let (disk, _lock) = folder_in(&args.dir)?;
    let text = std::fs::read_to_string(&args.keys)
        .with_context(|| format!("`{}` cannot be read as text", args.keys.display()))?;
    let history = History::read(&text).context("it is no history of keys")?;
    let mut logs = logs_in(&disk)?;
    let (old, new) = history
        .changes()
        .find_map(|change| {
            let at = logs.iter().position(|log| *log == change.old)?;
            Some((at, history.keys().last()?.clone()))
        })
        .context("the witness knows none of the keys that were replaced")?;
    if let Some(log) = logs.get_mut(old) {
        log.clone_from(&new);
    }
    let lines: String = logs.iter().map(|log| format!("{log}\n")).collect();
    replace(&disk, LOGS, lines.as_bytes())?;
    let human =
        format!("The witness knows `{}` by its new key, and no longer by the old one.", new.name());
    tell(output, &human, &[("key", new.to_string())])?;
    Ok(Exit::Done)
}

/// Asks the witnesses at their addresses, or makes a request as a file, or takes an answer.
pub(super) fn cosign(args: &CosignArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (policy, _) = home.policy()?;
    if let Some(file) = &args.request {
        let (head, note) = home.head()?;
        if args.old > head.size {
            bail!("the witness saw {} entries, and the ledger has {}", args.old, head.size);
        }
        let path = prove_consistency(home.public(), args.old, &head)?;
        std::fs::write(file, request(args.old, &path, &note))
            .with_context(|| format!("`{}` cannot be written", file.display()))?;
        let human = format!(
            "The request is in `{}`: `reedbed ledger witness sign` answers it.",
            file.display()
        );
        tell(output, &human, &[("size", head.size.to_string()), ("old", args.old.to_string())])?;
        return Ok(Exit::Done);
    }
    let Some(file) = &args.answer else { return ask(&home, &policy, output) };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    let signatures = cosignatures(&text)
        .with_context(|| format!("`{}` is no answer of a witness", file.display()))?;
    let mut open = home.open(&[])?;
    let added = open.log.add_cosignatures(&signatures, &witnesses_of(&policy))?;
    home.remember(open.log.note())?;
    if added == 0 {
        bail!(
            "nothing was added: no witness of the policy cosigned the head of {} entries, or it is \
             there already",
            open.log.head().size
        );
    }
    let human = match policy.check(open.log.note()) {
        Ok(_) => "The head is cosigned, and the policy is met.".to_owned(),
        Err(refusal) => format!("The head is cosigned; the policy is not met yet: {refusal}."),
    };
    tell(output, &human, &[("added", added.to_string())])?;
    Ok(Exit::Done)
}

/// Asks the witnesses of the policy at their addresses.
fn ask(home: &Home, policy: &Policy, output: Output) -> Result<Exit, anyhow::Error> {
    let mut open = home.open(&[])?;
    let asked = witnesses::ask(home, &mut open, policy)?;
    if asked.is_empty() {
        bail!(
            "no witness of the policy has an address; `--request FILE` and `--answer FILE` carry it there \
             and back as files"
        );
    }
    let verdict = policy.check(open.log.note());
    let mut human = match &verdict {
        Ok(_) => "The head is cosigned, and the policy is met.".to_owned(),
        Err(refusal) => format!("The policy is not met yet: {refusal}."),
    };
    let mut facts = vec![("met", verdict.is_ok().to_string())];
    for one in &asked {
        let said = one.refused.as_deref().unwrap_or("cosigned");
        human.push_str(&format!("\n  {}: {said}", one.name));
        facts.push(("witness", format!("{}\t{said}", one.name)));
    }
    tell(output, &human, &facts)?;
    Ok(if verdict.is_ok() { Exit::Done } else { Exit::Unverified })
}

fn witnesses_of(policy: &Policy) -> Vec<Verifier> {
    policy.witnesses().map(|(_, key, _)| key.clone()).collect()
}

const KEY: &str = "witness.key";
const LOGS: &str = "logs";

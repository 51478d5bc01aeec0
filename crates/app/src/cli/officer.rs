//! `reedbed officer`: the people without whom nothing exact is opened.

mod secret;

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, bail};
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::note::Verifier;
use reedbed_vault::book::{Decision, Deed, decide};
use reedbed_vault::locked::Effort;
use reedbed_vault::officer::{Card, Officer};
use reedbed_vault::people::Action;
use reedbed_vault::request::Approved;
use zeroize::Zeroizing;

use super::Output;
use super::exit::Exit;
use super::ledger::tell;
use super::terminal;
use crate::clock;
use crate::vault::{UnlockArgs, Vault};

pub(crate) use secret::{officer_in, plugins};

/// What to do with officers.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes the keys of an officer, and the card that others know them by.
    New(NewArgs),
    /// Vouches for another officer's card: that the person is who they say, and has no other.
    Vouch(VouchArgs),
    /// Enrols a card in a vault; from the third on, two other officers must vouch for it.
    Enrol(EnrolArgs),
    /// Lists the officers of a vault.
    List(ListArgs),
    /// Revokes an officer, as two others decide.
    Revoke(RevokeArgs),
    /// Stops a request for good; any officer may.
    Stop(StopArgs),
}

/// Arguments of `reedbed officer new`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    /// File for the secret part; the card goes beside it as `FILE.card`.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the keys are called; not the person's name, since it goes into ledgers.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What the reserve knows the person by, such as a staff number: one is enrolled once.
    #[arg(long, value_name = "MARK")]
    person: String,
    /// Locks the secret part under the passphrase in REEDBED_OFFICER_PASSPHRASE, or in the file that
    /// REEDBED_OFFICER_PASSPHRASE_FILE names. The file is one of age, binary, which `age -d` opens too.
    #[arg(long)]
    passphrase: bool,
    /// What shares are sealed to in the place of a key in the secret part: `age1NAME1…`, for which the
    /// program `age-plugin-NAME` speaks, such as that of a hardware key.
    #[arg(long, value_name = "RECIPIENT", requires = "plugin_identity_file")]
    plugin_recipient: Option<String>,
    /// A file with the identity that opens them: a line `AGE-PLUGIN-NAME-1…`, as the plugin wrote it.
    #[arg(long, value_name = "FILE", requires = "plugin_recipient")]
    plugin_identity_file: Option<PathBuf>,
}

/// Arguments of `reedbed officer vouch`.
#[derive(Debug, clap::Args)]
pub(crate) struct VouchArgs {
    /// The card, which gets one signature more.
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// The secret part of whoever vouches.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Arguments of `reedbed officer enrol`.
#[derive(Debug, clap::Args)]
pub(crate) struct EnrolArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The card.
    #[arg(value_name = "CARD")]
    card: PathBuf,
}

/// Arguments of `reedbed officer list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
}

/// Arguments of `reedbed officer revoke`.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The public key of the officer, as `reedbed officer list` shows it.
    #[arg(value_name = "KEY")]
    key: String,
    /// The secret parts of those who decide it.
    #[arg(long = "by", num_args = 1.., required = true, value_name = "FILE")]
    by: Vec<PathBuf>,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed approve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApproveArgs {
    /// Folder of the vault, or a copy of it.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The request.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The secret part of whoever approves.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Approves what is shown.
    #[arg(long, requires = "out")]
    yes: bool,
    /// File for the answer.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Arguments of `reedbed officer stop`.
#[derive(Debug, clap::Args)]
pub(crate) struct StopArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The request.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The secret part of whoever stops it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Runs the command.
pub(crate) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    super::vault::keep_memory_private();
    match command {
        Command::New(args) => new(args, output),
        Command::Vouch(args) => vouch(args, output),
        Command::Enrol(args) => enrol(args, output),
        Command::List(args) => list(args, output),
        Command::Revoke(args) => revoke(args, output),
        Command::Stop(args) => stop(args, output),
    }
}

fn text_of(path: &Path) -> Result<String, anyhow::Error> {
    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn new(args: &NewArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let officer = match (&args.plugin_recipient, &args.plugin_identity_file) {
        (Some(recipient), Some(file)) => {
            let identity = identity_in(file)?;
            let officer = Officer::with_plugin(&args.name, &args.person, recipient, &identity)?;
            officer.try_out(&plugins())?;
            officer
        }
        _ => Officer::generate(&args.name, &args.person)?,
    };
    let card = officer.card()?;
    let secret = if args.passphrase {
        Zeroizing::new(officer.to_locked(&secret::new_passphrase()?, Effort::default())?)
    } else {
        Zeroizing::new(officer.to_secret().as_bytes().to_vec())
    };
    if let Some(folder) = args.file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        crate::keys::create_dir(folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
    }
    crate::keys::write_new(&args.file, &secret)
        .with_context(|| format!("`{}` cannot be written", args.file.display()))?;
    let path = PathBuf::from(format!("{}.card", args.file.display()));
    std::fs::write(&path, card.to_string())
        .with_context(|| format!("`{}` cannot be written", path.display()))?;
    let human = format!(
        "The secret part is in `{}`: keep it where nobody else reads it. The card is in `{}`.",
        args.file.display(),
        path.display()
    );
    tell(output, &human, &[("key", card.key().to_string())])?;
    Ok(Exit::Done)
}

/// The one identity in a file of identities, as age has them: a line each, and lines of remarks.
fn identity_in(path: &Path) -> Result<Zeroizing<String>, anyhow::Error> {
    let text = Zeroizing::new(text_of(path)?);
    let mut lines = text.lines().map(str::trim);
    let is_one = |line: &&str| !line.is_empty() && !line.starts_with('#');
    match (lines.find(is_one), lines.find(is_one)) {
        (Some(line), None) => Ok(Zeroizing::new(line.to_owned())),
        _ => bail!("`{}` does not hold one identity and nothing else", path.display()),
    }
}

fn vouch(args: &VouchArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut card = Card::read(&text_of(&args.card)?)?;
    officer_in(&args.key)?.vouch(&mut card);
    std::fs::write(&args.card, card.to_string())
        .with_context(|| format!("`{}` cannot be written", args.card.display()))?;
    let human = format!("The card of `{}` has your signature.", card.key().name());
    tell(output, &human, &[("key", card.key().to_string())])?;
    Ok(Exit::Done)
}

fn enrol(args: &EnrolArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let card = Card::read(&text_of(&args.card)?)?;
    let index = vault.record(&Deed::Enrol(card.clone()))?;
    let human = format!(
        "`{}` is an officer of this vault (entry {index}). Data that came in before are opened by those \
         who were officers then, until their keys are shared anew (`reedbed request --reshare`).",
        card.key().name()
    );
    tell(output, &human, &[("index", index.to_string())])?;
    Ok(Exit::Done)
}

fn list(args: &ListArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let officers = vault.book().officers();
    let lines: Vec<String> =
        officers.iter().map(|card| format!("  {}  {}", card.key(), card.person())).collect();
    let facts: Vec<(&str, String)> =
        officers.iter().map(|card| ("officer", card.key().to_string())).collect();
    let human = format!(
        "{} officers, of whom {} must agree:\n{}",
        officers.len(),
        vault.book().needed(),
        lines.join("\n")
    );
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

fn revoke(args: &RevokeArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let key = Verifier::read(&args.key)?;
    let mut decision = Decision::to_revoke(vault.book().origin(), &key);
    for file in &args.by {
        decision = decide(decision, &officer_in(file)?);
    }
    let index = vault.record(&Deed::Revoke(decision))?;
    let opened = vault.forget_shares(&key.id())?;
    let mut human = format!("`{}` is no officer any more (entry {index}).", key.name());
    if !opened.is_empty() {
        human.push_str(&format!(
            "\nAn old backup is still opened by the shares that this person had, together with those of \
             another officer; what it would open: {}. Destroy such backups, and import those data again.",
            opened.join(", ")
        ));
    }
    match vault.relock(&args.unlock) {
        Ok(None) => {}
        Ok(Some(officers)) => human.push_str(&format!(
            "\nThe vault's own key is shared anew among {officers} officers. Who was revoked had a share of it: \
             `reedbed vault rotate` changes it."
        )),
        Err(error) => human.push_str(&format!(
            "\nOfficers unlock the vault's own key together, and this one still could: {error:#}. Run `reedbed \
             vault rotate`, and `reedbed vault lock` again."
        )),
    }
    let mut facts = vec![("index", index.to_string())];
    facts.extend(opened.into_iter().map(|one| ("opened-by-backups", one)));
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

/// Shows a request, and signs it.
pub(crate) fn approve(args: &ApproveArgs, output: Output) -> Result<Exit, anyhow::Error> {
    super::vault::keep_memory_private();
    let vault = Vault::open(&args.vault)?;
    let request = Approved::read(&text_of(&args.request)?)?;
    let digest = request.digest();
    if vault.book().request(&digest).is_none() {
        bail!("this request was not made in this vault: its bytes are none that the ledger knows");
    }
    let shown = super::vault::in_words(request.request());
    if !args.yes {
        let human = format!("{shown}\nNothing was signed: `--yes` approves exactly this.");
        tell(output, &human, &[("approved", "false".to_owned())])?;
        return Ok(Exit::Done);
    }
    let Some(out) = &args.out else { return Ok(Exit::Done) };
    let officer = officer_in(&args.key)?;
    let now = clock::now();
    check_time(&vault, &request, &args.key, now)?;
    witness(&vault, &args.key)?;
    let answer = vault.answer(&request, &officer, now)?;
    crate::keys::write_new(out, answer.to_text().as_bytes())
        .with_context(|| format!("`{}` cannot be written", out.display()))?;
    let mut human = format!("{shown}\nYour answer is in `{}`.", out.display());
    let asked = request.request();
    let waits = asked.made.saturating_add(asked.delay).saturating_sub(now);
    let has_shares = answer.has_shares();
    if asked.action == Action::Unseal && !has_shares {
        human.push_str(&format!(
            " It has your signature, and not your shares of the keys: those you give when the request has \
             lain long enough, in {}, by the same command.",
            terminal::counted(waits.div_ceil(3_600), "hour")
        ));
    }
    let facts = [("approved", "true".to_owned()), ("shares", has_shares.to_string())];
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

/// Holds the time that a request says against the officer's own clock, and against the head that this
/// officer saw last: a request that is older than that head was in it.
fn check_time(
    vault: &Vault,
    request: &Approved,
    key: &Path,
    now: u64,
) -> Result<(), anyhow::Error> {
    let made = request.request().made;
    if made > now.saturating_add(SKEW) {
        bail!(
            "the request says that it was made later than your clock says that it is now: the clock of the \
             vault or yours is wrong. Sign nothing before that is settled"
        );
    }
    let seen = PathBuf::from(format!("{}.seen", key.display()));
    if !crate::ledger::is_there(&seen)? {
        return Ok(());
    }
    let when = std::fs::metadata(&seen).and_then(|about| about.modified());
    let when = when.with_context(|| format!("`{}` cannot be read", seen.display()))?;
    let when = when.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (before, _) = Checkpoint::of_note(&text_of(&seen)?)
        .with_context(|| format!("`{}` is no checkpoint", seen.display()))?;
    let is_new = vault.asked_as(&request.digest()).is_some_and(|index| index >= before.size);
    if is_new && made.saturating_add(SKEW) < when {
        bail!(
            "the request says that it was made before you looked at this vault last, and it was not there \
             then: the clock of the vault was set back, as if its delay were over. Sign nothing, and tell the \
             other officers"
        );
    }
    Ok(())
}

/// Holds the ledger against the head that this officer saw last, and remembers the head of now.
///
/// CRASH: the head of before, or that of now.
fn witness(vault: &Vault, key: &Path) -> Result<(), anyhow::Error> {
    let seen = PathBuf::from(format!("{}.seen", key.display()));
    let (head, note) = vault.home().head()?;
    if crate::ledger::is_there(&seen)? {
        let text = text_of(&seen)?;
        let (before, _) = Checkpoint::of_note(&text)
            .with_context(|| format!("`{}` is no checkpoint", seen.display()))?;
        if before.origin != head.origin {
            bail!(
                "`{}` is of the ledger `{}`, and this vault has another: it is not the vault that you \
                 know",
                seen.display(),
                before.origin
            );
        }
        if before.size > head.size {
            bail!(
                "the ledger of the vault had {} entries when you saw it last, and has {}: it was set \
                 back. Sign nothing, and tell the other officers",
                before.size,
                head.size
            );
        }
        vault.home().continues(&before, &head).context(
            "the ledger of the vault is not the one that you saw before: it was written anew. Sign \
             nothing, and tell the other officers",
        )?;
    }
    let mut partial = seen.clone().into_os_string();
    partial.push(".partial");
    std::fs::write(&partial, note.to_string())
        .and_then(|()| std::fs::rename(&partial, &seen))
        .with_context(|| format!("`{}` cannot be written", seen.display()))
}

fn stop(args: &StopArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let digest = Approved::read(&text_of(&args.request)?)?.digest();
    witness(&vault, &args.key)?;
    let decision =
        decide(Decision::to_cancel(vault.book().origin(), &digest), &officer_in(&args.key)?);
    let index = vault.record(&Deed::Cancel(decision))?;
    let human =
        format!("The request is stopped, and nothing opens by it any more (entry {index}).");
    tell(output, &human, &[("index", index.to_string())])?;
    Ok(Exit::Done)
}

/// How far two clocks may be apart.
///
/// Units: seconds.
const SKEW: u64 = 600;

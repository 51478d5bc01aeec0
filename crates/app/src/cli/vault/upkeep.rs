//! What keeps a vault whole.

use std::path::PathBuf;

use reedbed_vault::book::{Decision, decide};

use super::StatusArgs;
use crate::cli::exit::Exit;
use crate::cli::ledger::tell;
use crate::cli::{Output, officer_in, terminal};
use crate::vault::{UnlockArgs, Vault};

/// Arguments of `reedbed vault check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// Opens the partner and the public levels too, which needs the vault's own key.
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// Folder for the backup; must not exist yet.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
}

/// Arguments of `reedbed vault restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// Folder of the backup.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Folder for the vault; must not exist yet.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// Checkpoints of the ledger that others hold, or proofs with one: officers keep one beside their
    /// key as `FILE.seen`.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
}

/// Arguments of `reedbed vault lock`.
#[derive(Debug, clap::Args)]
pub(crate) struct LockArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Arguments of `reedbed vault shred`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShredArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: String,
    /// The secret parts of the officers who decide it.
    #[arg(long = "by", num_args = 1.., value_name = "FILE")]
    by: Vec<PathBuf>,
}

pub(super) fn check(args: &CheckArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let own = args.open.then(|| vault.unlock(&args.unlock)).transpose()?;
    let checked = vault.check(own.as_ref())?;
    let mut human = format!("{} were looked at.", terminal::counted(checked.files, "file"));
    let mut facts = vec![("files", checked.files.to_string())];
    for wrong in &checked.wrong {
        human.push_str(&format!("\n  {wrong}"));
        facts.push(("wrong", wrong.clone()));
    }
    if checked.wrong.is_empty() {
        human.push_str(" Everything is there and as it was.");
    }
    tell(output, &human, &facts)?;
    Ok(if checked.wrong.is_empty() { Exit::Done } else { Exit::Unverified })
}

pub(super) fn backup(args: &BackupArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let (files, bytes) = vault.backup(&args.backup)?;
    let human = format!(
        "{} ({bytes} bytes) are in `{}`, sealed as they were. What unlocks the vault is not among them.",
        terminal::counted(files, "file"),
        args.backup.display()
    );
    tell(output, &human, &[("files", files.to_string()), ("bytes", bytes.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn restore(args: &RestoreArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let (files, bytes) = crate::vault::restore(&args.backup, &args.vault, &args.known)?;
    let human = format!(
        "The vault is in `{}` ({}), and continues each head that was given.",
        args.vault.display(),
        terminal::counted(files, "file")
    );
    tell(output, &human, &[("files", files.to_string()), ("bytes", bytes.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn lock(args: &LockArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let officers = vault.lock_by_officers(&own)?;
    let human = format!(
        "{} of {officers} officers unlock the vault together from now on (`--officers`), besides what \
         unlocked it before.",
        vault.book().needed()
    );
    tell(output, &human, &[("officers", officers.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn rotate(args: &RotateArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let count = vault.rotate(&args.unlock)?;
    let human = format!(
        "The vault has a new key; {} sealed anew. What unlocked it in another way than the one you used \
         does so no longer (`reedbed vault lock`). Old backups still open with the old key.",
        terminal::counted(count, "file")
    );
    tell(output, &human, &[("files", count.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn shred(args: &ShredArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let decision = if args.by.is_empty() {
        None
    } else {
        let mut decision = {
            let newest = vault.book().newest(&args.dataset).map_or(0, |held| held.version);
            Decision::to_shred(vault.book().origin(), &args.dataset, newest)
        };
        for file in &args.by {
            decision = decide(decision, &officer_in(file)?);
        }
        Some(decision)
    };
    let count = vault.shred(&args.dataset, decision)?;
    let human = format!(
        "The keys and files of `{}` are destroyed ({}). Solid-state disks may keep what was written over \
         for a while, and backups keep theirs: destroy those too.",
        args.dataset,
        terminal::counted(count, "file")
    );
    tell(output, &human, &[("files", count.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn replay(args: &StatusArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let found = vault.rebuild_state()?;
    let is_same = found.missing == 0 && found.foreign == 0;
    let human = format!(
        "{} follow from the ledger. {}",
        terminal::counted(found.facts as u64, "fact"),
        if is_same {
            "The state said the same.".to_owned()
        } else {
            format!(
                "The state lacked {} or had them otherwise, and had {} that do not follow; it is made \
                 anew.",
                found.missing, found.foreign
            )
        }
    );
    let facts = [
        ("facts", found.facts.to_string()),
        ("missing", found.missing.to_string()),
        ("foreign", found.foreign.to_string()),
    ];
    tell(output, &human, &facts)?;
    Ok(if is_same { Exit::Done } else { Exit::Unverified })
}

pub(super) fn selfcheck(args: &StatusArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let facts = vault.selfcheck()?;
    let lines: Vec<String> =
        facts.iter().map(|(name, value)| format!("{name}: {}", value.replace('\t', " "))).collect();
    tell(output, &lines.join("\n"), &facts)?;
    Ok(Exit::Done)
}

//! `reedbed ledger verify` and `audit`: what is proved, and what is not, in words.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::{Folder, Source};
use reedbed_ledger::entry::Entry;
use reedbed_ledger::keys::History;
use reedbed_ledger::note::Verifier;
use reedbed_ledger::policy::{Policy, Verdict};
use reedbed_ledger::proof::Proof;
use reedbed_vault::request::Approved;

use super::super::Output;
use super::super::exit::Exit;
use super::super::terminal;
use super::tell;
use crate::ledger::{Bundle, Home, is_there, known};
use crate::vault::terms_digest;

/// Arguments of `reedbed verify` and `reedbed ledger verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// A proof (`.tlog-proof`), a copy with a proof in it, or an exported ledger.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Who signs and who witnesses; by default the policy that lies beside what is checked, which
    /// proves nothing of whose keys these are.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The entry that a proof is of; by default `FILE.entry`.
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// Checkpoints or proofs of the same ledger that one holds: an exported ledger must continue each,
    /// and the proof of a copy must be of them or continue them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
}

/// Arguments of `reedbed ledger audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// Folder of the ledger, or of an export of it.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Who signs and who witnesses; by default the policy of the ledger.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Checkpoints or proofs that others hold, which the ledger must continue.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
}

/// Checks a file or a folder; what is not proved ends with 3.
pub(crate) fn verify(args: &VerifyArgs, output: Output) -> Result<Exit, anyhow::Error> {
    if !args.file.exists() {
        bail!("`{}` does not exist", args.file.display());
    }
    let done = if args.file.is_dir() {
        match Bundle::in_folder(&args.file) {
            Some(folder) => verify_bundle(args, &folder, output),
            None if args.file.join("checkpoint").is_file() => {
                audit_folder(&args.file, args.policy.as_deref(), &args.known, output)
            }
            None => bail!("there is no proof and no exported ledger in `{}`", args.file.display()),
        }
    } else {
        verify_proof(args, output)
    };
    or_unverified(done, output)
}

/// Checks a whole ledger; what does not hold ends with 3.
pub(super) fn audit_all(args: &AuditArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let inner = args.dir.join("log");
    let done = if args.dir.join("checkpoint").is_file() {
        audit_folder(&args.dir, args.policy.as_deref(), &args.known, output)
    } else if inner.join("checkpoint").is_file() {
        audit_folder(&inner, args.policy.as_deref(), &args.known, output)
    } else {
        // Its own folder, of which the log is elsewhere.
        let home = Home::existing(&args.dir)?;
        let policy = read_policy(args.policy.as_deref(), &inner.join("policy"));
        policy.and_then(|policy| audit_source(home.public(), policy, &args.known, output))
    };
    or_unverified(done, output)
}

fn or_unverified(done: Result<(), anyhow::Error>, output: Output) -> Result<Exit, anyhow::Error> {
    let Err(error) = done else { return Ok(Exit::Done) };
    let reason = format!("{error:#}");
    tell(
        output,
        &format!("NOT PROVED: {reason}"),
        &[("proved", "false".to_owned()), ("reason", reason.clone())],
    )?;
    Ok(Exit::Unverified)
}

/// Reads a policy, with the history of the keys that lies beside what is checked.
fn read_policy(given: Option<&Path>, beside: &Path) -> Result<(Policy, bool), anyhow::Error> {
    let path = given.unwrap_or(beside);
    let bytes = std::fs::read(path)
        .with_context(|| format!("the policy `{}` cannot be read", path.display()))?;
    let mut policy = Policy::read(&bytes)?;
    let keys = beside.with_file_name("keys");
    if is_there(&keys)? {
        let text = std::fs::read_to_string(&keys)
            .with_context(|| format!("`{}` cannot be read as text", keys.display()))?;
        let history = History::read(&text).context("the history of the keys is none")?;
        policy.follow(&history).context("the policy names no key of the history")?;
    }
    Ok((policy, given.is_some()))
}

/// What the head of a proof says of who vouches for it.
fn vouched(verdict: &Verdict, is_own_policy: bool) -> String {
    let mut text = String::new();
    if verdict.is_unwitnessed() {
        text.push_str(
            "Unwitnessed: nobody but the ledger itself vouches that all others see the same. Keep the \
             proof: two that do not continue each other show that it has two faces.",
        );
    } else {
        let names: Vec<&str> = verdict.witnesses.iter().map(|(name, ..)| name.as_str()).collect();
        text.push_str(&format!("Witnessed by {}.", names.join(", ")));
    }
    if !is_own_policy {
        text.push_str(
            "\nThe keys are those that lie beside it: compare them with those that the reserve has \
             published elsewhere, or give your own (`--policy FILE`).",
        );
    }
    text
}

fn facts_of(verdict: &Verdict) -> Vec<(&'static str, String)> {
    vec![
        ("proved", "true".to_owned()),
        ("origin", verdict.head.origin.clone()),
        ("size", verdict.head.size.to_string()),
        ("root", verdict.head.root.to_base64()),
        ("witnesses", verdict.witnesses.len().to_string()),
    ]
}

fn verify_proof(args: &VerifyArgs, output: Output) -> Result<(), anyhow::Error> {
    let file = &args.file;
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read as text", file.display()))?;
    let proof = Proof::read(&text)?;
    let beside = file.with_file_name("policy");
    let (policy, is_own) = read_policy(args.policy.as_deref(), &beside)?;
    let verdict = policy.check(&proof.checkpoint)?;
    let entry =
        args.entry.clone().unwrap_or_else(|| PathBuf::from(format!("{}.entry", file.display())));
    let bytes = std::fs::read(&entry)
        .with_context(|| format!("the entry `{}` cannot be read", entry.display()))?;
    proof.verify_entry(&verdict.head, &bytes)?;
    let what = Entry::read(&bytes).map_or_else(
        |_| "an entry that is none of Reedbed's".to_owned(),
        |entry| format!("{} on {}", entry.kind.word(), entry.day),
    );
    let head = &verdict.head;
    let human = format!(
        "Proved: entry {} of {} of the ledger `{}` is the one in `{}`: {what}.\nNot proved: what it \
         commits to, which takes an opening.\n{}",
        proof.index,
        head.size,
        head.origin,
        entry.display(),
        vouched(&verdict, is_own)
    );
    let mut facts = facts_of(&verdict);
    facts.push(("index", proof.index.to_string()));
    tell(output, &human, &facts)
}

fn verify_bundle(args: &VerifyArgs, folder: &Path, output: Output) -> Result<(), anyhow::Error> {
    let (policy, is_own) = read_policy(args.policy.as_deref(), &folder.join("policy"))?;
    let found = Bundle::verify(folder, &policy)?;
    let known = known(&args.known, &policy)?;
    for held in &known {
        let proved = [Some(&found.verdict.head), found.continues.as_ref()];
        if !proved.into_iter().flatten().any(|head| head == held) {
            bail!(
                "this copy proves nothing of the head with {} entries that was given: only that it \
                 continues {}",
                held.size,
                found.continues.as_ref().map_or_else(
                    || "none that came before".to_owned(),
                    |head| format!("the one with {}", head.size)
                )
            );
        }
    }
    let head = &found.verdict.head;
    let mut human = format!(
        "Proved: entry {} of {} of the ledger `{}` is a {} on {}, told as {} for {}.\nProved: {} of \
         this copy are the ones that the entry commits to.",
        found.index,
        head.size,
        head.origin,
        found.entry.kind.word(),
        found.entry.day,
        found.entry.precision.word(),
        found.entry.purpose.word(),
        terminal::counted(found.files as u64, "file"),
    );
    let mut facts = facts_of(&found.verdict);
    facts.push(("index", found.index.to_string()));
    facts.push(("files", found.files.to_string()));
    for field in ["dataset", "recipient"] {
        let Some(opened) = found.opening.field(field) else { continue };
        human.push_str(&format!("\n  {field}: {}", opened.value));
        facts.push((field, opened.value.clone()));
    }
    if let Some(earlier) = &found.continues {
        human.push_str(&format!(
            "\nProved: the ledger continues the one with {} that came with an earlier copy.",
            terminal::counted(earlier.size, "entry").replace("entrys", "entries")
        ));
        facts.push(("continues", earlier.size.to_string()));
    }
    for (key, has_approved) in &found.approvers {
        human.push_str(&if *has_approved {
            format!("\nProved: the holder of the key `{}` approved it.", key.name())
        } else {
            format!("\nNOT APPROVED by `{}`, whom the entry names.", key.name())
        });
        let said = if *has_approved { "approved by" } else { "not approved by" };
        facts.push((said, key.to_string()));
    }
    let agreed = agreed(folder)?;
    if let Some(agreed) = &agreed {
        human.push_str(&agreed.0);
        facts.extend(agreed.1.iter().map(|key| ("approved by", key.clone())));
    }
    if found.approvers.is_empty() && agreed.is_none() {
        human.push_str("\nNot proved: that anybody approved it; the entry names nobody.");
    }
    human.push_str("\nNot proved: that no other copy was handed over.\n");
    human.push_str(&vouched(&found.verdict, is_own));
    tell(output, &human, &facts)
}

/// What the request that a copy was released by says, and whose signatures it bears; nothing where the
/// copy has none.
///
/// The request and the keys are files of the copy, so that the entry commits to them.
fn agreed(proof: &Path) -> Result<Option<(String, Vec<String>)>, anyhow::Error> {
    let folder = proof.parent().unwrap_or(proof).join("agreement");
    if !is_there(&folder.join("request.txt"))? {
        return Ok(None);
    }
    let text = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .with_context(|| format!("`agreement/{name}` cannot be read"))
    };
    let request = Approved::read(&text("request.txt")?).context("`agreement/request.txt`")?;
    let asked = request.request();
    let terms = folder.join("terms.md");
    let terms = is_there(&terms)?.then(|| std::fs::read_to_string(&terms)).transpose()?;
    if asked.recipient != terms_digest(terms.as_deref()) {
        bail!("the terms in the copy are not those that stand in the request");
    }
    let mut human = format!(
        "\nProved: the terms are those of the request that was approved: for {}, of `{}` for {}.",
        asked.purpose, asked.dataset, asked.beneficiary
    );
    let mut keys = Vec::new();
    for line in text("approvers.txt")?.lines() {
        let key =
            Verifier::read(line).context("`agreement/approvers.txt` has a line that is no key")?;
        if !request.is_by(&key)? {
            bail!(
                "the request in the copy is not signed by `{}`, who is said to have approved it",
                key.name()
            );
        }
        if keys.contains(&key) {
            bail!("`agreement/approvers.txt` names `{}` twice", key.name());
        }
        human.push_str(&format!(
            "\nProved: the holder of the key `{}` approved the request.",
            key.name()
        ));
        keys.push(key);
    }
    if keys.is_empty() {
        bail!("nobody is said to have approved the request in the copy");
    }
    Ok(Some((human, keys.iter().map(ToString::to_string).collect())))
}

fn audit_folder(
    folder: &Path,
    given: Option<&Path>,
    files: &[PathBuf],
    output: Output,
) -> Result<(), anyhow::Error> {
    let policy = read_policy(given, &folder.join("policy"))?;
    audit_source(&Folder::at(folder)?, policy, files, output)
}

fn audit_source(
    source: &dyn Source,
    (policy, is_own): (Policy, bool),
    files: &[PathBuf],
    output: Output,
) -> Result<(), anyhow::Error> {
    let known = known(files, &policy)?;
    let (mut own, mut by_kind) = (0_u64, std::collections::BTreeMap::<&str, u64>::new());
    let verdict = audit(source, &policy, &known, |_, bytes| {
        if let Ok(entry) = Entry::read(bytes) {
            own += 1;
            *by_kind.entry(entry.kind.word()).or_default() += 1;
        }
    })?;
    let head = &verdict.head;
    let kinds: Vec<String> =
        by_kind.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    let mut human = format!(
        "Proved: all {} of the ledger `{}` are in the tree that it signed, and every tile is what they \
         make of it.\n",
        terminal::counted(head.size, "entry").replace("entrys", "entries"),
        head.origin
    );
    if !kinds.is_empty() {
        human.push_str(&format!("Entries by kind: {}.\n", kinds.join(", ")));
    }
    if own < head.size {
        human.push_str(&format!("{} are none of Reedbed's.\n", head.size - own));
    }
    if !known.is_empty() {
        let heads = terminal::counted(known.len() as u64, "head");
        human.push_str(&format!("Proved: it continues the {heads} that were given.\n"));
    }
    human.push_str("Not proved: what the entries commit to, which takes their openings.\n");
    human.push_str(&vouched(&verdict, is_own));
    let mut facts = facts_of(&verdict);
    facts.push(("known", known.len().to_string()));
    tell(output, &human, &facts)
}

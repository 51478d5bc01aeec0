//! `reedbed ledger`: the log of what was decided, kept so that nobody can rewrite it unseen.

mod check;
mod witness;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::builder::PossibleValue;
use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::{Disk, Folder};
use reedbed_ledger::entry::{Count, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::note::{KeyKind, Signer};
use reedbed_ledger::opening::Openings;
use reedbed_ledger::tile::Tile;

pub(crate) use check::{VerifyArgs, verify};

use super::Output;
use super::exit::Exit;
use super::terminal;
use crate::clock;
use crate::ledger::{Bundle, Home, Release, is_there, known};

/// What to do with a ledger.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Makes a ledger and its key.
    Init(InitArgs),
    /// Records a decision; it is safe when this returns, and in the tree after the next checkpoint.
    Append(AppendArgs),
    /// Puts what was recorded into the tree and signs its head.
    Checkpoint(CheckpointArgs),
    /// Proves that an entry is in the ledger.
    Prove(ProveArgs),
    /// Shows what an entry is about, as far as that was not destroyed.
    Open(OpenArgs),
    /// Destroys for good what an entry is about; the entry itself remains.
    Destroy(OpenArgs),
    /// Checks a proof, the proof of a copy, or an exported ledger; asks nobody.
    Verify(VerifyArgs),
    /// Checks a whole ledger from its files.
    Audit(check::AuditArgs),
    /// Copies the public part of a ledger, for those who check.
    Export(ExportArgs),
    /// Gets cosignatures of witnesses for the last checkpoint, or gives one as a witness.
    Cosign(witness::CosignArgs),
    /// Gives the ledger a new key; the old one signs for it.
    Rotate(DirArgs),
    /// Makes the key of somebody who approves copies.
    Key(KeyArgs),
    /// Approves a copy that was recorded, as it lies there.
    Approve(ApproveArgs),
    /// Runs a witness.
    #[command(subcommand)]
    Witness(witness::Command),
}

/// Arguments of `reedbed ledger init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The name of the ledger, for good: an address without `https://`, such as
    /// `reserve.example/ledger`. It need not be reachable.
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// A store of objects for the log, `s3://BUCKET/PATH`; it is entered as the environment says
    /// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`). The key and the
    /// openings stay in the folder.
    #[arg(long, value_name = "ADDRESS")]
    store: Option<String>,
}

/// Arguments of `reedbed ledger append`.
#[derive(Debug, clap::Args)]
pub(crate) struct AppendArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// What happened.
    #[arg(long, value_parser = words::<Kind>())]
    kind: Kind,
    /// What for.
    #[arg(long, default_value = "other", value_parser = words::<Purpose>())]
    purpose: Purpose,
    /// How finely protected places are told.
    #[arg(long, default_value = "none", value_parser = words::<Precision>())]
    precision: Precision,
    /// How many records; the ledger says only between which bounds.
    #[arg(long, value_name = "NUMBER")]
    records: Option<u64>,
    /// The rules that hold: their files, of which the digest is recorded.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// What the entry commits to without telling it: `dataset`, `recipient`, `package`, `approver-1`,
    /// `approver-2`.
    #[arg(long = "commit", value_name = "FIELD=TEXT", value_parser = commitment)]
    commits: Vec<(&'static str, String)>,
    /// Checkpoints or proofs that others hold, which the ledger must continue.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
}

/// Arguments of `reedbed ledger checkpoint`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckpointArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Checkpoints or proofs that others hold, which the ledger must continue.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    known: Vec<PathBuf>,
}

/// Arguments of `reedbed ledger prove`.
#[derive(Debug, clap::Args)]
pub(crate) struct ProveArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The entry: its index from 0, or its id.
    #[arg(value_name = "ENTRY")]
    entry: String,
    /// File for the proof (`.tlog-proof`); the entry goes beside it as `FILE.entry`.
    #[arg(short, long, value_name = "FILE", required_unless_present = "copy")]
    out: Option<PathBuf>,
    /// A copy that was recorded as this entry: its proof is put in the place of the one in it, now
    /// that witnesses cosigned the head.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    copy: Option<PathBuf>,
}

/// Arguments of `reedbed ledger open` and `destroy`.
#[derive(Debug, clap::Args)]
pub(crate) struct OpenArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The entry: its index from 0, or its id.
    #[arg(value_name = "ENTRY")]
    entry: String,
}

/// Arguments of `reedbed ledger rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct DirArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Arguments of `reedbed ledger key`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// File for the private key; must not exist yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the key is called: not the person's name, since it goes into copies.
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Arguments of `reedbed ledger approve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApproveArgs {
    /// The copy.
    #[arg(value_name = "COPY")]
    copy: PathBuf,
    /// The private key of whoever approves; `share --approver` named its public part.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Arguments of `reedbed ledger export`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// Folder of the ledger.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Folder for the copy; must not exist yet.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
}

/// Runs the command.
pub(crate) fn run(command: &Command, output: Output) -> Result<Exit, anyhow::Error> {
    match command {
        Command::Init(args) => init(args, output),
        Command::Append(args) => append(args, output),
        Command::Checkpoint(args) => checkpoint(args, output),
        Command::Prove(args) => prove(args, output),
        Command::Open(args) => open(args, output),
        Command::Destroy(args) => destroy(args, output),
        Command::Verify(args) => verify(args, output),
        Command::Audit(args) => check::audit_all(args, output),
        Command::Export(args) => export(args, output),
        Command::Cosign(args) => witness::cosign(args, output),
        Command::Rotate(args) => rotate(args, output),
        Command::Key(args) => key(args, output),
        Command::Approve(args) => approve(args, output),
        Command::Witness(command) => witness::run(command, output),
    }
}

/// Tells results: as sentences, as facts of one line each, or as one document.
pub(super) fn tell(
    output: Output,
    human: &str,
    facts: &[(&str, String)],
) -> Result<(), anyhow::Error> {
    match output {
        Output::Human => terminal::print(human)?,
        Output::Plain => {
            facts.iter().try_for_each(|(name, value)| terminal::fact(&[name, value]))?
        }
        Output::Json => {
            let body: serde_json::Map<String, serde_json::Value> = facts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
                .collect();
            terminal::print_json(&body.into())?;
        }
    }
    Ok(())
}

fn init(args: &InitArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let key = Home::create(&args.dir, &args.origin, args.store.as_deref())?;
    let human = format!(
        "The ledger `{}` was made. Publish its key somewhere else too:\n  {key}\nIt is not witnessed \
         yet: `{}` says who signs, and takes witnesses.",
        key.name(),
        args.dir.join("log").join("policy").display()
    );
    tell(output, &human, &[("origin", key.name().to_owned()), ("key", key.to_string())])?;
    Ok(Exit::Done)
}

fn append(args: &AppendArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (policy, _) = home.policy()?;
    let mut rules = Vec::new();
    for file in &args.rules {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        rules.extend(Hash::of(&bytes).0);
    }
    let mut values = BTreeMap::new();
    for (field, text) in &args.commits {
        if values.insert(*field, text.clone()).is_some() {
            bail!("`--commit {field}=…` was given twice");
        }
    }
    let release = Release {
        kind: args.kind,
        day: clock::today().to_string(),
        policy: Hash::of(&rules),
        purpose: args.purpose,
        precision: args.precision,
        count: args.records.map_or(Count::None, Count::class),
        values,
    };
    let mut open = home.open(&known(&args.known, &policy)?)?;
    let (entry, _) = release.entry(&home)?;
    let index = open.append(&entry)?;
    let human = format!(
        "Entry {index} is recorded, with the id {}. It is in the tree after the next checkpoint.",
        entry.id_text()
    );
    tell(output, &human, &[("index", index.to_string()), ("id", entry.id_text())])?;
    Ok(Exit::Done)
}

fn checkpoint(args: &CheckpointArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (policy, _) = home.policy()?;
    let mut open = home.open(&known(&args.known, &policy)?)?;
    let note = open.log.publish()?.clone();
    home.remember(&note)?;
    home.show_policy()?;
    let head = open.log.head();
    let human = format!(
        "The head of {} is signed: root {}.{}",
        terminal::counted(head.size, "entry").replace("entrys", "entries"),
        head.root.to_base64(),
        match policy.check(&note) {
            Ok(verdict) if !verdict.is_unwitnessed() => "",
            _ => " It is unwitnessed: nobody else has seen it (`reedbed ledger cosign`).",
        }
    );
    tell(output, &human, &[("size", head.size.to_string()), ("root", head.root.to_base64())])?;
    Ok(Exit::Done)
}

fn prove(args: &ProveArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (index, entry) = home.find(&args.entry)?;
    let proof = home.prove(index)?;
    if let Some(copy) = &args.copy {
        let folder = Bundle::renew(&home, copy, &entry, &proof)?;
        let human = format!("The proof in `{}` is that of the last head.", folder.display());
        tell(output, &human, &[("index", index.to_string()), ("id", entry.id_text())])?;
        return Ok(Exit::Done);
    }
    let Some(out) = &args.out else { return Ok(Exit::Done) };
    let beside = PathBuf::from(format!("{}.entry", out.display()));
    for (path, bytes) in [(out, proof.to_string().into_bytes()), (&beside, entry.to_bytes()?)] {
        std::fs::write(path, bytes)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    let human = format!(
        "Entry {index} is proved in `{}`; the entry itself is in `{}`.",
        out.display(),
        beside.display()
    );
    tell(output, &human, &[("index", index.to_string()), ("id", entry.id_text())])?;
    Ok(Exit::Done)
}

fn open(args: &OpenArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (index, entry) = home.find(&args.entry)?;
    let opening = Openings::on(home.private())?.show(&entry)?;
    let mut human = format!("Entry {index}: {} on {}", entry.kind.word(), entry.day);
    let mut facts = vec![
        ("index", index.to_string()),
        ("kind", entry.kind.word().to_owned()),
        ("day", entry.day.clone()),
        ("purpose", entry.purpose.word().to_owned()),
        ("precision", entry.precision.word().to_owned()),
        ("count", entry.count.word().to_owned()),
    ];
    for (field, opened) in opening.fields().filter(|(_, opened)| !opened.value.is_empty()) {
        human.push_str(&format!("\n  {field}: {}", opened.value));
        facts.push((field, opened.value.clone()));
    }
    tell(output, &human, &facts)?;
    Ok(Exit::Done)
}

fn destroy(args: &OpenArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let (index, entry) = home.find(&args.entry)?;
    Openings::on(home.private())?.destroy(&entry)?;
    let human = format!(
        "What entry {index} is about is destroyed. The entry remains, and so does every proof of it."
    );
    tell(output, &human, &[("index", index.to_string()), ("destroyed", "true".to_owned())])?;
    Ok(Exit::Done)
}

fn rotate(args: &DirArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    let key = home.rotate(clock::today().to_string())?;
    let human = format!(
        "The ledger signs with a new key from now on. Publish it where the old one was:\n  {key}\nThose \
         who know the old one follow it by `{}`, which goes into every copy; a witness by `reedbed \
         ledger witness follow`.",
        args.dir.join("log").join("keys").display()
    );
    tell(output, &human, &[("key", key.to_string())])?;
    Ok(Exit::Done)
}

fn key(args: &KeyArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let signer = Signer::generate(&args.name, KeyKind::Ed25519)
        .with_context(|| format!("`{}` cannot be the name of a key", args.name))?;
    crate::keys::write_new(&args.file, signer.to_secret().as_bytes())
        .with_context(|| format!("`{}` cannot be written", args.file.display()))?;
    let key = signer.verifier();
    let human = format!("The key is in `{}`. Its public part:\n  {key}", args.file.display());
    tell(output, &human, &[("key", key.to_string())])?;
    Ok(Exit::Done)
}

fn approve(args: &ApproveArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let text = std::fs::read_to_string(&args.key)
        .with_context(|| format!("`{}` cannot be read", args.key.display()))?;
    let signer = Signer::read(&text)?;
    let digest = Bundle::approve(&args.copy, &signer)?;
    let human = format!(
        "`{}` approves the copy whose manifest has the digest {digest}.",
        signer.verifier().name()
    );
    tell(output, &human, &[("manifest", digest)])?;
    Ok(Exit::Done)
}

fn export(args: &ExportArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let home = Home::existing(&args.dir)?;
    if is_there(&args.out)? {
        bail!("`{}` exists already", args.out.display());
    }
    let (policy, policy_bytes) = home.policy()?;
    let verdict = audit(home.public(), &policy, &[], |_, _| ())?;
    let (_, note) = home.head()?;
    // What is not whole bears another name.
    let mut partial = args.out.clone().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if is_there(&partial)? {
        std::fs::remove_dir_all(&partial)
            .with_context(|| format!("`{}` cannot be removed", partial.display()))?;
    }
    let copy = Folder::at(&partial)?;
    for tile in Tile::all_in(verdict.head.size) {
        let path = tile.path();
        let bytes = home.public().read(&path)?;
        let bytes = bytes.with_context(|| format!("`{path}` of the ledger is missing"))?;
        copy.create_folder(reedbed_ledger::disk::folder_of(&path))?;
        copy.write(&path, &bytes)?;
    }
    copy.write("policy", &policy_bytes)?;
    if let Some(history) = home.history_bytes()? {
        copy.write("keys", &history)?;
    }
    copy.write("checkpoint", note.to_string().as_bytes())?;
    std::fs::rename(&partial, &args.out)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let human = format!(
        "The ledger with {} is in `{}`; `reedbed ledger verify {}` checks it.",
        terminal::counted(verdict.head.size, "entry").replace("entrys", "entries"),
        args.out.display(),
        args.out.display()
    );
    tell(output, &human, &[("size", verdict.head.size.to_string())])?;
    Ok(Exit::Done)
}

/// Words of a class, for the help and for reading them.
pub(super) fn words<T: Word>() -> WordParser<T> {
    WordParser(std::marker::PhantomData)
}

pub(super) trait Word: Copy + Send + Sync + 'static {
    fn all() -> &'static [Self];
    fn word(self) -> &'static str;
}

macro_rules! is_word {
    ($($name:ident),+) => {
        $(impl Word for $name {
            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn word(self) -> &'static str {
                $name::word(self)
            }
        })+
    };
}

is_word!(Kind, Purpose, Precision);

#[derive(Debug, Clone)]
pub(super) struct WordParser<T>(std::marker::PhantomData<T>);

impl<T: Word> clap::builder::TypedValueParser for WordParser<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<T, clap::Error> {
        let all: Vec<&'static str> = T::all().iter().map(|word| word.word()).collect();
        let parser = clap::builder::PossibleValuesParser::new(all);
        let word = clap::builder::TypedValueParser::parse_ref(&parser, command, argument, value)?;
        let found = T::all().iter().copied().find(|value| value.word() == word);
        found.ok_or_else(|| clap::Error::new(clap::error::ErrorKind::InvalidValue))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(T::all().iter().map(|value| PossibleValue::new(value.word()))))
    }
}

fn commitment(text: &str) -> Result<(&'static str, String), String> {
    let (field, value) = text.split_once('=').ok_or("it must be FIELD=TEXT")?;
    let known = reedbed_ledger::entry::FIELDS.iter().find(|known| **known == field);
    let known = known.ok_or_else(|| {
        format!("`{field}` is not one of {}", reedbed_ledger::entry::FIELDS.join(", "))
    })?;
    Ok((known, value.to_owned()))
}

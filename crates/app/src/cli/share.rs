//! `reedbed share`: turns a dataset into a copy that is fit to hand over.

mod told;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use reedbed_core::decide::Audience;
use reedbed_engine::pseudonym::{Pseudonyms, Secret};
use reedbed_engine::registry::{self as engine_registry, Registry};
use reedbed_engine::share::{self, Holder, OutputForm, Settings, ShareError, Shared};
use reedbed_ledger::entry::{Count, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::note::{KeyKind, Verifier};

use super::Output;
use super::exit::Exit;
use super::inputs::{InputArgs, RuleArgs, tell_findings};
use super::{ledger, terminal};
use crate::ledger::{Home, Leave, Release};
use crate::progress::Bars;
use crate::whole::Whole;
use crate::{clock, keys, rejects, report};

/// Arguments of `reedbed share`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    rules: RuleArgs,
    /// Who the copy is for.
    #[arg(long = "for", value_enum, default_value_t = For::Public, value_name = "AUDIENCE")]
    audience: For,
    /// The partner that the copy is for.
    #[arg(long, value_name = "NAME", required_if_eq("audience", "partner"), value_parser = partner)]
    to: Option<String>,
    /// The terms of the agreement (text or Markdown); they go into the metadata of the copy.
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// The key of the pseudonyms; without it a new one is made and kept in OUT/steward.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Folder in which Reedbed remembers what earlier copies of the dataset told, and the key of their
    /// pseudonyms; made if it is not there. With it, all copies together stay safe.
    #[arg(long, value_name = "DIR", conflicts_with = "key")]
    registry: Option<PathBuf>,
    /// Withholds what earlier copies told more finely than the rules allow today, instead of refusing
    /// the copy.
    #[arg(long, requires = "registry")]
    despite_earlier: bool,
    /// Folder of the ledger that records the copy; the proof of it goes into the package.
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    ledger: Option<PathBuf>,
    /// What the copy is for, as the ledger records it.
    #[arg(long, value_name = "PURPOSE", requires = "ledger", value_parser = ledger::words::<Purpose>())]
    purpose: Option<Purpose>,
    /// Public keys of those who are to approve the copy (`reedbed ledger key`), at most two; they do so
    /// with `reedbed ledger approve`.
    #[arg(long = "approver", num_args = 1, value_name = "KEY", requires = "ledger", value_parser = approver)]
    approvers: Vec<Verifier>,
    /// Name that keeps the pseudonyms of datasets under one key apart.
    #[arg(long, value_name = "NAME", default_value = "dataset")]
    dataset: String,
    /// The form to write; by default the form that came in.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Puts an apostrophe before cells of CSV that a spreadsheet program would take for formulas.
    #[arg(long)]
    neutral_csv: bool,
    /// Title of the copy; by default one is made from published values.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Organisation that shares the copy, for its metadata.
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Electronic mail address for questions, for the metadata of the copy.
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// Decides and counts, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Folder for the copy and the report; must not exist yet.
    #[arg(short, long, value_name = "OUT", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum For {
    /// One partner, under an agreement.
    Partner,
    /// Everyone.
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Comma-separated tables.
    Csv,
    /// A Darwin Core archive.
    Dwca,
    /// Parquet; GeoParquet for tables with places and for layers.
    Parquet,
    /// Tab-separated tables.
    Tsv,
    /// A workbook with a sheet for each table.
    Xlsx,
}

/// Makes the copy.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    if args.audience == For::Public && args.to.is_some() {
        bail!("`--to` names a partner, and the copy is for the public; add `--for partner`");
    }
    if args.approvers.len() > 2
        || args.approvers.first() == args.approvers.get(1) && args.approvers.len() == 2
    {
        bail!("`--approver` names at most two keys, and not one twice");
    }
    // Whether it is there is found out before the work is done.
    let home = args.ledger.as_deref().map(Home::existing).transpose()?;
    let registry =
        args.registry.as_deref().map(|folder| open_registry(folder, args)).transpose()?;
    let (secret, is_new) = match &registry {
        Some(registry) => (registry.secret.clone(), false),
        None => args.secret()?,
    };
    let read = args.rules.read()?;
    let today = clock::today();
    let rule_findings = read.findings(today);
    tell_findings(&rule_findings, output);
    if args.audience == For::Partner && args.terms.is_none() && output != Output::Json {
        terminal::say(
            "note: no terms were given (`--terms FILE`): the copy tells its recipient to ask for them",
        );
    }
    let settings = Settings {
        rules: read.rules,
        rules_digest: read.digest,
        rule_findings,
        areas: read.areas,
        checklist: read.checklist,
        audience: match args.audience {
            For::Partner => Audience::Partner { step: 1 },
            For::Public => Audience::Public,
        },
        partner: args.to.clone(),
        terms: args.terms.as_deref().map(read_text).transpose()?,
        secret,
        dataset: args.dataset.clone(),
        holder: Holder {
            title: args.title.clone(),
            organisation: args.organisation.clone(),
            contact: args.contact.clone(),
        },
        despite_earlier: args.despite_earlier,
        from_level: None,
        known: Vec::new(),
        with: Vec::new(),
        registry: registry.as_ref().map(|registry| registry.read(args)).transpose()?,
        form: args.format.map(|form| match form {
            Form::Csv => OutputForm::Csv,
            Form::Dwca => OutputForm::Dwca,
            Form::Parquet => OutputForm::Parquet,
            Form::Tsv => OutputForm::Tsv,
            Form::Xlsx => OutputForm::Xlsx,
        }),
        is_neutral: args.neutral_csv,
        today,
        workers: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
    };
    let collection = args.input.open_all()?;
    let audience = args.to.as_deref().filter(|_| args.audience == For::Partner).unwrap_or("public");
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, audience);
    let bars = Bars::new(output);
    let refuse = |error: ShareError| match &home {
        Some(home) if error.is_refusal() => {
            let kept = refusal(args, &settings, audience).record(home);
            match kept {
                Ok(_) => anyhow::Error::from(error),
                Err(kept) => anyhow::Error::from(error)
                    .context(format!("and the ledger could not record the refusal: {kept:#}")),
            }
        }
        _ => error.into(),
    };
    let prepared =
        share::prepare_all(&collection, &settings, &pseudonyms, &bars).map_err(refuse)?;
    let Some(out) = args.out.as_deref().filter(|_| !args.dry_run) else {
        let shared = prepared.write(None, &bars)?;
        told::tell(&shared, None, output)?;
        if output == Output::Human {
            terminal::print(
                "Nothing was written, and nothing attacked: a copy that is attacked may tell some \
                 records more carefully than this.",
            )?;
        }
        return Ok(Exit::Done);
    };
    let whole = Whole::begin(out)?;
    let shared = prepared.write_attacked(&whole.partial.join("package"), &bars).map_err(refuse)?;
    write_steward(&whole.partial.join("steward"), &shared, is_new.then_some(&settings.secret))?;
    let leave = match &home {
        None => Leave::without_ledger(),
        Some(home) => Leave::recorded(home, &whole.partial.join("package"), |digest| {
            release(args, &settings, &shared, audience, digest)
        })?,
    };
    if let Some(registry) = &registry {
        // CRASH: the registry may know of a copy that nobody got, never the other way round.
        engine_registry::add(&registry.folder, &shared.telling, &settings)?;
    }
    whole.finish(&leave)?;
    told::tell(&shared, Some(out), output)?;
    if let (Some((index, id)), Output::Human) = (leave.recorded_as(), output) {
        terminal::print(&format!("In the ledger:   entry {index}, {id}"))?;
        for (name, reason) in leave.refused() {
            terminal::print(&format!("  witness {name} did not cosign: {reason}"))?;
        }
        if leave.lacks_witnesses() {
            terminal::print(
                "The ledger asks for witnesses, and none has cosigned this entry yet: after `reedbed \
                 ledger cosign`, `reedbed ledger prove DIR ENTRY --copy OUT` puts their proof into the \
                 copy.",
            )?;
        }
    }
    Ok(Exit::Done)
}

impl Args {
    fn purpose(&self) -> Purpose {
        self.purpose.unwrap_or(match self.audience {
            For::Partner => Purpose::Other,
            For::Public => Purpose::Publication,
        })
    }

    fn secret(&self) -> Result<(Secret, bool), anyhow::Error> {
        let Some(path) = &self.key else { return Ok((keys::new_secret()?, true)) };
        let text = read_text(path)?;
        let Some(secret) = Secret::from_file(&text) else {
            bail!("`{}` is not a key of pseudonyms", path.display());
        };
        Ok((secret, false))
    }
}

/// A registry, held against other copies being made at the same time.
struct OpenRegistry {
    folder: PathBuf,
    secret: Secret,
    _lock: std::fs::File,
}

impl OpenRegistry {
    fn read(&self, args: &Args) -> Result<Registry, anyhow::Error> {
        Ok(Registry::read(&self.folder, &args.dataset)?)
    }
}

/// What the ledger says of a copy.
fn release(
    args: &Args,
    settings: &Settings,
    shared: &Shared,
    audience: &str,
    digest: String,
) -> Release {
    let summary = &shared.summary;
    // The finest square in which something protected is told.
    let finest = summary.cells.iter().map(|cell| cell.bounds[2] - cell.bounds[0]);
    let precision = match finest.reduce(f64::min) {
        None => Precision::None,
        Some(degrees) if degrees < 0.005 => Precision::Hundreds,
        Some(degrees) if degrees < 0.05 => Precision::Kilometres,
        Some(_) => Precision::Tens,
    };
    let written: u64 = summary.tables.iter().map(|table| table.rows.written).sum();
    Release {
        kind: Kind::Release,
        day: settings.today.to_string(),
        policy: Hash::of(settings.rules_digest.as_bytes()),
        purpose: args.purpose(),
        precision,
        count: Count::class(written),
        values: values(args, audience, digest),
    }
}

/// What the ledger says of a copy that was refused: nothing of why, and nothing of what is in it.
fn refusal(args: &Args, settings: &Settings, audience: &str) -> Release {
    Release {
        kind: Kind::Refusal,
        day: settings.today.to_string(),
        policy: Hash::of(settings.rules_digest.as_bytes()),
        purpose: args.purpose(),
        precision: Precision::None,
        count: Count::None,
        values: values(args, audience, String::new()),
    }
}

fn values(args: &Args, audience: &str, package: String) -> BTreeMap<&'static str, String> {
    let approvers = ["approver-1", "approver-2"].into_iter().zip(&args.approvers);
    let named = [
        ("dataset", args.dataset.clone()),
        ("recipient", audience.to_owned()),
        ("package", package),
    ];
    named.into_iter().chain(approvers.map(|(field, key)| (field, key.to_string()))).collect()
}

/// Reads the public key of somebody who approves.
fn approver(text: &str) -> Result<Verifier, String> {
    let key = Verifier::read(text).map_err(|error| error.to_string())?;
    if key.kind() == KeyKind::Ed25519 {
        Ok(key)
    } else {
        Err("it is no key that approves".to_owned())
    }
}

/// Opens a registry, or makes a new one with a key of its own.
fn open_registry(folder: &Path, args: &Args) -> Result<OpenRegistry, anyhow::Error> {
    let cannot = || format!("cannot open the registry `{}`", folder.display());
    let key = folder.join(engine_registry::KEY);
    let holds_files = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if !key.exists() && (folder.is_file() || holds_files) {
        bail!("`{}` is no registry and is not empty; name a new folder for it", folder.display());
    }
    if !key.exists() {
        if args.dry_run {
            bail!("`{}` is no registry yet; a dry run makes none", folder.display());
        }
        keys::create_dir(folder).with_context(cannot)?;
        keys::write(&key, &keys::new_secret()?).with_context(cannot)?;
    }
    let lock = std::fs::File::create(folder.join("lock")).with_context(cannot)?;
    if lock.try_lock().is_err() {
        bail!("the registry `{}` is in use by another copy", folder.display());
    }
    let Some(secret) = Secret::from_file(&read_text(&key)?) else {
        bail!("`{}` is not a key of pseudonyms", key.display());
    };
    Ok(OpenRegistry { folder: folder.to_owned(), secret, _lock: lock })
}

/// The name of a partner; spaces around it would make other pseudonyms for the same one.
fn partner(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it names nobody"),
        name => Ok(name.to_owned()),
    }
}

fn read_text(path: &Path) -> Result<String, anyhow::Error> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Writes what is not for release: report, rejects, and the key if it is new.
pub(crate) fn write_steward(
    folder: &Path,
    shared: &Shared,
    new_secret: Option<&Secret>,
) -> Result<(), anyhow::Error> {
    let cannot = || format!("cannot write `{}`", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot)?;
    let write =
        |name: &str, text: String| std::fs::write(folder.join(name), text).with_context(cannot);
    write("NOT-FOR-RELEASE.txt", NOT_FOR_RELEASE.to_owned())?;
    write("report.json", serde_json::to_string_pretty(&shared.summary)? + "\n")?;
    write("report.html", report::html(&shared.summary))?;
    write("rejects.csv", rejects::csv(&shared.rejects))?;
    if let Some(secret) = new_secret {
        keys::write(&folder.join("pseudonyms.key"), secret).with_context(cannot)?;
    }
    Ok(())
}

const NOT_FOR_RELEASE: &str = "This folder is for the steward of the data. It is not for release: \
the report names rules and places, and the key of the pseudonyms, if it is here, tells which \
record a pseudonym stands for.\n";

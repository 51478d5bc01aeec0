//! Requests: asking, showing in words what is asked for, and doing it once officers agreed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use reedbed_engine::share::OutputForm;
use reedbed_ledger::entry::Purpose;
use reedbed_vault::book::{Decision, Deed, decide, hex};
use reedbed_vault::level::Group;
use reedbed_vault::officer::Officer;
use reedbed_vault::people::{Action, EMERGENCY};
use reedbed_vault::request::{Approved, Request};

use super::super::{Output, ledger, officer_in, terminal};
use crate::cli::exit::Exit;
use crate::cli::ledger::tell;
use crate::clock;
use crate::progress::Bars;
use crate::vault::{ALL_COLUMNS, Answer, Rows, UnlockArgs, Vault, Wish, terms_digest};

/// Arguments of `reedbed request`.
#[derive(Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset.
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// The columns; for a partner's copy all by default.
    #[arg(
        long,
        num_args = 1..,
        required_unless_present_any = ["to", "reshare"],
        value_name = "COLUMN"
    )]
    columns: Vec<String>,
    /// Only rows with a value, such as `year=2021`; of several values of one column any.
    #[arg(long, num_args = 1.., value_name = "COLUMN=VALUE")]
    rows: Vec<String>,
    /// A copy for this partner, from the partner level, instead of exact data.
    #[arg(long, value_name = "PARTNER", conflicts_with_all = ["beneficiary", "bulk"])]
    to: Option<String>,
    /// Instead of data: that the keys of the exact level are shared anew, among those who are officers
    /// when it is done (`reedbed vault reshare`).
    #[arg(long, conflicts_with_all = ["to", "columns", "rows", "beneficiary"])]
    reshare: bool,
    /// The terms of the agreement with the partner.
    #[arg(long, requires = "to", value_name = "FILE")]
    terms: Option<PathBuf>,
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

/// Arguments of `reedbed unseal`.
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

/// Arguments of `reedbed vault reshare`.
#[derive(Debug, clap::Args)]
pub(crate) struct ReshareArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The request; the key that was made for it lies beside it.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The answers of officers.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    answers: Vec<PathBuf>,
}

/// Arguments of `reedbed release`.
#[derive(Debug, clap::Args)]
pub(crate) struct ReleaseArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The request.
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The answers of officers.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    answers: Vec<PathBuf>,
    /// The terms of the agreement; they must be those that the request names.
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// What the copy is for, as the ledger records it.
    #[arg(long, value_name = "PURPOSE", default_value = "other", value_parser = ledger::words::<Purpose>())]
    purpose: Purpose,
    /// The form to write.
    #[arg(long, value_enum, default_value_t = Form::Csv)]
    format: Form,
    #[command(flatten)]
    unlock: UnlockArgs,
    /// Folder for the copy and the report; must not exist yet.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
}

/// Arguments of `reedbed vault export`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: String,
    /// The level.
    #[arg(long, value_enum, default_value_t = Level::Public)]
    level: Level,
    #[command(flatten)]
    unlock: UnlockArgs,
    /// Folder for the copy; must not exist yet.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
}

/// Arguments of `reedbed vault break-glass`.
#[derive(Debug, clap::Args)]
pub(crate) struct BreakGlassArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset.
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// The columns; eight at most.
    #[arg(long, num_args = 1.., required = true, value_name = "COLUMN")]
    columns: Vec<String>,
    /// Only rows with a value, such as `year=2021`.
    #[arg(long, num_args = 1.., value_name = "COLUMN=VALUE")]
    rows: Vec<String>,
    /// What for, in words.
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// The secret part of the officer who takes it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    unlock: UnlockArgs,
    /// Folder for the tables; must not exist yet.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
}

/// Arguments of `reedbed vault review`.
#[derive(Debug, clap::Args)]
pub(crate) struct ReviewArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The digest of the request, or its beginning, as `reedbed vault status` shows it.
    #[arg(value_name = "DIGEST")]
    digest: String,
    /// The secret parts of those who looked at it.
    #[arg(long = "by", num_args = 1.., required = true, value_name = "FILE")]
    by: Vec<PathBuf>,
}

/// Arguments of `reedbed vault recall`.
#[derive(Debug, clap::Args)]
pub(crate) struct RecallArgs {
    /// Folder of the vault.
    #[arg(value_name = "VAULT")]
    vault: PathBuf,
    /// The dataset; all by default.
    #[arg(value_name = "DATASET")]
    dataset: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Comma-separated tables.
    Csv,
    /// A Darwin Core archive.
    Dwca,
    /// Parquet; GeoParquet for tables with places.
    Parquet,
    /// Tab-separated tables.
    Tsv,
    /// A workbook with a sheet for each table.
    Xlsx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// What everyone may see.
    Public,
}

pub(crate) fn request(args: &RequestArgs, output: Output) -> Result<Exit, anyhow::Error> {
    super::keep_memory_private();
    let mut vault = Vault::open(&args.vault)?;
    let newest = vault.book().newest(&args.dataset);
    let newest =
        newest.with_context(|| format!("the vault holds no dataset `{}`", args.dataset))?;
    let rows = Rows::of(newest.version, &args.rows)?;
    let asker = officer_in(&args.key)?;
    let identity = Officer::generate("request", "request")?;
    let now = clock::now();
    let lasts = args.days.checked_mul(86_400).context("the request would last too long")?;
    let terms = args.terms.as_deref().map(read_text).transpose()?;
    let is_release = args.to.is_some();
    let action = match (is_release, args.reshare) {
        (true, _) => Action::Release,
        (_, true) => Action::Reshare,
        _ => Action::Unseal,
    };
    let all = || if is_release { vec![ALL_COLUMNS.to_owned()] } else { Vec::new() };
    let step = vault.book().founding().map_or(1, |founding| founding.step);
    let request = Request {
        id: reedbed_ledger::entry::Entry::new_id().context("the system gives no random bytes")?,
        vault: vault.book().origin().to_owned(),
        action,
        dataset: args.dataset.clone(),
        rows: rows.to_text(),
        columns: if args.columns.is_empty() { all() } else { args.columns.clone() },
        precision: if is_release {
            format!("blocks, step {step}")
        } else {
            if args.reshare { "none" } else { "exact" }.to_owned()
        },
        purpose: args.purpose.clone(),
        by: asker.person().to_owned(),
        beneficiary: args.to.clone().unwrap_or_else(|| args.beneficiary.clone()),
        recipient: if is_release {
            terms_digest(terms.as_deref())
        } else {
            identity.card()?.recipient().to_owned()
        },
        made: now,
        delay: vault.delay(),
        expires: now.saturating_add(lasts),
        is_bulk: args.bulk,
    };
    if !is_release {
        vault.parts(&request)?;
    }
    let mut request = Approved::new(request)?;
    request.sign(&asker);
    let secret = (!is_release).then(|| identity.to_secret());
    let index = record_new(&mut vault, &request, secret.as_deref(), &args.out)?;
    let human = format!(
        "{}\nThe request is recorded (entry {index}) and in `{}`: officers answer with `reedbed \
         approve`.",
        in_words(request.request()),
        args.out.display()
    );
    tell(output, &human, &[("index", index.to_string()), ("digest", hex(&request.digest()))])?;
    Ok(Exit::Done)
}

/// Writes a request, with the key that was made for it, and records it.
///
/// CRASH: files of a request that the ledger does not know, which nobody approves.
fn record_new(
    vault: &mut Vault,
    request: &Approved,
    secret: Option<&String>,
    out: &Path,
) -> Result<u64, anyhow::Error> {
    let mut written = Vec::new();
    let mut write = |path: PathBuf, text: &str| {
        crate::keys::write_new(&path, text.as_bytes())
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        written.push(path);
        Ok::<(), anyhow::Error>(())
    };
    let done = secret
        .map_or(Ok(()), |secret| write(key_beside(out), secret))
        .and_then(|()| write(out.to_owned(), &request.to_text()))
        .and_then(|()| vault.record(&Deed::Ask(request.clone())));
    if done.is_err() {
        for path in written {
            // What is left is of no use to anybody.
            let _ = std::fs::remove_file(path);
        }
    }
    done
}

fn key_beside(request: &Path) -> PathBuf {
    PathBuf::from(format!("{}.key", request.display()))
}

fn read_text(path: &Path) -> Result<String, anyhow::Error> {
    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn read_answers(paths: &[PathBuf]) -> Result<Vec<Answer>, anyhow::Error> {
    let read = |path: &PathBuf| {
        Answer::read(&read_text(path)?).with_context(|| format!("`{}`", path.display()))
    };
    paths.iter().map(read).collect()
}

pub(crate) fn unseal(args: &UnsealArgs, output: Output) -> Result<Exit, anyhow::Error> {
    super::keep_memory_private();
    if crate::ledger::is_there(&args.out)? {
        bail!("`{}` exists already", args.out.display());
    }
    let mut vault = Vault::open(&args.vault)?;
    let request = Approved::read(&read_text(&args.request)?)?;
    let identity = Officer::read(&read_text(&key_beside(&args.request))?)?;
    let answers = read_answers(&args.answers)?;
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

/// Shares the keys of an exact level anew.
pub(super) fn reshare(args: &ReshareArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let request = Approved::read(&read_text(&args.request)?)?;
    let identity = Officer::read(&read_text(&key_beside(&args.request))?)?;
    let answers = read_answers(&args.answers)?;
    let index = vault.reshare(&request, &answers, &identity)?;
    let officers = vault.book().officers().len();
    let human = format!(
        "The keys of `{}` are shared among {officers} officers (entry {index}). Shares in old backups still \
         open what they opened: destroy those.",
        request.request().dataset
    );
    tell(output, &human, &[("index", index.to_string()), ("officers", officers.to_string())])?;
    Ok(Exit::Done)
}

pub(crate) fn release(args: &ReleaseArgs, output: Output) -> Result<Exit, anyhow::Error> {
    super::keep_memory_private();
    let mut vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let request = Approved::read(&read_text(&args.request)?)?;
    let answers = read_answers(&args.answers)?;
    let wish = Wish {
        out: &args.out,
        form: match args.format {
            Form::Csv => OutputForm::Csv,
            Form::Dwca => OutputForm::Dwca,
            Form::Parquet => OutputForm::Parquet,
            Form::Tsv => OutputForm::Tsv,
            Form::Xlsx => OutputForm::Xlsx,
        },
        terms: args.terms.as_deref().map(read_text).transpose()?,
        purpose: args.purpose,
    };
    let released = vault.release(&request, &answers, &own, wish, &Bars::new(output))?;
    let mut human = String::new();
    if let Some(shared) = &released.shared {
        let summary = &shared.summary;
        human = format!(
            "{} leave as held, {} are told less precisely, {} withheld.",
            terminal::counted(summary.records_clear, "record"),
            summary.generalised(),
            summary.withheld()
        );
    }
    told(&args.out, &released, human, output)
}

pub(super) fn export(args: &ExportArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let Level::Public = args.level;
    let mut vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let wish =
        Wish { out: &args.out, form: OutputForm::Csv, terms: None, purpose: Purpose::Publication };
    let released = vault.export(&args.dataset, &own, &wish)?;
    told(&args.out, &released, "The public level leaves.".to_owned(), output)
}

fn told(
    out: &Path,
    released: &crate::vault::Released,
    mut human: String,
    output: Output,
) -> Result<Exit, anyhow::Error> {
    let mut facts = vec![("package", released.digest.clone())];
    human.push_str(&format!("\nMay leave:       {}", out.join("package").display()));
    if let Some((index, id)) = released.leave.recorded_as() {
        human.push_str(&format!("\nIn the ledger:   entry {index}, {id}"));
        facts.extend([("index", index.to_string()), ("id", id)]);
    }
    for (name, reason) in released.leave.refused() {
        human.push_str(&format!("\n  witness {name} did not cosign: {reason}"));
    }
    tell(output, human.trim_start(), &facts)?;
    Ok(Exit::Done)
}

pub(super) fn break_glass(args: &BreakGlassArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let newest = vault.book().newest(&args.dataset);
    let newest =
        newest.with_context(|| format!("the vault holds no dataset `{}`", args.dataset))?;
    let (officer, now) = (officer_in(&args.key)?, clock::now());
    let request = Request {
        id: reedbed_ledger::entry::Entry::new_id().context("the system gives no random bytes")?,
        vault: vault.book().origin().to_owned(),
        action: Action::Emergency,
        dataset: args.dataset.clone(),
        rows: Rows::of(newest.version, &args.rows)?.to_text(),
        columns: args.columns.clone(),
        precision: "partner level".to_owned(),
        purpose: args.purpose.clone(),
        by: officer.person().to_owned(),
        beneficiary: "none".to_owned(),
        recipient: "no terms".to_owned(),
        made: now,
        delay: 0,
        expires: now.saturating_add(EMERGENCY),
        is_bulk: false,
    };
    let mut request = Approved::new(request)?;
    request.sign(&officer);
    let (index, tables) = vault.break_glass(&request, &own, &args.out)?;
    let digest = hex(&request.digest());
    let mut human = format!(
        "{}\nTaken (entry {index}), and everybody who looks at the vault is told so. Two other officers \
         must look at it within 72 hours (`reedbed vault review VAULT {}`), or you are frozen. Destroy \
         what was written within 4 hours:",
        in_words(request.request()),
        digest.get(..8).unwrap_or_default()
    );
    for table in &tables {
        human.push_str(&format!("\n  {}", table.display()));
    }
    tell(output, &human, &[("index", index.to_string()), ("digest", digest)])?;
    Ok(Exit::Done)
}

pub(super) fn review(args: &ReviewArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let mut vault = Vault::open(&args.vault)?;
    let open = vault.book().unreviewed();
    let digests: Vec<_> = open
        .iter()
        .map(|(request, _)| request.digest())
        .filter(|digest| hex(digest).starts_with(&args.digest))
        .collect();
    let [digest] = digests.as_slice() else {
        bail!("nothing that begins with `{}` waits for a review", args.digest);
    };
    let mut decision = Decision::to_review(vault.book().origin(), digest);
    for file in &args.by {
        decision = decide(decision, &officer_in(file)?);
    }
    let index = vault.record(&Deed::Review(decision))?;
    let human = format!("It was looked at, and that is recorded (entry {index}).");
    tell(output, &human, &[("index", index.to_string())])?;
    Ok(Exit::Done)
}

pub(super) fn recall(args: &RecallArgs, output: Output) -> Result<Exit, anyhow::Error> {
    let vault = Vault::open(&args.vault)?;
    let (human, facts) =
        handed_over(&vault, |dataset| args.dataset.as_ref().is_none_or(|own| own == dataset));
    tell(output, human.trim_end(), &facts)?;
    Ok(Exit::Done)
}

/// The copies of some datasets that were handed over, by who has them.
pub(super) fn handed_over(
    vault: &Vault,
    is_wanted: impl Fn(&str) -> bool,
) -> (String, Vec<(&'static str, String)>) {
    let mut by_partner: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut facts = Vec::new();
    for (released, request) in vault.book().releases().filter(|(_, of)| is_wanted(&of.dataset)) {
        let day = reedbed_core::period::Day::from_days_since_1970(
            i32::try_from(released.at / 86_400).unwrap_or(0),
        );
        let package = hex(&released.package);
        let of_partner = by_partner.entry(&request.beneficiary).or_default();
        of_partner.push(format!(
            "{day}: `{}`, {}, package {}",
            request.dataset,
            request.rows,
            package.get(..16).unwrap_or_default()
        ));
        let Request { beneficiary, dataset, rows, .. } = request;
        facts.push(("handed-over", format!("{beneficiary}\t{dataset}\t{rows}\t{day}\t{package}")));
    }
    if by_partner.is_empty() {
        return ("No copies of it were handed to partners.\n".to_owned(), facts);
    }
    let mut text =
        "Copies that were handed over, to be called back where they tell too much:\n".to_owned();
    for (partner, copies) in by_partner {
        text.push_str(&format!("  {partner}\n"));
        copies.iter().for_each(|copy| text.push_str(&format!("    {copy}\n")));
    }
    (text, facts)
}

/// What a request asks for, in words.
pub(crate) fn in_words(request: &Request) -> String {
    let days = request.expires.saturating_sub(request.made) / 86_400;
    // Keys are of groups: whoever gets one can read all columns of it.
    let of = |group: &Group| request.columns.iter().any(|column| Group::of(column) == *group);
    let groups: Vec<&str> = Group::ALL.into_iter().filter(of).map(Group::word).collect();
    let mut text = format!(
        "{} of `{}` in the vault `{}`\n  columns: {}\n",
        match request.action {
            Action::Finer => "Something is to be told more finely",
            Action::Release => "A copy is to be handed over",
            Action::Unseal => "EXACT DATA are to be opened",
            Action::Reshare => "THE KEYS OF ALL EXACT DATA are to be shared anew",
            Action::Emergency => "SOMETHING IS TAKEN AT ONCE",
        },
        request.dataset,
        request.vault,
        request.columns.join(", "),
    );
    if request.action == Action::Unseal {
        text.push_str(&format!(
            "  the keys that open them open all rows, and all columns about: {}\n",
            groups.join(", ")
        ));
    }
    text.push_str(&format!(
        "  rows: {}\n  precision: {}\n  for: {}\n  asked by: {}\n  who gains: {}\n",
        request.rows, request.precision, request.purpose, request.by, request.beneficiary
    ));
    if request.action == Action::Reshare {
        text.push_str(
            "  among those who are officers by then; until it is done, the machine on which the request was \
             made can have all of the keys\n",
        );
    }
    if request.action == Action::Release {
        text.push_str(&format!("  under: {}\n", request.recipient));
    }
    let lapses = match request.action {
        Action::Emergency => "4 hours".to_owned(),
        _ => format!("{days} days"),
    };
    text.push_str(&format!("  lies {} hours, lapses after {lapses}", request.delay / 3_600));
    if request.is_bulk {
        text.push_str("; in bulk: one officer more");
    }
    text
}

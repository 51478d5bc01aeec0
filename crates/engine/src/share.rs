//! The way of a dataset: read, decide, generalise, write. One call makes one copy.
//!
//! The order of the steps is carried by types: a [`Prepared`] copy knows every decision and has
//! written nothing; [`Prepared::write`] is the only way to bytes.

mod attempts;
mod containers;
mod error;
mod package;

use std::path::{Path, PathBuf};

use reedbed_core::area::AreaSet;
use reedbed_core::decide::Audience;
use reedbed_core::period::Day;
use reedbed_core::rule::RuleSet;
use reedbed_core::taxon::Checklist;
use reedbed_formats::collection::Collection;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::inspect::looks_like_rules;

pub use attempts::Attempts;
pub use error::ShareError;
pub use package::OutputForm;

use crate::context::Classes;
use crate::findings::Findings;
use crate::judge::Judge;
use crate::kinds::{Kinds, KindsWritten};
use crate::plan::{self, Plan};
use crate::pseudonym::{Pseudonyms, Secret};
use crate::registry::{Registry, Telling};
use crate::siblings::{self, Located};
use crate::summary::Summary;
use crate::survey::{self, Survey};
use crate::tally::{Reject, RowCount};
use crate::taxa::TaxonCores;

/// What long work tells about how far it is.
pub trait Progress: Sync {
    /// A stage begins that reads this many bytes.
    fn begin(&self, stage: Stage, bytes: u64);
    /// So many bytes more have been read.
    fn advance(&self, bytes: u64);
    /// The stage ends.
    fn end(&self);
}

/// A stage of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The finished copy is attacked.
    Attacking,
    /// Records are read and decided about.
    Deciding,
    /// The copy is written.
    Writing,
}

/// Nothing is shown.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: Stage, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn end(&self) {}
}

/// Everything that decides what a copy is.
#[derive(Debug)]
pub struct Settings {
    /// The rules.
    pub rules: RuleSet,
    /// Digest of the rules, for the report.
    pub rules_digest: String,
    /// What must be known of the rules before a copy is handed over, in sentences, for the report.
    pub rule_findings: Vec<String>,
    /// Boundaries that rules name.
    pub areas: AreaSet,
    /// Synonyms and child taxa.
    pub checklist: Option<Checklist>,
    /// Who the copy is for.
    pub audience: Audience,
    /// The partner's name, for a copy that is not public.
    pub partner: Option<String>,
    /// The terms of the agreement, for a copy that is not public.
    pub terms: Option<String>,
    /// The key of the pseudonyms.
    pub secret: Secret,
    /// Name that keeps the pseudonyms of datasets apart.
    pub dataset: String,
    /// What the metadata of the copy says of its holder.
    pub holder: Holder,
    /// What earlier copies told.
    pub registry: Option<Registry>,
    /// Records that earlier copies told more finely than the rules allow today are withheld from
    /// this one; else it is refused.
    pub despite_earlier: bool,
    /// Whether the input is a partner level that was made at this step: what it says that was
    /// generalised is protected, also where the facts for which it was are not there any more.
    pub from_level: Option<u8>,
    /// What whoever gets the copy may have besides: other data of the same house.
    pub known: Vec<Dataset>,
    /// Earlier copies of the same data, whoever has them.
    pub with: Vec<Dataset>,
    /// The form to write; nothing for the form that came in.
    pub form: Option<OutputForm>,
    /// Cells of CSV that a spreadsheet program would take for formulas get an apostrophe.
    pub is_neutral: bool,
    /// The day on which the copy is made.
    pub today: Day,
    /// Threads.
    pub workers: usize,
}

/// What the metadata of a copy says of the dataset and its holder: published as given.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    /// Title of the copy; one is made from published values if there is none.
    pub title: Option<String>,
    /// Organisation.
    pub organisation: Option<String>,
    /// Electronic mail address for questions.
    pub contact: Option<String>,
}

/// A copy of which everything is decided and nothing is written.
pub struct Prepared<'a> {
    settings: &'a Settings,
    dataset: &'a Dataset,
    plans: Vec<Plan<'a>>,
    taxa: TaxonCores,
    judge: Judge<'a>,
    survey: Survey,
    kinds: Kinds<'a>,
}

/// What a copy turned out to be.
#[derive(Debug)]
pub struct Shared {
    /// For the report.
    pub summary: Summary,
    /// Rows that cannot be used.
    pub rejects: Vec<Reject>,
    /// The files written, relative to the package.
    pub files: Vec<PathBuf>,
    /// What the copy tells, for the registry.
    pub telling: Telling,
}

/// Reads a dataset of records once and decides about every record.
///
/// Errors: [`ShareError::NothingToDecide`] where no table has a column that a rule could ask for.
pub fn prepare<'a>(
    dataset: &'a Dataset,
    settings: &'a Settings,
    pseudonyms: &'a Pseudonyms,
    progress: &dyn Progress,
) -> Result<Prepared<'a>, ShareError> {
    prepare_parts(dataset, None, settings, pseudonyms, progress)
}

/// Reads data of all kinds that were given together, and decides about them together.
///
/// Errors: as [`prepare`].
pub fn prepare_all<'a>(
    collection: &'a Collection,
    settings: &'a Settings,
    pseudonyms: &'a Pseudonyms,
    progress: &dyn Progress,
) -> Result<Prepared<'a>, ShareError> {
    prepare_parts(&collection.records, Some(collection), settings, pseudonyms, progress)
}

fn prepare_parts<'a>(
    dataset: &'a Dataset,
    collection: Option<&'a Collection>,
    settings: &'a Settings,
    pseudonyms: &'a Pseudonyms,
    progress: &dyn Progress,
) -> Result<Prepared<'a>, ShareError> {
    if settings.rules.rules.is_empty() {
        return Err(ShareError::NoRules);
    }
    if let Some(table) = dataset.tables.iter().find(|table| looks_like_rules(table)) {
        return Err(ShareError::RulesAsData { table: table.name.clone() });
    }
    let plans = Plan::all(dataset, &Classes::of(&settings.rules));
    let has_others = collection.is_some_and(|collection| !collection.is_records_only());
    if !(plan::has_records(&plans) || plans.is_empty() && has_others) {
        return Err(ShareError::NothingToDecide);
    }
    let judge = Judge::new(settings, pseudonyms);
    progress.begin(Stage::Deciding, bytes_of(dataset));
    let kinds = collection.map(|collection| Kinds::survey(collection, &judge)).transpose()?;
    let mut kinds = kinds.unwrap_or_else(Kinds::none);
    let taxa = TaxonCores::read(&plans)?;
    let workers = settings.workers;
    let mut survey = survey::survey(&plans, &judge, &taxa, workers, progress, kinds.ties())?;
    survey.choose_emptied(pseudonyms);
    let nameless = survey.nameless(&plans);
    if settings.registry.is_some() && nameless > 0 {
        return Err(ShareError::Nameless { records: nameless });
    }
    let mut zones = kinds.zones();
    zones.merge(survey.zones());
    kinds.close(&zones, &judge)?;
    let mut prepared = Prepared { settings, dataset, plans, taxa, judge, survey, kinds };
    let told_before = prepared.close(&Located::default());
    progress.end();
    if told_before > 0 && !settings.despite_earlier {
        return Err(ShareError::ToldBefore { records: told_before });
    }
    Ok(prepared)
}

impl Prepared<'_> {
    /// Writes the copy into a folder that must not exist yet; `None` writes nothing and only counts.
    /// Nothing attacks it: [`Self::write_attacked`] does that.
    pub fn write(
        self,
        folder: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<Shared, ShareError> {
        let written = self.write_once(folder, progress)?;
        Ok(self.shared(written, None))
    }

    fn write_once(
        &self,
        folder: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<Written, ShareError> {
        progress.begin(Stage::Writing, bytes_of(self.dataset));
        let mut written = package::write(self, folder, progress)?;
        written.kinds = self.kinds.write(folder, &self.judge, self.settings)?;
        for (rule, leaves) in &written.kinds.met {
            let found = written.findings.rules.entry(*rule).or_default();
            found.generalised += u64::from(*leaves);
            found.withheld += u64::from(!*leaves);
        }
        progress.end();
        Ok(written)
    }

    fn shared(&self, written: Written, attempts: Option<Attempts>) -> Shared {
        let mut rejects = self.survey.rejects.clone();
        rejects.extend(written.rejects);
        rejects.extend(written.kinds.rejects);
        let (counts, findings) = (&written.counts, &written.findings);
        let summary =
            Summary::of(self, counts, findings, &rejects, attempts, written.kinds.summaries);
        let clear = self.survey.clear_ids();
        let told = written.findings.told.clone();
        let withheld = self.survey.protected_but(told.iter().map(|(id, _, _)| *id));
        let telling = Telling { told, clear, withheld };
        Shared { summary, rejects, files: written.files, telling }
    }

    /// Decides anew how protected records are told, with what an attack located; says how many of
    /// them earlier copies told more finely than the rules allow.
    fn close(&mut self, located: &Located) -> u64 {
        let known = siblings::Known { located, registry: self.settings.registry.as_ref() };
        let workers = self.settings.workers;
        siblings::close(&mut self.survey, &self.plans, &self.judge, known, workers)
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.settings
    }

    pub(crate) fn dataset(&self) -> &Dataset {
        self.dataset
    }

    pub(crate) fn plans(&self) -> &[Plan<'_>] {
        &self.plans
    }

    pub(crate) fn taxa(&self) -> &TaxonCores {
        &self.taxa
    }

    pub(crate) fn judge(&self) -> &Judge<'_> {
        &self.judge
    }

    pub(crate) fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Withholds what is told under one of some identifiers; says whether that changes anything.
    fn withhold_named(&mut self, named: &[String]) -> bool {
        self.kinds.withhold(named, &self.judge)
    }

    fn survey_mut(&mut self) -> &mut Survey {
        &mut self.survey
    }
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("tables", &self.plans.len()).finish_non_exhaustive()
    }
}

/// What came of writing all tables.
pub(crate) struct Written {
    pub(crate) counts: Vec<RowCount>,
    pub(crate) findings: Findings,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) files: Vec<PathBuf>,
    /// By table, the name of its file.
    pub(crate) names: Vec<String>,
    /// What came of data of other kinds.
    pub(crate) kinds: KindsWritten,
    /// By table, the numbers of the rows that stand behind all others, in their order.
    pub(crate) last: Vec<Vec<u64>>,
}

fn bytes_of(dataset: &Dataset) -> u64 {
    dataset.tables.iter().filter_map(|table| table.byte_len()).sum()
}

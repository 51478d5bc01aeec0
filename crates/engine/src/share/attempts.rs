//! Attacks the finished copy before anybody gets it.
//!
//! The attacks see the files of the copy and nothing else, as its recipient would. A record that they
//! locate is told one way more carefully, and the copy is written and attacked again; after
//! [`MOST_ROUNDS`] rounds, or where nothing can be told more carefully, the copy is refused.

use std::collections::HashSet;
use std::path::Path;

use reedbed_adversary::{AttackCount, Besides, Claim, Findings, Sensitive, attack};
use reedbed_core::decide::Audience;
use reedbed_formats::collection::{self, CollectionOptions};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::limits::Limits;
use serde::Serialize;

use super::containers::convert;
use super::{OutputForm, Prepared, Progress, ShareError, Shared, Stage, Written};
use crate::pseudonym::is_pseudonym;
use crate::siblings::Located;

/// What came of attacking a copy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempts {
    /// How often the copy was written and attacked.
    pub rounds: usize,
    /// Records that were told more carefully because an attack located them.
    pub told_more_carefully: usize,
    /// Protected records that were attacked in the end.
    pub protected: u64,
    /// How sure a claim must be to count, 0 to 1.
    pub sure: f64,
    /// What each attack claimed and located in the end.
    pub attacks: Vec<AttackCount>,
}

impl Attempts {
    /// How many kinds of attack there was anything to try with.
    pub fn tried(&self) -> usize {
        self.attacks.iter().filter(|count| count.tried).count()
    }
}

impl Prepared<'_> {
    /// Writes the copy into a folder that must not exist yet, and attacks it.
    ///
    /// Errors: [`ShareError::Broken`] where the attacks locate protected records and nothing can be
    /// told more carefully.
    pub fn write_attacked(
        self,
        folder: &Path,
        progress: &dyn Progress,
    ) -> Result<Shared, ShareError> {
        let (form, is_neutral) = (self.settings().form, self.settings().is_neutral);
        let mut shared = self.write_unbroken(folder, progress)?;
        let is_made_anew = matches!(form, Some(OutputForm::Parquet | OutputForm::Xlsx));
        if is_made_anew || is_neutral {
            // CRASH: the folder of the package is not in its place yet; it is dropped as a whole.
            shared.files = convert(folder, form, is_neutral)?;
        }
        Ok(shared)
    }

    fn write_unbroken(
        mut self,
        folder: &Path,
        progress: &dyn Progress,
    ) -> Result<Shared, ShareError> {
        let mut located = Located::default();
        let mut round = 0;
        loop {
            round += 1;
            let written = self.write_once(Some(folder), progress)?;
            if !self.survey().has_protected() && written.kinds.met.is_empty() {
                return Ok(self.shared(written, None));
            }
            progress.begin(Stage::Attacking, 0);
            let findings = self.attacked(folder, &written)?;
            progress.end();
            if findings.located == 0 {
                let attempts = Attempts {
                    rounds: round,
                    told_more_carefully: located.len(),
                    protected: findings.protected,
                    sure: findings.sure,
                    attacks: findings.attacks,
                };
                return Ok(self.shared(written, Some(attempts)));
            }
            let is_mended =
                self.note(&mut located, &findings, (folder, &written), round >= LATE)?;
            std::fs::remove_dir_all(folder).map_err(ShareError::writing)?;
            if !is_mended || round >= MOST_ROUNDS {
                return Err(ShareError::Broken { findings: Box::new(findings) });
            }
            self.close(&located);
        }
    }

    fn attacked(&self, folder: &Path, written: &Written) -> Result<Findings, ShareError> {
        let copy = opened(folder, written)?;
        let settings = self.settings();
        let sensitive = Sensitive {
            rules: &settings.rules,
            areas: &settings.areas,
            checklist: settings.checklist.as_ref(),
            today: settings.today,
        };
        let workers = settings.workers;
        let steps = match settings.audience {
            Audience::Partner { step } | Audience::PartnerLevel { step } => u32::from(step),
            Audience::Public => 0,
        };
        let besides = Besides { known: &settings.known, with: &settings.with, layers: None };
        let attack_settings =
            reedbed_adversary::Settings { steps, sure: SURE, most_claims: usize::MAX, workers };
        Ok(attack(&copy, &besides, sensitive, &attack_settings)?)
    }

    /// Withholds the deployments, individuals, stations and features that located rows of the copy are
    /// of; says whether each could be.
    fn withhold_of_kinds(
        &mut self,
        folder: &Path,
        written: &Written,
        claims: &[&Claim],
    ) -> Result<bool, ShareError> {
        let copy = opened(folder, written)?;
        let (mut is_mended, mut withheld) = (true, HashSet::new());
        for table in &copy.tables {
            let of_table = claims.iter().filter(|claim| claim.file == table.name);
            let lines: HashSet<u64> = of_table.map(|claim| claim.line).collect();
            if lines.is_empty() {
                continue;
            }
            table.texts().each(|row| {
                if lines.contains(&row.line) {
                    // Several rows may be of one thing, which is withheld once.
                    let is_done = row.cells.iter().any(|cell| withheld.contains(cell));
                    is_mended &= is_done || self.withhold_named(&row.cells);
                    withheld.extend(row.cells.iter().filter(|cell| is_pseudonym(cell)).cloned());
                }
                Ok::<(), ShareError>(())
            })?;
        }
        Ok(is_mended)
    }

    /// Notes which rows were located; says whether all of them can be told more carefully.
    fn note(
        &mut self,
        located: &mut Located,
        findings: &Findings,
        (folder, written): (&Path, &Written),
        is_late: bool,
    ) -> Result<bool, ShareError> {
        let mut is_mended = true;
        let mut of_kinds = Vec::new();
        for claim in &findings.claims {
            let table = written.names.iter().position(|name| *name == claim.file);
            let row = table.and_then(|table| {
                let (count, last) = (written.counts.get(table)?, written.last.get(table)?);
                let first = count.written.checked_sub(last.len() as u64)?;
                let at = usize::try_from(claim.row.checked_sub(first)?).ok()?;
                Some((table, *last.get(at)?))
            });
            match row {
                Some((table, row)) if self.survey().is_told(table, row) => {
                    if is_late {
                        located.give_up(table, row)
                    } else {
                        located.add(table, row)
                    }
                }
                // A sibling that is told coarsely, and not coarsely enough.
                Some((table, row)) => is_mended &= self.survey_mut().withhold(table, row),
                // Something of another kind does not leave if it is not safe.
                None => of_kinds.push(claim),
            }
        }
        if !of_kinds.is_empty() {
            is_mended &= self.withhold_of_kinds(folder, written, &of_kinds)?;
        }
        Ok(is_mended)
    }
}

/// Opens the copy as its recipient would: data of all kinds as one.
fn opened(folder: &Path, written: &Written) -> Result<Dataset, ShareError> {
    let is_data = |file: &Path| file.file_name().is_none_or(|name| name != "eml.xml");
    let records = written.files.iter().filter(|file| is_data(file)).map(|file| folder.join(file));
    let mut inputs: Vec<_> = records.collect();
    for kind in &written.kinds.summaries {
        // Several of a kind may lie in one folder.
        let folder = folder.join(&kind.folder);
        if holds_files(&folder) && !inputs.contains(&folder) {
            inputs.push(folder);
        }
    }
    let limits = Limits::default();
    Ok(collection::open_tables(&inputs, &CollectionOptions::default(), &limits)?)
}

fn holds_files(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut entries| entries.next().is_some())
}

/// How sure an attacker may not be.
const SURE: f64 = 0.5;
/// The copy is written and attacked so often at most.
const MOST_ROUNDS: usize = 16;
/// From this round on, what is located does not leave.
const LATE: usize = 9;

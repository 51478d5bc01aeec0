//! Writes a camera trap package: three tables, the images that may leave, and the descriptor.

use std::collections::BTreeMap;
use std::sync::Arc;

use reedbed_core::grid::Region;
use reedbed_formats::image;
use reedbed_formats::limits::Limits;
use reedbed_formats::rows::TextRow;
use reedbed_formats::table::Table;
use reedbed_formats::track::{Instant, instant};
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::cells::MapCells;
use super::descriptor::{self, Published};
use super::{Camera, Deployment, Fate, KIND, ObservationColumns, period, reject};
use crate::judge::Judge;
use crate::kinds::output::{Folder, TableOut};
use crate::kinds::{KindSummary, KindTable, KindsWritten};
use crate::place::ToldPlace;
use crate::share::{Settings, ShareError};
use crate::statement;
use crate::tally::RowCount;
use crate::verdict::Verdict;

/// What is found while the tables are written.
#[derive(Default)]
struct Found {
    withheld: BTreeMap<String, u64>,
    notes: BTreeMap<&'static str, u64>,
    published: Published,
    cells: MapCells,
    untrue: u64,
    /// Media that do not leave, by identifier.
    media_withheld: FxHashSet<String>,
}

impl Found {
    fn withhold(&mut self, reason: &str) {
        *self.withheld.entry(reason.to_owned()).or_default() += 1;
    }
}

impl Camera<'_> {
    /// Writes the package.
    ///
    /// Errors: [`ShareError::Untrue`] if a circle did not hold its true place.
    pub(in crate::kinds) fn write(
        &self,
        folder: Folder,
        judge: &Judge<'_>,
        settings: &Settings,
        written: &mut KindsWritten,
    ) -> Result<(), ShareError> {
        let mut found = Found::default();
        let mut rejects = self.rejects.clone();
        let writing = ShareError::writing;
        let begin = |name: &str, table: &Table| {
            let headings = table.columns.iter().map(|column| column.heading.as_str());
            TableOut::begin(&folder, name, headings).map_err(writing)
        };
        let rejected: FxHashSet<u64> = rejects.iter().map(|reject| reject.line).collect();

        let package = self.package;
        let mut out = begin("deployments.csv", &package.deployments)?;
        package.deployments.texts().each(|row| {
            out.count.read += 1;
            if rejected.contains(&row.line) {
                out.count.rejected += 1;
                return Ok(());
            }
            self.deployment(row, judge, &mut out, &mut found)
        })?;
        let deployments = out.finish().map_err(writing)?;

        let mut out = begin("media.csv", &package.media)?;
        let media_rejects = self.media(&folder, &mut out, &mut found)?;
        rejects.extend(media_rejects);
        let media = out.finish().map_err(writing)?;

        let mut out = begin("observations.csv", &package.observations)?;
        let columns = ObservationColumns::of(package);
        package.observations.texts().each(|row| {
            out.count.read += 1;
            let file = &package.observations.name;
            let id = row.cell(columns.deployment);
            let deployment = self.deployments.get(id).filter(|_| row.fault.is_none());
            let Some(deployment) = deployment else {
                let fault = row.fault.map(|fault| fault.to_string());
                let reason = fault.unwrap_or_else(|| NO_DEPLOYMENT.to_owned());
                rejects.push(reject(file, row.line, "deploymentID", &reason));
                out.count.rejected += 1;
                return Ok::<(), ShareError>(());
            };
            self.observation(row, deployment, &columns, judge, &mut out, &mut found)
        })?;
        let observations = out.finish().map_err(writing)?;

        if found.untrue > 0 {
            return Err(ShareError::Untrue { rows: found.untrue });
        }
        let described = descriptor::write(package, &found.published, judge, settings);
        folder.write("datapackage.json", described.as_bytes()).map_err(writing)?;
        let table = |name: &str, rows: RowCount| KindTable { name: name.to_owned(), rows };
        let mut notes: Vec<String> =
            package.notes.iter().map(|note| format!("{}: {}", note.file, note.text)).collect();
        notes.extend(found.notes.iter().map(|(text, count)| format!("{text}: {count}")));
        if !package.others.is_empty() {
            let others = package.others.join("`, `");
            notes.push(format!("resources that are not of the standard do not leave: `{others}`"));
        }
        written.summaries.push(KindSummary {
            kind: KIND,
            input: package.name.clone(),
            folder: folder.name.clone(),
            tables: vec![
                table("deployments", deployments),
                table("media", media),
                table("observations", observations),
            ],
            withheld: found.withheld,
            notes,
            cells: found.cells.all(),
        });
        written.rejects.extend(rejects);
        for deployment in self.deployments.values() {
            if let Some(Some(verdict)) = self.locations.get(deployment.location) {
                written.met(verdict, matches!(self.fate(deployment), Fate::Coarse(_)));
            }
        }
        Ok(())
    }

    fn deployment(
        &self,
        row: &TextRow,
        judge: &Judge<'_>,
        out: &mut TableOut,
        found: &mut Found,
    ) -> Result<(), ShareError> {
        let table = &self.package.deployments;
        let Some(deployment) = self.deployments.get(row.cell(table.headed("deploymentID"))) else {
            return Ok(());
        };
        let times = ["deploymentStart", "deploymentEnd"]
            .map(|heading| instant(row.cell(table.headed(heading))));
        match self.fate(deployment) {
            Fate::Open => {
                found.published.place(deployment.point.lat(), deployment.point.lon());
                found.published.times(times);
                out.open(row.cells.iter().map(String::as_str)).map_err(ShareError::writing)
            }
            Fate::Withheld(reason) => {
                found.withhold(reason);
                out.count.withheld += 1;
                Ok(())
            }
            Fate::Coarse(verdict) => {
                let told = told(deployment, verdict, judge);
                let Ok(told) = told else {
                    found.untrue += 1;
                    return Ok(());
                };
                let Some(region) = told.region() else {
                    found.withhold("the place cannot be told");
                    out.count.withheld += 1;
                    return Ok(());
                };
                found.published.times(times);
                found.published.region(&region);
                count_cell(found, &region, verdict);
                let cells = table
                    .columns
                    .iter()
                    .zip(&row.cells)
                    .map(|(column, cell)| told_cell(&column.heading, cell, verdict, &told, judge))
                    .collect::<Vec<_>>();
                out.protected(cells.iter().map(String::as_str), verdict.is_shared());
                Ok(())
            }
        }
    }

    fn media(
        &self,
        folder: &Folder,
        out: &mut TableOut,
        found: &mut Found,
    ) -> Result<Vec<crate::tally::Reject>, ShareError> {
        let table = &self.package.media;
        let columns = MediaColumns::of(table);
        let mut rejects = Vec::new();
        let mut files: FxHashMap<String, bool> = FxHashMap::default();
        table.texts().each(|row| {
            out.count.read += 1;
            let id = row.cell(columns.id).to_owned();
            let deployment = row.cell(columns.deployment);
            let known = self.deployments.get(deployment).filter(|_| row.fault.is_none());
            let Some(known) = known else {
                let fault = row.fault.map(|fault| fault.to_string());
                let reason = fault.unwrap_or_else(|| NO_DEPLOYMENT.to_owned());
                rejects.push(reject(&table.name, row.line, "deploymentID", &reason));
                found.media_withheld.insert(id);
                out.count.rejected += 1;
                return Ok::<(), ShareError>(());
            };
            let mut reason = match self.fate(known) {
                Fate::Withheld(reason) => Some(reason),
                // A stamped strip, a name, a view: an image tells more than any table.
                Fate::Coarse(_) => Some("images of protected deployments do not leave"),
                Fate::Open => self.why_not(row, &columns, &id, deployment),
            };
            if reason.is_none() {
                reason = self.file(row.cell(columns.path), folder, &mut files, found)?;
            }
            match reason {
                None => out.open(row.cells.iter().map(String::as_str)).map_err(ShareError::writing),
                Some(reason) => {
                    found.withhold(reason);
                    found.media_withheld.insert(id);
                    out.count.withheld += 1;
                    Ok(())
                }
            }
        })?;
        Ok(rejects)
    }

    /// Why a medium of an open deployment does not leave all the same.
    fn why_not(
        &self,
        row: &TextRow,
        columns: &MediaColumns,
        id: &str,
        deployment: &str,
    ) -> Option<&'static str> {
        let at = instant(row.cell(columns.timestamp));
        let is_within = |times: &FxHashMap<String, Vec<(Instant, Instant)>>| {
            let spans = times.get(deployment).into_iter().flatten();
            at.is_some_and(|at| spans.clone().any(|(start, end)| *start <= at && at <= *end))
        };
        let shows_people = self.people.contains(id) || is_within(&self.people_times);
        if shows_people && !self.lets_people_leave {
            Some("the image shows people")
        } else if !row.cell(columns.is_public).eq_ignore_ascii_case("true") {
            Some("the image is not public")
        } else if !shows_people && !self.judged.contains(id) && !is_within(&self.judged_times) {
            Some("nobody has said what the image shows")
        } else {
            None
        }
    }

    /// Writes the file of a medium without its metadata; says why it does not leave, if so.
    fn file(
        &self,
        path: &str,
        folder: &Folder,
        files: &mut FxHashMap<String, bool>,
        found: &mut Found,
    ) -> Result<Option<&'static str>, ShareError> {
        if path.contains("://") {
            return Ok(None);
        }
        const UNCLEAN: &str = "the file cannot be rebuilt without its metadata";
        if let Some(is_written) = files.get(path) {
            return Ok((!is_written).then_some(UNCLEAN));
        }
        let Some(bytes) = self.package.file(path, &Limits::default())? else {
            *found.notes.entry("files that the package names and does not hold").or_default() += 1;
            return Ok(None);
        };
        let cleaned = image::clean(&bytes).ok();
        files.insert(path.to_owned(), cleaned.is_some());
        let Some(cleaned) = cleaned else { return Ok(Some(UNCLEAN)) };
        folder.write(path, &cleaned.bytes).map_err(ShareError::writing)?;
        *found.notes.entry("images written without metadata").or_default() += 1;
        Ok(None)
    }

    fn observation(
        &self,
        row: &TextRow,
        deployment: &Deployment,
        columns: &ObservationColumns,
        judge: &Judge<'_>,
        out: &mut TableOut,
        found: &mut Found,
    ) -> Result<(), ShareError> {
        let table = &self.package.observations;
        let fate = self.fate(deployment);
        if let Fate::Withheld(reason) = fate {
            found.withhold(reason);
            out.count.withheld += 1;
            return Ok(());
        }
        let is_cut = found.media_withheld.contains(row.cell(columns.media));
        let cell = |index: usize, cell: &str| match columns.media == Some(index) && is_cut {
            true => String::new(),
            false => cell.to_owned(),
        };
        found.published.name(row.cell(columns.name));
        let Fate::Coarse(verdict) = fate else {
            let cells: Vec<String> =
                row.cells.iter().enumerate().map(|(index, text)| cell(index, text)).collect();
            return out.open(cells.iter().map(String::as_str)).map_err(ShareError::writing);
        };
        if told(deployment, verdict, judge).ok().and_then(|told| told.region()).is_none() {
            found.withhold("the place cannot be told");
            out.count.withheld += 1;
            return Ok(());
        }
        let cells: Vec<String> = table
            .columns
            .iter()
            .zip(&row.cells)
            .enumerate()
            .map(|(index, (column, text))| {
                told_observation(&column.heading, &cell(index, text), judge)
            })
            .collect();
        out.protected(cells.iter().map(String::as_str), verdict.is_shared());
        Ok(())
    }
}

/// Where the columns of media are.
struct MediaColumns {
    deployment: Option<usize>,
    id: Option<usize>,
    is_public: Option<usize>,
    path: Option<usize>,
    timestamp: Option<usize>,
}

impl MediaColumns {
    fn of(table: &Table) -> Self {
        Self {
            deployment: table.headed("deploymentID"),
            id: table.headed("mediaID"),
            is_public: table.headed("filePublic"),
            path: table.headed("filePath"),
            timestamp: table.headed("timestamp"),
        }
    }
}

fn told(
    deployment: &Deployment,
    verdict: &Verdict,
    judge: &Judge<'_>,
) -> Result<ToldPlace, crate::place::Untrue> {
    ToldPlace::tell(Some(deployment.stated()), &verdict.decision, judge.pseudonyms)
}

/// A cell of a protected deployment. Columns that are not named here are left empty: what a camera
/// looks at, and how, tells where it stands.
fn told_cell(
    heading: &str,
    cell: &str,
    verdict: &Verdict,
    told: &ToldPlace,
    judge: &Judge<'_>,
) -> String {
    let place = |term: &str| told.value(term).unwrap_or_default();
    match heading {
        "deploymentID" => judge.pseudonyms.of("deployment", cell),
        "locationID" => judge.pseudonyms.of("location", cell),
        "latitude" => place("decimalLatitude"),
        "longitude" => place("decimalLongitude"),
        // A whole number of metres, rounded up.
        "coordinateUncertainty" => {
            told.uncertainty_m().map_or_else(String::new, |metres| format!("{:.0}", metres.ceil()))
        }
        "deploymentStart" | "deploymentEnd" | "timestampIssues" | "baitUse" => cell.to_owned(),
        "deploymentComments" => {
            let said = statement::generalised(told.told(), verdict.decision.period);
            let pseudonyms = statement::PSEUDONYMS;
            format!("{said} {pseudonyms} {}{}.", statement::REASON, verdict.reasons)
        }
        _ => String::new(),
    }
}

/// A cell of an observation at a protected deployment.
fn told_observation(heading: &str, cell: &str, judge: &Judge<'_>) -> String {
    let pseudonym = |class| match cell {
        "" => String::new(),
        cell => judge.pseudonyms.of(class, cell),
    };
    match heading {
        "observationID" => pseudonym("observation"),
        "deploymentID" => pseudonym("deployment"),
        "eventID" => pseudonym("sequence"),
        "individualID" => pseudonym("individual"),
        // Its media do not leave.
        "mediaID" => String::new(),
        "eventStart"
        | "eventEnd"
        | "observationLevel"
        | "observationType"
        | "scientificName"
        | "count"
        | "lifeStage"
        | "sex"
        | "classificationMethod"
        | "classificationProbability" => cell.to_owned(),
        _ => String::new(),
    }
}

fn count_cell(found: &mut Found, region: &Region, verdict: &Arc<Verdict>) {
    found.cells.count(KIND, region, verdict.decision.category);
}

impl Published {
    fn times(&mut self, times: [Option<Instant>; 2]) {
        if let [Some(start), Some(end)] = times
            && let Some(period) = period(start, end)
        {
            self.days = Some(self.days.map_or(period, |days| days.hull(period)));
        }
    }
}

const NO_DEPLOYMENT: &str = "its deployment is not in the package";

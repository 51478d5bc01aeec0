//! Data of other kinds than records: camera traps, tracks, weather and layers, under the same rules, the same
//! grid, the same pseudonyms.
//!
//! First everything is surveyed, so that what is protected in one kind is known to all; then what lies
//! beside a protected place of another kind takes its verdict (`zones`); then each kind is written
//! into a folder of its own.

mod camera;
mod cells;
mod document;
mod layer;
mod output;
mod photo;
mod thing;
mod track;
mod weather;
mod zones;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use reedbed_formats::collection::Collection;
use reedbed_formats::dataset::Note;
use serde::Serialize;

use crate::judge::Judge;
use crate::share::{Settings, ShareError};
use crate::summary::CellSummary;
use crate::tally::{Reject, RowCount};
use crate::ties::{Had, Ties, tie};
use crate::verdict::Verdict;

pub(crate) use output::{CSV, Folder};
pub(crate) use thing::{Thing, ThingCache};
pub(crate) use zones::{Zone, Zones};

/// What became of one input of another kind than records.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindSummary {
    /// The kind, as rules call it.
    pub kind: &'static str,
    /// The input, as the steward knows it.
    pub input: String,
    /// Its folder in the package.
    pub folder: String,
    /// By table.
    pub tables: Vec<KindTable>,
    /// Why rows and files do not leave, and how many.
    pub withheld: BTreeMap<String, u64>,
    /// Notes, in sentences.
    pub notes: Vec<String>,
    /// Published cells.
    pub cells: Vec<CellSummary>,
}

/// A table of such an input.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindTable {
    /// The table, as the format calls it.
    pub name: String,
    /// Its rows, accounted for.
    #[serde(flatten)]
    pub rows: RowCount,
}

/// Everything of other kinds, surveyed.
pub(crate) struct Kinds<'a> {
    cameras: Vec<camera::Camera<'a>>,
    tracks: track::Tracks<'a>,
    weather: weather::Weather<'a>,
    layers: layer::Layers<'a>,
    photos: photo::Photos<'a>,
    collection: Option<&'a Collection>,
    notes: &'a [Note],
}

impl Kinds<'_> {
    /// Nothing of other kinds.
    pub(crate) fn none() -> Self {
        Self {
            cameras: Vec::new(),
            tracks: track::Tracks::none(),
            weather: weather::Weather::none(),
            layers: layer::Layers::none(),
            photos: photo::Photos::none(),
            collection: None,
            notes: &[],
        }
    }
}

/// What came of writing them.
#[derive(Debug, Default)]
pub(crate) struct KindsWritten {
    pub(crate) summaries: Vec<KindSummary>,
    pub(crate) rejects: Vec<Reject>,
    /// Rules that met a deployment, an individual or a station, and whether it leaves.
    pub(crate) met: Vec<(usize, bool)>,
}

impl KindsWritten {
    /// Notes which rules met something.
    fn met(&mut self, verdict: &Verdict, leaves: bool) {
        self.met.extend(verdict.rules.iter().map(|rule| (*rule, leaves)));
    }
}

impl KindSummary {
    /// Rows that leave.
    pub fn written(&self) -> u64 {
        self.tables.iter().map(|table| table.rows.written).sum()
    }

    /// Rows that are told less precisely or do not leave.
    pub fn protected(&self) -> u64 {
        let of = |rows: &RowCount| rows.protected + rows.shared + rows.withheld;
        self.tables.iter().map(|table| of(&table.rows)).sum()
    }
}

impl<'a> Kinds<'a> {
    /// Reads everything once and decides.
    ///
    /// Errors: [`ShareError::Input`] where an input breaks off.
    pub(crate) fn survey(
        collection: &'a Collection,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let cameras = collection
            .cameras
            .iter()
            .map(|package| camera::Camera::survey(package, judge))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            cameras,
            tracks: track::Tracks::survey(collection, judge)?,
            weather: weather::Weather::survey(collection, judge)?,
            layers: layer::Layers::survey(collection, judge)?,
            photos: photo::Photos::survey(collection, judge)?,
            collection: Some(collection),
            notes: &collection.notes,
        })
    }

    /// The protected places of all of them.
    pub(crate) fn zones(&self) -> Zones {
        let mut zones = Zones::default();
        for camera in &self.cameras {
            camera.zones(&mut zones);
        }
        self.tracks.zones(&mut zones);
        self.weather.zones(&mut zones);
        self.layers.zones(&mut zones);
        self.photos.zones(&mut zones);
        zones
    }

    /// What records share with protected places of other kinds: their exact place.
    pub(crate) fn ties(&self) -> Ties {
        let mut ties = Ties::default();
        for zone in self.zones().iter() {
            let shared = Arc::new(zone.verdict.for_others());
            for had in Had::around(zone.point) {
                tie(&mut ties.things, had, &shared);
            }
        }
        ties
    }

    /// Lets whatever lies beside a protected place take its verdict.
    ///
    /// Errors: [`ShareError::Input`] where an input that is read again breaks off.
    pub(crate) fn close(&mut self, zones: &Zones, judge: &Judge<'_>) -> Result<(), ShareError> {
        for camera in &mut self.cameras {
            camera.close(zones);
        }
        self.tracks.close(zones)?;
        self.weather.close(zones);
        self.layers.close(zones, judge)?;
        self.photos.close(zones);
        Ok(())
    }

    /// Withholds what is told under one of some pseudonyms; says whether anything was found.
    pub(crate) fn withhold(&mut self, pseudonyms: &[String], judge: &Judge<'_>) -> bool {
        let is_named = |class: &str, id: &str| {
            let own = judge.pseudonyms.of(class, id);
            pseudonyms.contains(&own)
        };
        let mut is_changed = false;
        for camera in &mut self.cameras {
            is_changed |= camera.withhold(&is_named);
        }
        is_changed |= self.tracks.withhold(&is_named);
        is_changed |= self.weather.withhold(&is_named);
        is_changed |= self.layers.withhold(&is_named);
        is_changed | self.photos.withhold(&is_named)
    }

    /// Writes all of them; without a folder nothing is written and all is counted.
    pub(crate) fn write(
        &self,
        folder: Option<&Path>,
        judge: &Judge<'_>,
        settings: &Settings,
    ) -> Result<KindsWritten, ShareError> {
        let mut written = KindsWritten::default();
        for (number, camera) in (1..).zip(&self.cameras) {
            let name = numbered("camera-trap", number);
            // A package without deployments is none: then nothing is written, and all is counted.
            let out = Folder::begin(folder.filter(|_| camera.leaves()), &name);
            let out = out.map_err(ShareError::writing)?;
            camera.write(out, judge, settings, &mut written)?;
        }
        self.tracks.write(folder, judge, &mut written)?;
        self.weather.write(folder, judge, &mut written)?;
        self.layers.write(folder, judge, &mut written)?;
        self.photos.write(folder, judge, &mut written)?;
        if let Some(collection) = self.collection {
            document::write(collection, folder, judge, &mut written)?;
        }
        for summary in &written.summaries {
            if let Some(table) = summary.tables.iter().find(|table| !table.rows.balances()) {
                return Err(ShareError::Unbalanced { table: table.name.clone() });
            }
        }
        if let Some(first) = written.summaries.first_mut() {
            first.notes.extend(self.notes.iter().map(|n| format!("{}: {}", n.file, n.text)));
        }
        Ok(written)
    }
}

/// The name of the folder of one of several inputs of a kind.
fn numbered(name: &str, number: usize) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}-{number}") }
}

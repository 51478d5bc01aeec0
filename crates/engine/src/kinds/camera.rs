//! Camera traps: all deployments at one location take the strictest category of anything seen there.
//!
//! Times are required by the standard and are never invented: a deployment whose period may only be
//! told by the day or longer does not leave, nor does anything that hangs from it. A rule lets it
//! leave as a cell with its times by `publicPeriod` = `held`.
//!
//! Source: Camtrap DP 1.0; tdwg/camtrap-dp issue 230 on protecting by location.

mod descriptor;
mod write;

use std::sync::Arc;

use reedbed_core::decide::PlaceTold;
use reedbed_core::fold::fold;
use reedbed_core::period::Period;
use reedbed_core::place::{Nano, Point};
use reedbed_core::rule::RuleSet;
use reedbed_core::taxon::RuleTaxonId;
use reedbed_formats::camera::CameraPackage;
use reedbed_formats::rows::TextRow;
use reedbed_formats::track::{Instant, instant};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Thing, ThingCache, Zone, Zones};
use crate::judge::Judge;
use crate::place::Stated;
use crate::share::ShareError;
use crate::tally::Reject;
use crate::ties::Had;
use crate::verdict::{Verdict, stricter};

/// A package, surveyed.
pub(super) struct Camera<'a> {
    package: &'a CameraPackage,
    /// By identifier.
    deployments: FxHashMap<String, Deployment>,
    /// By number of the location: what follows for everything there.
    locations: Vec<Option<Arc<Verdict>>>,
    /// Media that show people, by identifier.
    people: FxHashSet<String>,
    /// When people were seen at a deployment, where no medium is named.
    people_times: FxHashMap<String, Vec<(Instant, Instant)>>,
    /// Media of which somebody has said what they show, by identifier.
    judged: FxHashSet<String>,
    judged_times: FxHashMap<String, Vec<(Instant, Instant)>>,
    rejects: Vec<Reject>,
    /// Whether a rule lets media of people leave.
    lets_people_leave: bool,
}

/// A deployment.
struct Deployment {
    point: Point,
    uncertainty_m: Option<f64>,
    location: usize,
}

impl Deployment {
    fn stated(&self) -> Stated {
        Stated {
            point: self.point,
            uncertainty_m: self.uncertainty_m,
            shift_m: 0.0,
            has_datum: true,
            precision: None,
            edges: None,
        }
    }

    fn radius_m(&self) -> f64 {
        self.uncertainty_m.unwrap_or(0.0)
    }
}

/// What becomes of a location.
enum Fate<'v> {
    /// Everything leaves as it is.
    Open,
    /// The place is told as a cell.
    Coarse(&'v Arc<Verdict>),
    /// Nothing leaves, for a reason.
    Withheld(&'static str),
}

impl<'a> Camera<'a> {
    /// Reads deployments and observations once.
    pub(super) fn survey(
        package: &'a CameraPackage,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let mut camera = Self {
            package,
            deployments: FxHashMap::default(),
            locations: Vec::new(),
            people: FxHashSet::default(),
            people_times: FxHashMap::default(),
            judged: FxHashSet::default(),
            judged_times: FxHashMap::default(),
            rejects: Vec::new(),
            lets_people_leave: lets_people_leave(judge.rules()),
        };
        let mut cache = ThingCache::default();
        camera.read_deployments(judge, &mut cache)?;
        camera.read_observations(judge, &mut cache)?;
        Ok(camera)
    }

    fn read_deployments(
        &mut self,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
    ) -> Result<(), ShareError> {
        let table = &self.package.deployments;
        let at = |heading| table.headed(heading);
        let [id, location, name, lat, lon, uncertainty, start, end] = [
            "deploymentID",
            "locationID",
            "locationName",
            "latitude",
            "longitude",
            "coordinateUncertainty",
            "deploymentStart",
            "deploymentEnd",
        ]
        .map(at);
        let mut groups = Groups::default();
        let mut verdicts: Vec<(usize, Arc<Verdict>)> = Vec::new();
        table.texts().each(|row| {
            let mut unusable = |column: &str, reason: &str| {
                self.rejects.push(reject(&table.name, row.line, column, reason));
                Ok::<(), ShareError>(())
            };
            if let Some(fault) = row.fault {
                return unusable("", &fault.to_string());
            }
            let own = row.cell(id);
            if own.is_empty() {
                return unusable("deploymentID", "it has no identifier");
            }
            if self.deployments.contains_key(own) {
                return unusable("deploymentID", "another deployment has the same identifier");
            }
            let (lat, lon) = (Nano::parse(row.cell(lat)), Nano::parse(row.cell(lon)));
            let Some(point) = lat.zip(lon).and_then(|(lat, lon)| Point::new(lat, lon)) else {
                return unusable("latitude", "a place that is none on the globe");
            };
            let times = [start, end].map(|column| instant(row.cell(column)));
            let [Some(start), Some(end)] = times else {
                return unusable("deploymentStart", "a time that cannot be read");
            };
            let uncertainty_m =
                row.cell(uncertainty).parse().ok().filter(|m: &f64| m.is_finite() && *m >= 0.0);
            let location = groups.of(row.cell(location), row.cell(name), point);
            let deployment = Deployment { point, uncertainty_m, location };
            let circles = [(point, deployment.radius_m())];
            let thing = Thing { circles: &circles, period: period(start, end), ..Thing::of(KIND) };
            verdicts.extend(judge.thing(&thing, cache).map(|verdict| (location, verdict)));
            self.deployments.insert(own.to_owned(), deployment);
            Ok(())
        })?;
        // Groups that turned out to be one location have one number.
        for deployment in self.deployments.values_mut() {
            deployment.location = groups.settled(deployment.location);
        }
        self.locations = vec![None; groups.len()];
        for (location, verdict) in verdicts {
            self.tie(groups.settled(location), &verdict);
        }
        Ok(())
    }

    fn read_observations(
        &mut self,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
    ) -> Result<(), ShareError> {
        let table = &self.package.observations;
        let columns = ObservationColumns::of(self.package);
        table.texts().each(|row| {
            // Unsound rows are rejected when the table is written.
            let Some(deployment) = self.deployments.get(row.cell(columns.deployment)) else {
                return Ok::<(), ShareError>(());
            };
            let circles = [(deployment.point, deployment.radius_m())];
            let location = deployment.location;
            let seen = columns.seen(row);
            self.note_media(row, &columns, seen);
            let times = [columns.start, columns.end].map(|column| instant(row.cell(column)));
            let taxon = (seen == SeenThere::Animal).then(|| row.cell(columns.name));
            let thing = Thing {
                taxon,
                circles: &circles,
                period: times[0].zip(times[1]).and_then(|(start, end)| period(start, end)),
                life_stage: row.cell(columns.life_stage),
                behavior: row.cell(columns.behavior),
                individuals: &[row.cell(columns.individual)],
                ..Thing::of(KIND)
            };
            if let Some(verdict) = judge.thing(&thing, cache) {
                self.tie(location, &verdict);
            }
            Ok(())
        })
    }

    /// Notes of which media it is known what they show.
    fn note_media(&mut self, row: &TextRow, columns: &ObservationColumns, seen: SeenThere) {
        let (media, times) = match seen {
            SeenThere::Unknown => return,
            SeenThere::People => (&mut self.people, &mut self.people_times),
            SeenThere::Animal | SeenThere::Nothing => (&mut self.judged, &mut self.judged_times),
        };
        let medium = row.cell(columns.media);
        if !medium.is_empty() {
            media.insert(medium.to_owned());
            return;
        }
        let start = instant(row.cell(columns.start));
        if let Some(span) = start.zip(instant(row.cell(columns.end))) {
            times.entry(row.cell(columns.deployment).to_owned()).or_default().push(span);
        }
    }

    fn tie(&mut self, location: usize, verdict: &Arc<Verdict>) {
        if let Some(known) = self.locations.get_mut(location) {
            *known = stricter(known.as_ref(), Some(verdict));
        }
    }

    /// Tells the protected locations.
    pub(super) fn zones(&self, zones: &mut Zones) {
        for deployment in self.deployments.values() {
            if let Some(Some(verdict)) = self.locations.get(deployment.location) {
                let (point, radius_m) = (deployment.point, deployment.radius_m());
                zones.add(Zone { point, radius_m, verdict: Arc::clone(verdict) });
            }
        }
    }

    /// Takes the verdicts of protected places beside.
    pub(super) fn close(&mut self, zones: &Zones) {
        let found: Vec<(usize, Arc<Verdict>)> = self
            .deployments
            .values()
            .filter_map(|deployment| {
                let verdict = zones.beside(deployment.point, deployment.radius_m())?;
                Some((deployment.location, verdict))
            })
            .collect();
        for (location, verdict) in found {
            self.tie(location, &verdict);
        }
    }

    /// Withholds the locations of deployments that are named; says whether that changes anything.
    pub(super) fn withhold(&mut self, is_named: &dyn Fn(&str, &str) -> bool) -> bool {
        let named = self.deployments.iter().filter(|(id, _)| is_named("deployment", id));
        let locations: Vec<usize> = named.map(|(_, deployment)| deployment.location).collect();
        let mut is_changed = false;
        for location in locations {
            if let Some(Some(verdict)) = self.locations.get_mut(location) {
                is_changed |= !verdict.decision.is_withheld();
                *verdict = Arc::new(verdict.withheld());
            }
        }
        is_changed
    }

    /// Whether any deployment leaves.
    pub(super) fn leaves(&self) -> bool {
        let fates = self.deployments.values().map(|deployment| self.fate(deployment));
        fates.into_iter().any(|fate| !matches!(fate, Fate::Withheld(_)))
    }

    fn fate(&self, deployment: &Deployment) -> Fate<'_> {
        match self.locations.get(deployment.location).and_then(Option::as_ref) {
            None => Fate::Open,
            Some(verdict) if verdict.decision.place == PlaceTold::Withheld => {
                Fate::Withheld("the deployment is withheld")
            }
            Some(verdict) if verdict.decision.period.is_some() => Fate::Withheld(
                "the deployment's times may not leave, and the standard asks for them",
            ),
            Some(verdict) if verdict.decision.place == PlaceTold::AsHeld => Fate::Open,
            Some(verdict) => Fate::Coarse(verdict),
        }
    }
}

/// What somebody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SeenThere {
    Animal,
    /// Nothing, or nothing that lives.
    Nothing,
    People,
    /// Nobody has said, or could.
    Unknown,
}

/// Where the columns of observations are.
struct ObservationColumns {
    behavior: Option<usize>,
    deployment: Option<usize>,
    end: Option<usize>,
    individual: Option<usize>,
    life_stage: Option<usize>,
    media: Option<usize>,
    name: Option<usize>,
    start: Option<usize>,
    what: Option<usize>,
}

impl ObservationColumns {
    fn of(package: &CameraPackage) -> Self {
        let at = |heading| package.observations.headed(heading);
        Self {
            behavior: at("behavior"),
            deployment: at("deploymentID"),
            end: at("eventEnd"),
            individual: at("individualID"),
            life_stage: at("lifeStage"),
            media: at("mediaID"),
            name: at("scientificName"),
            start: at("eventStart"),
            what: at("observationType"),
        }
    }

    fn seen(&self, row: &TextRow) -> SeenThere {
        let name = row.cell(self.name);
        match row.cell(self.what) {
            "human" => SeenThere::People,
            _ if is_people(name) => SeenThere::People,
            // A name is believed before a type.
            _ if !name.is_empty() => SeenThere::Animal,
            "animal" => SeenThere::Animal,
            "blank" | "vehicle" => SeenThere::Nothing,
            _ => SeenThere::Unknown,
        }
    }
}

fn is_people(name: &str) -> bool {
    name.split_whitespace().next().is_some_and(|genus| genus.eq_ignore_ascii_case("Homo"))
}

/// Whether a rule about people says that they are not sensitive.
fn lets_people_leave(rules: &RuleSet) -> bool {
    let is_about_people = |taxon: RuleTaxonId| {
        rules.taxon(taxon).is_some_and(|taxon| is_people(&taxon.scientific_name))
    };
    let about_people = rules.rules.iter().filter(|rule| rule.taxon.is_some_and(is_about_people));
    let (mut count, mut open) = (0, 0);
    for rule in about_people {
        count += 1;
        let is_none = rule.outcome.category == Some(reedbed_core::category::Category::None);
        open += usize::from(is_none && !rule.outcome.withhold);
    }
    count > 0 && count == open
}

/// Deployments that stand at one location: by its identifier, its name, or within some metres.
#[derive(Default)]
struct Groups {
    keys: FxHashMap<Key, usize>,
    /// By group, the group that it became a part of, or itself.
    parents: Vec<usize>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(String),
    Name(String),
    Square(Had),
}

impl Groups {
    fn of(&mut self, id: &str, name: &str, point: Point) -> usize {
        let mut keys: Vec<Key> = Had::around(point).map(Key::Square).into();
        if !id.is_empty() {
            keys.push(Key::Id(id.to_owned()));
        }
        let mut folded = String::new();
        fold(name, &mut folded);
        if !folded.is_empty() {
            keys.push(Key::Name(folded));
        }
        let mut known: Vec<usize> =
            keys.iter().filter_map(|key| self.keys.get(key)).map(|at| self.settled(*at)).collect();
        known.sort_unstable();
        known.dedup();
        let group = known.first().copied().unwrap_or_else(|| {
            self.parents.push(self.parents.len());
            self.parents.len() - 1
        });
        for other in known {
            if let Some(parent) = self.parents.get_mut(other) {
                *parent = group;
            }
        }
        for key in keys {
            self.keys.insert(key, group);
        }
        group
    }

    fn settled(&self, mut group: usize) -> usize {
        while let Some(parent) = self.parents.get(group).filter(|parent| **parent != group) {
            group = *parent;
        }
        group
    }

    fn len(&self) -> usize {
        self.parents.len()
    }
}

fn period(start: Instant, end: Instant) -> Option<Period> {
    let (start, end) = (start.day()?, end.day()?);
    Period::new(start.min(end), start.max(end))
}

fn reject(file: &str, line: u64, column: &str, reason: &str) -> Reject {
    Reject { file: file.to_owned(), line, column: column.to_owned(), reason: reason.to_owned() }
}

const KIND: &str = "camera trap";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deployments_are_at_one_location_by_identifier_name_or_place() {
        let mut groups = Groups::default();
        let at = |lat: f64| Point::from_degrees(lat, 4.5).unwrap();
        let a = groups.of("L1", "", at(51.0));
        let b = groups.of("", "Reed east", at(52.0));
        let c = groups.of("L2", "reed  EAST", at(53.0));
        let d = groups.of("", "", at(51.000_01));
        let e = groups.of("L3", "", at(54.0));
        // One more ties two that were apart.
        let f = groups.of("L1", "Reed East", at(55.0));
        let settled = [a, b, c, d, f].map(|group| groups.settled(group));
        assert!(settled.iter().all(|group| *group == settled[0]));
        assert_ne!(groups.settled(e), settled[0]);
    }
}

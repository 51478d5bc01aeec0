//! Tracks: what an individual did is told as it is, or as cells and periods, never as a thinned line.
//!
//! An individual of which any fix is protected is told coarsely as a whole: where an exact line breaks
//! off and goes on, what lies between is found by drawing it. Fixes that a rule about time withholds
//! (an embargo, the last so many years) are left out one by one: they leave no gap but at an end.
//!
//! A place where an individual dwells – a nest, a roost, a den – is found from its fixes, and rules
//! about nesting, roosting or denning meet it. A GPX file is one individual: who walked it.

mod dwell;
mod write;

use std::sync::Arc;

use reedbed_core::decide::PlaceTold;
use reedbed_core::period::Period;
use reedbed_core::place::Point;
use reedbed_formats::collection::{Collection, TrackFile};
use reedbed_formats::track::{Animal, Fix, Gpx, GpxPoint, Met, ReferenceTable, Unfit};
use rustc_hash::FxHashMap;

use self::dwell::Dwelling;
use super::{Thing, ThingCache, Zone, Zones};
use crate::judge::Judge;
use crate::share::ShareError;
use crate::tally::Reject;
use crate::verdict::{Verdict, stricter};

/// All tracks, surveyed.
pub(super) struct Tracks<'a> {
    files: &'a [TrackFile],
    references: &'a [ReferenceTable],
    animals: Animals,
    individuals: FxHashMap<String, Individual>,
    /// Verdicts on fixes that are withheld one by one, by the days for which they hold.
    has_rules_of_time: bool,
    rejects: Vec<Reject>,
}

/// What is known of animals, by identifier and by tag.
#[derive(Default)]
struct Animals {
    known: Vec<(String, Animal)>,
    by_id: FxHashMap<String, usize>,
    by_tag: FxHashMap<String, usize>,
}

impl Animals {
    fn of(&self, individual: &str) -> Option<&Animal> {
        let at = self.by_id.get(individual).or_else(|| self.by_tag.get(individual))?;
        self.known.get(*at).map(|(_, animal)| animal)
    }
}

/// One individual.
#[derive(Default)]
struct Individual {
    taxon: Option<String>,
    verdict: Option<Arc<Verdict>>,
    /// Where it dwells.
    dwelling: Dwelling,
    /// Protected places where it dwells or was caught: one for each square.
    places: FxHashMap<(i64, i64), Point>,
    /// The largest uncertainty of its fixes.
    ///
    /// Units: metres.
    largest_m: f64,
}

impl<'a> Tracks<'a> {
    pub(super) fn none() -> Self {
        Self {
            files: &[],
            references: &[],
            animals: Animals::default(),
            individuals: FxHashMap::default(),
            has_rules_of_time: false,
            rejects: Vec::new(),
        }
    }

    /// Reads all tracks twice: where individuals dwell is known after the first time.
    pub(super) fn survey(
        collection: &'a Collection,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let mut tracks =
            Self { files: &collection.tracks, references: &collection.references, ..Self::none() };
        tracks.read_animals()?;
        let mut cache = ThingCache::default();
        let mut individuals: FxHashMap<String, Individual> = FxHashMap::default();
        let mut rejects = Vec::new();
        tracks.each(|file, met| {
            match met {
                Met::Unfit(unfit) => rejects.push(of_unfit(file, &unfit)),
                Met::Fix(fix) => {
                    let individual = known(&mut individuals, fix.individual);
                    individual.largest_m =
                        individual.largest_m.max(fix.uncertainty_m.unwrap_or(0.0));
                    if !fix.taxon.is_empty() && individual.taxon.is_none() {
                        individual.taxon = Some(fix.taxon.to_owned());
                    }
                    if !fix.is_outlier {
                        individual.dwelling.add(fix.point, fix.time);
                    }
                }
            }
            Ok(())
        })?;
        for (_, animal) in &tracks.animals.known {
            known(&mut individuals, &animal.id);
        }
        for individual in individuals.values_mut() {
            individual.dwelling.settle();
        }
        tracks.individuals = individuals;
        tracks.rejects.extend(rejects);
        tracks.decide(judge, &mut cache)?;
        Ok(tracks)
    }

    fn read_animals(&mut self) -> Result<(), ShareError> {
        for table in self.references {
            let (animals, unfit) = table.animals()?;
            self.rejects.extend(unfit.iter().map(|unfit| of_unfit(&table.table.name, unfit)));
            for animal in animals {
                let at = self.animals.known.len();
                if !animal.id.is_empty() {
                    self.animals.by_id.insert(animal.id.clone(), at);
                }
                if !animal.tag.is_empty() {
                    self.animals.by_tag.insert(animal.tag.clone(), at);
                }
                self.animals.known.push((table.table.name.clone(), animal));
            }
        }
        Ok(())
    }

    /// Decides about each fix, and about each individual by all of its fixes.
    fn decide(&mut self, judge: &Judge<'_>, cache: &mut ThingCache) -> Result<(), ShareError> {
        let mut individuals = std::mem::take(&mut self.individuals);
        let mut has_rules_of_time = false;
        self.each(|_, met| {
            let Met::Fix(fix) = met else { return Ok(()) };
            let Some(individual) = individuals.get_mut(fix.individual) else { return Ok(()) };
            let Some(verdict) = self.of_fix(&fix, individual, judge, cache) else { return Ok(()) };
            if individual.dwelling.is_at(fix.point) {
                individual.places.entry(dwell::square(fix.point)).or_insert(fix.point);
            }
            if is_of_time_alone(&verdict, judge) {
                has_rules_of_time = true;
            } else {
                individual.verdict = stricter(individual.verdict.as_ref(), Some(&verdict));
            }
            Ok(())
        })?;
        for (_, animal) in &self.animals.known {
            let Some(individual) = individuals.get_mut(&animal.id) else { continue };
            let circles: Vec<(Point, f64)> = animal.places.iter().map(|p| (*p, 0.0)).collect();
            let thing = Thing {
                taxon: Some(&animal.taxon),
                circles: &circles,
                life_stage: &animal.life_stage,
                // It may have been caught at its nest.
                behavior: DWELLING,
                individuals: &[&animal.id],
                ..Thing::of(KIND)
            };
            if let Some(verdict) = judge.thing(&thing, cache)
                && !is_of_time_alone(&verdict, judge)
            {
                individual.verdict = stricter(individual.verdict.as_ref(), Some(&verdict));
                let places = animal.places.iter().map(|place| (dwell::square(*place), *place));
                individual.places.extend(places);
            }
        }
        self.individuals = individuals;
        self.has_rules_of_time = has_rules_of_time;
        Ok(())
    }

    fn of_fix(
        &self,
        fix: &Fix<'_>,
        individual: &Individual,
        judge: &Judge<'_>,
        cache: &mut ThingCache,
    ) -> Option<Arc<Verdict>> {
        let animal = self.animals.of(fix.individual);
        let taxon = match (fix.taxon, animal) {
            ("", Some(animal)) => Some(animal.taxon.as_str()),
            ("", None) => individual.taxon.as_deref(),
            (taxon, _) => Some(taxon),
        };
        // An animal without a name may be any; a person's walk is about no taxon.
        let taxon = taxon.or((!fix.is_of_person).then_some(""));
        let circles = [(fix.point, fix.uncertainty_m.unwrap_or(0.0))];
        let day = fix.time.and_then(|time| time.day());
        let thing = Thing {
            taxon,
            circles: &circles,
            period: day.and_then(|day| Period::new(day, day)),
            life_stage: animal.map_or("", |animal| &animal.life_stage),
            behavior: if individual.dwelling.is_at(fix.point) { DWELLING } else { "moving" },
            individuals: &[fix.individual],
            ..Thing::of(KIND)
        };
        judge.thing(&thing, cache)
    }

    /// Shows every fix of every file to a visitor.
    fn each(
        &self,
        mut visit: impl FnMut(&str, Met<'_>) -> Result<(), ShareError>,
    ) -> Result<(), ShareError> {
        for file in self.files {
            match file {
                TrackFile::Gpx(name, gpx) => each_of_gpx(name, gpx, &mut visit)?,
                TrackFile::Movebank(events) => {
                    let name = &events.table.name;
                    events.table.texts().each(|row| match events.read(row) {
                        None => Ok(()),
                        Some(met) => visit(name, met),
                    })?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn zones(&self, zones: &mut Zones) {
        for individual in self.individuals.values() {
            let Some(verdict) = &individual.verdict else { continue };
            for point in individual.places.values() {
                let (point, verdict) = (*point, Arc::clone(verdict));
                zones.add(Zone { point, radius_m: dwell::SQUARE_M, verdict });
            }
        }
    }

    /// Withholds individuals that are named; says whether that changes anything.
    pub(super) fn withhold(&mut self, is_named: &dyn Fn(&str, &str) -> bool) -> bool {
        let mut is_changed = false;
        for (id, individual) in &mut self.individuals {
            if let Some(verdict) =
                individual.verdict.as_mut().filter(|_| is_named("individual", id))
            {
                is_changed |= !verdict.decision.is_withheld();
                *verdict = Arc::new(verdict.withheld());
            }
        }
        is_changed
    }

    /// Takes the verdicts of protected places that a track comes by.
    pub(super) fn close(&mut self, zones: &Zones) -> Result<(), ShareError> {
        if zones.is_empty() || self.files.is_empty() {
            return Ok(());
        }
        let mut found: FxHashMap<String, Arc<Verdict>> = FxHashMap::default();
        self.each(|_, met| {
            let Met::Fix(fix) = met else { return Ok(()) };
            if let Some(verdict) = zones.beside(fix.point, fix.uncertainty_m.unwrap_or(0.0)) {
                let known = found.get(fix.individual);
                if let Some(verdict) = stricter(known, Some(&verdict)) {
                    found.insert(fix.individual.to_owned(), verdict);
                }
            }
            Ok(())
        })?;
        for (id, verdict) in found {
            if let Some(individual) = self.individuals.get_mut(&id) {
                individual.verdict = stricter(individual.verdict.as_ref(), Some(&verdict));
            }
        }
        Ok(())
    }
}

/// Whether rules withhold a fix for when it was made, and for nothing else: then it is left out by
/// itself.
fn is_of_time_alone(verdict: &Verdict, judge: &Judge<'_>) -> bool {
    let is_of_time = |rule: &usize| {
        judge.rules().rules.get(*rule).is_some_and(|rule| {
            let asks_when = rule.season.is_some() || rule.max_age_years.is_some();
            asks_when && rule.area.is_none() && rule.behavior.is_empty()
        })
    };
    verdict.decision.place == PlaceTold::Withheld && verdict.rules.iter().all(is_of_time)
}

fn known<'i>(individuals: &'i mut FxHashMap<String, Individual>, id: &str) -> &'i mut Individual {
    if !individuals.contains_key(id) {
        individuals.insert(id.to_owned(), Individual::default());
    }
    individuals.entry(id.to_owned()).or_default()
}

/// The points of a GPX file as fixes of one individual, who has the name of the file.
fn each_of_gpx(
    name: &str,
    gpx: &Gpx,
    visit: &mut impl FnMut(&str, Met<'_>) -> Result<(), ShareError>,
) -> Result<(), ShareError> {
    for unfit in &gpx.unfit {
        visit(name, Met::Unfit(unfit.clone()))?;
    }
    for point in gpx.points() {
        visit(name, Met::Fix(fix_of(name, point)))?;
    }
    Ok(())
}

fn fix_of<'n>(name: &'n str, point: &GpxPoint) -> Fix<'n> {
    Fix {
        line: point.number,
        individual: name,
        taxon: "",
        point: point.point,
        uncertainty_m: None,
        time: point.time,
        is_outlier: false,
        is_of_person: true,
    }
}

fn of_unfit(file: &str, unfit: &Unfit) -> Reject {
    Reject {
        file: file.to_owned(),
        line: unfit.line,
        column: unfit.column.to_owned(),
        reason: unfit.reason.to_owned(),
    }
}

const KIND: &str = "track";
/// What an individual may be doing where it dwells.
const DWELLING: &str = "nesting | roosting | denning";

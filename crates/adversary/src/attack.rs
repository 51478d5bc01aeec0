//! All attacks on one copy, in two readings: what is protected, then what gives it away.

use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use rustc_hash::FxHashMap;
use std::num::NonZeroUsize;

use crate::besides::Besides;
use crate::claim::{Attack, Findings};
use crate::claims::{Claims, Guess};
use crate::gather::{self, First, ORDER, Second};
use crate::linking::Known;
use crate::numbers::HOW;
use crate::odds::{Kind, Odds};
use crate::paths::PathOdds;
use crate::reading::{Part, Reading};
use crate::seen::SeenPlace;
use crate::series::Numbered;
use crate::sites::Few;
use crate::target::{Sensitive, Target};
use crate::trials::{Left, Trials};
use crate::ways::{Key, Way};

mod beside;
mod regions;
pub(crate) mod texts;

use self::texts::Texts;

/// How a copy is attacked.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How often the public cell is divided by five in the copy: 0 for a public copy.
    pub steps: u32,
    /// How sure a claim must be to count, 0 to 1.
    pub sure: f64,
    /// Claims to hand out.
    pub most_claims: usize,
    /// Threads.
    pub workers: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { steps: 0, sure: 0.5, most_claims: 1_000, workers }
    }
}

/// Attacks a copy, whoever made it, with the list of what is sensitive: all of it together, and each
/// part by itself, which is a kind of data, an archive or a folder. How sure an attack is it measures
/// on what it reads, and what else lies there must not make it less sure.
///
/// `besides` is what the attacker has more than the copy.
///
/// Errors: [`FormatError`] where the copy cannot be read.
pub fn attack(
    copy: &Dataset,
    besides: &Besides<'_>,
    sensitive: Sensitive<'_>,
    settings: &Settings,
) -> Result<Findings, FormatError> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for table in &copy.tables {
        if !parts.contains(&table.part()) {
            parts.push(table.part());
        }
    }
    if parts.len() < 2 {
        return attack_of(copy, None, besides, sensitive, settings);
    }
    let uncut = Settings { most_claims: usize::MAX, ..*settings };
    let mut findings = attack_of(copy, None, besides, sensitive, &uncut)?;
    for part in parts {
        findings.merge(attack_of(copy, Some(part), besides, sensitive, &uncut)?);
    }
    findings.claims.truncate(settings.most_claims);
    Ok(findings)
}

fn attack_of<'d>(
    copy: &'d Dataset,
    only: Option<Part<'d>>,
    besides: &Besides<'_>,
    sensitive: Sensitive<'_>,
    settings: &Settings,
) -> Result<Findings, FormatError> {
    let reading = Reading::of_part(copy, only)?;
    let has_links = !besides.known.is_empty() || !besides.with.is_empty();
    let mut first = gather::first(&reading, sensitive, settings, has_links)?;
    let trials = Trials::of(&first.targets, &first.trials);
    let own = Some(&copy.outlines).filter(|outlines| !outlines.is_empty());
    let mut texts = Texts::of(&reading, besides, own, sensitive, &first.targets)?;
    texts.read_metadata(copy);
    let second = gather::second(&reading, &first, &trials, &texts, settings)?;
    let mut telling: Vec<u32> = first.telling.iter().copied().collect();
    telling.sort_unstable();
    let odds = trials.odds(&second.sites, (&second.gaps, &second.seams), &telling, &first.targets);
    let mut lacking: FxHashMap<u32, f64> = FxHashMap::default();
    let mut crowds: FxHashMap<RegionOf, f64> = FxHashMap::default();
    for target in &first.targets {
        *crowds.entry(region_of(target)).or_default() += 1.0;
        for column in &telling {
            let knows = |of: &Numbered| of.column == *column && second.gaps.knows(*of);
            if !target.numbers.iter().any(knows) {
                *lacking.entry(*column).or_default() += 1.0;
            }
        }
    }
    let mut claims = Claims::default();
    claims.exact = std::mem::take(&mut first.exact);
    let mut board = Board {
        reading: &reading,
        first: &first,
        second: &second,
        odds,
        telling,
        path_odds: FxHashMap::default(),
        trials: &trials,
        lacking,
        crowds,
        claims,
    };
    for (index, target) in first.targets.iter().enumerate() {
        board.by_ways(index, target);
        board.by_numbers(index, target);
        board.by_gaps(index, target);
        board.by_path(index, target);
        board.by_seams(index, target);
        board.by_texts(index, target);
        for left in trials.left(&second.sites, index, target.near_m()) {
            board.by_elimination(index, target, &left);
        }
    }
    for known in besides.known {
        board.by_linking(&Known::read(known)?);
    }
    board.by_names(&first.targets, &second.texts);
    board.by_metadata(&first.targets, &second.texts);
    board.by_averaging(&first.targets);
    board.by_coalition(besides.with, &first.targets)?;
    let mut findings = board.claims.findings(copy, sensitive.rules, &first.targets, settings);
    let has_copies = !besides.with.is_empty();
    for count in &mut findings.attacks {
        count.tried = match count.attack {
            Attack::Clip => own.is_some() || besides.layers.is_some_and(|set| !set.is_empty()),
            Attack::Coalition => has_copies,
            Attack::Linking => has_copies || !besides.known.is_empty(),
            _ => true,
        };
    }
    Ok(findings)
}

/// The region and the period that a record states.
type RegionOf = (Option<[i64; 4]>, Option<(Day, Day)>);

fn region_of(target: &Target) -> RegionOf {
    (target.allowed.map(|place| place.bounds()), target.days)
}

struct Board<'a, 'd> {
    reading: &'a Reading<'d>,
    first: &'a First,
    second: &'a Second<'a>,
    odds: Odds,
    /// Columns whose numbers tell places.
    telling: Vec<u32>,
    trials: &'a Trials,
    /// By column, how many protected records have no number of their own in a known series.
    lacking: FxHashMap<u32, f64>,
    /// By region and period, how many protected records state them.
    crowds: FxHashMap<RegionOf, f64>,
    /// By the distance that counts as near, as bits: how often the way leads to the place.
    path_odds: FxHashMap<(usize, u64), PathOdds>,
    claims: Claims,
}

impl Board<'_, '_> {
    fn by_ways(&mut self, index: usize, target: &Target) {
        for (key, column) in &target.keys {
            let Some(pointer) = self.second.evidence.pointer(*key, target) else { continue };
            let chance =
                self.second.agreement.chance(key.way, *column, pointer.others, target.near_m());
            let because = format!(
                "It shares {} with {} told exactly at one place; of records that share that, at \
                 least {:.0} % lie so near each other.",
                key.way.words(),
                records(pointer.records),
                chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: key.way.attack(),
                    point: pointer.point,
                    radius_m: target.near_m(),
                    probability: chance * pointer.share,
                    because,
                    column: self.column_name(*column, *key),
                },
            );
        }
    }

    fn by_numbers(&mut self, index: usize, target: &Target) {
        for of in &target.numbers {
            let way = if of.column == ORDER { Way::Order } else { Way::Number };
            let Some(neighbours) = self.second.series.neighbours(*of, index) else { continue };
            let near = [neighbours.below, neighbours.above];
            let possible = |(_, place): &(u64, SeenPlace)| {
                place.radius_m <= target.near_m() && target.may_be_at(place.point)
            };
            let near: Vec<(u64, Point)> = near
                .into_iter()
                .flatten()
                .filter(possible)
                .map(|(lag, place)| (lag, place.point))
                .collect();
            let Some((lag, point)) = near.iter().min_by_key(|(lag, _)| *lag).copied() else {
                continue;
            };
            // Rows that were put at an end of the file stand beside others by chance.
            if way == Way::Order && near.len() < 2 {
                continue;
            }
            let agree =
                near.iter().all(|(_, other)| other.distance_bound_m(point) <= target.near_m());
            let agreement = &self.first.agreement;
            let reach_m = target.allowed.map_or(f64::MAX, |place| 2.0 * place.radius_m);
            let chance = agreement.chance_within(way, of.column, lag, (target.near_m(), reach_m));
            // Neighbours on both sides at one place: both would have to mislead.
            let probability = match (near.len(), agree) {
                (2, true) => 1.0 - (1.0 - chance) * (1.0 - chance),
                (2, false) => chance / 2.0,
                _ => chance,
            };
            let because = format!(
                "It stands {} in {} beside a record told exactly; such neighbours lie together in at \
                 least {:.0} % of cases.",
                if lag == 1 { "next".to_owned() } else { format!("{lag} places away") },
                way.words(),
                chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: way.attack(),
                    point,
                    radius_m: target.near_m(),
                    probability,
                    because,
                    column: self.reading.heading(of.column).map(str::to_owned),
                },
            );
        }
    }

    /// Between two records of its recorder or its day, by the time.
    fn by_path(&mut self, index: usize, target: &Target) {
        for (by, paths) in self.second.paths.iter().enumerate() {
            let Some(between) = paths.between(index, target) else { continue };
            let near_m = target.near_m();
            let odds = self.path_odds.entry((by, near_m.to_bits()));
            let odds = odds.or_insert_with(|| paths.odds(&self.first.trials, near_m));
            let chance = odds.chance(between);
            let (whose, columns) = if by == 0 {
                ("Its recorder has", "recordedBy, eventTime")
            } else {
                ("Its day has", "eventTime")
            };
            let because = format!(
                "{whose} records told exactly before and after it, {} minutes apart; records that were \
                 taken out to try this were on the way in at least {:.0} % of cases.",
                between.minutes,
                chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: Attack::SameObserverDay,
                    point: between.point,
                    radius_m: near_m,
                    probability: chance,
                    because,
                    column: Some(columns.to_owned()),
                },
            );
        }
    }

    /// Numbers that are missing between exact records of one place.
    fn by_gaps(&mut self, index: usize, target: &Target) {
        for column in &self.telling {
            // Its own number, if it has one in a known series, says more.
            let knows = |of: &Numbered| of.column == *column && self.second.gaps.knows(*of);
            if target.numbers.iter().any(knows) {
                continue;
            }
            for (at, how) in HOW.into_iter().enumerate() {
                let few: Few = self.second.gaps.of(*column, target, how);
                let Some(crowd) = few.crowd(target.near_m()) else { continue };
                let kinds = [Kind::Gap(*column, at), Kind::GapOfTaxa(*column, at)];
                let chances = kinds.map(|kind| self.odds.chance_of_gaps(kind, &crowd));
                // Where hardly more numbers are missing than records lack one, each gap is of one.
                let explained = self.lacking.get(column).copied().unwrap_or(0.0)
                    / self.second.gaps.missing(*column).max(1) as f64;
                // As many records as sites: whichever is where, each site has one.
                let crowded = self.crowds.get(&region_of(target)).copied().unwrap_or(1.0)
                    / crowd.sites.max(1) as f64;
                let by_count = explained.min(1.0) * crowd.share.max(crowded.min(1.0));
                let chance = chances.into_iter().fold(by_count, f64::max);
                let because = format!(
                    "Numbers are missing between neighbours of one place at {} in its region and \
                     period; such gaps lead to the right place in at least {:.0} % of cases.",
                    sites(crowd.sites),
                    chance * 100.0
                );
                self.claims.guess(
                    index,
                    Guess {
                        attack: Attack::Series,
                        point: crowd.point,
                        radius_m: target.near_m(),
                        probability: chance,
                        because,
                        column: self.reading.heading(*column).map(str::to_owned),
                    },
                );
            }
        }
    }

    /// Places that tables of other kinds tell.
    fn by_seams(&mut self, index: usize, target: &Target) {
        let seams = &self.second.seams;
        for table in seams.beside(target.at.table) {
            let name = self.reading.columns.get(table).map_or("", |columns| &columns.table.name);
            let at_time = target.time_ms.and_then(|ms| seams.at_time(table, target, ms));
            let found = [
                (Kind::Beside(table), seams.in_region(table, target), "in its region and period"),
                (Kind::BesideInTime(table), at_time, "in its region at its very time"),
            ];
            for (kind, crowd, when) in found {
                let Some(crowd) = crowd else { continue };
                let chance = self.odds.chance(kind, &crowd);
                let because = format!(
                    "`{name}` tells {} {when}; that leads to the right place in at least {:.0} % of \
                     cases.",
                    sites(crowd.sites),
                    chance * 100.0
                );
                self.claims.guess(
                    index,
                    Guess {
                        attack: Attack::Seam,
                        point: crowd.point,
                        radius_m: target.near_m(),
                        probability: chance,
                        because,
                        column: None,
                    },
                );
            }
        }
    }

    fn by_texts(&mut self, index: usize, target: &Target) {
        let told = target.told.iter().find(|(point, _)| target.may_be_at(*point));
        let Some((point, column)) = told else { return };
        // A place found in a text by chance would rarely lie in the region that the record states.
        let probability = if target.allowed.is_some() { 0.95 } else { 0.6 };
        let guess = Guess {
            attack: Attack::Text,
            point: *point,
            radius_m: target.near_m().min(TEXT_M),
            probability,
            because: "One of its own texts tells a place that agrees with its region.".to_owned(),
            column: self.heading(target.at.table, *column),
        };
        self.claims.guess(index, guess);
    }

    fn by_linking(&mut self, known: &Known) {
        let targets = &self.first.targets;
        let (links, searched) =
            known.link(targets, &self.first.sample, |target, place| target.may_be_at(place.point));
        self.claims.searched.tried += searched.tried;
        self.claims.searched.all += searched.all;
        for (index, link) in links {
            let Some(target) = targets.get(index) else { continue };
            let radius_m = link.place.radius_m.max(LINKED_M);
            let is_below = std::f64::consts::PI * radius_m * radius_m < target.allowed_area_m2();
            if !is_below {
                continue;
            }
            let because = format!(
                "Its {} are together unique in another file, which tells the place; such links lead to \
                 the right place in at least {:.0} % of cases.",
                link.columns.join(", "),
                link.chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: Attack::Linking,
                    point: link.place.point,
                    radius_m,
                    probability: link.chance,
                    because,
                    column: Some(link.columns.join(", ")),
                },
            );
        }
    }

    /// The sites that are left in its region and period.
    fn by_elimination(&mut self, index: usize, target: &Target, left: &Left) {
        let Left { kind, crowd, column } = left;
        let chance = self.odds.chance(*kind, crowd);
        let heading = |column: u32| self.reading.heading(column).map(str::to_owned);
        let heading = match kind {
            Kind::Alike => {
                let columns = self.trials.columns_of(target).into_iter().filter_map(heading);
                Some(columns.collect::<Vec<_>>().join(", "))
            }
            _ => column.and_then(heading),
        };
        let which = match kind {
            Kind::AnyTime => "in its region, whenever it was",
            Kind::Alike => "in its region and period and states the same of its event",
            Kind::LikeOne => "in its region and period and has the same in one column",
            Kind::Beside(_)
            | Kind::BesideInTime(_)
            | Kind::Gap(..)
            | Kind::GapOfTaxa(..)
            | Kind::InPeriod => "in its region and period",
        };
        let because = format!(
            "Of the sites that the copy tells exactly, {} {which}; records that were taken out to try \
             this were found in at least {:.0} % of cases.",
            if crowd.sites == 1 {
                "one lies".to_owned()
            } else {
                format!("{:.0} % of {} lie together", crowd.share * 100.0, sites(crowd.sites))
            },
            chance * 100.0
        );
        self.claims.guess(
            index,
            Guess {
                attack: Attack::Elimination,
                point: crowd.point,
                radius_m: target.near_m(),
                probability: chance,
                because,
                column: heading,
            },
        );
    }

    fn column_name(&self, column: u32, key: Key) -> Option<String> {
        let name = match key.way {
            Way::Event => "eventID",
            Way::ParentEvent => "parentEventID",
            Way::ObserverDay => "recordedBy",
            _ => return self.reading.heading(column).map(str::to_owned),
        };
        Some(name.to_owned())
    }
}

fn records(number: u64) -> String {
    if number == 1 { "a record".to_owned() } else { format!("{number} records") }
}

fn sites(number: usize) -> String {
    if number == 1 { "one site".to_owned() } else { format!("{number} sites") }
}

/// How well a text tells a place.
///
/// Units: metres.
const TEXT_M: f64 = 100.0;
/// A link to a place is no finer than this.
///
/// Units: metres.
const LINKED_M: f64 = 50.0;

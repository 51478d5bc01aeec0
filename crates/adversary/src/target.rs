//! Protected records: which rows are attacked, and what the rules allow to know of them.

use reedbed_core::area::{Area, AreaSet};
use reedbed_core::category::Category;
use reedbed_core::decide::{Facts, PlaceFact, meet};
use reedbed_core::grid::Lattice;
use reedbed_core::period::{Day, Period};
use reedbed_core::place::{Nano, Point};
use reedbed_core::rule::{Rule, RuleSet, Width};
use reedbed_core::taxon::{Checklist, How, RuleTaxonId, TaxonFacts, TaxonHits, TaxonIndex};
use reedbed_formats::cells::Row;
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::linking::Features;
use crate::reading::At;
use crate::region::{allowed_on_ground_m2, stated_area_m2};
use crate::seen::{Seen, SeenPlace};
use crate::series::Numbered;
use crate::ways::Key;

/// A protected record under attack.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) at: At,
    /// The circle in which it says that it is, and the outline.
    pub(crate) allowed: Option<SeenPlace>,
    pub(crate) days: Option<(Day, Day)>,
    /// Its recorder and day, and the minute of the day.
    pub(crate) recorder_day: Option<u64>,
    pub(crate) minute: Option<u16>,
    /// Its instant.
    pub(crate) time_ms: Option<i64>,
    /// Side of the floor cell in metres: who tells it finer has broken the rule.
    pub(crate) floor_m: f64,
    /// What it shares with others, with the print of the column.
    pub(crate) keys: Vec<(Key, u32)>,
    /// Its numbers in series.
    pub(crate) numbers: Vec<Numbered>,
    /// What it states of its event: column and value, by print.
    pub(crate) states: Vec<(u32, u32)>,
    /// The rule that met it; else it only says that it was generalised.
    pub(crate) rule: Option<usize>,
    /// What it may be linked by.
    pub(crate) features: Features,
    /// Places that its own texts tell, with the column of the text.
    pub(crate) told: Vec<(Point, usize)>,
}

/// What is sensitive, as an attacker may know it: rule lists are public as a rule.
#[derive(Debug, Clone, Copy)]
pub struct Sensitive<'r> {
    /// The rules.
    pub rules: &'r RuleSet,
    /// Boundaries that they name.
    pub areas: &'r AreaSet,
    /// Synonyms and child taxa.
    pub checklist: Option<&'r Checklist>,
    /// Today, for rules about young records.
    pub today: Day,
}

/// The rules, ready to be asked how finely a row may be told.
pub(crate) struct Floors<'r> {
    sensitive: Sensitive<'r>,
    index: TaxonIndex<'r>,
    by_taxon: FxHashMap<RuleTaxonId, Vec<usize>>,
    without_taxon: Vec<usize>,
    /// By rule: the side of the cell that it asks for, in metres; nought for none.
    sides: Vec<f64>,
    /// By the bytes of all name columns: the listed taxa.
    known: FxHashMap<Box<[u8]>, TaxonHits>,
    key: Vec<u8>,
}

impl<'r> Floors<'r> {
    /// Reads the rules; `steps` divides the public cell by five as often, for a partner's copy.
    pub(crate) fn of(sensitive: Sensitive<'r>, steps: u32) -> Self {
        let divisor = 5_f64.powi(i32::try_from(steps).unwrap_or(0));
        let mut by_taxon: FxHashMap<RuleTaxonId, Vec<usize>> = FxHashMap::default();
        let mut without_taxon = Vec::new();
        let mut sides = Vec::new();
        for (index, rule) in sensitive.rules.rules.iter().enumerate() {
            sides.push(side_m(rule) / divisor);
            match rule.taxon {
                Some(taxon) => by_taxon.entry(taxon).or_default().push(index),
                None => without_taxon.push(index),
            }
        }
        Self {
            sensitive,
            index: TaxonIndex::new(&sensitive.rules.taxa, sensitive.checklist),
            by_taxon,
            without_taxon,
            sides,
            known: FxHashMap::default(),
            key: Vec::new(),
        }
    }

    /// How finely a row may be told, as the side of a cell in metres, and the rule that asks for it;
    /// nothing for a row that no rule meets.
    pub(crate) fn of_row(
        &mut self,
        row: Row<'_>,
        columns: &Columns<'_>,
        seen: &Seen,
    ) -> Option<(f64, usize)> {
        let hits = self.hits(row, columns);
        let candidates: Vec<usize> = hits
            .hits
            .iter()
            .filter_map(|(taxon, _)| self.by_taxon.get(taxon))
            .flatten()
            .chain(&self.without_taxon)
            .copied()
            .collect();
        if candidates.is_empty() {
            return None;
        }
        let circles: Vec<(Point, f64)> =
            seen.place.iter().map(|place| (place.point, place.radius_m)).collect();
        let place =
            if circles.is_empty() { PlaceFact::Unknown } else { PlaceFact::Circles(&circles) };
        let criteria: Vec<_> = columns.criteria.iter().map(|source| row.text(source)).collect();
        let criterion = |index: usize| criteria.get(index).map_or("", AsRef::as_ref);
        let providers: Vec<_> = columns.providers.iter().map(|source| row.text(source)).collect();
        let providers: Vec<&str> = providers.iter().map(AsRef::as_ref).collect();
        let individuals: Vec<_> =
            columns.individuals.iter().map(|source| row.text(source)).collect();
        // Whoever is told under another name may be anybody.
        let individuals: Vec<&str> = match seen.says_so {
            true => Vec::new(),
            false => individuals.iter().map(AsRef::as_ref).collect(),
        };
        // A fix says nothing of what the animal does: it moves. Where it dwells, other attacks try.
        let behavior = match (columns.table.kind_of_data, criterion(2)) {
            ("track", "") => "moving",
            (_, said) => said,
        };
        let facts = Facts {
            taxon: Some(&hits),
            place,
            period: seen.days.and_then(|(first, last)| Period::new(first, last)),
            life_stage: criterion(0),
            reproductive_condition: criterion(1),
            behavior,
            kind: columns.table.kind_of_data,
            providers: &providers,
            individuals: &individuals,
        };
        let Sensitive { rules, areas, today, .. } = self.sensitive;
        candidates
            .into_iter()
            .filter(|index| {
                let rule = rules.rules.get(*index);
                let may_lie_in = |rule: &Rule| match (&rule.area, seen.place) {
                    (Some(name), Some(place)) if seen.says_so => {
                        areas.find(name).is_none_or(|area| holds_half(area, place))
                    }
                    _ => true,
                };
                rule.is_some_and(|rule| {
                    meet(rule, &facts, areas, today).is_met() && may_lie_in(rule)
                })
            })
            .filter_map(|index| Some((self.sides.get(index).copied()?, index)))
            .filter(|(side, _)| *side > 0.0)
            // Of rules that ask for the same the first.
            .reduce(|one, other| if other.0 > one.0 { other } else { one })
    }

    /// The listed taxa that a row is of. What is only possible is left aside: the attacker wants
    /// records of listed taxa.
    fn hits(&mut self, row: Row<'_>, columns: &Columns<'_>) -> TaxonHits {
        self.key.clear();
        for source in &columns.names {
            self.key.extend_from_slice(&row.bytes(source));
            self.key.push(0);
        }
        if let Some(known) = self.known.get(self.key.as_slice()) {
            return known.clone();
        }
        let texts: Vec<_> = columns.names.iter().map(|source| row.text(source)).collect();
        let mut facts = TaxonFacts::default();
        for (term, text) in TaxonFacts::TERMS.iter().zip(&texts) {
            facts.set(term, text.trim());
        }
        let mut hits = self.index.lookup(&facts);
        hits.hits.retain(|(_, how)| {
            matches!(how, How::Exact | How::Synonym | How::Child | How::Misspelling)
        });
        if self.known.len() < MOST_KNOWN {
            self.known.insert(self.key.as_slice().into(), hits.clone());
        }
        hits
    }
}

/// Whether half or more of what a generalised record states of its place lies in an area. One that
/// hardly touches it was most likely generalised for something else.
fn holds_half(area: &Area, place: SeenPlace) -> bool {
    let [south, north, west, east] = place.bounds();
    let middle = |a: i64, b: i64| a + (b - a) / 2;
    let rows = [south, middle(south, north), north];
    let columns = [west, middle(west, east), east];
    let points = rows.iter().flat_map(|lat| columns.iter().map(move |lon| (*lat, *lon)));
    let within = points
        .filter(|(lat, lon)| area.touched_by(Point::clamped(Nano(*lat), Nano(*lon)), 0.0))
        .count();
    within * 2 >= rows.len() * columns.len()
}

/// The side of the widest cell that a rule asks for; that of a degree where it withholds.
fn side_m(rule: &Rule) -> f64 {
    let outcome = &rule.outcome;
    let by_width = outcome.public_width.map(|width| match width {
        Width::Degrees(degrees) => degrees.degrees() * METRES_PER_DEGREE,
        Width::Metres(metres) => f64::from(metres),
    });
    let is_held = outcome.withhold || outcome.embargo_until.is_some();
    let category = match outcome.category {
        _ if is_held => Some(Category::Extreme),
        None if by_width.is_none() => Some(Category::Extreme),
        category => category,
    };
    let by_category = category.and_then(Lattice::of).map(Lattice::height_m);
    by_width.unwrap_or(0.0).max(by_category.unwrap_or(0.0))
}

impl Target {
    /// Area that the rules allow to know: of the floor cell.
    pub(crate) fn allowed_area_m2(&self) -> f64 {
        self.floor_m * self.floor_m
    }

    /// Radius of a circle so small that whoever names it has gone below the floor: its area is a
    /// fifth of the floor's.
    pub(crate) fn near_m(&self) -> f64 {
        self.floor_m / 4.0
    }

    /// Whether a point agrees with what the record itself says of its place.
    pub(crate) fn may_be_at(&self, point: Point) -> bool {
        self.allowed.is_none_or(|place| place.may_hold(point))
    }

    /// Whether something on these days agrees with what the record says of its date.
    pub(crate) fn may_be_on(&self, days: Option<(Day, Day)>) -> bool {
        match (self.days, days) {
            (Some((first, last)), Some((start, end))) => first <= end && start <= last,
            _ => true,
        }
    }

    /// Whether the record tells its own place below the floor: both as areas on the ground.
    pub(crate) fn is_told_exactly(seen: &Seen, floor_m: f64) -> bool {
        seen.place.is_some_and(|place| {
            let allowed = allowed_on_ground_m2(floor_m * floor_m, place.point);
            stated_area_m2(&place) < allowed * LESS
        })
    }
}

/// A region that is smaller by no more than this is as large.
const LESS: f64 = 0.98;
const METRES_PER_DEGREE: f64 = 111_320.0;
const MOST_KNOWN: usize = 200_000;

//! Protected records: which rows are attacked, and what the rules allow to know of them.

use reedbed_core::category::Category;
use reedbed_core::grid::Lattice;
use reedbed_core::place::Point;
use reedbed_core::rule::{RuleSet, Width};
use reedbed_core::taxon::{How, RuleTaxonId, TaxonFacts, TaxonHits, TaxonIndex};
use reedbed_formats::cells::Row;
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::reading::At;
use crate::seen::{Seen, SeenPlace};
use crate::ways::Key;

/// A protected record under attack.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) at: At,
    /// The circle in which it says that it is, and the outline.
    pub(crate) allowed: Option<SeenPlace>,
    pub(crate) days: Option<(reedbed_core::period::Day, reedbed_core::period::Day)>,
    /// Side of the floor cell in metres: who tells it finer has broken the rule.
    pub(crate) floor_m: f64,
    pub(crate) keys: Vec<(Key, Option<usize>)>,
    /// Its numbers in series: prefix, number and which column.
    pub(crate) numbers: Vec<(u64, u64, usize)>,
    /// Places that its own texts tell, with the column of the text.
    pub(crate) told: Vec<(Point, usize)>,
}

/// The rules, as an attacker reads them.
pub(crate) struct Floors<'r> {
    index: TaxonIndex<'r>,
    /// By taxon: the side of the widest cell that a rule asks for, in metres.
    sides: FxHashMap<RuleTaxonId, f64>,
    known: FxHashMap<Box<[u8]>, Option<f64>>,
    key: Vec<u8>,
}

impl<'r> Floors<'r> {
    /// Reads the rules; `steps` divides the public cell by five as often, for a partner's copy.
    pub(crate) fn of(rules: &'r RuleSet, steps: u32) -> Self {
        let mut sides: FxHashMap<RuleTaxonId, f64> = FxHashMap::default();
        for rule in &rules.rules {
            let Some(taxon) = rule.taxon else { continue };
            let by_width = rule.outcome.public_width.map(|width| match width {
                Width::Degrees(degrees) => degrees.degrees() * METRES_PER_DEGREE,
                Width::Metres(metres) => f64::from(metres),
            });
            let category = match rule.outcome.category {
                None if by_width.is_none() => Some(Category::Extreme),
                category => category,
            };
            let by_category = category.and_then(Lattice::of).map(Lattice::height_m);
            let side = by_width.unwrap_or(0.0).max(by_category.unwrap_or(0.0));
            if side > 0.0 {
                let known = sides.entry(taxon).or_default();
                *known = known.max(side);
            }
        }
        let divisor = 5_f64.powi(i32::try_from(steps).unwrap_or(0));
        sides.values_mut().for_each(|side| *side /= divisor);
        let index = TaxonIndex::new(&rules.taxa, None);
        Self { index, sides, known: FxHashMap::default(), key: Vec::new() }
    }

    /// The floor of a row by its names; nothing for a row of no listed taxon.
    pub(crate) fn of_row(&mut self, row: Row<'_>, columns: &Columns<'_>) -> Option<f64> {
        self.key.clear();
        for source in &columns.names {
            self.key.extend_from_slice(&row.bytes(source));
            self.key.push(0);
        }
        if let Some(known) = self.known.get(self.key.as_slice()) {
            return *known;
        }
        let texts: Vec<_> = columns.names.iter().map(|source| row.text(source)).collect();
        let mut facts = TaxonFacts::default();
        for (term, text) in TaxonFacts::TERMS.iter().zip(&texts) {
            facts.set(term, text.trim());
        }
        let hits: TaxonHits = self.index.lookup(&facts);
        // What is only possible is no target: the attacker wants records of listed taxa.
        let is_sure =
            |how: &How| matches!(how, How::Exact | How::Synonym | How::Child | How::Misspelling);
        let sides = hits.hits.iter().filter(|(_, how)| is_sure(how));
        let floor = sides.filter_map(|(taxon, _)| self.sides.get(taxon).copied()).reduce(f64::max);
        if self.known.len() < MOST_KNOWN {
            self.known.insert(self.key.as_slice().into(), floor);
        }
        floor
    }
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
        self.allowed.is_none_or(|place| match place.edges {
            Some([south, north, west, east]) => {
                (south..=north).contains(&point.lat()) && (west..=east).contains(&point.lon())
            }
            None => place.point.distance_floor_m(point) <= place.radius_m,
        })
    }

    /// Whether something on these days agrees with what the record says of its date.
    pub(crate) fn may_be_on(
        &self,
        days: Option<(reedbed_core::period::Day, reedbed_core::period::Day)>,
    ) -> bool {
        match (self.days, days) {
            (Some((first, last)), Some((start, end))) => first <= end && start <= last,
            _ => true,
        }
    }

    /// Whether the record tells its own place below the floor.
    pub(crate) fn is_told_exactly(seen: &Seen, floor_m: f64) -> bool {
        seen.place.is_some_and(|place| {
            let area = std::f64::consts::PI * place.radius_m * place.radius_m;
            area < floor_m * floor_m
        })
    }
}

const METRES_PER_DEGREE: f64 = 111_320.0;
const MOST_KNOWN: usize = 200_000;

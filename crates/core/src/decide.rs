//! The one policy function: may this audience see this record, and how precisely?
//!
//! Total and deterministic. Which rules meet a record is found by [`meet`]; what follows from
//! all of them together is found here, and the strictest of them wins in every respect by itself.

mod meeting;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::category::Category;
use crate::grid::{CellWidth, Lattice};
use crate::period::Precision;
use crate::rule::{Outcome, Rule, Siblings, Width};
pub use meeting::{Facts, Meeting, Meets, PlaceFact, meet};

/// Who a copy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// One partner, told at a step of the lattice that its agreement grants.
    Partner {
        /// Divisions by five between public cell and floor; 1 by default, at most 3.
        step: u8,
    },
    /// Nobody outside: the level that partners' copies are made from, told by floor cells.
    PartnerLevel {
        /// Divisions by five between public cell and floor; 1 by default, at most 3.
        step: u8,
    },
    /// Everyone.
    Public,
}

/// How the place of a record is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceTold {
    /// As it is held.
    AsHeld,
    /// As a block, `step` divisions below the public cell.
    Block {
        /// The record's lattice.
        lattice: Lattice,
        /// Divisions by five between public cell and floor.
        step: u8,
    },
    /// As a public cell.
    Cell {
        /// The record's lattice.
        lattice: Lattice,
    },
    /// Not at all: the record is withheld.
    Withheld,
}

impl PlaceTold {
    /// The next wider way of telling a place that cannot be cut against this one: of a block the
    /// public cell, of a cell the one that is made of 5 × 5 such cells. Nothing where there is none:
    /// metric cells do not nest upwards.
    pub fn wider(self) -> Option<Self> {
        match self {
            Self::Block { lattice, .. } => Some(Self::Cell { lattice }),
            Self::Cell { lattice: Lattice::Degrees { width } } => {
                let width = width.five_times()?;
                Some(Self::Cell { lattice: Lattice::Degrees { width } })
            }
            Self::AsHeld | Self::Cell { .. } | Self::Withheld => None,
        }
    }

    /// Side of the finest cell that anyone outside may learn: 0 for a place as it is held, infinite
    /// for one that is not told.
    ///
    /// Units: metres.
    pub fn floor_m(self) -> f64 {
        match self {
            Self::Block { lattice, step } => {
                lattice.height_m() / 5_f64.powi(i32::from(step.min(3)))
            }
            other => other.width_m(),
        }
    }

    /// The height of what is told: 0 for a place as it is held, infinite for one that is not told.
    ///
    /// Units: metres.
    pub fn width_m(self) -> f64 {
        match self {
            Self::AsHeld => 0.0,
            Self::Block { lattice, step } => block_height_m(lattice, step),
            Self::Cell { lattice } => lattice.height_m(),
            Self::Withheld => f64::INFINITY,
        }
    }
}

/// What follows for one record and one audience.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The record's category: the strictest of all rules that met it.
    pub category: Category,
    /// How its place is told.
    pub place: PlaceTold,
    /// How its period is told; nothing where it is told as held.
    pub period: Option<Precision>,
    /// Extra columns that every rule lets leave.
    pub allowed_columns: BTreeSet<String>,
    /// Types of measurement that every rule lets leave.
    pub allowed_measurements: BTreeSet<String>,
    /// What becomes of ties to more precise records: the strictest that a rule asks for.
    pub siblings: Option<Siblings>,
}

impl Decision {
    /// The decision for a record that no rule met.
    pub fn clear() -> Self {
        Self {
            category: Category::None,
            place: PlaceTold::AsHeld,
            period: None,
            allowed_columns: BTreeSet::new(),
            allowed_measurements: BTreeSet::new(),
            siblings: None,
        }
    }

    /// Whether anything about the record is held back.
    pub fn is_protected(&self) -> bool {
        self.category > Category::None || self.place != PlaceTold::AsHeld || self.period.is_some()
    }

    /// Whether the whole record is withheld.
    pub fn is_withheld(&self) -> bool {
        self.place == PlaceTold::Withheld
    }

    /// The stricter of two decisions in every respect: what holds for a record that shares
    /// something with another.
    #[must_use]
    pub fn or_stricter(&self, other: &Self) -> Self {
        if !self.is_protected() {
            return other.clone();
        }
        if !other.is_protected() {
            return self.clone();
        }
        Self {
            category: self.category.max(other.category),
            place: stricter_place(self.place, other.place),
            period: self.period.max(other.period),
            allowed_columns: &self.allowed_columns & &other.allowed_columns,
            allowed_measurements: &self.allowed_measurements & &other.allowed_measurements,
            siblings: self.siblings.max(other.siblings),
        }
    }
}

/// Decides what an audience may see of a record, from the rules that met it.
pub fn decide<'r>(met: impl IntoIterator<Item = &'r Rule>, audience: Audience) -> Decision {
    met.into_iter().fold(Decision::clear(), |so_far, rule| {
        so_far.or_stricter(&follows(&rule.outcome, audience))
    })
}

/// What follows from one rule.
pub fn follows(outcome: &Outcome, audience: Audience) -> Decision {
    let lattice = lattice_of(outcome);
    let category = outcome
        .category
        .unwrap_or(Category::None)
        .max(lattice.map_or(Category::None, Lattice::category))
        .max(if holds_back(outcome) { Category::Extreme } else { Category::None });
    let place = if category == Category::None {
        PlaceTold::AsHeld
    } else if holds_back(outcome) {
        PlaceTold::Withheld
    } else {
        told(lattice, category, outcome, audience)
    };
    Decision {
        category,
        place,
        period: period_of(outcome, category, audience),
        allowed_columns: outcome.allow_columns.iter().cloned().collect(),
        allowed_measurements: outcome.allow_measurements.iter().cloned().collect(),
        siblings: outcome.siblings,
    }
}

/// An embargo withholds until a person lifts it: a date that has passed raises a review, it never
/// opens by itself.
fn holds_back(outcome: &Outcome) -> bool {
    outcome.withhold || outcome.embargo_until.is_some()
}

/// The lattice of a rule: the widest of its explicit widths and its category's.
fn lattice_of(outcome: &Outcome) -> Option<Lattice> {
    let by_width = [outcome.public_width, outcome.partner_width]
        .into_iter()
        .flatten()
        .map(lattice_of_width)
        .reduce(stricter_lattice);
    // A width does not make a cell finer than the category's: of two that disagree the wider holds.
    let by_category = outcome.category.and_then(Lattice::of);
    [by_width, by_category].into_iter().flatten().reduce(stricter_lattice)
}

fn lattice_of_width(width: Width) -> Lattice {
    match width {
        Width::Degrees(wanted) => {
            CellWidth::at_least(wanted).map_or(WIDEST, |width| Lattice::Degrees { width })
        }
        Width::Metres(width_m) => Lattice::Metres { width_m },
    }
}

/// How a place is told on its lattice: extreme records only where the rule gives a width for that
/// audience.
fn told(
    lattice: Option<Lattice>,
    category: Category,
    outcome: &Outcome,
    audience: Audience,
) -> PlaceTold {
    let Some(lattice) = lattice else { return PlaceTold::Withheld };
    let is_named_extreme = outcome.category == Some(Category::Extreme);
    match audience {
        Audience::Public if is_named_extreme && outcome.public_width.is_none() => {
            PlaceTold::Withheld
        }
        Audience::Public => PlaceTold::Cell { lattice },
        Audience::Partner { .. } | Audience::PartnerLevel { .. }
            if category == Category::Extreme && outcome.partner_width.is_none() =>
        {
            // A partner is told what everyone is told.
            outcome.public_width.map_or(PlaceTold::Withheld, |_| PlaceTold::Cell { lattice })
        }
        Audience::Partner { step } | Audience::PartnerLevel { step } => {
            let wanted_m =
                outcome.partner_width.map_or(0.0, |width| lattice_of_width(width).height_m());
            let step = (1..=step.clamp(1, finest_step(category)))
                .rev()
                // A width written as 0.04 must not miss 2/5 of 0.1 by a rounding of the last bit.
                .find(|step| block_height_m(lattice, *step) >= wanted_m * (1.0 - 1e-9));
            match (step, audience) {
                (None, _) => PlaceTold::Cell { lattice },
                (Some(step), Audience::PartnerLevel { .. }) => {
                    PlaceTold::Cell { lattice: lattice.floor(step) }
                }
                (Some(step), _) => PlaceTold::Block { lattice, step },
            }
        }
    }
}

/// The last step of a category's lattice; finer than that is exact, which no copy is.
///
/// Source: DESIGN D2.
fn finest_step(category: Category) -> u8 {
    match category {
        Category::None | Category::Low => 1,
        Category::Medium | Category::Extreme => 2,
        Category::High => 3,
    }
}

fn block_height_m(lattice: Lattice, step: u8) -> f64 {
    lattice.height_m() * 2.0 / 5.0_f64.powi(i32::from(step))
}

/// Periods by category, unless the rule says otherwise.
fn period_of(outcome: &Outcome, category: Category, audience: Audience) -> Option<Precision> {
    let (said, by_category) = match audience {
        Audience::Public => (
            outcome.public_period,
            match category {
                Category::None => None,
                Category::Low => Some(Precision::Day),
                Category::Medium => Some(Precision::Month),
                Category::High | Category::Extreme => Some(Precision::Year),
            },
        ),
        Audience::Partner { .. } | Audience::PartnerLevel { .. } => (
            outcome.partner_period,
            match category {
                Category::None => None,
                Category::Low | Category::Medium => Some(Precision::Day),
                Category::High | Category::Extreme => Some(Precision::Month),
            },
        ),
    };
    said.or(by_category).filter(|precision| *precision != Precision::Held)
}

/// The stricter of two ways to tell a place: the coarser, and withheld before all.
fn stricter_place(a: PlaceTold, b: PlaceTold) -> PlaceTold {
    match (a, b) {
        (PlaceTold::Withheld, _) | (_, PlaceTold::Withheld) => PlaceTold::Withheld,
        (PlaceTold::AsHeld, other) | (other, PlaceTold::AsHeld) => other,
        _ if a.width_m() > b.width_m() => a,
        _ if a.width_m() < b.width_m() => b,
        // Equally wide: the order of the rules must not matter, so one kind of lattice goes first.
        (PlaceTold::Cell { .. }, _) => a,
        _ => b,
    }
}

fn stricter_lattice(a: Lattice, b: Lattice) -> Lattice {
    if a.height_m() >= b.height_m() { a } else { b }
}

/// What an unusable width becomes.
const WIDEST: Lattice = Lattice::Metres { width_m: 1_000_000 };

//! Rules: one line of a sensitivity list says whom it is about, when and where, and what follows.
//!
//! A rule says nothing about who asks; that is decided in [`crate::decide`]. In doubt a criterion
//! holds and a consequence is the strictest (design decision D3).

pub mod check;
pub mod facts;
pub mod list;
pub mod reason;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::category::Category;
use crate::period::{Day, Precision, SeasonWindow};
use crate::place::Nano;
use crate::taxon::{RuleTaxon, RuleTaxonId};
pub use reason::Reason;

/// One rule.
///
/// Every criterion that is set must hold for the rule to meet a record; one that is not set always
/// holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The list and the line that it comes from.
    pub id: RuleId,
    /// The listed taxon; none for a rule about every taxon (a roost, a cave, `*`).
    pub taxon: Option<RuleTaxonId>,
    /// Name of a feature of a boundary file; none for everywhere.
    pub area: Option<String>,
    /// Days of the year; none for all of it.
    pub season: Option<SeasonWindow>,
    /// Older records are not met; none for any age.
    ///
    /// Units: years.
    pub max_age_years: Option<u16>,
    /// Life stages; empty for any.
    pub life_stage: BTreeSet<String>,
    /// Reproductive conditions; empty for any.
    pub reproductive_condition: BTreeSet<String>,
    /// Behaviours; empty for any.
    pub behavior: BTreeSet<String>,
    /// Kinds of data; empty for any.
    pub kind: BTreeSet<String>,
    /// Providers of data; empty for any.
    pub provider: BTreeSet<String>,
    /// Individuals, as the data call them; empty for any.
    pub individual: BTreeSet<String>,
    /// What follows for a record that it meets.
    pub outcome: Outcome,
    /// Why the record is sensitive.
    pub reason: Option<Reason>,
    /// Who made the rule.
    pub authority: Option<String>,
    /// Where the rule is published.
    pub citation: Option<String>,
    /// When the rule is to be looked at again.
    pub review_date: Option<Day>,
    /// Anything else that was written beside it; never leaves.
    pub remarks: Option<String>,
}

impl Rule {
    /// Whether it asks for nothing at all, so that every record meets it.
    pub fn asks_nothing(&self) -> bool {
        self.taxon.is_none()
            && self.area.is_none()
            && self.season.is_none()
            && self.max_age_years.is_none()
            && [
                &self.life_stage,
                &self.reproductive_condition,
                &self.behavior,
                &self.kind,
                &self.provider,
                &self.individual,
            ]
            .into_iter()
            .all(BTreeSet::is_empty)
    }
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// Name of the list.
    pub list: Arc<str>,
    /// Line of the file, the heading being line 1.
    pub line: u64,
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` line {}", self.list, self.line)
    }
}

/// What follows from a rule.
///
/// At least one of category, public width, withhold and embargo is set in every rule that was read
/// from a list; a line that gives none of them is read as withheld.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Category, from which widths and periods follow.
    pub category: Option<Category>,
    /// Width of the cell that the public is told, instead of the category's.
    pub public_width: Option<Width>,
    /// Least width of what a partner is told.
    pub partner_width: Option<Width>,
    /// The record does not leave.
    pub withhold: bool,
    /// The record does not leave until a person lifts the embargo after this day.
    ///
    /// A passed day only raises a review.
    pub embargo_until: Option<Day>,
    /// Period that the public is told, instead of the category's.
    pub public_period: Option<Precision>,
    /// Period that a partner is told, instead of the category's.
    pub partner_period: Option<Precision>,
    /// Columns without a known term that may leave with the record.
    pub allow_columns: BTreeSet<String>,
    /// Types of measurement that may leave with the record.
    pub allow_measurements: BTreeSet<String>,
    /// What becomes of the ties to more precise records; none for whatever loses least.
    pub siblings: Option<Siblings>,
}

/// What becomes of the ties between a protected record and more precise ones, its siblings.
///
/// Ordered by strictness: of several rules the last holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Siblings {
    /// They are cut on the side of the protected record; siblings stay as they are.
    Cut,
    /// Siblings take the category of the protected record.
    Coarsen,
    /// The protected record does not leave where it has siblings.
    Withhold,
}

impl Siblings {
    /// The word of rule lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coarsen => "coarsen",
            Self::Cut => "cut",
            Self::Withhold => "withhold",
        }
    }
}

impl std::str::FromStr for Siblings {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        [Self::Coarsen, Self::Cut, Self::Withhold]
            .into_iter()
            .find(|siblings| siblings.word().eq_ignore_ascii_case(text))
            .ok_or(())
    }
}

impl Outcome {
    /// The strictest consequence there is: the record does not leave.
    pub fn withheld() -> Self {
        Self { category: Some(Category::Extreme), withhold: true, ..Self::default() }
    }

    /// Whether it says anything about how precisely a record may be told.
    pub fn says_something(&self) -> bool {
        self.category.is_some()
            || self.public_width.is_some()
            || self.withhold
            || self.embargo_until.is_some()
    }
}

/// Width of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// In degrees of latitude and longitude.
    Degrees(Nano),
    /// In metres.
    Metres(u32),
}

/// All rules that hold for a copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSet {
    /// The rules, in the order of lists and lines.
    pub rules: Vec<Rule>,
    /// The taxa that they name, each once; a [`RuleTaxonId`] is a place in it.
    pub taxa: Vec<RuleTaxon>,
    ids: FxHashMap<RuleTaxon, RuleTaxonId>,
}

impl RuleSet {
    /// The taxon that a rule names.
    pub fn taxon(&self, id: RuleTaxonId) -> Option<&RuleTaxon> {
        self.taxa.get(id.0 as usize)
    }

    /// Everything that the rules say, as text for a digest: one line per rule, sorted, so that
    /// neither the order of lines nor the form of the list matters.
    pub fn canonical(&self) -> String {
        let mut lines: Vec<String> =
            self.rules.iter().map(|rule| self.canonical_line(rule)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.join("\n")
    }

    fn canonical_line(&self, rule: &Rule) -> String {
        let outcome = &rule.outcome;
        let taxon = rule.taxon.and_then(|id| self.taxon(id));
        let season = rule.season.map(|season| season.to_string());
        let words = [
            &rule.life_stage,
            &rule.reproductive_condition,
            &rule.behavior,
            &rule.kind,
            &rule.provider,
            &rule.individual,
            &outcome.allow_columns,
            &outcome.allow_measurements,
        ];
        // Nano-degrees do not print, so widths are written out.
        let width = |width: Option<Width>| match width {
            None => String::new(),
            Some(Width::Degrees(nano)) => format!("{}n", nano.0),
            Some(Width::Metres(metres)) => format!("{metres}m"),
        };
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        format!(
            "{taxon:?} {:?} {season:?} {:?} {words:?} {:?} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            rule.area,
            rule.max_age_years,
            outcome.category,
            width(outcome.public_width),
            width(outcome.partner_width),
            outcome.withhold,
            day(outcome.embargo_until),
            outcome.public_period,
            outcome.partner_period,
            outcome.siblings,
            rule.reason,
            rule.authority,
            rule.citation,
            day(rule.review_date),
            rule.remarks,
        )
    }

    /// The place of a taxon; it is added if it is new.
    pub fn taxon_id(&mut self, taxon: RuleTaxon) -> RuleTaxonId {
        if let Some(known) = self.ids.get(&taxon) {
            return *known;
        }
        let id = RuleTaxonId(u32::try_from(self.taxa.len()).unwrap_or(u32::MAX));
        self.taxa.push(taxon.clone());
        self.ids.insert(taxon, id);
        id
    }
}

/// Terms that say who provided a record: what a rule's provider is looked for in.
pub const PROVIDER_TERMS: &[&str] = &[
    "institutionCode",
    "institutionID",
    "collectionCode",
    "ownerInstitutionCode",
    "datasetName",
    "datasetID",
    "rightsHolder",
];

/// Kinds of data that rules can ask for.
pub const KINDS: [&str; 8] =
    ["camera trap", "document", "event", "layer", "occurrence", "photo", "track", "weather"];

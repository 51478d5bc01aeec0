//! Whether a rule meets a record: criterion by criterion, so that each can be explained.

use crate::area::AreaSet;
use crate::period::{Day, Period};
use crate::place::Point;
use crate::rule::Rule;
use crate::rule::facts::{Words, words_hold};
use crate::taxon::{How, TaxonHits};

/// What a record is, as far as rules ask.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Which listed taxa it may be about; nothing for what is about no taxon, such as an event.
    pub taxon: Option<&'a TaxonHits>,
    /// Where it may be.
    pub place: PlaceFact<'a>,
    /// When it was made, if that is known.
    pub period: Option<Period>,
    /// Its life stage; empty if it has none.
    pub life_stage: &'a str,
    /// Its reproductive condition; empty if it has none.
    pub reproductive_condition: &'a str,
    /// Its behaviour; empty if it has none.
    pub behavior: &'a str,
    /// The kind of data that it is.
    pub kind: &'a str,
    /// Who provided it: any of these.
    pub providers: &'a [&'a str],
    /// Which individual it is about: any of these names; empty if it says none.
    pub individuals: &'a [&'a str],
}

/// Where a record may be.
#[derive(Debug, Clone, Copy)]
pub enum PlaceFact<'a> {
    /// In any of these circles: points and radii in metres.
    Circles(&'a [(Point, f64)]),
    /// Anywhere.
    Unknown,
}

/// How one criterion of a rule stands to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// The criterion does not hold.
    No,
    /// The rule does not ask.
    NotAsked,
    /// The record lacks the fact, so the criterion holds.
    Unknown,
    /// The criterion holds.
    Yes,
}

impl Meets {
    fn holds(self) -> bool {
        self != Self::No
    }

    fn from_words(words: Words) -> Self {
        match words {
            Words::Hold => Self::Yes,
            Words::Lacking => Self::Unknown,
            Words::Miss => Self::No,
            Words::NotAsked => Self::NotAsked,
        }
    }
}

/// How all criteria of a rule stand to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    /// Taxon, and in which way it was matched.
    pub taxon: (Meets, Option<How>),
    /// Area.
    pub area: Meets,
    /// Day of the year.
    pub season: Meets,
    /// Age.
    pub age: Meets,
    /// Life stage.
    pub life_stage: Meets,
    /// Reproductive condition.
    pub reproductive_condition: Meets,
    /// Behaviour.
    pub behavior: Meets,
    /// Kind of data.
    pub kind: Meets,
    /// Provider.
    pub provider: Meets,
    /// Individual.
    pub individual: Meets,
}

impl Meeting {
    /// Whether the rule meets the record: every criterion holds.
    pub fn is_met(&self) -> bool {
        self.criteria().iter().all(|(_, meets)| meets.holds())
    }

    /// The criteria by name.
    pub fn criteria(&self) -> [(&'static str, Meets); 10] {
        [
            ("taxon", self.taxon.0),
            ("area", self.area),
            ("season", self.season),
            ("age", self.age),
            ("life stage", self.life_stage),
            ("reproductive condition", self.reproductive_condition),
            ("behaviour", self.behavior),
            ("kind", self.kind),
            ("provider", self.provider),
            ("individual", self.individual),
        ]
    }
}

/// Holds a rule against a record. A rule that asks for a fact that the record lacks meets it.
pub fn meet(rule: &Rule, facts: &Facts<'_>, areas: &AreaSet, today: Day) -> Meeting {
    Meeting {
        taxon: taxon(rule, facts.taxon),
        area: area(rule, facts.place, areas),
        season: match (&rule.season, facts.period) {
            (None, _) => Meets::NotAsked,
            (Some(_), None) => Meets::Unknown,
            (Some(season), Some(period)) => yes(season.touches(period)),
        },
        age: match (rule.max_age_years, facts.period) {
            (None, _) => Meets::NotAsked,
            (Some(_), None) => Meets::Unknown,
            (Some(years), Some(period)) => yes(!period.older_than(years, today)),
        },
        life_stage: Meets::from_words(words_hold(&rule.life_stage, &[facts.life_stage])),
        reproductive_condition: Meets::from_words(words_hold(
            &rule.reproductive_condition,
            &[facts.reproductive_condition],
        )),
        behavior: Meets::from_words(words_hold(&rule.behavior, &[facts.behavior])),
        kind: Meets::from_words(words_hold(&rule.kind, &[facts.kind])),
        provider: Meets::from_words(words_hold(&rule.provider, facts.providers)),
        individual: match Meets::from_words(words_hold(&rule.individual, facts.individuals)) {
            // Of another taxon, or of none, it would be any record that names nobody.
            Meets::Unknown if rule.taxon.is_none() => Meets::No,
            meets => meets,
        },
    }
}

fn taxon(rule: &Rule, hits: Option<&TaxonHits>) -> (Meets, Option<How>) {
    let Some(wanted) = rule.taxon else { return (Meets::NotAsked, None) };
    // What is about no taxon is met by no rule about one: an event is not a bird.
    let Some(hits) = hits else { return (Meets::No, None) };
    match hits.hits.iter().find(|(taxon, _)| *taxon == wanted).map(|(_, how)| *how) {
        None => (Meets::No, None),
        Some(How::NoName) => (Meets::Unknown, Some(How::NoName)),
        Some(how) => (Meets::Yes, Some(how)),
    }
}

/// A boundary that was not given cannot exclude a record.
fn area(rule: &Rule, place: PlaceFact<'_>, areas: &AreaSet) -> Meets {
    let Some(name) = &rule.area else { return Meets::NotAsked };
    match (areas.find(name), place) {
        (None, _) | (_, PlaceFact::Unknown) => Meets::Unknown,
        (Some(area), PlaceFact::Circles(circles)) => {
            yes(circles.iter().any(|(point, radius_m)| area.touched_by(*point, *radius_m)))
        }
    }
}

fn yes(holds: bool) -> Meets {
    if holds { Meets::Yes } else { Meets::No }
}

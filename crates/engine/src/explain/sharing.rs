//! What a row shares with protected ones, where that makes it stricter, and with which of them.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;

use super::Standing;
use crate::events::Event;
use crate::facts::{self, FactMemo, RowFacts};
use crate::judge::{NameCache, Verdicts};
use crate::plan::Role;
use crate::rule_words;
use crate::share::{Prepared, ShareError};
use crate::survey::{Tied, tie_record};
use crate::ties::{Had, Thing, Ties};
use crate::verdict::{Behind, Verdict};

/// A protected row with which another shares something, and the rule that protects it.
#[derive(Debug, Clone, Serialize)]
pub struct SharedWith {
    /// `record` or `event`.
    pub kind: &'static str,
    /// The table that it is in.
    pub file: String,
    /// The line that it is on.
    pub line: u64,
    /// Whether the row itself cannot be used; what it shares is protected all the same.
    pub rejected: bool,
    /// List and line of the rule.
    pub rule: String,
    /// The rule in a sentence.
    pub says: String,
}

/// One thing that is shared.
pub(super) struct Shared {
    words: String,
    key: Key,
    /// What it leads to.
    pub(super) verdict: Arc<Verdict>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Event(u64),
    Record(u64),
    Thing(Had),
}

impl Key {
    fn is_in(self, ties: &Ties) -> bool {
        self.verdict(ties).is_some()
    }

    fn verdict(self, ties: &Ties) -> Option<&Arc<Verdict>> {
        match self {
            Self::Event(id) => ties.events.get(&id),
            Self::Record(id) => ties.records.get(&id),
            Self::Thing(had) => ties.things.get(&had),
        }
    }
}

/// All that a row shares with protected records, its own and that of the events around it.
pub(super) fn of(copy: &Prepared<'_>, standing: &Standing<'_>, facts: &RowFacts) -> Vec<Shared> {
    let (ties, events) = (&copy.survey().ties, &copy.survey().events);
    let mut found = Vec::new();
    let mut look = |words: String, key: Key| {
        if let Some(verdict) = key.verdict(ties) {
            found.push(Shared { words, key, verdict: Arc::clone(verdict) });
        }
    };
    let is_event = standing.plan.role == Role::Events;
    let points = facts.tied_points().map(Had::point);
    for had in facts.shared.iter().copied().chain(points) {
        look(had.thing.words().to_owned(), Key::Thing(had));
    }
    let own = standing.own_id();
    if let Some(own) = own.filter(|_| !is_event) {
        look("its identifier".to_owned(), Key::Record(own));
    }
    let first = if is_event { own } else { facts.event };
    for (depth, (id, event)) in events.chain(first).enumerate() {
        let around = Around { is_event, depth };
        look(around.event(), Key::Event(id));
        // Its own things were looked at.
        if !(is_event && depth == 0) {
            things(event).for_each(|had| look(around.thing(had.thing), Key::Thing(had)));
        }
    }
    found
}

fn things(event: &Event) -> impl Iterator<Item = Had> {
    let places = event.place.iter().chain(&event.other_places);
    event.shared.iter().copied().chain(places.map(|place| Had::point(place.point)))
}

/// An event around a row: at depth 0 the row's own.
struct Around {
    is_event: bool,
    depth: usize,
}

impl Around {
    fn event(&self) -> String {
        let words = match (self.is_event, self.depth) {
            (true, 0) => ITSELF,
            (false, 0) => Thing::Event.words(),
            (false, _) => "an event around its own",
            (true, _) => "an event around it",
        };
        words.to_owned()
    }

    fn thing(&self, thing: Thing) -> String {
        let what = match thing {
            Thing::Event => "the identifier",
            Thing::Coordinates => "the written coordinates",
            Thing::Locality => "the locality",
            Thing::Record => "the identifier",
            Thing::Outline => "the outline",
            Thing::Point => "the exact place",
            Thing::Site => "the site",
        };
        let whose = match (self.is_event, self.depth) {
            (false, 0) => "its event",
            (false, _) => "an event around its own",
            (true, _) => "an event around it",
        };
        format!("{what} of {whose}")
    }
}

/// What made a row stricter than its own rules, for finding where it comes from.
pub(super) struct Sought {
    words: Vec<String>,
    keys: Vec<Key>,
    behind: Behind,
}

impl Sought {
    /// Picks what is decisive; nothing where all of it changes nothing.
    pub(super) fn of(own: Option<&Arc<Verdict>>, shared: Vec<Shared>) -> Option<Self> {
        let is_stricter = |shared: &Shared| {
            own.is_none_or(|own| own.decision.or_stricter(&shared.verdict.decision) != own.decision)
        };
        let decisive: Vec<Shared> = shared.into_iter().filter(is_stricter).collect();
        let behind = decisive.iter().map(|shared| shared.verdict.behind).max()?;
        let mut sought = Self { words: Vec::new(), keys: Vec::new(), behind };
        for shared in decisive.into_iter().filter(|shared| shared.verdict.behind == behind) {
            if !sought.words.contains(&shared.words) {
                sought.words.push(shared.words);
            }
            sought.keys.push(shared.key);
        }
        Some(sought)
    }

    /// What is shared and what comes of it.
    pub(super) fn told(&self) -> String {
        let things: Vec<&str> =
            self.words.iter().map(String::as_str).filter(|words| *words != ITSELF).collect();
        let things = match things.as_slice() {
            [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            things => things.concat(),
        };
        let shares = match (things.is_empty(), self.words.iter().any(|words| words == ITSELF)) {
            (true, _) => "A protected record hangs from it".to_owned(),
            (false, true) => {
                format!("A protected record hangs from it, and it shares {things} with one")
            }
            (false, false) => format!("It shares {things} with a protected record"),
        };
        format!("{shares}, so it is told no more precisely than that one, or withheld with it.")
    }
}

impl Prepared<'_> {
    /// Finds the first row that shares what is sought and that the rule behind it protects.
    pub(super) fn find_sharer(&self, sought: &Sought) -> Result<Option<SharedWith>, ShareError> {
        let rule = self.judge().rules().rules.get(sought.behind.rule());
        let Some(rule) = rule else { return Ok(None) };
        let mut memory = Memory::default();
        let mut found = None;
        for role in [Role::Records, Role::Events] {
            self.each_row(role, &mut |standing| {
                let Some(ties) = self.ties_of(standing, sought.behind.rule(), &mut memory) else {
                    return ControlFlow::Continue(());
                };
                if !sought.keys.iter().any(|key| key.is_in(&ties)) {
                    return ControlFlow::Continue(());
                }
                found = Some(SharedWith {
                    kind: standing.kind(),
                    file: standing.file.to_owned(),
                    line: standing.line,
                    rejected: standing.is_rejected(),
                    rule: rule.id.to_string(),
                    says: rule_words::says(self.judge().rules(), rule),
                });
                ControlFlow::Break(())
            })?;
            if found.is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// What a row shares with others if a rule protects it.
    fn ties_of(&self, standing: &Standing<'_>, rule: usize, memory: &mut Memory) -> Option<Ties> {
        let (events, pseudonyms) = (&self.survey().events, self.judge().pseudonyms);
        let mut ties = Ties::default();
        let is_by_rule = |verdict: &&Arc<Verdict>| verdict.rules.contains(&rule);
        if standing.plan.role == Role::Events {
            let verdict = standing.verdict().filter(is_by_rule)?;
            events.tie(standing.own_id()?, &Arc::new(verdict.for_others()), pseudonyms, &mut ties);
            return Some(ties);
        }
        let (facts, verdict) = if standing.is_rejected() {
            // As in the first reading: what cannot be read counts as unknown.
            let (row, plan) = (standing.row, standing.plan);
            let facts = facts::read_leniently(row, plan, &mut memory.facts);
            let (names, verdicts) = (&mut memory.names, &mut memory.verdicts);
            let judge = self.judge();
            let verdict = judge.record(row, plan, &facts, None, self.taxa(), names, verdicts)?;
            (facts, verdict)
        } else {
            let verdict = standing.verdict().filter(is_by_rule)?;
            (standing.facts()?, Arc::clone(verdict))
        };
        if !is_by_rule(&&verdict) {
            return None;
        }
        let own_text = standing.row.text(&standing.plan.links.own);
        let tied = Tied { facts: &facts, own: standing.own_id(), own_text: &own_text };
        tie_record(&mut ties, events, pseudonyms, &tied, &Arc::new(verdict.for_others()));
        Some(ties)
    }
}

/// What was looked up for rows that cannot be used.
#[derive(Default)]
struct Memory {
    facts: FactMemo,
    names: NameCache,
    verdicts: Verdicts,
}

/// What an event shares with whatever hangs from it.
const ITSELF: &str = "itself";

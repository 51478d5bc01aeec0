//! The events of a dataset, held in memory: what records inherit from them, and which of them the
//! copy keeps.
//!
//! Memory: about 400 bytes per event; records are never held.

use std::sync::Arc;

use reedbed_core::period::Period;
use reedbed_core::place::Point;
use reedbed_core::rule::Siblings;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::Context;
use crate::facts::RowFacts;
use crate::place::{Stated, is_standing};
use crate::pseudonym::Pseudonyms;
use crate::ties::{Had, Thing, Ties, tie};
use crate::verdict::{Verdict, stricter};

/// One event.
#[derive(Debug)]
pub(crate) struct Event {
    /// Its place, if it states one.
    pub(crate) place: Option<Stated>,
    /// Other places that its cells state.
    pub(crate) other_places: Vec<Stated>,
    /// Further points that it may share with others.
    pub(crate) points: Vec<Point>,
    /// The circle of its outline.
    pub(crate) outline: Option<Stated>,
    /// Whether it has an outline of which nobody knows where it is.
    pub(crate) is_outline_unknown: bool,
    /// Its period for rules.
    pub(crate) widest_period: Option<Period>,
    /// Whether it says anything of a place at all, readable or not.
    pub(crate) speaks_of_place: bool,
    /// Its period, if it states one.
    pub(crate) period: Option<Period>,
    /// What it shares with others, its place and identifier aside.
    pub(crate) shared: Vec<Had>,
    /// Hash of the identifier of the event that it is part of.
    pub(crate) parent: Option<u64>,
    /// What protected records of it state of it.
    pub(crate) context: Context,
    /// The verdict on the event itself.
    pub(crate) verdict: Option<Arc<Verdict>>,
}

/// Where and when a row is, for rules.
#[derive(Debug, Default)]
pub(crate) struct Whereabouts {
    /// Circles of which each may hold it; none where nothing is known.
    pub(crate) circles: Vec<(Point, f64)>,
    /// Whether it may be anywhere, whatever the circles say.
    pub(crate) is_unknown: bool,
    /// Its period.
    pub(crate) period: Option<Period>,
}

impl Whereabouts {
    /// By the row's own cells.
    pub(crate) fn of(facts: &RowFacts) -> Self {
        let places = facts.place.iter().chain(&facts.other_places).chain(&facts.outline);
        Self {
            circles: places.map(|stated| (stated.point, stated.radius_m())).collect(),
            is_unknown: facts.is_outline_unknown,
            period: facts.widest_period,
        }
    }
}

/// All events, by hash of their identifiers.
#[derive(Debug, Default)]
pub(crate) struct Events {
    by_id: FxHashMap<u64, Event>,
}

impl Events {
    /// Adds an event; of two with one identifier the first counts.
    pub(crate) fn add(&mut self, id: u64, event: Event) {
        self.by_id.entry(id).or_insert(event);
    }

    /// All events, by hash of their identifiers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&u64, &Event)> {
        self.by_id.iter()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether an event is known.
    pub(crate) fn has(&self, id: u64) -> bool {
        self.by_id.contains_key(&id)
    }

    /// An event and those that it is part of, from the inside out.
    pub(crate) fn chain(&self, id: Option<u64>) -> impl Iterator<Item = (u64, &Event)> {
        let mut next = id;
        let mut depth = 0;
        std::iter::from_fn(move || {
            let id = next?;
            let event = self.by_id.get(&id)?;
            depth += 1;
            // A cycle of parents ends here.
            next = if depth < DEEPEST { event.parent } else { None };
            Some((id, event))
        })
    }

    /// The place that a record of an event inherits.
    pub(crate) fn place(&self, id: Option<u64>) -> Option<Stated> {
        self.chain(id).find_map(|(_, event)| event.place)
    }

    /// The period that a record of an event inherits.
    pub(crate) fn period(&self, id: Option<u64>) -> Option<Period> {
        self.chain(id).find_map(|(_, event)| event.period)
    }

    /// Where and when a record is, for rules: by its own cells, else by its event's.
    pub(crate) fn whereabouts(&self, facts: &RowFacts) -> Whereabouts {
        let mut found = Whereabouts::of(facts);
        if found.circles.is_empty() && !found.is_unknown {
            let event = self.chain(facts.event).map(|(_, event)| event).find(|event| {
                event.place.is_some() || event.outline.is_some() || event.is_outline_unknown
            });
            if let Some(event) = event {
                let places = event.place.iter().chain(&event.other_places).chain(&event.outline);
                found.circles.extend(places.map(|stated| (stated.point, stated.radius_m())));
                found.is_unknown = event.is_outline_unknown;
            }
        }
        let period = self.chain(facts.event).find_map(|(_, event)| event.widest_period);
        found.period = found.period.or(period);
        found
    }

    /// Ties of a protected record to its event, and to those events around it that speak of a place.
    pub(crate) fn tie(
        &self,
        id: u64,
        shared: &Arc<Verdict>,
        pseudonyms: &Pseudonyms,
        ties: &mut Ties,
    ) {
        tie(&mut ties.events, id, shared);
        // The locality that the record inherits: that of the nearest event that has one.
        let is_text = |had: &&Had| had.thing != Thing::Outline;
        let nearest =
            self.chain(Some(id)).find(|(_, event)| event.shared.iter().any(|had| is_text(&had)));
        for had in nearest.iter().flat_map(|(_, event)| &event.shared).filter(is_text) {
            tie(&mut ties.things, *had, shared);
        }
        for (id, event) in self.chain(Some(id)).filter(|(_, event)| event.speaks_of_place) {
            tie(&mut ties.events, id, shared);
            let stands = |place: &Stated| is_standing(*place, &shared.decision, pseudonyms);
            let has_cell = event.place.as_ref().is_some_and(stands);
            for had in event.shared.iter().filter(|had| !has_cell || had.thing != Thing::Outline) {
                tie(&mut ties.things, *had, shared);
            }
            let places = event.place.iter().chain(&event.other_places);
            let points = places.filter(|place| !stands(place)).map(|place| &place.point);
            for point in points.chain(&event.points) {
                for had in Had::around(*point) {
                    tie(&mut ties.things, had, shared);
                }
            }
        }
    }

    /// Clears events that say nothing of a place and have parts that do: a season or a campaign is
    /// not in an area because it could be anywhere. Its parts are decided about by themselves.
    pub(crate) fn clear_containers(&mut self) {
        let containers: FxHashSet<u64> =
            self.by_id.values().filter_map(|event| event.parent).collect();
        for (id, event) in &mut self.by_id {
            if !event.speaks_of_place && containers.contains(id) {
                event.verdict = None;
            }
        }
    }

    /// Ties of events that are protected themselves.
    pub(crate) fn tie_protected(&self, pseudonyms: &Pseudonyms, ties: &mut Ties) {
        for (id, event) in &self.by_id {
            if let Some(verdict) = &event.verdict
                && verdict.decision.siblings == Some(Siblings::Coarsen)
            {
                let shared = Arc::new(verdict.for_others());
                self.tie(*id, &shared, pseudonyms, ties);
            }
        }
    }

    /// Gives each event what it shares with protected records and with the events around it.
    pub(crate) fn settle(&mut self, ties: &Ties) {
        let own: FxHashMap<u64, Arc<Verdict>> = self
            .by_id
            .iter()
            .filter_map(|(id, event)| {
                let mut verdict = stricter(event.verdict.as_ref(), ties.events.get(id));
                for had in &event.shared {
                    verdict = stricter(verdict.as_ref(), ties.things.get(had));
                }
                let places = event.place.iter().chain(&event.other_places);
                for point in places.map(|place| &place.point).chain(&event.points) {
                    verdict = stricter(verdict.as_ref(), ties.things.get(&Had::point(*point)));
                }
                Some((*id, verdict?))
            })
            .collect();
        let settled: Vec<(u64, Arc<Verdict>)> = self
            .by_id
            .keys()
            .filter_map(|id| {
                let verdict = self
                    .chain(Some(*id))
                    .fold(None, |verdict, (id, _)| stricter(verdict.as_ref(), own.get(&id)));
                Some((*id, verdict?))
            })
            .collect();
        for (id, verdict) in settled {
            if let Some(event) = self.by_id.get_mut(&id) {
                event.verdict = Some(verdict);
            }
        }
    }

    /// The verdict that a record takes from its event.
    pub(crate) fn verdict(&self, id: u64) -> Option<&Arc<Verdict>> {
        self.by_id.get(&id)?.verdict.as_ref()
    }

    /// The event and all those around it, for marking that something of it stays.
    pub(crate) fn mark(&self, id: u64, marked: &mut FxHashSet<u64>) {
        for (id, _) in self.chain(Some(id)) {
            if !marked.insert(id) {
                break;
            }
        }
    }
}

/// Deeper than any real nesting of events.
const DEEPEST: usize = 64;

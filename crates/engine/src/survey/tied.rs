//! What protected records share with others, where siblings follow them.

use std::sync::Arc;

use reedbed_core::fold::fold;
use reedbed_core::rule::Siblings;

use crate::events::Events;
use crate::facts::RowFacts;
use crate::place::{Stated, is_standing};
use crate::pseudonym::Pseudonyms;
use crate::ties::{Had, Thing, Ties, tie};
use crate::verdict::Verdict;

/// What verdicts carry over to others, made once for each.
#[derive(Debug, Default)]
pub(super) struct SharedVerdicts(Vec<(Arc<Verdict>, Arc<Verdict>)>);

impl SharedVerdicts {
    pub(super) fn of(&mut self, verdict: &Arc<Verdict>) -> Arc<Verdict> {
        if let Some((_, shared)) = self.0.iter().find(|(own, _)| Arc::ptr_eq(own, verdict)) {
            return Arc::clone(shared);
        }
        let shared = Arc::new(verdict.for_others());
        if self.0.len() >= MOST_SHARED {
            self.0.clear();
        }
        self.0.push((Arc::clone(verdict), Arc::clone(&shared)));
        shared
    }
}

/// A protected record, as far as others may share it.
pub(crate) struct Tied<'a> {
    /// What it states.
    pub(crate) facts: &'a RowFacts,
    /// Hash of its identifier.
    pub(crate) own: Option<u64>,
    /// Its identifier.
    pub(crate) own_text: &'a str,
}

/// Notes what a protected record shares with others; `shared` is its verdict for others. Siblings
/// follow it only where the rule asks for that; whoever names it must not.
pub(crate) fn tie_record(
    ties: &mut Ties,
    events: &Events,
    pseudonyms: &Pseudonyms,
    tied: &Tied<'_>,
    shared: &Arc<Verdict>,
) {
    let facts = tied.facts;
    if let Some(own) = tied.own {
        tie(&mut ties.records, own, shared);
        let mut folded = String::new();
        fold(tied.own_text, &mut folded);
        if folded.len() >= SHORTEST_NAMED {
            tie(&mut ties.things, Had::text(Thing::Record, &folded), shared);
        }
    }
    if shared.decision.siblings != Some(Siblings::Coarsen) {
        return;
    }
    if let Some(event) = facts.event {
        events.tie(event, shared, pseudonyms, ties);
    }
    // The outline and the centre of a cell that was told already are no exact place.
    let stands = |place: &Stated| is_standing(*place, &shared.decision, pseudonyms);
    let has_cell = facts.place.as_ref().is_some_and(stands);
    for had in facts.shared.iter().filter(|had| !has_cell || had.thing != Thing::Outline) {
        tie(&mut ties.things, *had, shared);
    }
    let points = facts.places().filter(|place| !stands(place)).map(|place| place.point);
    for point in points.chain(facts.points.iter().copied()) {
        for had in Had::around(point) {
            tie(&mut ties.things, had, shared);
        }
    }
}

/// A shorter identifier is looked for as it is written only: others would have it by chance.
const SHORTEST_NAMED: usize = 4;
/// Beyond these a list of verdicts takes longer to search than a verdict to make.
const MOST_SHARED: usize = 64;

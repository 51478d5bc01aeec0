//! What was decided about a record, and what its protection carries over to records that share
//! something with it.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use reedbed_core::decide::Decision;
use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::statement;

/// A decision with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What follows.
    pub(crate) decision: Decision,
    /// Indices of the rules that met the record; none where it is protected for what it shares.
    pub(crate) rules: Vec<usize>,
    /// Reasons and authorities in words, for informationWithheld.
    pub(crate) reasons: String,
}

impl Verdict {
    /// The verdict on a record that shares something with a protected one.
    ///
    /// PRIVACY: it names no rule: that would say what was withheld beside it.
    pub(crate) fn shared(decision: Decision) -> Self {
        Self { decision, rules: Vec::new(), reasons: statement::SENSITIVE_PLACE.to_owned() }
    }

    /// Whether the record is protected only for what it shares.
    pub(crate) fn is_shared(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The stricter of what is known; grounds of the record's own go before shared ones.
pub(crate) fn stricter(a: Option<&Arc<Verdict>>, b: Option<&Arc<Verdict>>) -> Option<Arc<Verdict>> {
    let (a, b) = match (a, b) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => return Some(Arc::clone(one)),
        (Some(a), Some(b)) => (a, b),
    };
    let decision = a.decision.or_stricter(&b.decision);
    if decision == a.decision && !a.is_shared() {
        return Some(Arc::clone(a));
    }
    let own = if a.is_shared() { b } else { a };
    Some(Arc::new(Verdict { decision, rules: own.rules.clone(), reasons: own.reasons.clone() }))
}

/// What protected records share with others: whoever has the same takes the strictest category
/// found there.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    /// By hash of the event's identifier.
    pub(crate) events: FxHashMap<u64, Arc<Verdict>>,
    /// By exact point.
    pub(crate) points: FxHashMap<Point, Arc<Verdict>>,
    /// By hash of the locality text.
    pub(crate) localities: FxHashMap<u64, Arc<Verdict>>,
    /// By hash of the record's identifier.
    pub(crate) records: FxHashMap<u64, Arc<Verdict>>,
}

impl Ties {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.points.is_empty()
            && self.localities.is_empty()
            && self.records.is_empty()
    }

    /// Adds the ties that another part of the data found.
    pub(crate) fn merge(&mut self, other: Self) {
        merge(&mut self.events, other.events);
        merge(&mut self.points, other.points);
        merge(&mut self.localities, other.localities);
        merge(&mut self.records, other.records);
    }
}

/// Notes that a protected record has something; keeps the strictest verdict.
pub(crate) fn tie<K: std::hash::Hash + Eq>(
    map: &mut FxHashMap<K, Arc<Verdict>>,
    key: K,
    shared: &Arc<Verdict>,
) {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(Arc::clone(shared));
        }
        Entry::Occupied(mut entry) => {
            let known = &entry.get().decision;
            let strictest = known.or_stricter(&shared.decision);
            if strictest != *known {
                entry.insert(Arc::new(Verdict::shared(strictest)));
            }
        }
    }
}

fn merge<K: std::hash::Hash + Eq>(
    own: &mut FxHashMap<K, Arc<Verdict>>,
    other: FxHashMap<K, Arc<Verdict>>,
) {
    for (key, verdict) in other {
        tie(own, key, &verdict);
    }
}

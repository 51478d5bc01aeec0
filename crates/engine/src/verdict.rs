//! What was decided about a record, and on which grounds.

use std::sync::Arc;

use reedbed_core::decide::Decision;

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

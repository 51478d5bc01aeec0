//! What was decided about a record, and on which grounds.

use std::cmp::Reverse;
use std::sync::Arc;

use reedbed_core::category::Category;
use reedbed_core::decide::{Decision, PlaceTold};

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
    /// The strictest rule that led to it, be it by way of another record.
    ///
    /// PRIVACY: for the steward only. In a copy it would say what was withheld beside a record.
    pub(crate) behind: Behind,
    /// By how much more carefully it is told, so that its siblings do not give it away.
    pub(crate) closing: Closing,
}

/// What was done besides, because siblings would have given a record away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Closing {
    /// Its place is wider than the rules ask.
    pub(crate) has_wider_place: bool,
    /// Its period is longer than the rules ask.
    pub(crate) has_longer_period: bool,
    /// It does without what it stated of its event.
    pub(crate) without_context: bool,
    /// It does not leave.
    pub(crate) is_withheld: bool,
}

impl Closing {
    /// What either of two records needs.
    fn or(self, other: Self) -> Self {
        Self {
            has_wider_place: self.has_wider_place || other.has_wider_place,
            has_longer_period: self.has_longer_period || other.has_longer_period,
            without_context: self.without_context || other.without_context,
            is_withheld: self.is_withheld || other.is_withheld,
        }
    }
}

/// A rule behind a verdict, ordered by how strict it is; of equals the first of the lists is the
/// last, so that the order of the records does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Behind {
    /// The width of the place that the rule tells, as the bits of a float that is not negative:
    /// these are ordered as it is.
    width: u64,
    category: Category,
    rule: Reverse<usize>,
}

impl Behind {
    /// A rule by its index, and what follows from it alone.
    pub(crate) fn of(rule: usize, decision: &Decision) -> Self {
        let width = decision.place.width_m().to_bits();
        Self { width, category: decision.category, rule: Reverse(rule) }
    }

    /// The index of the rule.
    pub(crate) fn rule(self) -> usize {
        self.rule.0
    }

    fn is_stricter_than(self, other: Self) -> bool {
        (self.width, self.category) > (other.width, other.category)
    }
}

impl Verdict {
    /// The verdict on a record that shares something with a protected one.
    ///
    /// PRIVACY: its reasons name no rule: that would say what was withheld beside it.
    fn shared(decision: Decision, behind: Behind, closing: Closing) -> Self {
        let reasons = statement::SENSITIVE_PLACE.to_owned();
        Self { decision, rules: Vec::new(), reasons, behind, closing }
    }

    /// The verdict on a record of a partner level that was generalised when the level was made, for
    /// facts that are not in it.
    pub(crate) fn carried(decision: Decision) -> Self {
        let behind = Behind::of(usize::MAX, &decision);
        Self::shared(decision, behind, Closing::default())
    }

    /// The verdict on whatever shares something with a record that has this one.
    pub(crate) fn for_others(&self) -> Self {
        Self::shared(self.decision.clone(), self.behind, self.closing)
    }

    /// The verdict on whatever shares something with a record of each of two verdicts; nothing
    /// where the other one changes nothing.
    pub(crate) fn for_others_of_both(&self, other: &Self) -> Option<Self> {
        let decision = self.decision.or_stricter(&other.decision);
        let behind = self.behind.max(other.behind);
        let closing = self.closing.or(other.closing);
        let is_new = decision != self.decision || behind != self.behind || closing != self.closing;
        is_new.then(|| Self::shared(decision, behind, closing))
    }

    /// The same for a record that does not leave, because its siblings would give it away.
    pub(crate) fn withheld(&self) -> Self {
        let mut withheld = self.clone();
        withheld.decision.place = PlaceTold::Withheld;
        withheld.closing.is_withheld = true;
        withheld
    }

    /// Whether the record is protected only for what it shares.
    pub(crate) fn is_shared(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule that made the verdict stricter than the rules that met the record, if one did.
    pub(crate) fn pulled_by(&self) -> Option<usize> {
        Some(self.behind.rule()).filter(|rule| !self.rules.contains(rule))
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
    let (own, other) = if a.is_shared() { (b, a) } else { (a, b) };
    let behind = if own.is_shared() {
        own.behind.max(other.behind)
    } else if other.behind.is_stricter_than(own.behind) {
        other.behind
    } else {
        own.behind
    };
    let (rules, reasons) = (own.rules.clone(), own.reasons.clone());
    let closing = own.closing.or(other.closing);
    Some(Arc::new(Verdict { decision, rules, reasons, behind, closing }))
}

#[cfg(test)]
mod tests {
    use reedbed_core::grid::Lattice;

    use super::*;

    fn decision(category: Category) -> Decision {
        let place = Lattice::of(category)
            .map_or(PlaceTold::Withheld, |lattice| PlaceTold::Cell { lattice });
        Decision { category, place, ..Decision::clear() }
    }

    fn own(rule: usize, category: Category) -> Arc<Verdict> {
        let decision = decision(category);
        let behind = Behind::of(rule, &decision);
        let closing = Closing::default();
        Arc::new(Verdict {
            decision,
            rules: vec![rule],
            reasons: "nests".to_owned(),
            behind,
            closing,
        })
    }

    fn shared(rule: usize, category: Category) -> Arc<Verdict> {
        Arc::new(own(rule, category).for_others())
    }

    fn withheld(rule: usize) -> Arc<Verdict> {
        let decision = Decision { place: PlaceTold::Withheld, ..decision(Category::Extreme) };
        let behind = Behind::of(rule, &decision);
        let closing = Closing::default();
        Arc::new(Verdict { decision, rules: vec![rule], reasons: String::new(), behind, closing })
    }

    #[test]
    fn the_strictest_rule_is_behind_a_shared_verdict_and_its_reasons_name_none() {
        let both = shared(4, Category::Low).for_others_of_both(&shared(9, Category::High)).unwrap();
        assert_eq!((both.behind.rule(), both.decision.category), (9, Category::High));
        assert_eq!(both.reasons, statement::SENSITIVE_PLACE);
        assert!(both.is_shared() && both.pulled_by() == Some(9));
        let withheld = both.for_others_of_both(&withheld(2)).unwrap();
        assert_eq!(withheld.behind.rule(), 2);
    }

    #[test]
    fn of_rules_that_are_equally_strict_the_first_counts_in_whichever_order() {
        let (a, b) = (shared(7, Category::High), shared(3, Category::High));
        assert_eq!(a.for_others_of_both(&b).unwrap().behind.rule(), 3);
        assert!(b.for_others_of_both(&a).is_none());
        assert_eq!(stricter(Some(&a), Some(&b)), stricter(Some(&b), Some(&a)));
    }

    #[test]
    fn a_record_is_pulled_along_only_by_a_stricter_rule_than_its_own() {
        let own = own(5, Category::High);
        let pulled_by = |tie: &Arc<Verdict>| stricter(Some(&own), Some(tie)).unwrap().pulled_by();
        assert_eq!(pulled_by(&shared(1, Category::High)), None);
        assert_eq!(pulled_by(&shared(1, Category::Low)), None);
        assert_eq!(pulled_by(&Arc::new(withheld(1).for_others())), Some(1));
        let verdict = stricter(Some(&own), Some(&Arc::new(withheld(1).for_others()))).unwrap();
        assert_eq!((verdict.rules.as_slice(), verdict.reasons.as_str()), ([5].as_slice(), "nests"));
    }
}

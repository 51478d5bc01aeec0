//! What follows for a record, in sentences: each says why.

use reedbed_core::decide::{Audience, Decision};
use reedbed_core::period::Precision;
use reedbed_core::rule::RuleSet;

use crate::statement;
use crate::verdict::{Closing, Verdict};

/// Of what, for whom and under which rules.
pub(super) struct Follows<'a> {
    pub(super) kind: &'static str,
    pub(super) audience: Audience,
    pub(super) rules: &'a RuleSet,
}

impl Follows<'_> {
    /// The sentences; `is_shared` says that what is shared made it stricter.
    pub(super) fn told(&self, verdict: Option<&Verdict>, is_shared: bool) -> Vec<String> {
        let (who, kind) = (self.who(), self.kind);
        let Some(verdict) = verdict.filter(|verdict| verdict.decision.is_protected()) else {
            return vec![match kind {
                "event" => format!(
                    "{who} gets the event as it is held, unless all of its records are protected: \
                     these hang from events of their own."
                ),
                _ => format!("{who} gets the {kind} as it is held."),
            }];
        };
        if verdict.closing.is_withheld {
            return vec![
                WITHHELD_FOR_SIBLINGS.to_owned(),
                format!("{who} does not get the {kind}."),
            ];
        }
        if verdict.decision.is_withheld() {
            let why = self.why_withheld(verdict, is_shared);
            return vec![why, format!("{who} does not get the {kind}.")];
        }
        let mut told = vec![
            format!("Its category is {}.", verdict.decision.category),
            as_told(&verdict.decision),
        ];
        told.extend(closed(verdict.closing));
        told
    }

    fn who(&self) -> &'static str {
        match self.audience {
            Audience::Partner { .. } | Audience::PartnerLevel { .. } => "The partner",
            Audience::Public => "The public",
        }
    }

    fn why_withheld(&self, verdict: &Verdict, is_shared: bool) -> String {
        let withheld = if is_shared { "It is withheld with that one" } else { "It is withheld" };
        let Some(rule) = self.rules.rules.get(verdict.behind.rule()) else {
            return format!("{withheld}.");
        };
        match (rule.outcome.embargo_until, rule.outcome.withhold) {
            (Some(day), false) => format!(
                "{withheld}, by embargo until {day}, which holds until a person lifts it ({}).",
                rule.id
            ),
            (_, true) => format!("{withheld}, by the rule's word withhold ({}).", rule.id),
            (None, false) => {
                format!("{withheld}: its category is {} ({}).", verdict.decision.category, rule.id)
            }
        }
    }
}

/// What is done besides, because records that leave as held would give it away.
fn closed(closing: Closing) -> Option<String> {
    let mut ways = Vec::new();
    if closing.has_wider_place {
        ways.push("in a wider region");
    }
    if closing.has_longer_period {
        ways.push("in a longer period");
    }
    if closing.without_context {
        ways.push("without what it states of its event");
    }
    (!ways.is_empty()).then(|| {
        format!(
            "It is told {}, because fewer than three sites that are told exactly would be left where it \
             may be.",
            ways.join(" and ")
        )
    })
}

const WITHHELD_FOR_SIBLINGS: &str = "It is withheld: however it were told, records that leave as held \
    would give it away.";

fn as_told(decision: &Decision) -> String {
    let told = statement::generalised(decision.place, decision.period);
    match (decision.period, told.is_empty()) {
        (Some(Precision::Day), true) => "Date told by the day.".to_owned(),
        (Some(Precision::Day), false) => format!("{told} Date told by the day."),
        _ => told,
    }
}

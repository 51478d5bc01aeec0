use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::place::Nano;
use crate::rule::RuleId;

fn rule(outcome: Outcome) -> Rule {
    Rule {
        id: RuleId { list: "list".into(), line: 2 },
        taxon: None,
        area: None,
        season: None,
        max_age_years: None,
        life_stage: BTreeSet::new(),
        reproductive_condition: BTreeSet::new(),
        behavior: BTreeSet::new(),
        kind: BTreeSet::new(),
        provider: BTreeSet::new(),
        individual: BTreeSet::new(),
        outcome,
        reason: None,
        authority: None,
        citation: None,
        review_date: None,
        remarks: None,
    }
}

fn of(category: Category) -> Outcome {
    Outcome { category: Some(category), ..Outcome::default() }
}

fn words(decision: &Decision) -> String {
    let width = |lattice: Lattice, step: u8| match lattice {
        Lattice::Degrees { width } => {
            let blocks = if step > 0 { 2 } else { 1 };
            format!(
                "{}°",
                crate::grid::decimal(Nano(width.nano().0 / 5_i64.pow(step.into()) * blocks))
            )
        }
        Lattice::Metres { width_m } => format!("{width_m} m / 5^{step}"),
    };
    let place = match decision.place {
        PlaceTold::AsHeld => "as held".to_owned(),
        PlaceTold::Block { lattice, step } => format!("block {}", width(lattice, step)),
        PlaceTold::Cell { lattice } => format!("cell {}", width(lattice, 0)),
        PlaceTold::Withheld => "withheld".to_owned(),
    };
    let period = decision.period.map_or("as held".to_owned(), |p| p.to_string());
    format!("{:<8} {:<16} {period}", decision.category.to_string(), place)
}

/// The whole policy as a table that a reviewer reads; a change of it is a change of this file.
#[test]
fn the_policy_is_this_table() {
    let mut table = String::new();
    let degrees = |degrees: f64| Some(Width::Degrees(Nano::from_degrees(degrees).unwrap()));
    let mut outcomes: Vec<(String, Outcome)> = Category::ALL
        .into_iter()
        .map(|category| (format!("category {category}"), of(category)))
        .collect();
    outcomes.extend([
        (
            "extreme, public 1°".to_owned(),
            Outcome { public_width: degrees(1.0), ..of(Category::Extreme) },
        ),
        (
            "extreme, partners 0.4°".to_owned(),
            Outcome { partner_width: degrees(0.4), ..of(Category::Extreme) },
        ),
        (
            "high, partners 0.04°".to_owned(),
            Outcome { partner_width: degrees(0.04), ..of(Category::High) },
        ),
        (
            "high, partners 0.1°".to_owned(),
            Outcome { partner_width: degrees(0.1), ..of(Category::High) },
        ),
        (
            "public 2000 m".to_owned(),
            Outcome { public_width: Some(Width::Metres(2000)), ..Outcome::default() },
        ),
        ("low, withhold".to_owned(), Outcome { withhold: true, ..of(Category::Low) }),
        (
            "low, embargo of 1990".to_owned(),
            Outcome { embargo_until: "1990-01-01".parse().ok(), ..of(Category::Low) },
        ),
        (
            "high, public decade".to_owned(),
            Outcome { public_period: Some(Precision::Decade), ..of(Category::High) },
        ),
    ]);
    for (name, outcome) in outcomes {
        for (who, audience) in [
            ("public", Audience::Public),
            ("partner 1", Audience::Partner { step: 1 }),
            ("partner 2", Audience::Partner { step: 2 }),
            ("partner 3", Audience::Partner { step: 3 }),
        ] {
            let decision = decide([&rule(outcome.clone())], audience);
            writeln!(table, "{name:<24} {who:<10} {}", words(&decision)).unwrap();
        }
    }
    snapbox::assert_data_eq!(table, snapbox::file!["../../testdata/policy_table.txt"]);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    (
        prop::option::of(prop::sample::select(Category::ALL.to_vec())),
        prop::option::of(10_u32..200_000),
        prop::option::of(0.0005..2.0_f64),
        any::<bool>(),
        prop::option::of(prop::sample::select(Precision::ALL.to_vec())),
    )
        .prop_map(|(category, metres, degrees, withhold, period)| Outcome {
            category,
            public_width: metres.map(Width::Metres),
            partner_width: degrees.and_then(Nano::from_degrees).map(Width::Degrees),
            withhold: withhold && metres.is_some(),
            public_period: period,
            ..Outcome::default()
        })
}

proptest! {
    /// More rules never tell more, in whatever order they come.
    #[test]
    fn the_strictest_rule_wins_in_every_respect(
        outcomes in prop::collection::vec(any_outcome(), 1..5), step in 1_u8..4, public in any::<bool>(),
    ) {
        let audience = if public { Audience::Public } else { Audience::Partner { step } };
        let rules: Vec<Rule> = outcomes.into_iter().map(rule).collect();
        let all = decide(&rules, audience);
        for rule in &rules {
            let one = decide([rule], audience);
            prop_assert!(all.category >= one.category);
            prop_assert!(all.place.width_m() >= one.place.width_m());
            prop_assert!(all.period >= one.period);
        }
        let backwards = decide(rules.iter().rev(), audience);
        prop_assert!((all.place.width_m() - backwards.place.width_m()).abs() < 1e-9 || all.place.width_m().is_infinite());
        prop_assert_eq!(all.period, backwards.period);
    }

    /// A partner is never told less than everyone is.
    #[test]
    fn a_partner_is_told_at_least_what_the_public_is(outcome in any_outcome(), step in 1_u8..4) {
        let outcome = Outcome { partner_width: None, ..outcome };
        let public = decide([&rule(outcome.clone())], Audience::Public);
        let partner = decide([&rule(outcome)], Audience::Partner { step });
        prop_assert!(partner.place.width_m() <= public.place.width_m());
    }
}

proptest! {
    /// A list that names both a category and a width gets the wider square, for anybody.
    #[test]
    fn a_width_never_makes_a_square_finer_than_its_category(
        category in prop::sample::select(vec![Category::Low, Category::Medium, Category::High]),
        metres in 1_u32..200_000,
        is_in_degrees in any::<bool>(),
        partner in any::<bool>(),
    ) {
        let width = if is_in_degrees {
            Width::Degrees(Nano::from_degrees(f64::from(metres) / 111_000.0).unwrap())
        } else {
            Width::Metres(metres)
        };
        let audience = if partner { Audience::Partner { step: 1 } } else { Audience::Public };
        let outcome = Outcome { public_width: Some(width), partner_width: Some(width), ..of(category) };
        let (with, without) = (rule(outcome), rule(of(category)));
        let with = decide([&with].into_iter(), audience);
        let without = decide([&without].into_iter(), audience);
        prop_assert!(told_width_m(&with) >= told_width_m(&without), "{with:?} {without:?}");
    }
}

/// The width of what a decision tells, in metres; endless where nothing is told.
fn told_width_m(decision: &Decision) -> f64 {
    let (lattice, step, blocks) = match decision.place {
        PlaceTold::AsHeld => return 0.0,
        PlaceTold::Withheld => return f64::INFINITY,
        PlaceTold::Cell { lattice } => (lattice, 0, 1.0),
        PlaceTold::Block { lattice, step } => (lattice, step, 2.0),
    };
    let metres = match lattice {
        Lattice::Degrees { width } => width.nano().degrees() * 111_320.0,
        Lattice::Metres { width_m } => f64::from(width_m),
    };
    metres / 5_f64.powi(i32::from(step)) * blocks
}

//! Whatever the data, the rules and the ties: a shared copy is not broken, and neither is it when a
//! sibling, a column or a further table is added.

use std::fmt::Write as _;

use proptest::prelude::*;
use reedbed_adversary::{Besides, Sensitive, Settings as AttackSettings, attack};
use reedbed_core::area::AreaSet;
use reedbed_core::category::Category;
use reedbed_core::rule::{RuleSet, Siblings};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{assert_balanced, by_default, partner, settings, share};

/// One record of a made dataset.
#[derive(Debug, Clone)]
struct Made {
    species: usize,
    site: usize,
    visit: usize,
    recorder: usize,
    protocol: usize,
    is_dated: bool,
}

/// A made dataset.
#[derive(Debug, Clone)]
struct Reserve {
    /// How far apart the sites are, in thousandths of a degree.
    apart: u32,
    records: Vec<Made>,
    /// Whether identifiers follow the order of the records.
    is_numbered: bool,
    has_events: bool,
    categories: [Category; 3],
    siblings: Option<Siblings>,
    is_partner: bool,
}

const SPECIES: [&str; 6] = [
    "Botaurus stellaris",
    "Circus aeruginosus",
    "Panurus biarmicus",
    "Parus major",
    "Anas crecca",
    "Fulica atra",
];

fn record() -> impl Strategy<Value = Made> {
    (0..SPECIES.len(), 0..12_usize, 0..4_usize, 0..3_usize, 0..3_usize, 0..10_u8).prop_map(
        |(species, site, visit, recorder, protocol, dated)| Made {
            species,
            site,
            visit,
            recorder,
            protocol,
            is_dated: dated > 0,
        },
    )
}

fn category() -> impl Strategy<Value = Category> {
    prop_oneof![
        Just(Category::Low),
        Just(Category::Medium),
        Just(Category::High),
        Just(Category::Extreme)
    ]
}

fn reserve() -> impl Strategy<Value = Reserve> {
    let siblings = prop_oneof![
        5 => Just(None),
        1 => Just(Some(Siblings::Cut)),
        1 => Just(Some(Siblings::Coarsen)),
        1 => Just(Some(Siblings::Withhold))
    ];
    (
        prop_oneof![Just(1_u32), Just(7), Just(40), Just(300)],
        prop::collection::vec(record(), 1..120),
        any::<bool>(),
        any::<bool>(),
        [category(), category(), category()],
        siblings,
        any::<bool>(),
    )
        .prop_map(
            |(apart, records, is_numbered, has_events, categories, siblings, is_partner)| Reserve {
                apart,
                records,
                is_numbered,
                has_events,
                categories,
                siblings,
                is_partner,
            },
        )
}

impl Reserve {
    fn rules(&self) -> RuleSet {
        let listed: Vec<(&str, Category)> = SPECIES.into_iter().zip(self.categories).collect();
        let mut set = by_default(&listed);
        set.rules.iter_mut().for_each(|rule| rule.outcome.siblings = self.siblings);
        set
    }

    fn place(&self, site: usize) -> (f64, f64) {
        let step = f64::from(self.apart) / 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "twelve sites")]
        let (row, column) = ((site / 4) as f64, (site % 4) as f64);
        (52.003 + row * step * 1.037, 4.507 + column * step * 1.113)
    }

    /// The records, with their places or hanging from events.
    fn records(&self, heading: &str, more: &[Made]) -> String {
        let place = if self.has_events {
            ""
        } else {
            ",locality,recordedBy,eventDate,decimalLatitude,decimalLongitude"
        };
        let mut text = format!(
            "occurrenceID,scientificName,eventID,catalogNumber,samplingProtocol{place}{heading}\n"
        );
        for (number, made) in self.records.iter().chain(more).enumerate() {
            let id = if self.is_numbered { number } else { (number * 7_919 + 13) % 100_003 };
            let _ = write!(
                text,
                "o{id},{},e{}-{},c{id},protocol {}",
                SPECIES[made.species], made.site, made.visit, made.protocol
            );
            if !self.has_events {
                let (lat, lon) = self.place(made.site);
                let date = date(made.site, made.visit, made.is_dated);
                let _ = write!(
                    text,
                    ",Meadow {},Person {},{date},{lat:.5},{lon:.5}",
                    made.site, made.recorder
                );
            }
            text.push_str(if heading.is_empty() { "\n" } else { ",something\n" });
        }
        text
    }

    fn events(&self) -> String {
        let mut text = String::from(
            "eventID,locality,recordedBy,eventDate,decimalLatitude,decimalLongitude,samplingProtocol\n",
        );
        for site in 0..12 {
            for visit in 0..4 {
                let (lat, lon) = self.place(site);
                let date = date(site, visit, true);
                let _ = writeln!(
                    text,
                    "e{site}-{visit},Meadow {site},Person {},{date},{lat:.5},{lon:.5},protocol {}",
                    (site + visit) % 3,
                    site % 3
                );
            }
        }
        text
    }
}

fn date(site: usize, visit: usize, is_dated: bool) -> String {
    if is_dated {
        format!("20{:02}-{:02}-{:02}", 18 + visit / 2, 1 + (visit * 5) % 12, 1 + (site * 5) % 28)
    } else {
        String::new()
    }
}

/// Shares a reserve and asserts that nothing in the copy is located.
fn assert_unbroken(reserve: &Reserve, files: &[(&str, &str)]) {
    let rules = reserve.rules();
    let settings = if reserve.is_partner { partner(rules) } else { settings(rules) };
    // Sharing refuses a copy that its own attacks break, which would end the test here.
    let copied = share(files, &settings);
    assert_balanced(&copied);
    let package = copied.folder.path().join("package");
    let inputs: Vec<_> = copied
        .files
        .keys()
        .filter(|name| name.as_str() != "eml.xml")
        .map(|name| package.join(name))
        .collect();
    let copy = dataset::open(&inputs, &OpenOptions::default(), &Limits::default()).unwrap();
    let areas = AreaSet::default();
    let (rules, today) = (&settings.rules, settings.today);
    let sensitive = Sensitive { rules, areas: &areas, checklist: None, today };
    let attack_settings =
        AttackSettings { steps: u32::from(reserve.is_partner), ..AttackSettings::default() };
    let findings = attack(&copy, &Besides::default(), sensitive, &attack_settings).unwrap();
    assert_eq!(findings.located, 0, "{findings:#?}");
}

proptest! {
    // Each case shares and attacks four datasets.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(16), ..ProptestConfig::default() })]

    #[test]
    fn a_shared_copy_is_not_broken_and_stays_so_whatever_is_added(reserve in reserve()) {
        let events = reserve.events();
        let with = |records: &str, more: &[(&str, &str)]| {
            let mut files = vec![("r.csv", records)];
            if reserve.has_events {
                files.push(("e.csv", events.as_str()));
            }
            files.extend(more);
            assert_unbroken(&reserve, &files);
        };
        with(&reserve.records("", &[]), &[]);
        // An unprotected sibling of the first record.
        let sibling = Made { species: 4, ..reserve.records[0].clone() };
        with(&reserve.records("", &[sibling]), &[]);
        // Another column, and another table.
        with(&reserve.records(",my column", &[]), &[]);
        let mut measured = String::from("occurrenceID,measurementType,measurementValue\n");
        for number in 0..reserve.records.len() {
            let id = if reserve.is_numbered { number } else { (number * 7_919 + 13) % 100_003 };
            let _ = writeln!(measured, "o{id},wing length,{}", 60 + number % 9);
        }
        with(&reserve.records("", &[]), &[("m.csv", &measured)]);
    }
}

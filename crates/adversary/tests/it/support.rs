//! Makes copies as they are published, and attacks them.

use std::fmt::Write as _;
use std::io::Write as _;

use reedbed_adversary::{Attack, Besides, Findings, Sensitive, Settings, attack};
use reedbed_core::area::AreaSet;
use reedbed_core::category::Category;
use reedbed_core::period::Day;
use reedbed_core::rule::{Outcome, Rule, RuleId, RuleSet};
use reedbed_core::taxon::{RuleTaxon, RuleTaxonId};
use reedbed_formats::dataset::{self, Dataset, OpenOptions};
use reedbed_formats::limits::Limits;

/// A list with the bittern on it.
pub(crate) fn bitterns() -> RuleSet {
    let mut set = RuleSet::default();
    set.taxa.push(RuleTaxon::named("Botaurus stellaris"));
    set.rules.push(Rule {
        id: RuleId { list: "list.csv".into(), line: 2 },
        taxon: Some(RuleTaxonId(0)),
        area: None,
        season: None,
        max_age_years: None,
        life_stage: Default::default(),
        reproductive_condition: Default::default(),
        behavior: Default::default(),
        kind: Default::default(),
        provider: Default::default(),
        individual: Default::default(),
        outcome: Outcome { category: Some(Category::High), ..Outcome::default() },
        reason: None,
        authority: None,
        citation: None,
        review_date: None,
        remarks: None,
    });
    set
}

/// A table as it was published; it is there as long as its folder.
pub(crate) fn published(text: &str) -> (tempfile::TempDir, Dataset) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.csv");
    std::fs::write(&path, text).unwrap();
    let copy = dataset::open(&[path], &OpenOptions::default(), &Limits::default()).unwrap();
    (folder, copy)
}

/// An archive as it was published: members with their content, and the day in July 2020 on which
/// each was changed.
pub(crate) fn packed(members: &[(&str, &str, u8)]) -> (tempfile::TempDir, Dataset) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, content, day) in members {
        let time = zip::DateTime::from_date_and_time(2020, 7, *day, 9, 30, 0).unwrap();
        let options = zip::write::SimpleFileOptions::default().last_modified_time(time);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let copy = dataset::open(&[path], &OpenOptions::default(), &Limits::default()).unwrap();
    (folder, copy)
}

/// Attacks a table.
pub(crate) fn attacked(text: &str) -> Findings {
    attacked_under(text, &bitterns())
}

/// Attacks a table under other rules.
pub(crate) fn attacked_under(text: &str, rules: &RuleSet) -> Findings {
    attacked_by(text, &Besides::default(), rules)
}

/// Attacks a table by an attacker who knows another.
pub(crate) fn attacked_with(text: &str, other: &str) -> Findings {
    let (_folder, other) = published(other);
    attacked_by(text, &Besides { known: &[other], ..Besides::default() }, &bitterns())
}

/// Attacks a public copy by an attacker who has something besides.
pub(crate) fn attacked_by(text: &str, besides: &Besides<'_>, rules: &RuleSet) -> Findings {
    attacked_in_steps(text, besides, rules, 0)
}

/// Attacks a copy for a partner.
pub(crate) fn attacked_in_steps(
    text: &str,
    besides: &Besides<'_>,
    rules: &RuleSet,
    steps: u32,
) -> Findings {
    let (_folder, copy) = published(text);
    attacked_copy(&copy, besides, rules, steps)
}

/// Attacks a copy that is open.
pub(crate) fn attacked_copy(
    copy: &Dataset,
    besides: &Besides<'_>,
    rules: &RuleSet,
    steps: u32,
) -> Findings {
    attacked_as_set(copy, besides, rules, &Settings { steps, ..Settings::default() })
}

/// Attacks a table with settings of one's own.
pub(crate) fn attacked_by_settings(text: &str, settings: &Settings) -> Findings {
    let (_folder, copy) = published(text);
    attacked_as_set(&copy, &Besides::default(), &bitterns(), settings)
}

fn attacked_as_set(
    copy: &Dataset,
    besides: &Besides<'_>,
    rules: &RuleSet,
    settings: &Settings,
) -> Findings {
    let areas = AreaSet::default();
    let today = Day::new(2026, 11, 23).unwrap();
    let sensitive = Sensitive { rules, areas: &areas, checklist: None, today };
    attack(copy, besides, sensitive, settings).unwrap()
}

/// How many protected records an attack located.
pub(crate) fn located(findings: &Findings, wanted: Attack) -> u64 {
    findings.attacks.iter().find(|count| count.attack == wanted).unwrap().located
}

/// One row of a made copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) locality: String,
    pub(crate) site: String,
    pub(crate) recorder: String,
    pub(crate) date: String,
    pub(crate) organism: String,
    pub(crate) catalogue: String,
    pub(crate) habitat: String,
    pub(crate) remarks: String,
}

/// A copy of sites of common birds, each with some visits of some records, and one bittern told as
/// a cell of 0.1°. What the bittern has in common with the records of its true site, the closure
/// says.
pub(crate) fn with_bittern(plant: impl Fn(&Made) -> Made) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventID,locality,locationID,recordedBy,eventDate,organismID,catalogNumber,habitat,occurrenceRemarks,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,footprintWKT\n",
    );
    let mut number = 0_u32;
    let mut beside = Made::default();
    for site in 0..60_u32 {
        // Sites are some kilometres apart; the bittern's is number 30.
        let (lat, lon) = (52.0 + f64::from(site / 8) * 0.037, 4.5 + f64::from(site % 8) * 0.041);
        for visit in 0..4_u32 {
            for record in 0..3_u32 {
                // Identifiers do not follow the sites.
                let mixed = (number * 7_919 + 13) % 100_003;
                let made = Made {
                    id: format!("x{mixed:06}q"),
                    event: format!("e{site}-{visit}"),
                    locality: format!("Meadow {site}"),
                    site: format!("S{site}"),
                    recorder: format!("Person {}", (site * 4 + visit) % 23),
                    date: format!("2020-{:02}-{:02}", 1 + visit * 3, 1 + (site * 5 + visit) % 28),
                    organism: format!("o{site}-{record}"),
                    catalogue: String::new(),
                    habitat: format!("habitat {}", site % 6),
                    remarks: String::new(),
                };
                let _ = writeln!(
                    text,
                    "{},Parus major,{},{},{},{},{},{},{},{},{},{lat:.5},{lon:.5},WGS84,20,",
                    made.id,
                    made.event,
                    made.locality,
                    made.site,
                    made.recorder,
                    made.date,
                    made.organism,
                    made.catalogue,
                    made.habitat,
                    made.remarks
                );
                if (site, visit, record) == (30, 2, 1) {
                    beside = made;
                }
                number += 1;
            }
        }
    }
    let made = plant(&beside);
    // The cell of 0.1° that holds site 30.
    let _ = writeln!(
        text,
        "{},Botaurus stellaris,{},{},{},{},{},{},{},{},{},52.1,4.7,EPSG:4326,8000,\"POLYGON ((4.65 52.05, 4.75 52.05, 4.75 52.15, 4.65 52.15, 4.65 52.05))\"",
        made.id,
        made.event,
        made.locality,
        made.site,
        made.recorder,
        made.date,
        made.organism,
        made.catalogue,
        made.habitat,
        made.remarks
    );
    // The bittern does not stand at its site's rows: rows are sorted by what they say.
    let (heading, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    format!("{heading}\n{}\n", rows.join("\n"))
}

/// A bittern of which nothing is told that others have.
pub(crate) fn clean() -> Made {
    Made { id: "zz-a".to_owned(), date: "2020".to_owned(), ..Made::default() }
}

/// A small generator of random numbers: SplitMix64.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.bits() % u64::from(end)).unwrap()
    }

    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

//! A reserve with many sites and one bittern: shared by default its siblings stay as they are, and
//! each thing that the copy cuts would give the bittern away if it were there.

use std::fmt::Write as _;
use std::path::Path;

use reedbed_adversary::{Attack, Besides, Findings, Sensitive, Settings as AttackSettings, attack};
use reedbed_core::area::AreaSet;
use reedbed_core::category::Category;
use reedbed_core::period::Day;
use reedbed_core::rule::{RuleSet, Siblings};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{Copied, by_default, settings, share};

const HEADINGS: &str = "occurrenceID,scientificName,eventID,locality,locationID,recordedBy,eventDate,organismID,catalogNumber,habitat,occurrenceRemarks,samplingProtocol,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters";

fn bitterns() -> RuleSet {
    by_default(&[("Botaurus stellaris", Category::High)])
}

/// Sixty sites some kilometres apart, four visits of each, three records of each visit; the bittern
/// is one of the third visit to site 30.
fn reserve() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut number = 0_usize;
    for site in 0..60_u32 {
        let (lat, lon) = (52.0 + f64::from(site / 8) * 0.037, 4.5 + f64::from(site % 8) * 0.041);
        for visit in 0..4_u32 {
            for record in 0..3_u32 {
                // Identifiers do not follow the sites.
                number += 1;
                let mixed = (number * 7_919 + 13) % 100_003;
                let is_bittern = (site, visit, record) == (30, 2, 1);
                let name = if is_bittern { "Botaurus stellaris" } else { "Parus major" };
                let row = [
                    format!("o-{mixed}"),
                    name.to_owned(),
                    format!("e{site}-{visit}"),
                    format!("Meadow {site}"),
                    format!("S{site}"),
                    format!("Person {}", (site * 4 + visit) % 23),
                    format!("2020-{:02}-{:02}", 1 + visit * 3, 1 + (site * 5 + visit) % 28),
                    format!("i{site}-{visit}"),
                    format!("C{mixed}"),
                    format!("reed of depth {site}"),
                    format!("stand {site} of the reed"),
                    "point count".to_owned(),
                    format!("{lat:.5}"),
                    format!("{lon:.5}"),
                    "WGS84".to_owned(),
                    "20".to_owned(),
                ];
                rows.push(row.to_vec());
            }
        }
    }
    rows
}

/// The same, with identifiers that follow the sites.
fn numbered() -> Vec<Vec<String>> {
    let mut rows = reserve();
    for (number, row) in rows.iter_mut().enumerate() {
        row[0] = format!("o-{number}");
        row[8] = format!("C{number}");
    }
    rows
}

fn text(rows: &[Vec<String>]) -> String {
    let mut text = format!("{HEADINGS}\n");
    for row in rows {
        let _ = writeln!(text, "{}", row.join(","));
    }
    text
}

fn attacked(path: &Path, rules: &RuleSet) -> Findings {
    let inputs = [path.to_owned()];
    let copy = dataset::open(&inputs, &OpenOptions::default(), &Limits::default()).unwrap();
    let areas = AreaSet::default();
    let today = Day::new(2026, 11, 23).unwrap();
    let sensitive = Sensitive { rules, areas: &areas, checklist: None, today };
    attack(&copy, &Besides::default(), sensitive, &AttackSettings::default()).unwrap()
}

fn shared(rows: &[Vec<String>]) -> Copied {
    share(&[("records.csv", &text(rows))], &settings(bitterns()))
}

/// The copy, as fields of its rows, the heading first; no field of it has a comma but the outline.
fn fields(copied: &Copied) -> Vec<Vec<String>> {
    let (mut reader, text) = (Vec::new(), copied.text("occurrence.csv"));
    for line in text.lines() {
        let mut fields = vec![String::new()];
        let mut is_quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields.push(String::new()),
                letter => fields.last_mut().unwrap().push(letter),
            }
        }
        reader.push(fields);
    }
    reader
}

/// Attacks the copy after it was changed.
fn attacked_when(copied: &Copied, change: impl Fn(&mut Vec<Vec<String>>)) -> Findings {
    let mut rows = fields(copied);
    change(&mut rows);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.csv");
    let quoted = |field: &String| format!("\"{field}\"");
    let text: String = rows
        .iter()
        .map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n")
        .collect();
    std::fs::write(&path, text).unwrap();
    attacked(&path, &bitterns())
}

fn bittern_of(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().find(|row| row[1].starts_with("Bot")).unwrap().clone()
}

fn located(findings: &Findings, wanted: Attack) -> u64 {
    findings.attacks.iter().find(|count| count.attack == wanted).unwrap().located
}

/// Where a heading stands.
fn column(rows: &[Vec<String>], heading: &str) -> usize {
    rows[0].iter().position(|found| found == heading).unwrap()
}

#[test]
fn siblings_stay_as_they_are_and_give_nothing_away() {
    let rows = reserve();
    let copied = shared(&rows);
    let summary = &copied.shared.summary;
    assert_eq!((summary.records_clear, summary.generalised(), summary.withheld()), (719, 1, 0));
    assert_eq!(summary.utility.unprotected_cells.share(), Some(1.0));
    let attempts = summary.attempts.as_ref().unwrap();
    assert_eq!((attempts.protected, attempts.rounds), (1, 1));
    let copy = copied.text("occurrence.csv");
    let held = text(&rows);
    for line in held.lines().filter(|line| line.contains("Parus")) {
        assert!(copy.contains(line), "{line}");
    }
    // It stands behind all others.
    assert!(copy.lines().last().unwrap().contains("Botaurus"));
}

#[test]
fn each_thing_that_is_cut_would_give_the_bittern_away() {
    let rows = reserve();
    let copied = shared(&rows);
    let bittern = bittern_of(&rows);
    let last = fields(&copied).len() - 1;
    assert_eq!(attacked_when(&copied, |_| ()).located, 0);
    let given_back = |headings: &[&str]| {
        attacked_when(&copied, |rows| {
            for heading in headings {
                let at = column(rows, heading);
                rows[last][at] = bittern[at].clone();
            }
        })
    };
    // Numbers, where they follow the sites: the bittern bears its own again.
    for at in [0, 8] {
        let held = numbered();
        let findings = attacked_when(&copied, |rows| {
            for row in rows.iter_mut().skip(1) {
                let is_it = |held: &&Vec<String>| held[2..8] == row[2..8] && held[1] == row[1];
                let number = row[0].trim_start_matches("o-").to_owned();
                let found = held
                    .iter()
                    .zip(reserve())
                    .find(|(_, mixed)| mixed[0].trim_start_matches("o-") == number);
                let found = found.map(|(held, _)| held).or_else(|| held.iter().find(is_it));
                row[at] =
                    found.map_or_else(|| bittern_of(&held)[at].clone(), |held| held[at].clone());
            }
        });
        assert_eq!(located(&findings, Attack::Series), 1, "{at}: {findings:#?}");
    }
    for (headings, attack) in [
        (&["eventID"][..], Attack::SameEvent),
        (&["locality"], Attack::SameSite),
        (&["locationID"], Attack::SameSite),
        (&["recordedBy", "eventDate"], Attack::SameObserverDay),
        (&["organismID"], Attack::SameIndividual),
    ] {
        let findings = given_back(headings);
        assert_eq!(located(&findings, attack), 1, "{headings:?}: {findings:#?}");
    }
    // The order of rows: the bittern put back to where it was.
    let at = rows.iter().position(|row| row[1].starts_with("Bot")).unwrap() + 1;
    let findings = attacked_when(&copied, |rows| {
        let row = rows.remove(last);
        rows.insert(at, row);
    });
    assert_eq!(located(&findings, Attack::Order), 1, "{findings:#?}");
    // A text of it.
    let findings = attacked_when(&copied, |rows| {
        let remarks = column(rows, "occurrenceRemarks");
        rows[last][remarks] = format!("nest at {} {}", bittern[12], bittern[13]);
    });
    assert_eq!(located(&findings, Attack::Text), 1, "{findings:#?}");
}

#[test]
fn a_record_whose_number_leaves_the_only_gap_is_withheld() {
    let copied = shared(&numbered());
    let summary = &copied.shared.summary;
    assert_eq!((summary.records_clear, summary.withheld()), (719, 1));
    assert_eq!(summary.siblings.withheld, 1);
    assert!(!copied.text("occurrence.csv").contains("Botaurus"));
    // Where numbers are missing at every other site, one gap more tells nothing.
    let mut rows = numbered();
    let mut number = 0;
    rows.retain(|row| {
        number += 1;
        number % 12 != 5 || row[1].starts_with("Bot")
    });
    let summary = shared(&rows).shared.summary;
    assert_eq!((summary.generalised(), summary.withheld()), (1, 0));
}

#[test]
fn a_record_beside_the_only_site_of_its_cell_is_told_in_a_wider_one() {
    // Three neighbouring sites in the wider cell, one in the cell of the bittern itself.
    let mut rows = reserve();
    rows.retain(|row| {
        let (lat, lon): (f64, f64) = (row[12].parse().unwrap(), row[13].parse().unwrap());
        let in_cell = (52.05..52.15).contains(&lat) && (4.65..4.75).contains(&lon);
        !in_cell || row[3] == "Meadow 30"
    });
    let copied = shared(&rows);
    let summary = &copied.shared.summary;
    assert_eq!(summary.siblings.wider_place, 1);
    assert_eq!(summary.records_clear, rows.len() as u64 - 1);
    let told = copied.rows("occurrence.csv").pop().unwrap();
    assert_eq!(told["coordinatePrecision"], "0.5");
    // Told in the narrow cell it would be found.
    let findings = attacked_when(&copied, |rows| {
        let last = rows.len() - 1;
        for (heading, value) in [
            ("decimalLatitude", "52.1"),
            ("decimalLongitude", "4.7"),
            ("coordinateUncertaintyInMeters", "8000"),
            ("coordinatePrecision", "0.1"),
            (
                "footprintWKT",
                "POLYGON ((4.65 52.05, 4.75 52.05, 4.75 52.15, 4.65 52.15, 4.65 52.05))",
            ),
        ] {
            let at = column(rows, heading);
            rows[last][at] = value.to_owned();
        }
    });
    assert_eq!(located(&findings, Attack::Elimination), 1, "{findings:#?}");
}

#[test]
fn what_a_record_states_of_its_event_goes_where_few_other_events_have_it() {
    let mut rows = reserve();
    for row in rows.iter_mut().filter(|row| row[3] == "Meadow 30") {
        row[11] = "mist net".to_owned();
    }
    // Elsewhere it is common enough to be published.
    for row in rows.iter_mut().filter(|row| row[3].ends_with('7')) {
        row[11] = "mist net".to_owned();
    }
    let copied = shared(&rows);
    assert_eq!(copied.shared.summary.siblings.without_context, 1);
    let told = copied.rows("occurrence.csv").pop().unwrap();
    assert_eq!(
        (told["samplingProtocol"].as_str(), told["coordinatePrecision"].as_str()),
        ("", "0.1")
    );
}

#[test]
fn a_rule_may_ask_for_siblings_to_be_coarsened_or_the_record_to_be_withheld() {
    let rows = reserve();
    let with = |siblings| {
        let mut set = bitterns();
        set.rules[0].outcome.siblings = Some(siblings);
        share(&[("records.csv", &text(&rows))], &settings(set))
    };
    let withheld = with(Siblings::Withhold);
    let summary = &withheld.shared.summary;
    assert_eq!((summary.records_clear, summary.withheld()), (719, 1));
    assert_eq!(summary.siblings.withheld, 1);
    let coarse = with(Siblings::Coarsen);
    // All twelve records of the site.
    assert_eq!(coarse.shared.summary.generalised(), 12);
    let cut = with(Siblings::Cut);
    assert_eq!((cut.shared.summary.records_clear, cut.shared.summary.generalised()), (719, 1));
}

#[test]
fn sharing_again_changes_nothing() {
    let rows = reserve();
    let once = shared(&rows);
    let again = crate::support::share_paths(
        &[once.folder.path().join("package/occurrence.csv")],
        &settings(bitterns()),
    );
    assert_eq!(once.text("occurrence.csv"), again.text("occurrence.csv"));
}

#[test]
fn a_sibling_does_not_tell_in_words_that_the_bittern_was_there() {
    let mut rows = reserve();
    let at = rows.iter().position(|row| row[1].starts_with("Bot")).unwrap();
    "mobbed by BOTAURUS STELLARIS at its nest".clone_into(&mut rows[at + 1][10]);
    "with Botaurus stellarisque".clone_into(&mut rows[(at + 300) % 720][10]);
    let copied = shared(&rows);
    let summary = &copied.shared.summary;
    assert_eq!((summary.records_clear, summary.generalised()), (719, 1));
    let copy = copied.text("occurrence.csv");
    assert!(!copy.contains("BOTAURUS") && copy.contains("with Botaurus stellarisque"), "{copy}");
    // The rest of the sibling stays, and nothing says that a text is gone.
    let told = copied.rows("occurrence.csv");
    let sibling = told.iter().find(|row| row["occurrenceID"] == rows[at + 1][0]).unwrap();
    assert_eq!(sibling["occurrenceRemarks"], "");
    assert_eq!(
        (&sibling["decimalLatitude"], &sibling["locality"]),
        (&rows[at + 1][12], &rows[at + 1][3])
    );
    assert_eq!(sibling["informationWithheld"], "");
}

use super::*;
use crate::rule::list::{Mapping, read};
use crate::taxon::{ChecklistBuilder, ChecklistRow};

fn found(text: &str, around: &Surroundings<'_>) -> Vec<String> {
    let (set, problems) = listed(text);
    check(&set, &problems, around).iter().map(Finding::to_string).collect()
}

fn listed(text: &str) -> (RuleSet, Vec<Problem>) {
    let rows: Vec<Vec<String>> =
        text.trim().lines().map(|row| row.split(',').map(str::to_owned).collect()).collect();
    let (mut set, mut problems) = (RuleSet::default(), Vec::new());
    let (headings, rows) = rows.split_first().unwrap();
    let rows: Vec<(u64, Vec<String>)> = (2..).zip(rows.iter().cloned()).collect();
    read("a.csv", headings, &rows, &Mapping::default(), &mut set, &mut problems);
    (set, problems)
}

fn alone() -> Surroundings<'static> {
    Surroundings { areas: None, checklist: None, today: Day::new(2026, 6, 1).unwrap() }
}

#[test]
fn a_sound_list_gives_no_findings() {
    let list = "scientificName,category,reviewDate\nBotaurus stellaris,high,2027-01-01\nParus major,low,2027-01-01";
    assert_eq!(found(list, &alone()), Vec::<String>::new());
}

#[test]
fn a_passed_review_and_a_passed_embargo_are_told() {
    assert_eq!(
        found(
            "scientificName,category,reviewDate,embargoUntil\nBotaurus stellaris,high,2026-05-31,\nParus major,low,2026-06-01,2026-01-01",
            &alone()
        ),
        [
            "warning: `a.csv` line 2: its review was due on 2026-05-31",
            "warning: `a.csv` line 3: its embargo ended on 2026-01-01; it still holds until a person takes it out of the list",
        ]
    );
}

#[test]
fn without_boundaries_a_rule_about_an_area_is_told_to_apply_everywhere() {
    let told = "note: `a.csv` line 2: it names the area `The Marsh`; it applies everywhere unless a boundary of that name is given";
    assert_eq!(found("area,category\nThe Marsh,high", &alone()), [told]);
}

#[test]
fn pressing_are_errors_unknown_areas_and_passed_days_and_nothing_else() {
    let list = "scientificName,category,area,reviewDate\nBotaurus stellaris,severe,,\n\
        Parus major,high,The Marsh,\nParus ater,high,,2026-01-01\nParus ater,low,,";
    let areas = AreaSet::default();
    let around = Surroundings { areas: Some(&areas), ..alone() };
    let (set, problems) = listed(list);
    let told: Vec<String> =
        pressing(&set, &problems, &around).iter().map(Finding::to_string).collect();
    assert_eq!(
        told,
        [
            "error: `a.csv` line 2, column `category`: `severe` is not none, low, medium, high or extreme; the rule withholds",
            "error: `a.csv` line 3: no boundary is called `The Marsh`; the rule applies everywhere",
            "warning: `a.csv` line 4: its review was due on 2026-01-01",
        ]
    );
    // The whole check says too that the last two lines disagree, and that no boundary has a name.
    assert_eq!(check(&set, &problems, &around).len(), 5);
}

#[test]
fn an_area_that_many_rules_name_is_pressing_once() {
    let list = "scientificName,category,area\nBotaurus stellaris,high,The Marsh\n\
        Parus major,high,The Marsh\nParus ater,high,The Fen\nLutra lutra,low,The Marsh";
    let areas = AreaSet::default();
    let (set, problems) = listed(list);
    let around = Surroundings { areas: Some(&areas), ..alone() };
    let told: Vec<String> =
        pressing(&set, &problems, &around).iter().map(Finding::to_string).collect();
    assert_eq!(
        told,
        [
            "error: `a.csv` line 2: no boundary is called `The Marsh`; the rule applies everywhere, and so do 2 more rules",
            "error: `a.csv` line 4: no boundary is called `The Fen`; the rule applies everywhere",
        ]
    );
}

#[test]
fn an_area_that_no_boundary_has_is_an_error_once_boundaries_are_given() {
    let areas = AreaSet::default();
    let list = "area,category\nThe Marsh,high";
    let around = Surroundings { areas: Some(&areas), ..alone() };
    assert_eq!(
        found(list, &around),
        [
            "error: `a.csv` line 2: no boundary is called `The Marsh`; the rule applies everywhere",
            "note: the boundaries: none has a name; it is looked for in properties whose key has the word name, title, label, code or id",
        ]
    );
}

#[test]
fn the_boundaries_that_are_there_are_told_where_one_is_not() {
    let mut areas = AreaSet::default();
    for number in 1..=12 {
        areas.add(vec![format!("Fen {number}"), "A7".to_owned()], crate::area::Shape::new());
    }
    let around = Surroundings { areas: Some(&areas), ..alone() };
    assert_eq!(
        found("area,category\nFen,high\nBog,high", &around),
        [
            "error: `a.csv` line 2: no boundary is called `Fen`; the rule applies everywhere",
            "error: `a.csv` line 3: no boundary is called `Bog`; the rule applies everywhere",
            "note: the boundaries: there are `Fen 1`, `Fen 2`, `Fen 3`, `Fen 4`, `Fen 5`, `Fen 6`, `Fen 7`, `Fen 8`, `Fen 9`, `Fen 10` and 2 more",
        ]
    );
    assert_eq!(found("area,category\nfen 2,high", &around), Vec::<String>::new());
}

#[test]
fn repeated_and_contradicting_lines_are_told() {
    assert_eq!(
        found(
            "scientificName,category,seasonStart,seasonEnd\nBotaurus stellaris,high,,\nBotaurus stellaris (L.),high,,\nParus major,low,,\nparus  major,high,,\nArdea alba,low,03-01,06-30\nArdea alba,high,04-01,06-30",
            &alone()
        ),
        [
            "warning: `a.csv` lines 4 and 5: these lines ask for the same records and say different things; the strictest holds",
            "note: `a.csv` line 5, column `scientificName`: `parus major` is written with stray spaces, which do not matter",
            "note: `a.csv` lines 2 and 3: these lines say the same",
        ]
    );
}

#[test]
fn what_a_rule_says_against_itself_is_told() {
    let only = |cells: &str| {
        found(
            &format!(
                "scientificName,category,publicWidth,partnerWidth,withhold\nParus major,{cells}"
            ),
            &alone(),
        )
    };
    for (cells, text) in [
        ("none,,,", "says category none, so nothing follows"),
        ("none,1 km,,", "the width holds"),
        ("none,,,yes", "it is held back"),
        ("high,10 km,,yes", "it is held back"),
        ("high,1 km,10 km,", "partners are told less"),
        ("high,1 km,,", "finer than its category"),
    ] {
        let findings = only(cells);
        assert!(findings.iter().any(|finding| finding.contains(text)), "{cells}: {findings:?}");
    }
    assert_eq!(only("high,10 km,1 km,"), Vec::<String>::new());
}

#[test]
fn names_are_held_against_a_checklist() {
    let mut builder = ChecklistBuilder::default();
    let mut add = |name, accepted| {
        builder.add(&ChecklistRow {
            scientific_name: name,
            accepted_name_usage: accepted,
            ..ChecklistRow::default()
        });
    };
    add("Botaurus stellaris (Linnaeus, 1758)", "");
    add("Ardea stellaris Linnaeus, 1758", "Botaurus stellaris (Linnaeus, 1758)");
    let checklist = builder.finish();
    let around = Surroundings { checklist: Some(&checklist), ..alone() };
    assert_eq!(
        found(
            "scientificName,category\nBotaurus stellaris,high\nArdea stellaris,low\nParus major,low",
            &around
        ),
        [
            "warning: `a.csv` line 4: `Parus major` is not in the checklist",
            "note: `a.csv` line 3: the checklist calls `Ardea stellaris` by another name: `Botaurus stellaris (Linnaeus, 1758)`",
            "note: `a.csv` lines 2 and 3: `Ardea stellaris` and `Botaurus stellaris` are one taxon in the checklist; the strictest of their rules holds for both",
        ]
    );
}

#[test]
fn names_that_may_mean_more_or_less_than_they_should_are_told() {
    assert_eq!(
        found(
            "scientificName,vernacularName,category\nOrchidaceae,,high\nPsilocybe sp.,,high\nNepenthes mirabilis (Bramston Beach),,high\nPterostylis alba,Greenhood,high\nPterostylis alta,greenhood,high",
            &alone()
        ),
        [
            "warning: `a.csv` line 4, column `scientificName`: `Nepenthes mirabilis (Bramston Beach)` is more than a plain name; the rule applies to all of `Nepenthes mirabilis`",
            "note: `a.csv` line 3, column `scientificName`: `Psilocybe sp.` leaves the species open; the rule applies to the whole genus `Psilocybe`",
            "note: `a.csv` line 2: `Orchidaceae` stands above the genus; records that do not state their family meet the rule unless a checklist tells where they belong",
            "note: `a.csv` lines 5 and 6: the vernacular name `greenhood` stands for 2 listed taxa; a record that mentions it meets the rules of all of them",
            "note: `a.csv` lines 5 and 6: `Pterostylis alba` and `Pterostylis alta` differ by a letter or two; one may be a misspelling of the other",
        ]
    );
}

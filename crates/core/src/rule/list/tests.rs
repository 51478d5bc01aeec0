use super::*;
use crate::category::Category;
use crate::period::{Day, Precision, SeasonWindow};
use crate::place::{DEGREE, Nano};
use crate::rule::{Outcome, Reason, Rule, Width};

/// Reads a small list: headings and rows separated by lines, cells by commas.
fn read_list(text: &str, mapping: &Mapping) -> (RuleSet, Vec<Problem>) {
    let rows: Vec<(u64, Vec<String>)> = (1..)
        .zip(text.trim().lines())
        .map(|(line, row)| (line, row.split(',').map(str::to_owned).collect()))
        .collect();
    let (mut set, mut problems) = (RuleSet::default(), Vec::new());
    let ((_, headings), rows) = rows.split_first().unwrap();
    read("list.csv", headings, rows, mapping, &mut set, &mut problems);
    (set, problems)
}

fn one(text: &str) -> (Rule, Vec<String>) {
    let (set, problems) = read_list(text, &Mapping::default());
    assert_eq!(set.rules.len(), 1, "{problems:?}");
    let errors = problems.iter().filter(|problem| problem.is_error());
    (set.rules[0].clone(), errors.map(|problem| problem.column.clone()).collect())
}

fn mapping() -> Mapping {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    Mapping {
        columns: BTreeMap::from([pair("generalisation", "strength"), pair("Status", "remarks")]),
        strengths: BTreeMap::from([
            ("10 km".to_owned(), BTreeMap::from([pair("publicWidth", "0.1°")])),
            ("WITHHOLD".to_owned(), BTreeMap::from([pair("withhold", "yes")])),
        ]),
        constants: BTreeMap::from([pair("area", "Victoria"), pair("reason", "tradeSensitive")]),
        ignore: vec!["id".to_owned()],
        ..Mapping::default()
    }
}

#[test]
fn a_line_with_everything_is_read() {
    let (set, problems) = read_list(
        "scientificName,Vernacular Name,area,season_start,season_end,maxAgeYears,lifeStage,behaviour,kind,provider,category,publicWidth,partnerWidth,publicPeriod,partnerPeriod,embargoUntil,allowColumns,allowMeasurements,siblings,reason,authority,citation,reviewDate,remarks\n\
         Botaurus stellaris,Bittern,Reserve,11-15,02-28,5,egg|chick,nesting,occurrence,Trust,high,10 km,1 km,decade,month,2030-01-01,nestBox;ring,wing length,cut,threatened population,Ministry,Law 1,2027-01-01,see map",
        &Mapping::default(),
    );
    assert_eq!(problems, []);
    let rule = &set.rules[0];
    assert_eq!(rule.id.to_string(), "`list.csv` line 2");
    let taxon = set.taxon(rule.taxon.unwrap()).unwrap();
    assert_eq!(
        (taxon.scientific_name.as_str(), taxon.vernacular_names.len()),
        ("Botaurus stellaris", 1)
    );
    assert_eq!(rule.season, SeasonWindow::new((11, 15), (2, 28)));
    assert_eq!((rule.max_age_years, rule.life_stage.len()), (Some(5), 2));
    assert_eq!(
        rule.outcome,
        Outcome {
            category: Some(Category::High),
            public_width: Some(Width::Metres(10_000)),
            partner_width: Some(Width::Metres(1_000)),
            withhold: false,
            embargo_until: Day::new(2030, 1, 1),
            public_period: Some(Precision::Decade),
            partner_period: Some(Precision::Month),
            allow_columns: ["nestBox".to_owned(), "ring".to_owned()].into(),
            allow_measurements: ["wing length".to_owned()].into(),
            siblings: Some(crate::rule::Siblings::Cut),
        }
    );
    assert_eq!(
        (rule.reason, rule.review_date),
        (Some(Reason::ThreatenedPopulation), Day::new(2027, 1, 1))
    );
}

#[test]
fn an_unreadable_consequence_withholds() {
    for (heading, value) in [
        ("category", "severe"),
        ("publicWidth", "10"),
        ("publicWidth", "ten km"),
        ("partnerWidth", "0 m"),
        ("embargoUntil", "next year"),
        ("publicPeriod", "week"),
        ("partnerPeriod", "1 month"),
        ("withhold", "perhaps"),
        ("siblings", "kill"),
    ] {
        let (rule, errors) =
            one(&format!("scientificName,category,{heading}\nBotaurus stellaris,low,{value}"));
        assert!(rule.outcome.withhold, "{heading} {value}");
        assert_eq!(rule.outcome.category, Some(Category::Extreme));
        assert_eq!(errors, [heading], "{value}");
    }
}

#[test]
fn a_line_that_says_nothing_of_its_sensitivity_withholds() {
    let (rule, errors) = one("scientificName,area\nBotaurus stellaris,Reserve");
    assert!(rule.outcome.withhold);
    assert_eq!(errors, ["category"]);
}

#[test]
fn a_partner_width_alone_is_no_consequence_for_the_public() {
    let (rule, errors) = one("scientificName,partnerWidth\nBotaurus stellaris,1 km");
    assert!(rule.outcome.withhold);
    assert_eq!(errors, ["category"]);
}

#[test]
fn an_unknown_column_with_content_withholds() {
    let (set, problems) = read_list(
        "scientificName,category,secret zone\nBotaurus stellaris,low,x\nArdea cinerea,low,",
        &Mapping::default(),
    );
    assert!(set.rules[0].outcome.withhold && !set.rules[1].outcome.withhold);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].line, problems[0].column.as_str()), (2, "secret zone"));
}

#[test]
fn an_unknown_column_is_told_once_with_the_heading_that_may_be_meant() {
    let (set, problems) = read_list(
        "scientificName,catagory\nBotaurus stellaris,low\nArdea cinerea,low\n,\nArdea alba,low",
        &Mapping::default(),
    );
    assert!(set.rules.iter().all(|rule| rule.outcome.withhold) && set.rules.len() == 3);
    let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        told,
        [
            "`list.csv` lines 2, 3 and 5, column `catagory`: `catagory` is no column that is known; the rules withhold; did you mean `category`?"
        ]
    );
}

#[test]
fn a_list_without_any_consequence_is_told_once_and_withholds() {
    let (set, problems) =
        read_list("scientificName,area\nArdea alba,Marsh\nParus major,Fen", &Mapping::default());
    assert!(set.rules.iter().all(|rule| rule.outcome.withhold));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].lines().collect::<Vec<_>>(), [2, 3]);
    let empty = "scientificName,category\nArdea alba,\nParus major,";
    assert_eq!(read_list(empty, &Mapping::default()).1.len(), 2, "cells are told one by one");
}

#[test]
fn lines_are_told_in_runs() {
    for (lines, words) in [
        (vec![7], "line 7"),
        (vec![2, 3], "lines 2 and 3"),
        (vec![2, 4, 5], "lines 2, 4 and 5"),
        (vec![2, 3, 4], "lines 2 to 4"),
        ((2..=961).collect(), "lines 2 to 961"),
        (vec![2, 3, 4, 6, 8, 9, 10, 11], "lines 2 to 4, 6 and 8 to 11"),
        (
            (1..=20).map(|line| 2 * line).collect(),
            "lines 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 and 8 more",
        ),
    ] {
        assert_eq!(in_words(&lines), words);
    }
}

#[test]
fn a_cell_beyond_the_headings_withholds() {
    let (rule, errors) = one("scientificName,category\nBotaurus stellaris,low,surplus");
    assert!(rule.outcome.withhold);
    assert_eq!(errors, [""]);
    let (rule, errors) = one("scientificName,category\nBotaurus stellaris,low,");
    assert!(!rule.outcome.withhold && errors.is_empty());
}

#[test]
fn a_column_that_begins_with_a_number_sign_is_a_comment() {
    let (rule, errors) = one("scientificName,category,# checked by\nBotaurus stellaris,low,me");
    assert!(!rule.outcome.withhold && errors.is_empty());
}

#[test]
fn an_unreadable_criterion_is_left_out() {
    let read = |heading: &str, value: &str| {
        one(&format!("scientificName,category,{heading}\nBotaurus stellaris,low,{value}"))
    };
    for value in ["5.5", "-1", "many", "0"] {
        let (rule, errors) = read("maxAgeYears", value);
        assert_eq!((rule.max_age_years, errors), (None, vec!["maxAgeYears".to_owned()]), "{value}");
    }
    let (rule, errors) = read("kind", "satellite");
    assert!(rule.kind.is_empty() && errors == ["kind"]);
    let (rule, errors) = read("kind", "occurrence; satellite");
    assert!(rule.kind.is_empty() && errors == ["kind"]);
    let (rule, errors) = read("lifeStage", "dunenjung");
    assert!(rule.life_stage.is_empty() && errors == ["lifeStage"]);
    let (rule, errors) = read("seasonStart", "03-01");
    assert!(rule.season.is_none() && errors == ["seasonEnd"]);
    for (start, end) in
        [("02-30", "03-31"), ("1 March", "31 March"), ("13-01", "01-31"), ("", "01-31")]
    {
        let (rule, errors) = one(&format!(
            "scientificName,category,seasonStart,seasonEnd\nBotaurus stellaris,low,{start},{end}"
        ));
        assert!(rule.season.is_none() && errors == ["seasonStart"], "{start} {end}");
    }
    let (rule, errors) = read("lifeStage", "chick | dunenjung");
    assert!(rule.life_stage.len() == 2 && errors.is_empty());
}

#[test]
fn a_line_without_taxon_or_any_criterion_applies_to_everything() {
    let (rule, errors) = one("scientificName,category\n,high");
    assert!(rule.asks_nothing());
    assert_eq!(errors, ["scientificName"]);
    let (rule, errors) = one("scientificName,category\n*,high");
    assert!(rule.asks_nothing() && errors.is_empty());
    let (rule, errors) = one("area,category\nRoost cave,high");
    assert!(rule.taxon.is_none() && rule.area.is_some() && errors.is_empty());
}

#[test]
fn a_name_that_names_nothing_applies_to_every_taxon() {
    for name in ["?", "123", "unknown", "n/a", "大麻鳽"] {
        let (rule, errors) = one(&format!("scientificName,category\n{name},high"));
        assert!(rule.taxon.is_none(), "{name}");
        assert!(errors.contains(&"scientificName".to_owned()), "{name}");
    }
    let (rule, errors) = one("scientificName,vernacularName,category\n,Bittern,high");
    assert!(rule.taxon.is_some());
    assert_eq!(errors, ["scientificName"]);
}

#[test]
fn two_cells_that_contradict_each_other_withhold() {
    let (rule, errors) = one("scientificName,category,sensitivity\nBotaurus stellaris,low,high");
    assert!(rule.outcome.withhold);
    assert_eq!(errors, ["sensitivity"]);
    let (rule, errors) = one("scientificName,remarks,notes,category\nBotaurus stellaris,a,b,low");
    assert_eq!(rule.remarks.as_deref(), Some("a | b"));
    assert!(errors.is_empty());
}

#[test]
fn what_only_explains_a_rule_is_left_out_where_it_cannot_be_read() {
    let (set, problems) = read_list(
        "scientificName,category,reason,reviewDate\nBotaurus stellaris,low,because,soon",
        &Mapping::default(),
    );
    assert!(!set.rules[0].outcome.withhold);
    assert!(
        problems.iter().all(|problem| problem.severity == Severity::Warning) && problems.len() == 2
    );
}

#[test]
fn a_mapping_reads_a_list_in_another_form() {
    let (set, problems) = read_list(
        "id,scientificName,generalisation,Status\n1,Botaurus stellaris,10KM,EN\n2,Ardea cinerea,withhold,\n3,Ardea alba,20 km,",
        &mapping(),
    );
    let outcomes: Vec<(bool, Option<Width>)> =
        set.rules.iter().map(|rule| (rule.outcome.withhold, rule.outcome.public_width)).collect();
    assert_eq!(
        outcomes,
        [(false, Some(Width::Degrees(Nano(DEGREE / 10)))), (true, None), (true, None)]
    );
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [4]);
    assert!(set.rules.iter().all(|rule| rule.area.as_deref() == Some("Victoria")));
    assert_eq!(set.rules[0].remarks.as_deref(), Some("EN"));
}

#[test]
fn a_strength_without_a_mapping_withholds() {
    for heading in ["generalisation", "strength"] {
        let (rule, errors) = one(&format!("scientificName,{heading}\nBotaurus stellaris,10 km"));
        assert!(rule.outcome.withhold, "{heading}");
        assert_eq!(errors, [heading]);
    }
}

#[test]
fn a_mapping_that_sets_what_is_no_column_makes_every_rule_withhold() {
    let mut constants = mapping();
    constants.constants.insert("category of threat".to_owned(), "low".to_owned());
    let mut strengths = mapping();
    strengths
        .strengths
        .insert("5 km".to_owned(), BTreeMap::from([("area".to_owned(), "x".to_owned())]));
    for mapping in [constants, strengths] {
        let (set, problems) =
            read_list("scientificName,category\nBotaurus stellaris,low", &mapping);
        assert!(set.rules[0].outcome.withhold);
        assert_eq!((problems[0].line, problems[0].is_error()), (0, true));
    }
}

#[test]
fn a_cell_of_the_list_goes_before_a_constant() {
    let (set, _) = read_list(
        "scientificName,category,area\nBotaurus stellaris,low,Tasmania\nArdea alba,low,",
        &mapping(),
    );
    let areas: Vec<_> = set.rules.iter().map(|rule| rule.area.clone().unwrap()).collect();
    assert_eq!(areas, ["Tasmania", "Victoria"]);
}

#[test]
fn a_taxon_that_several_lines_name_is_one() {
    let (set, _) = read_list(
        "scientificName,category\nBotaurus stellaris,low\nBotaurus stellaris,high\n\n,,",
        &Mapping::default(),
    );
    assert_eq!((set.rules.len(), set.taxa.len()), (2, 1));
}

#[test]
fn the_canonical_text_depends_on_what_rules_say_and_not_on_their_order() {
    let text = |list: &str| read_list(list, &Mapping::default()).0.canonical();
    let first = text("scientificName,publicWidth\nBotaurus stellaris,0.1°\nArdea alba,1 km");
    assert_eq!(first, text("publicWidth,scientificName\n1 km,Ardea alba\n0.1°,Botaurus stellaris"));
    assert_ne!(first, text("scientificName,publicWidth\nBotaurus stellaris,0.2°\nArdea alba,1 km"));
}

#[test]
fn a_cell_that_is_no_single_name_protects_everything_and_says_so() {
    for (cell, says) in [
        ("Ixobrychus minutus; Botaurus stellaris", "several"),
        ("Ixobrychus minutus and Botaurus stellaris", "several"),
        ("Botaurus stellaris/Ardea purpurea", "several"),
        ("B. stellaris", "abbreviated"),
        ("Bot. stellaris", "abbreviated"),
        ("Botaurus stel.", "abbreviated"),
        ("BOTSTE", "code"),
        ("A021", "code"),
    ] {
        let (set, problems) =
            read_list(&format!("scientificName,category\n{cell},high"), &Mapping::default());
        assert_eq!(set.rules[0].taxon, None, "{cell}");
        assert!(problems.iter().any(|it| it.is_error() && it.text.contains(says)), "{problems:?}");
    }
    for cell in [
        "Botaurus stellaris (Linnaeus 1758)",
        "Botaurus stellaris Cabanis & Heine 1860",
        "Botaurus stellaris Linnaeus and Gmelin 1758",
        "Botaurus stellaris × Ardea purpurea",
        "Botaurus stellaris Linnaeus nec Gmelin",
        "BOTAURUS STELLARIS",
        "BOTAURUS",
        "Botaurus",
        "Botaurus stellaris.",
    ] {
        let (set, problems) =
            read_list(&format!("scientificName,category\n{cell},high"), &Mapping::default());
        assert!(set.rules[0].taxon.is_some(), "{cell}");
        assert!(!problems.iter().any(Problem::is_error), "{problems:?}");
    }
}

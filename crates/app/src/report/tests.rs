//! The page as a whole.

mod contrast;
mod made;
mod markup;

use reedbed_core::category::Category;

use super::text::Counted;
use super::{html, text};
use markup::{elements, words};

#[test]
fn the_words_of_the_page_are_those_of_the_golden_text() {
    let words = words(&html(&made::fen())).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let golden = include_str!("tests/fen.txt");
    for (line, (now, then)) in words.lines().zip(golden.lines()).enumerate() {
        assert_eq!(now, then, "line {}", line + 1);
    }
    assert_eq!(words.lines().count(), golden.lines().count());
}

#[test]
fn every_table_has_an_equation_that_balances() {
    let summary = made::fen();
    let told = words(&html(&summary));
    for table in &summary.tables {
        let rows = &table.rows;
        let left = super::number::count(rows.read + rows.added);
        let right = super::number::count(rows.written + rows.withheld + rows.rejected);
        assert_eq!(left, right, "{}", table.file);
        assert!(told.contains(&format!("{left} = {right} ✓ balanced")), "{}", table.file);
    }
    assert!(told.contains("20,003 read + 0 added = 19,980 written + 20 withheld + 3 rejected"));
}

#[test]
fn events_are_counted_where_there_is_no_table_of_records() {
    let mut summary = made::fen();
    summary.counted = "events";
    summary.tables.retain(|table| table.role == "events");
    summary.tables[0].rows.rejected = 4;
    let told = words(&html(&summary));
    assert!(told.contains("19,812 events leave as held, 168 are told less precisely"), "{told}");
    assert!(told.contains("4 could not be used") && told.contains("4 of 12 rules met events."));
    assert!(told.contains(Counted::Events.note().unwrap()));
    assert!(!words(&html(&made::fen())).contains("it means events"));
}

#[test]
fn an_equation_that_does_not_balance_forbids_to_hand_over() {
    let mut summary = made::fen();
    summary.tables[0].rows.written -= 2;
    summary.tables[1].rows.written += 1;
    let told = words(&html(&summary));
    assert!(told.contains("20,003 ≠ 20,001 ✗ 2 rows lost"), "{told}");
    assert!(told.contains("1,251 ≠ 1,252 ✗ 1 row too many"), "{told}");
    assert!(told.contains(text::ANSWER_NO_ROWS_LOST));
    assert!(told.contains("The rows of 2 tables do not add up."));
}

#[test]
fn the_answer_follows_from_the_numbers() {
    let answer = |summary: &_| {
        let page = html(summary);
        let (_, rest) = page.split_once("<p class=\"answer\">").unwrap();
        rest.split_once("</p>").unwrap().0.to_owned()
    };
    let mut summary = made::fen();
    assert_eq!(answer(&summary), text::ANSWER_YES_LOOK);
    (summary.rejects, summary.notes) = (Vec::new(), Vec::new());
    (summary.unlisted_names, summary.unlisted_names_total) = (Vec::new(), 0);
    summary.matched_names = Vec::new();
    summary.matched_names_total = 0;
    summary.oddities = Default::default();
    (summary.rule_findings, summary.rule_findings_total) = (Vec::new(), 0);
    assert_eq!(answer(&summary), text::ANSWER_YES);
    summary.categories = Vec::new();
    assert_eq!(answer(&summary), Counted::Records.answer_no_match());
    summary.rules_total = 0;
    assert_eq!(answer(&summary), text::ANSWER_NO_RULES);
    assert_eq!(answer(&made::all_withheld()), Counted::Records.answer_nothing());
    assert_eq!(answer(&made::empty()), Counted::Records.answer_nothing());
}

#[test]
fn an_empty_section_is_one_sentence_and_no_table() {
    let page = html(&made::empty());
    assert!(!page.contains("<table") && !page.contains("<svg"));
    let told = words(&page);
    for sentence in [
        &Counted::Records.no_protected(),
        text::NO_FINDINGS,
        Counted::Records.no_rules_met(),
        text::map::NO_CELLS,
        text::NO_PLACES,
        text::NO_TABLES,
        text::NO_UNLISTED,
        text::NO_MATCHED,
        text::NO_REJECTS,
        text::NO_ODDITIES,
    ] {
        assert!(told.contains(sentence), "{sentence}");
    }
}

#[test]
fn the_page_says_at_both_ends_that_it_is_not_for_release() {
    let page = html(&made::fen());
    let (body, told) = (page.split_once("<body>").unwrap().1, text::NOT_FOR_RELEASE);
    assert_eq!(body.matches(told).count(), 2);
    assert!(body.find(told) < body.find("<main>") && body.rfind(told) > body.find("</main>"));
}

#[test]
fn the_questions_come_in_the_order_in_which_a_steward_asks_them() {
    let told = words(&html(&made::fen()));
    let at: Vec<usize> = [
        "19,812 records leave as held",
        text::SAFE,
        text::AUDIENCE,
        text::WITHHELD,
        text::LISTS,
        text::MAP,
        text::PRECISION,
        text::ROWS,
        text::NAMES,
        text::REJECTS,
        text::ODDITIES,
        text::ABOUT,
    ]
    .map(|heading| told.find(heading).unwrap())
    .to_vec();
    assert!(at.is_sorted(), "{at:?}");
}

#[test]
fn every_page_is_well_formed_and_asks_for_nothing_from_outside() {
    for (name, summary) in [
        ("empty", made::empty()),
        ("fen", made::fen()),
        ("partner", made::partner()),
        ("all withheld", made::all_withheld()),
        ("antimeridian", made::antimeridian()),
        ("many cells", made::many_cells()),
        ("hostile", made::hostile()),
    ] {
        let page = html(&summary);
        let elements = elements(&page);
        let mut ids = Vec::new();
        for (element, attributes) in &elements {
            assert!(ELEMENTS.contains(&element.as_str()), "{name}: <{element}>");
            for (attribute, value) in attributes {
                assert!(ATTRIBUTES.contains(&attribute.as_str()), "{name}: {attribute}");
                if attribute == "id" {
                    assert!(!ids.contains(value), "{name}: {value} twice");
                    ids.push(value.clone());
                }
            }
        }
        for (_, value) in elements.iter().flat_map(|(_, all)| all).filter(|(it, _)| it == "href") {
            let target = value.strip_prefix('#').unwrap();
            assert!(ids.iter().any(|id| id == target), "{name}: {value}");
        }
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(!style.contains("url(") && !style.contains("@import"));
        if name != "hostile" {
            assert!(!page.contains("http:") && !page.contains("https:"), "{name}");
        }
    }
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let page = html(&made::hostile());
    for name in
        made::HOSTILE.iter().filter(|name| name.contains(['<', '&', '\'', '\u{202E}', '\0']))
    {
        assert!(!page.contains(name), "{name}");
    }
    let unseen = |letter: char| {
        (letter.is_control() && letter != '\n') || ('\u{202A}'..='\u{202E}').contains(&letter)
    };
    assert_eq!(page.chars().find(|letter| unseen(*letter)), None);
    // Each of the names is there, as words.
    let told = words(&page);
    for part in ["<script>alert(1)</script>", "⟨U+202E⟩", "⟨U+0000⟩", "&lt;b&gt; &amp;"] {
        assert!(told.contains(part), "{part}");
    }
}

#[test]
fn cells_of_other_kinds_are_told_apart_from_those_of_records() {
    let mut summary = made::fen();
    let mut cell = summary.cells[0].clone();
    (cell.kind, cell.records) = ("track", 3);
    summary.cells.push(cell);
    let page = html(&summary);
    // On the map, and on its close-up.
    assert_eq!(page.matches("class=\"square other").count(), 2);
    assert!(page.contains("3 periods of tracks in 1 cell."), "{page}");
    assert!(!html(&made::fen()).contains("Dashed edges"));
}

#[test]
fn of_a_copy_without_records_nothing_is_said_about_records() {
    let mut summary = made::empty();
    summary.kinds.push(reedbed_engine::kinds::KindSummary {
        kind: "track",
        input: "walk.gpx".to_owned(),
        ..Default::default()
    });
    let page = html(&summary);
    for id in ["precision", "cost", "names"] {
        assert!(!page.contains(&format!("<section id=\"{id}\"")), "{id}");
        assert!(html(&made::fen()).contains("id=\"precision\""));
    }
    assert!(!page.contains("No record was withheld"));
}

#[test]
fn thirty_thousand_cells_are_all_drawn_in_less_than_five_megabytes() {
    let summary = made::many_cells();
    let page = html(&summary);
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let drawn: usize = page
        .split("<path class=\"")
        .filter(|path| path.starts_with("fine ") || path.starts_with("square "))
        .map(|path| path.split('"').nth(2).unwrap().matches('z').count())
        .sum();
    assert_eq!(drawn, summary.cells.len());
}

#[test]
fn a_partner_is_named_and_told_blocks() {
    let told = words(&html(&made::partner()));
    assert!(told.contains("University of Somewhere, Department of Wetland Ecology"));
    assert!(told.contains(text::PARTNER_ONLY) && !told.contains(text::FOR_PUBLIC));
    assert!(told.contains("High: 3 blocks, 136 records"));
    let mut unnamed = made::partner();
    unnamed.partner = None;
    assert!(words(&html(&unnamed)).contains(text::FOR_UNNAMED_PARTNER));
}

#[test]
fn records_that_stated_no_uncertainty_are_said_so() {
    let mut summary = made::fen();
    summary.categories = vec![made::category(Category::High, [9, 8, 0], None, Some((8000, 8000)))];
    let told = words(&html(&summary));
    assert!(told.contains("not stated → 8 km"), "{told}");
    assert!(told.contains("1 record had stated none"), "{told}");
}

#[test]
fn records_withheld_for_what_they_share_are_said_so() {
    let mut summary = made::all_withheld();
    assert!(!words(&html(&summary)).contains(text::SHARED_REMARK));
    summary.categories[0].withheld_pulled = 1;
    let told = words(&html(&summary));
    let sentence = "1 of 40 withheld records is withheld only for what it shares.";
    assert!(told.contains(sentence), "{told}");
    assert!(told.contains(text::SHARED_REMARK) && !told.contains(text::PULLED_REMARK));
    summary.rules[0].pulled_along = 1;
    let told = words(&html(&summary));
    assert!(told.contains("40 withheld 1 pulled along"), "{told}");
    assert!(told.contains(text::PULLED_REMARK));
}

#[test]
fn what_is_to_be_known_of_the_rules_is_a_point_to_look_at_and_none_is_lost() {
    let mut summary = made::empty();
    summary.rule_findings = (2..27).map(|line| format!("`a.csv` line {line}: odd.")).collect();
    summary.rule_findings_total = 900;
    let page = html(&summary);
    let told = words(&page);
    assert!(page.contains("<a href=\"#lists\">900 things about the rule lists"));
    assert!(told.contains("“a.csv” line 26: odd."), "{told}");
    assert!(told.contains("5 more things") && told.contains("These are the first 25 of 900."));
    assert!(!told.contains(text::NO_FINDINGS));
}

#[test]
fn boundaries_in_which_nothing_lies_are_a_point_to_look_at() {
    let mut summary = made::fen();
    let sentence = Counted::Records.look_boundaries();
    assert!(!words(&html(&summary)).contains(&sentence));
    summary.boundaries_missed = true;
    assert!(words(&html(&summary)).contains(&sentence));
}

#[test]
fn names_of_boundaries_without_room_are_trimmed() {
    let mut summary = made::fen();
    for outline in &mut summary.boundaries {
        outline.name.push_str(" \n");
    }
    let told = words(&html(&summary));
    assert!(
        told.contains("without room for their name: Heron reedbed, Pump House roost\n"),
        "{told}"
    );
}

#[test]
fn names_that_may_be_listed_ones_are_not_said_to_have_led_to_a_rule() {
    let mut summary = made::fen();
    (summary.rules, summary.categories) = (Vec::new(), Vec::new());
    let told = words(&html(&summary));
    assert!(told.contains(Counted::Records.no_rules_met()) && told.contains("Botaurus stelaris"));
    assert!(told.contains("4 names may be listed ones") && !told.contains("led to a rule"));
}

#[test]
fn a_cell_on_the_map_tells_its_bounds_and_records() {
    let page = html(&made::fen()).replace('\u{a0}', " ");
    assert!(
        page.contains("<title>High: 104 records, 52.6° N to 52.7° N, 1.5° E to 1.6° E</title>")
    );
    assert!(
        page.contains("<title>Low: 1 record, 52.641° N to 52.642° N, 1.571° E to 1.572° E</title>")
    );
}

const ELEMENTS: [&str; 43] = [
    "a",
    "b",
    "bdi",
    "body",
    "circle",
    "dd",
    "desc",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "g",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "i",
    "li",
    "main",
    "meta",
    "p",
    "path",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "!DOCTYPE",
];
const ATTRIBUTES: [&str; 25] = [
    "aria-hidden",
    "aria-labelledby",
    "charset",
    "class",
    "content",
    "cx",
    "cy",
    "d",
    "font-size",
    "href",
    "html",
    "http-equiv",
    "id",
    "lang",
    "name",
    "r",
    "role",
    "scope",
    "style",
    "text-anchor",
    "viewBox",
    "x",
    "y",
    "points",
    "title",
];

#[test]
fn the_page_tells_who_tried_to_break_the_copy_and_what_it_cost() {
    use reedbed_adversary::{Attack, AttackCount};
    let mut summary = made::fen();
    summary.attempts = Some(reedbed_engine::share::Attempts {
        rounds: 2,
        told_more_carefully: 3,
        protected: 67,
        sure: 0.5,
        attacks: vec![AttackCount {
            attack: Attack::Elimination,
            tried: true,
            located: 0,
            claimed: 41,
        }],
    });
    summary.siblings.wider_place = 5;
    summary.utility.records = reedbed_engine::utility::Kept { held: 200, kept: 150 };
    let page = html(&summary);
    for words in [
        "Who tried to break it?",
        "gave 3 records away",
        "In a wider region: 5",
        "elimination",
        "What did it cost?",
        "75.0%",
        "The attacks had this copy and nothing else",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // Without attempts the page does not say that nobody managed to.
    let page = html(&made::fen());
    assert!(!page.contains("Nobody managed to") && page.contains("No attack was run"));
}

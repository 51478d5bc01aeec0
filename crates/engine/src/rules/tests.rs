use reedbed_core::category::Category;
use reedbed_core::place::Nano;
use reedbed_core::rule::list::Severity;
use reedbed_core::rule::{Rule, Width};

use super::*;

/// Writes files into a folder and gives their paths.
fn files<const N: usize>(folder: &tempfile::TempDir, files: [(&str, &[u8]); N]) -> [PathBuf; N] {
    files.map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    })
}

fn read_one(name: &str, bytes: &[u8]) -> Result<(RuleSet, Vec<Problem>), RulesError> {
    let folder = tempfile::tempdir().unwrap();
    load(&files(&folder, [(name, bytes)]), &[])
}

fn taxa(set: &RuleSet) -> Vec<&str> {
    set.taxa.iter().map(|taxon| taxon.scientific_name.as_str()).collect()
}

#[test]
fn lists_are_read_in_every_form_that_spreadsheets_write() {
    let utf_16 = |text: &str| {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    for (name, bytes) in [
        ("commas", b"scientificName,category\nAcacia m\xc3\xbclleri,high\n".to_vec()),
        ("mark", b"\xef\xbb\xbfscientificName,category\r\nAcacia m\xc3\xbclleri,high\r\n".to_vec()),
        ("semicolons", b"scientificName;category\r\nAcacia m\xc3\xbclleri;high".to_vec()),
        ("tabs", b"scientificName\tcategory\nAcacia m\xc3\xbclleri\thigh\n".to_vec()),
        ("returns", b"scientificName,category\rAcacia m\xc3\xbclleri,high\r".to_vec()),
        ("western", b"scientificName,category\nAcacia m\xfclleri,high\n".to_vec()),
        ("utf-16", utf_16("scientificName\tcategory\r\nAcacia m\u{fc}lleri\thigh\r\n")),
        (
            "quoted",
            b"\"scientificName\",\"category\"\n\"Acacia m\xc3\xbclleri\",\"high\"\n\n".to_vec(),
        ),
    ] {
        let (set, problems) = read_one("list.csv", &bytes).unwrap();
        assert_eq!((taxa(&set), problems), (vec!["Acacia m\u{fc}lleri"], vec![]), "{name}");
        assert_eq!(set.rules[0].outcome.category, Some(Category::High), "{name}");
        assert_eq!(set.rules[0].id.line, 2, "{name}");
    }
}

#[test]
fn a_list_of_which_rules_may_be_lost_is_refused() {
    let open = b"scientificName,category,remarks\nArdea alba,high,\"a remark\nBotaurus stellaris,high,\nParus major,low,x\n";
    let error = read_one("list.csv", open).unwrap_err();
    assert!(
        matches!(&error, RulesError::Sheet { fault: SheetFault::LinesInCell { line: 2 }, .. }),
        "{error}"
    );
    let open = b"scientificName,category\n\"Ardea alba,high\nBotaurus stellaris,high\n";
    assert!(matches!(
        read_one("list.csv", open),
        Err(RulesError::Sheet { fault: SheetFault::LinesInCell { line: 2 }, .. })
    ));
    let remark = b"scientificName,category,remarks\nArdea alba,high,\"one line\nand another\"\nParus major,low,\n";
    assert_eq!(read_one("list.csv", remark).unwrap().0.rules.len(), 2);
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let list = b"scientificName,category,remarks\r\n\r\nArdea alba,high,\"one\r\ntwo\"\r\n\r\n\r\nParus major,low,\r\n,,\r\nAnas acuta,low,";
    let (set, _) = read_one("list.csv", list).unwrap();
    assert_eq!(set.rules.iter().map(|rule| rule.id.line).collect::<Vec<_>>(), [3, 7, 9]);
}

#[test]
fn what_is_no_list_is_refused() {
    let fault = |bytes: &[u8]| match read_one("list.csv", bytes) {
        Err(RulesError::Sheet { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(b""), SheetFault::Empty);
    assert_eq!(fault(b" \n\n"), SheetFault::Empty);
    assert_eq!(fault(b"decimalLatitude,decimalLongitude\n1,2\n"), SheetFault::NoKnownHeading);
    let records =
        b"gbifID,scientificName,decimalLatitude,eventDate\n1,Ardea alba,52.1,2020-01-01\n";
    assert_eq!(fault(records), SheetFault::Records { unknown: 3, headings: 4 });
    assert!(read_one("list.csv", records).unwrap_err().is_refusal());
    assert_eq!(fault(b"PK\x03\x04\0\0\0scientificName"), SheetFault::NoText);
    assert!(matches!(
        load(&[PathBuf::from("/nowhere/list.csv")], &[]),
        Err(RulesError::Unreadable { .. })
    ));
}

#[test]
fn a_mapping_is_found_by_its_pattern_or_beside_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let map = b"for = \"STATE-*.csv\"\n[columns]\ngeneralisation = \"strength\"\n[strengths]\n\"10 km\" = { publicWidth = \"0.1 deg\" }\n";
    let list = b"scientificName,generalisation\nArdea alba,10KM\n";
    let [first, second, beside, map] = files(
        &folder,
        [("STATE-1.csv", list), ("other.csv", list), ("other.toml", map), ("map.toml", map)],
    );
    let width = |rule: &Rule| rule.outcome.public_width;
    let degrees = Some(Width::Degrees(Nano(100_000_000)));
    let (set, problems) =
        load(&[first.clone(), second.clone()], std::slice::from_ref(&map)).unwrap();
    assert_eq!(set.rules.iter().map(width).collect::<Vec<_>>(), [degrees, degrees]);
    assert_eq!(problems, []);
    std::fs::remove_file(beside).unwrap();
    let (set, problems) = load(std::slice::from_ref(&second), &[]).unwrap();
    assert!(set.rules[0].outcome.withhold, "without a mapping a strength withholds");
    assert_eq!(problems.iter().filter(|problem| problem.is_error()).count(), 1);
    let error = load(&[second], &[map]).unwrap_err();
    assert!(
        error.to_string().ends_with("map.toml` is for `STATE-*.csv` and fits none of the lists")
    );
}

#[test]
fn a_mapping_with_anything_unknown_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [list, typo, none] = files(
        &folder,
        [
            ("list.csv", b"scientificName,category\nArdea alba,high\n" as &[u8]),
            ("typo.toml", b"[strenghts]\n\"10 km\" = { withhold = \"no\" }\n"),
            ("none.toml", b"not toml at all"),
        ],
    );
    for map in [typo, none] {
        assert!(matches!(
            load(std::slice::from_ref(&list), &[map]),
            Err(RulesError::Mapping { .. })
        ));
    }
}

#[test]
fn the_digest_is_of_what_rules_say() {
    let of = |bytes: &[u8]| digest(&read_one("list.csv", bytes).unwrap().0);
    let first = of(b"scientificName,category\nArdea alba,high\nParus major,low\n");
    assert_eq!(first, of(b"category;scientificName\r\nlow;Parus major\r\nhigh;Ardea alba\r\n"));
    assert_ne!(first, of(b"scientificName,category\nArdea alba,high\nParus major,none\n"));
    assert_eq!(first.len(), 64);
}

/// The blocks of the documentation between lines of three back ticks.
fn documented(opening: &str) -> String {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let opening = format!("\n{opening}\n");
    let (_, block) = docs.split_once(&opening).unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    format!("{block}\n")
}

#[test]
fn the_examples_of_the_documentation_are_read_without_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let list = documented("```");
    let foreign = "WildNetTaxonID,scientificName,status,generalisation\n1,Ninox strenua,VU,2 KM\n";
    let map = documented("```toml");
    let [own, foreign, map] = files(
        &folder,
        [
            ("own.csv", list.as_bytes()),
            ("QLD-1.csv", foreign.as_bytes()),
            ("qld.toml", map.as_bytes()),
        ],
    );
    let (set, problems) = load(&[own, foreign], &[map]).unwrap();
    assert_eq!(problems, []);
    assert_eq!(set.rules.len(), 4);
    assert_eq!(set.rules[3].outcome.public_width, Some(Width::Metres(2_000)));
}

#[test]
fn every_column_and_reason_is_documented() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    for column in list::Column::all() {
        assert!(
            docs.contains(&format!("`{column}`")) || docs.contains(&format!("\"{column}\"")),
            "{column}"
        );
    }
    for reason in reedbed_core::rule::Reason::ALL {
        assert!(docs.contains(&format!("`{}`", reason.code())), "{}", reason.code());
    }
    for kind in reedbed_core::rule::KINDS {
        assert!(docs.contains(&format!("`{kind}`")), "{kind}");
    }
}

/// The real lists beside the project with our mappings; nothing where they are not there.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn real_lists() -> Option<(RuleSet, Vec<Problem>)> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/ala-state-sensitive-lists"
    ));
    let maps = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/ala");
    let in_folder = |folder: &Path, ending: &str| {
        let files = folder.read_dir().ok()?.filter_map(|file| Some(file.ok()?.path()));
        let mut files: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
        files.sort();
        Some(files)
    };
    let Some(lists) = in_folder(folder, "csv") else {
        eprintln!("skipped: the real lists are not there");
        return None;
    };
    let maps = in_folder(Path::new(maps), "toml").unwrap();
    Some(load(&lists, &maps).unwrap())
}

#[test]
fn the_real_lists_load_as_they_are() {
    let Some((set, problems)) = real_lists() else { return };
    let count = |list: &str, wanted: fn(&Rule) -> bool| {
        set.rules.iter().filter(|rule| rule.id.list.starts_with(list) && wanted(rule)).count()
    };
    let degrees = |rule: &Rule| match rule.outcome.public_width {
        Some(Width::Degrees(nano)) => nano.0,
        _ => 0,
    };
    for (list, rules, area) in [
        ("ACT-", 211, "Australian Capital Territory"),
        ("NSW-", 203, "New South Wales"),
        ("NT-", 11, "Northern Territory"),
        ("QLD-", 960, "Queensland"),
        ("SA-", 220, "South Australia"),
        ("TAS-", 3, "Tasmania"),
        ("VIC-", 136, "Victoria"),
        ("WA-", 4604, "Western Australia"),
        ("qld-confidential", 960, "Queensland"),
    ] {
        assert_eq!(count(list, |_| true), rules, "{list}");
        let mut own = set.rules.iter().filter(|rule| rule.id.list.starts_with(list));
        assert!(
            own.all(|rule| rule.area.as_deref() == Some(area) && rule.taxon.is_some()),
            "{list}"
        );
    }
    let widths = |list: &str, wanted: i64| {
        set.rules
            .iter()
            .filter(|rule| rule.id.list.starts_with(list) && degrees(rule) == wanted)
            .count()
    };
    assert_eq!((widths("ACT-", 10_000_000), widths("ACT-", 100_000_000)), (194, 17));
    assert_eq!((widths("NSW-", 10_000_000), widths("NSW-", 100_000_000)), (72, 130));
    assert_eq!((widths("NT-", 100_000_000), widths("NT-", 1_000_000_000)), (8, 1));
    assert_eq!((widths("WA-", 100_000_000), widths("SA-", 100_000_000)), (4604, 220));
    let metric = |rule: &Rule| rule.outcome.public_width == Some(Width::Metres(2_000));
    assert_eq!((count("QLD-", metric), count("qld-confidential", metric)), (960, 960));
    let withheld = |rule: &Rule| rule.outcome.withhold;
    assert_eq!(
        (count("NSW-", withheld), count("NT-", withheld), count("TAS-", withheld)),
        (1, 2, 1)
    );
    assert_eq!(set.rules.iter().filter(|rule| withheld(rule)).count(), 4, "nothing was unreadable");
    assert!(problems.iter().all(|problem| !problem.is_error()), "{problems:?}");
}

#[test]
fn what_is_unclear_in_the_real_lists_is_told() {
    let Some((_, problems)) = real_lists() else { return };
    let lines = |severity: Severity, list: &str| -> Vec<u64> {
        let own = problems
            .iter()
            .filter(|problem| problem.severity == severity && problem.list.starts_with(list));
        own.map(|problem| problem.line).collect()
    };
    assert_eq!(lines(Severity::Info, "ACT-"), [127], "a stray space behind a name");
    assert_eq!(lines(Severity::Info, "SA-"), [68], "a whole genus");
    assert_eq!(lines(Severity::Warning, "QLD-"), [799], "a place in brackets");
    assert_eq!(lines(Severity::Warning, "qld-"), [799], "the same in the other list");
    assert_eq!(
        lines(Severity::Warning, "WA-"),
        // Variants without a published name, populations in brackets, and a garbled apostrophe.
        [
            89, 141, 142, 192, 1432, 1653, 2313, 2797, 4005, 4046, 4139, 4205, 4212, 4286, 4434,
            4435, 4447
        ]
    );
    for list in ["NSW-", "NT-", "TAS-", "VIC-"] {
        assert!(!problems.iter().any(|problem| problem.list.starts_with(list)), "{list}");
    }
}

#[test]
fn what_the_real_lists_repeat_is_told() {
    let Some((set, _)) = real_lists() else { return };
    let around = reedbed_core::rule::check::Surroundings {
        areas: None,
        checklist: None,
        today: reedbed_core::period::Day::new(2026, 1, 1).unwrap(),
    };
    let findings = reedbed_core::rule::check::check(&set, &[], &around);
    let found = |place: &str, text: &str| {
        findings.iter().any(|finding| finding.place == place && finding.text.contains(text))
    };
    assert!(found("`WA-dr467-sensitive.csv` lines 3074 and 3083", "say the same"));
    assert!(
        found("`WA-dr467-sensitive.csv` lines 1133 and 1134", "say the same"),
        "one with its author"
    );
    assert!(
        found("`WA-dr467-sensitive.csv` lines 4434 and 4435", "say the same"),
        "two populations"
    );
    assert!(found("`QLD-dr493-sensitive.csv` lines 803 and 804", "`Nepenthes rowanae`"));
    assert!(found("`SA-dr884-sensitive.csv` line 216", "the subgenus `Catyptorhynchus`"));
    assert!(found("`QLD-dr493-sensitive.csv` line 576", "stands above the genus"));
    assert!(found(
        "`QLD-dr493-sensitive.csv`, `qld-confidential-species.csv`",
        "lines of these lists say the same"
    ));
}

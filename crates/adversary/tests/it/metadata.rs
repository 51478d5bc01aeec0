//! Planted and clean cases of what stands beside the rows: metadata, names and times of files.

use std::io::Write as _;

use reedbed_adversary::{Attack, Besides, Findings};
use reedbed_formats::dataset::{self, OpenOptions, Packaging};
use reedbed_formats::eml::{self, EmlFacts};
use reedbed_formats::limits::Limits;
use reedbed_formats::writer::PackageWriter;

use crate::support::{Made, attacked_copy, bitterns, clean, located, packed, with_bittern};

fn attacked(members: &[(&str, &str, u8)]) -> Findings {
    let (_folder, copy) = packed(members);
    attacked_copy(&copy, &Besides::default(), &bitterns(), 0)
}

fn document(text: &str, description: &str, [south, north, west, east]: [f64; 4]) -> String {
    format!(
        "<eml><dataset><title>Birds</title><abstract><para>{text}</para></abstract><coverage>\
         <geographicCoverage><geographicDescription>{description}</geographicDescription>\
         <boundingCoordinates><westBoundingCoordinate>{west}</westBoundingCoordinate>\
         <eastBoundingCoordinate>{east}</eastBoundingCoordinate>\
         <northBoundingCoordinate>{north}</northBoundingCoordinate>\
         <southBoundingCoordinate>{south}</southBoundingCoordinate></boundingCoordinates>\
         </geographicCoverage></coverage></dataset></eml>"
    )
}

fn described(rows: &str, eml: &str) -> Findings {
    attacked(&[("occurrence.csv", rows, 1), ("eml.xml", eml, 1)])
}

/// The bittern alone.
fn only_protected() -> String {
    let text = with_bittern(|_| clean());
    let kept =
        text.lines().enumerate().filter(|(line, row)| *line == 0 || row.contains("Botaurus"));
    kept.map(|(_, row)| format!("{row}\n")).collect()
}

const NARROW: [f64; 4] = [52.11, 52.112, 4.745, 4.747];
const CELL: [f64; 4] = [52.05, 52.15, 4.65, 4.75];

#[test]
fn a_box_round_protected_records_gives_them_away() {
    let alone = only_protected();
    let findings = described(&alone, &document("", "All records", NARROW));
    assert_eq!(located(&findings, Attack::Metadata), 1, "{findings:#?}");
    assert!((findings.claims[0].latitude - 52.111).abs() < 1e-6);
    let point = [52.111, 52.111, 4.746, 4.746];
    assert_eq!(located(&described(&alone, &document("", "", point)), Attack::Metadata), 1);
    // Among others, where it is said to be of the taxon.
    let all = with_bittern(|_| clean());
    let of_taxon = document("", "Nests of Botaurus stellaris", NARROW);
    assert_eq!(located(&described(&all, &of_taxon), Attack::Metadata), 1);
}

#[test]
fn a_box_round_what_is_published_gives_nothing_away() {
    let (alone, all) = (only_protected(), with_bittern(|_| clean()));
    assert_eq!(described(&alone, &document("", "", CELL)).located, 0);
    assert_eq!(described(&all, &document("", "", [52.0, 52.3, 4.5, 4.8])).located, 0);
    // A narrow box of anything else.
    assert_eq!(described(&all, &document("", "The visitors' centre", NARROW)).located, 0);
}

#[test]
fn a_place_in_the_metadata_gives_a_record_away() {
    let all = with_bittern(|_| clean());
    let wide = [52.0, 52.3, 4.5, 4.8];
    let text = "The colony of Botaurus stellaris is at 52.11100, 4.74600.";
    assert_eq!(located(&described(&all, &document(text, "", wide)), Attack::Metadata), 1);
    // It is not in the region, or it may be of anything.
    for text in ["Botaurus stellaris; office at 50.84670, 4.35250", "Car park: 52.11100, 4.74600"] {
        assert_eq!(described(&all, &document(text, "", wide)).located, 0, "{text}");
    }
}

#[test]
fn the_name_of_a_file_gives_a_record_away() {
    let all = with_bittern(|_| clean());
    let with = |name: &str| attacked(&[("occurrence.csv", all.as_str(), 1), (name, "…", 1)]);
    for name in ["media/zz-a_52.11100_4.74600.jpg", "media/botaurus_stellaris_52.11100_4.74600.jpg"]
    {
        assert_eq!(located(&with(name), Attack::Metadata), 1, "{name}");
    }
    for name in
        ["media/zz-a_50.84670_4.35250.jpg", "media/x1_52.11100_4.74600.jpg", "media/zz-a.jpg"]
    {
        assert_eq!(with(name).located, 0, "{name}");
    }
    let alone = only_protected();
    let findings = attacked(&[("nests 52.11100,4.74600.csv", &alone, 1)]);
    assert_eq!(located(&findings, Attack::Metadata), 1, "{findings:#?}");
}

#[test]
fn a_package_as_reedbed_writes_it_gives_nothing_away() {
    let text = with_bittern(|_| clean());
    let facts = EmlFacts {
        title: "Birds".to_owned(),
        bounding_box: Some([52.0, 4.5, 52.3, 4.8]),
        taxa: vec![("species".to_owned(), "Botaurus stellaris".to_owned())],
        ..EmlFacts::default()
    };
    for packaging in [Packaging::Zip, Packaging::TarGz] {
        let folder = tempfile::tempdir().unwrap();
        let mut package = PackageWriter::archive(folder.path(), "copy", packaging).unwrap();
        for (name, content) in [("occurrence.csv", &text), ("eml.xml", &eml::write(&facts))] {
            package.start(name).unwrap();
            package.write_all(content.as_bytes()).unwrap();
        }
        let files = package.finish().unwrap();
        let paths = [folder.path().join(&files[0])];
        let copy = dataset::open(&paths, &OpenOptions::default(), &Limits::default()).unwrap();
        assert_eq!(copy.members.len(), 2);
        let findings = attacked_copy(&copy, &Besides::default(), &bitterns(), 0);
        assert_eq!((findings.protected, findings.located), (1, 0), "{findings:#?}");
    }
}

#[test]
fn the_time_of_a_file_gives_a_record_away() {
    // On 13 July something was recorded at the bittern's true site, and nowhere else in its cell.
    let all = with_bittern(|_| Made { date: "2020".to_owned(), ..clean() });
    let on = |own: u8, other: u8| {
        attacked(&[
            ("occurrence.csv", all.as_str(), other),
            ("media/zz-a.jpg", "…", own),
            ("media/other.jpg", "…", other),
        ])
    };
    let findings = on(13, 2);
    assert_eq!(located(&findings, Attack::Metadata), 1, "{findings:#?}");
    assert!((findings.claims[0].latitude - 52.111).abs() < 1e-6);
    // One time for all files, as Reedbed's own archives have, and a day of nothing in the cell.
    assert_eq!(on(13, 13).located, 0);
    assert_eq!(on(31, 2).located, 0);
}

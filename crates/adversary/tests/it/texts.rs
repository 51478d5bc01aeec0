//! Planted and clean cases of attacks by what texts name: areas, places, and taxa beside.

use reedbed_adversary::{Attack, Besides, Findings};
use reedbed_core::area::AreaSet;
use reedbed_formats::boundary;
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{
    Made, attacked, attacked_by, attacked_copy, bitterns, clean, located, published, with_bittern,
};

/// Squares by name: south, north, west, east.
fn layers(squares: &[(&str, [f64; 4])]) -> AreaSet {
    let features: Vec<String> = squares
        .iter()
        .map(|(name, [s, n, w, e])| {
            format!(
                "{{\"type\":\"Feature\",\"properties\":{{\"name\":\"{name}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"
            )
        })
        .collect();
    let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","));
    let mut areas = AreaSet::default();
    boundary::parse_into(&mut areas, "layer", text.as_bytes()).unwrap();
    areas
}

fn clipped(text: &str, squares: &[(&str, [f64; 4])]) -> Findings {
    let layers = layers(squares);
    attacked_by(text, &Besides { layers: Some(&layers), ..Besides::default() }, &bitterns())
}

const ISLE: [f64; 4] = [52.10, 52.13, 4.73, 4.78];
const WIDE: [f64; 4] = [51.0, 53.0, 4.0, 6.0];

fn on_the_isle() -> String {
    with_bittern(|_| Made { locality: "Reed-Isle".to_owned(), ..clean() })
}

#[test]
fn an_area_that_a_record_names_cuts_its_region() {
    let findings = clipped(&on_the_isle(), &[("reed isle", ISLE), ("Elsewhere", WIDE)]);
    assert_eq!(located(&findings, Attack::Clip), 1, "{findings:#?}");
    let claim = &findings.claims[0];
    assert!((claim.latitude - 52.115).abs() < 0.002 && (claim.longitude - 4.74).abs() < 0.002);
    // Of the cell of 0.1° square lie 0.03° × 0.02° there; the rule's area is one of the equator.
    assert!(claim.narrowing < 0.07 && claim.narrowing > 0.03, "{claim:?}");
    // By the column of the county too.
    let text = with_bittern(|_| clean());
    let text: String = text
        .lines()
        .enumerate()
        .map(|(line, row)| match line {
            0 => format!("county,{row}\n"),
            _ if row.contains("Botaurus") => format!("Reed Isle,{row}\n"),
            _ => format!(",{row}\n"),
        })
        .collect();
    assert_eq!(located(&clipped(&text, &[("Reed Isle", ISLE)]), Attack::Clip), 1);
}

#[test]
fn an_area_that_only_the_event_names_cuts_too() {
    let folder = tempfile::tempdir().unwrap();
    let text = with_bittern(|_| Made { event: "e-own".to_owned(), ..clean() });
    let events = "eventID,county\ne-own,Reed Isle\n";
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths = [write("event.csv", events), write("occurrence.csv", &text)];
    let copy = dataset::open(&paths, &OpenOptions::default(), &Limits::default()).unwrap();
    let layers = layers(&[("Reed Isle", ISLE)]);
    let besides = Besides { layers: Some(&layers), ..Besides::default() };
    let findings = attacked_copy(&copy, &besides, &bitterns(), 0);
    assert_eq!(located(&findings, Attack::Clip), 1, "{findings:#?}");
}

#[test]
fn an_area_that_cuts_nothing_off_gives_nothing_away() {
    let text = on_the_isle();
    // It holds all of the region.
    assert_eq!(clipped(&text, &[("Reed Isle", WIDE)]).located, 0);
    // It is named by no record.
    assert_eq!(clipped(&text, &[("Another Isle", ISLE)]).located, 0);
    // Two areas have the name.
    let two = [("Reed Isle", ISLE), ("Reed Isle", WIDE)];
    assert_eq!(clipped(&text, &two).located, 0);
    // It lies elsewhere.
    assert_eq!(clipped(&text, &[("Reed Isle", [40.0, 41.0, 4.0, 5.0])]).located, 0);
}

#[test]
fn a_boundary_that_is_drawn_elsewhere_gives_nothing_away() {
    // Exact records name the area, and lie beside what is drawn.
    let text = with_bittern(|_| Made { habitat: "Reed Isle".to_owned(), ..clean() })
        .replace("habitat 3", "Reed Isle");
    let drawn = [("Reed Isle", [52.10, 52.13, 4.70, 4.72])];
    assert_eq!(clipped(&text, &drawn).located, 0);
}

fn looked_up(text: &str, gazetteer: &str) -> Findings {
    let (_folder, known) = published(gazetteer);
    attacked_by(text, &Besides { known: &[known], ..Besides::default() }, &bitterns())
}

const PLACES: &str = "name,latitude,longitude\nOld Boat House,52.11100,4.74600\nFar Mill,52.5,5.5\nTwin Pond,52.11100,4.74600\nTwin Pond,52.9,4.1\nMeadow,52.11100,4.74600\n";

#[test]
fn a_named_place_in_a_text_gives_a_record_away() {
    let with = |remarks: &str| with_bittern(|_| Made { remarks: remarks.to_owned(), ..clean() });
    let findings = looked_up(&with("nest near old boat-house"), PLACES);
    assert_eq!(located(&findings, Attack::Text), 1, "{findings:#?}");
    assert!((findings.claims[0].latitude - 52.111).abs() < 1e-6);
    // A place elsewhere, a name of two places, a word for any meadow, and half a name.
    for remarks in ["nest near far mill", "by the twin pond", "in a meadow", "old boat"] {
        assert_eq!(looked_up(&with(remarks), PLACES).located, 0, "{remarks}");
    }
}

#[test]
fn names_that_records_bear_without_lying_there_give_nothing_away() {
    // Here many exact records name a mill some kilometres off.
    let places = "name,latitude,longitude\nHigh Mill,52.14,4.68\n";
    let text = with_bittern(|_| Made { remarks: "High Mill".to_owned(), ..clean() })
        .replace("habitat 3", "seen from High Mill");
    assert_eq!(located(&looked_up(&text, places), Attack::Text), 0);
}

/// The copy with a remark on one record of the bittern's true site, or of another.
fn remarked(site: u32, remark: &str) -> String {
    let text = with_bittern(|_| clean());
    let mut done = false;
    let rows: Vec<String> = text
        .lines()
        .map(|row| {
            let is_it = !done && row.contains(&format!("Meadow {site},"));
            done |= is_it;
            let mut cells: Vec<String> = row.splitn(12, ',').map(str::to_owned).collect();
            if is_it {
                cells[10] = remark.to_owned();
            }
            cells.join(",")
        })
        .collect();
    rows.join("\n") + "\n"
}

#[test]
fn a_record_beside_that_names_the_taxon_gives_it_away() {
    let findings = attacked(&remarked(30, "disturbed by a Botaurus stellaris at its nest"));
    assert_eq!(located(&findings, Attack::Text), 1, "{findings:#?}");
    assert!((findings.claims[0].latitude - 52.111).abs() < 1e-6);
    // Elsewhere, of another taxon, or denied.
    for (site, remark) in [
        (0, "disturbed by a Botaurus stellaris"),
        (30, "a Parus major"),
        (30, "no Botaurus stellaris"),
    ] {
        assert_eq!(attacked(&remarked(site, remark)).located, 0, "{site} {remark}");
    }
}

/// Sites with three visits each, all with a remark but for those that are asked for.
fn with_remarks(is_blank: impl Fn(u32, u32) -> bool) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters,occurrenceRemarks\n",
    );
    for site in 0..100_u32 {
        let (lat, lon) = (52.0 + f64::from(site / 10) * 0.031, 4.5 + f64::from(site % 10) * 0.041);
        for visit in 0..3_u32 {
            let remark = if is_blank(site, visit) { "" } else { "calm" };
            text += &format!(
                "q{}q,Parus major,2020-0{}-1{},{lat:.5},{lon:.5},WGS84,20,{remark}\n",
                (site * 3 + visit) * 7_919 % 10_007,
                1 + visit * 3,
                site % 10
            );
        }
    }
    text + "zz,Botaurus stellaris,2020,52.1,4.7,EPSG:4326,8000,withheld\n"
}

#[test]
fn a_text_that_is_missing_among_others_gives_a_record_away() {
    // Site 34 lies in the region that is told.
    let findings = attacked(&with_remarks(|site, visit| (site, visit) == (34, 1)));
    assert_eq!(located(&findings, Attack::Text), 1, "{findings:#?}");
    // Many texts are missing, or several of the region: nothing is said.
    let many = attacked(&with_remarks(|site, visit| (site * 3 + visit) % 3 == 1));
    assert_eq!(located(&many, Attack::Text), 0, "{many:#?}");
    let some = attacked(&with_remarks(|site, visit| visit == 1 && [34, 35, 44, 3].contains(&site)));
    assert_eq!(located(&some, Attack::Text), 0, "{some:#?}");
    let none = attacked(&with_remarks(|_, _| false));
    assert_eq!(none.located, 0, "{none:#?}");
}

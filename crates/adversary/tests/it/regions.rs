//! Planted and clean cases of attacks that end in a region: averaging and several copies.

use std::fmt::Write as _;

use reedbed_adversary::{Attack, Besides, Findings};
use reedbed_core::category::Category;
use reedbed_core::grid::{Lattice, Telling};
use reedbed_core::place::Point;

use crate::support::{
    Made, attacked, attacked_by, bitterns, clean, located, published, with_bittern,
};

/// The bittern of [`with_bittern`], at 52.111, 4.746.
const CELL: &str = "52.1,4.7,EPSG:4326,8000,\"POLYGON ((4.65 52.05, 4.75 52.05, 4.75 52.15, 4.65 52.15, 4.65 52.05))\"";

/// A region in the place of the bittern's cell.
fn told_as(text: &str, [south, north, west, east]: [f64; 4]) -> String {
    let (lat, lon) = (f64::midpoint(south, north), f64::midpoint(west, east));
    let outline = format!(
        "{lat:.6},{lon:.6},EPSG:4326,9000,\"POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))\""
    );
    text.replace(CELL, &outline)
}

fn together(text: &str, others: &[&str]) -> Findings {
    let opened: Vec<_> = others.iter().map(|other| published(other)).collect();
    let (_folders, with): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    attacked_by(text, &Besides { with: &with, ..Besides::default() }, &bitterns())
}

fn dated() -> Made {
    Made { date: "2020-05-03".to_owned(), ..clean() }
}

#[test]
fn two_grids_that_hardly_overlap_give_a_record_away() {
    let text = with_bittern(|_| dated());
    let one = told_as(&text, [52.02, 52.12, 4.65, 4.75]);
    let other = told_as(&text, [52.10, 52.20, 4.74, 4.84]);
    let findings = together(&one, &[&other]);
    assert_eq!(located(&findings, Attack::Coalition), 1, "{findings:#?}");
    let claim = &findings.claims[0];
    assert!((claim.latitude - 52.11).abs() < 1e-6 && (claim.longitude - 4.745).abs() < 1e-6);
    assert!(claim.narrowing < 0.02, "{claim:?}");
    // Under another identifier, by what is unique together.
    let renamed = other.replace("zz-a,", "other,");
    assert_eq!(located(&together(&one, &[&renamed]), Attack::Coalition), 1);
}

#[test]
fn random_offsets_of_two_copies_give_a_record_away() {
    let text = with_bittern(|_| dated());
    let circle = |lat: f64, lon: f64| text.replace(CELL, &format!("{lat},{lon},EPSG:4326,7000,"));
    let findings = together(&circle(52.165, 4.746), &[&circle(52.056, 4.746)]);
    assert_eq!(located(&findings, Attack::Coalition), 1, "{findings:#?}");
    assert!((findings.claims[0].latitude - 52.1105).abs() < 0.01);
    // Two circles that have most of their area in common do not.
    let findings = together(&circle(52.12, 4.746), &[&circle(52.11, 4.76)]);
    assert_eq!(findings.located, 0, "{findings:#?}");
}

#[test]
fn nested_cells_and_blocks_of_one_lattice_give_nothing_away() {
    let lattice = Lattice::of(Category::High).unwrap();
    let point = Point::from_degrees(52.111, 4.746).unwrap();
    let text = with_bittern(|_| dated());
    let copies: Vec<String> = [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .map(|(north, east)| lattice.region(point, Telling::Block { step: 1, north, east }))
        .chain([lattice.region(point, Telling::Cell)])
        .map(|region| {
            let degrees = [region.south(), region.north(), region.west(), region.east()];
            told_as(&text, degrees.map(|edge| edge.degrees()))
        })
        .collect();
    let (own, others) = copies.split_first().unwrap();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let opened: Vec<_> = others.iter().map(|other| published(other)).collect();
    let (_folders, with): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    let besides = Besides { with: &with, ..Besides::default() };
    let findings = crate::support::attacked_in_steps(own, &besides, &bitterns(), 1);
    assert_eq!((findings.protected, findings.located), (1, 0), "{findings:#?}");
}

#[test]
fn the_same_copy_twice_gives_nothing_away() {
    let text = with_bittern(|_| dated());
    assert_eq!(together(&text, &[&text, &text]).located, 0);
}

#[test]
fn a_record_that_is_gone_from_one_copy_and_new_in_another_is_the_same() {
    let text = with_bittern(|_| dated());
    // In the earlier copy the record has another identifier and no column that links it.
    let row = "old-7,Botaurus stellaris,,,,,2020-05-03,,,,,52.11100,4.74600,WGS84,20,\n";
    let twin = "zz-b,Botaurus stellaris,,,,,2020-05-03,,,,,52.1,4.7,EPSG:4326,8000,\"POLYGON ((4.65 52.05, 4.75 52.05, 4.75 52.15, 4.65 52.15, 4.65 52.05))\"\n";
    let kept = "old-9,Botaurus stellaris,,,,,2020-05-03,,,,,51.30000,5.90000,WGS84,20,\n";
    let without: String = text
        .lines()
        .filter(|line| !line.contains("Botaurus"))
        .fold(String::new(), |all, line| all + line + "\n");
    let now = format!("{text}{twin}");
    let findings = together(&now, &[&format!("{without}{row}{kept}")]);
    assert_eq!(located(&findings, Attack::Coalition), 2, "{findings:#?}");
    // Identifiers that all differ say nothing.
    let renamed = format!("{without}{row}{kept}").replace("\nx", "\ny");
    assert_eq!(located(&together(&now, &[&renamed]), Attack::Coalition), 0);
    // What is gone elsewhere is not this record.
    let findings = together(&now, &[&format!("{without}{kept}")]);
    assert_eq!(findings.located, 0, "{findings:#?}");
}

/// Sixty bitterns of one site, each told as a made place with a circle of so many metres.
fn repeats(places: impl Fn(u32) -> (f64, f64), radius_m: u32) -> String {
    let mut text = with_bittern(|_| clean());
    for number in 0..60 {
        let (lat, lon) = places(number);
        let _ = writeln!(
            text,
            "zy-{number},Botaurus stellaris,,,kept-site,,2020,,,,,{lat:.5},{lon:.5},EPSG:4326,{radius_m},"
        );
    }
    text
}

/// The same numbers for the same seed, from 0 to 1.
fn thrown(number: u32) -> f64 {
    let mut mixed = u64::from(number).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    f64::from(u32::try_from(mixed >> 32).unwrap()) / f64::from(u32::MAX)
}

/// A place thrown into a circle of 8 km round 52.111, 4.746.
fn offset(number: u32) -> (f64, f64) {
    let (turn, far) = (thrown(number) * std::f64::consts::TAU, thrown(number + 100_000).sqrt());
    (52.111 + 0.072 * far * turn.sin(), 4.746 + 0.117 * far * turn.cos())
}

#[test]
fn random_offsets_of_one_site_average_out() {
    // The circle that is stated is the one that they are thrown into.
    let findings = attacked(&repeats(offset, 8_200));
    assert_eq!(located(&findings, Attack::Averaging), 60, "{findings:#?}");
    let claim = &findings.claims[0];
    assert!((claim.latitude - 52.111).abs() < 0.02 && (claim.longitude - 4.746).abs() < 0.03);
    assert!(claim.narrowing < 0.2, "{claim:?}");
}

#[test]
fn the_circle_round_a_mean_holds_the_true_place_as_often_as_it_says() {
    let truth = Point::from_degrees(52.111, 4.746).unwrap();
    let mut right = 0;
    for seed in 0..20 {
        // The circle that is stated is much wider: only the mean tells.
        let findings = attacked(&repeats(|number| offset(number + seed * 1_000), 30_000));
        assert_eq!(located(&findings, Attack::Averaging), 60, "{findings:#?}");
        let claim = &findings.claims[0];
        let claimed = Point::from_degrees(claim.latitude, claim.longitude).unwrap();
        right += u32::from(truth.distance_bound_m(claimed) <= claim.radius_m);
    }
    assert!(right >= 18, "{right}");
}

#[test]
fn places_thrown_anywhere_into_a_fixed_cell_do_not_average_to_the_true_one() {
    let thrown = |number| (52.0 + 0.2 * thrown(number), 4.6 + 0.2 * thrown(number + 500));
    let findings = attacked(&repeats(thrown, 28_000));
    assert_eq!(located(&findings, Attack::Averaging), 0, "{findings:#?}");
}

#[test]
fn cells_told_again_and_again_give_nothing_away() {
    let findings = attacked(&repeats(|_| (52.1, 4.7), 8_000));
    assert_eq!((findings.protected, findings.located), (61, 0), "{findings:#?}");
}

//! Several copies of one dataset: what each adds to what the others told.

use std::fmt::Write as _;
use std::path::Path;

use reedbed_core::category::Category;
use reedbed_core::grid::{Lattice, Region, Telling};
use reedbed_core::place::{Nano, Point};
use reedbed_core::rule::RuleSet;
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::registry::{self, Registry};
use reedbed_engine::share::{self, Settings, ShareError, Shared, Silent};
use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::limits::Limits;

use crate::support::{by_default, input, partner, settings};

/// A grid of sites with a tit each year, and bitterns at some of them.
fn reserve(years: std::ops::Range<u32>, bitterns: &[(u32, u32)]) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,geodeticDatum,coordinateUncertaintyInMeters\n",
    );
    for year in years {
        for site in 0..64_u32 {
            let place = place(site);
            let _ = writeln!(text, "t{site}-{year},Parus major,{year}-05-14,{place},WGS84,20");
            if bitterns.contains(&(site, year)) {
                let _ = writeln!(
                    text,
                    "b{site}-{year},Botaurus stellaris,{year}-05-14,{place},WGS84,20"
                );
            }
        }
    }
    text
}

fn place(site: u32) -> String {
    let (row, column) = (f64::from(site / 8), f64::from(site % 8));
    format!("{:.5},{:.5}", 52.0123 + row * 0.0411, 4.5123 + column * 0.0511)
}

fn at(category: Category) -> RuleSet {
    by_default(&[("Botaurus stellaris", category)])
}

/// Shares with a registry, and adds the copy to it.
fn copy(folder: &Path, text: &str, settings: Settings) -> Result<Shared, ShareError> {
    let mut settings = settings;
    settings.registry = Some(Registry::read(folder, &settings.dataset).unwrap());
    let (_files, paths) = input(&[("records.csv", text)]);
    let dataset = dataset::open(&paths, &OpenOptions::default(), &Limits::default()).unwrap();
    let audience = settings.partner.clone().unwrap_or_else(|| "public".to_owned());
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, &audience);
    let out = tempfile::tempdir().unwrap();
    let prepared = share::prepare(&dataset, &settings, &pseudonyms, &Silent)?;
    let shared = prepared.write_attacked(&out.path().join("package"), &Silent)?;
    registry::add(folder, &shared.telling, &settings).unwrap();
    Ok(shared)
}

#[test]
fn a_second_copy_like_the_first_is_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let text = reserve(2019..2022, &[(10, 2020), (33, 2021)]);
    for copies in 1..=3 {
        let shared = copy(folder.path(), &text, settings(at(Category::High))).unwrap();
        assert_eq!((shared.summary.generalised(), shared.summary.withheld()), (2, 0), "{copies}");
        let registry = Registry::read(folder.path(), "test").unwrap();
        assert_eq!(registry.copies(), copies);
    }
}

#[test]
fn a_record_that_rises_in_category_is_refused_or_withheld() {
    let folder = tempfile::tempdir().unwrap();
    let text = reserve(2019..2022, &[(10, 2020)]);
    // Not listed at first, then at medium, then at high.
    copy(folder.path(), &text, settings(by_default(&[("Ursus arctos", Category::High)]))).unwrap();
    let refused = copy(folder.path(), &text, settings(at(Category::High))).unwrap_err();
    assert!(refused.is_refusal(), "{refused}");
    assert!(matches!(refused, ShareError::ToldBefore { records: 1 }), "{refused}");
    let despite = Settings { despite_earlier: true, ..settings(at(Category::High)) };
    let shared = copy(folder.path(), &text, despite).unwrap();
    assert_eq!((shared.summary.generalised(), shared.summary.withheld()), (0, 1));

    // Far from all sites nothing makes the narrow cell wider.
    let lone =
        reserve(2019..2022, &[]) + "b-1,Botaurus stellaris,2020-05-14,52.0323,4.5383,WGS84,20\n";
    let text = lone;
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path(), &text, settings(at(Category::Medium))).unwrap();
    assert!(copy(folder.path(), &text, settings(at(Category::High))).unwrap_err().is_refusal());
    // Down again is no harm.
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path(), &text, settings(at(Category::High))).unwrap();
    copy(folder.path(), &text, settings(at(Category::Medium))).unwrap();
}

#[test]
fn the_public_and_partners_may_both_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = reserve(2019..2022, &[(10, 2020), (11, 2020), (40, 2021)]);
    let public = copy(folder.path(), &text, settings(at(Category::High))).unwrap();
    let told = copy(folder.path(), &text, partner(at(Category::High))).unwrap();
    let again = copy(folder.path(), &text, settings(at(Category::High))).unwrap();
    for shared in [public, told, again] {
        assert_eq!(shared.summary.generalised() + shared.summary.withheld(), 3);
        assert!(shared.summary.generalised() > 0);
    }
}

#[test]
fn a_new_record_of_a_grown_dataset_is_of_the_new_events_and_is_hidden_among_these() {
    let folder = tempfile::tempdir().unwrap();
    let before = reserve(2019..2021, &[(10, 2020)]);
    copy(folder.path(), &before, settings(at(Category::High))).unwrap();
    // One visit more, in a year that has been told already: by itself it would be hidden among all
    // the visits of that year, yet it is the only one that is new.
    let grown = before
        + &format!("t-new,Parus major,2020-08-01,{},WGS84,20\n", place(27))
        + &format!("b-new,Botaurus stellaris,2020-08-01,{},WGS84,20\n", place(27));
    let shared = copy(folder.path(), &grown, settings(at(Category::High))).unwrap();
    let siblings = shared.summary.siblings;
    assert_eq!(siblings.withheld, 1, "{siblings:?}");
    // Without the registry nobody would know.
    let other = tempfile::tempdir().unwrap();
    let alone = copy(other.path(), &grown, settings(at(Category::High))).unwrap();
    assert_eq!(alone.summary.siblings.withheld, 0);
}

#[test]
fn what_a_registry_holds_is_read_back_and_damage_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let text = reserve(2019..2020, &[(10, 2019)]);
    copy(folder.path(), &text, settings(at(Category::High))).unwrap();
    assert!(Registry::read(folder.path(), "another dataset").is_err());
    let told = folder.path().join("copies/0001/told.csv");
    let held = std::fs::read_to_string(&told).unwrap();
    assert_eq!(held.lines().count(), 2);
    assert!(!held.contains("b10") && !held.contains(&place(10)), "{held}");
    std::fs::write(&told, held.replace(',', ";")).unwrap();
    assert!(Registry::read(folder.path(), "test").is_err());
}

#[test]
fn regions_that_were_told_are_cut_against_each_other() {
    let point = Point::from_degrees(52.0123, 4.5123).unwrap();
    let lattice = Lattice::of(Category::High).unwrap();
    let cell = lattice.region(point, Telling::Cell);
    let block = lattice.region(point, Telling::Block { step: 1, north: true, east: false });
    let both = cell.cut(&block).unwrap();
    assert!(both.contains(point) && cell.covers(&both) && block.covers(&both));
    assert_eq!(cell.cut(&cell), Some(cell));
    let far = lattice.region(Point::from_degrees(-52.0, 4.5).unwrap(), Telling::Cell);
    assert_eq!(cell.cut(&far), None);
    // Across the antimeridian.
    let degree = |degrees: f64| Nano::from_degrees(degrees).unwrap();
    let box_of = |west: f64, width: f64| {
        Region::of(degree(0.0), degree(west), degree(1.0), degree(width)).unwrap()
    };
    let cut = box_of(179.0, 2.0).cut(&box_of(-180.0, 3.0)).unwrap();
    assert_eq!((cut.west(), cut.size().1), (degree(-180.0), degree(1.0)));
}

/// Two more rows of one visit: a tit and a bittern.
fn visit() -> String {
    format!("t-new,Parus major,2020-08-01,{},WGS84,20\n", place(27))
        + &format!("b-new,Botaurus stellaris,2020-08-01,{},WGS84,20\n", place(27))
}

#[test]
fn what_came_with_one_copy_is_hidden_among_that_in_all_later_ones() {
    let folder = tempfile::tempdir().unwrap();
    let before = reserve(2019..2021, &[(10, 2020)]);
    copy(folder.path(), &before, settings(at(Category::High))).unwrap();
    let grown = before + &visit();
    // Whoever has the first and the second copy knows the new visit in the third and fourth as well.
    for _ in 0..3 {
        let shared = copy(folder.path(), &grown, settings(at(Category::High))).unwrap();
        let siblings = shared.summary.siblings;
        assert_eq!(siblings.withheld, 1, "{siblings:?}");
    }
}

#[test]
fn a_copy_for_somebody_else_in_between_changes_nothing_of_that() {
    let folder = tempfile::tempdir().unwrap();
    let before = reserve(2019..2021, &[(10, 2020)]);
    copy(folder.path(), &before, settings(at(Category::High))).unwrap();
    let grown = before + &visit();
    copy(folder.path(), &grown, partner(at(Category::High))).unwrap();
    let shared = copy(folder.path(), &grown, settings(at(Category::High))).unwrap();
    let siblings = shared.summary.siblings;
    assert_eq!(siblings.withheld, 1, "{siblings:?}");
}

#[test]
fn a_record_of_the_first_copy_is_not_hidden_among_what_came_later() {
    let folder = tempfile::tempdir().unwrap();
    // One site in the cell of the bittern: its region is wide.
    let row = |id: &str, name: &str, lat: f64, lon: f64| {
        format!("{id},{name},2020-05-14,{lat:.5},{lon:.5},WGS84,20\n")
    };
    let mut before = reserve(2018..2019, &[]);
    for site in 0..12_u32 {
        let (lat, lon) = (50.02 + f64::from(site / 4) * 0.11, 7.02 + f64::from(site % 4) * 0.11);
        before += &row(&format!("u{site}"), "Parus major", lat, lon);
    }
    before += &row("b", "Botaurus stellaris", 50.02, 7.02);
    let first = copy(folder.path(), &before, settings(at(Category::High))).unwrap();
    assert_eq!(first.summary.siblings.wider_place, 1, "{:?}", first.summary.siblings);
    // Many sites come into its cell.
    let mut grown = before;
    for site in 0..6_u32 {
        let (lat, lon) = (49.98 + f64::from(site / 2) * 0.03, 6.975 + f64::from(site % 2) * 0.05);
        grown += &row(&format!("v{site}"), "Parus major", lat, lon);
    }
    let second = copy(folder.path(), &grown, settings(at(Category::High))).unwrap();
    assert_eq!(second.summary.siblings.wider_place, 1, "{:?}", second.summary.siblings);
    let other = tempfile::tempdir().unwrap();
    let alone = copy(other.path(), &grown, settings(at(Category::High))).unwrap();
    assert_eq!(alone.summary.siblings.wider_place, 0, "{:?}", alone.summary.siblings);
}

#[test]
fn a_registry_wants_protected_records_to_bear_identifiers() {
    let folder = tempfile::tempdir().unwrap();
    let text = reserve(2019..2020, &[(10, 2019)]).replace("b10-2019,", ",");
    let refused = copy(folder.path(), &text, settings(at(Category::High))).unwrap_err();
    assert!(matches!(refused, ShareError::Nameless { records: 1 }), "{refused}");
}

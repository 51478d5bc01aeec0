//! Boundaries out of GeoPackages and shapefiles.

use std::error::Error;
use std::path::Path;

use reedbed_core::area::AreaSet;
use reedbed_core::place::Point;
use reedbed_formats::boundary::read_into;

use crate::layer_files::{
    RD_NEW, WGS84, add_layer, blob, geopackage, polygon, shapefile as shapes,
};

fn read(path: &Path) -> (AreaSet, Vec<String>) {
    let mut areas = AreaSet::new();
    let notes = read_into(&mut areas, path).unwrap();
    (areas, notes.into_iter().map(|note| format!("{}: {}", note.file, note.text)).collect())
}

fn touches(areas: &AreaSet, name: &str, lat: f64, lon: f64) -> bool {
    areas.find(name).unwrap().touched_by(Point::from_degrees(lat, lon).unwrap(), 0.0)
}

fn square(x: f64, y: f64, side: f64) -> Vec<shapefile::Point> {
    let corners = [(0.0, 0.0), (0.0, side), (side, side), (side, 0.0), (0.0, 0.0)];
    corners.map(|(dx, dy)| shapefile::Point::new(x + dx, y + dy)).to_vec()
}

fn area(ring: Vec<shapefile::Point>) -> shapefile::Polygon {
    shapefile::Polygon::new(shapefile::PolygonRing::Outer(ring))
}

#[test]
fn areas_of_a_shapefile_are_found_by_name_and_code() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (area(square(10.0, 50.0, 1.0)), area(square(20.0, 50.0, 1.0)));
    let path =
        shapes(folder.path(), "s", Some(WGS84), &[(one, "Reed Bed", 41.0), (two, "Mere", 42.0)]);
    let (areas, notes) = read(&path);
    assert!(notes.is_empty(), "{notes:?}");
    assert!(touches(&areas, "reed bed", 50.5, 10.5) && touches(&areas, "41", 50.5, 10.5));
    assert!(touches(&areas, "Mere", 50.5, 20.5) && !touches(&areas, "Mere", 50.5, 10.5));
    // Neither the number of a record nor a width is a name, and of two none is the file's.
    for name in ["1", "2", "41.25", "s"] {
        assert!(areas.find(name).is_none(), "{name}");
    }
}

#[test]
fn the_only_area_of_a_file_has_the_name_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let all = [(area(square(10.0, 50.0, 1.0)), "Reed Bed", 1.0)];
    let (areas, _) = read(&shapes(folder.path(), "North marsh", Some(WGS84), &all));
    assert!(touches(&areas, "north marsh", 50.5, 10.5));
}

#[test]
fn areas_that_were_converted_are_widened_by_what_that_leaves_open() {
    let folder = tempfile::tempdir().unwrap();
    let all = [(area(square(142_000.0, 470_000.0, 1_000.0)), "Reed Bed", 1.0)];
    let (areas, _) = read(&shapes(folder.path(), "s", Some(RD_NEW), &all));
    let corner = Point::from_degrees(52.217_934_478, 5.196_972_454).unwrap();
    let found = areas.find("Reed Bed").unwrap();
    assert!(found.shapes().all(|shape| shape.margin_m() == 10.0));
    // 0.0001° of latitude are 11.1 m: within the margin of 10 m and the inaccuracy of the corner
    // only half as much is.
    let south = |degrees: f64| {
        Point::from_degrees(corner.lat().degrees() - degrees, corner.lon().degrees()).unwrap()
    };
    assert!(found.touched_by(corner, 0.0) && found.touched_by(south(0.000_05), 0.0));
    assert!(!found.touched_by(south(0.000_2), 0.0));
}

#[test]
fn all_layers_of_a_geopackage_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "reserve.gpkg");
    add_layer(&connection, "zones", ", \"Zone Name\" TEXT", 4326);
    add_layer(&connection, "more", ", code INTEGER", 4326);
    let ring = polygon(&[(10.0, 50.0), (11.0, 50.0), (11.0, 51.0), (10.0, 51.0)]);
    let blob = blob(4326, &ring);
    connection.execute("INSERT INTO zones VALUES (5, ?1, 'Core')", [&blob]).unwrap();
    connection.execute("INSERT INTO zones VALUES (6, NULL, NULL)", []).unwrap();
    connection.execute("INSERT INTO more VALUES (7, ?1, 12)", [&blob]).unwrap();
    drop(connection);
    let (areas, notes) = read(&path);
    assert_eq!(areas.len(), 3);
    assert!(touches(&areas, "core", 50.5, 10.5) && touches(&areas, "12", 50.5, 10.5));
    assert!(areas.find("5").is_none() && areas.find("7").is_none());
    assert_eq!(
        notes,
        [
            "reserve.gpkg: 1 feature without a name, of which no rule can speak (the first is feature 3)",
            "reserve.gpkg: 1 feature without a geometry, in which no record can lie (the first is feature 3)",
            "reserve.gpkg: 2 rings left open, closed here (the first is feature 1)",
        ]
    );
}

#[test]
fn nothing_is_added_from_a_file_that_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let all =
        [(area(square(10.0, 50.0, 1.0)), "a", 1.0), (area(square(200.0, 50.0, 1.0)), "b", 1.0)];
    for (prj, reason) in [(Some(WGS84), "feature 2 of `s.shp`"), (None, "is missing")] {
        let path = shapes(folder.path(), "s", prj, &all);
        if prj.is_none() {
            std::fs::remove_file(path.with_extension("prj")).unwrap();
        }
        let mut areas = AreaSet::new();
        let error = read_into(&mut areas, &path).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(reason), "{cause}");
        assert!(areas.is_empty());
    }
}

use std::path::PathBuf;

use super::*;

fn read(text: &str) -> (AreaSet, Vec<String>) {
    let mut areas = AreaSet::new();
    let notes = parse_into(&mut areas, "", text.as_bytes()).unwrap();
    (areas, notes)
}

fn refusal(text: &str) -> String {
    let mut areas = AreaSet::new();
    let refused = parse_into(&mut areas, "", text.as_bytes()).unwrap_err();
    assert!(areas.is_empty(), "nothing may be added");
    refused.to_string()
}

fn touches(areas: &AreaSet, name: &str, lat: f64, lon: f64) -> bool {
    areas.find(name).unwrap().touched_by(Point::from_degrees(lat, lon).unwrap(), 0.0)
}

const SQUARE: &str = "[[[10,50],[12,50],[12,52],[10,52],[10,50]]]";

fn feature(name: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{geometry}}}"#)
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":{rings}}}"#)
}

#[test]
fn every_kind_of_document_is_read() {
    let polygon = polygon(SQUARE);
    let feature = feature("Marsh", &polygon);
    let collection = format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
    for text in [&feature, &collection] {
        let (areas, notes) = read(text);
        assert!(touches(&areas, "marsh", 51.0, 11.0) && notes.is_empty(), "{notes:?}");
    }
    let mut areas = AreaSet::new();
    assert!(parse_into(&mut areas, "reserve", polygon.as_bytes()).unwrap().is_empty());
    assert!(touches(&areas, "Reserve", 51.0, 11.0));
}

#[test]
fn every_type_of_geometry_is_read() {
    for (geometry, lat, lon) in [
        (r#"{"type":"Point","coordinates":[11,51,3.5]}"#.to_owned(), 51.0, 11.0),
        (r#"{"type":"MultiPoint","coordinates":[[1,1],[11,51]]}"#.to_owned(), 51.0, 11.0),
        (r#"{"type":"LineString","coordinates":[[10,51],[12,51]]}"#.to_owned(), 51.0, 11.0),
        (r#"{"type":"MultiLineString","coordinates":[[[10,51],[12,51]]]}"#.to_owned(), 51.0, 11.0),
        (polygon(SQUARE), 51.0, 11.0),
        (format!(r#"{{"coordinates":[{SQUARE}],"type":"MultiPolygon"}}"#), 51.0, 11.0),
        (
            format!(
                r#"{{"type":"GeometryCollection","geometries":[{{"type":"Point","coordinates":[1,2]}},{}]}}"#,
                polygon(SQUARE)
            ),
            2.0,
            1.0,
        ),
    ] {
        let (areas, _) = read(&feature("it", &geometry));
        assert!(touches(&areas, "it", lat, lon), "{geometry}");
        assert!(!touches(&areas, "it", 40.0, 11.0), "{geometry}");
    }
}

#[test]
fn rings_may_turn_either_way_and_need_not_be_closed() {
    let clockwise =
        "[[[10,50],[10,52],[12,52],[12,50]],[[10.5,50.5],[10.5,51.5],[11.5,51.5],[11.5,50.5]]]";
    let (areas, notes) = read(&feature("it", &polygon(clockwise)));
    assert!(touches(&areas, "it", 50.2, 11.0));
    assert!(!touches(&areas, "it", 51.0, 11.0));
    assert_eq!(notes, ["2 rings left open, closed here (the first is feature 1)"]);
}

#[test]
fn a_feature_is_found_by_each_of_its_names() {
    let text = format!(
        r#"{{"type":"Feature","id":7,"properties":{{"unit_code":"HAVO","unit_name":"Volcanoes NP","NAME_LONG":"Long",
        "siteName":"Site","code":1010101,"note":"no","name_len":12,"type":"Park","name_alt":null,"woe_id":-99.0,
        "title":["a",{{"b":1}}],"name":" Volcanoes "}},"geometry":{}}}"#,
        polygon(SQUARE)
    );
    let (areas, _) = read(&text);
    for name in ["volcanoes", "Volcanoes NP", "HAVO", "long", "site", "1010101", "7"] {
        assert!(areas.find(name).is_some(), "{name}");
    }
    for name in ["no", "12", "Park", "a", "-99"] {
        assert!(areas.find(name).is_none(), "{name}");
    }
    let (names, _) = areas.features().next().unwrap();
    assert_eq!(names[0], "Volcanoes");
}

#[test]
fn what_is_odd_is_noted() {
    let nameless =
        format!(r#"{{"type":"Feature","properties":null,"geometry":{}}}"#, polygon(SQUARE));
    let empty = feature("empty", "null");
    let flat = feature("flat", &polygon("[[[10,50],[12,50],[10,50]]]"));
    let jumping = feature("far", &polygon("[[[170,50],[-170,50],[-170,52],[170,50]]]"));
    let (_, notes) = read(&format!(
        r#"{{"type":"FeatureCollection","features":[{nameless},{empty},{flat},{jumping}]}}"#
    ));
    let firsts: Vec<&str> = notes.iter().map(|note| note.rsplit(' ').next().unwrap()).collect();
    assert_eq!(firsts, ["1)", "2)", "3)", "4)"], "{notes:?}");
}

#[test]
fn only_wgs_84_is_accepted() {
    let with = |crs: &str| {
        format!(
            r#"{{"type":"FeatureCollection","crs":{crs},"features":[{}]}}"#,
            feature("it", &polygon(SQUARE))
        )
    };
    for crs in [
        r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}"#,
        r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4326"}}"#,
        r#"{"type":"name","properties":{"name":"EPSG:4326"}}"#,
        r#"{"type":"EPSG","properties":{"code":4326}}"#,
        "null",
    ] {
        assert_eq!(read(&with(crs)).0.len(), 1, "{crs}");
    }
    for (crs, name) in [
        (r#"{"type":"name","properties":{"name":"EPSG:31370"}}"#, "`EPSG:31370`"),
        (r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}"#, "3857"),
        (r#"{"type":"EPSG","properties":{"code":28992}}"#, "`EPSG:28992`"),
        (r#"{"type":"link","properties":{"href":"http://x.example/crs"}}"#, "x.example"),
        (r#"{"type":"name"}"#, "`unnamed`"),
    ] {
        assert!(refusal(&with(crs)).contains(name), "{crs}");
    }
}

#[test]
fn what_is_not_geojson_is_refused() {
    for (text, reason) in [
        ("", "line 1, column 0"),
        ("{", "line 1, column 1"),
        ("[1,2]", "not GeoJSON"),
        ("{}", "type `none`"),
        (r#"{"type":"Topology","objects":{}}"#, "type `Topology`"),
        (r#"{"type":"Polygon"}"#, "feature 1 has coordinates that do not fit"),
        (r#"{"type":"Point","coordinates":[[1,2]]}"#, "do not fit"),
        (r#"{"type":"Point","coordinates":[1]}"#, "not GeoJSON"),
        (r#"{"type":"Point","coordinates":["a","b"]}"#, "not GeoJSON"),
        (r#"{"type":"Polygon","coordinates":[[1,2],[3,4]]}"#, "do not fit"),
        (r#"{"type":"MultiPolygon","coordinates":[[[1,2],[3,4]]]}"#, "do not fit"),
        (r#"{"type":"LineString","coordinates":[[1,2],3]}"#, "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[180.1,0]}"#, "feature 1 has a coordinate beyond"),
        (r#"{"type":"Point","coordinates":[0,1e400]}"#, "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[150000,200000]}"#, "must be in degrees"),
    ] {
        assert!(refusal(text).contains(reason), "{text}: {}", refusal(text));
    }
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    assert!(
        refusal(&format!(r#"{{"type":"Polygon","coordinates":{deep}}}"#)).contains("not GeoJSON")
    );
    assert!(refusal(&"{".repeat(2_000_001)).contains("more than 2000000 objects"));
}

#[test]
fn an_empty_geometry_is_empty_and_not_an_error() {
    for geometry in [
        r#"{"type":"Point","coordinates":[]}"#,
        r#"{"type":"Polygon","coordinates":[]}"#,
        r#"{"type":"Polygon","coordinates":[[]]}"#,
        r#"{"type":"GeometryCollection","geometries":[]}"#,
    ] {
        let (areas, notes) = read(&feature("it", geometry));
        assert!(!touches(&areas, "it", 0.0, 0.0));
        assert!(notes.iter().any(|note| note.contains("without a geometry")), "{geometry}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let (areas, _) = read(&format!("\u{feff}{}", feature("it", &polygon(SQUARE))));
    assert_eq!(areas.len(), 1);
}

/// Real boundary files, where they are present; they are no part of the project.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn real(file: &str) -> Option<AreaSet> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    if !path.exists() {
        eprintln!("skipped: there is no real boundary file `{file}`");
        return None;
    }
    let mut areas = AreaSet::new();
    let notes = read_into(&mut areas, &path).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    Some(areas)
}

#[test]
fn real_countries_hold_their_capitals() {
    let Some(areas) = real("boundaries-natural-earth/ne_110m_admin_0_countries.json") else {
        return;
    };
    assert_eq!(areas.len(), 177);
    for (name, lat, lon, expected) in [
        ("France", 48.86, 2.35, true),
        ("France", 50.85, 4.35, false),
        ("Belgium", 50.85, 4.35, true),
        ("BEL", 50.85, 4.35, false),
        ("South Africa", -29.5, 28.2, false),
        ("Lesotho", -29.5, 28.2, true),
        ("Antarctica", -90.0, 77.0, true),
        ("Antarctica", -80.0, 77.0, true),
        ("Antarctica", -60.0, 77.0, false),
        ("Fiji", -17.8, 178.0, true),
        ("Russia", 66.0, -172.0, true),
        ("Russia", 66.0, 0.0, false),
    ] {
        let found = areas.find(name).is_some_and(|_| touches(&areas, name, lat, lon));
        assert_eq!(found, expected, "{name} {lat} {lon}");
    }
}

#[test]
fn real_states_hold_their_capitals() {
    let Some(areas) = real("boundaries-natural-earth/ne_50m_admin_1_states_provinces.json") else {
        return;
    };
    for (name, lat, lon) in [
        ("Western Australia", -31.95, 115.86),
        ("New South Wales", -33.87, 151.2),
        ("Tasmania", -42.88, 147.3),
        ("Queensland", -27.47, 153.0),
    ] {
        assert!(touches(&areas, name, lat, lon), "{name}");
        assert!(!touches(&areas, name, 35.0, 139.0), "{name}");
    }
    // Perth is about 2 150 km from Queensland.
    let perth = Point::from_degrees(-31.95, 115.86).unwrap();
    let queensland = areas.find("queensland").unwrap();
    assert!(!queensland.touched_by(perth, 1_900_000.0));
    assert!(queensland.touched_by(perth, 2_400_000.0));
}

#[test]
fn real_parks_and_wetland_sites_are_found_by_name_and_code() {
    if let Some(areas) = real("boundaries-natural-earth/ne_10m_parks_and_protected_lands_area.json")
    {
        assert!(touches(&areas, "hawai'i volcanoes", 19.42, -155.29));
        assert!(touches(&areas, "HAVO", 19.42, -155.29));
        assert!(!touches(&areas, "HAVO", 20.7, -156.2));
    }
    if let Some(areas) = real("inbo-waterbird-sites/localities.geojson") {
        assert_eq!(areas.len(), 1_200);
        assert!(areas.find("Spaarbekken MERKEM").is_some());
        assert!(touches(&areas, "1010101", 50.98829, 2.83012));
    }
}

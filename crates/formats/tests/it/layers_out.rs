//! What is written of layers, and that it reads back.

use reedbed_formats::layer::{Feature, Geometry, Value, write_geojson};

use crate::layer_files::{add_layer, blob, geopackage, polygon};
use crate::layers::{features, only};
use crate::support::{file, trial_data};

#[test]
fn what_is_written_is_geojson_by_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "out.gpkg");
    add_layer(&connection, "out", ", \"na\"\"me\" TEXT, day DATE, x DOUBLE", 4326);
    // A ring that turns clockwise and is not closed.
    let ring = polygon(&[(4.0, 52.0), (4.0, 53.0), (5.123_456_789, 53.0)]);
    connection
        .execute(
            "INSERT INTO out VALUES (1, ?1, 'a \"b\"', '2021-05-14', 0.1)",
            [blob(4326, &ring)],
        )
        .unwrap();
    connection.execute("INSERT INTO out (fid) VALUES (2)", []).unwrap();
    drop(connection);
    let layer = only(&path);
    let out = write_geojson(Vec::new(), layer.properties(), layer.features().unwrap()).unwrap();
    let expected = "{\"type\":\"FeatureCollection\",\"features\":[\n\
        {\"type\":\"Feature\",\"id\":\"1\",\"properties\":{\"na\\\"me\":\"a \\\"b\\\"\",\
        \"day\":\"2021-05-14\",\"x\":0.1},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":\
        [[[4,52],[5.123456789,53],[4,53],[4,52]]]}},\n\
        {\"type\":\"Feature\",\"id\":\"2\",\"properties\":{\"na\\\"me\":null,\"day\":null,\
        \"x\":null},\"geometry\":null}\n]}\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    let none = write_geojson(Vec::new(), &[], []).unwrap();
    let none = only(&file(folder.path(), "none.json", none));
    assert_eq!(features(&none).len(), 0);
}

#[test]
fn every_type_is_written_so_that_it_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    for wkt in [
        "POINT (4.123456789 -52.1)",
        "LINESTRING (4 52, 5.5 52.25)",
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 1 1))",
        "POLYGON ((179 0, -179 0, -179 1, 179 1, 179 0))",
        "MULTIPOINT (1 2, -180 90)",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (0.000000001 -0.000000001), GEOMETRYCOLLECTION EMPTY)",
    ] {
        let feature = Feature {
            id: None,
            properties: Vec::new(),
            geometry: Some(Geometry::from_wkt(wkt).unwrap()),
            moved_m: 0.0,
        };
        let written = write_geojson(Vec::new(), &[], [Ok(feature)]).unwrap();
        let layer = only(&file(folder.path(), "one.json", written));
        assert_eq!(features(&layer)[0].geometry.as_ref().unwrap().to_wkt(), wkt);
    }
}

#[test]
fn real_sites_go_out_and_come_back_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    for (name, count) in [
        ("inbo-waterbird-sites/localities.geojson", 1_200),
        ("boundaries-natural-earth/ne_110m_admin_0_countries.json", 177),
        ("boundaries-natural-earth/ne_50m_admin_1_states_provinces.json", 100),
        ("boundaries-natural-earth/ne_10m_parks_and_protected_lands_area.json", 61),
    ] {
        let Some(path) = trial_data(name) else { continue };
        let layer = only(&path);
        let read = features(&layer);
        assert_eq!(read.len(), count, "{name}");
        let written = write_geojson(Vec::new(), layer.properties(), read.iter().cloned().map(Ok));
        let again = only(&file(folder.path(), "again.json", written.unwrap()));
        for (one, two) in read.iter().zip(features(&again)) {
            assert_eq!(one.properties, two.properties, "{name}");
            let (one, two) = (one.geometry.as_ref().unwrap(), two.geometry.unwrap());
            assert!(one.bounds() == two.bounds(), "{name}");
            assert!((one.area_m2() / two.area_m2() - 1.0).abs() < 1e-9, "{name}");
            for point in two.representative_points() {
                assert!(one.contains_point(point), "{name}");
            }
        }
    }
    let Some(path) = trial_data("boundaries-natural-earth/ne_110m_admin_0_countries.json") else {
        return;
    };
    let layer = only(&path);
    let at =
        layer.properties().iter().position(|one| one.name.eq_ignore_ascii_case("name")).unwrap();
    let belgium = features(&layer)
        .into_iter()
        .find(|one| one.properties[at] == Value::Text("Belgium".to_owned()));
    // 30 528 km² by the Belgian statistical office; the outline is one of 110 million to one.
    let area = belgium.unwrap().geometry.unwrap().area_m2() / 1e6;
    assert!((27_000.0..34_000.0).contains(&area), "{area}");
}

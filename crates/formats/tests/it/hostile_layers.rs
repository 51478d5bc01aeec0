//! Layers that are cut off, say wrong counts, or ask for more than they should.

use std::path::Path;

use reedbed_formats::layer;
use reedbed_formats::limits::Limits;

use crate::layer_files::{WGS84, add_layer, blob, geopackage, point, polygon, shapefile as shapes};
use crate::support::{file, zip};

/// Opens a file and reads all of it; what went wrong, in words.
fn fault_within(path: &Path, limits: &Limits) -> Option<String> {
    let layers = match layer::open(path, limits) {
        Ok(layers) => layers,
        Err(error) => return Some(error.to_string()),
    };
    for layer in layers {
        match layer.features() {
            Ok(mut features) => {
                let error = features.find_map(Result::err);
                if error.is_some() {
                    assert!(features.next().is_none(), "nothing comes after an error");
                    return error.map(|error| error.to_string());
                }
            }
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}

fn fault(path: &Path) -> String {
    fault_within(path, &Limits::default()).unwrap_or_default()
}

#[test]
fn geojson_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deep = r#"{"type":"GeometryCollection","geometries":["#.repeat(5_000);
    for (text, reason) in [
        ("", "not GeoJSON"),
        ("id,name\n1,a", "not GeoJSON"),
        ("{}", "without a type"),
        (r#"{"type":"Topology"}"#, "type `Topology`"),
        (deep.as_str(), "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[1]}"#, "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[1,1e999]}"#, "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[NaN,1]}"#, "not GeoJSON"),
        (
            r#"{"type":"Point","coordinates":[181,1]}"#,
            "feature 1 of `it.json` has a coordinate beyond",
        ),
        (r#"{"type":"Polygon","coordinates":[[1,2],[3,4]]}"#, "do not fit its type"),
        (r#"{"type":"Polygon"}"#, "do not fit its type"),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Circle"}}]}"#,
            "does not know",
        ),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","crs":{"type":"name","properties":{"name":"EPSG:28992"}},"geometry":null}]}"#,
            "system of its own",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:28992"}}}}"#,
            "system of its own",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:4326"}}}}"#,
            "",
        ),
    ] {
        let found = fault(&file(folder.path(), "it.json", text));
        let is_right = found.contains(reason) && found.is_empty() == reason.is_empty();
        assert!(is_right, "{reason}: {found}");
    }
}

#[test]
fn a_shapefile_that_is_cut_off_is_refused_wherever_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let ring = |x: f64| {
        let corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)];
        corners.map(|(dx, dy)| shapefile::Point::new(x + dx, 50.0 + dy)).to_vec()
    };
    let area = |x| shapefile::Polygon::new(shapefile::PolygonRing::Outer(ring(x)));
    let all = [(area(1.0), "a", 1.0), (area(4.0), "b", 2.0)];
    let path = shapes(folder.path(), "s", Some(WGS84), &all);
    assert_eq!(fault(&path), "");
    for ending in ["shp", "dbf"] {
        let whole = std::fs::read(path.with_extension(ending)).unwrap();
        // The mark of the end that stands behind the last row is not needed.
        for cut in (0..whole.len() - 1).step_by(3) {
            std::fs::write(path.with_extension(ending), &whole[..cut]).unwrap();
            assert_ne!(fault(&path), "", "{ending} {cut}");
        }
        std::fs::write(path.with_extension(ending), &whole).unwrap();
    }
    assert_eq!(fault(&path), "");
}

#[test]
fn a_shapefile_with_wrong_numbers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = [(1.0, 50.0), (1.0, 51.0), (2.0, 51.0), (1.0, 50.0)];
    let ring = ring.map(|(x, y)| shapefile::Point::new(x, y)).to_vec();
    let area = shapefile::Polygon::new(shapefile::PolygonRing::Outer(ring));
    let path = shapes(folder.path(), "s", Some(WGS84), &[(area, "a", 1.0)]);
    let (shp, dbf) =
        (std::fs::read(&path).unwrap(), std::fs::read(path.with_extension("dbf")).unwrap());
    let huge = u32::MAX.to_le_bytes();
    let nan = f64::NAN.to_le_bytes();
    let far = 1e9_f64.to_le_bytes();
    for (ending, at, bytes, reason) in [
        ("shp", 24, &[0x7f, 0xff, 0xff, 0xff][..], "not as long as it says"),
        ("shp", 32, &[31, 0, 0, 0], "MultiPatch"),
        ("shp", 32, &[99, 0, 0, 0], "a type that is none"),
        ("shp", 104, &[0x7f, 0xff, 0xff, 0xff], "more than 67108864 bytes in one shape"),
        ("shp", 104, &[0, 0, 0x7f, 0xff], "cut off"),
        ("shp", 104, &[0, 0, 0, 1], "cut off"),
        ("shp", 108, &[3, 0, 0, 0], "another type than its file"),
        ("shp", 144, &huge, "cut off"),
        ("shp", 148, &huge, "cut off"),
        ("shp", 148, &[3, 0, 0, 0], ""),
        ("shp", 152, &huge, "parts that do not fit"),
        ("shp", 156, &nan, "no number"),
        ("shp", 156, &far, "beyond longitude"),
        ("dbf", 4, &huge, "damaged or cut off"),
        ("dbf", 4, &[0, 0, 0, 0], "has no row in the table"),
        ("dbf", 10, &[0xff, 0xff], "not as long as its columns"),
        ("dbf", 8, &[0xff, 0xff], "damaged or cut off"),
        ("dbf", 8, &[0, 0], "not as long as its columns"),
    ] {
        let (mut shapes, mut table) = (shp.clone(), dbf.clone());
        let file = if ending == "shp" { &mut shapes } else { &mut table };
        file[at..at + bytes.len()].copy_from_slice(bytes);
        std::fs::write(&path, shapes).unwrap();
        std::fs::write(path.with_extension("dbf"), table).unwrap();
        let found = fault(&path);
        assert!(
            found.contains(reason) && found.is_empty() == reason.is_empty(),
            "{at} {reason}: {found}"
        );
    }
}

#[test]
fn many_rings_and_holes_take_no_endless_time() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = |number: usize, is_hole: bool| {
        let x = number as f64 * 0.01;
        let mut ring = [(x, 50.0), (x, 50.005), (x + 0.005, 50.005), (x, 50.0)];
        if is_hole {
            ring.reverse();
        }
        ring.map(|(x, y)| shapefile::Point::new(x, y)).to_vec()
    };
    let rings = (0..8_000).map(|number| {
        let ring = tiny(number, number % 2 == 1);
        if number % 2 == 1 {
            shapefile::PolygonRing::Inner(ring)
        } else {
            shapefile::PolygonRing::Outer(ring)
        }
    });
    let shape = shapefile::Polygon::with_rings(rings.collect());
    let path = shapes(folder.path(), "s", Some(WGS84), &[(shape, "a", 1.0)]);
    assert!(fault(&path).contains("too many rings"), "{}", fault(&path));
}

#[test]
fn a_zip_that_lies_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = vec![0_u8; 80 << 20];
    let path = zip(folder.path(), "bomb.zip", &[("a.shp", &bomb)]);
    assert!(fault(&path).contains("times its packed size"), "{}", fault(&path));
    let path = zip(folder.path(), "trick.zip", &[("../a.shp", b"")]);
    assert!(fault(&path).contains("point outside"), "{}", fault(&path));
    let path = zip(folder.path(), "empty.zip", &[("a.shp", b"")]);
    assert!(fault(&path).contains("cut off"), "{}", fault(&path));
}

#[test]
fn geometries_of_a_geopackage_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = [(4.0, 52.0), (5.0, 52.0), (5.0, 53.0)];
    let mut endless = polygon(&ring);
    endless[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut parts = polygon(&ring);
    parts[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
    let deep: Vec<u8> = (0..5_000).flat_map(|_| [1, 7, 0, 0, 0, 1, 0, 0, 0]).collect();
    let with = |at: usize, byte: u8| {
        let mut bytes = blob(4326, &point(4.0, 52.0));
        bytes[at] = byte;
        bytes
    };
    for (bytes, reason) in [
        (blob(4326, &polygon(&ring)), ""),
        (Vec::new(), "none of a GeoPackage"),
        (point(4.0, 52.0), "none of a GeoPackage"),
        (blob(4326, &[]), "cut off"),
        (blob(4326, &point(4.0, 52.0))[..30].to_vec(), "cut off"),
        (blob(28992, &point(4.0, 52.0)), "another reference system than its layer"),
        (blob(4326, &point(4.0, f64::NAN)), "no number"),
        (blob(4326, &point(f64::INFINITY, 52.0)), "no number"),
        (blob(4326, &point(4.0, 90.5)), "beyond longitude"),
        (blob(4326, &endless), "cut off"),
        (blob(4326, &parts), "cut off"),
        (blob(4326, &deep), "nested too deeply"),
        (with(2, 9), "none of a GeoPackage"),
        (with(3, 0b1011), "none of a GeoPackage"),
        (with(3, 0b10_0011), "extended kind"),
    ] {
        let _ = std::fs::remove_file(folder.path().join("it.gpkg"));
        let (path, connection) = geopackage(folder.path(), "it.gpkg");
        add_layer(&connection, "t", "", 4326);
        connection.execute("INSERT INTO t VALUES (1, ?1)", [bytes]).unwrap();
        drop(connection);
        let found = fault(&path);
        assert!(
            found.contains(reason) && found.is_empty() == reason.is_empty(),
            "{reason}: {found}"
        );
    }
}

#[test]
fn a_value_that_is_too_long_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "long.gpkg");
    add_layer(&connection, "t", ", note TEXT", 4326);
    connection.execute("INSERT INTO t (note) VALUES (hex(zeroblob(100000)))", []).unwrap();
    drop(connection);
    assert_eq!(fault(&path), "");
    let limits = Limits { feature_bytes: 100_000, ..Limits::default() };
    let found = fault_within(&path, &limits).unwrap();
    assert!(found.contains("more than 100000 bytes in one value"), "{found}");
}

#[test]
fn text_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "text.gpkg");
    add_layer(&connection, "t", ", note TEXT", 4326);
    connection.execute("INSERT INTO t (note) VALUES (CAST(x'fffe41' AS TEXT))", []).unwrap();
    drop(connection);
    assert!(fault(&path).contains("a text that is not UTF-8"), "{}", fault(&path));
}

#[test]
fn a_damaged_geopackage_neither_hangs_nor_stops_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "it.gpkg");
    add_layer(&connection, "t", ", note TEXT", 4326);
    for key in 0..600 {
        connection
            .execute(
                "INSERT INTO t VALUES (?1, ?2, hex(zeroblob(20)))",
                (key, blob(4326, &point(4.0, 52.0))),
            )
            .unwrap();
    }
    drop(connection);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(fault(&path), "");
    for cut in [0, 16, 50, 100, 4_096, whole.len() / 2, whole.len() - 4_096] {
        let path = file(folder.path(), "cut.gpkg", &whole[..cut]);
        assert_ne!(fault(&path), "", "{cut}");
    }
    let mut faults = 0;
    for at in (100..whole.len()).step_by(211) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        faults += usize::from(!fault(&file(folder.path(), "bit.gpkg", bytes)).is_empty());
    }
    assert!(faults > 20, "{faults}");
}

#[test]
fn another_database_is_no_geopackage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.gpkg");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE gpkg_contents (a)").unwrap();
    drop(connection);
    assert!(fault(&path).contains("no GeoPackage"), "{}", fault(&path));
    assert!(fault(&folder.path().join("none.gpkg")).contains("cannot be opened"));
}

#[test]
fn tables_of_contents_that_are_computed_are_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "trap.gpkg");
    add_layer(&connection, "t", "", 4326);
    assert_eq!(fault(&path), "");
    connection
        .execute_batch(
            "ALTER TABLE gpkg_contents RENAME TO contents;
             CREATE VIEW gpkg_contents AS SELECT * FROM contents;",
        )
        .unwrap();
    drop(connection);
    assert!(fault(&path).contains("damaged"), "{}", fault(&path));
}

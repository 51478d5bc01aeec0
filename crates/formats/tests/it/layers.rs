//! Layers of all formats: what they have, where their features are, and what is written of them.

use std::path::Path;

use reedbed_core::place::Point;
use reedbed_formats::layer::{self, Feature, Geometry, Layer, PropertyType, Value};
use reedbed_formats::limits::Limits;
use shapefile::dbase::{self, FieldName, FieldValue, TableWriterBuilder};
use shapefile::{Multipoint, NO_DATA, PointZ, Polygon, PolygonRing, Polyline};

use crate::layer_files::{
    RD_NEW, WGS84, add_layer, blob, geopackage, point, register, shapefile as shapes,
};
use crate::support::{file, zip};

fn open(path: &Path) -> Vec<Layer> {
    layer::open(path, &Limits::default()).unwrap()
}

pub(crate) fn only(path: &Path) -> Layer {
    let mut layers = open(path);
    assert_eq!(layers.len(), 1);
    layers.remove(0)
}

pub(crate) fn features(layer: &Layer) -> Vec<Feature> {
    layer.features().unwrap().collect::<Result<_, _>>().unwrap()
}

fn wkt(feature: &Feature) -> String {
    feature.geometry.as_ref().map(Geometry::to_wkt).unwrap_or_default()
}

fn types(layer: &Layer) -> Vec<(&str, PropertyType)> {
    layer.properties().iter().map(|property| (property.name.as_str(), property.kind)).collect()
}

/// Checks a place that was converted against the one that PROJ gives.
fn is_near(feature: &Feature, lat: f64, lon: f64) {
    let Some(Geometry::Point(Some(point))) = feature.geometry else { panic!("{feature:?}") };
    let distance = point.distance_bound_m(Point::from_degrees(lat, lon).unwrap());
    assert!(distance < feature.moved_m, "{distance} of {}", feature.moved_m);
    assert!(distance < 1.0, "{distance}");
}

#[test]
fn geojson_keeps_the_order_and_the_types_of_its_properties() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "sites.json",
        r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":7,"properties":{"z":1,"name":"Marsh","a":true,"mixed":1,"list":[1,{"b":2}]},
         "geometry":{"type":"Point","coordinates":[4.5,52.5,3]}},
        {"type":"Feature","id":"x","properties":{"a":null,"z":1.5,"mixed":"one","late":-0.5},"geometry":null},
        {"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[]}}]}"#,
    );
    let layer = only(&path);
    assert_eq!((layer.name(), layer.reference(), layer.epsg()), ("sites", "CRS84", Some(4326)));
    assert_eq!(
        types(&layer),
        [
            ("z", PropertyType::Real),
            ("name", PropertyType::Text),
            ("a", PropertyType::Boolean),
            ("mixed", PropertyType::Other),
            ("list", PropertyType::Other),
            ("late", PropertyType::Real),
        ]
    );
    let [first, second, third] = &features(&layer)[..] else { panic!() };
    assert_eq!(first.id.as_deref(), Some("7"));
    assert_eq!(
        first.properties,
        [
            Value::Integer(1),
            Value::Text("Marsh".to_owned()),
            Value::Boolean(true),
            Value::Integer(1),
            Value::Json(r#"[1,{"b":2}]"#.to_owned()),
            Value::Null,
        ]
    );
    assert_eq!((wkt(first).as_str(), first.moved_m), ("POINT (4.5 52.5)", 0.0));
    assert_eq!(second.properties[3], Value::Text("one".to_owned()));
    assert!(second.geometry.is_none() && second.id.as_deref() == Some("x"));
    assert_eq!(wkt(third), "GEOMETRYCOLLECTION EMPTY");
    // A layer can be read again.
    assert!(features(&layer) == [first.clone(), second.clone(), third.clone()]);
}

#[test]
fn geojson_of_before_2016_may_be_in_another_system() {
    let folder = tempfile::tempdir().unwrap();
    let with = |crs: &str, x: f64, y: f64| {
        let text = format!(
            r#"{{"type":"FeatureCollection","crs":{crs},"features":[{{"type":"Feature","properties":{{}},
            "geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}]}}"#
        );
        only(&file(folder.path(), "old.geojson", text))
    };
    let named = |name: &str| format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
    // By pyproj 3.7.2 with PROJ 9.5.1, without grid files.
    for (crs, x, y, lat, lon, code) in [
        (named("EPSG:28992"), 142_000.0, 470_000.0, 52.217_934_478, 5.196_972_454, 28992),
        (
            named("urn:ogc:def:crs:EPSG::31370"),
            150_000.0,
            200_000.0,
            51.110_086_093,
            4.368_756_126,
            31370,
        ),
        (
            r#"{"type":"EPSG","properties":{"code":25831}}"#.to_owned(),
            5e5,
            5.7e6,
            51.451_182_207,
            3.0,
            25831,
        ),
        (named("urn:ogc:def:crs:EPSG::4313"), 4.35, 50.85, 50.849_455_453, 4.351_265_297, 4313),
    ] {
        let layer = with(&crs, x, y);
        assert_eq!(layer.epsg(), Some(code), "{crs}");
        is_near(&features(&layer)[0], lat, lon);
    }
    for name in ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"] {
        assert_eq!(wkt(&features(&with(&named(name), 4.0, 52.0))[0]), "POINT (4 52)");
    }
    for name in ["EPSG:99999", "My own grid", "ED50 / UTM zone 31N", "EPSG:2048"] {
        let layer = with(&named(name), 5e5, 5.7e6);
        let error = layer.features().unwrap_err().to_string();
        assert!(error.contains(&format!("`{name}`, which cannot be converted")), "{error}");
    }
    let layer = with(&named("EPSG:28992"), 4.0, 52.0);
    let error = layer.features().unwrap().next().unwrap().unwrap_err().to_string();
    assert!(error.contains("feature 1 of `old.geojson`") && error.contains("outside the area"));
}

#[test]
fn a_geopackage_has_layers_with_types() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "reserve ä%20?.gpkg");
    let columns = ", \"se\"\"lect\" TEXT(20), size DOUBLE, wet BOOLEAN, day DATE, seen DATETIME, \
                   count MEDIUMINT, photo BLOB";
    add_layer(&connection, "zo\"nes; DROP TABLE x", columns, 28992);
    add_layer(&connection, "gates", ", name TEXT", 4326);
    let sql = "INSERT INTO \"zo\"\"nes; DROP TABLE x\" VALUES \
               (?1, ?2, 'Reed', 3, 1, '2021-05-14', '2021-05-14T06:30:00.000Z', 4, x'00ff')";
    connection.execute(sql, (9, blob(28992, &point(142_000.0, 470_000.0)))).unwrap();
    let sql = "INSERT INTO \"zo\"\"nes; DROP TABLE x\" (fid, day) VALUES (-4, 'in May')";
    connection.execute(sql, []).unwrap();
    connection
        .execute("INSERT INTO gates VALUES (1, ?1, 'North')", [blob(4326, &point(5.0, 52.0))])
        .unwrap();
    drop(connection);
    let layers = open(&path);
    let [gates, zones] = &layers[..] else { panic!("{layers:?}") };
    assert_eq!((gates.name(), gates.epsg()), ("gates", Some(4326)));
    assert_eq!(wkt(&features(gates)[0]), "POINT (5 52)");
    assert_eq!((zones.name(), zones.reference()), ("zo\"nes; DROP TABLE x", "EPSG:28992"));
    assert_eq!(
        types(zones),
        [
            ("se\"lect", PropertyType::Text),
            ("size", PropertyType::Real),
            ("wet", PropertyType::Boolean),
            ("day", PropertyType::Date),
            ("seen", PropertyType::DateTime),
            ("count", PropertyType::Integer),
            ("photo", PropertyType::Other),
        ]
    );
    let [empty, reed] = &features(zones)[..] else { panic!() };
    assert_eq!((empty.id.as_deref(), &empty.geometry), (Some("-4"), &None));
    assert_eq!(empty.properties[3], Value::Text("in May".to_owned()));
    assert_eq!(reed.id.as_deref(), Some("9"));
    assert_eq!(
        reed.properties,
        [
            Value::Text("Reed".to_owned()),
            Value::Real(3.0),
            Value::Boolean(true),
            Value::Date("2021-05-14".parse().unwrap()),
            Value::DateTime("2021-05-14T06:30:00.000Z".to_owned()),
            Value::Integer(4),
            Value::Bytes(vec![0, 255]),
        ]
    );
    is_near(reed, 52.217_934_478, 5.196_972_454);
}

#[test]
fn a_large_table_is_read_page_by_page_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "many.gpkg");
    add_layer(&connection, "many", "", 4326);
    let transaction = connection.unchecked_transaction().unwrap();
    for key in (0..1_000).map(|number| number * 3 - 500).chain([i64::MIN, i64::MAX]) {
        connection
            .execute("INSERT INTO many VALUES (?1, ?2)", (key, blob(4326, &point(5.0, 52.0))))
            .unwrap();
    }
    transaction.commit().unwrap();
    drop(connection);
    let found = features(&only(&path));
    assert_eq!(found.len(), 1_002);
    assert_eq!(found[0].id.as_deref(), Some("-9223372036854775808"));
    assert_eq!(found[1001].id.as_deref(), Some("9223372036854775807"));
}

#[test]
fn a_layer_of_an_unknown_system_is_listed_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "mine.gpkg");
    for (table, srs_id) in [("a", 99_001), ("b", -1), ("c", 0), ("d", 12_345), ("e", 4326)] {
        add_layer(&connection, table, "", srs_id);
    }
    drop(connection);
    let layers = open(&path);
    let refused = |layer: &Layer| layer.features().err().map(|error| error.to_string());
    for (layer, reference) in
        layers.iter().zip(["unreadable", "undefined", "undefined", "srs_id 12345"])
    {
        let error = refused(layer).unwrap();
        assert!(error.contains(&format!("`{reference}`")), "{error}");
    }
    assert_eq!(refused(&layers[4]), None);
}

#[test]
fn what_is_computed_in_a_geopackage_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "views.gpkg");
    connection
        .execute_batch(
            "CREATE VIEW endless AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 \
             FROM n) SELECT fid, NULL AS geom FROM n;",
        )
        .unwrap();
    register(&connection, "endless", 4326);
    register(&connection, "nowhere", 4326);
    drop(connection);
    let layers = open(&path);
    let error = |at: usize| layers[at].features().unwrap_err().to_string();
    assert!(error(0).contains("`endless` is no plain table"), "{}", error(0));
    assert!(error(1).contains("`nowhere`, which is not in it"), "{}", error(1));
}

#[test]
fn a_geopackage_that_is_being_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, connection) = geopackage(folder.path(), "open.gpkg");
    connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a);").unwrap();
    let error = layer::open(&path, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("another program has it open"), "{error}");
    drop(connection);
    assert_eq!(open(&path).len(), 0);
}

#[test]
fn a_shapefile_has_its_table_and_its_system() {
    let folder = tempfile::tempdir().unwrap();
    let at = |x, y| PointZ::new(x, y, 3.5, NO_DATA);
    let path = shapes(
        folder.path(),
        "Roosts",
        Some(RD_NEW),
        &[(at(142_000.0, 470_000.0), "Één", 1.0), (at(143_000.0, 470_000.0), "Two", 2.0)],
    );
    let layer = only(&path);
    assert_eq!((layer.name(), layer.reference(), layer.epsg()), ("Roosts", "RD_New", Some(28992)));
    assert_eq!(
        types(&layer),
        [
            ("NAME", PropertyType::Text),
            ("SITE_ID", PropertyType::Integer),
            ("WIDTH", PropertyType::Real),
            ("OPEN", PropertyType::Boolean),
            ("SINCE", PropertyType::Date),
        ]
    );
    let [one, two] = &features(&layer)[..] else { panic!() };
    assert_eq!(
        one.properties,
        [
            Value::Text("Één".to_owned()),
            Value::Integer(1),
            Value::Real(1.25),
            Value::Boolean(true),
            Value::Date("2021-05-14".parse().unwrap()),
        ]
    );
    is_near(one, 52.217_934_478, 5.196_972_454);
    assert_eq!((two.id.as_deref(), two.moved_m), (Some("2"), 10.0));
}

#[test]
fn every_kind_of_column_of_a_table_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| FieldName::try_from(name).unwrap();
    let table = TableWriterBuilder::with_encoding(dbase::encoding::UnicodeLossy)
        .add_numeric_field(name("N"), 5, 0)
        .add_float_field(name("F"), 8, 2)
        .add_logical_field(name("L"))
        .add_date_field(name("D"))
        .add_character_field(name("C"), 5)
        .add_integer_field(name("I"))
        .add_double_field(name("O"))
        .add_currency_field(name("Y"));
    let path = folder.path().join("s.shp");
    let mut writer = shapefile::Writer::from_path(&path, table).unwrap();
    for is_filled in [true, false] {
        let mut record = dbase::Record::default();
        let day = dbase::Date::new(14, 5, 2021).unwrap();
        let text = || " a b".to_owned();
        for (name, value) in [
            ("N", FieldValue::Numeric(is_filled.then_some(-12.0))),
            ("F", FieldValue::Float(is_filled.then_some(0.5))),
            ("L", FieldValue::Logical(is_filled.then_some(false))),
            ("D", FieldValue::Date(is_filled.then_some(day))),
            ("C", FieldValue::Character(is_filled.then(text))),
            ("I", FieldValue::Integer(-7)),
            ("O", FieldValue::Double(1.5)),
            ("Y", FieldValue::Currency(2.0)),
        ] {
            record.insert(name.to_owned(), value);
        }
        writer.write_shape_and_record(&shapefile::Point::new(4.0, 52.0), &record).unwrap();
    }
    drop(writer);
    file(folder.path(), "s.prj", WGS84);
    let rows = || features(&only(&path)).into_iter().map(|one| one.properties).collect::<Vec<_>>();
    // Money is not read; the writer makes it a number of eight bytes.
    let money = Value::Bytes(2.0_f64.to_le_bytes().to_vec());
    let binary = [Value::Integer(-7), Value::Real(1.5), money];
    let filled = [
        Value::Integer(-12),
        Value::Real(0.5),
        Value::Boolean(false),
        Value::Date("2021-05-14".parse().unwrap()),
        Value::Text(" a b".to_owned()),
    ];
    let empty = [const { Value::Null }; 5];
    assert_eq!(rows(), [[&filled[..], &binary].concat(), [&empty[..], &binary].concat()]);
    // What others write for nothing, and what is no number and no day.
    let table = path.with_extension("dbf");
    let whole = std::fs::read(&table).unwrap();
    let first = usize::from(u16::from_le_bytes([whole[8], whole[9]])) + 1;
    for (cells, expected) in [
        (b"*************?00000000  ", [Value::Null, Value::Null, Value::Null, Value::Null]),
        (
            b"one  1,5     X20210231  ",
            ["one", "1,5", "X", "20210231"].map(|text| Value::Text(text.to_owned())),
        ),
    ] {
        let mut bytes = whole.clone();
        bytes[first..first + 22].copy_from_slice(&cells[..22]);
        std::fs::write(&table, bytes).unwrap();
        assert_eq!(rows()[0][..4], expected);
    }
}

#[test]
fn a_row_that_is_marked_as_deleted_takes_its_shape_along() {
    let folder = tempfile::tempdir().unwrap();
    let at = shapefile::Point::new;
    let path = shapes(
        folder.path(),
        "s",
        Some(WGS84),
        &[(at(1.0, 51.0), "one", 1.0), (at(2.0, 52.0), "two", 2.0), (at(3.0, 53.0), "three", 3.0)],
    );
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    let (head, row) = (usize::from(bytes[8]) | usize::from(bytes[9]) << 8, usize::from(bytes[10]));
    bytes[head + row] = b'*';
    std::fs::write(&table, bytes).unwrap();
    let found = features(&only(&path));
    let pairs: Vec<_> = found.iter().map(|one| (one.properties[0].clone(), wkt(one))).collect();
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        pairs,
        [(text("one"), "POINT (1 51)".to_owned()), (text("three"), "POINT (3 53)".to_owned())]
    );
    assert_eq!(found[1].id.as_deref(), Some("3"));
}

#[test]
fn rings_of_a_shape_become_polygons_with_their_holes() {
    let folder = tempfile::tempdir().unwrap();
    let square = |x: f64, side: f64| {
        let corner = |dx, dy| shapefile::Point::new(x + dx, 50.0 + dy);
        let far = x.fract() + side;
        vec![corner(0.0, 0.0), corner(0.0, far), corner(side, far), corner(side, 0.0)]
    };
    let shape = Polygon::with_rings(vec![
        PolygonRing::Outer(square(10.0, 4.0)),
        PolygonRing::Outer(square(20.0, 4.0)),
        PolygonRing::Inner(square(21.0, 1.0)),
        PolygonRing::Inner(square(11.0, 1.0)),
        PolygonRing::Inner(square(12.0, 0.5)),
        PolygonRing::Inner(square(40.0, 1.0)),
    ]);
    let line =
        Polyline::new(vec![shapefile::Point::new(1.0, 2.0), shapefile::Point::new(3.0, 4.0)]);
    let path = shapes(folder.path(), "areas", Some(WGS84), &[(shape, "areas", 1.0)]);
    let feature = &features(&only(&path))[0];
    let Some(Geometry::MultiPolygon(polygons)) = &feature.geometry else { panic!("{feature:?}") };
    // The stray hole is a polygon, so that nothing is lost.
    assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 1]);
    let path = shapes(folder.path(), "lines", Some(WGS84), &[(line, "line", 1.0)]);
    assert_eq!(wkt(&features(&only(&path))[0]), "LINESTRING (1 2, 3 4)");
    let points =
        Multipoint::new(vec![shapefile::Point::new(1.0, 2.0), shapefile::Point::new(3.0, 4.0)]);
    let path = shapes(folder.path(), "points", Some(WGS84), &[(points, "points", 1.0)]);
    assert_eq!(wkt(&features(&only(&path))[0]), "MULTIPOINT (1 2, 3 4)");
}

#[test]
fn a_hole_belongs_to_the_smallest_ring_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let ring = |corners: &[(f64, f64)]| -> Vec<shapefile::Point> {
        corners.iter().map(|(x, y)| shapefile::Point::new(*x, *y)).collect()
    };
    let square = |from: f64, to: f64| ring(&[(from, from), (from, to), (to, to), (to, from)]);
    // A lake with an island that has a pond.
    let island = Polygon::with_rings(vec![
        PolygonRing::Outer(square(0.0, 10.0)),
        PolygonRing::Inner(square(2.0, 8.0)),
        PolygonRing::Outer(square(3.0, 7.0)),
        PolygonRing::Inner(square(4.0, 5.0)),
        PolygonRing::Inner(square(5.5, 6.0)),
    ]);
    // A horseshoe, smaller than the square in its bay, and within whose bounds the hole lies.
    let horseshoe = [
        (0.0, 0.0),
        (0.0, 10.0),
        (0.1, 10.0),
        (0.1, 0.1),
        (9.9, 0.1),
        (9.9, 10.0),
        (10.0, 10.0),
        (10.0, 0.0),
    ];
    let bay = Polygon::with_rings(vec![
        PolygonRing::Outer(ring(&horseshoe)),
        PolygonRing::Outer(square(1.0, 9.0)),
        PolygonRing::Inner(square(4.0, 5.0)),
    ]);
    let path = shapes(folder.path(), "s", Some(WGS84), &[(island, "a", 1.0), (bay, "b", 2.0)]);
    let found: Vec<Vec<usize>> = features(&only(&path))
        .iter()
        .map(|feature| match &feature.geometry {
            Some(Geometry::MultiPolygon(polygons)) => polygons.iter().map(Vec::len).collect(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found, [vec![2, 3], vec![1, 2]]);
}

#[test]
fn shapefiles_in_a_zip_are_read_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = shapefile::Point::new;
    let path = shapes(folder.path(), "roosts", Some(WGS84), &[(at(4.0, 52.0), "a", 1.0)]);
    let read = |ending: &str| std::fs::read(path.with_extension(ending)).unwrap();
    let (shp, dbf, prj) = (read("shp"), read("dbf"), read("prj"));
    let zipped = zip(
        folder.path(),
        "all.zip",
        &[
            ("gis/Roosts.SHP", &shp),
            ("gis/roosts.dbf", &dbf),
            ("gis/roosts.prj", &prj),
            ("bare.shp", &shp),
            ("readme.txt", b"hello"),
        ],
    );
    let layers = open(&zipped);
    let [bare, roosts] = &layers[..] else { panic!("{layers:?}") };
    assert_eq!((bare.name(), bare.notes().len()), ("bare", 1));
    assert!(bare.features().unwrap_err().to_string().contains("`.prj` file is missing"));
    assert_eq!(roosts.name(), "Roosts");
    assert_eq!(wkt(&features(roosts)[0]), "POINT (4 52)");
    let none = zip(folder.path(), "none.zip", &[("a.csv", b"a,b")]);
    let error = layer::open(&none, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("without a shapefile"), "{error}");
}

#[test]
fn the_character_set_of_a_table_is_that_of_its_cpg_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = shapefile::Point::new;
    let path = shapes(folder.path(), "s", Some(WGS84), &[(at(4.0, 52.0), "Gr@be", 1.0)]);
    let table = path.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    let here = bytes.windows(5).position(|five| five == b"Gr@be").unwrap();
    bytes[here + 2] = 0xe4;
    std::fs::write(&table, &bytes).unwrap();
    let name =
        || only(&path).features().unwrap().next().unwrap().map(|one| one.properties[0].clone());
    let fault = || name().unwrap_err().to_string();
    for (label, expected) in
        [("ISO-8859-1", "Gräbe"), ("1252", "Gräbe"), ("88591", "Gräbe"), ("ANSI 1251", "Grдbe")]
    {
        file(folder.path(), "s.cpg", label);
        assert_eq!(name().unwrap(), Value::Text(expected.to_owned()), "{label}");
    }
    file(folder.path(), "s.cpg", "UTF-8");
    assert!(fault().contains("does not fit the character set"), "{}", fault());
    file(folder.path(), "s.cpg", "OEM 437");
    assert!(fault().contains("not known"), "{}", fault());
    std::fs::remove_file(folder.path().join("s.cpg")).unwrap();
    bytes[29] = 0xc9;
    std::fs::write(&table, &bytes).unwrap();
    assert_eq!(name().unwrap(), Value::Text("Grдbe".to_owned()));
}

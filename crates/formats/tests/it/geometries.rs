//! Geometries: texts and bytes both ways, what is inside, how large they are.

use proptest::prelude::*;
use reedbed_core::place::{Nano, Point};
use reedbed_formats::layer::Geometry;

fn read(wkt: &str) -> Geometry {
    Geometry::from_wkt(wkt).unwrap_or_else(|error| panic!("{wkt}: {error}"))
}

fn at(lon: f64, lat: f64) -> Point {
    Point::from_degrees(lat, lon).unwrap()
}

#[test]
fn every_type_goes_through_text_and_bytes_unchanged() {
    for wkt in [
        "POINT (4.123456789 -52.1)",
        "POINT EMPTY",
        "LINESTRING (4 52, 5.5 52.25)",
        "LINESTRING EMPTY",
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 1 1))",
        "MULTIPOINT (1 2, -180 90)",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (0.000000001 -0.000000001), GEOMETRYCOLLECTION EMPTY)",
    ] {
        let geometry = read(wkt);
        assert_eq!(geometry.to_wkt(), wkt);
        assert!(Geometry::from_wkb(&geometry.to_wkb()).unwrap() == geometry, "{wkt}");
    }
}

#[test]
fn other_spellings_of_well_known_text_are_read() {
    for (wkt, expected) in [
        ("SRID=4326;point z (4.50 52.5 12000)", "POINT (4.5 52.5)"),
        ("PointZM(4.5 52.5 1 2)", "POINT (4.5 52.5)"),
        ("POINTM (4.5 52.5 2)", "POINT (4.5 52.5)"),
        (" MULTIPOINT((1 2),(3 4)) ", "MULTIPOINT (1 2, 3 4)"),
        ("MULTIPOLYGON(EMPTY,((0 0,1 0,1 1,0 0)))", "MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))"),
    ] {
        assert_eq!(read(wkt).to_wkt(), expected, "{wkt}");
    }
}

#[test]
fn what_is_no_text_of_a_geometry_is_refused_with_its_place() {
    let deep = "GEOMETRYCOLLECTION(".repeat(5_000) + "POINT(1 2)" + &")".repeat(5_000);
    for (wkt, reason, at) in [
        ("", "name of a geometry", 1),
        ("CIRCLE (1 2)", "name of a geometry", 8),
        ("POINT (181 0)", "beyond longitude", 13),
        ("POINT (1)", "two to four", 9),
        ("POINT (1 2 3 4 5)", "two to four", 17),
        ("POINT (NaN 2)", "two to four", 8),
        ("POINT (1 2", "not closed", 11),
        ("POINT (1 2, 3 4)", "one pair", 17),
        ("POINT (1 2) x", "behind the geometry", 12),
        ("SRID=28992;POINT (1 2)", "name of a geometry", 6),
        ("LINESTRING 1 2", "bracket is wanted", 12),
        (&deep, "nested too deeply", 628),
    ] {
        let error = Geometry::from_wkt(wkt).unwrap_err();
        assert!(error.reason.contains(reason), "{}: {error}", wkt.len());
        assert!(error.at.abs_diff(at) <= 2, "{}: {error}", wkt.len());
    }
}

#[test]
fn bytes_of_both_orders_and_with_heights_are_read() {
    let numbers = [4.5, 52.5, 7.0, 8.0];
    for (kind, count) in [
        (1, 2),
        (1001, 3),
        (2001, 3),
        (3001, 4),
        (0x8000_0001, 3),
        (0x4000_0001, 3),
        (0xc000_0001, 4),
    ] {
        for is_little in [true, false] {
            let mut wkb = vec![u8::from(is_little)];
            let kind: u32 = kind;
            wkb.extend(if is_little { kind.to_le_bytes() } else { kind.to_be_bytes() });
            for number in &numbers[..count] {
                let number: f64 = *number;
                wkb.extend(if is_little { number.to_le_bytes() } else { number.to_be_bytes() });
            }
            assert_eq!(Geometry::from_wkb(&wkb).unwrap().to_wkt(), "POINT (4.5 52.5)", "{kind}");
        }
    }
}

#[test]
fn bytes_of_no_geometry_are_refused() {
    let line = read("LINESTRING (4 52, 5 53)").to_wkb();
    for cut in 0..line.len() {
        assert!(Geometry::from_wkb(&line[..cut]).unwrap_err().reason.contains("cut off"), "{cut}");
    }
    let longer = [line.as_slice(), &[0]].concat();
    let many = [&[1, 2, 0, 0, 0][..], &u32::MAX.to_le_bytes(), &[0; 64]].concat();
    let curve = [&[1, 8, 0, 0, 0][..], &0_u32.to_le_bytes()].concat();
    let order = [7, 1, 0, 0, 0];
    let srid = [&[1, 1, 0, 0, 0x20][..], &28992_u32.to_le_bytes(), &[0; 16]].concat();
    let deep: Vec<u8> = (0..40).flat_map(|_| [1, 7, 0, 0, 0, 1, 0, 0, 0]).collect();
    let mut far = read("POINT (1 2)").to_wkb();
    far[5..13].copy_from_slice(&1e6_f64.to_le_bytes());
    let mut endless = read("LINESTRING (1 2, 3 4)").to_wkb();
    endless[9..17].copy_from_slice(&f64::INFINITY.to_le_bytes());
    let mut absent = read("LINESTRING (1 2, 3 4)").to_wkb();
    absent[9..25].copy_from_slice(&[f64::NAN.to_le_bytes(), f64::NAN.to_le_bytes()].concat());
    let mut foreign = read("MULTIPOINT (1 2)").to_wkb();
    foreign[10] = 2;
    for (bytes, reason) in [
        (longer, "longer than its geometry"),
        (many, "cut off"),
        (curve, "curve"),
        (order.to_vec(), "byte order"),
        (srid, "reference system of its own"),
        (deep, "nested too deeply"),
        (far, "beyond longitude"),
        (endless, "no number"),
        (absent, "no number"),
        (foreign, "another type"),
    ] {
        let error = Geometry::from_wkb(&bytes).unwrap_err();
        assert!(error.reason.contains(reason), "{reason}: {error}");
    }
}

#[test]
fn holes_and_edges_are_told_exactly() {
    let ring = read("MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 3, 3 3, 3 1)))");
    for (lon, lat, expected) in [
        (0.5, 0.5, true),
        (2.0, 2.0, false),
        (1.0, 2.0, true),
        (4.0, 4.0, true),
        (4.000_000_001, 2.0, false),
        (3.999_999_999, 2.0, true),
    ] {
        assert_eq!(ring.contains_point(at(lon, lat)), expected, "{lon} {lat}");
    }
    let line = read("GEOMETRYCOLLECTION (LINESTRING (0 0, 3 1), POINT (9 9))");
    assert!(line.contains_point(at(1.5, 0.5)) && line.contains_point(at(9.0, 9.0)));
    assert!(!line.contains_point(at(1.5, 0.500_000_001)));
    assert!(!read("POLYGON EMPTY").contains_point(at(0.0, 0.0)));
}

#[test]
fn an_area_across_longitude_180_is_one() {
    let area = read("POLYGON ((179 0, -179 0, -179 1, 179 1, 179 0))");
    assert!(area.contains_point(at(179.5, 0.5)) && area.contains_point(at(-179.5, 0.5)));
    assert!(!area.contains_point(at(0.0, 0.5)));
    let alike = read("POLYGON ((10 0, 12 0, 12 1, 10 1, 10 0))").area_m2();
    assert!((area.area_m2() - alike).abs() < 1.0);
    // The bounds are those of what is drawn.
    let bounds = area.bounds().unwrap();
    assert!(bounds.west == Nano(-179_000_000_000) && bounds.east == Nano(179_000_000_000));
    assert!(bounds.south == Nano(0) && bounds.north == Nano(1_000_000_000));
    assert!(read("MULTILINESTRING (EMPTY)").bounds().is_none());
}

#[test]
fn areas_are_those_of_the_ellipsoid() {
    // By pyproj 3.7.2 with PROJ 9.5.1, edges cut into geodesics of some metres.
    for (wkt, expected, most) in [
        ("POLYGON ((10 50, 12 50, 12 52, 10 52, 10 50))", 31_235_836_901.137, 1e-8),
        ("POLYGON ((4.3 52.1, 4.301 52.1, 4.3012 52.1009, 4.3 52.101))", 8_005.860_666_8, 1e-7),
        ("POLYGON ((-20 -30, 25 -25, 10 40, -20 -30))", 17_707_470_146_695.137, 1e-8),
        // All of the ellipsoid: 510 065 621.724 km².
        ("POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", 510_065_621_724_078.9, 1e-9),
        // The half of it north of the equator, drawn round the pole.
        ("POLYGON ((0 0, 120 0, -120 0, 0 0))", 255_032_810_862_039.4, 1e-9),
    ] {
        let found = read(wkt).area_m2();
        assert!((found / expected - 1.0).abs() < most, "{wkt}: {found} for {expected}");
    }
    let holed = read("POLYGON ((10 50, 12 50, 12 52, 10 52), (11 51, 11 51.5, 11.5 51.5))");
    let hole = read("POLYGON ((11 51, 11 51.5, 11.5 51.5))").area_m2();
    assert!((holed.area_m2() + hole - 31_235_836_901.137).abs() < 1_000.0);
    assert_eq!(read("LINESTRING (0 0, 1 1)").area_m2(), 0.0);
}

#[test]
fn lengths_are_those_of_geodesics() {
    // By pyproj 3.7.2 with PROJ 9.5.1.
    for (wkt, expected, most) in [
        ("LINESTRING (4 52, 5 52.5)", 88_086.860_536, 3e-5),
        ("LINESTRING (0 0, 0.001 0.001)", 156.903_472, 3e-5),
        ("LINESTRING (-70 -50, 100 40)", 18_649_364.586_5, 1e-3),
        ("MULTILINESTRING ((4 52, 5 52.5), (5 52.5, 4 52))", 2.0 * 88_086.860_536, 3e-5),
    ] {
        let found = read(wkt).length_m();
        assert!((found / expected - 1.0).abs() < most, "{wkt}: {found} for {expected}");
    }
    assert_eq!(read("LINESTRING (1 1, 1 1)").length_m(), 0.0);
    assert_eq!(read("POLYGON ((0 0, 1 0, 1 1, 0 0))").length_m(), 0.0);
    assert!(read("LINESTRING (0 0, 180 0)").length_m().is_finite());
}

#[test]
fn a_representative_point_lies_in_its_part() {
    // In none of these is the middle of the bounds inside.
    for wkt in [
        "POLYGON ((0 0, 10 0, 10 10, 9 10, 9 1, 1 1, 1 10, 0 10, 0 0))",
        "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 9 1, 9 9, 1 9, 1 1))",
        "POLYGON ((179 0, -179 0, -179 1, 179 1, 179 0))",
        "POLYGON ((0 0, 5 5, 10 0, 5 9))",
    ] {
        let geometry = read(wkt);
        let [point] = geometry.representative_points()[..] else { panic!("{wkt}") };
        assert!(geometry.contains_point(point), "{wkt}");
    }
    let mixed = read("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (3 4, 5 6, 7 8), POLYGON EMPTY)");
    assert!(mixed.representative_points() == [at(5.0, 6.0), at(1.0, 2.0)]);
}

#[test]
fn places_do_not_print() {
    let geometry = read("POLYGON ((4.125 52.375, 5 52, 5 53, 4.125 52.375))");
    assert_eq!(format!("{geometry:?}"), "Polygon(4 points)");
}

fn points(most: usize) -> impl Strategy<Value = Vec<Point>> {
    let limits = (-180_000_000_000_i64..=180_000_000_000, -90_000_000_000_i64..=90_000_000_000);
    let point = limits.prop_map(|(lon, lat)| Point::new(Nano(lat), Nano(lon)).unwrap());
    proptest::collection::vec(point, 1..most)
}

proptest! {
    #[test]
    fn every_place_survives_text_and_bytes(points in points(20)) {
        let geometry = Geometry::LineString(points);
        prop_assert!(Geometry::from_wkt(&geometry.to_wkt()).unwrap() == geometry);
        prop_assert!(Geometry::from_wkb(&geometry.to_wkb()).unwrap() == geometry);
    }

    #[test]
    fn no_text_and_no_bytes_stop_the_reader(
        text in "(MULTI)?(POINT|LINESTRING|POLYGON) ?[A-Z]{0,2} ?[(),. 0-9e-]{0,40}",
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        kind in 0_u8..20,
    ) {
        let _ = Geometry::from_wkt(&text);
        let _ = Geometry::from_wkb(&bytes);
        let _ = Geometry::from_wkb(&[&[1, kind, 0, 0, 0][..], &bytes].concat());
    }

    #[test]
    fn any_ring_has_a_point_and_an_area(ring in points(12)) {
        let geometry = Geometry::Polygon(vec![ring]);
        prop_assert_eq!(geometry.representative_points().len(), 1);
        let area = geometry.area_m2();
        prop_assert!(area.is_finite() && area >= 0.0);
    }
}

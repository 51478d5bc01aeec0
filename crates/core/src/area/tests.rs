use proptest::prelude::*;

use super::*;

fn at(lat: f64, lon: f64) -> Point {
    Point::from_degrees(lat, lon).unwrap()
}

/// Vertices given as (longitude, latitude), as boundary files have them.
fn ring(vertices: &[(f64, f64)]) -> Vec<Point> {
    vertices.iter().map(|(lon, lat)| at(*lat, *lon)).collect()
}

fn area(rings: &[&[(f64, f64)]]) -> Area {
    let mut shape = Shape::new();
    shape.push_polygon(&rings.iter().map(|vertices| ring(vertices)).collect::<Vec<_>>());
    of(shape)
}

fn of(shape: Shape) -> Area {
    let mut set = AreaSet::new();
    set.add(vec!["it".to_owned()], shape);
    set.find("it").unwrap().clone()
}

const SQUARE: [(f64, f64); 4] = [(10.0, 50.0), (12.0, 50.0), (12.0, 52.0), (10.0, 52.0)];
const HOLE: [(f64, f64); 4] = [(10.5, 50.5), (10.5, 51.5), (11.5, 51.5), (11.5, 50.5)];

#[test]
fn a_point_in_a_hole_is_outside_and_one_on_the_boundary_is_inside() {
    let area = area(&[&SQUARE, &HOLE]);
    for (lat, lon, expected) in [
        (50.2, 10.2, true),
        (51.0, 11.0, false),
        (49.9, 11.0, false),
        (51.0, 12.1, false),
        (50.0, 10.0, true),
        (50.0, 11.0, true),
        (51.0, 10.5, true),
        (51.5, 11.5, true),
        (52.0, 12.0, true),
        (51.0, 191.0 - 360.0, false),
    ] {
        assert_eq!(area.touched_by(at(lat, lon), 0.0), expected, "{lat} {lon}");
    }
}

#[test]
fn a_shape_that_is_widened_is_touched_from_farther_away() {
    let mut shape = Shape::new();
    shape.push_polygon(&[ring(&SQUARE)]);
    shape.widen(100.0);
    shape.widen(f64::NAN);
    shape.widen(50.0);
    assert!((shape.margin_m() - 100.0).abs() < 1e-9);
    let area = of(shape);
    // 11 122.8 m south of the southern edge, as below.
    assert!(area.touched_by(at(49.9, 11.0), 11_023.0));
    assert!(!area.touched_by(at(49.9, 11.0), 10_800.0));
    assert!(area.touched_by(at(-50.0, -170.0), -200.0));
}

#[test]
fn a_circle_that_reaches_the_boundary_touches() {
    let area = area(&[&SQUARE, &HOLE]);
    // The middle of the hole is 0.5° from its edges: 55 621.7 m of latitude, 35 098.6 m of
    // longitude (the shortest geodesics on WGS 84, by pyproj 3.7.2 with PROJ 9.5.1).
    assert!(area.touched_by(at(51.0, 11.0), 35_099.0));
    assert!(!area.touched_by(at(51.0, 11.0), 34_400.0));
    // A tenth of a degree south of the southern edge: 11 122.8 m.
    assert!(area.touched_by(at(49.9, 11.0), 11_123.0));
    assert!(!area.touched_by(at(49.9, 11.0), 10_900.0));
    // The whole area lies within the circle, and no vertex is near its rim.
    assert!(area.touched_by(at(49.0, 8.0), 2_000_000.0));
    assert!(!area.touched_by(at(-50.0, 11.0), 9_000_000.0));
}

#[test]
fn a_radius_that_is_no_number_reaches_everywhere() {
    let area = area(&[&SQUARE]);
    for radius_m in [f64::NAN, -1.0, f64::INFINITY, 1e12] {
        assert!(area.touched_by(at(-51.0, -170.0), radius_m), "{radius_m}");
    }
    assert!(!of(Shape::new()).touched_by(at(0.0, 0.0), f64::INFINITY));
}

#[test]
fn circles_reach_across_the_antimeridian() {
    let east = area(&[&[(179.0, 50.0), (180.0, 50.0), (180.0, 52.0), (179.0, 52.0)]]);
    // 7 019.8 m.
    assert!(east.touched_by(at(51.0, -179.9), 7_020.0));
    assert!(!east.touched_by(at(51.0, -179.9), 6_800.0));
    assert!(east.touched_by(at(51.0, -180.0), 0.0));
    let west = area(&[&[(-180.0, 50.0), (-179.0, 50.0), (-179.0, 52.0), (-180.0, 52.0)]]);
    assert!(west.touched_by(at(51.0, 179.9), 7_100.0));
    assert!(west.touched_by(at(51.0, 180.0), 0.0));
}

#[test]
fn an_edge_over_more_than_half_the_globe_counts_both_ways() {
    let jumping = [(178.0, -18.0), (-178.0, -18.0), (-178.0, -16.0), (178.0, -16.0)];
    let area = area(&[&jumping]);
    assert!(area.shapes().all(Shape::is_read_both_ways));
    assert!(area.touched_by(at(-17.0, 179.9), 0.0));
    assert!(area.touched_by(at(-17.0, -179.0), 0.0));
    assert!(area.touched_by(at(-17.0, 0.0), 0.0));
    assert!(!area.touched_by(at(-15.0, 180.0), 0.0));
    assert!(!area.touched_by(at(-15.0, 0.0), 0.0));
    // The same from the other side, where it is unrolled to the west.
    let area = self::area(&[&[(-178.0, -18.0), (-178.0, -16.0), (178.0, -16.0), (178.0, -18.0)]]);
    for lon in [179.0, 180.0, -180.0, -179.0] {
        assert!(area.touched_by(at(-17.0, lon), 0.0), "{lon}");
    }
}

#[test]
fn a_hole_counts_as_inside_where_the_ring_is_read_both_ways() {
    let jumping = [(170.0, -20.0), (-170.0, -20.0), (-170.0, -10.0), (170.0, -10.0)];
    let hole = [(-176.0, -16.0), (-174.0, -16.0), (-174.0, -14.0), (-176.0, -14.0)];
    let area = area(&[&jumping, &hole]);
    for lon in [-172.0, 175.0, -175.0, 0.0] {
        assert!(area.touched_by(at(-15.0, lon), 0.0), "{lon}");
    }
    assert!(!area.touched_by(at(-9.0, 175.0), 0.0));
}

#[test]
fn areas_at_the_poles_are_touched_from_every_longitude() {
    let around = [(0.0, 70.0), (90.0, 70.0), (180.0, 70.0), (-90.0, 70.0)];
    let cap = area(&[&around]);
    assert!(cap.touched_by(at(80.0, -135.0), 0.0));
    assert!(cap.touched_by(at(90.0, 17.0), 0.0));
    assert!(!cap.touched_by(at(60.0, 45.0), 0.0));
    assert!(!cap.touched_by(at(-80.0, 45.0), 0.0));
    let along_pole =
        [(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -65.0), (-180.0, -70.0)];
    let antarctic = area(&[&along_pole]);
    assert!(!antarctic.shapes().any(Shape::is_read_both_ways));
    assert!(antarctic.touched_by(at(-80.0, 100.0), 0.0));
    assert!(antarctic.touched_by(at(-90.0, 100.0), 0.0));
    assert!(!antarctic.touched_by(at(-60.0, 100.0), 0.0));
    // A sector that ends in the pole is touched by a circle round a point beyond the pole.
    let sector = area(&[&[(0.0, 85.0), (10.0, 85.0), (5.0, 90.0)]]);
    // 11 169.4 m.
    assert!(sector.touched_by(at(89.9, -170.0), 11_170.0));
    assert!(sector.touched_by(at(90.0, 100.0), 0.0));
    assert!(!sector.touched_by(at(89.9, -170.0), 10_900.0));
}

#[test]
fn a_band_round_the_globe_is_taken_as_drawn() {
    let band = area(&[&[(-180.0, -10.0), (180.0, -10.0), (180.0, 10.0), (-180.0, 10.0)]]);
    assert!(!band.shapes().any(Shape::is_read_both_ways));
    assert!(band.touched_by(at(0.0, 77.0), 0.0));
    assert!(!band.touched_by(at(11.0, 77.0), 0.0));
}

#[test]
fn a_ring_that_winds_on_and_on_covers_its_latitudes() {
    let mut spiral = Vec::new();
    for turn in 0..2_000 {
        spiral.push((f64::from(turn * 170 % 360) - 180.0, f64::from(turn % 7)));
        spiral.push((f64::from((turn * 170 + 179) % 360) - 180.0, f64::from(turn % 5)));
    }
    let area = area(&[&spiral]);
    for lon in [-170.0, -33.0, 0.0, 5.5, 179.0] {
        assert!(area.touched_by(at(3.3, lon), 0.0));
    }
    assert!(!area.touched_by(at(7.0, 0.0), 0.0));
}

#[test]
fn lines_and_points_are_touched_by_circles() {
    let mut shape = Shape::new();
    shape.push_line(&ring(&[(10.0, 50.0), (11.0, 50.0), (11.0, 51.0)]));
    shape.push_point(at(-30.0, 20.0));
    let area = of(shape);
    assert!(area.touched_by(at(50.0, 10.5), 0.0));
    assert!(area.touched_by(at(50.01, 10.5), 1_113.0));
    assert!(!area.touched_by(at(50.01, 10.5), 1_090.0));
    assert!(!area.touched_by(at(50.5, 10.5), 1_000.0));
    assert!(area.touched_by(at(-30.0, 20.0), 0.0));
    assert!(!area.touched_by(at(-30.001, 20.0), 100.0));
    assert!(area.touched_by(at(-30.001, 20.0), 111.0));
}

#[test]
fn one_name_on_several_features_is_their_union() {
    let shape = |vertices: &[(f64, f64)]| {
        let mut shape = Shape::new();
        shape.push_polygon(&[ring(vertices)]);
        shape
    };
    let mut set = AreaSet::new();
    set.add(vec!["West  Marsh".to_owned(), "WM".to_owned()], shape(&SQUARE));
    set.add(vec!["west marsh ".to_owned()], shape(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]));
    set.add(vec![" ".to_owned()], Shape::new());
    let both = set.find("WEST MARSH").unwrap();
    assert_eq!(both.name(), "West  Marsh");
    assert_eq!(both.shapes().count(), 2);
    assert!(both.touched_by(at(51.0, 11.0), 0.0) && both.touched_by(at(0.2, 0.5), 0.0));
    assert!(!set.find("wm").unwrap().touched_by(at(0.2, 0.5), 0.0));
    assert!(set.find("").is_none() && set.find("marsh").is_none());
    assert_eq!((set.len(), set.features().count()), (3, 3));
}

#[test]
fn outlines_are_closed_and_in_degrees() {
    let area = area(&[&SQUARE, &HOLE]);
    let outlines: Vec<Vec<(f64, f64)>> =
        area.shapes().flat_map(|shape| shape.outlines().map(Iterator::collect)).collect();
    assert_eq!(outlines.len(), 2);
    assert_eq!(outlines[0].first(), outlines[0].last());
    assert_eq!(outlines[0][..4], SQUARE);
}

#[test]
fn shapes_do_not_print_their_places() {
    let text = format!("{:?}", area(&[&SQUARE]));
    assert!(text.contains("5 vertices") && !text.contains("50"), "{text}");
}

/// A star round a centre, so that the ring is long and does not cross itself.
fn star(centre: (f64, f64), size: f64, corners: &[f64]) -> Vec<(f64, f64)> {
    let step = std::f64::consts::TAU / f64::from(u32::try_from(corners.len()).unwrap());
    (0_u32..)
        .zip(corners)
        .map(|(n, corner)| {
            let (sin, cos) = (f64::from(n) * step).sin_cos();
            (centre.0 + size * corner * cos, centre.1 + size * corner * sin)
        })
        .collect()
}

/// Even–odd by looking at every edge, in floating point.
fn is_inside_slowly(rings: &[Vec<(f64, f64)>], lon: f64, lat: f64) -> bool {
    let mut is_inside = false;
    for ring in rings {
        for (n, a) in ring.iter().enumerate() {
            let b = ring[(n + 1) % ring.len()];
            if (a.1 > lat) != (b.1 > lat) && lon < (b.0 - a.0) * (lat - a.1) / (b.1 - a.1) + a.0 {
                is_inside = !is_inside;
            }
        }
    }
    is_inside
}

/// A place in the box round a ring or a little outside.
fn somewhere(ring: &[(f64, f64)], x: f64, y: f64) -> (f64, f64) {
    let spread = |part: f64, of: fn(&(f64, f64)) -> f64| {
        let least = ring.iter().map(of).fold(f64::MAX, f64::min);
        let most = ring.iter().map(of).fold(f64::MIN, f64::max);
        least + (1.2 * part - 0.1) * (most - least)
    };
    (spread(x, |vertex| vertex.0), spread(y, |vertex| vertex.1))
}

/// The distance to the nearest edge in the plane, in degrees.
fn edge_distance_slowly(rings: &[Vec<(f64, f64)>], lon: f64, lat: f64) -> f64 {
    let mut nearest = f64::INFINITY;
    for ring in rings {
        for (n, a) in ring.iter().enumerate() {
            let b = ring[(n + 1) % ring.len()];
            let along = (b.0 - a.0, b.1 - a.1);
            let part = ((lon - a.0) * along.0 + (lat - a.1) * along.1)
                / (along.0.powi(2) + along.1.powi(2)).max(f64::MIN_POSITIVE);
            let part = part.clamp(0.0, 1.0);
            nearest = nearest.min((lon - a.0 - part * along.0).hypot(lat - a.1 - part * along.1));
        }
    }
    nearest
}

/// The shortest distance to points sown densely on the edges, so never too short.
fn distance_slowly_m(rings: &[Vec<(f64, f64)>], point: Point, bound: bool) -> f64 {
    let mut nearest = f64::INFINITY;
    for ring in rings {
        for (n, a) in ring.iter().enumerate() {
            let b = ring[(n + 1) % ring.len()];
            for step in 0..=200 {
                let part = f64::from(step) / 200.0;
                let sown = at(a.1 + part * (b.1 - a.1), a.0 + part * (b.0 - a.0));
                nearest = nearest.min(if bound {
                    point.distance_bound_m(sown)
                } else {
                    point.distance_floor_m(sown)
                });
            }
        }
    }
    nearest
}

fn any_rings() -> impl Strategy<Value = Vec<Vec<(f64, f64)>>> {
    let corners = prop::collection::vec(0.3..1.0_f64, 3..90);
    let hole = prop::collection::vec(0.05..0.29_f64, 3..20);
    ((-150.0..150.0_f64, -60.0..60.0_f64), 0.001..8.0_f64, corners, hole).prop_map(
        |(centre, size, corners, hole)| {
            vec![star(centre, size, &corners), star(centre, size, &hole)]
        },
    )
}

proptest! {
    #[test]
    fn inside_is_as_looking_at_every_edge_says(
        rings in any_rings(),
        points in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 30),
    ) {
        let area = area(&rings.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (x, y) in points {
            let (lon, lat) = somewhere(&rings[0], x, y);
            let (touches, is_inside) = (area.touched_by(at(lat, lon), 0.0), is_inside_slowly(&rings, lon, lat));
            // The slack of a centimetre and the rounding to nano-degrees tell only at an edge.
            let is_on_edge = edge_distance_slowly(&rings, lon, lat) < 2e-7;
            prop_assert!(touches == is_inside || is_on_edge, "{lon} {lat}");
        }
    }

    #[test]
    fn a_circle_that_reaches_an_edge_always_touches(
        rings in any_rings(),
        (lat, lon) in (-89.9..89.9_f64, -180.0..180.0_f64),
        more in 0.0..0.2_f64,
    ) {
        let area = area(&rings.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let point = at(lat, lon);
        let reach = distance_slowly_m(&rings, point, true);
        prop_assert!(area.touched_by(point, reach * (1.0 + more)));
    }

    #[test]
    fn a_small_circle_well_away_from_an_area_does_not_touch(
        rings in any_rings(),
        (dx, dy) in (-3.0..3.0_f64, -3.0..3.0_f64),
    ) {
        let point = at(rings[0][0].1 + dy, rings[0][0].0 + dx);
        let away = distance_slowly_m(&rings, point, false);
        let is_inside = is_inside_slowly(&rings, rings[0][0].0 + dx, rings[0][0].1 + dy);
        // Sown points are at most 8° / 200 apart, 4.4 km.
        if !is_inside && away > 90_000.0 && away < 400_000.0 {
            let area = area(&rings.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert!(!area.touched_by(point, away * 0.8));
        }
    }
}

#[test]
fn a_long_ring_is_searched_as_a_short_one() {
    let corners: Vec<f64> =
        (0..10_000_u32).map(|n| 0.7 + 0.2 * f64::from(n * 7_919 % 1_009) / 1_009.0).collect();
    let rings = [star((15.0, 47.0), 3.0, &corners)];
    let area = area(&[&rings[0]]);
    assert_eq!(area.shapes().map(Shape::vertices).sum::<usize>(), 10_001);
    for n in 0..2_000_u32 {
        let (x, y) =
            (11.5 + 7.0 * f64::from(n * 31 % 2_000) / 2_000.0, 43.5 + 7.0 * f64::from(n) / 2_000.0);
        let is_near_edge = area.touched_by(at(y, x), 50.0) != area.touched_by(at(y, x), 0.0);
        if !is_near_edge {
            assert_eq!(area.touched_by(at(y, x), 0.0), is_inside_slowly(&rings, x, y), "{x} {y}");
        }
    }
    assert!(area.touched_by(at(47.0, 15.0), 0.0));
}

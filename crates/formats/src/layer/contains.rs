//! Whether a geometry holds a point, and points that it holds. In whole numbers, without rounding.

use reedbed_core::place::{DEGREE, Nano, Point};

use super::geometry::Geometry;

impl Geometry {
    /// Whether a point lies in one of its polygons, on one of its lines or at one of its points.
    ///
    /// Edges are straight in longitude and latitude; what lies on an edge is in. An edge over more
    /// than half the globe goes the short way across longitude 180, except along a pole.
    pub fn contains_point(&self, point: Point) -> bool {
        let mut is_in = false;
        self.each_polygon(&mut |rings| is_in |= polygon_holds(rings, point));
        self.each_line(&mut |line| is_in |= on_edges(&unwrapped(line), point));
        self.each_point(&mut |other| is_in |= other == point);
        is_in
    }

    /// A point of each of its parts that are not empty: in each polygon, away from its edges where
    /// it is wider than the digits allow; the middle vertex of each line; each point.
    pub fn representative_points(&self) -> Vec<Point> {
        let mut found = Vec::new();
        self.each_polygon(&mut |rings| found.extend(point_inside(rings)));
        self.each_line(&mut |line| found.extend(line.get(line.len() / 2)));
        self.each_point(&mut |point| found.push(point));
        found
    }
}

/// Vertices in nano-degrees, longitude first.
pub(super) type Vertex = (i64, i64);

/// The vertices moved by whole turns, so that no edge jumps over half the globe.
pub(super) fn unwrapped(path: &[Point]) -> Vec<Vertex> {
    let mut turns = 0;
    let mut before: Option<Point> = None;
    let mut moved = Vec::with_capacity(path.len() + 1);
    for point in path {
        if let Some(before) = before {
            let step = point.lon().0 - before.lon().0;
            let is_along_pole = point.lat() == before.lat() && point.lat().0.abs() == 90 * DEGREE;
            if step.abs() > TURN / 2 && step.abs() < TURN && !is_along_pole {
                turns -= step.signum();
            }
        }
        moved.push((point.lon().0 + turns * TURN, point.lat().0));
        before = Some(*point);
    }
    moved
}

/// The vertices of a ring, closed.
pub(super) fn closed(ring: &[Point]) -> Vec<Vertex> {
    let mut points = ring.to_vec();
    if points.first() != points.last() {
        points.extend(ring.first());
    }
    unwrapped(&points)
}

fn polygon_holds(rings: &[Vec<Point>], point: Point) -> bool {
    let mut is_odd = false;
    for ring in rings {
        let ring = closed(ring);
        if on_edges(&ring, point) {
            return true;
        }
        is_odd ^= turns_of(&ring, point).any(|at| is_surrounded(&ring, at));
    }
    is_odd
}

/// The point, moved by each number of whole turns by which it can meet a path.
fn turns_of(path: &[Vertex], point: Point) -> impl Iterator<Item = Vertex> + use<> {
    let west = path.iter().map(|vertex| vertex.0).min().unwrap_or(0);
    let east = path.iter().map(|vertex| vertex.0).max().unwrap_or(-1);
    let (lon, lat) = (point.lon().0, point.lat().0);
    let first = -(lon - west).div_euclid(TURN);
    let last = (east - lon).div_euclid(TURN);
    (first..=last).map(move |turn| (lon + turn * TURN, lat))
}

fn on_edges(path: &[Vertex], point: Point) -> bool {
    turns_of(path, point).any(|at| {
        path.first() == Some(&at)
            || path.iter().zip(path.iter().skip(1)).any(|(a, b)| is_on_edge(*a, *b, at))
    })
}

fn is_on_edge(a: Vertex, b: Vertex, at: Vertex) -> bool {
    let is_between = |a: i64, b: i64, at: i64| a.min(b) <= at && at <= a.max(b);
    is_between(a.0, b.0, at.0) && is_between(a.1, b.1, at.1) && side(a, b, at) == 0
}

/// On which side of an edge a point lies; 0 for on it.
fn side(a: Vertex, b: Vertex, at: Vertex) -> i128 {
    let wide = |one: i64, two: i64| i128::from(one - two);
    wide(b.0, a.0) * wide(at.1, a.1) - wide(b.1, a.1) * wide(at.0, a.0)
}

fn is_surrounded(ring: &[Vertex], at: Vertex) -> bool {
    let crossings = ring.iter().zip(ring.iter().skip(1)).filter(|(a, b)| {
        let is_crossed = (a.1 > at.1) != (b.1 > at.1);
        is_crossed && (side(**a, **b, at) > 0) == (b.1 > a.1)
    });
    crossings.count() % 2 == 1
}

/// The middle of the widest stretch inside, on a parallel near the middle of the polygon.
fn point_inside(rings: &[Vec<Point>]) -> Option<Point> {
    let rings: Vec<Vec<Vertex>> = rings.iter().map(|ring| closed(ring)).collect();
    let outer = rings.first()?;
    let mut lats: Vec<i64> = outer.iter().map(|vertex| vertex.1).collect();
    lats.sort_unstable();
    lats.dedup();
    let middle = i64::midpoint(*lats.first()?, *lats.last()?);
    let above = lats.partition_point(|lat| *lat <= middle);
    // Between two neighbouring vertices, so that none lies on the parallel.
    let lat = match (above.checked_sub(1).and_then(|below| lats.get(below)), lats.get(above)) {
        (Some(below), Some(above)) => i64::midpoint(*below, *above),
        _ => middle,
    };
    let mut crossings: Vec<i64> = Vec::new();
    for (a, b) in rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().skip(1))) {
        if (a.1 > lat) != (b.1 > lat) {
            let along = i128::from(b.0 - a.0) * i128::from(lat - a.1) / i128::from(b.1 - a.1);
            crossings.push(a.0 + i64::try_from(along).unwrap_or_default());
        }
    }
    crossings.sort_unstable();
    let (pairs, _) = crossings.as_chunks::<2>();
    let widest = pairs.iter().max_by_key(|[west, east]| east - west);
    let (lon, lat) = match widest {
        Some([west, east]) => (i64::midpoint(*west, *east), lat),
        None => *outer.first()?,
    };
    Point::new(Nano(lat), Nano((lon + TURN / 2).rem_euclid(TURN) - TURN / 2))
}

const TURN: i64 = 360 * DEGREE;

//! The geometry of one feature: polygons with holes, lines and points.

use std::fmt;

use super::chain::Chain;
use super::circle::Circle;
use crate::place::{DEGREE, Point};

/// Polygons, lines and points, whose edges are straight in longitude and latitude.
///
/// An edge over more than 180° of longitude is read in both ways: as drawn, and as the short way
/// across the antimeridian; the area then covers both ([`Shape::is_read_both_ways`]). An edge over
/// the full 360°, or along a pole, is taken as drawn.
///
/// Source: RFC 7946 sections 3.1.1 and 3.1.9.
#[derive(Clone, Default)]
pub struct Shape {
    polygons: Vec<Vec<Chain>>,
    lines: Vec<Chain>,
    is_read_both_ways: bool,
    margin_m: f64,
}

impl Shape {
    /// A shape without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a polygon: a point is inside that lies in an odd number of its rings.
    ///
    /// Rings need not be closed and may turn either way; those without points are left out.
    pub fn push_polygon(&mut self, rings: &[Vec<Point>]) {
        let rings: Vec<Vec<(i64, i64)>> = rings.iter().filter_map(|ring| closed(ring)).collect();
        if rings.is_empty() {
            return;
        }
        if rings.iter().any(|ring| ring.iter().zip(ring.iter().skip(1)).any(jumps)) {
            self.is_read_both_ways = true;
            let across = rings.iter().map(|ring| unwrapped_ring(ring)).map(Chain::new);
            self.polygons.push(across.collect());
        }
        self.polygons.push(rings.into_iter().map(Chain::new).collect());
    }

    /// Adds a line.
    pub fn push_line(&mut self, points: &[Point]) {
        let line: Vec<(i64, i64)> = points.iter().map(|point| vertex(*point)).collect();
        if line.is_empty() {
            return;
        }
        if line.iter().zip(line.iter().skip(1)).any(jumps) {
            self.is_read_both_ways = true;
            self.lines.push(Chain::new(unwrapped(&line)));
        }
        self.lines.push(Chain::new(line));
    }

    /// Adds a point.
    pub fn push_point(&mut self, point: Point) {
        self.lines.push(Chain::new(vec![vertex(point)]));
    }

    /// Widens it on all sides, for what its outline may be off. Of several margins the widest counts;
    /// one that is no number, or negative, changes nothing.
    ///
    /// Units: metres.
    pub fn widen(&mut self, margin_m: f64) {
        self.margin_m = self.margin_m.max(margin_m);
    }

    /// By how much it is widened, in metres.
    pub fn margin_m(&self) -> f64 {
        self.margin_m
    }

    /// Whether there is nothing in it, so that no place can touch it.
    pub fn is_empty(&self) -> bool {
        self.polygons.is_empty() && self.lines.is_empty()
    }

    /// Whether an edge spans more than half the globe, so that the shape covers both readings.
    pub fn is_read_both_ways(&self) -> bool {
        self.is_read_both_ways
    }

    /// Number of vertices, those that close a ring included.
    pub fn vertices(&self) -> usize {
        self.chains().map(|chain| chain.vertices().len()).sum()
    }

    /// Every ring, line and point, for drawing.
    ///
    /// Units: degrees, (longitude, latitude); longitude may leave ±180°.
    /// Shape: rings end where they start.
    pub fn outlines(&self) -> impl Iterator<Item = impl Iterator<Item = (f64, f64)>> {
        self.chains().map(|chain| {
            chain.vertices().iter().map(|(lon, lat)| (in_degrees(*lon), in_degrees(*lat)))
        })
    }

    /// Whether a circle round a point touches it; `circle` is that circle, made once for all shapes.
    pub(super) fn touched_by(&self, circle: &Circle, point: Point, radius_m: f64) -> bool {
        if self.margin_m > 0.0 {
            // A radius below zero reaches everywhere, also with a margin.
            let radius_m = if radius_m >= 0.0 { radius_m + self.margin_m } else { f64::INFINITY };
            self.meets(&Circle::new(point, radius_m))
        } else {
            self.meets(circle)
        }
    }

    fn meets(&self, circle: &Circle) -> bool {
        // A circle has a centimetre of slack, so that a point on a boundary meets it.
        self.chains().any(|chain| chain.meets(circle))
            || self.polygons.iter().any(|rings| is_inside(rings, circle.lon, circle.lat))
    }

    fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.polygons.iter().flatten().chain(&self.lines)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({} vertices)", self.vertices())
    }
}

/// Whether a point lies in an odd number of rings.
fn is_inside(rings: &[Chain], lon: i64, lat: i64) -> bool {
    rings.iter().fold(false, |odd, ring| {
        let Some(bounds) = ring.bounds() else { return odd };
        let first = -(lon - bounds.lon.0).div_euclid(TURN);
        let last = (bounds.lon.1 - lon).div_euclid(TURN);
        odd ^ (first..=last).any(|turn| ring.surrounds(lon + turn * TURN, lat))
    })
}

fn closed(ring: &[Point]) -> Option<Vec<(i64, i64)>> {
    let mut vertices: Vec<(i64, i64)> = ring.iter().map(|point| vertex(*point)).collect();
    let first = *vertices.first()?;
    if vertices.last() != Some(&first) {
        vertices.push(first);
    }
    Some(vertices)
}

fn vertex(point: Point) -> (i64, i64) {
    (point.lon().0, point.lat().0)
}

/// Whether an edge spans more than half the globe and is not meant to.
fn jumps((a, b): (&(i64, i64), &(i64, i64))) -> bool {
    let span = (a.0 - b.0).abs();
    let is_along_pole = a.1 == b.1 && a.1.abs() == 90 * DEGREE;
    span > TURN / 2 && span < TURN && !is_along_pole
}

/// The vertices moved by whole turns, so that every edge that jumps takes the short way.
fn unwrapped(vertices: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut shift = 0;
    let mut before: Option<(i64, i64)> = None;
    let mut moved = Vec::with_capacity(vertices.len());
    for vertex in vertices {
        if let Some(before) = before.filter(|before| jumps((before, vertex))) {
            let turned = shift + if vertex.0 < before.0 { TURN } else { -TURN };
            // A line that winds on and on is hostile or broken; a ring like that is found by this.
            shift = turned.clamp(-3 * TURN, 3 * TURN);
        }
        moved.push((vertex.0 + shift, vertex.1));
        before = Some(*vertex);
    }
    moved
}

/// A ring whose jumping edges take the short way. One that goes round a pole is closed along it;
/// one that makes no sense becomes all longitudes of its latitudes.
fn unwrapped_ring(ring: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut moved = unwrapped(ring);
    let lons = || moved.iter().map(|vertex| vertex.0);
    let (Some(west), Some(east)) = (lons().min(), lons().max()) else { return moved };
    let (Some(first), Some(last)) = (moved.first().copied(), moved.last().copied()) else {
        return moved;
    };
    if (last.0 - first.0).abs() == TURN && east - west <= TURN + TURN / 2 {
        let sum: i128 = moved.iter().map(|vertex| i128::from(vertex.1)).sum();
        let pole = if sum < 0 { -90 * DEGREE } else { 90 * DEGREE };
        moved.extend([(last.0, pole), (first.0, pole), first]);
        return moved;
    }
    if last.0 == first.0 && east - west <= TURN {
        return moved;
    }
    let lats = || moved.iter().map(|vertex| vertex.1);
    let (south, north) = (lats().min().unwrap_or(0), lats().max().unwrap_or(0));
    let (west, east) = (-TURN / 2, TURN / 2);
    vec![(west, south), (east, south), (east, north), (west, north), (west, south)]
}

#[expect(clippy::cast_precision_loss, reason = "below 2⁵³ for any longitude of a checked shape")]
fn in_degrees(nano: i64) -> f64 {
    nano as f64 / 1e9
}

const TURN: i64 = 360 * DEGREE;

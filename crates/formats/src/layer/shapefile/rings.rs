//! Which rings of a shape are polygons, and which are holes in which.
//!
//! Source: ESRI Shapefile Technical Description (1998), page 8: outer rings turn clockwise.

use super::super::geometry::Geometry;
use super::super::reference::{Fault, Way};
use super::shapes::converted;

type Path = Vec<(f64, f64)>;

/// Sorts rings into polygons.
///
/// A hole belongs to the smallest outer ring around it; one that lies in none is a polygon itself,
/// so that nothing that was drawn is lost.
pub(super) fn polygons(paths: Vec<Path>, way: Way) -> Result<Geometry, Fault> {
    let (mut outer, holes): (Vec<Ring>, Vec<Ring>) =
        paths.into_iter().map(Ring::new).partition(|ring| ring.area <= 0.0);
    if outer.is_empty() {
        outer = holes;
    } else if outer.len().saturating_mul(holes.len()) > MOST_PAIRS {
        return Err(Fault::new("has too many rings and holes to tell which belong together"));
    } else {
        let mut stray = Vec::new();
        for hole in holes {
            let around = outer.iter_mut().filter(|ring| ring.holds(&hole));
            match around.min_by(|one, two| one.area.abs().total_cmp(&two.area.abs())) {
                Some(ring) => ring.holes.push(hole.path),
                None => stray.push(hole),
            }
        }
        outer.extend(stray);
    }
    let mut polygons = Vec::with_capacity(outer.len());
    for ring in outer {
        let rings = std::iter::once(&ring.path).chain(&ring.holes);
        polygons.push(rings.map(|path| converted(path, way)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(match (polygons.pop(), polygons.is_empty()) {
        (Some(only), true) => Geometry::Polygon(only),
        (last, _) => {
            polygons.extend(last);
            Geometry::MultiPolygon(polygons)
        }
    })
}

struct Ring {
    path: Path,
    /// Twice the area, above zero for rings that turn counterclockwise.
    area: f64,
    /// West, south, east, north.
    bounds: [f64; 4],
    holes: Vec<Path>,
}

impl Ring {
    fn new(path: Path) -> Self {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for (x, y) in &path {
            let [west, south, east, north] = bounds;
            bounds = [west.min(*x), south.min(*y), east.max(*x), north.max(*y)];
        }
        // From a corner near by, since coordinates are large beside the ring.
        let (x0, y0) = path.first().copied().unwrap_or_default();
        let next = path.iter().skip(1).chain(path.first());
        let twice = |((ax, ay), (bx, by)): (&(f64, f64), &(f64, f64))| {
            (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        };
        let area = path.iter().zip(next).map(twice).sum();
        Self { path, area, bounds, holes: Vec::new() }
    }

    /// Whether a hole lies in it, by its bounds and by more than half of its first vertices: some
    /// may lie on the ring.
    fn holds(&self, hole: &Self) -> bool {
        let [west, south, east, north] = self.bounds;
        let [hole_west, hole_south, hole_east, hole_north] = hole.bounds;
        let is_within =
            west <= hole_west && south <= hole_south && hole_east <= east && hole_north <= north;
        if !is_within {
            return false;
        }
        let looked_at = hole.path.iter().take(VERTICES);
        let inside = looked_at.clone().filter(|(x, y)| self.surrounds(*x, *y)).count();
        inside * 2 > looked_at.count()
    }

    fn surrounds(&self, x: f64, y: f64) -> bool {
        let next = self.path.iter().skip(1).chain(self.path.first());
        let crossed = self.path.iter().zip(next).filter(|((ax, ay), (bx, by))| {
            (*ay > y) != (*by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
        });
        crossed.count() % 2 == 1
    }
}

/// Vertices of a hole that are looked at.
const VERTICES: usize = 9;
/// Outer rings times holes.
const MOST_PAIRS: usize = 10_000_000;

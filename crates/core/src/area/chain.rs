//! A line of vertices with boxes round its stretches, so that few of its edges are looked at.

use std::fmt;

use super::circle::Circle;

/// Vertices joined by edges that are straight in longitude and latitude.
///
/// Units: nano-degrees, (longitude, latitude); longitude may leave ±180°, so that no edge jumps.
#[derive(Clone)]
pub(super) struct Chain {
    vertices: Vec<(i64, i64)>,
    /// Boxes round stretches of [`FAN`] edges, then round [`FAN`] such boxes, up to a single one.
    levels: Vec<Vec<Bounds>>,
}

#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) lon: (i64, i64),
    pub(super) lat: (i64, i64),
    /// Latitudes of the first and the last vertex.
    ends: (i64, i64),
}

impl Chain {
    pub(super) fn new(vertices: Vec<(i64, i64)>) -> Self {
        let edges = vertices.len().saturating_sub(1).max(1);
        let mut level: Vec<Bounds> = (0..edges)
            .step_by(FAN)
            .filter_map(|at| {
                let end = (at + FAN + 1).min(vertices.len());
                Bounds::round(vertices.get(at..end)?)
            })
            .collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level.chunks(FAN).filter_map(Bounds::over).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { vertices, levels }
    }

    pub(super) fn vertices(&self) -> &[(i64, i64)] {
        &self.vertices
    }

    /// The box round the whole chain; nothing for a chain without vertices.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        self.levels.last()?.first().copied()
    }

    /// Whether a circle meets an edge, or the only vertex.
    pub(super) fn meets(&self, circle: &Circle) -> bool {
        let Some(bounds) = self.bounds() else { return false };
        let top = self.levels.len() - 1;
        circle.turns(bounds.lon.0, bounds.lon.1).any(|shift| self.meets_at(circle, shift, top, 0))
    }

    fn meets_at(&self, circle: &Circle, shift: i64, level: usize, at: usize) -> bool {
        let Some(bounds) = self.levels.get(level).and_then(|level| level.get(at)) else {
            return false;
        };
        if !circle.meets_box(shift, bounds.lon, bounds.lat) {
            return false;
        }
        match level.checked_sub(1) {
            Some(below) => {
                (at * FAN..(at + 1) * FAN).any(|child| self.meets_at(circle, shift, below, child))
            }
            None => self.edges(at).any(|(a, b)| circle.meets_edge(shift, a, b)),
        }
    }

    /// Whether a point lies inside the ring, by the even–odd rule. The vertices must end where they
    /// start; a point on an edge may be found on either side.
    ///
    /// Units: nano-degrees.
    pub(super) fn surrounds(&self, lon: i64, lat: i64) -> bool {
        self.is_crossed_oddly(lon, lat, self.levels.len() - 1, 0)
    }

    /// Whether a ray towards growing longitude crosses an odd number of edges.
    fn is_crossed_oddly(&self, lon: i64, lat: i64, level: usize, at: usize) -> bool {
        let Some(bounds) = self.levels.get(level).and_then(|level| level.get(at)) else {
            return false;
        };
        if lat < bounds.lat.0 || lat > bounds.lat.1 || lon > bounds.lon.1 {
            return false;
        }
        if lon < bounds.lon.0 {
            // A stretch that lies wholly ahead is crossed oddly when it ends on the other side.
            return (bounds.ends.0 > lat) != (bounds.ends.1 > lat);
        }
        match level.checked_sub(1) {
            Some(below) => (at * FAN..(at + 1) * FAN)
                .fold(false, |odd, child| odd ^ self.is_crossed_oddly(lon, lat, below, child)),
            None => self.edges(at).fold(false, |odd, (a, b)| odd ^ crosses((lon, lat), a, b)),
        }
    }

    fn edges(&self, stretch: usize) -> impl Iterator<Item = ((i64, i64), (i64, i64))> {
        let from = stretch * FAN;
        let end = (from + FAN + 1).min(self.vertices.len());
        let vertices = self.vertices.get(from..end).unwrap_or_default();
        let alone = (self.vertices.len() == 1).then(|| vertices.first().map(|only| (*only, *only)));
        vertices.iter().copied().zip(vertices.iter().copied().skip(1)).chain(alone.flatten())
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain({} vertices)", self.vertices.len())
    }
}

impl Bounds {
    fn round(vertices: &[(i64, i64)]) -> Option<Self> {
        let (first, last) = (vertices.first()?, vertices.last()?);
        let (mut lon, mut lat) = ((first.0, first.0), (first.1, first.1));
        for vertex in vertices {
            lon = (lon.0.min(vertex.0), lon.1.max(vertex.0));
            lat = (lat.0.min(vertex.1), lat.1.max(vertex.1));
        }
        Some(Self { lon, lat, ends: (first.1, last.1) })
    }

    fn over(boxes: &[Self]) -> Option<Self> {
        let (first, last) = (boxes.first()?, boxes.last()?);
        let mut whole = Self { ends: (first.ends.0, last.ends.1), ..*first };
        for part in boxes {
            whole.lon = (whole.lon.0.min(part.lon.0), whole.lon.1.max(part.lon.1));
            whole.lat = (whole.lat.0.min(part.lat.0), whole.lat.1.max(part.lat.1));
        }
        Some(whole)
    }
}

/// Whether the ray from a point crosses an edge, by the half-open rule that counts each vertex
/// once; exact.
fn crosses((lon, lat): (i64, i64), a: (i64, i64), b: (i64, i64)) -> bool {
    if (a.1 > lat) == (b.1 > lat) {
        return false;
    }
    let wide = i128::from;
    let turn = (wide(b.0) - wide(a.0)) * (wide(lat) - wide(a.1))
        - (wide(b.1) - wide(a.1)) * (wide(lon) - wide(a.0));
    // Left of a rising edge, or right of a falling one: the edge lies ahead.
    if b.1 > a.1 { turn > 0 } else { turn < 0 }
}

/// Edges per box, and boxes per box above.
const FAN: usize = 8;

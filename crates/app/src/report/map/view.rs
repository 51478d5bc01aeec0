//! Which part of the globe the map shows, and where a place is on it.
//!
//! Equirectangular, with longitudes shortened by the cosine of the latitude at the middle: the
//! squares of a reserve look as they are, and a map of the whole world still fits.

use reedbed_engine::summary::CellSummary;

/// A part of the globe on a drawing of fixed width.
///
/// Units: degrees (WGS 84) on the globe, units of the drawing (pixels on a wide screen) on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    west: f64,
    south: f64,
    lon_span: f64,
    lat_span: f64,
    per_lon: f64,
    per_lat: f64,
}

impl View {
    /// The view that shows all cells with a margin; nothing where no cell can be drawn.
    pub(super) fn of(cells: &[CellSummary]) -> Option<Self> {
        let cells: Vec<[f64; 4]> =
            cells.iter().map(|cell| cell.bounds).filter(|bounds| can_be_drawn(*bounds)).collect();
        let south = cells.iter().map(|[south, ..]| *south).reduce(f64::min)?;
        let north = cells.iter().map(|[_, _, north, _]| *north).reduce(f64::max)?;
        let (west, lon_span) = shortest_arc(&cells)?;
        let (mid_lon, mid_lat) = (west + lon_span / 2.0, f64::midpoint(south, north));
        let cosine = mid_lat.to_radians().cos().max(LEAST_COSINE);

        // Half a cell at least, so that a single cell stands in its surroundings.
        let widest =
            cells.iter().map(|[s, w, n, e]| (n - s).max((e - w) * cosine)).fold(0.0, f64::max);
        let span = (lon_span * cosine).max(north - south);
        let margin = (span * MARGIN).max(widest / 2.0).max(LEAST_MARGIN);
        let (wide, high) = (lon_span * cosine + 2.0 * margin, north - south + 2.0 * margin);
        let lon_span = (wide.max(high / HIGHEST) / cosine).min(360.0);
        // Round a pole the globe has no more longitudes to give, and the margin gives way.
        let most_high = (lon_span * cosine * HIGHEST).max(north - south);
        let lat_span = high.max(lon_span * cosine * LOWEST).min(most_high).min(180.0);
        let farthest = 90.0 - lat_span / 2.0;
        let mid_lat = mid_lat.min(farthest).max(-farthest);

        let per_lon = Self::WIDTH / lon_span;
        Some(Self {
            west: if lon_span < 360.0 { mid_lon - lon_span / 2.0 } else { -180.0 },
            south: mid_lat - lat_span / 2.0,
            lon_span,
            lat_span,
            per_lon,
            per_lat: per_lon / cosine,
        })
    }

    /// Height of the drawing.
    pub(super) fn height(&self) -> f64 {
        self.lat_span * self.per_lat
    }

    /// South, west, north, east.
    pub(super) fn bounds(&self) -> [f64; 4] {
        [self.south, self.west, self.south + self.lat_span, self.west + self.lon_span]
    }

    /// From the left.
    pub(super) fn x(&self, lon: f64) -> f64 {
        (lon - self.west) * self.per_lon
    }

    /// From the top.
    pub(super) fn y(&self, lat: f64) -> f64 {
        (self.south + self.lat_span - lat) * self.per_lat
    }

    /// The same longitude on the turn of the globe that begins at the view's western edge.
    pub(super) fn turned(&self, lon: f64) -> f64 {
        // A hair to the west of the edge is on the edge, not a turn away.
        self.west + (lon - self.west + HAIR).rem_euclid(360.0) - HAIR
    }

    /// Units of the drawing that a metre takes at the middle, from west to east as from south to
    /// north.
    pub(super) fn per_metre(&self) -> f64 {
        self.per_lat / METRES_PER_DEGREE
    }

    /// The latitude at the middle.
    pub(super) fn middle(&self) -> f64 {
        self.south + self.lat_span / 2.0
    }

    /// Width of the drawing.
    pub(super) const WIDTH: f64 = 800.0;
}

/// Whether bounds are a box on the globe.
pub(super) fn can_be_drawn([south, west, north, east]: [f64; 4]) -> bool {
    // A comparison with a number that is none is false.
    -90.0 <= south
        && south <= north
        && north <= 90.0
        && -360.0 <= west
        && west <= east
        && east <= west + 360.0
}

/// The shortest arc of the parallel that holds all boxes: its western end and its length. Boxes on
/// both sides of the antimeridian are neighbours.
fn shortest_arc(cells: &[[f64; 4]]) -> Option<(f64, f64)> {
    let mut arcs: Vec<(f64, f64)> = Vec::with_capacity(cells.len());
    for [_, west, _, east] in cells {
        let start = (west + 180.0).rem_euclid(360.0) - 180.0;
        let end = start + (east - west);
        if end > 180.0 {
            arcs.push((start, 180.0));
            arcs.push((-180.0, (end - 360.0).min(180.0)));
        } else {
            arcs.push((start, end));
        }
    }
    arcs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, mut reached) = arcs.first().copied()?;
    let mut widest_gap = (0.0, first);
    for (start, end) in &arcs {
        if start - reached > widest_gap.0 {
            widest_gap = (start - reached, *start);
        }
        reached = reached.max(*end);
    }
    let gap_at_antimeridian = first + 360.0 - reached;
    if gap_at_antimeridian >= widest_gap.0 {
        return Some((first, 360.0 - gap_at_antimeridian));
    }
    Some((widest_gap.1, 360.0 - widest_gap.0))
}

/// Share of the span on each side.
const MARGIN: f64 = 0.08;
/// About six metres, in degrees.
const LEAST_MARGIN: f64 = 0.000_05;
/// Height by width of the drawing.
const HIGHEST: f64 = 0.9;
const LOWEST: f64 = 0.5;
/// Nearer to the poles the drawing is stretched rather than endlessly wide.
const LEAST_COSINE: f64 = 0.05;
const HAIR: f64 = 1e-9;
const METRES_PER_DEGREE: f64 = 111_195.0;

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;

    use super::*;

    fn view(bounds: &[[f64; 4]]) -> Option<View> {
        let cells: Vec<CellSummary> = bounds
            .iter()
            .map(|bounds| CellSummary {
                bounds: *bounds,
                category: Category::High,
                records: 1,
                kind: reedbed_engine::summary::RECORDS,
            })
            .collect();
        View::of(&cells)
    }

    fn shows_all(bounds: &[[f64; 4]]) -> View {
        let view = view(bounds).unwrap();
        let height = view.height();
        assert!((150.0..=800.0).contains(&height), "{height}");
        for [south, west, north, east] in bounds {
            let west_turned = view.turned(*west);
            let (left, right) = (view.x(west_turned), view.x(west_turned + east - west));
            assert!(left >= -0.01 && right <= View::WIDTH + 0.01, "{left} {right}");
            assert!(view.y(*north) >= -0.01 && view.y(*south) <= height + 0.01);
        }
        view
    }

    #[test]
    fn the_extent_is_never_zero() {
        for bounds in [[0.0, 0.0, 0.0, 0.0], [52.6, 1.5, 52.7, 1.6], [-90.0, 0.0, -89.0, 40.0]] {
            let view = shows_all(&[bounds]);
            assert!(view.lon_span > 0.0 && view.lat_span > 0.0);
        }
        let round_the_pole = view(&[[-90.0, 0.0, -89.0, 360.0]]).unwrap();
        assert!((round_the_pole.x(360.0) - round_the_pole.x(0.0) - View::WIDTH).abs() < 1e-6);
    }

    #[test]
    fn a_single_cell_takes_half_of_the_height_at_most() {
        let view = shows_all(&[[52.6, 1.5, 52.7, 1.6]]);
        let cell = view.y(52.6) - view.y(52.7);
        assert!(cell > 100.0 && cell <= view.height() / 2.0 + 1e-6, "{cell}");
    }

    #[test]
    fn cells_on_both_sides_of_the_antimeridian_are_neighbours() {
        let view = shows_all(&[
            [-17.0, 179.9, -16.9, 180.0],
            [-17.0, -180.0, -16.9, -179.9],
            [-17.1, 179.95, -17.0, 180.05],
        ]);
        assert!(view.lon_span < 1.0, "{}", view.lon_span);
    }

    #[test]
    fn the_whole_world_is_one_map() {
        let view = view(&[
            [-90.0, -180.0, -89.0, -179.0],
            [89.0, 0.0, 90.0, 1.0],
            [0.0, 179.0, 1.0, 180.0],
            [0.0, 90.0, 1.0, 91.0],
            [0.0, -90.0, 1.0, -89.0],
        ])
        .unwrap();
        assert!((400.0..=500.0).contains(&view.height()), "{}", view.height());
        assert!(view.lon_span <= 360.0);
    }

    #[test]
    fn boxes_that_are_none_are_left_out() {
        for bounds in [
            [f64::NAN, 0.0, 1.0, 1.0],
            [0.0, f64::INFINITY, 1.0, 1.0],
            [1.0, 0.0, 0.0, 1.0],
            [0.0, 2.0, 1.0, 1.0],
            [-91.0, 0.0, 0.0, 1.0],
        ] {
            assert!(view(&[bounds]).is_none(), "{bounds:?}");
        }
        assert!(view(&[]).is_none());
    }
}

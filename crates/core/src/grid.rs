//! The lattice: nested cells and blocks that a place may be told as.
//!
//! Every region is a function of the floor cell that holds the place (and, for a partner, of a
//! keyed choice), never of the place itself. Regions of one lattice nest or are unions of the same
//! floor cells, so that no coalition of audiences learns more than the floor.
//!
//! Source: Chapman & Wieczorek (2020), Georeferencing Best Practices, section 3; `docs/grid.md`.

mod region;
#[cfg(test)]
mod tests;

use crate::category::Category;
use crate::place::{DEGREE, Nano, Point};
pub use region::{Region, decimal};

/// All grids of one record's place: public cells, each divided into 5 × 5 finer cells, again and
/// again. An odd number, so that the edges of finer cells meet those of coarser ones although each
/// grid rounds half up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lattice {
    /// Cells of equal width in degrees, centred on the multiples of their width.
    Degrees {
        /// Width of a public cell.
        width: CellWidth,
    },
    /// Cells at least this wide and high in metres, in bands of latitude.
    Metres {
        /// Width of a public cell, in metres.
        width_m: u32,
    },
}

/// Width of a cell in nano-degrees: divides 360° and is a multiple of 250, so that halves and
/// three divisions by five are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellWidth(i64);

impl CellWidth {
    /// The narrowest possible width that is at least the wanted one.
    ///
    /// Units: nano-degrees in, 1 µ° to 90°; nothing outside that range.
    pub fn at_least(wanted: Nano) -> Option<Self> {
        if wanted.0 < 1_000 || wanted.0 > 90 * DEGREE {
            return None;
        }
        (1..=CIRCLE / wanted.0)
            .rev()
            .filter(|count| CIRCLE % count == 0)
            .map(|count| CIRCLE / count)
            .find(|width| width % 250 == 0)
            .map(Self)
    }

    /// The width in nano-degrees.
    pub fn nano(self) -> Nano {
        Nano(self.0)
    }

    /// Five times the width: cells of which each is a whole number of these cells. Nothing beyond
    /// five degrees, or where such cells would not close around the globe.
    pub fn five_times(self) -> Option<Self> {
        let width = self.0 * 5;
        (width <= 5 * DEGREE && CIRCLE % width == 0).then_some(Self(width))
    }
}

/// How an audience is told a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Telling {
    /// The 2 × 2 block of floor cells, `step` divisions below the public cell, that a keyed choice
    /// picks among those that hold the place.
    Block {
        /// Divisions by five between the public cell and the floor cell; 1 to 3.
        step: u8,
        /// Whether the floor cell is in the northern row of the block.
        north: bool,
        /// Whether the floor cell is in the eastern column of the block.
        east: bool,
    },
    /// The public cell.
    Cell,
}

/// A floor cell, named by its row and column: what a keyed choice depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FloorCell {
    /// Row, counted northwards from the equator.
    pub row: i64,
    /// Column, counted eastwards.
    pub column: i64,
}

impl Lattice {
    /// The lattice of a category; nothing for a category that is not generalised.
    pub fn of(category: Category) -> Option<Self> {
        let width = match category {
            Category::None => return None,
            Category::Low => DEGREE / 1000,
            Category::Medium => DEGREE / 100,
            Category::High => DEGREE / 10,
            Category::Extreme => DEGREE,
        };
        Some(Self::Degrees { width: CellWidth(width) })
    }

    /// The lattice whose public cells are the floor cells of this one, `step` divisions below; metric
    /// cells do not nest, so that a metric lattice has none but itself.
    #[must_use]
    pub fn floor(self, step: u8) -> Self {
        match self {
            Self::Degrees { width } => Self::Degrees { width: CellWidth(width.0 / fifths(step)) },
            Self::Metres { .. } => self,
        }
    }

    /// Height of a public cell, for telling which of two lattices is stricter.
    ///
    /// Units: metres; a degree counts as 111 320 m.
    pub fn height_m(self) -> f64 {
        match self {
            Self::Degrees { width } => width.nano().degrees() * METRES_PER_DEGREE_OF_LONGITUDE,
            Self::Metres { width_m } => f64::from(width_m),
        }
    }

    /// The least category whose public cell is at least as wide: what decides about dates and texts
    /// where a rule gives a width only.
    pub fn category(self) -> Category {
        let height = self.height_m();
        match height {
            h if h > 11_132.5 => Category::Extreme,
            h if h > 1_113.5 => Category::High,
            h if h > 111.5 => Category::Medium,
            _ => Category::Low,
        }
    }

    /// The region that is told of a point.
    ///
    /// The region always holds the point. It depends on the floor cell and the telling only.
    pub fn region(self, point: Point, telling: Telling) -> Region {
        match telling {
            Telling::Cell => {
                let cell = self.floor_cell(point, 0);
                self.bounds(0, cell.row, cell.row, cell.column, 1)
            }
            Telling::Block { step, north, east } => {
                let cell = self.floor_cell(point, step);
                let (first, last) = self.rows_together(step, cell.row);
                let south = if north { cell.row - 1 } else { cell.row }.clamp(first, last - 1);
                let west = if east { cell.column - 1 } else { cell.column };
                self.bounds(step, south, south + 1, west, 2)
            }
        }
    }

    /// The floor cell that holds a point, `step` divisions below the public cell.
    pub fn floor_cell(self, point: Point, step: u8) -> FloorCell {
        let parts = fifths(step);
        match self {
            Self::Degrees { width } => {
                let side = width.0 / parts;
                let around = CIRCLE / side;
                let row = (point.lat().0 + side / 2).div_euclid(side);
                let column = (point.lon().0 + side / 2).div_euclid(side);
                FloorCell { row, column: wrap(column, around) }
            }
            Self::Metres { width_m } => {
                let row = point.lat().0.div_euclid(band_height(width_m) / parts);
                let around = cells_around(width_m, row.div_euclid(parts)) * parts;
                let east_of_edge = i128::from(point.lon().0 + CIRCLE / 2);
                let column = narrow(east_of_edge * i128::from(around) / i128::from(CIRCLE));
                FloorCell { row, column: column.rem_euclid(around) }
            }
        }
    }

    /// Rows that may share a block with a row: on a metric lattice those of one band, whose columns
    /// line up; else those that lie on the globe.
    fn rows_together(self, step: u8, row: i64) -> (i64, i64) {
        let parts = fifths(step);
        match self {
            Self::Degrees { width } => {
                let side = width.0 / parts;
                // The pole's own row, of which less than half may lie on the globe.
                let row = |lat: i64| (lat + side / 2).div_euclid(side);
                (row(-90 * DEGREE), row(90 * DEGREE))
            }
            Self::Metres { .. } => {
                let band = row.div_euclid(parts) * parts;
                (band, band + parts - 1)
            }
        }
    }

    fn bounds(self, step: u8, south: i64, north: i64, west: i64, columns: i64) -> Region {
        let parts = fifths(step);
        match self {
            Self::Degrees { width } => {
                let side = width.0 / parts;
                let half = side / 2;
                Region::new(
                    Nano(south * side - half),
                    Nano(north * side + half),
                    Nano(west * side - half),
                    Nano(columns * side),
                )
            }
            Self::Metres { width_m } => {
                let side = band_height(width_m) / parts;
                let around = cells_around(width_m, south.div_euclid(parts)) * parts;
                let columns = columns.min(around);
                let edge = |column: i64, up: i64| {
                    let turned = i128::from(column) * i128::from(CIRCLE) + i128::from(up);
                    narrow(turned.div_euclid(i128::from(around))) - CIRCLE / 2
                };
                let west_edge = edge(west, 0);
                // Outwards by less than a nano-degree, so that the region holds its cells whole.
                let east_edge = edge(west + columns, around - 1);
                Region::new(
                    Nano(south * side),
                    Nano((north + 1) * side),
                    Nano(west_edge),
                    Nano(east_edge - west_edge),
                )
            }
        }
    }

    /// The field's fixed grids, the widest first: those of the categories.
    pub fn fixed() -> [Self; 4] {
        [DEGREE, DEGREE / 10, DEGREE / 100, DEGREE / 1000]
            .map(|width| Self::Degrees { width: CellWidth(width) })
    }

    /// The grid that has a cell with these edges (south, north, west, east) around a point; nothing
    /// where none has.
    pub fn of_cell(point: Point, edges: [Nano; 4]) -> Option<Self> {
        let height = Nano(edges[1].0 - edges[0].0);
        let degrees = CellWidth::at_least(height).map(|width| Self::Degrees { width });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a height of at most 180 degrees is 20 000 km"
        )]
        let metres = (height.degrees().clamp(0.0, 180.0) * SHORTEST_DEGREE_OF_LATITUDE_M) as u32;
        let metric = (metres.saturating_sub(1)..=metres.saturating_add(1))
            .filter(|width_m| *width_m > 0)
            .map(|width_m| Self::Metres { width_m });
        let mut grids = degrees.into_iter().chain(metric);
        grids.find(|grid| grid.region(point, Telling::Cell).has_edges(edges))
    }

    /// Known grids on which an incoming place may already stand, the widest first: this lattice's
    /// public grid and the field's fixed grids that are wider.
    pub fn known_at_least_as_wide(self) -> Vec<Self> {
        let mut known: Vec<Self> = Self::fixed()
            .into_iter()
            .filter(|grid| match (*grid, self) {
                (Self::Degrees { width }, Self::Degrees { width: own }) => width >= own,
                // East to west a degree cell narrows towards the poles: only one ten times as wide
                // is surely as wide as a metric cell, up to 84° of latitude.
                (grid, Self::Metres { width_m }) => grid.height_m() >= f64::from(width_m) * 10.0,
                (Self::Metres { .. }, _) => false,
            })
            .collect();
        if !known.contains(&self) {
            known.push(self);
        }
        known
    }
}

/// Height of a metric band: a whole number of nano-degrees that is at least `width_m` everywhere
/// and divides by five three times.
fn band_height(width_m: u32) -> i64 {
    let degrees = f64::from(width_m) / SHORTEST_DEGREE_OF_LATITUDE_M;
    let nano = Nano::from_degrees(degrees).map_or(DEGREE, |nano| nano.0);
    (nano / 250 + 1) * 250
}

/// Public cells around the globe in a band, each at least `width_m` wide at its poleward edge.
///
/// PRIVACY: the count comes from the band, which is published, never from the latitude itself.
fn cells_around(width_m: u32, band: i64) -> i64 {
    let height = band_height(width_m);
    let poleward = (band * height).abs().max(((band + 1) * height).abs());
    if poleward >= 90 * DEGREE {
        return 1;
    }
    let around_m =
        360.0 * METRES_PER_DEGREE_OF_LONGITUDE * Nano(poleward).degrees().to_radians().cos();
    #[expect(clippy::cast_possible_truncation, reason = "at most 40 million")]
    let cells = (around_m / f64::from(width_m)).floor() as i64;
    cells.max(1)
}

/// Columns are named from −n/2 + 1 to n/2, so that the two names of the cell at the antimeridian
/// become one.
fn wrap(column: i64, around: i64) -> i64 {
    let wrapped = column.rem_euclid(around);
    if wrapped > around / 2 { wrapped - around } else { wrapped }
}

fn fifths(step: u8) -> i64 {
    5_i64.pow(u32::from(step.min(3)))
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(0)
}

const CIRCLE: i64 = 360 * DEGREE;
/// One degree of longitude at the equator, WGS 84 (2πa/360).
const METRES_PER_DEGREE_OF_LONGITUDE: f64 = 111_319.49;
/// One degree of latitude at the equator, where it is shortest, WGS 84.
const SHORTEST_DEGREE_OF_LATITUDE_M: f64 = 110_574.0;

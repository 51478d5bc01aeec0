//! The published squares, drawn.

use reedbed_core::category::Category;
use reedbed_engine::summary::{CellSummary, RECORDS};

use super::super::markup::Page;
use super::super::number;
use super::super::text::map as text;
use super::view::{View, can_be_drawn};

/// A square on the drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Square<'a> {
    /// The cell.
    pub(super) cell: &'a CellSummary,
    /// Left edge.
    pub(super) x: f64,
    /// Upper edge.
    pub(super) y: f64,
    /// Width.
    pub(super) width: f64,
    /// Height.
    pub(super) height: f64,
}

impl<'a> Square<'a> {
    /// All squares that are in view, the largest first, so that a small one is never hidden.
    pub(super) fn all(cells: &'a [CellSummary], view: &View) -> Vec<Self> {
        let mut squares = Vec::with_capacity(cells.len());
        for cell in cells.iter().filter(|cell| can_be_drawn(cell.bounds)) {
            let [south, west, north, east] = cell.bounds;
            let turned = view.turned(west);
            let square = Self {
                cell,
                x: view.x(turned),
                y: view.y(north),
                width: view.x(turned + east - west) - view.x(turned),
                height: view.y(south) - view.y(north),
            };
            squares.push(square);
            // What leaves at the right end of a turn comes in at the left.
            let turn = view.x(turned + 360.0) - view.x(turned);
            if square.x + square.width > turn + 0.1 {
                squares.push(Self { x: square.x - turn, ..square });
            }
        }
        squares.retain(|square| square.is_in(view));
        squares.sort_by(|a, b| {
            let area = |square: &Self| square.width * square.height;
            area(b).total_cmp(&area(a)).then_with(|| b.cell.category.cmp(&a.cell.category))
        });
        squares
    }

    fn is_in(&self, view: &View) -> bool {
        self.x <= View::WIDTH
            && self.x + self.width >= 0.0
            && self.y <= view.height()
            && self.y + self.height >= 0.0
    }

    /// Whether it would hardly be seen at its true size.
    pub(super) fn is_tiny(&self) -> bool {
        self.width.max(self.height) < MARK
    }

    /// Whether records are told in it, and not something of another kind.
    pub(super) fn is_of_records(&self) -> bool {
        self.cell.kind == RECORDS
    }

    fn is_small(&self) -> bool {
        self.width.max(self.height) < SMALL
    }

    /// A square smaller than a mark is drawn as a mark round its middle.
    fn path(&self, page: &mut Page, mark: f64) {
        let (width, height) = (self.width.max(mark), self.height.max(mark));
        page.raw("M").coordinate(self.x + (self.width - width) / 2.0);
        page.raw(" ").coordinate(self.y + (self.height - height) / 2.0);
        page.raw("h").coordinate(width).raw("v").coordinate(height);
        page.raw("h").coordinate(-width).raw("z");
    }
}

/// Draws the squares: each for itself, to be pointed at, while they are few; else one path for all
/// of a category that are alike.
pub(super) fn draw(page: &mut Page, squares: &[Square<'_>]) {
    if squares.len() <= MOST_POINTED_AT {
        for square in squares {
            let class = match (square.is_small(), square.is_of_records()) {
                (true, true) => "small",
                (true, false) => "small other",
                (false, true) => "square",
                (false, false) => "square other",
            };
            begin_path(page, class, square.cell.category);
            square.path(page, MARK);
            page.raw("\"><title>").text(&text::cell(square.cell, told(square.cell.bounds)));
            page.raw("</title></path>\n");
        }
        return;
    }
    for is_small in [false, true] {
        // The strictest below: finer squares lie inside of coarser ones.
        for category in Category::ALL.into_iter().rev() {
            let of_group = |square: &&Square<'_>| {
                square.cell.category == category && square.is_small() == is_small
            };
            if squares.iter().any(|square| of_group(&square)) {
                begin_path(page, if is_small { "fine" } else { "square" }, category);
                squares.iter().filter(of_group).for_each(|square| square.path(page, FINE_MARK));
                page.raw("\"/>\n");
            }
        }
    }
}

fn begin_path(page: &mut Page, class: &'static str, category: Category) {
    page.raw("<path class=\"").raw(class).raw(" c-");
    page.raw(category.word()).raw("\" d=\"");
}

/// Bounds in words, with as many decimals as they need.
fn told([south, west, north, east]: [f64; 4]) -> [String; 4] {
    let decimals = (0..MOST_DECIMALS)
        .find(|decimals| {
            let ten = 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
            [south, west, north, east]
                .iter()
                .all(|edge| (edge * ten - (edge * ten).round()).abs() < 1e-6 * ten)
        })
        .unwrap_or(MOST_DECIMALS);
    [
        number::latitude(south, decimals),
        number::longitude(west, decimals),
        number::latitude(north, decimals),
        number::longitude(east, decimals),
    ]
}

const MARK: f64 = 6.0;
/// Where there are many, marks must leave room for each other.
const FINE_MARK: f64 = 3.0;
const SMALL: f64 = 16.0;
const MOST_POINTED_AT: usize = 400;
const MOST_DECIMALS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(bounds: [f64; 4], category: Category) -> CellSummary {
        CellSummary { bounds, category, records: 7, kind: RECORDS }
    }

    #[test]
    fn a_tiny_square_is_a_mark_that_can_be_seen() {
        let cells = [
            cell([50.0, 0.0, 55.0, 8.0], Category::Extreme),
            cell([52.0, 1.0, 52.001, 1.001], Category::Low),
        ];
        let view = View::of(&cells).unwrap();
        let squares = Square::all(&cells, &view);
        assert!(squares[1].is_tiny() && !squares[0].is_tiny());
        let mut page = Page::default();
        draw(&mut page, &squares);
        let page = page.finish();
        assert!(page.contains("class=\"small c-low\"") && page.contains("h6v6h-6z"), "{page}");
    }

    #[test]
    fn large_squares_lie_below_small_ones() {
        let cells = [
            cell([52.0, 1.0, 52.1, 1.1], Category::Medium),
            cell([50.0, 0.0, 55.0, 8.0], Category::Low),
        ];
        let view = View::of(&cells).unwrap();
        let squares = Square::all(&cells, &view);
        assert_eq!(squares[0].cell.category, Category::Low);
    }

    #[test]
    fn bounds_are_told_with_the_decimals_that_they_need() {
        let told = |bounds| told(bounds).join(" ").replace('\u{a0}', " ");
        assert_eq!(told([52.6, 1.5, 52.7, 1.6]), "52.6° N 1.5° E 52.7° N 1.6° E");
        assert_eq!(told([-17.0, 179.0, -16.0, 181.0]), "17° S 179° E 16° S 179° W");
        assert_eq!(told([0.0004, 0.0, 0.0008, 0.0004]), "0.0004° N 0° 0.0008° N 0.0004° E");
    }
}

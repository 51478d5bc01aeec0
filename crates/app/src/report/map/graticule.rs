//! The lines of whole degrees, or of round parts of a degree, and round lengths.

use super::super::markup::Page;
use super::super::number;
use super::view::View;

/// The lines of a view.
#[derive(Debug, Clone, Copy)]
pub(super) struct Graticule {
    step: f64,
    decimals: usize,
    bounds: [f64; 4],
}

impl Graticule {
    /// Lines so far apart that there are a handful of them.
    pub(super) fn of(view: &View) -> Self {
        let bounds = view.bounds();
        let [south, west, north, east] = bounds;
        let least = ((east - west) / MOST_LINES).max((north - south) / MOST_LINES);
        let (step, decimals) =
            STEPS.into_iter().find(|(step, _)| *step >= least).unwrap_or((60.0, 0));
        Self { step, decimals, bounds }
    }

    /// Decimals that a line's number of degrees has.
    pub(super) fn decimals(&self) -> usize {
        self.decimals
    }

    /// South, west, north, east of the view in words, a little finer than the lines.
    pub(super) fn bounds_told(&self) -> [String; 4] {
        let [south, west, north, east] = self.bounds;
        let decimals = self.decimals + 1;
        [
            number::latitude(south, decimals),
            number::longitude(west, decimals),
            number::latitude(north, decimals),
            number::longitude(east, decimals),
        ]
    }

    /// The latitudes of the lines, from south to north.
    pub(super) fn latitudes(&self) -> impl Iterator<Item = f64> + use<> {
        let [south, _, north, _] = self.bounds;
        multiples(self.step, south, north)
    }

    /// The longitudes of the lines, from west to east.
    pub(super) fn longitudes(&self) -> impl Iterator<Item = f64> + use<> {
        let [_, west, _, east] = self.bounds;
        multiples(self.step, west, east)
    }

    /// Draws the lines.
    pub(super) fn draw(&self, page: &mut Page, view: &View) {
        page.raw("<path class=\"graticule\" d=\"");
        for lat in self.latitudes() {
            page.raw("M0 ").coordinate(view.y(lat)).raw("H").coordinate(View::WIDTH);
        }
        for lon in self.longitudes() {
            page.raw("M").coordinate(view.x(lon)).raw(" 0V").coordinate(view.height());
        }
        page.raw("\"/>\n");
    }
}

fn multiples(step: f64, from: f64, to: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    (0..=MOST_MULTIPLES)
        .map(move |index| (first + f64::from(index)) * step)
        .take_while(move |it| *it <= to)
}

/// The largest of 1, 2 or 5 times a power of ten that is not above a length.
pub(super) fn round_below(length: f64) -> f64 {
    let decade = 10_f64.powf(length.log10().floor());
    [5.0, 2.0]
        .into_iter()
        .map(|times| times * decade)
        .find(|round| *round <= length)
        .unwrap_or(decade)
}

/// Steps in degrees, with the decimals that their multiples have.
const STEPS: [(f64, usize); 20] = [
    (0.000_01, 5),
    (0.000_02, 5),
    (0.000_05, 5),
    (0.000_1, 4),
    (0.000_2, 4),
    (0.000_5, 4),
    (0.001, 3),
    (0.002, 3),
    (0.005, 3),
    (0.01, 2),
    (0.02, 2),
    (0.05, 2),
    (0.1, 1),
    (0.2, 1),
    (0.5, 1),
    (1.0, 0),
    (2.0, 0),
    (5.0, 0),
    (10.0, 0),
    (30.0, 0),
];
const MOST_LINES: f64 = 6.0;
const MOST_MULTIPLES: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_down_to_one_two_or_five() {
        for (length, round) in [(1.0, 1.0), (1999.0, 1000.0), (2000.0, 2000.0), (7321.0, 5000.0)] {
            assert!((round_below(length) - round).abs() < 1e-6, "{length}");
        }
    }

    #[test]
    fn lines_are_multiples_inside_of_the_bounds() {
        let lines: Vec<f64> = multiples(0.5, -1.2, 1.0).collect();
        assert_eq!(lines, [-1.0, -0.5, 0.0, 0.5, 1.0]);
    }
}

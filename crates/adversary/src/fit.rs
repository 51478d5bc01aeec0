//! What leads from eastings and northings of an unknown system to places: found by the rows that tell
//! both, as an attacker would who does not know the system either.

use reedbed_core::place::Point;

/// Polynomials of the second degree for latitude and for longitude.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    centre: [f64; 2],
    scale: f64,
    latitude: [f64; TERMS],
    longitude: [f64; TERMS],
}

impl Fit {
    /// Fits by least squares. Says besides how far off the worst but a tenth of the rows are.
    ///
    /// Units: metres. Nothing where there are too few rows, or where they lie in one line.
    pub(crate) fn of(samples: &[([f64; 2], Point)]) -> Option<(Self, f64)> {
        if samples.len() < FEWEST {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "some hundred rows")]
        let count = samples.len() as f64;
        let mean = |axis: usize| {
            samples.iter().filter_map(|(values, _)| values.get(axis)).sum::<f64>() / count
        };
        let centre = [mean(0), mean(1)];
        let [x, y] = centre;
        let far = |([a, b], _): &([f64; 2], Point)| (a - x).abs().max((b - y).abs());
        let scale = samples.iter().map(far).fold(0.0, f64::max);
        if scale <= 0.0 {
            return None;
        }
        let rows: Vec<[f64; TERMS]> =
            samples.iter().map(|(values, _)| terms(*values, centre, scale)).collect();
        let of = |degrees: fn(&Point) -> f64| {
            let values: Vec<f64> = samples.iter().map(|(_, point)| degrees(point)).collect();
            least_squares(&rows, &values)
        };
        let fit = Self {
            centre,
            scale,
            latitude: of(|point| point.lat().degrees())?,
            longitude: of(|point| point.lon().degrees())?,
        };
        let mut off: Vec<f64> = samples
            .iter()
            .map(|(values, point)| {
                fit.point(*values).map_or(f64::INFINITY, |found| found.distance_bound_m(*point))
            })
            .collect();
        off.sort_by(f64::total_cmp);
        let off_m = off.get(off.len() * 9 / 10).copied()?;
        Some((fit, off_m))
    }

    /// The place of an easting and a northing; nothing beyond where rows were.
    pub(crate) fn point(&self, values: [f64; 2]) -> Option<Point> {
        let terms = terms(values, self.centre, self.scale);
        let is_within = terms.iter().all(|term| term.abs() <= BEYOND);
        let sum = |by: &[f64; TERMS]| terms.iter().zip(by).map(|(a, b)| a * b).sum::<f64>();
        Point::from_degrees(sum(&self.latitude), sum(&self.longitude)).filter(|_| is_within)
    }
}

fn terms([x, y]: [f64; 2], [cx, cy]: [f64; 2], scale: f64) -> [f64; TERMS] {
    let (x, y) = ((x - cx) / scale, (y - cy) / scale);
    [1.0, x, y, x * x, x * y, y * y]
}

/// Solves the normal equations by elimination with pivots; a little weight on small numbers keeps
/// them solvable where rows lie in one line.
fn least_squares(rows: &[[f64; TERMS]], values: &[f64]) -> Option<[f64; TERMS]> {
    let mut matrix = [[0.0_f64; TERMS + 1]; TERMS];
    for (row, value) in rows.iter().zip(values) {
        for (into, a) in matrix.iter_mut().zip(row) {
            for (cell, b) in into.iter_mut().zip(row.iter().chain([value])) {
                *cell += a * b;
            }
        }
    }
    for (at, row) in matrix.iter_mut().enumerate() {
        *row.get_mut(at)? += RIDGE;
    }
    for at in 0..TERMS {
        let pivot = (at..TERMS).max_by(|a, b| {
            let size = |row: &usize| {
                matrix.get(*row).and_then(|row| row.get(at)).map_or(0.0, |cell| cell.abs())
            };
            size(a).total_cmp(&size(b))
        })?;
        matrix.swap(at, pivot);
        let own = *matrix.get(at)?;
        let lead = *own.get(at)?;
        if lead.abs() < f64::MIN_POSITIVE {
            return None;
        }
        for (_, row) in matrix.iter_mut().enumerate().filter(|(index, _)| *index != at) {
            let factor = *row.get(at)? / lead;
            for (cell, own) in row.iter_mut().zip(&own) {
                *cell -= factor * own;
            }
        }
    }
    let mut solved = [0.0; TERMS];
    for (at, (into, row)) in solved.iter_mut().zip(&matrix).enumerate() {
        *into = row.get(TERMS)? / row.get(at)?;
    }
    Some(solved)
}

const TERMS: usize = 6;
/// Fewer rows fit anything.
const FEWEST: usize = 12;
/// So far beyond the rows a fit is still believed, as a multiple of their extent.
const BEYOND: f64 = 1.5;
/// Against rows in one line.
const RIDGE: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: u32) -> Vec<([f64; 2], Point)> {
        (0..count)
            .map(|i| {
                let (lat, lon) =
                    (52.0 + f64::from(i % 17) * 0.02, 4.5 + f64::from(i * 7 % 23) * 0.03);
                // Somewhat like a transverse projection.
                let x = 100_000.0 + (lon - 4.5) * 111_320.0 * lat.to_radians().cos();
                let y = 400_000.0 + (lat - 52.0) * 111_200.0 + (lon - 4.5).powi(2) * 600.0;
                ([x, y], Point::from_degrees(lat, lon).unwrap())
            })
            .collect()
    }

    #[test]
    fn places_follow_from_eastings_and_northings_of_an_unknown_system() {
        let (fit, off_m) = Fit::of(&rows(200)).unwrap();
        assert!(off_m < 20.0, "{off_m}");
        let (values, point) = rows(300).pop().unwrap();
        assert!(fit.point(values).unwrap().distance_bound_m(point) < 20.0);
    }

    #[test]
    fn numbers_that_are_no_coordinates_fit_nothing() {
        let mixed: Vec<_> = rows(200)
            .into_iter()
            .enumerate()
            .map(|(i, (_, point))| {
                let a = f64::from(u32::try_from(i * 7_919 % 1_009).unwrap());
                ([a, a * a % 97.0], point)
            })
            .collect();
        assert!(Fit::of(&mixed).is_none_or(|(_, off_m)| off_m > 5_000.0));
        assert!(Fit::of(&rows(5)).is_none());
    }
}

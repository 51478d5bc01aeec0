//! Attack 11: records that share something are told at one place, each anew. Where each is told with
//! another random offset, or as another region that holds the place, all of them together tell it.

use reedbed_core::place::{DEGREE, Point};
use rustc_hash::FxHashMap;

use crate::region::{Extent, Region, allowed_on_ground_m2, stated_area_m2};
use crate::target::Target;
use crate::ways::{Key, Way};

/// What records that share something tell together.
#[derive(Debug, Clone)]
pub(crate) struct Together {
    pub(crate) way: Way,
    pub(crate) column: u32,
    /// The records, by index.
    pub(crate) members: Vec<usize>,
    pub(crate) extent: Extent,
    /// That the place lies there, if the records are at one place.
    pub(crate) confidence: f64,
    /// Whether it is a mean, and not what all their regions have in common.
    pub(crate) is_mean: bool,
    /// Different places or regions that were told.
    pub(crate) different: usize,
}

/// Finds what protected records that share something tell together below their floor.
///
/// Bounds: the first [`MOST_MEMBERS`] records that share something count.
pub(crate) fn together(targets: &[Target]) -> Vec<Together> {
    let mut groups: FxHashMap<Key, (u32, Vec<usize>)> = FxHashMap::default();
    for (index, target) in targets.iter().enumerate() {
        for (key, column) in target.keys.iter().filter(|(key, _)| TIES.contains(&key.way)) {
            let group = groups.entry(*key).or_insert_with(|| (*column, Vec::new()));
            if group.1.len() < MOST_MEMBERS && group.1.last() != Some(&index) {
                group.1.push(index);
            }
        }
    }
    let mut found: Vec<Together> = groups
        .into_iter()
        .filter(|(_, (_, members))| members.len() > 1)
        .flat_map(|(key, (column, members))| {
            let of = |(extent, confidence, different), is_mean| Together {
                way: key.way,
                column,
                members: members.clone(),
                extent,
                confidence,
                is_mean,
                different,
            };
            let group: Vec<&Target> = members.iter().filter_map(|m| targets.get(*m)).collect();
            [common(&group).map(|c| of(c, false)), mean(&group).map(|m| of(m, true))]
        })
        .flatten()
        .collect();
    found.sort_by_key(|together| (together.members.first().copied(), together.is_mean));
    found
}

/// What all the regions have in common. Squares of one grid have nothing or all in common.
fn common(group: &[&Target]) -> Option<(Extent, f64, usize)> {
    let mut different = Vec::new();
    let mut left: Option<Region> = None;
    let mut least = f64::INFINITY;
    for place in group.iter().filter_map(|target| target.allowed) {
        let what = (place.point, place.edges, place.radius_m.to_bits());
        if different.contains(&what) {
            continue;
        }
        different.push(what);
        let region = Region::of(&place)?;
        least = least.min(stated_area_m2(&place));
        left = Some(match left {
            // Regions that are apart are not of one place.
            Some(left) => left.cut(&region)?,
            None => region,
        });
    }
    let extent = left.filter(|_| different.len() > 1)?.extent()?;
    (extent.area_m2 < least * LESS && is_below(&extent, group)).then_some((
        extent,
        CONFIDENCE,
        different.len(),
    ))
}

/// The mean of places that scatter round the true one, with the circle in which it lies.
///
/// Nothing for places on a grid, and nothing for places that fill one cell of a grid: those were
/// thrown anywhere into the cell, whatever the true place is, and their mean is the cell's centre.
///
/// Source: Hotelling (1931), Ann. Math. Stat. 2, 360–378, for the circle; its radius is the larger
/// axis of the ellipse.
fn mean(group: &[&Target]) -> Option<(Extent, f64, usize)> {
    let mut points: Vec<Point> =
        group.iter().filter_map(|target| Some(target.allowed?.point)).collect();
    points.sort_by_key(|point| (point.lat(), point.lon()));
    points.dedup();
    if points.len() < FEWEST || is_gridded(&points) || fills_a_cell(&points) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most some hundred")]
    let n = points.len() as f64;
    let average = |of: &dyn Fn(&Point) -> f64| points.iter().map(of).sum::<f64>() / n;
    let lat = average(&|point| point.lat().degrees());
    let lon = average(&|point| point.lon().degrees());
    let east_m = METRES_PER_DEGREE * lat.to_radians().cos();
    let y = |point: &Point| (point.lat().degrees() - lat) * METRES_PER_DEGREE;
    let x = |point: &Point| (point.lon().degrees() - lon) * east_m;
    let unbiased = n / (n - 1.0);
    let yy = average(&|point| y(point) * y(point)) * unbiased;
    let xx = average(&|point| x(point) * x(point)) * unbiased;
    let xy = average(&|point| x(point) * y(point)) * unbiased;
    let larger = f64::midpoint(xx, yy) + (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt();
    // F with two and m degrees of freedom has its quantiles in closed form.
    let m = n - 2.0;
    let f = m / 2.0 * ((1.0 - CONFIDENCE).powf(-2.0 / m) - 1.0);
    let radius_m = (2.0 * (n - 1.0) / m * f * larger / n).sqrt();
    let area_m2 = std::f64::consts::PI * radius_m * radius_m;
    let extent = Extent { centre: Point::from_degrees(lat, lon)?, radius_m, area_m2 };
    is_below(&extent, group).then_some((extent, CONFIDENCE, points.len()))
}

/// Whether an extent lies below the floor of all of them.
fn is_below(extent: &Extent, group: &[&Target]) -> bool {
    let below = |target: &&Target| {
        let allowed = allowed_on_ground_m2(target.allowed_area_m2(), extent.centre);
        extent.area_m2 < allowed * LESS
    };
    group.iter().all(below)
}

/// Whether all coordinates stand on a grid that is hardly random.
fn is_gridded(points: &[Point]) -> bool {
    let on = |nano: i64| nano % (DEGREE / 2_000) == 0;
    points.iter().all(|point| on(point.lat().0) && on(point.lon().0))
}

/// Whether points lie in one cell of a usual grid and spread over it as far as points do that are
/// thrown into it.
fn fills_a_cell(points: &[Point]) -> bool {
    let reach = least_range(points.len());
    CELLS.iter().any(|width| {
        [0, width / 2].into_iter().any(|shift| {
            let fills = |of: &dyn Fn(&Point) -> i64| {
                let (low, high) = points
                    .iter()
                    .map(of)
                    .fold((i64::MAX, i64::MIN), |(low, high), at| (low.min(at), high.max(at)));
                let cell = |at: i64| (at + shift).div_euclid(*width);
                #[expect(clippy::cast_precision_loss, reason = "at most 3.6e11")]
                let share = (high - low) as f64 / *width as f64;
                cell(low) == cell(high) && share >= reach
            };
            fills(&|point| point.lat().0) && fills(&|point| point.lon().0)
        })
    })
}

/// The range, as a share of a cell's width, that so many points thrown into it exceed in 99 % of
/// cases: r with n·rⁿ⁻¹ − (n − 1)·rⁿ = 0.01.
fn least_range(points: usize) -> f64 {
    let n = i32::try_from(points).unwrap_or(i32::MAX);
    let below = |r: f64| f64::from(n) * r.powi(n - 1) - f64::from(n - 1) * r.powi(n);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if below(middle) < 0.01 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Ways in which records at one place hang together.
const TIES: [Way; 4] = [Way::Event, Way::Individual, Way::ObserverDay, Way::Site];
const MOST_MEMBERS: usize = 512;
/// Fewer places make no mean.
const FEWEST: usize = 8;
const CONFIDENCE: f64 = 0.9;
const LESS: f64 = 0.95;
const METRES_PER_DEGREE: f64 = 111_320.0;
/// Widths of cells into which places are thrown, in nano-degrees.
const CELLS: [i64; 9] = [
    DEGREE,
    DEGREE / 2,
    DEGREE / 4,
    DEGREE / 5,
    DEGREE / 10,
    DEGREE / 20,
    DEGREE / 50,
    DEGREE / 100,
    DEGREE / 1_000,
];

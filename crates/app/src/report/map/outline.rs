//! The boundaries that were given, drawn: cut at the edge of the map and thinned to what can be
//! seen, because the outline of a country may have a million points.

use reedbed_engine::summary::Outline;

use super::super::markup::Page;
use super::view::View;

/// What came of drawing the boundaries.
#[derive(Debug, Default)]
pub(super) struct Drawn<'a> {
    /// The boundaries that are on the map, the largest first.
    pub(super) named: Vec<Named<'a>>,
    /// Middles of those that can hardly be seen.
    pub(super) specks: Vec<[f64; 2]>,
    /// How many lie outside.
    pub(super) outside: u64,
    /// How many were left out because there are too many.
    pub(super) unfinished: u64,
}

/// A boundary that is on the map.
#[derive(Debug)]
pub(super) struct Named<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Left, top, right, bottom of the part that is on the map.
    pub(super) frame: [f64; 4],
}

/// Draws the boundaries.
pub(super) fn draw<'a>(page: &mut Page, outlines: &'a [Outline], view: &View) -> Drawn<'a> {
    let mut drawn = Drawn::default();
    let begun_at = page.len();
    for outline in outlines {
        if page.len() - begun_at > MOST_BYTES {
            drawn.unfinished += 1;
            continue;
        }
        let rings: Vec<Vec<[f64; 2]>> = outline
            .rings
            .iter()
            .flat_map(|ring| on_every_turn(ring, view))
            .filter_map(|ring| on_the_map(&ring, view))
            .collect();
        let Some(frame) = frame(rings.iter().flatten()) else {
            drawn.outside += 1;
            continue;
        };
        page.raw("<path class=\"outline\" d=\"");
        for ring in &rings {
            let mut command = "M";
            for [x, y] in ring {
                page.raw(command).coordinate(*x).raw(" ").coordinate(*y);
                command = "L";
            }
            page.raw("z");
        }
        page.raw("\"/>\n");
        let [left, top, right, bottom] = frame;
        if (right - left).max(bottom - top) < SPECK {
            drawn.specks.push([f64::midpoint(left, right), f64::midpoint(top, bottom)]);
        }
        drawn.named.push(Named { name: &outline.name, frame });
    }
    let area = |[left, top, right, bottom]: [f64; 4]| (right - left) * (bottom - top);
    drawn.named.sort_by(|a, b| area(b.frame).total_cmp(&area(a.frame)));
    drawn
}

/// Rings the boundaries that can hardly be seen; drawn last, so that no square hides a ring.
pub(super) fn ring_specks(page: &mut Page, drawn: &Drawn<'_>) {
    for [x, y] in &drawn.specks {
        page.raw("<circle class=\"speck\" cx=\"").coordinate(*x).raw("\" cy=\"").coordinate(*y);
        page.raw("\" r=\"").coordinate(SPECK).raw("\"/>\n");
    }
}

/// The ring in units of the drawing, on each turn of the globe on which it could be in view.
fn on_every_turn(ring: &[[f64; 2]], view: &View) -> Vec<Vec<[f64; 2]>> {
    let mut lons = Vec::with_capacity(ring.len());
    let mut turn = 0.0;
    let mut last: Option<f64> = None;
    for [lon, lat] in ring.iter().copied().filter(|point| point.iter().all(|it| it.is_finite())) {
        if let Some(last) = last {
            // An edge over more than half of the globe is taken for the short way round; one over
            // all of it is taken as drawn.
            let step: f64 = lon - last;
            if step.abs() > 180.0 && step.abs() < 360.0 {
                turn -= 360.0 * step.signum();
            }
        }
        last = Some(lon);
        lons.push([lon + turn, lat]);
    }
    let [_, west, _, east] = view.bounds();
    let Some([least, _, most, _]) = frame(lons.iter()) else { return Vec::new() };
    [-720.0, -360.0, 0.0, 360.0, 720.0]
        .into_iter()
        .filter(|offset| most + offset >= west && least + offset <= east)
        .map(|offset| lons.iter().map(|[lon, lat]| [view.x(lon + offset), view.y(*lat)]).collect())
        .collect()
}

/// The part of a ring that is on the map, thinned; nothing where it is outside.
fn on_the_map(ring: &[[f64; 2]], view: &View) -> Option<Vec<[f64; 2]>> {
    // Cut a little outside, so that the line along the cut is not seen.
    let (right, bottom) = (View::WIDTH + BEYOND, view.height() + BEYOND);
    let [least_x, least_y, most_x, most_y] = frame(ring.iter())?;
    if most_x < 0.0 || least_x > View::WIDTH || most_y < 0.0 || least_y > view.height() {
        return None;
    }
    let mut ring = thinned(ring);
    for inside in [
        &(|[x, _]: [f64; 2]| x + BEYOND) as &dyn Fn([f64; 2]) -> f64,
        &|[x, _]| right - x,
        &|[_, y]| y + BEYOND,
        &|[_, y]| bottom - y,
    ] {
        ring = cut(&ring, inside);
    }
    (ring.len() > 1).then_some(ring)
}

/// The part of a ring where `inside` is not negative.
///
/// Source: Sutherland and Hodgman (1974), Reentrant polygon clipping,
/// <https://doi.org/10.1145/360767.360802>.
fn cut(ring: &[[f64; 2]], inside: &dyn Fn([f64; 2]) -> f64) -> Vec<[f64; 2]> {
    let mut kept = Vec::with_capacity(ring.len());
    let Some(mut from) = ring.last().copied() else { return kept };
    for to in ring.iter().copied() {
        let (depth_from, depth_to) = (inside(from), inside(to));
        if (depth_from < 0.0) != (depth_to < 0.0) {
            let way = depth_from / (depth_from - depth_to);
            let [x, y] = from;
            let [to_x, to_y] = to;
            kept.push([x + way * (to_x - x), y + way * (to_y - y)]);
        }
        if depth_to >= 0.0 {
            kept.push(to);
        }
        from = to;
    }
    kept
}

/// Leaves out points that cannot be told from the one before; the first two and the last stay, so
/// that a ring too small to be seen is still a dot.
fn thinned(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (index, point) in ring.iter().enumerate() {
        let [x, y] = *point;
        let is_near =
            kept.last().is_some_and(|[last_x, last_y]| (x - last_x).hypot(y - last_y) < THINNEST);
        if !is_near || kept.len() < 2 || index + 1 == ring.len() {
            kept.push(*point);
        }
    }
    kept
}

fn frame<'a>(points: impl Iterator<Item = &'a [f64; 2]>) -> Option<[f64; 4]> {
    points.map(|[x, y]| [*x, *y, *x, *y]).reduce(|[left, top, right, bottom], [x, y, ..]| {
        [left.min(x), top.min(y), right.max(x), bottom.max(y)]
    })
}

/// Side of a boundary that is ringed because it can hardly be seen, and radius of the ring.
const SPECK: f64 = 8.0;
const BEYOND: f64 = 8.0;
const THINNEST: f64 = 0.7;
const MOST_BYTES: usize = 1_500_000;

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;
    use reedbed_engine::summary::CellSummary;

    use super::*;

    fn view(bounds: [f64; 4]) -> View {
        View::of(&[CellSummary {
            bounds,
            category: Category::High,
            records: 1,
            kind: reedbed_engine::summary::RECORDS,
        }])
        .unwrap()
    }

    fn outline(ring: &[[f64; 2]]) -> Vec<Outline> {
        vec![Outline { name: "Reedmoor".to_owned(), rings: vec![ring.to_vec()] }]
    }

    fn drawn(ring: &[[f64; 2]], view: &View) -> (String, usize) {
        let mut page = Page::default();
        let outlines = outline(ring);
        let named = draw(&mut page, &outlines, view).named.len();
        (page.finish(), named)
    }

    #[test]
    fn a_boundary_larger_than_the_map_is_cut_at_its_edge() {
        let view = view([52.6, 1.5, 52.7, 1.6]);
        let (page, named) =
            drawn(&[[-10.0, 40.0], [20.0, 40.0], [20.0, 60.0], [-10.0, 60.0]], &view);
        assert_eq!(named, 1);
        let numbers = page.split(|letter: char| !letter.is_ascii_digit() && !".-".contains(letter));
        for number in numbers.filter_map(|number| number.parse::<f64>().ok()) {
            assert!((-8.1..=808.1).contains(&number), "{number}");
        }
    }

    #[test]
    fn a_boundary_elsewhere_is_counted_as_outside() {
        let view = view([52.6, 1.5, 52.7, 1.6]);
        let mut page = Page::default();
        let outlines = outline(&[[30.0, 10.0], [31.0, 10.0], [31.0, 11.0]]);
        let drawn = draw(&mut page, &outlines, &view);
        assert_eq!((drawn.outside, drawn.named.len()), (1, 0));
        assert_eq!(page.finish(), "");
    }

    #[test]
    fn a_boundary_across_the_antimeridian_is_drawn_on_both_sides_of_it() {
        let view = view([-17.1, 179.9, -16.9, 180.1]);
        for ring in [
            [[179.95, -17.0], [-179.95, -17.0], [-179.95, -16.95], [179.95, -16.95]],
            [[-180.05, -17.0], [-179.95, -17.0], [-179.95, -16.95], [-180.05, -16.95]],
        ] {
            let mut page = Page::default();
            let outlines = outline(&ring);
            let drawn = draw(&mut page, &outlines, &view);
            let [left, _, right, _] = drawn.named[0].frame;
            assert!(left > 0.0 && right < View::WIDTH, "{left} {right}");
            assert!(left < 400.0 && right > 400.0, "{left} {right}");
        }
    }

    #[test]
    fn a_million_points_are_thinned_to_what_can_be_seen() {
        let view = view([52.6, 1.5, 52.7, 1.6]);
        let ring: Vec<[f64; 2]> = (0..1_000_000)
            .map(|step| {
                let angle = f64::from(step) / 1_000_000.0 * std::f64::consts::TAU;
                [1.55 + 0.05 * angle.cos(), 52.65 + 0.05 * angle.sin()]
            })
            .collect();
        let (page, _) = drawn(&ring, &view);
        assert!(page.len() < 40_000, "{}", page.len());
    }

    #[test]
    fn a_boundary_that_can_hardly_be_seen_is_ringed_and_a_larger_one_is_not() {
        let park = [[1.5, 52.6], [1.51, 52.6], [1.51, 52.61], [1.5, 52.61]];
        for (bounds, is_ringed) in
            [([48.0, -4.0, 56.0, 6.0], true), ([52.55, 1.4, 52.75, 1.7], false)]
        {
            let mut page = Page::default();
            let outlines = outline(&park);
            let drawn = draw(&mut page, &outlines, &view(bounds));
            ring_specks(&mut page, &drawn);
            assert_eq!(page.finish().contains("<circle class=\"speck\""), is_ringed, "{bounds:?}");
        }
    }

    #[test]
    fn points_that_are_no_numbers_are_left_out() {
        let view = view([52.6, 1.5, 52.7, 1.6]);
        let (page, named) =
            drawn(&[[1.5, 52.6], [f64::NAN, 52.6], [1.6, f64::INFINITY], [1.6, 52.7]], &view);
        assert!(named == 1 && !page.contains("NaN") && !page.contains("inf"), "{page}");
    }
}

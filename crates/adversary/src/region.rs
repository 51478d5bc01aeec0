//! Regions cut against each other: how much is left where several statements about one place all
//! hold. Boxes are cut exactly; circles and outlines of areas by points of a fixed raster.

use reedbed_core::place::{DEGREE, Nano, Point};

use crate::seen::SeenPlace;

/// A box and circles that all hold the place.
///
/// Bounds: [`MOST_CIRCLES`] circles; further ones are left out, which only makes it wider.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    /// South, north, west, east.
    edges: [i64; 4],
    circles: Vec<(Point, f64)>,
}

/// What is left of a region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) centre: Point,
    /// A circle around the centre that reaches all of it, in metres.
    pub(crate) radius_m: f64,
    pub(crate) area_m2: f64,
}

impl Region {
    /// Of a place as a row states it: its outline's box where it states one, else its circle.
    ///
    /// Nothing for a place at the antimeridian or a pole, which a box of degrees does not hold.
    pub(crate) fn of(place: &SeenPlace) -> Option<Self> {
        if let Some(edges) = place.edges {
            let [south, north, west, east] = edges.map(|edge| edge.0);
            let is_box = south < north && west < east && east - west < 180 * DEGREE;
            return is_box.then(|| Self { edges: edges.map(|edge| edge.0), circles: Vec::new() });
        }
        let (lat, lon) = (place.point.lat().0, place.point.lon().0);
        let up = nano(place.radius_m / SHORTEST_DEGREE_M)?;
        let poleward = (lat.abs() + up).min(90 * DEGREE);
        let shrink = Nano(poleward).degrees().to_radians().cos();
        let across = nano(place.radius_m / SHORTEST_DEGREE_M / shrink)?;
        let edges = [lat - up, lat + up, lon - across, lon + across];
        let fits = poleward < 89 * DEGREE && edges[2] >= -180 * DEGREE && edges[3] <= 180 * DEGREE;
        (fits && up > 0).then(|| Self { edges, circles: vec![(place.point, place.radius_m)] })
    }

    /// The part of it that lies in another; nothing where their boxes are apart.
    pub(crate) fn cut(&self, other: &Self) -> Option<Self> {
        let [south, north, west, east] = self.edges;
        let [o_south, o_north, o_west, o_east] = other.edges;
        let edges = [south.max(o_south), north.min(o_north), west.max(o_west), east.min(o_east)];
        if edges[0] >= edges[1] || edges[2] >= edges[3] {
            return None;
        }
        let mut circles = self.circles.clone();
        for circle in &other.circles {
            if circles.len() < MOST_CIRCLES && !circles.contains(circle) {
                circles.push(*circle);
            }
        }
        Some(Self { edges, circles })
    }

    /// How much of it there is: of a box alone exactly, else [`Self::extent_where`].
    pub(crate) fn extent(&self) -> Option<Extent> {
        if self.circles.is_empty() {
            return Some(extent_of(self.edges, 1.0));
        }
        self.extent_where(|_| true)
    }

    /// How much of it lies where something else holds too; nothing where no point of a raster of
    /// [`SIDE`] × [`SIDE`] does.
    ///
    /// Cost: at most twice that many questions: the raster is laid once over the region, and once
    /// more over what is left of it. What the raster misses is narrower than a step of it.
    pub(crate) fn extent_where(&self, holds: impl Fn(Point) -> bool) -> Option<Extent> {
        let (around, _) = self.raster(self.edges, &holds)?;
        let (around, share) = self.raster(around, &holds)?;
        Some(extent_of(around, share))
    }

    /// The stretch of longitude at a latitude that lies in all circles, up to 1 % wider than it is.
    fn between(&self, lat: i64) -> Option<(i64, i64)> {
        let mut between = (self.edges[2], self.edges[3]);
        for (centre, radius_m) in &self.circles {
            let up_m = Nano(lat - centre.lat().0).degrees() * SHORTEST_DEGREE_M;
            let across_m = (radius_m * radius_m - up_m * up_m).max(0.0).sqrt();
            if up_m.abs() > *radius_m {
                return None;
            }
            let shrink = shrink(i64::midpoint(lat, centre.lat().0));
            let across = nano(across_m / SHORTEST_DEGREE_M / shrink)?;
            let lon = centre.lon().0;
            between = (between.0.max(lon - across), between.1.min(lon + across));
        }
        (between.0 <= between.1).then_some(between)
    }

    /// The box around the raster points that hold, a step wider, and their share of its area.
    fn raster(&self, edges: [i64; 4], holds: &impl Fn(Point) -> bool) -> Option<([i64; 4], f64)> {
        let [south, north, west, east] = edges;
        let (up, right) = ((north - south) / SIDE, (east - west) / SIDE);
        if up == 0 || right == 0 {
            return None;
        }
        let mut around: Option<[i64; 4]> = None;
        let mut hits = 0_u32;
        for row in 0..SIDE {
            let lat = south + row * up + up / 2;
            let Some((from, to)) = self.between(lat) else { continue };
            for column in 0..SIDE {
                let lon = west + column * right + right / 2;
                let Some(point) = Point::new(Nano(lat), Nano(lon)) else { continue };
                if !(from..=to).contains(&lon) || !holds(point) {
                    continue;
                }
                hits += 1;
                let [s, n, w, e] = around.unwrap_or([lat, lat, lon, lon]);
                around = Some([s.min(lat), n.max(lat), w.min(lon), e.max(lon)]);
            }
        }
        let [s, n, w, e] = around?;
        let around = [
            (s - up).max(south),
            (n + up).min(north),
            (w - right).max(west),
            (e + right).min(east),
        ];
        let share = f64::from(hits) * area_of([0, up, 0, right])
            / area_of([0, around[1] - around[0], 0, around[3] - around[2]]);
        Some((around, share.min(1.0)))
    }
}

/// The area that a row states.
pub(crate) fn stated_area_m2(place: &SeenPlace) -> f64 {
    match Region::of(place) {
        Some(region) if region.circles.is_empty() => extent_of(region.edges, 1.0).area_m2,
        _ => std::f64::consts::PI * place.radius_m * place.radius_m,
    }
}

/// The area that a rule allows to know, where it is measured as an area on the ground.
///
/// A floor is a cell in degrees as a rule, which narrows towards the poles; a floor in metres is
/// taken for smaller than it is there, so that nothing is claimed that is allowed.
pub(crate) fn allowed_on_ground_m2(allowed_m2: f64, at: Point) -> f64 {
    allowed_m2 * shrink(at.lat().0)
}

fn extent_of(edges: [i64; 4], share: f64) -> Extent {
    let [south, north, west, east] = edges;
    let middle = i64::midpoint(south, north);
    let centre = Point::clamped(Nano(middle), Nano(i64::midpoint(west, east)));
    let corners = [(south, west), (north, west)];
    let reach =
        corners.map(|(lat, lon)| centre.distance_bound_m(Point::clamped(Nano(lat), Nano(lon))));
    Extent {
        centre,
        radius_m: reach.into_iter().fold(0.0, f64::max),
        area_m2: area_of(edges) * METRES_PER_DEGREE * METRES_PER_DEGREE * shrink(middle) * share,
    }
}

/// Units: square degrees.
fn area_of([south, north, west, east]: [i64; 4]) -> f64 {
    Nano(north - south).degrees() * Nano(east - west).degrees()
}

fn shrink(lat: i64) -> f64 {
    Nano(lat).degrees().to_radians().cos()
}

fn nano(degrees: f64) -> Option<i64> {
    Nano::from_degrees(degrees).map(|nano| nano.0)
}

/// Points of a raster along each side.
const SIDE: i64 = 64;
const MOST_CIRCLES: usize = 64;
const METRES_PER_DEGREE: f64 = 111_320.0;
const SHORTEST_DEGREE_M: f64 = 110_574.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(lat: f64, lon: f64, radius_m: f64) -> Region {
        let point = Point::from_degrees(lat, lon).unwrap();
        Region::of(&SeenPlace { point, radius_m, edges: None }).unwrap()
    }

    fn square(lat: f64, lon: f64, side: f64) -> Region {
        let point = Point::from_degrees(lat, lon).unwrap();
        let nano = |degrees| Nano::from_degrees(degrees).unwrap();
        let half = side / 2.0;
        let edges = [nano(lat - half), nano(lat + half), nano(lon - half), nano(lon + half)];
        Region::of(&SeenPlace { point, radius_m: 0.0, edges: Some(edges) }).unwrap()
    }

    #[test]
    fn a_circle_has_the_area_of_a_circle() {
        for lat in [0.0, 52.0, 70.0] {
            let area = circle(lat, 4.0, 5_000.0).extent().unwrap().area_m2;
            let share = area / (std::f64::consts::PI * 25e6);
            assert!((0.97..1.03).contains(&share), "{lat}: {share}");
        }
    }

    #[test]
    fn boxes_are_cut_exactly() {
        let cut = square(52.0, 4.0, 0.2).cut(&square(52.15, 4.15, 0.2)).unwrap();
        let quarter = square(52.075, 4.075, 0.05).extent().unwrap();
        let cut = cut.extent().unwrap();
        assert!((cut.area_m2 / quarter.area_m2 - 1.0).abs() < 1e-6);
        assert!(cut.centre.distance_bound_m(quarter.centre) < 1.0);
        assert!(square(52.0, 4.0, 0.2).cut(&square(53.0, 4.0, 0.2)).is_none());
    }

    #[test]
    fn circles_that_hardly_meet_leave_little() {
        let (one, other) = (circle(52.0, 4.0, 5_000.0), circle(52.08, 4.0, 5_000.0));
        let left = one.cut(&other).unwrap().extent().unwrap();
        assert!(left.area_m2 < 0.1 * one.extent().unwrap().area_m2, "{}", left.area_m2);
        assert!(one.cut(&circle(52.0899, 4.0899, 5_000.0)).unwrap().extent().is_none());
    }
}

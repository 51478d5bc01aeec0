//! The circle around an outline in well-known text.

use reedbed_core::place::{Nano, Point};

/// What an outline says of where a record is.
#[derive(Clone, PartialEq)]
pub enum OutlineRead {
    /// Nothing: the cell is empty.
    Absent,
    /// The outline lies in a circle.
    Within(Outline),
    /// It says something that cannot be read as degrees.
    Unreadable,
}

/// An outline, as far as it is needed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The vertices, each once, from the south-west on; the ring's direction and start do not count.
    pub vertices: Vec<Point>,
    /// The middle of the box around the vertices.
    pub centre: Point,
    /// A circle around the centre that holds all vertices, in metres.
    pub radius_m: f64,
}

impl std::fmt::Debug for OutlineRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OutlineRead(withheld)")
    }
}

impl Outline {
    /// South, north, west and east of the vertices.
    pub fn edges(&self) -> Option<[Nano; 4]> {
        let lats = || self.vertices.iter().map(|vertex| vertex.lat());
        let lons = || self.vertices.iter().map(|vertex| vertex.lon());
        Some([lats().min()?, lats().max()?, lons().min()?, lons().max()?])
    }

    /// Whether it stands for a point: all of it within some metres.
    pub fn is_point(&self) -> bool {
        self.radius_m <= POINT_M
    }

    /// The same with latitude and longitude exchanged, where that is on the globe.
    pub fn exchanged(&self) -> Option<Self> {
        let turned: Option<Vec<Point>> =
            self.vertices.iter().map(|vertex| Point::new(vertex.lon(), vertex.lat())).collect();
        of_vertices(turned?)
    }

    /// Whether a point lies in the circle.
    pub fn may_hold(&self, point: Point) -> bool {
        self.centre.distance_floor_m(point) <= self.radius_m + POINT_M
    }
}

/// Reads footprintWKT as far as it is needed here: its vertices, and a circle that holds them.
///
/// Units: degrees, longitude first, on a datum that is at most [`super::UNSTATED_DATUM_M`] away
/// from WGS 84, which is not added to the radius.
/// Source: OGC 06-103r4, section 7 (well-known text).
pub fn outline(wkt: &str) -> OutlineRead {
    let wkt = wkt.trim();
    if wkt.is_empty() {
        return OutlineRead::Absent;
    }
    vertices(wkt).and_then(of_vertices).map_or(OutlineRead::Unreadable, OutlineRead::Within)
}

fn of_vertices(mut vertices: Vec<Point>) -> Option<Outline> {
    vertices.sort_unstable_by_key(|vertex| (vertex.lat(), vertex.lon()));
    vertices.dedup();
    let [first, .., last] = vertices.as_slice() else {
        let centre = *vertices.first()?;
        return Some(Outline { vertices, centre, radius_m: 0.0 });
    };
    let west = vertices.iter().map(|vertex| vertex.lon()).min()?;
    let east = vertices.iter().map(|vertex| vertex.lon()).max()?;
    let centre = Point::new(
        Nano(i64::midpoint(first.lat().0, last.lat().0)),
        Nano(i64::midpoint(west.0, east.0)),
    )?;
    let radius_m =
        vertices.iter().map(|vertex| centre.distance_bound_m(*vertex)).fold(0.0, f64::max);
    Some(Outline { vertices, centre, radius_m })
}

/// The first two numbers of each tuple; nothing where anything else stands there than tuples and
/// the words of a geometry.
fn vertices(wkt: &str) -> Option<Vec<Point>> {
    let mut vertices = Vec::new();
    for tuple in wkt.split(['(', ')', ',', ';']).map(str::trim).filter(|tuple| !tuple.is_empty()) {
        if is_word(tuple) {
            continue;
        }
        let mut numbers = tuple.split_ascii_whitespace().map(Nano::parse);
        let (lon, lat) = (numbers.next()??, numbers.next()??);
        let rest: Vec<_> = numbers.collect();
        if rest.len() > 2 || rest.contains(&None) {
            return None;
        }
        vertices.push(Point::new(lat, lon)?);
    }
    (!vertices.is_empty()).then_some(vertices)
}

/// Whether a text is the name of a geometry, or the number of its reference system.
fn is_word(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    if let Some(number) = text.strip_prefix("SRID=") {
        return matches!(number.trim(), "4326" | "4979");
    }
    let mut words = text.split_ascii_whitespace();
    let is_geometry = words.next().is_some_and(|word| {
        matches!(
            word.trim_end_matches(['Z', 'M']),
            "GEOMETRYCOLLECTION"
                | "LINESTRING"
                | "MULTILINESTRING"
                | "MULTIPOINT"
                | "MULTIPOLYGON"
                | "POINT"
                | "POLYGON"
        )
    });
    is_geometry && words.all(|word| matches!(word, "Z" | "M" | "ZM" | "EMPTY"))
}

/// What is no larger stands for a point.
///
/// Units: metres.
const POINT_M: f64 = 30.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_holds_all_vertices() {
        let wkt = "POLYGON ((4.1 52.0, 4.3 52.0, 4.3 52.2, 4.1 52.2, 4.1 52.0))";
        let OutlineRead::Within(Outline { centre, radius_m: radius, .. }) = outline(wkt) else {
            panic!("{wkt}")
        };
        for (lat, lon) in [(52.0, 4.1), (52.2, 4.3), (52.0, 4.3)] {
            assert!(centre.distance_bound_m(Point::from_degrees(lat, lon).unwrap()) <= radius);
        }
        assert!(radius < 20_000.0, "{radius}");
    }

    #[test]
    fn where_a_ring_begins_does_not_count() {
        let read = |wkt| match outline(wkt) {
            OutlineRead::Within(outline) => outline,
            _ => panic!("{wkt}"),
        };
        let ring = read("POLYGON ((4 52, 5 52, 5 53, 4 52))");
        assert!(ring == read("MULTIPOLYGON (((5 53, 4 52, 5.000 52, 5 53)))"));
        assert!(ring.exchanged().unwrap() == read("POLYGON ((52 4, 52 5, 53 5, 52 4))"));
    }

    #[test]
    fn heights_and_spellings_do_not_matter() {
        for wkt in [
            "POINT Z (4.5 52.5 12)",
            "point(4.50 52.5)",
            " MULTIPOINT ((4.5 52.5)) ",
            "SRID=4326;POINT(4.5 52.5)",
        ] {
            let OutlineRead::Within(outline) = outline(wkt) else { panic!("{wkt}") };
            assert_eq!(outline.centre, Point::from_degrees(52.5, 4.5).unwrap());
            assert!(outline.is_point());
        }
    }

    #[test]
    fn what_is_no_outline_in_degrees_is_unreadable() {
        for wkt in [
            "the meadow",
            "POLYGON EMPTY",
            "POINT (155000 463000)",
            "POINT (4.5)",
            "POLYGON((1.8 52, −0.5 52, −0.5 52.1, 1.8 52))",
            "GEOMETRYCOLLECTION(POINT(10 60), POINT(foo bar))",
            "MULTIPOINT(10 60,N52.123456 E4.654321)",
            "POINT(10 60) and 52.123456N 4.654321E",
            "SRID=28992;POINT(4.5 52.5)",
        ] {
            assert_eq!(outline(wkt), OutlineRead::Unreadable, "{wkt}");
        }
        assert_eq!(outline("  "), OutlineRead::Absent);
    }
}

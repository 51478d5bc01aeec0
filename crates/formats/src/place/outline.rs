//! The circle around an outline in well-known text.

use reedbed_core::place::Point;

/// What an outline says of where a record is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OutlineRead {
    /// Nothing: the cell is empty.
    Absent,
    /// The outline lies in a circle, by its centre and its radius in metres.
    Within(Point, f64),
    /// It says something that cannot be read as degrees.
    Unreadable,
}

/// Reads footprintWKT as far as rules about areas need it: a circle that holds all its vertices.
///
/// Units: the text has degrees, longitude first, on a datum that is at most
/// [`super::UNSTATED_DATUM_M`] away from WGS 84; the radius is in metres.
/// Source: OGC 06-103r4, section 7 (well-known text).
pub fn outline(wkt: &str) -> OutlineRead {
    let wkt = wkt.trim();
    if wkt.is_empty() {
        return OutlineRead::Absent;
    }
    let Some(vertices) = vertices(wkt).filter(|vertices| !vertices.is_empty()) else {
        return OutlineRead::Unreadable;
    };
    let range = |of: fn(&(f64, f64)) -> f64| {
        let values = vertices.iter().map(of);
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
    };
    let (west, east) = range(|vertex| vertex.0);
    let (south, north) = range(|vertex| vertex.1);
    let Some(centre) = Point::from_degrees(f64::midpoint(south, north), f64::midpoint(west, east))
    else {
        return OutlineRead::Unreadable;
    };
    let mut radius = 0.0_f64;
    for (lon, lat) in vertices {
        match Point::from_degrees(lat, lon) {
            Some(vertex) => radius = radius.max(centre.distance_bound_m(vertex)),
            None => return OutlineRead::Unreadable,
        }
    }
    OutlineRead::Within(centre, radius + super::UNSTATED_DATUM_M)
}

/// The first two numbers of each tuple; nothing where a tuple has fewer.
fn vertices(wkt: &str) -> Option<Vec<(f64, f64)>> {
    let tuples = wkt.split(['(', ')', ',', ';']).map(str::trim);
    let tuples =
        tuples.filter(|tuple| tuple.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c)));
    tuples
        .map(|tuple| {
            let mut numbers = tuple.split_ascii_whitespace().map(str::parse::<f64>);
            let (lon, lat) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
            (lon.is_finite() && lat.is_finite()).then_some((lon, lat))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_holds_all_vertices() {
        let wkt = "POLYGON ((4.1 52.0, 4.3 52.0, 4.3 52.2, 4.1 52.2, 4.1 52.0))";
        let OutlineRead::Within(centre, radius) = outline(wkt) else { panic!("{wkt}") };
        for (lat, lon) in [(52.0, 4.1), (52.2, 4.3), (52.0, 4.3)] {
            assert!(centre.distance_bound_m(Point::from_degrees(lat, lon).unwrap()) < radius);
        }
        assert!(radius < 20_000.0, "{radius}");
    }

    #[test]
    fn heights_and_spellings_do_not_matter() {
        for wkt in ["POINT Z (4.5 52.5 12)", "point(4.5 52.5)", " MULTIPOINT ((4.5 52.5)) "] {
            let OutlineRead::Within(centre, radius) = outline(wkt) else { panic!("{wkt}") };
            assert_eq!(centre, Point::from_degrees(52.5, 4.5).unwrap());
            assert!((radius - super::super::UNSTATED_DATUM_M).abs() < 1.0);
        }
    }

    #[test]
    fn what_is_no_outline_in_degrees_is_unreadable() {
        for wkt in ["the meadow", "POLYGON EMPTY", "POINT (155000 463000)", "POINT (4.5)"] {
            assert_eq!(outline(wkt), OutlineRead::Unreadable, "{wkt}");
        }
        assert_eq!(outline("  "), OutlineRead::Absent);
    }
}

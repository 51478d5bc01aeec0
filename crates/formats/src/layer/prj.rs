//! Reference systems in well-known text, as `.prj` files have them, and the EPSG codes they stand
//! for.
//!
//! A code that the text names is taken. Else every part must fit a system of our list: the datum by
//! its name and its ellipsoid, the projection and each of its numbers. Names alone decide nothing.

mod node;
mod projection;
#[cfg(test)]
mod tests;

use self::node::Node;
use self::projection::{Projection, is_near, kind_of};
use crate::place::datum;
use crate::place::frame::Definition;

/// A reference system as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prj {
    pub(super) name: String,
    /// EPSG code, where the system is known.
    pub(super) code: Option<u16>,
}

/// Reads a text; nothing where it is none of a reference system.
pub(super) fn read(text: &str) -> Option<Prj> {
    if text.len() > LONGEST {
        return None;
    }
    let mut root = Node::parse(text.trim_start_matches('\u{feff}').trim())?;
    if matches!(root.keyword.as_str(), "COMPD_CS" | "COMPOUNDCRS") {
        root = root.nodes.into_iter().find(|node| is_system(&node.keyword))?;
    }
    if !is_system(&root.keyword) {
        return None;
    }
    let name = root.text().to_owned();
    let code = match root.authority() {
        Some(code) => code,
        None if is_projected(&root.keyword) => projected(&root),
        None => geographic(&root),
    };
    Some(Prj { name, code })
}

fn is_projected(keyword: &str) -> bool {
    matches!(keyword, "PROJCS" | "PROJCRS" | "PROJECTEDCRS")
}

fn is_system(keyword: &str) -> bool {
    is_projected(keyword) || GEOGRAPHIC.contains(&keyword)
}

/// The code of degrees on a datum whose name and ellipsoid are known.
fn geographic(node: &Node) -> Option<u16> {
    let datum = node.child(&["DATUM", "GEODETICDATUM", "ENSEMBLE", "TRF"])?;
    let prime = node.child(&["PRIMEM", "PRIMEMERIDIAN"]);
    if prime.and_then(|prime| prime.numbers.first()).is_some_and(|lon| lon.abs() > 0.0) {
        return None;
    }
    if node.unit().is_some_and(|unit| !is_near(unit, std::f64::consts::PI / 180.0, 1e-12)) {
        return None;
    }
    let code = [node.text(), strip_d(datum.text())].into_iter().find_map(datum::of_name)?;
    let ellipsoid = datum.child(&["SPHEROID", "ELLIPSOID"])?;
    let &[axis, flattening, ..] = ellipsoid.numbers.as_slice() else { return None };
    let text = if datum::WGS84_CODES.contains(&code) {
        "+datum=WGS84".to_owned()
    } else {
        Definition::of_code(code)?.text.to_owned()
    };
    let (wanted_axis, wanted_flattening) = ellipsoid_of(&text)?;
    let fits =
        is_near(axis, wanted_axis, 0.5) && is_near(flattening, wanted_flattening, FLATTENING);
    fits.then_some(code)
}

/// ESRI puts `D_` before the name of a datum.
fn strip_d(name: &str) -> &str {
    name.strip_prefix("D_").unwrap_or(name)
}

/// The code of a projected system of which every number fits.
fn projected(node: &Node) -> Option<u16> {
    let base = geographic(node.child(&GEOGRAPHIC).or_else(|| node.child(&["BASEGEOGCRS"]))?)?;
    let conversion = node.child(&["CONVERSION"]).unwrap_or(node);
    let method = conversion.child(&["PROJECTION", "METHOD"])?.text();
    let method = method.to_ascii_lowercase().replace([' ', '(', ')'], "_");
    let unit = node.unit().or_else(|| {
        let parameters = conversion.nodes.iter();
        parameters.filter_map(|node| node.child(&["LENGTHUNIT"])?.numbers.first().copied()).next()
    })?;
    let mut wanted = Projection { unit, ..Projection::default() };
    for parameter in conversion.nodes.iter().filter(|node| node.keyword == "PARAMETER") {
        wanted.set(parameter, unit)?;
    }
    wanted.kind = kind_of(&method, &wanted)?;
    if wanted.kind == "webmerc" {
        let is_plain = wanted.lon_0 == 0.0 && wanted.x_0 == 0.0 && wanted.y_0 == 0.0;
        return (base == 4326 && is_plain && is_near(unit, 1.0, 1e-9)).then_some(3857);
    }
    let base_of = |code| Definition::of_code(code);
    let datum = base_of(base).map_or_else(|| "+datum=WGS84".to_owned(), |base| base.datum());
    let named = datum::of_name(node.text());
    let area = base_of(base).map(|base| base.area);
    let fits = |candidate: &Definition| {
        let is_datum = candidate.datum() == datum || named == Some(candidate.code);
        is_datum
            && area.is_none_or(|area| overlaps(area, candidate.area))
            && Projection::of_definition(candidate.text).is_some_and(|other| wanted.fits(&other))
    };
    // Those that are left convert alike and differ in how well that is known, and where.
    Definition::all()
        .filter(fits)
        .max_by_key(|found| {
            let is_named = named == Some(found.code);
            (is_named, found.allowance_m, std::cmp::Reverse(found.code))
        })
        .map(|found| found.code)
}

fn overlaps(one: [i16; 4], two: [i16; 4]) -> bool {
    let [west, south, east, north] = one;
    let [other_west, other_south, other_east, other_north] = two;
    let meets = |turn: i16| west <= other_east + turn && other_west + turn <= east;
    south <= other_north && other_south <= north && [-360, 0, 360].into_iter().any(meets)
}

/// Half axis and inverse flattening of a definition's ellipsoid.
fn ellipsoid_of(definition: &str) -> Option<(f64, f64)> {
    let word = |key: &str| {
        definition.split_whitespace().find_map(|part| part.strip_prefix(key)).map(str::to_owned)
    };
    let name = word("+ellps=").or_else(|| word("+datum="))?;
    ELLIPSOIDS.iter().find(|(known, ..)| *known == name).map(|(_, axis, rf)| (*axis, *rf))
}

const GEOGRAPHIC: [&str; 5] = ["GEOGCS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS", "GEODETICCRS"];

/// Names of ellipsoids, and of datums that stand for one, as PROJ has them.
const ELLIPSOIDS: [(&str, f64, f64); 19] = [
    ("GRS67", 6_378_160.0, 298.247_167_427),
    ("GRS80", 6_378_137.0, 298.257_222_101),
    ("NAD27", 6_378_206.4, 294.978_698_214),
    ("NAD83", 6_378_137.0, 298.257_222_101),
    ("OSGB36", 6_377_563.396, 299.324_964_6),
    ("WGS66", 6_378_145.0, 298.25),
    ("WGS72", 6_378_135.0, 298.26),
    ("WGS84", 6_378_137.0, 298.257_223_563),
    ("airy", 6_377_563.396, 299.324_964_6),
    ("aust_SA", 6_378_160.0, 298.25),
    ("bess_nam", 6_377_483.865, 299.152_812_8),
    ("bessel", 6_377_397.155, 299.152_812_8),
    ("clrk66", 6_378_206.4, 294.978_698_214),
    ("clrk80", 6_378_249.145, 293.466_3),
    ("helmert", 6_378_200.0, 298.3),
    ("intl", 6_378_388.0, 297.0),
    ("ire65", 6_377_340.189, 299.324_964_6),
    ("krass", 6_378_245.0, 298.3),
    ("mod_airy", 6_377_340.189, 299.324_964_6),
];

/// Spellings of one ellipsoid differ by less, two ellipsoids by more; GRS 80 and WGS 84 do not,
/// whose shapes are the same to a tenth of a millimetre.
const FLATTENING: f64 = 2e-3;
/// Bytes; the longest in use have some thousand.
const LONGEST: usize = 1 << 16;

//! Places of rows that state none, or only a coarse one, by what else they say: grid references,
//! geohashes and other codes, further columns of coordinates, outlines, and the name of a site that
//! other rows tell exactly. A row of which this tells the place counts as a site like any other.

use reedbed_core::place::{Nano, Point};
use reedbed_formats::cells::Row;
use reedbed_formats::place::{self, OutlineRead};
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::fit::Fit;
use crate::reading::{At, Reading};
use crate::sample::{Sample, mixed};
use crate::seen::{Seen, SeenPlace};
use crate::ways::Way;

/// What is needed to infer places.
#[derive(Debug, Clone)]
pub(crate) struct Inferred {
    tables: Vec<TableSources>,
    /// By site, its place; nothing for one that is told at several.
    sites: FxHashMap<u64, Option<Point>>,
}

/// The columns of a table that may tell a place besides the terms for that.
#[derive(Debug, Clone)]
struct TableSources {
    outline: Option<usize>,
    codes: Vec<usize>,
    pairs: Vec<Pair>,
}

/// Two columns of eastings and northings, of whichever system.
#[derive(Debug, Clone)]
struct Pair {
    x: usize,
    y: usize,
    is_degrees: bool,
    samples: Sample<([f64; 2], Point)>,
    /// What leads from them to the place, with how far off that is.
    fit: Option<(Fit, f64)>,
}

impl Inferred {
    /// Knows nothing yet.
    pub(crate) fn of(reading: &Reading<'_>) -> Self {
        let tables = reading.columns.iter().map(TableSources::of).collect();
        Self { tables, sites: FxHashMap::default() }
    }

    /// Looks at a row that tells its place exactly.
    pub(crate) fn learn(
        &mut self,
        at: At,
        row: Row<'_>,
        columns: &Columns<'_>,
        (seen, place): (&Seen, SeenPlace),
    ) {
        for (key, _) in seen.keys.iter().filter(|(key, _)| key.way == Way::Site) {
            if self.sites.len() >= MOST_SITES && !self.sites.contains_key(&key.hash) {
                continue;
            }
            let known = self.sites.entry(key.hash).or_insert(Some(place.point));
            if known.is_some_and(|point| point.distance_bound_m(place.point) > ONE_SITE_M) {
                *known = None;
            }
        }
        let Some(table) = self.tables.get_mut(at.table) else { return };
        let hash = mixed(at.row ^ columns.print);
        for pair in table.pairs.iter_mut().filter(|pair| pair.samples.wants(hash)) {
            if let Some(values) = pair.values(row) {
                pair.samples.add(hash, (values, place.point));
            }
        }
    }

    /// Adds what another part of the copy taught.
    pub(crate) fn merge(&mut self, other: Self) {
        for (site, point) in other.sites {
            let known = self.sites.entry(site).or_insert(point);
            let agree = known.zip(point).is_some_and(|(a, b)| a.distance_bound_m(b) <= ONE_SITE_M);
            if !agree {
                *known = None;
            }
        }
        for (own, other) in self.tables.iter_mut().zip(other.tables) {
            for (own, other) in own.pairs.iter_mut().zip(other.pairs) {
                own.samples.merge(other.samples);
            }
        }
    }

    /// Finds out what leads from columns of coordinates to places.
    pub(crate) fn settle(&mut self) {
        for pair in self.tables.iter_mut().flat_map(|table| &mut table.pairs) {
            let samples = std::mem::replace(&mut pair.samples, Sample::of(0)).into_values();
            pair.fit = Fit::of(&samples).filter(|(_, off_m)| *off_m <= WORST_FIT_M);
        }
    }

    /// The place of a row that does not tell it exactly; `codes` finds places in a text.
    pub(crate) fn place(
        &self,
        at: At,
        row: Row<'_>,
        seen: &Seen,
        mut codes: impl FnMut(&str) -> Vec<Point>,
    ) -> Option<SeenPlace> {
        let table = self.tables.get(at.table)?;
        let fits = |point: Point| seen.place.is_none_or(|place| place.may_hold(point));
        let exact = |point: Point, radius_m: f64| SeenPlace { point, radius_m, edges: None };
        let outline = table.outline.and_then(|column| match place::outline(&row.cell(column)) {
            OutlineRead::Within(outline) if outline.radius_m <= ONE_SITE_M => {
                Some(exact(outline.centre, outline.radius_m))
            }
            _ => None,
        });
        if let Some(outline) = outline.filter(|outline| fits(outline.point)) {
            return Some(outline);
        }
        for pair in &table.pairs {
            if let Some(found) = pair.place(row).filter(|found| fits(found.point)) {
                return Some(found);
            }
        }
        for column in &table.codes {
            let text = row.cell(*column);
            let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
            if !has_digit || !(SHORTEST_CODE..=LONGEST_CODE).contains(&text.len()) {
                continue;
            }
            if let Some(point) = codes(&text).into_iter().find(|point| fits(*point)) {
                return Some(exact(point, 0.0));
            }
        }
        let sites = seen.keys.iter().filter(|(key, _)| key.way == Way::Site);
        let mut known = sites.filter_map(|(key, _)| *self.sites.get(&key.hash)?);
        known.find(|point| fits(*point)).map(|point| exact(point, 0.0))
    }
}

impl TableSources {
    fn of(columns: &Columns<'_>) -> Self {
        let all = || columns.table.columns.iter().enumerate();
        let of_term = |name: &str| {
            all().find(|(_, column)| column.term.is_some_and(|term| term.name == name))
        };
        let is_code = |column: &reedbed_formats::table::Column| {
            column.term.is_none_or(|term| CODES.contains(&term.name))
        };
        let headings: Vec<(usize, String)> = all()
            .filter(|(_, column)| column.term.is_none())
            .map(|(index, column)| (index, folded(&column.heading)))
            .collect();
        let mut pairs = Vec::new();
        for (x, heading) in &headings {
            for (of_x, of_y, is_degrees) in AXES {
                let Some(at) = heading.rfind(of_x) else { continue };
                let (head, tail) = (heading.get(..at), heading.get(at + of_x.len()..));
                let other =
                    format!("{}{of_y}{}", head.unwrap_or_default(), tail.unwrap_or_default());
                if let Some((y, _)) = headings.iter().find(|(_, heading)| *heading == other) {
                    let samples = Sample::of(SAMPLES);
                    let (x, y, is_degrees) = (*x, *y, *is_degrees);
                    pairs.push(Pair { x, y, is_degrees, samples, fit: None });
                    break;
                }
            }
        }
        Self {
            outline: of_term("footprintWKT").map(|(index, _)| index),
            codes: all().filter(|(_, column)| is_code(column)).map(|(index, _)| index).collect(),
            pairs,
        }
    }
}

impl Pair {
    fn values(&self, row: Row<'_>) -> Option<[f64; 2]> {
        let number = |column: usize| {
            let text = row.cell(column).trim().replace(',', ".");
            text.parse::<f64>().ok().filter(|number| number.is_finite())
        };
        Some([number(self.x)?, number(self.y)?])
    }

    fn place(&self, row: Row<'_>) -> Option<SeenPlace> {
        let [x, y] = self.values(row)?;
        if let Some((fit, off_m)) = &self.fit {
            let point = fit.point([x, y])?;
            return Some(SeenPlace { point, radius_m: *off_m, edges: None });
        }
        if !self.is_degrees {
            return None;
        }
        let column = |column: usize| row.cell(column).trim().replace(',', ".");
        let point = Point::new(Nano::parse(&column(self.y))?, Nano::parse(&column(self.x))?)?;
        Some(SeenPlace { point, radius_m: 0.0, edges: None })
    }
}

/// A heading in small letters, without what is neither letter nor digit.
fn folded(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What columns of eastings and of northings are called, and whether they are degrees.
const AXES: &[(&str, &str, bool)] = &[
    ("longitude", "latitude", true),
    ("long", "lat", true),
    ("lng", "lat", true),
    ("lon", "lat", true),
    ("easting", "northing", false),
    ("rechtswert", "hochwert", false),
    ("east", "north", false),
    ("este", "norte", false),
    ("x", "y", false),
];
/// Terms whose texts may be a code of a place; columns that are no term may be as well.
const CODES: &[&str] = &[
    "dynamicProperties",
    "fieldNumber",
    "locality",
    "locationID",
    "locationRemarks",
    "verbatimCoordinates",
    "verbatimLocality",
];
const SHORTEST_CODE: usize = 6;
/// Longer texts are prose, which need not speak of the record's own place.
const LONGEST_CODE: usize = 60;
/// Rows of one site lie no farther apart than this.
///
/// Units: metres.
const ONE_SITE_M: f64 = 500.0;
/// Coordinates that are fitted worse tell no site.
///
/// Units: metres.
const WORST_FIT_M: f64 = 500.0;
/// Rows by which a fit is made.
const SAMPLES: usize = 400;
/// Sites that are remembered.
const MOST_SITES: usize = 1_000_000;

//! Which partner's copy a file came from.
//!
//! The floor cells come from the partner level, the choices from the vault's secret; the file is only asked
//! which blocks it holds. Nothing exact is needed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use reedbed_core::fold::fold;
use reedbed_core::grid::{CellWidth, FloorCell, Lattice, Telling};
use reedbed_core::place::{Nano, Point};
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::statement;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::place::{self, PlaceCells, PlaceRead};
use reedbed_formats::row::Fields;
use reedbed_formats::table::Table;
use reedbed_trace::{Fit, Spot, weigh};
use reedbed_vault::own::Own;

use super::Vault;
use super::import::{open_package, open_records};
use super::levels::{PARTNER, Wanted};
use super::rows::Rows;
use super::work::Work;
use crate::cli::inputs::InputArgs;

/// What a file tells about where it came from.
#[derive(Debug)]
pub(crate) struct Traced {
    /// Rows of the file that state a place.
    pub(crate) rows: usize,
    /// Those who were handed copies, the best fit first.
    pub(crate) partners: Vec<OfPartner>,
}

/// How the file fits to the copies of a partner.
#[derive(Debug)]
pub(crate) struct OfPartner {
    pub(crate) name: String,
    pub(crate) fit: Fit,
    /// The copies that they have: dataset, rows, digest of the package.
    pub(crate) copies: Vec<(String, String, String)>,
    /// The chance that any of all partners fits so well without having a part in the file.
    pub(crate) chance: f64,
}

impl OfPartner {
    /// Whether they are to be named.
    pub(crate) fn is_named(&self) -> bool {
        self.chance <= NAMED
    }
}

/// Somebody who was handed copies.
#[derive(Debug, Default)]
struct Suspect {
    copies: Vec<(String, String, String)>,
    /// By dataset, the first and the last time that one was handed over, counted in releases.
    turns: BTreeMap<String, (usize, usize)>,
    /// For each reading, by dataset and floor cell.
    spots: [HashMap<(String, Cell), Spot>; 2],
}

impl Suspect {
    /// How the file fits, by the better of the readings, without the cells that a rival explains.
    ///
    /// What a partner is told depends on what others were told before: where two blocks would leave too
    /// little to hide among, the later one is told more widely. So a later partner's copy holds more of an
    /// earlier partner's blocks than by accident, and where the file may be that copy, its blocks speak
    /// against nobody who was there before.
    fn fit(&self, rivals: &[&Self]) -> Fit {
        let is_later = |rival: &Self, dataset: &str| {
            let (own, other) = (self.turns.get(dataset), rival.turns.get(dataset));
            own.zip(other).is_some_and(|((first, _), (_, last))| last > first)
        };
        let fit = |reading: usize| {
            let spots = self.spots.get(reading).into_iter().flatten();
            let is_explained = |at: &(String, Cell)| {
                rivals.iter().any(|rival| {
                    let spot = rival.spots.get(reading).and_then(|spots| spots.get(at));
                    is_later(rival, &at.0)
                        && spot.is_some_and(|spot| spot.found.get(spot.own) == Some(&true))
                })
            };
            let left: Vec<Spot> =
                spots.filter(|(at, _)| !is_explained(at)).map(|(_, spot)| *spot).collect();
            weigh(&left)
        };
        let (one, other) = (fit(0), fit(1));
        if one.chance <= other.chance { one } else { other }
    }
}

/// A floor cell, by the width of its public cell and by row and column.
type Cell = (Nano, FloorCell);

/// What is in a floor cell.
#[derive(Debug)]
struct Held {
    lattice: Lattice,
    point: Point,
    records: HashSet<Record>,
}

/// A taxon, folded, and a date as it is written; empty where none is given, which stands for any.
type Record = (String, String);

/// Corners of floor cells that a file states, each with what is recorded there.
#[derive(Debug, Default)]
struct Corners {
    /// By the side of the floor cells and the numbers of the corners.
    by_side: HashMap<i64, HashMap<(i64, i64), HashSet<Record>>>,
}

impl Vault {
    /// Holds a file against all copies that were handed over.
    pub(crate) fn trace(&self, leak: &InputArgs, own: &Own) -> Result<Traced, anyhow::Error> {
        let mut suspects: BTreeMap<String, Suspect> = BTreeMap::new();
        let mut versions: BTreeSet<(String, u32)> = BTreeSet::new();
        for (at, (released, request)) in self.book.releases().enumerate() {
            let suspect = suspects.entry(request.beneficiary.clone()).or_default();
            let package = reedbed_vault::book::hex(&released.package);
            suspect.copies.push((request.dataset.clone(), request.rows.clone(), package));
            let turns = suspect.turns.entry(request.dataset.clone()).or_insert((at, at));
            turns.1 = at;
            if self.book.newest(&request.dataset).is_some_and(|held| !held.is_shredded) {
                versions.insert((request.dataset.clone(), Rows::read(&request.rows)?.version));
            }
        }
        let work = Work::new()?;
        let mut cells: BTreeMap<&str, HashMap<Cell, Held>> = BTreeMap::new();
        for (dataset, version) in &versions {
            let held = cells.entry(dataset).or_default();
            self.cells_of(dataset, *version, own, &work, held)?;
        }
        let sides: BTreeSet<i64> =
            cells.values().flat_map(HashMap::keys).map(|(width, _)| self.side(*width)).collect();
        let (corners, rows) = Corners::of(&leak.open_tables()?, &sides)?;
        let secret = self.secret(own)?;
        for (name, suspect) in &mut suspects {
            for (has_dates, spots) in READINGS.into_iter().zip(&mut suspect.spots) {
                for (dataset, held) in &cells {
                    if !suspect.turns.contains_key(*dataset) {
                        continue;
                    }
                    let key = Pseudonyms::new(&secret, dataset, name);
                    spots.extend(held.iter().map(|(cell, held)| {
                        let spot = self.spot(cell, held, &key, (&corners, has_dates));
                        (((*dataset).to_owned(), *cell), spot)
                    }));
                }
            }
        }
        let alone: BTreeMap<&String, f64> =
            suspects.iter().map(|(name, suspect)| (name, suspect.fit(&[]).chance)).collect();
        let count = f64::from(u32::try_from(suspects.len()).unwrap_or(u32::MAX));
        let mut partners = Vec::new();
        for (name, suspect) in &suspects {
            let fits = |other: &&String| alone.get(other).is_some_and(|chance| *chance <= RIVAL);
            let rivals: Vec<&Suspect> = suspects
                .iter()
                .filter(|(other, _)| *other != name && fits(other))
                .map(|(_, other)| other)
                .collect();
            let fit = suspect.fit(&rivals);
            // The better of two readings, of any of the partners.
            let chance = (fit.chance * count * 2.0).min(1.0);
            let copies = suspect.copies.clone();
            partners.push(OfPartner { name: name.clone(), fit, copies, chance });
        }
        partners.sort_by(|a, b| a.chance.total_cmp(&b.chance).then_with(|| a.name.cmp(&b.name)));
        Ok(Traced { rows, partners })
    }

    /// The floor cells of a version of a dataset.
    fn cells_of(
        &self,
        dataset: &str,
        version: u32,
        own: &Own,
        work: &Work,
        held: &mut HashMap<Cell, Held>,
    ) -> Result<(), anyhow::Error> {
        let manifest = self.version_of(dataset, version)?;
        let rows = Rows::all(version);
        let is_needed = |column: &str| NEEDED.contains(&column);
        let wanted = Wanted { rows: &rows, columns: &is_needed };
        let folder = work.path(&format!("{dataset}-{version}"));
        let tables: Vec<PathBuf> = self.read_level(&manifest, PARTNER, own, &folder, wanted)?;
        let step = self.step();
        for_each_place(&open_records(&tables)?.records, |point, records, said| {
            let Some(Lattice::Degrees { width: floor }) = statement::grid_of(said) else { return };
            let wide = floor.nano().0.checked_mul(5_i64.pow(u32::from(step))).map(Nano);
            let width = wide.and_then(CellWidth::at_least).filter(|own| Some(own.nano()) == wide);
            let Some(width) = width else { return };
            let lattice = Lattice::Degrees { width };
            let cell = (width.nano(), lattice.floor_cell(point, step));
            let new = Held { lattice, point, records: HashSet::new() };
            held.entry(cell).or_insert(new).records.extend(records);
        })?;
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("`{}` cannot be removed", folder.display()))
    }

    fn side(&self, width: Nano) -> i64 {
        width.0 / 5_i64.pow(u32::from(self.step()))
    }

    fn spot(
        &self,
        cell: &Cell,
        held: &Held,
        key: &Pseudonyms,
        (corners, has_dates): (&Corners, bool),
    ) -> Spot {
        let step = self.step();
        let (is_north, is_east) = key.block_of(held.lattice, step, cell.1);
        let mut found = [false; 4];
        for (at, found) in found.iter_mut().enumerate() {
            let telling = Telling::Block { step, north: at & 1 == 1, east: at & 2 == 2 };
            let centre = held.lattice.region(held.point, telling).centre();
            *found = corners.has(centre, self.side(cell.0), &held.records, has_dates);
        }
        Spot { found, own: usize::from(is_north) + 2 * usize::from(is_east) }
    }
}

impl Corners {
    /// The corners that the places of a file are near; and how many rows state a place.
    fn of(leak: &Dataset, sides: &BTreeSet<i64>) -> Result<(Self, usize), anyhow::Error> {
        let (mut corners, mut rows) = (Self::default(), 0);
        for_each_place(leak, |point, records, _| {
            rows += 1;
            for side in sides {
                let Some((row, column)) = near(point, *side) else { continue };
                let of_side = corners.by_side.entry(*side).or_default();
                of_side.entry((row, column)).or_default().extend(records.iter().cloned());
            }
        })?;
        Ok((corners, rows))
    }

    fn has(&self, centre: Point, side: i64, held: &HashSet<Record>, has_dates: bool) -> bool {
        let there = near(centre, side).and_then(|corner| self.by_side.get(&side)?.get(&corner));
        let is_alike = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
        let is_one =
            |a: &Record, b: &Record| is_alike(&a.0, &b.0) && (!has_dates || is_alike(&a.1, &b.1));
        there.is_some_and(|there| {
            !there.is_disjoint(held)
                || there.iter().any(|own| held.iter().any(|of| is_one(own, of)))
        })
    }
}

/// The corner of floor cells that a point is within a quarter of a side of, by its numbers.
///
/// Cells are centred on the multiples of their side, so that corners lie halfway between.
fn near(point: Point, side: i64) -> Option<(i64, i64)> {
    let of = |angle: Nano| {
        let (number, beyond) = (angle.0.div_euclid(side), angle.0.rem_euclid(side));
        ((beyond - side / 2).abs() <= side / 4).then_some(number)
    };
    Some((of(point.lat())?, of(point.lon())?))
}

/// The places that a copy states, with what is recorded at each.
pub(crate) fn places_of(package: &Path) -> Result<Vec<(Point, Vec<Record>)>, anyhow::Error> {
    let mut places = Vec::new();
    for_each_place(&open_package(package)?, |point, records, _| places.push((point, records)))?;
    Ok(places)
}

/// Calls for each row that states a place: with the point, what is recorded by the row or at its event,
/// and what the row says was generalised.
fn for_each_place(
    dataset: &Dataset,
    mut call: impl FnMut(Point, Vec<Record>, &str),
) -> Result<(), anyhow::Error> {
    let mut of_event: HashMap<String, BTreeSet<String>> = HashMap::new();
    let mut folded = String::new();
    for_each_row(dataset, |row, Terms { taxon, event, .. }| {
        fold(&row.text(taxon), &mut folded);
        let event = row.text(event);
        if !folded.is_empty() && !event.trim().is_empty() {
            of_event.entry(event.trim().to_owned()).or_default().insert(folded.clone());
        }
    })?;
    for_each_row(dataset, |row, terms| {
        let [lat, lon, datum, v_lat, v_lon, v_both, v_system, v_srs] = &terms.place;
        let cells = PlaceCells {
            decimal_latitude: &row.text(lat),
            decimal_longitude: &row.text(lon),
            geodetic_datum: &row.text(datum),
            verbatim_latitude: &row.text(v_lat),
            verbatim_longitude: &row.text(v_lon),
            verbatim_coordinates: &row.text(v_both),
            verbatim_coordinate_system: &row.text(v_system),
            verbatim_srs: &row.text(v_srs),
            ..PlaceCells::default()
        };
        let PlaceRead::Known(stated) = place::read(&cells) else { return };
        fold(&row.text(&terms.taxon), &mut folded);
        let date = row.text(&terms.date).trim().to_owned();
        let of_event = of_event.get(row.text(&terms.event).trim());
        let records = match of_event.filter(|_| folded.is_empty()) {
            Some(taxa) => taxa.iter().map(|taxon| (taxon.clone(), date.clone())).collect(),
            None => vec![(folded.clone(), date)],
        };
        call(stated.point, records, &row.text(&terms.said));
    })
}

/// Where a table has the taxon; files on their way through the world often call it otherwise.
fn taxon_of(table: &Table) -> Source {
    let own = Source::of(table, "scientificName");
    if own.exists() {
        return own;
    }
    let (mut heading, mut called) = (String::new(), String::new());
    let at = CALLED.iter().find_map(|name| {
        fold(name, &mut called);
        table.columns.iter().position(|column| {
            fold(&column.heading, &mut heading);
            heading == called
        })
    });
    Source::column(at)
}

/// Where a table has what counts here.
struct Terms {
    place: [Source; 8],
    taxon: Source,
    date: Source,
    event: Source,
    said: Source,
}

/// Calls for each row, with where its terms are.
fn for_each_row(
    dataset: &Dataset,
    mut call: impl FnMut(&Row<'_>, &Terms),
) -> Result<(), anyhow::Error> {
    for table in &dataset.tables {
        let of = |name: &str| Source::of(table, name);
        let terms = Terms {
            place: PLACE.map(of),
            taxon: taxon_of(table),
            date: of("eventDate"),
            event: of("eventID"),
            said: of("dataGeneralizations"),
        };
        let (shape, mut chunks) = (table.shape(), table.read()?);
        let mut fields = Fields::default();
        while let Some(chunk) = chunks.next_chunk()? {
            let mut rows = chunk.rows(&shape);
            while let Some(read) = rows.next_into(&mut fields) {
                call(&Row { bytes: read.bytes, fields: &fields, dialect: shape.dialect }, &terms);
            }
        }
    }
    Ok(())
}

/// The chance of naming anybody who has no part in a file, up to which somebody is named.
pub(crate) const NAMED: f64 = 1e-6;
const CALLED: [&str; 6] =
    ["species", "taxon", "taxon name", "species name", "scientific", "latin name"];
/// How well a partner must fit for the file to be taken for theirs where it speaks of others.
const RIVAL: f64 = 0.05;
/// Whether dates count: a program that a file went through may have written them otherwise.
const READINGS: [bool; 2] = [true, false];
const PLACE: [&str; 8] = [
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "verbatimLatitude",
    "verbatimLongitude",
    "verbatimCoordinates",
    "verbatimCoordinateSystem",
    "verbatimSRS",
];
/// Columns of the partner level that tell its floor cells.
const NEEDED: [&str; 7] = [
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "scientificName",
    "eventDate",
    "eventID",
    "dataGeneralizations",
];

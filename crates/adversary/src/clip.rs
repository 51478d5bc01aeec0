//! Attack 10: the region of a record cut by the areas that the record itself names: a county, a
//! protected area, an island, a habitat, whose boundary an attacker has.

use reedbed_core::area::{Area, AreaSet};
use reedbed_core::fold::fold;
use reedbed_core::place::Point;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::table::Table;
use rustc_hash::FxHashMap;

use crate::agreement::wilson;
use crate::region::{Extent, Region, allowed_on_ground_m2};
use crate::target::Target;
use crate::ways::{Way, hash_of};

/// Boundaries by name, and which of them the protected records name.
#[derive(Debug, Clone)]
pub(crate) struct Clips<'a> {
    areas: Vec<&'a Area>,
    /// By the name, folded; nothing where a name has several boundaries.
    by_name: FxHashMap<u64, Option<usize>>,
    /// By protected record: the boundaries, each with the index of its term.
    named: FxHashMap<usize, Vec<(usize, usize)>>,
    /// The same by event: what an event names, its records name.
    by_event: FxHashMap<u64, Vec<(usize, usize)>>,
    /// Exact records near the edge of an area that they name, and of these, those inside.
    near_edge: u64,
    inside: u64,
}

/// What is left of a region.
#[derive(Debug, Clone)]
pub(crate) struct Clipped {
    pub(crate) target: usize,
    pub(crate) extent: Extent,
    /// The columns that name the areas.
    pub(crate) columns: Vec<&'static str>,
}

impl<'a> Clips<'a> {
    /// Reads the names of boundaries that an attacker has besides, of which one name may mean several
    /// places, and of outlines in the copy itself: all that bear a name are where it may be.
    pub(crate) fn of(besides: Option<&'a AreaSet>, own: Option<&'a AreaSet>) -> Self {
        let mut clips = Self {
            areas: Vec::new(),
            by_name: FxHashMap::default(),
            named: FxHashMap::default(),
            by_event: FxHashMap::default(),
            near_edge: 0,
            inside: 0,
        };
        let mut folded = String::new();
        let sets = besides.map(|set| (set, false)).into_iter().chain(own.map(|set| (set, true)));
        let features = sets.flat_map(|(layers, is_own)| {
            layers.features().map(move |(names, shape)| (layers, is_own, names, shape))
        });
        for (layers, is_own, names, shape) in features {
            for name in names {
                let Some(key) = key_of(name, &mut folded) else { continue };
                let Some(area) = layers.find(name) else { continue };
                let is_one = is_own || area.shapes().count() == 1;
                let known = clips.by_name.get(&key).copied();
                let of_other = known.is_some_and(|known| {
                    let known = known.and_then(|index| clips.areas.get(index));
                    !known.is_some_and(|known| known.shapes().any(|own| std::ptr::eq(own, shape)))
                });
                if !is_one || of_other {
                    clips.by_name.insert(key, None);
                } else if known.is_none() {
                    clips.by_name.insert(key, Some(clips.areas.len()));
                    clips.areas.push(area);
                }
            }
        }
        clips
    }

    /// Adds what another part of the copy names.
    pub(crate) fn merge(&mut self, other: Self) {
        self.named.extend(other.named);
        for (event, named) in other.by_event {
            self.by_event.entry(event).or_insert(named);
        }
        self.near_edge += other.near_edge;
        self.inside += other.inside;
    }

    /// The columns of a table that name areas.
    pub(crate) fn sources(table: &Table) -> Vec<Source> {
        TERMS.iter().map(|term| Source::of(table, term)).collect()
    }

    /// Notes which boundaries a protected record names.
    pub(crate) fn note(&mut self, target: usize, row: Row<'_>, sources: &[Source]) {
        let named = self.named_by(row, sources);
        if !named.is_empty() {
            self.named.insert(target, named);
        }
    }

    /// Notes which boundaries an event names.
    pub(crate) fn note_event(&mut self, event: u64, row: Row<'_>, sources: &[Source]) {
        let named = self.named_by(row, sources);
        if !named.is_empty() {
            self.by_event.entry(event).or_insert(named);
        }
    }

    /// Measures by an exact record whether boundaries are where they are drawn: only where one runs
    /// within a floor's side of it.
    pub(crate) fn measure(&mut self, row: Row<'_>, sources: &[Source], at: Point, floor_m: f64) {
        if self.near_edge >= MOST_MEASURED {
            return;
        }
        let (lat, lon) = (at.lat().degrees(), at.lon().degrees());
        let up = floor_m / METRES_PER_DEGREE;
        let across = up / lat.to_radians().cos().max(0.01);
        let around = [(up, 0.0), (-up, 0.0), (0.0, across), (0.0, -across)];
        let around = around.map(|(north, east)| Point::from_degrees(lat + north, lon + east));
        for (area, _) in self.named_by(row, sources) {
            let Some(area) = self.areas.get(area) else { continue };
            let holds = |point: &Point| area.touched_by(*point, 0.0);
            let is_inside = holds(&at);
            let is_deep = is_inside && around.iter().flatten().all(holds);
            if !is_deep && area.touched_by(at, floor_m) {
                self.near_edge += 1;
                self.inside += u64::from(is_inside);
            }
        }
    }

    /// How often a record lies in an area that it names, near the edge; nothing where too few
    /// records measure it.
    pub(crate) fn chance(&self) -> Option<f64> {
        (self.near_edge >= FEWEST_MEASURED).then(|| wilson(self.inside, self.near_edge))
    }

    fn named_by(&self, row: Row<'_>, sources: &[Source]) -> Vec<(usize, usize)> {
        let mut folded = String::new();
        let mut named: Vec<(usize, usize)> = Vec::new();
        for (term, source) in sources.iter().enumerate() {
            let text = row.text(source);
            for part in text.split(['|', ';', ',']).chain([text.as_ref()]) {
                let Some(key) = key_of(part, &mut folded) else { continue };
                if let Some(area) = self.by_name.get(&key).copied().flatten()
                    && named.len() < MOST_AREAS
                    && !named.iter().any(|(known, _)| *known == area)
                {
                    named.push((area, term));
                }
            }
        }
        named
    }

    /// Cuts the regions by the boundaries that are named; kept is what lies below the floor.
    ///
    /// Cost: some thousand questions to a boundary for each different region, up to
    /// [`MOST_REGIONS`] of them; further regions are not cut.
    pub(crate) fn clipped(&self, targets: &[Target]) -> Vec<Clipped> {
        let mut known: FxHashMap<_, Option<Extent>> = FxHashMap::default();
        let mut found = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            let event = target.keys.iter().find(|(key, _)| key.way == Way::Event);
            let of_event = event.and_then(|(key, _)| self.by_event.get(&key.hash));
            let mut named: Vec<(usize, usize)> =
                self.named.get(&index).into_iter().chain(of_event).flatten().copied().collect();
            named.sort_unstable();
            named.dedup_by_key(|(area, _)| *area);
            if named.is_empty() {
                continue;
            }
            let Some(place) = target.allowed else { continue };
            let edges = place.edges.map(|edges| edges.map(|edge| edge.0));
            let key = (place.point, edges, place.radius_m.to_bits(), named.clone());
            if !known.contains_key(&key) && known.len() >= MOST_REGIONS {
                continue;
            }
            let extent =
                *known.entry(key).or_insert_with(|| self.cut(&Region::of(&place)?, &named));
            let Some(extent) = extent else { continue };
            let allowed = allowed_on_ground_m2(target.allowed_area_m2(), extent.centre);
            if extent.area_m2 < allowed * LESS {
                let columns = named.iter().filter_map(|(_, term)| TERMS.get(*term).copied());
                found.push(Clipped { target: index, extent, columns: columns.collect() });
            }
        }
        found
    }

    /// Nothing where the boundaries leave all of the region, or nothing of it.
    fn cut(&self, region: &Region, named: &[(usize, usize)]) -> Option<Extent> {
        let areas: Vec<&Area> =
            named.iter().filter_map(|(area, _)| self.areas.get(*area).copied()).collect();
        let holds = |point: Point| areas.iter().all(|area| area.touched_by(point, 0.0));
        let left = region.extent_where(holds)?;
        (left.area_m2 < region.extent()?.area_m2 * LESS).then_some(left)
    }
}

/// The hash of a name; nothing for a number and for what is too short to be a name.
fn key_of(name: &str, folded: &mut String) -> Option<u64> {
    fold(name, folded);
    let is_name = folded.len() >= 3 && folded.chars().any(char::is_alphabetic);
    is_name.then(|| hash_of(Way::Detail, folded.as_bytes()))
}

/// Terms that name an area.
const TERMS: [&str; 12] = [
    "county",
    "municipality",
    "stateProvince",
    "island",
    "islandGroup",
    "waterBody",
    "country",
    "countryCode",
    "higherGeography",
    "locality",
    "verbatimLocality",
    "habitat",
];
/// Areas that one record names.
const MOST_AREAS: usize = 8;
const MOST_REGIONS: usize = 4_000;
const LESS: f64 = 0.95;
const METRES_PER_DEGREE: f64 = 111_320.0;
const MOST_MEASURED: u64 = 20_000;
const FEWEST_MEASURED: u64 = 10;

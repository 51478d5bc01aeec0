//! Attack 12: several copies of the same data. Regions that different copies tell of one record are
//! cut against each other, and a record that is exact in another copy and gone from this one is
//! sought among those that are new here.

use reedbed_core::place::Point;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::linking::{Features, IDENTIFIER, Known, Link, NAME, Searched};
use crate::region::{Extent, Region, allowed_on_ground_m2, stated_area_m2};
use crate::seen::SeenPlace;
use crate::target::Target;

/// What is left of a record's region when all copies are right.
#[derive(Debug, Clone)]
pub(crate) struct Narrowed {
    pub(crate) extent: Extent,
    /// That all links that were needed are right.
    pub(crate) chance: f64,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) copies: usize,
}

/// Cuts the region of each record against those that other copies tell of it; kept is what lies
/// below the floor and was not told by the record itself.
pub(crate) fn narrowed(
    copies: &[Known],
    targets: &[Target],
    sample: &[(Features, Point)],
) -> (FxHashMap<usize, Narrowed>, Searched) {
    let mut links: FxHashMap<usize, Vec<Link>> = FxHashMap::default();
    let mut searched = Searched::default();
    for copy in copies {
        let (found, of_copy) = copy.link(targets, sample, may_be_one);
        searched.tried += of_copy.tried;
        searched.all += of_copy.all;
        for (index, link) in found {
            links.entry(index).or_default().push(link);
        }
    }
    let cut = links.into_iter().filter_map(|(index, links)| {
        let target = targets.get(index)?;
        Some((index, cut(target, links)?))
    });
    (cut.collect(), searched)
}

/// The surest links first, until the region lies below the floor: each further link must be right
/// too.
fn cut(target: &Target, mut links: Vec<Link>) -> Option<Narrowed> {
    links.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    let own = target.allowed.as_ref().and_then(Region::of);
    let own_area = target.allowed.as_ref().map_or(f64::INFINITY, stated_area_m2);
    let mut left = own;
    let (mut area, mut chance, mut columns, mut copies) = (own_area, 1.0, Vec::new(), 0);
    for link in links {
        let Some(told) = told(&link.place) else { continue };
        // A link that contradicts the others is wrong; it is left aside.
        let Some(next) = left.as_ref().map_or_else(|| Some(told.clone()), |left| left.cut(&told))
        else {
            continue;
        };
        let Some(extent) = next.extent().filter(|extent| extent.area_m2 < area * LESS) else {
            continue;
        };
        left = Some(next);
        area = extent.area_m2;
        chance *= link.chance;
        copies += 1;
        for column in link.columns {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let allowed = allowed_on_ground_m2(target.allowed_area_m2(), extent.centre);
        if area < allowed * LESS {
            return Some(Narrowed { extent, chance, columns, copies });
        }
    }
    None
}

/// Whether a place of another copy and a record may be one: their regions meet.
fn may_be_one(target: &Target, place: &SeenPlace) -> bool {
    match (target.allowed.as_ref().and_then(Region::of), told(place)) {
        (Some(own), Some(told)) => own.cut(&told).is_some(),
        (None, _) => true,
        (_, None) => false,
    }
}

/// The region that a copy tells; a point is no finer than some metres.
fn told(place: &SeenPlace) -> Option<Region> {
    Region::of(&SeenPlace { radius_m: place.radius_m.max(POINT_M), ..*place })
}

/// A record that another copy tells exactly and that is gone from the copy under attack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vanished {
    pub(crate) place: SeenPlace,
    /// Different sites at which such records are.
    pub(crate) sites: u64,
}

/// Seeks protected records that are new in the copy among the records of the same name, region and
/// period that another copy tells exactly and that are gone, both by their identifiers.
///
/// Nothing where fewer than half of the other copy's identifiers are in the copy: then identifiers
/// were replaced, and say nothing. Bounds: [`MOST_GONE`] gone records of each name.
pub(crate) fn vanished(
    other: &Known,
    own_ids: &FxHashSet<u32>,
    targets: &[Target],
) -> FxHashMap<usize, Vanished> {
    let feature = |features: &Features, term: usize| features.get(term).copied().unwrap_or(0);
    let mut other_ids: FxHashSet<u32> = FxHashSet::default();
    let mut gone: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    let mut shared = 0;
    for (index, row) in other.rows().iter().enumerate() {
        let id = feature(&row.features, IDENTIFIER);
        if id == 0 {
            continue;
        }
        other_ids.insert(id);
        if own_ids.contains(&id) {
            shared += 1;
        } else {
            let gone = gone.entry(feature(&row.features, NAME)).or_default();
            if gone.len() < MOST_GONE {
                gone.push(index);
            }
        }
    }
    if shared * 2 < other_ids.len() {
        return FxHashMap::default();
    }
    let mut found = FxHashMap::default();
    for (index, target) in targets.iter().enumerate() {
        let name = feature(&target.features, NAME);
        if name == 0 || other_ids.contains(&feature(&target.features, IDENTIFIER)) {
            continue;
        }
        let mut sites: Vec<SeenPlace> = Vec::new();
        let rows = gone.get(&name).into_iter().flatten().filter_map(|row| other.rows().get(*row));
        for row in rows {
            let circle = std::f64::consts::PI * row.place.radius_m * row.place.radius_m;
            let fits = circle < target.allowed_area_m2()
                && row.place.edges.is_none()
                && target.may_be_at(row.place.point)
                && target.may_be_on(row.days);
            let is_new =
                |site: &SeenPlace| site.point.distance_bound_m(row.place.point) > target.near_m();
            if fits && sites.len() < MOST_SITES && sites.iter().all(is_new) {
                sites.push(row.place);
            }
        }
        if let Some(place) = sites.first() {
            found.insert(index, Vanished { place: *place, sites: sites.len() as u64 });
        }
    }
    found
}

/// A cut that leaves more than this share of what was there cuts nothing.
const LESS: f64 = 0.98;
/// Units: metres.
const POINT_M: f64 = 50.0;
const MOST_GONE: usize = 10_000;
const MOST_SITES: usize = 16;

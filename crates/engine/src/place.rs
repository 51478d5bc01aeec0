//! A place as a copy tells it: region, centre and a circle that holds the truth.

use reedbed_core::decide::{Decision, PlaceTold};
use reedbed_core::grid::{Lattice, Region, Telling, decimal};
use reedbed_core::place::{Nano, Point};
use reedbed_core::uncertainty;

use crate::pseudonym::Pseudonyms;
use crate::statement;

/// What a record states of its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated {
    /// The point, WGS 84.
    pub(crate) point: Point,
    /// Its uncertainty in metres, if it has one.
    pub(crate) uncertainty_m: Option<f64>,
    /// What datum, precision and spelling leave open beyond that, in metres.
    pub(crate) shift_m: f64,
    /// Whether it says on which datum it is.
    pub(crate) has_datum: bool,
    /// The precision that it states.
    pub(crate) precision: Option<Nano>,
    /// South, north, west and east of the outline that it states.
    pub(crate) edges: Option<[Nano; 4]>,
}

impl Stated {
    /// Radius of the circle in which the place lies, as far as it is known; for rules about areas.
    pub(crate) fn radius_m(&self) -> f64 {
        self.uncertainty_m.unwrap_or(0.0) + self.shift_m
    }
}

/// A generalised place, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct ToldPlace {
    told: PlaceTold,
    written: Option<Written>,
}

#[derive(Debug, Clone)]
struct Written {
    region: Region,
    uncertainty_m: f64,
    precision: String,
}

/// A stated circle that would not hold the true place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Untrue;

impl ToldPlace {
    /// Tells a place as the decision wants it.
    ///
    /// Errors: [`Untrue`] if the stated circle did not hold the true place. It always does; this is
    /// checked on every record because nothing else may leave.
    pub(crate) fn tell(
        stated: Option<Stated>,
        decision: &Decision,
        pseudonyms: &Pseudonyms,
    ) -> Result<Self, Untrue> {
        let (Some(stated), Some(telling)) = (stated, wanted(decision, stated, pseudonyms)) else {
            let told = match decision.place {
                PlaceTold::AsHeld => PlaceTold::AsHeld,
                _ => PlaceTold::Withheld,
            };
            return Ok(Self { told, written: None });
        };
        let found = match standing(stated, telling, decision.place) {
            Some((told, region)) => Some((told, region, true)),
            None => beyond(stated, telling, decision.place),
        };
        let Some((told, region, is_standing)) = found else {
            return Ok(Self { told: PlaceTold::Withheld, written: None });
        };
        // A standing place says how uncertain it is, its precision included.
        let uncertainty_m = uncertainty::ladder_m(match stated.uncertainty_m {
            Some(uncertainty_m) if is_standing => uncertainty_m,
            // PRIVACY: of sites that state more or less, all but the vaguest reach the same rung.
            _ => region.radius_m() + stated.radius_m().max(region.radius_m() / MARGIN),
        });
        let distance = region.centre().distance_bound_m(stated.point);
        if !region.contains(stated.point) || distance > uncertainty_m {
            return Err(Untrue);
        }
        let written = Written { region, uncertainty_m, precision: precision(told) };
        Ok(Self { told, written: Some(written) })
    }

    /// A place that the record does not state: nothing to tell, nothing to withhold.
    pub(crate) fn none() -> Self {
        Self { told: PlaceTold::AsHeld, written: None }
    }

    /// The value of a place term; nothing where it stays as it is.
    pub(crate) fn value(&self, term: &str) -> Option<String> {
        let Some(written) = &self.written else {
            return (self.told != PlaceTold::AsHeld).then(String::new);
        };
        let centre = written.region.centre();
        Some(match term {
            "decimalLatitude" => decimal(centre.lat()),
            "decimalLongitude" => decimal(centre.lon()),
            "geodeticDatum" => statement::DATUM.to_owned(),
            "coordinateUncertaintyInMeters" => uncertainty::metres(written.uncertainty_m),
            "coordinatePrecision" => written.precision.clone(),
            "footprintWKT" => written.region.wkt(),
            "footprintSRS" => statement::DATUM.to_owned(),
            // PRIVACY: the same for all: whether a place had an uncertainty tells it from others.
            "georeferenceRemarks" => statement::COVERS.to_owned(),
            _ => String::new(),
        })
    }

    /// How the place is told in the end.
    pub(crate) fn told(&self) -> PlaceTold {
        self.told
    }

    /// The region told, if there is one.
    pub(crate) fn region(&self) -> Option<Region> {
        self.written.as_ref().map(|written| written.region)
    }

    /// The uncertainty told, in metres.
    pub(crate) fn uncertainty_m(&self) -> Option<f64> {
        self.written.as_ref().map(|written| written.uncertainty_m)
    }
}

/// Whether a record's place already stands generalised on a grid that its decision accepts.
pub(crate) fn is_standing(stated: Stated, decision: &Decision, pseudonyms: &Pseudonyms) -> bool {
    wanted(decision, Some(stated), pseudonyms)
        .is_some_and(|telling| standing(stated, telling, decision.place).is_some())
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    lattice: Lattice,
    telling: Telling,
}

fn wanted(decision: &Decision, stated: Option<Stated>, pseudonyms: &Pseudonyms) -> Option<Wanted> {
    let stated = stated?;
    match decision.place {
        PlaceTold::AsHeld | PlaceTold::Withheld => None,
        PlaceTold::Cell { lattice } => Some(Wanted { lattice, telling: Telling::Cell }),
        PlaceTold::Block { lattice, step } => {
            let cell = lattice.floor_cell(stated.point, step);
            let (north, east) = pseudonyms.block_of(lattice, step, cell);
            Some(Wanted { lattice, telling: Telling::Block { step, north, east } })
        }
    }
}

/// Finds the known grid, at least as wide as wanted, on which a place already stands.
///
/// Three things must agree: the point is the centre of a cell, the datum is stated, and the
/// uncertainty that the record states reaches that cell's corners. A note alone proves nothing.
fn standing(stated: Stated, wanted: Wanted, told: PlaceTold) -> Option<(PlaceTold, Region)> {
    let uncertainty_m = stated.uncertainty_m.filter(|_| stated.has_datum)?;
    let fits =
        |region: &Region| region.centre() == stated.point && uncertainty_m >= region.radius_m();
    let mut known = wanted.lattice.known_at_least_as_wide();
    // Of several grids that would fit, the one whose width the record states.
    let says = |lattice: &Lattice| match lattice {
        Lattice::Degrees { width } => Some(width.nano()) == stated.precision,
        Lattice::Metres { .. } => false,
    };
    if known.iter().any(says) {
        known.retain(says);
    }
    let on_cell = known.into_iter().find_map(|lattice| {
        let region = lattice.region(stated.point, Telling::Cell);
        fits(&region).then_some((PlaceTold::Cell { lattice }, region))
    });
    on_cell.or_else(|| match wanted.telling {
        Telling::Cell => None,
        // The centre of a block is a corner of four floor cells.
        Telling::Block { step, .. } => {
            // Its rounding may have moved it into any of the four.
            [(true, true), (true, false), (false, true), (false, false)].into_iter().find_map(
                |(north, east)| {
                    let corner = Telling::Block { step, north, east };
                    let region = wanted.lattice.region(stated.point, corner);
                    fits(&region).then_some((told, region))
                },
            )
        }
    })
}

/// The region for a place that does not stand on a grid of the wanted lattice.
///
/// Where it stands on a cell of another grid, the truth may be anywhere in that cell: it is told as
/// that cell if this is as wide as wanted, else as a cell that holds all of it, and not at all if
/// there is none.
fn beyond(stated: Stated, wanted: Wanted, told: PlaceTold) -> Option<(PlaceTold, Region, bool)> {
    let region = wanted.lattice.region(stated.point, wanted.telling);
    let Some((lattice, held)) = held(stated) else { return Some((told, region, false)) };
    if region.covers(&held) {
        return Some((told, region, false));
    }
    if held.is_as_wide_as(&region) {
        return Some((PlaceTold::Cell { lattice }, held, true));
    }
    Lattice::fixed().into_iter().rev().find_map(|lattice| {
        let wider = lattice.region(stated.point, Telling::Cell);
        let holds = wider.covers(&held) && wider.is_as_wide_as(&region);
        holds.then_some((PlaceTold::Cell { lattice }, wider, false))
    })
}

/// The cell of any grid on which a place stands, by the outline that it states, its precision, or
/// the field's fixed grids; the widest that its uncertainty reaches.
fn held(stated: Stated) -> Option<(Lattice, Region)> {
    let uncertainty_m = stated.uncertainty_m.filter(|_| stated.has_datum)?;
    let cell = |lattice: Lattice| {
        let region = lattice.region(stated.point, Telling::Cell);
        let fits = region.centre() == stated.point && uncertainty_m >= region.radius_m();
        fits.then_some((lattice, region))
    };
    let by_outline = stated.edges.and_then(|edges| Lattice::of_cell(stated.point, edges));
    if let Some(found) = by_outline.and_then(cell) {
        return Some(found);
    }
    let fixed = Lattice::fixed();
    let says = |lattice: &&Lattice| matches!(lattice, Lattice::Degrees { width } if Some(width.nano()) == stated.precision);
    let by_precision = fixed.iter().find(says).and_then(|lattice| cell(*lattice));
    by_precision.or_else(|| fixed.into_iter().find_map(cell))
}

/// Side of the region in degrees; a metric region has no decimal precision.
fn precision(told: PlaceTold) -> String {
    match told {
        PlaceTold::Cell { lattice: Lattice::Degrees { width } } => decimal(width.nano()),
        PlaceTold::Block { lattice: Lattice::Degrees { width }, step } => {
            let mut side = width.nano();
            side.0 = side.0 / 5_i64.pow(u32::from(step)) * 2;
            decimal(side)
        }
        _ => String::new(),
    }
}

/// What a record states of its uncertainty does not show where it is below this part of the region's
/// own.
const MARGIN: f64 = 8.0;

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;

    use super::*;
    use crate::pseudonym::Secret;

    fn decision(place: PlaceTold) -> Decision {
        Decision { category: Category::High, place, ..Decision::clear() }
    }

    fn keys() -> Pseudonyms {
        Pseudonyms::new(&Secret::new([1; 32]), "d", "a")
    }

    fn stated(lat: &str, lon: &str, uncertainty_m: Option<f64>) -> Stated {
        let point = Point::new(Nano::parse(lat).unwrap(), Nano::parse(lon).unwrap()).unwrap();
        Stated { point, uncertainty_m, shift_m: 0.0, has_datum: true, precision: None, edges: None }
    }

    fn values(place: &ToldPlace) -> Vec<String> {
        [
            "decimalLatitude",
            "decimalLongitude",
            "coordinateUncertaintyInMeters",
            "georeferenceRemarks",
        ]
        .iter()
        .map(|term| place.value(term).unwrap())
        .collect()
    }

    fn high() -> PlaceTold {
        PlaceTold::Cell { lattice: Lattice::of(Category::High).unwrap() }
    }

    #[test]
    fn a_place_is_told_as_centre_and_circle() {
        let place = ToldPlace::tell(
            Some(stated("41.08553", "-8.55139", Some(30.0))),
            &decision(high()),
            &keys(),
        )
        .unwrap();
        assert_eq!(values(&place), ["41.1", "-8.6", "8000", statement::COVERS]);
    }

    #[test]
    fn a_record_without_uncertainty_says_so() {
        let place =
            ToldPlace::tell(Some(stated("41.08553", "-8.55139", None)), &decision(high()), &keys())
                .unwrap();
        assert_eq!(values(&place)[3], statement::COVERS);
    }

    #[test]
    fn the_uncertainty_that_the_record_had_is_added() {
        let place = ToldPlace::tell(
            Some(stated("41.08553", "-8.55139", Some(9_000.0))),
            &decision(high()),
            &keys(),
        )
        .unwrap();
        assert_eq!(values(&place)[2], "16000");
    }

    #[test]
    fn telling_twice_changes_nothing() {
        for told in
            [high(), PlaceTold::Block { lattice: Lattice::of(Category::High).unwrap(), step: 1 }]
        {
            for uncertainty in [None, Some(30.0), Some(9_000.0)] {
                let first = ToldPlace::tell(
                    Some(stated("41.08553", "-8.55139", uncertainty)),
                    &decision(told),
                    &keys(),
                )
                .unwrap();
                let v = values(&first);
                let again = ToldPlace::tell(
                    Some(stated(&v[0], &v[1], v[2].parse().ok())),
                    &decision(told),
                    &keys(),
                )
                .unwrap();
                assert_eq!(values(&again)[..3], v[..3]);
                assert!(again.region() == first.region());
                assert_eq!(again.value("georeferenceRemarks").unwrap(), v[3]);
            }
        }
    }

    #[test]
    fn a_note_alone_proves_nothing() {
        // A centre with a small circle is not taken for generalised: the circle grows.
        let place =
            ToldPlace::tell(Some(stated("41.1", "-8.6", Some(30.0))), &decision(high()), &keys())
                .unwrap();
        assert_eq!(values(&place)[2], "8000");
    }

    #[test]
    fn a_place_on_a_wider_grid_is_not_moved() {
        let place =
            ToldPlace::tell(Some(stated("41", "-9", Some(80_000.0))), &decision(high()), &keys())
                .unwrap();
        assert_eq!(values(&place), ["41", "-9", "80000", statement::COVERS]);
        assert_eq!(place.value("coordinatePrecision").unwrap(), "1");
    }
}

//! Attack 6, by what is not there: where nearly all records have a text, those that have none had one
//! that was taken away, and it may have named a protected record beside them.

use reedbed_core::period::Day;
use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::sample::mixed;
use crate::target::Target;

/// Exact records without a text, by table and column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blanks {
    columns: FxHashMap<(usize, usize), Column>,
}

#[derive(Debug, Clone, Default)]
struct Column {
    rows: u64,
    blank: u64,
    /// Where they are, those with the smallest hashes.
    sites: Vec<Site>,
}

/// By hash: where and when.
type Site = (u64, Point, Option<(Day, Day)>);

/// Where a text is missing in the region and period of a protected record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missing {
    pub(crate) point: Point,
    /// Table and column.
    pub(crate) column: (usize, usize),
    /// Different sites at which one is missing there.
    pub(crate) sites: usize,
    /// The same wherever they lie.
    pub(crate) all_sites: usize,
}

impl Blanks {
    /// Notes an exact record.
    pub(crate) fn note(
        &mut self,
        column: (usize, usize),
        is_blank: bool,
        point: Point,
        days: Option<(Day, Day)>,
    ) {
        let noted = self.columns.entry(column).or_default();
        noted.rows += 1;
        if is_blank {
            noted.blank += 1;
            // Of columns that are blank as a rule nothing is kept.
            if noted.blank <= MOST_BLANK || noted.is_mostly_filled() {
                noted.add(point, days);
            }
        }
    }

    /// Adds what another part of the copy has.
    pub(crate) fn merge(&mut self, other: Self) {
        for (column, other) in other.columns {
            let own = self.columns.entry(column).or_default();
            own.rows += other.rows;
            own.blank += other.blank;
            for (_, point, days) in other.sites {
                own.add(point, days);
            }
        }
    }

    /// Where a text is missing that a protected record may be about.
    pub(crate) fn of_target(&self, target: &Target) -> Option<Missing> {
        let found = self.columns.iter().filter(|(_, noted)| noted.is_mostly_filled());
        let found = found.filter_map(|(column, noted)| {
            let mut sites: Vec<Point> = Vec::new();
            for (_, point, days) in &noted.sites {
                let is_new = |site: &Point| site.distance_bound_m(*point) > target.near_m();
                if target.may_be_at(*point) && target.may_be_on(*days) && sites.iter().all(is_new) {
                    sites.push(*point);
                }
            }
            let point = *sites.first()?;
            let all_sites = noted.sites.len();
            Some(Missing { point, column: *column, sites: sites.len(), all_sites })
        });
        found.min_by_key(|missing| (missing.sites, missing.all_sites, missing.column))
    }
}

impl Column {
    fn is_mostly_filled(&self) -> bool {
        self.rows >= FEWEST && self.blank * RARE <= self.rows
    }

    fn add(&mut self, point: Point, days: Option<(Day, Day)>) {
        let year = days.map_or(0, |(first, _)| u64::from(first.year()));
        let place = mixed(point.lat().0.cast_unsigned()) ^ point.lon().0.cast_unsigned();
        let hash = mixed(mixed(place) ^ year);
        if let Err(at) = self.sites.binary_search_by_key(&hash, |(hash, ..)| *hash) {
            self.sites.insert(at, (hash, point, days));
            self.sites.truncate(MOST_SITES);
        }
    }
}

/// Fewer records tell nothing of a column.
const FEWEST: u64 = 50;
/// Of so many records one at most has no text.
const RARE: u64 = 20;
/// Blank texts that are kept before it is known how many there are.
const MOST_BLANK: u64 = 500;
const MOST_SITES: usize = 2_000;

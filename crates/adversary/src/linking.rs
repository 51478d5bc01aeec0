//! Linking to what an attacker knows besides: an earlier or a more public copy, another's copy of
//! the same data, a file from elsewhere. Rows are linked by any combination of up to four columns
//! that is unique there.

use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::agreement::wilson;
use crate::reading::Reading;
use crate::seen::SeenPlace;
use crate::target::Target;
use crate::ways::{Key, Way};

/// What a row has in the columns by which it may be linked: hashes, nought for nothing.
pub(crate) type Features = [u32; TERMS.len()];

/// Reads what a row may be linked by.
pub(crate) fn features(row: Row<'_>, sources: &[Source], folded: &mut String) -> Features {
    let mut features = [0; TERMS.len()];
    for (feature, source) in features.iter_mut().zip(sources) {
        *feature = self::feature(&row.text(source), folded);
    }
    features
}

/// What one text is linked by; nought for nothing.
pub(crate) fn feature(text: &str, folded: &mut String) -> u32 {
    Key::of(Way::Detail, text, folded).map_or(0, |key| half(key.hash))
}

/// The columns of a table by which rows may be linked.
pub(crate) fn sources(table: &reedbed_formats::table::Table) -> Vec<Source> {
    TERMS.iter().map(|term| Source::of(table, term)).collect()
}

/// A file that the attacker knows, row by row.
#[derive(Debug)]
pub(crate) struct Known {
    rows: Vec<KnownRow>,
}

/// A row of a known file.
#[derive(Debug, Clone)]
pub(crate) struct KnownRow {
    pub(crate) features: Features,
    pub(crate) place: SeenPlace,
    pub(crate) days: Option<(Day, Day)>,
}

/// A link of a protected record to a known row.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) place: SeenPlace,
    pub(crate) chance: f64,
    /// The columns that were unique together.
    pub(crate) columns: Vec<&'static str>,
}

/// How much of the search was done before its budget ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Searched {
    pub(crate) tried: u64,
    pub(crate) all: u64,
}

impl Known {
    /// Reads a known file.
    pub(crate) fn read(dataset: &Dataset) -> Result<Self, FormatError> {
        let reading = Reading::of(dataset)?;
        let by_table: Vec<Vec<Source>> = dataset.tables.iter().map(sources).collect();
        let mut folded = String::new();
        let mut rows = Vec::new();
        reading.each(|at, row, columns, seen| {
            let (Some(place), Some(sources)) = (seen.place, by_table.get(at.table)) else { return };
            if columns.is_records() && rows.len() < MOST_ROWS {
                let features = features(row, sources, &mut folded);
                rows.push(KnownRow { features, place, days: seen.days });
            }
        })?;
        Ok(Self { rows })
    }

    /// Its rows that tell a place.
    pub(crate) fn rows(&self) -> &[KnownRow] {
        &self.rows
    }

    /// Links protected records; `sample` are exact records of the copy, by which is measured how
    /// often a link leads to the right place, and `fits` says whether a known place and a record may
    /// be one.
    pub(crate) fn link(
        &self,
        targets: &[Target],
        sample: &[(Features, Point)],
        fits: impl Fn(&Target, &SeenPlace) -> bool,
    ) -> (FxHashMap<usize, Link>, Searched) {
        let present: Vec<usize> = (0..TERMS.len())
            .filter(|term| {
                let has = |features: &Features| features.get(*term).is_some_and(|f| *f != 0);
                self.rows.iter().any(|row| has(&row.features))
                    && targets.iter().any(|target| has(&target.features))
            })
            .collect();
        let combinations = combinations(&present);
        let mut searched = Searched { tried: 0, all: combinations.len() as u64 };
        let mut links: FxHashMap<usize, Link> = FxHashMap::default();
        let mut left = BUDGET;
        let mut pooled = (0, 0);
        for combination in &combinations {
            let cost = self.rows.len() + targets.len() + sample.len();
            if left < cost {
                break;
            }
            left -= cost;
            searched.tried += 1;
            self.link_by(combination, targets, sample, &fits, &mut pooled, &mut links);
        }
        (links, searched)
    }

    fn link_by(
        &self,
        combination: &[usize],
        targets: &[Target],
        sample: &[(Features, Point)],
        fits: &impl Fn(&Target, &SeenPlace) -> bool,
        pooled: &mut (u64, u64),
        links: &mut FxHashMap<usize, Link>,
    ) {
        // Only keys that a protected record has are of interest.
        let mut wanted: FxHashMap<u64, Option<SeenPlace>> = FxHashMap::default();
        let mut rows_of: FxHashMap<u64, u32> = FxHashMap::default();
        for target in targets {
            if let Some(key) = key_of(&target.features, combination) {
                wanted.insert(key, None);
            }
        }
        let sampled: FxHashSet<u64> =
            sample.iter().filter_map(|(features, _)| key_of(features, combination)).collect();
        for KnownRow { features, place, .. } in &self.rows {
            let Some(key) = key_of(features, combination) else { continue };
            if let Some(known) = wanted.get_mut(&key) {
                *known = Some(*place);
            } else if sampled.contains(&key) {
                wanted.insert(key, Some(*place));
            } else {
                continue;
            }
            *rows_of.entry(key).or_default() += 1;
        }
        let unique = |features: &Features| {
            let key = key_of(features, combination)?;
            let place = wanted.get(&key).copied().flatten()?;
            (rows_of.get(&key) == Some(&1)).then_some(place)
        };
        let (mut linked, mut right) = (0_u64, 0_u64);
        for (features, point) in sample {
            if let Some(place) = unique(features) {
                linked += 1;
                let reach = place.radius_m + RIGHT_M;
                right += u64::from(place.point.distance_bound_m(*point) <= reach);
            }
        }
        pooled.0 += right;
        pooled.1 += linked;
        // What is unique to protected records, such as their name, is measured by all other links.
        let chance = if linked > 0 { wilson(right, linked) } else { wilson(pooled.0, pooled.1) };
        if chance <= 0.0 {
            return;
        }
        for (index, target) in targets.iter().enumerate() {
            let Some(place) = unique(&target.features) else { continue };
            if !fits(target, &place)
                || links.get(&index).is_some_and(|known| known.chance >= chance)
            {
                continue;
            }
            let columns = combination.iter().filter_map(|term| TERMS.get(*term).copied()).collect();
            links.insert(index, Link { place, chance, columns });
        }
    }
}

/// A key of some columns; nothing where one of them is empty.
fn key_of(features: &Features, combination: &[usize]) -> Option<u64> {
    combination.iter().try_fold(0_u64, |key, term| {
        let feature = features.get(*term).copied().filter(|feature| *feature != 0)?;
        Some((key ^ u64::from(feature)).wrapping_mul(SPREAD).rotate_left(29))
    })
}

/// All combinations of up to four of some columns, the small ones first.
fn combinations(present: &[usize]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..MOST_COLUMNS {
        let mut next = Vec::new();
        for combination in &last {
            let from = combination.last().map_or(0, |last| last + 1);
            for term in present.iter().filter(|term| **term >= from) {
                let mut longer = combination.clone();
                longer.push(*term);
                next.push(longer);
            }
        }
        all.extend(next.iter().cloned());
        last = next;
    }
    all
}

#[expect(clippy::cast_possible_truncation, reason = "half of the hash is what is wanted")]
fn half(hash: u64) -> u32 {
    (hash as u32).max(1)
}

/// Terms by which rows may be linked.
pub(crate) const TERMS: [&str; 16] = [
    "occurrenceID",
    "catalogNumber",
    "recordNumber",
    "fieldNumber",
    "scientificName",
    "eventDate",
    "year",
    "month",
    "recordedBy",
    "identifiedBy",
    "individualCount",
    "sex",
    "lifeStage",
    "samplingProtocol",
    "habitat",
    "dateIdentified",
];
/// Where `occurrenceID` stands in [`TERMS`].
pub(crate) const IDENTIFIER: usize = 0;
/// Where `catalogNumber` stands in [`TERMS`].
pub(crate) const CATALOGUE: usize = 1;
/// Where `scientificName` stands in [`TERMS`].
pub(crate) const NAME: usize = 4;
const MOST_COLUMNS: usize = 4;
const MOST_ROWS: usize = 4_000_000;
/// Rows looked at, over all combinations.
const BUDGET: usize = 600_000_000;
/// A link is right if it leads so near.
///
/// Units: metres.
const RIGHT_M: f64 = 500.0;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_all_and_each_once() {
        let all = combinations(&[0, 3, 4, 7, 9]);
        assert_eq!(all.len(), 5 + 10 + 10 + 5);
        let distinct: std::collections::BTreeSet<&Vec<usize>> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.is_sorted_by_key(Vec::len));
    }
}

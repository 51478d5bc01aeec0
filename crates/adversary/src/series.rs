//! Neighbours in series of numbers, and in the order of rows.

use reedbed_core::place::Point;
use rustc_hash::FxHashMap;

use crate::agreement::Agreement;
use crate::seen::SeenPlace;
use crate::target::Target;
use crate::ways::{Way, hash_of};

/// A text taken apart into its last number and what stands around it.
pub(crate) fn numbered(text: &str, column: &str) -> Option<(u64, u64)> {
    let text = text.trim();
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let head = text.get(..end)?;
    let start = head.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
        at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let number = head.get(start..)?;
    if number.len() > 15 {
        return None;
    }
    let around = format!("{column}\u{1f}{}\u{1f}{}", text.get(..start)?, text.get(end..)?);
    Some((hash_of(Way::Number, around.as_bytes()), number.parse().ok()?))
}

/// The nearest exact neighbours of each protected record, below and above.
#[derive(Debug, Default)]
pub(crate) struct Series {
    /// By series: the numbers of protected records with their targets, sorted.
    wanted: FxHashMap<u64, Vec<(u64, usize)>>,
    found: FxHashMap<(u64, usize), Neighbours>,
    /// The last exact record of each series, for measuring how often neighbours lie together.
    last: FxHashMap<u64, (u64, Point)>,
}

/// The nearest exact records below and above a number: their distance in the series and place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Neighbours {
    pub(crate) below: Option<(u64, SeenPlace)>,
    pub(crate) above: Option<(u64, SeenPlace)>,
}

impl Series {
    /// Notes the numbers of protected records.
    pub(crate) fn of(targets: &[Target]) -> Self {
        let mut wanted: FxHashMap<u64, Vec<(u64, usize)>> = FxHashMap::default();
        for (index, target) in targets.iter().enumerate() {
            for (series, number, _) in &target.numbers {
                wanted.entry(*series).or_default().push((*number, index));
            }
        }
        wanted.values_mut().for_each(|numbers| numbers.sort_unstable());
        Self { wanted, ..Self::default() }
    }

    /// Adds an exact record of a series.
    pub(crate) fn add(
        &mut self,
        way: Way,
        series: u64,
        number: u64,
        seen: SeenPlace,
        agreement: &mut Agreement,
    ) {
        match self.last.get(&series) {
            Some((last, place)) if last.abs_diff(number) <= FARTHEST && *last != number => {
                agreement.pair(way, place.distance_bound_m(seen.point));
            }
            _ => {}
        }
        if self.last.contains_key(&series) || self.last.len() < MOST_SERIES {
            self.last.insert(series, (number, seen.point));
        }
        let Some(numbers) = self.wanted.get(&series) else { return };
        let from = numbers.partition_point(|(wanted, _)| wanted + FARTHEST < number);
        let near = numbers.get(from..).unwrap_or_default();
        for (wanted, target) in near.iter().take_while(|(wanted, _)| *wanted <= number + FARTHEST) {
            let neighbours = self.found.entry((series, *target)).or_default();
            let (side, lag) = if number < *wanted {
                (&mut neighbours.below, wanted - number)
            } else {
                (&mut neighbours.above, number - wanted)
            };
            if side.is_none_or(|(known, _)| lag < known) {
                *side = Some((lag, seen));
            }
        }
    }

    /// The neighbours of a protected record in one of its series.
    pub(crate) fn neighbours(&self, series: u64, target: usize) -> Option<Neighbours> {
        self.found.get(&(series, target)).copied()
    }
}

/// Neighbours are so many numbers away at most.
const FARTHEST: u64 = 5;
const MOST_SERIES: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_counts_and_what_stands_around_it_names_the_series() {
        let of = |text| numbered(text, "catalogNumber");
        assert_eq!(of("PT:DOL:95883").unwrap().1, 95_883);
        assert_eq!(of("PT:DOL:95883").unwrap().0, of("PT:DOL:7").unwrap().0);
        assert_ne!(of("PT:DOL:95883").unwrap().0, of("PT:XYZ:95883").unwrap().0);
        assert_eq!(of("PT/2009/001/RA").unwrap().1, 1);
        assert_ne!(of("PT/2009/001/RA").unwrap().0, of("PT/2009/001/MP").unwrap().0);
        assert_eq!(of("Ü12").unwrap().1, 12);
        assert_eq!(of("none"), None);
        assert_eq!(of("1234567890123456789012"), None);
    }
}

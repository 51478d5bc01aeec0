//! Neighbours in series of numbers, and in the order of rows.

use rustc_hash::FxHashMap;

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

/// A number of a series, in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Numbered {
    pub(crate) column: u32,
    pub(crate) series: u64,
    pub(crate) number: u64,
}

/// The nearest exact neighbours of each protected record, below and above.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    /// By column and series: the numbers of protected records with their targets, sorted.
    wanted: FxHashMap<(u32, u64), Vec<(u64, usize)>>,
    found: FxHashMap<(u32, u64, usize), Neighbours>,
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
        let mut wanted: FxHashMap<(u32, u64), Vec<(u64, usize)>> = FxHashMap::default();
        for (index, target) in targets.iter().enumerate() {
            for Numbered { column, series, number } in target.numbers.iter().copied() {
                wanted.entry((column, series)).or_default().push((number, index));
            }
        }
        wanted.values_mut().for_each(|numbers| numbers.sort_unstable());
        Self { wanted, ..Self::default() }
    }

    /// Adds an exact record of a series.
    pub(crate) fn add(&mut self, of: Numbered, seen: SeenPlace) {
        let Numbered { column, series, number } = of;
        let Some(numbers) = self.wanted.get(&(column, series)) else { return };
        let from = numbers.partition_point(|(wanted, _)| wanted + FARTHEST < number);
        let near = numbers.get(from..).unwrap_or_default();
        for (wanted, target) in near.iter().take_while(|(wanted, _)| *wanted <= number + FARTHEST) {
            let neighbours = self.found.entry((column, series, *target)).or_default();
            if number < *wanted {
                closer(&mut neighbours.below, (wanted - number, seen));
            } else {
                closer(&mut neighbours.above, (number - wanted, seen));
            }
        }
    }

    /// Adds what another part of the copy gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, neighbours) in other.found {
            let own = self.found.entry(key).or_default();
            if let Some(below) = neighbours.below {
                closer(&mut own.below, below);
            }
            if let Some(above) = neighbours.above {
                closer(&mut own.above, above);
            }
        }
    }

    /// The neighbours of a protected record in one of its series.
    pub(crate) fn neighbours(&self, of: Numbered, target: usize) -> Option<Neighbours> {
        self.found.get(&(of.column, of.series, target)).copied()
    }
}

/// Keeps the nearer of two neighbours; of two that are as near the one that lies first.
fn closer(known: &mut Option<(u64, SeenPlace)>, other: (u64, SeenPlace)) {
    let order = |(lag, seen): (u64, SeenPlace)| (lag, seen.point.lat().0, seen.point.lon().0);
    if known.is_none_or(|known| order(other) < order(known)) {
        *known = Some(other);
    }
}

/// Neighbours are so many numbers away at most.
pub(crate) const FARTHEST: u64 = 5;

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

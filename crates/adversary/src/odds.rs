//! How often attacks of one kind lead to the right place: measured on exact records of the copy
//! itself, which are taken for protected ones.

use rustc_hash::FxHashMap;

use crate::agreement::wilson;
use crate::sites::Crowd;

/// Hits and trials by what was left.
#[derive(Debug, Default)]
pub(crate) struct Odds {
    counts: FxHashMap<(Kind, u8, u8), (u64, u64)>,
}

/// A kind of attack that is tried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The sites of the region and period.
    InPeriod,
    /// The sites of the region, where none is known of the period.
    AnyTime,
    /// Those that state the same of their event.
    Alike,
    /// Those that state one thing of it.
    LikeOne,
    /// The places of a table of another kind in the region and period.
    Beside(usize),
    /// Those of them that are of the very time.
    BesideInTime(usize),
    /// The gaps of the number series of a column, their sides so far apart at most.
    Gap(u32, usize),
    /// The same, where all records of some taxa are missing.
    GapOfTaxa(u32, usize),
}

impl Odds {
    /// Notes how a trial ended.
    pub(crate) fn count(&mut self, kind: Kind, crowd: &Crowd, is_hit: bool) {
        let (hits, trials) = self.counts.entry(cell(kind, crowd)).or_default();
        *trials += 1;
        *hits += u64::from(is_hit);
    }

    /// A lower bound of the chance that an attack leads to the right place.
    pub(crate) fn chance(&self, kind: Kind, crowd: &Crowd) -> f64 {
        let (hits, trials) = self.counts.get(&cell(kind, crowd)).copied().unwrap_or_default();
        wilson(hits, trials)
    }
}

impl Odds {
    /// The same for gaps: several at one place are one answer, however many there are.
    pub(crate) fn chance_of_gaps(&self, kind: Kind, crowd: &Crowd) -> f64 {
        let own = self.chance(kind, crowd);
        if crowd.share <= ALL {
            return own;
        }
        let all = self.counts.iter().filter(|((other, _, share), _)| *other == kind && *share == 0);
        let (hits, trials) = all.fold((0, 0), |(h, t), (_, (hits, trials))| (h + hits, t + trials));
        own.max(wilson(hits, trials))
    }
}

/// Attacks of one kind count together that have about as many sites left, and about the same share
/// of them at one place.
fn cell(kind: Kind, crowd: &Crowd) -> (Kind, u8, u8) {
    let sites = match crowd.sites {
        0 | 1 => 0,
        2 => 1,
        3..=4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    let share = match crowd.share {
        share if share > ALL => 0,
        share if share > 0.66 => 1,
        share if share > 0.4 => 2,
        _ => 3,
    };
    (kind, sites, share)
}

/// All sites are at one place if more than this share of them is.
const ALL: f64 = 0.99;

//! What an attack claims, and all claims together.

use rustc_hash::FxHashMap;
use serde::Serialize;

/// An attack, by the number under which the documentation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// 1: another record of the same event, or of the event around it.
    SameEvent,
    /// 2: another record of the same site.
    SameSite,
    /// 3: another record of the same person on the same day.
    SameObserverDay,
    /// 4: a neighbour in a series of numbers.
    Series,
    /// 5: another record of the same individual.
    SameIndividual,
    /// 6: a place in a text of the record itself.
    Text,
    /// 7: another record with the same rare elevation, habitat, outline or remark.
    SameDetail,
    /// 8: a neighbour in the order of rows.
    Order,
    /// 9: a place in the metadata or in the name of a file.
    Metadata,
    /// 10: the region cut by an area that the record names.
    Clip,
    /// 11: places of records that share something, each told anew, that average out.
    Averaging,
    /// 12: regions of several copies cut against each other, or what another copy has besides.
    Coalition,
    /// 13: a record of a listed taxon that is told exactly.
    Exact,
    /// 14: a known file, by an identifier or by columns unique together.
    Linking,
    /// 15: only one site is left in the region and period.
    Elimination,
    /// 16: a place that another kind of data tells: a station, a deployment, a track.
    Seam,
}

impl Attack {
    /// All attacks, in the order of their numbers.
    pub const ALL: [Self; 16] = [
        Self::SameEvent,
        Self::SameSite,
        Self::SameObserverDay,
        Self::Series,
        Self::SameIndividual,
        Self::Text,
        Self::SameDetail,
        Self::Order,
        Self::Metadata,
        Self::Clip,
        Self::Averaging,
        Self::Coalition,
        Self::Exact,
        Self::Linking,
        Self::Elimination,
        Self::Seam,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::SameEvent => "same event",
            Self::SameSite => "same site",
            Self::SameObserverDay => "same recorder and day",
            Self::Series => "number series",
            Self::SameIndividual => "same individual",
            Self::Text => "places in texts",
            Self::SameDetail => "same rare detail",
            Self::Order => "order of rows",
            Self::Metadata => "metadata and file names",
            Self::Clip => "region cut by an area",
            Self::Averaging => "averaging over repeats",
            Self::Coalition => "several copies",
            Self::Exact => "told exactly",
            Self::Linking => "linking to other files",
            Self::Elimination => "elimination",
            Self::Seam => "another kind of data",
        }
    }
}

/// What an attacker can defend about one protected record.
///
/// `Debug` shows no place.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The file of the record.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// How many rows of its table stand before it.
    #[serde(skip)]
    pub row: u64,
    /// The rule that protects it, by list and line; nothing for a record that only says of itself
    /// that it was generalised.
    pub rule: Option<String>,
    /// The attack.
    pub attack: Attack,
    /// Latitude of the middle of the region, degrees on WGS 84.
    pub latitude: f64,
    /// Longitude.
    pub longitude: f64,
    /// Radius of the region in metres.
    pub radius_m: f64,
    /// How sure the attacker may be, 0 to 1.
    pub probability: f64,
    /// Area of the region as a share of the area that the rule allows.
    pub narrowing: f64,
    /// The chain of evidence, in one sentence.
    pub because: String,
    /// The columns that gave it away.
    pub columns: Vec<String>,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim")
            .field("file", &self.file)
            .field("line", &self.line)
            .field("attack", &self.attack)
            .field("probability", &self.probability)
            .field("narrowing", &self.narrowing)
            .finish_non_exhaustive()
    }
}

/// How far one attack came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttackCount {
    /// The attack.
    pub attack: Attack,
    /// Whether there was anything to try it with: other copies, known files, boundaries.
    pub tried: bool,
    /// Protected records that it located below their floor, surely enough.
    pub located: u64,
    /// Protected records about which it claimed anything.
    pub claimed: u64,
}

/// What all attacks together found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// Protected records that were attacked.
    pub protected: u64,
    /// Of these, located below their floor by any attack, surely enough.
    pub located: u64,
    /// Median narrowing of the best claims; 1 where nothing was claimed.
    pub median_narrowing: f64,
    /// By attack.
    pub attacks: Vec<AttackCount>,
    /// The best claim about each located record, the surest first; cut where there are many.
    pub claims: Vec<Claim>,
    /// How sure a claim must be to count.
    pub sure: f64,
    /// Combinations of columns by which records were to be linked to other files.
    pub combinations: u64,
    /// Of these, those that were tried before the budget ended.
    pub combinations_tried: u64,
}

impl Findings {
    /// Takes what was found in a part of the copy: of each record the surest claim.
    pub(crate) fn merge(&mut self, other: Self) {
        let of = |claim: &Claim| (claim.file.clone(), claim.line);
        let mut known: FxHashMap<(String, u64), usize> =
            self.claims.iter().map(of).zip(0..).collect();
        for claim in other.claims {
            let next = self.claims.len();
            let at = *known.entry(of(&claim)).or_insert(next);
            match self.claims.get_mut(at) {
                Some(own) if own.probability < claim.probability => *own = claim,
                Some(_) => {}
                None => {
                    self.located += 1;
                    self.claims.push(claim);
                }
            }
        }
        self.claims.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        for (own, other) in self.attacks.iter_mut().zip(&other.attacks) {
            own.tried |= other.tried;
            own.located = own.located.max(other.located);
            own.claimed = own.claimed.max(other.claimed);
        }
        self.median_narrowing = self.median_narrowing.min(other.median_narrowing);
    }
}

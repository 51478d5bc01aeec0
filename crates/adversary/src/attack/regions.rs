//! Attacks that end in a region and not in a point: averaging and several copies.

use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use rustc_hash::FxHashSet;

use super::{Board, Guess, LINKED_M};
use crate::averaging;
use crate::claim::Attack;
use crate::coalition;
use crate::gather;
use crate::linking::{self, IDENTIFIER, Known};
use crate::region::Extent;
use crate::target::Target;
use crate::ways::{Key, Way};

impl Board<'_, '_> {
    /// Attack 11.
    pub(super) fn by_averaging(&mut self, targets: &[Target]) {
        for together in averaging::together(targets) {
            let Some(first) = together.members.first().and_then(|first| targets.get(*first)) else {
                continue;
            };
            let agreement = &self.second.agreement;
            let others = together.members.len() as u64 - 1;
            let chance_within =
                |metres| agreement.chance(together.way, together.column, others, metres);
            let measured = chance_within(first.near_m());
            let chance = if chance_within(f64::MAX) > 0.0 {
                measured
            } else if together.way == Way::ObserverDay {
                0.0
            } else {
                UNMEASURED
            };
            let how = if together.is_mean {
                "the mean of which lies this near to the true one"
            } else {
                "which have no more than this in common"
            };
            let because = format!(
                "{} protected records share {} and are told at {} different places, {how}; of \
                 records that share that, {:.0} % are taken to lie together.",
                together.members.len(),
                together.way.words(),
                together.different,
                chance * 100.0
            );
            for index in &together.members {
                if targets.get(*index).is_none() {
                    continue;
                }
                let key = Key { way: together.way, hash: 0 };
                let guess = Guess {
                    attack: Attack::Averaging,
                    point: together.extent.centre,
                    radius_m: together.extent.radius_m,
                    probability: chance * together.confidence,
                    because: because.clone(),
                    column: self.column_name(together.column, key),
                };
                self.claims.guess_region(*index, guess, &together.extent);
            }
        }
    }

    /// Attack 12.
    pub(super) fn by_coalition(
        &mut self,
        with: &[Dataset],
        targets: &[Target],
    ) -> Result<(), FormatError> {
        if with.is_empty() || targets.is_empty() {
            return Ok(());
        }
        let copies: Vec<Known> = with.iter().map(Known::read).collect::<Result<_, _>>()?;
        let (narrowed, searched) = coalition::narrowed(&copies, targets, &self.first.sample);
        self.claims.searched.tried += searched.tried;
        self.claims.searched.all += searched.all;
        for (index, narrowed) in narrowed {
            let columns = narrowed.columns.join(", ");
            let because = format!(
                "Its region here and {} in other copies, found by {columns}, have no more than this \
                 in common; such links lead to the right record in at least {:.0} % of cases.",
                if narrowed.copies == 1 {
                    "that of the same record".to_owned()
                } else {
                    format!("{} of the same record", narrowed.copies)
                },
                narrowed.chance * 100.0
            );
            let guess = Guess {
                attack: Attack::Coalition,
                point: narrowed.extent.centre,
                radius_m: narrowed.extent.radius_m,
                probability: narrowed.chance,
                because,
                column: Some(columns),
            };
            self.claims.guess_region(index, guess, &narrowed.extent);
        }
        let own_ids = self.identifiers()?;
        for copy in &copies {
            self.by_difference(copy, &own_ids, targets);
        }
        Ok(())
    }

    fn by_difference(&mut self, copy: &Known, own_ids: &FxHashSet<u32>, targets: &[Target]) {
        for (index, vanished) in coalition::vanished(copy, own_ids, targets) {
            let because = format!(
                "It is new here, and of the records of its name, region and period that another copy \
                 tells exactly, {} gone from here.",
                if vanished.sites == 1 {
                    "those of one site are".to_owned()
                } else {
                    format!("those of {} sites are", vanished.sites)
                }
            );
            #[expect(clippy::cast_precision_loss, reason = "at most some sites")]
            let sites = vanished.sites as f64;
            let radius_m = vanished.place.radius_m.max(LINKED_M);
            let area_m2 = std::f64::consts::PI * radius_m * radius_m;
            let extent = Extent { centre: vanished.place.point, radius_m, area_m2 };
            let guess = Guess {
                attack: Attack::Coalition,
                point: extent.centre,
                radius_m,
                probability: REPLACED / sites,
                because,
                column: Some("occurrenceID".to_owned()),
            };
            self.claims.guess_region(index, guess, &extent);
        }
    }

    /// The identifiers of all records of the copy, by hash: four bytes each.
    fn identifiers(&self) -> Result<FxHashSet<u32>, FormatError> {
        let by_table = gather::sources(self.reading);
        let mut folded = String::new();
        let mut ids = FxHashSet::default();
        self.reading.each(|at, row, columns, _| {
            let Some(sources) = by_table.get(at.table).filter(|_| columns.is_records()) else {
                return;
            };
            let features = linking::features(row, sources, &mut folded);
            ids.extend(features.get(IDENTIFIER).copied().filter(|id| *id != 0));
        })?;
        Ok(ids)
    }
}

/// How often records that share an event, site or individual are taken to lie together where the
/// copy has no exact ones by which that could be measured.
const UNMEASURED: f64 = 0.6;
/// How often a record that is gone is taken to be the one that is new, and not taken out.
const REPLACED: f64 = 0.8;

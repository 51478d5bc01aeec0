//! What all attacks claim, and the findings that are made of it.

use reedbed_core::place::Point;
use reedbed_core::rule::RuleSet;
use reedbed_formats::dataset::Dataset;
use rustc_hash::FxHashMap;

use crate::attack::Settings;
use crate::claim::{Attack, AttackCount, Claim, Findings};
use crate::linking::Searched;
use crate::reading::At;
use crate::region::Extent;
use crate::target::Target;

/// A claim before it is put into words.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    pub(crate) attack: Attack,
    pub(crate) point: Point,
    pub(crate) radius_m: f64,
    pub(crate) probability: f64,
    pub(crate) because: String,
    pub(crate) column: Option<String>,
}

/// A record that tells its own place below its floor.
#[derive(Debug)]
pub(crate) struct ToldExactly {
    pub(crate) at: At,
    pub(crate) guess: Guess,
    /// Side of the floor cell.
    pub(crate) floor_m: f64,
    pub(crate) rule: Option<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Claims {
    guesses: FxHashMap<(usize, Attack), Guess>,
    /// Areas in m² of what was guessed, where it fills less than its circle.
    areas: FxHashMap<(usize, Attack), f64>,
    /// Records that tell their own place.
    pub(crate) exact: Vec<ToldExactly>,
    pub(crate) searched: Searched,
}

impl Claims {
    /// Keeps the surest guess of each attack about each record.
    pub(crate) fn guess(&mut self, target: usize, guess: Guess) {
        if guess.probability < LEAST {
            return;
        }
        match self.guesses.entry((target, guess.attack)) {
            std::collections::hash_map::Entry::Occupied(mut known) => {
                if known.get().probability < guess.probability {
                    known.insert(guess);
                }
            }
            std::collections::hash_map::Entry::Vacant(room) => {
                room.insert(guess);
            }
        }
    }

    /// Keeps a guess whose region fills less than its circle.
    pub(crate) fn guess_region(&mut self, target: usize, guess: Guess, extent: &Extent) {
        let key = (target, guess.attack);
        let is_surer =
            self.guesses.get(&key).is_none_or(|known| known.probability < guess.probability);
        if is_surer && guess.probability >= LEAST {
            self.areas.insert(key, extent.area_m2);
            self.guess(target, guess);
        }
    }

    pub(crate) fn findings(
        self,
        copy: &Dataset,
        rules: &RuleSet,
        targets: &[Target],
        settings: &Settings,
    ) -> Findings {
        let protected = (targets.len() + self.exact.len()) as u64;
        let mut best: FxHashMap<usize, &Guess> = FxHashMap::default();
        let mut counts: FxHashMap<Attack, (u64, u64)> = FxHashMap::default();
        for ((target, attack), guess) in &self.guesses {
            let count = counts.entry(*attack).or_default();
            count.1 += 1;
            count.0 += u64::from(guess.probability >= settings.sure);
            let known = best.entry(*target).or_insert(guess);
            if (guess.probability, attack) > (known.probability, &known.attack) {
                *known = guess;
            }
        }
        let exact = self.exact.len() as u64;
        if exact > 0 {
            counts.insert(Attack::Exact, (exact, exact));
        }
        let file = |at: At| {
            copy.tables.get(at.table).map_or("", |table| table.file_name(at.file)).to_owned()
        };
        let narrowing = |guess: &Guess, area_m2: Option<f64>, floor_m: f64| {
            let circle = std::f64::consts::PI * guess.radius_m * guess.radius_m;
            (area_m2.map_or(circle, |area| area.min(circle)) / (floor_m * floor_m)).min(1.0)
        };
        let claim = |at: At, guess: &Guess, area_m2, floor_m, rule: Option<usize>| Claim {
            rule: rule.and_then(|rule| rules.rules.get(rule)).map(|rule| rule.id.to_string()),
            file: file(at),
            line: at.line,
            row: at.row,
            attack: guess.attack,
            latitude: guess.point.lat().degrees(),
            longitude: guess.point.lon().degrees(),
            radius_m: guess.radius_m,
            probability: guess.probability,
            narrowing: narrowing(guess, area_m2, floor_m),
            because: guess.because.clone(),
            columns: guess.column.iter().cloned().collect(),
        };
        let exact = self.exact.iter();
        let mut claims: Vec<Claim> = exact
            .map(|exact| claim(exact.at, &exact.guess, None, exact.floor_m, exact.rule))
            .collect();
        for (index, guess) in best.iter().filter(|(_, guess)| guess.probability >= settings.sure) {
            if let Some(target) = targets.get(*index) {
                let area_m2 = self.areas.get(&(*index, guess.attack)).copied();
                claims.push(claim(target.at, guess, area_m2, target.floor_m, target.rule));
            }
        }
        let located = claims.len() as u64;
        let mut narrowings: Vec<f64> = claims.iter().map(|claim| claim.narrowing).collect();
        narrowings.resize(targets.len() + self.exact.len(), 1.0);
        narrowings.sort_by(f64::total_cmp);
        claims.sort_by(|a, b| {
            b.probability
                .total_cmp(&a.probability)
                .then_with(|| (&a.file, a.line).cmp(&(&b.file, b.line)))
        });
        claims.truncate(settings.most_claims);
        Findings {
            protected,
            located,
            median_narrowing: narrowings.get(narrowings.len() / 2).copied().unwrap_or(1.0),
            attacks: Attack::ALL
                .into_iter()
                .map(|attack| {
                    let (located, claimed) = counts.get(&attack).copied().unwrap_or_default();
                    AttackCount { attack, tried: true, located, claimed }
                })
                .collect(),
            claims,
            sure: settings.sure,
            combinations: self.searched.all,
            combinations_tried: self.searched.tried,
        }
    }
}

/// Less sure guesses are not kept.
const LEAST: f64 = 0.02;

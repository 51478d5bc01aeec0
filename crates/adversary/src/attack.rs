//! All attacks on one copy, in two readings: what is protected, then what gives it away.

use reedbed_core::place::Point;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use rustc_hash::FxHashMap;

use crate::agreement::Agreement;
use crate::besides::Besides;
use crate::candidates::Sites;
use crate::claim::{Attack, AttackCount, Claim, Findings};
use crate::columns::{Columns, PLACE_TERMS};
use crate::evidence::Evidence;
use crate::linking::{self, Features, Known, Searched};
use crate::reading::{At, Reading};
use crate::seen::{Seen, SeenPlace};
use crate::series::{Series, numbered};
use crate::target::{Floors, Sensitive, Target};
use crate::text;
use crate::ways::{Key, Way};

mod beside;
mod regions;
mod texts;

use texts::Texts;

/// How a copy is attacked.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How often the public cell is divided by five in the copy: 0 for a public copy.
    pub steps: u32,
    /// How sure a claim must be to count, 0 to 1.
    pub sure: f64,
    /// Claims to hand out.
    pub most_claims: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { steps: 0, sure: 0.5, most_claims: 1_000 }
    }
}

/// Attacks a copy, whoever made it, with the list of what is sensitive.
///
/// Errors: [`FormatError`] where the copy cannot be read.
///
/// `besides` is what the attacker has more than the copy.
pub fn attack(
    copy: &Dataset,
    besides: &Besides<'_>,
    sensitive: Sensitive<'_>,
    settings: &Settings,
) -> Result<Findings, FormatError> {
    let reading = Reading::of(copy)?;
    let mut board = Board { reading: &reading, settings, claims: Claims::default() };
    let targets = board.targets(sensitive)?;
    let mut texts = Texts::of(&reading, besides, sensitive, &targets)?;
    texts.read_metadata(copy);
    let traces = board.traces(&targets, &mut texts)?;
    for (index, target) in targets.iter().enumerate() {
        board.by_ways(index, target, &traces);
        board.by_numbers(index, target, &traces);
        board.by_texts(index, target);
        board.by_elimination(index, target, &traces);
    }
    for known in besides.known {
        board.by_linking(&Known::read(known)?, &targets, &traces);
    }
    board.by_names(&targets, &texts);
    board.by_metadata(&targets, &texts);
    board.by_averaging(&targets, &traces);
    board.by_coalition(besides.with, &targets, &traces)?;
    Ok(board.claims.findings(copy, &targets, settings))
}

struct Board<'a, 'd> {
    reading: &'a Reading<'d>,
    settings: &'a Settings,
    claims: Claims,
}

/// What exact records give away.
struct Traces {
    evidence: Evidence,
    agreement: Agreement,
    series: Series,
    sites: Sites,
    /// Exact records, by which links are measured.
    sample: Vec<(Features, Point)>,
}

/// A claim before it is put into words.
#[derive(Debug, Clone)]
struct Guess {
    attack: Attack,
    point: Point,
    radius_m: f64,
    probability: f64,
    because: String,
    column: Option<String>,
}

#[derive(Debug, Default)]
struct Claims {
    guesses: FxHashMap<(usize, Attack), Guess>,
    /// Areas in m² of what was guessed, where it fills less than its circle.
    areas: FxHashMap<(usize, Attack), f64>,
    /// Records that tell their own place.
    exact: Vec<(At, Guess, f64)>,
    searched: Searched,
}

impl Board<'_, '_> {
    /// The first reading: which records are protected, and what they say of themselves.
    fn targets(&mut self, sensitive: Sensitive<'_>) -> Result<Vec<Target>, FormatError> {
        let mut floors = Floors::of(sensitive, self.settings.steps);
        let by_table = self.sources();
        let mut folded = String::new();
        let mut targets = Vec::new();
        let exact = &mut self.claims.exact;
        self.reading.each(|at, row, columns, seen| {
            if !columns.is_records() {
                return;
            }
            let own_floor = || {
                let place = seen.place.filter(|place| place.radius_m >= SMALLEST_M)?;
                seen.says_so.then(|| stated_floor_m(&place, self.settings.steps))
            };
            let listed = floors.of_row(row, columns, seen);
            let Some(floor_m) = listed.or_else(own_floor) else { return };
            if let Some(place) = seen.place.filter(|_| Target::is_told_exactly(seen, floor_m)) {
                let guess = Guess {
                    attack: Attack::Exact,
                    point: place.point,
                    radius_m: place.radius_m,
                    probability: 1.0,
                    because: "The record itself tells its place more finely than the rule allows."
                        .to_owned(),
                    column: Some("decimalLatitude".to_owned()),
                };
                exact.push((at, guess, floor_m));
                return;
            }
            let mut target = target(at, row, columns, seen, floor_m);
            if let Some(sources) = by_table.get(at.table) {
                target.features = linking::features(row, sources, &mut folded);
            }
            targets.push(target);
        })?;
        Ok(targets)
    }

    /// The second reading: what exact records share with protected ones.
    fn traces(&self, targets: &[Target], texts: &mut Texts<'_>) -> Result<Traces, FormatError> {
        let mut traces = Traces {
            evidence: Evidence::of(targets),
            agreement: Agreement::default(),
            series: Series::of(targets),
            sites: Sites::default(),
            sample: Vec::new(),
        };
        let by_table = self.sources();
        let mut folded = String::new();
        self.reading.each(|at, row, columns, seen| {
            texts.note(at, row, columns, seen);
            let Some(place) = seen.place.filter(|place| place.radius_m <= EXACT_M) else { return };
            for (key, _) in seen.all_keys() {
                traces.evidence.add(key, place.point);
                traces.agreement.count(key, place.point);
            }
            for (source, heading) in &columns.numbered {
                if let Some((series, number)) = numbered(&row.text(source), heading) {
                    let agreement = &mut traces.agreement;
                    traces.series.add(Way::Number, series, number, place.point, agreement);
                }
            }
            let order = order_of(at);
            traces.series.add(Way::Order, order, at.row, place.point, &mut traces.agreement);
            if columns.is_records() {
                traces.sites.add(place.point, seen.days);
                if let Some(sources) = by_table.get(at.table)
                    && traces.sample.len() < MOST_SAMPLED
                {
                    let features = linking::features(row, sources, &mut folded);
                    traces.sample.push((features, place.point));
                }
            }
        })?;
        Ok(traces)
    }

    fn by_ways(&mut self, index: usize, target: &Target, traces: &Traces) {
        for (key, column) in &target.keys {
            let Some(pointer) = traces.evidence.pointer(*key, target) else { continue };
            let chance = traces.agreement.chance(key.way, target.near_m());
            let because = format!(
                "It shares {} with {} told exactly at one place; of records that share that, at \
                 least {:.0} % lie so near each other.",
                key.way.words(),
                records(pointer.records),
                chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: key.way.attack(),
                    point: pointer.point,
                    radius_m: target.near_m(),
                    probability: chance * pointer.share,
                    because,
                    column: self.column_name(target.at.table, *column, *key),
                },
            );
        }
    }

    fn by_numbers(&mut self, index: usize, target: &Target, traces: &Traces) {
        for (series, _number, column) in &target.numbers {
            let way = if *column == usize::MAX { Way::Order } else { Way::Number };
            let Some(neighbours) = traces.series.neighbours(*series, index) else { continue };
            let near = [neighbours.below, neighbours.above];
            let possible = |neighbour: &(u64, Point)| target.may_be_at(neighbour.1);
            let near: Vec<(u64, Point)> = near.into_iter().flatten().filter(possible).collect();
            let Some((lag, point)) = near.iter().min_by_key(|(lag, _)| *lag).copied() else {
                continue;
            };
            let agree =
                near.iter().all(|(_, other)| other.distance_bound_m(point) <= target.near_m());
            let chance = traces.agreement.chance(way, target.near_m());
            // Neighbours on both sides at one place: both would have to mislead.
            let probability = match (near.len(), agree) {
                (2, true) => 1.0 - (1.0 - chance) * (1.0 - chance),
                (2, false) => chance / 2.0,
                _ => chance,
            };
            let because = format!(
                "It stands {} in {} beside a record told exactly; such neighbours lie together in at \
                 least {:.0} % of cases.",
                if lag == 1 { "next".to_owned() } else { format!("{lag} places away") },
                way.words(),
                chance * 100.0
            );
            let heading = self
                .reading
                .columns
                .get(target.at.table)
                .and_then(|columns| columns.numbered.get(*column))
                .map(|(_, heading)| heading.clone());
            self.claims.guess(
                index,
                Guess {
                    attack: way.attack(),
                    point,
                    radius_m: target.near_m(),
                    probability,
                    because,
                    column: heading,
                },
            );
        }
    }

    fn by_texts(&mut self, index: usize, target: &Target) {
        let headings = |column: usize| {
            let table = self.reading.columns.get(target.at.table).map(|columns| columns.table);
            table.and_then(|table| table.columns.get(column)).map(|column| column.heading.clone())
        };
        let told = target.told.iter().find(|(point, _)| target.may_be_at(*point));
        let Some((point, column)) = told else { return };
        // A place found in a text by chance would rarely lie in the region that the record states.
        let probability = if target.allowed.is_some() { 0.95 } else { 0.6 };
        let guess = Guess {
            attack: Attack::Text,
            point: *point,
            radius_m: target.near_m().min(TEXT_M),
            probability,
            because: "One of its own texts tells a place that agrees with its region.".to_owned(),
            column: headings(*column),
        };
        self.claims.guess(index, guess);
    }

    fn by_linking(&mut self, known: &Known, targets: &[Target], traces: &Traces) {
        let (links, searched) =
            known.link(targets, &traces.sample, |target, place| target.may_be_at(place.point));
        self.claims.searched.tried += searched.tried;
        self.claims.searched.all += searched.all;
        for (index, link) in links {
            let Some(target) = targets.get(index) else { continue };
            let radius_m = link.place.radius_m.max(LINKED_M);
            let is_below = std::f64::consts::PI * radius_m * radius_m < target.allowed_area_m2();
            if !is_below {
                continue;
            }
            let because = format!(
                "Its {} are together unique in another file, which tells the place; such links lead to \
                 the right place in at least {:.0} % of cases.",
                link.columns.join(", "),
                link.chance * 100.0
            );
            self.claims.guess(
                index,
                Guess {
                    attack: Attack::Linking,
                    point: link.place.point,
                    radius_m,
                    probability: link.chance,
                    because,
                    column: Some(link.columns.join(", ")),
                },
            );
        }
    }

    /// By table, the columns by which rows may be linked.
    fn sources(&self) -> Vec<Vec<Source>> {
        self.reading.columns.iter().map(|columns| linking::sources(columns.table)).collect()
    }

    fn by_elimination(&mut self, index: usize, target: &Target, traces: &Traces) {
        let Some(left) = traces.sites.left(target) else { return };
        let chance = traces.sites.chance();
        #[expect(clippy::cast_precision_loss, reason = "counts of sites are far below 2⁵³")]
        let probability = chance / left.sites as f64;
        let because = format!(
            "Of the sites that the copy tells exactly, {} in its region and period; at least \
             {:.0} % of records are from sites that others tell.",
            if left.sites == 1 {
                "only one lies".to_owned()
            } else {
                format!("{} lie", left.sites)
            },
            chance * 100.0
        );
        self.claims.guess(
            index,
            Guess {
                attack: Attack::Elimination,
                point: left.point,
                radius_m: target.near_m(),
                probability,
                because,
                column: None,
            },
        );
    }

    fn column_name(&self, table: usize, column: Option<usize>, key: Key) -> Option<String> {
        let columns = self.reading.columns.get(table)?;
        match column {
            Some(index) => columns.ways.get(index).map(|(_, _, heading)| heading.clone()),
            None => Some(
                match key.way {
                    Way::Event => "eventID",
                    Way::ParentEvent => "parentEventID",
                    _ => "recordedBy",
                }
                .to_owned(),
            ),
        }
    }
}

/// Side of the floor cell of a record that says that it was generalised and is on no list: of the
/// region that it states; of half of it in a partner's copy, which tells blocks of 2 × 2 cells.
fn stated_floor_m(place: &SeenPlace, steps: u32) -> f64 {
    let side_m = match place.edges {
        Some([south, north, ..]) => (north.degrees() - south.degrees()) * METRES_PER_DEGREE,
        None => place.radius_m * std::f64::consts::PI.sqrt(),
    };
    if steps == 0 { side_m } else { side_m / 2.0 }
}

fn records(number: u64) -> String {
    if number == 1 { "a record".to_owned() } else { format!("{number} records") }
}

/// The series of all rows of a table.
fn order_of(at: At) -> u64 {
    u64::MAX - at.table as u64
}

fn target(at: At, row: Row<'_>, columns: &Columns<'_>, seen: &Seen, floor_m: f64) -> Target {
    let mut numbers: Vec<(u64, u64, usize)> = columns
        .numbered
        .iter()
        .enumerate()
        .filter_map(|(index, (source, heading))| {
            let (series, number) = numbered(&row.text(source), heading)?;
            Some((series, number, index))
        })
        .collect();
    numbers.push((order_of(at), at.row, usize::MAX));
    let mut told = Vec::new();
    for (index, column) in columns.table.columns.iter().enumerate() {
        let is_place = column.term.is_some_and(|term| {
            PLACE_TERMS.contains(&term.name) || term.name.starts_with("footprint")
        });
        let text = row.cell(index);
        if !is_place && text.len() >= 6 && text.bytes().any(|byte| byte.is_ascii_digit()) {
            told.extend(text::places(&text).into_iter().map(|point| (point, index)));
        }
    }
    Target {
        at,
        allowed: seen.place,
        days: seen.days,
        floor_m,
        keys: seen.all_keys(),
        numbers,
        features: Features::default(),
        told,
    }
}

impl Claims {
    /// Keeps the surest guess of each attack about each record.
    fn guess(&mut self, target: usize, guess: Guess) {
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

    fn findings(self, copy: &Dataset, targets: &[Target], settings: &Settings) -> Findings {
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
        let claim = |at: At, guess: &Guess, area_m2: Option<f64>, floor_m: f64| Claim {
            file: file(at),
            line: at.line,
            attack: guess.attack,
            latitude: guess.point.lat().degrees(),
            longitude: guess.point.lon().degrees(),
            radius_m: guess.radius_m,
            probability: guess.probability,
            narrowing: narrowing(guess, area_m2, floor_m),
            because: guess.because.clone(),
            columns: guess.column.iter().cloned().collect(),
        };
        let mut claims: Vec<Claim> = self
            .exact
            .iter()
            .map(|(at, guess, floor_m)| claim(*at, guess, None, *floor_m))
            .collect();
        for (index, guess) in best.iter().filter(|(_, guess)| guess.probability >= settings.sure) {
            if let Some(target) = targets.get(*index) {
                let area_m2 = self.areas.get(&(*index, guess.attack)).copied();
                claims.push(claim(target.at, guess, area_m2, target.allowed_area_m2().sqrt()));
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
                    AttackCount { attack, located, claimed }
                })
                .collect(),
            claims,
            sure: settings.sure,
            combinations: self.searched.all,
            combinations_tried: self.searched.tried,
        }
    }
}

/// A circle of which a record says that it was generalised is no smaller.
///
/// Units: metres.
const SMALLEST_M: f64 = 70.0;
const METRES_PER_DEGREE: f64 = 111_320.0;
/// A record is exact if its circle is no larger.
///
/// Units: metres.
const EXACT_M: f64 = 1_000.0;
/// How well a text tells a place.
///
/// Units: metres.
const TEXT_M: f64 = 100.0;
/// A link to a place is no finer than this.
///
/// Units: metres.
const LINKED_M: f64 = 50.0;
/// Exact records by which links are measured.
const MOST_SAMPLED: usize = 50_000;
/// Less sure guesses are not kept.
const LEAST: f64 = 0.02;

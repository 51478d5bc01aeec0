//! The two readings of a copy: what is protected, then what gives it away.

use reedbed_core::place::Point;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::error::FormatError;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::agreement::{Agreement, Met};
use crate::attack::Settings;
use crate::attack::texts::Texts as TextsFound;
use crate::claim::Attack;
use crate::claims::{Guess, ToldExactly};
use crate::columns::{Columns, PLACE_TERMS};
use crate::evidence::Evidence;
use crate::inferred::Inferred;
use crate::linking::{self, Features};
use crate::numbers::{Blocks, GROUPS, Gaps, Numbers};
use crate::paths::{self, Paths};
use crate::reading::{At, Reading};
use crate::sample::{Sample, mixed};
use crate::seams::{Seams, Spots};
use crate::seen::{Seen, SeenPlace};
use crate::series::{FARTHEST, Numbered, Series, numbered};
use crate::sites::{Exact, Sites};
use crate::target::{Floors, Sensitive, Target};
use crate::text;
use crate::trials::{Trial, Trials};
use crate::ways::{Way, hash_of};

/// What the first reading finds.
pub(crate) struct First {
    pub(crate) targets: Vec<Target>,
    /// Records that tell their own place.
    pub(crate) exact: Vec<ToldExactly>,
    /// Exact records that are taken for protected ones to see how attacks end.
    pub(crate) trials: Vec<Trial>,
    /// How often neighbours in a series lie together.
    pub(crate) agreement: Agreement,
    /// Columns whose numbers tell places.
    pub(crate) telling: FxHashSet<u32>,
    /// Exact records by which links are measured.
    pub(crate) sample: Vec<(Features, Point)>,
    /// By what the places of rows that do not state them are inferred.
    inferred: Inferred,
}

/// What the second reading finds.
pub(crate) struct Second<'t> {
    pub(crate) texts: TextsFound<'t>,
    pub(crate) evidence: Evidence,
    pub(crate) agreement: Agreement,
    pub(crate) series: Series,
    pub(crate) sites: Sites,
    pub(crate) gaps: Gaps,
    /// The places of tables of other kinds.
    pub(crate) seams: Seams,
    /// By recorder and day, and by day alone.
    pub(crate) paths: [Paths; 2],
}

struct FirstState<'r> {
    floors: Floors<'r>,
    steps: u32,
    folded: String,
    targets: Vec<Target>,
    exact: Vec<ToldExactly>,
    trials: Sample<Trial>,
    blocks: Blocks,
    orders: Orders,
    sample: Sample<(Features, Point)>,
    texts: Texts,
    inferred: Inferred,
}

/// Texts that were searched for places: most are alike.
#[derive(Default)]
struct Texts(FxHashMap<u64, Vec<Point>>);

impl Texts {
    fn places(&mut self, text: &str) -> &[Point] {
        if self.0.len() >= MOST_TEXTS {
            self.0.clear();
        }
        let print = hash_of(Way::Detail, text.as_bytes());
        self.0.entry(print).or_insert_with(|| text::places(text))
    }
}

struct SecondState<'t> {
    texts: TextsFound<'t>,
    evidence: Evidence,
    met: Met,
    series: Series,
    sites: Sites,
    numbers: Numbers,
    spots: Spots,
    paths: [Paths; 2],
    codes: Texts,
}

/// Reads a copy for the first time; `links` says that links to other files are to be measured.
pub(crate) fn first(
    reading: &Reading<'_>,
    sensitive: Sensitive<'_>,
    settings: &Settings,
    links: bool,
) -> Result<First, FormatError> {
    let by_table = sources(reading);
    let every = reading.rows_about() / MEASURED;
    let start = || FirstState {
        floors: Floors::of(sensitive, settings.steps),
        steps: settings.steps,
        folded: String::new(),
        targets: Vec::new(),
        exact: Vec::new(),
        trials: Sample::of(TRIALS),
        blocks: Blocks::new(every),
        orders: Orders::default(),
        sample: Sample::of(SAMPLED),
        texts: Texts::default(),
        inferred: Inferred::of(reading),
    };
    let states = reading.gather(settings.workers, start, |state, at, row, columns, seen| {
        state.row(at, row, columns, seen, links, &by_table);
    })?;
    let mut whole = start();
    for state in states {
        whole.targets.extend(state.targets);
        whole.exact.extend(state.exact);
        whole.trials.merge(state.trials);
        whole.blocks.merge(state.blocks);
        whole.orders.merge(state.orders);
        whole.sample.merge(state.sample);
        whole.inferred.merge(state.inferred);
    }
    whole.inferred.settle();
    whole.targets.sort_by_key(|target| target.at);
    whole.exact.sort_by_key(|exact| exact.at);
    let mut agreement = Agreement::default();
    whole.blocks.measure(&mut agreement);
    whole.orders.measure(&mut agreement);
    let telling = whole.blocks.telling(&agreement);
    Ok(First {
        targets: whole.targets,
        exact: whole.exact,
        trials: whole.trials.into_values(),
        agreement,
        telling,
        sample: whole.sample.into_values(),
        inferred: whole.inferred,
    })
}

impl FirstState<'_> {
    fn row(
        &mut self,
        at: At,
        row: Row<'_>,
        columns: &Columns<'_>,
        seen: &Seen,
        links: bool,
        by_table: &[Vec<Source>],
    ) {
        if columns.is_records() && self.is_target(at, row, columns, seen, by_table) {
            return;
        }
        let Some(place) = exact_place(seen) else { return };
        for of in numbers_of(row, columns) {
            self.blocks.add(of, place.point);
        }
        self.orders.add(at, place.point);
        self.inferred.learn(at, row, columns, (seen, place));
        if !columns.is_records() {
            return;
        }
        let hash = mixed(at.row ^ columns.print);
        if self.trials.wants(hash) {
            let states = seen.states(row, columns);
            let numbers = numbers_of(row, columns).collect();
            self.trials.add(
                hash,
                Trial {
                    exact: exact(at, place, seen),
                    states,
                    numbers,
                    minute: seen.minute,
                    time_ms: seen.time_ms,
                },
            );
        }
        if links
            && self.sample.wants(hash)
            && let Some(sources) = by_table.get(at.table)
        {
            let features = linking::features(row, sources, &mut self.folded);
            self.sample.add(hash, (features, place.point));
        }
    }

    /// Notes a row that is protected, or should be.
    fn is_target(
        &mut self,
        at: At,
        row: Row<'_>,
        columns: &Columns<'_>,
        seen: &Seen,
        by_table: &[Vec<Source>],
    ) -> bool {
        let own_floor = || {
            let place = seen.place.filter(|place| place.radius_m >= SMALLEST_M)?;
            seen.says_so.then(|| stated_floor_m(&place, self.steps))
        };
        let listed = self.floors.of_row(row, columns, seen);
        let rule = listed.map(|(_, rule)| rule);
        let listed = listed.map(|(floor_m, _)| floor_m);
        let Some(floor_m) = listed.or_else(own_floor) else { return false };
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
            self.exact.push(ToldExactly { at, guess, floor_m, rule });
            // It tells where its siblings are, too.
            return false;
        }
        let mut target = target(at, row, columns, seen, floor_m, &mut self.texts);
        target.rule = rule;
        if let Some(sources) = by_table.get(at.table) {
            target.features = linking::features(row, sources, &mut self.folded);
        }
        self.targets.push(target);
        // A record that is told finely enough points to others that are told more coarsely.
        seen.place.is_none_or(|place| place.radius_m > EXACT_M)
    }
}

/// Reads a copy for the second time.
pub(crate) fn second<'t>(
    reading: &Reading<'_>,
    first: &First,
    trials: &Trials,
    texts: &TextsFound<'t>,
    settings: &Settings,
) -> Result<Second<'t>, FormatError> {
    let evidence = Evidence::of(&first.targets);
    let series = Series::of(&first.targets);
    let paths = [true, false].map(|with| Paths::of(&first.targets, &first.trials, with));
    let every = reading.rows_about() / MEASURED;
    let start = || SecondState {
        texts: texts.clone(),
        evidence: evidence.clone(),
        met: Met::new(every),
        series: series.clone(),
        sites: trials.questions().clone(),
        numbers: Numbers::default(),
        spots: Spots::default(),
        paths: paths.clone(),
        codes: Texts::default(),
    };
    let states = reading.gather(settings.workers, start, |state, at, row, columns, seen| {
        state.row(at, row, columns, seen, first);
    })?;
    let mut whole = start();
    for state in states {
        whole.texts.merge(state.texts);
        whole.evidence.merge(state.evidence);
        whole.met.merge(state.met);
        whole.series.merge(state.series);
        whole.sites.merge(state.sites);
        whole.numbers.merge(state.numbers);
        whole.spots.merge(state.spots);
        for (own, other) in whole.paths.iter_mut().zip(state.paths) {
            own.merge(other);
        }
    }
    let kinds = reading.columns.iter().map(|columns| columns.table.kind_of_data).collect();
    Ok(Second {
        texts: whole.texts,
        evidence: whole.evidence,
        agreement: whole.met.agreement(),
        series: whole.series,
        sites: whole.sites,
        gaps: whole.numbers.gaps(),
        seams: whole.spots.settled(kinds),
        paths: whole.paths,
    })
}

impl SecondState<'_> {
    fn row(&mut self, at: At, row: Row<'_>, columns: &Columns<'_>, seen: &Seen, first: &First) {
        self.texts.note(at, row, columns, seen);
        let telling = &first.telling;
        let inferred = || {
            let codes = |text: &str| self.codes.places(text).to_vec();
            let is_asked = !self.texts.is_target(at);
            is_asked.then(|| first.inferred.place(at, row, seen, codes)).flatten()
        };
        let Some(place) = exact_place(seen).or_else(inferred) else { return };
        if columns.is_of_other_kind() {
            self.spots.add(at.table, place, seen);
        }
        let row_hash = at.row ^ columns.print;
        for (key, column) in seen.all_keys() {
            self.evidence.add(key, place);
            self.met.count(key, column, row_hash, place.point);
        }
        let group = if telling.is_empty() { 0 } else { group_of(row, columns) };
        for of in numbers_of(row, columns) {
            self.series.add(of, place);
            if telling.contains(&of.column) && columns.is_records() {
                self.numbers.add(of, place, seen.days, group);
            }
        }
        self.series.add(order_of(at), place);
        if columns.is_records() {
            if let Some(minute) = seen.minute {
                let keys = [seen.recorder_day(), paths::day_of(seen.days)];
                for (paths, key) in self.paths.iter_mut().zip(keys) {
                    if let Some(key) = key {
                        paths.add((at.table, at.row), key, minute, place);
                    }
                }
            }
            let states = |column| seen.states_in(row, columns, column);
            self.sites.add(&exact(at, place, seen), states);
        }
    }
}

/// Rows that stand near each other: how often they lie together.
#[derive(Debug, Default)]
struct Orders {
    rows: Vec<(At, Point)>,
}

impl Orders {
    fn add(&mut self, at: At, point: Point) {
        // Of each thousand rows some that stand together.
        if at.row % 1024 < TOGETHER || at.row < FIRST {
            self.rows.push((at, point));
        }
    }

    fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    fn measure(&mut self, agreement: &mut Agreement) {
        self.rows.sort_by_key(|(at, _)| *at);
        for (index, (at, point)) in self.rows.iter().enumerate() {
            let behind = self.rows.iter().skip(index + 1);
            let near = behind
                .take_while(|(other, _)| other.table == at.table && other.row - at.row <= FARTHEST);
            for (other, place) in near {
                let lag = other.row - at.row;
                agreement.pair(Way::Order, 0, lag, point.distance_bound_m(*place));
            }
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

/// The place of a row that tells it exactly.
fn exact_place(seen: &Seen) -> Option<SeenPlace> {
    seen.place.filter(|place| place.radius_m <= EXACT_M)
}

fn exact(at: At, place: SeenPlace, seen: &Seen) -> Exact {
    Exact {
        place,
        days: seen.days,
        table: at.table,
        row: at.row,
        event: seen.event.unwrap_or(0),
        recorder_day: seen.recorder_day().unwrap_or(0),
    }
}

/// The numbers of a row in its series.
fn numbers_of(row: Row<'_>, columns: &Columns<'_>) -> impl Iterator<Item = Numbered> {
    columns.numbered.iter().filter_map(move |(source, named)| {
        let (series, number) = numbered(&row.text(source), &named.heading)?;
        Some(Numbered { column: named.print, series, number })
    })
}

/// The group that the taxon of a row is in, by its name as written.
fn group_of(row: Row<'_>, columns: &Columns<'_>) -> u8 {
    let name = columns.names.iter().find(|source| source.exists());
    let hash = name.map_or(0, |name| hash_of(Way::Number, row.text(name).trim().as_bytes()));
    u8::try_from(mixed(hash) % u64::from(GROUPS)).unwrap_or(0)
}

/// The order of the rows of a table as a series.
fn order_of(at: At) -> Numbered {
    Numbered { column: ORDER, series: at.table as u64, number: at.row }
}

/// By table, the columns by which rows may be linked.
pub(crate) fn sources(reading: &Reading<'_>) -> Vec<Vec<Source>> {
    reading.columns.iter().map(|columns| linking::sources(columns.table)).collect()
}

fn target(
    at: At,
    row: Row<'_>,
    columns: &Columns<'_>,
    seen: &Seen,
    floor_m: f64,
    texts: &mut Texts,
) -> Target {
    let mut numbers: Vec<Numbered> = numbers_of(row, columns).collect();
    numbers.push(order_of(at));
    let mut told = Vec::new();
    for (index, column) in columns.table.columns.iter().enumerate() {
        let is_place = column.term.is_some_and(|term| {
            PLACE_TERMS.contains(&term.name) || term.name.starts_with("footprint")
        });
        let text = row.cell(index);
        if !is_place && text.len() >= 6 && text.bytes().any(|byte| byte.is_ascii_digit()) {
            told.extend(texts.places(&text).iter().map(|point| (*point, index)));
        }
    }
    Target {
        at,
        allowed: seen.place,
        days: seen.days,
        recorder_day: seen.recorder_day(),
        minute: seen.minute,
        time_ms: seen.time_ms,
        floor_m,
        keys: seen.all_keys().collect(),
        numbers,
        states: seen.states(row, columns),
        rule: None,
        features: Features::default(),
        told,
    }
}

/// Units: metres; a degree of latitude as widths of rules count it.
const METRES_PER_DEGREE: f64 = 111_320.0;
/// In the place of a column: the order of rows.
pub(crate) const ORDER: u32 = 0;
/// A circle of which a record says that it was generalised is no smaller.
///
/// Units: metres.
const SMALLEST_M: f64 = 70.0;
/// A record is exact if its circle is no larger.
///
/// Units: metres.
pub(crate) const EXACT_M: f64 = 1_000.0;
/// Of larger copies every so many records are measured by.
const MEASURED: u64 = 100_000;
/// Exact records that are taken for protected ones.
const TRIALS: usize = 1_500;
/// Texts whose places are remembered.
const MOST_TEXTS: usize = 20_000;
/// Exact records by which links are measured.
const SAMPLED: usize = 50_000;
/// Of each thousand rows so many are looked at for their order.
const TOGETHER: u64 = 128;
/// All of the first rows are looked at for their order.
const FIRST: u64 = 50_000;

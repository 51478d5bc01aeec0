//! What the steward is told about a copy: the content of `report.json`, and of `report.html`.

use std::collections::{BTreeMap, BTreeSet};

use reedbed_core::category::Category;
use reedbed_core::decide::Audience;
use reedbed_core::place::Nano;
use reedbed_core::rule::Rule;
use serde::Serialize;

use crate::facts::Oddities;
use crate::findings::{Closings, Findings, percentiles};
use crate::kinds::KindSummary;
use crate::plan::{self, Role};
use crate::rule_words;
use crate::share::{Attempts, Prepared};
use crate::tally::{Reject, RowCount};
use crate::utility::Utility;

/// A copy, told in numbers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Version of this form.
    pub format_version: u32,
    /// The day on which the copy was made.
    pub made_on: String,
    /// `public` or `partner`.
    pub audience: &'static str,
    /// The partner, for a partner's copy.
    pub partner: Option<String>,
    /// Digest of the rules that were applied.
    pub rules_digest: String,
    /// How many rules there are.
    pub rules_total: usize,
    /// What must be known of the rules before the copy is handed over, in sentences.
    pub rule_findings: Vec<String>,
    /// How many such things there are, those that are not in the list included.
    pub rule_findings_total: usize,
    /// By table.
    pub tables: Vec<TableSummary>,
    /// What the numbers of records count: `records`, or `events` where there is no table of records.
    pub counted: &'static str,
    /// Records that leave as held.
    pub records_clear: u64,
    /// By category, the strictest first.
    pub categories: Vec<CategorySummary>,
    /// What protection costs.
    pub utility: Utility,
    /// Records that are told more carefully than the rules ask, because of their siblings.
    pub siblings: Closings,
    /// What came of attacking the copy; nothing where it was not written, or protects nothing.
    pub attempts: Option<Attempts>,
    /// Rules that met a record, in the order of the lists.
    pub rules: Vec<RuleSummary>,
    /// Rules that met nothing, in the order of the lists: all of them where the lists are short.
    pub rules_unmet: Vec<UnmetRule>,
    /// How many rules met nothing; rules that protect nothing do not count.
    pub rules_unmet_total: usize,
    /// Whether boundaries were given and no place of the dataset lies in any of them.
    pub boundaries_missed: bool,
    /// Published cells of protected records.
    pub cells: Vec<CellSummary>,
    /// Records whose cells are not in the list because it is full.
    pub records_without_cell: u64,
    /// Boundaries to draw the cells over.
    pub boundaries: Vec<Outline>,
    /// Names that no rule lists, the most frequent first.
    pub unlisted_names: Vec<NameCount>,
    /// How many different names no rule lists.
    pub unlisted_names_total: usize,
    /// Names that were matched in another way than letter by letter, the most frequent first.
    pub matched_names: Vec<MatchedName>,
    /// How many such names there are, counted once for each way.
    pub matched_names_total: usize,
    /// Rejects by reason.
    pub rejects: Vec<RejectCount>,
    /// Things that are odd but not wrong.
    pub oddities: Oddities,
    /// Notes about the input and the metadata, in sentences.
    pub notes: Vec<String>,
    /// Data of other kinds than records, by input.
    pub kinds: Vec<KindSummary>,
}

/// Rows of one table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableSummary {
    /// The file, as the steward knows it.
    pub file: String,
    /// What its rows are: `records`, `events`, `measurements`, `attached` or `taxa`.
    pub role: &'static str,
    /// Its rows, accounted for.
    #[serde(flatten)]
    pub rows: RowCount,
}

/// Records of one category.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategorySummary {
    /// The category.
    pub category: Category,
    /// Protected by a rule and told less precisely.
    pub by_rule: u64,
    /// Told less precisely only for what they share with a protected record.
    pub shared: u64,
    /// Withheld.
    pub withheld: u64,
    /// Of those withheld, the ones that no rule met: withheld for what they share.
    pub withheld_shared: u64,
    /// Of those withheld, the ones that their own rules would not withhold: withheld for what they
    /// share, whether a rule met them or not.
    pub withheld_pulled: u64,
    /// Records that had stated no uncertainty.
    pub before_unknown: u64,
    /// Median and 95th percentile of the uncertainty before, in metres, rounded up to the ladder.
    pub before_m: Option<(u64, u64)>,
    /// Median and 95th percentile of the uncertainty after, in metres.
    pub after_m: Option<(u64, u64)>,
}

/// Records that one rule met.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSummary {
    /// List and line.
    pub rule: String,
    /// The rule in a sentence.
    pub says: String,
    /// Records told less precisely.
    pub generalised: u64,
    /// Records withheld.
    pub withheld: u64,
    /// Other records that were told less precisely or withheld because they share something with
    /// one that this rule met: where several did, it is the strictest.
    pub pulled_along: u64,
}

/// A rule that met nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnmetRule {
    /// List and line.
    pub rule: String,
    /// The rule in a sentence.
    pub says: String,
}

/// A published cell or block.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CellSummary {
    /// South, west, north, east in degrees, WGS 84; east is beyond 180 across the antimeridian.
    pub bounds: [f64; 4],
    /// The strictest category told there.
    pub category: Category,
    /// Records told there, or things of another kind.
    pub records: u64,
    /// What kind of data they are, as rules call it.
    pub kind: &'static str,
}

/// A boundary, as rings of longitude and latitude.
#[derive(Debug, Clone, Serialize)]
pub struct Outline {
    /// Its name.
    pub name: String,
    /// Rings of (longitude, latitude) in degrees.
    pub rings: Vec<Vec<[f64; 2]>>,
}

/// A name and how many records bear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameCount {
    /// The name as written.
    pub name: String,
    /// Records.
    pub records: u64,
}

/// A name that a rule lists in other letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchedName {
    /// The name as written.
    pub name: String,
    /// How it was matched, in a sentence.
    pub how: String,
    /// Records.
    pub records: u64,
}

/// Rejects of one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectCount {
    /// The reason.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

impl Summary {
    pub(crate) fn of(
        copy: &Prepared<'_>,
        counts: &[RowCount],
        findings: &Findings,
        rejects: &[Reject],
        attempts: Option<Attempts>,
        kinds: Vec<KindSummary>,
    ) -> Self {
        let settings = copy.settings();
        let survey = copy.survey();
        let mut oddities = Oddities::default();
        for table in &survey.tables {
            oddities.merge(&table.oddities);
        }
        let (matched_names, matched_names_total) = survey.names.matched(MOST_NAMES);
        let (rules_unmet, rules_unmet_total) = rules_unmet(copy, findings);
        let (unlisted_names, unlisted_names_total) = survey.names.unlisted(MOST_NAMES);
        Self {
            format_version: 1,
            made_on: settings.today.to_string(),
            audience: match settings.audience {
                Audience::Partner { .. } => "partner",
                Audience::PartnerLevel { .. } => "partner level",
                Audience::Public => "public",
            },
            partner: settings.partner.clone(),
            rules_digest: settings.rules_digest.clone(),
            rules_total: settings.rules.rules.len(),
            rule_findings: settings.rule_findings.iter().take(MOST_FINDINGS).cloned().collect(),
            rule_findings_total: settings.rule_findings.len(),
            tables: copy
                .plans()
                .iter()
                .zip(counts)
                .map(|(plan, rows)| TableSummary {
                    file: plan.table.name.clone(),
                    role: role(plan.role),
                    rows: rows.clone(),
                })
                .chain(kinds.iter().flat_map(tables_of))
                .collect(),
            counted: role(if plan::counts_events(copy.plans()) {
                Role::Events
            } else {
                Role::Records
            }),
            records_clear: findings.clear,
            categories: categories(findings),
            utility: findings.utility,
            siblings: findings.closings,
            attempts,
            rules: rules(copy, findings),
            rules_unmet,
            rules_unmet_total,
            boundaries_missed: survey.misses_boundaries(copy.judge()),
            cells: {
                let others = kinds.iter().flat_map(|kind| kind.cells.iter().cloned());
                cells(findings).into_iter().chain(others).collect()
            },
            records_without_cell: findings.uncounted_cells,
            boundaries: boundaries(copy, findings),
            unlisted_names,
            unlisted_names_total,
            matched_names,
            matched_names_total,
            rejects: reject_counts(rejects),
            oddities,
            kinds,
            notes: copy.dataset().notes.iter().map(|n| format!("{}: {}", n.file, n.text)).collect(),
        }
    }

    /// Records told less precisely.
    pub fn generalised(&self) -> u64 {
        self.categories.iter().map(|category| category.by_rule + category.shared).sum()
    }

    /// Records withheld.
    pub fn withheld(&self) -> u64 {
        self.categories.iter().map(|category| category.withheld).sum()
    }

    /// Rows of tables of records, events and what hangs from them that could not be used.
    pub fn rejected_beside_kinds(&self) -> u64 {
        let is_other = |table: &TableSummary| self.kinds.iter().any(|kind| kind.kind == table.role);
        self.tables.iter().filter(|table| !is_other(table)).map(|table| table.rows.rejected).sum()
    }

    /// Whether there are tables of records or events.
    pub fn has_records(&self) -> bool {
        let is_other = |table: &TableSummary| self.kinds.iter().any(|kind| kind.kind == table.role);
        self.tables.iter().any(|table| !is_other(table))
    }

    /// Whether there are records, or nothing of another kind either.
    pub fn is_about_records(&self) -> bool {
        self.has_records() || self.kinds.is_empty()
    }

    /// Whether events are counted, because there is no table of records.
    pub fn counts_events(&self) -> bool {
        self.counted == role(Role::Events)
    }

    /// Rows that could not be used, of the tables whose rows are counted.
    pub fn unusable(&self) -> u64 {
        let counted = self.tables.iter().filter(|table| table.role == self.counted);
        counted.map(|table| table.rows.rejected).sum()
    }

    /// Records withheld for what they share, not by a rule that met them.
    pub fn withheld_pulled(&self) -> u64 {
        self.categories.iter().map(|category| category.withheld_pulled).sum()
    }
}

/// The tables of data of another kind, by where they are in the package.
fn tables_of(kind: &KindSummary) -> impl Iterator<Item = TableSummary> + '_ {
    kind.tables.iter().map(|table| TableSummary {
        file: format!("{}/{}", kind.folder, table.name),
        role: kind.kind,
        rows: table.rows.clone(),
    })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Attached => "attached",
        Role::Events => "events",
        Role::Measurements => "measurements",
        Role::Records => "records",
        Role::Taxa => "taxa",
    }
}

fn categories(findings: &Findings) -> Vec<CategorySummary> {
    findings
        .categories
        .iter()
        .rev()
        .map(|(category, found)| CategorySummary {
            category: *category,
            by_rule: found.by_rule,
            shared: found.shared,
            withheld: found.withheld,
            withheld_shared: found.withheld_shared,
            withheld_pulled: found.withheld_pulled,
            before_unknown: found.before_unknown,
            before_m: percentiles(&found.before_m),
            after_m: percentiles(&found.after_m),
        })
        .collect()
}

fn rules(copy: &Prepared<'_>, findings: &Findings) -> Vec<RuleSummary> {
    let mut met: Vec<_> = findings.rules.iter().collect();
    met.sort_by_key(|(index, _)| **index);
    met.into_iter()
        .filter_map(|(index, found)| {
            let rule = copy.settings().rules.rules.get(*index)?;
            Some(RuleSummary {
                rule: rule.id.to_string(),
                says: rule_words::says(&copy.settings().rules, rule),
                generalised: found.generalised,
                withheld: found.withheld,
                pulled_along: found.pulled_along,
            })
        })
        .collect()
}

/// The rules that met neither a record nor an event, and how many there are.
fn rules_unmet(copy: &Prepared<'_>, findings: &Findings) -> (Vec<UnmetRule>, usize) {
    let rules = &copy.settings().rules;
    let mut met: BTreeSet<usize> = findings.rules.keys().copied().collect();
    for table in &copy.survey().tables {
        met.extend(table.protected.iter().flat_map(|held| &held.verdict.rules));
    }
    let is_unmet =
        |(index, rule): &(usize, &Rule)| !met.contains(index) && copy.judge().protects(rule);
    let unmet: Vec<&Rule> =
        rules.rules.iter().enumerate().filter(is_unmet).map(|(_, rule)| rule).collect();
    let shown = if rules.rules.len() < SHORT_LIST { unmet.len() } else { FEW_UNMET };
    let told = unmet
        .iter()
        .take(shown)
        .map(|rule| UnmetRule { rule: rule.id.to_string(), says: rule_words::says(rules, rule) });
    (told.collect(), unmet.len())
}

fn cells(findings: &Findings) -> Vec<CellSummary> {
    let mut cells: Vec<_> = findings.cells.iter().collect();
    cells.sort_by_key(|(bounds, _)| **bounds);
    cells
        .into_iter()
        .map(|(bounds, cell)| CellSummary {
            bounds: bounds.map(|edge| Nano(edge).degrees()),
            category: cell.category,
            records: cell.records,
            kind: RECORDS,
        })
        .collect()
}

/// Boundaries that are near a published cell: a map of all states of the world helps nobody.
fn boundaries(copy: &Prepared<'_>, findings: &Findings) -> Vec<Outline> {
    let Some([south, west, north, east]) = findings
        .cells
        .keys()
        .copied()
        .reduce(|[s, w, n, e], [south, west, north, east]| {
            [s.min(south), w.min(west), n.max(north), e.max(east)]
        })
        .map(|edges| edges.map(|edge| Nano(edge).degrees()))
    else {
        return Vec::new();
    };
    let is_near = |[lon, lat]: &[f64; 2]| {
        (west - MARGIN..=east + MARGIN).contains(lon)
            && (south - MARGIN..=north + MARGIN).contains(lat)
    };
    copy.settings()
        .areas
        .features()
        .filter_map(|(names, shape)| {
            let rings: Vec<Vec<[f64; 2]>> = shape
                .outlines()
                .map(|ring| ring.map(|(lon, lat)| [lon, lat]).collect::<Vec<_>>())
                .filter(|ring| around(ring, [south, west, north, east]) || ring.iter().any(is_near))
                .map(thinned)
                .collect();
            let name = names.first()?.clone();
            (!rings.is_empty()).then_some(Outline { name, rings })
        })
        .take(MOST_BOUNDARIES)
        .collect()
}

/// Whether the box of a ring meets the box of the cells.
fn around(ring: &[[f64; 2]], [south, west, north, east]: [f64; 4]) -> bool {
    let edge = |axis: usize, pick: fn(f64, f64) -> f64| {
        ring.iter().filter_map(|point| point.get(axis).copied()).reduce(pick)
    };
    match (edge(0, f64::min), edge(0, f64::max), edge(1, f64::min), edge(1, f64::max)) {
        (Some(w), Some(e), Some(s), Some(n)) => w <= east && e >= west && s <= north && n >= south,
        _ => false,
    }
}

/// A ring for a drawing of some hundred pixels needs no more than some hundred points.
fn thinned(ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let step = ring.len() / MOST_POINTS + 1;
    let last = ring.last().copied();
    ring.into_iter().step_by(step).chain(last).collect()
}

fn reject_counts(rejects: &[Reject]) -> Vec<RejectCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for reject in rejects {
        let reason = if reject.column.is_empty() {
            reject.reason.clone()
        } else {
            format!("{}: {}", reject.column, reject.reason)
        };
        *counts.entry(reason).or_default() += 1;
    }
    let mut counts: Vec<_> =
        counts.into_iter().map(|(reason, rows)| RejectCount { reason, rows }).collect();
    counts.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.reason.cmp(&b.reason)));
    counts
}

const MOST_NAMES: usize = 200;
/// Of lists with fewer rules, every rule that met nothing is told.
const SHORT_LIST: usize = 200;
const FEW_UNMET: usize = 20;
const MOST_FINDINGS: usize = 500;
const MOST_BOUNDARIES: usize = 60;
const MOST_POINTS: usize = 800;
/// Degrees around the cells.
const MARGIN: f64 = 0.5;
/// The kind of data that records are.
pub const RECORDS: &str = "occurrence";

//! Made-up summaries: an invented fen, and what could go wrong.

use reedbed_core::category::Category;
use reedbed_engine::summary::{
    CategorySummary, CellSummary, MatchedName, NameCount, Outline, RejectCount, RuleSummary,
    Summary, TableSummary, UnmetRule,
};

/// A dataset without a row.
pub(crate) fn empty() -> Summary {
    Summary {
        format_version: 1,
        made_on: "2026-04-12".to_owned(),
        audience: "public",
        partner: None,
        rules_digest: "6f1ed002ab5595859014ebf0951522d9e17d1e3f9c2a1b7f4a3c0d8e5b6a7c90".to_owned(),
        rules_total: 12,
        rule_findings: Vec::new(),
        rule_findings_total: 0,
        rules_unmet: Vec::new(),
        rules_unmet_total: 0,
        boundaries_missed: false,
        tables: Vec::new(),
        counted: "records",
        records_clear: 0,
        categories: Vec::new(),
        utility: Default::default(),
        siblings: Default::default(),
        attempts: None,
        rules: Vec::new(),
        cells: Vec::new(),
        records_without_cell: 0,
        boundaries: Vec::new(),
        unlisted_names: Vec::new(),
        unlisted_names_total: 0,
        matched_names: Vec::new(),
        matched_names_total: 0,
        rejects: Vec::new(),
        oddities: Default::default(),
        kinds: Vec::new(),
        notes: Vec::new(),
    }
}

/// A fen with forty bittern nests among twenty thousand common records.
pub(crate) fn fen() -> Summary {
    let mut summary = Summary {
        tables: vec![
            table("occurrence.txt", "records", [20_003, 0, 19_980, 20, 3], [40, 128]),
            table("event.txt", "events", [1_211, 40, 1_249, 2, 0], [40, 12]),
            table("measurementorfact.txt", "measurements", [64_120, 0, 63_988, 132, 0], [0, 0]),
        ],
        records_clear: 19_812,
        categories: vec![
            category(Category::Extreme, [0, 0, 20], None, None),
            category(Category::High, [40, 96, 0], Some((25, 100)), Some((8_000, 8_000))),
            category(Category::Medium, [25, 5, 0], Some((50, 250)), Some((800, 1_000))),
            category(Category::Low, [2, 0, 0], Some((10, 10)), Some((100, 125))),
        ],
        rules: vec![
            rule("`rules.csv` line 2", "Botaurus stellaris, in the season 15 March to 31 July: category high, because of a population under threat (Reedmoor Trust).", 40, 0),
            rule("`rules.csv` line 3", "Circus aeruginosus, in the season 1 April to 15 August, with behaviour nesting: category medium, because of exposure by the survey (Reedmoor Trust).", 25, 0),
            rule("`rules.csv` line 5", "Panurus biarmicus, with reproductive condition breeding: category low (Reedmoor Trust).", 2, 0),
            rule("`rules.csv` line 7", "Any taxon, in Pump House roost: withheld, because of exposure by the survey (Reedmoor Trust).", 0, 20),
        ],
        rule_findings: [
            "`rules.csv` line 9, column `category`: `severe` is not none, low, medium, high or extreme; the rule withholds.",
            "`rules.csv` line 11: its review was due on 2026-01-31.",
        ]
        .map(str::to_owned)
        .to_vec(),
        rule_findings_total: 2,
        rules_unmet: [
            ("`rules.csv` line 4", "Locustella luscinioides: category medium (Reedmoor Trust)."),
            ("`rules.csv` line 6", "Any taxon, in Alder carr: category high (Reedmoor Trust)."),
        ]
        .map(|(rule, says)| UnmetRule { rule: rule.to_owned(), says: says.to_owned() })
        .to_vec(),
        rules_unmet_total: 8,
        cells: [
            ([52.6, 1.5, 52.7, 1.6], Category::High, 104),
            ([52.6, 1.4, 52.7, 1.5], Category::High, 22),
            ([52.5, 1.5, 52.6, 1.6], Category::High, 10),
            ([52.65, 1.52, 52.66, 1.53], Category::Medium, 12),
            ([52.66, 1.53, 52.67, 1.54], Category::Medium, 18),
            ([52.641, 1.571, 52.642, 1.572], Category::Low, 1),
            ([52.643, 1.569, 52.644, 1.570], Category::Low, 1),
        ]
        .map(|(bounds, category, records)| CellSummary { bounds, category, records, kind: reedbed_engine::summary::RECORDS })
        .to_vec(),
        boundaries: [
            ("Reedmoor reserve", 1.545, 52.655, 0.06),
            ("Reedmoor core zone", 1.538, 52.657, 0.025),
            ("Great Sallow Water", 1.535, 52.658, 0.012),
            ("Heron Pool", 1.564, 52.65, 0.005),
            ("North reedbed", 1.536, 52.665, 0.009),
            ("South reedbed", 1.532, 52.65, 0.009),
            ("Heron reedbed", 1.573, 52.649, 0.006),
            ("Abbot’s Meadow", 1.555, 52.674, 0.005),
            ("Pump House roost", 1.583, 52.663, 0.001),
            ("Outlying meadow", 3.0, 52.0, 0.01),
        ]
        .map(|(name, lon, lat, radius)| ring(name, lon, lat, radius))
        .to_vec(),
        unlisted_names_total: 312,
        unlisted_names: (0..40)
            .map(|index| NameCount {
                name: format!("{} {}", GENERA[index % GENERA.len()], EPITHETS[index / GENERA.len() % EPITHETS.len()]),
                records: 2_400_u64.saturating_sub(12 * u64::try_from(index).unwrap()).max(1),
            })
            .collect(),
        matched_names: [
            ("Botaurus stelaris", "The record’s name is a near-misspelling of the listed name.", 3),
            ("Botaurus cf. stellaris", "The record’s name is qualified as uncertain, so it may be the listed taxon.", 2),
            ("Circus", "The record is named only to a taxon that the listed taxon belongs to, so it may be the listed one.", 1),
            ("Botaurus stellarus", "The record’s name is a near-misspelling of the listed name.", 1),
        ]
        .map(|(name, how, records)| MatchedName { name: name.to_owned(), how: how.to_owned(), records })
        .to_vec(),
        matched_names_total: 4,
        rejects: vec![
            RejectCount { reason: "eventDate: a date that no calendar has".to_owned(), rows: 2 },
            RejectCount { reason: "decimalLatitude: beyond the pole".to_owned(), rows: 1 },
        ],
        notes: vec![
            "meta.xml: the encoding is not stated; UTF-8 was found.".to_owned(),
            "eml.xml: the licence is not kept, because the copy has terms of its own.".to_owned(),
        ],
        ..empty()
    };
    summary.rules[0].pulled_along = 101;
    summary.oddities.datum_not_stated = 412;
    summary.oddities.place_unknown = 1;
    summary
}

/// A fen whose copy is for one partner.
pub(crate) fn partner() -> Summary {
    Summary {
        audience: "partner",
        partner: Some("University of Somewhere, Department of Wetland Ecology".to_owned()),
        ..fen()
    }
}

/// Everything is withheld.
pub(crate) fn all_withheld() -> Summary {
    Summary {
        tables: vec![table("nests.csv", "records", [40, 0, 0, 40, 0], [0, 0])],
        categories: vec![category(Category::Extreme, [0, 0, 40], None, None)],
        rules: vec![rule("`rules.csv` line 2", "Botaurus stellaris: withheld.", 0, 40)],
        rules_total: 1,
        ..empty()
    }
}

/// Thirty thousand cells all over a country, and a boundary of many points.
pub(crate) fn many_cells() -> Summary {
    let mut state = 7_u64;
    // A small generator, so that the map looks like one of real records: clusters and strays.
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(1_u32 << 31)
    };
    let centres: Vec<[f64; 2]> =
        (0..60).map(|_| [50.5 + 4.5 * random(), -4.5 + 6.0 * random()]).collect();
    let cells: Vec<CellSummary> = (0..30_000_u32)
        .map(|index| {
            let [lat, lon] = centres[usize::try_from(index % 60).unwrap()];
            let spread = 0.02 + 0.9 * random() * random() * random();
            let (category, step) = match index / 60 % 20 {
                0 => (Category::High, 0.1),
                1..=6 => (Category::Medium, 0.01),
                _ => (Category::Low, 0.001),
            };
            let snapped = |degrees: f64| (degrees / step).floor() * step;
            let south = snapped(lat + spread * (random() + random() - 1.0));
            let west = snapped(lon + 1.6 * spread * (random() + random() - 1.0));
            CellSummary {
                bounds: [south, west, south + step, west + step],
                category,
                records: 3,
                kind: reedbed_engine::summary::RECORDS,
            }
        })
        .collect();
    Summary {
        tables: vec![table(
            "occurrence.txt",
            "records",
            [2_000_000, 0, 2_000_000, 0, 0],
            [90_000, 0],
        )],
        records_clear: 1_910_000,
        categories: vec![category(
            Category::High,
            [90_000, 0, 0],
            Some((100, 1_000)),
            Some((8_000, 10_000)),
        )],
        rules: (0..300)
            .map(|line| {
                rule(&format!("rules.csv line {line}"), "A listed taxon: category high.", 300, 0)
            })
            .collect(),
        rules_total: 412,
        cells,
        records_without_cell: 1_234,
        boundaries: vec![ring("A country", -2.0, 52.0, 2.4), ring("A county", -3.0, 53.0, 0.4)],
        ..empty()
    }
}

/// On both sides of the antimeridian.
pub(crate) fn antimeridian() -> Summary {
    let cells = [
        [-16.9, 179.8, -16.8, 179.9],
        [-16.9, 179.95, -16.8, 180.05],
        [-16.8, -179.9, -16.7, -179.8],
    ];
    Summary {
        records_clear: 5,
        categories: vec![category(Category::High, [6, 0, 0], None, Some((8_000, 8_000)))],
        cells: cells
            .map(|bounds| CellSummary {
                bounds,
                category: Category::High,
                records: 2,
                kind: reedbed_engine::summary::RECORDS,
            })
            .to_vec(),
        boundaries: vec![ring("Taveuni", -179.97, -16.85, 0.1)],
        ..empty()
    }
}

/// Names that would like to be more than names.
pub(crate) fn hostile() -> Summary {
    let mut summary = Summary {
        made_on: HOSTILE[0].to_owned(),
        rules_digest: HOSTILE[1].to_owned(),
        audience: "partner",
        partner: Some(HOSTILE.join(" ")),
        tables: HOSTILE.map(|name| table(name, "records", [2, 0, 1, 0, 0], [0, 0])).to_vec(),
        rules: HOSTILE.map(|name| rule(name, name, 1, 0)).to_vec(),
        rules_unmet: HOSTILE
            .map(|name| UnmetRule { rule: name.to_owned(), says: name.to_owned() })
            .to_vec(),
        rule_findings: HOSTILE.map(str::to_owned).to_vec(),
        rule_findings_total: HOSTILE.len(),
        boundaries: HOSTILE.map(|name| ring(name, 1.55, 52.65, 0.04)).to_vec(),
        unlisted_names: HOSTILE
            .map(|name| NameCount { name: name.to_owned(), records: 1 })
            .to_vec(),
        unlisted_names_total: HOSTILE.len(),
        matched_names: HOSTILE
            .map(|name| MatchedName { name: name.to_owned(), how: name.to_owned(), records: 1 })
            .to_vec(),
        rejects: HOSTILE.map(|name| RejectCount { reason: name.to_owned(), rows: 1 }).to_vec(),
        notes: HOSTILE.map(str::to_owned).to_vec(),
        ..fen()
    };
    summary.tables.push(table("events.csv", HOSTILE[0], [1, 0, 1, 0, 0], [0, 0]));
    summary
}

pub(crate) const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE nests; --",
    "</style></svg></title><svg onload=alert(1)>",
    "\u{202E}sirallets suruatoB\u{202C} قصب شائع סוף",
    "nul\0bell\u{7}escape\u{1b}[31m\u{85}",
    "&lt;b&gt; &amp; &#60;script&#62; javascript:alert(1) url(https:",
    "Averyveryveryverylongnamewithoutanyspaceinitthatwouldliketopushthepagewiderthanaphonecouldevershowitandthengoesonforawhile",
];

pub(crate) fn table(
    file: &str,
    role: &'static str,
    [read, added, written, withheld, rejected]: [u64; 5],
    [protected, shared]: [u64; 2],
) -> TableSummary {
    let mut table = TableSummary { file: file.to_owned(), role, rows: Default::default() };
    let rows = &mut table.rows;
    (rows.read, rows.added, rows.written) = (read, added, written);
    (rows.withheld, rows.rejected) = (withheld, rejected);
    (rows.protected, rows.shared) = (protected, shared);
    table
}

pub(crate) fn category(
    category: Category,
    [by_rule, shared, withheld]: [u64; 3],
    before_m: Option<(u64, u64)>,
    after_m: Option<(u64, u64)>,
) -> CategorySummary {
    CategorySummary {
        category,
        by_rule,
        shared,
        withheld,
        withheld_shared: 0,
        withheld_pulled: 0,
        before_unknown: shared / 8,
        before_m,
        after_m,
    }
}

fn rule(rule: &str, says: &str, generalised: u64, withheld: u64) -> RuleSummary {
    RuleSummary {
        rule: rule.to_owned(),
        says: says.to_owned(),
        generalised,
        withheld,
        pulled_along: 0,
    }
}

fn ring(name: &str, lon: f64, lat: f64, radius: f64) -> Outline {
    let ring = (0..=96)
        .map(|step| {
            let angle = f64::from(step) / 96.0 * std::f64::consts::TAU;
            let radius = radius * (1.0 + 0.12 * (3.0 * angle).cos() + 0.07 * (5.0 * angle).sin());
            [lon + radius * angle.cos(), lat + 0.6 * radius * angle.sin()]
        })
        .collect();
    Outline { name: name.to_owned(), rings: vec![ring] }
}

const GENERA: [&str; 20] = [
    "Anas",
    "Fulica",
    "Gallinula",
    "Acrocephalus",
    "Emberiza",
    "Phragmites",
    "Typha",
    "Carex",
    "Aeshna",
    "Libellula",
    "Rana",
    "Bufo",
    "Sylvia",
    "Parus",
    "Turdus",
    "Salix",
    "Alnus",
    "Juncus",
    "Iris",
    "Caltha",
];
const EPITHETS: [&str; 10] = [
    "palustris",
    "vulgaris",
    "aquatica",
    "australis",
    "minor",
    "alba",
    "crecca",
    "communis",
    "pratensis",
    "schoeniclus",
];

//! What texts say: areas and places that protected records name, and listed taxa that exact records
//! mention. Gathered on the second reading.

use reedbed_core::area::AreaSet;
use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_formats::cells::{Row, Source};
use reedbed_formats::error::FormatError;
use rustc_hash::FxHashMap;

use super::{Board, Guess};
use crate::agreement::wilson;
use crate::besides::Besides;
use crate::blanks::Blanks;
use crate::claim::Attack;
use crate::clip::Clips;
use crate::columns::Columns;
use crate::gather::EXACT_M;
use crate::gazetteer::Gazetteer;
use crate::mentions::Mentions;
use crate::metadata::Metadata;
use crate::reading::{At, Reading};
use crate::seen::Seen;
use crate::target::{Sensitive, Target};

/// What is gathered from texts.
#[derive(Debug, Clone)]
pub(crate) struct Texts<'a> {
    /// By table and row: the protected record.
    targets: FxHashMap<(usize, u64), usize>,
    tables: Vec<TableTexts>,
    clips: Option<Clips<'a>>,
    pub(super) gazetteer: Gazetteer,
    pub(super) mentions: Mentions,
    blanks: Blanks,
    pub(super) metadata: Metadata,
    /// Exact places on the days of files.
    pub(super) days: FxHashMap<Day, Vec<Point>>,
    /// Whether there are records that are not protected.
    pub(super) has_others: bool,
    /// By protected record: places that its texts name, with the column.
    named: FxHashMap<usize, Vec<(Point, usize)>>,
    /// Exact records whose texts name a place, and of these, those that lie there.
    named_by_exact: u64,
    lies_there: u64,
    /// The widest floor, in metres.
    floor_m: f64,
}

/// The texts of one table.
#[derive(Debug, Clone)]
struct TableTexts {
    /// Columns of free text.
    free: Vec<usize>,
    /// Columns that name areas.
    areas: Vec<Source>,
}

impl<'a> Texts<'a> {
    /// Prepares what is sought.
    pub(super) fn of(
        reading: &Reading<'_>,
        besides: &Besides<'a>,
        own: Option<&'a AreaSet>,
        sensitive: Sensitive<'_>,
        targets: &[Target],
    ) -> Result<Self, FormatError> {
        let mut gazetteer = Gazetteer::default();
        for known in besides.known {
            gazetteer.add(known)?;
        }
        Ok(Self {
            targets: (0..).zip(targets).map(|(i, t)| ((t.at.table, t.at.row), i)).collect(),
            tables: reading.columns.iter().map(TableTexts::of).collect(),
            clips: (besides.layers.is_some() || own.is_some())
                .then(|| Clips::of(besides.layers, own)),
            gazetteer,
            mentions: Mentions::of(&sensitive.rules.taxa),
            blanks: Blanks::default(),
            metadata: Metadata::default(),
            days: FxHashMap::default(),
            has_others: false,
            named: FxHashMap::default(),
            named_by_exact: 0,
            lies_there: 0,
            floor_m: targets.iter().map(|target| target.floor_m).fold(0.0, f64::max),
        })
    }

    /// Whether a row is a protected record.
    pub(crate) fn is_target(&self, at: At) -> bool {
        self.targets.contains_key(&(at.table, at.row))
    }

    /// Looks at one row.
    pub(crate) fn note(&mut self, at: At, row: Row<'_>, columns: &Columns<'_>, seen: &Seen) {
        let Some(texts) = self.tables.get(at.table) else { return };
        if let Some(target) = self.targets.get(&(at.table, at.row)).copied() {
            if let Some(clips) = &mut self.clips {
                clips.note(target, row, &texts.areas);
            }
            let names: Vec<_> = columns.names.iter().map(|source| row.text(source)).collect();
            self.mentions.note_target(target, &names.join(" | "));
            if self.gazetteer.is_empty() {
                return;
            }
            for column in &texts.free {
                let places = self.gazetteer.places(&row.cell(*column));
                if !places.is_empty() {
                    let named = self.named.entry(target).or_default();
                    named.extend(places.into_iter().take(MOST_NAMED).map(|place| (place, *column)));
                }
            }
            return;
        }
        if let (Some(clips), Some(event), true) = (&mut self.clips, seen.event, columns.is_events())
        {
            clips.note_event(event, row, &texts.areas);
        }
        self.has_others |= columns.is_records();
        let Some(place) = seen.place.filter(|place| place.radius_m <= EXACT_M) else { return };
        if let Some(clips) = &mut self.clips {
            clips.measure(row, &texts.areas, place.point, self.floor_m);
        }
        let on_day = seen.day().and_then(|day| self.days.get_mut(&day));
        if let Some(points) = on_day.filter(|points| points.len() < MOST_ON_DAY) {
            points.push(place.point);
        }
        let measures = !self.gazetteer.is_empty() && self.named_by_exact < MOST_MEASURED;
        for column in &texts.free {
            let text = row.cell(*column);
            if columns.is_records() {
                let is_blank = text.trim_ascii().is_empty();
                self.blanks.note((at.table, *column), is_blank, place.point, seen.days);
            }
            if text.len() < SHORTEST_TEXT {
                continue;
            }
            if columns.is_records() || columns.is_events() {
                self.mentions.note(&text, place.point, seen.days, (at.table, *column));
            }
            if measures {
                for named in self.gazetteer.places(&text) {
                    let distance = named.distance_bound_m(place.point);
                    // Others would not lie in the region that a protected record states.
                    if distance <= self.floor_m {
                        self.named_by_exact += 1;
                        self.lies_there += u64::from(distance <= self.floor_m / 4.0);
                    }
                }
            }
        }
    }
}

impl Texts<'_> {
    /// Adds what another part of the copy says.
    pub(crate) fn merge(&mut self, other: Self) {
        if let (Some(clips), Some(other)) = (&mut self.clips, other.clips) {
            clips.merge(other);
        }
        self.mentions.merge(other.mentions);
        self.blanks.merge(other.blanks);
        for (day, points) in other.days {
            let own = self.days.entry(day).or_default();
            own.extend(points);
            own.truncate(MOST_ON_DAY);
        }
        self.has_others |= other.has_others;
        self.named.extend(other.named);
        self.named_by_exact += other.named_by_exact;
        self.lies_there += other.lies_there;
    }

    /// Exact places on the day of a file.
    pub(super) fn on_day(&self, day: Day) -> Option<&[Point]> {
        self.days.get(&day).map(Vec::as_slice)
    }
}

impl TableTexts {
    fn of(columns: &Columns<'_>) -> Self {
        let is_free = |term: Option<&'static reedbed_core::term::Term>| {
            term.is_none_or(|term| TEXTS.contains(&term.name))
        };
        let all = columns.table.columns.iter().enumerate();
        Self {
            free: all.filter(|(_, column)| is_free(column.term)).map(|(index, _)| index).collect(),
            areas: Clips::sources(columns.table),
        }
    }
}

impl Board<'_, '_> {
    /// Attacks 6 (in words, and from beside) and 10.
    pub(super) fn by_names(&mut self, targets: &[Target], texts: &Texts<'_>) {
        self.by_clips(targets, texts);
        self.by_gazetteer(targets, texts);
        for (index, target) in targets.iter().enumerate() {
            self.by_mentions(index, target, texts);
            self.by_blanks(index, target, texts, targets.len());
        }
    }

    fn by_clips(&mut self, targets: &[Target], texts: &Texts<'_>) {
        let Some(clips) = &texts.clips else { return };
        for clipped in clips.clipped(targets) {
            let columns = clipped.columns.join(", ");
            let because = format!(
                "It names an area ({columns}) whose boundary is known, and this is all of its region \
                 that lies there."
            );
            let guess = Guess {
                attack: Attack::Clip,
                point: clipped.extent.centre,
                radius_m: clipped.extent.radius_m,
                probability: clips.chance().unwrap_or(NAMED_RIGHT),
                because,
                column: Some(columns),
            };
            self.claims.guess_region(clipped.target, guess, &clipped.extent);
        }
    }

    fn by_gazetteer(&mut self, targets: &[Target], texts: &Texts<'_>) {
        let is_measured = texts.named_by_exact >= FEWEST_MEASURED;
        let chance =
            if is_measured { wilson(texts.lies_there, texts.named_by_exact) } else { NAMED_BESIDE };
        for (index, named) in &texts.named {
            let Some(target) = targets.get(*index) else { continue };
            let mut sites: Vec<(Point, usize)> = Vec::new();
            for (point, column) in named {
                let is_new =
                    |(site, _): &(Point, usize)| site.distance_bound_m(*point) > target.near_m();
                if target.may_be_at(*point) && sites.iter().all(is_new) {
                    sites.push((*point, *column));
                }
            }
            let Some((point, column)) = sites.first().copied() else { continue };
            let because = format!(
                "One of its texts names a place in its region by a name that only this place has; {} \
                 {:.0} % of records that name a place near them lie there.",
                if is_measured { "at least" } else { "taken is that" },
                chance * 100.0
            );
            #[expect(clippy::cast_precision_loss, reason = "at most some sites")]
            let sites = sites.len() as f64;
            let guess = Guess {
                attack: Attack::Text,
                point,
                radius_m: target.near_m(),
                probability: chance / sites,
                because,
                column: self.heading(target.at.table, column),
            };
            self.claims.guess(*index, guess);
        }
    }

    fn by_mentions(&mut self, index: usize, target: &Target, texts: &Texts<'_>) {
        let Some(mentioned) = texts.mentions.of_target(index, target) else { return };
        let because = format!(
            "A record told exactly names its taxon in a text; in its region and period records of {} \
             do.",
            if mentioned.sites == 1 {
                "one site".to_owned()
            } else {
                format!("{} sites", mentioned.sites)
            }
        );
        let (table, column) = mentioned.column;
        #[expect(clippy::cast_precision_loss, reason = "at most some sites")]
        let sites = mentioned.sites as f64;
        let guess = Guess {
            attack: Attack::Text,
            point: mentioned.point,
            radius_m: target.near_m(),
            probability: MENTIONED / sites,
            because,
            column: self.heading(table, column),
        };
        self.claims.guess(index, guess);
    }

    /// A text that is missing: of so many that are, at most one for each protected record was taken
    /// away.
    fn by_blanks(&mut self, index: usize, target: &Target, texts: &Texts<'_>, targets: usize) {
        let Some(missing) = texts.blanks.of_target(target) else { return };
        #[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2⁵³")]
        let (sites, explained) =
            (missing.sites as f64, (targets as f64 / missing.all_sites.max(1) as f64).min(1.0));
        let because = format!(
            "A text that nearly all records have is missing at {} in its region and period, as if it \
             had named the record.",
            if missing.sites == 1 { "one site".to_owned() } else { format!("{sites} sites") }
        );
        let (table, column) = missing.column;
        let guess = Guess {
            attack: Attack::Text,
            point: missing.point,
            radius_m: target.near_m(),
            probability: MISSING * explained / sites,
            because,
            column: self.heading(table, column),
        };
        self.claims.guess(index, guess);
    }

    /// The heading of a column.
    pub(super) fn heading(&self, table: usize, column: usize) -> Option<String> {
        let table = self.reading.columns.get(table)?.table;
        table.columns.get(column).map(|column| column.heading.clone())
    }
}

/// How often a record lies in an area that it names, where that cannot be measured: names are
/// mistaken and boundaries drawn roughly.
const NAMED_RIGHT: f64 = 0.9;
/// How often a record is taken to lie at a place that it names, where that cannot be measured.
const NAMED_BESIDE: f64 = 0.6;
/// How often a mention of a taxon is taken to be of a protected record that fits.
const MENTIONED: f64 = 0.7;
/// How often a missing text is taken to have named a protected record that fits.
const MISSING: f64 = 0.6;
/// Fewer measure nothing.
const FEWEST_MEASURED: u64 = 10;
const MOST_MEASURED: u64 = 20_000;
/// Exact places kept of one day.
const MOST_ON_DAY: usize = 4_096;
/// Places that one text names.
const MOST_NAMED: usize = 8;
/// Bytes of a text that can name something.
const SHORTEST_TEXT: usize = 5;
/// Terms of free text; columns that are no term are texts too.
const TEXTS: &[&str] = &[
    "associatedMedia",
    "associatedOccurrences",
    "associatedOrganisms",
    "associatedReferences",
    "associatedTaxa",
    "behavior",
    "bibliographicCitation",
    "description",
    "dynamicProperties",
    "eventRemarks",
    "fieldNotes",
    "georeferenceRemarks",
    "habitat",
    "higherGeography",
    "identificationRemarks",
    "island",
    "locality",
    "locationRemarks",
    "materialEntityRemarks",
    "municipality",
    "occurrenceRemarks",
    "organismRemarks",
    "previousIdentifications",
    "references",
    "relationshipRemarks",
    "samplingProtocol",
    "taxonRemarks",
    "title",
    "verbatimLabel",
    "verbatimLocality",
    "waterBody",
];

//! Makes a rule of the values of one line.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cell::{is_garbled, read_width, read_words, read_years, read_yes};
use super::{Column, Problem, Severity, Values};
use crate::period::SeasonWindow;
use crate::rule::facts::is_known_trait;
use crate::rule::{KINDS, Outcome, Rule, RuleId, RuleSet};
use crate::taxon::{Rank, ReadAs, RuleTaxon, RuleTaxonId};

/// One line on its way to a rule.
pub(super) struct Builder<'a> {
    pub(super) list: &'a str,
    pub(super) line: u64,
    pub(super) values: &'a Values,
    /// Whether the list has any column that says what follows; where it has none, that is told
    /// once, by the reader.
    pub(super) has_consequence: bool,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Builder<'_> {
    /// Adds the rule to the set; one that was not understood so far withholds.
    pub(super) fn build(mut self, is_clear: bool, set: &mut RuleSet) {
        let taxon = self.taxon(set);
        let rule = Rule {
            id: RuleId { list: Arc::from(self.list), line: self.line },
            taxon,
            area: self.text(Column::Area),
            season: self.season(),
            max_age_years: self.max_age(),
            life_stage: self.traits(Column::LifeStage),
            reproductive_condition: self.traits(Column::ReproductiveCondition),
            behavior: self.traits(Column::Behavior),
            kind: self.kind(),
            provider: self.words(Column::Provider, false),
            individual: self.words(Column::Individual, false),
            outcome: self.outcome(is_clear),
            reason: self.noted(Column::Reason, "reason code"),
            authority: self.text(Column::Authority),
            citation: self.text(Column::Citation),
            review_date: self.noted(Column::ReviewDate, "date (written like 2026-04-30)"),
            remarks: self.text(Column::Remarks),
        };
        let says_everything =
            self.text(Column::ScientificName).is_some_and(|name| name == EVERYTHING);
        if rule.asks_nothing() && !says_everything {
            self.report(
                Severity::Error,
                Column::ScientificName,
                "the line says neither which taxon nor anything else that a record must have; the \
                 rule applies to every record (write `*` as scientificName if that is meant)"
                    .to_owned(),
            );
        }
        set.rules.push(rule);
    }

    fn text(&self, column: Column) -> Option<String> {
        let text = self.values.get(&column)?.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn report(&mut self, severity: Severity, column: Column, text: String) {
        let heading = self.values.get(&column).map(|cell| cell.heading.clone());
        self.problems.push(Problem {
            list: self.list.to_owned(),
            line: self.line,
            further_lines: Vec::new(),
            column: heading.unwrap_or_else(|| column.heading().to_owned()),
            severity,
            text,
        });
    }

    fn taxon(&mut self, set: &mut RuleSet) -> Option<RuleTaxonId> {
        let name = self.text(Column::ScientificName).unwrap_or_default();
        if name == EVERYTHING {
            return None;
        }
        let vernacular_names = self
            .text(Column::VernacularName)
            .map(|cell| RuleTaxon::vernaculars(&cell))
            .unwrap_or_default();
        let higher =
            HIGHER.into_iter().filter_map(|(rank, column)| Some((rank, self.text(column)?)));
        let mut taxon = RuleTaxon {
            scientific_name: name.split_whitespace().collect::<Vec<_>>().join(" "),
            rank: self.text(Column::TaxonRank).and_then(|rank| Rank::parse(&rank)),
            vernacular_names,
            higher: higher.collect(),
        };
        self.look_at_name(&taxon, &name);
        if !taxon.read_as().is_comparable() {
            taxon.scientific_name.clear();
            if taxon.vernacular_names.is_empty() {
                return None;
            }
        }
        Some(set.taxon_id(taxon))
    }

    /// Says what the name is taken for, where that is not the whole of it.
    fn look_at_name(&mut self, taxon: &RuleTaxon, name: &str) {
        let has_vernacular = !taxon.vernacular_names.is_empty();
        let problem = match taxon.read_as() {
            ReadAs::Name | ReadAs::Hybrid | ReadAs::Phrase => None,
            ReadAs::Genus(genus) => Some((
                Severity::Info,
                format!("`{name}` leaves the species open; the rule applies to the whole genus `{genus}`"),
            )),
            ReadAs::Part(part) => Some((
                Severity::Warning,
                format!("`{name}` is more than a plain name; the rule applies to all of `{part}`"),
            )),
            ReadAs::Nothing if has_vernacular => Some((
                Severity::Error,
                "the line gives no scientific name; unless a checklist knows the vernacular name, the \
                 rule applies to every taxon"
                    .to_owned(),
            )),
            ReadAs::Nothing if name.is_empty() => None,
            ReadAs::Nothing => Some((
                Severity::Error,
                format!("`{name}` is no name; the rule applies to every taxon"),
            )),
            ReadAs::Several => Some((
                Severity::Error,
                format!("`{name}` names several taxa, which belong on lines of their own; the rule applies to every taxon"),
            )),
            ReadAs::Abbreviated => Some((
                Severity::Error,
                format!("`{name}` is abbreviated; the rule applies to every taxon"),
            )),
            ReadAs::Code => Some((
                Severity::Error,
                format!("`{name}` may be a code; the rule applies to every taxon (write a genus with small letters, or state its taxonRank)"),
            )),
        };
        if let Some((severity, text)) = problem {
            self.report(severity, Column::ScientificName, text);
        }
        let raw = self.values.get(&Column::ScientificName).map(|cell| cell.text.clone());
        if raw.is_some_and(|raw| !raw.is_empty() && raw != taxon.scientific_name) {
            let text = format!(
                "`{}` is written with stray spaces, which do not matter",
                taxon.scientific_name
            );
            self.report(Severity::Info, Column::ScientificName, text);
        }
        for column in [Column::ScientificName, Column::VernacularName] {
            if self.text(column).is_some_and(|text| is_garbled(&text)) {
                let text =
                    "letters were lost in a wrong character set; the garbled name matches nothing";
                self.report(Severity::Warning, column, text.to_owned());
            }
        }
    }

    fn season(&mut self) -> Option<SeasonWindow> {
        let (start, end) = (self.text(Column::SeasonStart), self.text(Column::SeasonEnd));
        let (start, end) = match (start, end) {
            (None, None) => return None,
            (Some(start), Some(end)) => (start, end),
            (start, _) => {
                let missing = if start.is_some() { Column::SeasonEnd } else { Column::SeasonStart };
                let text = "a season needs a start and an end; the rule applies all year";
                self.report(Severity::Error, missing, text.to_owned());
                return None;
            }
        };
        match SeasonWindow::parse(&start, &end) {
            Ok(season) => Some(season),
            Err(error) => {
                self.report(
                    Severity::Error,
                    Column::SeasonStart,
                    format!("{error}; the rule applies all year"),
                );
                None
            }
        }
    }

    fn max_age(&mut self) -> Option<u16> {
        let text = self.text(Column::MaxAgeYears)?;
        let read = read_years(&text);
        if let Some(years) = read.filter(|years| *years > 0) {
            return Some(years);
        }
        let why = match read {
            Some(_) => "a maximum age of 0 years would meet no record".to_owned(),
            None => format!("`{text}` is no whole number of years"),
        };
        self.report(
            Severity::Error,
            Column::MaxAgeYears,
            format!("{why}; the rule applies at any age"),
        );
        None
    }

    fn words(&self, column: Column, with_commas: bool) -> BTreeSet<String> {
        self.text(column).map(|text| read_words(&text, with_commas)).unwrap_or_default()
    }

    /// Words for life stages and the like: at least one must be known, or records could not be held
    /// against them.
    fn traits(&mut self, column: Column) -> BTreeSet<String> {
        let words = self.words(column, true);
        let (known, unknown): (Vec<_>, Vec<_>) = words
            .iter()
            .partition(|word| is_known_trait(word) || word.split(' ').any(is_known_trait));
        if words.is_empty() || unknown.is_empty() {
            return words;
        }
        let listed = unknown.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        if known.is_empty() {
            let text = format!(
                "{listed} cannot be told from what records say; the rule applies whatever they say"
            );
            self.report(Severity::Error, column, text);
            return BTreeSet::new();
        }
        let text = format!("{listed} only meets records that say exactly this");
        self.report(Severity::Warning, column, text);
        words
    }

    fn kind(&mut self) -> BTreeSet<String> {
        let words = self.words(Column::Kind, true);
        let (known, unknown): (BTreeSet<String>, BTreeSet<String>) = words
            .into_iter()
            .map(|word| word.to_lowercase())
            .partition(|word| KINDS.contains(&word.as_str()));
        if unknown.is_empty() {
            return known;
        }
        for word in &unknown {
            let kinds = KINDS.join(", ");
            let text = format!(
                "no kind is called `{word}` (there are {kinds}); the rule applies to every kind"
            );
            self.report(Severity::Error, Column::Kind, text);
        }
        BTreeSet::new()
    }

    fn outcome(&mut self, is_clear: bool) -> Outcome {
        let mut is_clear = is_clear;
        let mut outcome = Outcome {
            category: self.consequence(Column::Category, |text| text.parse().ok(), &mut is_clear),
            public_width: self.consequence(Column::PublicWidth, read_width, &mut is_clear),
            partner_width: self.consequence(Column::PartnerWidth, read_width, &mut is_clear),
            withhold: self
                .consequence(Column::Withhold, read_yes, &mut is_clear)
                .unwrap_or_default(),
            embargo_until: self.consequence(
                Column::EmbargoUntil,
                |text| text.parse().ok(),
                &mut is_clear,
            ),
            public_period: self.consequence(
                Column::PublicPeriod,
                |text| text.parse().ok(),
                &mut is_clear,
            ),
            partner_period: self.consequence(
                Column::PartnerPeriod,
                |text| text.parse().ok(),
                &mut is_clear,
            ),
            allow_columns: self.words(Column::AllowColumns, false),
            allow_measurements: self.words(Column::AllowMeasurements, false),
            siblings: self.consequence(Column::Siblings, |text| text.parse().ok(), &mut is_clear),
        };
        if !outcome.says_something() && is_clear {
            is_clear = false;
            if self.has_consequence {
                let text = "nothing says how sensitive it is; the rule withholds";
                self.report(Severity::Error, Column::Category, text.to_owned());
            }
        }
        if !is_clear {
            outcome.withhold = true;
            outcome.category = Some(crate::category::Category::Extreme);
        }
        outcome
    }

    fn consequence<T>(
        &mut self,
        column: Column,
        read: impl Fn(&str) -> Option<T>,
        is_clear: &mut bool,
    ) -> Option<T> {
        let text = self.text(column)?;
        let value = read(&text);
        if value.is_none() {
            *is_clear = false;
            let wanted = match column {
                Column::Category => "none, low, medium, high or extreme",
                Column::EmbargoUntil => "a date written like 2026-04-30",
                Column::PartnerPeriod | Column::PublicPeriod => "day, month, year, decade or none",
                Column::PartnerWidth | Column::PublicWidth => "a number with °, m or km",
                Column::Siblings => "cut, coarsen or withhold",
                _ => "yes or no",
            };
            self.report(
                Severity::Error,
                column,
                format!("`{text}` is not {wanted}; the rule withholds"),
            );
        }
        value
    }

    /// Something that explains the rule: what cannot be read is left out.
    fn noted<T: std::str::FromStr>(&mut self, column: Column, what: &str) -> Option<T> {
        let text = self.text(column)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.report(
                Severity::Warning,
                column,
                format!("`{text}` is no {what}; it is left out"),
            );
        }
        value
    }
}

/// The name of every taxon.
const EVERYTHING: &str = "*";

const HIGHER: [(Rank, Column); 6] = [
    (Rank::Kingdom, Column::Kingdom),
    (Rank::Phylum, Column::Phylum),
    (Rank::Class, Column::Class),
    (Rank::Order, Column::Order),
    (Rank::Family, Column::Family),
    (Rank::Genus, Column::Genus),
];

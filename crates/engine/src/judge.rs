//! Brings the rules to a record: matches its names once, meets the rules, and decides.

mod names;

use std::collections::BTreeSet;
use std::sync::Arc;

use reedbed_core::area::AreaSet;
use reedbed_core::decide::{Audience, Decision, Facts, Meeting, PlaceFact, decide, follows, meet};
use reedbed_core::grid::Lattice;
use reedbed_core::period::Day;
use reedbed_core::place::{Nano, Point};
use reedbed_core::rule::{Outcome, Rule, RuleSet, Width};
use reedbed_core::taxon::{RuleTaxonId, TaxonFacts, TaxonHits, TaxonIndex};
use rustc_hash::FxHashMap;

use crate::cells::{Hashed as _, Row};
use crate::events::{Events, Whereabouts};
use crate::facts::RowFacts;
use crate::kinds::{Thing, ThingCache};
use crate::known::Known;
use crate::mentions::Mentions;
use crate::plain_names::KnownForms;
use crate::plan::Plan;
use crate::pseudonym::Pseudonyms;
use crate::registry::{Cohort, Registry};
use crate::share::Settings;
use crate::statement;
use crate::taxa::TaxonCores;
use crate::verdict::{Behind, Closing, Verdict};

use names::both;
pub(crate) use names::{NameCache, NameTally, Texts};

/// The rules, ready to be met.
pub(crate) struct Judge<'a> {
    rules: &'a RuleSet,
    index: TaxonIndex<'a>,
    by_taxon: FxHashMap<RuleTaxonId, Vec<usize>>,
    areas: &'a AreaSet,
    audience: Audience,
    today: Day,
    /// All reasons that a record can be told.
    reasons: BTreeSet<String>,
    /// Rules that ask for no taxon: every record may meet them.
    without_taxon: Vec<usize>,
    /// What no name leads to.
    no_hits: TaxonHits,
    /// Names that were looked up, by the bytes of all name columns.
    known: Known<Box<[u8]>, Arc<TaxonHits>>,
    /// Forms of the names that were met.
    pub(crate) plain: KnownForms,
    /// The keys of the audience.
    pub(crate) pseudonyms: &'a Pseudonyms,
    registry: Option<&'a Registry>,
    /// The step of the partner level that is read, where one is.
    from_level: Option<u8>,
    /// Names of taxa that the rules protect, as texts of other records may mention them.
    pub(crate) mentions: Mentions,
}

/// Verdicts of one worker, by the rules that met.
pub(crate) type Verdicts = FxHashMap<Vec<usize>, Arc<Verdict>>;

impl<'a> Judge<'a> {
    /// Prepares the rules of a copy.
    pub(crate) fn new(settings: &'a Settings, pseudonyms: &'a Pseudonyms) -> Self {
        let rules = &settings.rules;
        let mut by_taxon: FxHashMap<RuleTaxonId, Vec<usize>> = FxHashMap::default();
        for (index, rule) in (0..).zip(&rules.rules) {
            if let Some(taxon) = rule.taxon {
                by_taxon.entry(taxon).or_default().push(index);
            }
        }
        Self {
            rules,
            index: TaxonIndex::new(&rules.taxa, settings.checklist.as_ref()),
            by_taxon,
            areas: &settings.areas,
            audience: settings.audience,
            today: settings.today,
            reasons: rules
                .rules
                .iter()
                .map(|rule| reasons(std::iter::once(rule)))
                .chain([statement::SENSITIVE_PLACE.to_owned()])
                .collect(),
            without_taxon: (0..)
                .zip(&rules.rules)
                .filter(|(_, rule)| rule.taxon.is_none())
                .map(|(index, _)| index)
                .collect(),
            no_hits: TaxonHits::default(),
            known: Known::default(),
            plain: Known::default(),
            pseudonyms,
            mentions: Mentions::of(rules, |index| {
                let rule = rules.rules.get(index);
                rule.is_some_and(|rule| decide([rule], settings.audience).is_protected())
            }),
            from_level: settings.from_level,
            registry: settings.registry.as_ref().filter(|registry| registry.copies() > 0),
        }
    }

    /// With which copy a record came; nought where there was none, or nobody could tell.
    pub(crate) fn cohort(&self, id: Option<u64>) -> Cohort {
        self.registry.zip(id).map_or(0, |(registry, id)| registry.cohort(id))
    }

    /// Decides about an event: only rules that ask for no taxon can meet it.
    pub(crate) fn event(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        facts: &RowFacts,
        verdicts: &mut Verdicts,
    ) -> Option<Arc<Verdict>> {
        if self.without_taxon.is_empty() && self.from_level.is_none() {
            return None;
        }
        self.judge(row, plan, "event", None, &Whereabouts::of(facts), verdicts)
    }

    /// Decides about a taxon of a checklist: only rules that ask for it can meet it, and all that
    /// they ask besides counts as met.
    pub(crate) fn taxon(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        taxa: &TaxonCores,
        names: &mut NameCache,
        verdicts: &mut Verdicts,
    ) -> Option<Arc<Verdict>> {
        let hits = names.hits(row, plan, row.hash(&plan.links.own), taxa, self);
        if hits.hits.is_empty() {
            return None;
        }
        self.judge(row, plan, "occurrence", Some(hits), &Whereabouts::default(), verdicts)
    }

    /// Decides about a record; without events, nothing is known of where and when it is.
    #[expect(clippy::too_many_arguments, reason = "two of them are the worker's caches")]
    pub(crate) fn record(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        facts: &RowFacts,
        events: Option<&Events>,
        taxa: &TaxonCores,
        names: &mut NameCache,
        verdicts: &mut Verdicts,
    ) -> Option<Arc<Verdict>> {
        let hits = names.hits(row, plan, facts.taxon, taxa, self);
        let identified = taxa.identified_of(row, plan);
        if identified.is_empty() {
            let is_plain = self.without_taxon.is_empty() && self.from_level.is_none();
            if hits.hits.is_empty() && is_plain {
                return None;
            }
            let at = events.map(|events| events.whereabouts(facts)).unwrap_or_default();
            return self.judge(row, plan, "occurrence", Some(hits), &at, verdicts);
        }
        let hits = identified
            .iter()
            .fold(hits.clone(), |hits, texts| both(hits, self.index.lookup(&texts.facts())));
        let at = events.map(|events| events.whereabouts(facts)).unwrap_or_default();
        self.judge(row, plan, "occurrence", Some(&hits), &at, verdicts)
    }

    /// Decides about anything that is no row of a table of records.
    pub(crate) fn thing(&self, thing: &Thing<'_>, cache: &mut ThingCache) -> Option<Arc<Verdict>> {
        let hits = thing.taxon.map(|name| match cache.names.get(name) {
            Some(known) => Arc::clone(known),
            None => {
                let facts = TaxonFacts { scientific_name: name, ..TaxonFacts::default() };
                let hits = Arc::new(self.index.lookup(&facts));
                cache.names.insert(name.to_owned(), Arc::clone(&hits));
                hits
            }
        });
        let place = match thing.circles {
            [] => PlaceFact::Unknown,
            circles => PlaceFact::Circles(circles),
        };
        let facts = Facts {
            taxon: hits.as_deref(),
            place,
            period: thing.period,
            life_stage: thing.life_stage,
            reproductive_condition: thing.reproductive_condition,
            behavior: thing.behavior,
            kind: thing.kind,
            providers: thing.providers,
            individuals: thing.individuals,
        };
        let met = self.met_by(hits.as_deref(), &facts);
        self.verdict_of(met, &mut cache.verdicts)
    }

    /// The rules that meet a record, in order.
    fn met_by(&self, hits: Option<&TaxonHits>, facts: &Facts<'_>) -> Vec<usize> {
        let mut met: Vec<usize> = self
            .candidates(hits)
            .filter(|(_, rule)| meet(rule, facts, self.areas, self.today).is_met())
            .map(|(index, _)| index)
            .collect();
        met.sort_unstable();
        met.dedup();
        met
    }

    fn judge(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        kind: &str,
        hits: Option<&TaxonHits>,
        at: &Whereabouts,
        verdicts: &mut Verdicts,
    ) -> Option<Arc<Verdict>> {
        let met = self.with_facts(row, plan, kind, hits, at, |facts| self.met_by(hits, facts));
        let Some(carried) = self.from_level.and_then(|step| self.carried(row, plan, step)) else {
            return self.verdict_of(met, verdicts);
        };
        // No set of rules has these numbers.
        let mut key = met.clone();
        key.extend([usize::MAX, usize::try_from(carried.1).unwrap_or(usize::MAX)]);
        if let Some(known) = verdicts.get(&key) {
            return Some(Arc::clone(known));
        }
        let verdict = match self.verdict_of(met, verdicts) {
            None => Verdict::carried(carried.0),
            Some(own) => {
                let decision = own.decision.or_stricter(&carried.0);
                Verdict { decision, ..(*own).clone() }
            }
        };
        let verdict = Arc::new(verdict);
        verdicts.insert(key, Arc::clone(&verdict));
        Some(verdict)
    }

    /// What follows for a row of a partner level from the grid that it says it was generalised to; with
    /// the width of that grid.
    fn carried(&self, row: Row<'_>, plan: &Plan<'_>, step: u8) -> Option<(Decision, i64)> {
        let sentence = row.text(&plan.facts.generalised);
        let floor = statement::grid_of(&sentence)?;
        let (width, number) = match floor {
            Lattice::Degrees { width } => {
                let floor = width.nano().0;
                // The public cell of a category, if it is one; else the widest that it could be of.
                let by_step = |step: u8| floor.checked_mul(5_i64.pow(u32::from(step.min(3))));
                let is_fixed = |width: &i64| {
                    Lattice::fixed().iter().any(
                        |grid| matches!(grid, Lattice::Degrees { width: own } if own.nano().0 == *width),
                    )
                };
                let fixed = (1..=step).filter_map(by_step).find(is_fixed);
                (Width::Degrees(Nano(fixed.or(by_step(step))?)), floor)
            }
            Lattice::Metres { width_m } => (Width::Metres(width_m), i64::from(width_m)),
        };
        let outcome = Outcome { public_width: Some(width), ..Outcome::default() };
        Some((follows(&outcome, self.audience), number))
    }

    /// What follows from the rules that met; nothing where nothing is protected.
    fn verdict_of(&self, met: Vec<usize>, verdicts: &mut Verdicts) -> Option<Arc<Verdict>> {
        if met.is_empty() {
            return None;
        }
        if let Some(known) = verdicts.get(&met) {
            return Some(Arc::clone(known)).filter(|verdict| verdict.decision.is_protected());
        }
        let rules = || met.iter().filter_map(|index| self.rules.rules.get(*index));
        let alone =
            |(index, rule): (&usize, &Rule)| Behind::of(*index, &decide([rule], self.audience));
        let verdict = Arc::new(Verdict {
            decision: decide(rules(), self.audience),
            reasons: reasons(rules()),
            behind: met.iter().zip(rules()).map(alone).max()?,
            rules: met.clone(),
            closing: Closing::default(),
        });
        verdicts.insert(met, Arc::clone(&verdict));
        Some(verdict).filter(|verdict| verdict.decision.is_protected())
    }

    /// Rules that can meet a record: those about its names, and those about none.
    fn candidates<'s>(
        &'s self,
        hits: Option<&'s TaxonHits>,
    ) -> impl Iterator<Item = (usize, &'s Rule)> {
        let by_taxon = hits.into_iter().flat_map(|hits| self.rules_of(hits));
        by_taxon
            .chain(self.without_taxon.iter().copied())
            .filter_map(|index| Some((index, self.rules.rules.get(index)?)))
    }

    fn rules_of<'s>(&'s self, hits: &'s TaxonHits) -> impl Iterator<Item = usize> + 's {
        hits.hits
            .iter()
            .filter_map(|(taxon, _)| self.by_taxon.get(taxon))
            .flat_map(|rules| rules.iter().copied())
    }

    fn with_facts<T>(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        kind: &str,
        taxon: Option<&TaxonHits>,
        at: &Whereabouts,
        use_them: impl FnOnce(&Facts<'_>) -> T,
    ) -> T {
        let place = if at.circles.is_empty() || at.is_unknown {
            PlaceFact::Unknown
        } else {
            PlaceFact::Circles(&at.circles)
        };
        let sources = &plan.facts;
        let life_stage = row.text(&sources.life_stage);
        let reproductive_condition = row.text(&sources.reproductive_condition);
        let behavior = row.text(&sources.behavior);
        let providers: Vec<_> = sources.providers.iter().map(|source| row.text(source)).collect();
        let providers: Vec<&str> = providers.iter().map(AsRef::as_ref).collect();
        let individuals: Vec<_> =
            sources.individuals.iter().map(|source| row.text(source)).collect();
        let individuals: Vec<&str> = individuals.iter().map(AsRef::as_ref).collect();
        use_them(&Facts {
            taxon,
            place,
            period: at.period,
            life_stage: &life_stage,
            reproductive_condition: &reproductive_condition,
            behavior: &behavior,
            kind,
            providers: &providers,
            individuals: &individuals,
        })
    }

    /// How each rule stands to a record, or to an event where there are no taxa, for people: every
    /// rule looked at.
    pub(crate) fn explain(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        facts: &RowFacts,
        at: &Whereabouts,
        taxa: Option<&TaxonCores>,
    ) -> (TaxonHits, Vec<(usize, Meeting)>) {
        let mut names = NameCache::default();
        let hits = taxa.map(|taxa| {
            let hits = names.hits(row, plan, facts.taxon, taxa, self).clone();
            let identified = taxa.identified_of(row, plan);
            let more = identified.iter().map(|texts| self.index.lookup(&texts.facts()));
            more.fold(hits, both)
        });
        let kind = if taxa.is_some() { "occurrence" } else { "event" };
        let meetings = self.with_facts(row, plan, kind, hits.as_ref(), at, |facts| {
            (0..)
                .zip(&self.rules.rules)
                .map(|(index, rule)| (index, meet(rule, facts, self.areas, self.today)))
                .collect()
        });
        (hits.unwrap_or_default(), meetings)
    }

    /// Whether boundaries were given.
    pub(crate) fn has_areas(&self) -> bool {
        !self.areas.is_empty()
    }

    /// Whether a circle round a point touches any boundary.
    pub(crate) fn is_in_any_area(&self, point: Point, radius_m: f64) -> bool {
        self.areas.any_touched_by(point, radius_m)
    }

    /// Whether a rule by itself protects anything from the audience.
    pub(crate) fn protects(&self, rule: &Rule) -> bool {
        decide([rule], self.audience).is_protected()
    }

    /// Who the copy is for.
    pub(crate) fn audience(&self) -> Audience {
        self.audience
    }

    /// The rules.
    pub(crate) fn rules(&self) -> &RuleSet {
        self.rules
    }

    /// Whether a statement is this one, which has no reason, with reasons that rules can give.
    pub(crate) fn says_a_reason(&self, said: &str, without: &str) -> bool {
        let rest = said.strip_prefix(without).map(str::trim_start);
        let told = rest.and_then(|rest| rest.strip_prefix(statement::REASON)?.strip_suffix('.'));
        let Some(told) = told else { return false };
        !without.is_empty() && told.split("; ").all(|reason| self.reasons.contains(reason))
    }

    /// Whether a text is a name of a list or of the given checklist: it tells nothing that is not
    /// published there.
    pub(crate) fn knows_name(&self, text: &str) -> bool {
        self.index.knows_text(text)
    }

    /// Whether a name of a checklist is listed by any rule.
    pub(crate) fn lookup(&self, facts: &TaxonFacts<'_>) -> TaxonHits {
        self.index.lookup(facts)
    }
}

/// Reasons and authorities of rules, in words.
fn reasons<'r>(rules: impl Iterator<Item = &'r Rule>) -> String {
    let told: BTreeSet<String> = rules
        .filter_map(|rule| {
            let reason = rule.reason.map(|reason| reason.words().to_owned());
            match (reason, rule.authority.clone()) {
                (Some(reason), Some(authority)) => Some(format!("{reason} ({authority})")),
                (Some(only), None) | (None, Some(only)) => Some(only),
                (None, None) => None,
            }
        })
        .collect();
    if told.is_empty() {
        return "sensitive taxon or place".to_owned();
    }
    told.into_iter().collect::<Vec<_>>().join("; ")
}

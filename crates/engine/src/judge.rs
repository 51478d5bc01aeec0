//! Brings the rules to a record: matches its names once, meets the rules, and decides.

use std::collections::BTreeSet;
use std::sync::Arc;

use reedbed_core::area::AreaSet;
use reedbed_core::decide::{Audience, Facts, Meeting, PlaceFact, decide, meet};
use reedbed_core::period::Day;
use reedbed_core::place::Point;
use reedbed_core::rule::{Rule, RuleSet};
use reedbed_core::taxon::{How, RuleTaxonId, TaxonFacts, TaxonHits, TaxonIndex};
use rustc_hash::FxHashMap;

use crate::cells::{Hashed as _, Row};
use crate::events::{Events, Whereabouts};
use crate::facts::RowFacts;
use crate::hash::{Print, Prints};
use crate::kinds::{Thing, ThingCache};
use crate::known::Known;
use crate::mentions::Mentions;
use crate::plain_names::KnownForms;
use crate::plan::Plan;
use crate::pseudonym::Pseudonyms;
use crate::registry::Registry;
use crate::share::Settings;
use crate::statement;
use crate::summary::{MatchedName, NameCount};
use crate::taxa::TaxonCores;
use crate::verdict::{Behind, Closing, Verdict};

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
            registry: settings.registry.as_ref().filter(|registry| registry.copies() > 0),
        }
    }

    /// Whether no earlier copy had a record; not where there is none, or nobody could tell.
    pub(crate) fn is_new(&self, id: Option<u64>) -> bool {
        let Some(registry) = self.registry else { return false };
        id.is_some_and(|id| !registry.knows(id))
    }

    /// Decides about an event: only rules that ask for no taxon can meet it.
    pub(crate) fn event(
        &self,
        row: Row<'_>,
        plan: &Plan<'_>,
        facts: &RowFacts,
        verdicts: &mut Verdicts,
    ) -> Option<Arc<Verdict>> {
        if self.without_taxon.is_empty() {
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
            if hits.hits.is_empty() && self.without_taxon.is_empty() {
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
        self.verdict_of(met, verdicts)
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
        use_them(&Facts {
            taxon,
            place,
            period: at.period,
            life_stage: &life_stage,
            reproductive_condition: &reproductive_condition,
            behavior: &behavior,
            kind,
            providers: &providers,
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

/// Names that were looked up, with what came of it, by the bytes of all name columns.
#[derive(Debug, Default)]
pub(crate) struct NameCache {
    prints: Prints,
    /// Which of the names, by the print of all name columns.
    known: FxHashMap<Print, usize>,
    names: Vec<KnownName>,
    tally: NameTally,
}

#[derive(Debug)]
struct KnownName {
    hits: Arc<TaxonHits>,
    name: Box<str>,
    records: u64,
}

impl NameCache {
    fn hits<'s>(
        &'s mut self,
        row: Row<'_>,
        plan: &Plan<'_>,
        taxon: Option<u64>,
        taxa: &TaxonCores,
        judge: &'s Judge<'_>,
    ) -> &'s TaxonHits {
        let spans = plan.facts.name_spans.iter().map(|span| row.span(*span));
        let core = taxon.filter(|_| !taxa.is_empty()).unwrap_or(0).to_le_bytes();
        let print = self.prints.of(spans.chain([core.as_slice()]));
        let at = match self.known.get(&print) {
            Some(at) => *at,
            None => {
                let at = self.look_up(row, plan, taxon, taxa, judge);
                self.known.insert(print, at);
                at
            }
        };
        match self.names.get_mut(at) {
            Some(known) => {
                known.records += 1;
                &known.hits
            }
            None => &judge.no_hits,
        }
    }

    /// Looks up a name that is not known yet; says where it is known from now on.
    fn look_up(
        &mut self,
        row: Row<'_>,
        plan: &Plan<'_>,
        taxon: Option<u64>,
        taxa: &TaxonCores,
        judge: &Judge<'_>,
    ) -> usize {
        let texts = Texts::of(row, plan);
        let core = taxon.and_then(|taxon| taxa.names(taxon));
        let index = &judge.index;
        let more = Texts::others(row, plan);
        let look_up = |texts: &Texts| {
            // A term with several columns has several names: each may be a listed one.
            let first = index.lookup(&texts.facts());
            more.iter().fold(first, |hits, texts| both(hits, index.lookup(&texts.facts())))
        };
        let look = || match core {
            // The checklist of the dataset says more of the name than the record does.
            Some(core) if texts.is_empty() => index.lookup(&core.facts()),
            Some(core) => both(look_up(&texts), index.lookup(&core.facts())),
            None => look_up(&texts),
        };
        // What the dataset's own checklist says: a synonym of a listed taxon, or a part of one.
        let look = || {
            let above = taxon.map(|taxon| taxa.above(taxon)).unwrap_or_default();
            above.into_iter().fold(look(), |hits, texts| {
                let mut by_link = index.lookup(&texts.facts());
                by_link.hits.retain(|(_, how)| {
                    matches!(how, How::Exact | How::Synonym | How::Child | How::Misspelling)
                });
                by_link.hits.iter_mut().for_each(|(_, how)| *how = How::Child);
                by_link.listed = !by_link.hits.is_empty();
                both(hits, by_link)
            })
        };
        let mut key = Vec::new();
        for span in &plan.facts.name_spans {
            key.extend_from_slice(row.span(*span));
            key.push(0);
        }
        if let Some(taxon) = taxon.filter(|_| !taxa.is_empty()) {
            key.extend_from_slice(&taxon.to_le_bytes());
        }
        let key = key.as_slice();
        let hits = judge.known.of(key, || key.into(), || Arc::new(look()));
        let name = if texts.is_empty() { core.map_or("", Texts::name) } else { texts.name() };
        if self.names.len() >= MOST_KNOWN {
            self.known.clear();
            self.tally.take(std::mem::take(&mut self.names));
        }
        let at = self.names.len();
        self.names.push(KnownName { hits, name: name.into(), records: 0 });
        at
    }

    /// The names with their numbers of records.
    pub(crate) fn into_tally(mut self) -> NameTally {
        self.tally.take(self.names);
        self.tally
    }
}

/// What either of two sets of names leads to.
fn both(mut one: TaxonHits, other: TaxonHits) -> TaxonHits {
    for (taxon, how) in other.hits {
        if !one.hits.iter().any(|(known, _)| *known == taxon) {
            one.hits.push((taxon, how));
        }
    }
    one.listed |= other.listed;
    one
}

/// The name columns of a row, in the order of [`TaxonFacts::TERMS`].
#[derive(Debug, Clone)]
pub(crate) struct Texts(Vec<Box<str>>);

impl Texts {
    /// Reads the name columns.
    pub(crate) fn of(row: Row<'_>, plan: &Plan<'_>) -> Self {
        Self(plan.facts.names.iter().map(|source| row.text(source).trim().into()).collect())
    }

    /// The name columns once more for each further column or default that a term has.
    fn others(row: Row<'_>, plan: &Plan<'_>) -> Vec<Self> {
        let mut others = Vec::new();
        for (at, source) in plan.facts.names.iter().enumerate() {
            for value in row.further(source) {
                let mut texts = Self::of(row, plan);
                if let Some(text) = texts.0.get_mut(at) {
                    *text = value.trim().into();
                    others.push(texts);
                }
            }
        }
        others
    }

    /// The columns as the matching of names wants them.
    pub(crate) fn facts(&self) -> TaxonFacts<'_> {
        let mut facts = TaxonFacts::default();
        for (term, text) in TaxonFacts::TERMS.iter().zip(&self.0) {
            facts.set(term, text);
        }
        facts
    }

    /// Whether they say nothing that names an organism.
    fn is_empty(&self) -> bool {
        let says_nothing = |term: &str| {
            matches!(term, "taxonID" | "acceptedNameUsageID" | "taxonRank" | "typeStatus")
        };
        TaxonFacts::TERMS
            .iter()
            .zip(&self.0)
            .all(|(term, text)| text.is_empty() || says_nothing(term))
    }

    /// The name to show: the scientific name, else what comes nearest.
    fn name(&self) -> &str {
        self.0.iter().map(AsRef::as_ref).find(|text: &&str| !text.is_empty()).unwrap_or("")
    }
}

/// Names with their numbers of records.
#[derive(Debug, Default)]
pub(crate) struct NameTally {
    unlisted: FxHashMap<Box<str>, u64>,
    matched: FxHashMap<(Box<str>, How), u64>,
    /// Records whose names are not counted because there are too many.
    uncounted: u64,
}

impl NameTally {
    fn take(&mut self, names: Vec<KnownName>) {
        for known in names {
            self.count(&known);
        }
    }

    fn count(&mut self, known: &KnownName) {
        let Some(how) = known.hits.hits.iter().map(|(_, how)| *how).find(|how| *how != How::Exact)
        else {
            if known.hits.hits.is_empty() && !known.name.is_empty() {
                add(&mut self.unlisted, known.name.clone(), known.records, &mut self.uncounted);
            }
            return;
        };
        if !known.hits.hits.iter().any(|(_, how)| *how == How::Exact) {
            add(&mut self.matched, (known.name.clone(), how), known.records, &mut self.uncounted);
        }
    }

    /// Adds what another worker counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, records) in other.unlisted {
            add(&mut self.unlisted, name, records, &mut self.uncounted);
        }
        for (key, records) in other.matched {
            add(&mut self.matched, key, records, &mut self.uncounted);
        }
        self.uncounted += other.uncounted;
    }

    /// The most frequent unlisted names, and how many there are.
    pub(crate) fn unlisted(&self, most: usize) -> (Vec<NameCount>, usize) {
        let mut names: Vec<NameCount> = self
            .unlisted
            .iter()
            .map(|(name, records)| NameCount { name: name.to_string(), records: *records })
            .collect();
        names.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.name.cmp(&b.name)));
        let total = names.len();
        names.truncate(most);
        (names, total)
    }

    /// Names that were matched in another way than letter by letter.
    pub(crate) fn matched(&self, most: usize) -> (Vec<MatchedName>, usize) {
        let mut names: Vec<MatchedName> = self
            .matched
            .iter()
            .map(|((name, how), records)| MatchedName {
                name: name.to_string(),
                how: how.sentence().to_owned(),
                records: *records,
            })
            .collect();
        names.sort_by(|a, b| {
            b.records.cmp(&a.records).then_with(|| (&a.name, &a.how).cmp(&(&b.name, &b.how)))
        });
        let total = names.len();
        names.truncate(most);
        (names, total)
    }
}

fn add<K: std::hash::Hash + Eq>(
    counts: &mut FxHashMap<K, u64>,
    key: K,
    records: u64,
    uncounted: &mut u64,
) {
    if let Some(count) = counts.get_mut(&key) {
        *count += records;
    } else if counts.len() < MOST_KNOWN {
        counts.insert(key, records);
    } else {
        *uncounted += records;
    }
}

/// Different spellings that are kept at once; more are looked up anew.
const MOST_KNOWN: usize = 200_000;

//! Anything that a rule can meet and that is no row of a table of records.

use std::sync::Arc;

use reedbed_core::period::Period;
use reedbed_core::place::Point;
use reedbed_core::taxon::TaxonHits;
use rustc_hash::FxHashMap;

use crate::judge::Verdicts;

/// What a thing is, as far as rules ask.
#[derive(Clone, Copy)]
pub(crate) struct Thing<'t> {
    /// Its kind, one of [`reedbed_core::rule::KINDS`].
    pub(crate) kind: &'static str,
    /// The name of its taxon; nothing for what is about no taxon, empty for a taxon without a name.
    pub(crate) taxon: Option<&'t str>,
    /// Where it may be; none where that is unknown.
    pub(crate) circles: &'t [(Point, f64)],
    /// When it was.
    pub(crate) period: Option<Period>,
    pub(crate) life_stage: &'t str,
    pub(crate) reproductive_condition: &'t str,
    pub(crate) behavior: &'t str,
    pub(crate) providers: &'t [&'t str],
    pub(crate) individuals: &'t [&'t str],
}

impl Thing<'_> {
    /// A thing of a kind of which nothing else is known.
    pub(crate) fn of(kind: &'static str) -> Self {
        Self {
            kind,
            taxon: None,
            circles: &[],
            period: None,
            life_stage: "",
            reproductive_condition: "",
            behavior: "",
            providers: &[],
            individuals: &[],
        }
    }
}

/// What was looked up before.
#[derive(Default)]
pub(crate) struct ThingCache {
    pub(crate) names: FxHashMap<String, Arc<TaxonHits>>,
    pub(crate) verdicts: Verdicts,
}

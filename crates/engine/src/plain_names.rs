//! Whether a text is a plain name, looked up once per spelling: taking a name apart costs more than
//! anything else that happens to a row.

use reedbed_core::taxon::{Name, is_plain_name};
use rustc_hash::FxHashMap;

use crate::known::Known;

/// What is known of spellings; one per worker, in front of what all of them know.
#[derive(Debug)]
pub(crate) struct PlainNames<'k> {
    is_plain: FxHashMap<Box<str>, bool>,
    plain: FxHashMap<Box<str>, Box<str>>,
    known: &'k Known<Box<str>, bool>,
}

impl<'k> PlainNames<'k> {
    /// Knows nothing yet.
    pub(crate) fn new(known: &'k Known<Box<str>, bool>) -> Self {
        Self { is_plain: FxHashMap::default(), plain: FxHashMap::default(), known }
    }

    /// Whether a text is a name and nothing more.
    pub(crate) fn is_plain(&mut self, text: &str) -> bool {
        if let Some(known) = self.is_plain.get(text) {
            return *known;
        }
        let is_plain = self.known.of(text, || text.into(), || is_plain_name(text));
        if self.is_plain.len() >= MOST {
            self.is_plain.clear();
        }
        self.is_plain.insert(text.into(), is_plain);
        is_plain
    }

    /// The plain form of a scientific name; empty where it has none.
    pub(crate) fn plain(&mut self, text: &str) -> &str {
        if self.plain.len() >= MOST {
            self.plain.clear();
        }
        if !self.plain.contains_key(text) {
            let name = Name::parse(text);
            self.plain.insert(text.into(), name.canonical().into());
        }
        self.plain.get(text).map_or("", AsRef::as_ref)
    }
}

const MOST: usize = 100_000;

//! The forms of names, found once per spelling: taking a name apart costs more than anything else
//! that happens to a row.

use std::sync::Arc;

use reedbed_core::taxon::NameForm;
use rustc_hash::FxHashMap;

use crate::judge::Judge;
use crate::known::Known;

/// Forms of spellings, for all workers.
pub(crate) type KnownForms = Known<Box<str>, Arc<NameForm>>;

/// What is known of spellings; one per worker, in front of what all of them know.
#[derive(Debug)]
pub(crate) struct PlainNames<'k> {
    forms: FxHashMap<Box<str>, Arc<NameForm>>,
    known: &'k KnownForms,
    /// Whether texts are names of a list or of the given checklist.
    listed: FxHashMap<Box<str>, bool>,
}

impl<'k> PlainNames<'k> {
    /// Knows nothing yet.
    pub(crate) fn new(known: &'k KnownForms) -> Self {
        Self { forms: FxHashMap::default(), known, listed: FxHashMap::default() }
    }

    /// Whether a text is a name and nothing more.
    pub(crate) fn is_plain(&mut self, text: &str) -> bool {
        self.form(text).is_plain
    }

    /// The plain form of a scientific name; empty where it has none.
    pub(crate) fn plain(&mut self, text: &str) -> &str {
        &self.form(text).canonical
    }

    /// Whether a text is a name of a list or of the given checklist.
    pub(crate) fn is_known(&mut self, text: &str, judge: &Judge<'_>) -> bool {
        if let Some(is_known) = self.listed.get(text) {
            return *is_known;
        }
        if self.listed.len() >= MOST {
            self.listed.clear();
        }
        let is_known = judge.knows_name(text);
        self.listed.insert(text.into(), is_known);
        is_known
    }

    fn form(&mut self, text: &str) -> &NameForm {
        if !self.forms.contains_key(text) {
            if self.forms.len() >= MOST {
                self.forms.clear();
            }
            let form = self.known.of(text, || text.into(), || Arc::new(NameForm::of(text)));
            self.forms.insert(text.into(), form);
        }
        self.forms.get(text).map_or(&NO_FORM, AsRef::as_ref)
    }
}

static NO_FORM: NameForm = NameForm { canonical: String::new(), is_plain: false };
const MOST: usize = 100_000;

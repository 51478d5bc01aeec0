//! What a protected record still states about its event: whoever looks for the event may look for
//! the same values.

use reedbed_core::category::Category;
use reedbed_core::rule::RuleSet;
use reedbed_formats::table::Table;
use rustc_hash::FxHashSet;

use crate::cells::{Row, Span, spans};
use crate::hash::hash_of;

/// Hashes of the values in the context columns, for each class of categories that the rules can
/// give: what stays at low is more than what stays at high.
pub(crate) type Context = [u32; CLASSES];

/// The classes that the rules of a copy can give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classes {
    is_used: [bool; CLASSES],
}

impl Classes {
    /// By the rules.
    pub(crate) fn of(rules: &RuleSet) -> Self {
        let mut classes = Self::default();
        for rule in &rules.rules {
            // A width makes a category of its own; which one, the decision knows.
            let category = rule.outcome.category.filter(|_| rule.outcome.public_width.is_none());
            for (class, is_used) in classes.is_used.iter_mut().enumerate() {
                *is_used |= category.is_none_or(|category| class_of(category) == class);
            }
        }
        classes
    }
}

/// The context columns of one table.
#[derive(Debug, Default)]
pub(crate) struct ContextColumns {
    by_class: [Vec<Span>; CLASSES],
    /// Where a column is a context column of any class.
    pub(crate) columns: FxHashSet<usize>,
}

impl ContextColumns {
    /// Finds them.
    pub(crate) fn of(table: &Table, classes: &Classes) -> Self {
        let mut found = Self::default();
        let sets = found.by_class.iter_mut().zip(&classes.is_used).zip(LEAST);
        for ((set, _), category) in sets.filter(|((_, is_used), _)| **is_used) {
            let columns: Vec<usize> = table
                .columns
                .iter()
                .enumerate()
                .filter(|(_, column)| column.term.is_some_and(|term| term.tells_of_event(category)))
                .map(|(index, _)| index)
                .collect();
            found.columns.extend(&columns);
            *set = spans(columns);
        }
        found
    }

    /// The context of a row.
    pub(crate) fn of_row(&self, row: Row<'_>) -> Context {
        let mut context = Context::default();
        let mut last: Option<(&[Span], u32)> = None;
        for (value, spans) in context.iter_mut().zip(&self.by_class) {
            if spans.is_empty() {
                continue;
            }
            // Classes that keep the same columns have the same context.
            *value = match last {
                Some((known, hash)) if known == spans.as_slice() => hash,
                _ => short(spans.iter().fold(0_u64, |hash, span| {
                    (hash.rotate_left(21) ^ hash_of(row.span(*span))).wrapping_mul(SPREAD)
                })),
            };
            last = Some((spans, *value));
        }
        context
    }
}

/// The context of a record of an event.
pub(crate) fn within(record: Context, event: Context) -> Context {
    let mut both = record;
    for (own, event) in both.iter_mut().zip(event) {
        *own = own.rotate_left(13).wrapping_mul(0x9e37_79b1) ^ event;
    }
    both
}

/// The class of a category, as an index.
pub(crate) fn class_of(category: Category) -> usize {
    match category {
        Category::None | Category::Low => 0,
        Category::Medium => 1,
        Category::High | Category::Extreme => 2,
    }
}

fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

const CLASSES: usize = 3;
/// The least category of each class.
const LEAST: [Category; CLASSES] = [Category::Low, Category::Medium, Category::High];
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

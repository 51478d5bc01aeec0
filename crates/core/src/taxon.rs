//! Which listed taxa a record may be about.
//!
//! Names are compared by their parts, folded so that spellings of one name are alike; what a name
//! leaves open counts against it. The parser of GBIF takes names apart; a text that it does not
//! understand is compared word by word besides, so that nothing passes because it is odd.

mod checklist;
mod facts;
mod form;
mod how;
mod index;
mod listed;
mod lookup;
mod name;
mod near;
mod rank;
mod reading;
mod vocabulary;
mod word;

pub use checklist::{Checklist, ChecklistBuilder, ChecklistRow};
pub use facts::TaxonFacts;
pub use form::NameForm;
pub use how::How;
pub use index::TaxonIndex;
pub use listed::{ReadAs, RuleTaxon};
pub use lookup::TaxonHits;
pub use name::Name;
pub use rank::Rank;

/// Which of the listed taxa: the index of it in [`crate::rule::RuleSet::taxa`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleTaxonId(pub u32);

//! Turns a dataset into a copy that may leave: decides, closes siblings, generalises, writes, and
//! says what it did and why.
//!
//! Streams at the speed of the disk; no query engine, no terminal, no clock.

mod cells;
pub mod checklist;
mod context;

pub mod digest;
mod events;
pub mod explain;
pub mod facts;
pub mod findings;
mod frequency;
mod hash;
mod judge;
pub mod kinds;
mod known;
mod memo;
mod mentions;
pub mod metadata;
mod notes;
mod place;
mod plain_names;
mod plan;
pub mod pseudonym;
pub mod registry;

mod rule_words;
pub mod rules;
pub mod share;
mod siblings;
pub mod statement;
pub mod summary;
mod survey;
pub mod tally;
mod taxa;
mod ties;
mod told_period;
mod treat;
pub mod utility;
mod verdict;
mod write;

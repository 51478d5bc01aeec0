//! Nouns and decisions of Reedbed: what a record is about, which rules meet it, and what follows.
//!
//! Pure: time, randomness, files and network come in as values. Nothing here knows a file format.

pub mod area;
pub mod category;
pub mod decide;
pub mod fold;
pub mod grid;
pub mod period;
pub mod place;
pub mod rule;
pub mod taxon;
pub mod term;
pub mod uncertainty;

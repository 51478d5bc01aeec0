//! Shares generated datasets and looks at every byte that comes out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong, and says what it skips"
)]

mod copies;
mod cuts;
mod emptied;
mod events;
mod found;
mod found_again;
mod kinds;
mod layers;
mod leaks;
mod levels;
mod records;
mod sharing;
mod support;
mod unbroken;

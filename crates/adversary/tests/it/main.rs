//! Planted cases that each attack must find, and clean ones that it must not.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

mod calibration;
mod inferred;
mod left_over;
mod metadata;
mod planted;
mod regions;
mod seams;
mod support;
mod texts;

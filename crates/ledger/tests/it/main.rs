//! The log against others' trees, against hostile files, and on disks that fail.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod crashes;
mod flips;
mod forks;
mod notes;
#[cfg(feature = "objects")]
mod objects;
mod policies;
mod privacy;
mod probes;
mod proofs;
mod rotation;
mod support;
mod together;
mod witnesses;

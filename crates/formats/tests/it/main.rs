//! Reads generated and, where they are there, real datasets through the public interface.

#![expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where something is wrong, and says what it skips"
)]

mod archives;
mod columnar;
mod containers;
mod descriptors;
mod hostile_archives;
mod hostile_tables;
mod inspections;
mod names;
mod plain;
mod raw_zip;
mod real;
mod round_trips;
mod support;
mod workbooks;

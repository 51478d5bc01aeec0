//! Reads generated and, where they are there, real datasets through the public interface.

#![expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where something is wrong, and says what it skips"
)]

mod archives;
mod boundaries;
mod columnar;
mod containers;
mod descriptors;
mod geometries;
mod hostile_archives;
mod hostile_layers;
mod hostile_tables;
mod inspections;
mod kinds;
mod layer_files;
mod layers;
mod layers_out;
mod names;
mod plain;
mod raw_zip;
mod real;
mod round_trips;
mod support;
mod workbooks;

//! Reads generated and, where they are there, real datasets through the public interface.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops where something is wrong, and says what it skips"
)]

mod archives;
mod hostile;
mod plain;
mod real;
mod support;

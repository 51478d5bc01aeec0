//! People and keys: that nothing opens for fewer than enough of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is wrong"
)]

mod books;
mod levels;
mod officers;
mod own;
mod people;
mod real;
mod shares;
mod support;

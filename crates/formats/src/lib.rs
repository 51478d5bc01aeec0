//! Field formats in and out: Darwin Core archives and tables, boundaries, spellings of places.
//!
//! Reads hostile bytes and knows no policy: it says what a file says, and what cannot be read.

mod archive;
pub mod boundary;
pub mod cells;
pub mod chunk;
mod columnar;
pub mod container;
pub mod dataset;
mod dialect;
pub mod eml;
mod encoding;
pub mod error;
pub mod inspect;
pub mod limits;
mod made;
pub mod meta;
mod normalise;
pub mod patch;
pub mod pipeline;
pub mod place;
pub mod row;
mod scan;
mod source;
pub mod table;
mod text;
mod wkb;
mod workbook;
pub mod writer;
mod xml;

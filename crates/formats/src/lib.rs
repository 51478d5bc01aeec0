//! Field formats in and out: Darwin Core archives and tables, boundaries, layers, places.
//!
//! Reads hostile bytes and knows no policy: it says what a file says, and what cannot be read.

mod archive;
pub mod boundary;
pub mod camera;
pub mod cells;
pub mod chunk;
pub mod collection;
mod columnar;
pub mod container;
pub mod dataset;
mod dialect;
pub mod document;
pub mod eml;
mod encoding;
pub mod error;
mod geojson;
pub mod image;
pub mod inspect;
pub mod layer;
pub mod limits;
mod made;
pub mod meta;
mod normalise;
pub mod patch;
pub mod pipeline;
pub mod place;
pub mod row;
pub mod rows;
mod scan;
mod source;
pub mod table;
mod text;
pub mod track;
pub mod weather;
mod wkb;
mod workbook;
pub mod writer;
mod xml;

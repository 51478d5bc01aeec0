//! Finished tables in other containers: workbooks, Parquet, GeoParquet, CSV for spreadsheets.
//!
//! What goes in is what may leave; nothing is decided here. The same table gives the same bytes:
//! no clock, no name of a host or user stands in what is written.

mod formula;
mod kind;
mod parquet;
mod place;
mod workbook;

use std::io::{self, Read};

use crate::chunk::ChunkReader;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::row::Fields;
use crate::source;
use crate::table::{Dialect, Shape};
use crate::text::{TextForm, TextReader};

pub use self::formula::write_neutral_csv;
pub use self::parquet::{GeoWritten, write_geoparquet, write_parquet};
pub use self::workbook::write_workbook;

/// Why a table cannot be put into a container.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// A row is not sound.
    #[error("line {line} of `{table}` cannot be used, because {reason}")]
    Faulty {
        /// The table.
        table: String,
        /// The line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A table has no columns of places.
    #[error("`{table}` has neither footprintWKT nor decimalLatitude and decimalLongitude")]
    NoPlaces {
        /// The table.
        table: String,
    },
    /// A table cannot be read again.
    #[error("the rows of `{table}` cannot be read")]
    Read {
        /// The table.
        table: String,
        /// Why.
        #[source]
        cause: FormatError,
    },
    /// A table does not fit into the container.
    #[error("`{table}` does not fit into a workbook: it has more than {limit} {what}")]
    TooLarge {
        /// The table.
        table: String,
        /// The limit of the container.
        limit: u64,
        /// Of what.
        what: &'static str,
    },
    /// What was written cannot be stored.
    #[error("the {container} cannot be written")]
    Write {
        /// The kind of container.
        container: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// A finished table: headings and rows in UTF-8, which can be read more than once.
pub struct Finished<'a> {
    name: String,
    dialect: Dialect,
    open: Box<dyn Fn() -> io::Result<Box<dyn Read + Send>> + 'a>,
}

impl<'a> Finished<'a> {
    /// A table by its name, the way its rows are written, and how to open it from its beginning.
    pub fn new(
        name: impl Into<String>,
        dialect: Dialect,
        open: impl Fn() -> io::Result<Box<dyn Read + Send>> + 'a,
    ) -> Self {
        Self { name: name.into(), dialect, open: Box::new(open) }
    }

    /// Visits each row by its number; the headings are number 0.
    fn visit(
        &self,
        mut visit: impl FnMut(u64, Row<'_>) -> Result<(), ContainerError>,
    ) -> Result<(), ContainerError> {
        let failed = |cause| self.failed(source::failed(&self.name, cause));
        let form = TextForm { encoding: encoding_rs::UTF_8, odd: None, counts_rows: false };
        let limits = Limits::default();
        let bytes = (self.open)().map_err(failed)?;
        let text = TextReader::new(bytes, &form, limits.row_bytes).map_err(failed)?;
        let mut reader = ChunkReader::new(text, self.dialect, 0, limits, 0, self.name.clone());
        let mut shape = Shape { dialect: self.dialect, columns: usize::MAX };
        let mut fields = Fields::default();
        let (mut count, mut nth) = (0, 0);
        while let Some(chunk) = reader.next_chunk(count).map_err(|cause| self.failed(cause))? {
            count += chunk.row_count();
            let mut rows = chunk.rows(&shape);
            while let Some(whole) = rows.next_whole() {
                let row = rows.split(whole, &mut fields);
                if shape.columns == usize::MAX {
                    // The headings tell how many cells each row has.
                    shape.columns = fields.len();
                    rows = chunk.rows(&shape);
                    rows.next_whole();
                }
                if let Some(fault) = row.fault {
                    let (table, reason) = (self.name.clone(), fault.to_string());
                    return Err(ContainerError::Faulty { table, line: row.line, reason });
                }
                visit(nth, Row { bytes: row.bytes, fields: &fields, shape })?;
                nth += 1;
            }
        }
        Ok(())
    }

    fn failed(&self, cause: FormatError) -> ContainerError {
        ContainerError::Read { table: self.name.clone(), cause }
    }
}

impl std::fmt::Debug for Finished<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finished").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A row without a fault.
#[derive(Clone, Copy)]
struct Row<'a> {
    bytes: &'a [u8],
    fields: &'a Fields,
    shape: Shape,
}

impl<'a> Row<'a> {
    fn value<'s>(&'s self, index: usize, scratch: &'s mut String) -> &'s str {
        self.fields.value(self.bytes, index, &self.shape, scratch)
    }

    /// A cell as written, with its quotes.
    fn raw(&self, index: usize) -> &'a [u8] {
        self.fields.raw(self.bytes, index)
    }
}

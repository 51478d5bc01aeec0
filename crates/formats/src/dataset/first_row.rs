//! The first row of a table, read before anything is known of its columns.

use crate::error::FormatError;
use crate::row::{Fields, RowFault};
use crate::table::Table;

/// The first row of a file that is not blank.
#[derive(Debug, Default)]
pub(super) struct FirstRow {
    /// Its cells; none where the file is empty.
    pub(super) cells: Vec<String>,
    /// Its bytes, terminator included.
    pub(super) bytes: Vec<u8>,
    /// Line on which it stands, from 1.
    pub(super) line: usize,
    /// Why its cells cannot be told.
    pub(super) fault: Option<RowFault>,
}

/// Reads the first row of a table whose headings are not known yet.
///
/// Errors: [`FormatError::TooLarge`] where it has too many columns.
pub(super) fn read(table: &Table) -> Result<FirstRow, FormatError> {
    let limits = &table.limits;
    let mut shape = table.shape();
    shape.columns = usize::MAX;
    let mut chunks = table.read()?;
    let mut fields = Fields::default();
    // A file may begin with many blank lines.
    while let Some(chunk) = chunks.next_chunk()? {
        let mut rows = chunk.rows(&shape);
        let Some(row) = rows.next_into(&mut fields) else { continue };
        if fields.len() > limits.columns {
            let (name, limit) = (table.name.clone(), limits.columns as u64);
            return Err(FormatError::TooLarge { name, limit, unit: "columns" });
        }
        let mut scratch = String::new();
        let cells = (0..fields.len())
            .map(|i| fields.value(row.bytes, i, &shape, &mut scratch).trim().to_owned())
            .collect();
        let line = usize::try_from(row.line).unwrap_or(usize::MAX);
        return Ok(FirstRow { cells, bytes: row.bytes.to_vec(), line, fault: row.fault });
    }
    Ok(FirstRow::default())
}

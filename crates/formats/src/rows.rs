//! Rows of a table as texts, one after the other: for tables that are read once or are small.

use crate::error::FormatError;
use crate::row::{Fields, RowFault};
use crate::table::Table;

/// A row as texts.
#[derive(Clone, Default)]
pub struct TextRow {
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// Its cells, unquoted and without spaces around them; as many as the table has columns.
    pub cells: Vec<String>,
    /// Why its cells cannot be told; they are empty then.
    pub fault: Option<RowFault>,
}

impl TextRow {
    /// A cell; empty where there is no such column.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", String::as_str)
    }
}

impl std::fmt::Debug for TextRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextRow").field("line", &self.line).finish_non_exhaustive()
    }
}

/// The rows of a table.
#[derive(Debug)]
pub struct TextRows<'a> {
    table: &'a Table,
}

impl Table {
    /// Its rows as texts.
    pub fn texts(&self) -> TextRows<'_> {
        TextRows { table: self }
    }

    /// The column with a heading, letter by letter.
    pub fn headed(&self, heading: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.heading == heading)
    }
}

impl TextRows<'_> {
    /// Shows each row to a visitor.
    ///
    /// Errors: [`FormatError::Damaged`] where the source breaks off, and whatever the visitor says.
    pub fn each<E: From<FormatError>>(
        &self,
        mut visit: impl FnMut(&TextRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let shape = self.table.shape();
        let mut chunks = self.table.read()?;
        let (mut fields, mut scratch) = (Fields::default(), String::new());
        let mut told = TextRow { cells: vec![String::new(); shape.columns], ..TextRow::default() };
        while let Some(chunk) = chunks.next_chunk()? {
            let mut rows = chunk.rows(&shape);
            while let Some(row) = rows.next_into(&mut fields) {
                told.line = row.line;
                told.fault = row.fault;
                for (column, cell) in told.cells.iter_mut().enumerate() {
                    cell.clear();
                    if row.fault.is_none() {
                        let bytes = crate::row::without_terminator(row.bytes);
                        cell.push_str(fields.value(bytes, column, &shape, &mut scratch).trim());
                    }
                }
                visit(&told)?;
            }
        }
        Ok(())
    }
}

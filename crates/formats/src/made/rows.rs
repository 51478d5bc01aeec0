//! Writes rows in the normal form and hands them on in pieces.

use std::io;
use std::sync::mpsc::SyncSender;

use crate::normalise::NORMAL;
use crate::source::too_large;

/// Where rows go.
pub(crate) struct RowSink {
    pieces: SyncSender<io::Result<Option<Vec<u8>>>>,
    piece: Vec<u8>,
}

impl RowSink {
    pub(super) fn new(pieces: SyncSender<io::Result<Option<Vec<u8>>>>) -> Self {
        Self { pieces, piece: Vec::with_capacity(PIECE * 2) }
    }

    /// Writes a row; one that has a single empty cell is still a row.
    ///
    /// Errors: [`io::ErrorKind::BrokenPipe`] where nobody reads any more.
    pub(crate) fn row<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> io::Result<()> {
        let begin = self.piece.len();
        for (nth, cell) in cells.enumerate() {
            if nth > 0 {
                self.piece.push(NORMAL.delimiter);
            }
            write_cell(&mut self.piece, cell);
        }
        if self.piece.len() == begin {
            self.piece.extend_from_slice(b"\"\"");
        }
        self.end_line()
    }

    /// Writes a line without a row.
    pub(crate) fn blank(&mut self) -> io::Result<()> {
        self.end_line()
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.piece.push(b'\n');
        if self.piece.len() < PIECE {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE * 2));
        self.pieces.send(Ok(Some(piece))).map_err(|_gone| io::ErrorKind::BrokenPipe.into())
    }

    /// Hands on what is left, and how it ended. Where nobody reads, nothing is to be said.
    pub(super) fn end(self, end: io::Result<()>) {
        if !self.piece.is_empty() && self.pieces.send(Ok(Some(self.piece))).is_err() {
            return;
        }
        drop(self.pieces.send(end.map(|()| None)));
    }
}

/// Cells as they come from a sheet, gathered into rows.
pub(crate) struct SheetRows<'a> {
    sink: &'a mut RowSink,
    most_columns: usize,
    most_bytes: usize,
    /// Row that is being gathered, from 0.
    row: u32,
    /// Rows handed on.
    written: u32,
    cells: Vec<String>,
    /// Cells up to the last that has a value.
    len: usize,
    bytes: usize,
    /// Cells of the first row that has any: the headings.
    width: usize,
}

impl<'a> SheetRows<'a> {
    pub(crate) fn new(sink: &'a mut RowSink, most_columns: usize, most_bytes: usize) -> Self {
        Self {
            sink,
            most_columns,
            most_bytes,
            row: 0,
            written: 0,
            cells: Vec::new(),
            len: 0,
            bytes: 0,
            width: 0,
        }
    }

    /// Adds a cell by its place, from 0; cells come row by row.
    ///
    /// Errors: [`io::ErrorKind::InvalidData`] for a place before the last row or beyond a sheet.
    pub(crate) fn cell(&mut self, row: u32, column: usize, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if row < self.row || row >= MOST_ROWS {
            let what = "its rows are not in order, or there are too many";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        if row > self.row {
            self.end_row()?;
            self.row = row;
        }
        if column >= self.most_columns {
            return Err(too_large(self.most_columns as u64, "columns"));
        }
        self.bytes += text.len();
        if self.bytes > self.most_bytes {
            return Err(too_large(self.most_bytes as u64, "bytes in one row"));
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, String::new);
        }
        if let Some(cell) = self.cells.get_mut(column) {
            text.clone_into(cell);
        }
        self.len = self.len.max(column + 1);
        Ok(())
    }

    /// Ends the last row.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.end_row()
    }

    fn end_row(&mut self) -> io::Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        // Rows keep their numbers.
        for _ in self.written..self.row {
            self.sink.blank()?;
        }
        if self.width == 0 {
            self.width = self.len;
        }
        let cells = self.len.max(self.width);
        self.cells.resize_with(self.cells.len().max(cells), String::new);
        self.sink.row(self.cells.iter().take(cells).map(String::as_str))?;
        self.written = self.row + 1;
        self.cells.iter_mut().for_each(String::clear);
        (self.len, self.bytes) = (0, 0);
        Ok(())
    }
}

/// Writes a cell in the normal form, in quotes where it needs them.
pub(crate) fn write_cell(out: &mut Vec<u8>, cell: &str) {
    let needs_quotes = cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !needs_quotes {
        out.extend_from_slice(cell.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in cell.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

const PIECE: usize = 1 << 18;
/// Rows of a sheet, in every program that there is.
pub(crate) const MOST_ROWS: u32 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(cells: &[(u32, usize, &str)]) -> io::Result<String> {
        let (sender, pieces) = std::sync::mpsc::sync_channel(99);
        let mut sink = RowSink::new(sender);
        let mut rows = SheetRows::new(&mut sink, 4, 20);
        cells.iter().try_for_each(|(row, column, text)| rows.cell(*row, *column, text))?;
        rows.finish()?;
        sink.end(Ok(()));
        let pieces = pieces.iter().map_while(|piece| piece.unwrap());
        Ok(String::from_utf8(pieces.flatten().collect()).unwrap())
    }

    #[test]
    fn rows_stand_on_their_lines_and_are_as_wide_as_the_headings() {
        let cells = [(1, 0, "a"), (1, 2, "c"), (3, 1, "x"), (4, 3, "y"), (5, 0, "")];
        assert_eq!(sheet(&cells).unwrap(), "\na,,c\n\n,x,\n,,,y\n");
        assert_eq!(sheet(&[]).unwrap(), "");
    }

    #[test]
    fn cells_that_no_sheet_has_are_refused() {
        assert!(sheet(&[(2, 0, "a"), (1, 0, "b")]).is_err());
        assert!(sheet(&[(MOST_ROWS - 1, 0, "a")]).is_ok());
        assert!(sheet(&[(MOST_ROWS, 0, "a")]).is_err());
        assert!(sheet(&[(0, 3, "a")]).is_ok());
        assert!(sheet(&[(0, 4, "a")]).is_err());
        let half = "0123456789";
        assert!(sheet(&[(0, 0, half), (0, 1, half), (1, 0, half)]).is_ok());
        assert!(sheet(&[(0, 0, half), (0, 1, half), (0, 2, "x")]).is_err());
    }
}

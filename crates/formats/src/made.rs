//! Tables that were never text – sheets of a workbook, Parquet files – as rows in the normal form.
//!
//! They are made anew each time that they are read, piece after piece on a thread of their own:
//! nothing is kept and nothing is unpacked to disk. A reader that gives up on hostile bytes ends
//! its thread, and the table with it, and nothing else.

pub(crate) mod number;
pub(crate) mod rows;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use crate::columnar::{self, Columnar};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{Bounded, Bytes, failed, shown};
use crate::workbook::Sheet;
use rows::RowSink;

/// What a table is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    /// A Parquet file.
    Columnar(Columnar),
    /// A sheet of a workbook.
    Sheet(Sheet),
}

impl Made {
    /// Makes the rows from the first: UTF-8 in the normal form, row `n` of the table on line `n`
    /// (line breaks in cells left aside).
    pub(crate) fn open(&self, limits: &Limits) -> Result<Bytes, FormatError> {
        let (path, own) = (self.path(), *limits);
        let bytes = match self.clone() {
            Self::Columnar(file) => pipe(path, move |rows| columnar::write(&file, rows))?,
            Self::Sheet(sheet) => pipe(path, move |rows| sheet.write(rows, &own))?,
        };
        Ok(match self {
            // Equal values in a column pack to next to nothing, so that proportion tells nothing.
            Self::Columnar(_) => Box::new(bytes.take(limits.unpacked_bytes)),
            Self::Sheet(_) => {
                let packed = std::fs::metadata(path)
                    .map_err(|cause| FormatError::Open { path: path.to_owned(), cause })?
                    .len();
                Box::new(Bounded::new(bytes, packed, limits))
            }
        })
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Columnar(file) => &file.path,
            Self::Sheet(sheet) => &sheet.workbook,
        }
    }
}

/// Runs a reader of foreign bytes apart, so that its giving up is an error like any other.
pub(crate) fn apart<T: Send + 'static>(
    path: PathBuf,
    read: impl FnOnce(&Path) -> Result<T, FormatError> + Send + 'static,
) -> Result<T, FormatError> {
    let name = shown(&path);
    let thread = std::thread::Builder::new().spawn(move || read(&path));
    let thread = thread.map_err(|cause| failed(&name, cause))?;
    thread.join().unwrap_or_else(|_panic| Err(failed(&name, gave_up())))
}

fn pipe(
    path: &Path,
    write: impl FnOnce(&mut RowSink) -> io::Result<()> + Send + 'static,
) -> Result<Pipe, FormatError> {
    let (sender, pieces) = sync_channel(PIECES);
    let work = move || {
        let mut rows = RowSink::new(sender);
        let end = write(&mut rows);
        rows.end(end);
    };
    std::thread::Builder::new().spawn(work).map_err(|cause| failed(&shown(path), cause))?;
    Ok(Pipe { pieces, piece: io::Cursor::new(Vec::new()), is_done: false })
}

/// Rows that another thread makes.
struct Pipe {
    pieces: Receiver<io::Result<Option<Vec<u8>>>>,
    piece: io::Cursor<Vec<u8>>,
    is_done: bool,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || self.is_done || buffer.is_empty() {
                return Ok(read);
            }
            // A thread that is gone without a word has given up.
            match self.pieces.recv().map_err(|_gone| gave_up())?? {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => self.is_done = true,
            }
        }
    }
}

fn gave_up() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "its content makes no sense")
}

/// Pieces that may wait to be read.
const PIECES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        write: impl FnOnce(&mut RowSink) -> io::Result<()> + Send + 'static,
    ) -> Result<String, io::Error> {
        let mut text = String::new();
        pipe(Path::new("x"), write).unwrap().read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn rows_come_as_they_were_written() {
        let text = read(|rows| {
            rows.row(["a", "b,c", "d \"e\"\n"].into_iter())?;
            rows.blank()?;
            rows.row([""].into_iter())
        });
        assert_eq!(text.unwrap(), "a,\"b,c\",\"d \"\"e\"\"\n\"\n\n\"\"\n");
    }

    #[test]
    fn a_reader_that_gives_up_is_an_error_and_not_an_end() {
        let broken = read(|rows| {
            rows.row(["a"].into_iter())?;
            panic!("a table that makes no sense")
        });
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::InvalidData);
        let failed = read(|_| Err(io::ErrorKind::NotFound.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::NotFound);
        let apart: Result<(), _> = apart(PathBuf::from("x"), |_| panic!("no sense either"));
        assert!(matches!(apart, Err(FormatError::Damaged { .. })));
    }

    #[test]
    fn rows_that_nobody_reads_are_not_made() {
        let (told, hears) = std::sync::mpsc::channel();
        let endless = move |rows: &mut RowSink| {
            let end = loop {
                if let Err(cause) = rows.row(["a row"].into_iter()) {
                    break cause.kind();
                }
            };
            told.send(end).map_err(io::Error::other)
        };
        let mut rows = pipe(Path::new("x"), endless).unwrap();
        rows.read_exact(&mut [0; 10]).unwrap();
        drop(rows);
        let end = hears.recv_timeout(std::time::Duration::from_secs(60));
        assert_eq!(end.unwrap(), io::ErrorKind::BrokenPipe);
    }
}

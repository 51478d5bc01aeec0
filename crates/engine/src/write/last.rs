//! Protected rows stand behind all others, in the order of their bytes: where a row stood among its
//! siblings would tell its place. Siblings that are told coarsely come first, so that the order is the
//! same when the copy is shared again and they are no longer anybody's siblings; then come low
//! categories before high ones, so that no coarse row stands among finer ones.
//!
//! Memory: up to [`MOST_HELD_BYTES`] of rows; beyond that, sorted runs are put into files of the
//! copy's folder that have no name. They hold what the copy publishes and nothing that it withholds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Rows of a part of a table, as they leave, with their numbers.
#[derive(Debug, Default)]
pub(super) struct LastRows {
    bytes: Vec<u8>,
    /// Where each row ends, its rank, and its number.
    ends: Vec<(usize, u8, u64)>,
}

/// A row by what it is sorted by, and its number.
type Sorted<R> = (u8, R, u64);

impl LastRows {
    /// Where the next row begins.
    pub(super) fn begin(&self) -> usize {
        self.bytes.len()
    }

    /// Room for its bytes.
    pub(super) fn room(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends the row that began there.
    pub(super) fn end(&mut self, start: usize, rank: u8, number: u64) {
        // A file whose last line has no end must not run into the next row.
        if self.bytes.len() > start && self.bytes.last() != Some(&b'\n') {
            self.bytes.push(b'\n');
        }
        self.ends.push((self.bytes.len(), rank, number));
    }

    fn sorted(&self) -> Vec<Sorted<&[u8]>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _, _)| *end));
        let mut rows: Vec<_> = starts
            .zip(&self.ends)
            .map(|(start, (end, rank, number))| {
                (*rank, self.bytes.get(start..*end).unwrap_or_default(), *number)
            })
            .collect();
        rows.sort_unstable();
        rows
    }
}

/// All such rows of a table.
pub(super) struct Last<'a> {
    folder: Option<&'a Path>,
    most_bytes: usize,
    held: LastRows,
    runs: Vec<File>,
}

impl<'a> Last<'a> {
    /// Begins with none; without a folder they are only counted.
    pub(super) fn new(folder: Option<&'a Path>, most_bytes: usize) -> Self {
        Self { folder, most_bytes, held: LastRows::default(), runs: Vec::new() }
    }

    /// Adds rows.
    pub(super) fn add(&mut self, rows: LastRows) -> io::Result<()> {
        let Some(folder) = self.folder else { return Ok(()) };
        let offset = self.held.bytes.len();
        self.held.bytes.extend_from_slice(&rows.bytes);
        let ends = rows.ends.iter();
        self.held.ends.extend(ends.map(|(end, rank, number)| (offset + end, *rank, *number)));
        if self.held.bytes.len() > self.most_bytes {
            let mut run = BufWriter::new(tempfile::tempfile_in(folder)?);
            for (rank, row, number) in self.held.sorted() {
                run.write_all(&(row.len() as u64).to_le_bytes())?;
                run.write_all(&u64::from(rank).to_le_bytes())?;
                run.write_all(&number.to_le_bytes())?;
                run.write_all(row)?;
            }
            self.runs.push(run.into_inner().map_err(io::IntoInnerError::into_error)?);
            self.held = LastRows::default();
        }
        Ok(())
    }

    /// Writes them in order, and says the numbers of the rows in that order.
    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<Vec<u64>> {
        let mut order = Vec::with_capacity(self.held.ends.len());
        let mut runs: Vec<Run> = self.runs.into_iter().map(Run::of).collect::<io::Result<_>>()?;
        let mut next = Next::new();
        for (index, run) in runs.iter_mut().enumerate() {
            next.extend(run.next()?.map(|row| Reverse((row, index))));
        }
        for (rank, row, number) in self.held.sorted() {
            let is_before = |Reverse(((own, other, n), _)): &Reverse<(Sorted<Vec<u8>>, usize)>| {
                (*own, other.as_slice(), *n) < (rank, row, number)
            };
            while next.peek().is_some_and(is_before) {
                write_next(&mut next, &mut runs, out, &mut order)?;
            }
            out.write_all(row)?;
            order.push(number);
        }
        while !next.is_empty() {
            write_next(&mut next, &mut runs, out, &mut order)?;
        }
        Ok(order)
    }
}

/// The first rows of all runs that are left.
type Next = BinaryHeap<Reverse<(Sorted<Vec<u8>>, usize)>>;

/// Writes the first row of all runs, and reads the next of its run.
fn write_next(
    next: &mut Next,
    runs: &mut [Run],
    out: &mut dyn Write,
    order: &mut Vec<u64>,
) -> io::Result<()> {
    let Some(Reverse(((_, row, number), index))) = next.pop() else { return Ok(()) };
    out.write_all(&row)?;
    order.push(number);
    if let Some(run) = runs.get_mut(index) {
        next.extend(run.next()?.map(|row| Reverse((row, index))));
    }
    Ok(())
}

/// A sorted run in a file.
struct Run(BufReader<File>);

impl Run {
    fn of(mut file: File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self(BufReader::new(file)))
    }

    fn next(&mut self) -> io::Result<Option<Sorted<Vec<u8>>>> {
        let mut number = [0; 8];
        match self.0.read_exact(&mut number) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = u64::from_le_bytes(number);
        self.0.read_exact(&mut number)?;
        let rank = u8::try_from(u64::from_le_bytes(number)).unwrap_or(u8::MAX);
        self.0.read_exact(&mut number)?;
        let mut row = vec![0; usize::try_from(length).unwrap_or(0)];
        self.0.read_exact(&mut row)?;
        Ok(Some((rank, row, u64::from_le_bytes(number))))
    }
}

/// Rows of one table that are kept in memory.
pub(super) const MOST_HELD_BYTES: usize = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(most_bytes: usize) -> (Vec<u8>, Vec<u64>) {
        let folder = tempfile::tempdir().unwrap();
        let mut last = Last::new(Some(folder.path()), most_bytes);
        for part in 0..10_u64 {
            let mut rows = LastRows::default();
            for row in 0..50_u64 {
                let start = rows.begin();
                let text = format!("{:04}\n", (part * 50 + row) * 7_919 % 997);
                rows.room().extend_from_slice(text.as_bytes());
                rows.end(start, 1, part * 50 + row);
            }
            last.add(rows).unwrap();
        }
        let mut out = Vec::new();
        let order = last.write(&mut out).unwrap();
        (out, order)
    }

    #[test]
    fn rows_stand_in_the_order_of_their_bytes_with_and_without_room() {
        let (bytes, order) = written(usize::MAX);
        assert_eq!((bytes.clone(), order.clone()), written(600));
        assert_eq!((bytes.clone(), order.clone()), written(0));
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.is_sorted() && lines.len() == 500 && order.len() == 500);
        for (line, number) in lines.iter().zip(order) {
            assert_eq!(**line, format!("{:04}", number * 7_919 % 997));
        }
    }

    #[test]
    fn a_row_without_an_end_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut last = Last::new(Some(folder.path()), usize::MAX);
        let mut rows = LastRows::default();
        for (number, text) in ["b", "a\n"].into_iter().enumerate() {
            let start = rows.begin();
            rows.room().extend_from_slice(text.as_bytes());
            rows.end(start, 1, number as u64);
        }
        last.add(rows).unwrap();
        let mut out = Vec::new();
        assert_eq!(last.write(&mut out).unwrap(), [1, 0]);
        assert_eq!(out, b"a\nb\n");
    }
}

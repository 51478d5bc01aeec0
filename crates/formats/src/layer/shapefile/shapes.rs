//! The file of shapes: a head, and records of a length and a shape.
//!
//! Source: ESRI Shapefile Technical Description (1998).

use std::io::{self, BufReader, Read};

use reedbed_core::place::Point;

use super::super::geometry::Geometry;
use super::super::reference::{Fault, Way};
use super::rings;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Bytes, Source};

/// The shapes of a file, from the first on.
pub(super) struct Shapes {
    name: String,
    bytes: BufReader<Bytes>,
    /// Bytes that are still to come.
    left: u64,
    kind: u32,
    /// The record that was read last.
    record: Vec<u8>,
    limits: Limits,
}

impl Shapes {
    /// Reads the head.
    pub(super) fn open(source: &Source, name: &str, limits: &Limits) -> Result<Self, FormatError> {
        let refused = |reason: &str| FormatError::Document {
            name: name.to_owned(),
            reason: reason.to_owned(),
        };
        let mut bytes = BufReader::with_capacity(1 << 16, source.open(limits)?);
        let mut head = [0; 100];
        bytes.read_exact(&mut head).map_err(|cause| source::failed(name, cause))?;
        let number = |at: usize| head.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied();
        let (code, words) = (number(0).map(u32::from_be_bytes), number(24).map(u32::from_be_bytes));
        let kind = number(32).map(u32::from_le_bytes).unwrap_or_default();
        if code != Some(9994) {
            return Err(refused("it is no file of shapes"));
        }
        let length = u64::from(words.unwrap_or_default()) * 2;
        if source.byte_len().is_some_and(|found| found != length) || length < 100 {
            return Err(refused("it is not as long as it says; it may be cut off"));
        }
        match kind {
            0 | 1 | 3 | 5 | 8 | 11 | 13 | 15 | 18 | 21 | 23 | 25 | 28 => {}
            31 => return Err(refused("it has surfaces in space (MultiPatch), which are not read")),
            _ => return Err(refused("its shapes are of a type that is none")),
        }
        let record = Vec::new();
        let limits = *limits;
        Ok(Self { name: name.to_owned(), bytes, left: length - 100, kind, record, limits })
    }

    /// Reads a record; nothing at the end.
    pub(super) fn next_record(&mut self) -> Result<Option<()>, FormatError> {
        if self.left == 0 {
            return Ok(None);
        }
        let failed = |cause| source::failed(&self.name, cause);
        let mut head = [0; 8];
        self.bytes.read_exact(&mut head).map_err(failed)?;
        let [_, _, _, _, a, b, c, d] = head;
        let length = u64::from(u32::from_be_bytes([a, b, c, d])) * 2;
        if length > self.limits.feature_bytes {
            let limit = self.limits.feature_bytes;
            let unit = "bytes in one shape";
            return Err(FormatError::TooLarge { name: self.name.clone(), limit, unit });
        }
        self.left = self
            .left
            .checked_sub(8 + length)
            .ok_or_else(|| failed(io::ErrorKind::UnexpectedEof.into()))?;
        self.record.clear();
        let read = (&mut self.bytes).take(length).read_to_end(&mut self.record);
        if read.map_err(failed)? as u64 != length {
            return Err(failed(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Some(()))
    }

    /// The geometry of the record that was read last.
    pub(super) fn geometry(&self, way: Way) -> Result<Option<Geometry>, Fault> {
        let mut reader = Reader { rest: &self.record };
        let kind = reader.number()?;
        if kind == 0 {
            return Ok(None);
        }
        if kind != self.kind {
            return Err(Fault::new("has a shape of another type than its file"));
        }
        Ok(Some(match kind % 10 {
            1 => {
                let (x, y) = reader.pair()?;
                Geometry::Point(Some(way.point(x, y)?))
            }
            8 => {
                reader.skip_box()?;
                let count = reader.count(16)?;
                let points = (0..count).map(|_| reader.pair()).collect::<Result<Vec<_>, _>>()?;
                Geometry::MultiPoint(converted(&points, way)?)
            }
            3 => lines(&reader.paths()?, way)?,
            _ => rings::polygons(reader.paths()?, way)?,
        }))
    }
}

fn lines(paths: &[Vec<(f64, f64)>], way: Way) -> Result<Geometry, Fault> {
    let mut lines = paths.iter().map(|path| converted(path, way)).collect::<Result<Vec<_>, _>>()?;
    Ok(match (lines.pop(), lines.is_empty()) {
        (Some(only), true) => Geometry::LineString(only),
        (last, _) => {
            lines.extend(last);
            Geometry::MultiLineString(lines)
        }
    })
}

pub(super) fn converted(path: &[(f64, f64)], way: Way) -> Result<Vec<Point>, Fault> {
    path.iter().map(|(x, y)| way.point(*x, *y)).collect()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// The parts of a line or polygon; heights and measures stand behind them and are left.
    fn paths(&mut self) -> Result<Vec<Vec<(f64, f64)>>, Fault> {
        self.skip_box()?;
        let parts = self.count(4)?;
        let points = self.number()? as usize;
        let mut starts = (0..parts)
            .map(|_| self.number().map(|start| start as usize))
            .collect::<Result<Vec<_>, _>>()?;
        if points > self.rest.len() / 16 {
            return Err(cut_off());
        }
        let unfit = || Fault::new("has parts that do not fit its points");
        if starts.first().is_some_and(|start| *start != 0) || (starts.is_empty() && points > 0) {
            return Err(unfit());
        }
        starts.push(points);
        let mut paths = Vec::with_capacity(parts);
        for (start, end) in starts.iter().zip(starts.iter().skip(1)) {
            let length = end.checked_sub(*start).ok_or_else(unfit)?;
            paths.push((0..length).map(|_| self.pair()).collect::<Result<_, _>>()?);
        }
        Ok(paths)
    }

    fn skip_box(&mut self) -> Result<(), Fault> {
        self.take::<32>().map(|_| ())
    }

    /// A count of things, each of which takes some bytes that must be there.
    fn count(&mut self, each: usize) -> Result<usize, Fault> {
        // Behind the number of parts stands that of points, which is no part.
        let count = self.number()? as usize;
        if count > self.rest.len() / each { Err(cut_off()) } else { Ok(count) }
    }

    fn number(&mut self) -> Result<u32, Fault> {
        self.take().map(u32::from_le_bytes)
    }

    fn pair(&mut self) -> Result<(f64, f64), Fault> {
        let x = self.take().map(f64::from_le_bytes)?;
        let y = self.take().map(f64::from_le_bytes)?;
        Ok((x, y))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(*bytes)
    }
}

fn cut_off() -> Fault {
    Fault::new("has a shape that is cut off")
}

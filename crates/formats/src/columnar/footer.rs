//! The end of a Parquet file, looked at before a reader follows it: that reader calls itself once
//! for each level of the columns.
//!
//! Source: Apache Thrift, compact protocol; parquet.thrift, `FileMetaData` and `SchemaElement`.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, failed, shown};

/// Checks that a file is whole, not encrypted, and nested no deeper than allowed.
pub(super) fn check(path: &Path, limits: &Limits) -> Result<(), FormatError> {
    let name = shown(path);
    let cut_off = || failed(&name, std::io::ErrorKind::UnexpectedEof.into());
    let refused =
        |reason: &str| FormatError::Unsupported { name: shown(path), reason: reason.to_owned() };
    let broken = |cause| failed(&shown(path), cause);
    let mut file = source::open(path)?;
    let size = file.metadata().map_err(broken)?.len();
    let tail = size.checked_sub(8).filter(|tail| *tail >= 4).ok_or_else(cut_off)?;
    file.seek(SeekFrom::Start(tail)).map_err(broken)?;
    let mut end = [0; 8];
    file.read_exact(&mut end).map_err(broken)?;
    let [a, b, c, d, magic @ ..] = end;
    match &magic {
        b"PAR1" => {}
        b"PARE" => return Err(refused(ENCRYPTED)),
        _ => return Err(cut_off()),
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    // Decoded it takes several times its size.
    let limit = limits.held_bytes / 8;
    if length > limit {
        return Err(FormatError::TooLarge { name, limit, unit: "bytes of description" });
    }
    let begin = tail.checked_sub(length).ok_or_else(cut_off)?;
    file.seek(SeekFrom::Start(begin)).map_err(broken)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(broken)?;
    match describe(&bytes) {
        None => Err(cut_off()),
        Some(Described { is_encrypted: true, .. }) => Err(refused(ENCRYPTED)),
        Some(Described { depth, .. }) if depth > limits.depth => {
            Err(refused("its columns are nested too deeply"))
        }
        Some(_) => Ok(()),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Described {
    depth: usize,
    is_encrypted: bool,
}

fn describe(bytes: &[u8]) -> Option<Described> {
    let mut compact = Compact { bytes };
    let mut described = Described::default();
    let mut id = 0;
    while let Some(kind) = compact.field(&mut id)? {
        match (id, kind) {
            (2, LIST) => described.depth = schema_depth(&mut compact)?,
            (8, STRUCT) => {
                described.is_encrypted = true;
                return Some(described);
            }
            _ => compact.skip(kind, DEEPEST)?,
        }
    }
    Some(described)
}

/// The levels of the columns, from the children that each element of the flat list has.
fn schema_depth(compact: &mut Compact<'_>) -> Option<usize> {
    let (count, _) = compact.list()?;
    let mut open: Vec<u64> = Vec::new();
    let mut deepest = 0;
    for _ in 0..count {
        let (mut id, mut children) = (0, 0);
        while let Some(kind) = compact.field(&mut id)? {
            match (id, kind) {
                (5, 5) => children = compact.signed()?.max(0).unsigned_abs(),
                _ => compact.skip(kind, DEEPEST)?,
            }
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        open.push(children);
        deepest = deepest.max(open.len());
    }
    Some(deepest)
}

/// A walk over the compact protocol.
struct Compact<'a> {
    bytes: &'a [u8],
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The kind of the next field of a structure, whose number goes to `id`; nothing at its end.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *id = match head >> 4 {
            0 => self.signed()?,
            step => id.checked_add(i64::from(step))?,
        };
        Some(Some(head & 0x0f))
    }

    /// How many elements a list has, and of what kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.number()?,
            count => u64::from(count),
        };
        Some((count, head & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // True and false are kinds of their own and have no byte.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.number().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            LIST | 10 => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    if matches!(kind, 1 | 2) { self.pass(1)? } else { self.skip(kind, depth)? }
                }
                Some(())
            }
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.skip(kinds >> 4, depth)?;
                    self.skip(kinds & 0x0f, depth)?;
                }
                Some(())
            }
            STRUCT => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth)?;
                }
                Some(())
            }
            _ => None,
        }
    }
}

const ENCRYPTED: &str = "it is encrypted";
const LIST: u8 = 9;
const STRUCT: u8 = 12;
/// Structures in structures; the format has fewer.
const DEEPEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of elements that each have one child but the last.
    fn chain(levels: u8) -> Vec<u8> {
        let mut bytes = vec![0x15, 2, 0x19, 0xfc, levels];
        for level in 1..=levels {
            bytes.extend([0x48, 1, b'a']);
            if level < levels {
                bytes.extend([0x15, 2]);
            }
            bytes.push(0);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn levels_are_counted_without_calling_oneself() {
        assert_eq!(describe(&chain(3)), Some(Described { depth: 3, is_encrypted: false }));
        assert_eq!(describe(&chain(100)).unwrap().depth, 100);
        let siblings = [0x19, 0x3c, 0x55, 4, 0, 0x48, 1, b'a', 0, 0x48, 1, b'b', 0, 0];
        let mut bytes = vec![0x15, 2];
        bytes.extend(siblings);
        assert_eq!(describe(&bytes).unwrap().depth, 2);
    }

    #[test]
    fn what_is_cut_off_or_endless_is_none() {
        let whole = chain(20);
        for end in 0..whole.len() {
            assert_eq!(describe(&whole[..end]), None, "{end}");
        }
        // Lists in lists in lists.
        assert_eq!(describe(&[0x19; 100]), None);
        // A list of four thousand million values without a byte behind it.
        assert_eq!(describe(&[0x39, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f]), None);
    }

    #[test]
    fn an_algorithm_of_encryption_is_seen() {
        assert!(describe(&[0x15, 2, 0x7c, 0, 0]).unwrap().is_encrypted);
    }
}

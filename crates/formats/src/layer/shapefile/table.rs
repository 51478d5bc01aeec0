//! The table of a shapefile, in the format of dBase.

use std::io::{self, BufReader, Read};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use reedbed_core::period::Day;

use super::super::reference::Fault;
use super::super::value::{Property, PropertyType, Value};
use crate::encoding;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, Bytes, Source};

/// A table: its columns, and how its texts are written.
#[derive(Debug)]
pub(super) struct Table {
    name: String,
    source: Source,
    columns: Vec<Column>,
    /// Bytes of the head, and of a row with the mark of deletion.
    head: u64,
    row: usize,
    rows: u32,
    /// Nothing for a character set that is not known; then ASCII alone is read.
    encoding: Option<&'static Encoding>,
}

#[derive(Debug)]
struct Column {
    property: Property,
    letter: u8,
    length: usize,
}

impl Table {
    /// Reads the head.
    pub(super) fn open(
        name: &str,
        source: Source,
        character_set: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, FormatError> {
        let failed = |cause| source::failed(name, cause);
        let refused = |reason: &str| FormatError::Document {
            name: name.to_owned(),
            reason: reason.to_owned(),
        };
        let mut bytes = source.open(limits)?;
        let mut start = [0; 32];
        bytes.read_exact(&mut start).map_err(failed)?;
        let [_, _, _, _, n0, n1, n2, n3, h0, h1, r0, r1, ..] = start;
        let head = u16::from_le_bytes([h0, h1]);
        let row = usize::from(u16::from_le_bytes([r0, r1]));
        let mut fields = vec![0; usize::from(head).saturating_sub(32)];
        bytes.read_exact(&mut fields).map_err(failed)?;
        let mut raw_columns = Vec::new();
        let (descriptors, _) = fields.as_chunks::<32>();
        for field in descriptors.iter().take_while(|field| field.first() != Some(&END_OF_HEAD)) {
            raw_columns.push(*field);
        }
        let sampled = {
            let mut sample = Vec::new();
            bytes.take(SAMPLE).read_to_end(&mut sample).map_err(failed)?;
            sample
        };
        let driver = start.get(29).copied().unwrap_or_default();
        let encoding = match character_set.map(str::trim).filter(|label| !label.is_empty()) {
            Some(label) => of_label(label),
            None => of_driver(driver, &sampled),
        };
        let columns = raw_columns.iter().map(|field| column(field, encoding)).collect::<Vec<_>>();
        let length: usize = columns.iter().map(|column| column.length).sum();
        if columns.is_empty() || row != length + 1 {
            return Err(refused("its rows are not as long as its columns together"));
        }
        let rows = u32::from_le_bytes([n0, n1, n2, n3]);
        let head = u64::from(head);
        Ok(Self { name: name.to_owned(), source, columns, head, row, rows, encoding })
    }

    pub(super) fn properties(&self) -> Vec<Property> {
        self.columns.iter().map(|column| column.property.clone()).collect()
    }

    /// Reads the rows from the first on.
    pub(super) fn rows(&self, limits: &Limits) -> Result<Rows, FormatError> {
        let mut bytes = BufReader::with_capacity(1 << 16, self.source.open(limits)?);
        io::copy(&mut (&mut bytes).take(self.head), &mut io::sink())
            .map_err(|cause| source::failed(&self.name, cause))?;
        Ok(Rows {
            name: self.name.clone(),
            bytes,
            columns: self.columns.iter().map(|one| (one.letter, one.length)).collect(),
            kinds: self.columns.iter().map(|one| one.property.kind).collect(),
            row: vec![0; self.row],
            left: self.rows,
            encoding: self.encoding,
        })
    }
}

fn column(field: &[u8; 32], encoding: Option<&'static Encoding>) -> Column {
    let [name @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = field;
    let letter = field.get(11).copied().unwrap_or_default();
    let length = usize::from(field.get(16).copied().unwrap_or_default());
    let decimals = usize::from(field.get(17).copied().unwrap_or_default());
    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let (name, _) = encoding.unwrap_or(WINDOWS_1252).decode_without_bom_handling(name);
    // Long texts put the upper part of their length where numbers have their decimals.
    let length = if letter == b'C' { length + (decimals << 8) } else { length };
    let kind = match letter {
        b'C' => PropertyType::Text,
        b'D' => PropertyType::Date,
        b'B' if length == 8 => PropertyType::Real,
        b'F' => PropertyType::Real,
        b'I' => PropertyType::Integer,
        b'L' => PropertyType::Boolean,
        b'N' if decimals == 0 => PropertyType::Integer,
        b'N' => PropertyType::Real,
        _ => PropertyType::Other,
    };
    Column { property: Property { name: name.trim().to_owned(), kind }, letter, length }
}

/// The rows of a table.
pub(super) struct Rows {
    name: String,
    bytes: BufReader<Bytes>,
    columns: Vec<(u8, usize)>,
    kinds: Vec<PropertyType>,
    row: Vec<u8>,
    left: u32,
    encoding: Option<&'static Encoding>,
}

/// What a row says: nothing where it is marked as deleted.
type Values = Option<Result<Vec<Value>, Fault>>;

impl Rows {
    /// Reads a row; nothing at the end.
    pub(super) fn next_row(&mut self) -> Result<Option<Values>, FormatError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let failed = |cause| source::failed(&self.name, cause);
        self.bytes.read_exact(&mut self.row).map_err(failed)?;
        match self.row.split_first() {
            Some((b'*', _)) => Ok(Some(None)),
            Some((b' ', rest)) => Ok(Some(Some(self.values(rest)))),
            _ => Err(failed(io::ErrorKind::InvalidData.into())),
        }
    }

    fn values(&self, mut rest: &[u8]) -> Result<Vec<Value>, Fault> {
        let mut values = Vec::with_capacity(self.columns.len());
        for ((letter, length), kind) in self.columns.iter().zip(&self.kinds) {
            let (cell, others) = rest.split_at_checked(*length).unwrap_or((rest, &[]));
            rest = others;
            values.push(self.value(cell, *letter, *kind)?);
        }
        Ok(values)
    }

    fn value(&self, cell: &[u8], letter: u8, kind: PropertyType) -> Result<Value, Fault> {
        match (letter, cell) {
            (b'I', &[a, b, c, d]) => {
                return Ok(Value::Integer(i32::from_le_bytes([a, b, c, d]).into()));
            }
            (b'B', &[a, b, c, d, e, f, g, h]) => {
                return Ok(Value::Real(f64::from_le_bytes([a, b, c, d, e, f, g, h])));
            }
            (b'C' | b'D' | b'F' | b'L' | b'N', _) => {}
            _ => return Ok(Value::Bytes(cell.to_vec())),
        }
        let end = cell.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |at| at + 1);
        let cell = cell.get(..end).unwrap_or(cell);
        let text = self.text(cell)?;
        // Leading spaces are part of a text and of nothing else.
        let plain = text.trim();
        let is_absent = plain.is_empty()
            || (letter != b'C' && plain.bytes().all(|byte| byte == b'*'))
            || (letter == b'L' && plain == "?")
            || (letter == b'D' && plain == "00000000");
        if is_absent {
            return Ok(Value::Null);
        }
        let read = match (letter, kind) {
            (b'N' | b'F', _) => number(plain, kind),
            (b'L', _) => match plain {
                "T" | "t" | "Y" | "y" => Some(Value::Boolean(true)),
                "F" | "f" | "N" | "n" => Some(Value::Boolean(false)),
                _ => None,
            },
            (b'D', _) => day(plain).map(Value::Date),
            _ => None,
        };
        Ok(read.unwrap_or(Value::Text(text)))
    }

    fn text(&self, cell: &[u8]) -> Result<String, Fault> {
        let unknown = || Fault::new("has a text in a character set that is not known");
        let unfit = || Fault::new("has a text that does not fit the character set of its table");
        let Some(encoding) = self.encoding else {
            return if cell.is_ascii() {
                Ok(String::from_utf8_lossy(cell).into_owned())
            } else {
                Err(unknown())
            };
        };
        let text = encoding.decode_without_bom_handling_and_without_replacement(cell);
        text.map(std::borrow::Cow::into_owned).ok_or_else(unfit)
    }
}

fn number(text: &str, kind: PropertyType) -> Option<Value> {
    if kind == PropertyType::Integer
        && let Ok(whole) = text.parse()
    {
        return Some(Value::Integer(whole));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Real)
}

fn day(text: &str) -> Option<Day> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from, to| text.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let (month, day) = (u8::try_from(part(4, 6)?).ok()?, u8::try_from(part(6, 8)?).ok()?);
    Day::new(part(0, 4)?, month, day)
}

/// The character set that a `.cpg` file names: `UTF-8`, `ISO-8859-1`, `ISO88591`, `1252`,
/// `ANSI 1252`, `CP1252`, `65001`.
fn of_label(label: &str) -> Option<&'static Encoding> {
    if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
        return Some(encoding);
    }
    let digits: String = label.chars().filter(char::is_ascii_digit).collect();
    if label.to_ascii_uppercase().starts_with("OEM") {
        return None;
    }
    let known = match digits.as_str() {
        "65001" => "utf-8",
        "936" => "gbk",
        "949" => "euc-kr",
        "950" => "big5",
        "932" => "shift_jis",
        "866" => "ibm866",
        _ => "",
    };
    let part = digits.strip_prefix("8859").map(|part| format!("iso-8859-{part}"));
    [Some(known.to_owned()), part, Some(format!("windows-{digits}"))]
        .into_iter()
        .flatten()
        .find_map(|label| Encoding::for_label(label.as_bytes()))
}

/// The character set that a number in the head stands for; where it says nothing, it is guessed as
/// that of any table.
fn of_driver(driver: u8, sample: &[u8]) -> Option<&'static Encoding> {
    let label = match driver {
        0x00 | 0x57 => return Some(encoding::detect(&readable(sample)).encoding),
        0x03 | 0x58 | 0x59 => return Some(WINDOWS_1252),
        0x13 | 0x7b => "shift_jis",
        0x26 | 0x65 => "ibm866",
        0x4d | 0x7a => "gbk",
        0x4e | 0x79 => "euc-kr",
        0x4f | 0x78 => "big5",
        0x50 | 0x7c => "windows-874",
        0x7d => "windows-1255",
        0x7e => "windows-1256",
        0xc8 => "windows-1250",
        0xc9 => "windows-1251",
        0xca => "windows-1254",
        0xcb => "windows-1253",
        0xcc => "windows-1257",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// A sample without zeros, which would pass for UTF-16.
fn readable(sample: &[u8]) -> Vec<u8> {
    let bytes: Vec<u8> = sample.iter().copied().filter(|byte| *byte != 0).collect();
    if bytes.is_empty() { UTF_8.name().as_bytes().to_vec() } else { bytes }
}

const END_OF_HEAD: u8 = 0x0d;
/// Bytes that are looked at to guess a character set.
const SAMPLE: u64 = 1 << 20;

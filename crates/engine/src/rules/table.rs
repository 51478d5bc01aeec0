//! A rule list as headings and rows: character set, delimiter, quotation marks.

use encoding_rs::{UTF_8, WINDOWS_1252};
use reedbed_core::rule::list::{Column, Mapping, Role};

/// A list cut into cells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    /// Rows with the line that each begins on.
    pub(super) rows: Vec<(u64, Vec<String>)>,
}

/// Why a file is no table of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetFault {
    /// The file is empty.
    #[error("it is empty")]
    Empty,
    /// A cell goes on over lines that look like rules.
    #[error(
        "a cell that begins on line {line} goes on over the next lines; a quotation mark is missing or \
         one too many, and rules would be lost"
    )]
    LinesInCell {
        /// The line.
        line: u64,
    },
    /// None of the headings is known.
    #[error(
        "this looks like a table of something else, not a rule list: none of its headings is known"
    )]
    NoKnownHeading,
    /// Hardly any heading is a list's, and none says what follows.
    #[error(
        "this looks like a table of records, not a rule list: {unknown} of its {headings} headings \
         are not known and none says how sensitive a line is"
    )]
    Records {
        /// Headings that are no column of a list.
        unknown: usize,
        /// All of its headings.
        headings: usize,
    },
    /// It is no text.
    #[error("it is no text")]
    NoText,
    /// There are more lines than a list can have.
    #[error("it has more than {limit} lines")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
}

impl SheetFault {
    /// Whether the file is a sound table, but not one of rules.
    pub(super) fn is_of_another_kind(&self) -> bool {
        matches!(self, Self::NoKnownHeading | Self::Records { .. })
    }
}

impl Sheet {
    /// Reads UTF-8 or UTF-16 with a byte-order mark, UTF-8, else Windows-1252; commas, semicolons,
    /// tabs or bars, whichever gives the most headings that are known.
    pub(super) fn read(bytes: &[u8], mapping: &Mapping) -> Result<Self, SheetFault> {
        let text = decode(bytes);
        if text.contains('\0') {
            return Err(SheetFault::NoText);
        }
        // Old spreadsheets end lines with a carriage return alone.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.trim().is_empty() {
            return Err(SheetFault::Empty);
        }
        let known = |delimiter: u8| {
            let headings = cut(&text, delimiter).next().unwrap_or_default().1;
            headings.iter().filter(|heading| mapping.knows(heading)).count()
        };
        let (delimiter, count) = DELIMITERS
            .into_iter()
            .map(|delimiter| (delimiter, known(delimiter)))
            .rev()
            .max_by_key(|(_, count)| *count)
            .unwrap_or((b',', 0));
        if count == 0 {
            return Err(SheetFault::NoKnownHeading);
        }
        let mut records = cut(&text, delimiter);
        let headings = records.next().unwrap_or_default().1;
        if mapping.is_of_records(&headings) {
            let named = headings.iter().filter(|heading| !heading.trim().is_empty());
            let unknown = named.clone().filter(|heading| !mapping.knows(heading)).count();
            return Err(SheetFault::Records { unknown, headings: named.count() });
        }
        let mut rows = Vec::new();
        for (line, cells) in records {
            check_lines(line, &cells, &headings, delimiter, mapping)?;
            if rows.len() == MOST_ROWS {
                return Err(SheetFault::TooManyRows { limit: MOST_ROWS });
            }
            rows.push((line, cells));
        }
        Ok(Self { headings, rows })
    }
}

fn decode(bytes: &[u8]) -> String {
    // A byte-order mark goes before everything.
    let (text, _, has_faults) = UTF_8.decode(bytes);
    if has_faults { WINDOWS_1252.decode(bytes).0.into_owned() } else { text.into_owned() }
}

/// The rows with the line that each begins on; lines without anything are no rows.
fn cut(text: &str, delimiter: u8) -> impl Iterator<Item = (u64, Vec<String>)> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut line = 1;
    let mut rest = text;
    // Reading text from memory into flexible records cannot fail.
    reader.into_records().filter_map(Result::ok).map(move |record| {
        // The position is where the last row ended, before any blank lines.
        let at =
            record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let done = text.len() - rest.len();
        let blank =
            text.get(at..).unwrap_or_default().bytes().take_while(|byte| *byte == b'\n').count();
        let (passed, ahead) =
            rest.split_at_checked((at + blank).saturating_sub(done)).unwrap_or(("", rest));
        line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        rest = ahead;
        (line, record.iter().map(str::to_owned).collect())
    })
}

/// A line break within a cell is a remark's; anywhere else a quotation mark has swallowed rules.
fn check_lines(
    line: u64,
    cells: &[String],
    headings: &[String],
    delimiter: u8,
    mapping: &Mapping,
) -> Result<(), SheetFault> {
    for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.contains('\n')) {
        let column = headings.get(index).and_then(|heading| mapping.column(heading));
        let is_remark = column.is_some_and(|column| {
            column.role() == Role::Note && matches!(column, Column::Remarks | Column::Citation)
        });
        let looks_like_rows = cell.lines().skip(1).any(|inner| {
            inner.bytes().filter(|byte| *byte == delimiter).count() + 1 >= headings.len().max(2)
        });
        if !is_remark || looks_like_rows {
            return Err(SheetFault::LinesInCell { line });
        }
    }
    Ok(())
}

/// In the order of preference where several would do.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The largest lists in use have some thousand.
const MOST_ROWS: usize = 1_000_000;

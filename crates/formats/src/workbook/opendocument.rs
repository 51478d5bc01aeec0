//! Workbooks of the OpenDocument family (.ods), read element by element: rows that are repeated a
//! million times, as these files have them, are never built.

use std::io::{self, BufReader};
use std::path::Path;

use super::{Content, FoundSheet, Sheet};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::number::shortest;
use crate::made::rows::{MOST_ROWS, RowSink, SheetRows};
use crate::source::{Source, failed, shown};
use crate::xml::{self, Attributes, Flow, Node};

/// Lists the sheets.
pub(super) fn sheets(
    path: &Path,
    content: &Source,
    limits: &Limits,
) -> Result<Vec<FoundSheet>, FormatError> {
    let mut found: Vec<FoundSheet> = Vec::new();
    let mut hidden_styles = Vec::new();
    let mut style = String::new();
    let mut cells = Cells::default();
    let visit = |_: &[String], node: Node<'_>| {
        match node {
            Node::Start("style", attributes) => {
                attributes.value("name").unwrap_or("").clone_into(&mut style);
            }
            Node::Start("table-properties", attributes)
                if attributes.value("display") == Some("false") =>
            {
                hidden_styles.push(style.clone());
            }
            Node::Start("table", attributes) if !cells.is_inside() => {
                let name = attributes.value("name").unwrap_or("").to_owned();
                let style = attributes.value("style-name").unwrap_or("");
                found.push(FoundSheet {
                    sheet: Sheet {
                        workbook: path.to_owned(),
                        name,
                        content: Content::OpenDocument {
                            content: Box::new(content.clone()),
                            nth: found.len(),
                        },
                    },
                    is_hidden: hidden_styles.iter().any(|hidden| hidden == style),
                    has_cells: false,
                    merged: 0,
                });
            }
            Node::Start("table-cell", attributes) => {
                let spans = |name| attributes.value(name).is_some_and(|count| count != "1");
                let is_merged = spans("number-columns-spanned") || spans("number-rows-spanned");
                if let Some(sheet) = found.last_mut().filter(|_| is_merged) {
                    sheet.merged += 1;
                }
            }
            _ => {}
        }
        let has_value = cells.meet(&node, &mut |_, _, _| Ok(()))?;
        if let Some(sheet) = found.last_mut() {
            sheet.has_cells |= has_value;
        }
        Ok(Flow::Go)
    };
    let bytes = BufReader::with_capacity(BUFFER, content.open(limits)?);
    xml::walk_stream(bytes, limits, visit).map_err(|cause| failed(&shown(path), cause))?;
    Ok(found)
}

/// Writes the rows of a sheet.
pub(super) fn write(
    content: &Source,
    nth: usize,
    rows: &mut RowSink,
    limits: &Limits,
) -> io::Result<()> {
    let bytes = BufReader::with_capacity(BUFFER, content.open(limits).map_err(io::Error::other)?);
    let mut rows = SheetRows::new(rows, limits.columns, limits.row_bytes);
    let mut cells = Cells::default();
    xml::walk_stream(bytes, limits, |_, node| {
        cells.meet(&node, &mut |sheet, row, values| {
            if sheet != nth {
                return Ok(());
            }
            for copy in 0..row.count {
                for (column, value) in values {
                    rows.cell(row.number.saturating_add(copy), *column, value)?;
                }
            }
            Ok(())
        })?;
        // What stands behind the sheet does not matter.
        Ok(if cells.sheets_ended > nth { Flow::Stop } else { Flow::Go })
    })?;
    rows.finish()
}

/// A row, and how often it stands there.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    number: u32,
    count: u32,
}

/// The cells of all sheets, as a walk meets them.
#[derive(Debug, Default)]
struct Cells {
    /// Open tables; tables may stand in cells, and those are none of ours.
    depth: usize,
    sheets_ended: usize,
    row: Row,
    column: usize,
    values: Vec<(usize, String)>,
    cell: Option<Cell>,
    /// Open elements in the cell whose text is not its own: remarks and drawings.
    aside: usize,
}

/// A cell on its way.
#[derive(Debug, Default)]
struct Cell {
    columns: usize,
    /// What stands for it, where its attributes say so.
    value: Option<String>,
    text: String,
    paragraphs: usize,
    is_in_paragraph: bool,
    is_covered: bool,
}

type Visit<'v> = &'v mut dyn FnMut(usize, Row, &[(usize, String)]) -> io::Result<()>;

impl Cells {
    fn is_inside(&self) -> bool {
        self.depth > 0
    }

    /// Takes a node in; tells each row that has values when it ends. Returns whether it did.
    fn meet(&mut self, node: &Node<'_>, visit: Visit<'_>) -> io::Result<bool> {
        match node {
            Node::Start("table", _) => self.depth += 1,
            Node::End("table") => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.sheets_ended += 1;
                    self.row = Row::default();
                }
            }
            _ if self.depth != 1 => {}
            Node::Start("table-row", attributes) => {
                self.row.count = repeated(attributes, "number-rows-repeated", MOST_ROWS);
                self.column = 0;
            }
            Node::End("table-row") => {
                let has_values = !self.values.is_empty();
                if has_values {
                    visit(self.sheets_ended, self.row, &self.values)?;
                    self.values.clear();
                }
                self.row.number = self.row.number.saturating_add(self.row.count);
                return Ok(has_values);
            }
            Node::Start("table-cell", attributes) => self.cell = Some(Cell::of(attributes, false)),
            Node::Start("covered-table-cell", attributes) => {
                self.cell = Some(Cell::of(attributes, true));
            }
            Node::End("table-cell" | "covered-table-cell") => self.end_cell()?,
            _ => {
                if let Some(cell) = &mut self.cell {
                    match node {
                        Node::Start("annotation" | "frame" | "shapes", _) => self.aside += 1,
                        Node::End("annotation" | "frame" | "shapes") => {
                            self.aside = self.aside.saturating_sub(1);
                        }
                        _ if self.aside == 0 => cell.meet(node),
                        _ => {}
                    }
                }
            }
        }
        Ok(false)
    }

    fn end_cell(&mut self) -> io::Result<()> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        self.aside = 0;
        let text = cell.value.unwrap_or(cell.text);
        let end = self.column.saturating_add(cell.columns);
        if !text.is_empty() && !cell.is_covered {
            let bytes = text.len().saturating_mul(cell.columns);
            if end > MOST_COLUMNS || bytes > MOST_REPEATED {
                let what = "a cell is repeated more often than a sheet is wide";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            self.values.extend((self.column..end).map(|column| (column, text.clone())));
        }
        self.column = end;
        Ok(())
    }
}

impl Cell {
    /// Source: OpenDocument 1.3 part 3, section 19.389 (office:value-type and what goes with it).
    fn of(attributes: &Attributes, is_covered: bool) -> Self {
        let value = match attributes.value("value-type").unwrap_or("") {
            "boolean" => attributes.value("boolean-value").map(str::to_owned),
            "currency" | "float" | "percentage" => attributes.value("value").map(number),
            "date" => attributes.value("date-value").map(moment),
            // LibreOffice gives an error an empty value, and says what it is in the text.
            "string" => {
                attributes.value("string-value").filter(|text| !text.is_empty()).map(str::to_owned)
            }
            "time" => attributes.value("time-value").map(time),
            _ => None,
        };
        let columns = repeated(attributes, "number-columns-repeated", u32::MAX);
        let columns = usize::try_from(columns).unwrap_or(usize::MAX);
        Self { columns, value, is_covered, ..Self::default() }
    }

    fn meet(&mut self, node: &Node<'_>) {
        match node {
            Node::Start("p", _) => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.is_in_paragraph = true;
            }
            Node::End("p") => self.is_in_paragraph = false,
            Node::Start("s", attributes) => {
                let count = repeated(attributes, "c", 1_024);
                self.text.extend((0..count).map(|_| ' '));
            }
            Node::Start("tab", _) => self.text.push('\t'),
            Node::Start("line-break", _) => self.text.push('\n'),
            Node::Text(text) if self.is_in_paragraph => {
                // Runs of white space in the file stand for one space.
                for c in text.chars() {
                    match c {
                        ' ' | '\t' | '\n' | '\r' if self.text.ends_with([' ', '\n']) => {}
                        ' ' | '\t' | '\n' | '\r' if self.text.is_empty() => {}
                        ' ' | '\t' | '\n' | '\r' => self.text.push(' '),
                        c => self.text.push(c),
                    }
                }
            }
            _ => {}
        }
    }
}

fn repeated(attributes: &Attributes, name: &str, most: u32) -> u32 {
    let count = attributes.value(name).map_or(Some(1), |count| count.parse::<u64>().ok());
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(most).min(most)
}

fn number(text: &str) -> String {
    text.parse().map_or_else(|_none| text.to_owned(), shortest)
}

/// Some programs write the decimals of a second though there are none.
fn moment(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|byte| byte == b'0') => whole.to_owned(),
        _ => text.to_owned(),
    }
}

/// Times of day are stored as lengths of time; one that is shorter than a day is taken for a time
/// of day, as it nearly always is.
fn time(text: &str) -> String {
    let read = || -> Option<String> {
        let rest = text.strip_prefix("PT")?;
        let (hours, rest) = rest.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = moment(&rest.strip_suffix('S')?.replace(',', "."));
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let (whole, decimals) = seconds.split_once('.').unwrap_or((&seconds, ""));
        let whole: u32 = whole.parse().ok()?;
        if hours > 23 || minutes > 59 || whole > 59 {
            return None;
        }
        let point = if decimals.is_empty() { "" } else { "." };
        Some(format!("{hours:02}:{minutes:02}:{whole:02}{point}{decimals}"))
    };
    read().unwrap_or_else(|| text.to_owned())
}

const BUFFER: usize = 1 << 16;
const MOST_COLUMNS: usize = 1 << 14;
/// Bytes that one cell may become by being repeated.
const MOST_REPEATED: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_below_a_day_are_times() {
        for (stored, text) in [
            ("PT06H30M00S", "06:30:00"),
            ("PT6H5M7.250S", "06:05:07.250"),
            ("PT23H59M59.000S", "23:59:59"),
            ("PT24H00M00S", "PT24H00M00S"),
            ("P1D", "P1D"),
            ("soon", "soon"),
        ] {
            assert_eq!(time(stored), text);
        }
    }

    #[test]
    fn decimals_that_say_nothing_are_left_out() {
        assert_eq!(moment("2021-05-14T06:30:00.000000000"), "2021-05-14T06:30:00");
        assert_eq!(moment("2021-05-14T06:30:00.5"), "2021-05-14T06:30:00.5");
        assert_eq!(number("52.10"), "52.1");
        assert_eq!(number("1E3"), "1000");
    }
}

//! Workbooks (.xlsx) with one sheet for each table.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::formula::begins_formula;
use super::{ContainerError, Finished, Row};
use crate::made::number::shortest;

/// Writes tables as a workbook, row after row: of the sheet that is being written, one row is held
/// in memory, and the finished rows lie in a file without a name until the end.
///
/// A cell is a number where the number gives back the very text, has at most 15 digits and no
/// exponent; everything else is text, days too, since a spreadsheet has no "May 2021" and no day
/// before 1900. No cell is a formula: what looks like one is a cell of text, which no spreadsheet
/// program computes, and is marked as a text that stays one when somebody edits it.
///
/// Shape: headings in the first row, in bold and fixed; sheets are named after the tables, as far
/// as a sheet may be named so.
///
/// Errors: [`ContainerError::TooLarge`] beyond 1,048,576 rows, 16,384 columns or 32,767 characters
/// in a cell.
pub fn write_workbook(
    tables: &[Finished<'_>],
    out: impl Write + Send,
) -> Result<(), ContainerError> {
    let mut workbook = Workbook::new();
    let begin = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&begin));
    let mut names = BTreeSet::new();
    for table in tables {
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        sheet.set_name(sheet_name(&table.name, &mut names)).map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        write_sheet(table, sheet)?;
    }
    workbook.save_to_writer(out).map_err(failed)
}

fn write_sheet(table: &Finished<'_>, sheet: &mut Worksheet) -> Result<(), ContainerError> {
    let too_large =
        |limit, what| ContainerError::TooLarge { table: table.name.clone(), limit, what };
    let formats =
        Formats { heading: Format::new().set_bold(), quoted: Format::new().set_quote_prefix() };
    table.visit(|nth, row| {
        let number = u32::try_from(nth).ok().filter(|number| *number < MOST_ROWS);
        let number = number.ok_or_else(|| too_large(MOST_ROWS.into(), "rows"))?;
        write_row(sheet, number, row, &formats).map_err(|why| match why {
            Unfit::Long => too_large(MOST_CHARACTERS as u64, "characters in a cell"),
            Unfit::Wide => too_large(MOST_COLUMNS.into(), "columns"),
            Unfit::Xlsx(error) => failed(error),
        })
    })
}

struct Formats {
    heading: Format,
    quoted: Format,
}

enum Unfit {
    Long,
    Wide,
    Xlsx(XlsxError),
}

fn write_row(
    sheet: &mut Worksheet,
    number: u32,
    row: Row<'_>,
    formats: &Formats,
) -> Result<(), Unfit> {
    let mut scratch = String::new();
    for index in 0..row.shape.columns {
        let text = row.value(index, &mut scratch);
        if text.is_empty() {
            continue;
        }
        let column = u16::try_from(index).ok().filter(|column| *column < MOST_COLUMNS);
        let column = column.ok_or(Unfit::Wide)?;
        if text.len() > MOST_CHARACTERS && text.encode_utf16().count() > MOST_CHARACTERS {
            return Err(Unfit::Long);
        }
        let written = match exact_number(text) {
            _ if number == 0 => sheet.write_string_with_format(0, column, text, &formats.heading),
            Some(value) => sheet.write_number(number, column, value),
            None if begins_formula(text) => {
                sheet.write_string_with_format(number, column, text, &formats.quoted)
            }
            None => sheet.write_string(number, column, text),
        };
        written.map_err(Unfit::Xlsx)?;
    }
    Ok(())
}

/// The number that gives back the very text.
fn exact_number(text: &str) -> Option<f64> {
    let are_plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'.'));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !are_plain || digits == 0 || digits > 15 {
        return None;
    }
    text.parse().ok().filter(|number| shortest(*number) == text)
}

/// A name that a sheet may have, and no other sheet has.
///
/// Source: Excel: at most 31 characters, none of `[]:*?/\`, no apostrophe at either end, not
/// `History`.
fn sheet_name(table: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |c: char| if "[]:*?/\\".contains(c) || c.is_control() { '_' } else { c };
    let plain: String = table.chars().map(safe).collect();
    let plain = plain.trim().trim_matches('\'').to_owned();
    let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") {
        format!("Table {plain}").trim().to_owned()
    } else {
        plain
    };
    let mut tries = 1;
    loop {
        let end = if tries == 1 { String::new() } else { format!(" ({tries})") };
        let name = shortened(&plain, 31 - end.len()) + &end;
        if taken.insert(name.to_lowercase()) {
            return name;
        }
        tries += 1;
    }
}

/// The beginning of a text, by the units in which Excel counts.
fn shortened(text: &str, most: usize) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= most
    };
    let short: String = text.chars().take_while(fits).collect();
    short.trim_end_matches('\'').to_owned()
}

fn failed(error: XlsxError) -> ContainerError {
    let cause = match error {
        XlsxError::IoError(cause) => cause,
        other => io::Error::other(other.to_string()),
    };
    ContainerError::Write { container: "workbook", cause }
}

const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u16 = 1 << 14;
const MOST_CHARACTERS: usize = 32_767;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_give_back_their_text_are_numbers() {
        for text in ["0", "12", "-4.5", "52.123456", "123456789012345"] {
            assert!(exact_number(text).is_some(), "{text}");
        }
        for text in [
            "",
            "007",
            "52.10",
            "1e5",
            "-0",
            "+1",
            "1234567890123456",
            ".5",
            "5.",
            "-",
            "1-2",
            "NaN",
            "inf",
        ] {
            assert_eq!(exact_number(text), None, "{text}");
        }
    }

    #[test]
    fn sheets_get_names_that_they_may_have() {
        let mut taken = BTreeSet::new();
        let mut name = |table: &str| sheet_name(table, &mut taken);
        assert_eq!(name("occurrence"), "occurrence");
        assert_eq!(name("Occurrence"), "Occurrence (2)");
        assert_eq!(name("a/b[c]"), "a_b_c_");
        assert_eq!(name("history"), "Table history");
        assert_eq!(name("''"), "Table");
        assert_eq!(name(&"ä".repeat(40)), "ä".repeat(31));
        assert_eq!(name(&"ä".repeat(40)), "ä".repeat(27) + " (2)");
        assert_eq!(name(&"🦆".repeat(40)), "🦆".repeat(15));
    }
}

//! Text that spreadsheet programs take for a formula, and CSV in which they do not.
//!
//! Source: OWASP, "CSV Injection": `=`, `+`, `-`, `@`, tab and carriage return begin what such
//! programs may run; so do the full-width forms of the first four.

use std::io::{self, Write};

use super::{ContainerError, Finished};
use crate::table::Terminator;

/// Writes a table as it is, with an apostrophe before each cell that a spreadsheet program would
/// take for a formula; negative numbers stay numbers. Tells how many cells got one.
///
/// The apostrophe is part of the cell for every other reader: this is for people who open CSV in a
/// spreadsheet program, and a choice, never the rule.
///
/// Shape: the bytes and the dialect of the table; cells that need no apostrophe are not touched.
///
/// Errors: [`ContainerError`] where a row is not sound or the output takes no more.
pub fn write_neutral_csv(
    table: &Finished<'_>,
    out: &mut impl Write,
) -> Result<u64, ContainerError> {
    let failed = |cause| ContainerError::Write { container: "table", cause };
    let dialect = table.dialect;
    let mut changed = 0;
    table.visit(|_, row| {
        let mut scratch = String::new();
        // A row may be shorter than the headings, and longer by empty cells.
        for index in 0..row.fields.len() {
            let raw = row.raw(index);
            let is_formula = begins_formula(row.value(index, &mut scratch));
            changed += u64::from(is_formula);
            let mut write = || -> io::Result<()> {
                if index > 0 {
                    out.write_all(&[dialect.delimiter])?;
                }
                match (is_formula, dialect.quote, raw) {
                    (true, Some(quote), [first, rest @ ..]) if *first == quote => {
                        out.write_all(&[quote, b'\''])?;
                        out.write_all(rest)
                    }
                    (true, _, raw) => {
                        out.write_all(b"'")?;
                        out.write_all(raw)
                    }
                    (false, _, raw) => out.write_all(raw),
                }
            };
            write().map_err(failed)?;
        }
        let end: &[u8] = if dialect.terminator == Terminator::CrLf { b"\r\n" } else { b"\n" };
        out.write_all(end).map_err(failed)
    })?;
    Ok(changed)
}

/// Whether a spreadsheet program may take a text for a formula. Numbers with a sign are none.
pub(super) fn begins_formula(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && !is_number(text)
}

/// A sign, digits, and digits behind a point or a comma.
fn is_number(text: &str) -> bool {
    let digits = text.trim_end_matches(' ').trim_start_matches(['-', '+']);
    let is_signed_once = text.len() - text.trim_start_matches(['-', '+']).len() <= 1;
    let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_signed_once && are_digits(whole) && are_digits(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers_and_names() {
        for text in [
            "=1+1", "+49 30 1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "--1", "-",
            "+-1", "-1e5", "-2.", "-A1",
        ] {
            assert!(begins_formula(text), "{text:?}");
        }
        for text in ["", "-4.5", "+12", "-0,5", "a=1", "'=1", " x"] {
            assert!(!begins_formula(text), "{text:?}");
        }
    }
}

//! The rows of every table, accounted for.

use reedbed_engine::summary::{Summary, TableSummary};

use super::markup::Page;
use super::{number, text};

/// How many tables do not add up.
pub(super) fn unbalanced(summary: &Summary) -> u64 {
    number::wide(summary.tables.iter().filter(|table| !Sides::of(table).balance()).count())
}

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("rows", text::ROWS, |page| {
        if summary.tables.is_empty() {
            page.paragraph(text::NO_TABLES);
            return;
        }
        page.begin_table("rows stacked", &text::ROWS_COLUMNS);
        for table in &summary.tables {
            row(page, table);
        }
        page.end_table().remark(text::ROWS_REMARK);
    });
}

fn row(page: &mut Page, table: &TableSummary) {
    let rows = &table.rows;
    page.begin_row().name(&table.file, LONGEST_FILE).raw("<small>");
    match text::role(table.role) {
        Some(role) => page.raw(role),
        None => page.name(table.role, LONGEST_FILE),
    };
    if let Some(protected) = text::protected_rows(rows.protected, rows.shared) {
        page.raw("; ").text(&protected);
    }
    page.raw("</small>").end_row_heading();
    let [_, read, added, written, withheld, rejected, _] = text::ROWS_UNITS;
    for (sign, value, unit) in [
        ("", rows.read, read),
        ("+", rows.added, added),
        ("=", rows.written, written),
        ("+", rows.withheld, withheld),
        ("+", rows.rejected, rejected),
    ] {
        page.raw("<td role=\"cell\" class=\"count\"><i>").raw(sign).raw("</i> ").count(value);
        page.unit(unit).raw("</td>");
    }
    let sides = Sides::of(table);
    if sides.balance() {
        page.raw("<td role=\"cell\" class=\"balance\">").text(&sum(sides.left)).raw(" = ");
        page.text(&sum(sides.right)).raw(" <b>✓ ").raw(text::BALANCED).raw("</b></td>");
    } else {
        page.raw("<td role=\"cell\" class=\"balance wrong\">").text(&sum(sides.left)).raw(" ≠ ");
        page.text(&sum(sides.right)).raw(" <b>✗ ");
        page.text(&text::unbalanced(sides.left, sides.right)).raw("</b></td>");
    }
    page.end_row();
}

/// Both sides of the equation, wide enough that no count can overflow them.
struct Sides {
    left: u128,
    right: u128,
}

impl Sides {
    fn of(table: &TableSummary) -> Self {
        let rows = &table.rows;
        let sum = |parts: &[u64]| parts.iter().map(|part| u128::from(*part)).sum();
        Self {
            left: sum(&[rows.read, rows.added]),
            right: sum(&[rows.written, rows.withheld, rows.rejected]),
        }
    }

    fn balance(&self) -> bool {
        self.left == self.right
    }
}

fn sum(side: u128) -> String {
    number::count(u64::try_from(side).unwrap_or(u64::MAX))
}

const LONGEST_FILE: usize = 200;

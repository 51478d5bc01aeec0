//! Rows that could not be used, by reason; `rejects.csv` has them one by one.

use reedbed_engine::summary::{RejectCount, Summary};

use super::markup::{Page, folded};
use super::text;

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("rejects", text::REJECTS, |page| {
        if summary.rejects.is_empty() {
            page.paragraph(text::NO_REJECTS);
            return;
        }
        folded(page, &summary.rejects, REASONS_IN_SIGHT, text::more_reasons, reasons);
        page.remark(text::REJECTS_REMARK);
    });
}

fn reasons(page: &mut Page, reasons: &[RejectCount]) {
    page.begin_table("counts", &text::REJECT_COLUMNS);
    for reason in reasons {
        page.begin_row().message(&reason.reason, LONGEST_REASON).end_row_heading();
        page.count_cell(reason.rows).end_row();
    }
    page.end_table();
}

const REASONS_IN_SIGHT: usize = 20;
const LONGEST_REASON: usize = 400;

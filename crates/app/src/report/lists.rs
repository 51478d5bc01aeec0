//! What must be known of the rule lists: lines that were unclear, areas without a boundary, days
//! that have passed.

use reedbed_engine::summary::Summary;

use super::markup::{Page, folded};
use super::{number, text};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("lists", text::LISTS, |page| {
        if summary.rule_findings.is_empty() {
            page.paragraph(text::NO_FINDINGS);
            return;
        }
        page.remark(text::FINDINGS_REMARK);
        let findings = summary.rule_findings.as_slice();
        folded(page, findings, FINDINGS_IN_SIGHT, text::more_findings, |page, findings| {
            page.raw("<ul class=\"notes\">\n");
            for finding in findings {
                page.raw("<li>").message(finding, LONGEST_FINDING).raw("</li>\n");
            }
            page.raw("</ul>\n");
        });
        let total = number::wide(summary.rule_findings_total);
        if let Some(shown) = text::findings_shown(number::wide(findings.len()), total) {
            page.remark(&shown);
        }
    });
}

const FINDINGS_IN_SIGHT: usize = 20;
const LONGEST_FINDING: usize = 600;

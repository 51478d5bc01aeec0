//! What the steward should know of the rule lists: unclear lines, embargoes and reviews that are
//! due, rules without a boundary, and rules that met nothing.

use reedbed_engine::summary::Summary;

use super::markup::{Page, folded};
use super::{number, text};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("lists", text::LISTS, |page| {
        if summary.rule_findings.is_empty() && summary.idle_rules.is_empty() {
            page.paragraph(text::NO_LISTS);
            return;
        }
        folded(page, &summary.rule_findings, IN_SIGHT, text::more_notes, list);
        if !summary.idle_rules.is_empty() {
            page.paragraph(&text::idle_rules(
                number::wide(summary.idle_rules.len()),
                number::wide(summary.idle_rules_total),
            ));
            folded(page, &summary.idle_rules, IN_SIGHT, text::more_notes, list);
        }
    });
}

fn list(page: &mut Page, sentences: &[String]) {
    page.raw("<ul class=\"notes\">\n");
    for sentence in sentences {
        page.raw("<li>").message(sentence, LONGEST).raw("</li>\n");
    }
    page.raw("</ul>\n");
}

const IN_SIGHT: usize = 20;
const LONGEST: usize = 600;

//! What became of camera traps, tracks and weather.

use reedbed_engine::summary::Summary;

use super::markup::Page;
use super::text;

/// Writes the section, where there is any such data.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    if summary.kinds.is_empty() {
        return;
    }
    page.section("kinds", text::KINDS, |page| {
        for kind in &summary.kinds {
            page.raw("<h3>").text(kind.kind).raw(": ").name(&kind.input, LONGEST).raw("</h3>\n");
            if !kind.withheld.is_empty() {
                page.paragraph(text::KINDS_WITHHELD);
                page.raw("<ul>\n");
                for (reason, count) in &kind.withheld {
                    page.raw("<li>").text(reason).raw(": ").count(*count).raw("</li>\n");
                }
                page.raw("</ul>\n");
            }
            if !kind.notes.is_empty() {
                page.raw("<ul class=\"notes\">\n");
                for note in &kind.notes {
                    page.raw("<li>").message(note, LONGEST).raw("</li>\n");
                }
                page.raw("</ul>\n");
            }
        }
    });
}

const LONGEST: usize = 400;

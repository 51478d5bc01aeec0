//! What was odd about the input but not wrong.

use reedbed_engine::summary::Summary;

use super::markup::{Page, folded};
use super::{number, text};

/// How many sentences the section has.
pub(super) fn sentences(summary: &Summary) -> u64 {
    number::wide(counted(summary).len() + summary.notes.len())
}

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("oddities", text::ODDITIES, |page| {
        if sentences(summary) == 0 {
            page.paragraph(text::NO_ODDITIES);
            return;
        }
        let counted = counted(summary);
        let mut all: Vec<&str> = counted.iter().map(String::as_str).collect();
        all.extend(summary.notes.iter().map(String::as_str));
        folded(page, &all, NOTES_IN_SIGHT, text::more_notes, |page, notes| {
            page.raw("<ul class=\"notes\">\n");
            for note in notes {
                page.raw("<li>").message(note, LONGEST_NOTE).raw("</li>\n");
            }
            page.raw("</ul>\n");
        });
    });
}

fn counted(summary: &Summary) -> Vec<String> {
    let oddities = &summary.oddities;
    [
        (oddities.places_disagree, text::places_disagree as fn(u64) -> String),
        (oddities.place_unknown, text::place_unknown),
        (oddities.period_unknown, text::period_unknown),
        (oddities.datum_not_stated, text::datum_not_stated),
    ]
    .into_iter()
    .filter(|(rows, _)| *rows > 0)
    .map(|(rows, sentence)| sentence(rows))
    .collect()
}

const NOTES_IN_SIGHT: usize = 20;
const LONGEST_NOTE: usize = 600;

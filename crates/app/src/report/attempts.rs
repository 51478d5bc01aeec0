//! Who tried to break the copy, and what it costs that nobody did.

use reedbed_engine::summary::Summary;
use reedbed_engine::utility::Kept;

use super::markup::Page;
use super::{number, text};

/// Writes what the attacks on the finished copy found.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    let Some(attempts) = summary.attempts.as_ref().filter(|attempts| attempts.protected > 0) else {
        return;
    };
    page.section("attempts", text::ATTEMPTS, |page| {
        page.paragraph(&text::attempts(attempts.protected, attempts.tried()));
        if attempts.told_more_carefully > 0 {
            let more = number::wide(attempts.told_more_carefully);
            page.paragraph(&text::told_more_carefully(more));
        }
        let siblings = &summary.siblings;
        let closings = [
            (text::WIDER_PLACE, siblings.wider_place),
            (text::LONGER_PERIOD, siblings.longer_period),
            (text::WITHOUT_CONTEXT, siblings.without_context),
            (text::WITHHELD_FOR_SIBLINGS, siblings.withheld),
        ];
        if closings.iter().any(|(_, records)| *records > 0) {
            page.paragraph(text::CLOSINGS);
            page.raw("<ul>\n");
            for (words, records) in closings.into_iter().filter(|(_, records)| *records > 0) {
                page.raw("<li>").text(words).raw(": ").count(records).raw("</li>\n");
            }
            page.raw("</ul>\n");
        }
        page.begin_table("attempts stacked", &text::ATTEMPTS_COLUMNS);
        for count in &attempts.attacks {
            page.begin_row().text(count.attack.words()).end_row_heading();
            if !count.tried {
                let cell = "<td role=\"cell\" class=\"count\">–</td>";
                page.raw(cell).raw(cell).end_row();
                continue;
            }
            for (value, unit) in [(count.claimed, text::CLAIMED), (count.located, text::LOCATED)] {
                page.raw("<td role=\"cell\" class=\"count\">").count(value).unit(unit).raw("</td>");
            }
            page.end_row();
        }
        page.end_table().remark(&text::attempts_remark(attempts.sure));
    });
}

/// Writes what protection costs.
pub(super) fn cost(page: &mut Page, summary: &Summary) {
    let utility = &summary.utility;
    if utility.records.held == 0 {
        return;
    }
    page.section("cost", text::COST, |page| {
        page.begin_table("cost stacked", &text::COST_COLUMNS);
        let leave = summary.generalised();
        let all = leave + summary.withheld();
        row(page, text::COST_PROTECTED, Kept { held: all, kept: leave });
        for (words, kept) in [
            (text::COST_UNPROTECTED, utility.unprotected),
            (text::COST_UNPROTECTED_CELLS, utility.unprotected_cells),
            (text::COST_RECORDS, utility.records),
            (text::COST_CELLS, utility.cells),
            (text::COST_EVENTS, utility.events),
            (text::COST_DATES, utility.dates),
            (text::COST_RECORDERS, utility.recorders),
            (text::COST_COUNTS, utility.counts),
        ] {
            row(page, words, kept);
        }
        page.end_table().remark(text::COST_REMARK);
    });
}

fn row(page: &mut Page, words: &'static str, kept: Kept) {
    if kept.held == 0 {
        return;
    }
    page.begin_row().text(words).end_row_heading();
    page.count_cell(kept.held).count_cell(kept.kept);
    page.raw("<td role=\"cell\" class=\"count\">").text(&number::share(kept.kept, kept.held));
    page.raw("</td>").end_row();
}

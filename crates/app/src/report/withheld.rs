//! What was withheld or told less precisely, by category and by rule.

use reedbed_engine::summary::{CategorySummary, RuleSummary, Summary};

use super::markup::{Page, folded};
use super::{answer, number, text};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    let counted = answer::counted(summary);
    page.section("withheld", text::WITHHELD, |page| {
        let met: Vec<&CategorySummary> = summary
            .categories
            .iter()
            .filter(|category| category.by_rule + category.shared + category.withheld > 0)
            .collect();
        if met.is_empty() && !summary.is_about_records() {
            // What became of the other kinds stands below.
        } else if met.is_empty() {
            page.paragraph(&counted.no_protected());
        } else {
            categories(page, &met);
            shared(page, summary);
        }
        if summary.rules.is_empty() {
            page.paragraph(counted.no_rules_met());
            return;
        }
        page.paragraph(
            &counted
                .rules_met(number::wide(summary.rules.len()), number::wide(summary.rules_total)),
        );
        folded(page, &summary.rules, RULES_IN_SIGHT, text::more_rules, rules);
        if summary.rules.len() > 1 {
            page.remark(text::RULES_REMARK);
        }
        if summary.rules.iter().any(|rule| rule.pulled_along > 0) {
            page.remark(text::PULLED_REMARK);
        }
        unmet(page, summary);
    });
}

fn categories(page: &mut Page, met: &[&CategorySummary]) {
    page.begin_table("counts", &text::CATEGORY_COLUMNS);
    for category in met {
        page.begin_row();
        swatch(page, category);
        page.end_row_heading();
        page.count_cell(category.by_rule)
            .count_cell(category.shared)
            .count_cell(category.withheld)
            .end_row();
    }
    page.end_table();
}

/// Names the rules that met nothing: a name may be misspelt, or an area lie elsewhere.
fn unmet(page: &mut Page, summary: &Summary) {
    if summary.rules_unmet.is_empty() {
        return;
    }
    page.raw("<h3>").raw(text::UNMET).raw("</h3>\n").remark(text::UNMET_REMARK);
    folded(page, &summary.rules_unmet, RULES_IN_SIGHT, text::more_rules, |page, rules| {
        page.raw("<ul class=\"notes\">\n");
        for rule in rules {
            page.raw("<li>").message(&rule.says, LONGEST_RULE);
            page.raw(" <small>").message(&rule.rule, LONGEST_RULE).raw("</small></li>\n");
        }
        page.raw("</ul>\n");
    });
    let (shown, total) =
        (number::wide(summary.rules_unmet.len()), number::wide(summary.rules_unmet_total));
    if let Some(shown) = text::findings_shown(shown, total) {
        page.remark(&shown);
    }
}

/// Says that records are protected for what they share, where some are.
fn shared(page: &mut Page, summary: &Summary) {
    let pulled = summary.withheld_pulled();
    if pulled > 0 {
        let told = text::withheld_for_sharing(pulled, summary.withheld());
        page.remark(&[text::SHARED_REMARK, &told].join(" "));
    } else if summary.categories.iter().any(|category| category.shared > 0) {
        page.remark(text::SHARED_REMARK);
    }
}

/// The name of a category after its colour.
pub(super) fn swatch(page: &mut Page, category: &CategorySummary) {
    page.raw("<span class=\"swatch c-").raw(category.category.word()).raw("\"></span>");
    page.raw(text::category(category.category));
}

fn rules(page: &mut Page, rules: &[RuleSummary]) {
    page.begin_table("counts rules stacked", &text::RULE_COLUMNS);
    let [_, less, withheld, pulled] = text::RULE_UNITS;
    for rule in rules {
        page.begin_row().message(&rule.says, LONGEST_RULE);
        page.raw("<small>").message(&rule.rule, LONGEST_RULE).raw("</small>").end_row_heading();
        for (records, unit) in
            [(rule.generalised, less), (rule.withheld, withheld), (rule.pulled_along, pulled)]
        {
            page.raw("<td role=\"cell\" class=\"count\">").count(records).unit(unit).raw("</td>");
        }
        page.end_row();
    }
    page.end_table();
}

const RULES_IN_SIGHT: usize = 20;
const LONGEST_RULE: usize = 600;

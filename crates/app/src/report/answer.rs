//! The first questions: what leaves, is it safe to hand over, and for whom it is; and at the end,
//! what the report is made from.

use reedbed_engine::summary::Summary;

use super::markup::Page;
use super::text::Counted;
use super::{number, oddities, rows, text};

/// Writes the warning that frames the page.
pub(super) fn not_for_release(page: &mut Page) {
    page.raw("<p class=\"warning\"><strong>").raw(text::NOT_FOR_RELEASE).raw("</strong></p>\n");
}

/// Writes the first line, and how large its parts are.
pub(super) fn lead(page: &mut Page, summary: &Summary) {
    let eyebrow = if is_public(summary) { text::EYEBROW_PUBLIC } else { text::EYEBROW_PARTNER };
    let parts = Parts::of(summary);
    page.raw("<header>\n<p class=\"eyebrow\">").raw(eyebrow).raw(" · ");
    page.text(&summary.made_on).raw("</p>\n<h1>");
    let counted = counted(summary);
    if summary.is_about_records() {
        page.text(&counted.lead(parts.clear, parts.less, parts.withheld, parts.unusable));
    } else {
        page.text(&text::lead_of_kinds(&summary.kinds));
    }
    page.raw("</h1>\n");
    if let Some(note) = counted.note() {
        page.paragraph(note);
    }
    if parts.total() > 0 {
        bar(page, &parts);
    }
    page.raw("</header>\n");
}

/// Answers whether the copy is safe to hand over, with what to look at first.
pub(super) fn safe(page: &mut Page, summary: &Summary) {
    let parts = Parts::of(summary);
    let unbalanced = rows::unbalanced(summary);
    page.section("safe", text::SAFE, |page| {
        let looks = looks(summary, unbalanced);
        let counted = counted(summary);
        let others = summary.kinds.iter().fold((0, 0), |(written, protected), kind| {
            (written + kind.written(), protected + kind.protected())
        });
        let answer = if unbalanced > 0 {
            text::ANSWER_NO_ROWS_LOST.to_owned()
        } else if parts.clear + parts.less + others.0 == 0 {
            counted.answer_nothing()
        } else if summary.rules_total == 0 {
            text::ANSWER_NO_RULES.to_owned()
        } else if parts.less + parts.withheld + others.1 == 0 || summary.rules.is_empty() {
            counted.answer_no_match()
        } else if looks.is_empty() {
            text::ANSWER_YES.to_owned()
        } else {
            text::ANSWER_YES_LOOK.to_owned()
        };
        page.raw("<p class=\"answer\">").text(&answer).raw("</p>\n");
        if !looks.is_empty() {
            page.raw("<ul class=\"looks\">\n");
            for (link, look) in looks {
                page.raw("<li><a href=\"#").raw(link).raw("\">").text(&look).raw("</a></li>\n");
            }
            page.raw("</ul>\n");
        }
        page.paragraph(text::FOLDERS);
        if parts.clear + parts.less > 0 {
            page.remark(&counted.limits(summary.attempts.is_some()));
        }
    });
}

/// Says who the copy is for.
pub(super) fn audience(page: &mut Page, summary: &Summary) {
    page.section("audience", text::AUDIENCE, |page| {
        if is_public(summary) {
            page.paragraph(text::FOR_PUBLIC);
            return;
        }
        match &summary.partner {
            Some(partner) => {
                page.raw("<p>").raw(text::FOR_PARTNER).raw(" <strong>");
                page.name(partner, LONGEST_PARTNER).raw("</strong></p>\n");
            }
            None => {
                page.paragraph(text::FOR_UNNAMED_PARTNER);
            }
        }
        page.paragraph(text::PARTNER_ONLY);
    });
}

/// Says what the report is made from.
pub(super) fn about(page: &mut Page, summary: &Summary) {
    page.section("about", text::ABOUT, |page| {
        page.raw("<dl class=\"about\">\n");
        for (term, value) in [
            (text::ABOUT_DAY, summary.made_on.as_str()),
            (text::ABOUT_RULES, &number::count(number::wide(summary.rules_total))),
            (text::ABOUT_DIGEST, &summary.rules_digest),
            (text::ABOUT_VERSION, env!("CARGO_PKG_VERSION")),
            (text::ABOUT_FORM, &summary.format_version.to_string()),
        ] {
            page.raw("<dt>").raw(term).raw("</dt><dd>").text(value).raw("</dd>\n");
        }
        page.raw("</dl>\n");
    });
}

/// Whether the copy is for everyone; an audience that is not known is taken for a partner, which
/// is the answer that opens less.
pub(super) fn is_public(summary: &Summary) -> bool {
    summary.audience == "public"
}

/// What the report counts.
pub(super) fn counted(summary: &Summary) -> Counted {
    if summary.counts_events() { Counted::Events } else { Counted::Records }
}

/// Records by what became of them.
struct Parts {
    clear: u64,
    less: u64,
    withheld: u64,
    unusable: u64,
}

impl Parts {
    fn of(summary: &Summary) -> Self {
        Self {
            clear: summary.records_clear,
            less: summary.generalised(),
            withheld: summary.withheld(),
            unusable: summary.unusable(),
        }
    }

    fn total(&self) -> u64 {
        self.clear + self.less + self.withheld + self.unusable
    }
}

fn bar(page: &mut Page, parts: &Parts) {
    let parts_told = [
        ("part-held", text::AS_HELD, parts.clear),
        ("part-less", text::LESS_PRECISELY, parts.less),
        ("part-withheld", text::WITHHELD_PART, parts.withheld),
        ("part-unusable", text::UNUSABLE, parts.unusable),
    ];
    page.raw("<div class=\"bar\" aria-hidden=\"true\">");
    for (class, _, records) in parts_told {
        if records > 0 {
            page.raw("<span class=\"").raw(class).raw("\" style=\"flex-grow:");
            page.text(&records.to_string()).raw("\"></span>");
        }
    }
    page.raw("</div>\n<ul class=\"legend\">\n");
    for (class, name, records) in parts_told {
        page.raw("<li><span class=\"swatch ").raw(class).raw("\"></span>").raw(name).raw(" ");
        page.raw("<b>").text(&number::share(records, parts.total())).raw("</b></li>\n");
    }
    page.raw("</ul>\n");
}

/// What the steward should look at: the section that shows it, and the sentence.
fn looks(summary: &Summary, unbalanced: u64) -> Vec<(&'static str, String)> {
    let rejects: u64 = summary.rejects.iter().map(|reject| reject.rows).sum();
    let unlisted = number::wide(summary.unlisted_names_total);
    let matched = if summary.matched_names_total > summary.matched_names.len() {
        number::wide(summary.matched_names_total)
    } else {
        super::names::distinct(&summary.matched_names)
    };
    let findings = number::wide(summary.rule_findings_total);
    let odd = oddities::sentences(summary);
    [
        (unbalanced, "rows", text::look_rows(unbalanced)),
        (u64::from(summary.boundaries_missed), "withheld", counted(summary).look_boundaries()),
        (findings, "lists", text::look_findings(findings)),
        (matched, "names", text::look_matched(matched)),
        (unlisted, "names", text::look_unlisted(unlisted)),
        (rejects, "rejects", text::look_rejects(rejects)),
        (odd, "oddities", text::look_oddities(odd)),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .map(|(_, link, look)| (link, look))
    .collect()
}

const LONGEST_PARTNER: usize = 200;

//! Names that no rule lists, and names that were matched in another way than letter by letter.

use std::collections::BTreeSet;

use reedbed_engine::summary::{MatchedName, Summary};

use super::markup::{Page, folded};
use super::{number, text};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("names", text::NAMES, |page| {
        page.raw("<h3>").raw(text::MATCHED).raw("</h3>\n");
        matched(page, summary);
        page.raw("<h3>").raw(text::UNLISTED).raw("</h3>\n");
        unlisted(page, summary);
    });
}

/// How many different names there are, however many ways each was matched in.
pub(super) fn distinct(names: &[MatchedName]) -> u64 {
    let names: BTreeSet<&str> = names.iter().map(|matched| matched.name.as_str()).collect();
    number::wide(names.len())
}

fn matched(page: &mut Page, summary: &Summary) {
    let names = summary.matched_names.as_slice();
    if names.is_empty() {
        page.paragraph(text::NO_MATCHED);
        return;
    }
    page.remark(text::MATCHED_REMARK);
    let mut groups: Vec<(&str, Vec<(&str, u64)>)> = Vec::new();
    for matched in names {
        let name = (matched.name.as_str(), matched.records);
        match groups.iter_mut().find(|(how, _)| *how == matched.how) {
            Some((_, group)) => group.push(name),
            None => groups.push((&matched.how, vec![name])),
        }
    }
    for (how, group) in groups {
        page.raw("<p class=\"how\">").message(how, LONGEST_NAME).raw("</p>\n");
        folded(page, &group, NAMES_IN_SIGHT, text::more_names, list);
    }
    let (shown, total) = (number::wide(names.len()), number::wide(summary.matched_names_total));
    if let Some(shown) = text::names_shown(shown, total) {
        page.remark(&shown);
    }
}

fn unlisted(page: &mut Page, summary: &Summary) {
    if summary.unlisted_names.is_empty() {
        page.paragraph(text::NO_UNLISTED);
        return;
    }
    page.remark(text::UNLISTED_REMARK);
    let names: Vec<(&str, u64)> =
        summary.unlisted_names.iter().map(|name| (name.name.as_str(), name.records)).collect();
    folded(page, &names, NAMES_IN_SIGHT, text::more_names, list);
    let (shown, total) = (number::wide(names.len()), number::wide(summary.unlisted_names_total));
    if let Some(shown) = text::names_shown(shown, total) {
        page.remark(&shown);
    }
}

fn list(page: &mut Page, names: &[(&str, u64)]) {
    page.raw("<ul class=\"names\">\n");
    for (name, records) in names {
        page.raw("<li>").name(name, LONGEST_NAME).raw(" <b>").count(*records).raw("</b></li>\n");
    }
    page.raw("</ul>\n");
}

const NAMES_IN_SIGHT: usize = 30;
const LONGEST_NAME: usize = 160;

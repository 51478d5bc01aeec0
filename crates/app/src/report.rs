//! What the steward gets to read: one page of HTML that asks for nothing from outside.
//!
//! The page answers the questions of a steward in the order in which they are asked. It has no
//! script, and a policy that forbids every other source. Every text from outside is escaped
//! ([`markup`]); every sentence of ours stands in [`text`].

mod answer;
mod attempts;
mod kinds;
mod lists;
mod map;
mod markup;
mod names;
mod number;
mod oddities;
mod precision;
mod rejected;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod withheld;

use reedbed_engine::summary::Summary;

use markup::Page;

/// The report as a page.
///
/// Shape: one HTML file with its style and drawings inside, without scripts and external
/// resources; at most some megabytes, however many cells there are.
pub(crate) fn html(summary: &Summary) -> String {
    let mut page = Page::default();
    let page_to = &mut page;
    page_to.raw("<!DOCTYPE html>\n<html lang=\"").raw(text::LANGUAGE).raw("\">\n");
    page_to.raw(HEAD).raw("<title>").raw(text::TITLE).raw("</title>\n<style>\n");
    page_to.raw(STYLE).raw("</style>\n</head>\n<body>\n");
    answer::not_for_release(page_to);
    page_to.raw("<main>\n");
    answer::lead(page_to, summary);
    answer::safe(page_to, summary);
    answer::audience(page_to, summary);
    attempts::write(page_to, summary);
    withheld::write(page_to, summary);
    kinds::write(page_to, summary);
    lists::write(page_to, summary);
    map::write(page_to, summary);
    // These speak of records alone.
    if summary.is_about_records() {
        precision::write(page_to, summary);
        attempts::cost(page_to, summary);
    }
    rows::write(page_to, summary);
    if summary.is_about_records() {
        names::write(page_to, summary);
    }
    rejected::write(page_to, summary);
    oddities::write(page_to, summary);
    answer::about(page_to, summary);
    page_to.raw("</main>\n");
    answer::not_for_release(page_to);
    page_to.raw("</body>\n</html>\n");
    page.finish()
}

// PRIVACY: the page lies beside names and places; even if something in it were not escaped, a
// browser would run nothing and ask nobody. Should it end up on a web server all the same, search
// engines are asked to pass it by.
const HEAD: &str = "<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" \
    content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n\
    <meta name=\"robots\" content=\"noindex, noarchive\">\n";

const STYLE: &str = include_str!("report/style.css");

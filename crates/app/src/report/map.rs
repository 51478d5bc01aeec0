//! The map of the published cells, as an inline drawing over the boundaries that were given.

mod graticule;
mod labels;
mod outline;
mod squares;
mod view;

use reedbed_core::category::Category;
use reedbed_engine::summary::Summary;

use graticule::Graticule;
use labels::Layout;
use outline::Drawn;
use squares::Square;
use view::View;

use super::markup::Page;
use super::text::map::{self as text, Shape};
use super::{answer, text as words};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("map", words::MAP, |page| match View::of(&summary.cells) {
        Some(view) => figure(page, summary, &view),
        None => {
            page.paragraph(text::NO_CELLS);
            captions(page, [text::not_drawn(summary.records_without_cell)]);
        }
    });
}

fn figure(page: &mut Page, summary: &Summary, view: &View) {
    let shape = if answer::is_public(summary) { Shape::Cell } else { Shape::Block };
    let tallies = tallies(summary);
    page.raw("<ul class=\"legend\">\n");
    for (category, cells, records) in &tallies {
        page.raw("<li><span class=\"swatch c-").raw(category.word()).raw("\"></span>");
        page.raw(words::category(*category)).raw(": ");
        page.text(&text::tally(shape, *cells, *records)).raw("</li>\n");
    }
    page.raw("</ul>\n<figure class=\"map\">\n<svg viewBox=\"0 0 ").coordinate(View::WIDTH);
    page.raw(" ").coordinate(view.height());
    page.raw("\" role=\"img\" aria-labelledby=\"map-title map-description\">\n");
    page.raw("<title id=\"map-title\">").raw(text::TITLE).raw("</title>\n");
    page.raw("<desc id=\"map-description\">");
    let [south, west, north, east] = view.bounds();
    let bounds = squares::told([south, west, north, east]);
    page.text(&text::description(shape, bounds, &tallies)).raw("</desc>\n");

    let graticule = Graticule::of(view);
    let squares = Square::all(&summary.cells, view);
    graticule.draw(page, view);
    let drawn = outline::draw(page, &summary.boundaries, view);
    squares::draw(page, &squares);
    let written = [Layout::Wide, Layout::Narrow].map(|layout| {
        (layout, labels::draw(page, layout, view, &graticule, &drawn.named, &squares))
    });
    page.raw("</svg>\n<figcaption>\n");
    let has_numbers = written.iter().any(|(_, written)| written.has_numbers);
    caption(page, summary, &drawn, squares.iter().any(Square::is_tiny), has_numbers);
    for (layout, written) in &written {
        without_room(page, *layout, &written.left_out);
    }
    page.raw("</figcaption>\n</figure>\n");
}

fn caption(
    page: &mut Page,
    summary: &Summary,
    drawn: &Drawn<'_>,
    has_tiny: bool,
    has_numbers: bool,
) {
    let when = |condition: bool, sentence: &str| condition.then(|| sentence.to_owned());
    captions(
        page,
        [
            when(true, text::CAPTION),
            when(has_numbers, text::NUMBERS),
            when(has_tiny, text::TINY),
            when(!drawn.named.is_empty(), text::OUTLINES),
            text::outside(drawn.outside),
            text::unfinished(drawn.unfinished),
            text::not_drawn(summary.records_without_cell),
        ],
    );
}

fn without_room(page: &mut Page, layout: Layout, names: &[&str]) {
    let names: Vec<&str> = names.iter().copied().filter(|name| !name.trim().is_empty()).collect();
    if names.is_empty() {
        return;
    }
    page.raw("<p class=\"remark ").raw(layout.class()).raw("\">").raw(text::ALSO).raw(" ");
    for (index, name) in names.iter().take(MOST_LEFT_OUT).enumerate() {
        if index > 0 {
            page.raw(", ");
        }
        page.name(name, LONGEST_NAME);
    }
    if names.len() > MOST_LEFT_OUT {
        page.text(&text::more_names(names.len() - MOST_LEFT_OUT));
    }
    page.raw(".</p>\n");
}

fn captions<const N: usize>(page: &mut Page, sentences: [Option<String>; N]) {
    let sentences: Vec<String> = sentences.into_iter().flatten().collect();
    if !sentences.is_empty() {
        page.remark(&sentences.join(" "));
    }
}

/// Cells and records by category, the strictest first.
fn tallies(summary: &Summary) -> Vec<(Category, u64, u64)> {
    Category::ALL
        .into_iter()
        .rev()
        .filter_map(|category| {
            let of = summary.cells.iter().filter(|cell| cell.category == category);
            let (cells, records) =
                of.fold((0, 0), |(cells, records), cell| (cells + 1, records + cell.records));
            (cells > 0).then_some((category, cells, records))
        })
        .collect()
}

const MOST_LEFT_OUT: usize = 12;
const LONGEST_NAME: usize = 80;

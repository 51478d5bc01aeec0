//! The map of the published cells, as an inline drawing over the boundaries that were given.

mod graticule;
mod labels;
mod outline;
mod squares;
mod view;

use reedbed_core::category::Category;
use reedbed_engine::summary::{CellSummary, RECORDS, Summary};

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
    page.section("map", words::MAP, |page| {
        let Some(view) = View::of(&summary.cells) else {
            page.paragraph(text::NO_CELLS);
            captions(page, [text::not_drawn(summary.records_without_cell)]);
            return;
        };
        let tallies = tallies(summary);
        let shape = shape_of(summary);
        legend(page, shape, &tallies);
        page.raw("<figure class=\"map\">\n");
        let ids = ["map-title", "map-description"];
        let whole = drawing(page, summary, &view, ids, text::TITLE, |bounds| {
            text::description(shape, bounds, &tallies)
        });
        let close = close_up(&summary.cells, &view).map(|view| {
            page.raw("<p class=\"how\">").raw(text::CLOSE_UP).raw("</p>\n");
            let ids = ["close-up-title", "close-up-description"];
            drawing(page, summary, &view, ids, text::CLOSE_UP, text::extent)
        });
        page.raw("<figcaption>\n");
        caption(page, summary, &whole, close.as_ref());
        page.raw("</figcaption>\n</figure>\n");
    });
}

fn legend(page: &mut Page, shape: Shape, tallies: &[(Category, u64, u64)]) {
    page.raw("<ul class=\"legend\">\n");
    for (category, cells, records) in tallies {
        page.raw("<li><span class=\"swatch c-").raw(category.word()).raw("\"></span>");
        page.raw(words::category(*category)).raw(": ");
        page.text(&text::tally(shape, *cells, *records)).raw("</li>\n");
    }
    page.raw("</ul>\n");
}

/// The view of the finer cells, where they lie so close together that they are lost among coarse
/// ones.
fn close_up(cells: &[CellSummary], whole: &View) -> Option<View> {
    let size = |cell: &CellSummary| {
        let [south, west, north, east] = cell.bounds;
        (north - south).max(east - west)
    };
    let coarsest = cells.iter().map(size).fold(0.0, f64::max);
    let finer: Vec<CellSummary> =
        cells.iter().filter(|cell| size(cell) < coarsest / 3.0).cloned().collect();
    let view = View::of(&finer)?;
    (view.per_metre() > whole.per_metre() * WORTHWHILE).then_some(view)
}

/// What a drawing shows, for its caption.
struct Drawing<'a> {
    drawn: Drawn<'a>,
    left_out: [(Layout, Vec<&'a str>); 2],
    has_numbers: bool,
    has_tiny: bool,
}

fn drawing<'a>(
    page: &mut Page,
    summary: &'a Summary,
    view: &View,
    [title_id, description_id]: [&'static str; 2],
    title: &'static str,
    describe: impl FnOnce([String; 4]) -> String,
) -> Drawing<'a> {
    let graticule = Graticule::of(view);
    page.raw("<svg viewBox=\"0 0 ").coordinate(View::WIDTH).raw(" ").coordinate(view.height());
    page.raw("\" role=\"img\" aria-labelledby=\"").raw(title_id).raw(" ").raw(description_id);
    page.raw("\">\n<title id=\"").raw(title_id).raw("\">").raw(title).raw("</title>\n");
    page.raw("<desc id=\"").raw(description_id).raw("\">");
    page.text(&describe(graticule.bounds_told())).raw("</desc>\n");

    let squares = Square::all(&summary.cells, view);
    graticule.draw(page, view);
    let drawn = outline::draw(page, &summary.boundaries, view);
    squares::draw(page, &squares);
    outline::ring_specks(page, &drawn);
    let mut has_numbers = false;
    let left_out = [Layout::Wide, Layout::Narrow].map(|layout| {
        let written = labels::draw(page, layout, view, &graticule, &drawn.named, &squares);
        has_numbers |= written.has_numbers;
        (layout, written.left_out)
    });
    page.raw("</svg>\n");
    let has_tiny = squares.iter().any(Square::is_tiny);
    Drawing { drawn, left_out, has_numbers, has_tiny }
}

fn caption(page: &mut Page, summary: &Summary, whole: &Drawing<'_>, close: Option<&Drawing<'_>>) {
    let any = |has: fn(&Drawing<'_>) -> bool| has(whole) || close.is_some_and(has);
    let when = |condition: bool, sentence: &str| condition.then(|| sentence.to_owned());
    captions(
        page,
        [
            when(true, text::CAPTION),
            text::others(shape_of(summary), &others(summary)),
            when(any(|it| it.has_numbers), text::NUMBERS),
            when(any(|it| it.has_tiny), text::TINY),
            when(!whole.drawn.named.is_empty(), text::OUTLINES),
            when(any(|it| !it.drawn.specks.is_empty()), text::SPECKS),
            text::outside(whole.drawn.outside),
            text::unfinished(whole.drawn.unfinished),
            text::not_drawn(summary.records_without_cell),
        ],
    );
    for (layout, left_out) in &whole.left_out {
        let is_in_close_up = |name: &str| {
            close.is_some_and(|close| {
                let lacks =
                    |(of, names): &(Layout, Vec<&str>)| of == layout && names.contains(&name);
                close.drawn.named.iter().any(|named| named.name == name)
                    && !close.left_out.iter().any(lacks)
            })
        };
        let names: Vec<&str> = left_out
            .iter()
            .copied()
            .filter(|name| !name.trim().is_empty() && !is_in_close_up(name))
            .collect();
        without_room(page, *layout, &names);
    }
}

fn without_room(page: &mut Page, layout: Layout, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    page.raw("<p class=\"remark ").raw(layout.class()).raw("\">").raw(text::ALSO).raw(" ");
    for (index, name) in names.iter().take(MOST_LEFT_OUT).enumerate() {
        if index > 0 {
            page.raw(", ");
        }
        page.name(name.trim(), LONGEST_NAME);
    }
    if names.len() > MOST_LEFT_OUT {
        page.text(&text::more_names(names.len() - MOST_LEFT_OUT));
    }
    // No full stop: it could be taken for a part of the last name.
    page.raw("</p>\n");
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
            let is_of = |cell: &&CellSummary| cell.category == category && cell.kind == RECORDS;
            let of = summary.cells.iter().filter(is_of);
            let (cells, records) =
                of.fold((0, 0), |(cells, records), cell| (cells + 1, records + cell.records));
            (cells > 0).then_some((category, cells, records))
        })
        .collect()
}

fn shape_of(summary: &Summary) -> Shape {
    if answer::is_public(summary) { Shape::Cell } else { Shape::Block }
}

/// Cells and things in them by kind, other than records.
fn others(summary: &Summary) -> Vec<(&'static str, u64, u64)> {
    let mut tallies: Vec<(&'static str, u64, u64)> = Vec::new();
    for cell in summary.cells.iter().filter(|cell| cell.kind != RECORDS) {
        match tallies.iter_mut().find(|(kind, ..)| *kind == cell.kind) {
            Some((_, cells, things)) => {
                *cells += 1;
                *things += cell.records;
            }
            None => tallies.push((cell.kind, 1, cell.records)),
        }
    }
    tallies
}

/// How many times larger a close-up must be to be worth its place.
const WORTHWHILE: f64 = 2.0;
const MOST_LEFT_OUT: usize = 12;
const LONGEST_NAME: usize = 80;

//! What is written on the map: degrees, a scale, names of boundaries, numbers of records.
//!
//! All of it is laid out twice, for wide and for narrow pages: a drawing that is shrunk to the
//! width of a phone needs larger letters, and has room for fewer of them.

use super::super::markup::{Page, cut};
use super::super::number;
use super::super::text::map as text;
use super::graticule::{Graticule, round_below};
use super::outline::Named;
use super::squares::Square;
use super::view::View;

/// For which pages a layout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Shrunk to less than half.
    Narrow,
    /// At its own size.
    Wide,
}

impl Layout {
    /// What the style sheet shows on one kind of page only.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Wide => "wide",
        }
    }
}

/// What came of writing the labels.
#[derive(Debug)]
pub(super) struct Written<'a> {
    /// Names for which there was no room.
    pub(super) left_out: Vec<&'a str>,
    /// Whether a square has its number of records in it.
    pub(super) has_numbers: bool,
}

/// Writes the labels.
pub(super) fn draw<'a>(
    page: &mut Page,
    layout: Layout,
    view: &View,
    graticule: &Graticule,
    named: &[Named<'a>],
    squares: &[Square<'_>],
) -> Written<'a> {
    let (letters, least_named) = match layout {
        Layout::Narrow => (28.0, 1.5),
        Layout::Wide => (13.0, 0.0),
    };
    page.raw("<g class=\"labels ").raw(layout.class());
    page.raw("\" font-size=\"").coordinate(letters).raw("\">\n");
    let mut labels = Labels { page, letters, view, least_named, taken: Vec::new() };
    labels.scale();
    labels.degrees(graticule);
    let has_numbers = labels.records(squares);
    let left_out = labels.names(named);
    page.raw("</g>\n");
    Written { left_out, has_numbers }
}

struct Labels<'p, 'v> {
    page: &'p mut Page,
    letters: f64,
    view: &'v View,
    /// Size of the smallest boundary that is named, in heights of letters.
    least_named: f64,
    /// Left, top, right, bottom of what is written.
    taken: Vec<[f64; 4]>,
}

impl Labels<'_, '_> {
    fn scale(&mut self) {
        let (view, letters) = (self.view, self.letters);
        let metres = round_below(View::WIDTH / 4.0 / view.per_metre());
        let length = metres * view.per_metre();
        let (right, bottom) = (View::WIDTH - EDGE - 4.0, view.height() - EDGE - 6.0);
        let [south, _, north, _] = view.bounds();
        let latitude = (north - south > ONE_SCALE).then(|| number::latitude(view.middle(), 0));
        let name = text::scale(&metres_told(metres), latitude);
        let wide = length.max(width_of(&name, letters));
        self.taken.push([right - wide - EDGE, bottom - letters * 1.6, View::WIDTH, view.height()]);
        self.page.raw("<path class=\"scale-bar\" d=\"M").coordinate(right - length);
        self.page.raw(" ").coordinate(bottom - 6.0).raw("v6H").coordinate(right).raw("v-6\"/>");
        self.write("degree", "end", right, bottom - 6.0 - letters * 0.35, &name);
    }

    fn degrees(&mut self, graticule: &Graticule) {
        let (letters, height) = (self.letters, self.view.height());
        for lat in graticule.latitudes() {
            let name = number::latitude(lat, graticule.decimals());
            let y = self.view.y(lat) - letters * 0.3;
            self.place("degree", "start", [EDGE, y], &name, &[]);
        }
        for lon in graticule.longitudes() {
            let name = number::longitude(lon, graticule.decimals());
            self.place("degree", "middle", [self.view.x(lon), height - EDGE], &name, &[]);
        }
    }

    fn names<'a>(&mut self, named: &[Named<'a>]) -> Vec<&'a str> {
        let (named, beyond) = named.split_at_checked(MOST_NAMED).unwrap_or((named, &[]));
        let mut left_out = Vec::new();
        let mut smaller = named;
        while let Some((boundary, rest)) = smaller.split_first() {
            let others: Vec<[f64; 4]> = rest.iter().map(|other| other.frame).collect();
            if !self.name(boundary, &others) {
                left_out.push(boundary.name);
            }
            smaller = rest;
        }
        left_out.extend(beyond.iter().map(|boundary| boundary.name));
        left_out
    }

    /// Writes the name of a boundary where it covers no smaller one, and says whether it did.
    fn name(&mut self, boundary: &Named<'_>, smaller: &[[f64; 4]]) -> bool {
        let letters = self.letters;
        let [left, top, right, bottom] = boundary.frame;
        let name = cut(boundary.name.trim(), LONGEST_NAME);
        // A boundary that surrounds the whole map has no place of its own on it.
        let surrounds =
            left < 0.0 && top < 0.0 && right > View::WIDTH && bottom > self.view.height();
        // On a narrow page the names of specks would cover what they name.
        let is_speck = (right - left).max(bottom - top) < letters * self.least_named;
        if surrounds || is_speck || name.is_empty() {
            return false;
        }
        let (middle, centre) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        [
            ("middle", middle, top - letters * 0.4),
            ("start", right + letters * 0.5, centre + letters * 0.35),
            ("middle", middle, bottom + letters * 1.1),
            ("end", left - letters * 0.5, centre + letters * 0.35),
            ("middle", middle, centre + letters * 0.35),
        ]
        .into_iter()
        .any(|(anchor, x, y)| self.place("boundary", anchor, [x, y], &name, smaller))
    }

    fn records(&mut self, squares: &[Square<'_>]) -> bool {
        let letters = self.letters;
        let mut has_numbers = false;
        for square in squares.iter().take(MOST_NUMBERED) {
            let number = number::count(square.cell.records);
            // The corner of the part that is in view.
            let (x, y) = (square.x.max(0.0), square.y.max(0.0));
            let width = (square.x + square.width).min(View::WIDTH) - x;
            let height = (square.y + square.height).min(self.view.height()) - y;
            if width > width_of(&number, letters) + letters && height > letters * 1.8 {
                let corner = [x + letters * 0.7, y + letters * 1.3];
                has_numbers |= self.place("records", "start", corner, &number, &[]);
            }
        }
        if squares.len() <= MOST_NUMBERED {
            // Names keep off the small squares, which are what the map is about.
            let small = squares.iter().filter(|it| it.width.max(it.height) < letters * 4.0);
            self.taken.extend(small.map(|it| [it.x, it.y, it.x + it.width, it.y + it.height]));
        }
        has_numbers
    }

    /// Writes where nothing is yet that must not be covered, and says whether it did.
    fn place(
        &mut self,
        class: &'static str,
        anchor: &'static str,
        [x, y]: [f64; 2],
        name: &str,
        keep_off: &[[f64; 4]],
    ) -> bool {
        let wide = width_of(name, self.letters);
        let left = match anchor {
            "end" => x - wide,
            "middle" => x - wide / 2.0,
            _ => x,
        };
        let frame = [left, y - self.letters, left + wide, y + self.letters * 0.3];
        let [_, top, right, bottom] = frame;
        let is_inside = left >= EDGE - 1.0
            && top >= 0.0
            && right <= View::WIDTH - EDGE
            && bottom <= self.view.height();
        if !is_inside || self.taken.iter().chain(keep_off).any(|it| overlap(*it, frame)) {
            return false;
        }
        self.taken.push(frame);
        self.write(class, anchor, x, y, name);
        true
    }

    fn write(&mut self, class: &'static str, anchor: &'static str, x: f64, y: f64, name: &str) {
        self.page.raw("<text class=\"").raw(class).raw("\" text-anchor=\"").raw(anchor);
        self.page.raw("\" x=\"").coordinate(x).raw("\" y=\"").coordinate(y).raw("\">");
        self.page.text(name).raw("</text>\n");
    }
}

fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
    let [left_a, top_a, right_a, bottom_a] = a;
    let [left_b, top_b, right_b, bottom_b] = b;
    left_a < right_b + GAP && left_b < right_a + GAP && top_a < bottom_b && top_b < bottom_a
}

/// About how wide a text is: nobody knows the fonts of the reader.
fn width_of(text: &str, letters: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            ' ' | '\u{a0}' | '.' | ',' | '\'' | 'i' | 'l' | 'j' | 't' | 'f' | 'I' => 0.32,
            'm' | 'w' | 'M' | 'W' => 0.9,
            letter if letter.is_ascii_uppercase() => 0.7,
            '\u{2e80}'.. => 1.0,
            _ => 0.56,
        })
        .sum();
    ems * letters
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 m to 20 000 km")]
fn metres_told(metres: f64) -> String {
    number::length(metres.clamp(1.0, 20_000_000.0).round() as u64)
}

const EDGE: f64 = 8.0;
const GAP: f64 = 6.0;
const LONGEST_NAME: usize = 40;
/// Cells that get a number.
const MOST_NUMBERED: usize = 400;
/// Boundaries that get a name.
const MOST_NAMED: usize = 100;
/// Degrees of latitude over which one scale is true enough.
const ONE_SCALE: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_touch_overlap() {
        let frame = [10.0, 10.0, 50.0, 20.0];
        assert!(overlap(frame, [52.0, 12.0, 60.0, 18.0]), "too near to be read apart");
        assert!(!overlap(frame, [57.0, 12.0, 60.0, 18.0]));
        assert!(!overlap(frame, [10.0, 20.0, 50.0, 30.0]));
    }

    #[test]
    fn a_name_in_wide_letters_is_wider() {
        assert!(width_of("芦苇丛生", 10.0) > width_of("reed", 10.0));
        assert!(width_of("REED", 10.0) > width_of("reed", 10.0));
    }
}

//! Finds out how the rows of a plain table are written, from its first mebibyte.

use reedbed_core::term;

use crate::row::{Fields, row_ends, without_terminator};
use crate::table::{Dialect, Shape, Terminator};

/// Line ends of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    Cr,
    CrLf,
    Lf,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) line_end: LineEnd,
    /// Whether another delimiter would do as well as this one.
    pub(crate) is_doubtful: bool,
}

/// Finds delimiter, quotes and line end of text; a delimiter that is known already is kept.
///
/// Of tab, comma, semicolon and pipe, the delimiter is the one that cuts the most headings that are
/// Darwin Core terms out of the first row; then the one that cuts the most rows into as many fields
/// as the first; then the one that cuts the first row into the most. Fields between tabs and pipes
/// count as quoted only where every field that begins with a quote is quoted soundly, because many
/// tables of that kind have no quotes and a quote is a character in them.
pub(crate) fn detect(text: &[u8], delimiter: Option<u8>) -> Form {
    let line_end = line_end(text);
    let with_feeds: Vec<u8>;
    let text = match line_end {
        LineEnd::Cr => {
            with_feeds = text.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
            &with_feeds
        }
        LineEnd::CrLf | LineEnd::Lf => text,
    };
    let candidates: &[u8] = delimiter.as_ref().map_or(DELIMITERS, std::slice::from_ref);
    let mut tries: Vec<Try> = candidates.iter().map(|byte| Try::of(text, *byte)).collect();
    tries.sort_by_key(Try::merit);
    let second = tries.iter().rev().nth(1).map(Try::merit);
    let Some(best) = tries.pop() else {
        return Form { delimiter: b',', quote: Some(b'"'), line_end, is_doubtful: true };
    };
    Form {
        delimiter: best.delimiter,
        quote: best.is_quoted.then_some(b'"'),
        line_end,
        is_doubtful: best.merit().0 == 0
            && second.is_some_and(|(_, alike, _)| alike == best.merit().1),
    }
}

/// What comes of cutting rows at one delimiter.
#[derive(Debug)]
struct Try {
    delimiter: u8,
    is_quoted: bool,
    known_headings: usize,
    /// Rows that have as many fields as the first.
    alike: usize,
    /// Fields of the first row.
    fields: usize,
}

impl Try {
    fn of(text: &[u8], delimiter: u8) -> Self {
        let dialect = |quote| Dialect { delimiter, quote, terminator: Terminator::Lf };
        let quoted = Self::with(text, dialect(Some(b'"')));
        let may_have_none = matches!(delimiter, b'\t' | b'|');
        match quoted {
            (found, has_quotes, false) if has_quotes || !may_have_none => found,
            (found, _, true) if !may_have_none => found,
            _ => Self::with(text, dialect(None)).0,
        }
    }

    /// Also whether any field is quoted, and whether any is quoted wrongly.
    fn with(text: &[u8], dialect: Dialect) -> (Self, bool, bool) {
        let mut ends = Vec::new();
        row_ends(text, dialect, &mut ends);
        if ends.is_empty() {
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        let shape = Shape { dialect, columns: usize::MAX };
        let (mut fields, mut scratch) = (Fields::default(), String::new());
        let (mut has_quotes, mut has_broken) = (false, false);
        let mut found = Self {
            delimiter: dialect.delimiter,
            is_quoted: dialect.quote.is_some(),
            known_headings: 0,
            alike: 0,
            fields: 0,
        };
        let (mut start, mut rows) = (0, 0);
        for end in ends {
            let row = without_terminator(text.get(start..end as usize).unwrap_or(&[]));
            start = end as usize;
            if row.is_empty() {
                continue;
            }
            fields.split(row, dialect);
            has_quotes |= fields.has_quotes();
            has_broken |= fields.has_broken_quotes();
            rows += 1;
            if rows == 1 {
                found.fields = fields.len();
                found.known_headings = (0..fields.len().min(MOST_HEADINGS))
                    .filter(|i| term::find(fields.value(row, *i, &shape, &mut scratch)).is_some())
                    .count();
            }
            found.alike += usize::from(rows <= ROWS && fields.len() == found.fields);
        }
        (found, has_quotes, has_broken)
    }

    fn merit(&self) -> (usize, usize, usize) {
        // Any row is cut into one field by what does not stand in it.
        let alike = if self.fields > 1 { self.alike } else { 0 };
        (self.known_headings, alike, self.fields)
    }
}

/// The first line end outside of quotes tells.
fn line_end(text: &[u8]) -> LineEnd {
    let (mut is_inside, mut before) = (false, None);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'"' if is_inside => is_inside = false,
            // Doubled quotes close and open again.
            b'"' if before.is_none_or(|b| b == b'"' || DELIMITERS.contains(&b)) => is_inside = true,
            b'\n' if !is_inside => return LineEnd::Lf,
            b'\r' if !is_inside => {
                let is_pair = text.get(at + 1) == Some(&b'\n');
                return if is_pair { LineEnd::CrLf } else { LineEnd::Cr };
            }
            _ => {}
        }
        before = Some(*byte);
    }
    LineEnd::Lf
}

/// The last is taken where they all do equally well.
const DELIMITERS: &[u8] = b"|;\t,";
/// Rows that are compared with the first.
const ROWS: usize = 200;
const MOST_HEADINGS: usize = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, bool, LineEnd) {
        let form = detect(text.as_bytes(), None);
        (char::from(form.delimiter), form.quote.is_some(), form.line_end)
    }

    #[test]
    fn headings_tell_the_delimiter_whatever_the_cells_hold() {
        let text = "occurrenceID;scientificName;locality\n1;a, b, c;d, e\n2;f, g, h;i, j\n";
        assert_eq!(found(text), (';', true, LineEnd::Lf));
        assert_eq!(found("occurrenceID|year\n1;2;3|4\n").0, '|');
        assert_eq!(found("a\tb\n1,2\t3,4\n5\t6\n").0, '\t');
        assert_eq!(found("scientificName\nArdea alba\n").0, ',');
    }

    #[test]
    fn rows_alike_tell_it_where_no_heading_is_known() {
        assert_eq!(found("x;y;z\n1,5;2,5;3\n4;5;6\n").0, ';');
        assert!(detect(b"x;y,z\n1;2,3\n", None).is_doubtful);
        assert!(!detect(b"x;y;z\n1;2;3\n", None).is_doubtful);
        assert_eq!(detect(b"x;y^z\n", Some(b'^')).delimiter, b'^');
    }

    #[test]
    fn tabs_and_pipes_have_quotes_only_where_all_are_sound() {
        assert!(found("a\tb\n\"1\"\t\"2 \"\"x\"\"\"\n").1);
        assert!(found("a\tb\n\"1\n2\"\t3\n").1);
        assert!(!found("a\tb\n1\t2\n").1);
        assert!(!found("a\tb\n\"Big\" pond\t2\n\"x\"\t3\n").1);
        assert!(!found("a|b\n\"1|2\n").1);
        assert!(found("a,b\n\"Big\" pond,2\n").1);
    }

    #[test]
    fn the_first_line_end_outside_of_quotes_tells() {
        assert_eq!(found("a,b\r\n1,2\n").2, LineEnd::CrLf);
        assert_eq!(found("a,b\r1,\"2\n\"\r").2, LineEnd::Cr);
        assert_eq!(found("\"a\r\nb\",\"c\"\"\r\",d\n1,2,3\n").2, LineEnd::Lf);
        assert_eq!(found("a,b").2, LineEnd::Lf);
        assert_eq!(found("a,b 5\" c\r1,2").2, LineEnd::Cr);
    }
}

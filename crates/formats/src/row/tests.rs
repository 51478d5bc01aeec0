use super::*;
use crate::table::Terminator;

const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };
const TSV: Dialect = Dialect { delimiter: b'\t', quote: None, terminator: Terminator::Lf };

fn values(row: &str, dialect: Dialect) -> Vec<String> {
    let shape = Shape { dialect, columns: 9 };
    let (mut fields, mut scratch) = (Fields::default(), String::new());
    fields.split(row.as_bytes(), dialect);
    (0..fields.len())
        .map(|i| fields.value(row.as_bytes(), i, &shape, &mut scratch).to_owned())
        .collect()
}

/// Faults of the rows of a text, by line.
fn faults(text: &[u8], dialect: Dialect, columns: usize) -> Vec<(u64, Option<RowFault>)> {
    let mut ends = Vec::new();
    row_ends(text, dialect, &mut ends);
    if ends.last().is_none_or(|end| *end as usize != text.len()) {
        ends.push(index(text.len()));
    }
    let lines = Lines {
        bytes: text,
        ends: &ends,
        numbers: &[],
        first_row: 0,
        first_line: 1,
        longest_row: 1 << 20,
        is_cut: false,
    };
    let mut rows = Rows::new(lines, Shape { dialect, columns });
    let mut fields = Fields::default();
    let mut found = Vec::new();
    while let Some(row) = rows.next_into(&mut fields) {
        found.push((row.line, row.fault));
    }
    found
}

#[test]
fn a_row_without_quotes_is_cut_at_each_delimiter() {
    assert_eq!(values("a\t\tb c\t", TSV), ["a", "", "b c", ""]);
    assert_eq!(values("\"a\tb\"", TSV), ["\"a", "b\""]);
    assert_eq!(values("a", CSV), ["a"]);
}

#[test]
fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
    assert_eq!(
        values("\"a,b\",\"c\nd\",\"e \"\"f\"\" g\",\"\",\"\"\"\"", CSV),
        ["a,b", "c\nd", "e \"f\" g", "", "\""]
    );
}

#[test]
fn a_quote_inside_an_unquoted_field_is_a_character() {
    assert_eq!(values("a 5\" pipe,b\"", CSV), ["a 5\" pipe", "b\""]);
    assert_eq!(faults(b"a 5\" pipe,b\"\nc,d\n", CSV, 2), [(1, None), (2, None)]);
}

#[test]
fn a_row_whose_quotes_can_be_read_in_two_ways_is_a_fault() {
    for row in ["\"a\"b,c", "\"a\" ,c", "a,\"b\"\"c\"d", "\"a\"b\",c", "\"a\"\"\"\"\"b\"c"] {
        assert_eq!(faults(row.as_bytes(), CSV, 9), [(1, Some(RowFault::StrayQuote))], "{row}");
    }
}

#[test]
fn a_quote_that_never_closes_says_how_much_it_swallows() {
    let found = faults(b"a,b\n\"c,d\ne,f\ng,h", CSV, 2);
    assert_eq!(found, [(1, None), (2, Some(RowFault::UnclosedQuote { lines: 3 }))]);
}

#[test]
fn lines_are_counted_over_quoted_and_blank_ones() {
    let found = faults(b"a,\"1\n2\n3\"\r\n\r\n\nb,c\nd,\"\n\"\ne", CSV, 2);
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 6, 7, 9]);
}

#[test]
fn surplus_fields_are_a_fault_unless_they_are_empty() {
    assert_eq!(faults(b"a,b,,\"\",\n", CSV, 2), [(1, None)]);
    assert_eq!(
        faults(b"a,b,,c\n", CSV, 2),
        [(1, Some(RowFault::TooManyFields { found: 4, expected: 2 }))]
    );
}

#[test]
fn bytes_that_are_no_text_spoil_their_own_row_only() {
    let found = faults(b"a\tb\nc\xff\td\ne\0\tf\n\xc3\xa9\th\n", TSV, 2);
    assert_eq!(
        found.into_iter().map(|(_, fault)| fault).collect::<Vec<_>>(),
        [None, Some(RowFault::NotText), Some(RowFault::HasNul), None]
    );
}

#[test]
fn no_fault_tells_what_the_row_holds() {
    let found = faults(b"secret,\"secret\"secret\nsecret,b,c\nsecret\xff\n\"secret", CSV, 2);
    assert_eq!(found.len(), 4);
    for (_, fault) in found {
        assert!(!fault.unwrap().to_string().contains("secret"));
    }
}

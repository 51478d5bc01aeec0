//! Tables that are damaged, endless, or not what they say.

use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;
use reedbed_formats::table::Table;

use crate::support::{faults, file, open, open_within, read, rows};

const HEADINGS: &str = "occurrenceID,scientificName,locality\n";

fn with_table<T>(content: impl AsRef<[u8]>, then: impl FnOnce(&Table) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    then(&open(&[file(folder.path(), "t.csv", content)]).unwrap().tables[0])
}

fn refusal(content: impl AsRef<[u8]>) -> String {
    let folder = tempfile::tempdir().unwrap();
    open(&[file(folder.path(), "t.csv", content)]).unwrap_err().to_string()
}

#[test]
fn a_row_that_cannot_be_used_is_told_with_its_line() {
    let bytes = b"occurrenceID,scientificName,locality\n1,Ardea cinerea,a\n2,b,c,too much\n\n3,\xff\xfe,b\n4,Ardea cinerea,\"d\nd\"\n5,x\0y,e\n6,Ardea cinerea\n7,a,b,,\n8,R\xc3\xb6hricht,\xc3\xa9\n9,\"a\"b,c\n10,\xc3\xa9,\"c\n11,d,e\n";
    with_table(bytes, |table| {
        assert_eq!(
            faults(table),
            [
                (3, "the row has 4 fields where the table has 3 columns".to_owned()),
                (5, "the row is no text in the character set of its table".to_owned()),
                (8, "the row has a NUL byte".to_owned()),
                (12, "something stands behind the closing quote of a field".to_owned()),
                (13, "a quoted field does not end and swallows the last 2 lines".to_owned()),
            ]
        );
        let rows = rows(table);
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[1], ["4", "Ardea cinerea", "d\nd"]);
        assert_eq!(rows[2], ["6", "Ardea cinerea", ""]);
    });
}

#[test]
fn an_endless_line_without_quotes_spoils_its_own_row_only() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { row_bytes: 1 << 16, chunk_bytes: 1 << 14, ..Limits::default() };
    let text = format!(
        "occurrenceID\tscientificName\n1\tArdea alba\n2\t{}\n3\tArdea alba\n4\t{}",
        "a".repeat(1 << 20),
        "b".repeat(1 << 17)
    );
    let dataset = open_within(&file(folder.path(), "t", text), &limits).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(rows(table), [["1", "Ardea alba"], ["3", "Ardea alba"]]);
    let too_long = "the row is too long".to_owned();
    assert_eq!(faults(table), [(3, too_long.clone()), (5, too_long)]);
}

#[test]
fn an_endless_row_with_quotes_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        format!("{HEADINGS}1,b,c\n2,{},c\n", "a".repeat(1 << 20)),
        format!("{HEADINGS}1,b,c\n2,\"{}", "a\n".repeat(1 << 19)),
        // The same in a form that is normalised.
        format!("{HEADINGS}1,b,c\n2,\"{}", "a ".repeat(1 << 19)).replace('\n', "\r"),
    ] {
        let path = file(folder.path(), "t", text);
        for chunk_bytes in [1 << 14, 1 << 22] {
            let limits = Limits { row_bytes: 1 << 16, chunk_bytes, ..Limits::default() };
            let error = open_within(&path, &limits).and_then(|d| read(&d.tables[0])).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the row that begins on line 3 of `t` is longer than 65536 bytes; a quote that \
                 never closes does that"
            );
        }
    }
}

#[test]
fn what_is_no_table_of_text_is_refused() {
    let binary: Vec<u8> = (0..5_000_u32).map(|n| (n.wrapping_mul(97) >> 3) as u8).collect();
    assert_eq!(refusal(binary), "`t.csv` cannot be read: it is not a table of text");
    assert_eq!(refusal(""), "`t.csv` cannot be understood: it is empty");
    assert_eq!(refusal("\n\r\n\n"), "`t.csv` cannot be understood: it is empty");
    assert!(refusal("\"occurrenceID,year\n1,2").contains("headings cannot be read"));
    assert!(refusal("\"a\"b,year\n1,2").contains("behind the closing quote"));
    assert!(refusal(vec!["a"; 5_000].join(",") + "\n").contains("4096 columns"));
}

#[test]
fn an_input_that_is_not_there_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(open(&[]).unwrap_err(), FormatError::Empty));
    assert!(matches!(open(&[folder.path().join("none")]).unwrap_err(), FormatError::Open { .. }));
    let error = open(&[folder.path().to_owned()]).unwrap_err();
    assert!(matches!(error, FormatError::NoTables { .. }), "{error}");
    let path = file(folder.path(), "t.csv", HEADINGS);
    let dataset = open(std::slice::from_ref(&path)).unwrap();
    std::fs::remove_file(path).unwrap();
    assert!(matches!(
        dataset.tables[0].read().unwrap().next_chunk(),
        Err(FormatError::Open { .. })
    ));
}

#[test]
fn broken_rows_do_not_make_another_character_set_of_utf_8() {
    let text = format!("{HEADINGS}1,Röhricht,a\n2,Öland,b\n");
    let bytes = [text.as_bytes(), b"3,R\xf6hricht,c\n"].concat();
    let folder = tempfile::tempdir().unwrap();
    let dataset = open(&[file(folder.path(), "t", bytes)]).unwrap();
    assert_eq!(dataset.tables[0].encoding(), "UTF-8");
    assert_eq!(rows(&dataset.tables[0]).len(), 2);
    assert_eq!(faults(&dataset.tables[0]).len(), 1);
    assert!(dataset.notes[0].text.contains("some of its rows are not"));
}

#[test]
fn blank_lines_count_as_lines_and_not_as_rows() {
    with_table("\n\noccurrenceID,year\n\n\r\n1,2020\n\n2,2021\n\n", |table| {
        let all = read(table).unwrap();
        assert_eq!(all.iter().map(|read| read.line).collect::<Vec<_>>(), [6, 8]);
        assert_eq!(table.header(), Some(b"occurrenceID,year\n".as_slice()));
    });
    with_table("\r\r1,2020\r\r2,2021", |table| {
        assert_eq!(read(table).unwrap()[0].line, 5);
    });
}

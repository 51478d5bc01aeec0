use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use proptest::prelude::*;
use reedbed_formats::dataset::{OpenOptions, open as open_with};
use reedbed_formats::limits::Limits;
use reedbed_formats::table::RowKind;

use crate::support::{faults, file, open, open_in_chunks, rows};

const ROWS: &str = "occurrenceID,scientificName,locality\n1,Botaurus stellaris,\"Röhricht, Süd\"\n2,Ardea cinerea,\"a \"\"quoted\"\" reed\"\n";

fn expected() -> Vec<Vec<String>> {
    [["1", "Botaurus stellaris", "Röhricht, Süd"], ["2", "Ardea cinerea", "a \"quoted\" reed"]]
        .iter()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

#[test]
fn every_character_set_and_line_end_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let utf16 = |text: &str, big: bool, mark: bool| -> Vec<u8> {
        let mut bytes = Vec::new();
        let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        for unit in text.encode_utf16() {
            bytes.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        }
        bytes
    };
    let _ = (UTF_16BE, UTF_16LE);
    let latin = WINDOWS_1252.encode(ROWS).0.into_owned();
    let crlf = ROWS.replace('\n', "\r\n");
    let cr = ROWS.replace('\n', "\r");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("utf8", ROWS.into()),
        ("mark", [b"\xef\xbb\xbf", ROWS.as_bytes()].concat()),
        ("latin", latin),
        ("utf16le", utf16(ROWS, false, true)),
        ("utf16be", utf16(ROWS, true, true)),
        ("utf16le-bare", utf16(ROWS, false, false)),
        ("utf16be-bare", utf16(ROWS, true, false)),
        ("crlf", crlf.clone().into()),
        ("cr", cr.into()),
        ("utf16-crlf", utf16(&crlf, false, true)),
    ];
    for (name, bytes) in cases {
        let dataset = open(&[file(folder.path(), name, bytes)]).unwrap();
        assert_eq!(rows(&dataset.tables[0]), expected(), "{name}");
        assert_eq!(dataset.tables[0].kind, RowKind::Occurrence, "{name}");
    }
}

#[test]
fn every_delimiter_is_detected_and_can_be_overridden() {
    let folder = tempfile::tempdir().unwrap();
    for delimiter in ["\t", ",", ";", "|"] {
        let text = ["occurrenceID", "scientificName", "year"].join(delimiter)
            + "\n"
            + &["1", "Ardea cinerea", "2020"].join(delimiter)
            + "\n";
        let dataset = open(&[file(folder.path(), "t", &text)]).unwrap();
        assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "2020"]], "{delimiter:?}");
    }
    let path =
        file(folder.path(), "odd", "occurrenceID^scientificName^year\n1^Ardea cinerea^2020\n");
    let options = OpenOptions { delimiter: Some(b'^'), ..OpenOptions::default() };
    let dataset = open_with(&[path], &options, &Limits::default()).unwrap();
    assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "2020"]]);
}

#[test]
fn escapes_and_missing_headings_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "t", "1\tmade\\\tup\\nof parts\n");
    let options = OpenOptions {
        delimiter: Some(b'\t'),
        escape: Some(b'\\'),
        header: Some(false),
        ..OpenOptions::default()
    };
    let dataset = open_with(&[path], &options, &Limits::default()).unwrap();
    assert_eq!(rows(&dataset.tables[0]), [["1", "made\tup\nof parts"]]);
}

#[test]
fn a_row_that_cannot_be_used_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = b"occurrenceID,scientificName,locality\n1,Ardea cinerea,a\n2,b,c,too much\n\n3,\xff\xfe,b\n4,Ardea cinerea,\"d\nd\"\n5,x\0y,e\n6,Ardea cinerea\n7,a,b,,\n8,R\xc3\xb6hricht,\xc3\xa9\n9,\xc3\xa9,\xc3\xa9\n";
    let dataset = open(&[file(folder.path(), "t", bytes)]).unwrap();
    let table = &dataset.tables[0];
    let found = faults(table);
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5, 8]);
    assert_eq!(found[0].1, "the row has 4 fields where the table has 3 columns");
    assert_eq!(rows(table).len(), 6);
    assert_eq!(rows(table)[1][2], "d\nd");
}

#[test]
fn a_stray_quote_inside_a_field_is_a_character() {
    let folder = tempfile::tempdir().unwrap();
    let text = "occurrenceID,scientificName,locality\n1,Ardea cinerea,a 5\" pipe\n2,Ardea cinerea,b\n3,Ardea cinerea,\"c\"\n";
    let dataset = open(&[file(folder.path(), "t", text)]).unwrap();
    assert_eq!(rows(&dataset.tables[0]).len(), 3);
    assert_eq!(rows(&dataset.tables[0])[0][2], "a 5\" pipe");
}

#[test]
fn related_tables_are_one_dataset_with_the_events_as_core() {
    let folder = tempfile::tempdir().unwrap();
    let occurrences =
        file(folder.path(), "o.csv", "occurrenceID,eventID,scientificName\n1,e1,Ardea cinerea\n");
    let events =
        file(folder.path(), "e.csv", "eventID,decimalLatitude,decimalLongitude\ne1,41,-8\n");
    let dataset = open(&[occurrences, events]).unwrap();
    assert_eq!(dataset.tables[0].kind, RowKind::Occurrence);
    assert!(!dataset.tables[0].is_core);
    assert!(dataset.tables[1].is_core);
}

fn any_field() -> impl Strategy<Value = String> {
    "[a-zé漢\" ,;|\\n]{0,12}".prop_map(|text| text.replace('\r', ""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_reads_back_whatever_the_chunks(
        cells in prop::collection::vec(prop::collection::vec(any_field(), 3), 1..20),
        chunk_bytes in 7_usize..400,
        delimiter in prop::sample::select(vec![b',', b';', b'|']),
        crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = ["occurrenceID", "scientificName", "locality"].join(&char::from(delimiter).to_string()) + end;
        for row in &cells {
            let quoted: Vec<String> = row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            text += &(quoted.join(&char::from(delimiter).to_string()) + end);
        }
        let folder = tempfile::tempdir().unwrap();
        let dataset = open_in_chunks(&file(folder.path(), "t", &text), chunk_bytes);
        prop_assert_eq!(rows(&dataset.tables[0]), cells);
    }
}

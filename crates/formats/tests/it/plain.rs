//! Plain tables: what is detected, and what can be told instead.

use encoding_rs::WINDOWS_1252;
use reedbed_formats::dataset::{Form, OpenOptions, open as open_with};
use reedbed_formats::limits::Limits;
use reedbed_formats::table::RowKind;

use crate::support::{file, open, read, rows};

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
    let utf16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    };
    let marked = |text: &str| format!("\u{feff}{text}");
    let (crlf, cr) = (ROWS.replace('\n', "\r\n"), ROWS.replace('\n', "\r"));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("utf8", ROWS.into()),
        ("mark", marked(ROWS).into()),
        ("latin", WINDOWS_1252.encode(ROWS).0.into_owned()),
        ("latin-cr", WINDOWS_1252.encode(&cr).0.into_owned()),
        ("utf16le", utf16(&marked(ROWS), u16::to_le_bytes)),
        ("utf16be", utf16(&marked(ROWS), u16::to_be_bytes)),
        ("utf16le-bare", utf16(ROWS, u16::to_le_bytes)),
        ("utf16be-bare", utf16(ROWS, u16::to_be_bytes)),
        ("crlf", crlf.clone().into()),
        ("cr", cr.into()),
        ("utf16-crlf", utf16(&marked(&crlf), u16::to_le_bytes)),
    ];
    for (name, bytes) in cases {
        let dataset = open(&[file(folder.path(), name, bytes)]).unwrap();
        let table = &dataset.tables[0];
        assert_eq!(rows(table), expected(), "{name}");
        assert_eq!(table.kind, RowKind::Occurrence, "{name}");
        assert_eq!(read(table).unwrap().iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3]);
        let is_guessed = name.contains("latin") || name.contains("bare");
        assert_eq!(dataset.notes.len(), usize::from(is_guessed), "{name}: {:?}", dataset.notes);
    }
}

#[test]
fn every_delimiter_is_detected_and_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    for delimiter in ["\t", ",", ";", "|"] {
        let text = ["occurrenceID", "scientificName", "year"].join(delimiter)
            + "\n"
            + &["1", "Ardea cinerea", "2020"].join(delimiter)
            + "\n";
        let dataset = open(&[file(folder.path(), "t", &text)]).unwrap();
        assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "2020"]], "{delimiter:?}");
    }
    let text = "occurrenceID^scientificName^year\n1^Ardea cinerea^2020\n";
    let options = OpenOptions { delimiter: Some(b'^'), ..OpenOptions::default() };
    let path = file(folder.path(), "odd", text);
    let dataset = open_with(&[path], &options, &Limits::default()).unwrap();
    assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "2020"]]);
}

#[test]
fn quotes_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "occurrenceID,locality\n1,'a,b'\n2,\"c\n";
    let path = file(folder.path(), "t", text);
    for (quote, expected) in
        [(Some(b'\''), vec![vec!["1", "a,b"], vec!["2", "\"c"]]), (None, vec![vec!["2", "\"c"]])]
    {
        let options = OpenOptions { quote: Some(quote), ..OpenOptions::default() };
        let dataset = open_with(std::slice::from_ref(&path), &options, &Limits::default()).unwrap();
        assert_eq!(rows(&dataset.tables[0]), expected);
    }
}

#[test]
fn escapes_and_missing_headings_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "t", "1\tmade\\\tup\\nof parts\t\\N\n2\tx\ty\n");
    let options = OpenOptions {
        delimiter: Some(b'\t'),
        escape: Some(b'\\'),
        header: Some(false),
        ..OpenOptions::default()
    };
    let dataset = open_with(&[path], &options, &Limits::default()).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(rows(table), [["1", "made\tup\nof parts", ""], ["2", "x", "y"]]);
    assert_eq!(read(table).unwrap()[1].line, 2);
    assert_eq!(table.columns[1].heading, "column 2");
    assert_eq!(table.header(), None);
    assert!(dataset.notes[0].text.contains("no headings"));
}

#[test]
fn a_character_set_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "t", b"occurrenceID,locality\n1,\xc5\xf3d\xbc\n");
    let open_as = |encoding: &str| {
        let options = OpenOptions { encoding: Some(encoding.to_owned()), ..OpenOptions::default() };
        open_with(std::slice::from_ref(&path), &options, &Limits::default())
    };
    let dataset = open_as("iso-8859-2").unwrap();
    assert_eq!(rows(&dataset.tables[0]), [["1", "Ĺódź"]]);
    assert!(dataset.notes.is_empty());
    assert!(open_as("klingon").unwrap_err().to_string().contains("`klingon`"));
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
fn headings_are_kept_as_written_and_found_by_their_terms() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{feff}dwc:occurrenceID;SCIENTIFIC_NAME; Year ;\"Year\";colour\r\n1;a;2;3;4\r\n";
    let dataset = open(&[file(folder.path(), "t", text)]).unwrap();
    let table = &dataset.tables[0];
    let headings: Vec<&str> = table.columns.iter().map(|c| c.heading.as_str()).collect();
    assert_eq!(headings, ["dwc:occurrenceID", "SCIENTIFIC_NAME", "Year", "Year", "colour"]);
    assert_eq!(table.column("year"), Some(2));
    assert_eq!(table.columns[3].term, table.columns[2].term);
    assert_eq!(table.columns[4].term, None);
    assert_eq!(
        table.header(),
        Some(b"dwc:occurrenceID;SCIENTIFIC_NAME; Year ;\"Year\";colour\r\n".as_slice())
    );
}

#[test]
fn records_are_known_by_their_most_particular_identifier() {
    let folder = tempfile::tempdir().unwrap();
    for (headings, expected) in [
        ("catalogNumber,occurrenceID,scientificName", Some(1)),
        ("catalogNumber,gbifID,scientificName", Some(1)),
        ("scientificName,catalogNumber,id", Some(1)),
        ("scientificName,locality,ID", Some(2)),
        ("scientificName,locality,year", None),
        ("eventDate,eventID,samplingProtocol", Some(1)),
        ("taxonRank,taxonID,scientificName", Some(1)),
    ] {
        let dataset = open(&[file(folder.path(), "t", format!("{headings}\n"))]).unwrap();
        assert_eq!(dataset.tables[0].id, expected, "{headings}");
    }
}

#[test]
fn related_tables_are_one_dataset_with_the_events_as_core() {
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, text: &str| file(folder.path(), name, text);
    let occurrences = table("o.csv", "occurrenceID,eventID,scientificName\n1,e1,Ardea cinerea\n");
    let events = table("e.csv", "eventID,decimalLatitude,decimalLongitude\ne1,41,-8\n");
    let measurements = table("m.csv", "occurrenceID,measurementType\n1,length\n");
    let dataset = open(&[occurrences.clone(), measurements.clone(), events]).unwrap();
    assert_eq!(dataset.form, Form::Tables);
    let found: Vec<_> = dataset.tables.iter().map(|t| (t.kind, t.is_core, t.id)).collect();
    assert_eq!(
        found,
        [
            (RowKind::Occurrence, false, Some(0)),
            (RowKind::Measurement, false, None),
            (RowKind::Event, true, Some(0)),
        ]
    );
    let dataset = open(&[measurements, occurrences]).unwrap();
    assert!(dataset.tables[1].is_core);
}

#[test]
fn what_is_doubtful_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = open(&[file(folder.path(), "t", "x;y,z\n1;2,3\n")]).unwrap();
    let notes: Vec<&str> = dataset.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "its delimiter is not clear and was taken to be `,`",
            "none of its headings is a known term"
        ]
    );
}

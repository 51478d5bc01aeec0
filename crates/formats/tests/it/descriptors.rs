//! What `meta.xml` says of a table, and what comes of it.

use std::path::Path;

use reedbed_formats::dataset::{Dataset, OpenOptions, open as open_with};
use reedbed_formats::limits::Limits;
use reedbed_formats::table::{RowKind, Table};

use crate::support::{faults, file, meta, open, read, rows};

const FILES: &str = "<files><location>o.txt</location></files>";

fn field(index: usize, term: &str) -> String {
    format!("<field index=\"{index}\" term=\"http://rs.tdwg.org/dwc/terms/{term}\"/>")
}

/// An archive of one table.
fn archive(folder: &Path, attributes: &str, fields: &str, text: impl AsRef<[u8]>) -> Dataset {
    file(folder, "meta.xml", meta(attributes, &format!("{FILES}{fields}")));
    file(folder, "o.txt", text);
    open(&[folder.to_owned()]).unwrap()
}

fn term(table: &Table, column: usize) -> Option<&'static str> {
    table.columns[column].term.map(|term| term.name)
}

fn notes(dataset: &Dataset) -> Vec<&str> {
    dataset.notes.iter().map(|note| note.text.as_str()).collect()
}

#[test]
fn columns_constants_and_defaults_are_as_described() {
    let folder = tempfile::tempdir().unwrap();
    let fields = "<id index='0'/>".to_owned()
        + &field(1, "scientificName")
        + "<field index='2' term='http://rs.tdwg.org/dwc/terms/locality' default='unknown' \
           delimitedBy='|' vocabulary='http://example.org/v'/>\
           <field term='http://rs.tdwg.org/dwc/terms/basisOfRecord' default='HumanObservation'/>\
           <field term='http://rs.tdwg.org/dwc/terms/sex'/>";
    let dataset = archive(
        folder.path(),
        "fieldsTerminatedBy=\"|\" fieldsEnclosedBy=\"'\" ignoreHeaderLines=\"2\" dateFormat=\"DD.MM.YYYY\"",
        &fields,
        "a|b|c\nunits|-|-\n1|Ardea cinerea|'x|y'\n2|A. alba\n",
    );
    let table = &dataset.tables[0];
    assert_eq!(rows(table), [["1", "Ardea cinerea", "x|y"], ["2", "A. alba", ""]]);
    assert_eq!(table.id, Some(0));
    assert_eq!(term(table, 0), Some("occurrenceID"));
    assert_eq!(table.columns[0].heading, "a");
    assert_eq!(table.columns[2].default.as_deref(), Some("unknown"));
    assert_eq!(table.columns[2].delimited_by.as_deref(), Some("|"));
    assert_eq!(table.columns[2].vocabulary.as_deref(), Some("http://example.org/v"));
    assert_eq!(table.defaults.len(), 1);
    assert_eq!(table.defaults[0].value, "HumanObservation");
    assert_eq!(table.date_format.as_deref(), Some("DD.MM.YYYY"));
    assert!(notes(&dataset)[0].contains("`DD.MM.YYYY`"), "{:?}", dataset.notes);
}

#[test]
fn odd_delimiters_encodings_and_line_ends_are_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let text = encoding_rs::WINDOWS_1252
        .encode("1##Ardea cinerea##Röhricht\r2##Botaurus stellaris##a,b\r")
        .0
        .into_owned();
    let dataset = archive(
        folder.path(),
        "fieldsTerminatedBy=\"##\" linesTerminatedBy=\"\\r\" fieldsEnclosedBy=\"\" encoding=\"ISO-8859-1\"",
        &("<id index='0'/>".to_owned() + &field(1, "scientificName") + &field(2, "locality")),
        text,
    );
    assert_eq!(
        rows(&dataset.tables[0]),
        [["1", "Ardea cinerea", "Röhricht"], ["2", "Botaurus stellaris", "a,b"]]
    );
    assert!(dataset.notes.is_empty(), "{:?}", dataset.notes);
}

#[test]
fn older_names_of_terms_and_kinds_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    file(
        folder.path(),
        "meta.xml",
        "<archive xmlns='http://digir.net/old'><core rowType='http://rs.tdwg.org/dwc/terms/DarwinCore'>\
        <files><location>o.txt</location></files><id index='0'/><field index='1' term='http://rs.tdwg.org/dwc/terms/Collector'/>\
        <field index='2' term='http://rs.tdwg.org/dwc/terms/DecimalLatitude'/></core></archive>",
    );
    file(folder.path(), "o.txt", "1,A. Person,5\n");
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(table.kind, RowKind::Occurrence);
    assert_eq!((term(table, 1), term(table, 2)), (Some("recordedBy"), Some("decimalLatitude")));
    assert_eq!(table.columns[1].uri.as_deref(), Some("http://rs.tdwg.org/dwc/terms/Collector"));
}

#[test]
fn a_column_that_is_not_mentioned_is_there_by_its_heading() {
    let folder = tempfile::tempdir().unwrap();
    let fields = "<id index='0'/>".to_owned() + &field(3, "locality");
    let dataset = archive(
        folder.path(),
        "ignoreHeaderLines=\"1\"",
        &fields,
        "occurrenceID,locality,year,place,colour\n1,old,2020,new,red\n",
    );
    let table = &dataset.tables[0];
    assert_eq!(table.columns.len(), 5);
    // The descriptor stands above a heading that claims the same.
    assert_eq!((term(table, 1), term(table, 3)), (None, Some("locality")));
    assert_eq!(table.column("locality"), Some(3));
    assert_eq!((term(table, 2), term(table, 4)), (Some("year"), None));
    assert_eq!(
        notes(&dataset),
        ["meta.xml does not mention its columns `locality`, `year`, `colour`"]
    );
}

#[test]
fn the_identifier_has_the_fitting_term_unless_another_column_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let fields = "<id index='0'/>".to_owned() + &field(1, "occurrenceID");
    let dataset = archive(folder.path(), "", &fields, "1,urn:1\n");
    let table = &dataset.tables[0];
    assert_eq!((table.id, term(table, 0)), (Some(0), None));
    assert_eq!(table.column("occurrenceID"), Some(1));
}

/// A taxon core and an extension whose core identifier has no index.
fn with_extension(folder: &Path, core: &str, extension: &str) -> Dataset {
    file(
        folder,
        "meta.xml",
        format!(
            "<archive><extension rowType='http://rs.gbif.org/terms/1.0/VernacularName'>\
         <files><location>v.txt</location></files><coreid/>{extension}</extension>\
         <core rowType='http://rs.tdwg.org/dwc/terms/Taxon'>{FILES}{core}</core></archive>"
        ),
    );
    file(folder, "o.txt", "1,t1\n");
    file(folder, "v.txt", "1,heron\n");
    open(&[folder.to_owned()]).unwrap()
}

#[test]
fn an_extension_without_core_identifier_is_tied_by_the_term_of_the_core_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (id, name) = ("<id index='0'/>", field(1, "vernacularName"));
    let dataset = with_extension(folder.path(), id, &(field(0, "taxonID") + &name));
    assert!(dataset.tables[0].is_core);
    assert_eq!(dataset.tables[1].id, Some(0));
    assert_eq!(
        notes(&dataset),
        [
            "meta.xml does not mention its columns `column 2`",
            "meta.xml does not say which column names its core row; taxonID was taken"
        ]
    );
    // The first column is not taken for it.
    let dataset = with_extension(folder.path(), id, &name);
    assert_eq!(dataset.tables[1].id, None);
    assert!(notes(&dataset).iter().any(|note| note.contains("hang from nothing")));
    // The core is known by something else than its taxonID.
    let core = id.to_owned() + &field(1, "taxonID");
    let dataset = with_extension(folder.path(), &core, &(field(0, "taxonID") + &name));
    assert_eq!(dataset.tables[1].id, None);
}

#[test]
fn a_first_row_that_looks_like_headings_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let fields = field(0, "occurrenceID") + &field(1, "scientificName") + &field(2, "year");
    let text = "occurrenceID,scientificName,year\n1,Ardea alba,2020\n";
    let dataset = archive(folder.path(), "", &fields, text);
    assert!(notes(&dataset)[0].contains("looks like headings"), "{:?}", dataset.notes);
    assert_eq!(rows(&dataset.tables[0]).len(), 2);
}

#[test]
fn a_character_set_that_the_file_disproves_is_not_believed() {
    let fields = field(0, "occurrenceID") + &field(1, "locality");
    let text = "1,Röhricht\n2,Öland\n3,Süd\n";
    let expected = [["1", "Röhricht"], ["2", "Öland"], ["3", "Süd"]];
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
    for (stated, bytes) in [
        ("ISO-8859-1", text.as_bytes()),
        ("UTF-16", text.as_bytes()),
        ("UTF-8", &utf16),
        ("UTF-8", &marked),
        ("windows-1252", &marked),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let dataset = archive(folder.path(), &format!("encoding='{stated}'"), &fields, bytes);
        assert_eq!(rows(&dataset.tables[0]), expected, "{stated}");
        assert!(notes(&dataset)[0].contains("but it is"), "{:?}", dataset.notes);
    }
}

#[test]
fn text_that_is_not_what_it_says_and_could_be_anything_is_rejected_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let fields = field(0, "occurrenceID") + &field(1, "locality");
    let dataset = archive(folder.path(), "", &fields, b"1,R\xf6hricht\n2,S\xfcd\n3,Bruch\n");
    assert_eq!(rows(&dataset.tables[0]), [["3", "Bruch"]]);
    assert_eq!(faults(&dataset.tables[0]).len(), 2);
    assert!(notes(&dataset)[0].contains("it may be windows-1252"), "{:?}", dataset.notes);
    let options = OpenOptions { encoding: Some("latin1".to_owned()), ..OpenOptions::default() };
    let dataset = open_with(&[folder.path().to_owned()], &options, &Limits::default()).unwrap();
    assert_eq!(rows(&dataset.tables[0])[0], ["1", "Röhricht"]);
}

#[test]
fn line_ends_that_are_not_what_is_said_do_no_harm() {
    let fields = field(0, "occurrenceID") + &field(1, "locality");
    for (stated, text) in [
        ("\\n", "1,a\r2,b\r"),
        ("\\r\\n", "1,a\r2,b"),
        ("\\r", "1,a\n2,b\n"),
        ("\\n", "1,a\r\n2,b\r\n"),
        ("\\r\\n", "1,a\n2,b\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let dataset =
            archive(folder.path(), &format!("linesTerminatedBy='{stated}'"), &fields, text);
        assert_eq!(rows(&dataset.tables[0]), [["1", "a"], ["2", "b"]], "{stated} {text:?}");
        assert_eq!(read(&dataset.tables[0]).unwrap()[1].line, 2);
    }
}

#[test]
fn a_character_set_that_nobody_knows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "meta.xml", meta("encoding='klingon'", FILES));
    file(folder.path(), "o.txt", "1\n");
    let error = open(&[folder.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("`klingon` is not known"), "{error}");
}

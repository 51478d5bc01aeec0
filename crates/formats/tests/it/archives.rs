//! Archives as honest programs write them.

use reedbed_formats::dataset::{Form, Packaging};
use reedbed_formats::error::FormatError;
use reedbed_formats::table::RowKind;

use crate::support::{file, meta, open, rows, tar_gz, zip};

const FIELDS: &str = "<files><location>o.txt</location></files><id index=\"0\"/>\
    <field index=\"1\" term=\"http://rs.tdwg.org/dwc/terms/scientificName\"/>\
    <field index=\"2\" term=\"http://rs.tdwg.org/dwc/terms/locality\" default=\"unknown\"/>\
    <field term=\"http://rs.tdwg.org/dwc/terms/basisOfRecord\" default=\"HumanObservation\"/>";

#[test]
fn every_packaging_reads_the_same_and_as_often_as_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let inner = tempfile::tempdir_in(folder.path()).unwrap();
    let (meta, text) = (meta("", FIELDS), "1,Ardea cinerea,x\n".repeat(50_000));
    let members = [("meta.xml", meta.as_bytes()), ("o.txt", text.as_bytes())];
    for (name, content) in members {
        file(inner.path(), name, content);
    }
    for (path, packaging) in [
        (inner.path().to_owned(), Packaging::Folder),
        // What a file is follows from its content.
        (tar_gz(folder.path(), "a.zip", &members), Packaging::TarGz),
        (zip(folder.path(), "a.tar.gz", &members), Packaging::Zip),
    ] {
        let dataset = open(&[path]).unwrap();
        assert_eq!(dataset.form, Form::Archive(packaging));
        let table = &dataset.tables[0];
        assert_eq!(table.byte_len(), Some(text.len() as u64));
        for _ in 0..2 {
            assert_eq!(rows(table).len(), 50_000, "{packaging:?}");
        }
        assert_eq!(table.file_name(0), "o.txt");
        assert!(dataset.notes.is_empty());
    }
}

#[test]
fn an_archive_may_be_one_folder_down_among_what_systems_leave_behind() {
    let folder = tempfile::tempdir().unwrap();
    let meta = meta("", FIELDS);
    let members: [(&str, &[u8]); 5] = [
        ("x/meta.xml", meta.as_bytes()),
        ("x/o.txt", b"1,Ardea cinerea,x\n"),
        ("__MACOSX/x/._o.txt", b"junk"),
        ("__MACOSX/x/._meta.xml", b"junk"),
        (".DS_Store", b"junk"),
    ];
    let paths = [zip(folder.path(), "a.zip", &members), tar_gz(folder.path(), "a.tgz", &members)];
    for path in paths {
        let dataset = open(&[path]).unwrap();
        assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "x"]]);
    }
    let inner = tempfile::tempdir_in(folder.path()).unwrap();
    std::fs::create_dir(inner.path().join("x")).unwrap();
    file(inner.path(), "x/meta.xml", meta);
    file(inner.path(), "x/o.txt", "1,Ardea cinerea,x\n");
    let dataset = open(&[inner.path().to_owned()]).unwrap();
    assert_eq!(rows(&dataset.tables[0]).len(), 1);
}

#[test]
fn several_files_are_one_table_and_each_has_its_headings() {
    let folder = tempfile::tempdir().unwrap();
    let fields = FIELDS.replace(
        "<location>o.txt</location>",
        "<location>o1.txt</location><location>o2.txt</location><location>o3.txt</location>",
    );
    file(folder.path(), "meta.xml", meta("ignoreHeaderLines=\"1\"", &fields));
    file(folder.path(), "o1.txt", "a,b,c\n1,Ardea cinerea,x");
    file(folder.path(), "o2.txt", "a,b,c\n");
    file(folder.path(), "o3.txt", "\u{feff}a,b,c\n2,Ardea alba,y\n");
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(rows(table), [["1", "Ardea cinerea", "x"], ["2", "Ardea alba", "y"]]);
    let mut chunks = table.read().unwrap();
    let files: Vec<(usize, u64)> = std::iter::from_fn(|| chunks.next_chunk().unwrap())
        .map(|c| (c.file, c.first_line))
        .collect();
    assert_eq!(files, [(0, 2), (2, 2)]);
    assert_eq!(table.file_name(2), "o3.txt");
    assert_eq!(table.header(), Some(b"a,b,c\n".as_slice()));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = zip(folder.path(), "a.zip", &[("meta.xml", meta("", FIELDS).as_bytes())]);
    let error = open(&[path]).unwrap_err();
    assert_eq!(error.to_string(), "`a.zip` names the file `o.txt`, which is not in it");
    file(folder.path(), "meta.xml", meta("", &FIELDS.replace("o.txt", "http://example.org/o.txt")));
    let error = open(&[folder.path().to_owned()]).unwrap_err();
    assert!(matches!(error, FormatError::MissingFile { .. }), "{error}");
}

#[test]
fn a_file_in_letters_of_another_case_is_found_if_it_is_the_only_one() {
    let folder = tempfile::tempdir().unwrap();
    let meta = meta("", FIELDS);
    let one = [("meta.xml", meta.as_bytes()), ("O.TXT", b"1,a,b\n".as_slice())];
    let dataset = open(&[zip(folder.path(), "a.zip", &one)]).unwrap();
    assert_eq!(dataset.notes[0].text, "meta.xml calls it `o.txt`");
    let two = [one[0], one[1], ("O.txt", b"1,a,b\n".as_slice())];
    assert!(open(&[zip(folder.path(), "b.zip", &two)]).is_err());
}

#[test]
fn an_archive_of_one_table_needs_no_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let text: &[u8] = b"occurrenceID,scientificName,year\n1,Ardea alba,2020\n";
    let eml = b"<eml><dataset><title>Herons</title></dataset></eml>".as_slice();
    let path = zip(folder.path(), "a.zip", &[("o.csv", text), ("eml.xml", eml)]);
    let dataset = open(&[path]).unwrap();
    assert_eq!(dataset.form, Form::Archive(Packaging::Zip));
    assert_eq!(dataset.tables[0].kind, RowKind::Occurrence);
    assert!(dataset.tables[0].is_core);
    assert_eq!(dataset.notes.len(), 1);
    assert_eq!(dataset.metadata.unwrap().title.as_deref(), Some("Herons"));
}

#[test]
fn a_folder_without_descriptor_is_its_tables() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "event.csv", "eventID,decimalLatitude\ne1,41\n");
    file(folder.path(), "occurrence.csv", "occurrenceID,eventID,scientificName\n1,e1,Ardea alba\n");
    file(folder.path(), "README.txt", "Herons, year by year; counted at dawn\n");
    file(folder.path(), "map.png", b"\x89PNG\0\0");
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(dataset.form, Form::Tables);
    let kinds: Vec<_> = dataset.tables.iter().map(|t| (t.kind, t.is_core)).collect();
    assert_eq!(kinds, [(RowKind::Event, true), (RowKind::Occurrence, false)]);
    let notes: Vec<&str> = dataset.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(notes.iter().any(|note| note.contains("left aside")), "{notes:?}");
}

#[test]
fn metadata_that_cannot_be_read_fails_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = |attributes: &str| {
        meta("", FIELDS).replace("<archive ", &format!("<archive {attributes} "))
    };
    for (attributes, eml, expected) in [
        ("metadata='about.xml'", Some("<eml><dataset>"), "cut off"),
        ("metadata='about.xml'", Some("<!DOCTYPE x><eml/>"), "document type"),
        ("metadata='about.xml'", None, "which is not in it"),
        ("metadata='../about.xml'", None, "outside"),
    ] {
        let inner = tempfile::tempdir_in(folder.path()).unwrap();
        file(inner.path(), "meta.xml", archive(attributes));
        file(inner.path(), "o.txt", "1,a,b\n");
        if let Some(eml) = eml {
            file(inner.path(), "about.xml", eml);
        }
        let dataset = open(&[inner.path().to_owned()]).unwrap();
        assert_eq!(dataset.metadata, None);
        assert!(dataset.notes[0].text.contains(expected), "{:?}", dataset.notes);
    }
}

#[test]
fn an_archive_is_not_read_together_with_other_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let table = file(folder.path(), "t.csv", "occurrenceID,year\n");
    let path = zip(folder.path(), "a.zip", &[("o.csv", b"occurrenceID,year\n")]);
    assert!(matches!(open(&[table, path]).unwrap_err(), FormatError::Mixed));
}

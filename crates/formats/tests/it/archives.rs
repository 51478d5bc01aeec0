use reedbed_formats::dataset::{Form, Packaging};
use reedbed_formats::table::RowKind;

use crate::support::{file, meta, open, rows, zip};

const FIELDS: &str = "<files><location>o.txt</location></files><id index=\"0\"/>\
    <field index=\"1\" term=\"http://rs.tdwg.org/dwc/terms/scientificName\"/>\
    <field index=\"2\" term=\"http://rs.tdwg.org/dwc/terms/locality\" default=\"unknown\"/>\
    <field term=\"http://rs.tdwg.org/dwc/terms/basisOfRecord\" default=\"HumanObservation\"/>";

#[test]
fn a_descriptor_says_everything_about_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let text = "a|b|c\n1|Ardea cinerea|'x|y'\n";
    let meta = meta(
        "fieldsTerminatedBy=\"|\" linesTerminatedBy=\"\\n\" fieldsEnclosedBy=\"'\" ignoreHeaderLines=\"1\" encoding=\"UTF-8\"",
        FIELDS,
    );
    let path = zip(
        folder.path(),
        "a.zip",
        &[
            ("x/meta.xml", meta.as_bytes()),
            ("x/o.txt", text.as_bytes()),
            ("__MACOSX/x/._o.txt", b"junk"),
        ],
    );
    let dataset = open(&[path]).unwrap();
    assert_eq!(dataset.form, Form::Archive(Packaging::Zip));
    let table = &dataset.tables[0];
    assert_eq!(rows(table), [["1", "Ardea cinerea", "x|y"]]);
    assert_eq!(table.id, Some(0));
    assert_eq!(table.columns[0].term.map(|t| t.name), Some("occurrenceID"));
    assert_eq!(table.columns[2].default.as_deref(), Some("unknown"));
    assert_eq!(table.defaults[0].value, "HumanObservation");
    assert!(table.has_header);
}

#[test]
fn odd_delimiters_encodings_and_line_ends_are_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let text = encoding_rs::WINDOWS_1252
        .encode("1##Ardea cinerea##Röhricht\r2##Botaurus stellaris##a,b\r")
        .0
        .into_owned();
    let meta = meta(
        "fieldsTerminatedBy=\"##\" linesTerminatedBy=\"\\r\" fieldsEnclosedBy=\"\" ignoreHeaderLines=\"0\" encoding=\"ISO-8859-1\"",
        FIELDS,
    );
    file(folder.path(), "meta.xml", meta);
    file(folder.path(), "o.txt", text);
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(dataset.form, Form::Archive(Packaging::Folder));
    assert_eq!(
        rows(&dataset.tables[0]),
        [["1", "Ardea cinerea", "Röhricht"], ["2", "Botaurus stellaris", "a,b"]]
    );
}

#[test]
fn several_files_are_one_table_and_each_has_its_heading() {
    let folder = tempfile::tempdir().unwrap();
    let fields = FIELDS.replace(
        "<location>o.txt</location>",
        "<location>o1.txt</location><location>o2.txt</location>",
    );
    file(folder.path(), "meta.xml", meta("ignoreHeaderLines=\"1\"", &fields));
    file(folder.path(), "o1.txt", "a,b,c\n1,Ardea cinerea,x");
    file(folder.path(), "o2.txt", "a,b,c\n2,Ardea alba,y\n");
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(rows(&dataset.tables[0]), [["1", "Ardea cinerea", "x"], ["2", "Ardea alba", "y"]]);
}

#[test]
fn a_packed_tar_reads_like_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar.gz");
    let packed = flate2::write::GzEncoder::new(
        std::fs::File::create(&path).unwrap(),
        flate2::Compression::fast(),
    );
    let mut tar = tar::Builder::new(packed);
    for (name, content) in
        [("meta.xml", meta("", FIELDS)), ("o.txt", "1,Ardea cinerea,x\n".repeat(50_000))]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
    let dataset = open(&[path]).unwrap();
    assert_eq!(dataset.form, Form::Archive(Packaging::TarGz));
    assert_eq!(rows(&dataset.tables[0]).len(), 50_000);
}

#[test]
fn an_archive_of_one_table_needs_no_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let path = zip(
        folder.path(),
        "a.zip",
        &[("o.csv", b"occurrenceID,scientificName,year\n1,Ardea alba,2020\n")],
    );
    let dataset = open(&[path]).unwrap();
    assert_eq!(dataset.tables[0].kind, RowKind::Occurrence);
    assert_eq!(dataset.notes.len(), 1);
}

#[test]
fn older_terms_and_extensions_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let xml = "<archive xmlns=\"http://rs.tdwg.org/dwc/text/\"><core rowType=\"http://rs.tdwg.org/dwc/terms/DarwinCore\">\
        <files><location>o.txt</location></files><id index=\"0\"/><field index=\"1\" term=\"http://rs.tdwg.org/dwc/terms/Collector\"/></core>\
        <extension rowType=\"http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact\"><files><location>m.txt</location></files>\
        <coreid/><field index=\"1\" term=\"http://rs.tdwg.org/dwc/terms/measurementType\"/></extension></archive>";
    file(folder.path(), "meta.xml", xml);
    file(folder.path(), "o.txt", "1,A. Person\n");
    file(folder.path(), "m.txt", "1,length\n");
    let dataset = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!(dataset.tables[0].kind, RowKind::Occurrence);
    assert_eq!(dataset.tables[0].columns[1].term.map(|t| t.name), Some("recordedBy"));
    assert_eq!(dataset.tables[1].kind, RowKind::Measurement);
    assert_eq!(dataset.tables[1].id, None);
    assert!(dataset.notes.iter().any(|note| note.text.contains("hang from nothing")));
}

use reedbed_formats::dataset::{self, OpenOptions};
use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;

use crate::support::{file, meta, open, zip};

const FIELDS: &str = "<files><location>o.txt</location></files><id index=\"0\"/>";

fn refusal(members: &[(&str, &[u8])]) -> FormatError {
    let folder = tempfile::tempdir().unwrap();
    open(&[zip(folder.path(), "a.zip", members)]).unwrap_err()
}

#[test]
fn names_that_point_outside_are_refused() {
    for name in ["../o.txt", "/etc/o.txt", "a/../../o.txt", "c:\\o.txt", "a\\b.txt"] {
        let error = refusal(&[("meta.xml", meta("", FIELDS).as_bytes()), (name, b"1\n")]);
        assert!(matches!(error, FormatError::NameTrick { .. }), "{name}: {error}");
    }
    let outside = meta("", "<files><location>../o.txt</location></files>");
    assert!(matches!(refusal(&[("meta.xml", outside.as_bytes())]), FormatError::NameTrick { .. }));
}

#[test]
fn entities_and_document_types_are_never_read() {
    let bomb = "<!DOCTYPE a [<!ENTITY x \"y\">]>".to_owned() + &meta("", FIELDS);
    let error = refusal(&[("meta.xml", bomb.as_bytes()), ("o.txt", b"1\n")]);
    assert!(error.to_string().contains("document type"), "{error}");
    let entity = meta("", "<files><location>&file;</location></files>");
    let error = refusal(&[("meta.xml", entity.as_bytes())]);
    assert!(error.to_string().contains("entity"), "{error}");
}

#[test]
fn a_descriptor_that_makes_no_sense_says_so() {
    for (xml, says) in [
        ("<archive></archive>".to_owned(), "no core"),
        (
            meta("", FIELDS).replace("</archive>", "<core rowType=\"x\"/></archive>"),
            "more than one core",
        ),
        (meta("", "<files><location>o.txt</location></files><id index=\"99999\"/>"), "beyond"),
        (meta("ignoreHeaderLines=\"many\"", FIELDS), "heading lines"),
        (meta("", FIELDS).replace("</archive>", ""), "cut off"),
        ("<archive".to_owned(), "XML"),
        (meta("encoding=\"klingon\"", FIELDS), "not known"),
        (meta("", "<files></files>"), "no file"),
    ] {
        let error = refusal(&[("meta.xml", xml.as_bytes()), ("o.txt", b"1\n")]);
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
    let error = refusal(&[("meta.xml", meta("", FIELDS).as_bytes())]);
    assert!(matches!(error, FormatError::MissingFile { .. }), "{error}");
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let zeros = vec![b'a'; 64 << 20];
    let error = refusal(&[("meta.xml", meta("", FIELDS).as_bytes()), ("o.txt", &zeros)]);
    // 64 MiB of one letter pack a thousandfold; more than that is refused by its ratio.
    let is_bomb = matches!(error, FormatError::TooLarge { .. });
    assert!(is_bomb, "{error}");
}

#[test]
fn damaged_archives_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let text = (0..20_000).map(|n| format!("{n},Ardea cinerea\n")).collect::<String>();
    let path = zip(
        folder.path(),
        "a.zip",
        &[("meta.xml", meta("", FIELDS).as_bytes()), ("o.txt", text.as_bytes())],
    );
    let whole = std::fs::read(&path).unwrap();
    let cut = file(folder.path(), "cut.zip", &whole[..whole.len() / 2]);
    assert!(matches!(open(&[cut]).unwrap_err(), FormatError::Damaged { .. }));
    let mut flipped = whole.clone();
    let middle = whole.len() / 2;
    flipped[middle] ^= 0x55;
    flipped[middle + 7] ^= 0x55;
    let path = file(folder.path(), "flipped.zip", &flipped);
    let read = open(&[path]).and_then(|dataset| {
        let mut chunks = dataset.tables[0].read()?;
        while chunks.next_chunk()?.is_some() {}
        Ok(())
    });
    assert!(matches!(read.unwrap_err(), FormatError::Damaged { .. }));
    let gz = file(folder.path(), "a.tar.gz", b"\x1f\x8b\x08\x00junk");
    assert!(open(&[gz]).is_err());
}

#[test]
fn an_endless_line_is_refused_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { row_bytes: 1 << 16, chunk_bytes: 1 << 14, ..Limits::default() };
    let text = "occurrenceID,scientificName\n1,".to_owned() + &"a".repeat(1 << 20);
    let path = file(folder.path(), "t", text);
    let dataset = dataset::open(&[path], &OpenOptions::default(), &limits).unwrap();
    let mut chunks = dataset.tables[0].read().unwrap();
    let error = loop {
        match chunks.next_chunk() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the line was read"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, FormatError::TooLarge { .. }), "{error}");
}

#[test]
fn too_many_columns_and_members_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "t", vec!["a"; 5_000].join(",") + "\n");
    assert!(matches!(open(&[path]).unwrap_err(), FormatError::TooLarge { .. }));
    let names: Vec<String> = (0..40).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let path = zip(folder.path(), "a.zip", &members);
    let limits = Limits { members: 20, ..Limits::default() };
    assert!(dataset::open(&[path], &OpenOptions::default(), &limits).is_err());
}

#[test]
fn what_is_empty_or_missing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(open(&[]).is_err());
    assert!(matches!(open(&[folder.path().join("none")]).unwrap_err(), FormatError::Open { .. }));
    assert!(open(&[file(folder.path(), "t", "")]).is_err());
    assert!(open(&[folder.path().to_owned()]).is_err());
}

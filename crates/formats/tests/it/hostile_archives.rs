//! Archives that are damaged, lie, or are made to harm.

use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;

use crate::raw_zip::{self, Member, member};
use crate::support::{file, gz, meta, open, open_within, read, tar_gz, zip};

const BODY: &str = "<files><location>o.txt</location></files><id index=\"0\"/>\
    <field index=\"1\" term=\"http://rs.tdwg.org/dwc/terms/scientificName\"/>";

/// Everything that can be read of a path: its rows, or why there are none.
fn whole(path: &std::path::Path) -> Result<Vec<crate::support::Read>, FormatError> {
    let dataset = open(&[path.to_owned()])?;
    let mut all = Vec::new();
    for table in &dataset.tables {
        all.extend(read(table)?);
    }
    Ok(all)
}

fn is_too_large(error: &FormatError) -> bool {
    matches!(error, FormatError::TooLarge { .. })
}

/// Text that packs to a fifth, as tables do.
fn text(rows: u32) -> String {
    (0..rows).map(|n| format!("{},Ardea cinerea\n", n.wrapping_mul(2_654_435_761))).collect()
}

#[test]
fn an_archive_cut_anywhere_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let (meta, text) = (meta("", BODY), text(2_000));
    let members = [("meta.xml", meta.as_bytes()), ("o.txt", text.as_bytes())];
    for path in [zip(folder.path(), "a.zip", &members), tar_gz(folder.path(), "a.tgz", &members)] {
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(whole(&path).unwrap().len(), 2_000);
        for cut in (4..bytes.len()).step_by(101).chain([bytes.len() - 1]) {
            let path = file(folder.path(), "cut", &bytes[..cut]);
            let error = whole(&path).map(|rows| rows.len()).unwrap_err();
            assert!(matches!(error, FormatError::Damaged { .. }), "{cut}: {error}");
            assert!(std::error::Error::source(&error).is_some());
        }
    }
}

#[test]
fn a_changed_byte_changes_no_row_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let (meta, text) = (meta("", BODY), text(2_000));
    let members = [("meta.xml", meta.as_bytes()), ("o.txt", text.as_bytes())];
    for path in [zip(folder.path(), "a.zip", &members), tar_gz(folder.path(), "a.tgz", &members)] {
        let expected = whole(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut errors = 0;
        for at in (0..bytes.len()).step_by(37) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x15;
            let path = file(folder.path(), "changed", &changed);
            match whole(&path) {
                // Times and the like may change; rows may not.
                Ok(rows) => assert_eq!(rows, expected, "byte {at}"),
                Err(_) => errors += 1,
            }
        }
        assert!(errors * 37 > bytes.len() / 2);
    }
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let folder = tempfile::tempdir().unwrap();
    let meta = meta("", BODY);
    let rows = [b"1,".as_slice(), &[b'a'; 1 << 10], b"\n"].concat().repeat(100 << 10);
    let members = [("meta.xml", meta.as_bytes()), ("o.txt", rows.as_slice())];
    for path in [
        zip(folder.path(), "a.zip", &members),
        tar_gz(folder.path(), "a.tgz", &members),
        gz(
            folder.path(),
            "t.csv.gz",
            &[b"occurrenceID,scientificName\n", rows.as_slice()].concat(),
        ),
    ] {
        let read = whole(&path).map(|rows| rows.len());
        let error = read.unwrap_err();
        assert!(is_too_large(&error) && error.to_string().contains("packed size"), "{error}");
    }
}

#[test]
fn members_together_may_not_unpack_to_more_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (meta, text) = (meta("", BODY), text(2_000));
    let members =
        [("meta.xml", meta.as_bytes()), ("o.txt", text.as_bytes()), ("p.txt", text.as_bytes())];
    let limits = Limits { unpacked_bytes: text.len() as u64 * 3 / 2, ..Limits::default() };
    for path in [zip(folder.path(), "a.zip", &members), tar_gz(folder.path(), "a.tgz", &members)] {
        let error = open_within(&path, &limits).unwrap_err();
        assert!(is_too_large(&error) && error.to_string().contains("unpacked"), "{error}");
    }
}

#[test]
fn a_member_that_lies_about_its_size_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "1,Ardea cinerea\n".repeat(100);
    for stated in [10, 100_000] {
        let lies = Member { stated_size: Some(stated), ..member("o.txt", &rows) };
        let path = raw_zip::write(folder.path(), &[member("meta.xml", meta("", BODY)), lies]);
        assert!(matches!(whole(&path).unwrap_err(), FormatError::Damaged { .. }));
    }
}

#[test]
fn members_that_share_their_bytes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let shared = Member { shares_data: true, ..member("p.txt", "1,a\n") };
    let members = [member("meta.xml", meta("", BODY)), member("o.txt", "1,a\n"), shared];
    let error = whole(&raw_zip::write(folder.path(), &members)).unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");
}

#[test]
fn what_archives_do_not_have_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let descriptor = || member("meta.xml", meta("", BODY));
    for (odd, says) in [
        (Member { flags: 1, ..member("o.txt", "1,a\n") }, "encrypted"),
        (Member { method: 12, ..member("o.txt", "1,a\n") }, "packed neither"),
        (member("[Content_Types].xml", "<a/>"), "spreadsheet"),
    ] {
        let error = whole(&raw_zip::write(folder.path(), &[descriptor(), odd])).unwrap_err();
        assert!(matches!(error, FormatError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

#[test]
fn what_is_no_archive_inside_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let junk = file(folder.path(), "a.tgz", b"\x1f\x8b\x08\x00junk");
    assert!(matches!(whole(&junk).unwrap_err(), FormatError::Damaged { .. }));
    let junk = file(folder.path(), "a.zip", b"PK\x03\x04junk");
    assert!(matches!(whole(&junk).unwrap_err(), FormatError::Damaged { .. }));
    let empty = zip(folder.path(), "e.zip", &[]);
    assert!(matches!(whole(&empty).unwrap_err(), FormatError::NoTables { .. }));
    let empty = gz(folder.path(), "e.tgz", &[0; 1024]);
    assert!(matches!(whole(&empty).unwrap_err(), FormatError::NoTables { .. }));
    let pictures = zip(folder.path(), "p.zip", &[("a.jpg", b"\xff\xd8")]);
    let error = whole(&pictures).unwrap_err();
    assert_eq!(error.to_string(), "`p.zip` holds neither meta.xml nor tables with known headings");
}

#[test]
fn a_single_packed_table_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["occurrenceID,scientificName,year\n1,Ardea alba,2020\n".to_owned(), {
        let rows = (0..50_000).map(|n| format!("{n},Ardea alba,{}\n", n % 97)).collect::<String>();
        format!("occurrenceID,scientificName,year\n{rows}")
    }] {
        let path = gz(folder.path(), "t.csv.gz", text.as_bytes());
        assert_eq!(whole(&path).unwrap().len(), text.lines().count() - 1);
    }
}

#[test]
fn a_descriptor_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let long = meta("", BODY) + &" ".repeat(1 << 20);
    let path = zip(folder.path(), "a.zip", &[("meta.xml", long.as_bytes()), ("o.txt", b"1,a\n")]);
    let limits = Limits { document_bytes: 1 << 20, ..Limits::default() };
    assert!(is_too_large(&open_within(&path, &limits).unwrap_err()));
}

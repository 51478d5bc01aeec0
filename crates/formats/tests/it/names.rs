//! Names of members that mean something else.

use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;

use crate::raw_zip::{self, Member, member};
use crate::support::{file, gz, meta, open, open_within, tar_gz, zip};

const FILES: &str = "<files><location>o.txt</location></files>";
const TRICKS: &[&str] = &[
    "../o.txt",
    "/etc/o.txt",
    "a/../../o.txt",
    "..",
    "c:\\o.txt",
    "C:o.txt",
    "a\\b.txt",
    "\\\\server\\share",
    "a\nb",
];

fn is_name_trick(error: &FormatError) -> bool {
    matches!(error, FormatError::NameTrick { .. })
}

/// A tar archive with one member of any name.
fn raw_tar(name: &str, kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

#[test]
fn members_that_could_land_outside_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in TRICKS {
        let descriptor = member("meta.xml", meta("", FILES));
        let path = raw_zip::write(folder.path(), &[descriptor, member(name, "1\n")]);
        let error = open(&[path]).unwrap_err();
        assert!(is_name_trick(&error), "{name}: {error}");
        assert!(!error.to_string().contains("o.txt"));

        let path = gz(folder.path(), "t.tgz", &raw_tar(name, tar::EntryType::Regular, b"1\n"));
        assert!(is_name_trick(&open(&[path]).unwrap_err()), "{name}");
    }
}

#[test]
fn locations_that_point_outside_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "o.txt", "1\n");
    for name in TRICKS {
        let body = format!("<files><location>{name}</location></files>");
        let path = zip(folder.path(), "a.zip", &[("meta.xml", meta("", &body).as_bytes())]);
        assert!(is_name_trick(&open(&[path]).unwrap_err()), "{name}");
        let inner = tempfile::tempdir_in(folder.path()).unwrap();
        file(inner.path(), "meta.xml", meta("", &body));
        assert!(is_name_trick(&open(&[inner.path().to_owned()]).unwrap_err()), "{name}");
    }
}

#[test]
fn links_are_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    let is_link =
        |error: &FormatError| matches!(error, FormatError::Link { name, .. } if name == "o.txt");
    let link = Member { unix_mode: 0o120_777, ..member("o.txt", "/etc/passwd") };
    let path = raw_zip::write(folder.path(), &[member("meta.xml", meta("", FILES)), link]);
    assert!(is_link(&open(&[path]).unwrap_err()));

    for kind in [tar::EntryType::Symlink, tar::EntryType::Link] {
        let descriptor = raw_tar("meta.xml", tar::EntryType::Regular, meta("", FILES).as_bytes());
        let bytes = [descriptor, raw_tar("o.txt", kind, b"")].concat();
        assert!(is_link(&open(&[gz(folder.path(), "t.tgz", &bytes)]).unwrap_err()));
    }
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    let inner = tempfile::tempdir_in(folder.path()).unwrap();
    let outside = file(folder.path(), "outside.txt", "1\n");
    std::os::unix::fs::symlink(&outside, inner.path().join("o.txt")).unwrap();
    file(inner.path(), "meta.xml", meta("", FILES));
    let error = open(&[inner.path().to_owned()]).unwrap_err();
    assert!(matches!(error, FormatError::Link { .. }), "{error}");
}

#[test]
fn two_members_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let descriptor = member("meta.xml", meta("", FILES));
    let members = [descriptor, member("o.txt", "1\n"), member("o.txt", "2\n")];
    let error = open(&[raw_zip::write(folder.path(), &members)]).unwrap_err();
    assert!(error.to_string().contains("one name"), "{error}");
    let meta = meta("", FILES);
    let members: [(&str, &[u8]); 3] =
        [("meta.xml", meta.as_bytes()), ("o.txt", b"1\n"), ("./o.txt", b"2\n")];
    let error = open(&[tar_gz(folder.path(), "t.tgz", &members)]).unwrap_err();
    assert!(error.to_string().contains("one name"), "{error}");
}

#[test]
fn long_names_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(3_000);
    let path = zip(folder.path(), "a.zip", &[(&long, b"1\n")]);
    assert!(matches!(open(&[path]).unwrap_err(), FormatError::TooLarge { .. }));
    // The name of a member is a member of its own in tar, and may be as long as it likes.
    for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
        let bytes = [
            raw_tar("././@LongLink", kind, &vec![b'x'; 1 << 20]),
            raw_tar("x", tar::EntryType::Regular, b"1\n"),
        ]
        .concat();
        let error = open(&[gz(folder.path(), "t.tgz", &bytes)]).unwrap_err();
        assert!(matches!(error, FormatError::Damaged { .. }), "{error}");
    }
}

#[test]
fn long_names_of_tar_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}/o.txt", "d".repeat(150));
    let body = format!("<files><location>{name}</location></files>");
    let meta = meta("", &body);
    let members: [(&str, &[u8]); 2] = [("meta.xml", meta.as_bytes()), (&name, b"1\n")];
    assert!(open(&[tar_gz(folder.path(), "t.tgz", &members)]).is_ok());
    let attributes = format!("{} path={name}\n", name.len() + 10);
    let bytes = [
        raw_tar("meta.xml", tar::EntryType::Regular, meta.as_bytes()),
        raw_tar("x", tar::EntryType::XHeader, attributes.as_bytes()),
        raw_tar("short", tar::EntryType::Regular, b"1\n"),
    ]
    .concat();
    assert!(open(&[gz(folder.path(), "x.tgz", &bytes)]).is_ok());
}

#[test]
fn too_many_members_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..40).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let limits = Limits { members: 20, ..Limits::default() };
    let many = tempfile::tempdir_in(folder.path()).unwrap();
    for name in &names {
        file(many.path(), name, "x");
    }
    for path in [
        zip(folder.path(), "a.zip", &members),
        tar_gz(folder.path(), "a.tgz", &members),
        many.path().to_owned(),
    ] {
        let error = open_within(&path, &limits).unwrap_err();
        assert!(error.to_string().contains("20 members"), "{error}");
    }
}

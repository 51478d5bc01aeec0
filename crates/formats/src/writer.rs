//! Writes packages: archives and folders, member after member, the same bytes for the same content.
//!
//! Every member has the same time, 1 January 1980, no owner and no host: when and where a file was
//! written is nobody's business.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::archive::Packaging;

/// A package on its way.
pub struct PackageWriter {
    kind: Kind,
    /// Files of the package, relative to the folder that it is in.
    files: Vec<PathBuf>,
}

enum Kind {
    Folder(Open<()>),
    Nothing,
    Plain(Open<()>),
    TarGz { tar: Box<tar::Builder<GzEncoder<BufWriter<File>>>>, member: Open<String> },
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

/// The file that is being written in a folder.
struct Open<T> {
    folder: PathBuf,
    file: Option<(T, BufWriter<File>)>,
}

impl PackageWriter {
    /// Begins an archive, or a folder of the same name, in a folder that exists.
    ///
    /// Errors: whatever the file system says; nothing that is there is written over.
    pub fn archive(folder: &Path, name: &str, packaging: Packaging) -> io::Result<Self> {
        let create = |file: &str| {
            File::create_new(folder.join(file)).map(|file| BufWriter::with_capacity(BUFFER, file))
        };
        let (kind, file) = match packaging {
            Packaging::Folder => {
                let inner = folder.join(name);
                std::fs::create_dir(&inner)?;
                (Kind::Folder(Open { folder: inner, file: None }), name.to_owned())
            }
            Packaging::TarGz => {
                let file = format!("{name}.tar.gz");
                let packed = GzEncoder::new(create(&file)?, Compression::new(LEVEL));
                let tar = Box::new(tar::Builder::new(packed));
                let member = Open { folder: folder.to_owned(), file: None };
                (Kind::TarGz { tar, member }, file)
            }
            Packaging::Zip => {
                let file = format!("{name}.zip");
                (Kind::Zip(Box::new(ZipWriter::new(create(&file)?))), file)
            }
        };
        Ok(Self { kind, files: vec![PathBuf::from(file)] })
    }

    /// Begins plain files in a folder that exists.
    pub fn plain(folder: &Path) -> Self {
        let open = Open { folder: folder.to_owned(), file: None };
        Self { kind: Kind::Plain(open), files: Vec::new() }
    }

    /// Writes nothing, for a trial.
    pub fn nothing() -> Self {
        Self { kind: Kind::Nothing, files: Vec::new() }
    }

    /// Begins a member; the one before is finished.
    ///
    /// Errors: whatever the file system says; [`io::ErrorKind::InvalidInput`] for a name that is
    /// not the plain name of a file.
    pub fn start(&mut self, name: &str) -> io::Result<()> {
        self.finish_member()?;
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        match &mut self.kind {
            Kind::Nothing => {}
            Kind::Folder(open) => open.begin(name)?,
            Kind::Plain(open) => {
                open.begin(name)?;
                self.files.push(PathBuf::from(name));
            }
            Kind::TarGz { member, .. } => {
                // Tar wants to know the size beforehand. The file has no name, holds what the copy
                // publishes and never what it withholds, and is gone with this process.
                let file = tempfile::tempfile_in(&member.folder)?;
                member.file = Some((name.to_owned(), BufWriter::with_capacity(BUFFER, file)));
            }
            Kind::Zip(zip) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .compression_level(Some(LEVEL.into()))
                    .last_modified_time(DateTime::default())
                    .unix_permissions(0o644)
                    .large_file(true);
                zip.start_file(name, options)?;
            }
        }
        Ok(())
    }

    fn finish_member(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Folder(open) | Kind::Plain(open) => {
                if let Some(((), mut file)) = open.file.take() {
                    file.flush()?;
                }
            }
            Kind::TarGz { tar, member } => {
                if let Some((name, file)) = member.file.take() {
                    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                    let size = file.stream_position()?;
                    file.seek(SeekFrom::Start(0))?;
                    let mut header = tar::Header::new_gnu();
                    header.set_size(size);
                    header.set_mode(0o644);
                    header.set_mtime(MEMBER_TIME);
                    header.set_entry_type(tar::EntryType::Regular);
                    tar.append_data(&mut header, name, file.take(size))?;
                }
            }
            Kind::Nothing | Kind::Zip(_) => {}
        }
        Ok(())
    }

    /// Finishes the package and names its files.
    ///
    /// Errors: whatever the file system says; what is there then is no whole package.
    pub fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.finish_member()?;
        match self.kind {
            Kind::Folder(_) | Kind::Nothing | Kind::Plain(_) => {}
            Kind::TarGz { tar, .. } => {
                tar.into_inner()?.finish()?.flush()?;
            }
            Kind::Zip(zip) => zip.finish()?.flush()?,
        }
        Ok(self.files)
    }
}

impl Open<()> {
    fn begin(&mut self, name: &str) -> io::Result<()> {
        let file = File::create_new(self.folder.join(name))?;
        self.file = Some(((), BufWriter::with_capacity(BUFFER, file)));
        Ok(())
    }
}

impl<T> Open<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let not_begun = || io::Error::other("no member has been begun");
        self.file.as_mut().ok_or_else(not_begun)?.1.write(bytes)
    }
}

impl Write for PackageWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Nothing => Ok(bytes.len()),
            Kind::Folder(open) | Kind::Plain(open) => open.write(bytes),
            Kind::TarGz { member, .. } => member.write(bytes),
            Kind::Zip(zip) => zip.write(bytes),
        }
    }

    /// Does nothing: a member is whole when the next begins.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Debug for PackageWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageWriter").field("files", &self.files).finish_non_exhaustive()
    }
}

/// 1 January 1980, the earliest time that zip knows.
const MEMBER_TIME: u64 = 315_532_800;
/// Level of packing: what zip programs take by default.
const LEVEL: u32 = 6;
const BUFFER: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn package(folder: &Path, packaging: Option<Packaging>) -> Vec<PathBuf> {
        let mut package = match packaging {
            Some(packaging) => PackageWriter::archive(folder, "dataset", packaging).unwrap(),
            None => PackageWriter::plain(folder),
        };
        for (name, text) in [("a.txt", "one\n".repeat(100_000)), ("meta.xml", "<a/>".to_owned())] {
            package.start(name).unwrap();
            for piece in text.as_bytes().chunks(1_000) {
                package.write_all(piece).unwrap();
            }
        }
        package.finish().unwrap()
    }

    #[test]
    fn the_same_content_makes_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for packaging in [Packaging::TarGz, Packaging::Zip] {
            let files = package(one.path(), Some(packaging));
            assert_eq!(files, package(two.path(), Some(packaging)));
            let bytes = |folder: &Path| std::fs::read(folder.join(&files[0])).unwrap();
            assert_eq!(bytes(one.path()), bytes(two.path()));
            assert!(bytes(one.path()).len() < 20_000);
        }
        // Nothing else is left there, such as a file for a while.
        assert_eq!(std::fs::read_dir(one.path()).unwrap().count(), 2);
    }

    #[test]
    fn folders_and_plain_files_hold_their_members() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(package(folder.path(), Some(Packaging::Folder)), [PathBuf::from("dataset")]);
        assert_eq!(std::fs::read(folder.path().join("dataset/meta.xml")).unwrap(), b"<a/>");
        let files = package(folder.path(), None);
        assert_eq!(files, [PathBuf::from("a.txt"), PathBuf::from("meta.xml")]);
        assert_eq!(std::fs::metadata(folder.path().join("a.txt")).unwrap().len(), 400_000);
    }

    #[test]
    fn nothing_is_written_over_or_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        package(folder.path(), Some(Packaging::Zip));
        assert!(PackageWriter::archive(folder.path(), "dataset", Packaging::Zip).is_err());
        let mut plain = PackageWriter::plain(folder.path());
        for name in ["../a", "a/b", "", "..", ".a", "a\\b", "dataset.zip"] {
            assert!(plain.start(name).is_err(), "{name}");
        }
        assert!(plain.write_all(b"a").is_err());
    }
}

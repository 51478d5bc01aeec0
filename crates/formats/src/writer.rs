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
    Folder {
        folder: PathBuf,
        open: Option<BufWriter<File>>,
    },
    Nothing,
    TarGz {
        tar: Box<tar::Builder<GzEncoder<BufWriter<File>>>>,
        open: Option<(String, BufWriter<File>)>,
    },
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

impl PackageWriter {
    /// Begins an archive, or a folder of the same name, in a folder that exists.
    ///
    /// Errors: whatever the file system says.
    pub fn archive(folder: &Path, name: &str, packaging: Packaging) -> io::Result<Self> {
        let create = |file: &str| File::create_new(folder.join(file)).map(BufWriter::new);
        let (kind, file) = match packaging {
            Packaging::Folder => {
                std::fs::create_dir(folder.join(name))?;
                (Kind::Folder { folder: folder.join(name), open: None }, name.to_owned())
            }
            Packaging::TarGz => {
                let file = format!("{name}.tar.gz");
                let packed = GzEncoder::new(create(&file)?, Compression::new(6));
                (Kind::TarGz { tar: Box::new(tar::Builder::new(packed)), open: None }, file)
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
        Self { kind: Kind::Folder { folder: folder.to_owned(), open: None }, files: Vec::new() }
    }

    /// Writes nothing, for a trial.
    pub fn nothing() -> Self {
        Self { kind: Kind::Nothing, files: Vec::new() }
    }

    /// Begins a member; the one before is finished.
    ///
    /// Errors: whatever the file system says; an archive's own file format otherwise.
    pub fn start(&mut self, name: &str) -> io::Result<()> {
        self.finish_member()?;
        match &mut self.kind {
            Kind::Nothing => {}
            Kind::Folder { folder, open } => {
                *open =
                    Some(BufWriter::with_capacity(1 << 20, File::create_new(folder.join(name))?));
                if self.files.is_empty() || self.files.iter().all(|file| folder.join(file).exists())
                {
                    self.files.push(PathBuf::from(name));
                }
            }
            Kind::TarGz { open, .. } => {
                *open = Some((name.to_owned(), BufWriter::new(unnamed()?)));
            }
            Kind::Zip(zip) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .compression_level(Some(6))
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
            Kind::Folder { open, .. } => {
                if let Some(mut file) = open.take() {
                    file.flush()?;
                }
            }
            Kind::TarGz { tar, open } => {
                if let Some((name, file)) = open.take() {
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
    pub fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.finish_member()?;
        match self.kind {
            Kind::Folder { .. } | Kind::Nothing => {}
            Kind::TarGz { tar, .. } => {
                tar.into_inner()?.finish()?.flush()?;
            }
            Kind::Zip(zip) => zip.finish()?.flush()?,
        }
        Ok(self.files)
    }
}

impl Write for PackageWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let not_begun = || io::Error::other("no member has been begun");
        match &mut self.kind {
            Kind::Nothing => Ok(bytes.len()),
            Kind::Folder { open, .. } => open.as_mut().ok_or_else(not_begun)?.write(bytes),
            Kind::TarGz { open, .. } => open.as_mut().ok_or_else(not_begun)?.1.write(bytes),
            Kind::Zip(zip) => zip.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Debug for PackageWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageWriter").field("files", &self.files).finish_non_exhaustive()
    }
}

/// A file without a name for a member whose size tar wants to know beforehand. It holds what the
/// copy publishes, never what it withholds, and is gone with this process.
fn unnamed() -> io::Result<File> {
    tempfile::tempfile()
}

/// 1 January 1980, the earliest time that zip knows.
const MEMBER_TIME: u64 = 315_532_800;

//! Where the bytes of a table are: a file, or a member of an archive. Nothing is unpacked to disk.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::error::FormatError;
use crate::limits::Limits;
use crate::made::Made;

/// A stream of bytes.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// Where bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// A file packed with gzip.
    Gzip(PathBuf),
    /// Something packed with gzip inside of an archive or a folder.
    Packed(Box<Self>),
    /// A text that was made of something else.
    Text(Text),
    /// What never was text, made into rows of text.
    Made(Made),
    /// A member of a packed tar archive, by where it begins in the unpacked one.
    Tar { archive: PathBuf, start: u64, size: u64 },
    /// A member of a zip archive.
    Zip { archive: PathBuf, member: ZipMember },
}

impl Source {
    /// The file that it is, where it is a plain or packed one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Gzip(path) => Some(path),
            _ => None,
        }
    }

    /// What it is handed on with: the archive that it is in, or the folder of the file; nothing for
    /// what was made of something else.
    pub(crate) fn holder(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Gzip(path) => path.parent(),
            Self::Packed(inner) => inner.holder(),
            Self::Text(_) => None,
            Self::Made(made) => made.path().parent(),
            Self::Tar { archive, .. } | Self::Zip { archive, .. } => Some(archive),
        }
    }
}

/// A text in memory; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text(Arc<[u8]>);

impl Text {
    pub(crate) fn new(text: Vec<u8>) -> Self {
        Self(Arc::from(text))
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// A member of a zip archive, by where its data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZipMember {
    pub(crate) start: u64,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    pub(crate) is_deflated: bool,
}

impl Source {
    /// Opens the bytes from their beginning.
    pub(crate) fn open(&self, limits: &Limits) -> Result<Bytes, FormatError> {
        match self {
            Self::File(path) => Ok(Box::new(open(path)?)),
            Self::Gzip(path) => Ok(Box::new(gunzip(path, limits)?)),
            Self::Packed(inner) => {
                let packed = inner.byte_len().unwrap_or(0);
                let unpacked = MultiGzDecoder::new(BufReader::new(inner.open(limits)?));
                Ok(Box::new(Bounded::new(unpacked, packed, limits)))
            }
            Self::Text(text) => Ok(Box::new(Cursor::new(Arc::clone(&text.0)))),
            Self::Made(made) => made.open(limits),
            Self::Tar { archive, start, size } => {
                let mut inner = gunzip(archive, limits)?;
                // Tar has no index: what stands before the member is unpacked each time.
                io::copy(&mut inner.by_ref().take(*start), &mut io::sink())
                    .map_err(|cause| failed(&shown(archive), cause))?;
                Ok(Box::new(Whole { inner: inner.take(*size) }))
            }
            Self::Zip { archive, member } => {
                let mut file = open(archive)?;
                file.seek(SeekFrom::Start(member.start))
                    .map_err(|cause| failed(&shown(archive), cause))?;
                let packed = BufReader::with_capacity(1 << 18, file.take(member.packed));
                let inner: Bytes = if member.is_deflated {
                    Box::new(DeflateDecoder::new(packed))
                } else {
                    Box::new(packed)
                };
                Ok(Box::new(Checked {
                    inner,
                    crc: Crc::new(),
                    wanted_crc: member.crc,
                    wanted_size: member.size,
                    size: 0,
                }))
            }
        }
    }

    /// What is packed in it with gzip.
    pub(crate) fn unpacked(&self) -> Self {
        match self {
            Self::File(path) => Self::Gzip(path.clone()),
            other => Self::Packed(Box::new(other.clone())),
        }
    }

    /// Size in bytes once unpacked, where it is known.
    pub(crate) fn byte_len(&self) -> Option<u64> {
        match self {
            Self::File(path) => std::fs::metadata(path).ok().map(|data| data.len()),
            Self::Gzip(_) | Self::Made(_) | Self::Packed(_) => None,
            Self::Tar { size, .. } => Some(*size),
            Self::Text(text) => Some(text.0.len() as u64),
            Self::Zip { member, .. } => Some(member.size),
        }
    }

    /// Reads the beginning, for finding out what it is.
    pub(crate) fn sample(&self, name: &str, limits: &Limits) -> Result<Vec<u8>, FormatError> {
        let mut sample = Vec::new();
        self.open(limits)?
            .take(SAMPLE)
            .read_to_end(&mut sample)
            .map_err(|cause| failed(name, cause))?;
        Ok(sample)
    }

    /// Reads all bytes of a small document.
    pub(crate) fn document(&self, name: &str, limits: &Limits) -> Result<Vec<u8>, FormatError> {
        let mut bytes = Vec::new();
        let limit = limits.document_bytes;
        self.open(limits)?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|cause| failed(name, cause))?;
        if bytes.len() as u64 > limit {
            return Err(FormatError::TooLarge { name: name.to_owned(), limit, unit: "bytes" });
        }
        Ok(bytes)
    }
}

pub(crate) fn open(path: &Path) -> Result<File, FormatError> {
    File::open(path).map_err(|cause| FormatError::Open { path: path.to_owned(), cause })
}

/// The base name of a path, as people know it.
pub(crate) fn shown(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Tells what a failure of reading means.
pub(crate) fn failed(name: &str, cause: io::Error) -> FormatError {
    let name = name.to_owned();
    match cause.get_ref().and_then(|inner| inner.downcast_ref::<Bomb>()) {
        Some(Bomb { limit, unit }) => FormatError::TooLarge { name, limit: *limit, unit },
        None => FormatError::Damaged { name, cause },
    }
}

fn gunzip(
    path: &Path,
    limits: &Limits,
) -> Result<Bounded<MultiGzDecoder<BufReader<File>>>, FormatError> {
    let file = open(path)?;
    let packed = file.metadata().map_err(|cause| failed(&shown(path), cause))?.len();
    let file = BufReader::with_capacity(1 << 18, file);
    Ok(Bounded::new(MultiGzDecoder::new(file), packed, limits))
}

/// What a stream that unpacks to too much gives instead of more bytes.
#[derive(Debug, thiserror::Error)]
#[error("more than {limit} {unit}")]
struct Bomb {
    limit: u64,
    unit: &'static str,
}

/// A failure of reading that [`failed`] tells as [`FormatError::TooLarge`].
pub(crate) fn too_large(limit: u64, unit: &'static str) -> io::Error {
    io::Error::other(Bomb { limit, unit })
}

/// A stream that may unpack to so much and no more.
pub(crate) struct Bounded<R> {
    inner: R,
    packed: u64,
    limits: Limits,
    size: u64,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(inner: R, packed: u64, limits: &Limits) -> Self {
        Self { inner, packed, limits: *limits, size: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.size += read as u64;
        let bomb = |limit, unit| Err(io::Error::other(Bomb { limit, unit }));
        if self.size > self.limits.unpacked_bytes {
            return bomb(self.limits.unpacked_bytes, "bytes once unpacked");
        }
        if self.limits.is_bomb(self.size, self.packed) {
            return bomb(self.limits.ratio, "times its packed size once unpacked");
        }
        Ok(read)
    }
}

/// A member of a tar archive, which must not end early.
struct Whole<R> {
    inner: io::Take<R>,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.inner.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

/// Checks size and checksum of a zip member at its end.
struct Checked {
    inner: Bytes,
    crc: Crc,
    wanted_crc: u32,
    wanted_size: u64,
    size: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            if self.size != self.wanted_size || self.crc.sum() != self.wanted_crc {
                return wrong("its size or its checksum does not fit");
            }
            return Ok(0);
        }
        self.size += read as u64;
        if self.size > self.wanted_size {
            return wrong("it is longer than it says");
        }
        self.crc.update(buffer.get(..read).unwrap_or(&[]));
        Ok(read)
    }
}

/// Bytes that are looked at to find out what a file is.
const SAMPLE: u64 = 1 << 20;

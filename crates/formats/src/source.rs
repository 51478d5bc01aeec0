//! Where the bytes of a table are: a file, or a member of an archive. Nothing is unpacked to disk.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::error::FormatError;
use crate::limits::Limits;

/// A stream of bytes.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// Where bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// A member of a compressed tar archive.
    Tar { archive: PathBuf, member: String, size: u64 },
    /// A member of a zip archive.
    Zip { archive: PathBuf, member: ZipMember },
}

/// A member of a zip archive, by where its data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZipMember {
    pub(crate) name: String,
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
            Self::Tar { archive, member, .. } => {
                Ok(Box::new(tar_member(archive, member.clone(), limits.unpacked_bytes)?))
            }
            Self::Zip { archive, member } => {
                let mut file = open(archive)?;
                file.seek(SeekFrom::Start(member.start))
                    .map_err(|cause| FormatError::Damaged { name: shown(archive), cause })?;
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

    /// Size in bytes once unpacked, as the archive says.
    pub(crate) fn byte_len(&self) -> Option<u64> {
        match self {
            Self::File(path) => std::fs::metadata(path).ok().map(|data| data.len()),
            Self::Tar { size, .. } => Some(*size),
            Self::Zip { member, .. } => Some(member.size),
        }
    }

    /// Reads all bytes of a small document.
    pub(crate) fn document(&self, name: &str, limits: &Limits) -> Result<Vec<u8>, FormatError> {
        let mut bytes = Vec::new();
        let limit = limits.document_bytes;
        self.open(limits)?
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| FormatError::Damaged { name: name.to_owned(), cause })?;
        if bytes.len() as u64 > limit {
            return Err(FormatError::TooLarge { name: name.to_owned(), limit, unit: "bytes" });
        }
        Ok(bytes)
    }
}

pub(crate) fn open(path: &Path) -> Result<File, FormatError> {
    File::open(path).map_err(|cause| FormatError::Open { path: path.to_owned(), cause })
}

pub(crate) fn shown(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
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
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            if self.size != self.wanted_size || self.crc.sum() != self.wanted_crc {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the checksum does not fit",
                ));
            }
            return Ok(0);
        }
        self.size += read as u64;
        if self.size > self.wanted_size {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than it says"));
        }
        self.crc.update(buffer.get(..read).unwrap_or(&[]));
        Ok(read)
    }
}

/// Streams one member of a tar archive from a thread of its own: tar has no index, so the archive
/// is unpacked up to the member each time.
fn tar_member(archive: &Path, member: String, limit: u64) -> Result<TarMember, FormatError> {
    let file = open(archive)?;
    let (send, receive) = sync_channel::<io::Result<Vec<u8>>>(4);
    std::thread::spawn(move || {
        let sent = stream(file, &member, limit, |piece| send.send(Ok(piece)).is_ok());
        if let Err(error) = sent {
            // Nobody listens any more if this fails.
            let _ = send.send(Err(error));
        }
    });
    Ok(TarMember { receive, piece: Vec::new(), at: 0 })
}

fn stream(
    file: File,
    member: &str,
    limit: u64,
    mut send: impl FnMut(Vec<u8>) -> bool,
) -> io::Result<()> {
    let unpacked = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file)).take(limit);
    let mut tar = tar::Archive::new(unpacked);
    for entry in tar.entries()? {
        let mut entry = entry?;
        if entry.path_bytes().as_ref() != member.as_bytes()
            || !entry.header().entry_type().is_file()
        {
            continue;
        }
        let size = entry.size();
        let mut sent = 0;
        loop {
            let mut piece = vec![0; 1 << 18];
            let read = entry.read(&mut piece)?;
            if read == 0 {
                break;
            }
            sent += read as u64;
            piece.truncate(read);
            if !send(piece) {
                return Ok(());
            }
        }
        if sent != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        return Ok(());
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

struct TarMember {
    receive: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for TarMember {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.piece.len() {
            match self.receive.recv() {
                Err(_hung_up) => return Ok(0),
                Ok(piece) => {
                    self.piece = piece?;
                    self.at = 0;
                }
            }
        }
        let rest = self.piece.get(self.at..).unwrap_or(&[]);
        let read = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += read;
        Ok(read)
    }
}

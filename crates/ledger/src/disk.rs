//! Files, as the log uses them: what is written, and when it is safe.
//!
//! Each step is asked for by itself, so that tests can put a disk in its place that loses what was not
//! synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A place that files are read from, called by paths with `/` below it.
pub trait Source: std::fmt::Debug + Send + Sync {
    /// Reads a file; nothing where there is none.
    ///
    /// Errors: whatever the system says.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;
}

/// A place for files.
pub trait Disk: Source {
    /// Writes a file, in the place of an older one. It is not safe before [`Self::sync`] and, where it
    /// is new, [`Self::sync_folder`].
    ///
    /// Errors: whatever the system says; what the file then holds is unknown.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
    /// Writes at the end of a file. It is not safe before [`Self::sync`].
    ///
    /// Errors: whatever the system says; how much was written is then unknown.
    fn append(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content of a file safe.
    ///
    /// Errors: whatever the system says; what is on the disk is then unknown, and asking again tells
    /// nothing.
    fn sync(&self, path: &str) -> io::Result<()>;
    /// Gives a file another name, in one step, in the place of a file of that name.
    ///
    /// Errors: whatever the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Makes the names in a folder safe; the folder of all is called by nothing.
    ///
    /// Errors: whatever the system says.
    fn sync_folder(&self, path: &str) -> io::Result<()>;
    /// Makes a folder and those above it where they are missing, and makes their names safe.
    ///
    /// Errors: whatever the system says.
    fn create_folder(&self, path: &str) -> io::Result<()>;
    /// Removes a file; one that is not there is none.
    ///
    /// Errors: whatever the system says.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// The names of files in a folder; none where there is no such folder.
    ///
    /// Errors: whatever the system says.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
}

/// Puts a file in the place of another so that at any time there is the old one or the new one, and the
/// new one when this returns.
///
/// CRASH: before the rename, a file `NAME.new` is left that nobody reads; after it, the new one is
/// there or will be.
///
/// Errors: those of the disk; either file may then be there.
pub fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> io::Result<()> {
    let new = format!("{path}.new");
    disk.write(&new, bytes)?;
    disk.sync(&new)?;
    disk.rename(&new, path)?;
    disk.sync_folder(folder_of(path))
}

/// The folder that a path lies in.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A folder of the machine.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The file that was written last at its end, open.
    open: Mutex<Option<(String, File)>>,
}

impl Folder {
    /// A folder, which is made where it is missing.
    ///
    /// Errors: whatever the system says.
    pub fn at(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned(), open: Mutex::new(None) })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Locks the folder against other writers, until the lock is dropped or the program ends.
    ///
    /// Errors: [`io::ErrorKind::WouldBlock`] where another holds it.
    pub fn lock(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(self.path.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn with_open<R>(
        &self,
        path: &str,
        call: impl FnOnce(&mut File) -> io::Result<R>,
    ) -> io::Result<R> {
        let mut open =
            self.open.lock().map_err(|_error| io::Error::other("a writer failed before"))?;
        if open.as_ref().is_none_or(|(name, _)| name != path) {
            let file = OpenOptions::new().create(true).append(true).open(self.path.join(path))?;
            *open = Some((path.to_owned(), file));
        }
        match open.as_mut() {
            Some((_, file)) => call(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Source for Folder {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Disk for Folder {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.forget(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        if is_secret(path) {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(self.path.join(path))?.write_all(bytes)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.with_open(path, |file| file.write_all(bytes))
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        let is_open = match self.open.lock() {
            Ok(open) => open.as_ref().is_some_and(|(name, _)| name == path),
            Err(_) => false,
        };
        if is_open {
            return self.with_open(path, |file| file.sync_data());
        }
        File::open(self.path.join(path))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.forget(from);
        self.forget(to);
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn sync_folder(&self, path: &str) -> io::Result<()> {
        // Other systems than Unix have no handle of a folder that could be synced.
        if cfg!(unix) { File::open(self.path.join(path))?.sync_all() } else { Ok(()) }
    }

    fn create_folder(&self, path: &str) -> io::Result<()> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for folder in ends.filter_map(|end| path.get(..end)) {
            // One that is there may have been made by whoever was stopped before its name was safe.
            match fs::create_dir(self.path.join(folder)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => self.sync_folder(folder_of(folder))?,
            }
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.forget(path);
        match fs::remove_file(self.path.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

impl Folder {
    /// Closes a file that is open, so that another of its name is not written in its place.
    fn forget(&self, path: &str) {
        if let Ok(mut open) = self.open.lock()
            && open.as_ref().is_some_and(|(name, _)| name == path)
        {
            *open = None;
        }
    }
}

#[cfg(unix)]
fn is_secret(path: &str) -> bool {
    path.ends_with(".key") || path.ends_with(".key.new")
}

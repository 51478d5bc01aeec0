//! A folder in memory for what must not lie on a disk unencrypted: levels on their way.
//!
//! A level is written by the engine and read by the adversary as files. They lie in a file system in
//! memory, in a folder that only its owner can enter, and are gone with the process; what a process
//! that was killed left there is removed by the next one, and by a restart of the machine.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A folder in memory; removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Work {
    path: PathBuf,
    /// Whoever holds it is still at work there.
    _lock: File,
}

impl Work {
    /// Makes one, and removes what others left behind who were killed.
    pub(crate) fn new() -> Result<Self, anyhow::Error> {
        let place = place()?;
        clear(&place);
        // Another process may take a folder for a leftover before its lock is there.
        (0..ATTEMPTS).fold(Self::begin(&place), |made, _| made.or_else(|_| Self::begin(&place)))
    }

    fn begin(place: &Path) -> Result<Self, anyhow::Error> {
        let id =
            reedbed_ledger::entry::Entry::new_id().context("the system gives no random bytes")?;
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = place.join(format!("{PREFIX}{id}"));
        let cannot = || format!("a folder in `{}` cannot be made", place.display());
        crate::keys::create_dir(&path).with_context(cannot)?;
        let lock = crate::keys::create_new(&path.join(LOCK)).with_context(cannot)?;
        lock.try_lock().with_context(cannot)?;
        Ok(Self { path, _lock: lock })
    }

    /// A new folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, anyhow::Error> {
        let path = self.path.join(name);
        crate::keys::create_dir(&path)
            .with_context(|| format!("`{}` cannot be made", path.display()))?;
        Ok(path)
    }

    /// A place in it for what does not exist yet.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of processes that are gone.
fn clear(place: &Path) {
    for entry in place.read_dir().into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        match File::open(entry.path().join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => {
                let _ = std::fs::remove_dir_all(entry.path());
            }
            Ok(_) => {}
            // Killed before there was a lock; there is nothing in it, or it is not removed.
            Err(_) => {
                let _ = std::fs::remove_dir(entry.path());
            }
        }
    }
}

/// Where folders in memory are.
fn place() -> Result<PathBuf, anyhow::Error> {
    if let Some(place) = super::own::setting(VARIABLE) {
        return Ok(PathBuf::from(place));
    }
    let place = Path::new("/dev/shm");
    if !is_in_memory(place) {
        bail!(
            "this machine has no folder in memory at `{}`, and levels on their way must not lie on a \
             disk: set {VARIABLE} to a folder in memory, or to an encrypted one that you trust with them",
            place.display()
        );
    }
    Ok(place.to_owned())
}

#[cfg(target_os = "linux")]
fn is_in_memory(place: &Path) -> bool {
    // Source: statfs(2), TMPFS_MAGIC and RAMFS_MAGIC.
    rustix::fs::statfs(place).is_ok_and(|about| matches!(about.f_type, 0x0102_1994 | 0x8584_58F6))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_place: &Path) -> bool {
    false
}

const PREFIX: &str = "reedbed-work-";
const LOCK: &str = "lock";
const ATTEMPTS: usize = 3;
const VARIABLE: &str = "REEDBED_WORK";

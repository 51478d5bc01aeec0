//! Folders as one sealed file and back: tar (POSIX.1-1988, ustar with GNU names), always the same bytes
//! for the same files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};

/// All files below a path, by name relative to it, `/` between parts; a file is itself.
pub(super) fn files(path: &Path) -> Result<BTreeMap<String, PathBuf>, anyhow::Error> {
    let mut found = BTreeMap::new();
    list(path, String::new(), &mut found)?;
    Ok(found)
}

fn list(
    path: &Path,
    name: String,
    found: &mut BTreeMap<String, PathBuf>,
) -> Result<(), anyhow::Error> {
    let cannot = || format!("`{}` cannot be read", path.display());
    let about = std::fs::metadata(path).with_context(cannot)?;
    if about.is_file() {
        found.insert(name, path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let own = entry.file_name();
        let own =
            own.to_str().with_context(|| format!("a name in `{}` is no text", path.display()))?;
        let below = if name.is_empty() { own.to_owned() } else { format!("{name}/{own}") };
        list(&entry.path(), below, found)?;
    }
    Ok(())
}

/// Writes files as one archive; gives how many bytes of files it holds.
pub(super) fn write(
    files: &BTreeMap<String, PathBuf>,
    out: impl Write,
) -> Result<u64, anyhow::Error> {
    let mut archive = tar::Builder::new(out);
    let mut bytes = 0;
    for (name, path) in files {
        let cannot = || format!("`{}` cannot be read", path.display());
        let file = File::open(path).with_context(cannot)?;
        let size = file.metadata().with_context(cannot)?.len();
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, name, file.take(size)).with_context(cannot)?;
        bytes += size;
    }
    archive.into_inner()?.flush()?;
    Ok(bytes)
}

/// The archive of files as bytes.
pub(super) fn to_bytes(files: &BTreeMap<String, PathBuf>) -> Result<Vec<u8>, anyhow::Error> {
    let mut bytes = Vec::new();
    write(files, &mut bytes)?;
    Ok(bytes)
}

/// Writes the files of an archive into a folder; what is no plain file below it is refused.
pub(super) fn unpack(archive: impl Read, folder: &Path) -> Result<(), anyhow::Error> {
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry.context("the archive is damaged")?;
        let name = entry.path().context("a name in the archive is none")?.into_owned();
        let is_below = name.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || !entry.header().entry_type().is_file() {
            bail!("the archive holds something that is no plain file below it");
        }
        let path = folder.join(&name);
        if let Some(parent) = path.parent() {
            crate::keys::create_dir(parent)?;
        }
        std::io::copy(&mut entry, &mut crate::keys::create_new(&path)?)
            .context("the archive is damaged")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_names_stay_below() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        std::fs::create_dir_all(from.join("a/b")).unwrap();
        std::fs::write(from.join("a/b/c.csv"), "x\n1\n").unwrap();
        std::fs::write(from.join("d"), "").unwrap();
        let long = "n".repeat(180);
        std::fs::write(from.join(&long), "long").unwrap();
        let bytes = to_bytes(&files(&from).unwrap()).unwrap();
        assert_eq!(bytes, to_bytes(&files(&from).unwrap()).unwrap());
        let to = folder.path().join("to");
        unpack(bytes.as_slice(), &to).unwrap();
        let names = |path: &Path| files(path).unwrap().into_keys().collect::<Vec<_>>();
        assert_eq!(names(&from), names(&to));
        assert_eq!(std::fs::read(to.join(long)).unwrap(), b"long");
        // Cut off, and a name that leads out.
        assert!(unpack(&bytes[..700], &folder.path().join("cut")).is_err());
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..4].copy_from_slice(b"../x");
        header.set_size(1);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        let mut out = tar::Builder::new(Vec::new());
        out.append(&header, &b"x"[..]).unwrap();
        let out = out.into_inner().unwrap();
        assert!(unpack(out.as_slice(), &folder.path().join("out")).is_err());
        assert!(!folder.path().join("x").exists());
    }
}

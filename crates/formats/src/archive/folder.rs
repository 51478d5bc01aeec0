//! Archives that are folders.

use std::path::Path;

use super::{Members, Packaging, check_count};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::Source;

/// Lists the files of a folder and of the folders in it; nothing deeper, where images may lie.
pub(super) fn members(path: &Path, limits: &Limits) -> Result<Members, FormatError> {
    let mut members = Members::new(Packaging::Folder);
    let folders = list(path, "", &mut members, limits)?;
    for folder in folders {
        list(&path.join(&folder), &format!("{folder}/"), &mut members, limits)?;
    }
    Ok(members)
}

/// Lists one folder, and names the folders in it.
fn list(
    path: &Path,
    prefix: &str,
    members: &mut Members,
    limits: &Limits,
) -> Result<Vec<String>, FormatError> {
    let unreadable = |cause| FormatError::Open { path: path.to_owned(), cause };
    let mut folders = Vec::new();
    for entry in path.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        // A name that is no text cannot be named by a descriptor.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if kind.is_dir() {
            folders.push(name);
        } else if kind.is_symlink() {
            members.links.insert(format!("{prefix}{name}"));
        } else if kind.is_file() {
            members.by_name.insert(format!("{prefix}{name}"), Source::File(entry.path()));
        }
        check_count(members.by_name.len() + members.links.len(), path, limits)?;
    }
    folders.retain(|name| !super::name::is_hidden(name));
    folders.sort();
    Ok(folders)
}

//! Camera trap packages (Camtrap DP): recognised, so that nobody takes their tables for plain ones.

use std::path::Path;

use crate::archive::Members;
use crate::camera;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::Source;

/// Refuses an archive that is such a package, at its root or one folder down.
///
/// Errors: [`FormatError::Unsupported`] where it is one.
pub(super) fn refuse_archive(
    archive: &str,
    members: &Members,
    limits: &Limits,
) -> Result<(), FormatError> {
    let found = members
        .named()
        .filter(|(name, _)| *name == DESCRIPTOR || name.ends_with("/datapackage.json"))
        .min_by_key(|(name, _)| name.matches('/').count());
    match found {
        Some((_, source)) if camera::is_descriptor(source, limits) => Err(unread(archive)),
        _ => Ok(()),
    }
}

/// Refuses the descriptor of such a package, given by itself.
///
/// Errors: [`FormatError::Unsupported`] where it is one.
pub(super) fn refuse_file(
    path: &Path,
    name: &str,
    source: &Source,
    limits: &Limits,
) -> Result<(), FormatError> {
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if is_json && camera::is_descriptor(source, limits) { Err(unread(name)) } else { Ok(()) }
}

fn unread(name: &str) -> FormatError {
    let reason = "this is a Camtrap DP package, which is no table of records".to_owned();
    FormatError::Unsupported { name: name.to_owned(), reason }
}

const DESCRIPTOR: &str = "datapackage.json";

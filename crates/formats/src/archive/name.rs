//! Names of members, which come from outside.

use std::path::Path;

use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::shown;

/// Checks the name of a member.
///
/// Errors: [`FormatError::NameTrick`] where it could mean a file elsewhere, here or on any other
/// system that a copy might be unpacked on; [`FormatError::TooLarge`] where it is too long.
pub(super) fn check(name: &str, archive: &Path, limits: &Limits) -> Result<(), FormatError> {
    if name.len() > limits.name_bytes {
        let (name, limit) = (shown(archive), limits.name_bytes as u64);
        return Err(FormatError::TooLarge { name, limit, unit: "bytes in the name of a member" });
    }
    if is_trick(name) {
        return Err(FormatError::NameTrick { archive: shown(archive) });
    }
    Ok(())
}

/// Whether a name could mean a file outside of the archive.
pub(crate) fn is_trick(name: &str) -> bool {
    let has_drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    name.is_empty()
        || name.starts_with('/')
        || has_drive
        || name.contains('\\')
        || name.chars().any(char::is_control)
        || name.split('/').any(|part| part == "..")
}

/// Whether a member is none that a person put there.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_stay_inside_pass() {
        for name in ["a.txt", "a/b..c.txt", "a/b.txt", "12:30.jpg", "…/é.txt"] {
            assert!(!is_trick(name), "{name}");
        }
        for name in [
            "",
            "/a",
            "..",
            "../a",
            "a/..",
            "a/../../b",
            "c:a",
            "C:\\a",
            "a\\b",
            "a\0b",
            "a\nb",
            "//server/share",
        ] {
            assert!(is_trick(name), "{name:?}");
        }
    }

    #[test]
    fn what_systems_leave_behind_is_hidden() {
        assert!(is_hidden("__MACOSX/a/._b.txt"));
        assert!(is_hidden("a/.DS_Store"));
        assert!(is_hidden(".git/config"));
        assert!(!is_hidden("a/b.txt"));
    }
}

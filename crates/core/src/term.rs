//! Darwin Core terms (table in the making).

/// A Darwin Core term.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// The current simple name.
    pub name: &'static str,
}

/// Finds a term by heading.
pub fn find(heading: &str) -> Option<&'static Term> {
    let _ = heading;
    None
}

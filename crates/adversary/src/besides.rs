//! What an attacker has besides the copy under attack.

use reedbed_core::area::AreaSet;
use reedbed_formats::dataset::Dataset;

/// What an attacker has besides the copy under attack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'a> {
    /// Known files: earlier or more public copies, files from elsewhere, lists of named places.
    pub known: &'a [Dataset],
    /// Other copies of the same data: another partner's, on another grid or level, of an earlier
    /// policy or before the data grew.
    pub with: &'a [Dataset],
    /// Boundaries of counties, protected areas, habitats, coasts: what a record names, it lies in.
    pub layers: Option<&'a AreaSet>,
}

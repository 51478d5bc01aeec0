//! How sensitive a record is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Sensitivity of a record, from none to extreme.
///
/// Source: Chapman (2020), Current Best Practices for Generalizing Sensitive Species Occurrence
/// Data, sections 3 and 7, <https://doi.org/10.15468/doc-5jp4-5g10>.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Not sensitive: leaves as held.
    #[default]
    None,
    /// Public at 0.001°.
    Low,
    /// Public at 0.01°.
    Medium,
    /// Public at 0.1°.
    High,
    /// Withheld from the public, or told at 1° where a rule says so.
    Extreme,
}

impl Category {
    /// All categories, from the least to the most sensitive.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Extreme];

    /// The word used in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Extreme => "extreme",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        let wanted = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|category| category.word() == wanted)
            .ok_or_else(|| UnknownCategory { text: text.to_owned() })
    }
}

/// A word that names no category.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a category; use none, low, medium, high or extreme")]
pub struct UnknownCategory {
    /// What was written.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_ordered_by_sensitivity() {
        assert!(Category::None < Category::Low);
        assert!(Category::High < Category::Extreme);
    }

    #[test]
    fn every_word_reads_back() {
        for category in Category::ALL {
            assert_eq!(category.word().to_uppercase().parse::<Category>(), Ok(category));
        }
        assert!("severe".parse::<Category>().is_err());
    }
}

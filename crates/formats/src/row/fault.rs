//! Why a row cannot be used.

use std::fmt;

/// Why a row cannot be used. Its text is for reports: it says what is wrong and never what the row
/// holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFault {
    /// It has a NUL byte.
    HasNul,
    /// Its bytes are no text in the character set of the table.
    NotText,
    /// Something stands behind the closing quote of a field: programs differ in where such a field
    /// ends, and so in what each column of the row is.
    StrayQuote,
    /// It is longer than allowed.
    TooLong,
    /// It has more fields than the table has columns, and they are not empty.
    TooManyFields {
        /// Fields.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A quoted field does not end before its file does.
    UnclosedQuote {
        /// Lines that it swallows.
        lines: u64,
    },
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HasNul => f.write_str("the row has a NUL byte"),
            Self::NotText => f.write_str("the row is no text in the character set of its table"),
            Self::StrayQuote => f.write_str("something stands behind the closing quote of a field"),
            Self::TooLong => f.write_str("the row is too long"),
            Self::TooManyFields { found, expected } => {
                write!(f, "the row has {found} fields where the table has {expected} columns")
            }
            Self::UnclosedQuote { lines: 1 } => f.write_str("a quoted field does not end"),
            Self::UnclosedQuote { lines } => {
                write!(f, "a quoted field does not end and swallows the last {lines} lines")
            }
        }
    }
}

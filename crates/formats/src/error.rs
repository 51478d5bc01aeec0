//! What can be wrong with an input as a whole.

use std::io;
use std::path::PathBuf;

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// An archive or a file is cut off or damaged.
    #[error("`{name}` is damaged or cut off")]
    Damaged {
        /// The archive, file or member.
        name: String,
        /// What the reader met.
        #[source]
        cause: io::Error,
    },
    /// A document cannot be understood.
    #[error("`{name}` cannot be understood: {reason}")]
    Document {
        /// The document.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing was given.
    #[error("no input was given")]
    Empty,
    /// A member that is needed stands for a file elsewhere.
    #[error("`{name}` in `{archive}` is a link, which is never followed")]
    Link {
        /// The archive.
        archive: String,
        /// The member.
        name: String,
    },
    /// A feature of a layer cannot be read.
    #[error("feature {feature} of `{name}` {reason}")]
    Feature {
        /// The file.
        name: String,
        /// Number of the feature in its layer, from 1.
        feature: u64,
        /// What is wrong with it, as the rest of the sentence.
        reason: String,
    },
    /// A row is longer than allowed.
    #[error(
        "the row that begins on line {line} of `{name}` is longer than {limit} bytes{}",
        if *may_be_quote { "; a quote that never closes does that" } else { "" }
    )]
    LongRow {
        /// The file.
        name: String,
        /// The line.
        line: u64,
        /// The limit.
        limit: u64,
        /// Whether the table has quoted fields.
        may_be_quote: bool,
    },
    /// A file that the archive names is not in it.
    #[error("`{archive}` names the file `{name}`, which is not in it")]
    MissingFile {
        /// The archive.
        archive: String,
        /// The file.
        name: String,
    },
    /// One file was given more than once.
    #[error("`{name}` was given twice; its rows would be counted twice")]
    GivenTwice {
        /// The file.
        name: String,
    },
    /// Archives and tables, or several archives, were given together.
    #[error("an archive is a dataset by itself and cannot be read together with other inputs")]
    Mixed,
    /// A name in an archive points outside of it, or is no name.
    #[error("`{archive}` has a member whose name could point outside of it")]
    NameTrick {
        /// The archive.
        archive: String,
    },
    /// A folder or an archive holds nothing that could be read.
    #[error(
        "`{name}` holds neither meta.xml nor tables with known headings{}",
        package.as_ref().map(|package| format!("; did you mean `{}`?", package.display())).unwrap_or_default()
    )]
    NoTables {
        /// The folder or archive.
        name: String,
        /// The copy in it, where it is what Reedbed wrote.
        package: Option<PathBuf>,
    },
    /// An input is not there or cannot be opened.
    #[error("`{}` cannot be opened", path.display())]
    Open {
        /// The input.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The places of a layer are in a system that is not stated, not known or not converted.
    #[error(
        "`{name}` is in the coordinate reference system `{reference}`, which cannot be converted; \
         save it in longitude and latitude (WGS 84)"
    )]
    Reference {
        /// The file.
        name: String,
        /// What it says.
        reference: String,
    },
    /// Something is larger than allowed.
    #[error("`{name}` has more than {limit} {unit}")]
    TooLarge {
        /// The archive, file or member.
        name: String,
        /// The limit.
        limit: u64,
        /// Of what.
        unit: &'static str,
    },
    /// Something that Reedbed does not read.
    #[error("`{name}` cannot be read: {reason}")]
    Unsupported {
        /// The archive, file or member.
        name: String,
        /// What it is.
        reason: String,
    },
}

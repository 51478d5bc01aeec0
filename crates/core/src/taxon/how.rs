//! How a record's names led to a listed taxon.

use std::fmt;

/// How a record's names led to a listed taxon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// The genus is abbreviated or left out, and what is there fits a listed name.
    Abbreviated,
    /// A taxon below the listed one: by the checklist, by the record's own higher taxa, or an
    /// infraspecific taxon of a listed species.
    Child,
    /// The listed name itself, spelling variants and authorship aside.
    Exact,
    /// A hybrid of the listed taxon.
    Hybrid,
    /// The listed name stands in a column of other names: earlier identifications, vernacular
    /// names, associated taxa.
    Mentioned,
    /// A near-misspelling of the listed name.
    Misspelling,
    /// The record has no name at all, so it may be any taxon.
    NoName,
    /// Named only to a taxon that the listed one belongs to, so it may be the listed one.
    Parent,
    /// The name is qualified (cf., aff., ?), so it may be another taxon of the genus.
    Qualified,
    /// Another name of the listed taxon.
    Synonym,
    /// Nothing says to which family or higher group the record belongs, so it may belong to the
    /// listed one.
    Unplaced,
    /// The list names the taxon in a way that cannot be compared, so every record may be it.
    Unreadable,
}

impl How {
    /// All ways, from the surest to the least sure.
    pub const ALL: [Self; 12] = [
        Self::Exact,
        Self::Synonym,
        Self::Child,
        Self::Parent,
        Self::Qualified,
        Self::Hybrid,
        Self::Abbreviated,
        Self::Misspelling,
        Self::Mentioned,
        Self::Unplaced,
        Self::NoName,
        Self::Unreadable,
    ];

    /// The way in one sentence, for explanations.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Abbreviated => {
                "The record abbreviates the genus or leaves it out, and what it gives fits the listed \
                 name."
            }
            Self::Child => "The record's taxon belongs to the listed taxon.",
            Self::Exact => "The record bears the listed name.",
            Self::Hybrid => "The record is a hybrid of the listed taxon.",
            Self::Mentioned => {
                "The listed name stands in one of the record's columns of other names."
            }
            Self::Misspelling => "The record's name is a near-misspelling of the listed name.",
            Self::NoName => "The record has no name, so it may be any taxon.",
            Self::Parent => {
                "The record is named only to a taxon that the listed taxon belongs to, so it may be \
                 the listed one."
            }
            Self::Qualified => {
                "The record's name is qualified as uncertain, so it may be the listed taxon."
            }
            Self::Synonym => "The record's name is another name of the listed taxon.",
            Self::Unplaced => {
                "The record does not say to which higher taxon it belongs, so it may belong to the \
                 listed one."
            }
            Self::Unreadable => {
                "The list names its taxon in a way that cannot be compared, so every record may be it."
            }
        }
    }

    /// Place in [`How::ALL`]: the lower, the surer.
    pub(super) fn order(self) -> usize {
        Self::ALL.iter().position(|how| *how == self).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Abbreviated => "abbreviated",
            Self::Child => "child",
            Self::Exact => "exact",
            Self::Hybrid => "hybrid",
            Self::Mentioned => "mentioned",
            Self::Misspelling => "misspelling",
            Self::NoName => "no name",
            Self::Parent => "parent",
            Self::Qualified => "qualified",
            Self::Synonym => "synonym",
            Self::Unplaced => "unplaced",
            Self::Unreadable => "unreadable",
        })
    }
}

//! The ways in which records hang together.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;
use reedbed_core::fold::fold;

use crate::claim::Attack;

/// A way in which two records hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Way {
    Event,
    ParentEvent,
    Site,
    ObserverDay,
    Individual,
    Detail,
    /// Neighbours in a series of numbers.
    Number,
    /// Neighbours in the order of rows.
    Order,
}

impl Way {
    /// The attack that goes this way.
    pub(crate) fn attack(self) -> Attack {
        match self {
            Self::Event | Self::ParentEvent => Attack::SameEvent,
            Self::Site => Attack::SameSite,
            Self::ObserverDay => Attack::SameObserverDay,
            Self::Individual => Attack::SameIndividual,
            Self::Detail => Attack::SameDetail,
            Self::Number => Attack::Series,
            Self::Order => Attack::Order,
        }
    }

    /// What records share that hang together in this way.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Event => "the event",
            Self::ParentEvent => "the event around its event",
            Self::Site => "the site",
            Self::ObserverDay => "the recorder and the day",
            Self::Individual => "the individual",
            Self::Detail => "the same detail",
            Self::Number => "a series of numbers",
            Self::Order => "the order of rows",
        }
    }
}

/// What a record has in a way, by hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) way: Way,
    pub(crate) hash: u64,
}

impl Key {
    /// Of a text, folded; nothing for a text that says nothing.
    pub(crate) fn of(way: Way, text: &str, folded: &mut String) -> Option<Self> {
        fold(text, folded);
        (!folded.is_empty()).then(|| Self { way, hash: hash_of(way, folded.as_bytes()) })
    }
}

/// The hash of some bytes, apart for each way.
pub(crate) fn hash_of(way: Way, bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::with_seed(way as u64 + 1).build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

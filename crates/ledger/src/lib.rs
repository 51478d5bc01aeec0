//! An append-only log that nobody can rewrite unseen, and that an outsider can check without us.
//!
//! The formats are those of C2SP: [tlog-tiles], [tlog-checkpoint], [signed-note], [tlog-proof],
//! [tlog-cosignature], [tlog-witness] and [tlog-policy]; the hashing is that of RFC 6962. What an entry
//! holds is ours and stands in [`entry`]. This crate depends on nothing else of Reedbed, so that an
//! auditor can use it alone.
//!
//! [tlog-tiles]: https://c2sp.org/tlog-tiles
//! [tlog-checkpoint]: https://c2sp.org/tlog-checkpoint
//! [signed-note]: https://c2sp.org/signed-note
//! [tlog-proof]: https://c2sp.org/tlog-proof
//! [tlog-cosignature]: https://c2sp.org/tlog-cosignature
//! [tlog-witness]: https://c2sp.org/tlog-witness
//! [tlog-policy]: https://c2sp.org/tlog-policy

pub mod approval;
pub mod audit;
pub mod checkpoint;
pub mod continuation;
pub mod disk;
pub mod entry;
pub mod hash;
pub mod keys;
pub mod log;
pub mod note;
#[cfg(feature = "objects")]
pub mod objects;
pub mod opening;
pub mod policy;
pub mod proof;
pub mod shared;
pub mod store;
pub mod tile;
pub mod tree;
pub mod witness;

mod decimal;
mod journal;
mod random;

//! Data under keys by level of detail, and two people.
//!
//! What a machine holds no key to cannot be taken from it, and what one person cannot do cannot be
//! bought from them. [`people`] is the model of who may do what, [`book`] what signed texts
//! make of it; [`officer`], [`request`] and [`shares`]
//! are what stands for it in files: cards, signed bytes, and keys that only enough people make together.
//! What an officer has of them in secret lies in a plain file, in one under a passphrase ([`locked`]), or
//! in part in hardware ([`plugin`]).
//! [`level`] is what the keys are of: tables of which every column is encrypted.
//! Clocks are read by whoever uses this.

pub mod book;
mod deed;
pub mod level;
pub mod locked;
pub mod officer;
pub mod own;
pub mod people;
pub mod plugin;
pub mod request;
pub mod sealed;
pub mod shares;

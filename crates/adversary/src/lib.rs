//! Attacks on a finished copy: what its holder can find out about protected records.
//!
//! It sees what a recipient gets, and what an attacker has anyway: the list of what is sensitive.
//! It does not depend on what made the copy, so that it cannot know the answer. Any Darwin Core
//! archive or table can be attacked, whoever made it.
//!
//! An attack ends in a [`Claim`]: a region smaller than what the rule allows, how sure the attacker
//! may be, and the chain of evidence in one sentence. How sure is measured on the copy itself: how
//! often exact records that hang together in the same way lie together.

mod agreement;
mod attack;
mod averaging;
mod besides;
mod blanks;
mod claim;
mod claims;
mod clip;
mod coalition;
mod columns;
mod evidence;
mod fit;
mod gather;
mod gazetteer;
mod inferred;
mod linking;
mod mentions;
mod metadata;
mod numbers;
mod odds;
mod paths;
mod reading;
mod region;
mod sample;
mod seams;
mod seen;
mod series;
mod sites;
mod target;
mod text;
mod trials;
mod ways;

pub use attack::{Settings, attack};
pub use besides::Besides;
pub use claim::{Attack, AttackCount, Claim, Findings};
pub use target::Sensitive;

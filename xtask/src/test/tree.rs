//! Tests must leave the work tree as they found it.

use anyhow::Result;

use crate::say;
use crate::test::Outcome;
use crate::workplace::{Workplace, output_of};

/// What git sees of the work tree at one moment, or why it sees nothing.
pub(crate) struct Snapshot(Result<Seen, String>);

/// `status` names new files, `diff` holds changes within files that were changed before.
#[derive(PartialEq, Eq)]
struct Seen {
    status: String,
    diff: String,
}

impl Snapshot {
    pub(crate) fn take(workplace: &Workplace) -> Self {
        Self(look(workplace).map_err(|error| format!("{error:#}")))
    }

    /// Looks again and compares.
    pub(crate) fn compare(&self, workplace: &Workplace) -> Result<Outcome> {
        let before = match &self.0 {
            Ok(before) => before,
            Err(reason) => return Ok(Outcome::Skipped(format!("git sees no work tree: {reason}"))),
        };
        let after = look(workplace)?;
        if *before == after {
            return Ok(Outcome::Passed);
        }
        say::problem("the work tree changed while the steps ran; git status is now:");
        say::problem(&after.status);
        Ok(Outcome::Failed)
    }
}

fn look(workplace: &Workplace) -> Result<Seen> {
    let git = |arguments: &[&str]| output_of(workplace.command("git").args(arguments));
    Ok(Seen {
        status: git(&["status", "--porcelain", "--untracked-files=all"])?,
        diff: git(&["diff", "HEAD"])?,
    })
}

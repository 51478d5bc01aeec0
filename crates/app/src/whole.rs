//! Folders that appear whole or not at all.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::exit::Advised;
use crate::ledger::Leave;

/// An output folder that appears whole or not at all: everything is written beside it first.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) partial: PathBuf,
    out: PathBuf,
}

impl Whole {
    pub(crate) fn begin(out: &Path) -> Result<Self, anyhow::Error> {
        if out.is_symlink() {
            bail!("`{}` is a link; give the folder itself", out.display());
        }
        let is_empty =
            |out: &Path| out.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        if out.exists() && !is_empty(out) {
            return Err(exists_already(out));
        }
        let Some(name) = out.file_name() else {
            bail!("`{}` is not a folder that could be made", out.display());
        };
        let mut partial_name = name.to_owned();
        partial_name.push(format!(".{}.partial", std::process::id()));
        let partial = out.with_file_name(partial_name);
        std::fs::create_dir_all(&partial)
            .with_context(|| format!("cannot make the folder `{}`", partial.display()))?;
        Ok(Self { partial, out: out.to_owned() })
    }

    /// Puts the folder in its place; for that there must be leave.
    pub(crate) fn finish(self, _leave: &Leave) -> Result<(), anyhow::Error> {
        // CRASH: a `.partial` folder stays; the wanted folder is never half there.
        if self.out.exists() {
            std::fs::remove_dir(&self.out)
                .with_context(|| format!("cannot replace `{}`", self.out.display()))?;
        }
        std::fs::rename(&self.partial, &self.out)
            .with_context(|| format!("cannot write `{}`", self.out.display()))
    }
}

/// Says what to do about a folder that is there.
pub(crate) fn exists_already(out: &Path) -> anyhow::Error {
    let help = "choose another folder with `-o`, or remove this one first".to_owned();
    Advised { text: format!("`{}` exists already; nothing is overwritten", out.display()), help }
        .into()
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Already renamed where all went well.
        let _ = std::fs::remove_dir_all(&self.partial);
    }
}

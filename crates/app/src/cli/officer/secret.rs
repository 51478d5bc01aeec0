//! Secret files of officers: where passphrases come from, and what plugins are run with.

use std::path::Path;

use anyhow::Context;
use reedbed_vault::locked::is_locked;
use reedbed_vault::officer::{Officer, OfficerError};
use reedbed_vault::plugin::Plugins;
use zeroize::Zeroizing;

use crate::cli::exit::Advised;
use crate::cli::terminal;
use crate::vault::setting;

/// Reads the secret file of an officer, and unlocks it where it is locked.
pub(crate) fn officer_in(path: &Path) -> Result<Officer, anyhow::Error> {
    let file = std::fs::read(path).map(Zeroizing::new);
    let file = file.with_context(|| format!("`{}` cannot be read", path.display()))?;
    let none = || format!("`{}` is no secret file of an officer", path.display());
    if !is_locked(&file) {
        return Officer::read(std::str::from_utf8(&file).with_context(none)?).with_context(none);
    }
    let passphrases = passphrases()?;
    if passphrases.is_empty() {
        return Err(missing(format!("`{}` is locked by a passphrase", path.display())));
    }
    let mut opened = Err(OfficerError::Passphrase);
    for passphrase in passphrases {
        opened = Officer::unlock(&file, &passphrase);
        if !matches!(opened, Err(OfficerError::Passphrase)) {
            break;
        }
    }
    opened.with_context(|| format!("`{}` cannot be unlocked", path.display()))
}

/// The passphrase for a new secret file.
pub(super) fn new_passphrase() -> Result<Zeroizing<String>, anyhow::Error> {
    let first = passphrases()?.into_iter().next();
    let passphrase = first.ok_or_else(|| missing("there is no passphrase to lock with".into()))?;
    crate::vault::long_enough(&passphrase)?;
    Ok(passphrase)
}

/// What the plugins of age are run with on this machine.
pub(crate) fn plugins() -> Plugins {
    let path = setting("PATH").unwrap_or_default();
    Plugins {
        folders: std::env::split_paths(&path).collect(),
        secret: setting(PASSPHRASE).map(Zeroizing::new),
        hidden: &[PASSPHRASE, PASSPHRASE_FILE, "REEDBED_PASSPHRASE", "CREDENTIALS_DIRECTORY"],
        say: terminal::say,
    }
}

/// All that were given. Where officers decide something together on one machine, each has their own: a
/// file has one in each line.
fn passphrases() -> Result<Vec<Zeroizing<String>>, anyhow::Error> {
    let mut all: Vec<_> = setting(PASSPHRASE).map(Zeroizing::new).into_iter().collect();
    if let Some(path) = setting(PASSPHRASE_FILE) {
        let text = std::fs::read_to_string(&path).map(Zeroizing::new);
        let text = text.with_context(|| format!("`{path}` cannot be read"))?;
        let lines = text.lines().filter(|line| !line.is_empty());
        all.extend(lines.map(|line| Zeroizing::new(line.to_owned())));
    }
    Ok(all)
}

fn missing(text: String) -> anyhow::Error {
    let help = format!(
        "give it in {PASSPHRASE}, or in a file that {PASSPHRASE_FILE} names; where several people need \
         theirs, the file has one in each line"
    );
    Advised { text, help }.into()
}

const PASSPHRASE: &str = "REEDBED_OFFICER_PASSPHRASE";
const PASSPHRASE_FILE: &str = "REEDBED_OFFICER_PASSPHRASE_FILE";

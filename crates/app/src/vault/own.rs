//! The vault's own key on this machine: the ways to unlock it, and what is sealed to it.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Folder, Source as _, replace};
use reedbed_vault::book::{hex, unhex};
use reedbed_vault::officer::Officer;
use reedbed_vault::own::{Cost, Own, Slot};
use reedbed_vault::shares::Key;
use zeroize::Zeroizing;

use super::Vault;
use crate::keys::SystemRandom;

/// How a vault is unlocked.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct UnlockArgs {
    /// A file with the passphrase of the vault in its first line; else that of REEDBED_PASSPHRASE.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_file", "officers"])]
    passphrase_file: Option<PathBuf>,
    /// The file with the key that unlocks the vault; else the credential `reedbed-vault` of systemd.
    #[arg(long, value_name = "FILE", conflicts_with = "officers")]
    key_file: Option<PathBuf>,
    /// The secret files of officers who unlock the vault together.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    officers: Vec<PathBuf>,
}

/// Something that unlocks.
enum Unlocker {
    Passphrase(Zeroizing<String>),
    Key(Key),
    Officers(Vec<Officer>),
}

impl UnlockArgs {
    /// What unlocks, where anything was given.
    fn given(&self) -> Result<Option<Unlocker>, anyhow::Error> {
        if !self.officers.is_empty() {
            let officers = self.officers.iter().map(|path| crate::cli::officer_in(path));
            return Ok(Some(Unlocker::Officers(officers.collect::<Result<_, _>>()?)));
        }
        if let Some(path) = &self.passphrase_file {
            let text = read_secret(path)?;
            let line = text.lines().next().unwrap_or_default();
            return Ok(Some(Unlocker::Passphrase(Zeroizing::new(line.to_owned()))));
        }
        if let Some(path) = &self.key_file {
            return Ok(Some(Unlocker::Key(read_key(path)?)));
        }
        // Source: systemd.exec(5), "Credentials".
        if let Some(folder) = setting("CREDENTIALS_DIRECTORY") {
            let path = Path::new(&folder).join(CREDENTIAL);
            if crate::ledger::is_there(&path)? {
                return Ok(Some(Unlocker::Key(read_key(&path)?)));
            }
        }
        Ok(setting("REEDBED_PASSPHRASE").map(|text| Unlocker::Passphrase(Zeroizing::new(text))))
    }

    /// Whether officers unlock.
    pub(super) fn is_by_officers(&self) -> bool {
        !self.officers.is_empty()
    }

    /// Makes the first slot for a vault's new key; a key file that is named and missing is made.
    pub(super) fn lock(&self, own: &Own, cost: Cost) -> Result<Slot, anyhow::Error> {
        let mut random = SystemRandom::new()?;
        if let Some(path) = &self.key_file
            && !crate::ledger::is_there(path)?
        {
            let text = Zeroizing::new(format!(
                "{KEY_HEAD}\n{}\n",
                hex(Key::generate(&mut random).bytes())
            ));
            crate::keys::write_new(path, text.as_bytes())
                .with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
        match self.given()? {
            Some(Unlocker::Passphrase(text)) => {
                long_enough(&text)?;
                Ok(own.lock_by_passphrase(&text, cost, &mut random)?)
            }
            Some(Unlocker::Key(key)) => Ok(own.lock_by_key(&key)?),
            Some(Unlocker::Officers(_)) => {
                bail!("officers unlock a vault once they are enrolled: `reedbed vault lock`")
            }
            None => bail!(
                "say what unlocks the vault: `--passphrase-file FILE`, `--key-file FILE` (made if it is \
                 not there; keep it away from the vault), or REEDBED_PASSPHRASE"
            ),
        }
    }
}

/// Whether a passphrase can be locked with.
pub(crate) fn long_enough(passphrase: &str) -> Result<(), anyhow::Error> {
    if passphrase.chars().count() < SHORTEST {
        bail!("the passphrase is too short: give {SHORTEST} characters or more");
    }
    Ok(())
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, anyhow::Error> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(Zeroizing::new(text))
}

fn read_key(path: &Path) -> Result<Key, anyhow::Error> {
    let text = read_secret(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let key = match lines.as_slice() {
        [KEY_HEAD, key] => unhex(key),
        _ => None,
    };
    key.map(Key::new).with_context(|| format!("`{}` is no key of a vault", path.display()))
}

/// A setting of the environment.
#[expect(clippy::disallowed_methods, reason = "the service manager hands credentials over so")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Vault {
    fn keys(&self) -> Result<Folder, anyhow::Error> {
        Ok(Folder::at(&self.path.join(KEYS))?)
    }

    /// The ways to unlock the vault, by name.
    pub(crate) fn slots(&self) -> Result<Vec<(String, Slot)>, anyhow::Error> {
        let keys = self.keys()?;
        let mut slots = Vec::new();
        for name in keys.list("")? {
            let Some(stem) = name.strip_suffix(SLOT) else { continue };
            let text = String::from_utf8(keys.read(&name)?.unwrap_or_default())
                .with_context(|| format!("the slot `{stem}` is no text"))?;
            let slot = Slot::read(&text).with_context(|| format!("the slot `{stem}`"))?;
            slots.push((stem.to_owned(), slot));
        }
        slots.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(slots)
    }

    /// What is sealed to the vault with.
    pub(crate) fn recipient(&self) -> Result<String, anyhow::Error> {
        let slots = self.slots()?;
        let (_, first) = slots.first().context("the vault has no slot that unlocks it")?;
        if slots.iter().any(|(_, slot)| slot.recipient() != first.recipient()) {
            bail!(
                "the slots of the vault are of two keys: a change of the key was broken off; \
                 `reedbed vault rotate` goes on with it"
            );
        }
        Ok(first.recipient().to_owned())
    }

    /// Unlocks the vault.
    pub(crate) fn unlock(&self, args: &UnlockArgs) -> Result<Own, anyhow::Error> {
        if crate::ledger::is_there(&self.path.join(super::upkeep::ROTATION))? {
            bail!(
                "a change of the vault's own key was broken off: `reedbed vault rotate` goes on with it"
            );
        }
        self.unlock_any(args)
    }

    /// Unlocks the vault, also while its key is changed.
    pub(super) fn unlock_any(&self, args: &UnlockArgs) -> Result<Own, anyhow::Error> {
        let given = args.given()?.context(
            "the vault is locked: unlock it with `--passphrase-file FILE`, `--key-file FILE`, \
             `--officers FILE…`, REEDBED_PASSPHRASE, or a credential of systemd",
        )?;
        let mut refused = None;
        for (name, slot) in self.slots()? {
            let opened = match &given {
                Unlocker::Passphrase(text) => slot.open_by_passphrase(text),
                Unlocker::Key(key) => slot.open_by_key(key),
                Unlocker::Officers(officers) => {
                    slot.open_by_officers(officers, &crate::cli::plugins())
                }
            };
            match opened {
                Ok(own) => return Ok(own),
                Err(reedbed_vault::own::OwnError::Other(_)) => {}
                Err(error) => refused = Some((name, error)),
            }
        }
        match refused {
            Some((name, error)) => {
                Err(anyhow::Error::from(error).context(format!("the slot `{name}` stays locked")))
            }
            None => bail!("nothing that unlocks this vault is of that kind"),
        }
    }

    /// Adds a way to unlock the vault, or writes it anew.
    pub(super) fn keep_slot(&self, name: &str, slot: &Slot) -> Result<(), anyhow::Error> {
        Ok(replace(&self.keys()?, &format!("{name}{SLOT}"), slot.to_text().as_bytes())?)
    }

    pub(super) fn remove_slot(&self, name: &str) -> Result<(), anyhow::Error> {
        Ok(self.keys()?.remove(&format!("{name}{SLOT}"))?)
    }

    /// Reads something that is sealed to the vault; nothing where it is not there.
    pub(super) fn read_sealed(
        &self,
        path: &str,
        own: &Own,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, anyhow::Error> {
        let Some(sealed) = Folder::at(&self.path)?.read(path)? else { return Ok(None) };
        let opened = own.open(&sealed);
        Ok(Some(opened.with_context(|| format!("`{path}` of the vault cannot be opened"))?))
    }

    /// Writes something that is sealed to the vault, whole or not at all.
    pub(super) fn write_sealed(&self, path: &str, bytes: &[u8]) -> Result<(), anyhow::Error> {
        let sealed = reedbed_vault::sealed::seal(&self.recipient()?, bytes)?;
        Ok(replace(&Folder::at(&self.path)?, path, &sealed)?)
    }
}

/// The folder of the slots.
pub(super) const KEYS: &str = "keys";
const SLOT: &str = ".slot";
const KEY_HEAD: &str = "reedbed-vault-key/v1";
const CREDENTIAL: &str = "reedbed-vault";
const SHORTEST: usize = 12;

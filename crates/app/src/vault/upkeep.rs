//! What keeps a vault whole: checks, backups, a new key, and keys that are destroyed.

use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::disk::{Disk as _, Folder, Source as _, replace};
use reedbed_ledger::entry::{Count, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_vault::book::{Decision, Deed};
use reedbed_vault::own::{Cost, Own};
use zeroize::Zeroizing;

use super::levels::{PARTNER, PUBLIC, Wanted};
use super::manifest::{Manifest, SHARES, digest_of};
use super::own::KEYS;
use super::rows::Rows;
use super::state::STATE;
use super::work::Work;
use super::{SETTINGS, UnlockArgs, Vault, pack};
use crate::clock;
use crate::ledger::{Home, Release, known};

/// What a check looked at, and what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) files: u64,
    pub(crate) wrong: Vec<String>,
}

impl Vault {
    /// Looks whether everything that the ledger speaks of is there and as it was; with the vault's own
    /// key also whether the levels open.
    pub(crate) fn check(&self, own: Option<&Own>) -> Result<Checked, anyhow::Error> {
        let mut checked = Checked::default();
        let (policy, _) = self.home.policy()?;
        let audited = reedbed_ledger::audit::audit(self.home.public(), &policy, &[], |_, _| ());
        if let Err(error) = audited {
            checked.wrong.push(format!("the ledger: {error}"));
        }
        for index in &self.frozen {
            checked.wrong.push(format!("entry {index} of the ledger cannot be read again"));
        }
        for held in self.book.datasets() {
            let folder = self.data(&held.name, held.version);
            let of = format!("{} version {}", held.name, held.version);
            if held.is_shredded {
                if has_files(&folder) {
                    let text = format!("{of}: its keys are to be destroyed, and files are left");
                    checked.wrong.push(text);
                }
                continue;
            }
            self.check_version(&self.manifest(&held.manifest)?, own, &mut checked)
                .with_context(|| of)?;
        }
        for (name, slot) in self.slots()? {
            checked.files += 1;
            if own.is_some_and(|own| own.recipient() != slot.recipient()) {
                checked.wrong.push(format!("the slot `{name}` is of another key"));
            }
        }
        if let Some(own) = own {
            for path in self.sealed_files()? {
                checked.files += 1;
                if let Err(error) = self.read_sealed(&path, own) {
                    checked.wrong.push(format!("{error:#}"));
                }
            }
        }
        Ok(checked)
    }

    fn check_version(
        &self,
        manifest: &Manifest,
        own: Option<&Own>,
        checked: &mut Checked,
    ) -> Result<(), anyhow::Error> {
        let Manifest { dataset, version, exact, .. } = manifest;
        let exact = self.data(dataset, *exact);
        let levels = self.data(dataset, *version);
        let tables = manifest.tables.iter().map(|one| (&exact, &one.file, &one.digest));
        let files = manifest.files.iter().map(|one| (&exact, &one.file, &one.digest));
        let of_levels = manifest.levels.iter().map(|one| (&levels, &one.file, &one.digest));
        for (folder, file, digest) in tables.chain(files).chain(of_levels) {
            checked.files += 1;
            match digest_of(&folder.join(file)) {
                Ok(found) if found == *digest => {}
                Ok(_) => {
                    checked.wrong.push(format!("{dataset} version {version}: `{file}` was changed"))
                }
                Err(error) => checked.wrong.push(format!("{dataset} version {version}: {error:#}")),
            }
        }
        let shares = pack::files(&exact.join(&manifest.shares)).unwrap_or_default();
        for (part, commitments) in &manifest.commitments {
            let name = part.replace(' ', ".");
            let own = |file: &&String| file.strip_prefix(&name).is_some_and(|r| r.starts_with('.'));
            let count = shares.keys().filter(own).count();
            checked.files += count as u64;
            if count < manifest.needed {
                checked.wrong.push(format!(
                    "{dataset} version {version}: of the {} shares of `{part}` {count} are left, and \
                     {} are needed",
                    commitments.len(),
                    manifest.needed
                ));
            }
        }
        let Some(own) = own else { return Ok(()) };
        let work = Work::new()?;
        for level in [PARTNER, PUBLIC] {
            if !manifest.levels.iter().any(|file| file.level == level) {
                continue;
            }
            let rows = Rows::all(*version);
            let wanted = Wanted { rows: &rows, columns: &|_| true };
            if let Err(error) = self.read_level(manifest, level, own, &work.path(level), wanted) {
                checked
                    .wrong
                    .push(format!("{dataset} version {version}, {level} level: {error:#}"));
            }
        }
        Ok(())
    }

    /// All files that are sealed to the vault's own key.
    fn sealed_files(&self) -> Result<Vec<String>, anyhow::Error> {
        let mut found = Vec::new();
        for folder in ["rules", "registry", "copies"] {
            let path = self.path.join(folder);
            if path.exists() {
                found
                    .extend(pack::files(&path)?.into_keys().map(|name| format!("{folder}/{name}")));
            }
        }
        found.push(format!("{KEYS}/pseudonyms"));
        for name in pack::files(&self.path.join("data"))?.into_keys() {
            if name.ends_with(".keys") {
                found.push(format!("data/{name}"));
            }
        }
        found.retain(|name| !name.ends_with(".partial") && !name.ends_with(".new"));
        Ok(found)
    }

    /// Copies the vault into a new folder: as it is, everything in it sealed as it was.
    ///
    /// CRASH: a folder with `.partial` at the end of its name, which is no backup.
    pub(crate) fn backup(&self, to: &Path) -> Result<(u64, u64), anyhow::Error> {
        if crate::ledger::is_there(to)? {
            return Err(crate::whole::exists_already(to));
        }
        let partial = with_suffix(to, ".partial");
        if partial.exists() {
            std::fs::remove_dir_all(&partial)?;
        }
        let (files, bytes) = copy_all(&self.path, &partial)?;
        std::fs::rename(&partial, to)
            .with_context(|| format!("`{}` cannot be written", to.display()))?;
        if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Folder::at(parent)?.sync_folder("")?;
        }
        Ok((files, bytes))
    }

    /// Changes the vault's own key: what is sealed to it is sealed to a new one. What was broken off goes
    /// on where it was.
    ///
    /// CRASH: until the slot is that of the new key, the old one opens `keys/rotation` and so the new
    /// one; nothing is lost, and nothing else is done before the change is complete.
    pub(crate) fn rotate(&self, unlock: &UnlockArgs) -> Result<u64, anyhow::Error> {
        let old = self.unlock_any(unlock)?;
        let disk = Folder::at(&self.path)?;
        let next = match disk.read(ROTATION)? {
            Some(sealed) => match old.open_next(&sealed) {
                Ok(next) => next,
                // The slot is that of the new key already.
                Err(_) if self.read_sealed(&format!("{KEYS}/pseudonyms"), &old).is_ok() => {
                    self.remove_slots_but(&old)?;
                    disk.remove(ROTATION)?;
                    return Ok(0);
                }
                Err(error) => return Err(error).context("the change that was begun"),
            },
            None => {
                let next = Own::generate();
                replace(&disk, ROTATION, &next.seal_to(&old.recipient())?)?;
                next
            }
        };
        let recipient = next.recipient();
        let mut count = 0;
        for path in self.sealed_files()? {
            let sealed = disk.read(&path)?.unwrap_or_default();
            // Done by an attempt before.
            if next.open(&sealed).is_ok() {
                continue;
            }
            let opened: Zeroizing<Vec<u8>> =
                old.open(&sealed).with_context(|| format!("`{path}` of the vault"))?;
            replace(&disk, &path, &reedbed_vault::sealed::seal(&recipient, &opened)?)?;
            count += 1;
        }
        let event = Release {
            kind: Kind::Key,
            day: clock::today().to_string(),
            policy: Hash::of(b""),
            purpose: Purpose::Administration,
            precision: Precision::None,
            count: Count::None,
            values: [("recipient", "the vault's own key".to_owned()), ("package", recipient)]
                .into(),
        };
        event.record(&self.home)?;
        // The slots that open the old key go; the one that was used is made anew.
        if unlock.is_by_officers() {
            self.lock_by_officers(&next)?;
        } else {
            self.keep_slot("first", &unlock.lock(&next, Cost::default())?)?;
        }
        self.remove_slots_but(&next)?;
        disk.remove(ROTATION)?;
        Ok(count)
    }

    fn remove_slots_but(&self, own: &Own) -> Result<(), anyhow::Error> {
        for (name, slot) in self.slots()? {
            if slot.recipient() != own.recipient() {
                self.remove_slot(&name)?;
            }
        }
        Ok(())
    }

    /// Unlocks the vault so that officers can, together; gives how many.
    pub(crate) fn lock_by_officers(&self, own: &Own) -> Result<usize, anyhow::Error> {
        let officers = self.book.officers();
        let mut random = crate::keys::SystemRandom::new()?;
        let (needed, plugins) = (self.book.needed(), crate::cli::plugins());
        let slot = own.lock_by_officers(needed, &officers, &plugins, &mut random)?;
        self.keep_slot("officers", &slot)?;
        Ok(officers.len())
    }

    /// Destroys the keys and files of a dataset, as officers decided; goes on with what was broken off.
    ///
    /// CRASH: the ledger knows that it is to be destroyed; the same command destroys what is left.
    pub(crate) fn shred(
        &mut self,
        dataset: &str,
        decision: Option<Decision>,
    ) -> Result<u64, anyhow::Error> {
        let held = self.book.newest(dataset);
        let held = held.with_context(|| format!("the vault holds no dataset `{dataset}`"))?;
        if !held.is_shredded {
            let decision = decision.context("officers decide that: give their keys with `--by`")?;
            self.record(&Deed::Shred(decision))?;
        }
        let mut paths = vec![self.path.join("registry").join(dataset)];
        let versions = self.book.datasets().iter().filter(|held| held.name == dataset);
        for held in versions.filter(|held| held.is_shredded) {
            let folder = self.data(dataset, held.version);
            // Keys before what they open.
            let mut files: Vec<PathBuf> =
                pack::files(&folder).unwrap_or_default().into_values().collect();
            let is_key = |path: &Path| {
                path.extension().is_some_and(|kind| kind == "keys")
                    || path
                        .parent()
                        .and_then(Path::file_name)
                        .is_some_and(|name| name.to_string_lossy().starts_with(SHARES))
            };
            files.sort_by_key(|path| !is_key(path));
            paths.extend(files);
        }
        let mut count = 0;
        for path in paths {
            if path.exists() {
                destroy(&path)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// What an officer who is revoked could still open with an old backup, together with others; and
    /// removes their shares where enough others are left.
    pub(crate) fn forget_shares(&self, id: &str) -> Result<Vec<String>, anyhow::Error> {
        let mut opened = Vec::new();
        for held in self.book.datasets().iter().filter(|held| !held.is_shredded) {
            let manifest = self.manifest(&held.manifest)?;
            self.remove_old_shares(&held.name, manifest.exact)?;
            let folder = self.data(&held.name, manifest.exact).join(&manifest.shares);
            let files = pack::files(&folder).unwrap_or_default();
            let end = format!(".{id}");
            let own: Vec<(&String, &PathBuf)> =
                files.iter().filter(|(name, _)| name.ends_with(&end)).collect();
            if own.is_empty() {
                continue;
            }
            opened.push(format!("{} version {}", held.name, held.version));
            for (name, path) in own {
                let part = name.strip_suffix(&end).unwrap_or(name);
                let of_part = files
                    .keys()
                    .filter(|other| other.rsplit_once('.').is_some_and(|(p, _)| p == part));
                if of_part.count() > manifest.needed {
                    destroy(path)?;
                }
            }
        }
        Ok(opened)
    }

    /// Shares the vault's own key anew among the officers of now, where officers can unlock it together;
    /// gives among how many. Nothing where they cannot.
    pub(crate) fn relock(&self, unlock: &UnlockArgs) -> Result<Option<usize>, anyhow::Error> {
        if !self.slots()?.iter().any(|(_, slot)| slot.is_by_officers()) {
            return Ok(None);
        }
        let own = self.unlock(unlock)?;
        self.lock_by_officers(&own).map(Some)
    }

    /// Facts about this vault and this program that an operator or an auditor asks for.
    pub(crate) fn selfcheck(&self) -> Result<Vec<(&'static str, String)>, anyhow::Error> {
        let mut facts = vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("build", digest_of(&std::env::current_exe()?)?),
            // Nothing listens but what `reedbed ledger witness serve` is told to.
            ("listening", "none".to_owned()),
        ];
        let store = Folder::at(&self.path.join("ledger"))?.read("store")?;
        let mut outbound = Vec::new();
        if let Some(store) = store {
            outbound.push(String::from_utf8_lossy(&store).trim().to_owned());
        }
        let (policy, bytes) = self.home.policy()?;
        outbound
            .extend(policy.witnesses().filter_map(|(_, _, address)| address.map(str::to_owned)));
        if outbound.is_empty() {
            outbound.push("none".to_owned());
        }
        facts.extend(outbound.into_iter().map(|address| ("outbound", address)));
        facts.push(("ledger-policy", Hash::of(&bytes).to_hex()));
        let (head, _) = self.home.head()?;
        facts.push(("ledger-size", head.size.to_string()));
        facts.push(("ledger-root", head.root.to_hex()));
        facts.extend(policy.logs().map(|key| ("ledger-key", key.to_string())));
        for (name, slot) in self.slots()? {
            facts.push(("slot", format!("{name}\t{}\t{}", slot.way(), slot.recipient())));
        }
        facts.extend(self.book.rules().map(|digest| ("rules", reedbed_vault::book::hex(digest))));
        facts.extend(self.book.officers().iter().map(|card| ("officer", card.key().to_string())));
        Ok(facts)
    }
}

/// Makes a vault of a backup, in a new folder. It does not open behind a head that others hold.
///
/// CRASH: a folder with `.partial` at the end of its name, which is no vault.
pub(crate) fn restore(
    backup: &Path,
    to: &Path,
    heads: &[PathBuf],
) -> Result<(u64, u64), anyhow::Error> {
    if !crate::ledger::is_there(&backup.join(SETTINGS))? {
        bail!("there is no backup of a vault in `{}`", backup.display());
    }
    if crate::ledger::is_there(to)? {
        return Err(crate::whole::exists_already(to));
    }
    let partial = with_suffix(to, ".partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial)?;
    }
    let copied = copy_all(backup, &partial)?;
    let tried = (|| -> Result<(), anyhow::Error> {
        let home = Home::existing(&partial.join("ledger"))?;
        let (policy, _) = home.policy()?;
        drop(home.open(&known(heads, &policy)?)?);
        drop(Vault::open(&partial)?);
        Ok(())
    })();
    if let Err(error) = tried {
        std::fs::remove_dir_all(&partial)?;
        return Err(error);
    }
    std::fs::rename(&partial, to)
        .with_context(|| format!("`{}` cannot be written", to.display()))?;
    Ok(copied)
}

/// Copies all files of a vault but its locks and its cache.
fn copy_all(from: &Path, to: &Path) -> Result<(u64, u64), anyhow::Error> {
    crate::keys::create_dir(to)?;
    let (mut count, mut bytes) = (0, 0);
    for (name, path) in pack::files(from)? {
        if name == STATE || name.ends_with("-journal") || name == "lock" || name.ends_with("/lock")
        {
            continue;
        }
        let copy = to.join(&name);
        if let Some(parent) = copy.parent() {
            crate::keys::create_dir(parent)?;
        }
        let mut out = crate::keys::create_new(&copy)
            .with_context(|| format!("`{}` cannot be written", copy.display()))?;
        bytes += std::io::copy(&mut std::fs::File::open(&path)?, &mut out)
            .with_context(|| format!("`{}` cannot be copied", path.display()))?;
        out.sync_all()?;
        count += 1;
    }
    for folder in ["data", "events"] {
        crate::keys::create_dir(&to.join(folder))?;
    }
    Ok((count, bytes))
}

/// Writes over a file and removes it. On a disk that moves what it writes (every solid-state disk) the
/// old bytes may remain until the disk gives them up.
pub(super) fn destroy(path: &Path) -> Result<(), anyhow::Error> {
    let cannot = || format!("`{}` cannot be destroyed", path.display());
    let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(cannot)?;
    let length = file.metadata().with_context(cannot)?.len();
    file.rewind()?;
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), length), &mut file)
        .with_context(cannot)?;
    file.flush()?;
    file.sync_all().with_context(cannot)?;
    drop(file);
    std::fs::remove_file(path).with_context(cannot)
}

fn has_files(folder: &Path) -> bool {
    pack::files(folder).is_ok_and(|files| !files.is_empty())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Where the next key of a vault lies while it is changed.
pub(super) const ROTATION: &str = "keys/rotation";

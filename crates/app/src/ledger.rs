//! Where a ledger lies on this machine, and the receipts that it gives.
//!
//! A ledger is a folder: `log/` is what everybody may see and copy (the head, the tiles, the entries,
//! the journal), `policy` in it says who signs and who witnesses, `private/` holds the key and the
//! openings. Where `store` names a store of objects, the head, the tiles, the entries and the journal
//! lie there, with a copy of the policy.

mod bundle;
mod place;
mod release;
mod rotation;
pub(crate) mod witnesses;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::disk::{Disk as _, Folder, Source, replace};
use reedbed_ledger::entry::Entry;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::keys::History;
use reedbed_ledger::log::{self, Log};
use reedbed_ledger::note::{KeyKind, Note, Signer, Verifier};
use reedbed_ledger::objects::Objects;
use reedbed_ledger::policy::Policy;
use reedbed_ledger::proof::Proof;
use reedbed_ledger::store::Store;
use reedbed_ledger::tree;

pub(crate) use bundle::Bundle;
pub(crate) use release::{Leave, Receipt, Release};

/// The folders of a ledger.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    log: Folder,
    private: Folder,
    /// Where the log is, if not in the folder.
    objects: Option<Objects>,
}

/// A ledger that is open for writing, and locked against others.
#[derive(Debug)]
pub(crate) struct Open<'h> {
    pub(crate) log: Log<'h>,
    _lock: std::fs::File,
}

impl Open<'_> {
    /// Takes an entry; gives its index.
    ///
    /// Errors: where the clock of this machine is behind the last entry: its day would be a lie.
    pub(crate) fn append(&mut self, entry: &Entry) -> Result<u64, anyhow::Error> {
        let last = self.log.last()?.and_then(|bytes| Entry::read(&bytes).ok());
        if let Some(last) = last.filter(|last| last.day > entry.day) {
            bail!(
                "the clock of this machine says {}, and the last entry of the ledger is of {}",
                entry.day,
                last.day
            );
        }
        Ok(self.log.append(vec![entry.to_bytes()?])?)
    }
}

impl Home {
    /// Makes a ledger and its key, in a store of objects where one is named; gives the key's public
    /// part.
    pub(crate) fn create(
        path: &Path,
        origin: &str,
        store: Option<&str>,
    ) -> Result<Verifier, anyhow::Error> {
        let already = || anyhow::anyhow!("there is a ledger in `{}` already", path.display());
        if is_there(&path.join("log").join(log::CHECKPOINT))? {
            bail!(already());
        }
        let signer = Signer::generate(origin, KeyKind::Ed25519)
            .with_context(|| format!("`{origin}` cannot be the name of a ledger"))?;
        crate::keys::create_dir(path)?;
        crate::keys::create_dir(&path.join("private"))?;
        let mut home = Self::in_folder(path)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        for folder in [path, parent.unwrap_or_else(|| Path::new("."))] {
            Folder::at(folder)?.sync_folder("")?;
        }
        let _lock = home.lock()?;
        // A key that is there is of an attempt before this one, or of a ledger whose log is elsewhere.
        let signer = match home.private.read(KEY)? {
            None => signer,
            Some(_) => home
                .signer()
                .ok()
                .filter(|there| there.verifier().name() == origin)
                .with_context(|| {
                    format!("`{}` holds the key of another ledger", home.private.path().display())
                })?,
        };
        let verifier = signer.verifier().clone();
        home.objects = store.map(place::objects).transpose()?;
        let folder = Folder::at(path)?;
        // An attempt before this one may have named another store, and made a log there.
        let named = store.map(|store| format!("{store}\n").into_bytes());
        if folder.read(STORE)?.is_some_and(|before| Some(&before) != named.as_ref()) {
            bail!(already());
        }
        if home.store().head()?.is_some() {
            bail!("there is a log in the store already");
        }
        // CRASH: a key without a log is used by the next attempt; the log is there once its head is.
        replace(&home.private, KEY, signer.to_secret().as_bytes())?;
        let policy = format!("log {verifier}\nquorum none\n");
        replace(&home.log, POLICY, policy.as_bytes())?;
        home.show_policy()?;
        home.remember_place()?;
        if let Some(named) = named {
            replace(&folder, STORE, &named)?;
        }
        Log::create(home.store(), signer)?;
        Ok(verifier)
    }

    fn in_folder(path: &Path) -> Result<Self, anyhow::Error> {
        let folder = |name: &str| {
            let path = path.join(name);
            Folder::at(&path).with_context(|| format!("`{}` cannot be used", path.display()))
        };
        let (log, private) = (folder("log")?, folder("private")?);
        Ok(Self { path: path.to_owned(), log, private, objects: None })
    }

    /// A ledger that is there.
    pub(crate) fn existing(path: &Path) -> Result<Self, anyhow::Error> {
        if !is_there(&path.join("log").join(log::CHECKPOINT))? && !is_there(&path.join(STORE))? {
            bail!("there is no ledger in `{}`; `reedbed ledger init` makes one", path.display());
        }
        let mut home = Self::in_folder(path)?;
        if let Some(bytes) = Folder::at(path)?.read(STORE)? {
            let store = String::from_utf8(bytes).context("the name of the store is no text")?;
            home.objects = Some(place::objects(store.trim())?);
        }
        Ok(home)
    }

    fn store(&self) -> &dyn Store {
        match &self.objects {
            Some(objects) => objects,
            None => &self.log,
        }
    }

    /// Puts the policy and the history of the keys where the log is, if that is elsewhere.
    pub(crate) fn show_policy(&self) -> Result<(), anyhow::Error> {
        let Some(objects) = &self.objects else { return Ok(()) };
        for name in [POLICY, HISTORY] {
            let Some(bytes) = self.log.read(name)? else { continue };
            if objects.read(name)?.as_ref() != Some(&bytes) {
                objects.put(&[(name.to_owned(), bytes)])?;
            }
        }
        Ok(())
    }

    /// Locks the ledger; waits for whoever writes to it at the moment.
    fn lock(&self) -> Result<std::fs::File, anyhow::Error> {
        lock(&self.log).with_context(|| {
            format!("somebody else writes to the ledger in `{}`", self.path.display())
        })
    }

    fn signer(&self) -> Result<Signer, anyhow::Error> {
        let bytes = self.private.read(KEY)?.context("the key of the ledger is not there")?;
        let text = String::from_utf8(bytes).context("the key of the ledger is no text")?;
        Signer::read(&text).context("the key of the ledger cannot be read")
    }

    /// Opens the ledger for writing. It must continue each head that is known, and lie where it was
    /// made: a folder that was restored from a backup opens only against a head that others hold.
    pub(crate) fn open(&self, known: &[Checkpoint]) -> Result<Open<'_>, anyhow::Error> {
        let lock = self.lock()?;
        let is_moved = self.private.read(PLACE)?.as_deref() != Some(self.place()?.as_bytes());
        let mut known = known.to_vec();
        let has_witness = known.iter().any(|head| head.size > 0);
        if is_moved && !has_witness {
            bail!(
                "the ledger in `{}` is not where it was made: it was copied, or restored from a \
                 backup, and may be older than what others saw. Give a checkpoint or a proof that \
                 somebody else holds (`--known FILE`)",
                self.path.display()
            );
        }
        self.finish_rotation()?;
        if let Some(bytes) = self.private.read(SEEN)? {
            let text =
                String::from_utf8(bytes).context("the last head that was seen is no text")?;
            known.push(Checkpoint::of_note(&text)?.0);
        }
        let log = Log::open(self.store(), self.signer()?, &known)?;
        if is_moved {
            self.remember_place()?;
        }
        Ok(Open { log, _lock: lock })
    }

    /// Signs a head over entries that were appended before a process broke off; gives whether there were
    /// any.
    ///
    /// CRASH: they wait on.
    pub(crate) fn settle(&self) -> Result<bool, anyhow::Error> {
        let mut open = self.open(&[])?;
        if open.log.acknowledged() == open.log.head().size {
            return Ok(false);
        }
        let note = open.log.publish()?.clone();
        self.remember(&note)?;
        Ok(true)
    }

    /// Remembers the head that was signed last, beside the key.
    pub(crate) fn remember(&self, note: &Note) -> Result<(), anyhow::Error> {
        Ok(replace(&self.private, SEEN, note.to_string().as_bytes())?)
    }

    fn remember_place(&self) -> Result<(), anyhow::Error> {
        Ok(replace(&self.private, PLACE, self.place()?.as_bytes())?)
    }

    /// What tells this folder from a copy of it: the number of a file in the file system.
    fn place(&self) -> Result<String, anyhow::Error> {
        let path = self.log.path().join("lock");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let file = std::fs::metadata(&path)?;
            Ok(format!("{} {}\n", file.dev(), file.ino()))
        }
        #[cfg(not(unix))]
        Ok(format!("{}\n", std::fs::canonicalize(path)?.display()))
    }

    /// The policy of the ledger, with the keys that were there before, and as it goes to those who check.
    pub(crate) fn policy(&self) -> Result<(Policy, Vec<u8>), anyhow::Error> {
        let bytes = self.log.read(POLICY)?.context("the policy of the ledger is not there")?;
        let mut policy = Policy::read(&bytes)?;
        policy
            .follow(&self.history()?)
            .context("the policy does not name the key of the ledger")?;
        Ok((policy, bytes))
    }

    /// The changes of its key; nothing where there was none.
    pub(crate) fn history_bytes(&self) -> Result<Option<Vec<u8>>, anyhow::Error> {
        Ok(self.log.read(HISTORY)?)
    }

    fn history(&self) -> Result<History, anyhow::Error> {
        let Some(bytes) = self.history_bytes()? else { return Ok(History::default()) };
        let text = String::from_utf8(bytes).context("the history of the keys is no text")?;
        History::read(&text).context("the history of the keys cannot be read")
    }

    /// The path from an earlier head to a later one.
    pub(crate) fn continues(
        &self,
        earlier: &Checkpoint,
        later: &Checkpoint,
    ) -> Result<Vec<Hash>, anyhow::Error> {
        let path = log::prove_consistency(self.public(), earlier.size, later)?;
        tree::verify_consistency((earlier.size, earlier.root), (later.size, later.root), &path)
            .with_context(|| {
                format!("the ledger does not continue its head of {}", earlier.size)
            })?;
        Ok(path)
    }

    /// The head that went to a recipient last; nothing where none did.
    pub(crate) fn shown_to(&self, recipient: &str) -> Result<Option<Note>, anyhow::Error> {
        let Some(bytes) = self.private.read(&shown(recipient))? else { return Ok(None) };
        let text = String::from_utf8(bytes).context("a head that was shown is no text")?;
        Ok(Some(Note::read(&text).context("a head that was shown cannot be read")?))
    }

    /// Remembers the head that goes to a recipient.
    pub(crate) fn remember_shown(&self, recipient: &str, note: &Note) -> Result<(), anyhow::Error> {
        self.private.create_folder(SHOWN)?;
        Ok(replace(&self.private, &shown(recipient), note.to_string().as_bytes())?)
    }

    /// The public part, as an auditor has it.
    pub(crate) fn public(&self) -> &dyn Source {
        self.store()
    }

    /// Where the openings are.
    pub(crate) fn private(&self) -> &Folder {
        &self.private
    }

    /// The head that was signed last.
    pub(crate) fn head(&self) -> Result<(Checkpoint, Note), anyhow::Error> {
        let (policy, _) = self.policy()?;
        let bytes = self.public().read(log::CHECKPOINT)?.context("the ledger has no head")?;
        let text = String::from_utf8(bytes).context("the head of the ledger is no text")?;
        let note = Note::read(&text).context("the head of the ledger cannot be read")?;
        // While the key is being changed, the old one vouches for it.
        Ok((policy.signed(&note)?, note))
    }

    /// Finds an entry by its index or by its id.
    pub(crate) fn find(&self, wanted: &str) -> Result<(u64, Entry), anyhow::Error> {
        let (head, _) = self.head()?;
        if let Ok(index) = wanted.parse::<u64>()
            && wanted.len() < 20
        {
            let bytes = log::entry(self.public(), &head, index)?;
            return Ok((index, Entry::read(&bytes)?));
        }
        for index in 0..head.size {
            let bytes = log::entry(self.public(), &head, index)?;
            if let Ok(entry) = Entry::read(&bytes)
                && entry.id_text() == wanted
            {
                return Ok((index, entry));
            }
        }
        bail!("the ledger has no entry `{wanted}` in its tree")
    }

    /// Proves an entry by the head that was signed last.
    pub(crate) fn prove(&self, index: u64) -> Result<Proof, anyhow::Error> {
        let (head, note) = self.head()?;
        Ok(log::prove(self.public(), &head, &note, index)?)
    }
}

/// Reads heads that somebody else holds: checkpoints, or proofs with one. Their signatures by the log
/// are checked; a head that the log never signed binds it to nothing.
pub(crate) fn known(files: &[PathBuf], policy: &Policy) -> Result<Vec<Checkpoint>, anyhow::Error> {
    let mut heads = Vec::new();
    for file in files {
        let of_file = || format!("`{}` is no checkpoint and no proof with one", file.display());
        let text = std::fs::read_to_string(file).with_context(of_file)?;
        let note = match Proof::read(&text) {
            Ok(proof) => proof.checkpoint,
            Err(_) => Note::read(&text).with_context(of_file)?,
        };
        let head = Checkpoint::read(&note.text).with_context(of_file)?;
        note.signed_by(policy.logs()).with_context(|| {
            format!("the checkpoint in `{}` is not signed by this ledger", file.display())
        })?;
        heads.push(head);
    }
    Ok(heads)
}

/// Locks a folder; waits for whoever holds it, but not for ever.
pub(crate) fn lock(folder: &Folder) -> std::io::Result<std::fs::File> {
    for _ in 0..WAITS {
        match folder.lock() {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                std::thread::sleep(WAIT);
            }
            locked => return locked,
        }
    }
    folder.lock()
}

/// Whether something is there; what cannot be looked at is an error.
pub(crate) fn is_there(path: &Path) -> Result<bool, anyhow::Error> {
    path.try_exists().with_context(|| format!("`{}` cannot be looked at", path.display()))
}

fn shown(recipient: &str) -> String {
    format!("{SHOWN}/{}", Hash::of(recipient.as_bytes()).to_hex())
}

const WAITS: u32 = 600;
const WAIT: std::time::Duration = std::time::Duration::from_millis(50);
const SHOWN: &str = "shown";
const HISTORY: &str = "keys";
const POLICY: &str = "policy";
const STORE: &str = "store";
const KEY: &str = "ledger.key";
const SEEN: &str = "seen";
const PLACE: &str = "place";

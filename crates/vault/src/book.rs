//! What happened in a vault, as signed texts, and what follows from it.
//!
//! Each event is a text whose digest an entry of the ledger commits to; a book that is read again from
//! the texts is the same book. Signatures are checked here, and what they mean by
//! [`people`](crate::people).

use std::collections::{BTreeMap, BTreeSet};

use reedbed_ledger::note::{Note, NoteError, Verifier};

use crate::deed::{CANCEL, REVIEW, REVOKE, RULES, SHRED};
pub use crate::deed::{Decision, Deed, Founding, Reshared, decide, hex, unhex};
use crate::officer::{Card, OfficerError};
use crate::people::{
    Account, Action, Asking, DatasetId, Digest, Event, Limits, Person, Refused, RequestId, World,
};
use crate::request::{Approved, Request, RequestError};

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// It is not written as an event.
    #[error("it is no event: {reason}")]
    Form {
        /// What is wrong.
        reason: &'static str,
    },
    /// People may not do that.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A request is none.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A card is none.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// A signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A request is not signed by the officer who is said to ask.
    #[error("the request is not signed by the officer who it says asks for it")]
    NotTheirs,
    /// The vault was founded before.
    #[error("what holds for the vault was settled when it was founded")]
    Founded,
    /// Rules were not approved.
    #[error("the rules with this digest were not approved in this vault")]
    Rules,
    /// So much is bulk.
    #[error("the request is about so many rows that it is bulk, and must say so")]
    Bulk,
    /// A release without a package, or something else with one.
    #[error("a release names its package, and nothing else does")]
    Package,
    /// A request says another time than that at which it is made.
    #[error("the request says that it was made at another time than now")]
    Made,
    /// What was signed is about another vault.
    #[error("it was signed for another vault, or for this one under another name")]
    OtherVault,
    /// The version is there.
    #[error("this version of the dataset is there already")]
    KnownVersion,
}

/// A manifest as it came in: its name, its version, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// The manifest.
    pub manifest: String,
    /// The digest of the rules that its levels follow.
    pub rules: Digest,
    /// How many rows there are.
    pub rows: u64,
    /// Whether its keys were destroyed.
    pub is_shredded: bool,
}

/// A copy that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The request.
    pub request: Digest,
    /// The digest of the package.
    pub package: Digest,
    /// When.
    pub at: u64,
}

/// All that happened, and what follows.
#[derive(Debug, Clone)]
pub struct Book {
    /// The name of its ledger.
    origin: String,
    world: World,
    founding: Option<Founding>,
    /// By account; people have the number of the first account that bore their mark.
    cards: Vec<Card>,
    marks: BTreeMap<String, Person>,
    names: BTreeMap<String, DatasetId>,
    requests: BTreeMap<Digest, (RequestId, Approved)>,
    rules: BTreeSet<Digest>,
    datasets: Vec<Dataset>,
    releases: Vec<Released>,
    /// In the order in which they were made.
    reshared: Vec<Reshared>,
}

impl Book {
    /// An empty book of the vault whose ledger bears a name, in which so many people must approve.
    pub fn new(origin: &str, needed: usize) -> Self {
        Self {
            origin: origin.to_owned(),
            world: World::new(Limits::of(needed)),
            founding: None,
            cards: Vec::new(),
            marks: BTreeMap::new(),
            names: BTreeMap::new(),
            requests: BTreeMap::new(),
            rules: BTreeSet::new(),
            datasets: Vec::new(),
            releases: Vec::new(),
            reshared: Vec::new(),
        }
    }

    /// Lets something happen at a time in seconds since 1970.
    ///
    /// Errors: [`BookError`]; nothing has happened then.
    pub fn happen(&mut self, deed: &Deed, now: u64) -> Result<(), BookError> {
        match deed {
            Deed::Found(founding) => {
                if self.founding.is_some() || !self.cards.is_empty() {
                    return Err(BookError::Founded);
                }
                self.world = World::new(founding.limits);
                self.founding = Some(*founding);
            }
            Deed::Enrol(card) => {
                let account = self.account_of(card.key()).unwrap_or_else(|| self.next_account());
                let by = self.vouchers(card)?;
                let person = self.person(card.person());
                self.world.happen(&Event::Enrol { account, person, by }, now)?;
                self.remember(card.person());
                self.cards.push(card.clone());
            }
            Deed::Revoke(decision) => {
                decision.must_be(REVOKE, &self.origin)?;
                let key = Verifier::read(&decision.about)?;
                let account = self.account_of(&key).ok_or(Refused::NoOfficer)?;
                let by = self.signers(&decision.note)?;
                self.world.happen(&Event::Revoke { account, by }, now)?;
            }
            Deed::Rules(decision) => {
                decision.must_be(RULES, &self.origin)?;
                let digest = unhex(&decision.about).ok_or(BookError::Rules)?;
                let by = self.signers(&decision.note)?;
                self.world.happen(&Event::Agree { by }, now)?;
                self.rules.insert(digest);
            }
            Deed::Ask(request) => self.ask(request, now)?,
            Deed::Break(request) => self.break_glass(request, now)?,
            Deed::Approve(approved) => {
                let digest = approved.digest();
                let (id, _) = self.requests.get(&digest).ok_or(Refused::Edited)?;
                let id = *id;
                let by: Vec<Verifier> = approved.by(&self.cards)?.into_iter().cloned().collect();
                // Approvals come one by one, each as an event.
                let [by] = by.as_slice() else { return Err(NoteError::Unsigned.into()) };
                let by = self.account_of(by).ok_or(Refused::NoOfficer)?;
                self.world.happen(&Event::Approve { id, digest, by }, now)?;
                if let Some((_, held)) = self.requests.get_mut(&digest) {
                    held.merge(approved);
                }
            }
            Deed::Cancel(decision) => {
                decision.must_be(CANCEL, &self.origin)?;
                let (id, by) = self.decided(decision)?;
                let by = *by.first().ok_or(Refused::NoOfficer)?;
                self.world.happen(&Event::Cancel { id, by }, now)?;
            }
            Deed::Review(decision) => {
                decision.must_be(REVIEW, &self.origin)?;
                let (id, by) = self.decided(decision)?;
                self.world.happen(&Event::Review { id, by }, now)?;
            }
            Deed::Do { request: digest, package } => {
                let (id, asked) = self.requests.get(digest).ok_or(Refused::NoRequest)?;
                let (id, action) = (*id, asked.request().action);
                let is_release = action == Action::Release;
                if action == Action::Reshare {
                    return Err(BookError::Package);
                }
                if package.is_some() != is_release {
                    return Err(BookError::Package);
                }
                self.world.happen(&Event::Do { id, digest: *digest }, now)?;
                if let Some(package) = *package {
                    self.releases.push(Released { request: *digest, package, at: now });
                }
            }
            Deed::Reshare(reshared) => {
                let (id, asked) = self.requests.get(&reshared.request).ok_or(Refused::NoRequest)?;
                let (id, asked) = (*id, asked.request());
                if asked.action != Action::Reshare || asked.dataset != reshared.dataset {
                    return Err(Refused::Edited.into());
                }
                self.world.happen(&Event::Do { id, digest: reshared.request }, now)?;
                self.reshared.push(reshared.clone());
            }
            Deed::Import(manifest) => {
                let dataset = read_manifest(manifest)?;
                if !self.rules.contains(&dataset.rules) {
                    return Err(BookError::Rules);
                }
                let before = self.datasets.iter().filter(|held| held.name == dataset.name);
                if before.map(|held| held.version).max().unwrap_or(0) + 1 != dataset.version {
                    return Err(BookError::KnownVersion);
                }
                self.remember_dataset(&dataset.name);
                self.datasets.push(dataset);
            }
            Deed::Shred(decision) => {
                decision.must_be(SHRED, &self.origin)?;
                let (name, version) = decision.about.split_once(' ').ok_or(Refused::NoRequest)?;
                let newest = self.newest(name).ok_or(Refused::NoRequest)?.version;
                // A decision that was made before more came in is none about that.
                if version != newest.to_string() {
                    return Err(Refused::NoRequest.into());
                }
                let by = self.signers(&decision.note)?;
                self.world.happen(&Event::Agree { by }, now)?;
                let own = self.datasets.iter_mut().filter(|held| held.name == name);
                own.for_each(|held| held.is_shredded = true);
            }
        }
        Ok(())
    }

    fn ask(&mut self, request: &Approved, now: u64) -> Result<(), BookError> {
        let asked = request.request();
        if asked.delay < self.founding.map_or(0, |founding| founding.delay) {
            return Err(Refused::TooEarly.into());
        }
        // Keys are of whole files: whoever asks for exact data asks for all rows.
        let rows = self.newest(&asked.dataset).map_or(0, |dataset| dataset.rows);
        let bulk = self.founding.map_or(u64::MAX, |founding| founding.bulk);
        let is_exact = matches!(asked.action, Action::Unseal | Action::Reshare);
        if is_exact && rows >= bulk && !asked.is_bulk {
            return Err(BookError::Bulk);
        }
        // Officers go by the time that they are shown.
        if asked.made.abs_diff(now) > SKEW {
            return Err(BookError::Made);
        }
        let (id, asking) = self.asking(request)?;
        self.world.happen(&Event::Ask { id, asking }, now)?;
        self.keep(request, id)
    }

    fn break_glass(&mut self, request: &Approved, now: u64) -> Result<(), BookError> {
        let few = (1..=FEW_COLUMNS).contains(&request.request().columns.len());
        if !few || request.request().action != Action::Emergency {
            return Err(Refused::NoEmergency.into());
        }
        let (id, asking) = self.asking(request)?;
        let by = request.by(self.officers())?;
        let by = by.first().and_then(|key| self.account_of(key)).ok_or(Refused::NoOfficer)?;
        self.world.happen(&Event::Break { id, asking, by }, now)?;
        self.keep(request, id)
    }

    /// What a request asks for, by an officer who signed it.
    fn asking(&self, request: &Approved) -> Result<(RequestId, Asking), BookError> {
        let (asked, digest) = (request.request(), request.digest());
        if asked.vault != self.origin {
            return Err(BookError::OtherVault);
        }
        if self.requests.contains_key(&digest) {
            return Err(Refused::KnownRequest.into());
        }
        // Who asks is an officer and signs it, so that nobody asks under another's mark to
        // approve it under their own.
        let by = request.by(self.officers())?;
        let is_own =
            |card: &&Card| by.contains(&card.key()) && mark(card.person()) == mark(&asked.by);
        if by.len() != 1 || !self.officers().iter().any(is_own) {
            return Err(BookError::NotTheirs);
        }
        let id = RequestId(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
        let asking = Asking {
            digest,
            action: asked.action,
            by: self.person(&asked.by),
            beneficiary: Some(self.person(&asked.beneficiary)),
            dataset: self.dataset_of(&asked.dataset),
            delay: asked.delay,
            expires: asked.expires,
            is_bulk: asked.is_bulk,
        };
        Ok((id, asking))
    }

    fn keep(&mut self, request: &Approved, id: RequestId) -> Result<(), BookError> {
        let asked = request.request();
        self.remember(&asked.beneficiary);
        self.remember_dataset(&asked.dataset);
        let bare = Approved::new(asked.clone())?;
        self.requests.insert(request.digest(), (id, bare));
        Ok(())
    }

    /// The request that a decision is about, and who decided.
    fn decided(&self, decision: &Decision) -> Result<(RequestId, Vec<Account>), BookError> {
        let digest = unhex(&decision.about).ok_or(Refused::NoRequest)?;
        let id = self.requests.get(&digest).ok_or(Refused::NoRequest)?.0;
        Ok((id, self.signers(&decision.note)?))
    }

    fn dataset_of(&self, name: &str) -> DatasetId {
        let next = DatasetId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.get(name).copied().unwrap_or(next)
    }

    fn remember_dataset(&mut self, name: &str) {
        let id = self.dataset_of(name);
        self.names.entry(name.to_owned()).or_insert(id);
    }

    /// Closes all requests: an entry cannot be read again that may have changed any of them.
    pub fn freeze(&mut self) {
        self.world.freeze();
    }

    fn next_account(&self) -> Account {
        Account(u32::try_from(self.cards.len()).unwrap_or(u32::MAX))
    }

    fn account_of(&self, key: &Verifier) -> Option<Account> {
        let at = self.cards.iter().position(|card| card.key() == key)?;
        Some(Account(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// The person of a mark; the same mark is the same person, however it is written.
    fn person(&self, text: &str) -> Person {
        let next = Person(u32::try_from(self.marks.len()).unwrap_or(u32::MAX));
        self.marks.get(&mark(text)).copied().unwrap_or(next)
    }

    fn remember(&mut self, text: &str) {
        let person = self.person(text);
        self.marks.entry(mark(text)).or_insert(person);
    }

    /// Officers of now who vouch for a card.
    fn vouchers(&self, card: &Card) -> Result<Vec<Account>, BookError> {
        let mut by = Vec::new();
        for (account, other) in self.active() {
            if card.is_vouched_by(other)? {
                by.push(account);
            }
        }
        Ok(by)
    }

    /// Officers of now who signed a note.
    fn signers(&self, note: &Note) -> Result<Vec<Account>, BookError> {
        let mut by = Vec::new();
        for (account, card) in self.active() {
            if card.key().verify(note)?.is_some() {
                by.push(account);
            }
        }
        Ok(by)
    }

    fn active(&self) -> impl Iterator<Item = (Account, &Card)> {
        let active = self.world.officers().filter(|(_, officer)| officer.is_active);
        active.filter_map(|(account, _)| {
            let at = usize::try_from(account.0).ok()?;
            Some((account, self.cards.get(at)?))
        })
    }

    /// The cards of those who are officers now.
    pub fn officers(&self) -> Vec<&Card> {
        self.active().map(|(_, card)| card).collect()
    }

    /// The name of the ledger.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many people must approve what is not bulk.
    pub fn needed(&self) -> usize {
        self.world.needed()
    }

    /// What holds for the vault; nothing before it is founded.
    pub fn founding(&self) -> Option<Founding> {
        self.founding
    }

    /// Whether rules may be used, by their digest.
    pub fn may_use(&self, rules: &Digest) -> bool {
        self.rules.contains(rules)
    }

    /// The digests of rules that may be used.
    pub fn rules(&self) -> impl Iterator<Item = &Digest> {
        self.rules.iter()
    }

    /// The newest version of a dataset.
    pub fn newest(&self, dataset: &str) -> Option<&Dataset> {
        self.datasets.iter().filter(|held| held.name == dataset).max_by_key(|held| held.version)
    }

    /// What the shares of an exact level must be since they were made anew, and how often they were.
    pub fn reshared(&self, dataset: &str, exact: u32) -> Option<(&Reshared, usize)> {
        let mut of = self.reshared.iter().filter(|r| r.dataset == dataset && r.exact == exact);
        let count = of.clone().count();
        Some((of.next_back()?, count))
    }

    /// All copies that were handed over, with the requests for them.
    pub fn releases(&self) -> impl Iterator<Item = (&Released, &Request)> {
        self.releases.iter().filter_map(|released| {
            let (_, approved) = self.requests.get(&released.request)?;
            Some((released, approved.request()))
        })
    }

    /// What was taken at once and not reviewed, with the time by which it must be.
    pub fn unreviewed(&self) -> Vec<(&Approved, u64)> {
        let found = self.requests.values().filter_map(|one| {
            let until = self.world.review_by(one.0)?;
            Some((&one.1, until))
        });
        found.collect()
    }

    /// The requests that may still be done, with how many approvals each lacks.
    pub fn open_requests(&self, now: u64) -> Vec<(&Approved, usize)> {
        let open = self.requests.values().filter(|(id, approved)| {
            !self.world.is_closed(*id) && now < approved.request().expires
        });
        open.filter_map(|(id, approved)| Some((approved, self.world.missing(*id, now).ok()?)))
            .collect()
    }

    /// All requests, with whether they were done, stopped or frozen.
    pub fn all_requests(&self) -> impl Iterator<Item = (&Digest, &Request, bool)> {
        self.requests
            .iter()
            .map(|(digest, (id, approved))| (digest, approved.request(), self.world.is_closed(*id)))
    }

    /// Whether a person may not act, since nobody reviewed what they took.
    pub fn is_frozen(&self, person: &str, now: u64) -> bool {
        self.world.is_frozen(self.person(person), now)
    }

    /// A request with its approvals, by its digest.
    pub fn request(&self, digest: &Digest) -> Option<&Approved> {
        self.requests.get(digest).map(|(_, request)| request)
    }

    /// How many people still have to approve a request.
    ///
    /// Errors: [`Refused::NoRequest`].
    pub fn missing(&self, digest: &Digest, now: u64) -> Result<usize, Refused> {
        let (id, _) = self.requests.get(digest).ok_or(Refused::NoRequest)?;
        self.world.missing(*id, now)
    }

    /// All versions of all datasets.
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }
}

/// A mark of a person as it is compared.
fn mark(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn read_manifest(manifest: &str) -> Result<Dataset, BookError> {
    let wrong = BookError::Form { reason: "it is no manifest of a dataset" };
    let mut lines = manifest.lines();
    if lines.next() != Some("reedbed-dataset/v1") {
        return Err(wrong);
    }
    let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let mut read = || {
        let name = value("dataset")?.to_owned();
        let version = value("version")?.parse().ok()?;
        let (rules, rows) = (unhex(value("rules")?)?, value("rows")?.parse().ok()?);
        let manifest = manifest.to_owned();
        Some(Dataset { name, version, manifest, rules, rows, is_shredded: false })
    };
    read().ok_or(wrong)
}

/// Columns that may be taken at once.
/// How far the time in a request may be from that at which it is made.
///
/// Units: seconds.
const SKEW: u64 = 600;
const FEW_COLUMNS: usize = 8;

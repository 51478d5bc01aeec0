//! Who may do what: a model without clocks, keys and files, which all that is real is held against.
//!
//! People have accounts; an officer is an account that others vouched for. What touches exact data is
//! asked for by a request, which enough people must approve who neither asked nor gain by it. Counted
//! are people, not accounts.
//!
//! Units: times are seconds since 1970.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A human being, as those who enrolled them know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u32);

/// A key that acts for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u32);

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// The digest of the bytes that a request is.
pub type Digest = [u8; 32];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Something may be told more finely than before.
    Finer,
    /// A copy for a partner.
    Release,
    /// Exact data are opened.
    Unseal,
    /// The keys of exact data are shared anew, among those who are officers by then.
    Reshare,
    /// A few columns of the partner level are read at once, and others look at it afterwards.
    Emergency,
}

/// Which of the data something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetId(pub u32);

/// What holds for all: how many people must agree, and how much may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// How many people must approve what is not bulk; never fewer than two.
    pub needed: usize,
    /// How many requests a person may make within [`WINDOW`].
    pub of_person: usize,
    /// How many requests may be about one dataset within [`WINDOW`].
    pub of_dataset: usize,
}

impl Limits {
    /// So many people, and no limit to what they ask for.
    pub fn of(needed: usize) -> Self {
        Self { needed, of_person: usize::MAX, of_dataset: usize::MAX }
    }
}

/// What is asked for, by whom and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asking {
    /// Its bytes.
    pub digest: Digest,
    /// What.
    pub action: Action,
    /// By whom.
    pub by: Person,
    /// Who gains by it, where that is somebody known.
    pub beneficiary: Option<Person>,
    /// Of which data.
    pub dataset: DatasetId,
    /// How long it must lie before it is done.
    pub delay: u64,
    /// When it lapses.
    pub expires: u64,
    /// Whether so much is asked for that one person more must approve.
    pub is_bulk: bool,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// An account becomes an officer's.
    Enrol {
        /// The account.
        account: Account,
        /// Whose it is.
        person: Person,
        /// Officers who vouch for that.
        by: Vec<Account>,
    },
    /// An account is one no longer.
    Revoke {
        /// The account.
        account: Account,
        /// Officers who decide that; or the account itself.
        by: Vec<Account>,
    },
    /// Somebody asks for something.
    Ask {
        /// The number of the request.
        id: RequestId,
        /// What.
        asking: Asking,
    },
    /// Somebody takes what they ask for at once.
    Break {
        /// The number of the request.
        id: RequestId,
        /// What; it lapses within [`EMERGENCY`].
        asking: Asking,
        /// The officer who does.
        by: Account,
    },
    /// Others have looked at what somebody took at once.
    Review {
        /// The request.
        id: RequestId,
        /// The officers who did.
        by: Vec<Account>,
    },
    /// Officers agree on something that is no request.
    Agree {
        /// The officers who do.
        by: Vec<Account>,
    },
    /// An officer approves.
    Approve {
        /// The request.
        id: RequestId,
        /// The bytes that the officer was shown.
        digest: Digest,
        /// The officer.
        by: Account,
    },
    /// An officer stops a request.
    Cancel {
        /// The request.
        id: RequestId,
        /// The officer.
        by: Account,
    },
    /// What was asked for is done.
    Do {
        /// The request.
        id: RequestId,
        /// The bytes that are acted upon.
        digest: Digest,
    },
}

/// Why something does not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The clock says that it is earlier than it was.
    #[error("the clock went back")]
    Clock,
    /// The account is no officer's.
    #[error("it is no officer")]
    NoOfficer,
    /// The account is an officer's, or was one.
    #[error("the key was enrolled before")]
    KnownAccount,
    /// The person is an officer already.
    #[error("the person is enrolled already; one person has one key")]
    KnownPerson,
    /// Too few others vouch for it.
    #[error("two other officers must agree to it")]
    Unattested,
    /// There is no such request.
    #[error("there is no such request")]
    NoRequest,
    /// There is a request of that number.
    #[error("there is such a request already")]
    KnownRequest,
    /// It was done or cancelled.
    #[error("the request was closed before")]
    Closed,
    /// It lapsed.
    #[error("the request has lapsed")]
    Lapsed,
    /// The bytes are others.
    #[error("these are not the bytes that the request is")]
    Edited,
    /// Who asks, or gains, does not approve.
    #[error("whoever asks for something or gains by it does not approve it")]
    Interested,
    /// The person has approved.
    #[error("this person has approved already")]
    Twice,
    /// It must lie longer.
    #[error("the request must lie until its delay is over")]
    TooEarly,
    /// Too few approved.
    #[error("too few people have approved")]
    TooFew,
    /// Nobody reviewed in time what the person took in an emergency.
    #[error("the person is frozen until two others have reviewed what was taken in an emergency")]
    Frozen,
    /// So much was asked for that no more is taken for now.
    #[error("the person, or the dataset, has had as many requests as there may be within 30 days")]
    Capped,
    /// It lasts too long for an emergency, or is asked for by somebody else, or is something else.
    #[error(
        "it is no emergency: whoever takes something at once signs it, and for four hours at most"
    )]
    NoEmergency,
}

/// An officer, now or before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Officer {
    /// Who.
    pub person: Person,
    /// Whether they are one still.
    pub is_active: bool,
}

/// A request, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// What is asked for.
    pub asking: Asking,
    /// When.
    pub made: u64,
    /// Who approved.
    pub approvals: BTreeSet<Account>,
    /// Whether it was done or cancelled.
    pub is_closed: bool,
    /// Until when others must have looked at it, where it was taken at once and they have not.
    pub review_by: Option<u64>,
}

/// All officers and requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    limits: Limits,
    /// The latest time of anything that happened.
    latest: u64,
    officers: BTreeMap<Account, Officer>,
    requests: BTreeMap<RequestId, Request>,
    /// Requests of the last [`WINDOW`], the oldest first.
    recent: VecDeque<(u64, RequestId)>,
    /// What was taken at once, and nobody has looked at.
    unreviewed: BTreeSet<RequestId>,
}

impl World {
    /// A world without officers, in which some limits hold.
    pub fn new(limits: Limits) -> Self {
        let (officers, requests) = (BTreeMap::new(), BTreeMap::new());
        let limits = Limits { needed: limits.needed.max(2), ..limits };
        let (recent, unreviewed) = (VecDeque::new(), BTreeSet::new());
        Self { limits, latest: 0, officers, requests, recent, unreviewed }
    }

    /// How many people must approve what is not bulk.
    pub fn needed(&self) -> usize {
        self.limits.needed
    }

    /// The officers, now and before.
    pub fn officers(&self) -> impl Iterator<Item = (Account, &Officer)> {
        self.officers.iter().map(|(account, officer)| (*account, officer))
    }

    /// The requests.
    pub fn requests(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        self.requests.iter().map(|(id, request)| (*id, request))
    }

    /// Lets something happen at a time.
    ///
    /// Errors: [`Refused`]; nothing has happened then.
    pub fn happen(&mut self, event: &Event, now: u64) -> Result<(), Refused> {
        if now < self.latest {
            return Err(Refused::Clock);
        }
        match event {
            Event::Enrol { account, person, by } => self.enrol(*account, *person, by, now)?,
            Event::Revoke { account, by } => self.revoke(*account, by, now)?,
            Event::Ask { id, asking } => self.ask(*id, asking, now)?,
            Event::Break { id, asking, by } => self.break_glass(*id, asking, *by, now)?,
            Event::Review { id, by } => self.review(*id, by, now)?,
            Event::Agree { by } => self.agree(by, now)?,
            Event::Approve { id, digest, by } => self.approve(*id, digest, *by, now)?,
            Event::Cancel { id, by } => {
                self.able(*by, now)?;
                self.open(*id)?.is_closed = true;
            }
            Event::Do { id, digest } => self.act(*id, digest, now)?,
        }
        self.latest = now;
        Ok(())
    }

    fn active(&self, account: Account) -> Result<&Officer, Refused> {
        self.officers.get(&account).filter(|officer| officer.is_active).ok_or(Refused::NoOfficer)
    }

    /// An officer who may act at a time.
    fn able(&self, account: Account, now: u64) -> Result<Person, Refused> {
        let person = self.active(account)?.person;
        if self.is_frozen(person, now) { Err(Refused::Frozen) } else { Ok(person) }
    }

    fn unreviewed(&self) -> impl Iterator<Item = &Request> {
        self.unreviewed.iter().filter_map(|id| self.requests.get(id))
    }

    /// Closes all requests: something happened of which is not known what.
    pub fn freeze(&mut self) {
        self.requests.values_mut().for_each(|request| request.is_closed = true);
    }

    /// Whether nobody reviewed in time what a person took in an emergency.
    pub fn is_frozen(&self, person: Person, now: u64) -> bool {
        self.unreviewed().any(|request| {
            request.asking.by == person && request.review_by.is_some_and(|until| now >= until)
        })
    }

    /// People who are officers, of some accounts, without one of them.
    fn others(
        &self,
        accounts: &[Account],
        without: Person,
        now: u64,
    ) -> Result<BTreeSet<Person>, Refused> {
        let mut people = BTreeSet::new();
        for account in accounts {
            people.insert(self.able(*account, now)?);
        }
        people.remove(&without);
        Ok(people)
    }

    fn agree(&self, by: &[Account], now: u64) -> Result<(), Refused> {
        let people: Result<BTreeSet<Person>, Refused> =
            by.iter().map(|account| self.able(*account, now)).collect();
        if people?.len() < self.limits.needed { Err(Refused::TooFew) } else { Ok(()) }
    }

    fn enrol(
        &mut self,
        account: Account,
        person: Person,
        by: &[Account],
        now: u64,
    ) -> Result<(), Refused> {
        if self.officers.contains_key(&account) {
            return Err(Refused::KnownAccount);
        }
        if self.officers.values().any(|officer| officer.person == person && officer.is_active) {
            return Err(Refused::KnownPerson);
        }
        // The first two stand at the beginning; there is nobody yet who could vouch for them. Whoever
        // was revoked does not make room for that again.
        if self.officers.len() >= 2 && self.others(by, person, now)?.len() < 2 {
            return Err(Refused::Unattested);
        }
        self.officers.insert(account, Officer { person, is_active: true });
        Ok(())
    }

    fn revoke(&mut self, account: Account, by: &[Account], now: u64) -> Result<(), Refused> {
        let person = self.active(account)?.person;
        let is_own = by == [account];
        if !is_own && self.others(by, person, now)?.len() < 2 {
            return Err(Refused::Unattested);
        }
        if let Some(officer) = self.officers.get_mut(&account) {
            officer.is_active = false;
        }
        Ok(())
    }

    fn ask(&mut self, id: RequestId, asking: &Asking, now: u64) -> Result<(), Refused> {
        if self.requests.contains_key(&id) {
            return Err(Refused::KnownRequest);
        }
        if asking.expires <= now {
            return Err(Refused::Lapsed);
        }
        // PRIVACY: an emergency has a way of its own, on which nobody approves.
        if asking.action == Action::Emergency {
            return Err(Refused::NoEmergency);
        }
        if self.is_frozen(asking.by, now) {
            return Err(Refused::Frozen);
        }
        self.is_within_caps(asking, now)?;
        let (asking, approvals) = (asking.clone(), BTreeSet::new());
        let request = Request { asking, made: now, approvals, is_closed: false, review_by: None };
        self.insert(id, request, now);
        Ok(())
    }

    fn insert(&mut self, id: RequestId, request: Request, now: u64) {
        while self.recent.front().is_some_and(|(made, _)| now >= made.saturating_add(WINDOW)) {
            self.recent.pop_front();
        }
        self.recent.push_back((now, id));
        if request.review_by.is_some() {
            self.unreviewed.insert(id);
        }
        self.requests.insert(id, request);
    }

    /// Whether no more was asked for within the window than there may be.
    fn is_within_caps(&self, asking: &Asking, now: u64) -> Result<(), Refused> {
        let recent = self.recent.iter().filter(|(made, _)| now < made.saturating_add(WINDOW));
        let (mut of_person, mut of_dataset) = (0, 0);
        for request in recent.filter_map(|(_, id)| self.requests.get(id)) {
            of_person += usize::from(request.asking.by == asking.by);
            of_dataset += usize::from(request.asking.dataset == asking.dataset);
        }
        let Limits { of_person: person, of_dataset: dataset, .. } = self.limits;
        if of_person >= person || of_dataset >= dataset { Err(Refused::Capped) } else { Ok(()) }
    }

    fn break_glass(
        &mut self,
        id: RequestId,
        asking: &Asking,
        by: Account,
        now: u64,
    ) -> Result<(), Refused> {
        if self.requests.contains_key(&id) {
            return Err(Refused::KnownRequest);
        }
        let person = self.able(by, now)?;
        let is_short = asking.expires > now && asking.expires <= now.saturating_add(EMERGENCY);
        if asking.action != Action::Emergency || asking.by != person || !is_short {
            return Err(Refused::NoEmergency);
        }
        self.is_within_caps(asking, now)?;
        // What one person took is looked at before they take more.
        if self.unreviewed().any(|request| request.asking.by == person) {
            return Err(Refused::Frozen);
        }
        let review_by = Some(now.saturating_add(REVIEW));
        let (asking, approvals) = (asking.clone(), BTreeSet::new());
        let request = Request { asking, made: now, approvals, is_closed: true, review_by };
        self.insert(id, request, now);
        Ok(())
    }

    fn review(&mut self, id: RequestId, by: &[Account], now: u64) -> Result<(), Refused> {
        let request = self.requests.get(&id).ok_or(Refused::NoRequest)?;
        let person = request.asking.by;
        if request.review_by.is_none() {
            return Err(Refused::Closed);
        }
        if self.others(by, person, now)?.len() < 2 {
            return Err(Refused::Unattested);
        }
        if let Some(request) = self.requests.get_mut(&id) {
            request.review_by = None;
        }
        self.unreviewed.remove(&id);
        Ok(())
    }

    fn open(&mut self, id: RequestId) -> Result<&mut Request, Refused> {
        let request = self.requests.get_mut(&id).ok_or(Refused::NoRequest)?;
        if request.is_closed { Err(Refused::Closed) } else { Ok(request) }
    }

    fn approve(
        &mut self,
        id: RequestId,
        digest: &Digest,
        by: Account,
        now: u64,
    ) -> Result<(), Refused> {
        let person = self.able(by, now)?;
        let request = self.requests.get(&id).ok_or(Refused::NoRequest)?;
        if request.is_closed {
            return Err(Refused::Closed);
        }
        if request.asking.digest != *digest {
            return Err(Refused::Edited);
        }
        if now >= request.asking.expires {
            return Err(Refused::Lapsed);
        }
        if is_interested(&request.asking, person) {
            return Err(Refused::Interested);
        }
        if self.who_approved(request, now).contains(&person) {
            return Err(Refused::Twice);
        }
        self.open(id)?.approvals.insert(by);
        Ok(())
    }

    /// The people who approved, may act still, and neither asked nor gain.
    fn who_approved(&self, request: &Request, now: u64) -> BTreeSet<Person> {
        let people = request.approvals.iter().filter_map(|account| self.able(*account, now).ok());
        people.filter(|person| !is_interested(&request.asking, *person)).collect()
    }

    /// How many people still have to approve before a request can be done.
    ///
    /// Errors: [`Refused::NoRequest`].
    pub fn missing(&self, id: RequestId, now: u64) -> Result<usize, Refused> {
        let request = self.requests.get(&id).ok_or(Refused::NoRequest)?;
        let needed = self.limits.needed;
        let needed = if request.asking.is_bulk { needed.max(3) } else { needed };
        Ok(needed.saturating_sub(self.who_approved(request, now).len()))
    }

    /// Until when others must look at what was taken at once, where they have not.
    pub fn review_by(&self, id: RequestId) -> Option<u64> {
        self.requests.get(&id).and_then(|request| request.review_by)
    }

    /// Whether a request was done, stopped or frozen.
    pub fn is_closed(&self, id: RequestId) -> bool {
        self.requests.get(&id).is_none_or(|request| request.is_closed)
    }

    fn act(&mut self, id: RequestId, digest: &Digest, now: u64) -> Result<(), Refused> {
        let missing = self.missing(id, now)?;
        let request = self.open(id)?;
        if request.asking.digest != *digest {
            return Err(Refused::Edited);
        }
        if now >= request.asking.expires {
            return Err(Refused::Lapsed);
        }
        if now < request.made.saturating_add(request.asking.delay) {
            return Err(Refused::TooEarly);
        }
        if missing > 0 {
            return Err(Refused::TooFew);
        }
        request.is_closed = true;
        Ok(())
    }
}

fn is_interested(asking: &Asking, person: Person) -> bool {
    asking.by == person || asking.beneficiary == Some(person)
}

/// How long requests count towards what may be asked for: 30 days, in seconds.
pub const WINDOW: u64 = 30 * 86_400;
/// How long an emergency lasts at most: 4 hours, in seconds.
pub const EMERGENCY: u64 = 4 * 3_600;
/// Within which two others look at it: 72 hours, in seconds.
pub const REVIEW: u64 = 72 * 3_600;

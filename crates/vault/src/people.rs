//! Who may do what: a model without clocks, keys and files, which all that is real is held against.
//!
//! People have accounts; an officer is an account that others vouched for. What touches exact data is
//! asked for by a request, which enough people must approve who neither asked nor gain by it. Counted
//! are people, not accounts.
//!
//! Units: times are seconds since 1970.

use std::collections::{BTreeMap, BTreeSet};

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
}

/// All officers and requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// How many people must approve.
    needed: usize,
    /// The latest time of anything that happened.
    latest: u64,
    officers: BTreeMap<Account, Officer>,
    requests: BTreeMap<RequestId, Request>,
}

impl World {
    /// A world without officers, in which so many people must approve; never fewer than two.
    pub fn new(needed: usize) -> Self {
        let (officers, requests) = (BTreeMap::new(), BTreeMap::new());
        Self { needed: needed.max(2), latest: 0, officers, requests }
    }

    /// How many people must approve what is not bulk.
    pub fn needed(&self) -> usize {
        self.needed
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
            Event::Enrol { account, person, by } => self.enrol(*account, *person, by)?,
            Event::Revoke { account, by } => self.revoke(*account, by)?,
            Event::Ask { id, asking } => self.ask(*id, asking, now)?,
            Event::Approve { id, digest, by } => self.approve(*id, digest, *by, now)?,
            Event::Cancel { id, by } => {
                self.active(*by)?;
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

    /// People who are officers, of some accounts, without one of them.
    fn others(&self, accounts: &[Account], without: Person) -> Result<BTreeSet<Person>, Refused> {
        let mut people = BTreeSet::new();
        for account in accounts {
            people.insert(self.active(*account)?.person);
        }
        people.remove(&without);
        Ok(people)
    }

    fn enrol(&mut self, account: Account, person: Person, by: &[Account]) -> Result<(), Refused> {
        if self.officers.contains_key(&account) {
            return Err(Refused::KnownAccount);
        }
        if self.officers.values().any(|officer| officer.person == person && officer.is_active) {
            return Err(Refused::KnownPerson);
        }
        // The first two stand at the beginning; there is nobody yet who could vouch for them. Whoever
        // was revoked does not make room for that again.
        if self.officers.len() >= 2 && self.others(by, person)?.len() < 2 {
            return Err(Refused::Unattested);
        }
        self.officers.insert(account, Officer { person, is_active: true });
        Ok(())
    }

    fn revoke(&mut self, account: Account, by: &[Account]) -> Result<(), Refused> {
        let person = self.active(account)?.person;
        let is_own = by == [account];
        if !is_own && self.others(by, person)?.len() < 2 {
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
        let (asking, approvals) = (asking.clone(), BTreeSet::new());
        self.requests.insert(id, Request { asking, made: now, approvals, is_closed: false });
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
        let person = self.active(by)?.person;
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
        if self.who_approved(request).contains(&person) {
            return Err(Refused::Twice);
        }
        self.open(id)?.approvals.insert(by);
        Ok(())
    }

    /// The people who approved, are officers still, and neither asked nor gain.
    fn who_approved(&self, request: &Request) -> BTreeSet<Person> {
        let officers = request.approvals.iter().filter_map(|account| self.active(*account).ok());
        let people = officers.map(|officer| officer.person);
        people.filter(|person| !is_interested(&request.asking, *person)).collect()
    }

    /// How many people still have to approve before a request can be done.
    ///
    /// Errors: [`Refused::NoRequest`].
    pub fn missing(&self, id: RequestId) -> Result<usize, Refused> {
        let request = self.requests.get(&id).ok_or(Refused::NoRequest)?;
        let needed = if request.asking.is_bulk { self.needed.max(3) } else { self.needed };
        Ok(needed.saturating_sub(self.who_approved(request).len()))
    }

    fn act(&mut self, id: RequestId, digest: &Digest, now: u64) -> Result<(), Refused> {
        let missing = self.missing(id)?;
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

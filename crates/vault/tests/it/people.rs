//! The model of who may do what: random histories against a second reckoning of what happened, and all
//! histories of small worlds.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use reedbed_vault::people::{
    Account, Action, Asking, DatasetId, EMERGENCY, Event, Limits, Person, REVIEW, Refused,
    RequestId, WINDOW, World,
};

use crate::support::{Random, asked};

const DIGESTS: [[u8; 32]; 2] = [[1; 32], [2; 32]];

fn enrol(account: u32, person: u32, by: &[u32]) -> Event {
    let by = by.iter().copied().map(Account).collect();
    Event::Enrol { account: Account(account), person: Person(person), by }
}

fn asking(by: u32, beneficiary: Option<u32>) -> Asking {
    Asking {
        digest: DIGESTS[0],
        action: Action::Unseal,
        by: Person(by),
        beneficiary: beneficiary.map(Person),
        dataset: DatasetId(0),
        delay: 10,
        expires: 1_000,
        is_bulk: false,
    }
}

fn ask(id: u32, asking: Asking) -> Event {
    Event::Ask { id: RequestId(id), asking }
}

fn approve(id: u32, by: u32) -> Event {
    Event::Approve { id: RequestId(id), digest: DIGESTS[0], by: Account(by) }
}

fn act(id: u32) -> Event {
    Event::Do { id: RequestId(id), digest: DIGESTS[0] }
}

/// A world of three officers: account and person of one number.
fn three() -> World {
    let mut world = World::new(Limits::of(2));
    for event in [enrol(1, 1, &[]), enrol(2, 2, &[]), enrol(3, 3, &[1, 2])] {
        world.happen(&event, 0).unwrap();
    }
    world
}

fn after(events: &[(Event, u64)]) -> Result<World, Refused> {
    let mut world = three();
    for (event, now) in events {
        world.happen(event, *now)?;
    }
    Ok(world)
}

#[test]
fn two_people_who_neither_ask_nor_gain_are_enough_and_fewer_are_not() {
    let asked = (ask(1, asking(9, None)), 0);
    let all = [asked.clone(), (approve(1, 1), 1), (approve(1, 2), 2), (act(1), 10)];
    after(&all).unwrap();
    for left_out in 1..=2 {
        let mut fewer = all.to_vec();
        fewer.remove(left_out);
        assert_eq!(after(&fewer).unwrap_err(), Refused::TooFew);
    }
    // Who asks, or gains.
    for interested in [asking(1, None), asking(9, Some(1))] {
        let refused = after(&[(ask(1, interested), 0), (approve(1, 1), 1)]);
        assert_eq!(refused.unwrap_err(), Refused::Interested);
    }
    // One who approves twice, and one who is no officer.
    let twice = [asked.clone(), (approve(1, 1), 1), (approve(1, 1), 2)];
    assert_eq!(after(&twice).unwrap_err(), Refused::Twice);
    assert_eq!(after(&[asked, (approve(1, 7), 1)]).unwrap_err(), Refused::NoOfficer);
}

#[test]
fn a_second_account_of_one_person_is_not_enrolled() {
    let refused = |event: Event| after(&[(event, 0)]).unwrap_err();
    assert_eq!(refused(enrol(4, 1, &[2, 3])), Refused::KnownPerson);
    assert_eq!(refused(enrol(3, 4, &[1, 2])), Refused::KnownAccount);
    assert_eq!(refused(enrol(4, 4, &[])), Refused::Unattested);
    assert_eq!(refused(enrol(4, 4, &[1])), Refused::Unattested);
    assert_eq!(refused(enrol(4, 4, &[1, 1])), Refused::Unattested);
    assert_eq!(refused(enrol(4, 4, &[1, 7])), Refused::NoOfficer);
    after(&[(enrol(4, 4, &[1, 3]), 0)]).unwrap();
    // Nor after everybody was revoked.
    let gone = Event::Revoke { account: Account(1), by: vec![Account(1)] };
    let also = Event::Revoke { account: Account(2), by: vec![Account(2)] };
    let refused = after(&[(gone, 0), (also, 0), (enrol(4, 4, &[]), 0)]);
    assert_eq!(refused.unwrap_err(), Refused::Unattested);
}

#[test]
fn what_changed_between_approval_and_deed_counts() {
    let asked = (ask(1, asking(9, None)), 0);
    let approved = [asked.clone(), (approve(1, 1), 1), (approve(1, 2), 2)];
    let with = |event: Event, now: u64| {
        let mut events = approved.to_vec();
        events.push((event, now));
        events.push((act(1), now.max(20)));
        after(&events).unwrap_err()
    };
    // An officer is revoked.
    let by = vec![Account(2), Account(3)];
    assert_eq!(with(Event::Revoke { account: Account(1), by }, 5), Refused::TooFew);
    // Anybody cancels.
    assert_eq!(with(Event::Cancel { id: RequestId(1), by: Account(3) }, 5), Refused::Closed);
    // It was done before.
    assert_eq!(with(act(1), 15), Refused::Closed);
    // Too early, too late, and with a clock that was set back.
    let at = |times: [u64; 2]| {
        let mut events = approved.to_vec();
        events.extend(times.map(|now| (act(1), now)));
        after(&events).unwrap_err()
    };
    assert_eq!(at([9, 9]), Refused::TooEarly);
    assert_eq!(at([1_000, 1_000]), Refused::Lapsed);
    assert_eq!(at([1, 1]), Refused::Clock);
    // Other bytes.
    let other = Event::Do { id: RequestId(1), digest: DIGESTS[1] };
    assert_eq!(with(other, 20), Refused::Edited);
    let other = Event::Approve { id: RequestId(1), digest: DIGESTS[1], by: Account(1) };
    assert_eq!(after(&[asked, (other, 1)]).unwrap_err(), Refused::Edited);
}

#[test]
fn bulk_takes_one_more() {
    let bulk = Asking { is_bulk: true, ..asking(9, None) };
    let events = [(ask(1, bulk), 0), (approve(1, 1), 1), (approve(1, 2), 2)];
    let mut world = after(&events).unwrap();
    assert_eq!(world.missing(RequestId(1), 2), Ok(1));
    assert_eq!(world.happen(&act(1), 10), Err(Refused::TooFew));
    world.happen(&approve(1, 3), 10).unwrap();
    world.happen(&act(1), 11).unwrap();
}

fn emergency(by: u32, now: u64) -> Asking {
    Asking { action: Action::Emergency, delay: 0, expires: now + EMERGENCY, ..asking(by, None) }
}

fn take(id: u32, asking: Asking, by: u32) -> Event {
    Event::Break { id: RequestId(id), asking, by: Account(by) }
}

fn review(id: u32, by: &[u32]) -> Event {
    Event::Review { id: RequestId(id), by: by.iter().copied().map(Account).collect() }
}

#[test]
fn who_takes_something_at_once_is_reviewed_or_frozen() {
    let taken = (take(1, emergency(1, 0), 1), 0);
    let then = |events: &[(Event, u64)]| {
        let mut all = vec![taken.clone()];
        all.extend_from_slice(events);
        after(&all)
    };
    // Frozen: neither asks, nor approves, nor decides, nor counts where they approved before.
    let request = (ask(2, Asking { expires: REVIEW * 2, ..asking(9, None) }), 1);
    let before = [request.clone(), (approve(2, 1), 2), (approve(2, 2), 2), (act(2), REVIEW - 1)];
    then(&before).unwrap();
    let late = [request.clone(), (approve(2, 1), 2), (approve(2, 2), 2), (act(2), REVIEW)];
    assert_eq!(then(&late).unwrap_err(), Refused::TooFew);
    let late = Asking { expires: REVIEW * 3, ..asking(1, None) };
    assert_eq!(then(&[(ask(2, late), REVIEW)]).unwrap_err(), Refused::Frozen);
    assert_eq!(then(&[request.clone(), (approve(2, 1), REVIEW)]).unwrap_err(), Refused::Frozen);
    let frozen = Event::Cancel { id: RequestId(2), by: Account(1) };
    assert_eq!(then(&[request, (frozen, REVIEW)]).unwrap_err(), Refused::Frozen);
    let by = Event::Agree { by: vec![Account(1), Account(2)] };
    assert_eq!(then(&[(by, REVIEW)]).unwrap_err(), Refused::Frozen);
    // Reviewed by two others, not by oneself, and late is better than never.
    assert_eq!(then(&[(review(1, &[1, 2]), 5)]).unwrap_err(), Refused::Unattested);
    assert_eq!(then(&[(review(1, &[2]), 5)]).unwrap_err(), Refused::Unattested);
    then(&[(review(1, &[2, 3]), REVIEW * 2), (take(2, emergency(1, REVIEW * 2), 1), REVIEW * 2)])
        .unwrap();
    // Not twice before others looked.
    assert_eq!(then(&[(take(2, emergency(1, 1), 1), 1)]).unwrap_err(), Refused::Frozen);
}

#[test]
fn an_emergency_is_ones_own_and_short_and_nothing_else() {
    for (asking, by) in [
        (Asking { expires: EMERGENCY + 1, ..emergency(1, 0) }, 1),
        (emergency(2, 0), 1),
        (Asking { action: Action::Unseal, ..emergency(1, 0) }, 1),
    ] {
        assert_eq!(after(&[(take(1, asking, by), 0)]).unwrap_err(), Refused::NoEmergency);
    }
    assert_eq!(after(&[(take(1, emergency(7, 0), 7), 0)]).unwrap_err(), Refused::NoOfficer);
    assert_eq!(after(&[(ask(1, emergency(1, 0)), 0)]).unwrap_err(), Refused::NoEmergency);
    // Nothing follows from it but itself.
    let taken = [(take(1, emergency(1, 0), 1), 0), (act(1), 1)];
    assert_eq!(after(&taken).unwrap_err(), Refused::Closed);
}

#[test]
fn nobody_asks_for_more_than_there_may_be_within_thirty_days() {
    let limits = Limits { needed: 2, of_person: 2, of_dataset: 3 };
    let mut world = World::new(limits);
    world.happen(&enrol(1, 1, &[]), 0).unwrap();
    let of = |by: u32, now: u64| Asking { expires: now + 10, ..asking(by, None) };
    world.happen(&ask(1, of(1, 0)), 0).unwrap();
    world.happen(&ask(2, of(1, 0)), 5).unwrap();
    assert_eq!(world.happen(&ask(3, of(1, 9)), 9), Err(Refused::Capped));
    // Another person may, until the dataset has had enough; an emergency counts too.
    world.happen(&ask(3, of(2, 9)), 9).unwrap();
    assert_eq!(world.happen(&ask(4, of(3, 9)), 9), Err(Refused::Capped));
    assert_eq!(world.happen(&take(4, emergency(1, 9), 1), 9), Err(Refused::Capped));
    let other = Asking { dataset: DatasetId(1), ..of(3, 9) };
    world.happen(&ask(4, other), 9).unwrap();
    world.happen(&ask(5, of(1, WINDOW)), WINDOW).unwrap();
    assert_eq!(world.happen(&ask(6, of(1, WINDOW + 4)), WINDOW + 4), Err(Refused::Capped));
    world.happen(&ask(6, of(1, WINDOW + 5)), WINDOW + 5).unwrap();
}

#[test]
fn officers_agree_on_what_is_no_request() {
    let agree = |by: &[u32]| {
        after(&[(Event::Agree { by: by.iter().copied().map(Account).collect() }, 1)]).map(|_| ())
    };
    agree(&[1, 2]).unwrap();
    for few in [&[][..], &[1], &[1, 1]] {
        assert_eq!(agree(few), Err(Refused::TooFew));
    }
    assert_eq!(agree(&[1, 7]), Err(Refused::NoOfficer));
}

/// A second reckoning, from nothing but the list of what was let happen.
#[derive(Default)]
struct Reckoning {
    needed: usize,
    happened: Vec<(Event, u64)>,
}

impl Reckoning {
    /// Officers after what happened: the person of each account.
    fn officers(&self) -> BTreeMap<Account, Person> {
        let mut officers = BTreeMap::new();
        for (event, _) in &self.happened {
            match event {
                Event::Enrol { account, person, .. } => {
                    officers.insert(*account, *person);
                }
                Event::Revoke { account, .. } => {
                    officers.remove(account);
                }
                _ => (),
            }
        }
        officers
    }

    /// Whether nobody reviewed in time what a person took.
    fn is_frozen(&self, person: Person, now: u64) -> bool {
        self.happened.iter().any(|(event, at)| {
            let Event::Break { id, asking, .. } = event else { return false };
            let is_reviewed = self
                .happened
                .iter()
                .any(|(event, _)| matches!(event, Event::Review { id: own, .. } if own == id));
            asking.by == person && !is_reviewed && now >= at + REVIEW
        })
    }

    /// Whether what a request asks for may be done now, by all that was promised.
    fn allows(&self, id: RequestId, digest: &[u8; 32], now: u64) -> bool {
        let asked: Vec<(&Asking, u64)> = self
            .happened
            .iter()
            .filter_map(|(event, at)| match event {
                Event::Ask { id: own, asking } if *own == id => Some((asking, *at)),
                _ => None,
            })
            .collect();
        let [(asking, made)] = asked.as_slice() else { return false };
        let officers = self.officers();
        let people: BTreeSet<Person> = self
            .happened
            .iter()
            .filter_map(|(event, at)| match event {
                Event::Approve { id: own, digest: shown, by }
                    if *own == id && *shown == asking.digest && at < &asking.expires =>
                {
                    officers.get(by).copied()
                }
                _ => None,
            })
            .filter(|person| *person != asking.by && Some(*person) != asking.beneficiary)
            .filter(|person| !self.is_frozen(*person, now))
            .collect();
        let is_closed = self.happened.iter().any(|(event, _)| {
            matches!(event, Event::Cancel { id: own, .. } | Event::Do { id: own, .. } if *own == id)
        });
        let needed = if asking.is_bulk { self.needed.max(3) } else { self.needed };
        *digest == asking.digest
            && !is_closed
            && now >= made + asking.delay
            && now < asking.expires
            && people.len() >= needed
    }

    /// One person has one account.
    fn is_one_each(&self) -> bool {
        let officers = self.officers();
        officers.values().collect::<BTreeSet<_>>().len() == officers.len()
    }
}

fn any_event(random: &mut Random, now: u64) -> Event {
    let account = |random: &mut Random| Account(random.below(6));
    let some =
        |random: &mut Random| (0..random.below(4)).map(|_| Account(random.below(6))).collect();
    let id = RequestId(random.below(3));
    let digest = DIGESTS[usize::from(random.below(8) == 0)];
    match random.below(18) {
        9 => {
            let by = account(random);
            let person = if random.below(4) == 0 { Person(random.below(6)) } else { Person(by.0) };
            let asking = Asking { by: person, ..emergency(0, now) };
            Event::Break { id, asking, by }
        }
        10 => Event::Review { id, by: some(random) },
        0 => {
            let (account, by) = (account(random), some(random));
            Event::Enrol { account, person: Person(random.below(6)), by }
        }
        1 => Event::Revoke { account: account(random), by: some(random) },
        2 => {
            let beneficiary = (random.below(2) == 0).then(|| Person(random.below(6)));
            let asking = Asking {
                digest: DIGESTS[0],
                action: Action::Release,
                by: Person(random.below(7)),
                beneficiary,
                dataset: DatasetId(random.below(2)),
                delay: u64::from(random.below(4)),
                expires: now
                    + u64::from(10 + random.below(100))
                    + u64::from(random.below(3)) * REVIEW,
                is_bulk: random.below(6) == 0,
            };
            Event::Ask { id, asking }
        }
        3..=6 | 11..=15 => Event::Approve { id, digest, by: account(random) },
        7 if random.below(4) == 0 => Event::Cancel { id, by: account(random) },
        _ => Event::Do { id, digest },
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a campaign says how much it tried")]
fn no_history_opens_anything_for_fewer_than_enough_people() {
    let (mut done, mut frozen) = (0_u64, 0_u64);
    let runs = asked().unwrap_or(20_000);
    for seed in 0..runs {
        let mut random = Random::new(seed);
        let needed = 2 + usize::from(random.below(3) == 0);
        let mut world = World::new(Limits::of(needed));
        let mut reckoning = Reckoning { needed, happened: Vec::new() };
        // Worlds begin with some officers, so that something can happen in them.
        for account in 0..3 + random.below(2) {
            let event = enrol(account, account, &[0, 1]);
            let event = if account < 2 { enrol(account, account, &[]) } else { event };
            world.happen(&event, 0).unwrap();
            reckoning.happened.push((event, 0));
        }
        let mut now = 0_u64;
        for _ in 0..60 {
            let leap = if random.below(60) == 0 { REVIEW } else { 0 };
            now = (now + leap + u64::from(random.below(4)))
                .saturating_sub(u64::from(random.below(8) / 7));
            let event = any_event(&mut random, now);
            let allowed = match &event {
                Event::Do { id, digest } => Some(reckoning.allows(*id, digest, now)),
                _ => None,
            };
            let latest = reckoning.happened.last().map_or(0, |(_, at)| *at);
            let happened = world.happen(&event, now);
            if now < latest {
                assert_eq!(happened, Err(Refused::Clock), "seed {seed}");
            } else if let Some(allowed) = allowed {
                assert_eq!(
                    happened.is_ok(),
                    allowed,
                    "seed {seed}: {event:?} at {now}: {happened:?}"
                );
                done += u64::from(allowed);
            }
            frozen += u64::from(happened == Err(Refused::Frozen));
            if happened.is_ok() {
                reckoning.happened.push((event, now));
                assert!(reckoning.is_one_each(), "seed {seed}");
            }
        }
    }
    assert!(done > runs / 20, "hardly anything was ever done: {done}");
    assert!(frozen > runs / 50, "hardly anybody was ever frozen: {frozen}");
    println!("{runs} histories from seed 0, {done} deeds, {frozen} times frozen");
}

#[test]
fn in_all_small_worlds_nothing_opens_for_fewer_than_two_people() {
    // Four people, two of whom could have a second account; one request, by one of them.
    let accounts = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (5, 1)];
    let mut events = vec![ask(1, Asking { delay: 0, ..asking(3, Some(2)) }), act(1)];
    events.extend([take(1, emergency(0, 1), 0), review(1, &[1, 2]), review(1, &[0, 1])]);
    for (account, person) in accounts {
        for by in [&[][..], &[0, 1], &[1, 2], &[0, 2]] {
            events.push(enrol(account, person, by));
        }
        events.push(approve(1, account));
        for by in [[0, 1], [1, 2], [0, 2]] {
            let by = by.map(Account).to_vec();
            events.push(Event::Revoke { account: Account(account), by });
        }
        events.push(Event::Revoke { account: Account(account), by: vec![Account(account)] });
    }
    let mut seen = HashSet::new();
    let mut open = vec![World::new(Limits::of(2))];
    let mut done = 0_u64;
    while let Some(world) = open.pop() {
        for event in &events {
            let mut next = world.clone();
            if next.happen(event, 1).is_err() {
                continue;
            }
            if matches!(event, Event::Do { .. }) {
                done += 1;
                let (_, request) = world.requests().next().unwrap();
                let people: BTreeSet<Person> = world
                    .officers()
                    .filter(|(account, officer)| {
                        officer.is_active && request.approvals.contains(account)
                    })
                    .map(|(_, officer)| officer.person)
                    .filter(|person| ![Person(2), Person(3)].contains(person))
                    .collect();
                assert!(people.len() >= 2, "{world:?}");
            }
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    assert!(seen.len() > 1_000 && done > 10, "{} worlds, {done} deeds", seen.len());
}

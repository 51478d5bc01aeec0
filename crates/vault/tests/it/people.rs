//! The model of who may do what: random histories against a second reckoning of what happened, and all
//! histories of small worlds.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use reedbed_vault::people::{Account, Action, Asking, Event, Person, Refused, RequestId, World};

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
    let mut world = World::new(2);
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
    assert_eq!(world.missing(RequestId(1)), Ok(1));
    assert_eq!(world.happen(&act(1), 10), Err(Refused::TooFew));
    world.happen(&approve(1, 3), 10).unwrap();
    world.happen(&act(1), 11).unwrap();
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

fn any_event(random: &mut Random) -> Event {
    let account = |random: &mut Random| Account(random.below(6));
    let some =
        |random: &mut Random| (0..random.below(4)).map(|_| Account(random.below(6))).collect();
    let id = RequestId(random.below(3));
    let digest = DIGESTS[usize::from(random.below(8) == 0)];
    match random.below(9) {
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
                delay: u64::from(random.below(4)),
                expires: u64::from(10 + random.below(100)),
                is_bulk: random.below(6) == 0,
            };
            Event::Ask { id, asking }
        }
        3..=6 => Event::Approve { id, digest, by: account(random) },
        7 if random.below(4) == 0 => Event::Cancel { id, by: account(random) },
        _ => Event::Do { id, digest },
    }
}

#[test]
fn no_history_opens_anything_for_fewer_than_enough_people() {
    let mut done = 0_u64;
    let runs = asked().unwrap_or(20_000);
    for seed in 0..runs {
        let mut random = Random::new(seed);
        let needed = 2 + usize::from(random.below(3) == 0);
        let mut world = World::new(needed);
        let mut reckoning = Reckoning { needed, happened: Vec::new() };
        // Worlds begin with some officers, so that something can happen in them.
        for account in 0..3 + random.below(2) {
            let event = enrol(account, account, &[0, 1]);
            let event = if account < 2 { enrol(account, account, &[]) } else { event };
            world.happen(&event, 0).unwrap();
            reckoning.happened.push((event, 0));
        }
        let mut now = 0_u64;
        for _ in 0..40 {
            now = (now + u64::from(random.below(4))).saturating_sub(u64::from(random.below(8) / 7));
            let event = any_event(&mut random);
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
            if happened.is_ok() {
                reckoning.happened.push((event, now));
                assert!(reckoning.is_one_each(), "seed {seed}");
            }
        }
    }
    assert!(done > runs / 10, "hardly anything was ever done: {done}");
}

#[test]
fn in_all_small_worlds_nothing_opens_for_fewer_than_two_people() {
    // Four people, two of whom could have a second account; one request, by one of them.
    let accounts = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (5, 1)];
    let mut events = vec![ask(1, Asking { delay: 0, ..asking(3, Some(2)) }), act(1)];
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
    let mut open = vec![World::new(2)];
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

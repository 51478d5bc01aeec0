//! Histories with real keys: what the book lets happen, and what the shares in hand can open, are the
//! same, and neither happens for fewer than enough people who have no part in it.

use std::collections::{BTreeMap, BTreeSet};

use reedbed_vault::book::{Book, Decision, Deed, decide};
use reedbed_vault::officer::{Officer, seal};
use reedbed_vault::people::Action;
use reedbed_vault::plugin::Plugins;
use reedbed_vault::request::{Approved, Request};
use reedbed_vault::shares::{Commitment, Key, Share, combine, split};

use crate::support::{Random, Seeded, asked};

/// A dataset whose key is in shares, each sealed to an officer of the day on which it came in.
struct Held {
    key: Key,
    sealed: BTreeMap<usize, Vec<u8>>,
    commitments: Vec<Commitment>,
}

fn held(officers: &[&Officer], needed: usize, seed: u64) -> Held {
    let mut random = Seeded::new(seed);
    let key = Key::generate(&mut random);
    let shares = split(&key, needed, officers.len(), &mut random).unwrap();
    let commitments = shares.iter().map(Share::commitment).collect();
    let sealed = officers.iter().zip(&shares).enumerate();
    let sealed = sealed.map(|(at, (officer, share))| {
        (at, officer.card().unwrap().seal(share, &Plugins::none()).unwrap())
    });
    Held { key, sealed: sealed.collect(), commitments }
}

fn request(by: &Officer, identity: &Officer, number: u8, at: u64) -> Request {
    Request {
        id: [number; 16],
        vault: VAULT.to_owned(),
        action: Action::Unseal,
        dataset: "bitterns".to_owned(),
        rows: "version 1; all".to_owned(),
        columns: vec!["decimalLatitude".to_owned()],
        precision: "exact".to_owned(),
        purpose: "nest protection".to_owned(),
        by: by.person().to_owned(),
        beneficiary: "nobody else".to_owned(),
        recipient: identity.card().unwrap().recipient().to_owned(),
        made: at,
        delay: 5,
        expires: at + 60,
        is_bulk: false,
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a campaign says how much it tried")]
fn shares_open_what_the_book_lets_happen_and_nothing_else() {
    let pool: Vec<Officer> = (0..4)
        .map(|at| Officer::generate(&format!("key-{at}"), &format!("staff {at}")).unwrap())
        .collect();
    // A second key of the first person, and somebody who is no officer.
    let second = Officer::generate("key-again", "Staff  0").unwrap();
    let stranger = Officer::generate("stranger", "visitor").unwrap();
    let runs = asked().map_or(300, |asked| asked.clamp(300, 20_000));
    let (mut opened, mut refused) = (0_u64, 0_u64);
    for seed in 0..runs {
        let mut random = Random::new(seed);
        let needed = 2 + usize::from(random.below(4) == 0);
        let all: Vec<&Officer> = pool.iter().take(3 + usize::from(random.below(2) == 1)).collect();
        let mut book = Book::new(VAULT, needed);
        for (at, officer) in all.iter().enumerate() {
            let mut card = officer.card().unwrap();
            if at >= 2 {
                all[0].vouch(&mut card);
                all[1].vouch(&mut card);
            }
            book.happen(&Deed::Enrol(card), 1).unwrap();
        }
        let data = held(&all, needed, seed);
        let asker = usize::try_from(random.below(3)).unwrap();
        let identity = Officer::generate("request", "request").unwrap();
        let asked = request(all[asker], &identity, 1, 10);
        let other = request(all[asker], &identity, 2, 10);
        for one in [&asked, &other] {
            let mut file = Approved::new(one.clone()).unwrap();
            file.sign(all[asker]);
            book.happen(&Deed::Ask(file), 10).unwrap();
        }
        let digest = Approved::new(asked.clone()).unwrap().digest();
        // The shares that whoever unseals has in hand, and those who may give theirs.
        let (mut in_hand, mut able) = (Vec::<Share>::new(), BTreeSet::new());
        let (mut revoked, mut now) = (BTreeSet::new(), 12_u64);
        for _ in 0..8 {
            now += u64::from(random.below(3));
            let at = usize::try_from(random.below(6)).unwrap();
            let by = pool.get(at).unwrap_or(if at == 4 { &second } else { &stranger });
            match random.below(9) {
                // An answer: to this request, or to another and put under this one.
                0..=5 => {
                    let which = if random.below(5) == 0 { &other } else { &asked };
                    let mut approved = Approved::new(which.clone()).unwrap();
                    approved.sign(by);
                    let is_ours = approved.digest() == digest;
                    let happened = book.happen(&Deed::Approve(approved), now);
                    let may = at < all.len() && at != asker && !revoked.contains(&at);
                    let is_new = !able.contains(&at);
                    if is_ours {
                        assert_eq!(happened.is_ok(), may && is_new, "seed {seed}: {happened:?}");
                    }
                    if happened.is_ok() && is_ours {
                        able.insert(at);
                        let own = by.open(&data.sealed[&at], &Plugins::none()).unwrap();
                        let sealed = seal(&asked.recipient, &own).unwrap();
                        // On the way it is of use to nobody else.
                        stranger.open(&sealed, &Plugins::none()).unwrap_err();
                        in_hand.push(identity.open(&sealed, &Plugins::none()).unwrap());
                    }
                }
                6 if all.len() > 3 && at < all.len() && revoked.is_empty() => {
                    let key = by.card().unwrap().key().clone();
                    let others: Vec<&&Officer> =
                        all.iter().filter(|one| one.person() != by.person()).collect();
                    let decision = Decision::to_revoke(VAULT, &key);
                    let decision = decide(decide(decision, others[0]), others[1]);
                    book.happen(&Deed::Revoke(decision), now).unwrap();
                    revoked.insert(at);
                }
                _ => {
                    // A thief tries each officer's sealed share with the keys of another.
                    let thief = usize::try_from(random.below(4)).unwrap();
                    for (of, sealed) in &data.sealed {
                        assert_eq!(
                            pool[thief].open(sealed, &Plugins::none()).is_ok(),
                            thief == *of
                        );
                    }
                }
            }
            let eligible = able.iter().filter(|at| !revoked.contains(*at)).count();
            let in_time = now >= 15;
            let done = book.clone().happen(&Deed::Do { request: digest, package: None }, now);
            assert_eq!(done.is_ok(), eligible >= needed && in_time, "seed {seed}: {done:?}");
            // Fewer than enough shares open nothing, whatever the book says.
            let key = combine(&in_hand, needed, &data.commitments);
            assert_eq!(key.is_ok(), able.len() >= needed, "seed {seed}");
            if let Ok(key) = key {
                assert!(key == data.key);
                opened += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(opened > runs / 3 && refused > runs, "{opened} {refused}");
    println!(
        "{runs} histories with real keys from seed 0: opened {opened}, refused {refused} times"
    );
}

const VAULT: &str = "reserve.example/v";

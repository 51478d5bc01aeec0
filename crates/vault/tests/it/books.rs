//! Books: what signed texts make happen, and that they are read again as they were written.

use reedbed_vault::book::{Book, BookError, Decision, Deed, Founding, decide};
use reedbed_vault::officer::Officer;
use reedbed_vault::people::{Action, EMERGENCY, Limits, REVIEW, Refused};
use reedbed_vault::request::{Approved, Request, RequestError};

fn officer(name: &str) -> Officer {
    Officer::generate(name, &format!("staff {name}")).unwrap()
}

fn request(by: &str) -> Request {
    Request {
        id: [1; 16],
        vault: VAULT.to_owned(),
        action: Action::Unseal,
        dataset: "bitterns".to_owned(),
        rows: "all".to_owned(),
        columns: vec!["decimalLatitude".to_owned()],
        precision: "exact".to_owned(),
        purpose: "conservation".to_owned(),
        by: by.to_owned(),
        beneficiary: "nobody else".to_owned(),
        recipient: "age1".to_owned(),
        made: 100,
        delay: 50,
        expires: 1_000,
        is_bulk: false,
    }
}

/// A book that keeps its texts, and is read again after each.
struct Kept {
    book: Book,
    texts: Vec<String>,
}

impl Kept {
    fn happen(&mut self, deed: Deed, now: u64) -> Result<(), BookError> {
        let text = deed.to_text(now);
        assert_eq!(Deed::read(&text).unwrap(), (deed.clone(), now));
        self.book.happen(&deed, now)?;
        self.texts.push(text);
        let mut again = Book::new(VAULT, 2);
        for text in &self.texts {
            let (deed, at) = Deed::read(text).unwrap();
            again.happen(&deed, at).unwrap();
        }
        assert_eq!(format!("{again:?}"), format!("{:?}", self.book));
        Ok(())
    }
}

/// A book with three officers, the third of whom the others vouched for.
fn three() -> (Kept, [Officer; 3]) {
    let officers = ["a", "b", "c"].map(officer);
    let mut kept = Kept { book: Book::new(VAULT, 2), texts: Vec::new() };
    for (at, officer) in officers.iter().enumerate() {
        let mut card = officer.card().unwrap();
        if at == 2 {
            assert_eq!(kept.happen(Deed::Enrol(card.clone()), 1), Err(Refused::Unattested.into()));
            officers[0].vouch(&mut card);
            officers[1].vouch(&mut card);
        }
        kept.happen(Deed::Enrol(card), 1).unwrap();
    }
    (kept, officers)
}

/// A request as whoever asks signed it.
fn asked_by(by: &Officer, request: &Request) -> Deed {
    let mut file = Approved::new(request.clone()).unwrap();
    file.sign(by);
    Deed::Ask(file)
}

fn done(request: [u8; 32]) -> Deed {
    Deed::Do { request, package: None }
}

fn approved(by: &Officer, request: &Request) -> Deed {
    let mut approved = Approved::new(request.clone()).unwrap();
    approved.sign(by);
    Deed::Approve(approved)
}

#[test]
fn two_officers_open_what_a_third_asked_for() {
    let (mut kept, [a, b, c]) = three();
    let asked = request("staff c");
    let digest = Approved::new(asked.clone()).unwrap().digest();
    // Nobody asks unsigned, nor under another's mark.
    let bare = Deed::Ask(Approved::new(asked.clone()).unwrap());
    assert_eq!(kept.happen(bare, 100), Err(BookError::NotTheirs));
    assert_eq!(kept.happen(asked_by(&a, &asked), 100), Err(BookError::NotTheirs));
    kept.happen(asked_by(&c, &asked), 100).unwrap();
    // Who asks does not approve, however the mark is written.
    let refused = kept.happen(approved(&c, &asked), 101);
    assert_eq!(refused, Err(Refused::Interested.into()));
    let shouted = Request { by: "STAFF  C".to_owned(), id: [2; 16], ..asked.clone() };
    kept.happen(asked_by(&c, &shouted), 101).unwrap();
    let refused = kept.happen(approved(&c, &shouted), 101);
    assert_eq!(refused, Err(Refused::Interested.into()));
    kept.happen(approved(&a, &asked), 102).unwrap();
    assert_eq!(kept.book.missing(&digest, 102), Ok(1));
    assert_eq!(kept.happen(done(digest), 160), Err(Refused::TooFew.into()));
    kept.happen(approved(&b, &asked), 160).unwrap();
    kept.happen(done(digest), 161).unwrap();
    assert_eq!(kept.happen(done(digest), 162), Err(Refused::Closed.into()));
}

#[test]
fn an_approval_moved_to_another_request_is_none() {
    let (mut kept, [a, b, c]) = three();
    let (one, other) = (request("staff c"), Request { id: [9; 16], ..request("staff c") });
    for request in [&one, &other] {
        kept.happen(asked_by(&c, request), 100).unwrap();
    }
    kept.happen(approved(&a, &one), 101).unwrap();
    kept.happen(approved(&b, &one), 101).unwrap();
    let digest = Approved::new(other).unwrap().digest();
    assert_eq!(kept.book.missing(&digest, 102), Ok(2));
    // The bytes of one with the signature of another.
    let Deed::Approve(signed) = approved(&a, &one) else { unreachable!() };
    let moved = signed.to_text().replace(&"01".repeat(16), &"09".repeat(16));
    let moved = Approved::read(&moved).unwrap();
    let refused = kept.happen(Deed::Approve(moved), 102);
    assert!(matches!(refused, Err(BookError::Request(RequestError::Note(_)))), "{refused:?}");
    // Nobody's approval, and one by a stranger.
    let bare = Deed::Approve(Approved::new(one.clone()).unwrap());
    assert!(matches!(kept.happen(bare, 102), Err(BookError::Note(_))));
    assert!(kept.happen(approved(&officer("d"), &one), 102).is_err());
}

#[test]
fn who_is_revoked_counts_no_longer_and_anybody_may_stop_a_request() {
    let (mut kept, [a, b, c]) = three();
    let asked = request("staff c");
    let digest = Approved::new(asked.clone()).unwrap().digest();
    kept.happen(asked_by(&c, &asked), 100).unwrap();
    kept.happen(approved(&a, &asked), 101).unwrap();
    kept.happen(approved(&b, &asked), 101).unwrap();
    let decision = Decision::to_revoke(VAULT, a.card().unwrap().key());
    let alone = Deed::Revoke(decide(decision.clone(), &b));
    assert_eq!(kept.happen(alone, 102), Err(Refused::Unattested.into()));
    kept.happen(Deed::Revoke(decide(decide(decision, &b), &c)), 102).unwrap();
    assert_eq!(kept.happen(done(digest), 200), Err(Refused::TooFew.into()));
    assert_eq!(kept.book.officers().len(), 2);
    // A revoked officer stops nothing, and comes back only with others who vouch.
    let stop = |by: &Officer| Deed::Cancel(decide(Decision::to_cancel(VAULT, &digest), by));
    assert!(kept.happen(stop(&a), 200).is_err());
    let again = Officer::generate("a2", "staff a").unwrap();
    let mut card = again.card().unwrap();
    assert_eq!(kept.happen(Deed::Enrol(card.clone()), 201), Err(Refused::Unattested.into()));
    b.vouch(&mut card);
    c.vouch(&mut card);
    kept.happen(Deed::Enrol(card), 201).unwrap();
    kept.happen(stop(&c), 202).unwrap();
    kept.happen(approved(&c, &asked), 203).unwrap_err();
    assert_eq!(kept.happen(done(digest), 203), Err(Refused::Closed.into()));
}

#[test]
fn a_second_card_of_one_person_is_refused() {
    let (mut kept, [a, b, _]) = three();
    let mut second = Officer::generate("c2", "Staff C").unwrap().card().unwrap();
    a.vouch(&mut second);
    b.vouch(&mut second);
    assert_eq!(kept.happen(Deed::Enrol(second), 2), Err(Refused::KnownPerson.into()));
}

#[test]
fn what_holds_for_a_vault_is_settled_once_and_before_anybody_is_in_it() {
    let found = |needed| Deed::Found(Founding { delay: 60, ..Founding::of(needed) });
    let mut kept = Kept { book: Book::new(VAULT, 2), texts: Vec::new() };
    kept.happen(found(3), 1).unwrap();
    assert_eq!((kept.book.needed(), kept.book.founding().unwrap().delay), (3, 60));
    assert_eq!(kept.happen(found(2), 2), Err(BookError::Founded));
    let a = officer("a");
    kept.happen(Deed::Enrol(a.card().unwrap()), 3).unwrap();
    // Nobody asks for less time than that.
    let hasty = Request { by: "staff a".to_owned(), delay: 59, ..request("staff a") };
    assert_eq!(kept.happen(asked_by(&a, &hasty), 4), Err(Refused::TooEarly.into()));
    let (mut late, _) = three();
    assert_eq!(late.happen(found(2), 9), Err(BookError::Founded));
}

const USED: [u8; 32] = [7; 32];

fn import(name: &str, version: u32, rules: [u8; 32], rows: u64) -> Deed {
    let rules = reedbed_vault::book::hex(&rules);
    Deed::Import(format!(
        "reedbed-dataset/v1\ndataset {name}\nversion {version}\nrules {rules}\nrows {rows}\n"
    ))
}

/// Three officers, two of whom approved rules.
fn with_rules() -> (Kept, [Officer; 3]) {
    let (mut kept, officers) = three();
    let rules = decide(Decision::to_use(VAULT, &USED), &officers[0]);
    let refused = kept.happen(Deed::Rules(rules.clone()), 2);
    assert_eq!(refused, Err(Refused::TooFew.into()));
    kept.happen(Deed::Rules(decide(rules, &officers[1])), 2).unwrap();
    (kept, officers)
}

#[test]
fn versions_of_a_dataset_come_one_after_the_other_under_rules_that_were_approved() {
    let (mut kept, _) = with_rules();
    assert_eq!(kept.happen(import("bitterns", 1, [8; 32], 1), 5), Err(BookError::Rules));
    kept.happen(import("bitterns", 1, USED, 1), 5).unwrap();
    for (name, version) in [("bitterns", 1), ("bitterns", 3), ("otters", 2), ("otters", 0)] {
        let refused = kept.happen(import(name, version, USED, 1), 6);
        assert_eq!(refused, Err(BookError::KnownVersion));
    }
    kept.happen(import("bitterns", 2, USED, 1), 6).unwrap();
    kept.happen(import("otters", 1, USED, 1), 6).unwrap();
    assert_eq!(kept.book.datasets().len(), 3);
}

#[test]
fn a_decision_about_one_thing_is_none_about_another() {
    let (mut kept, [a, b, c]) = with_rules();
    kept.happen(import("bitterns", 1, USED, 1), 5).unwrap();
    let request = request("staff c");
    let digest = Approved::new(request.clone()).unwrap().digest();
    kept.happen(asked_by(&c, &request), 100).unwrap();
    let both = |decision: Decision| decide(decide(decision, &a), &b);
    // Rules whose digest is that of a request, and the other way round.
    let wrong = BookError::Form { reason: "it decides something else" };
    for deed in [
        Deed::Cancel(both(Decision::to_use(VAULT, &digest))),
        Deed::Rules(both(Decision::to_cancel(VAULT, &digest))),
        Deed::Review(both(Decision::to_cancel(VAULT, &digest))),
        Deed::Shred(both(Decision::to_use(VAULT, &digest))),
        Deed::Revoke(both(Decision::to_shred(VAULT, "bitterns", 1))),
    ] {
        assert_eq!(kept.happen(deed, 101), Err(wrong.clone()));
    }
}

#[test]
fn two_officers_shred_a_dataset_and_one_does_not() {
    let (mut kept, [a, b, _]) = with_rules();
    kept.happen(import("bitterns", 1, USED, 1), 5).unwrap();
    let alone = decide(Decision::to_shred(VAULT, "bitterns", 1), &a);
    assert_eq!(kept.happen(Deed::Shred(alone.clone()), 6), Err(Refused::TooFew.into()));
    let none = decide(decide(Decision::to_shred(VAULT, "otters", 1), &a), &b);
    assert_eq!(kept.happen(Deed::Shred(none), 6), Err(Refused::NoRequest.into()));
    kept.happen(Deed::Shred(decide(alone, &b)), 6).unwrap();
    assert!(kept.book.newest("bitterns").unwrap().is_shredded);
}

#[test]
fn a_release_names_its_package_and_is_remembered() {
    let (mut kept, [a, b, c]) = with_rules();
    let asked = Request { action: Action::Release, ..request("staff c") };
    let digest = Approved::new(asked.clone()).unwrap().digest();
    kept.happen(asked_by(&c, &asked), 100).unwrap();
    for by in [&a, &b] {
        kept.happen(approved(by, &asked), 110).unwrap();
    }
    assert_eq!(kept.happen(done(digest), 200), Err(BookError::Package));
    kept.happen(Deed::Do { request: digest, package: Some([5; 32]) }, 200).unwrap();
    let released: Vec<_> = kept.book.releases().collect();
    assert_eq!((released[0].0.package, released[0].1.dataset.as_str()), ([5; 32], "bitterns"));
}

#[test]
fn bulk_says_so_and_what_is_asked_for_too_often_is_refused() {
    let [a, _, _] = ["a", "b", "c"].map(officer);
    let limits = Limits { of_person: 2, ..Limits::of(2) };
    let founding = Founding { limits, delay: 0, bulk: 1_000, ..Founding::of(2) };
    let mut kept = Kept { book: Book::new(VAULT, 2), texts: Vec::new() };
    kept.happen(Deed::Found(founding), 1).unwrap();
    let b = officer("b");
    for one in [&a, &b] {
        kept.happen(Deed::Enrol(one.card().unwrap()), 1).unwrap();
    }
    let rules = decide(decide(Decision::to_use(VAULT, &USED), &a), &b);
    kept.happen(Deed::Rules(rules), 1).unwrap();
    kept.happen(import("bitterns", 1, USED, 1_000), 2).unwrap();
    let small = request("staff a");
    assert_eq!(kept.happen(asked_by(&a, &small), 3), Err(BookError::Bulk));
    for id in [[1; 16], [2; 16], [3; 16]] {
        let bulk = Request { is_bulk: true, id, ..small.clone() };
        let happened = kept.happen(asked_by(&a, &bulk), 3);
        let expected = if id == [3; 16] { Err(Refused::Capped.into()) } else { Ok(()) };
        assert_eq!(happened, expected);
    }
}

#[test]
fn what_one_person_takes_at_once_is_little_and_stands_in_the_book() {
    let (mut kept, [a, b, c]) = with_rules();
    let taken = Request {
        action: Action::Emergency,
        delay: 0,
        expires: 100 + EMERGENCY,
        precision: "partner level".to_owned(),
        ..request("staff c")
    };
    let digest = Approved::new(taken.clone()).unwrap().digest();
    let signed = |by: &Officer, taken: &Request| {
        let Deed::Ask(file) = asked_by(by, taken) else { unreachable!() };
        Deed::Break(file)
    };
    let many = Request { columns: (0..9).map(|n| n.to_string()).collect(), ..taken.clone() };
    assert_eq!(kept.happen(signed(&c, &many), 100), Err(Refused::NoEmergency.into()));
    assert_eq!(kept.happen(signed(&a, &taken), 100), Err(BookError::NotTheirs));
    kept.happen(signed(&c, &taken), 100).unwrap();
    assert_eq!(kept.book.unreviewed().len(), 1);
    assert!(!kept.book.is_frozen("staff c", 100) && kept.book.is_frozen("staff c", 100 + REVIEW));
    let review = decide(decide(Decision::to_review(VAULT, &digest), &a), &b);
    kept.happen(Deed::Review(review), 200).unwrap();
    assert!(kept.book.unreviewed().is_empty() && !kept.book.is_frozen("staff c", 100 + REVIEW));
}

#[test]
fn a_request_says_when_it_is_made() {
    let (mut kept, [_, _, c]) = three();
    for now in [701, 5_000] {
        assert_eq!(kept.happen(asked_by(&c, &request("staff c")), now), Err(BookError::Made));
    }
    kept.happen(asked_by(&c, &request("staff c")), 650).unwrap();
}

#[test]
fn ten_thousand_datasets_are_told_apart() {
    let (mut kept, [a, b, _]) = three();
    let rules = [7; 32];
    let decision = decide(decide(Decision::to_use(VAULT, &rules), &a), &b);
    kept.book.happen(&Deed::Rules(decision), 2).unwrap();
    for number in 0..10_000 {
        let text = format!(
            "reedbed-dataset/v1\ndataset d{number}\nversion 1\nrules {}\nrows 1\nneeded 2\nexact 1\n",
            reedbed_vault::book::hex(&rules)
        );
        kept.book.happen(&Deed::Import(text), 3).unwrap();
    }
    assert_eq!(kept.book.newest("d9999").unwrap().version, 1);
    assert!(kept.book.newest("d10000").is_none());
}

#[test]
fn what_was_signed_for_another_vault_is_nothing_here() {
    let (mut kept, [a, b, c]) = three();
    let there = Request { vault: "other.example/v".to_owned(), ..request("staff c") };
    assert_eq!(kept.happen(asked_by(&c, &there), 100), Err(BookError::OtherVault));
    let both = |decision: Decision| decide(decide(decision, &a), &b);
    let key = c.card().unwrap().key().clone();
    for deed in [
        Deed::Revoke(both(Decision::to_revoke("other.example/v", &key))),
        Deed::Rules(both(Decision::to_use("other.example/v", &USED))),
    ] {
        assert_eq!(kept.happen(deed, 100), Err(BookError::OtherVault));
    }
    kept.happen(Deed::Revoke(both(Decision::to_revoke(VAULT, &key))), 100).unwrap();
}

const VAULT: &str = "reserve.example/v";

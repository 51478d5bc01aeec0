//! Books: what signed texts make happen, and that they are read again as they were written.

use reedbed_vault::book::{Book, BookError, Decision, Deed, decide};
use reedbed_vault::officer::Officer;
use reedbed_vault::people::{Action, Refused};
use reedbed_vault::request::{Approved, Request, RequestError};

fn officer(name: &str) -> Officer {
    Officer::generate(name, &format!("staff {name}")).unwrap()
}

fn request(by: &str) -> Request {
    Request {
        id: [1; 16],
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
        let mut again = Book::new(2);
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
    let mut kept = Kept { book: Book::new(2), texts: Vec::new() };
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
    assert_eq!(kept.book.missing(&digest), Ok(1));
    assert_eq!(kept.happen(Deed::Do(digest), 160), Err(Refused::TooFew.into()));
    kept.happen(approved(&b, &asked), 160).unwrap();
    kept.happen(Deed::Do(digest), 161).unwrap();
    assert_eq!(kept.happen(Deed::Do(digest), 162), Err(Refused::Closed.into()));
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
    assert_eq!(kept.book.missing(&digest), Ok(2));
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
    let decision = Decision::to_revoke(a.card().unwrap().key());
    let alone = Deed::Revoke(decide(decision.clone(), &b));
    assert_eq!(kept.happen(alone, 102), Err(Refused::Unattested.into()));
    kept.happen(Deed::Revoke(decide(decide(decision, &b), &c)), 102).unwrap();
    assert_eq!(kept.happen(Deed::Do(digest), 200), Err(Refused::TooFew.into()));
    assert_eq!(kept.book.officers().len(), 2);
    // A revoked officer stops nothing, and comes back only with others who vouch.
    let stop = |by: &Officer| Deed::Cancel(decide(Decision::to_cancel(&digest), by));
    assert!(kept.happen(stop(&a), 200).is_err());
    let again = Officer::generate("a2", "staff a").unwrap();
    let mut card = again.card().unwrap();
    assert_eq!(kept.happen(Deed::Enrol(card.clone()), 201), Err(Refused::Unattested.into()));
    b.vouch(&mut card);
    c.vouch(&mut card);
    kept.happen(Deed::Enrol(card), 201).unwrap();
    kept.happen(stop(&c), 202).unwrap();
    kept.happen(approved(&c, &asked), 203).unwrap_err();
    assert_eq!(kept.happen(Deed::Do(digest), 203), Err(Refused::Closed.into()));
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
    let found = |needed| Deed::Found { needed, delay: 60 };
    let mut kept = Kept { book: Book::new(2), texts: Vec::new() };
    kept.happen(found(3), 1).unwrap();
    assert_eq!((kept.book.needed(), kept.book.delay()), (3, Some(60)));
    assert_eq!(kept.happen(found(2), 2), Err(BookError::Founded));
    let a = officer("a");
    kept.happen(Deed::Enrol(a.card().unwrap()), 3).unwrap();
    // Nobody asks for less time than that.
    let hasty = Request { by: "staff a".to_owned(), delay: 59, ..request("staff a") };
    assert_eq!(kept.happen(asked_by(&a, &hasty), 4), Err(Refused::TooEarly.into()));
    let (mut late, _) = three();
    assert_eq!(late.happen(found(2), 9), Err(BookError::Founded));
}

#[test]
fn versions_of_a_dataset_come_one_after_the_other() {
    let (mut kept, _) = three();
    let import = |name: &str, version: u32| {
        Deed::Import(format!("reedbed-dataset/v1\ndataset {name}\nversion {version}\n"))
    };
    kept.happen(import("bitterns", 1), 5).unwrap();
    for (name, version) in [("bitterns", 1), ("bitterns", 3), ("otters", 2), ("otters", 0)] {
        assert_eq!(kept.happen(import(name, version), 6), Err(BookError::KnownVersion));
    }
    kept.happen(import("bitterns", 2), 6).unwrap();
    kept.happen(import("otters", 1), 6).unwrap();
    assert_eq!(kept.book.datasets().len(), 3);
}

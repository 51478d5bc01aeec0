//! Cards, sealed shares, and requests that are signed.

use reedbed_vault::officer::{Card, Officer, OfficerError, seal};
use reedbed_vault::people::Action;
use reedbed_vault::request::{Approved, Request};
use reedbed_vault::shares::{Key, Share, combine, split};

use crate::support::Seeded;

fn request() -> Request {
    Request {
        id: [7; 16],
        vault: VAULT.to_owned(),
        action: Action::Unseal,
        dataset: "bitterns".to_owned(),
        rows: "taxon Botaurus stellaris".to_owned(),
        columns: vec!["decimalLatitude".to_owned(), "decimalLongitude".to_owned()],
        precision: "exact".to_owned(),
        purpose: "conservation".to_owned(),
        by: "warden".to_owned(),
        beneficiary: "none".to_owned(),
        recipient: "age1x".to_owned(),
        made: 1_000,
        delay: 86_400,
        expires: 700_000,
        is_bulk: false,
    }
}

#[test]
fn an_officer_comes_back_from_the_secret_file_and_is_not_shown() {
    let officer = Officer::generate("warden-2026", "someone").unwrap();
    let again = Officer::read(&officer.to_secret()).unwrap();
    assert_eq!(again.card().unwrap(), officer.card().unwrap());
    assert_eq!(format!("{officer:?}"), "Officer(withheld)");
    for wrong in ["", "reedbed-officer/v1\n", "x\ny\nz\n"] {
        assert!(Officer::read(wrong).is_err());
    }
    assert!(Officer::generate("two words", "someone").is_err());
}

#[test]
fn a_share_is_opened_by_whom_it_is_sealed_to_and_by_nobody_else() {
    let officers: Vec<Officer> = ["a", "b", "c"]
        .map(|name| Officer::generate(name, "someone").unwrap())
        .into_iter()
        .collect();
    let mut random = Seeded::new(5);
    let key = Key::generate(&mut random);
    let shares = split(&key, 2, 3, &mut random).unwrap();
    let commitments: Vec<_> = shares.iter().map(Share::commitment).collect();
    let sealed: Vec<Vec<u8>> = officers
        .iter()
        .zip(&shares)
        .map(|(officer, share)| officer.card().unwrap().seal(share).unwrap())
        .collect();
    for (at, officer) in officers.iter().enumerate() {
        for (of, sealed) in sealed.iter().enumerate() {
            assert_eq!(officer.open(sealed).is_ok(), at == of);
        }
        // Two of them together make the key, whatever the third does.
        let other = (at + 1) % 3;
        let two =
            [officer.open(&sealed[at]).unwrap(), officers[other].open(&sealed[other]).unwrap()];
        assert_eq!(combine(&two, 2, &commitments).unwrap(), key);
    }
    // Changed, cut off, put together.
    let whole = &sealed[0];
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(officers[0].open(&changed).is_err(), "byte {at}");
        assert!(officers[0].open(&whole[..at]).is_err(), "cut at {at}");
    }
    assert!(officers[0].open(&[whole.as_slice(), b"x"].concat()).is_err());
    assert!(seal("age1nobody", &shares[0]).is_err());
}

#[test]
fn a_card_is_vouched_for_by_others_and_not_by_itself() {
    let [one, two, new] =
        ["one", "two", "new"].map(|name| Officer::generate(name, "someone").unwrap());
    let mut card = new.card().unwrap();
    let (first, second) = (one.card().unwrap(), two.card().unwrap());
    assert!(!card.is_vouched_by(&first).unwrap() && !card.is_vouched_by(&card).unwrap());
    one.vouch(&mut card);
    let card = Card::read(&card.to_string()).unwrap();
    assert!(card.is_vouched_by(&first).unwrap() && !card.is_vouched_by(&second).unwrap());
    // Another recipient under the same key is another card, which nobody signed.
    let text = card.to_string().replace(card.recipient(), second.recipient());
    assert!(matches!(Card::read(&text), Err(OfficerError::Note(_))));
}

#[test]
fn requests_are_written_in_one_way_only() {
    let text = request().to_text().unwrap();
    assert_eq!(Request::read(&text).unwrap(), request());
    for (from, to) in [
        ("made 1000", "made 01000"),
        ("made 1000", "made +1000"),
        ("bulk no", "bulk No"),
        ("unseal", "unseal "),
        ("\nrows", "\n\nrows"),
        ("id 07", "id 0G"),
    ] {
        assert!(text.contains(from));
        assert!(Request::read(&text.replace(from, to)).is_err(), "{to}");
    }
    assert!(Request::read(&format!("{text}more\n")).is_err());
    assert!(Request::read(text.trim_end()).is_err());
    // What is seen is what is signed.
    for hidden in ["a\nb", "a\u{202E}b", "a\u{200B}b", " a", "a\u{7}"] {
        let request = Request { purpose: hidden.to_owned(), ..request() };
        assert!(request.to_text().is_err(), "{hidden:?}");
    }
    let request = Request { columns: vec!["a,b".to_owned()], ..request() };
    assert!(request.to_text().is_err());
}

#[test]
fn an_approval_is_of_these_bytes_and_no_others() {
    let [one, two] = ["one", "two"].map(|name| Officer::generate(name, "someone").unwrap());
    let cards = [one.card().unwrap(), two.card().unwrap()];
    let mut file = Approved::new(request()).unwrap();
    assert!(file.by(&cards).unwrap().is_empty());
    // It goes to two people, and comes back from both.
    let sent = file.to_text();
    let [mut first, mut second] = [0, 1].map(|_| Approved::read(&sent).unwrap());
    first.sign(&one);
    first.sign(&one);
    second.sign(&two);
    for answer in [&first, &second] {
        assert!(file.merge(&Approved::read(&answer.to_text()).unwrap()));
    }
    assert_eq!(file.by(&cards).unwrap().len(), 2);
    assert_eq!(file.digest(), first.digest());
    // Edited after the first approval, it is another request, with a signature that does not hold.
    let edited = first.to_text().replace("taxon Botaurus stellaris", "all");
    let edited = Approved::read(&edited).unwrap();
    assert!(edited.by(&cards).is_err());
    assert!(edited.digest() != file.digest() && !file.clone().merge(&edited));
}

const VAULT: &str = "reserve.example/v";

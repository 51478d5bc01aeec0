//! Cards, secret files, sealed shares, and requests that are signed.

use reedbed_vault::locked::{Effort, is_locked};
use reedbed_vault::officer::{Card, Officer, OfficerError, seal};
use reedbed_vault::people::Action;
use reedbed_vault::plugin::{PluginError, Plugins};
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
fn a_locked_secret_file_is_opened_by_its_passphrase_and_by_no_other() {
    let officer = Officer::generate("warden-2026", "someone").unwrap();
    let locked = officer.to_locked(PASSPHRASE, Effort::of(2).unwrap()).unwrap();
    assert!(is_locked(&locked) && !is_locked(officer.to_secret().as_bytes()));
    let again = Officer::unlock(&locked, PASSPHRASE).unwrap();
    assert_eq!(*again.to_secret(), *officer.to_secret());
    for wrong in ["", "the bittern booms at dusk", "The bittern booms at night"] {
        assert_eq!(Officer::unlock(&locked, wrong).unwrap_err(), OfficerError::Passphrase);
    }
    // Nothing of it lies open, and it is no plain file.
    let seen = String::from_utf8_lossy(&locked);
    assert!(!seen.contains("AGE-SECRET") && !seen.contains("warden") && !seen.contains("someone"));
    assert!(Officer::read(&seen).is_err());
    // Twice the same is never the same.
    assert_ne!(officer.to_locked(PASSPHRASE, Effort::of(2).unwrap()).unwrap(), locked);
}

#[test]
fn a_locked_file_does_not_make_anybody_work_for_hours() {
    let officer = Officer::generate("warden-2026", "someone").unwrap();
    let locked = officer.to_locked(PASSPHRASE, Effort::of(2).unwrap()).unwrap();
    for greedy in ["21", "40", "63"] {
        let changed = with_effort(&locked, greedy);
        assert_eq!(Officer::unlock(&changed, PASSPHRASE).unwrap_err(), OfficerError::Effort);
    }
    // Less work than it was locked with opens it no sooner.
    let changed = with_effort(&locked, "1");
    assert_eq!(Officer::unlock(&changed, PASSPHRASE).unwrap_err(), OfficerError::Passphrase);
    for none in ["0", "02", "+2", "256", "x"] {
        assert!(Officer::unlock(&with_effort(&locked, none), PASSPHRASE).is_err(), "{none}");
    }
    assert!([0, 21, 64].iter().all(|effort| Effort::of(*effort).is_none()));
}

#[test]
fn a_locked_file_that_was_damaged_is_refused() {
    let officer = Officer::generate("warden-2026", "someone").unwrap();
    let whole = officer.to_locked(PASSPHRASE, Effort::of(1).unwrap()).unwrap();
    // A changed effort would make the test work.
    let effort = whole.windows(3).position(|part| part == b" 1\n").unwrap() + 1;
    for at in (0..whole.len()).filter(|at| *at != effort) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(Officer::unlock(&changed, PASSPHRASE).is_err(), "byte {at}");
        assert!(Officer::unlock(&whole[..at], PASSPHRASE).is_err(), "cut at {at}");
    }
    assert!(Officer::unlock(&[&whole[..], b"x"].concat(), PASSPHRASE).is_err());
    // Locked by a key, and not by a passphrase; and something else under the passphrase.
    let key = Key::generate(&mut Seeded::new(1));
    let recipient = reedbed_vault::sealed::recipient_of(&key).unwrap();
    let by_key = seal(&recipient, &Share::new(officer.to_secret().as_bytes().to_vec())).unwrap();
    let form = OfficerError::Form { what: "locked secret file" };
    assert!(is_locked(&by_key));
    assert_eq!(Officer::unlock(&by_key, PASSPHRASE).unwrap_err(), form);
    assert_eq!(Officer::unlock(b"age-encryption.org/v1\n", PASSPHRASE).unwrap_err(), form);
}

#[test]
fn a_plugins_officer_has_a_card_that_bears_its_recipient() {
    let plugin = |recipient: &str, identity: &str| {
        Officer::with_plugin("hard", "someone", recipient, identity)
    };
    let officer = plugin(RECIPIENT, IDENTITY).unwrap();
    let again = Officer::read(&officer.to_secret()).unwrap();
    assert_eq!(*again.to_secret(), *officer.to_secret());
    let card = again.card().unwrap();
    assert_eq!(card.recipient(), RECIPIENT);
    assert_eq!(Card::read(&card.to_string()).unwrap(), card);
    assert!(!card.to_string().contains("AGE-PLUGIN"));
    assert_eq!(format!("{officer:?}"), "Officer(withheld)");
    let locked = officer.to_locked(PASSPHRASE, Effort::of(1).unwrap()).unwrap();
    assert_eq!(*Officer::unlock(&locked, PASSPHRASE).unwrap().to_secret(), *officer.to_secret());
    // What is none, what is of two plugins, and what would be a program elsewhere.
    assert_eq!(plugin(RECIPIENT, OTHER_IDENTITY).unwrap_err(), OfficerError::Pair);
    let own = Officer::generate("own", "someone").unwrap().card().unwrap();
    for wrong in ["", "age1", own.recipient(), &RECIPIENT.to_uppercase(), ELSEWHERE, IDENTITY] {
        assert!(matches!(plugin(wrong, IDENTITY), Err(OfficerError::Form { .. })), "{wrong}");
    }
    for wrong in ["", RECIPIENT, &IDENTITY.to_lowercase(), IDENTITY.trim_end_matches('F')] {
        assert!(matches!(plugin(RECIPIENT, wrong), Err(OfficerError::Form { .. })), "{wrong}");
    }
}

#[test]
fn without_the_program_nothing_is_sealed_to_a_plugin_or_opened() {
    let officer = Officer::with_plugin("hard", "someone", RECIPIENT, IDENTITY).unwrap();
    let (card, share) = (officer.card().unwrap(), Share::new(vec![1; 33]));
    let missing = PluginError::Missing { program: "age-plugin-reed".to_owned() };
    let folder = tempfile::tempdir().unwrap();
    // A file that is no program, a folder, and one that is named from where somebody stands.
    std::fs::write(folder.path().join("age-plugin-reed"), "x").unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir_all(below.join("age-plugin-reed")).unwrap();
    let folders = vec![below, folder.path().join("none"), ".".into(), "".into()];
    for plugins in [Plugins::none(), Plugins { folders, ..Plugins::none() }] {
        assert_eq!(card.check(&plugins).unwrap_err(), missing);
        let sealed = card.seal(&share, &plugins).unwrap_err();
        assert_eq!(sealed, OfficerError::Plugin(missing.clone()));
        assert_eq!(officer.try_out(&plugins).unwrap_err(), sealed);
        let other = Officer::generate("own", "someone").unwrap().card().unwrap();
        let other = other.seal(&share, &plugins).unwrap();
        assert_eq!(officer.open(&other, &plugins).unwrap_err(), sealed);
    }
}

#[cfg(unix)]
#[test]
fn a_plugin_that_says_anything_at_all_neither_seals_nor_opens() {
    use std::os::unix::fs::PermissionsExt as _;
    let officer = Officer::with_plugin("hard", "someone", RECIPIENT, IDENTITY).unwrap();
    let (card, share) = (officer.card().unwrap(), Share::new(vec![1; 33]));
    let folder = tempfile::tempdir().unwrap();
    let plugins = Plugins { folders: vec![folder.path().to_owned()], ..Plugins::none() };
    let other = Officer::generate("own", "someone").unwrap().card().unwrap();
    let other = other.seal(&share, &plugins).unwrap();
    let say = |text: &str| format!("printf -- '{text}'; cat > /dev/null");
    for (script, said) in [
        ("exit 0".to_owned(), "broke off"),
        (say(""), "broke off"),
        (say("-> msg"), "broke off"),
        (say("-> msg\\n"), "broke off"),
        (say("hello\\n"), "does not begin"),
        (say("-> \\n\\n"), "empty word"),
        (say("-> msg  two\\n\\n"), "empty word"),
        (say("-> msg\\nnot base64!\\n"), "no base64"),
        (say("-> msg\\n\\377\\n"), "no text"),
        (say(&format!("-> msg\\n{}\\n", "a".repeat(65))), "too long"),
        ("head -c 3000000 /dev/zero".to_owned(), "too long"),
        ("while printf -- '-> msg\\n\\n'; do :; done".to_owned(), "come to an end"),
        (say("-> recipient-stanza 1 x\\n\\n-> file-key 1\\n\\n"), "not given"),
        (say("-> recipient-stanza 0\\n\\n-> file-key 0\\nAAAA\\n"), ""),
        (say("-> error internal\\n\\n-> done\\n\\n"), "refuses: internal"),
    ] {
        // A pipe that ends where the plugin says nothing more.
        let script = script.replace("; cat > /dev/null", "");
        let path = folder.path().join("age-plugin-reed");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        for failed in
            [card.seal(&share, &plugins).unwrap_err(), officer.open(&other, &plugins).unwrap_err()]
        {
            assert!(matches!(failed, OfficerError::Plugin(_)), "{script}: {failed}");
            // It may be gone before it was told anything.
            let text = failed.to_string();
            assert!(text.contains(said) || text.contains("broke off"), "{script}: {text}");
        }
    }
}

/// A locked file that says that it was locked with another effort than 2.
fn with_effort(locked: &[u8], effort: &str) -> Vec<u8> {
    let at = locked.windows(3).position(|part| part == b" 2\n").unwrap();
    [&locked[..=at], effort.as_bytes(), &locked[at + 2..]].concat()
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
    let none = Plugins::none();
    let sealed: Vec<Vec<u8>> = officers
        .iter()
        .zip(&shares)
        .map(|(officer, share)| officer.card().unwrap().seal(share, &none).unwrap())
        .collect();
    for (at, officer) in officers.iter().enumerate() {
        for (of, sealed) in sealed.iter().enumerate() {
            assert_eq!(officer.open(sealed, &none).is_ok(), at == of);
        }
        // Two of them together make the key, whatever the third does.
        let other = (at + 1) % 3;
        let two = [
            officer.open(&sealed[at], &none).unwrap(),
            officers[other].open(&sealed[other], &none).unwrap(),
        ];
        assert_eq!(combine(&two, 2, &commitments).unwrap(), key);
    }
    // Changed, cut off, put together.
    let whole = &sealed[0];
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(officers[0].open(&changed, &none).is_err(), "byte {at}");
        assert!(officers[0].open(&whole[..at], &none).is_err(), "cut at {at}");
    }
    assert!(officers[0].open(&[whole.as_slice(), b"x"].concat(), &none).is_err());
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
const PASSPHRASE: &str = "the bittern booms at night";
const RECIPIENT: &str = "age1reed1vys8yet9vssxyetycta9yn";
const IDENTITY: &str = "AGE-PLUGIN-REED-1W35X2GRNV43HYET5YPHKVGRFWSEE6GCF";
const OTHER_IDENTITY: &str = "AGE-PLUGIN-RUSH-1W35X2GRNV43HYET5YPHKVGRFWSADSYMW";
/// Of a plugin `../reed`.
const ELSEWHERE: &str = "age1../reed1vys8yet9vssxyetyhnadr6";

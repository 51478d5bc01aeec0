//! Policies: what they ask for, and what is none.

use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::note::{KeyKind, Note, Signer};
use reedbed_ledger::policy::{Policy, Refusal};

use crate::support::{log_key, signer};

fn witnesses() -> Vec<Signer> {
    (0..6).map(|n| signer(&format!("w{n}.example"), KeyKind::Cosignature, 20 + n)).collect()
}

/// The policy of the specification's example: two of three, and one of three others.
fn policy(keys: &[Signer]) -> String {
    let mut text = format!("# of the reserve\n\nlog {}\n", log_key().verifier());
    for (number, key) in keys.iter().enumerate() {
        text += &format!("  witness\tX{number} {} https://w{number}.example/\n", key.verifier());
    }
    text + "group X 2 X0 X1 X2\ngroup Y any X3 X4 X5\ngroup both all X Y\nquorum both\n"
}

fn cosigned(by: &[&Signer]) -> Note {
    let (origin, root) = ("reserve.example/ledger".to_owned(), Hash::leaf(b"x"));
    let text = Checkpoint { origin, size: 1, root, extensions: Vec::new() }.text();
    let mut signatures = vec![log_key().sign(&text, 0)];
    signatures.extend(by.iter().map(|key| key.sign(&text, 5)));
    Note { text, signatures }
}

#[test]
fn a_quorum_is_met_as_its_groups_say() {
    let keys = witnesses();
    let policy = Policy::read(policy(&keys).as_bytes()).unwrap();
    assert!(policy.asks_for_witnesses());
    assert_eq!(policy.witnesses().count(), 6);
    for chosen in 0..64_u32 {
        let by: Vec<&Signer> =
            keys.iter().enumerate().filter(|(n, _)| chosen >> n & 1 == 1).map(|(_, k)| k).collect();
        let (x, y) = ((chosen & 7).count_ones(), (chosen >> 3).count_ones());
        let checked = policy.check(&cosigned(&by));
        if x >= 2 && y >= 1 {
            assert_eq!(checked.unwrap().witnesses.len(), by.len());
        } else {
            assert_eq!(checked.unwrap_err(), Refusal::Quorum { count: by.len() });
        }
    }
}

#[test]
fn a_witness_counts_once_however_often_it_signs() {
    let keys = witnesses();
    let text = policy(&keys);
    let policy = Policy::read(text.as_bytes()).unwrap();
    let note = cosigned(&[&keys[0], &keys[0], &keys[0], &keys[3]]);
    assert_eq!(policy.check(&note).unwrap_err(), Refusal::Quorum { count: 2 });
}

#[test]
fn a_log_that_the_policy_does_not_name_is_refused() {
    let other = signer("reserve.example/ledger", KeyKind::Ed25519, 99);
    let policy = Policy::of_log(other.verifier().clone());
    assert!(matches!(policy.check(&cosigned(&[])), Err(Refusal::Log { .. })));
    let policy = Policy::of_log(log_key().verifier().clone());
    assert!(policy.check(&cosigned(&[])).unwrap().is_unwitnessed());
    // The name of the key is that of the log.
    let stranger = signer("stranger.example", KeyKind::Ed25519, 5);
    let text = cosigned(&[]).text;
    let note = Note { signatures: vec![stranger.sign(&text, 0)], text };
    let policy = Policy::of_log(stranger.verifier().clone());
    assert!(matches!(policy.check(&note), Err(Refusal::Log { .. })));
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    let keys = witnesses();
    let log = log_key().verifier().to_string();
    let of = |n: usize| keys[n].verifier().to_string();
    let (a, b) = (of(0), of(1));
    let cases: &[(String, usize)] = &[
        (String::new(), 1),
        (format!("log {log}\n"), 2),
        (format!("log {log}\nlog {log}\nquorum none\n"), 2),
        (format!("log {a}\nquorum none\n"), 1),
        (format!("witness A {log}\nquorum A\n"), 1),
        (format!("witness A {a}\nwitness B {a}\nquorum A\n"), 2),
        (format!("witness A {a}\nwitness A {b}\nquorum A\n"), 2),
        (format!("witness none {a}\nquorum none\n"), 1),
        (format!("witness A {a}\ngroup G 2 A\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G 0 A\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G 01 A\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G any\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G any A A\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G any A\ngroup H any A\nquorum G\n"), 3),
        (format!("group G any A\nwitness A {a}\nquorum G\n"), 1),
        (format!("witness A {a}\ngroup G any G\nquorum G\n"), 2),
        (format!("witness A {a}\ngroup G any none\nquorum G\n"), 2),
        ("quorum none\nquorum none\n".to_owned(), 2),
        ("quorum A\n".to_owned(), 1),
        ("quorum\n".to_owned(), 1),
        ("quorum none\r\n".to_owned(), 1),
        ("something else\nquorum none\n".to_owned(), 1),
    ];
    for (text, line) in cases {
        let error = Policy::read(text.as_bytes()).unwrap_err();
        assert_eq!(error.line, *line, "{text}: {error}");
    }
    // Names are bytes.
    let mut bytes = b"witness \xe2\x84\xaa ".to_vec();
    bytes.extend(a.bytes());
    bytes.extend(b"\nquorum \xe2\x84\xaa\n");
    assert!(Policy::read(&bytes).is_ok());
}

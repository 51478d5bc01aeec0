//! Changes of the key of a log.

use reedbed_ledger::keys::History;
use reedbed_ledger::log::Log;
use reedbed_ledger::note::{KeyKind, NoteError, Signer};
use reedbed_ledger::policy::{Policy, Refusal};

use crate::support::{Memory, entries, log_key, signer};

const NAME: &str = "reserve.example/ledger";

fn key(seed: u8) -> Signer {
    signer(NAME, KeyKind::Ed25519, seed)
}

/// A log whose key was changed twice, with its history and a head by each key.
fn changed() -> (History, Vec<reedbed_ledger::note::Note>) {
    let disk = Memory::default();
    let mut log = Log::create(&disk, log_key()).unwrap();
    let (mut history, mut notes) = (History::default(), Vec::new());
    for (at, (old, new)) in [(7, 8), (8, 9)].into_iter().enumerate() {
        log.append(entries(at as u64, 1)).unwrap();
        notes.push(log.publish().unwrap().clone());
        history.change(&key(old), &key(new), log.head().size).unwrap();
        log.change_signer(key(new)).unwrap();
    }
    log.append(entries(2, 1)).unwrap();
    notes.push(log.publish().unwrap().clone());
    drop(log);
    // Only the newest key opens it.
    Log::open(&disk, key(9), &[]).unwrap();
    Log::open(&disk, key(8), &[]).unwrap_err();
    (history, notes)
}

#[test]
fn whoever_knows_one_key_of_a_log_follows_it_to_the_others() {
    let (history, notes) = changed();
    let history = History::read(&history.to_string()).unwrap();
    assert_eq!(history.keys().count(), 3);
    for known in 7..=9 {
        let mut policy = Policy::of_log(key(known).verifier().clone());
        let alone = notes.iter().filter(|note| policy.check(note).is_ok()).count();
        assert_eq!(alone, 1, "without the history a key vouches for what it signed");
        policy.follow(&history).unwrap();
        for note in &notes {
            policy.check(note).unwrap();
        }
    }
    let mut stranger = Policy::of_log(key(1).verifier().clone());
    assert_eq!(stranger.follow(&history), Err(NoteError::Unsigned));
}

#[test]
fn a_key_that_was_replaced_signs_no_larger_tree() {
    let (history, notes) = changed();
    let mut policy = Policy::of_log(key(7).verifier().clone());
    policy.follow(&history).unwrap();
    // The thief of the first key signs the tree of today.
    let mut stolen = notes[2].clone();
    stolen.signatures = vec![key(7).sign(&stolen.text, 0)];
    assert!(matches!(policy.check(&stolen), Err(Refusal::Log { .. })));
    stolen.signatures = vec![key(8).sign(&stolen.text, 0)];
    assert!(matches!(policy.check(&stolen), Err(Refusal::Log { .. })));
    stolen.signatures = vec![key(9).sign(&stolen.text, 0)];
    policy.check(&stolen).unwrap();
}

#[test]
fn what_is_no_history_is_refused() {
    let (history, _) = changed();
    let text = history.to_string();
    for at in 0..text.len() {
        if !text.is_char_boundary(at) || !text.is_char_boundary(at + 1) {
            continue;
        }
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(read) = String::from_utf8(bytes).map(|changed| History::read(&changed)) {
            assert!(read.is_err(), "byte {at}");
        }
        // What is cut off between two changes is the shorter history, and nothing else is one.
        let cut = History::read(&text[..at]).map(|cut| cut.changes().count());
        assert!(cut.is_err() || cut == Ok(1), "cut at {at}: {cut:?}");
    }
    // Each change is signed by both keys, goes on from the one before, and does not go back.
    let mut other = History::default();
    other.change(&key(7), &key(8), 5).unwrap();
    other.change(&key(7), &key(9), 6).unwrap_err();
    other.change(&key(8), &key(9), 4).unwrap_err();
    other.change(&key(8), &key(7), 6).unwrap_err();
    other.change(&key(8), &signer("else.example", KeyKind::Ed25519, 9), 6).unwrap_err();
    let one_signed = other.to_string();
    let without: String = one_signed.lines().take(7).map(|line| format!("{line}\n")).collect();
    assert!(History::read(&without).is_err());
}

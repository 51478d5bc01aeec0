//! Witnesses: every answer of the specification, and that nothing rolls them back.

use std::sync::Arc;

use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::disk::Disk;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::log::{Log, prove_consistency};
use reedbed_ledger::note::{KeyKind, Note, Verifier};
use reedbed_ledger::witness::{Witness, conflict, cosignatures, request};

use crate::support::{Memory, filled, log_key, signer};

fn witness(disk: Arc<dyn Disk>, logs: &[&Verifier]) -> Witness<Arc<dyn Disk>> {
    let key = signer("w.example", KeyKind::Cosignature, 4);
    Witness::new(key, logs.iter().copied().cloned(), disk)
}

fn head(size: u64, root: Hash) -> Note {
    let key = log_key();
    let origin = key.verifier().name().to_owned();
    let text = Checkpoint { origin, size, root, extensions: Vec::new() }.text();
    Note { signatures: vec![key.sign(&text, 0)], text }
}

/// Heads of one log by size.
fn heads(sizes: &[u64]) -> (Memory, Vec<Checkpoint>) {
    let disk = Memory::default();
    let mut steps = Vec::new();
    let mut before = 0;
    for size in sizes {
        steps.push(size - before);
        before = *size;
    }
    let mut heads = Vec::new();
    for end in 1..=steps.len() {
        heads.push(filled(&Memory::default(), &steps[..end]).head().clone());
    }
    drop(filled(&disk, &steps));
    (disk, heads)
}

fn noted(head_of: &Checkpoint) -> Note {
    head(head_of.size, head_of.root)
}

#[test]
fn a_witness_signs_what_continues_what_it_saw() {
    let (disk, heads) = heads(&[5, 300, 1_000]);
    let store: Arc<dyn Disk> = Arc::new(Memory::default());
    let witness = witness(Arc::clone(&store), &[log_key().verifier()]);
    let mut old = 0;
    for head in &heads {
        let path = prove_consistency(&disk, old, heads.last().unwrap()).unwrap();
        let path = if head.size == 1_000 { path } else { own_path(old, head.size) };
        let note = noted(head);
        let answer = witness.add_checkpoint(&request(old, &path, &note), 77);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let signatures = cosignatures(&answer.body).unwrap();
        let signed = Note { signatures, ..note };
        assert_eq!(witness.verifier().verify(&signed).unwrap().unwrap().time, Some(77));
        old = head.size;
    }
    // After a restart it knows what it saw.
    let again = self::witness(store, &[log_key().verifier()]);
    assert_eq!(again.seen("reserve.example/ledger").unwrap().unwrap().size, 1_000);
    let answer = again.add_checkpoint(&request(0, &[], &noted(&heads[0])), 78);
    assert_eq!((answer.status, conflict(&answer.body)), (409, Some(1_000)));
    assert_eq!(answer.content_type, "text/x.tlog.size");
}

/// The path between two trees of the same entries.
fn own_path(old: u64, size: u64) -> Vec<Hash> {
    let disk = Memory::default();
    let log = filled(&disk, &[size]);
    prove_consistency(&disk, old, log.head()).unwrap()
}

#[test]
fn times_of_a_witness_do_not_go_back_with_its_clock() {
    let store: Arc<dyn Disk> = Arc::new(Memory::default());
    let (_, heads) = heads(&[5]);
    let note = noted(&heads[0]);
    let ask = |old: u64, now: u64| {
        let witness = witness(Arc::clone(&store), &[log_key().verifier()]);
        let answer = witness.add_checkpoint(&request(old, &[], &note), now);
        let signatures = cosignatures(&answer.body).unwrap_or_default();
        let signed = Note { signatures, ..note.clone() };
        let signed = witness.verifier().verify(&signed).unwrap();
        (answer.status, signed.and_then(|signed| signed.time))
    };
    assert_eq!(ask(0, 1_000), (200, Some(1_000)));
    // Set right by a little: not before what was signed.
    assert_eq!(ask(5, 990), (200, Some(1_000)));
    // Set back by a day: nothing is signed until the clock is right.
    assert_eq!(ask(5, 939), (500, None));
    assert_eq!(ask(5, 1_001), (200, Some(1_001)));
}

#[test]
fn a_head_that_is_cosigned_again_and_again_has_one_cosignature_of_each() {
    let disk = Memory::default();
    let mut log = filled(&disk, &[5]);
    let store: Arc<dyn Disk> = Arc::new(Memory::default());
    let witness = witness(store, &[log_key().verifier()]);
    for now in 1..200 {
        let old = if now == 1 { 0 } else { 5 };
        let answer = witness.add_checkpoint(&request(old, &[], log.note()), now);
        let signatures = cosignatures(&answer.body).unwrap();
        let key = witness.verifier().clone();
        assert_eq!(log.add_cosignatures(&signatures, &[key]).unwrap(), 1);
    }
    assert_eq!(log.note().signatures.len(), 2);
    drop(log);
    let log = Log::open(&disk, log_key(), &[]).unwrap();
    let signed = witness.verifier().verify(log.note()).unwrap().unwrap();
    assert_eq!(signed.time, Some(199));
}

#[test]
fn every_refusal_has_its_status() {
    let (_, heads) = heads(&[5, 300]);
    let store: Arc<dyn Disk> = Arc::new(Memory::default());
    let witness = witness(store, &[log_key().verifier()]);
    let status = |text: &str| witness.add_checkpoint(text, 1).status;
    let (five, more) = (noted(&heads[0]), noted(&heads[1]));
    // 400: no such request.
    for wrong in ["", "old\n", "old x\n\n", "old 00\n\n", "old 0\nAAAA\n\n", "old 0\n"] {
        assert_eq!(status(wrong), 400, "{wrong:?}");
    }
    let long = request(0, &[Hash([0; 32]); 64], &five);
    assert_eq!(status(&long), 400);
    // 404: an unknown log.
    let stranger = signer("stranger.example", KeyKind::Ed25519, 8);
    let text = five.text.replace("reserve.example/ledger", "stranger.example");
    let note = Note { signatures: vec![stranger.sign(&text, 0)], text };
    assert_eq!(status(&request(0, &[], &note)), 404);
    // 403: not signed by it.
    let note = Note { signatures: vec![stranger.sign(&five.text, 0)], text: five.text.clone() };
    assert_eq!(status(&request(0, &[], &note)), 403);
    let forged = Note { signatures: vec![log_key().sign("else\n", 0)], text: five.text.clone() };
    assert_eq!(status(&request(0, &[], &forged)), 403);
    // 400: the old size is larger.
    assert_eq!(status(&request(6, &[], &five)), 400);
    // 409: not what it saw last.
    assert_eq!(status(&request(3, &[], &five)), 409);
    // 422: a proof where none is due, and a root that the empty tree has not.
    assert_eq!(status(&request(0, &[Hash([0; 32])], &five)), 422);
    assert_eq!(status(&request(0, &[], &head(0, Hash([1; 32])))), 422);
    assert_eq!(status(&request(0, &[], &head(0, Hash::of_nothing()))), 200);
    assert_eq!(status(&request(0, &[], &five)), 200);
    // The same again is signed again; the same size with another root never.
    assert_eq!(status(&request(5, &[], &five)), 200);
    assert_eq!(status(&request(5, &[], &head(5, Hash([1; 32])))), 409);
    // 422: a proof that does not hold.
    assert_eq!(status(&request(5, &[], &more)), 422);
    let mut path = own_path(5, 300);
    path[0].0[0] ^= 1;
    assert_eq!(status(&request(5, &path, &more)), 422);
    path[0].0[0] ^= 1;
    assert_eq!(status(&request(5, &path, &more)), 200);
}

#[test]
fn sixty_four_clients_at_once_do_not_roll_a_witness_back() {
    let sizes: Vec<u64> = (1..=64).map(|n| n * 5).collect();
    let disk = Memory::default();
    let all = filled(&disk, &[320]);
    let head_at = |size: u64| {
        let entries = crate::support::entries(0, size);
        let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
        let mut leaves = crate::probes::Leaves(hashes);
        reedbed_ledger::tree::root(&mut leaves, size).unwrap()
    };
    assert_eq!(head_at(320), all.head().root);
    let store: Arc<dyn Disk> = Arc::new(Memory::default());
    let witness = witness(store, &[log_key().verifier()]);
    std::thread::scope(|scope| {
        for size in &sizes {
            let (witness, head_at) = (&witness, &head_at);
            scope.spawn(move || {
                let note = head(*size, head_at(*size));
                let mut old = 0;
                let mut signed = 0;
                // Tries until it is in, or others are further.
                for _ in 0..200 {
                    let mut leaves = crate::probes::Leaves::of(*size);
                    let path =
                        reedbed_ledger::tree::prove_consistency(&mut leaves, old, *size).unwrap();
                    let answer = witness.add_checkpoint(&request(old, &path, &note), 1);
                    match answer.status {
                        200 => {
                            signed += 1;
                            break;
                        }
                        409 => {
                            old = conflict(&answer.body).unwrap();
                            if old > *size {
                                break;
                            }
                        }
                        other => panic!("{other}: {}", answer.body),
                    }
                }
                let seen = witness.seen("reserve.example/ledger").unwrap().unwrap();
                assert!(signed == 0 || seen.size >= *size, "rolled back to {}", seen.size);
            });
        }
    });
    let seen = witness.seen("reserve.example/ledger").unwrap().unwrap();
    assert_eq!((seen.size, seen.root), (320, all.head().root));
}

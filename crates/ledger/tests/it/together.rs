//! A log that many use at once.

use std::collections::BTreeSet;
use std::sync::Mutex;

use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::Folder;
use reedbed_ledger::log::{Log, LogError};
use reedbed_ledger::policy::Policy;
use reedbed_ledger::shared::Shared;

use crate::support::{Fault, Memory, log_key};

#[test]
fn what_many_append_at_once_is_there_once_each_in_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::at(folder.path()).unwrap();
    let shared = Shared::new(&disk, Log::create(&disk, log_key()).unwrap());
    let given = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for client in 0..16_u32 {
            let (shared, given) = (&shared, &given);
            scope.spawn(move || {
                for turn in 0..20_u32 {
                    let batch: Vec<Vec<u8>> = (0..=client % 3)
                        .map(|part| format!("{client} {turn} {part}").into_bytes())
                        .collect();
                    let first = shared.append(batch.clone()).unwrap();
                    given.lock().unwrap().extend((first..).zip(batch));
                    if turn % 7 == 0 {
                        shared.publish().unwrap();
                    }
                }
            });
        }
    });
    let (head, _) = shared.publish().unwrap();
    let given = given.into_inner().unwrap();
    assert_eq!(head.size, given.len() as u64);
    let policy = Policy::of_log(log_key().verifier().clone());
    let mut held = BTreeSet::new();
    audit(&disk, &policy, &[], |index, entry| {
        held.insert((index, entry.to_vec()));
    })
    .unwrap();
    assert_eq!(held, given);
}

#[test]
fn a_failed_write_is_told_to_all_who_waited_for_it() {
    let disk = Memory::default();
    let shared = Shared::new(&disk, Log::create(&disk, log_key()).unwrap());
    shared.append(vec![b"before".to_vec()]).unwrap();
    disk.fail_at(1, Fault::Lost);
    let all = &shared;
    let failed = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..8_u8).map(|n| scope.spawn(move || all.append(vec![vec![n]]))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(failed.iter().all(Result::is_err), "{failed:?}");
    assert!(matches!(shared.publish(), Err(LogError::Failed)));
    // Opened anew it goes on with what was acknowledged.
    drop(shared);
    let log = Log::open(&disk, log_key(), &[]).unwrap();
    assert_eq!(log.acknowledged(), 1);
}

#[test]
fn a_head_that_cannot_be_stored_ends_the_log_and_loses_nothing() {
    let disk = Memory::default();
    let shared = Shared::new(&disk, Log::create(&disk, log_key()).unwrap());
    shared.append(vec![b"before".to_vec()]).unwrap();
    for step in 1..20 {
        disk.fail_at(step, Fault::Lost);
        if shared.publish().is_err() {
            break;
        }
        shared.append(vec![b"more".to_vec()]).unwrap();
    }
    assert!(matches!(shared.append(vec![vec![1]]), Err(LogError::Failed)));
    drop(shared);
    let mut log = Log::open(&disk, log_key(), &[]).unwrap();
    assert!(log.acknowledged() >= 1);
    log.publish().unwrap();
}

//! Logs with two faces, logs from a backup, and second writers.

use reedbed_ledger::audit::{AuditError, audit};
use reedbed_ledger::disk::Folder;
use reedbed_ledger::log::{Log, LogError};
use reedbed_ledger::policy::Policy;

use crate::support::{Memory, entries, filled, log_key};

fn policy() -> Policy {
    Policy::of_log(log_key().verifier().clone())
}

#[test]
fn two_faces_of_a_log_are_found_by_whoever_holds_a_head_of_each() {
    let (one, two) = (Memory::default(), Memory::default());
    let first = filled(&one, &[100, 60]).head().clone();
    let mut other = filled(&two, &[100]);
    other.append(vec![b"for you alone".to_vec()]).unwrap();
    other.append(entries(101, 199)).unwrap();
    other.publish().unwrap();
    let second = other.head().clone();
    drop(other);
    // Each face is sound by itself.
    for disk in [&one, &two] {
        audit(disk, &policy(), &[], |_, _| ()).unwrap();
    }
    // Two people compare what they were given.
    let found = audit(&two, &policy(), &[first], |_, _| ());
    assert!(matches!(found, Err(AuditError::Forked { size: 160 })), "{found:?}");
    let found = audit(&one, &policy(), &[second], |_, _| ());
    assert!(matches!(found, Err(AuditError::Older { size: 160, known: 300 })), "{found:?}");
}

#[test]
fn a_log_from_a_backup_is_not_opened_against_a_head_that_was_seen() {
    let disk = Memory::default();
    let old = filled(&disk, &[50]).head().clone();
    let backup = disk.backup();
    let mut log = Log::open(&disk, log_key(), &[]).unwrap();
    log.append(entries(50, 10)).unwrap();
    log.publish().unwrap();
    let new = log.head().clone();
    drop(log);
    let opened = Log::open(&backup, log_key(), std::slice::from_ref(&new));
    assert!(matches!(opened, Err(LogError::Older { size: 50, known: 60 })), "{opened:?}");
    // A head that agrees opens it.
    assert_eq!(Log::open(&backup, log_key(), &[old]).unwrap().head().size, 50);
    // And if it went on from there, whoever saw the other history finds it.
    let mut log = Log::open(&backup, log_key(), &[]).unwrap();
    log.append(entries(900, 10)).unwrap();
    log.publish().unwrap();
    drop(log);
    let opened = Log::open(&backup, log_key(), &[new]);
    assert!(matches!(opened, Err(LogError::Forked { size: 60 })), "{opened:?}");
}

#[test]
fn a_head_that_is_older_than_its_journal_is_found() {
    let disk = Memory::default();
    let mut log = filled(&disk, &[5]);
    let head = reedbed_ledger::disk::Source::read(&disk, "checkpoint").unwrap().unwrap();
    log.append(entries(5, 5)).unwrap();
    log.publish().unwrap();
    drop(log);
    reedbed_ledger::disk::Disk::write(&disk, "checkpoint", &head).unwrap();
    let opened = Log::open(&disk, log_key(), &[]);
    assert!(matches!(opened, Err(LogError::Older { size: 5, known: 10 })), "{opened:?}");
}

#[test]
fn a_damaged_entry_is_not_signed_over() {
    use reedbed_ledger::disk::{Disk as _, Source as _};
    let disk = Memory::default();
    let mut log = filled(&disk, &[200]);
    let path = "tile/entries/000.p/200";
    let mut bytes = disk.read(path).unwrap().unwrap();
    bytes[77] ^= 4;
    disk.write(path, &bytes).unwrap();
    let before = disk.read("checkpoint").unwrap();
    log.append(entries(200, 3)).unwrap();
    assert!(matches!(log.publish(), Err(LogError::Damaged { .. })));
    assert!(matches!(log.publish(), Err(LogError::Failed)));
    assert_eq!(disk.read("checkpoint").unwrap(), before);
}

#[test]
fn there_is_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::at(folder.path()).unwrap();
    let lock = disk.lock().unwrap();
    let second = Folder::at(folder.path()).unwrap();
    assert_eq!(second.lock().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(lock);
    assert!(second.lock().is_ok());
}

#[test]
fn a_log_in_a_folder_is_opened_appended_to_and_audited() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::at(folder.path()).unwrap();
    let log = filled(&disk, &[3, 255, 300]);
    assert!(matches!(Log::create(&disk, log_key()), Err(LogError::Present)));
    drop(log);
    let disk = Folder::at(folder.path()).unwrap();
    let mut log = Log::open(&disk, log_key(), &[]).unwrap();
    log.append(entries(558, 2)).unwrap();
    drop(log);
    let mut log = Log::open(&disk, log_key(), &[]).unwrap();
    assert_eq!((log.head().size, log.acknowledged()), (558, 560));
    log.publish().unwrap();
    let mut seen = Vec::new();
    audit(&disk, &policy(), &[], |_, entry| seen.push(entry.to_vec())).unwrap();
    assert_eq!(seen, entries(0, 560));
}

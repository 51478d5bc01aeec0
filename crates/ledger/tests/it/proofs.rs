//! Proofs in files: what holds, and that nothing else does.

use reedbed_ledger::note::KeyKind;
use reedbed_ledger::policy::Policy;
use reedbed_ledger::proof::Proof;

use crate::support::{Memory, Random, entries, filled, log_key, signer, times};

fn policy() -> Policy {
    let witness = signer("w.example", KeyKind::Cosignature, 4);
    let text =
        format!("log {}\nwitness w {}\nquorum w\n", log_key().verifier(), witness.verifier());
    Policy::read(text.as_bytes()).unwrap()
}

/// A cosigned log of some hundred entries, and the proof of one of them.
fn proved(index: u64) -> String {
    let disk = Memory::default();
    let mut log = filled(&disk, &[300]);
    let witness = signer("w.example", KeyKind::Cosignature, 4);
    let signature = witness.sign(&log.note().text, 1_700_000_000);
    let added = log.add_cosignatures(&[signature], &[witness.verifier().clone()]).unwrap();
    assert_eq!(added, 1);
    log.prove(index).unwrap().to_string()
}

/// Whether a file proves an entry, as an outsider sees it.
fn holds(text: &str, entry: &[u8]) -> bool {
    let Ok(proof) = Proof::read(text) else { return false };
    let Ok(verdict) = policy().check(&proof.checkpoint) else { return false };
    proof.verify_entry(&verdict.head, entry).is_ok()
}

#[test]
fn every_entry_is_proved_by_its_file_and_no_other_entry_is() {
    let all = entries(0, 300);
    for index in [0, 1, 128, 255, 256, 299] {
        let text = proved(index);
        assert_eq!(Proof::read(&text).unwrap().to_string(), text);
        let at = usize::try_from(index).unwrap();
        assert!(holds(&text, &all[at]), "{index}");
        assert!(!holds(&text, &all[(at + 1) % 300]), "{index}");
        assert!(!holds(&text, b""), "{index}");
    }
}

#[test]
fn extra_data_are_carried_and_prove_nothing() {
    let text = proved(7);
    let with = text.replacen("\nindex", "\nextra aGVsbG8=\nindex", 1);
    let proof = Proof::read(&with).unwrap();
    assert_eq!(proof.extra.as_deref(), Some(b"hello".as_slice()));
    assert!(holds(&with, &entries(7, 1)[0]));
}

#[test]
fn of_twenty_thousand_changed_files_none_proves_anything() {
    let (text, entry) = (proved(77), entries(77, 1).remove(0));
    assert!(holds(&text, &entry));
    let mut random = Random::new(1);
    let mut read = 0_u64;
    for number in 0..times(20_000) {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..1 + random.below(3) {
            let at = random.below(bytes.len());
            match random.below(6) {
                0 => bytes[at] ^= 1 << random.below(7),
                1 => bytes[at] = b"0123456789+/=ABCabc\n -"[random.below(22)],
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, bytes[random.below(bytes.len())]),
                4 => {
                    // Lines change places.
                    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
                    lines.swap(a, b);
                    bytes = lines.join(&b'\n');
                }
                _ => bytes.truncate(at),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        if changed == text {
            continue;
        }
        read += u64::from(Proof::read(&changed).is_ok());
        if holds(&changed, &entry) {
            // What is not signed and not on the path may differ: a signature line by nobody known.
            let (own, other) = (Proof::read(&text).unwrap(), Proof::read(&changed).unwrap());
            assert_eq!(own.index, other.index, "number {number}");
            assert_eq!(own.path, other.path, "number {number}");
            assert_eq!(own.checkpoint.text, other.checkpoint.text, "number {number}");
            assert!(
                own.checkpoint.signatures.iter().all(|s| other.checkpoint.signatures.contains(s)),
                "number {number}: {changed}"
            );
        }
    }
    assert!(read > 100, "the changes are too coarse: {read} could be read");
}

#[test]
fn a_proof_that_is_too_long_is_refused_before_it_is_hashed() {
    let text = proved(3);
    let line = text.lines().nth(2).unwrap().to_owned() + "\n";
    let (head, rest) = text.split_at(text.find(&line).unwrap());
    let long = format!("{head}{}{rest}", line.repeat(64));
    assert!(Proof::read(&long).is_err());
}

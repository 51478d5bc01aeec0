//! What the public log tells: nothing of what its entries are about.

use std::collections::BTreeMap;

use reedbed_ledger::disk::{Disk as _, Source as _};
use reedbed_ledger::entry::{Count, Entry, FIELDS, Kind, LENGTH, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::opening::{Opening, OpeningError, Openings, commitment};

use crate::support::{Memory, Random, times};

fn made(kind: Kind, recipient: &str, random: &mut Random) -> (Entry, Opening) {
    let values = BTreeMap::from([
        ("dataset", "records of the reserve".to_owned()),
        ("recipient", recipient.to_owned()),
        ("package", "0123".to_owned()),
    ]);
    let (opening, commitments) = Opening::commit(&values).unwrap();
    let mut id = [0; 16];
    id.iter_mut().for_each(|byte| *byte = u8::try_from(random.below(256)).unwrap());
    let entry = Entry {
        kind,
        day: "2026-11-23".to_owned(),
        id,
        policy: Hash::of(b"rules"),
        purpose: Purpose::Research,
        precision: Precision::Tens,
        count: Count::class(1_234),
        commitments,
    };
    (entry, opening)
}

#[test]
fn entries_have_one_length_and_are_read_as_they_are_written_and_not_otherwise() {
    let mut random = Random::new(1);
    for kind in Kind::ALL {
        let (entry, opening) = made(*kind, "University of Somewhere", &mut random);
        let bytes = entry.to_bytes().unwrap();
        assert_eq!(bytes.len(), LENGTH);
        assert_eq!(Entry::read(&bytes).unwrap(), entry);
        opening.verify(&entry).unwrap();
        assert_eq!(Opening::read(&opening.to_text()).unwrap(), opening);
        for at in (0..LENGTH).step_by(3) {
            let mut other = bytes.clone();
            other[at] ^= 1;
            // What can still be read is another entry.
            assert!(Entry::read(&other).map_or(true, |read| read != entry), "byte {at}");
        }
    }
    let (mut entry, _) = made(Kind::Release, "x", &mut random);
    for day in ["2026-02-29", "2026-13-01", "2026-1-1", "yesterday", "2026-11-23T10"] {
        day.clone_into(&mut entry.day);
        assert!(entry.to_bytes().is_err(), "{day}");
    }
}

#[test]
fn whoever_knows_all_partners_guesses_no_better_than_chance() {
    let partners = ["Uni North", "Uni South", "Agency", "Museum"];
    let mut random = Random::new(2);
    let number = times(100_000);
    let mut right = 0_u64;
    for _ in 0..number {
        let of = random.below(partners.len());
        let (entry, _) = made(Kind::Release, partners[of], &mut random);
        let bytes = entry.to_bytes().unwrap();
        // The guesser tries each partner with salts that are easy to think of, and takes what fits;
        // else what the bytes of the commitment would choose by any fixed rule.
        let committed = entry.commitments[1];
        let salts = [[0; 32], Hash::of(&entry.id).0, entry.policy.0, Hash::of(b"").0];
        let guess = (0..partners.len()).find(|at| {
            salts.iter().any(|salt| commitment("recipient", salt, partners[*at]) == committed)
        });
        let by_bytes = usize::from(committed.0[0] ^ bytes[700]) % partners.len();
        right += u64::from(guess.unwrap_or(by_bytes) == of);
    }
    // Five standard deviations round a quarter.
    let (mean, deviation) = (number as f64 / 4.0, (number as f64 * 3.0 / 16.0).sqrt());
    assert!((right as f64 - mean).abs() < 5.0 * deviation, "{right} of {number}");
}

#[test]
fn equal_values_have_commitments_that_differ() {
    let mut random = Random::new(3);
    let (one, _) = made(Kind::Release, "same", &mut random);
    let (two, _) = made(Kind::Release, "same", &mut random);
    for (field, (a, b)) in FIELDS.iter().zip(one.commitments.iter().zip(&two.commitments)) {
        assert_ne!(a, b, "{field}");
    }
}

#[test]
fn an_opening_is_shown_until_it_is_destroyed_and_some_remain_for_good() {
    let disk = Memory::default();
    let openings = Openings::on(&disk).unwrap();
    let mut random = Random::new(4);
    let (release, opening) = made(Kind::Release, "University of Somewhere", &mut random);
    assert!(matches!(openings.show(&release), Err(OpeningError::Missing)));
    openings.keep(&release, &opening).unwrap();
    assert_eq!(openings.show(&release).unwrap(), opening);
    // Nothing of it stands on the disk in the open.
    for (path, bytes) in disk.all() {
        assert!(!String::from_utf8_lossy(&bytes).contains("Somewhere"), "{path}");
    }
    // It is no other entry's.
    let (other, _) = made(Kind::Release, "University of Somewhere", &mut random);
    let path = |entry: &Entry, end: &str| format!("openings/{}.{end}", entry.id_text());
    for end in ["sealed", "key"] {
        let bytes = disk.read(&path(&release, end)).unwrap().unwrap();
        disk.write(&path(&other, end), &bytes).unwrap();
    }
    assert!(matches!(openings.show(&other), Err(OpeningError::Wrong)));
    openings.destroy(&release).unwrap();
    assert!(matches!(openings.show(&release), Err(OpeningError::Destroyed)));
    assert!(matches!(openings.destroy(&release), Err(OpeningError::Destroyed)));
    for kind in [Kind::Officer, Kind::Revocation, Kind::Agreement] {
        let (kept, opening) = made(kind, "x", &mut random);
        openings.keep(&kept, &opening).unwrap();
        assert!(matches!(openings.destroy(&kept), Err(OpeningError::Kept { .. })));
        assert_eq!(openings.show(&kept).unwrap(), opening);
    }
}

//! Every bit of a log: a flip is found, or lies beside what the head stands for.

use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::Disk as _;
use reedbed_ledger::policy::Policy;
use reedbed_ledger::tile::Tile;

use crate::support::{Memory, asked, filled, log_key};

#[test]
fn every_flipped_bit_of_a_log_of_a_thousand_entries_is_found() {
    let disk = Memory::default();
    // Published in steps, so that partial tiles are left that the last head does not need.
    let log = filled(&disk, &[300, 211, 489]);
    let policy = Policy::of_log(log_key().verifier().clone());
    let size = log.head().size;
    assert_eq!(size, 1_000);
    drop(log);
    audit(&disk, &policy, &[], |_, _| ()).unwrap();
    let needed: Vec<String> = Tile::all_in(size).into_iter().map(Tile::path).collect();
    let (mut found, mut beside) = (0_u64, 0_u64);
    // Every bit in the long run; each day a share of them that differs from file to file.
    let every = if asked().is_some() { 1 } else { 400 };
    for (number, (path, bytes)) in disk.all().into_iter().enumerate() {
        let is_committed = path == "checkpoint" || needed.contains(&path);
        if !is_committed {
            // A journal, or a partial tile of an older head.
            assert!(path.starts_with("journal-") || path.contains(".p/"), "{path}");
            beside += 1;
            continue;
        }
        for bit in (number % every..bytes.len() * 8).step_by(every) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            disk.write(&path, &flipped).unwrap();
            assert!(audit(&disk, &policy, &[], |_, _| ()).is_err(), "bit {bit} of {path}");
            found += 1;
        }
        disk.write(&path, &bytes).unwrap();
    }
    audit(&disk, &policy, &[], |_, _| ()).unwrap();
    assert!(found > 500 && beside > 0, "{found} found, {beside} files beside");
}

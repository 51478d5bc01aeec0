//! Measures a ledger in a folder: `measure FOLDER SECONDS BATCH`. `cargo xtask bench ledger` runs it.
//!
//! Prints facts, one a line: the file system's own syncs a second, entries of 1 KiB that were made safe
//! a second with the time that a caller waited, publishing once a second as it goes on; then the audit
//! of all of it, and one proof.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it found"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::{Disk, Folder};
use reedbed_ledger::log::Log;
use reedbed_ledger::note::{KeyKind, Signer};
use reedbed_ledger::policy::Policy;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seconds, batch] = arguments.as_slice() else {
        println!("usage: measure FOLDER SECONDS BATCH");
        return;
    };
    let (seconds, batch): (u64, u64) = (seconds.parse().unwrap(), batch.parse().unwrap());
    let disk = Folder::at(Path::new(folder)).unwrap();

    // The file system alone: one small write and sync after the other.
    let begun = Instant::now();
    let mut syncs = 0_u32;
    while begun.elapsed() < Duration::from_secs(2) {
        disk.append("alone", &[7; 1_100]).unwrap();
        disk.sync("alone").unwrap();
        syncs += 1;
    }
    println!("syncs a second\t{:.0}", f64::from(syncs) / begun.elapsed().as_secs_f64());

    let signer = || Signer::of_seed("bench.example/ledger", KeyKind::Ed25519, [1; 32]).unwrap();
    let mut log = Log::create(&disk, signer()).unwrap();
    let (mut waits, mut publishing) = (Vec::new(), Vec::new());
    let (begun, mut published) = (Instant::now(), Instant::now());
    let mut number = 0_u64;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let entries: Vec<Vec<u8>> = (0..batch)
            .map(|_| {
                number += 1;
                let mut entry = number.to_be_bytes().to_vec();
                entry.resize(1_024, 7);
                entry
            })
            .collect();
        // A caller waits for its batch, and for a head that is being signed meanwhile.
        let waiting = Instant::now();
        if published.elapsed() >= Duration::from_secs(1) {
            log.publish().unwrap();
            publishing.push(waiting.elapsed());
            published = Instant::now();
        }
        log.append(&entries).unwrap();
        waits.push(waiting.elapsed());
    }
    log.publish().unwrap();
    let rate = |part: u64| part as f64 / begun.elapsed().as_secs_f64();
    println!("entries a second\t{:.0}", rate(number));
    println!("entries\t{number}");
    tell("wait", &mut waits);
    tell("publishing", &mut publishing);

    let policy = Policy::of_log(signer().verifier().clone());
    let begun = Instant::now();
    audit(&disk, &policy, &[], |_, _| ()).unwrap();
    println!("audit, s\t{:.2}", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let proof = log.prove(number / 2).unwrap();
    println!("proof, ms\t{:.2}", begun.elapsed().as_secs_f64() * 1e3);
    println!("proof, bytes\t{}", proof.to_string().len());
}

/// Half of the times, and all but one in a hundred.
fn tell(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    for (name, share) in [("median", 50), ("99 %", 99)] {
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        let time = times.get(at).copied().unwrap_or_default();
        println!("{what}, {name}, ms\t{:.2}", time.as_secs_f64() * 1e3);
    }
}

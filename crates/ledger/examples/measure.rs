//! Measures a ledger in a folder: `measure callers FOLDER SECONDS CALLERS` and `measure growth FOLDER
//! ENTRIES`. `cargo xtask bench ledger` runs it.
//!
//! Prints facts, one a line. `callers`: the file system's own syncs a second; entries of 1 KiB that were
//! made safe a second with the time that each caller waited, while heads are signed beside it, one a
//! second; then the audit of all of it, and one proof. `growth`: what a hundred thousand entries more
//! cost as the log grows.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it found"
)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reedbed_ledger::audit::audit;
use reedbed_ledger::disk::{Disk, Folder};
use reedbed_ledger::log::{Log, prove};
use reedbed_ledger::note::{KeyKind, Signer};
use reedbed_ledger::policy::Policy;
use reedbed_ledger::shared::Shared;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["callers", folder, seconds, callers] => {
            callers_at_once(Path::new(folder), seconds.parse().unwrap(), callers.parse().unwrap());
        }
        ["growth", folder, entries] => growth(Path::new(folder), entries.parse().unwrap()),
        _ => println!("usage: measure callers FOLDER SECONDS CALLERS | growth FOLDER ENTRIES"),
    }
}

fn signer() -> Signer {
    Signer::of_seed("bench.example/ledger", KeyKind::Ed25519, [1; 32]).unwrap()
}

fn entry(number: u64, length: usize) -> Vec<u8> {
    let mut entry = number.to_be_bytes().to_vec();
    entry.resize(length, 7);
    entry
}

fn callers_at_once(folder: &Path, seconds: u64, callers: u64) {
    let disk = Folder::at(folder).unwrap();
    syncs_alone(&disk);
    let shared = Shared::new(&disk, Log::create(&disk, signer()).unwrap());
    let (is_done, number) = (AtomicBool::new(false), AtomicU64::new(0));
    let begun = Instant::now();
    let (mut waits, mut publishing) = std::thread::scope(|scope| {
        let publisher = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_done.load(Ordering::Relaxed) {
                let publishing = Instant::now();
                shared.publish().unwrap();
                times.push(publishing.elapsed());
                std::thread::sleep(Duration::from_secs(1).saturating_sub(publishing.elapsed()));
            }
            times
        });
        let all: Vec<_> = (0..callers)
            .map(|_| {
                scope.spawn(|| {
                    let mut waits = Vec::new();
                    while begun.elapsed() < Duration::from_secs(seconds) {
                        let entry = entry(number.fetch_add(1, Ordering::Relaxed), 1_024);
                        let waiting = Instant::now();
                        shared.append(vec![entry]).unwrap();
                        waits.push(waiting.elapsed());
                    }
                    waits
                })
            })
            .collect();
        let waits: Vec<Duration> =
            all.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
        is_done.store(true, Ordering::Relaxed);
        (waits, publisher.join().unwrap())
    });
    let rate = waits.len() as f64 / begun.elapsed().as_secs_f64();
    println!("entries a second\t{rate:.0}");
    println!("entries\t{}", waits.len());
    tell("wait", &mut waits);
    tell("a head", &mut publishing);

    let (head, note) = shared.publish().unwrap();
    let policy = Policy::of_log(signer().verifier().clone());
    let begun = Instant::now();
    audit(&disk, &policy, &[], |_, _| ()).unwrap();
    println!("audit, s\t{:.2}", begun.elapsed().as_secs_f64());
    println!("audit, entries a second\t{:.0}", head.size as f64 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let proof = prove(&disk, &head, &note, head.size / 2).unwrap();
    println!("proof, ms\t{:.2}", begun.elapsed().as_secs_f64() * 1e3);
    println!("proof, bytes\t{}", proof.to_string().len());
}

/// The file system alone: one small write and sync after the other.
fn syncs_alone(disk: &Folder) {
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let writing = Instant::now();
        disk.append("alone", &[7; 1_100]).unwrap();
        disk.sync("alone").unwrap();
        times.push(writing.elapsed());
    }
    disk.remove("alone").unwrap();
    println!("syncs a second\t{:.0}", times.len() as f64 / begun.elapsed().as_secs_f64());
    tell("a sync", &mut times);
}

/// Entries of the length of Reedbed's, in batches of 1,000, with a head for every 10,000.
fn growth(folder: &Path, entries: u64) {
    const STEP: u64 = 100_000;
    let disk = Folder::at(folder).unwrap();
    let mut log = Log::create(&disk, signer()).unwrap();
    let mut number = 0;
    while number < entries {
        let (mut appending, mut publishing) = (Duration::ZERO, Duration::ZERO);
        let end = (number + STEP).min(entries);
        while number < end {
            let batch: Vec<Vec<u8>> =
                (number..(number + 1_000).min(end)).map(|n| entry(n, 768)).collect();
            number += batch.len() as u64;
            let begun = Instant::now();
            log.append(batch).unwrap();
            appending += begun.elapsed();
            if number % 10_000 == 0 || number == end {
                let begun = Instant::now();
                log.publish().unwrap();
                publishing += begun.elapsed();
            }
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / STEP as f64;
        if number % 1_000_000 == 0 || number == entries || number == STEP {
            println!(
                "{number} entries: for each of the last {STEP}, µs to be safe {:.1}, into the tree {:.1}",
                each(appending),
                each(publishing)
            );
        }
    }
    let begun = Instant::now();
    drop(log);
    let log = Log::open(&disk, signer(), &[]).unwrap();
    println!("opening, ms\t{:.1}", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    let proof = log.prove(entries / 3).unwrap();
    println!("proof, ms\t{:.2}", begun.elapsed().as_secs_f64() * 1e3);
    println!("proof, bytes\t{}", proof.to_string().len());
    let begun = Instant::now();
    let policy = Policy::of_log(signer().verifier().clone());
    audit(&disk, &policy, &[], |_, _| ()).unwrap();
    println!("audit, s\t{:.1}", begun.elapsed().as_secs_f64());
}

/// Half of the times, all but one in a hundred, and the longest.
fn tell(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    for (name, share) in [("median", 50), ("99 %", 99), ("longest", 100)] {
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        let time = times.get(at).copied().unwrap_or_default();
        println!("{what}, {name}, ms\t{:.2}", time.as_secs_f64() * 1e3);
    }
}

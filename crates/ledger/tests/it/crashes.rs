//! Disks that fail at any step, and power cuts: nothing that was acknowledged is lost, and no head that
//! was signed fails later.

use reedbed_ledger::audit::audit;
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::log::{Log, LogError, entry};
use reedbed_ledger::policy::Policy;

use crate::support::{Fault, Memory, Random, entries, log_key, times};

/// What the world has seen of a log.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<Vec<u8>>,
    heads: Vec<Checkpoint>,
    /// Entries that were given and of which it is not known whether they were taken.
    unsure: Vec<Vec<u8>>,
}

/// Appends and publishes until something fails or the plan is done.
fn run(
    disk: &Memory,
    log: &mut Log<'_>,
    random: &mut Random,
    seen: &mut Seen,
) -> Result<(), LogError> {
    for _ in 0..2 + random.below(4) {
        append(log, random, seen)?;
        match random.below(3) {
            0 => {
                log.publish()?;
                seen.heads.push(log.head().clone());
            }
            // Entries come while a head is made; sometimes one is given up for a later one.
            1 => {
                let Some(mut draft) = log.draft()? else { continue };
                append(log, random, seen)?;
                if random.below(4) == 0 {
                    draft = log.draft()?.unwrap();
                }
                let built = draft.build(disk).inspect_err(|_error| log.fail())?;
                append(log, random, seen)?;
                log.finish(built)?;
                seen.heads.push(log.head().clone());
            }
            _ => (),
        }
    }
    Ok(())
}

fn append(log: &mut Log<'_>, random: &mut Random, seen: &mut Seen) -> Result<(), LogError> {
    // Some batches cross the border of a bundle.
    let number = [1, 2, 5, 130, 255][random.below(5)];
    let batch = entries(seen.acknowledged.len() as u64, number);
    seen.unsure = batch.clone();
    log.append(batch)?;
    seen.acknowledged.append(&mut seen.unsure);
    Ok(())
}

/// Opens what is left, and looks whether it is what the world has seen.
fn check(disk: &Memory, seen: &Seen, seed: u64) {
    let mut log = Log::open(disk, log_key(), &seen.heads)
        .unwrap_or_else(|error| panic!("seed {seed}: {error} {error:?}"));
    assert!(log.acknowledged() >= seen.acknowledged.len() as u64, "seed {seed}: entries are lost");
    let most = seen.acknowledged.len() + seen.unsure.len();
    assert!(log.acknowledged() <= most as u64, "seed {seed}: entries that nobody gave");
    log.publish().unwrap();
    let head = log.head().clone();
    for (index, wanted) in (0..).zip(seen.acknowledged.iter().chain(&seen.unsure)) {
        if index < head.size {
            assert_eq!(&entry(disk, &head, index).unwrap(), wanted, "seed {seed}: entry {index}");
        }
    }
    let policy = Policy::of_log(log_key().verifier().clone());
    audit(disk, &policy, &seen.heads, |_, _| ()).unwrap();
    // And it goes on.
    log.append(vec![b"after all".to_vec()]).unwrap();
    log.publish().unwrap();
}

fn trial(seed: u64, fault: Fault) {
    let mut random = Random::new(seed);
    let disk = Memory::default();
    let mut log = Log::create(&disk, log_key()).unwrap();
    let mut seen = Seen::default();
    let before = disk.steps();
    disk.fail_at(1 + random.below(90) as u64, fault);
    let result = run(&disk, &mut log, &mut random, &mut seen);
    if result.is_err() {
        // A head may have been signed and stored though the step after it failed.
        assert!(disk.steps() > before);
        if fault != Fault::Crash {
            assert!(matches!(log.append(vec![vec![1]]), Err(LogError::Failed)), "seed {seed}");
            assert!(matches!(log.publish(), Err(LogError::Failed)), "seed {seed}");
        }
    }
    drop(log);
    let left = match fault {
        Fault::Crash => disk.after_power_cut(&mut random),
        // The program ends, and what it wrote is there.
        Fault::Lost | Fault::Done => disk.backup(),
    };
    check(&left, &seen, seed);
}

#[test]
fn nothing_acknowledged_is_lost_where_the_power_is_cut() {
    for seed in 0..times(10_000) {
        trial(seed, Fault::Crash);
    }
}

#[test]
fn nothing_acknowledged_is_lost_where_a_step_fails() {
    for seed in 0..times(5_000) {
        trial(seed, Fault::Lost);
        trial(seed, Fault::Done);
    }
}

/// A sync fails, or the program ends; it is started again and goes on; then the power is cut.
fn trial_of_two(seed: u64, fault: Fault) {
    let mut random = Random::new(seed);
    let disk = Memory::default();
    let mut log = Log::create(&disk, log_key()).unwrap();
    let mut seen = Seen::default();
    disk.fail_at(1 + random.below(90) as u64, fault);
    let _ = run(&disk, &mut log, &mut random, &mut seen);
    drop(log);
    disk.fail_at(0, Fault::Lost);
    let Ok(mut log) = Log::open(&disk, log_key(), &seen.heads) else {
        panic!("seed {seed}: what is in the memory of the system cannot be opened")
    };
    // What nobody was sure of is there or not, and counts from now on.
    let unsure = std::mem::take(&mut seen.unsure);
    let taken = usize::try_from(log.acknowledged()).unwrap() - seen.acknowledged.len();
    seen.acknowledged.extend(unsure.into_iter().take(taken));
    let steps = 1 + random.below(40) as u64;
    disk.fail_at(steps, Fault::Crash);
    let _ = run(&disk, &mut log, &mut random, &mut seen);
    drop(log);
    check(&disk.after_power_cut(&mut random), &seen, seed);
}

#[test]
fn nothing_acknowledged_is_lost_where_the_power_is_cut_after_a_restart() {
    for seed in 0..times(2_500) {
        trial_of_two(seed, Fault::Lost);
        trial_of_two(seed, Fault::Done);
    }
}

#[test]
fn a_log_can_be_made_again_where_the_first_attempt_failed() {
    for step in 1..12 {
        for fault in [Fault::Lost, Fault::Done, Fault::Crash] {
            let disk = Memory::default();
            disk.fail_at(step, fault);
            let made = Log::create(&disk, log_key()).map(|_| ());
            let left = disk.after_power_cut(&mut Random::new(step));
            match (made, Log::open(&left, log_key(), &[])) {
                (Ok(()), opened) => assert_eq!(opened.unwrap().acknowledged(), 0),
                (Err(_), Ok(opened)) => assert_eq!(opened.acknowledged(), 0),
                (Err(_), Err(LogError::Missing)) => {
                    assert_eq!(Log::create(&left, log_key()).unwrap().acknowledged(), 0);
                }
                (Err(_), Err(error)) => panic!("step {step}: {error:?}"),
            }
        }
    }
}

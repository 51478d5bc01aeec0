//! Logs, keys and a disk in memory that loses what was not made safe.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use reedbed_ledger::disk::{Disk, Source, folder_of};
use reedbed_ledger::log::Log;
use reedbed_ledger::note::{KeyKind, Signer};
use reedbed_ledger::store::Store;

/// A small generator; the same seed gives the same numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF0)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }
}

/// How often a test is repeated: as is enough for every day, times what the long campaign asks for.
pub(crate) fn times(usual: u64) -> u64 {
    usual * asked().unwrap_or(1)
}

/// How many times as much the long campaign asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "the campaign of many cases is asked for from outside"
)]
pub(crate) fn asked() -> Option<u64> {
    std::env::var("LEDGER_TIMES").ok()?.parse().ok()
}

pub(crate) fn signer(name: &str, kind: KeyKind, seed: u8) -> Signer {
    Signer::of_seed(name, kind, [seed; 32]).unwrap()
}

pub(crate) fn log_key() -> Signer {
    signer("reserve.example/ledger", KeyKind::Ed25519, 7)
}

pub(crate) fn entries(first: u64, number: u64) -> Vec<Vec<u8>> {
    (first..first + number).map(|index| format!("entry {index} of this log").into_bytes()).collect()
}

/// A log of so many entries, published in steps.
pub(crate) fn filled<'d>(disk: &'d dyn Store, steps: &[u64]) -> Log<'d> {
    let mut log = Log::create(disk, log_key()).unwrap();
    let mut first = 0;
    for number in steps {
        log.append(entries(first, *number)).unwrap();
        log.publish().unwrap();
        first += number;
    }
    log
}

/// What goes wrong at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The step does nothing, and says so.
    Lost,
    /// The step is done, and says that it failed.
    Done,
    /// The machine stops before the step.
    Crash,
}

#[derive(Debug, Default, Clone)]
struct File {
    now: Vec<u8>,
    safe: Vec<u8>,
    /// How much of it was given to the disk, or given up by it.
    clean: usize,
    /// What the disk gave up when a sync failed: it is read as it was written, and no later sync
    /// writes it.
    lost: Vec<std::ops::Range<usize>>,
}

#[derive(Debug, Clone)]
enum Change {
    Named(String, usize),
    Renamed(String, String),
    Removed(String),
}

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    safe_names: BTreeMap<String, usize>,
    /// Changes of names since their folder was made safe, in order.
    changes: Vec<Change>,
    steps: u64,
    fault: Option<(u64, Fault)>,
    is_stopped: bool,
}

/// A disk in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<State>);

impl Memory {
    /// Lets a step go wrong, counted from now.
    pub(crate) fn fail_at(&self, step: u64, fault: Fault) {
        let mut state = self.0.lock().unwrap();
        state.fault = Some((state.steps + step, fault));
    }

    pub(crate) fn steps(&self) -> u64 {
        self.0.lock().unwrap().steps
    }

    /// What is there after the power was cut: what was made safe, and of the rest whatever chance
    /// left: some changes of names in their order, and of each file the old content, the new one, or
    /// sectors of both.
    pub(crate) fn after_power_cut(&self, random: &mut Random) -> Self {
        let state = self.0.lock().unwrap();
        let mut names = state.safe_names.clone();
        let kept = random.below(state.changes.len() + 1);
        for change in state.changes.iter().take(kept) {
            apply(&mut names, change);
        }
        let files: Vec<File> = state
            .files
            .iter()
            .map(|file| {
                let bytes = match random.below(4) {
                    0 => file.safe.clone(),
                    1 => file.now.clone(),
                    2 => torn(file, random, true),
                    _ => torn(file, random, false),
                };
                File { clean: bytes.len(), now: bytes.clone(), safe: bytes, lost: Vec::new() }
            })
            .collect();
        let safe_names = names.clone();
        Self(Mutex::new(State { files, names, safe_names, ..State::default() }))
    }

    /// A copy of everything, as a backup has it.
    pub(crate) fn backup(&self) -> Self {
        let state = self.0.lock().unwrap();
        let files = state.files.iter().map(|file| File {
            now: file.now.clone(),
            safe: file.now.clone(),
            clean: file.now.len(),
            lost: Vec::new(),
        });
        let (files, names) = (files.collect(), state.names.clone());
        let safe_names = names.clone();
        Self(Mutex::new(State { files, names, safe_names, ..State::default() }))
    }

    /// All files with their content.
    pub(crate) fn all(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.0.lock().unwrap();
        state.names.iter().map(|(name, at)| (name.clone(), state.files[*at].now.clone())).collect()
    }

    fn step<R>(&self, call: impl FnOnce(&mut State) -> io::Result<R>) -> io::Result<R> {
        self.step_or(call, |_| ())
    }

    /// A step, and what is left of it where it is lost.
    fn step_or<R>(
        &self,
        call: impl FnOnce(&mut State) -> io::Result<R>,
        lose: impl FnOnce(&mut State),
    ) -> io::Result<R> {
        let mut state = self.0.lock().unwrap();
        if state.is_stopped {
            return Err(io::Error::other("the machine is off"));
        }
        state.steps += 1;
        match state.fault {
            Some((at, Fault::Lost)) if at == state.steps => {
                lose(&mut state);
                Err(io::Error::other("lost"))
            }
            Some((at, Fault::Done)) if at == state.steps => {
                call(&mut state)?;
                Err(io::Error::other("done and said to have failed"))
            }
            Some((at, Fault::Crash)) if at == state.steps => {
                state.is_stopped = true;
                Err(io::Error::other("the machine went off"))
            }
            _ => call(&mut state),
        }
    }
}

/// Sectors of the old and the new content; what was added may be there only up to somewhere.
fn torn(file: &File, random: &mut Random, is_prefix: bool) -> Vec<u8> {
    const SECTOR: usize = 64;
    let length = if is_prefix { random.below(file.now.len() + 1) } else { file.now.len() };
    let mut bytes = vec![0; length.max(file.safe.len().min(file.now.len()))];
    for at in (0..bytes.len()).step_by(SECTOR) {
        let of = if random.below(2) == 0 || is_prefix { &file.now } else { &file.safe };
        for (to, from) in bytes.iter_mut().skip(at).take(SECTOR).zip(of.iter().skip(at)) {
            *to = *from;
        }
    }
    bytes
}

fn apply(names: &mut BTreeMap<String, usize>, change: &Change) {
    match change {
        Change::Named(name, file) => {
            names.insert(name.clone(), *file);
        }
        Change::Renamed(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Change::Removed(name) => {
            names.remove(name);
        }
    }
}

impl State {
    fn change(&mut self, change: Change) {
        apply(&mut self.names, &change);
        self.changes.push(change);
    }

    fn file(&mut self, path: &str) -> usize {
        if let Some(at) = self.names.get(path) {
            return *at;
        }
        self.files.push(File::default());
        let at = self.files.len() - 1;
        self.change(Change::Named(path.to_owned(), at));
        at
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Source for Memory {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let state = self.0.lock().unwrap();
        if state.is_stopped {
            return Err(io::Error::other("the machine is off"));
        }
        Ok(state.names.get(path).map(|at| state.files[*at].now.clone()))
    }
}

impl Disk for Memory {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.step(|state| {
            let at = state.file(path);
            let file = &mut state.files[at];
            file.now = bytes.to_vec();
            file.clean = 0;
            file.lost.clear();
            Ok(())
        })
    }

    fn append(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.step(|state| {
            let at = state.file(path);
            state.files[at].now.extend_from_slice(bytes);
            Ok(())
        })
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        let sync = |state: &mut State| {
            let at = *state.names.get(path).ok_or_else(missing)?;
            let file = &mut state.files[at];
            file.safe = file.now.clone();
            for lost in &file.lost {
                file.safe[lost.clone()].fill(0);
            }
            file.clean = file.now.len();
            Ok(())
        };
        self.step_or(sync, |state| {
            if let Some(at) = state.names.get(path) {
                let file = &mut state.files[*at];
                file.lost.push(file.clean..file.now.len());
                file.clean = file.now.len();
            }
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.step(|state| {
            state.names.get(from).ok_or_else(missing)?;
            state.change(Change::Renamed(from.to_owned(), to.to_owned()));
            Ok(())
        })
    }

    fn sync_folder(&self, path: &str) -> io::Result<()> {
        self.step(|state| {
            // Names of all folders up to the last change in this one: as a journal of the file system
            // does it.
            let is_here = |change: &Change| {
                let name = match change {
                    Change::Named(name, _) | Change::Removed(name) => name,
                    Change::Renamed(_, to) => to,
                };
                folder_of(name) == path
            };
            let end = state.changes.iter().rposition(is_here).map_or(0, |at| at + 1);
            let done: Vec<Change> = state.changes.drain(..end).collect();
            for change in &done {
                apply(&mut state.safe_names, change);
            }
            Ok(())
        })
    }

    fn create_folder(&self, _path: &str) -> io::Result<()> {
        self.step(|_| Ok(()))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.step(|state| {
            if state.names.contains_key(path) {
                state.change(Change::Removed(path.to_owned()));
            }
            Ok(())
        })
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let state = self.0.lock().unwrap();
        let here = state.names.keys().filter(|name| folder_of(name) == path);
        Ok(here.map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()).collect())
    }
}

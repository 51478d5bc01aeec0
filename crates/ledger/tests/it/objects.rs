//! Logs in stores of objects: the one in memory and the one in a folder, several writers, and requests
//! that fail.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use reedbed_ledger::audit::audit;
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::log::{Built, Log, LogError, entry};
use reedbed_ledger::objects::Objects;
use reedbed_ledger::policy::Policy;

use crate::support::{Fault, Random, entries, filled, log_key, times};

fn policy() -> Policy {
    Policy::of_log(log_key().verifier().clone())
}

/// The stores that logs are tried on; the folder of one is gone with the last value.
fn stores() -> Vec<(&'static str, Arc<dyn ObjectStore>, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let local = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    vec![("memory", Arc::new(InMemory::new()), None), ("folder", Arc::new(local), Some(folder))]
}

#[test]
fn a_log_of_objects_is_like_one_of_files() {
    for (name, store, _folder) in stores() {
        let objects = Objects::in_store(Arc::clone(&store)).unwrap();
        let mut log = filled(&objects, &[1, 255, 300, 2]);
        log.append(entries(558, 3)).unwrap();
        drop(log);
        // Who opens it anew goes on with what was waiting.
        let again = Objects::in_store(store).unwrap();
        let mut log = Log::open(&again, log_key(), &[]).unwrap();
        assert_eq!((log.head().size, log.acknowledged()), (558, 561), "{name}");
        log.publish().unwrap();
        let mut seen = Vec::new();
        audit(&again, &policy(), &[], |_, entry| seen.push(entry.to_vec())).unwrap();
        assert_eq!(seen, entries(0, 561), "{name}");
        let proof = log.prove(400).unwrap();
        proof.verify_entry(log.head(), &entries(400, 1)[0]).unwrap();
        assert!(matches!(Log::create(&again, log_key()), Err(LogError::Present)), "{name}");
    }
}

#[test]
fn a_writer_who_was_replaced_acknowledges_nothing_and_signs_no_second_history() {
    for (name, store, _folder) in stores() {
        let [first, second, third] =
            [(); 3].map(|()| Objects::in_store(Arc::clone(&store)).unwrap());
        let mut old = filled(&first, &[5]);
        old.append(entries(5, 2)).unwrap();
        let built = old.draft().unwrap().unwrap().build(&first).unwrap();
        let mut new = Log::open(&second, log_key(), &[]).unwrap();
        assert_eq!(new.acknowledged(), 7, "{name}");
        // The old one woke up: what it stores is not acknowledged.
        assert!(matches!(old.append(vec![b"late".to_vec()]), Err(LogError::Raced)), "{name}");
        // The place is taken, so the new one looks again.
        assert!(matches!(new.append(vec![b"new".to_vec()]), Err(LogError::Raced)), "{name}");
        let mut new = Log::open(&second, log_key(), &[]).unwrap();
        assert_eq!(new.acknowledged(), 8, "{name}");
        new.append(vec![b"new".to_vec()]).unwrap();
        new.publish().unwrap();
        // A head that the old one made before cannot be the second that follows one head.
        let mut old = Log::open(&first, log_key(), &[]).unwrap();
        assert!(matches!(old.finish(built), Err(LogError::Raced)), "{name}");
        let other = Log::open(&third, log_key(), &[]).unwrap();
        assert_eq!(other.head().size, 9, "{name}");
    }
}

#[test]
fn the_head_that_is_fetched_may_be_behind_and_the_log_is_not() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let faulty = Arc::new(Faulty::over(Arc::clone(&store)));
    let objects = Objects::in_store(Arc::clone(&faulty) as Arc<dyn ObjectStore>).unwrap();
    let mut log = filled(&objects, &[5]);
    log.append(entries(5, 1)).unwrap();
    let built = log.draft().unwrap().unwrap().build(&objects).unwrap();
    // The head is stored, and the machine stops before others can fetch it.
    faulty.fail_at(2, Fault::Crash);
    log.finish(built).unwrap_err();
    let objects = Objects::in_store(store).unwrap();
    let mut log = Log::open(&objects, log_key(), &[]).unwrap();
    assert_eq!(log.head().size, 6);
    log.append(entries(6, 1)).unwrap();
    log.publish().unwrap();
    assert_eq!(audit(&objects, &policy(), &[], |_, _| ()).unwrap().head.size, 7);
}

/// What the world has seen of a log.
#[derive(Default)]
struct Seen {
    /// By index.
    acknowledged: Vec<(u64, Vec<u8>)>,
    heads: Vec<Checkpoint>,
}

/// Three writers take turns at random, each thinking that it is the only one, over requests of which
/// one fails.
fn trial(seed: u64, fault: Option<Fault>) {
    let mut random = Random::new(seed);
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let faulty = Arc::new(Faulty::over(Arc::clone(&store)));
    let all =
        [(); 3].map(|()| Objects::in_store(Arc::clone(&faulty) as Arc<dyn ObjectStore>).unwrap());
    let mut writers = [(); 3].map(|()| None::<(Log<'_>, Option<Built>)>);
    writers[0] = Some((Log::create(&all[0], log_key()).unwrap(), None));
    if let Some(fault) = fault {
        faulty.fail_at(1 + random.below(80) as u64, fault);
    }
    let mut seen = Seen::default();
    for step in 0..30_u64 {
        let at = random.below(3);
        let Some((log, built)) = &mut writers[at] else {
            writers[at] = Log::open(&all[at], log_key(), &[]).ok().map(|log| (log, None));
            continue;
        };
        let result = match random.below(6) {
            0 => log.publish().map(|_| ()),
            1 => log.draft().and_then(|draft| {
                *built = draft.map(|draft| draft.build(&all[at])).transpose()?;
                Ok(())
            }),
            2 => built.take().map_or(Ok(()), |built| log.finish(built)),
            _ => {
                let batch: Vec<_> = (0..=random.below(3))
                    .map(|part| format!("{step} {part}").into_bytes())
                    .collect();
                log.append(batch.clone())
                    .map(|first| seen.acknowledged.extend((first..).zip(batch)))
            }
        };
        match result {
            Ok(()) if log.head().size > 0 => seen.heads.push(log.head().clone()),
            Ok(()) => (),
            // It is opened anew, or another goes on.
            Err(_) => writers[at] = None,
        }
    }
    drop(writers);
    let objects = Objects::in_store(store).unwrap();
    let mut log = Log::open(&objects, log_key(), &seen.heads)
        .unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
    log.publish().unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
    for (index, wanted) in &seen.acknowledged {
        let held = entry(&objects, log.head(), *index);
        assert_eq!(held.ok().as_ref(), Some(wanted), "seed {seed}: entry {index}");
    }
    audit(&objects, &policy(), &seen.heads, |_, _| ())
        .unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
}

#[test]
fn whoever_writes_nothing_acknowledged_is_lost_and_there_is_one_history() {
    for seed in 0..times(1_000) {
        trial(seed, None);
        for fault in [Fault::Lost, Fault::Done, Fault::Crash] {
            trial(seed, Some(fault));
        }
    }
}

/// A store of which a request fails.
#[derive(Debug)]
struct Faulty {
    inner: Arc<dyn ObjectStore>,
    state: Mutex<(u64, Option<(u64, Fault)>)>,
}

impl Faulty {
    fn over(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Lets a change go wrong, counted from now.
    fn fail_at(&self, step: u64, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.1 = Some((state.0 + step, fault));
    }

    /// What happens to the next change.
    fn step(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        match state.1 {
            Some((at, fault)) if at == state.0 || (fault == Fault::Crash && at < state.0) => {
                Some(fault)
            }
            _ => None,
        }
    }
}

fn failure() -> Error {
    Error::Generic { store: "Faulty", source: "it failed".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        match self.step() {
            None => self.inner.put_opts(at, bytes, how).await,
            Some(Fault::Done) => {
                self.inner.put_opts(at, bytes, how).await?;
                Err(failure())
            }
            Some(Fault::Lost | Fault::Crash) => Err(failure()),
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, how).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.step() {
            None => self.inner.delete_stream(at),
            Some(_) => Box::pin(futures_util::stream::once(async { Err(failure()) })),
        }
    }

    fn list(&self, of: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(of)
    }

    async fn list_with_delimiter(&self, of: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(of).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, how).await
    }
}

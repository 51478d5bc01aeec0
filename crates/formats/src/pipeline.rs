//! Chunks through worker threads, results back in order.
//!
//! One thread reads (and unpacks), some work, the caller's thread takes the results in the order of
//! the chunks. Bounded queues keep memory at a few chunks per worker.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::chunk::Chunk;
use crate::error::FormatError;
use crate::table::Chunks;

/// Runs `work` on every chunk and `take` on every result, in order.
///
/// Each worker has a state of its own, made by `start`; the states are handed back at the end.
///
/// Errors: the first error of reading or taking; later chunks are then not worked on.
pub fn run<S, T, E>(
    mut chunks: Chunks,
    workers: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, Chunk) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<Vec<S>, E>
where
    S: Send,
    T: Send,
    E: From<FormatError>,
{
    let workers = workers.max(1);
    let (chunk_in, chunk_out) = sync_channel::<(u64, Chunk)>(workers);
    let (done_in, done_out) = sync_channel::<(u64, T)>(workers);
    let chunk_out = Arc::new(Mutex::new(chunk_out));
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut number = 0;
            while let Some(chunk) = chunks.next_chunk()? {
                if chunk_in.send((number, chunk)).is_err() {
                    break;
                }
                number += 1;
            }
            Ok::<(), FormatError>(())
        });
        let crew: Vec<_> = (0..workers)
            .map(|_| {
                let (inbox, outbox) = (Arc::clone(&chunk_out), done_in.clone());
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    let mut state = start();
                    while let Some((number, chunk)) = next(&inbox) {
                        let done = work(&mut state, chunk);
                        if outbox.send((number, done)).is_err() {
                            break;
                        }
                    }
                    state
                })
            })
            .collect();
        drop((chunk_out, done_in));

        let taken = take_in_order(done_out, &mut take);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let states = crew
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        taken?;
        read?;
        Ok(states)
    })
}

fn next(inbox: &Mutex<Receiver<(u64, Chunk)>>) -> Option<(u64, Chunk)> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Takes results in order; owns the receiver, so that an error lets the workers stop.
fn take_in_order<T, E>(
    done: Receiver<(u64, T)>,
    take: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = BTreeMap::new();
    let mut wanted = 0_u64;
    for (number, result) in done {
        waiting.insert(number, result);
        while let Some(result) = waiting.remove(&wanted) {
            take(result)?;
            wanted += 1;
        }
    }
    Ok(())
}

//! What several workers need and each would have to find out: found out once.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Answers by question, shared between threads. Workers keep their own memory before it, so that
/// its lock is rarely asked for.
#[derive(Debug)]
pub(crate) struct Known<K, V> {
    answers: Mutex<FxHashMap<K, V>>,
}

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self { answers: Mutex::new(FxHashMap::default()) }
    }
}

impl<K: Hash + Eq, V: Clone> Known<K, V> {
    /// The answer, found now if nobody has found it. Two threads may find the same answer at the
    /// same time; both are right.
    pub(crate) fn of<Q>(&self, question: &Q, own: impl FnOnce() -> K, find: impl FnOnce() -> V) -> V
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers().get(question) {
            return answer.clone();
        }
        let answer = find();
        let mut answers = answers();
        if answers.len() < MOST {
            answers.insert(own(), answer.clone());
        }
        answer
    }
}

/// More are found anew each time.
const MOST: usize = 400_000;

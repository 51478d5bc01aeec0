//! Witnesses: who keep the last head of a log that they saw, and sign only what continues it.
//!
//! Source: C2SP tlog-witness.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::checkpoint::Checkpoint;
use crate::disk::{Disk, replace};
use crate::hash::Hash;
use crate::note::{Note, NoteError, Signature, Signer, Verifier};
use crate::tree::{LONGEST_PROOF, verify_consistency};

/// What a witness answers, in the terms of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    fn refused(status: u16, reason: &str) -> Self {
        Self { status, content_type: PLAIN, body: format!("{reason}\n") }
    }
}

/// A witness.
#[derive(Debug)]
pub struct Witness<D> {
    signer: Signer,
    /// By origin, the keys of the log.
    logs: BTreeMap<String, Vec<Verifier>>,
    disk: D,
    /// One request at a time is checked and stored, as one step.
    step: Mutex<()>,
}

impl<D: std::ops::Deref<Target = dyn Disk>> Witness<D> {
    /// A witness for some logs, which keeps what it saw on a disk.
    pub fn new(signer: Signer, logs: impl IntoIterator<Item = Verifier>, disk: D) -> Self {
        let mut by_origin: BTreeMap<String, Vec<Verifier>> = BTreeMap::new();
        for log in logs {
            by_origin.entry(log.name().to_owned()).or_default().push(log);
        }
        Self { signer, logs: by_origin, disk, step: Mutex::new(()) }
    }

    /// Its public key.
    pub fn verifier(&self) -> &Verifier {
        self.signer.verifier()
    }

    /// Answers a request to cosign a checkpoint, at a time in seconds since 1970.
    ///
    /// CRASH: the head may be stored and its cosignature not given; asking again gives it.
    pub fn add_checkpoint(&self, request: &str, now: u64) -> Answer {
        self.answer(request, now).unwrap_or_else(|answer| answer)
    }

    fn answer(&self, request: &str, now: u64) -> Result<Answer, Answer> {
        let (old, path, note) = read(request).map_err(|reason| Answer::refused(400, reason))?;
        let head = Checkpoint::read(&note.text);
        let head = head.map_err(|error| Answer::refused(400, &error.to_string()))?;
        let unknown = || Answer::refused(404, "the log is not known here");
        let keys = self.logs.get(&head.origin).ok_or_else(unknown)?;
        let is_signed = note.signed_by(keys);
        is_signed.map_err(|_error| Answer::refused(403, "no known key of the log signed it"))?;
        if old > head.size {
            return Err(Answer::refused(400, "the old size is larger than that of the checkpoint"));
        }
        let failed = |_| Answer::refused(500, "the witness cannot store what it saw");
        let Ok(_step) = self.step.lock() else {
            return Err(Answer::refused(500, "the witness failed before"));
        };
        let (seen, last) = self.state(&head.origin).map_err(failed)?;
        let (size, root) = seen.map_or((0, Hash::of_nothing()), |seen| (seen.size, seen.root));
        if old != size {
            let body = format!("{size}\n");
            return Err(Answer { status: 409, content_type: SIZE, body });
        }
        if old == head.size && root != head.root {
            return Err(if size == 0 {
                Answer::refused(422, "the root of the empty tree is another")
            } else {
                Answer { status: 409, content_type: SIZE, body: format!("{size}\n") }
            });
        }
        verify_consistency((size, root), (head.size, head.root), &path)
            .map_err(|error| Answer::refused(422, &error.to_string()))?;
        // A cosignature says that until its time nothing larger was seen, so times do not go back.
        if now.saturating_add(MOST_BACK) < last {
            return Err(Answer::refused(500, "the clock of the witness went back"));
        }
        let time = now.max(last);
        let state = format!("{}\ntime {time}\n", note.text);
        replace(&*self.disk, &path_of(&head.origin), state.as_bytes()).map_err(failed)?;
        let body = self.signer.sign(&note.text, time).to_string();
        Ok(Answer { status: 200, content_type: PLAIN, body })
    }

    /// The last head of a log that it signed.
    ///
    /// Errors: those of the disk; a file that is no head is one of them.
    pub fn seen(&self, origin: &str) -> std::io::Result<Option<Checkpoint>> {
        Ok(self.state(origin)?.0)
    }

    /// The last head that it signed, and the time of that.
    fn state(&self, origin: &str) -> std::io::Result<(Option<Checkpoint>, u64)> {
        let Some(bytes) = self.disk.read(&path_of(origin))? else { return Ok((None, 0)) };
        let read = || {
            let text = String::from_utf8(bytes).ok()?;
            let (head, time) = text.rsplit_once("\ntime ")?;
            let head = Checkpoint::read(head).ok().filter(|head| head.origin == origin)?;
            Some((Some(head), crate::note::number(time.strip_suffix('\n')?)?))
        };
        read().ok_or_else(|| std::io::ErrorKind::InvalidData.into())
    }
}

/// The request to cosign a checkpoint: the size that the witness saw last, the proof from there, and
/// the checkpoint.
pub fn request(old: u64, path: &[Hash], note: &Note) -> String {
    let mut text = format!("old {old}\n");
    for hash in path {
        text.push_str(&hash.to_base64());
        text.push('\n');
    }
    format!("{text}\n{note}")
}

/// Reads the cosignatures out of an answer.
///
/// Errors: [`NoteError::Form`].
pub fn cosignatures(body: &str) -> Result<Vec<Signature>, NoteError> {
    let lines = body.strip_suffix('\n');
    let lines = lines.ok_or(NoteError::Form { reason: "its last line has no end" })?;
    lines.split('\n').map(Signature::read).collect()
}

/// Reads the size out of an answer that says which one the witness saw last.
pub fn conflict(body: &str) -> Option<u64> {
    crate::note::number(body.strip_suffix('\n')?)
}

fn read(request: &str) -> Result<(u64, Vec<Hash>, Note), &'static str> {
    let (head, mut rest) = request.split_once('\n').ok_or("it has no lines")?;
    let old = head.strip_prefix("old ").and_then(crate::note::number);
    let old = old.ok_or("its first line is no old size")?;
    let mut path = Vec::new();
    loop {
        let (line, after) = rest.split_once('\n').ok_or("it has no checkpoint")?;
        rest = after;
        if line.is_empty() {
            break;
        }
        if path.len() == LONGEST_PROOF {
            return Err("its proof is too long");
        }
        path.push(Hash::from_base64(line).ok_or("a line of its proof is no hash")?);
    }
    let note = Note::read(rest).map_err(|_error| "its checkpoint is no signed note")?;
    Ok((old, path, note))
}

/// A log may be called anything; its file is called by a hash.
fn path_of(origin: &str) -> String {
    format!("{}.seen", Hash::of(origin.as_bytes()).to_hex())
}

const PLAIN: &str = "text/plain; charset=utf-8";
const SIZE: &str = "text/x.tlog.size";
/// A clock that is set right may go back by so much.
///
/// Units: seconds.
const MOST_BACK: u64 = 60;

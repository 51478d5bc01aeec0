//! Checkpoints: the head of the tree, as the log and its witnesses sign it.
//!
//! Source: C2SP tlog-checkpoint.

use crate::hash::Hash;
use crate::note::{self, Note, NoteError};
use crate::tree::LARGEST;

/// The head of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What names the log.
    pub origin: String,
    /// How many entries there are.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// Further lines; Reedbed writes none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64());
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a note.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn read(text: &str) -> Result<Self, NoteError> {
        let wrong = |reason| NoteError::Form { reason };
        let body = text.strip_suffix('\n').ok_or_else(|| wrong("its last line has no end"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(wrong("a checkpoint has three lines or more"));
        };
        if origin.is_empty() {
            return Err(wrong("its origin is empty"));
        }
        let size = note::number(size).filter(|size| *size <= LARGEST);
        let size = size.ok_or_else(|| wrong("its size is no number"))?;
        let root = Hash::from_base64(root).ok_or_else(|| wrong("its root is no hash"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(wrong("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads a note and what it says; nobody's signature is checked.
    ///
    /// Errors: [`NoteError::Form`].
    pub fn of_note(text: &str) -> Result<(Self, Note), NoteError> {
        let note = Note::read(text)?;
        Ok((Self::read(&note.text)?, note))
    }
}

//! Approvals of a copy: signatures over the digest of its manifest, by people whom the entry names.
//!
//! They lie in one signed note, which `docs/ledger-format.md` describes.

use crate::hash::Hash;
use crate::note::{KeyKind, Note, NoteError, Signer, Verifier};

/// Signatures over the digest of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvals(Note);

impl Approvals {
    /// None yet.
    pub fn none(manifest: &[u8]) -> Self {
        let text = format!("{HEAD}\n{}\n", Hash::of(manifest).to_hex());
        Self(Note { text, signatures: Vec::new() })
    }

    /// Reads approvals of a manifest.
    ///
    /// Errors: [`NoteError::Form`] where they are none, or of another manifest.
    pub fn read(text: &str, manifest: &[u8]) -> Result<Self, NoteError> {
        let note = Note::read(text)?;
        if note.text != Self::none(manifest).0.text {
            return Err(NoteError::Form { reason: "it approves another manifest" });
        }
        Ok(Self(note))
    }

    /// Approves.
    pub fn sign(&mut self, signer: &Signer) {
        let signature = signer.sign(&self.0.text, 0);
        if !self.0.signatures.contains(&signature) {
            self.0.signatures.push(signature);
        }
    }

    /// Whether a key approved.
    ///
    /// Errors: [`NoteError::Signature`] where its signature does not hold, and [`NoteError::Key`] for
    /// keys that are not those of people.
    pub fn is_by(&self, key: &Verifier) -> Result<bool, NoteError> {
        if key.kind() != KeyKind::Ed25519 {
            return Err(NoteError::Key { reason: "it is not one that approves" });
        }
        Ok(key.verify(&self.0)?.is_some())
    }

    /// As a file.
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }
}

const HEAD: &str = "reedbed-approval/v1";

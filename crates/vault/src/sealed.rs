//! Whatever is no table, sealed under a key: files as they are, and the keys of levels.
//!
//! The format is age's (C2SP age, X25519): chunks of 64 KiB, each authenticated with its number and with
//! whether it is the last, so that nothing is cut off, exchanged, repeated or put in another order.
//! A key of 32 bytes, which can be split among officers, is the secret of an age identity.

use std::io::{self, Read, Write};
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

use crate::shares::Key;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// A recipient is none.
    #[error("it is no age recipient of the kind X25519")]
    Recipient,
    /// It is not sealed to this key, or was changed.
    #[error("it is sealed to another key, or was changed")]
    Sealed,
    /// It cannot be read or written.
    #[error("a sealed file cannot be read or written")]
    File(#[from] io::Error),
}

/// The age identity whose secret a key is.
pub(crate) fn identity(key: &Key) -> Result<Identity, SealedError> {
    let hrp = Hrp::parse("age-secret-key-").map_err(|_error| SealedError::Recipient)?;
    let text = bech32::encode::<Bech32>(hrp, key.bytes()).map(Zeroizing::new);
    let text = text.map_err(|_error| SealedError::Recipient)?;
    let text = Zeroizing::new(text.to_uppercase());
    Identity::from_str(&text).map_err(|_error| SealedError::Recipient)
}

/// The key that an age identity is the secret of.
pub(crate) fn key_of(identity: &Identity) -> Option<Key> {
    let text = identity.to_string();
    let (_, bytes) = bech32::decode(text.expose_secret()).ok()?;
    let bytes = Zeroizing::new(bytes);
    Some(Key::new(bytes.as_slice().try_into().ok()?))
}

/// Who can open what is sealed under a key: an age recipient.
///
/// Errors: none in practice.
pub fn recipient_of(key: &Key) -> Result<String, SealedError> {
    Ok(identity(key)?.to_public().to_string())
}

/// Seals what is written to it to an age recipient; [`age::stream::StreamWriter::finish`] ends it.
///
/// Errors: [`SealedError`].
pub fn writer<W: Write>(
    out: W,
    recipient: &str,
) -> Result<age::stream::StreamWriter<W>, SealedError> {
    let recipient = Recipient::from_str(recipient).map_err(|_error| SealedError::Recipient)?;
    let recipients = [&recipient as &dyn age::Recipient];
    let encryptor = age::Encryptor::with_recipients(recipients.into_iter());
    let encryptor = encryptor.map_err(|_error| SealedError::Recipient)?;
    Ok(encryptor.wrap_output(out)?)
}

/// Opens what [`writer`] sealed to the recipient of a key. What is read before the end must not be
/// relied upon until the end was read.
///
/// Errors: [`SealedError::Sealed`] for another key, or where the beginning was changed.
pub fn reader<R: Read>(sealed: R, key: &Key) -> Result<age::stream::StreamReader<R>, SealedError> {
    let identity = identity(key)?;
    open_with(sealed, &identity)
}

pub(crate) fn open_with<R: Read>(
    sealed: R,
    identity: &Identity,
) -> Result<age::stream::StreamReader<R>, SealedError> {
    let decryptor = age::Decryptor::new(sealed).map_err(|_error| SealedError::Sealed)?;
    let identities = [identity as &dyn age::Identity];
    decryptor.decrypt(identities.into_iter()).map_err(|_error| SealedError::Sealed)
}

/// Seals bytes to an age recipient.
///
/// Errors: [`SealedError::Recipient`].
pub fn seal(recipient: &str, bytes: &[u8]) -> Result<Vec<u8>, SealedError> {
    let recipient = Recipient::from_str(recipient).map_err(|_error| SealedError::Recipient)?;
    age::encrypt(&recipient, bytes).map_err(|_error| SealedError::Recipient)
}

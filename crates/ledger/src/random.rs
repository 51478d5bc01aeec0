//! The one place where random bytes are drawn: for keys, salts and ids.

/// Random bytes; nothing where the system gives none.
#[expect(clippy::disallowed_methods, reason = "here is where the ledger draws randomness")]
pub(crate) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

//! Numbers as the formats write them: decimal digits without a leading zero.

/// Reads a number; nothing for any other spelling of it.
pub(crate) fn read(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = text == "0" || !text.starts_with('0');
    (is_plain && is_canonical).then(|| text.parse().ok()).flatten()
}

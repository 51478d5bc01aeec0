//! The only door to the terminal: results on stdout, everything else on stderr.

use std::io::Write;

/// Writes one line of result. A closed stdout is no reason to stop a check.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes one line for the person who watches.
pub(crate) fn problem(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Announces what starts now.
pub(crate) fn heading(text: &str) {
    line(&format!("\n── {text} ──"));
}

//! The two streams: results on standard output, everything else on standard error.

use std::io::{self, Write};

/// Writes a result line to standard output.
///
/// A closed pipe (`reedbed … | head`) ends the program quietly.
pub(crate) fn print(text: &str) -> Result<(), io::Error> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}

/// Writes a message to standard error; a message that cannot be written is lost.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

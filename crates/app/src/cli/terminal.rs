//! The two streams: results on standard output, everything else on standard error.

use std::io::{self, Write};

/// Writes a result line to standard output.
///
/// A closed pipe (`reedbed … | head`) is nothing that went wrong: the command goes on unheard, and
/// ends as it would have.
pub(crate) fn print(text: &str) -> Result<(), io::Error> {
    write(format!("{text}\n").as_bytes())
}

/// Writes a JSON document to standard output, indented, as every command does.
pub(crate) fn print_json(body: &serde_json::Value) -> Result<(), anyhow::Error> {
    Ok(print(&format!("{body:#}"))?)
}

/// Writes a fact to standard output: its parts on one line, parted by tabs.
pub(crate) fn fact(parts: &[&str]) -> Result<(), io::Error> {
    let is_break = |c: char| matches!(c, '\t' | '\n' | '\r');
    let parts: Vec<String> = parts.iter().map(|part| part.replace(is_break, " ")).collect();
    print(&parts.join("\t"))
}

/// Writes bytes to standard output as they are; as [`print()`] does.
pub(crate) fn write(bytes: &[u8]) -> Result<(), io::Error> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a message to standard error; a message that cannot be written is lost.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A number with its noun, which takes an `s` where there is not one.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

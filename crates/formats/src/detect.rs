//! Finds out how a plain table is written, from its first mebibyte.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Line ends of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    Cr,
    CrLf,
    Lf,
}

/// Finds the character set. A byte-order mark decides; zero bytes in every second place mean
/// UTF-16; text that is UTF-8 is UTF-8. Otherwise: where most lines with bytes beyond ASCII are
/// UTF-8, the file is UTF-8 with some broken rows; else it is Windows-1252, of which Latin-1's
/// letters are a part.
pub(crate) fn encoding(sample: &[u8]) -> (&'static Encoding, bool) {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return (encoding, false);
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let half = sample.len() / 2;
    if half > 8 {
        if zeros(1) * 10 > half * 8 && zeros(0) * 10 < half {
            return (UTF_16LE, true);
        }
        if zeros(0) * 10 > half * 8 && zeros(1) * 10 < half {
            return (UTF_16BE, true);
        }
    }
    match std::str::from_utf8(sample) {
        Ok(_) => return (UTF_8, false),
        // Only the end of the sample cuts a character.
        Err(error) if error.error_len().is_none() => return (UTF_8, false),
        Err(_) => {}
    }
    let (mut sound, mut broken) = (0, 0);
    for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() {
            sound += 1;
        } else {
            broken += 1;
        }
    }
    if sound > broken { (UTF_8, true) } else { (WINDOWS_1252, true) }
}

/// Finds delimiter, quotes and line end of decoded text.
///
/// The delimiter is the one of tab, comma, semicolon and pipe that cuts the first lines into the
/// same number of fields most often, and into most fields; in doubt the one of the first line.
pub(crate) fn form(text: &str) -> (u8, Option<u8>, LineEnd) {
    let terminator = match (text.find('\n'), text.find('\r')) {
        (None, Some(_)) => LineEnd::Cr,
        (Some(lf), Some(cr)) if cr + 1 == lf => LineEnd::CrLf,
        _ => LineEnd::Lf,
    };
    let lines: Vec<&str> = match terminator {
        LineEnd::Cr => text.split('\r').take(50).collect(),
        _ => text.lines().take(50).collect(),
    };
    let first = lines.iter().find(|line| !line.trim().is_empty()).copied().unwrap_or("");
    let delimiter = b"\t,;|"
        .iter()
        .copied()
        .max_by_key(|delimiter| {
            let fields = count_fields(first, *delimiter);
            let alike =
                lines.iter().filter(|line| count_fields(line, *delimiter) == fields).count();
            (usize::from(fields > 1), fields.min(3), alike, fields)
        })
        .unwrap_or(b',');
    // A tab-separated table is quoted only where a field begins with a quote and ends with one.
    let has_quotes = delimiter != b'\t' || has_quoted_fields(&lines);
    (delimiter, has_quotes.then_some(b'"'), terminator)
}

fn count_fields(line: &str, delimiter: u8) -> usize {
    let (mut fields, mut is_inside) = (1, false);
    for byte in line.bytes() {
        if byte == b'"' {
            is_inside = !is_inside;
        } else if byte == delimiter && !is_inside {
            fields += 1;
        }
    }
    fields
}

fn has_quoted_fields(lines: &[&str]) -> bool {
    lines
        .iter()
        .flat_map(|line| line.split('\t'))
        .any(|field| field.len() > 1 && field.starts_with('"') && field.ends_with('"'))
}

//! Times of day: read only to be sure that a text is nothing else, and to see a night.

/// What follows a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// Shaped like a time, and none: hour 25.
    Impossible,
    /// Minutes after midnight, in whatever zone.
    Minute(u16),
    /// No time.
    Unreadable,
}

/// Separates a date from the time that follows it, at a `T` between digits or a space before the
/// first colon.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let by_letter = bytes.iter().enumerate().position(|(at, byte)| {
        matches!(byte, b'T' | b't') && at > 0 && is_digit(at - 1) && is_digit(at + 1)
    });
    let by_space = || text.split(':').next().filter(|head| head.len() < text.len())?.rfind(' ');
    match by_letter.or_else(by_space).and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((date, time)) => (date.trim(), Some(time.trim())),
        None => (text, None),
    }
}

/// Reads a time: `15`, `15:13`, `15:13:54.576Z`, `1513`, `151354+0200`, `3:15 PM`.
pub(super) fn read(text: &str) -> Time {
    let (text, afternoon) = strip_half_day(without_zone(text));
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(fraction) {
        return Time::Unreadable;
    }
    let mut parts = [0_u16; 3];
    let pieces: Vec<&str> = if clock.contains(':') {
        clock.split(':').collect()
    } else {
        (0..clock.len()).step_by(2).filter_map(|at| clock.get(at..at + 2)).collect()
    };
    let is_whole = clock.contains(':') || pieces.len() * 2 == clock.len();
    if !is_whole || pieces.is_empty() || pieces.len() > 3 {
        return Time::Unreadable;
    }
    for (part, piece) in parts.iter_mut().zip(&pieces) {
        match super::number(piece, 1..=2) {
            Some(number) => *part = number,
            None => return Time::Unreadable,
        }
    }
    let [hour, minute, second] = parts;
    let hour = match (afternoon, hour) {
        (None, hour) => hour,
        (Some(_), 0 | 13..) => return Time::Impossible,
        (Some(false), 12) => 0,
        (Some(false), hour) => hour,
        (Some(true), 12) => 12,
        (Some(true), hour) => hour + 12,
    };
    // 24:00 is the end of a day, and second 60 a leap second.
    let is_time =
        minute < 60 && second <= 60 && (hour < 24 || (hour, minute, second) == (24, 0, 0));
    if is_time { Time::Minute(hour * 60 + minute) } else { Time::Impossible }
}

fn without_zone(text: &str) -> &str {
    if let Some(rest) = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" UTC")) {
        return rest.trim_end();
    }
    match text.split_once(['+', '-', '−']) {
        Some((rest, zone)) if !zone.is_empty() && zone.bytes().all(is_zone) => rest.trim_end(),
        _ => text,
    }
}

fn is_zone(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b':'
}

fn strip_half_day(text: &str) -> (&str, Option<bool>) {
    for (suffix, afternoon) in [("AM", false), ("PM", true)] {
        let at = text.len().saturating_sub(2);
        if text.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(suffix)) {
            return (text.get(..at).unwrap_or(text).trim_end(), Some(afternoon));
        }
    }
    (text, None)
}

//! Instants, as tracks, cameras and stations write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use reedbed_core::period::Day;

/// An instant.
///
/// Units: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Milliseconds.
    pub ms: i64,
    /// Whether its zone was stated; it is UTC otherwise.
    pub has_zone: bool,
    /// What the clock of its zone is ahead of UTC.
    ///
    /// Units: minutes.
    pub ahead_min: i32,
}

impl Instant {
    /// The day at the clock that wrote it, which is the day that people know.
    pub fn day(self) -> Option<Day> {
        let local_ms = self.ms.checked_add(i64::from(self.ahead_min) * 60_000)?;
        let days = local_ms.div_euclid(DAY_MS);
        i32::try_from(days).ok().map(Day::from_days_since_1970)
    }

    /// The instant in ISO 8601, UTC, with milliseconds only where there are any.
    pub fn utc(self) -> String {
        match Timestamp::from_millisecond(self.ms) {
            Ok(timestamp) => timestamp.to_string(),
            Err(_) => String::new(),
        }
    }
}

/// Reads an instant: `2021-05-14T06:30:00Z`, `2021-05-14 06:30:00.000`, with an offset or without.
///
/// Source: ISO 8601-1:2019; XML Schema `dateTime`; Movebank `yyyy-MM-dd HH:mm:ss.SSS`, UTC.
pub fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    // A date alone is no instant.
    text.contains(':').then_some(())?;
    if let Some((civil, ahead_min)) = split_offset(text) {
        let civil: DateTime = civil.parse().ok()?;
        let offset = Offset::from_seconds(ahead_min * 60).ok()?;
        let ms = offset.to_timestamp(civil).ok()?.as_millisecond();
        return Some(Instant { ms, has_zone: true, ahead_min });
    }
    let civil: DateTime = text.parse().ok()?;
    let ms = Offset::UTC.to_timestamp(civil).ok()?.as_millisecond();
    Some(Instant { ms, has_zone: false, ahead_min: 0 })
}

/// The date and time, and how many minutes its clock is ahead of UTC.
fn split_offset(text: &str) -> Option<(&str, i32)> {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return Some((civil, 0));
    }
    // The date has hyphens too: the sign of an offset stands behind the time.
    let time = text.find(['T', 't', ' '])?;
    let sign = text.rfind(['+', '-']).filter(|sign| *sign > time)?;
    let (civil, offset) = text.split_at_checked(sign)?;
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let (hours, minutes) = match digits.len() {
        2 => (number(0..2)?, 0),
        4 => (number(0..2)?, number(2..4)?),
        _ => return None,
    };
    let ahead = (hours <= 14 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some((civil, if offset.starts_with('-') { -ahead } else { ahead }))
}

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_the_spellings_of_the_field() {
        for (text, utc) in [
            ("2020-05-30T04:57:37+02:00", "2020-05-30T02:57:37Z"),
            ("2020-05-30T04:57:37+0200", "2020-05-30T02:57:37Z"),
            ("2018-05-09 14:59:05.000", "2018-05-09T14:59:05Z"),
            ("2020-05-30T02:57:37Z", "2020-05-30T02:57:37Z"),
            ("2010-01-01T23:30:00-03:30", "2010-01-02T03:00:00Z"),
            ("2013-01-01T12:00:00.25Z", "2013-01-01T12:00:00.25Z"),
        ] {
            assert_eq!(instant(text).map(Instant::utc).as_deref(), Some(utc), "{text}");
        }
        for text in ["", "2020-05-30", "12:30", "2020-13-30T04:57:37Z", "2020-05-30T25:00:00Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_clock_which_wrote_it() {
        let day = |text| instant(text).unwrap().day().unwrap().to_string();
        assert_eq!(day("2020-05-30T00:30:00+02:00"), "2020-05-30");
        assert_eq!(day("2020-05-30T23:30:00-03:00"), "2020-05-30");
        assert_eq!(day("1969-12-31T23:30:00Z"), "1969-12-31");
    }
}

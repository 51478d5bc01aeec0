//! Days and times as Excel counts them: days since a day of its own, the time as a fraction.

use crate::made::number::{day, duration, shortest, time};

/// What the format of a cell shows of its day and time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shown {
    day: bool,
    time: bool,
}

impl Shown {
    /// Reads a format code. A format that is not known shows what the value has.
    ///
    /// Source: ECMA-376 part 1, section 18.8.31 (number format codes).
    pub(super) fn of(code: &str) -> Self {
        let (mut shown, mut has_month) = (Self::default(), false);
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            match letter.to_ascii_lowercase() {
                '"' => {
                    letters.by_ref().find(|c| *c == '"');
                }
                '[' => {
                    letters.by_ref().find(|c| *c == ']');
                }
                '\\' | '_' | '*' => {
                    letters.next();
                }
                ';' => break,
                'y' | 'd' => shown.day = true,
                'h' | 's' => shown.time = true,
                'm' => has_month = true,
                _ => {}
            }
        }
        // An `m` beside hours or seconds stands for minutes.
        shown.day |= has_month && !shown.time;
        shown
    }
}

/// A day, a time of day or both.
///
/// A number that is no day stays a number. The 29 February 1900 that Excel counts and that never
/// was is written out, so that nothing takes it for another day.
pub(super) fn moment(value: f64, is_1904: bool, shown: Shown) -> String {
    let millis = (value * MILLIS_OF_DAY).round();
    if !(0.0..=LAST_MILLIS).contains(&millis) {
        return shortest(value);
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most some 10^14, as was checked")]
    let millis = millis as i64;
    let (days, nanos) = (millis / 86_400_000, millis % 86_400_000 * 1_000_000);
    let is_only_time = days == 0 && !(is_1904 && shown.day);
    if is_only_time {
        return if shown.time || nanos > 0 { time(nanos) } else { shortest(value) };
    }
    let date = match (is_1904, days) {
        (true, _) => day(days - 24_107),
        (false, 60) => return with_time("1900-02-29", nanos, shown),
        (false, ..60) => day(days - 25_568),
        (false, _) => day(days - 25_569),
    };
    date.map_or_else(|| shortest(value), |date| with_time(&date.to_string(), nanos, shown))
}

/// A length of time, which may be longer than a day.
pub(super) fn length(value: f64) -> String {
    let millis = (value * MILLIS_OF_DAY).round();
    if !(-LAST_MILLIS..=LAST_MILLIS).contains(&millis) {
        return shortest(value);
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most some 10^14, as was checked")]
    let millis = millis as i128;
    duration(millis * 1_000_000)
}

fn with_time(date: &str, nanos: i64, shown: Shown) -> String {
    if nanos > 0 || shown.time { format!("{date}T{}", time(nanos)) } else { date.to_owned() }
}

const MILLIS_OF_DAY: f64 = 86_400_000.0;
/// The end of the year 9999 in days since 1900, in milliseconds.
const LAST_MILLIS: f64 = 2_958_466.0 * MILLIS_OF_DAY - 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_written_as_their_formats_show_them() {
        for (value, code, text) in [
            (44_330.0, "dd/mm/yyyy", "2021-05-14"),
            (44_330.0, "mmm-yy", "2021-05-14"),
            (44_330.0, "mmmm", "2021-05-14"),
            (44_330.0, "yyyy-mm-dd hh:mm", "2021-05-14T00:00:00"),
            (44_330.270_833_333_336, "dd/mm/yyyy", "2021-05-14T06:30:00"),
            (44_330.270_833_333_336, "hh:mm", "2021-05-14T06:30:00"),
            (0.270_833_333_333_333, "h:mm AM/PM", "06:30:00"),
            (0.270_833_333_333_333, "mm:ss", "06:30:00"),
            (0.0, "hh:mm", "00:00:00"),
            (0.0, "yyyy", "0"),
            (1.0, "yyyy", "1900-01-01"),
            (59.0, "\"day\" d", "1900-02-28"),
            (60.0, "d", "1900-02-29"),
            (61.0, "d", "1900-03-01"),
            (-1.0, "d", "-1"),
            (2_958_465.0, "d", "9999-12-31"),
            (2_958_466.0, "d", "2958466"),
            (f64::NAN, "d", "NaN"),
        ] {
            assert_eq!(moment(value, false, Shown::of(code)), text, "{value} {code}");
        }
    }

    #[test]
    fn the_other_count_begins_in_1904() {
        for (value, code, text) in [
            (42_868.0, "d", "2021-05-14"),
            (0.0, "d", "1904-01-01"),
            (0.25, "hh:mm", "06:00:00"),
            (2_957_003.0, "d", "9999-12-31"),
            (2_957_004.0, "d", "2957004"),
        ] {
            assert_eq!(moment(value, true, Shown::of(code)), text, "{value} {code}");
        }
    }

    #[test]
    fn lengths_may_be_longer_than_a_day() {
        assert_eq!(length(1.5), "PT36H");
        assert_eq!(length(0.25 / 24.0), "PT15M");
        assert_eq!(length(f64::INFINITY), "inf");
    }
}

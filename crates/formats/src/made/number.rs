//! Numbers, days and times of day as text, and back.

use reedbed_core::period::Day;

/// A number with as few digits as give it back, without an exponent where it is of ordinary size.
pub(crate) fn shortest(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-9..1e21).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// The same of a number in single precision, whose digits are fewer.
pub(crate) fn shortest_single(number: f32) -> String {
    let size = number.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-9..1e21).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// A day, where it is one of the years 1 to 9999.
pub(crate) fn day(days_since_1970: i64) -> Option<Day> {
    let days = i32::try_from(days_since_1970).ok()?;
    (FIRST_DAY..=LAST_DAY).contains(&days).then(|| Day::from_days_since_1970(days))
}

/// A time of day with as many decimals as it needs.
pub(crate) fn time(nanos_of_day: i64) -> String {
    let seconds = nanos_of_day / NANOS;
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let rest = nanos_of_day % NANOS;
    if rest > 0 {
        let decimals = format!("{rest:09}");
        text = format!("{text}.{}", decimals.trim_end_matches('0'));
    }
    text
}

/// A moment as a day and a time.
///
/// Units: nanoseconds since the beginning of 1970.
pub(crate) fn moment(nanos: i128) -> Option<String> {
    let nanos_of_day = i64::try_from(nanos.rem_euclid(NANOS_OF_DAY)).ok()?;
    let day = day(i64::try_from(nanos.div_euclid(NANOS_OF_DAY)).ok()?)?;
    Some(format!("{day}T{}", time(nanos_of_day)))
}

/// The day that a text in the form `2021-05-14` names, as days since the beginning of 1970.
pub(crate) fn day_of(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-').map(str::parse::<i32>);
    let (Ok(year), Ok(month), Ok(of_month)) = (parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    // Years begin in March here, so that the day of a leap year is their last.
    let year = if month > 2 { year } else { year - 1 };
    let since_march = (month + 9) % 12;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * since_march + 2) / 5;
    let days = days + of_month - 719_469;
    // Only what is written just so is taken for a day.
    day(days.into()).is_some_and(|day| day.to_string() == text).then_some(days)
}

/// The moment that a text in the form `2021-05-14T06:30:00` names, with up to nine decimals.
///
/// Units: nanoseconds since the beginning of 1970.
pub(crate) fn moment_of(text: &str) -> Option<i128> {
    let (date, time) = text.split_once('T')?;
    let (whole, decimals) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.splitn(3, ':').map(str::parse::<i128>);
    let (Ok(hours), Ok(minutes), Ok(seconds)) = (parts.next()?, parts.next()?, parts.next()?)
    else {
        return None;
    };
    if hours > 23 || minutes > 59 || seconds > 59 || decimals.len() > 9 {
        return None;
    }
    let rest: i128 = format!("{decimals:0<9}").parse().ok()?;
    let seconds = i128::from(day_of(date)?) * 86_400 + hours * 3_600 + minutes * 60 + seconds;
    let nanos = seconds * i128::from(NANOS) + rest;
    (moment(nanos)? == text).then_some(nanos)
}

/// A length of time, as ISO 8601 writes it in hours, minutes and seconds.
pub(crate) fn duration(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let (seconds, rest) =
        (nanos / NANOS.unsigned_abs() as u128, nanos % NANOS.unsigned_abs() as u128);
    let mut text = format!("{sign}PT");
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        text += &format!("{hours}H");
    }
    if minutes > 0 {
        text += &format!("{minutes}M");
    }
    if seconds > 0 || rest > 0 || text.ends_with('T') {
        text += &seconds.to_string();
        if rest > 0 {
            text += &format!(".{}", format!("{rest:09}").trim_end_matches('0'));
        }
        text.push('S');
    }
    text
}

pub(crate) const NANOS: i64 = 1_000_000_000;
const NANOS_OF_DAY: i128 = 86_400 * NANOS as i128;
/// 1 January of year 1; the last is 31 December of year 9999.
const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (number, text) in [
            (3.0, "3"),
            (-0.0, "0"),
            (52.123_456, "52.123456"),
            (-4.5e-7, "-0.00000045"),
            (1e15, "1000000000000000"),
            (1e300, "1e300"),
        ] {
            assert_eq!(shortest(number), text);
        }
        assert_eq!(shortest_single(52.1), "52.1");
    }

    #[test]
    fn times_have_the_decimals_that_they_need() {
        assert_eq!(time(23_400 * NANOS), "06:30:00");
        assert_eq!(time(23_400 * NANOS + 250_000_000), "06:30:00.25");
        assert_eq!(moment(-1).unwrap(), "1969-12-31T23:59:59.999999999");
        assert_eq!(moment(i128::MAX), None);
    }

    #[test]
    fn days_and_moments_are_read_as_they_are_written() {
        for days in (FIRST_DAY..=LAST_DAY).step_by(997).chain([LAST_DAY, -1, 0, 59, 60]) {
            assert_eq!(day_of(&day(days.into()).unwrap().to_string()), Some(days));
        }
        for text in ["2021-02-29", "2021-5-14", "2021-05", "20210514", "x-05-14", "0000-01-01"] {
            assert_eq!(day_of(text), None, "{text}");
        }
        for text in ["2021-05-14T06:30:00", "1890-12-31T23:59:59.000001"] {
            assert_eq!(moment(moment_of(text).unwrap()).unwrap(), text);
        }
        for text in [
            "2021-05-14",
            "2021-05-14T06:30",
            "2021-05-14T6:30:00",
            "2021-05-14T24:00:00",
            "2021-05-14T06:30:00Z",
            "2021-05-14T06:30:00.50",
        ] {
            assert_eq!(moment_of(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_written_as_iso_8601_has_them() {
        let seconds = |n: i128| n * i128::from(NANOS);
        assert_eq!(duration(seconds(30 * 3_600 + 900)), "PT30H15M");
        assert_eq!(duration(0), "PT0S");
        assert_eq!(duration(-seconds(61)), "-PT1M1S");
        assert_eq!(duration(1_500_000_000), "PT1.5S");
    }
}

//! One date: a day, month, year, decade, week, or day of the year.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::time::{self, Time};
use super::{Day, Period, Reading, is_blank, month, number};

/// What kind of date was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Day,
    Interval,
    Month,
    Ordinal,
    Week,
    Year,
}

/// Reads one date with or without a time.
pub(super) fn read(text: &str) -> Reading {
    if let Some(day) = plain_day(text) {
        return day;
    }
    let (date, clock) = time::split(text);
    let minute = match clock.map(time::read) {
        None => None,
        Some(Time::Minute(minute)) => Some(minute),
        Some(Time::Impossible) => return Reading::Impossible,
        Some(Time::Unreadable) => return Reading::Unreadable,
    };
    match untimed(date) {
        Reading::Span(mut read) => {
            read.minute = minute;
            Reading::Span(read)
        }
        other => other,
    }
}

/// `2009-06-03`, which most rows have.
fn plain_day(text: &str) -> Option<Reading> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let digits = [a, b, c, d, e, f, g, h];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |high: u8, low: u8| (high - b'0') * 10 + (low - b'0');
    let year = u16::from(two(a, b)) * 100 + u16::from(two(c, d));
    Some(of_day(year, two(e, f).into(), two(g, h).into()))
}

fn untimed(text: &str) -> Reading {
    let text = text.strip_suffix('Z').filter(|date| date.len() == 10).unwrap_or(text);
    if let Some(year) = number(text, 4..=4) {
        return of_year(year);
    }
    if let Some(reading) = basic(text).or_else(|| unspecified(text)).or_else(|| weekly(text)) {
        return reading;
    }
    for separator in ['-', '.', '/'] {
        let mut parts = text.split(separator).map(str::trim);
        let first = (parts.next(), parts.next(), parts.next(), parts.next());
        match first {
            (Some(a), Some(b), None, None) => {
                if let Some(reading) = two_numbers(a, b, separator) {
                    return reading;
                }
            }
            (Some(a), Some(b), Some(c), None) => {
                if let Some(reading) = three_numbers(a, b, c) {
                    return reading;
                }
            }
            _ => {}
        }
    }
    in_words(text)
}

/// `20090603` and `2009154`.
fn basic(text: &str) -> Option<Reading> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = number(text.get(..4)?, 4..=4)?;
    match text.len() {
        7 => Some(of_day_of_year(year, number(text.get(4..)?, 3..=3)?)),
        8 => Some(of_day(year, number(text.get(4..6)?, 2..=2)?, number(text.get(6..)?, 2..=2)?)),
        _ => Some(Reading::Unreadable),
    }
}

/// `199X`, `1999-XX`, `1999-06-XX`, `1999-XX-XX`.
fn unspecified(text: &str) -> Option<Reading> {
    if let Some(decade) = text.strip_suffix('X').and_then(|decade| number(decade, 3..=3)) {
        let first = Day::new(decade * 10, 1, 1);
        let last = Day::new(decade * 10 + 9, 12, 31);
        return Some(Reading::span(
            first.zip(last).and_then(|(first, last)| Period::new(first, last)),
            Shape::Interval,
        ));
    }
    let rest = text.strip_suffix("-XX")?;
    let rest = rest.strip_suffix("-XX").unwrap_or(rest);
    match rest.split_once('-') {
        None => Some(of_year(number(rest, 4..=4)?)),
        Some((year, month)) => Some(of_month(number(year, 4..=4)?, number(month, 2..=2)?)),
    }
}

/// `2009-W23`, `2009-W23-3`, `2009W23`, `2009W233`.
fn weekly(text: &str) -> Option<Reading> {
    let (year, week) = text.split_once(['W', 'w'])?;
    let year = number(year.strip_suffix('-').unwrap_or(year), 4..=4)?;
    Some(of_week(year, week))
}

/// `2009-06` and `2009-154`; with dots or slashes also `06.2009`.
fn two_numbers(a: &str, b: &str, separator: char) -> Option<Reading> {
    if let Some(year) = number(a, 4..=4) {
        if let Some(day) = number(b, 3..=3).filter(|_| separator == '-') {
            return Some(of_day_of_year(year, day));
        }
        return Some(of_month(year, number(b, 1..=2)?));
    }
    Some(of_month(number(b, 4..=4)?, number(a, 1..=2)?))
}

fn three_numbers(a: &str, b: &str, c: &str) -> Option<Reading> {
    if let Some(year) = number(a, 4..=4) {
        return Some(of_day(year, number(b, 1..=2)?, number(c, 1..=2)?));
    }
    let (a, year) = (number(a, 1..=2)?, number(c, 4..=4)?);
    let Some(b) = number(b, 1..=2) else {
        return Some(of_day(year, month::of_roman(b).or_else(|| month::of_word(b))?.into(), a));
    };
    Some(match (of_day(year, b, a), of_day(year, a, b)) {
        (Reading::Span(one), Reading::Span(other)) if one.period != other.period => {
            Reading::Either(one.period, other.period)
        }
        (Reading::Span(one), _) | (_, Reading::Span(one)) => Reading::Span(one),
        (Reading::Unreadable, _) | (_, Reading::Unreadable) => Reading::Unreadable,
        _ => Reading::Impossible,
    })
}

/// `18 Jun 1999`, `June 18th, 1999`, `1999 Jun 18`, `Jun 1999`, `18.VI.1999`.
fn in_words(text: &str) -> Reading {
    let mut words = text.split([' ', ',', '.', '-', '_', '\u{a0}']).filter(|word| {
        !word.is_empty() && !FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word))
    });
    let words = [words.next(), words.next(), words.next(), words.next()];
    let day = |word: &str| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º');
        let suffix = word.get(digits.len()..)?;
        ORDINALS.contains(&suffix).then(|| number(digits, 1..=2)).flatten()
    };
    let year = |word: &str| number(word, 4..=4);
    let read = match words {
        [Some(a), Some(b), None, None] => {
            let by_year = |month: &str, year_word: &str| {
                Some(of_month(year(year_word)?, month::of_word(month)?.into()))
            };
            by_year(a, b).or_else(|| by_year(b, a))
        }
        [Some(a), Some(b), Some(c), None] => {
            let by_year = |day_word: &str, month: &str, year_word: &str| {
                Some(of_day(year(year_word)?, month::of_word(month)?.into(), day(day_word)?))
            };
            let by_roman = || Some(of_day(year(c)?, month::of_roman(b)?.into(), day(a)?));
            by_year(a, b, c)
                .or_else(|| by_year(b, a, c))
                .or_else(|| by_year(c, b, a))
                .or_else(by_roman)
        }
        _ => None,
    };
    read.unwrap_or(Reading::Unreadable)
}

/// The period of the cells year, month and day.
pub(super) fn of_parts(year: &str, month_cell: &str, day: &str) -> Reading {
    let (year, month_cell, day) = (year.trim(), month_cell.trim(), day.trim());
    if is_blank(year) {
        return if is_blank(month_cell) && is_blank(day) {
            Reading::Blank
        } else {
            Reading::Unreadable
        };
    }
    let Some(year) = number(year, 4..=4) else { return Reading::Unreadable };
    if is_blank(month_cell) {
        return of_year(year);
    }
    let month = number(month_cell, 1..=2).or_else(|| {
        month::of_word(month_cell).or_else(|| month::of_roman(month_cell)).map(u16::from)
    });
    let Some(month) = month else { return Reading::Unreadable };
    if is_blank(day) {
        return of_month(year, month);
    }
    number(day, 1..=2).map_or(Reading::Unreadable, |day| of_day(year, month, day))
}

/// The period of the cells year, startDayOfYear and endDayOfYear; both days are needed.
pub(super) fn of_days_of_year(year: &str, start: &str, end: &str) -> Reading {
    let (start, end) = (start.trim(), end.trim());
    if is_blank(start) || is_blank(end) {
        // One end alone says nothing about the other, but it must at least be a day.
        return match number(if is_blank(start) { end } else { start }, 1..=3) {
            Some(day) if day > 366 => Reading::Impossible,
            _ => Reading::Blank,
        };
    }
    let (Some(start), Some(end)) = (number(start, 1..=3), number(end, 1..=3)) else {
        return Reading::Unreadable;
    };
    let Some(year) = number(year.trim(), 4..=4) else { return Reading::Unreadable };
    match (of_day_of_year(year, start), of_day_of_year(year, end)) {
        // The year end may lie between them, and the year may be that of either.
        (Reading::Span(from), Reading::Span(to)) if to.period.start < from.period.start => {
            Reading::Unreadable
        }
        (Reading::Span(from), Reading::Span(to)) => {
            let shape = if from.period == to.period { Shape::Day } else { Shape::Interval };
            Reading::span(Some(from.period.hull(to.period)), shape)
        }
        (Reading::Impossible, _) | (_, Reading::Impossible) => Reading::Impossible,
        _ => Reading::Unreadable,
    }
}

pub(super) fn of_year(year: u16) -> Reading {
    if year == 0 {
        return Reading::Unreadable;
    }
    let ends = Day::new(year, 1, 1).zip(Day::new(year, 12, 31));
    Reading::span(ends.and_then(|(first, last)| Period::new(first, last)), Shape::Year)
}

pub(super) fn of_month(year: u16, month: u16) -> Reading {
    // Zeros stand for what was not known, in many databases.
    if year == 0 || month == 0 {
        return Reading::Unreadable;
    }
    let first = u8::try_from(month).ok().and_then(|month| Day::new(year, month, 1));
    Reading::span(first.and_then(|first| Period::new(first, first.last_of_month())), Shape::Month)
}

pub(super) fn of_day(year: u16, month: u16, day: u16) -> Reading {
    if year == 0 || month == 0 || day == 0 {
        return Reading::Unreadable;
    }
    match (u8::try_from(month), u8::try_from(day)) {
        (Ok(month), Ok(day)) => Reading::day(year, month, day),
        _ => Reading::Impossible,
    }
}

pub(super) fn of_day_of_year(year: u16, day: u16) -> Reading {
    if year == 0 || day == 0 {
        return Reading::Unreadable;
    }
    let found = Day::new(year, 1, 1).map(|first| first.plus_days(day - 1));
    let found = found.filter(|found| found.year() == year);
    Reading::span(found.and_then(|day| Period::new(day, day)), Shape::Ordinal)
}

/// The week of a year, or one of its days, written `23`, `23-3` or `233` after the `W`.
pub(super) fn of_week(year: u16, text: &str) -> Reading {
    let (week, weekday) = match text.split_once('-') {
        Some((week, weekday)) => (week, Some(weekday)),
        None => text.split_at_checked(2).map_or((text, None), |(week, weekday)| {
            (week, Some(weekday).filter(|weekday| !weekday.is_empty()))
        }),
    };
    let Some(week) = number(week, 2..=2) else { return Reading::Unreadable };
    let date = |weekday: u16| {
        let weekday = Weekday::from_monday_one_offset(i8::try_from(weekday).ok()?).ok()?;
        let (year, week) = (i16::try_from(year).ok()?, i8::try_from(week).ok()?);
        ISOWeekDate::new(year, week, weekday).ok().map(|date| Day(Date::from_iso_week_date(date)))
    };
    match weekday {
        None => {
            let ends = date(1).zip(date(7));
            Reading::span(ends.and_then(|(first, last)| Period::new(first, last)), Shape::Week)
        }
        Some(weekday) => match number(weekday, 1..=1) {
            Some(weekday) => {
                Reading::span(date(weekday).and_then(|day| Period::new(day, day)), Shape::Interval)
            }
            None => Reading::Unreadable,
        },
    }
}

/// The year whose week a day lies in.
pub(super) fn week_year(day: Day) -> u16 {
    day.0.iso_week_date().year().unsigned_abs()
}

const FILLERS: [&str; 4] = ["de", "del", "of", "the"];
const ORDINALS: [&str; 9] = ["", "st", "nd", "rd", "th", "er", "e", "º", "o"];

//! Intervals of two dates, the second of which may leave out what it shares with the first.

use super::date::{self, Shape};
use super::time::{self, Time};
use super::{Day, Period, Read, Reading, number};

/// Reads a text with one slash: an interval, or a month before its year (`06/1999`).
pub(super) fn read(text: &str) -> Reading {
    let Some((left, right)) = text.split_once('/') else { return Reading::Unreadable };
    let (left, right) = (left.trim(), right.trim());
    if let (Some(month), Some(year)) = (number(left, 1..=2), number(right, 4..=4)) {
        return date::of_month(year, month);
    }
    let from = match date::read(left) {
        Reading::Span(from) => from,
        Reading::Impossible => return Reading::Impossible,
        _ => return Reading::Unreadable,
    };
    let to = match abbreviated(from, right) {
        Some(to) => to,
        None => date::read(right),
    };
    match to {
        Reading::Span(to) => between(from, to),
        Reading::Impossible => Reading::Impossible,
        _ => Reading::Unreadable,
    }
}

fn between(from: Read, to: Read) -> Reading {
    if to.period.end < from.period.start {
        return Reading::Impossible;
    }
    let period = from.period.hull(to.period);
    let shape = if period.start == period.end { Shape::Day } else { Shape::Interval };
    Reading::Span(Read { period, shape, minute: None })
}

/// An end that is not a date by itself; nothing where it is one.
fn abbreviated(from: Read, right: &str) -> Option<Reading> {
    let (head, clock) = time::split(right);
    if clock.is_none() && from.minute.is_some() && right.contains(':') {
        return Some(same_day(from, right));
    }
    if clock.is_some_and(|clock| time::read(clock) == Time::Impossible) {
        return Some(Reading::Impossible);
    }
    let start = from.period.start;
    if let Some((month, day)) = head.split_once('-') {
        let (month, day) = (number(month, 1..=2)?, number(day, 1..=2)?);
        return Some(match from.shape {
            Shape::Day => date::of_day(start.year(), month, day),
            _ => Reading::Unreadable,
        });
    }
    if let Some(last) = number(head, 1..=2) {
        return Some(match from.shape {
            Shape::Day => date::of_day(start.year(), start.month().into(), last),
            Shape::Month => date::of_month(start.year(), last),
            // `2007/11` may be a month or an interval of years.
            _ => Reading::Unreadable,
        });
    }
    if let Some(last) = number(head, 3..=3) {
        return Some(match from.shape {
            Shape::Ordinal => date::of_day_of_year(start.year(), last),
            _ => Reading::Unreadable,
        });
    }
    if let Some(week) = head.strip_prefix('W') {
        return Some(match from.shape {
            Shape::Week => date::of_week(date::week_year(start), week),
            _ => Reading::Unreadable,
        });
    }
    // After a time, four digits may be a year or a time.
    (from.minute.is_some() && number(head, 4..=4).is_some()).then_some(Reading::Unreadable)
}

/// An end that is a time: of the same day, or past midnight.
fn same_day(from: Read, right: &str) -> Reading {
    match time::read(right) {
        Time::Impossible => Reading::Impossible,
        Time::Minute(end) if from.minute.is_some_and(|start| end < start) => {
            let next: Day = from.period.end.plus_days(1);
            Reading::span(Period::new(from.period.start, next), Shape::Interval)
        }
        Time::Minute(_) => Reading::Span(from),
        Time::Unreadable => Reading::Unreadable,
    }
}

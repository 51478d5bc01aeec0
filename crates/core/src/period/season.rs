//! The part of the year in which a rule holds.

use std::fmt;

use super::{Day, Period};

/// Days of the year from a first to a last, both included; a window whose last day comes before
/// its first crosses the end of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeasonWindow {
    start: (u8, u8),
    end: (u8, u8),
}

impl SeasonWindow {
    /// Makes a window of two (month, day) pairs; nothing where no year has such a day.
    pub fn new(start: (u8, u8), end: (u8, u8)) -> Option<Self> {
        let exists = |(month, day): (u8, u8)| Day::new(LEAP_YEAR, month, day).is_some();
        (exists(start) && exists(end)).then_some(Self { start, end })
    }

    /// Reads a window from its first and last day, written `MM-DD`.
    ///
    /// Errors: [`SeasonError`] names the text that is no day of any year; 29 February is one.
    pub fn parse(start: &str, end: &str) -> Result<Self, SeasonError> {
        Ok(Self { start: month_day(start)?, end: month_day(end)? })
    }

    /// Its first day, as month and day.
    pub fn start(self) -> (u8, u8) {
        self.start
    }

    /// Its last day, as month and day.
    pub fn end(self) -> (u8, u8) {
        self.end
    }

    /// Whether the window goes on past 31 December.
    pub fn crosses_year_end(self) -> bool {
        self.start > self.end
    }

    /// Whether any day of a period falls into the window.
    ///
    /// A period of a year or more always does. 29 February counts as lying between 28 February and
    /// 1 March of every year, so that a window of that one day is not lost in common years.
    pub fn touches(self, period: Period) -> bool {
        if period.start().plus_days(364) <= period.end() {
            return true;
        }
        let (from, to) = (period.start().month_day(), period.end().month_day());
        spans(self.start, self.end)
            .into_iter()
            .any(|window| spans(from, to).into_iter().any(|days| overlap(window, days)))
    }
}

impl fmt::Display for SeasonWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((from_month, from_day), (to_month, to_day)) = (self.start, self.end);
        write!(f, "{from_month:02}-{from_day:02} to {to_month:02}-{to_day:02}")
    }
}

/// A text that is no day of a year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a day of the year; a day is written like 11-30 (month and day)")]
pub struct SeasonError {
    /// The text.
    pub text: String,
}

fn month_day(text: &str) -> Result<(u8, u8), SeasonError> {
    let two = |part: &str| {
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<u8>().ok()).flatten()
    };
    text.trim()
        .split_once('-')
        .and_then(|(month, day)| Some((two(month)?, two(day)?)))
        .filter(|(month, day)| Day::new(LEAP_YEAR, *month, *day).is_some())
        .ok_or_else(|| SeasonError { text: text.to_owned() })
}

type MonthDay = (u8, u8);

/// One stretch of days that stays within a year, or two for one that crosses its end.
fn spans(from: MonthDay, to: MonthDay) -> [(MonthDay, MonthDay); 2] {
    if from <= to { [(from, to), (from, to)] } else { [(from, (12, 31)), ((1, 1), to)] }
}

fn overlap(a: (MonthDay, MonthDay), b: (MonthDay, MonthDay)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

const LEAP_YEAR: u16 = 2024;

//! When a record was made: whole days from a first to a last, and how precisely they are told.
//!
//! No clock and no time zones: the date is the one that the data carry.

mod read;
mod season;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

pub use read::{PeriodCells, PeriodRead};
pub use season::{SeasonError, SeasonWindow};

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// Makes a day; nothing where the calendar has no such day or the year is beyond 1 to 9999.
    ///
    /// Source: proleptic Gregorian calendar, ISO 8601-1:2019.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|year| *year > 0)?;
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(Self)
    }

    /// The day so many days after 1 January 1970.
    ///
    /// A number beyond the calendar (year 9999) gives its last day or its first.
    pub fn from_days_since_1970(days: i32) -> Self {
        Self(
            Date::constant(1970, 1, 1)
                .saturating_add(Span::new().days(days.clamp(-719_162, 2_932_896))),
        )
    }

    /// Year.
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// Day of the year, 1 to 366.
    pub fn day_of_year(self) -> u16 {
        self.0.day_of_year().unsigned_abs()
    }

    /// Month and day, which order as the days of a year do.
    fn month_day(self) -> (u8, u8) {
        (self.month(), self.day())
    }

    fn plus_days(self, days: u16) -> Self {
        Self(self.0.saturating_add(i32::from(days).days()))
    }

    fn last_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        match Period::parse(text) {
            PeriodRead::Known(period) if period.start == period.end => Ok(period.start),
            _ => Err(NotADay { text: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// A word that is no day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a day; a day is written like 2026-04-30")]
pub struct NotADay {
    /// The word.
    pub text: String,
}

/// How precisely a period is told, from the finest to nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// As it is held: with its time, where it has one. Only a rule says so.
    Held,
    /// Whole days.
    Day,
    /// Whole months.
    Month,
    /// Whole years.
    Year,
    /// Whole decades.
    Decade,
    /// Not told.
    None,
}

impl Precision {
    /// All precisions, from the finest to the coarsest.
    pub const ALL: [Self; 6] =
        [Self::Held, Self::Day, Self::Month, Self::Year, Self::Decade, Self::None];

    /// The next coarser one; nothing after "not told".
    pub fn coarser(self) -> Option<Self> {
        Self::ALL.into_iter().find(|other| *other > self)
    }

    /// The word used in rule lists and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Decade => "decade",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        let wanted = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|precision| precision.word() == wanted)
            .ok_or_else(|| UnknownPrecision { text: text.to_owned() })
    }
}

/// A word that names no precision of a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a precision of a period; one of held, day, month, year, decade, none")]
pub struct UnknownPrecision {
    /// The word.
    pub text: String,
}

/// The days within which a record was made, first and last included.
///
/// Shape: the first day is never after the last, and both lie in the years 1500 to 2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    start: Day,
    end: Day,
}

impl Period {
    /// Makes a period; nothing where it ends before it starts or leaves the years 1500 to 2100.
    pub fn new(start: Day, end: Day) -> Option<Self> {
        let is_within = start.year() >= FIRST_YEAR && end.year() <= LAST_YEAR;
        (is_within && start <= end).then_some(Self { start, end })
    }

    /// Its first day.
    pub fn start(self) -> Day {
        self.start
    }

    /// Its last day.
    pub fn end(self) -> Day {
        self.end
    }

    /// Whether every day of another period is one of this period.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether both periods have a day in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// The shortest period that contains both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the whole period is more than so many years before a day.
    ///
    /// An anniversary itself is not more: in doubt a record counts as the younger.
    pub fn older_than(self, years: u16, today: Day) -> bool {
        let passed = u32::from(self.end.year()) + u32::from(years);
        (passed, self.end.month_day()) < (u32::from(today.year()), today.month_day())
    }

    /// The whole days, months, years or decades that the period lies in.
    ///
    /// Nothing is computed but from the period's own ends, the result contains the period, and
    /// doing it twice changes nothing. [`Precision::None`] gives all the years a period may have.
    #[must_use]
    pub fn generalise(self, precision: Precision) -> Self {
        let (start, end) = (self.start.0, self.end.0);
        let (start, end) = match precision {
            Precision::Held | Precision::Day => (start, end),
            Precision::Month => (start.first_of_month(), end.last_of_month()),
            Precision::Year => (start.first_of_year(), end.last_of_year()),
            Precision::Decade => {
                let back = start.year().rem_euclid(10);
                let ahead = 9 - end.year().rem_euclid(10);
                (
                    start.saturating_sub(i32::from(back).years()).first_of_year(),
                    end.saturating_add(i32::from(ahead).years()).last_of_year(),
                )
            }
            Precision::None => (FIRST_DAY, LAST_DAY),
        };
        Self { start: Day(start.max(FIRST_DAY)), end: Day(end.min(LAST_DAY)) }
    }

    /// The period as ISO 8601 writes it: `2009-01-01/2009-12-31`, or one date for one day.
    pub fn iso_interval(self) -> String {
        if self.start == self.end {
            self.start.to_string()
        } else {
            format!("{}/{}", self.start, self.end)
        }
    }
}

/// Before this there are no dated natural history records, only mistyped years.
const FIRST_YEAR: u16 = 1500;
const LAST_YEAR: u16 = 2100;
const FIRST_DAY: Date = Date::constant(1500, 1, 1);
const LAST_DAY: Date = Date::constant(2100, 12, 31);

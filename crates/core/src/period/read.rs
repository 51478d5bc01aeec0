//! Reading periods as Darwin Core data spell them.
//!
//! A spelling that allows two dates is never decided by a guess: `05/06/2009` is unknown, unless
//! the other cells of the row settle it.

mod date;
mod interval;
mod month;
mod time;

use self::date::Shape;
use super::{Day, Period};

/// What a text says about the period of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodRead {
    /// Shaped like a date, and none: month 13, 30 February, an interval that ends before it
    /// starts, a year before 1500 or after 2100.
    Impossible,
    /// A period.
    Known(Period),
    /// Nothing, or nothing certain: empty, ambiguous, open-ended or not understood.
    Unknown,
}

impl PeriodRead {
    /// The period, where one is known.
    pub fn known(self) -> Option<Period> {
        match self {
            Self::Known(period) => Some(period),
            Self::Impossible | Self::Unknown => None,
        }
    }
}

impl Period {
    /// Reads a Darwin Core eventDate.
    ///
    /// Understood: ISO 8601 days, months, years, ordinal and week dates, extended and basic, with
    /// or without a time; intervals, with abbreviated ends; unspecified digits (`199X`,
    /// `1999-06-XX`); dates with a month in words or Roman numerals (`18 Jun 1999`, `18.vi.1999`);
    /// numeric dates whose order is beyond doubt (`18.06.1999`, `06/18/1999`, `06.06.1999`).
    ///
    /// A time zone is read and does not move the date: the day is the one that stands in the text,
    /// so the day in UTC may be the one before or after it. An interval of two times of one day
    /// that ends before it starts (`T22:00/02:00`) includes the next day.
    ///
    /// Source: ISO 8601-1:2019; ISO 8601-2:2019 section 4 for unspecified digits;
    /// <http://rs.tdwg.org/dwc/terms/eventDate>.
    pub fn parse(text: &str) -> PeriodRead {
        Reading::of(text).settled()
    }

    /// Reads a period from the Darwin Core terms year, month, day, startDayOfYear and endDayOfYear.
    ///
    /// Without a year nothing is known. Days of the year that contradict month and day widen the
    /// period to both.
    pub fn from_parts(
        year: &str,
        month: &str,
        day: &str,
        start_day_of_year: &str,
        end_day_of_year: &str,
    ) -> PeriodRead {
        let cells =
            PeriodCells { event_date: "", year, month, day, start_day_of_year, end_day_of_year };
        cells.parts().settled()
    }
}

/// The cells of a row that tell its period; empty where the table has no such column.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeriodCells<'a> {
    /// eventDate.
    pub event_date: &'a str,
    /// year.
    pub year: &'a str,
    /// month, as a number or a word.
    pub month: &'a str,
    /// day.
    pub day: &'a str,
    /// startDayOfYear.
    pub start_day_of_year: &'a str,
    /// endDayOfYear.
    pub end_day_of_year: &'a str,
}

impl PeriodCells<'_> {
    /// Reads the period that all cells together tell.
    ///
    /// Parts that only say the same less precisely (the year of a day) add nothing. Where the
    /// cells disagree, the period reaches over both, so that every rule that might apply does. An
    /// eventDate that can be read in two ways is settled by parts that equal one of them; an
    /// eventDate that cannot be read at all leaves the period unknown, whatever the parts say.
    pub fn read(&self) -> PeriodRead {
        self.usual().map_or_else(|| self.read_any(), PeriodRead::Known)
    }

    /// The day of cells of the usual form, told at sight: an ISO day with or without a time, and
    /// parts that say the same or nothing. Nothing where [`Self::read`] must look closer.
    pub fn usual(&self) -> Option<Period> {
        let (date, time) = self.event_date.as_bytes().split_at_checked(10)?;
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
        let year = digits(&[y0, y1, y2, y3])?;
        let (month, day) = (digits(&[m0, m1])?, digits(&[d0, d1])?);
        let is_time = match *time {
            [] => true,
            [b'T', h0, h1, b':', m0, m1] => {
                digits(&[h0, h1]).is_some_and(|hour| hour < 24)
                    && digits(&[m0, m1]).is_some_and(|minute| minute < 60)
            }
            _ => false,
        };
        let agrees = |cell: &str, number: u16| {
            cell.is_empty() || (cell.len() <= 4 && digits(cell.as_bytes()) == Some(number))
        };
        let is_usual = is_time
            && agrees(self.year, year)
            && agrees(self.month, month)
            && agrees(self.day, day)
            && self.start_day_of_year.is_empty()
            && self.end_day_of_year.is_empty();
        if !is_usual {
            return None;
        }
        let day = Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
        Period::new(day, day)
    }

    fn read_any(&self) -> PeriodRead {
        let date = Reading::of(self.event_date);
        let parts = match date {
            Reading::Span(date) if self.has_day_of_year() => self.parts_of(date.period),
            _ => self.parts(),
        };
        match (date, parts) {
            (Reading::Impossible, _) | (_, Reading::Impossible) => PeriodRead::Impossible,
            (Reading::Blank, parts) => parts.settled(),
            (Reading::Span(date), Reading::Span(parts)) => {
                // A year or month without a day is the year or month of the first day, or the last.
                let is_coarse = matches!(parts.shape, Shape::Month | Shape::Year);
                PeriodRead::Known(if is_coarse && parts.period.overlaps(date.period) {
                    date.period
                } else {
                    date.period.hull(parts.period)
                })
            }
            (Reading::Either(one, other), Reading::Span(parts)) => [one, other]
                .into_iter()
                .find(|date| *date == parts.period)
                .map_or(PeriodRead::Unknown, PeriodRead::Known),
            (date, _) => date.settled(),
        }
    }

    /// The parts beside a known date: a day of the year without a year is one of the date's year, and
    /// one end alone is a day that must agree with it.
    fn parts_of(&self, date: Period) -> Reading {
        let dated = date.start().year().to_string();
        let or = |cell, other| if is_blank(str::trim(cell)) { other } else { cell };
        PeriodCells {
            year: or(self.year, &dated),
            start_day_of_year: or(self.start_day_of_year, self.end_day_of_year),
            end_day_of_year: or(self.end_day_of_year, self.start_day_of_year),
            ..*self
        }
        .parts()
    }

    fn has_day_of_year(&self) -> bool {
        !is_blank(self.start_day_of_year.trim()) || !is_blank(self.end_day_of_year.trim())
    }

    /// The first cell that is shaped like a date and is none, by its term; for the reject.
    ///
    /// Where only the cells together are impossible (30 February), it is `day`.
    pub fn impossible_term(&self) -> Option<&'static str> {
        if Reading::of(self.event_date) == Reading::Impossible {
            return Some("eventDate");
        }
        if self.parts() != Reading::Impossible {
            return None;
        }
        let alone = [
            ("year", Self { year: self.year, ..Self::default() }),
            ("month", Self { year: LEAP_YEAR, month: self.month, ..Self::default() }),
            ("day", Self { year: LEAP_YEAR, month: "1", day: self.day, ..Self::default() }),
            (
                "startDayOfYear",
                Self {
                    year: LEAP_YEAR,
                    start_day_of_year: self.start_day_of_year,
                    end_day_of_year: self.start_day_of_year,
                    ..Self::default()
                },
            ),
            (
                "endDayOfYear",
                Self {
                    year: LEAP_YEAR,
                    start_day_of_year: self.end_day_of_year,
                    end_day_of_year: self.end_day_of_year,
                    ..Self::default()
                },
            ),
        ];
        let found = alone.into_iter().find(|(_, cells)| cells.parts() == Reading::Impossible);
        Some(found.map_or("day", |(term, _)| term))
    }

    fn parts(&self) -> Reading {
        let by_month = date::of_parts(self.year, self.month, self.day);
        let by_day = date::of_days_of_year(self.year, self.start_day_of_year, self.end_day_of_year);
        match (by_month, by_day) {
            (Reading::Impossible, _) | (_, Reading::Impossible) => Reading::Impossible,
            (reading, Reading::Blank) => reading,
            (Reading::Span(by_month), Reading::Span(by_day)) => {
                let is_part =
                    by_month.shape != Shape::Day && by_month.period.contains(by_day.period);
                Reading::Span(if is_part {
                    by_day
                } else {
                    Read { period: by_month.period.hull(by_day.period), ..by_month }
                })
            }
            _ => Reading::Unreadable,
        }
    }
}

/// What a cell says, before anything else of the row is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Blank,
    /// Two dates, and nothing to tell which.
    Either(Period, Period),
    Impossible,
    Span(Read),
    Unreadable,
}

/// A period that was read, with what an abbreviated end of an interval needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Read {
    period: Period,
    shape: Shape,
    minute: Option<u16>,
}

impl Reading {
    fn of(text: &str) -> Self {
        let text = text.trim();
        if is_blank(text) {
            return Self::Blank;
        }
        if text.len() > LONGEST {
            return Self::Unreadable;
        }
        match text.matches('/').count() {
            1 => interval::read(text),
            _ => date::read(text),
        }
    }

    fn span(period: Option<Period>, shape: Shape) -> Self {
        period.map_or(Self::Impossible, |period| Self::Span(Read { period, shape, minute: None }))
    }

    fn day(year: u16, month: u8, day: u8) -> Self {
        let day = Day::new(year, month, day);
        Self::span(day.and_then(|day| Period::new(day, day)), Shape::Day)
    }

    fn settled(self) -> PeriodRead {
        match self {
            Self::Span(read) => PeriodRead::Known(read.period),
            Self::Impossible => PeriodRead::Impossible,
            Self::Blank | Self::Either(..) | Self::Unreadable => PeriodRead::Unknown,
        }
    }
}

/// What people write where there is no date.
fn is_blank(text: &str) -> bool {
    let longest = BLANKS.iter().map(|blank| blank.len()).max().unwrap_or(0);
    text.is_empty()
        || (text.len() <= longest && BLANKS.iter().any(|blank| text.eq_ignore_ascii_case(blank)))
}

/// A number of nothing but digits, of which there are four at most.
fn digits(bytes: &[u8]) -> Option<u16> {
    if bytes.is_empty() || bytes.len() > 4 {
        return None;
    }
    bytes.iter().try_fold(0, |number: u16, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0'))
    })
}

/// A number of nothing but so many digits.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

const BLANKS: [&str; 13] = [
    "-", "?", "\\N", "n.d.", "n/a", "na", "nan", "nil", "none", "null", "s.d.", "undated",
    "unknown",
];
/// The longest spelling of an interval has two full dates with times and zones.
const LONGEST: usize = 80;
const LEAP_YEAR: &str = "2024";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn what_is_told_at_sight_is_what_reading_finds(
            event_date in "(1[4-9]|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9](|T[0-2][0-9]:[0-6][0-9]|T25|Z)",
            parts in prop::sample::select(vec!["same", "none", "year", "other"]),
        ) {
            let part = |range: std::ops::Range<usize>| event_date.get(range).unwrap();
            let (year, month, day) = (part(0..4), part(5..7), part(8..10));
            let (year, month, day) = match parts {
                "same" => (year, month.trim_start_matches('0'), day),
                "year" => (year, "", ""),
                "other" => ("1999", "4", "5"),
                _ => ("", "", ""),
            };
            let cells = PeriodCells { event_date: &event_date, year, month, day, ..PeriodCells::default() };
            prop_assert_eq!(cells.read(), cells.read_any());
        }
    }
}

//! A period as a copy tells it.

use reedbed_core::period::{Period, Precision};

/// A generalised period, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct ToldPeriod {
    told: Option<Precision>,
    period: Option<Period>,
    is_inherited: bool,
}

impl ToldPeriod {
    /// Tells a period at a precision; an unknown period is not told at all.
    pub(crate) fn tell(period: Option<Period>, precision: Option<Precision>) -> Self {
        let generalised = match (period, precision) {
            (Some(_), Some(Precision::None)) | (None, _) => None,
            (Some(period), Some(precision)) => Some(period.generalise(precision)),
            (Some(period), None) => Some(period),
        };
        Self { told: precision, period: generalised, is_inherited: false }
    }

    /// The same for a row that has the period from an event around it, and must state it now that it
    /// stands alone.
    pub(crate) fn inherited(self) -> Self {
        Self { is_inherited: true, ..self }
    }

    /// Whether the row itself states no period.
    pub(crate) fn is_inherited(&self) -> bool {
        self.is_inherited
    }

    /// The precision as it is told: that of the decision, or a coarser one that the record had
    /// already. Nothing where no period is known.
    pub(crate) fn said(&self) -> Option<Precision> {
        if self.told == Some(Precision::None) {
            return self.told;
        }
        let period = self.period?;
        let own = [Precision::Decade, Precision::Year, Precision::Month]
            .into_iter()
            .find(|precision| period.generalise(*precision) == period);
        self.told.max(own.filter(|_| self.told.is_some()))
    }

    /// The period told, for the metadata of the copy.
    pub(crate) fn period(&self) -> Option<Period> {
        self.period
    }

    /// The value of a period term; nothing where it stays as it is, empty where it is withheld.
    pub(crate) fn value(&self, term: &str) -> Option<String> {
        let precision = self.told?;
        let Some(period) = self.period else { return Some(String::new()) };
        let (start, end) = (period.start(), period.end());
        let same_year = start.year() == end.year();
        let same_month = same_year && start.month() == end.month();
        let by_day = precision == Precision::Day && start == end;
        let by_month = precision <= Precision::Month && same_month;
        let shown =
            |is_shown: bool, number: i64| if is_shown { number.to_string() } else { String::new() };
        Some(match term {
            "eventDate" => period.iso_interval(),
            "year" => shown(same_year, i64::from(start.year())),
            "month" => shown(by_month, i64::from(start.month())),
            "day" => shown(by_day, i64::from(start.day())),
            "startDayOfYear" => shown(precision == Precision::Day, i64::from(start.day_of_year())),
            "endDayOfYear" => shown(precision == Precision::Day, i64::from(end.day_of_year())),
            _ => String::new(),
        })
    }
}

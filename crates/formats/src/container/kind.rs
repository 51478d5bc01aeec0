//! What kind of values a column holds, from all of its cells.

use crate::made::number::{day_of, moment_of, shortest};

/// The kind of a column. The text of each value can be had back from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Day,
    Float,
    Local,
    Text,
    Universal,
    Whole,
}

/// What a column may still be, after the cells so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Guess {
    /// None where no cell had a value.
    possible: Option<Vec<Kind>>,
}

impl Guess {
    pub(super) fn see(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let possible = self.possible.get_or_insert_with(|| ORDER.to_vec());
        possible.retain(|kind| kind.fits(text));
    }

    pub(super) fn kind(&self) -> Kind {
        let first = self.possible.as_ref().and_then(|possible| possible.first());
        first.copied().unwrap_or(Kind::Text)
    }
}

impl Kind {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Bool => matches!(text, "true" | "false"),
            Self::Day => day_of(text).is_some(),
            Self::Float => float(text).is_some(),
            Self::Local => micros(text).is_some(),
            Self::Text => true,
            Self::Universal => text.strip_suffix('Z').and_then(micros).is_some(),
            Self::Whole => whole(text).is_some(),
        }
    }
}

pub(super) fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

pub(super) fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && shortest(*number) == text)
}

/// Microseconds since the beginning of 1970.
pub(super) fn micros(text: &str) -> Option<i64> {
    let nanos = moment_of(text)?;
    (nanos % 1_000 == 0).then(|| i64::try_from(nanos / 1_000).ok())?
}

/// The first that fits is taken.
const ORDER: [Kind; 7] =
    [Kind::Bool, Kind::Whole, Kind::Float, Kind::Day, Kind::Local, Kind::Universal, Kind::Text];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        for (cells, kind) in [
            (&["1", "", "-20"] as &[&str], Kind::Whole),
            (&["1", "2.5"], Kind::Float),
            (&["1", "02"], Kind::Text),
            (&["52.1", "52.10"], Kind::Text),
            (&["9223372036854775808"], Kind::Text),
            (&["9007199254740993", "0.5"], Kind::Text),
            (&["true", "false"], Kind::Bool),
            (&["true", "TRUE"], Kind::Text),
            (&["2021-05-14", "1890-01-01"], Kind::Day),
            (&["2021-05-14", "2021-05"], Kind::Text),
            (&["2021-05-14T06:30:00"], Kind::Local),
            (&["2021-05-14T06:30:00Z"], Kind::Universal),
            (&["2021-05-14T06:30:00Z", "2021-05-14T06:30:00"], Kind::Text),
            (&["2021-05-14T06:30:00+02:00"], Kind::Text),
            (&["", ""], Kind::Text),
            (&["NaN"], Kind::Text),
        ] {
            let mut guess = Guess::default();
            cells.iter().for_each(|cell| guess.see(cell));
            assert_eq!(guess.kind(), kind, "{cells:?}");
        }
    }
}

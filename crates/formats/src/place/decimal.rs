//! The cells for decimal coordinates and for uncertainty.

use reedbed_core::place::{DEGREE, Nano};

use super::angle::Angle;
use super::token::{self, Axis, Comma};

/// What a cell for a decimal coordinate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    Blank,
    Degrees(Nano),
    /// A number beyond the axis.
    OutOfRange,
    Unreadable,
}

/// Reads a cell for a decimal coordinate.
pub(super) fn read(text: &str, axis: Axis) -> Decimal {
    let most = match axis {
        Axis::Latitude => 90 * DEGREE,
        Axis::Longitude => 180 * DEGREE,
    };
    if let Some(degrees) = Nano::parse(text) {
        return if degrees.0.abs() <= most {
            Decimal::Degrees(degrees)
        } else {
            Decimal::OutOfRange
        };
    }
    if is_blank(text) {
        return Decimal::Blank;
    }
    if text.trim().parse::<f64>().is_ok_and(f64::is_finite) {
        return Decimal::OutOfRange;
    }
    spelled(text, axis, most)
}

/// Reads what is no plain number: `41,5`, `41.5°`, `41.5 N`, `41° 30' N`.
fn spelled(text: &str, axis: Axis, most: i64) -> Decimal {
    let comma = if text.contains('.') || text.matches(',').count() > 1 {
        Comma::Break
    } else {
        Comma::Decimal
    };
    let Some(angle) = token::split(text, comma).and_then(|tokens| Angle::read(&tokens).ok()) else {
        return Decimal::Unreadable;
    };
    if angle.has_minutes && !angle.says_hemisphere() {
        return Decimal::Unreadable;
    }
    match angle.signed(axis).ok().and_then(Nano::from_degrees) {
        Some(degrees) if degrees.0.abs() <= most => Decimal::Degrees(degrees),
        Some(_) => Decimal::OutOfRange,
        None => Decimal::Unreadable,
    }
}

/// The last digit of a decimal number, in degrees.
pub(super) fn unit(text: &str) -> f64 {
    let decimals = text
        .trim()
        .split_once(['.', ','])
        .map_or(0, |(_, after)| after.bytes().take_while(u8::is_ascii_digit).count());
    10.0_f64.powi(-i32::try_from(decimals).unwrap_or(0))
}

/// What a cell in metres says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Metres {
    Blank,
    Negative,
    NotANumber,
    Positive(f64),
}

/// Reads a cell for an uncertainty in metres; zero says nothing.
///
/// Of two readings of a comma (`1,250`) the larger is taken.
pub(super) fn metres(text: &str) -> Metres {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return positive(number);
    }
    if is_blank(text) {
        return Metres::Blank;
    }
    let lower = text.to_ascii_lowercase();
    let (number, factor) = ["km", "metres", "meters", "m"]
        .iter()
        .find_map(|unit| Some((lower.strip_suffix(unit)?.trim_end(), *unit)))
        .map_or((lower.as_str(), 1.0), |(number, unit)| {
            (number, if unit == "km" { 1_000.0 } else { 1.0 })
        });
    let plain = match number.split_once(',') {
        Some((whole, part)) if part.len() == 3 => format!("{whole}{part}"),
        Some((whole, part)) => format!("{whole}.{part}"),
        None => number.to_owned(),
    };
    plain.parse().map_or(Metres::NotANumber, |number: f64| positive(number * factor))
}

fn positive(number: f64) -> Metres {
    if !number.is_finite() {
        Metres::NotANumber
    } else if number < 0.0 {
        Metres::Negative
    } else if number > 0.0 {
        Metres::Positive(number)
    } else {
        Metres::Blank
    }
}

/// What people write where there is no value.
pub(super) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || BLANKS.iter().any(|blank| text.eq_ignore_ascii_case(blank))
}

const BLANKS: [&str; 10] =
    ["-", "--", "\\n", "?", "n/a", "na", "none", "not recorded", "null", "unknown"];

//! A latitude and a longitude: two cells, or one text with both.

use super::angle::{Angle, NoAngle};
use super::token::{self, Axis, Comma, Token};

/// A latitude and a longitude as they were spelled, on whatever datum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Degrees {
    pub(super) lat: f64,
    pub(super) lon: f64,
    /// The coarser of the last digits written, in degrees.
    pub(super) unit: f64,
}

/// Why there is no pair, and in which of the two cells the fault lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPair {
    Ambiguous,
    /// Latitude beyond 90°.
    Latitude,
    /// Longitude beyond 180°.
    Longitude,
    /// 60 minutes or more on this axis.
    Sixty(Axis),
    Unreadable,
}

/// Reads the cells of a latitude and a longitude.
pub(super) fn of_cells(lat: &str, lon: &str) -> Result<Degrees, NoPair> {
    let lat = cell(lat).map_err(|why| why.on(Axis::Latitude))?;
    let lon = cell(lon).map_err(|why| why.on(Axis::Longitude))?;
    together(&lat, &lon)
}

/// Reads one text with both, in either order where letters, labels or sizes tell it.
pub(super) fn of_text(text: &str) -> Result<Degrees, NoPair> {
    let tokens = token::split(text, comma_in_pair(text)?).ok_or(NoPair::Unreadable)?;
    let (first, second) = halves(&tokens)?;
    let (first, second) = (Angle::read(first), Angle::read(second));
    // Which axis has sixty minutes matters little: both stand in one cell.
    let first = first.map_err(|why| why.on(Axis::Latitude))?;
    let second = second.map_err(|why| why.on(Axis::Longitude))?;
    match (first.axis(), second.axis()) {
        (Some(Axis::Latitude), Some(Axis::Longitude)) => together(&first, &second),
        (Some(Axis::Longitude), Some(Axis::Latitude)) => together(&second, &first),
        (Some(_), Some(_)) => Err(NoPair::Unreadable),
        (Some(_), None) | (None, Some(_)) => Err(NoPair::Ambiguous),
        // Without letters only a number beyond 90 tells which is which.
        (None, None) if first.size() > 90.0 && second.size() <= 90.0 => together(&second, &first),
        (None, None) if second.size() > 90.0 && first.size() <= 90.0 => together(&first, &second),
        (None, None) => Err(NoPair::Ambiguous),
    }
}

fn cell(text: &str) -> Result<Angle, NoAngle> {
    let comma = if text.contains('.') { Comma::Break } else { Comma::Decimal };
    let tokens = token::split(text, comma).ok_or(NoAngle::Unreadable)?;
    Angle::read(&tokens)
}

impl NoAngle {
    fn on(self, axis: Axis) -> NoPair {
        match self {
            Self::Ambiguous => NoPair::Ambiguous,
            Self::Sixty => NoPair::Sixty(axis),
            Self::Unreadable => NoPair::Unreadable,
        }
    }
}

fn together(lat: &Angle, lon: &Angle) -> Result<Degrees, NoPair> {
    let says = |angle: &Angle| angle.says_hemisphere();
    // Decimal degrees without a sign are positive. Degrees and minutes without one may have lost
    // their letter, unless the other coordinate shows that signs are in use.
    let is_clear = match (lat.has_direction(), lon.has_direction()) {
        (true, true) => true,
        (true, false) => says(lon),
        (false, true) => says(lat),
        (false, false) => says(lat) || says(lon) || !(lat.is_sexagesimal || lon.is_sexagesimal),
    };
    if !is_clear {
        return Err(NoPair::Ambiguous);
    }
    let why = |why: NoAngle| why.on(Axis::Latitude);
    let (lat_degrees, lon_degrees) =
        (lat.signed(Axis::Latitude).map_err(why)?, lon.signed(Axis::Longitude).map_err(why)?);
    // Numbers beyond a circle are no degrees but eastings, or digits without marks.
    if lat_degrees.abs() > 360.0 || lon_degrees.abs() > 360.0 {
        return Err(NoPair::Unreadable);
    }
    if lat_degrees.abs() > 90.0 {
        return Err(NoPair::Latitude);
    }
    if lon_degrees.abs() > 180.0 {
        return Err(NoPair::Longitude);
    }
    Ok(Degrees { lat: lat_degrees, lon: lon_degrees, unit: lat.unit.max(lon.unit) })
}

/// Finds where the first coordinate ends.
fn halves(tokens: &[Token]) -> Result<(&[Token], &[Token]), NoPair> {
    let places = |wanted: fn(&Token) -> bool| -> Vec<usize> {
        let found = tokens.iter().enumerate().filter(|(_, token)| wanted(token));
        found.map(|(at, _)| at).collect()
    };
    let labels = places(|token| matches!(token, Token::Label(_)));
    let directions = places(|token| matches!(token, Token::Direction(_)));
    let is_last = |at: usize| at + 1 == tokens.len();
    let at = match (labels.as_slice(), directions.as_slice()) {
        (&[0, second], _) => second,
        (&[], &[0, second]) if !is_last(second) => second,
        (&[], &[first, second]) if first > 0 && is_last(second) => first + 1,
        (&[], &[]) => middle(tokens).ok_or(NoPair::Ambiguous)?,
        _ => return Err(NoPair::Ambiguous),
    };
    let (first, second) = tokens.split_at_checked(at).ok_or(NoPair::Unreadable)?;
    let first = first.strip_suffix(&[Token::Break]).unwrap_or(first);
    let second = second.strip_prefix(&[Token::Break]).unwrap_or(second);
    Ok((first, second))
}

/// Where two coordinates without letters meet: at the only break, or between the only two numbers.
fn middle(tokens: &[Token]) -> Option<usize> {
    let mut breaks = tokens.iter().enumerate().filter(|(_, token)| **token == Token::Break);
    if let Some((at, _)) = breaks.next() {
        return breaks.next().is_none().then_some(at);
    }
    let mut numbers =
        tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Number(_)));
    let (_, second) = (numbers.next()?, numbers.next()?);
    if numbers.next().is_some() {
        return None;
    }
    let before = second.0.checked_sub(1)?;
    let is_sign = matches!(tokens.get(before), Some(Token::Minus | Token::Plus));
    Some(if is_sign { before } else { second.0 })
}

/// What commas between digits are in a text with two coordinates.
fn comma_in_pair(text: &str) -> Result<Comma, NoPair> {
    let bytes = text.as_bytes();
    let is_digit =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let between = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| {
            **byte == b',' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))
        })
        .count();
    let has_letters = text.chars().any(char::is_alphabetic);
    let has_other = bytes.iter().any(|byte| matches!(byte, b' ' | b';' | b'/' | b'|' | b'\n'));
    match between {
        0 => Ok(Comma::Break),
        _ if text.contains('.') => Ok(Comma::Break),
        _ if has_letters => Ok(Comma::Decimal),
        // `41,5 -8,5` is two numbers; `41,5` might be one or two.
        2 if has_other => Ok(Comma::Decimal),
        _ => Err(NoPair::Ambiguous),
    }
}

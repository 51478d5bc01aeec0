//! Reads single cells: widths, yes and no, sets of words.

use std::collections::BTreeSet;

use crate::place::{DEGREE, Nano};
use crate::rule::Width;

/// Reads a width: a number and a unit (`0.1°`, `0.1 deg`, `1000 m`, `10 km`).
///
/// Nothing without a unit, with a decimal comma, at or below zero, beyond 90° or 1000 km.
pub fn read_width(text: &str) -> Option<Width> {
    let text: String =
        text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at_checked(digits)?;
    match unit {
        "°" | "deg" | "degree" | "degrees" => {
            let degrees = Nano::parse(number)?;
            (1_000..=90 * DEGREE).contains(&degrees.0).then_some(Width::Degrees(degrees))
        }
        "m" | "metre" | "metres" | "meter" | "meters" => metres(number, 0),
        "km" | "kilometre" | "kilometres" | "kilometer" | "kilometers" => metres(number, 3),
        _ => None,
    }
}

/// A decimal number times a power of ten, in whole metres; parts of a metre count as one.
fn metres(number: &str, zeros: usize) -> Option<Width> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_number = (!whole.is_empty() || !part.is_empty())
        && part.len() <= 9
        && whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    let shifted = format!("{part:0<zeros$}");
    let (kept, rest) = shifted.split_at_checked(zeros)?;
    let mut metres: u64 = format!("0{whole}{kept}").parse().ok()?;
    metres += u64::from(rest.bytes().any(|byte| byte != b'0'));
    let metres = u32::try_from(metres).ok()?;
    (1..=WIDEST_M).contains(&metres).then_some(Width::Metres(metres))
}

/// Reads yes or no.
pub(super) fn read_yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "withhold" | "withheld" | "always" => Some(true),
        "no" | "n" | "false" | "0" | "-" => Some(false),
        _ => None,
    }
}

/// Reads a set of words, separated by bars or semicolons and, where asked, by commas.
pub(super) fn read_words(text: &str, with_commas: bool) -> BTreeSet<String> {
    text.split(|c| matches!(c, '|' | ';') || with_commas && c == ',')
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Reads a whole number of years, `5` or `5 years`.
pub(super) fn read_years(text: &str) -> Option<u16> {
    let text = text.trim().to_lowercase();
    let number = ["years", "year", "yrs", "y"].iter().find_map(|unit| text.strip_suffix(unit));
    number.unwrap_or(&text).trim().parse().ok()
}

/// Whether a text shows that it went through a wrong character set.
pub(super) fn is_garbled(text: &str) -> bool {
    ["\u{fffd}", "â€", "Ã¡", "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "Â "]
        .iter()
        .any(|sign| text.contains(sign))
}

/// A cell wider than this is no cell.
const WIDEST_M: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_has_a_number_and_a_unit() {
        for (text, width) in [
            ("10km", Width::Metres(10_000)),
            ("10 km", Width::Metres(10_000)),
            ("2.5 KM", Width::Metres(2_500)),
            ("0.0005 km", Width::Metres(1)),
            ("1000 m", Width::Metres(1_000)),
            ("100 metres", Width::Metres(100)),
            (".5m", Width::Metres(1)),
            ("0.1°", Width::Degrees(Nano(DEGREE / 10))),
            ("0.1 deg", Width::Degrees(Nano(DEGREE / 10))),
            ("1 degree", Width::Degrees(Nano(DEGREE))),
        ] {
            assert_eq!(read_width(text), Some(width), "{text}");
        }
    }

    #[test]
    fn what_is_no_width_is_not_guessed() {
        for text in [
            "10",
            "km",
            "",
            "10 miles",
            "0 m",
            "-10 km",
            "0,1°",
            "1,000 m",
            "1e3 m",
            "10 km x",
            "91°",
            "2000 km",
            "0.0000001°",
            "1.2.3 m",
            "about 10 km",
            "WITHHOLD",
            "NaN m",
            ". m",
        ] {
            assert_eq!(read_width(text), None, "{text}");
        }
    }

    #[test]
    fn words_and_numbers_are_read_as_people_write_them() {
        assert_eq!(read_words("adult| chick ;", false).len(), 2);
        assert_eq!(read_words("adult, chick", true).len(), 2);
        assert_eq!(read_words("Museum, Berlin", false).len(), 1);
        assert_eq!(
            (read_years("5"), read_years("5 years"), read_years("five")),
            (Some(5), Some(5), None)
        );
        assert_eq!(
            (read_yes("Yes"), read_yes("no"), read_yes("maybe")),
            (Some(true), Some(false), None)
        );
    }
}

//! Places that a record's own texts tell, in whichever notation.

use reedbed_core::place::{Nano, Point};
use reedbed_formats::place::{self, PlaceCells, PlaceRead};

/// Finds places in a text.
///
/// Read are: two numbers of degrees beside each other, degrees with minutes and seconds, grid
/// references that the reader of places knows, geohashes and plus codes.
pub(crate) fn places(text: &str) -> Vec<Point> {
    let mut found = decimals(text);
    found.extend(spelt(text));
    found.extend(
        text.split(|c: char| c.is_whitespace() || ",;|()[]\"'".contains(c)).filter_map(code),
    );
    found
}

/// Two numbers with three decimals or more, at most some characters apart, in either order.
fn decimals(text: &str) -> Vec<Point> {
    let numbers = numbers(text);
    let mut found = Vec::new();
    for pair in numbers.windows(2) {
        let [(first, first_end, _), (second, _, second_start)] = pair else { continue };
        if second_start.saturating_sub(*first_end) > FARTHEST {
            continue;
        }
        found.extend(Point::new(*first, *second));
        found.extend(Point::new(*second, *first));
    }
    found
}

/// Numbers with at least three decimals: value, where it ends, where it begins; a letter for south
/// or west behind or before a number makes it negative.
fn numbers(text: &str) -> Vec<(Nano, usize, usize)> {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let mut numbers = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        if !at(start).is_ascii_digit() {
            start += 1;
            continue;
        }
        let mut end = start;
        let mut has_separator = false;
        while at(end).is_ascii_digit()
            || (!has_separator && matches!(at(end), b'.' | b',') && at(end + 1).is_ascii_digit())
        {
            has_separator |= !at(end).is_ascii_digit();
            end += 1;
        }
        let number = text.get(start..end).unwrap_or("").replace(',', ".");
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if (3..=15).contains(&decimals)
            && let Some(value) = Nano::parse(&number)
        {
            let before = start.checked_sub(1).map_or(b' ', at);
            let behind = text.get(end..).unwrap_or("").trim_start_matches([' ', '°']);
            let is_negative =
                before == b'-' || text.get(..start).is_some_and(|head| head.ends_with('−'));
            let is_south_or_west = behind.starts_with(['S', 'W']) || matches!(before, b'S' | b'W');
            let value = if is_negative || is_south_or_west { Nano(-value.0) } else { value };
            numbers.push((value, end, start));
        }
        start = end.max(start + 1);
    }
    numbers
}

/// Spellings that the reader of places knows, in the whole text or between separators.
fn spelt(text: &str) -> Vec<Point> {
    let pieces = text.split([';', '|', '\n', '(', ')']).chain([text]);
    pieces
        .filter(|piece| piece.bytes().any(|byte| byte.is_ascii_digit()))
        .filter_map(|piece| {
            // A sentence around the reference is cut away word by word.
            let words: Vec<&str> = piece.split_whitespace().take(MOST_WORDS).collect();
            (0..words.len()).find_map(|from| {
                (1..=LONGEST_SPELLING.min(words.len() - from)).rev().find_map(|count| {
                    let spelt = words.get(from..from + count)?.join(" ");
                    let spelt = spelt.trim_matches(|c: char| ".,:".contains(c));
                    let cells = PlaceCells { verbatim_coordinates: spelt, ..PlaceCells::default() };
                    match place::read(&cells) {
                        PlaceRead::Known(stated) => Some(stated.point),
                        _ => None,
                    }
                })
            })
        })
        .collect()
}

/// A geohash of seven characters or more, or a full plus code.
fn code(word: &str) -> Option<Point> {
    let word = word.rsplit(['/', ':', '=', '#']).next()?.trim_matches('.');
    if word.contains('+') {
        return plus_code(word);
    }
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !(7..=12).contains(&word.len()) || !has_digit || !has_letter {
        return None;
    }
    geohash(&word.to_ascii_lowercase())
}

/// Source: Niemeyer (2008), geohash.org; five bits a character, longitude first.
fn geohash(word: &str) -> Option<Point> {
    const LETTERS: &[u8] = b"0123456789bcdefghjkmnpqrstuvwxyz";
    let (mut south, mut north, mut west, mut east) = (-90.0, 90.0, -180.0, 180.0);
    let mut is_longitude = true;
    for byte in word.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == byte)?;
        for bit in (0..5).rev() {
            let is_upper = value >> bit & 1 == 1;
            let (low, high) =
                if is_longitude { (&mut west, &mut east) } else { (&mut south, &mut north) };
            let middle = f64::midpoint(*low, *high);
            if is_upper {
                *low = middle;
            } else {
                *high = middle;
            }
            is_longitude = !is_longitude;
        }
    }
    Point::from_degrees(f64::midpoint(south, north), f64::midpoint(west, east))
}

/// Source: Open Location Code specification, version 1: base 20, pairs of latitude and longitude.
fn plus_code(word: &str) -> Option<Point> {
    const LETTERS: &[u8] = b"23456789CFGHJMPQRVWX";
    let (head, _) = word.split_once('+')?;
    if head.len() != 8 {
        return None;
    }
    let digits = word.bytes().filter(|byte| *byte != b'+').take(10);
    let (mut lat, mut lon, mut step) = (-90.0, -180.0, 20.0);
    for (index, byte) in digits.enumerate() {
        let value = LETTERS.iter().position(|letter| *letter == byte.to_ascii_uppercase())?;
        #[expect(clippy::cast_precision_loss, reason = "below twenty")]
        let value = value as f64;
        if index % 2 == 0 {
            lat += value * step;
        } else {
            lon += value * step;
            step /= 20.0;
        }
    }
    Point::from_degrees(lat, lon)
}

/// Bytes between two numbers of one place.
const FARTHEST: usize = 24;
const MOST_WORDS: usize = 40;
/// Words of one spelling: degrees, minutes, seconds and a letter, twice.
const LONGEST_SPELLING: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn tells(text: &str, lat: f64, lon: f64) -> bool {
        let wanted = Point::from_degrees(lat, lon).unwrap();
        places(text).iter().any(|point| point.distance_bound_m(wanted) < 200.0)
    }

    #[test]
    fn places_are_found_in_many_notations() {
        for text in [
            "nest at 52.12345, 4.56789 in reed",
            "52.12345 N 4.56789 E",
            "POINT (4.56789 52.12345)",
            "{\"lat\": 52.12345, \"lon\": 4.56789}",
            "https://maps.example/@52.12345,4.56789,15z",
            "at 52° 7' 24.42\" N 4° 34' 4.4\" E near the mill",
            "geohash u15xg3sj0",
        ] {
            let is_geohash = text.contains("geohash");
            let (lat, lon) = if is_geohash {
                let point = geohash("u15xg3sj0").unwrap();
                (point.lat().degrees(), point.lon().degrees())
            } else {
                (52.12345, 4.56789)
            };
            assert!(tells(text, lat, lon), "{text}: {}", places(text).len());
        }
        assert!(tells("plus 9F469HF9+92", 52.1234, 4.5678) || !places("9F469HF9+92").is_empty());
    }

    #[test]
    fn codes_are_decoded_as_their_authors_say() {
        let point = geohash("ezs42").unwrap();
        assert!((point.lat().degrees() - 42.605).abs() < 0.03);
        assert!((point.lon().degrees() + 5.603).abs() < 0.03);
        let point = plus_code("8FVC9G8F+6X").unwrap();
        assert!((point.lat().degrees() - 47.3655).abs() < 0.001);
        assert!((point.lon().degrees() - 8.5249).abs() < 0.001);
    }

    #[test]
    fn ordinary_texts_tell_no_place() {
        for text in
            ["three birds, 12.5 cm", "2019-05-06", "1 male | 0 female", "ring 1234567", "withheld"]
        {
            assert_eq!(places(text).len(), 0, "{text}");
        }
    }
}

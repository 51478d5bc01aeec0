//! Numbers as people read them.

/// A count with a comma at every thousand.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something there are, as counts are kept.
pub(super) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A length: metres below a kilometre, kilometres above.
///
/// Units: metres in.
pub(super) fn length(metres: u64) -> String {
    if metres < 1000 {
        return format!("{metres}\u{a0}m");
    }
    let decimals = format!("{:03}", metres % 1000);
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}\u{a0}km", count(metres / 1000))
}

/// A share in percent, to a tenth; a part that is there is never rounded to nothing, nor to all.
pub(super) fn share(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return "0%".to_owned();
    }
    if part >= whole {
        return "100%".to_owned();
    }
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    match tenths {
        0 => "under 0.1%".to_owned(),
        1000.. => "over 99.9%".to_owned(),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A latitude in words.
///
/// Units: degrees in.
pub(super) fn latitude(degrees: f64, decimals: usize) -> String {
    hemisphere(degrees, decimals, "N", "S")
}

/// A longitude in words, whichever turn of the globe it is on.
///
/// Units: degrees in.
pub(super) fn longitude(degrees: f64, decimals: usize) -> String {
    let turned = (degrees + 180.0).rem_euclid(360.0) - 180.0;
    if 180.0 - turned.abs() < 1e-9 {
        return "180°".to_owned();
    }
    hemisphere(turned, decimals, "E", "W")
}

fn hemisphere(degrees: f64, decimals: usize, positive: &str, negative: &str) -> String {
    let number = format!("{:.decimals$}", degrees.abs());
    if number.bytes().all(|digit| matches!(digit, b'0' | b'.')) {
        return "0°".to_owned();
    }
    let hemisphere = if degrees < 0.0 { negative } else { positive };
    format!("{number}°\u{a0}{hemisphere}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_at_every_thousand() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (19_812, "19,812"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn lengths_change_to_kilometres_at_a_thousand_metres() {
        for (metres, text) in [
            (32, "32\u{a0}m"),
            (999, "999\u{a0}m"),
            (1000, "1\u{a0}km"),
            (1250, "1.25\u{a0}km"),
            (12_500, "12.5\u{a0}km"),
            (100_000_000, "100,000\u{a0}km"),
        ] {
            assert_eq!(length(metres), text);
        }
    }

    #[test]
    fn a_share_is_neither_rounded_to_nothing_nor_to_all() {
        for (part, whole, text) in [
            (0, 10, "0%"),
            (1, 100_000, "under 0.1%"),
            (168, 20_003, "0.8%"),
            (99_999, 100_000, "over 99.9%"),
            (10, 10, "100%"),
            (0, 0, "0%"),
        ] {
            assert_eq!(share(part, whole), text);
        }
    }

    #[test]
    fn degrees_name_their_hemisphere() {
        assert_eq!(latitude(52.61, 1), "52.6°\u{a0}N");
        assert_eq!(latitude(-0.5, 1), "0.5°\u{a0}S");
        assert_eq!(latitude(-0.0, 0), "0°");
        assert_eq!(longitude(180.0, 3), "180°");
        assert_eq!(longitude(-180.0, 0), "180°");
        assert_eq!(longitude(190.5, 1), "169.5°\u{a0}W");
        assert_eq!(longitude(1.5, 1), "1.5°\u{a0}E");
    }
}

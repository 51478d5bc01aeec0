//! Eastings and northings, with or without a zone of the Universal Transverse Mercator grid.

use super::datum::{self, Zone};

/// An easting and a northing as they were spelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plane {
    pub(super) first: f64,
    pub(super) second: f64,
    /// Which of them is the easting, where letters tell it.
    pub(super) order: Order,
    pub(super) zone: Option<Zone>,
    /// EPSG code of a datum named beside them.
    pub(super) datum: Option<u16>,
}

/// Which of two numbers is the easting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    EastingFirst,
    NorthingFirst,
    Unstated,
}

/// Reads two large numbers and what stands beside them: `29T 538000 4549000`,
/// `Zone 29N: E 538000, N 4549000`, `538000mE 4549000mN 29 N WGS84`.
pub(super) fn read(text: &str) -> Option<Plane> {
    if text.len() > LONGEST {
        return None;
    }
    let mut datum = None;
    let mut items = Vec::new();
    for chunk in text.split([' ', '\t', '(', ')', ';', '\n']).filter(|chunk| !chunk.is_empty()) {
        match datum::of_name(chunk) {
            Some(code) if datum.is_none() => datum = Some(code),
            Some(_) => return None,
            None => split(chunk, &mut items)?,
        }
    }
    let zone_at = items.iter().position(Item::is_zone);
    let (zone, rest) = match zone_at {
        None => (None, items),
        Some(at) => with_zone(&items, at)?,
    };
    let (first, second, order) = match rest.as_slice() {
        [Item::Number(a, _), Item::Number(b, _)] => (*a, *b, Order::Unstated),
        [Item::Label(label), Item::Number(a, _), Item::Label(other), Item::Number(b, _)]
        | [Item::Number(a, _), Item::Label(label), Item::Number(b, _), Item::Label(other)] => {
            let order = match (label, other) {
                ('E', 'N') => Order::EastingFirst,
                ('N', 'E') => Order::NorthingFirst,
                // X is the northing in some systems.
                ('X', 'Y') | ('Y', 'X') => Order::Unstated,
                _ => return None,
            };
            (*a, *b, order)
        }
        _ => return None,
    };
    Some(Plane { first, second, order, zone, datum })
}

/// Reads a cell that should hold one easting or northing.
pub(super) fn number(text: &str) -> Option<f64> {
    let mut items = Vec::new();
    for chunk in text.split_whitespace() {
        split(chunk, &mut items)?;
    }
    match items.as_slice() {
        [Item::Number(number, _)]
        | [Item::Number(number, _), Item::Label('E' | 'N')]
        | [Item::Label('E' | 'N'), Item::Number(number, _)] => Some(*number),
        _ => None,
    }
}

impl Plane {
    /// Easting and northing on the Universal Transverse Mercator grid; nothing where the numbers
    /// could be either.
    pub(super) fn on_utm(&self) -> Option<(f64, f64)> {
        let is_easting = |number: f64| (100_000.0..900_000.0).contains(&number);
        let is_northing = |number: f64| (0.0..=10_000_000.0).contains(&number);
        let fits = |(east, north): (f64, f64)| is_easting(east) && is_northing(north);
        let (straight, turned) = ((self.first, self.second), (self.second, self.first));
        let found = match self.order {
            Order::EastingFirst => straight,
            Order::NorthingFirst => turned,
            Order::Unstated if fits(straight) && fits(turned) => return None,
            Order::Unstated if fits(straight) => straight,
            Order::Unstated => turned,
        };
        fits(found).then_some(found)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    /// E or N for easting and northing, X or Y for what may be either.
    Label(char),
    /// A letter that may belong to a zone.
    Letter(u8),
    /// A number and its digits before the decimal sign.
    Number(f64, usize),
}

impl Item {
    fn is_zone(&self) -> bool {
        matches!(self, Self::Number(number, 1..=2) if number.fract() == 0.0 && (1.0..=60.0).contains(number))
    }

    fn zone_letter(&self) -> Option<u8> {
        match self {
            Self::Label(label @ ('E' | 'N' | 'X')) => u8::try_from(*label).ok(),
            Self::Letter(letter) => Some(*letter),
            _ => None,
        }
    }
}

/// Takes the zone out of the items; it stands before the numbers or after them.
fn with_zone(items: &[Item], at: usize) -> Option<(Option<Zone>, Vec<Item>)> {
    let Some(Item::Number(number, _)) = items.get(at) else { return None };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`is_zone` has seen that it is a whole number from 1 to 60"
    )]
    let number = *number as u8;
    let (before, after) = (items.get(..at)?, items.get(at + 1..)?);
    let (letter, rest) = match (before, after) {
        // With two labels and one letter more, the first belongs to the zone.
        ([], [letter, rest @ ..]) if rest.len() == 2 || rest.len() == 4 => {
            (Some(letter.zone_letter()?), rest)
        }
        ([], rest) => (None, rest),
        (rest, [letter]) => (Some(letter.zone_letter()?), rest),
        (rest, []) => (None, rest),
        _ => return None,
    };
    Some((Some(Zone { number, letter }), rest.to_vec()))
}

/// Splits a chunk without spaces into numbers, letters and labels; fillers are dropped.
fn split(chunk: &str, items: &mut Vec<Item>) -> Option<()> {
    let chars: Vec<char> = chunk.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let rest = chars.get(at..)?;
        let next_is_digit = rest.get(1).is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() || (c == '-' && next_is_digit && at == 0) {
            let length = number_length(rest);
            let text: String =
                rest.get(..length)?.iter().map(|c| if *c == ',' { '.' } else { *c }).collect();
            let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default().len();
            items.push(Item::Number(text.parse().ok()?, whole));
            at += length;
        } else if c.is_alphabetic() {
            let length = rest.iter().take_while(|c| c.is_alphabetic()).count();
            let word: String = rest.get(..length)?.iter().collect::<String>().to_lowercase();
            items.extend(item_of(&word)?);
            at += length;
        } else if matches!(c, ',' | ':' | '/' | '=' | '.' | '-' | '_' | '°' | 'º') {
            at += 1;
        } else {
            return None;
        }
    }
    Some(())
}

/// Length of a number; a comma is a decimal sign where at most three digits follow.
fn number_length(chars: &[char]) -> usize {
    let sign = usize::from(chars.first() == Some(&'-'));
    let digits = |from: usize| chars.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let whole = sign + digits(sign);
    let decimals = digits(whole + 1);
    match chars.get(whole) {
        Some('.') if decimals > 0 => whole + 1 + decimals,
        Some(',') if (1..=3).contains(&decimals) => whole + 1 + decimals,
        _ => whole,
    }
}

/// What a word is; an error for one that has no place here, nothing for a filler.
fn item_of(word: &str) -> Option<Option<Item>> {
    Some(match word {
        "utm" | "zone" | "zona" | "huso" | "fuso" | "m" | "metres" | "meters" | "grid" => None,
        "e" | "me" | "east" | "easting" | "este" => Some(Item::Label('E')),
        "n" | "mn" | "north" | "northing" | "norte" => Some(Item::Label('N')),
        "x" => Some(Item::Label('X')),
        "y" => Some(Item::Label('Y')),
        _ => {
            let &[letter] = word.as_bytes() else { return None };
            letter
                .is_ascii_lowercase()
                .then(|| Item::Letter(letter.to_ascii_uppercase()))
                .map(Some)?
        }
    })
}

/// Longer than any spelling of one place.
const LONGEST: usize = 120;

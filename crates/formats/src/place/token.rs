//! The words, numbers and marks of a spelled coordinate.

/// One piece of a spelled coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    /// Something between coordinates: `;`, `/`, `|`, a line break, or a comma that is no decimal one.
    Break,
    Colon,
    Degree,
    /// A letter or word for a direction.
    Direction(Direction),
    /// A word for the axis: `lat`, `Länge`.
    Label(Axis),
    Minus,
    Minute,
    Number(Number),
    Plus,
    Second,
}

/// A number without a sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// Digits after the decimal sign.
    pub(super) decimals: u8,
    pub(super) has_decimal_sign: bool,
}

/// The axis of a coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Latitude,
    Longitude,
}

/// A direction, as far as its letter tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    East,
    North,
    /// `O`: Ost in German, but oeste in Spanish and Portuguese and ouest in French.
    OstOrOeste,
    South,
    West,
}

impl Direction {
    pub(super) fn axis(self) -> Axis {
        match self {
            Self::North | Self::South => Axis::Latitude,
            Self::East | Self::OstOrOeste | Self::West => Axis::Longitude,
        }
    }
}

/// What a comma between two digits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comma {
    Break,
    Decimal,
}

/// Splits a text; nothing where something stands in it that has no place in a coordinate.
pub(super) fn split(text: &str, comma: Comma) -> Option<Vec<Token>> {
    if text.len() > LONGEST {
        return None;
    }
    let chars: Vec<char> = text.chars().filter(|c| !IGNORED.contains(c)).collect();
    let mut tokens: Vec<Token> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(rest @ [c, ..]) = chars.get(at..) {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied().unwrap_or(' ');
        at += if c.is_ascii_digit() {
            let (number, length) = number(rest, comma)?;
            tokens.push(Token::Number(number));
            length
        } else if let Some(mark) = mark(*c) {
            match tokens.last_mut() {
                // Two strokes in place of a double one.
                Some(last @ Token::Minute)
                    if mark == Token::Minute && MINUTES.contains(&before) =>
                {
                    *last = Token::Second;
                }
                _ => tokens.push(mark),
            }
            1
        } else if c.is_alphabetic() {
            word(rest, before, &mut tokens)?
        } else {
            sign(rest, before, &mut tokens)?;
            1
        };
    }
    Some(tokens)
}

/// The mark that a character is.
fn mark(c: char) -> Option<Token> {
    match c {
        _ if DEGREES.contains(&c) => Some(Token::Degree),
        _ if MINUTES.contains(&c) => Some(Token::Minute),
        _ if SECONDS.contains(&c) => Some(Token::Second),
        _ => None,
    }
}

/// Reads a word, and gives its length.
fn word(rest: &[char], before: char, tokens: &mut Vec<Token>) -> Option<usize> {
    let is_glued = before.is_ascii_digit();
    let length = match rest {
        // `57.9sN`: a mark and a direction.
        ['d' | 'm' | 's', direction, after @ ..]
            if is_glued
                && "NSEWOnsewo".contains(*direction)
                && !after.first().is_some_and(|c| c.is_alphabetic()) =>
        {
            1
        }
        _ => rest.iter().take_while(|c| c.is_alphabetic()).count(),
    };
    let word: String = rest.get(..length)?.iter().collect();
    // Where minutes were marked, a small `s` after a number marks seconds.
    let has_minutes = tokens.contains(&Token::Minute);
    match mark_of(&word, is_glued, has_minutes, rest.get(length..)?) {
        Some(mark) => tokens.push(mark),
        None => word_of(&word, tokens)?,
    }
    Some(length)
}

/// Reads a character that is no digit, letter or mark.
fn sign(rest: &[char], before: char, tokens: &mut Vec<Token>) -> Option<()> {
    let (c, next) = (*rest.first()?, rest.get(1).copied().unwrap_or(' '));
    let is_after_part = matches!(
        tokens.last(),
        Some(Token::Number(_) | Token::Degree | Token::Minute | Token::Second)
    );
    match c {
        ':' => tokens.push(Token::Colon),
        ',' | ';' | '/' | '|' | '\n' | '\r' => tokens.push(Token::Break),
        // What follows a number or a mark at once is a hyphen between the parts.
        '-' | '−' | '–' | '‐' | '‑' if is_after_part && !before.is_whitespace() => {
            tokens.push(Token::Colon);
        }
        '-' | '−' | '–' | '‐' | '‑' => tokens.push(Token::Minus),
        '+' => tokens.push(Token::Plus),
        // A full stop ends an abbreviation, a mark or the text; between digits it is read with the
        // number, and before a digit it is something else.
        '.' if !next.is_ascii_digit() => {}
        '(' | ')' | '[' | ']' => {}
        _ if c.is_whitespace() => {}
        _ => return None,
    }
    Some(())
}

fn number(chars: &[char], comma: Comma) -> Option<(Number, usize)> {
    let whole = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let is_sign = |c: &char| *c == '.' || (*c == ',' && comma == Comma::Decimal);
    let mut length = whole;
    let mut decimals = 0;
    if chars.get(whole).is_some_and(is_sign) {
        let after = chars.get(whole + 1..)?;
        decimals = after.iter().take_while(|c| c.is_ascii_digit()).count();
        if decimals > 0 {
            length += 1 + decimals;
        }
    }
    let text: String =
        chars.get(..length)?.iter().map(|c| if *c == ',' { '.' } else { *c }).collect();
    let number = Number {
        value: text.parse().ok()?,
        decimals: u8::try_from(decimals).ok()?,
        has_decimal_sign: length > whole,
    };
    Some((number, length))
}

/// The mark that a word after a number stands for.
fn mark_of(word: &str, is_glued: bool, has_minutes: bool, after: &[char]) -> Option<Token> {
    let followed_by_number =
        after.iter().find(|c| !c.is_whitespace()).is_some_and(char::is_ascii_digit);
    match word {
        "o" if is_glued && followed_by_number => return Some(Token::Degree),
        "d" | "D" if followed_by_number || is_glued => return Some(Token::Degree),
        "m" | "M" if is_glued || followed_by_number => return Some(Token::Minute),
        "s" if is_glued && has_minutes => return Some(Token::Second),
        _ => {}
    }
    match word.to_lowercase().as_str() {
        "deg" | "degs" | "degree" | "degrees" | "grad" | "grados" | "graus" => Some(Token::Degree),
        "min" | "mins" | "minute" | "minutes" | "minuten" | "minutos" => Some(Token::Minute),
        "sec" | "secs" | "second" | "seconds" | "sek" | "sekunden" | "segundos" => {
            Some(Token::Second)
        }
        _ => None,
    }
}

/// The direction or label that a word stands for; nothing for any other word.
fn word_of(word: &str, tokens: &mut Vec<Token>) -> Option<()> {
    let word = word.to_lowercase();
    // "n. Br." and "ö. L.": northern latitude and eastern longitude.
    let follows = |axis: Axis| {
        tokens.last().is_some_and(|last| matches!(last, Token::Direction(d) if d.axis() == axis))
    };
    if (matches!(word.as_str(), "br" | "breite") && follows(Axis::Latitude))
        || (matches!(word.as_str(), "l" | "länge" | "laenge") && follows(Axis::Longitude))
    {
        return Some(());
    }
    if GREENWICH.contains(&word.as_str()) {
        return Some(());
    }
    let direction = match word.as_str() {
        "n" | "north" | "nord" | "norden" | "norte" | "noord" => Direction::North,
        "s" | "south" | "süd" | "sued" | "süden" | "sud" | "sur" | "sul" | "zuid" => {
            Direction::South
        }
        "e" | "east" | "est" | "este" | "leste" | "l" | "ost" | "osten" | "oost" | "ö" | "öst" => {
            Direction::East
        }
        "w" | "west" | "westen" | "oeste" | "ouest" | "ovest" => Direction::West,
        "o" => Direction::OstOrOeste,
        _ => {
            let axis = match word.as_str() {
                "lat" | "latitude" | "latitud" | "breite" => Axis::Latitude,
                "lon" | "long" | "lng" | "longitude" | "longitud" | "länge" | "laenge" => {
                    Axis::Longitude
                }
                _ => return None,
            };
            tokens.push(Token::Label(axis));
            return Some(());
        }
    };
    tokens.push(Token::Direction(direction));
    Some(())
}

const DEGREES: [char; 7] = ['°', 'º', '˚', '∘', '⁰', '*', '\u{fffd}'];
const MINUTES: [char; 11] = ['\'', '’', '′', '´', '`', '‘', 'ʹ', 'ʼ', '‵', '＇', 'ˊ'];
const SECONDS: [char; 9] = ['"', '”', '″', '“', '˝', 'ʺ', '„', '¨', '＂'];
/// What a wrong decoding puts before a degree sign, and marks of direction and order.
const IGNORED: [char; 5] = ['Â', '\u{200e}', '\u{200f}', '\u{feff}', '\u{ad}'];
const GREENWICH: [&str; 3] = ["greenwich", "gr", "grw"];
/// Longer than any spelling of one place.
const LONGEST: usize = 200;

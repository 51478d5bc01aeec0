//! One angle: decimal degrees, degrees and minutes, or degrees, minutes and seconds.

use super::token::{Axis, Direction, Number, Token};

/// An angle as it was spelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Angle {
    degrees: f64,
    sign: Option<Sign>,
    direction: Option<Direction>,
    /// The axis that a label names.
    pub(super) label: Option<Axis>,
    /// Whether it has minutes, seconds or a degree sign, so that it says more than a number.
    pub(super) is_sexagesimal: bool,
    /// Whether it has minutes.
    pub(super) has_minutes: bool,
    /// The last digit that was written, in degrees.
    pub(super) unit: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Minus,
    Plus,
}

/// Why a spelling gives no angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAngle {
    /// It may stand for several.
    Ambiguous,
    /// It has 60 minutes or more, or more than 60 seconds.
    Sixty,
    /// It is something else.
    Unreadable,
}

impl Angle {
    /// Reads the tokens of one angle; nothing may be left over.
    pub(super) fn read(tokens: &[Token]) -> Result<Self, NoAngle> {
        let mut sign = None;
        let mut direction = None;
        let mut label = None;
        let mut parts: Vec<Number> = Vec::with_capacity(3);
        let mut has_mark = false;
        for (at, token) in tokens.iter().enumerate() {
            let is_last = at + 1 == tokens.len();
            match *token {
                Token::Number(number) if parts.len() < 3 => parts.push(number),
                Token::Degree if parts.len() == 1 => has_mark = true,
                Token::Minute if parts.len() == 2 => has_mark = true,
                Token::Second if parts.len() == 3 => has_mark = true,
                // Between the parts, or after a label.
                Token::Colon if !is_last && (!parts.is_empty() || label.is_some()) => {}
                Token::Break if !is_last && !parts.is_empty() => {}
                Token::Minus if parts.is_empty() && sign.is_none() => sign = Some(Sign::Minus),
                Token::Plus if parts.is_empty() && sign.is_none() => sign = Some(Sign::Plus),
                Token::Direction(found) if direction.is_none() && (parts.is_empty() || is_last) => {
                    direction = Some(found);
                }
                Token::Label(axis) if label.is_none() && parts.is_empty() => label = Some(axis),
                _ => return Err(NoAngle::Unreadable),
            }
        }
        let (degrees, unit) = sum(&parts)?;
        let is_sexagesimal = has_mark || parts.len() > 1;
        let has_minutes = parts.len() > 1;
        Ok(Self { degrees, sign, direction, label, is_sexagesimal, has_minutes, unit })
    }

    /// The angle with its sign, for an axis.
    ///
    /// Errors: [`NoAngle::Ambiguous`] for the letter `O`, for a direction of the other axis, and
    /// for a sign that contradicts the direction.
    pub(super) fn signed(&self, axis: Axis) -> Result<f64, NoAngle> {
        if self.label.is_some_and(|label| label != axis) {
            return Err(NoAngle::Ambiguous);
        }
        let is_negative = match (self.direction, self.sign) {
            (None, sign) => sign == Some(Sign::Minus),
            (Some(direction), _) if direction.axis() != axis => return Err(NoAngle::Ambiguous),
            // A minus before a western longitude says the same twice.
            (Some(Direction::South | Direction::West), None | Some(Sign::Minus)) => true,
            (Some(Direction::North | Direction::East), None | Some(Sign::Plus)) => false,
            (Some(_), _) => return Err(NoAngle::Ambiguous),
        };
        Ok(if is_negative { -self.degrees } else { self.degrees })
    }

    /// Whether the hemisphere is beyond doubt by itself.
    pub(super) fn says_hemisphere(&self) -> bool {
        self.direction.is_some() || self.sign.is_some()
    }

    pub(super) fn has_direction(&self) -> bool {
        self.direction.is_some()
    }

    /// The axis, where a direction or label tells it.
    pub(super) fn axis(&self) -> Option<Axis> {
        self.direction.map(Direction::axis).or(self.label)
    }

    /// The size of the angle, without sign.
    pub(super) fn size(&self) -> f64 {
        self.degrees
    }
}

/// Degrees and the last written digit in degrees.
fn sum(parts: &[Number]) -> Result<(f64, f64), NoAngle> {
    let (last, before) = parts.split_last().ok_or(NoAngle::Unreadable)?;
    if before.iter().any(|number| number.has_decimal_sign) {
        return Err(NoAngle::Unreadable);
    }
    let mut degrees = 0.0;
    let mut scale = 1.0;
    for (place, number) in parts.iter().enumerate() {
        // Sixty seconds is what rounding makes of 59.96.
        let is_too_many = match place {
            0 => false,
            1 => number.value >= 60.0,
            _ => number.value > 60.0,
        };
        if is_too_many {
            return Err(NoAngle::Sixty);
        }
        degrees += number.value / scale;
        scale *= 60.0;
    }
    let unit = 60.0 / scale / 10.0_f64.powi(i32::from(last.decimals));
    Ok((degrees, unit))
}

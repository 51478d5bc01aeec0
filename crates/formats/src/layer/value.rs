//! Properties of features: what they are called, of which type they are, and their values.

use reedbed_core::period::Day;

/// A property that the features of a layer have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Name as the file spells it.
    pub name: String,
    /// Type.
    pub kind: PropertyType,
}

/// The type of a property, as stated or, in GeoJSON, as found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyType {
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A day and a time.
    DateTime,
    /// A whole number.
    Integer,
    /// Bytes, lists, objects, or values of several types.
    Other,
    /// A number.
    Real,
    /// A text; in GeoJSON also what may be a date, of which it has none.
    Text,
}

/// A value. One that does not fit the type of its property keeps the form in which it was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// A day.
    Date(Day),
    /// A day and a time, as it is written.
    DateTime(String),
    /// A whole number.
    Integer(i64),
    /// A list or an object, as JSON.
    Json(String),
    /// Nothing.
    Null,
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
}

impl Value {
    /// The type it is of; nothing for no value.
    pub(super) fn kind(&self) -> Option<PropertyType> {
        Some(match self {
            Self::Boolean(_) => PropertyType::Boolean,
            Self::Bytes(_) | Self::Json(_) => PropertyType::Other,
            Self::Date(_) => PropertyType::Date,
            Self::DateTime(_) => PropertyType::DateTime,
            Self::Integer(_) => PropertyType::Integer,
            Self::Null => return None,
            Self::Real(_) => PropertyType::Real,
            Self::Text(_) => PropertyType::Text,
        })
    }
}

impl PropertyType {
    /// The type of values of two types.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Integer, Self::Real) | (Self::Real, Self::Integer) => Self::Real,
            _ => Self::Other,
        }
    }
}

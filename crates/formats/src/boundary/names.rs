//! The names that a feature can be found by.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::layer::{Property, Value};

/// The values of all name-like properties, the most name-like first, then the member `id`.
pub(super) fn of(properties: Option<Properties>, id: Option<Scalar>) -> Vec<String> {
    ordered(properties.map(|properties| properties.0).unwrap_or_default(), id)
}

/// The same of properties of a layer. What numbers its features is no name: that a feature is the
/// third of its file says nothing.
pub(super) fn of_properties(properties: &[Property], values: Vec<Value>) -> Vec<String> {
    let mut ranked = Vec::new();
    for (property, value) in properties.iter().zip(values) {
        let Some(rank) = rank_of(&property.name) else { continue };
        let value = match value {
            Value::Integer(number) => Scalar::Number(number.into()),
            Value::Text(text) => Scalar::Text(text),
            _ => Scalar::Other,
        };
        ranked.extend(value.text(rank >= FIRST_CODE).map(|text| (rank, text)));
    }
    ordered(ranked, None)
}

fn ordered(mut ranked: Vec<(usize, String)>, id: Option<Scalar>) -> Vec<String> {
    ranked.extend(id.and_then(|id| id.text(true)).map(|text| (WORDS.len() + 1, text)));
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut names: Vec<String> = Vec::new();
    for (_, name) in ranked {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name-like properties of a feature, with how name-like they are; the others are not kept.
///
/// A property is name-like if one of the words of its key is name, title, label, code or id:
/// `unit_name`, `NAME_LONG`, `adm1_code`. Whole numbers count as names for codes and ids only.
#[derive(Debug)]
pub(super) struct Properties(Vec<(usize, String)>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PropertiesVisitor)
    }
}

struct PropertiesVisitor;

impl<'de> Visitor<'de> for PropertiesVisitor {
    type Value = Properties;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Properties, A::Error> {
        let mut ranked = Vec::new();
        while let Some(key) = members.next_key::<String>()? {
            match rank_of(&key) {
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
                Some(rank) => {
                    let value: Scalar = members.next_value()?;
                    ranked.extend(value.text(rank >= FIRST_CODE).map(|text| (rank, text)));
                }
            }
        }
        Ok(Properties(ranked))
    }
}

/// A text or a whole number; whatever else a member holds is not kept.
#[derive(Debug)]
pub(super) enum Scalar {
    Number(i128),
    Other,
    Text(String),
}

impl Scalar {
    fn text(self, takes_numbers: bool) -> Option<String> {
        let text = match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) if takes_numbers => number.to_string(),
            Self::Number(_) | Self::Other => return None,
        };
        // What Natural Earth writes where there is no code.
        (!text.is_empty() && text != "-99").then_some(text)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Scalar, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

/// How name-like a key is: a plain `name` comes before `name_alt`, names before codes.
fn rank_of(key: &str) -> Option<usize> {
    let key = key.to_lowercase();
    if key == "name" {
        return Some(0);
    }
    let is_word = |word: &str| key.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    // Keys in one word, as shapefiles have them: `sitename`, `SiteCode`.
    let is_end = |word: &str| word.len() > 3 && key.ends_with(word);
    let at = WORDS
        .iter()
        .position(|word| is_word(word))
        .or_else(|| WORDS.iter().position(|word| is_end(word)));
    at.map(|at| at + 1)
}

const WORDS: [&str; 6] = ["name", "nam", "title", "label", "code", "id"];
/// Rank of `code`; `id` comes after it.
const FIRST_CODE: usize = 5;

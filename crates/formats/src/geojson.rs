//! GeoJSON objects as they are written, before anything is asked of them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Why a document cannot be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Where it stops being GeoJSON, never what stands there.
    Malformed {
        line: usize,
        column: usize,
    },
    TooLarge {
        limit: u64,
        unit: &'static str,
    },
}

/// Any object of GeoJSON; which members it has depends on its type. What is kept of properties and
/// identifiers is the reader's choice.
#[derive(Debug, Deserialize)]
#[serde(default, bound = "P: Deserialize<'de>, I: Deserialize<'de>")]
pub(crate) struct Object<P, I> {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) features: Option<Vec<Self>>,
    pub(crate) geometry: Option<Box<Self>>,
    pub(crate) geometries: Option<Vec<Self>>,
    pub(crate) coordinates: Option<Coordinates>,
    pub(crate) properties: Option<P>,
    pub(crate) id: Option<I>,
    pub(crate) crs: Option<Reference>,
}

impl<P, I> Default for Object<P, I> {
    fn default() -> Self {
        Self {
            kind: None,
            features: None,
            geometry: None,
            geometries: None,
            coordinates: None,
            properties: None,
            id: None,
            crs: None,
        }
    }
}

/// Reads a document.
///
/// The recursion limit of the JSON reader (128) bounds the depth.
///
/// Errors: [`Fault::TooLarge`] for what would take far more memory than the file is long.
pub(crate) fn parse<'de, P, I>(bytes: &'de [u8]) -> Result<Object<P, I>, Fault>
where
    P: Deserialize<'de>,
    I: Deserialize<'de>,
{
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Fault::TooLarge { limit: MOST_BYTES >> 20, unit: "MiB" });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (byte, limit, unit) in [(b'{', MOST_OBJECTS, "objects"), (b'[', MOST_LISTS, "positions")] {
        if memchr::memchr_iter(byte, bytes).count() > limit {
            return Err(Fault::TooLarge { limit: limit as u64, unit });
        }
    }
    serde_json::from_slice(bytes)
        .map_err(|cause| Fault::Malformed { line: cause.line(), column: cause.column() })
}

/// One position, or a list of positions or lists.
pub(crate) enum Coordinates {
    List(Vec<Self>),
    /// Longitude and latitude; further numbers are dropped.
    Position(f64, f64),
}

impl Coordinates {
    pub(crate) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            Self::Position(..) => None,
        }
    }

    pub(crate) fn position(&self) -> Option<(f64, f64)> {
        match self {
            Self::List(_) => None,
            Self::Position(lon, lat) => Some((*lon, *lat)),
        }
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        self.list().is_some_and(<[Self]>::is_empty)
    }
}

impl fmt::Debug for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coordinates(withheld)")
    }
}

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(ItemVisitor)? {
            Item::Coordinates(coordinates) => Ok(coordinates),
            Item::Number(_) => Err(serde::de::Error::custom("a number by itself is no position")),
        }
    }
}

/// What a list of coordinates may hold.
enum Item {
    Coordinates(Coordinates),
    Number(f64),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Item, E> {
        Ok(Item::Number(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number beyond 2⁵³ is no coordinate anyway")]
    fn visit_i64<E>(self, number: i64) -> Result<Item, E> {
        Ok(Item::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number beyond 2⁵³ is no coordinate anyway")]
    fn visit_u64<E>(self, number: u64) -> Result<Item, E> {
        Ok(Item::Number(number as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Item, A::Error> {
        let unfit = || serde::de::Error::custom("coordinates do not fit together");
        let first = match items.next_element::<Item>()? {
            None => return Ok(Item::Coordinates(Coordinates::List(Vec::new()))),
            Some(Item::Number(lon)) => {
                let Some(Item::Number(lat)) = items.next_element::<Item>()? else {
                    return Err(unfit());
                };
                while items.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Item::Coordinates(Coordinates::Position(lon, lat)));
            }
            Some(Item::Coordinates(first)) => first,
        };
        let mut list = vec![first];
        while let Some(item) = items.next_element::<Item>()? {
            match item {
                Item::Coordinates(coordinates) => list.push(coordinates),
                Item::Number(_) => return Err(unfit()),
            }
        }
        Ok(Item::Coordinates(Coordinates::List(list)))
    }
}

/// The member `crs` of the specification of 2008.
#[derive(Debug)]
pub(crate) enum Reference {
    Other(String),
    Wgs84,
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor)
    }
}

struct ReferenceVisitor;

impl<'de> Visitor<'de> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a coordinate reference system")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Reference, A::Error> {
        let mut name = None;
        while let Some(key) = members.next_key::<String>()? {
            let value: Value = members.next_value()?;
            if key == "properties" {
                name =
                    ["name", "code", "href"].iter().find_map(|member| value.get(member).cloned());
            }
        }
        let name = match name {
            Some(Value::String(name)) => name,
            Some(Value::Number(code)) => format!("EPSG:{code}"),
            _ => "unnamed".to_owned(),
        };
        Ok(if is_wgs84(&name) { Reference::Wgs84 } else { Reference::Other(name) })
    }
}

/// Whether a name is one of longitude and latitude on WGS 84.
///
/// EPSG:4326 puts latitude first; in GeoJSON it has always been written longitude first.
fn is_wgs84(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["crs84", "epsg4326", "epsg04326", "wgs84"].iter().any(|wanted| plain.ends_with(wanted))
}

/// Bytes of a document.
pub(crate) const MOST_BYTES: u64 = 256 << 20;
/// A feature is three objects: itself, its properties and its geometry.
const MOST_OBJECTS: usize = 2_000_000;
const MOST_LISTS: usize = 30_000_000;

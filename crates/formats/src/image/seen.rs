//! What the metadata of an image tell: place, time and the rest, for the steward and for attacks.

use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};
use reedbed_core::place::Point;

use crate::track::{Instant, instant};

/// What the metadata of an image tell.
#[derive(Clone, Default)]
pub struct Seen {
    /// Where it was taken.
    pub point: Option<Point>,
    /// When it was taken, by the camera's clock.
    pub time: Option<Instant>,
    /// Everything that is told, by name: EXIF tags with their values, and the names of other blocks.
    pub told: Vec<(String, String)>,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").field("told", &self.told.len()).finish_non_exhaustive()
    }
}

/// Reads what the metadata of an image tell; nothing for what is no image.
pub fn seen(bytes: &[u8]) -> Seen {
    let mut seen = Seen::default();
    if let Some(exif) = exif_of(bytes) {
        seen.point = point(&exif);
        seen.time = [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
            .into_iter()
            .find_map(|tag| ascii(&exif, tag))
            .and_then(|text| time(&text));
        for field in exif.fields() {
            let value = field.display_value().with_unit(&exif).to_string();
            let value = value.chars().take(MOST_SHOWN).collect();
            seen.told.push((field.tag.to_string(), value));
        }
    }
    for (block, mark) in BLOCKS {
        if memchr::memmem::find(bytes, mark).is_some() {
            seen.told.push(((*block).to_owned(), "present".to_owned()));
        }
    }
    seen
}

/// How an image is to be turned, 1 to 8.
pub(super) fn orientation(bytes: &[u8]) -> Option<u8> {
    let exif = exif_of(bytes)?;
    let turned = exif.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0)?;
    u8::try_from(turned).ok()
}

fn exif_of(bytes: &[u8]) -> Option<Exif> {
    Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()
}

fn ascii(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => {
            lines.first().map(|line| String::from_utf8_lossy(line).trim().to_owned())
        }
        _ => None,
    }
}

/// EXIF writes `2021:05:14 06:30:00`.
fn time(text: &str) -> Option<Instant> {
    let (day, time) = text.split_once(' ')?;
    instant(&format!("{} {time}", day.replace(':', "-")))
}

fn point(exif: &Exif) -> Option<Point> {
    let angle = |tag, reference, negative: &str| {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
        let mut degrees = 0.0;
        for (part, unit) in parts.iter().zip([1.0, 60.0, 3600.0]) {
            degrees += part.to_f64() / unit;
        }
        let is_negative = ascii(exif, reference)?.eq_ignore_ascii_case(negative);
        Some(if is_negative { -degrees } else { degrees })
    };
    let lat = angle(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let lon = angle(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    Point::from_degrees(lat, lon)
}

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 200;
/// Blocks that are named and not read.
const BLOCKS: &[(&str, &[u8])] = &[
    ("XMP", b"http://ns.adobe.com/xap/1.0/"),
    ("IPTC", b"Photoshop 3.0\0"),
    ("further images", b"MPF\0"),
];

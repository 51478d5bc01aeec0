//! What people write for a datum or a coordinate reference system.

use std::cell::RefCell;
use std::rc::Rc;

use super::frame::Frame;
use super::names::NAMES;

/// What the cells for datum and coordinate reference system say.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) datum: Datum,
    /// A zone of the Universal Transverse Mercator grid, where one is named.
    pub(super) zone: Option<Zone>,
    pub(super) system: System,
}

/// The datum or system that coordinates are on.
#[derive(Debug, Clone)]
pub(crate) enum Datum {
    /// Another one, that can be converted.
    Frame(Rc<Frame>),
    /// One that is not known or cannot be converted.
    Unknown,
    /// Nothing is said.
    Unstated,
    /// WGS 84, as degrees.
    Wgs84,
}

/// A zone of the Universal Transverse Mercator grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) number: u8,
    /// Letter of the band, or N and S for the hemisphere; upper case.
    pub(super) letter: Option<u8>,
}

/// The kind of coordinates, where it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    British,
    Degrees,
    Irish,
    Military,
    Unstated,
    Utm,
}

/// Reads a datum cell, and remembers the last few, since a table says the same on every row.
pub(crate) fn read(text: &str) -> Reference {
    const REMEMBERED: usize = 8;
    thread_local! {
        static LAST: RefCell<Vec<(String, Reference)>> = const { RefCell::new(Vec::new()) };
    }
    let text = text.trim();
    if text.is_empty() {
        return Reference { datum: Datum::Unstated, zone: None, system: System::Unstated };
    }
    LAST.with_borrow_mut(|last| {
        if let Some((_, reference)) = last.iter().find(|(known, _)| known == text) {
            return reference.clone();
        }
        let reference = read_anew(text);
        if last.len() == REMEMBERED {
            last.remove(0);
        }
        last.push((text.to_owned(), reference.clone()));
        reference
    })
}

/// Whether a cell says WGS 84 in one of the spellings that nearly all tables have.
pub(super) fn is_plainly_wgs84(text: &str) -> bool {
    matches!(text, "WGS84" | "EPSG:4326" | "WGS 84" | "epsg:4326" | "wgs84")
}

fn read_anew(text: &str) -> Reference {
    let system = system_of(text);
    let zone = if system == System::Utm { zone_of(text) } else { None };
    let plain = normalised(text);
    if UNSTATED.contains(&plain.as_str()) || text.chars().all(|c| !c.is_alphanumeric()) {
        return Reference { datum: Datum::Unstated, zone, system };
    }
    let Ok(code) = code_of(text) else {
        return Reference { datum: Datum::Unknown, zone, system };
    };
    let named = named_of(text);
    let datum = match (code, named) {
        (None, None) if is_only_system(&plain) => Datum::Unstated,
        (None, None) => Datum::Unknown,
        (Some(code), None) | (None, Some(code)) => of_code(code),
        (Some(code), Some(named)) => match (of_code(code), of_code(named)) {
            (Datum::Wgs84, Datum::Wgs84) => Datum::Wgs84,
            (Datum::Frame(frame), Datum::Frame(named)) if frame.agrees_with(&named) => {
                Datum::Frame(frame)
            }
            (Datum::Frame(frame), Datum::Wgs84) | (Datum::Wgs84, Datum::Frame(frame))
                if frame.coincides() =>
            {
                Datum::Frame(frame)
            }
            // A name and a code that contradict each other are no datum.
            _ => Datum::Unknown,
        },
    };
    Reference { datum, zone, system }
}

fn of_code(code: u16) -> Datum {
    if WGS84_CODES.contains(&code) {
        return Datum::Wgs84;
    }
    Frame::of_code(code).map_or(Datum::Unknown, Datum::Frame)
}

/// The EPSG code in a text: `EPSG:4326`, `epsg 4326`, `urn:ogc:def:crs:EPSG::4326`,
/// `http://www.opengis.net/def/crs/EPSG/0/4326`. An error where there are two.
fn code_of(text: &str) -> Result<Option<u16>, TwoCodes> {
    let lower = text.to_ascii_lowercase();
    let mut found = None;
    for after in lower.split("epsg").skip(1) {
        let is_link = |c: char| matches!(c, ':' | '/' | ' ' | '-' | '_' | '#' | '.' | '=');
        let mut rest = after.trim_start_matches("code").trim_start_matches(is_link);
        // A version of the dataset may stand before the code.
        let mut code = None;
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
            if digits >= 4 {
                code = number.parse().ok();
                break;
            }
            let next = tail.trim_start_matches([':', '/', '.']);
            if digits == 0 || next.len() == tail.len() {
                break;
            }
            rest = next;
        }
        match (found, code) {
            (Some(known), Some(code)) if known != code => return Err(TwoCodes),
            (None, code) => found = code,
            _ => {}
        }
    }
    let is_number = (4..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { Ok(text.parse().ok()) } else { Ok(found) }
}

struct TwoCodes;

/// The code of the name in a text, without what else may stand there.
fn named_of(text: &str) -> Option<u16> {
    let lower = text.to_lowercase();
    let before_code = lower.split("epsg").next().unwrap_or_default();
    let before_zone = before_code.split("utm").next().unwrap_or_default();
    let after_zone = before_code.split_once("utm").map(|(_, after)| after).unwrap_or_default();
    [before_code, before_zone, after_zone].into_iter().find_map(of_name).or_else(|| {
        // "UTM 29T ED50": the datum is the last word.
        after_zone.split([' ', ',', '/', '(']).filter_map(of_name).next_back()
    })
}

/// The code that a name stands for; nothing for a name that stands for several.
pub(crate) fn of_name(name: &str) -> Option<u16> {
    let plain = normalised(name);
    let plain = plain.strip_prefix("gcs").unwrap_or(&plain);
    NAMES.iter().find(|(known, _)| *known == plain).map(|(_, code)| *code)
}

/// Letters and digits in lower case; the plus of CH1903+ is kept, since it is another datum.
fn normalised(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == '+').flat_map(char::to_lowercase).collect()
}

/// Whether a text names a kind of coordinates and no datum.
fn is_only_system(plain: &str) -> bool {
    let mut rest = plain.to_owned();
    for word in SYSTEM_WORDS {
        rest = rest.replace(word, "");
    }
    rest.trim_matches(|c: char| c.is_ascii_digit()).len() <= 1
}

/// The kind of coordinates that a text names.
pub(super) fn system_of(text: &str) -> System {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["mgrs", "military", "usng"]) {
        System::Military
    } else if has(&["utm", "universal transverse"]) {
        System::Utm
    } else if has(&["irish", "osi grid", "osni"]) {
        System::Irish
    } else if has(&["osgb", "british", "bng", "ordnance survey"]) {
        System::British
    } else if has(&["degree", "dms", "decimal", "lat", "grad"]) {
        System::Degrees
    } else {
        System::Unstated
    }
}

/// The zone in a text about the grid: `UTM zone 29N`, `UTM 29T`, `ETRS89 / UTM 30`.
pub(super) fn zone_of(text: &str) -> Option<Zone> {
    let lower = text.to_ascii_lowercase();
    let after = lower.split_once("utm").map(|(_, after)| after)?;
    let after = after.trim_start_matches(|c: char| !c.is_ascii_digit());
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, tail) = after.split_at_checked(digits)?;
    let number = number.parse().ok().filter(|number| (1..=60).contains(number))?;
    let mut tail = tail.trim_start().bytes();
    let letter = tail.next().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_uppercase());
    // A letter that begins a word is no letter of a zone.
    let letter = letter.filter(|_| !tail.next().is_some_and(|b| b.is_ascii_alphanumeric()));
    Some(Zone { number, letter })
}

/// EPSG codes of degrees on WGS 84.
pub(crate) const WGS84_CODES: [u16; 3] = [4326, 4979, 4329];

/// What stands for nothing said; Darwin Core recommends `unknown`.
const UNSTATED: [&str; 12] = [
    "unknown",
    "notrecorded",
    "notrecordedforcedwgs84",
    "null",
    "na",
    "nan",
    "none",
    "nodata",
    "notapplicable",
    "unspecified",
    "notstated",
    "unknowndatum",
];

const SYSTEM_WORDS: [&str; 14] = [
    "degrees",
    "minutes",
    "seconds",
    "decimal",
    "degree",
    "minute",
    "second",
    "latitude",
    "longitude",
    "mgrs",
    "utm",
    "zone",
    "dms",
    "grid",
];

//! Attack 6, in words: names of places in texts, looked up in a list of named places that the
//! attacker has.

use reedbed_core::fold::fold;
use reedbed_core::place::Point;
use reedbed_formats::cells::Source;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use rustc_hash::FxHashMap;

use crate::columns::Columns;
use crate::reading::Reading;
use crate::ways::{Way, hash_of};

/// Named places.
///
/// Memory: some 40 bytes for each name, [`MOST_NAMES`] of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gazetteer {
    /// By the name, folded; nothing where several places have it.
    places: FxHashMap<u64, Option<Point>>,
}

impl Gazetteer {
    /// Adds the names of a file that lists named places and no organisms; any other file has none.
    pub(crate) fn add(&mut self, known: &Dataset) -> Result<(), FormatError> {
        let names: Vec<Vec<Source>> = known
            .tables
            .iter()
            .map(|table| {
                let columns = Columns::of(table);
                if columns.names.iter().any(Source::exists) {
                    return Vec::new();
                }
                let is_name =
                    |heading: &str| HEADINGS.iter().any(|name| heading.eq_ignore_ascii_case(name));
                let by_heading = table
                    .columns
                    .iter()
                    .enumerate()
                    .filter(|(_, column)| is_name(&column.heading))
                    .map(|(index, _)| Source::column(Some(index)));
                TERMS
                    .iter()
                    .map(|term| Source::of(table, term))
                    .chain(by_heading)
                    .filter(Source::exists)
                    .collect()
            })
            .collect();
        if names.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let mut folded = String::new();
        Reading::of(known)?.each(|at, row, _, seen| {
            let (Some(sources), Some(place)) = (names.get(at.table), seen.place) else { return };
            for source in sources {
                for name in row.text(source).split(['|', ';']) {
                    self.add_name(name, place.point, &mut folded);
                }
            }
        })
    }

    fn add_name(&mut self, name: &str, point: Point, folded: &mut String) {
        let Some(key) = key_of(name, folded) else { return };
        let full = self.places.len() >= MOST_NAMES;
        match self.places.get_mut(&key) {
            Some(known) => {
                *known = known.filter(|known| known.distance_bound_m(point) < SAME_M);
            }
            None if full => {}
            None => {
                self.places.insert(key, Some(point));
            }
        }
    }

    /// Whether there are no names.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Places whose name stands in a text as a run of up to [`LONGEST_NAME`] words; of names within
    /// a name only the longest counts.
    pub(crate) fn places(&self, text: &str) -> Vec<Point> {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .collect();
        let mut folded = String::new();
        let mut found = Vec::new();
        let mut from = 0;
        while from < words.len() {
            let longest = (1..=LONGEST_NAME.min(words.len() - from)).rev().find_map(|count| {
                let run = words.get(from..from + count)?.concat();
                let key = key_of(&run, &mut folded)?;
                self.places.get(&key).map(|place| (count, *place))
            });
            if let Some((count, place)) = longest {
                found.extend(place);
                from += count;
            } else {
                from += 1;
            }
        }
        found
    }
}

/// The hash of a name; nothing for a short one, a number or a word for any place of its kind.
fn key_of(name: &str, folded: &mut String) -> Option<u64> {
    fold(name, folded);
    let is_name = folded.chars().count() >= SHORTEST_NAME
        && folded.chars().any(char::is_alphabetic)
        && !COMMON.contains(&folded.as_str());
    is_name.then(|| hash_of(Way::Site, folded.as_bytes()))
}

/// Terms and headings of names.
const TERMS: [&str; 4] = ["locality", "verbatimLocality", "municipality", "waterBody"];
const HEADINGS: [&str; 7] =
    ["name", "asciiname", "toponym", "placename", "place", "fullname", "alternatenames"];
const MOST_NAMES: usize = 4_000_000;
const MOST_WORDS: usize = 120;
const LONGEST_NAME: usize = 4;
/// Letters of a name.
const SHORTEST_NAME: usize = 5;
/// Two places of one name are one if they lie so near.
///
/// Units: metres.
const SAME_M: f64 = 1_000.0;
/// Words for any place of a kind, folded.
const COMMON: &[&str] = &[
    "beach",
    "bridge",
    "brook",
    "canal",
    "castle",
    "centre",
    "church",
    "cliff",
    "coast",
    "creek",
    "field",
    "fields",
    "forest",
    "garden",
    "grassland",
    "heath",
    "hedge",
    "house",
    "island",
    "marsh",
    "meadow",
    "mountain",
    "north",
    "northern",
    "orchard",
    "pasture",
    "quarry",
    "reserve",
    "river",
    "riverbank",
    "school",
    "shore",
    "south",
    "southern",
    "spring",
    "station",
    "stream",
    "summit",
    "valley",
    "village",
    "water",
    "wetland",
    "woodland",
    "woods",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn gazetteer() -> Gazetteer {
        let mut gazetteer = Gazetteer::default();
        let mut folded = String::new();
        for (name, lat) in [
            ("Étang de Vert", 45.0),
            ("Vert", 46.0),
            ("Oldmere", 47.0),
            ("Newton", 48.0),
            ("Newton", 49.0),
            ("Meadow", 50.0),
        ] {
            gazetteer.add_name(name, Point::from_degrees(lat, 5.0).unwrap(), &mut folded);
        }
        gazetteer
    }

    #[test]
    fn names_are_found_whatever_their_spelling() {
        let gazetteer = gazetteer();
        let lats = |text: &str| -> Vec<f64> {
            gazetteer.places(text).iter().map(|point| point.lat().degrees().round()).collect()
        };
        assert_eq!(lats("nest by the ETANG-DE-VERT, 2 young"), [45.0]);
        assert_eq!(lats("between Oldmere and étang de vert"), [47.0, 45.0]);
        assert!(lats("newton, meadow, oldmeres").is_empty());
    }
}

//! Attack 9: what stands beside the rows. The metadata document with its boxes and texts, and the
//! names and times of files.

use reedbed_core::period::Day;
use reedbed_core::place::{Nano, Point};
use reedbed_core::taxon::RuleTaxonId;
use reedbed_formats::dataset::Dataset;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::gazetteer::Gazetteer;
use crate::linking;
use crate::mentions::Mentions;
use crate::region::Region;
use crate::seen::SeenPlace;
use crate::text;

/// What stands beside the rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// Regions that the metadata document states, with the listed taxa that their descriptions name.
    pub(crate) boxes: Vec<(Region, Vec<RuleTaxonId>)>,
    /// Places that its texts tell.
    pub(crate) places: Vec<Point>,
    /// Listed taxa that its texts name.
    pub(crate) taxa: Vec<RuleTaxonId>,
    /// Files whose names tell a place, or that were changed on different days.
    pub(crate) files: Vec<FileHint>,
    /// By what stands in a file's name, as far as it may be an identifier: the files.
    by_piece: FxHashMap<u32, Vec<usize>>,
}

/// What the name and the time of a file tell.
#[derive(Debug, Clone)]
pub(crate) struct FileHint {
    pub(crate) name: String,
    pub(crate) places: Vec<Point>,
    pub(crate) taxa: Vec<RuleTaxonId>,
    pub(crate) day: Option<Day>,
}

impl Metadata {
    /// Reads what stands beside the rows of a copy.
    ///
    /// Bounds: [`MOST_FILES`] files, and what the document keeps of itself.
    pub(crate) fn of(copy: &Dataset, gazetteer: &Gazetteer, mentions: &Mentions) -> Self {
        let mut metadata = Self::default();
        if let Some(document) = &copy.metadata {
            for coverage in &document.coverages {
                if let Some(region) = coverage.edges.and_then(region_of) {
                    let taxa = mentions.named_in(&coverage.description);
                    metadata.boxes.push((region, taxa));
                }
            }
            for line in document.text.lines() {
                metadata.places.extend(text::places(line));
                metadata.places.extend(gazetteer.places(line));
            }
            metadata.places.truncate(MOST_PLACES);
            metadata.taxa = mentions.named_in(&document.text);
        }
        metadata.read_files(copy, gazetteer, mentions);
        metadata
    }

    fn read_files(&mut self, copy: &Dataset, gazetteer: &Gazetteer, mentions: &Mentions) {
        // One time for all files says when the archive was made, not when anything was seen.
        let days: FxHashSet<Day> = copy.members.iter().filter_map(|member| member.day).collect();
        let tells_days = days.len() > 1;
        let members = copy.members.iter().map(|member| (member.name.as_str(), member.day));
        let tables = copy.tables.iter().map(|table| (table.name.as_str(), None));
        let names: Vec<(&str, Option<Day>)> =
            if copy.members.is_empty() { tables.collect() } else { members.collect() };
        let mut folded = String::new();
        for (name, day) in names.into_iter().take(MOST_FILES) {
            let spaced = name.replace(['/', '_'], " ");
            let spaced = spaced.rsplit_once('.').map_or(spaced.as_str(), |(stem, _)| stem);
            let mut places = text::places(spaced);
            places.extend(gazetteer.places(spaced));
            let day = day.filter(|_| tells_days);
            if places.is_empty() && day.is_none() {
                continue;
            }
            let last = name.rsplit('/').next().unwrap_or(name);
            let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
            for piece in std::iter::once(stem).chain(stem.split(['_', ' '])) {
                let files = self.by_piece.entry(linking::feature(piece, &mut folded)).or_default();
                if files.last() != Some(&self.files.len()) {
                    files.push(self.files.len());
                }
            }
            let taxa = mentions.named_in(spaced);
            self.files.push(FileHint { name: name.to_owned(), places, taxa, day });
        }
    }

    /// The only file in whose name an identifier stands.
    pub(crate) fn file_of(&self, identifier: u32) -> Option<usize> {
        match self.by_piece.get(&identifier)?.as_slice() {
            [file] if identifier != 0 => Some(*file),
            _ => None,
        }
    }

    /// The days of files that were changed on different ones.
    pub(crate) fn days(&self) -> impl Iterator<Item = Day> {
        self.files.iter().filter_map(|file| file.day)
    }
}

/// The region of a box; a point or a line is widened to some metres.
fn region_of(edges: [Nano; 4]) -> Option<Region> {
    let [south, north, west, east] = edges;
    let wider = |low: Nano, high: Nano| {
        if high.0 - low.0 >= LEAST {
            (low, high)
        } else {
            (Nano(low.0 - LEAST), Nano(high.0 + LEAST))
        }
    };
    let ((south, north), (west, east)) = (wider(south, north), wider(west, east));
    let point =
        Point::new(Nano(i64::midpoint(south.0, north.0)), Nano(i64::midpoint(west.0, east.0)))?;
    Region::of(&SeenPlace { point, radius_m: 0.0, edges: Some([south, north, west, east]) })
}

const MOST_FILES: usize = 100_000;
/// Places that one document tells.
const MOST_PLACES: usize = 1_000;
/// Nano-degrees, some ten metres.
const LEAST: i64 = 100_000;

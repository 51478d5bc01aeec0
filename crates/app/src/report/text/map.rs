//! The sentences of the map.

use reedbed_core::category::Category;
use reedbed_engine::summary::{CellSummary, RECORDS};

use super::super::number::{count, wide};
use super::category;

/// What the map shows: cells for the public, blocks for a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Shape {
    Block,
    Cell,
}

impl Shape {
    fn many(self, number: u64) -> String {
        let word = match (self, number) {
            (Self::Block, 1) => "block",
            (Self::Block, _) => "blocks",
            (Self::Cell, 1) => "cell",
            (Self::Cell, _) => "cells",
        };
        format!("{} {word}", count(number))
    }
}

pub(in super::super) const NO_CELLS: &str =
    "No cell is published: no protected record leaves with a place.";
pub(in super::super) const TITLE: &str = "Map of the published cells";

/// One entry of the legend: how many cells there are, and records in them.
pub(in super::super) fn tally(shape: Shape, cells: u64, records: u64) -> String {
    format!("{}, {}", shape.many(cells), records_of(records))
}

/// The map for those who do not see it.
pub(in super::super) fn description(
    shape: Shape,
    bounds: [String; 4],
    tallies: &[(Category, u64, u64)],
) -> String {
    let told: Vec<String> = tallies
        .iter()
        .map(|(of, cells, records)| {
            format!("{}: {}", category(*of), tally(shape, *cells, *records))
        })
        .collect();
    format!("{} {}.", extent(bounds), told.join("; "))
}

pub(in super::super) const CLOSE_UP: &str = "Close up: the smaller squares";

/// Where a close-up is, for those who do not see it.
pub(in super::super) fn extent([south, west, north, east]: [String; 4]) -> String {
    format!("From {south} to {north} and from {west} to {east}.")
}

/// One cell, for whoever points at it.
pub(in super::super) fn cell(of: &CellSummary, [south, west, north, east]: [String; 4]) -> String {
    let told =
        if of.kind == RECORDS { records_of(of.records) } else { kind_of(of.kind, of.records) };
    format!("{}: {told}, {south} to {north}, {west} to {east}", category(of.category))
}

/// So many things of a kind, in words.
fn kind_of(kind: &str, number: u64) -> String {
    let (one, many) = match kind {
        "camera trap" => ("row of camera traps", "rows of camera traps"),
        "layer" => ("feature of a layer", "features of layers"),
        "photo" => ("photo", "photos"),
        "track" => ("period of a track", "periods of tracks"),
        "weather" => ("weather station", "weather stations"),
        _ => ("thing", "things"),
    };
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// What stands in the cells besides records, by kind.
pub(in super::super) fn others(shape: Shape, tallies: &[(&str, u64, u64)]) -> Option<String> {
    let told: Vec<String> = tallies
        .iter()
        .map(|(kind, cells, things)| {
            format!("{} in {}", kind_of(kind, *things), shape.many(*cells))
        })
        .collect();
    (!told.is_empty()).then(|| format!("{OTHERS} {}.", told.join(", ")))
}

const OTHERS: &str = "Dashed edges: not records, but";

pub(in super::super) const CAPTION: &str = "Published squares of protected records; the true \
    places lie somewhere in them.";
pub(in super::super) const NUMBERS: &str = "The number in a square counts its records.";
pub(in super::super) const TINY: &str =
    "A square too small to be seen at this scale is drawn as a mark.";
pub(in super::super) const ALSO: &str = "Boundaries without room for their name:";
pub(in super::super) const SPECKS: &str =
    "A ring marks a boundary that is too small to be seen at this scale.";
pub(in super::super) const OUTLINES: &str = "Lines are the boundaries that you gave.";

pub(in super::super) fn more_names(names: usize) -> String {
    format!(" and {} more", count(wide(names)))
}

pub(in super::super) fn outside(boundaries: u64) -> Option<String> {
    Some(match boundaries {
        0 => return None,
        1 => "1 boundary lies outside of this map.".to_owned(),
        _ => format!("{} boundaries lie outside of this map.", count(boundaries)),
    })
}

pub(in super::super) fn unfinished(boundaries: u64) -> Option<String> {
    Some(match boundaries {
        0 => return None,
        1 => "1 boundary is not drawn, because there are too many.".to_owned(),
        _ => format!("{} boundaries are not drawn, because there are too many.", count(boundaries)),
    })
}

pub(in super::super) fn not_drawn(records: u64) -> Option<String> {
    Some(match records {
        0 => return None,
        1 => "1 record is not on the map, because its list of cells is full.".to_owned(),
        _ => format!(
            "{} records are not on the map, because its list of cells is full.",
            count(records)
        ),
    })
}

/// A scale holds at one latitude only where the map is high.
pub(in super::super) fn scale(length: &str, latitude: Option<String>) -> String {
    latitude.map_or_else(|| length.to_owned(), |latitude| format!("{length} at {latitude}"))
}

fn records_of(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{} records", count(records)) }
}

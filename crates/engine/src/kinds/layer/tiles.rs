//! Features that touch: where patches lie edge to edge, the outlines of the others show the one that
//! is told as a cell. All that hangs together with it by touching, as far as the cell reaches, is
//! told as it is. What touches a feature that does not leave for its text does not leave either.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use reedbed_core::grid::Region;
use reedbed_formats::layer::Bounds;
use rustc_hash::FxHashMap;

use super::{Found, Surveyed, covering};
use crate::judge::Judge;
use crate::share::ShareError;
use crate::verdict::{Verdict, stricter};

impl Surveyed<'_> {
    /// Lets what touches a protected feature, and what touches that, take its verdict.
    ///
    /// Memory: 24 bytes for each vertex of a layer that has protected features.
    pub(super) fn close_tiles(&mut self, judge: &Judge<'_>) -> Result<(), ShareError> {
        if !self.features.iter().any(|found| found.verdict.is_some() || found.names_taxon) {
            return Ok(());
        }
        let tiles = self.tiles()?;
        let named = |(at, found): (usize, &Found)| found.names_taxon.then_some(at);
        let named: Vec<usize> = (0..).zip(&self.features).filter_map(named).collect();
        for other in named.into_iter().flat_map(|at| tiles.touching(at)) {
            if let Some(found) = self.features.get_mut(other) {
                found.touches_named = true;
            }
        }
        let protected: Vec<(usize, Arc<Verdict>)> = (0..)
            .zip(&self.features)
            .filter_map(|(at, found)| Some((at, Arc::clone(found.verdict.as_ref()?))))
            .collect();
        for (at, verdict) in protected {
            let Some(tile) = tiles.of.get(at).and_then(Option::as_ref) else { continue };
            let region = covering(tile.bounds, tile.moved_m, &verdict, judge)?;
            let shared = Arc::new(verdict.for_others());
            let mut seen = HashSet::from([at]);
            let mut next = VecDeque::from([at]);
            while let Some(at) = next.pop_front() {
                for other in tiles.touching(at) {
                    let Some(tile) = tiles.of.get(other).and_then(Option::as_ref) else { continue };
                    // What does not leave at all is hidden like what leaves in a cell: by its ring.
                    let is_within = region.is_none_or(|region| overlap(region, tile.bounds));
                    if !is_within || !seen.insert(other) {
                        continue;
                    }
                    if let Some(found) = self.features.get_mut(other) {
                        found.verdict = stricter(found.verdict.as_ref(), Some(&shared));
                    }
                    // Of what does not leave only the neighbours, not everything in the layer.
                    if region.is_some() {
                        next.push_back(other);
                    }
                }
            }
        }
        Ok(())
    }

    fn tiles(&self) -> Result<Tiles, ShareError> {
        let mut tiles = Tiles::default();
        for feature in self.file.layer.features()?.take(self.features.len()) {
            let feature = feature?;
            let at = tiles.of.len();
            let mut vertices: Vec<(i64, i64)> = Vec::new();
            let mut bounds = None;
            if let Some(geometry) = &feature.geometry {
                bounds = geometry.bounds();
                geometry.each_polygon(&mut |rings| {
                    let points = rings.iter().flatten();
                    vertices.extend(points.map(|point| (point.lat().0, point.lon().0)));
                });
            }
            vertices.sort_unstable();
            vertices.dedup();
            for vertex in &vertices {
                tiles.at.entry(*vertex).or_default().push(at);
            }
            let moved_m = feature.moved_m;
            tiles.of.push(bounds.map(|bounds| Tile { bounds, moved_m, vertices }));
        }
        Ok(tiles)
    }
}

#[derive(Default)]
struct Tiles {
    /// By feature; nothing where it has no place.
    of: Vec<Option<Tile>>,
    /// By vertex: the features that have it.
    at: FxHashMap<(i64, i64), Vec<usize>>,
}

struct Tile {
    bounds: Bounds,
    moved_m: f64,
    vertices: Vec<(i64, i64)>,
}

impl Tiles {
    /// Features that share two vertices or more with one: an edge, or a part of one.
    fn touching(&self, at: usize) -> Vec<usize> {
        let mut shared: FxHashMap<usize, usize> = FxHashMap::default();
        let vertices = self.of.get(at).and_then(Option::as_ref).map(|tile| &tile.vertices);
        for vertex in vertices.into_iter().flatten() {
            for other in self.at.get(vertex).into_iter().flatten().filter(|other| **other != at) {
                *shared.entry(*other).or_default() += 1;
            }
        }
        let mut touching: Vec<usize> =
            shared.into_iter().filter(|(_, count)| *count >= 2).map(|(other, _)| other).collect();
        touching.sort_unstable();
        touching
    }
}

fn overlap(region: Region, bounds: Bounds) -> bool {
    region.south() <= bounds.north
        && bounds.south <= region.north()
        && region.west() <= bounds.east
        && bounds.west <= region.east()
}

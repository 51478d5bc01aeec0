//! Areas out of the layers of a GeoPackage or a shapefile.

use std::path::Path;

use reedbed_core::area::{AreaSet, Shape};

use super::{BoundaryError, Oddities, add_all, names};
use crate::error::FormatError;
use crate::layer::{self, Geometry, Layer, Value};
use crate::limits::Limits;

/// Reads all layers of a file; see [`super::read_into`].
pub(super) fn read_into(
    areas: &mut AreaSet,
    stem: &str,
    path: &Path,
) -> Result<Vec<String>, BoundaryError> {
    let failed = |cause: FormatError| BoundaryError::Layer { cause };
    let mut oddities = Oddities::default();
    let mut found = Vec::new();
    let mut notes = Vec::new();
    let mut vertices = 0;
    for layer in layer::open(path, &Limits::default()).map_err(failed)? {
        notes.extend(layer.notes().iter().cloned());
        for feature in layer.features().map_err(failed)? {
            let feature = feature.map_err(failed)?;
            let names = names::of_properties(layer.properties(), feature.properties);
            let number = found.len() + 1;
            let mut shape = feature
                .geometry
                .map_or_else(Shape::new, |geometry| shape_of(&geometry, number, &mut oddities));
            shape.widen(feature.moved_m);
            vertices += shape.vertices();
            for (count, limit, unit) in
                [(number, MOST_FEATURES, "features"), (vertices, MOST_VERTICES, "positions")]
            {
                if count > limit {
                    return Err(BoundaryError::TooLarge { limit: limit as u64, unit });
                }
            }
            found.push((names, shape));
        }
    }
    notes.extend(add_all(areas, stem, found, oddities));
    Ok(notes)
}

/// Adds the outlines of a layer, each by every text that it bears: what a record may call it.
///
/// Errors: [`FormatError`] where the layer cannot be read.
pub(crate) fn add_outlines(areas: &mut AreaSet, layer: &Layer) -> Result<(), FormatError> {
    for feature in layer.features()? {
        // A layer that breaks off is told by whoever shares it.
        let Ok(feature) = feature else { break };
        let Some(geometry) = feature.geometry else { continue };
        let texts = feature.properties.into_iter().filter_map(|value| match value {
            Value::Text(text) if text.len() <= LONGEST_NAME => Some(text),
            _ => None,
        });
        let names: Vec<String> = texts.collect();
        if !names.is_empty() {
            let mut shape = shape_of(&geometry, 1, &mut Oddities::default());
            shape.widen(feature.moved_m);
            areas.add(names, shape);
        }
    }
    Ok(())
}

fn shape_of(geometry: &Geometry, feature: usize, oddities: &mut Oddities) -> Shape {
    let mut shape = Shape::new();
    geometry.each_polygon(&mut |rings| {
        rings.iter().for_each(|ring| oddities.look_at_ring(ring, feature));
        shape.push_polygon(rings);
    });
    geometry.each_line(&mut |line| shape.push_line(line));
    geometry.each_point(&mut |point| shape.push_point(point));
    shape
}

/// Areas are held in memory; as many of each as a GeoJSON file may have.
const MOST_FEATURES: usize = 700_000;
const MOST_VERTICES: usize = 30_000_000;
/// Units: bytes.
const LONGEST_NAME: usize = 100;

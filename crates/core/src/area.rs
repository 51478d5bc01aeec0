//! Named areas of the earth, and whether a record's place may lie in one.
//!
//! In doubt a place does: every approximation here errs outward. Not a geometry library: nothing
//! but this one question is answered.

mod chain;
mod circle;
mod shape;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::circle::Circle;
pub use self::shape::Shape;
use crate::place::Point;

/// What one name of a boundary file stands for: all features that carry it.
#[derive(Debug, Clone)]
pub struct Area {
    name: String,
    shapes: Vec<Arc<Shape>>,
}

impl Area {
    /// The name as the boundary file first spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The features that carry the name.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().map(Arc::as_ref)
    }

    /// Whether a circle round a point touches the area.
    ///
    /// Never no where the true answer is yes; a yes may be wrong by a centimetre and a small part
    /// of the radius: about 1 %, more towards the poles and for circles of hundreds of kilometres.
    /// A radius that is no number, or negative, reaches everywhere.
    ///
    /// Units: metres.
    pub fn touched_by(&self, point: Point, radius_m: f64) -> bool {
        let circle = Circle::new(point, radius_m);
        self.shapes.iter().any(|shape| shape.touched_by(&circle, point, radius_m))
    }
}

/// All features of all boundary files, by name.
#[derive(Debug, Clone, Default)]
pub struct AreaSet {
    features: Vec<Feature>,
    by_name: FxHashMap<String, Area>,
}

/// One feature of a boundary file.
#[derive(Debug, Clone)]
struct Feature {
    names: Vec<String>,
    shape: Arc<Shape>,
}

impl AreaSet {
    /// A set without areas.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a feature under each of its names; a name that is there already grows by it.
    pub fn add(&mut self, names: Vec<String>, shape: Shape) {
        let shape = Arc::new(shape);
        let mut added: Vec<String> = Vec::with_capacity(names.len());
        for name in &names {
            let key = key_of(name);
            if key.is_empty() || added.contains(&key) {
                continue;
            }
            self.by_name
                .entry(key.clone())
                .or_insert_with(|| Area { name: name.trim().to_owned(), shapes: Vec::new() })
                .shapes
                .push(Arc::clone(&shape));
            added.push(key);
        }
        self.features.push(Feature { names, shape });
    }

    /// Finds an area by any of the names of its features; letters' case and runs of spaces do not
    /// matter.
    pub fn find(&self, name: &str) -> Option<&Area> {
        self.by_name.get(&key_of(name))
    }

    /// Whether a circle round a point touches any feature, as [`Area::touched_by`] says of one area.
    ///
    /// Units: metres.
    pub fn any_touched_by(&self, point: Point, radius_m: f64) -> bool {
        let circle = Circle::new(point, radius_m);
        let touches = |shape: &Shape| shape.touched_by(&circle, point, radius_m);
        self.features.iter().any(|feature| touches(&feature.shape))
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether there are no features.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Every feature with the names it was added under, in the order of adding.
    pub fn features(&self) -> impl Iterator<Item = (&[String], &Shape)> {
        self.features.iter().map(|feature| (feature.names.as_slice(), feature.shape.as_ref()))
    }
}

fn key_of(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

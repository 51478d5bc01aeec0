//! A small, realistic reserve for the demo, made from a seed: invented land and people, real
//! species, and the give-aways of real field data beside the coordinates.
//!
//! It only makes the input. What is shared of it is decided by the same code as for anybody's data.

mod archive;
mod kinds;
mod land;
mod prng;
mod species;
#[cfg(test)]
mod tests;
mod visits;

use std::io;
use std::path::{Path, PathBuf};

use land::Land;
use prng::Prng;

/// Where the parts of the generated reserve are.
#[derive(Debug)]
pub(crate) struct DemoPaths {
    /// A folder with a Darwin Core archive: events, occurrences, measurements.
    pub(crate) archive: PathBuf,
    /// Folders with camera traps, tracks, weather, habitats and photos.
    pub(crate) others: Vec<PathBuf>,
    /// A document, and its category after a colon, as it is attached.
    pub(crate) document: String,
    /// The rule list.
    pub(crate) rules: PathBuf,
    /// The boundary file, GeoJSON with a `name` for each feature.
    pub(crate) boundaries: PathBuf,
    /// The terms of an agreement for a partner's copy.
    pub(crate) terms: PathBuf,
}

/// A demo that could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A file or folder cannot be written.
    #[error("the demo cannot write `{path}`")]
    Write {
        /// Which one.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Writes the reserve into a folder, which is made where it is missing.
///
/// The same seed writes the same bytes.
///
/// Errors: [`DemoError::Write`] for the first file that cannot be written; what was written before
/// it stays.
pub(crate) fn generate(dir: &Path, seed: u64) -> Result<DemoPaths, DemoError> {
    let mut prng = Prng::new(seed);
    let land = Land::draw(&mut prng);
    let events = visits::make(&land, &mut prng);
    let paths = DemoPaths {
        archive: dir.join("reedmoor"),
        others: kinds::FOLDERS.iter().map(|name| dir.join(name)).collect(),
        document: format!("{}:{}", dir.join(kinds::DOCUMENT.0).display(), kinds::DOCUMENT.1),
        rules: dir.join("rules.csv"),
        boundaries: dir.join("boundary.geojson"),
        terms: dir.join("terms.md"),
    };

    let wrap = |path: &Path| {
        let path = path.display().to_string();
        move |source| DemoError::Write { path, source }
    };
    std::fs::create_dir_all(&paths.archive).map_err(wrap(&paths.archive))?;
    let write = |path: &Path, text: &str| std::fs::write(path, text).map_err(wrap(path));
    for (name, text) in archive::files(&events, &land, &mut prng) {
        write(&paths.archive.join(name), &text)?;
    }
    for (name, content) in kinds::files(&land, &mut prng) {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(wrap(folder))?;
        }
        std::fs::write(&path, content).map_err(wrap(&path))?;
    }
    write(&paths.boundaries, &format!("{:#}\n", land.geojson()))?;
    write(&paths.rules, include_str!("demo/rules.csv"))?;
    write(&paths.terms, include_str!("demo/terms.md"))?;
    Ok(paths)
}

//! Camera trap data packages (Camtrap DP): the descriptor, the three tables, and the images beside
//! them. Nothing is decided here, and nothing is fetched: a path that is an address stays one.
//!
//! Source: Camtrap DP 1.0, <https://camtrap-dp.tdwg.org>; Bubnicki et al. (2023),
//! <https://doi.org/10.1002/rse2.374>; Data Package, <https://specs.frictionlessdata.io>.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::archive::{self, Members, Packaging};
use crate::dataset::{self, Note, OpenOptions, open_table};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{Source, shown};
use crate::table::Table;

/// A package, opened.
#[derive(Debug)]
pub struct CameraPackage {
    /// The package, as the steward knows it.
    pub name: String,
    /// What `datapackage.json` says.
    pub descriptor: Map<String, Value>,
    /// Its deployments: where and how long a camera stood.
    pub deployments: Table,
    /// Its media.
    pub media: Table,
    /// Its observations.
    pub observations: Table,
    /// Resources beyond the standard's three.
    pub others: Vec<String>,
    /// Things that were odd but survivable.
    pub notes: Vec<Note>,
    files: Files,
}

/// Where the files beside the tables are.
#[derive(Debug)]
enum Files {
    /// In a folder, at any depth.
    Folder(PathBuf),
    /// In an archive, by name.
    Members(BTreeMap<String, Source>),
}

impl CameraPackage {
    /// Reads a file of the package; nothing where it has no such file.
    ///
    /// A path that could mean a file elsewhere has none: neither addresses nor links are followed.
    ///
    /// Errors: [`FormatError::TooLarge`] for a file of more than 256 MiB.
    pub fn file(&self, path: &str, limits: &Limits) -> Result<Option<Vec<u8>>, FormatError> {
        let Some(source) = self.source(path) else { return Ok(None) };
        let limits = Limits { document_bytes: IMAGE_BYTES, ..*limits };
        source.document(path, &limits).map(Some)
    }

    /// Reads the beginning of a file of the package, where an image has its metadata.
    pub(crate) fn head(&self, path: &str, limits: &Limits) -> Result<Option<Vec<u8>>, FormatError> {
        self.source(path).map(|source| source.sample(path, limits)).transpose()
    }

    fn source(&self, path: &str) -> Option<Source> {
        if archive::is_trick(path) || path.contains("://") {
            return None;
        }
        match &self.files {
            Files::Members(members) => members.get(path).cloned(),
            Files::Folder(folder) => plain_file(folder, path).map(Source::File),
        }
    }
}

/// A file below a folder that is reached without any link.
fn plain_file(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut at = folder.to_owned();
    for part in path.split('/') {
        at.push(part);
        if std::fs::symlink_metadata(&at).ok()?.is_symlink() {
            return None;
        }
    }
    at.is_file().then_some(at)
}

/// Whether an archive is such a package.
pub(crate) fn is_package(members: &Members, limits: &Limits) -> bool {
    descriptor_of(members).is_some_and(|(_, source)| is_descriptor(source, limits))
}

/// Whether a file is the descriptor of such a package.
pub(crate) fn is_descriptor(source: &Source, limits: &Limits) -> bool {
    let Ok(bytes) = source.document(DESCRIPTOR, limits) else { return false };
    let Ok(package) = serde_json::from_slice::<Value>(&bytes) else { return false };
    let resources = package.get("resources").and_then(Value::as_array);
    let schemas = resources.into_iter().flatten().map(|resource| resource.get("schema"));
    [package.get("profile"), package.get("$schema")]
        .into_iter()
        .chain(schemas)
        .filter_map(|text| text?.as_str())
        .any(|text| text.to_ascii_lowercase().contains("camtrap-dp"))
}

/// The descriptor that all members lie beside or below: what holds other things too is no package,
/// and what it holds besides must not be passed over.
fn descriptor_of(members: &Members) -> Option<(&String, &Source)> {
    let (name, source) = members
        .named()
        .filter(|(name, _)| *name == DESCRIPTOR || name.ends_with("/datapackage.json"))
        .min_by_key(|(name, _)| name.matches('/').count())?;
    let folder = name.strip_suffix(DESCRIPTOR)?;
    let is_all = members.named().all(|(member, _)| member.starts_with(folder));
    (is_all && (folder.is_empty() || members.packaging != Packaging::Folder))
        .then_some((name, source))
}

/// Opens a package: a folder, an archive, or the descriptor in its folder.
///
/// Errors: [`FormatError::Document`] where the descriptor names no table that the standard asks
/// for; [`FormatError::MissingFile`] where a table is not there.
pub(crate) fn open(
    path: &Path,
    members: &Members,
    limits: &Limits,
) -> Result<CameraPackage, FormatError> {
    let name = shown(path);
    let unusable = |reason: &str| FormatError::Document {
        name: format!("{name}: {DESCRIPTOR}"),
        reason: reason.to_owned(),
    };
    let (at, source) = descriptor_of(members).ok_or_else(|| unusable("it is not there"))?;
    let folder = at.strip_suffix(DESCRIPTOR).unwrap_or("").to_owned();
    let bytes = source.document(DESCRIPTOR, limits)?;
    let Ok(Value::Object(descriptor)) = serde_json::from_slice(&bytes) else {
        return Err(unusable("it is no JSON object"));
    };
    let resources = descriptor.get("resources").and_then(Value::as_array);
    let resources: &[Value] = resources.map_or(&[], Vec::as_slice);
    let mut notes = Vec::new();
    let mut table = |wanted: &str| {
        let resource = resources.iter().find(|resource| text(resource, "name") == Some(wanted));
        let location = resource.and_then(location);
        let location =
            location.ok_or_else(|| unusable(&format!("it names no file for `{wanted}`")))?;
        let (source, _) = members.find(&name, &folder, location)?;
        let source = match location.to_ascii_lowercase().ends_with(".gz") {
            true => source.unpacked(),
            false => source.clone(),
        };
        let mut own = Vec::new();
        let table = open_table(location, &source, &OpenOptions::default(), limits, &mut own)?;
        // Its headings are those of this standard.
        notes.extend(own.into_iter().filter(|note| note.text != dataset::UNKNOWN_HEADINGS));
        Ok::<Table, FormatError>(table)
    };
    let (deployments, media) = (table("deployments")?, table("media")?);
    let observations = table("observations")?;
    for (table, column) in [
        (&deployments, "deploymentID"),
        (&media, "mediaID"),
        (&media, "deploymentID"),
        (&observations, "observationID"),
        (&observations, "deploymentID"),
    ] {
        if table.headed(column).is_none() {
            return Err(FormatError::Document {
                name: table.name.clone(),
                reason: format!("it has no column `{column}`"),
            });
        }
    }
    let others = resources
        .iter()
        .filter_map(|resource| text(resource, "name"))
        .filter(|name| !["deployments", "media", "observations"].contains(name))
        .map(str::to_owned)
        .collect();
    let files = match members.packaging {
        Packaging::Folder => Files::Folder(path.join(&folder)),
        Packaging::TarGz | Packaging::Zip => Files::Members(
            members
                .named()
                .filter_map(|(name, source)| {
                    Some((name.strip_prefix(&folder)?.to_owned(), source.clone()))
                })
                .collect(),
        ),
    };
    Ok(CameraPackage { name, descriptor, deployments, media, observations, others, notes, files })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// The path of a resource, which may be a list of one.
fn location(resource: &Value) -> Option<&str> {
    match resource.get("path")? {
        Value::String(path) => Some(path),
        Value::Array(paths) => match paths.as_slice() {
            [Value::String(path)] => Some(path),
            _ => None,
        },
        _ => None,
    }
}

const DESCRIPTOR: &str = "datapackage.json";
/// Units: bytes.
const IMAGE_BYTES: u64 = 256 << 20;

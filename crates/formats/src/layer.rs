//! Vector layers out of GeoJSON, GeoPackages and shapefiles: features with properties and places.
//!
//! Whatever system a file states its places in, they come out on WGS 84; a system that is not
//! stated, not known or not converted is refused, never guessed. Not an editor: nothing is mended.

mod contains;
mod geojson;
mod geometry;
mod geopackage;
mod measure;
mod prj;
mod reference;
mod shapefile;
mod value;
mod wkb;
mod wkt;
mod write;

use std::fmt;
use std::io::Read;
use std::path::Path;

pub use self::geometry::{Bounds, Geometry};
use self::reference::{Fault, Reference, Way};
pub use self::value::{Property, PropertyType, Value};
pub use self::wkb::WkbError;
pub use self::wkt::WktError;
pub use self::write::{WriteError, write_geojson};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{self, shown};
use crate::table::Table;

/// A layer of a file: where its features are and what they have, none of them read yet.
#[derive(Debug)]
pub struct Layer {
    name: String,
    /// The file it is in, as people know it.
    file: String,
    reference: Reference,
    properties: Vec<Property>,
    notes: Vec<String>,
    content: Content,
    limits: Limits,
}

/// Where the features of a layer are.
#[derive(Debug)]
enum Content {
    GeoJson(geojson::Collection),
    GeoPackage(geopackage::Table),
    Shapefile(shapefile::Files),
    /// Features that were read already, on WGS 84.
    Held(Vec<Feature>),
}

/// One feature.
#[derive(Clone, PartialEq)]
pub struct Feature {
    /// What identifies it in its layer: the member `id` of GeoJSON, the key of a GeoPackage, the
    /// number of a record in a shapefile, from 1.
    pub id: Option<String>,
    /// Values in the order of [`Layer::properties`].
    pub properties: Vec<Value>,
    /// Longitude and latitude on WGS 84; nothing where the file has none.
    pub geometry: Option<Geometry>,
    /// How far off its places may be since they were converted, in metres; 0 where they were not.
    pub moved_m: f64,
}

impl fmt::Debug for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feature({:?}, {} properties, withheld)", self.id, self.properties.len())
    }
}

/// Finds the layers of a file; what it is follows from its content, not from its name.
///
/// A shapefile is given by its `.shp` file, beside which the others lie, or as a zip archive. Its
/// `.shx` file is not read: records follow one another.
///
/// Shape: layers of a GeoPackage and shapefiles in a zip by name.
/// Errors: [`FormatError::Unsupported`] for a file of another kind; what is damaged as far as it is
/// seen without reading features. A layer whose reference system is unknown is listed;
/// [`Layer::features`] refuses it.
/// Source: RFC 7946 and the member `crs` of the specification of 2008; OGC 12-128r19 (GeoPackage
/// 1.4); ESRI Shapefile Technical Description (1998).
pub fn open(path: &Path, limits: &Limits) -> Result<Vec<Layer>, FormatError> {
    match Kind::of(path)? {
        Kind::GeoPackage => geopackage::open(path, limits),
        Kind::Shapefile => shapefile::open(path, limits),
        Kind::Text => geojson::open(path, limits),
        Kind::Zip => shapefile::open_zip(path, limits),
    }
}

/// Whether a table is a layer: what GeoParquet holds of lines and polygons, and no record says.
pub(crate) fn is_table(table: &Table) -> bool {
    let has = |name: &str| table.column(name).is_some();
    has(FOOTPRINT) && !has("footprintSRS") && !OF_RECORDS.iter().any(|name| has(name))
}

/// Makes a layer of such a table. Its features are held in memory.
///
/// Errors: [`FormatError::Feature`] for a geometry that is none.
pub(crate) fn of_table(table: &Table, limits: &Limits) -> Result<Layer, FormatError> {
    let footprint = table.column(FOOTPRINT);
    let others: Vec<usize> =
        (0..table.columns.len()).filter(|index| Some(*index) != footprint).collect();
    let properties = others
        .iter()
        .filter_map(|index| table.columns.get(*index))
        .map(|column| Property { name: column.heading.clone(), kind: PropertyType::Text })
        .collect();
    let mut features = Vec::new();
    table.texts().each(|row| {
        let cell = |index: usize| row.cells.get(index).map_or("", String::as_str);
        let text = footprint.map_or("", cell);
        let geometry = match text {
            "" => None,
            text => Some(Geometry::from_wkt(text).map_err(|error| FormatError::Feature {
                name: table.name.clone(),
                feature: features.len() as u64 + 1,
                reason: error.to_string(),
            })?),
        };
        let values = others.iter().map(|index| match cell(*index) {
            "" => Value::Null,
            text => Value::Text(text.to_owned()),
        });
        let properties = values.collect();
        features.push(Feature { id: None, properties, geometry, moved_m: 0.0 });
        Ok::<(), FormatError>(())
    })?;
    Ok(Layer {
        name: table.name.clone(),
        file: table.name.clone(),
        reference: Reference::crs84(),
        properties,
        notes: Vec::new(),
        content: Content::Held(features),
        limits: *limits,
    })
}

const FOOTPRINT: &str = "footprintWKT";
/// Terms that records have and layers do not.
const OF_RECORDS: [&str; 7] = [
    "basisOfRecord",
    "decimalLatitude",
    "eventDate",
    "eventID",
    "occurrenceID",
    "parentEventID",
    "taxonID",
];

/// Whether the beginning of a file is that of a layer.
pub(crate) fn is_layer(sample: &[u8]) -> bool {
    let text = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample).trim_ascii_start();
    let head = text.get(..text.len().min(4_096)).unwrap_or_default();
    let finds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    sample.starts_with(b"SQLite format 3\0")
        || sample.starts_with(&[0, 0, 0x27, 0x0a])
        || head.starts_with(b"{")
            && finds(b"\"type\"")
            && (finds(b"\"Feature") || finds(b"\"coordinates\""))
}

impl Layer {
    /// The name: of the table in a GeoPackage, else of the file without its ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The reference system as the file states it: a code, a name, or what is missing.
    pub fn reference(&self) -> &str {
        &self.reference.stated
    }

    /// The EPSG code of the reference system, if its places can be converted; 4326 for CRS84.
    pub fn epsg(&self) -> Option<u16> {
        self.reference.way.map(Way::code)
    }

    /// The properties of its features, in the order of the file.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// What is odd about it but usable.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Reads the features from the first on.
    ///
    /// After an error nothing more comes.
    ///
    /// Units: longitude and latitude on WGS 84, to 10⁻⁹ degree; heights and measures are dropped.
    /// Errors: [`FormatError::Reference`] where the places cannot be converted,
    /// [`FormatError::Feature`] for what is wrong with one feature.
    pub fn features(&self) -> Result<Features<'_>, FormatError> {
        let Some(way) = self.reference.way else {
            return Err(FormatError::Reference {
                name: self.file.clone(),
                reference: self.reference.stated.clone(),
            });
        };
        let rows = match &self.content {
            Content::GeoJson(collection) => Rows::GeoJson(collection.rows()),
            Content::GeoPackage(table) => Rows::GeoPackage(Box::new(table.rows(self)?)),
            Content::Shapefile(files) => Rows::Shapefile(Box::new(files.rows(self)?)),
            Content::Held(features) => Rows::Held(features.iter()),
        };
        Ok(Features { layer: self, way, rows, number: 0, is_over: false })
    }
}

/// The features of a layer, one after another.
pub struct Features<'a> {
    layer: &'a Layer,
    way: Way,
    rows: Rows<'a>,
    number: u64,
    is_over: bool,
}

enum Rows<'a> {
    GeoJson(geojson::Rows<'a>),
    GeoPackage(Box<geopackage::Rows>),
    Shapefile(Box<shapefile::Rows>),
    Held(std::slice::Iter<'a, Feature>),
}

/// A feature before what applies to all of its layer is added.
struct Row {
    id: Option<String>,
    properties: Vec<Value>,
    geometry: Option<Geometry>,
}

/// Why the next row cannot be had.
enum RowFault {
    /// The file ends early or cannot be read.
    File(FormatError),
    /// This feature is wrong.
    Row(Fault),
}

impl From<FormatError> for RowFault {
    fn from(error: FormatError) -> Self {
        Self::File(error)
    }
}

impl From<Fault> for RowFault {
    fn from(fault: Fault) -> Self {
        Self::Row(fault)
    }
}

impl Iterator for Features<'_> {
    type Item = Result<Feature, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        self.number += 1;
        let row = match &mut self.rows {
            Rows::GeoJson(rows) => rows.next_row(self.way),
            Rows::GeoPackage(rows) => rows.next_row(self.way),
            Rows::Shapefile(rows) => rows.next_row(self.way),
            Rows::Held(features) => Ok(features.next().cloned().map(|feature| Row {
                id: feature.id,
                properties: feature.properties,
                geometry: feature.geometry,
            })),
        };
        let row = match row {
            Ok(row) => row.map(Ok),
            Err(RowFault::File(error)) => Some(Err(error)),
            Err(RowFault::Row(fault)) => Some(Err(FormatError::Feature {
                name: self.layer.file.clone(),
                feature: self.number,
                reason: fault.0,
            })),
        };
        self.is_over = !matches!(row, Some(Ok(_)));
        let moved_m = self.way.allowance_m();
        row.map(|row| {
            row.map(|Row { id, properties, geometry }| Feature {
                id,
                properties,
                geometry,
                moved_m,
            })
        })
    }
}

impl fmt::Debug for Features<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Features({} read)", self.number)
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    GeoPackage,
    Shapefile,
    /// GeoJSON, if anything that is read here.
    Text,
    Zip,
}

impl Kind {
    /// Tells it by the first bytes.
    pub(crate) fn of(path: &Path) -> Result<Self, FormatError> {
        let mut first = Vec::new();
        source::open(path)?
            .take(16)
            .read_to_end(&mut first)
            .map_err(|cause| source::failed(&shown(path), cause))?;
        Ok(Self::of_start(&first))
    }

    /// Tells it by the first 16 bytes.
    pub(crate) fn of_start(first: &[u8]) -> Self {
        match first {
            bytes if bytes.starts_with(b"SQLite format 3\0") => Self::GeoPackage,
            [0, 0, 0x27, 0x0a, ..] => Self::Shapefile,
            [b'P', b'K', 3 | 5, _, ..] => Self::Zip,
            _ => Self::Text,
        }
    }
}

/// The name of a file without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Collections in collections, no deeper.
const MOST_DEPTH: usize = 32;

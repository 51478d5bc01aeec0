//! Layers in shapefiles: a file of shapes, and beside it a table, a reference system and a
//! character set.
//!
//! Read from front to back, so that a shapefile in a zip need not be unpacked. A row that is
//! marked as deleted takes its shape with it.

mod rings;
mod shapes;
mod table;

use std::path::Path;

use self::shapes::Shapes;
use self::table::{Rows as TableRows, Table};
use super::reference::{Fault, Reference, Way};
use super::{Content, Layer, Row, RowFault, stem};
use crate::archive::{self, Opened};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::{Source, shown};

/// The files of a shapefile.
#[derive(Debug)]
pub(super) struct Files {
    /// Name of the file of shapes.
    name: String,
    shapes: Source,
    table: Option<Table>,
}

/// Opens a shapefile by its file of shapes.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Vec<Layer>, FormatError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let stem = stem(path);
    let mut beside = Vec::new();
    let unreadable = |cause| FormatError::Open { path: folder.to_owned(), cause };
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(&stem)) {
            beside.push((name, Source::File(entry.path())));
        }
    }
    beside.sort_by(|(one, _), (two, _)| one.cmp(two));
    let shapes = Source::File(path.to_owned());
    Ok(vec![layer(stem, shown(path), shapes, &beside, limits)?])
}

/// Opens the shapefiles in a zip archive.
pub(super) fn open_zip(path: &Path, limits: &Limits) -> Result<Vec<Layer>, FormatError> {
    let none = || FormatError::Unsupported {
        name: shown(path),
        reason: "it is an archive without a shapefile in it".to_owned(),
    };
    let Opened::Archive(members) = archive::open(path, limits)? else { return Err(none()) };
    let members: Vec<(String, Source)> =
        members.named().map(|(name, source)| (name.clone(), source.clone())).collect();
    let mut layers = Vec::new();
    for (name, source) in &members {
        if ending(name) == "shp" {
            let stem = stem(Path::new(name));
            layers.push(layer(stem, name.clone(), source.clone(), &members, limits)?);
        }
    }
    if layers.is_empty() { Err(none()) } else { Ok(layers) }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

fn layer(
    name: String,
    file: String,
    shapes: Source,
    beside: &[(String, Source)],
    limits: &Limits,
) -> Result<Layer, FormatError> {
    let base = file.rsplit_once('.').map_or(file.as_str(), |(base, _)| base);
    let find = |wanted: &str| {
        let name = format!("{base}.{wanted}");
        let exact = beside.iter().find(|(other, _)| *other == name);
        exact.or_else(|| beside.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name)))
    };
    let text = |wanted: &str| -> Result<Option<String>, FormatError> {
        let Some((name, source)) = find(wanted) else { return Ok(None) };
        let bytes = source.document(name, limits)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    // The head is looked at now, so that what is no shapefile is refused at once.
    Shapes::open(&shapes, &file, limits)?;
    let reference = match text("prj")? {
        Some(text) => Reference::of_wkt(&text),
        None => Reference::unstated("not stated: its `.prj` file is missing"),
    };
    let mut notes = Vec::new();
    let table = match find("dbf") {
        Some((name, source)) => {
            Some(Table::open(name, source.clone(), text("cpg")?.as_deref(), limits)?)
        }
        None => {
            notes.push("its table (`.dbf`) is missing: features have no properties".to_owned());
            None
        }
    };
    let properties = table.as_ref().map(Table::properties).unwrap_or_default();
    let content = Content::Shapefile(Files { name: file.clone(), shapes, table });
    Ok(Layer { name, file, reference, properties, notes, content, limits: *limits })
}

/// Goes through shapes and rows together.
pub(super) struct Rows {
    shapes: Shapes,
    rows: Option<TableRows>,
    /// Number of the last record.
    number: u64,
}

impl Files {
    pub(super) fn rows(&self, layer: &Layer) -> Result<Rows, FormatError> {
        let rows = self.table.as_ref().map(|table| table.rows(&layer.limits)).transpose()?;
        let shapes = Shapes::open(&self.shapes, &self.name, &layer.limits)?;
        Ok(Rows { shapes, rows, number: 0 })
    }
}

impl Rows {
    pub(super) fn next_row(&mut self, way: Way) -> Result<Option<Row>, RowFault> {
        loop {
            self.number += 1;
            let shape = self.shapes.next_record()?;
            let properties = match &mut self.rows {
                None if shape.is_none() => return Ok(None),
                None => Some(Vec::new()),
                Some(rows) => match (rows.next_row()?, shape) {
                    (None, None) => return Ok(None),
                    (Some(values), Some(_)) => values.transpose()?,
                    (None, Some(_)) => return Err(Fault::new("has no row in the table").into()),
                    (Some(_), None) => return Err(Fault::new("has a row but no shape").into()),
                },
            };
            let Some(properties) = properties else { continue };
            let geometry = self.shapes.geometry(way)?;
            return Ok(Some(Row { id: Some(self.number.to_string()), properties, geometry }));
        }
    }
}

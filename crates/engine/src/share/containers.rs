//! The form in which tables leave in the end: workbooks, Parquet, or CSV that no spreadsheet program
//! takes for formulas. Made of the finished tables once no attack has broken them: nothing is decided
//! here, and nothing added.
//!
//! Camera trap packages stay what their standard asks for.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use reedbed_formats::container::{
    ContainerError, Finished, write_geoparquet, write_neutral_csv, write_parquet, write_workbook,
};
use reedbed_formats::layer::{self, Geometry, Value};
use reedbed_formats::limits::Limits;
use reedbed_formats::patch;

use super::{OutputForm, ShareError};
use crate::kinds::CSV;

/// Puts all tables of a package into their containers; names the files that are at its top then.
pub(super) fn convert(
    package: &Path,
    form: Option<OutputForm>,
    is_neutral: bool,
) -> Result<Vec<PathBuf>, ShareError> {
    let mut folders = vec![package.to_owned()];
    folders.extend(list(package)?.into_iter().filter(|path| path.is_dir() && !is_camera(path)));
    for folder in folders {
        let files = list(&folder)?;
        let with = |ending: &str| -> Vec<&PathBuf> {
            let has =
                |path: &&PathBuf| path.is_file() && path.extension().is_some_and(|e| e == ending);
            files.iter().filter(has).collect()
        };
        match form {
            Some(OutputForm::Xlsx) => workbook(package, &folder, &with("csv"))?,
            Some(OutputForm::Parquet) => {
                for table in with("csv") {
                    parquet(table)?;
                }
                for layer in with("geojson") {
                    geoparquet(layer)?;
                }
            }
            _ if is_neutral => {
                for table in with("csv") {
                    neutral(table)?;
                }
            }
            _ => {}
        }
    }
    let top = list(package)?.into_iter().filter(|path| path.is_file());
    Ok(top.filter_map(|path| path.file_name().map(PathBuf::from)).collect())
}

fn is_camera(folder: &Path) -> bool {
    folder.join("datapackage.json").exists()
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, ShareError> {
    let entries = folder.read_dir().map_err(ShareError::writing)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(ShareError::writing)?;
    paths.sort();
    Ok(paths)
}

/// A finished table in a file; its name is that of the file without its ending.
fn finished(path: &Path) -> Finished<'_> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Finished::new(name.unwrap_or_default(), CSV, move || {
        let file = BufReader::with_capacity(1 << 18, File::open(path)?);
        Ok(Box::new(file) as Box<dyn Read + Send>)
    })
}

/// One workbook for all tables of a folder.
fn workbook(package: &Path, folder: &Path, tables: &[&PathBuf]) -> Result<(), ShareError> {
    if tables.is_empty() {
        return Ok(());
    }
    let name = if folder == package {
        "dataset".into()
    } else {
        folder.file_name().unwrap_or_default().to_owned()
    };
    let out = create(&folder.join(name).with_extension("xlsx"))?;
    let sheets: Vec<Finished<'_>> = tables.iter().map(|path| finished(path)).collect();
    write_workbook(&sheets, out)?;
    drop(sheets);
    remove(tables)
}

/// A table as Parquet, as GeoParquet where it has places.
fn parquet(table: &PathBuf) -> Result<(), ShareError> {
    let path = table.with_extension("parquet");
    match write_geoparquet(&finished(table), create(&path)?) {
        Ok(_) => {}
        Err(ContainerError::NoPlaces { .. }) => {
            std::fs::remove_file(&path).map_err(ShareError::writing)?;
            write_parquet(&finished(table), create(&path)?)?;
        }
        Err(error) => return Err(error.into()),
    }
    remove(&[table])
}

/// A layer as GeoParquet.
fn geoparquet(path: &PathBuf) -> Result<(), ShareError> {
    let table = path.with_extension("csv");
    {
        let mut out = create(&table)?;
        let mut row = Vec::new();
        for layer in layer::open(path, &Limits::default())? {
            let properties = layer.properties().iter().map(|property| property.name.as_str());
            let headings = std::iter::once("id").chain(properties).chain(["footprintWKT"]);
            patch::write_values(&mut row, headings, CSV);
            for feature in layer.features()? {
                let feature = feature?;
                let cells: Vec<String> = feature.properties.iter().map(text_of).collect();
                let id = feature.id.unwrap_or_default();
                let outline = feature.geometry.as_ref().map(Geometry::to_wkt).unwrap_or_default();
                let cells = cells.iter().map(String::as_str);
                let all = std::iter::once(id.as_str()).chain(cells).chain([outline.as_str()]);
                patch::write_values(&mut row, all, CSV);
                out.write_all(&row).map_err(ShareError::writing)?;
                row.clear();
            }
        }
        out.write_all(&row).map_err(ShareError::writing)?;
        out.flush().map_err(ShareError::writing)?;
    }
    parquet(&table)?;
    remove(&[path])
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Date(day) => day.to_string(),
        Value::DateTime(text) | Value::Json(text) | Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Bytes(_) | Value::Null => String::new(),
    }
}

/// A table whose cells no spreadsheet program takes for formulas.
fn neutral(table: &PathBuf) -> Result<(), ShareError> {
    let path = table.with_extension("neutral");
    let mut out = create(&path)?;
    write_neutral_csv(&finished(table), &mut out)?;
    out.flush().map_err(ShareError::writing)?;
    std::fs::rename(&path, table).map_err(ShareError::writing)
}

fn create(path: &Path) -> Result<BufWriter<File>, ShareError> {
    let file = File::create_new(path).map_err(ShareError::writing)?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

fn remove(paths: &[&PathBuf]) -> Result<(), ShareError> {
    paths.iter().try_for_each(|path| std::fs::remove_file(path).map_err(ShareError::writing))
}

impl From<ContainerError> for ShareError {
    fn from(error: ContainerError) -> Self {
        Self::Container(Box::new(error))
    }
}

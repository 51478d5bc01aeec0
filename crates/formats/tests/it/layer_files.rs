//! Makes GeoPackages and shapefiles, with software that is not the reader's.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use shapefile::dbase::{self, FieldName, FieldValue, TableWriterBuilder};

use crate::support::file;

/// Opens a new GeoPackage with its tables of contents and no layer.
pub(crate) fn geopackage(folder: &Path, name: &str) -> (PathBuf, Connection) {
    let path = folder.join(name);
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA application_id = 1196444487; PRAGMA user_version = 10400;
             CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
               organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
               definition TEXT NOT NULL, description TEXT);
             CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT,
               identifier TEXT, description TEXT, last_change DATETIME, min_x DOUBLE,
               min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT,
               geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
             INSERT INTO gpkg_spatial_ref_sys VALUES
               ('undefined', -1, 'NONE', -1, 'undefined', NULL),
               ('geographic', 0, 'NONE', 0, 'undefined', NULL),
               ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[]', NULL),
               ('RD New', 28992, 'epsg', 28992, 'PROJCS[]', NULL),
               ('Mine', 99001, 'NONE', 1, 'LOCAL_CS[\"mine\"]', NULL);",
        )
        .unwrap();
    (path, connection)
}

/// Adds a layer whose geometries are in the column `geom`.
pub(crate) fn add_layer(connection: &Connection, table: &str, columns: &str, srs_id: i32) {
    let quoted = table.replace('"', "\"\"");
    connection
        .execute_batch(&format!(
            "CREATE TABLE \"{quoted}\" (fid INTEGER PRIMARY KEY, geom BLOB{columns})"
        ))
        .unwrap();
    register(connection, table, srs_id);
}

/// Tells the tables of contents of a layer.
pub(crate) fn register(connection: &Connection, table: &str, srs_id: i32) {
    connection
        .execute(
            "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES (?1, 'features', ?2)",
            (table, srs_id),
        )
        .unwrap();
    connection
        .execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'GEOMETRY', ?2, 0, 0)",
            (table, srs_id),
        )
        .unwrap();
}

/// A geometry as a GeoPackage holds it, with an envelope of four numbers.
pub(crate) fn blob(srs_id: i32, wkb: &[u8]) -> Vec<u8> {
    let mut blob = vec![b'G', b'P', 0, 0b011];
    blob.extend(srs_id.to_le_bytes());
    blob.extend([0; 32]);
    blob.extend(wkb);
    blob
}

/// A point in well-known binary, big-endian, with a height.
pub(crate) fn point(x: f64, y: f64) -> Vec<u8> {
    let mut wkb = vec![0];
    wkb.extend(1001_u32.to_be_bytes());
    [x, y, 12.5].iter().for_each(|number| wkb.extend(number.to_be_bytes()));
    wkb
}

/// A polygon of one ring in well-known binary.
pub(crate) fn polygon(ring: &[(f64, f64)]) -> Vec<u8> {
    let mut wkb = vec![1];
    for number in [3, 1, ring.len() as u32] {
        wkb.extend(number.to_le_bytes());
    }
    ring.iter().for_each(|(x, y)| [x, y].iter().for_each(|n| wkb.extend(n.to_le_bytes())));
    wkb
}

/// Well-known text of a system, as ESRI writes it.
pub(crate) const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
/// The Dutch grid.
pub(crate) const RD_NEW: &str = r#"PROJCS["RD_New",GEOGCS["GCS_Amersfoort",DATUM["D_Amersfoort",SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Double_Stereographic"],PARAMETER["False_Easting",155000.0],PARAMETER["False_Northing",463000.0],PARAMETER["Central_Meridian",5.38763888888889],PARAMETER["Scale_Factor",0.9999079],PARAMETER["Latitude_Of_Origin",52.15616055555555],UNIT["Meter",1.0]]"#;

/// Writes a shapefile with a table of all kinds of columns, one row for each shape.
pub(crate) fn shapefile<S: shapefile::record::EsriShape>(
    folder: &Path,
    stem: &str,
    prj: Option<&str>,
    shapes: &[(S, &str, f64)],
) -> PathBuf {
    let path = folder.join(format!("{stem}.shp"));
    let name = |name: &str| FieldName::try_from(name).unwrap();
    let table = TableWriterBuilder::with_encoding(dbase::encoding::UnicodeLossy)
        .add_character_field(name("NAME"), 40)
        .add_numeric_field(name("SITE_ID"), 9, 0)
        .add_numeric_field(name("WIDTH"), 12, 3)
        .add_logical_field(name("OPEN"))
        .add_date_field(name("SINCE"));
    let mut writer = shapefile::Writer::from_path(&path, table).unwrap();
    for (shape, text, number) in shapes {
        let mut record = dbase::Record::default();
        record.insert("NAME".to_owned(), FieldValue::Character(Some((*text).to_owned())));
        record.insert("SITE_ID".to_owned(), FieldValue::Numeric(Some(*number)));
        record.insert("WIDTH".to_owned(), FieldValue::Numeric(Some(*number + 0.25)));
        record.insert("OPEN".to_owned(), FieldValue::Logical(Some(true)));
        let day = dbase::Date::new(14, 5, 2021).unwrap();
        record.insert("SINCE".to_owned(), FieldValue::Date(Some(day)));
        writer.write_shape_and_record(shape, &record).unwrap();
    }
    drop(writer);
    file(folder, &format!("{stem}.cpg"), "UTF-8");
    if let Some(prj) = prj {
        file(folder, &format!("{stem}.prj"), prj);
    }
    path
}

//! The geometry of a finished row, for GeoParquet.

use super::Row;
use crate::made::number::shortest;
use crate::table::Column;
use crate::wkb::{self, Gathered};

/// The columns that say where rows are.
#[derive(Debug, Default)]
pub(super) struct PlaceColumns {
    footprint: Option<usize>,
    point: Option<(usize, usize)>,
    datum: Option<usize>,
    footprint_datum: Option<usize>,
}

impl PlaceColumns {
    pub(super) fn of(headings: &[String]) -> Self {
        let columns: Vec<Column> = headings.iter().map(|name| Column::plain(name)).collect();
        let find = |name: &str| {
            let is_term = |column: &Column| column.term.is_some_and(|term| term.name == name);
            let exact = columns.iter().position(|column| column.heading == name);
            exact.or_else(|| columns.iter().position(is_term))
        };
        Self {
            footprint: find("footprintWKT"),
            point: find("decimalLatitude").zip(find("decimalLongitude")),
            datum: find("geodeticDatum"),
            footprint_datum: find("footprintSRS"),
        }
    }

    pub(super) fn has_any(&self) -> bool {
        self.footprint.is_some() || self.point.is_some()
    }

    /// The footprint of a row, or where it has none its point; nothing where neither can be read as
    /// degrees on WGS 84.
    pub(super) fn geometry(&self, row: Row<'_>, gathered: &mut Gathered) -> Option<Vec<u8>> {
        let value = |index: Option<usize>| {
            let mut scratch = String::new();
            index.map_or_else(String::new, |index| row.value(index, &mut scratch).trim().to_owned())
        };
        let footprint = value(self.footprint);
        if !footprint.is_empty() {
            let is_known = is_wgs84(&value(self.footprint_datum));
            return is_known.then(|| wkb::bytes_of(&footprint, gathered))?;
        }
        let (lat, lon) = self.point?;
        if !is_wgs84(&value(self.datum)) {
            return None;
        }
        let degrees = |index, most: f64| {
            let number: f64 = value(Some(index)).parse().ok()?;
            (number.abs() <= most).then_some(number)
        };
        let (lat, lon) = (degrees(lat, 90.0)?, degrees(lon, 180.0)?);
        Some(wkb::point_bytes(lon, lat, gathered))
    }
}

/// What GeoParquet says of the column.
///
/// Source: GeoParquet 1.1.0; without `crs` the system is OGC:CRS84, longitude first.
pub(super) fn metadata(column: &str, gathered: &Gathered) -> String {
    let kinds: Vec<&str> = gathered.kinds.iter().copied().collect();
    let mut about = serde_json::json!({ "encoding": "WKB", "geometry_types": kinds });
    if let (Some(bounds), Some(about)) = (gathered.bounds, about.as_object_mut()) {
        let bounds = bounds.iter().map(|bound| shortest(*bound).parse::<f64>().ok()).collect();
        about.insert("bbox".to_owned(), bounds);
    }
    serde_json::json!({
        "version": "1.1.0",
        "primary_column": column,
        "columns": { column: about },
    })
    .to_string()
}

fn is_wgs84(datum: &str) -> bool {
    let plain: String =
        datum.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    matches!(plain.as_str(), "" | "crs84" | "epsg4326" | "ogccrs84" | "wgs1984" | "wgs84")
}

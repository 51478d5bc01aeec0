//! Places in the making.
use reedbed_core::place::{Nano, Point};
/// Cells.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "terms")]
pub struct PlaceCells<'a> {
    pub decimal_latitude: &'a str,
    pub decimal_longitude: &'a str,
    pub geodetic_datum: &'a str,
    pub verbatim_latitude: &'a str,
    pub verbatim_longitude: &'a str,
    pub verbatim_coordinates: &'a str,
    pub verbatim_coordinate_system: &'a str,
    pub verbatim_srs: &'a str,
    pub coordinate_uncertainty: &'a str,
    pub coordinate_precision: &'a str,
    pub footprint_wkt: &'a str,
}
/// Read.
#[derive(Debug)]
#[expect(missing_docs, reason = "x")]
pub enum PlaceRead {
    Known(StatedPlace),
    Unknown(()),
    Impossible(WhyImpossible),
}
/// Stated.
#[derive(Debug)]
#[expect(missing_docs, reason = "x")]
pub struct StatedPlace {
    pub point: Point,
    pub uncertainty_m: Option<f64>,
    pub shift_m: f64,
}
/// Why.
#[derive(Debug)]
#[expect(missing_docs, reason = "x")]
pub struct WhyImpossible {
    pub column: &'static str,
}
impl std::fmt::Display for WhyImpossible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("beyond the globe")
    }
}
/// Reads.
pub fn read(cells: &PlaceCells<'_>) -> PlaceRead {
    match (Nano::parse(cells.decimal_latitude), Nano::parse(cells.decimal_longitude)) {
        (Some(lat), Some(lon)) => match Point::new(lat, lon) {
            Some(point) => PlaceRead::Known(StatedPlace {
                point,
                uncertainty_m: cells.coordinate_uncertainty.trim().parse().ok(),
                shift_m: 0.0,
            }),
            None => PlaceRead::Impossible(WhyImpossible { column: "decimalLatitude" }),
        },
        _ => PlaceRead::Unknown(()),
    }
}

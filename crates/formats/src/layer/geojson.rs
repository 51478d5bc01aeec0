//! Layers in GeoJSON, which are held in memory whole.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use reedbed_core::place::Point;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::geometry::Geometry;
use super::reference::{Fault, Reference, Way};
use super::value::{Property, PropertyType, Value};
use super::{Content, Layer, Row, RowFault, stem};
use crate::error::FormatError;
use crate::geojson::{self, Coordinates, MOST_BYTES};
use crate::limits::Limits;
use crate::source::{self, shown};

type Object = geojson::Object<Members, Value>;

/// Features as they were read, in order.
#[derive(Debug)]
pub(super) struct Collection {
    features: Vec<Object>,
    names: Vec<String>,
}

/// Reads a file.
///
/// Errors: [`FormatError::TooLarge`] beyond 256 MiB; [`FormatError::Unsupported`] for what is no
/// GeoJSON, and where it stops being that.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Vec<Layer>, FormatError> {
    let file = shown(path);
    let mut bytes = Vec::new();
    let read = source::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|cause| source::failed(&file, cause))?;
    let unfit = |reason: String| FormatError::Unsupported { name: file.clone(), reason };
    let mut root: Object = geojson::parse(&bytes).map_err(|fault| match fault {
        geojson::Fault::Malformed { line, column } => unfit(format!(
            "it is neither a GeoPackage nor a shapefile, and not GeoJSON: what is wrong stands in \
             line {line}, column {column}"
        )),
        geojson::Fault::TooLarge { limit, unit } => {
            FormatError::TooLarge { name: file.clone(), limit, unit }
        }
    })?;
    drop(bytes);
    let reference = match root.crs.take() {
        None | Some(geojson::Reference::Wgs84) => Reference::crs84(),
        Some(geojson::Reference::Other(name)) => Reference::of_name(&name),
    };
    let features = match root.kind.as_deref() {
        Some("FeatureCollection") => root.features.take().unwrap_or_default(),
        Some(kind) if kind == "Feature" || GEOMETRIES.contains(&kind) => vec![root],
        Some(kind) => return Err(unfit(format!("it is an object of type `{kind}`"))),
        None => return Err(unfit("it is an object without a type".to_owned())),
    };
    let properties = properties_of(&features);
    if properties.len() > limits.columns {
        let limit = limits.columns as u64;
        return Err(FormatError::TooLarge { name: file, limit, unit: "properties" });
    }
    let names = properties.iter().map(|property| property.name.clone()).collect();
    Ok(vec![Layer {
        name: stem(path),
        file,
        reference,
        properties,
        notes: Vec::new(),
        content: Content::GeoJson(Collection { features, names }),
        limits: *limits,
    }])
}

/// All properties that occur, in the order in which they do.
fn properties_of(features: &[Object]) -> Vec<Property> {
    let mut found: Vec<(String, Option<PropertyType>)> = Vec::new();
    let mut places = HashMap::new();
    for (name, value) in
        features.iter().filter_map(|one| one.properties.as_ref()).flat_map(|m| &m.0)
    {
        let at = *places.entry(name.clone()).or_insert_with(|| {
            found.push((name.clone(), None));
            found.len() - 1
        });
        if let (Some((_, kind)), Some(here)) = (found.get_mut(at), value.kind()) {
            *kind = Some(kind.map_or(here, |kind| kind.with(here)));
        }
    }
    let property = |(name, kind): (String, Option<PropertyType>)| Property {
        name,
        // What has no value anywhere could be anything.
        kind: kind.unwrap_or(PropertyType::Other),
    };
    found.into_iter().map(property).collect()
}

/// Goes through a collection.
pub(super) struct Rows<'a> {
    features: std::slice::Iter<'a, Object>,
    names: &'a [String],
}

impl Collection {
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { features: self.features.iter(), names: &self.names }
    }
}

impl Rows<'_> {
    pub(super) fn next_row(&mut self, way: Way) -> Result<Option<Row>, RowFault> {
        let Some(object) = self.features.next() else { return Ok(None) };
        let is_feature = object.kind.as_deref() == Some("Feature");
        let geometry = if is_feature { object.geometry.as_deref() } else { Some(object) };
        check_system(object, way)?;
        let members = object.properties.as_ref().map_or(&[][..], |members| &members.0);
        let by_name: HashMap<&str, &Value> =
            members.iter().rev().map(|(name, value)| (name.as_str(), value)).collect();
        let value = |name: &String| {
            by_name.get(name.as_str()).map_or(Value::Null, |value| (*value).clone())
        };
        let id = match &object.id {
            Some(Value::Text(id)) => Some(id.clone()),
            Some(Value::Integer(id)) => Some(id.to_string()),
            Some(Value::Real(id)) => Some(id.to_string()),
            _ => None,
        };
        Ok(Some(Row {
            id,
            properties: self.names.iter().map(value).collect(),
            geometry: geometry.map(|geometry| geometry_of(geometry, way)).transpose()?,
        }))
    }
}

/// A system is that of the document; one further down may only say the same.
fn check_system(object: &Object, way: Way) -> Result<(), Fault> {
    match &object.crs {
        None => Ok(()),
        Some(geojson::Reference::Wgs84) if way == Way::Wgs84 => Ok(()),
        Some(_) => Err(Fault::new("has a coordinate reference system of its own")),
    }
}

/// The depth is bounded by the reader of JSON.
fn geometry_of(object: &Object, way: Way) -> Result<Geometry, Fault> {
    check_system(object, way)?;
    let unfit = || Fault::new("has coordinates that do not fit its type");
    let coordinates = object.coordinates.as_ref();
    let list = || coordinates.and_then(Coordinates::list).ok_or_else(unfit);
    let point = |position: &Coordinates| {
        let (x, y) = position.position().ok_or_else(unfit)?;
        way.point(x, y)
    };
    let path = |positions: &Coordinates| -> Result<Vec<Point>, Fault> {
        positions.list().ok_or_else(unfit)?.iter().map(point).collect()
    };
    let paths = |list: &Coordinates| -> Result<Vec<Vec<Point>>, Fault> {
        list.list().ok_or_else(unfit)?.iter().map(path).collect()
    };
    Ok(match object.kind.as_deref() {
        Some("Point") => {
            let position = coordinates.ok_or_else(unfit)?;
            let is_empty = position.is_empty_list();
            Geometry::Point(if is_empty { None } else { Some(point(position)?) })
        }
        Some("MultiPoint") => Geometry::MultiPoint(path(coordinates.ok_or_else(unfit)?)?),
        Some("LineString") => Geometry::LineString(path(coordinates.ok_or_else(unfit)?)?),
        Some("MultiLineString") => {
            Geometry::MultiLineString(paths(coordinates.ok_or_else(unfit)?)?)
        }
        Some("Polygon") => Geometry::Polygon(paths(coordinates.ok_or_else(unfit)?)?),
        Some("MultiPolygon") => {
            Geometry::MultiPolygon(list()?.iter().map(paths).collect::<Result<_, _>>()?)
        }
        Some("GeometryCollection") => {
            let parts = object.geometries.as_ref().ok_or_else(unfit)?;
            let parts = parts.iter().map(|part| geometry_of(part, way));
            Geometry::GeometryCollection(parts.collect::<Result<_, _>>()?)
        }
        _ => return Err(Fault::new("has a geometry of a type that GeoJSON does not know")),
    })
}

/// Properties in the order of the file; of two with one name, the first.
pub(super) struct Members(Vec<(String, Value)>);

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members({}, withheld)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde_json::Value as Json;
        Ok(match Json::deserialize(deserializer)? {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(value),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Self::Integer(whole),
                (None, Some(real)) => Self::Real(real),
                (None, None) => return Err(D::Error::custom("a number that is none")),
            },
            Json::String(text) => Self::Text(text),
            other => Self::Json(other.to_string()),
        })
    }
}

const GEOMETRIES: [&str; 7] = [
    "GeometryCollection",
    "LineString",
    "MultiLineString",
    "MultiPoint",
    "MultiPolygon",
    "Point",
    "Polygon",
];

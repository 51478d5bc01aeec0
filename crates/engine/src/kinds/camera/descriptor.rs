//! The descriptor of a camera trap package, made true for what leaves: its scope in space, time and
//! taxa, and its precision, come from what is published.

use std::collections::BTreeSet;

use reedbed_core::decide::Audience;
use reedbed_core::grid::Region;
use reedbed_core::period::Period;
use reedbed_core::place::Nano;
use reedbed_formats::camera::CameraPackage;
use serde_json::{Map, Value, json};

use crate::judge::Judge;
use crate::metadata::{self, SILENCE};
use crate::share::Settings;
use crate::statement;

/// What is published.
#[derive(Default)]
pub(super) struct Published {
    /// South, west, north, east.
    edges: Option<[Nano; 4]>,
    pub(super) days: Option<Period>,
    names: BTreeSet<String>,
    /// The widest cell told.
    widest: Option<Nano>,
}

impl Published {
    pub(super) fn place(&mut self, lat: Nano, lon: Nano) {
        self.widen([lat, lon, lat, lon]);
    }

    pub(super) fn region(&mut self, region: &Region) {
        self.widen([region.south(), region.west(), region.north(), region.east()]);
        let (height, width) = region.size();
        self.widest = self.widest.max(Some(height.max(width)));
    }

    pub(super) fn name(&mut self, name: &str) {
        if !name.is_empty() {
            self.names.insert(name.to_lowercase());
        }
    }

    fn widen(&mut self, [south, west, north, east]: [Nano; 4]) {
        let [s, w, n, e] = self.edges.unwrap_or([south, west, north, east]);
        self.edges = Some([s.min(south), w.min(west), n.max(north), e.max(east)]);
    }
}

/// Writes the descriptor.
///
/// PRIVACY: free texts that name a protected taxon are replaced; what is not of the standard goes.
pub(super) fn write(
    package: &CameraPackage,
    published: &Published,
    judge: &Judge<'_>,
    settings: &Settings,
) -> String {
    let incoming = &package.descriptor;
    let mut out = Map::new();
    for key in KEPT {
        if let Some(value) = incoming.get(*key).and_then(|value| without_mentions(value, judge)) {
            out.insert((*key).to_owned(), value);
        }
    }
    if let Some(title) = &settings.holder.title {
        out.insert("title".to_owned(), json!(title));
    }
    out.insert("created".to_owned(), json!(format!("{}T00:00:00Z", settings.today)));
    out.insert("resources".to_owned(), resources(incoming));
    if let Audience::Partner { .. } = settings.audience {
        let title = metadata::licence_of(settings).unwrap_or_default();
        let licence =
            |scope: &str| json!({"name": "LicenseRef-Agreement", "title": title, "scope": scope});
        out.insert("licenses".to_owned(), json!([licence("data"), licence("media")]));
    }
    let description = out.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = format!("{description}\n\n{SILENCE}").trim().to_owned();
    out.insert("description".to_owned(), json!(description));
    if let Some([south, west, north, east]) = published.edges.map(|edges| edges.map(Nano::degrees))
    {
        out.insert(
            "spatial".to_owned(),
            json!({"type": "Polygon", "coordinates": [[[west, south], [east, south],
                [east, north], [west, north], [west, south]]]}),
        );
    }
    if let Some(days) = published.days {
        let (start, end) = (days.start().to_string(), days.end().to_string());
        out.insert("temporal".to_owned(), json!({"start": start, "end": end}));
    }
    out.insert("taxonomic".to_owned(), taxonomic(incoming, published));
    let stated = incoming.get("coordinatePrecision").and_then(Value::as_f64);
    let widest = published.widest.map(Nano::degrees);
    if let Some(precision) = stated.into_iter().chain(widest).reduce(f64::max) {
        out.insert("coordinatePrecision".to_owned(), json!(precision));
    }
    // A map of strings and numbers always has a text.
    serde_json::to_string_pretty(&out).unwrap_or_default() + "\n"
}

/// The three tables as they are written now.
fn resources(incoming: &Map<String, Value>) -> Value {
    let given = incoming.get("resources").and_then(Value::as_array);
    let tables = ["deployments", "media", "observations"].map(|name| {
        let resource =
            given.into_iter().flatten().find(|r| r.get("name").and_then(Value::as_str) == Some(name));
        let schema = resource.and_then(|resource| resource.get("schema")).cloned();
        json!({
            "name": name,
            "path": format!("{name}.csv"),
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": schema.unwrap_or_else(|| json!(format!("{SCHEMAS}/{name}-table-schema.json"))),
        })
    });
    json!(tables)
}

/// Taxa of which an observation is published.
fn taxonomic(incoming: &Map<String, Value>, published: &Published) -> Value {
    let given = incoming.get("taxonomic").and_then(Value::as_array);
    let name =
        |taxon: &Value| taxon.get("scientificName").and_then(Value::as_str).map(str::to_owned);
    let mut taxa: Vec<Value> = given
        .into_iter()
        .flatten()
        .filter(|taxon| name(taxon).is_some_and(|n| published.names.contains(&n.to_lowercase())))
        .cloned()
        .collect();
    let known: BTreeSet<String> =
        taxa.iter().filter_map(name).map(|name| name.to_lowercase()).collect();
    let new = published.names.difference(&known);
    taxa.extend(new.map(|name| json!({"scientificName": capitalised(name)})));
    json!(taxa)
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A value without texts that name a protected taxon.
fn without_mentions(value: &Value, judge: &Judge<'_>) -> Option<Value> {
    match value {
        Value::String(text) if judge.mentions.are_in(text.as_bytes()) => None,
        Value::Array(values) => {
            let kept = values.iter().filter_map(|value| without_mentions(value, judge));
            Some(Value::Array(kept.collect()))
        }
        Value::Object(values) => {
            // Some of them are required.
            let kept = values.iter().map(|(key, value)| {
                let value = without_mentions(value, judge);
                (key.clone(), value.unwrap_or_else(|| json!(statement::WORDING)))
            });
            Some(Value::Object(kept.collect()))
        }
        other => Some(other.clone()),
    }
}

/// What stays of the incoming descriptor.
const KEPT: &[&str] = &[
    "bibliographicCitation",
    "contributors",
    "description",
    "homepage",
    "id",
    "keywords",
    "licenses",
    "name",
    "profile",
    "project",
    "references",
    "relatedIdentifiers",
    "sources",
    "title",
    "version",
];
const SCHEMAS: &str = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2";

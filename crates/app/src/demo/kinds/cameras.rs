//! Camera traps: a package with one camera at the otters' holt, one at the cranes' mound, and others
//! where anybody may walk.
//!
//! Source: Camtrap DP 1.0, <https://camtrap-dp.tdwg.org>.

use serde_json::json;

use super::super::land::{Land, Spot};
use super::super::prng::Prng;
use super::{Dens, File, image};

/// A camera on its post.
pub(super) struct Post {
    pub(super) spot: Spot,
    name: &'static str,
    seen: &'static [(&'static str, &'static str)],
}

/// Writes the package; gives the posts, in the order in which they are walked.
pub(super) fn add(files: &mut Vec<File>, dens: &Dens, land: &Land, prng: &mut Prng) -> Vec<Post> {
    let mut at = |zone, name, seen| Post { spot: land.spot_in(zone, prng), name, seen };
    let posts = vec![
        at("meadow", "meadow gate", DEER),
        at("water", "Long Dyke towpath", WATER),
        Post { spot: dens.holt, name: "leaning alder", seen: OTTERS },
        at("reedbed", "reedcutters' hut", REED),
        Post { spot: dens.mound, name: "the mound", seen: CRANES },
        at("water", "Heron Pool drink", WATER),
    ];
    let mut deployments = text(&DEPLOYMENT);
    let mut media = text(&MEDIUM);
    let mut observations = text(&OBSERVATION);
    for (number, post) in (1..).zip(&posts) {
        let (latitude, longitude) = post.spot.decimals();
        let id = format!("cam{number}");
        row(
            &mut deployments,
            &[
                &id,
                &format!("post{number}"),
                post.name,
                &latitude,
                &longitude,
                "10",
                "2025-05-01T08:00:00+01:00",
                "2025-05-31T08:00:00+01:00",
                "Bertil Osgood",
                "Reconyx HC600",
                "50",
                "activityDetection",
            ],
        );
        for shot in 1..=8 {
            let (name, behavior) = prng.pick(post.seen);
            let (day, hour, minute) = (prng.between(1, 30), prng.between(0, 23), prng.below(60));
            let time = format!("2025-05-{day:02}T{hour:02}:{minute:02}:00+01:00");
            let (medium, file) = (format!("{id}-{shot}"), format!("media/{id}-{shot}.jpg"));
            let taken = format!("2025:05:{day:02} {hour:02}:{minute:02}:00");
            files.push((format!("cameras/{file}"), image::taken(post.spot, &taken)));
            row(
                &mut media,
                &[&medium, &id, "activityDetection", &time, &file, "true", "image/jpeg"],
            );
            let (kind, count) = match name {
                "" => ("blank", ""),
                "Homo sapiens" => ("human", "1"),
                _ => ("animal", "1"),
            };
            row(
                &mut observations,
                &[
                    &format!("obs-{medium}"),
                    &id,
                    &medium,
                    &time,
                    &time,
                    "media",
                    kind,
                    name,
                    count,
                    behavior,
                    "Bertil Osgood",
                ],
            );
        }
    }
    let resources: Vec<_> = ["deployments", "media", "observations"]
        .iter()
        .map(|name| {
            json!({
                "name": name,
                "path": format!("{name}.csv"),
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": format!("{SCHEMAS}{name}-table-schema.json"),
            })
        })
        .collect();
    let descriptor = json!({
        "profile": format!("{SCHEMAS}camtrap-dp-profile.json"),
        "name": "reedmoor-cameras",
        "created": "2025-06-01T00:00:00Z",
        "title": "Camera traps of the Reedmoor reserve",
        "contributors": [{ "title": "Reedmoor Trust", "role": "rightsHolder" }],
        "project": {
            "title": "Who walks the dykes",
            "samplingDesign": "opportunistic",
            "captureMethod": ["activityDetection"],
            "individualAnimals": false,
            "observationLevel": ["media"],
        },
        "spatial": { "type": "Point", "coordinates": [1.5, 52.7] },
        "temporal": { "start": "2025-05-01", "end": "2025-05-31" },
        "taxonomic": NAMED.map(|name| json!({ "scientificName": name })),
        "resources": resources,
    });
    for (name, content) in [
        ("datapackage.json", format!("{descriptor:#}\n")),
        ("deployments.csv", deployments),
        ("media.csv", media),
        ("observations.csv", observations),
    ] {
        files.push((format!("cameras/{name}"), content.into_bytes()));
    }
    posts
}

fn text(headings: &[&str]) -> String {
    headings.join(",") + "\n"
}

fn row(table: &mut String, cells: &[&str]) {
    table.push_str(&cells.join(","));
    table.push('\n');
}

const SCHEMAS: &str = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.1/";
const DEPLOYMENT: [&str; 12] = [
    "deploymentID",
    "locationID",
    "locationName",
    "latitude",
    "longitude",
    "coordinateUncertainty",
    "deploymentStart",
    "deploymentEnd",
    "setupBy",
    "cameraModel",
    "cameraHeight",
    "deploymentTags",
];
const MEDIUM: [&str; 7] = [
    "mediaID",
    "deploymentID",
    "captureMethod",
    "timestamp",
    "filePath",
    "filePublic",
    "fileMediatype",
];
const OBSERVATION: [&str; 11] = [
    "observationID",
    "deploymentID",
    "mediaID",
    "eventStart",
    "eventEnd",
    "observationLevel",
    "observationType",
    "scientificName",
    "count",
    "behavior",
    "classifiedBy",
];
const NAMED: [&str; 6] = [
    "Capreolus capreolus",
    "Vulpes vulpes",
    "Ardea cinerea",
    "Lutra lutra",
    "Grus grus",
    "Homo sapiens",
];
const DEER: &[(&str, &str)] =
    &[("Capreolus capreolus", "grazing"), ("Vulpes vulpes", ""), ("Homo sapiens", ""), ("", "")];
const WATER: &[(&str, &str)] = &[("Ardea cinerea", "foraging"), ("Vulpes vulpes", ""), ("", "")];
const REED: &[(&str, &str)] = &[("Capreolus capreolus", ""), ("Ardea cinerea", ""), ("", "")];
const OTTERS: &[(&str, &str)] = &[("Lutra lutra", "denning"), ("Vulpes vulpes", ""), ("", "")];
const CRANES: &[(&str, &str)] = &[("Grus grus", "nesting"), ("Vulpes vulpes", ""), ("", "")];

//! What a reserve holds besides records: cameras, tracks, weather, habitats, photos, a document. Their
//! secrets meet those of the records: a camera at the otters' holt, the round of the ranger who
//! empties it, a logger in the bats' loft, a patch of sedge round the cranes' mound.

mod cameras;
mod image;
mod tracks;
mod weather;

use serde_json::json;

use super::land::{Land, Spot};
use super::prng::Prng;

/// Folders of the reserve beside the archive, each an input of its own.
pub(super) const FOLDERS: [&str; 5] = ["cameras", "tracks", "weather", "habitats", "photos"];
/// A document to attach, with its category.
pub(super) const DOCUMENT: (&str, &str) = ("management-plan.txt", "medium");

/// A file of the reserve: its path below the folder, and its content.
pub(super) type File = (String, Vec<u8>);

/// All files.
pub(super) fn files(land: &Land, prng: &mut Prng) -> Vec<File> {
    let dens = Dens::draw(land, prng);
    let mut files = Vec::new();
    let posts = cameras::add(&mut files, &dens, land, prng);
    tracks::add(&mut files, &posts, land, prng);
    weather::add(&mut files, &dens, land, prng);
    files.push(("habitats/habitats.geojson".to_owned(), habitats(&dens, land, prng)));
    photos(&mut files, &dens, land, prng);
    files.push((DOCUMENT.0.to_owned(), include_bytes!("plan.txt").to_vec()));
    files
}

/// Places that nobody should be led to.
struct Dens {
    holt: Spot,
    mound: Spot,
    loft: Spot,
}

impl Dens {
    fn draw(land: &Land, prng: &mut Prng) -> Self {
        let mut spot = |zone| land.spot_in(zone, prng);
        Self { holt: spot("carr"), mound: spot("core"), loft: spot("roost") }
    }
}

/// Patches of habitat; one lies round the mound of the cranes.
fn habitats(dens: &Dens, land: &Land, prng: &mut Prng) -> Vec<u8> {
    let mut patches = vec![("Sedge patch 1".to_owned(), "sedge", dens.mound)];
    for (number, habitat) in
        (2..).zip(["sedge", "reed, cut", "reed, flooded"].iter().cycle().take(30))
    {
        let zone = if habitat.starts_with("reed") { "reedbed" } else { "reserve" };
        let name = format!("{} patch {number}", if zone == "reserve" { "Sedge" } else { "Reed" });
        patches.push((name, habitat, land.spot_in(zone, prng)));
    }
    let features: Vec<_> = patches
        .iter()
        .map(|(name, habitat, centre)| {
            let side_m = f64::from(prng.between(15, 60));
            let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)];
            let ring: Vec<_> = corners
                .iter()
                .map(|(east, north)| centre.moved(east * side_m, north * side_m).position())
                .collect();
            json!({
                "type": "Feature",
                "properties": { "name": name, "habitat": habitat, "surveyed": "2025-06-10" },
                "geometry": { "type": "Polygon", "coordinates": [ring] },
            })
        })
        .collect();
    format!("{:#}\n", json!({ "type": "FeatureCollection", "features": features })).into_bytes()
}

/// Photos with place and time in their metadata: two of the open marsh, one in the bats' loft.
fn photos(files: &mut Vec<File>, dens: &Dens, land: &Land, prng: &mut Prng) {
    let shots = [
        ("sluice.jpg", land.spot_in("water", prng), "2025:05:12 11:20:00"),
        ("meadow-in-june.jpg", land.spot_in("meadow", prng), "2025:06:03 16:05:00"),
        ("loft.jpg", dens.loft, "2025:06:20 21:45:00"),
    ];
    for (name, spot, time) in shots {
        files.push((format!("photos/{name}"), image::taken(spot, time)));
    }
}

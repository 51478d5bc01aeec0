//! Layers beside records and data of other kinds.

use reedbed_core::category::Category;

use crate::kinds::{as_files, camera, finds, share_all, with_times, withheld};
use crate::support::{by_default, settings};

/// Squares of so many degrees by name, a property for a taxon, and one for remarks.
fn layer(features: &[(&str, f64, f64, f64, &str, &str)]) -> String {
    let features: Vec<String> = features
        .iter()
        .map(|(name, lat, lon, side, taxon, remarks)| {
            let (n, e) = (lat + side, lon + side);
            format!(
                r#"{{"type":"Feature","id":"{name}","properties":{{"name":"{name}","scientificName":"{taxon}","notes":"{remarks}","area_ha":5}},
                "geometry":{{"type":"Polygon","coordinates":[[[{lon},{lat}],[{e},{lat}],[{e},{n}],[{lon},{n}],[{lon},{lat}]]]}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn protected_features_leave_as_cells_and_others_as_they_are() {
    let text = layer(&[
        ("Heron wood", 51.51234, 4.51234, 0.002, "Ardea cinerea", ""),
        ("Bittern reed", 51.61234, 4.61234, 0.002, "Botaurus stellaris", "two nests"),
        ("Long reed", 51.71234, 4.71234, 0.002, "Ardea cinerea", "here Botaurus stellaris breeds"),
    ]);
    let rules = by_default(&[("Botaurus stellaris", Category::High)]);
    let copied = share_all(&[("l.geojson", text.as_bytes())], &settings(rules)).unwrap();
    let told: serde_json::Value =
        serde_json::from_str(&copied.text("layer/layer.geojson")).unwrap();
    let features = told["features"].as_array().unwrap();
    assert_eq!(features.len(), 2);
    assert_eq!(features[0]["properties"]["name"], "Heron wood");
    assert_eq!(
        features[0]["geometry"]["coordinates"][0][0],
        serde_json::json!([4.51234, 51.51234])
    );
    let cell = &features[1];
    assert_eq!(cell["properties"]["scientificName"], "Botaurus stellaris");
    assert_eq!(cell["properties"]["area_ha"], serde_json::Value::Null);
    assert_eq!(cell["geometry"]["coordinates"][0][0], serde_json::json!([4.55, 51.55]));
    assert!(cell["id"].as_str().unwrap().starts_with("rb-"));
    for secret in ["51.61", "4.61", "two nests", "Bittern reed", "51.71", "Long reed"] {
        assert!(!finds(&copied, secret), "{secret}");
    }
    assert_eq!(
        withheld(&copied.shared.summary, "features that name a protected taxon in a text"),
        1
    );
}

#[test]
fn a_habitat_patch_round_a_den_is_told_as_the_den_is_and_a_park_is_not() {
    let text = layer(&[
        ("Weir patch", 51.512, 4.512, 0.001, "", ""),
        ("Park", 51.0, 4.0, 1.0, "", ""),
        ("Elsewhere", 51.8, 4.8, 0.001, "", ""),
    ])
    .replace("scientificName", "habitat");
    let mut files = camera();
    files.push(("l.geojson", text.into_bytes()));
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&files), &settings(rules)).unwrap();
    let told = copied.text("layer/layer.geojson");
    assert!(told.contains("Park") && told.contains("Elsewhere"));
    assert!(!told.contains("Weir patch") && !finds(&copied, "51.512"));
}

#[test]
fn several_layers_and_records_are_one_copy_and_are_attacked_together() {
    let first = layer(&[("Bittern reed", 51.61234, 4.61234, 0.002, "Botaurus stellaris", "")]);
    let second = layer(&[("Long reed", 51.71234, 4.71234, 0.002, "Ardea cinerea", "")]);
    let records = "scientificName,decimalLatitude,decimalLongitude\n\
                   Botaurus stellaris,51.61234,4.61234\nArdea cinerea,51.41234,4.41234\n";
    let rules = by_default(&[("Botaurus stellaris", Category::High)]);
    let files = [
        ("l.geojson", first.as_bytes()),
        ("m.geojson", second.as_bytes()),
        ("o.csv", records.as_bytes()),
    ];
    let copied = share_all(&files, &settings(rules)).unwrap();
    assert!(copied.files.contains_key("layer/layer.geojson"));
    assert!(copied.files.contains_key("layer/layer-2.geojson"), "{:?}", copied.files.keys());
    assert!(!finds(&copied, "51.612"));
    assert!(finds(&copied, "51.41234"));
}

#[test]
fn patches_that_touch_a_protected_one_are_told_as_it_is_as_far_as_its_cell_reaches() {
    // Two hundred patches side by side, so that a gap would be the one that is protected.
    let at = |number: u32| f64::from(440_000 + 200 * number) / 100_000.0;
    let names: Vec<String> = (0..200).map(|number| format!("patch {number:03}")).collect();
    let patches: Vec<_> = (0..200_u32)
        .zip(&names)
        .map(|(number, name)| {
            let taxon = if number == 100 { "Botaurus stellaris" } else { "Ardea cinerea" };
            (name.as_str(), 51.5, at(number), 0.002, taxon, "")
        })
        .collect();
    // Written as whole hundred-thousandths, so that neighbours have the same corners.
    let mut text = layer(&patches);
    for number in 0..=200 {
        let written = format!("{}", at(number) + 0.002);
        text = text.replace(&format!("{written},"), &format!("{:.5},", at(number) + 0.002));
    }
    let rules = by_default(&[("Botaurus stellaris", Category::High)]);
    let copied = share_all(&[("l.geojson", text.as_bytes())], &settings(rules)).unwrap();
    let told: serde_json::Value =
        serde_json::from_str(&copied.text("layer/layer.geojson")).unwrap();
    let named: Vec<&str> = told["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|feature| feature["properties"]["name"].as_str())
        .collect();
    // The cell goes from 4.55 to 4.65: patches 75 to 124 lie in it, 74 and 125 at its edges.
    let open: Vec<&str> = names.iter().map(String::as_str).collect();
    let expected = [&open[..74], &open[126..]].concat();
    assert_eq!(named, expected);
    // In a row so narrow the attacks find some cells too telling; those do not leave.
    let features = told["features"].as_array().unwrap().len() as u64;
    let attacked = withheld(&copied.shared.summary, "features that rules withhold");
    assert_eq!(features + attacked, 200);
    assert!(attacked < 10, "{attacked}");
}

#[test]
fn the_hole_of_a_patch_that_names_a_protected_taxon_has_no_edge_of_it() {
    // Eighths of a degree, so that neighbours have the same corners to the last digit.
    let names: Vec<String> = (0..7).map(|number| format!("patch {number}")).collect();
    let patches: Vec<_> = (0..7_u32)
        .zip(&names)
        .map(|(number, name)| {
            let note = if number == 3 { "Botaurus stellaris breeds" } else { "" };
            (name.as_str(), 51.5, 4.5 + f64::from(number) / 8.0, 0.125, "Ardea cinerea", note)
        })
        .collect();
    let rules = by_default(&[("Botaurus stellaris", Category::High)]);
    let text = layer(&patches);
    let copied = share_all(&[("l.geojson", text.as_bytes())], &settings(rules)).unwrap();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(finds(&copied, name), !(2..=4).contains(&number), "{name}");
    }
}

//! Camera traps, tracks and weather beside records: what is protected in one is not told by another.

use std::path::PathBuf;

use reedbed_core::category::Category;
use reedbed_core::period::Precision;
use reedbed_core::rule::{Outcome, RuleSet};
use reedbed_engine::pseudonym::Pseudonyms;
use reedbed_engine::share::{self, Settings, ShareError, Silent};
use reedbed_engine::summary::Summary;
use reedbed_formats::collection::{self, CollectionOptions};
use reedbed_formats::limits::Limits;

use crate::support::{Copied, area_of, by_default, partner, read_copy, rule, settings};

/// Shares files, which may be in folders, each top-level name an input.
pub(crate) fn share_all(
    files: &[(&str, &[u8])],
    settings: &Settings,
) -> Result<Copied, ShareError> {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs: Vec<PathBuf> = Vec::new();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        let input = folder.path().join(name.split('/').next().unwrap());
        if !name.ends_with(".toml") && !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    let opened =
        collection::open(&inputs, &CollectionOptions::default(), &Limits::default()).unwrap();
    let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, "public");
    let prepared = share::prepare_all(&opened, settings, &pseudonyms, &Silent)?;
    let folder = tempfile::tempdir().unwrap();
    let shared = prepared.write_attacked(&folder.path().join("package"), &Silent)?;
    Ok(read_copy(shared, folder))
}

/// A rule about a taxon whose times may leave.
pub(crate) fn with_times(listed: &[(&str, Category)]) -> RuleSet {
    let mut rules = by_default(listed);
    for rule in &mut rules.rules {
        rule.outcome.public_period = Some(Precision::Held);
    }
    rules
}

/// A rule about everything in an area.
fn in_area(area: &str, kind: &str, category: Category) -> RuleSet {
    let outcome = Outcome { category: Some(category), ..Outcome::default() };
    let mut own = rule(0, outcome);
    own.taxon = None;
    own.area = Some(area.to_owned());
    own.kind = [kind.to_owned()].into();
    let mut rules = RuleSet::default();
    rules.rules.push(own);
    rules
}

pub(crate) fn withheld(summary: &Summary, reason: &str) -> u64 {
    let kinds = summary.kinds.iter();
    kinds.filter_map(|kind| kind.withheld.get(reason)).sum()
}

const DESCRIPTOR: &[u8] = br#"{"profile": "https://x.org/camtrap-dp/1.0.2/camtrap-dp-profile.json",
    "name": "traps", "title": "Otters of the eastern reed", "created": "2023-01-01T00:00:00Z",
    "contributors": [{"title": "A. Ranger"}], "project": {"title": "Lutra lutra at the weir",
    "samplingDesign": "targeted", "captureMethod": ["activityDetection"], "individualAnimals": false,
    "observationLevel": ["media"]}, "keywords": ["lutra lutra", "reed"],
    "taxonomic": [{"scientificName": "Lutra lutra"}, {"scientificName": "Cervus elaphus"}],
    "resources": [{"name": "deployments", "path": "deployments.csv"},
    {"name": "media", "path": "media.csv"}, {"name": "observations", "path": "observations.csv"},
    {"name": "secrets", "path": "secrets.csv"}]}"#;

const DEPLOYMENTS: &[u8] = b"deploymentID,locationID,locationName,latitude,longitude,\
coordinateUncertainty,deploymentStart,deploymentEnd,setupBy,cameraHeading,habitat,deploymentComments\n\
d1,L1,Holt under the weir,51.51234,4.51234,10,2021-05-01T08:00:00Z,2021-05-20T08:00:00Z,A. Ranger,90,weir,holt\n\
d2,L1,,51.51240,4.51230,10,2021-06-01T08:00:00Z,2021-06-20T08:00:00Z,A. Ranger,90,weir,\n\
d3,L2,Long reed,51.61234,4.61234,10,2021-05-01T08:00:00Z,2021-05-20T08:00:00Z,A. Ranger,10,reed,\n";

const MEDIA: &[u8] = b"mediaID,deploymentID,timestamp,filePath,filePublic,fileMediatype\n\
m1,d1,2021-05-02T08:00:00Z,media/holt.jpg,true,image/jpeg\n\
m2,d3,2021-05-02T08:00:00Z,media/reed.jpg,true,image/jpeg\n\
m3,d3,2021-05-02T09:00:00Z,https://x.org/m3.jpg,true,image/jpeg\n\
m4,d3,2021-05-02T10:00:00Z,https://x.org/m4.jpg,true,image/jpeg\n\
m5,d3,2021-05-02T11:00:00Z,https://x.org/m5.jpg,false,image/jpeg\n\
m6,d3,2021-05-02T12:00:00Z,media/film.mp4,true,video/mp4\n\
m7,d9,2021-05-02T12:00:00Z,https://x.org/m7.jpg,true,image/jpeg\n";

const OBSERVATIONS: &[u8] =
    b"observationID,deploymentID,mediaID,eventStart,eventEnd,observationLevel,\
observationType,scientificName,count,classifiedBy,observationComments\n\
o1,d1,m1,2021-05-02T08:00:00Z,2021-05-02T08:00:00Z,media,animal,Lutra lutra,1,A. Ranger,with cubs\n\
o2,d2,,2021-06-02T08:00:00Z,2021-06-02T08:00:09Z,event,animal,Cervus elaphus,1,A. Ranger,\n\
o3,d3,m2,2021-05-02T08:00:00Z,2021-05-02T08:00:00Z,media,animal,Cervus elaphus,2,A. Ranger,\n\
o4,d3,m3,2021-05-02T09:00:00Z,2021-05-02T09:00:00Z,media,human,Homo sapiens,1,A. Ranger,\n\
o5,d3,m4,2021-05-02T10:00:00Z,2021-05-02T10:00:00Z,media,unclassified,,,A. Ranger,\n\
o6,d3,m5,2021-05-02T11:00:00Z,2021-05-02T11:00:00Z,media,blank,,,A. Ranger,\n\
o7,d3,m6,2021-05-02T12:00:00Z,2021-05-02T12:00:00Z,media,blank,,,A. Ranger,\n";

/// A JPEG of no picture, with a comment and EXIF.
fn jpeg() -> Vec<u8> {
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, content].concat()
    };
    [
        vec![0xff, 0xd8],
        segment(0xe1, b"Exif\0\0MM\0*51.61234"),
        segment(0xfe, b"Holt 51.61234"),
        segment(0xdb, &[0; 65]),
        segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![1, 2, 3, 0xff, 0xd9],
    ]
    .concat()
}

pub(crate) fn camera() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("traps/datapackage.json", DESCRIPTOR.to_vec()),
        ("traps/deployments.csv", DEPLOYMENTS.to_vec()),
        ("traps/media.csv", MEDIA.to_vec()),
        ("traps/observations.csv", OBSERVATIONS.to_vec()),
        ("traps/secrets.csv", b"x\n51.51234\n".to_vec()),
        ("traps/media/holt.jpg", jpeg()),
        ("traps/media/reed.jpg", jpeg()),
        ("traps/media/film.mp4", b"\0\0\0\x18ftypisom51.61234".to_vec()),
    ]
}

pub(crate) fn as_files<'f>(files: &'f [(&'static str, Vec<u8>)]) -> Vec<(&'static str, &'f [u8])> {
    files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect()
}

pub(crate) fn finds(copied: &Copied, word: &str) -> bool {
    let bytes = copied.bytes();
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn all_deployments_at_a_location_take_the_strictest_category_seen_there() {
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&camera()), &settings(rules)).unwrap();
    let rows = copied.rows("camera-trap/deployments.csv");
    let places: Vec<_> =
        rows.iter().map(|row| (row["latitude"].as_str(), row["longitude"].as_str())).collect();
    // The open one first, as it is; then both of the holt, in one cell.
    assert_eq!(places, [("51.61234", "4.61234"), ("51.5", "4.5"), ("51.5", "4.5")]);
    assert_eq!(rows[0]["setupBy"], "A. Ranger");
    for row in &rows[1..] {
        assert!(row["deploymentID"].starts_with("rb-") && row["locationID"].starts_with("rb-"));
        for empty in ["locationName", "setupBy", "cameraHeading", "habitat"] {
            assert_eq!(row[empty], "", "{empty}");
        }
        assert!(row["coordinateUncertainty"].parse::<u64>().unwrap() >= 6_500);
    }
    assert!(rows.iter().any(|row| row["deploymentStart"] == "2021-06-01T08:00:00Z"));
    for secret in ["51.51234", "51.5124", "Holt", "holt", "weir", "cubs", "Lutra lutra at"] {
        assert!(!finds(&copied, secret), "{secret}");
    }
}

#[test]
fn times_that_may_not_leave_keep_their_rows_back_and_are_never_invented() {
    let rules = by_default(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&camera()), &settings(rules)).unwrap();
    assert_eq!(copied.rows("camera-trap/deployments.csv").len(), 1);
    assert_eq!(copied.rows("camera-trap/observations.csv").len(), 5);
    let reason = "the deployment's times may not leave, and the standard asks for them";
    // Two deployments, one medium, two observations.
    assert_eq!(withheld(&copied.shared.summary, reason), 5);
}

#[test]
fn media_leave_only_where_they_show_nobody_and_nothing_unknown() {
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&camera()), &settings(rules)).unwrap();
    let rows = copied.rows("camera-trap/media.csv");
    let ids: Vec<&str> = rows.iter().map(|row| row["mediaID"].as_str()).collect();
    assert_eq!(ids, ["m2"]);
    let summary = &copied.shared.summary;
    for (reason, count) in [
        ("images of protected deployments do not leave", 1),
        ("the image shows people", 1),
        ("nobody has said what the image shows", 1),
        ("the image is not public", 1),
        ("the file cannot be rebuilt without its metadata", 1),
    ] {
        assert_eq!(withheld(summary, reason), count, "{reason}");
    }
    assert_eq!(copied.shared.rejects.len(), 1);
    // Observations of media that do not leave name none.
    let rows = copied.rows("camera-trap/observations.csv");
    let named: Vec<&str> =
        rows.iter().map(|row| row["mediaID"].as_str()).filter(|id| !id.is_empty()).collect();
    assert_eq!((rows.len(), named), (7, vec!["m2"]));
    let image = &copied.files["camera-trap/media/reed.jpg"];
    assert!(image.ends_with(&[1, 2, 3, 0xff, 0xd9]));
    assert!(!copied.files.contains_key("camera-trap/media/holt.jpg"));
    assert!(!image.windows(8).any(|window| window == b"51.61234"));
}

#[test]
fn a_rule_may_let_media_of_people_leave() {
    let mut rules =
        with_times(&[("Lutra lutra", Category::High), ("Homo sapiens", Category::None)]);
    rules.rules[1].outcome.public_period = None;
    let copied = share_all(&as_files(&camera()), &settings(rules)).unwrap();
    assert_eq!(withheld(&copied.shared.summary, "the image shows people"), 0);
    assert!(copied.rows("camera-trap/media.csv").iter().any(|row| row["mediaID"] == "m3"));
}

#[test]
fn the_descriptor_is_true_for_what_leaves() {
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&camera()), &settings(rules)).unwrap();
    let told: serde_json::Value =
        serde_json::from_str(&copied.text("camera-trap/datapackage.json")).unwrap();
    assert_eq!(told["coordinatePrecision"], 0.1);
    assert_eq!(told["temporal"]["start"], "2021-05-01");
    assert_eq!(told["spatial"]["coordinates"][0][0], serde_json::json!([4.45, 51.45]));
    assert_eq!(told["resources"].as_array().unwrap().len(), 3);
    assert_eq!(told["keywords"], serde_json::json!(["reed"]));
    assert!(told["project"]["title"].as_str().unwrap().starts_with("withheld"));
}

#[test]
fn a_camera_that_saw_nothing_listed_is_coarse_beside_a_protected_record() {
    let records = "occurrenceID,scientificName,decimalLatitude,decimalLongitude,eventDate\n\
        1,Botaurus stellaris,51.61240,4.61230,2021-05-05\n\
        2,Anas crecca,51.7,4.7,2021-05-05\n3,Anas crecca,51.63,4.58,2021-05-06\n\
        4,Anas crecca,51.57,4.64,2021-05-07\n5,Anas crecca,51.64,4.63,2021-05-08\n";
    let mut files = camera();
    files.push(("records.csv", records.as_bytes().to_vec()));
    let mut rules = with_times(&[("Botaurus stellaris", Category::High)]);
    rules.rules[0].outcome.public_period = Some(Precision::Held);
    let copied = share_all(&as_files(&files), &settings(rules)).unwrap();
    let rows = copied.rows("camera-trap/deployments.csv");
    let reed = rows.iter().find(|row| row["latitude"] == "51.6").unwrap();
    assert_eq!(reed["longitude"], "4.6");
    assert!(!finds(&copied, "51.61234") && !finds(&copied, "Long reed"));
    // And the holt, of which nothing is listed now, leaves as it is.
    assert!(rows.iter().any(|row| row["latitude"] == "51.51234"));
}

fn fixes(individual: &str, around: (f64, f64), days: u32) -> String {
    let mut text = String::new();
    for day in 1..=days {
        for hour in 0..24 {
            // Every third fix at the nest, the others along a way.
            let (lat, lon) = match hour % 3 {
                0 => around,
                _ => (around.0 + f64::from(hour) * 0.004, around.1 + f64::from(day) * 0.01),
            };
            text += &format!(
                "2021-05-{day:02} {hour:02}:00:00.000,{lon:.5},{lat:.5},{individual},Circus cyaneus\n"
            );
        }
    }
    text
}

const HEADINGS: &str = "timestamp,location-long,location-lat,individual-local-identifier,\
individual-taxon-canonical-name\n";

#[test]
fn a_rule_about_one_individual_leaves_others_of_its_taxon_as_they_are() {
    let events = HEADINGS.to_owned()
        + &fixes("H7", (51.51234, 4.51234), 9)
        + &fixes("H8", (52.51234, 5.51234), 9);
    let records = "occurrenceID,scientificName,organismID,decimalLatitude,decimalLongitude\n\
        a,Circus cyaneus,H7,51.31234,4.31234\nb,Circus cyaneus,H8,51.21234,4.21234\n\
        c,Circus cyaneus,,51.11234,4.11234\nd,Anas crecca,,51.01234,4.01234\n";
    let files = [("events.csv", events.as_bytes()), ("records.csv", records.as_bytes())];
    let mut rules = by_default(&[("Circus cyaneus", Category::High)]);
    rules.rules[0].individual = ["H7".to_owned()].into();
    let copied = share_all(&files, &settings(rules.clone())).unwrap();
    let told = copied.rows("track/events.csv");
    assert!(!told.is_empty() && told.iter().all(|row| row["individual-local-identifier"] == "H8"));
    // In records one that names nobody may be it; another taxon is not.
    assert!(!finds(&copied, "51.31234") && finds(&copied, "51.21234"));
    assert!(!finds(&copied, "51.11234") && finds(&copied, "51.01234"));
    // Without a taxon it is about whoever is called so, and nobody else.
    rules.rules[0].taxon = None;
    let copied = share_all(&files, &settings(rules)).unwrap();
    assert!(!finds(&copied, "51.31234") && finds(&copied, "51.11234"));
    assert!(
        copied
            .rows("track/events.csv")
            .iter()
            .all(|row| row["individual-local-identifier"] == "H8")
    );
}

#[test]
fn a_protected_track_leaves_as_cells_and_periods_and_nothing_else() {
    let events = HEADINGS.to_owned() + &fixes("H7", (51.51234, 4.51234), 9);
    let animals = "tag-id,animal-id,animal-taxon,animal-sex,deploy-on-latitude,deploy-on-longitude,animal-comments\n\
        T1,H7,Circus cyaneus,f,51.51234,4.51234,caught at the nest\nT2,H8,Anas crecca,m,51.8,4.8,\n";
    let rules = by_default(&[("Circus cyaneus", Category::High)]);
    let copied = share_all(
        &[("events.csv", events.as_bytes()), ("animals.csv", animals.as_bytes())],
        &settings(rules),
    )
    .unwrap();
    let cells = copied.rows("track/cells.csv");
    assert!(cells.len() > 1 && cells.len() < 6, "{}", cells.len());
    for cell in &cells {
        assert_eq!(cell["eventDate"], "2021-01-01/2021-12-31");
        assert!(cell["organismID"].starts_with("rb-") && cell["sex"] == "f");
        // Centres of a grid of 0.1°.
        assert!(cell["decimalLatitude"].len() <= 4 && cell["decimalLongitude"].len() <= 3);
    }
    assert_eq!(copied.rows("track/events.csv").len(), 0);
    let animals = copied.rows("track/reference-data.csv");
    assert_eq!((animals.len(), animals[0]["animal-id"].as_str()), (1, "H8"));
    for secret in ["51.51", "4.51", "H7", "caught", "2021-05"] {
        assert!(!finds(&copied, secret), "{secret}");
    }
}

#[test]
fn a_rule_about_nests_finds_the_nest_and_takes_the_whole_individual() {
    let dweller = fixes("A", (51.51234, 4.51234), 9);
    // The other one is never twice at a place.
    let mut roamer = String::new();
    for hour in 0..200 {
        let away = f64::from(hour) * 0.002;
        let (day, hour) = (1 + hour / 24, hour % 24);
        roamer += &format!(
            "2021-05-{day:02} {hour:02}:00:00.000,{:.5},{:.5},B,Circus cyaneus\n",
            5.0 + away,
            52.0 + away
        );
    }
    let mut rules = by_default(&[("Circus cyaneus", Category::High)]);
    rules.rules[0].behavior = ["nesting".to_owned()].into();
    let events = HEADINGS.to_owned() + &dweller + &roamer;
    let copied = share_all(&[("events.csv", events.as_bytes())], &settings(rules)).unwrap();
    assert_eq!(copied.rows("track/events.csv").len(), 200);
    assert!(!copied.rows("track/cells.csv").is_empty() && !finds(&copied, "51.51234"));
}

#[test]
fn fixes_of_a_season_that_is_withheld_are_left_out_one_by_one() {
    let mut rules = by_default(&[("Circus cyaneus", Category::High)]);
    rules.rules[0].outcome = Outcome::withheld();
    rules.rules[0].max_age_years = Some(3);
    let old = fixes("A", (51.5, 4.5), 4).replace("2021-", "2019-");
    let new = fixes("A", (51.5, 4.5), 4).replace("2021-", "2026-");
    let events = HEADINGS.to_owned() + &old + &new;
    let copied = share_all(&[("events.csv", events.as_bytes())], &settings(rules)).unwrap();
    assert_eq!(copied.rows("track/events.csv").len(), 96);
    assert_eq!(withheld(&copied.shared.summary, "fixes of a time that rules withhold"), 96);
    assert!(!finds(&copied, "2026-05"));
}

#[test]
fn the_track_of_the_ranger_who_emptied_the_camera_does_not_tell_the_den() {
    let walk = |lat: &str| {
        format!(
            "<gpx><metadata><author><name>A. Ranger</name></author></metadata><trk><name>Round</name>\
             <trkseg><trkpt lat=\"51.60\" lon=\"4.50\"><time>2021-05-20T07:00:00Z</time></trkpt>\
             <trkpt lat=\"{lat}\" lon=\"4.51230\"><time>2021-05-20T08:00:00Z</time></trkpt>\
             <trkpt lat=\"51.40\" lon=\"4.50\"><time>2021-05-20T09:00:00Z</time></trkpt></trkseg></trk></gpx>"
        )
    };
    let rules = || with_times(&[("Lutra lutra", Category::High)]);
    let share = |lat: &str| {
        let gpx = walk(lat);
        let mut files = camera();
        files.push(("round.gpx", gpx.into_bytes()));
        share_all(&as_files(&files), &settings(rules())).unwrap()
    };
    let past = share("51.51300");
    assert!(!past.files.contains_key("track/track.gpx"));
    assert_eq!(past.rows("track/cells.csv").len(), 3);
    let far = share("51.53");
    assert!(far.text("track/track.gpx").contains("lat=\"51.53\""));
    assert!(!finds(&far, "Ranger</name>"));
}

#[test]
fn waypoints_that_name_a_protected_taxon_do_not_leave() {
    let gpx = "<gpx><wpt lat=\"51.1\" lon=\"4.1\"><name>Lutra lutra holt</name></wpt>\
        <wpt lat=\"51.2\" lon=\"4.2\"><name>Gate</name></wpt></gpx>";
    let rules = by_default(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&[("w.gpx", gpx.as_bytes())], &settings(rules)).unwrap();
    let text = copied.text("track/track.gpx");
    assert!(text.contains("Gate") && !text.contains("51.1"));
}

const VALUES: &[u8] =
    b"when,site,t\n2021-05-14 06:00,S1,12.5\n2021-05-14 06:00,S2,13\n2021-05-14 07:00,S1,x\n";
const MAPPING: &[u8] =
    b"kind = \"weather\"\nstation = \"site\"\ntime = \"when\"\n[values.t]\nunit = \"degC\"\n";
const STATIONS: &[u8] = b"stationID,stationName,latitude,longitude,elevation,utcOffset\n\
S1,Heron isle,51.51234,4.51234,3,+01:00\nS2,Gate,51.8,4.8,4,+01:00\n";

#[test]
fn a_station_is_a_place_like_any_other_and_its_values_keep_their_times() {
    let rules = in_area("isle", "weather", Category::High);
    let areas = area_of("isle", 51.5, 4.5, 51.52, 4.52);
    let settings = Settings { areas, ..settings(rules) };
    let files = [("v.csv", VALUES), ("v.toml", MAPPING), ("s.csv", STATIONS)];
    let copied = share_all(&files, &settings).unwrap();
    let stations = copied.rows("weather/stations.csv");
    assert_eq!((stations[0]["station"].as_str(), stations[0]["latitude"].as_str()), ("S2", "51.8"));
    assert_eq!((stations[1]["latitude"].as_str(), stations[1]["elevation"].as_str()), ("51.5", ""));
    let values = copied.rows("weather/values.csv");
    assert_eq!(values[0]["time"], "2021-05-14T06:00+01:00");
    assert_eq!((values[1]["value"].as_str(), values[1]["unit"].as_str()), ("12.5", "Cel"));
    assert_eq!(values[1]["station"], stations[1]["station"]);
    assert_eq!(copied.shared.rejects.len(), 1);
    for secret in ["51.51234", "Heron", "S1"] {
        assert!(!finds(&copied, secret), "{secret}");
    }
}

#[test]
fn a_station_beside_a_den_is_told_as_the_den_is() {
    let mut files = camera();
    files.push(("v.csv", VALUES.to_vec()));
    files.push(("v.toml", MAPPING.to_vec()));
    files.push(("s.csv", STATIONS.to_vec()));
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&files), &settings(rules)).unwrap();
    assert!(!finds(&copied, "51.51234") && !finds(&copied, "Heron"));
    assert_eq!(copied.rows("weather/stations.csv")[1]["latitude"], "51.5");
}

#[test]
fn a_station_without_a_place_meets_rules_about_areas() {
    let rules = in_area("isle", "weather", Category::High);
    let settings = Settings { areas: area_of("isle", 51.5, 4.5, 51.52, 4.52), ..settings(rules) };
    let copied = share_all(&[("v.csv", VALUES), ("v.toml", MAPPING)], &settings).unwrap();
    let stations = copied.rows("weather/stations.csv");
    assert!(stations.iter().all(|row| row["station"].starts_with("rb-")));
}

#[test]
fn sharing_twice_gives_the_same_bytes() {
    let copy = || {
        let mut files = camera();
        let events = HEADINGS.to_owned() + &fixes("H7", (51.51234, 4.51234), 3);
        files.push(("events.csv", events.into_bytes()));
        let rules =
            with_times(&[("Lutra lutra", Category::High), ("Circus cyaneus", Category::Low)]);
        share_all(&as_files(&files), &settings(rules)).unwrap().files
    };
    assert!(copy() == copy());
}

/// A JPEG of no picture whose EXIF tells a place, a time and a description.
fn photo(lat: u32, lon: u32, description: &str) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let description = format!("{description:<40}");
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()]
            .concat()
    };
    let letter = |letter: u8| u32::from(letter) << 24;
    // Three entries, then the GPS directory with four, then what they point to.
    let (gps, data) = (8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + 2 + 4 * 12 + 4);
    tiff.extend(3_u16.to_be_bytes());
    tiff.extend(entry(0x010e, 2, 40, data + 48));
    tiff.extend(entry(0x0132, 2, 20, data + 88));
    tiff.extend(entry(0x8825, 4, 1, gps));
    tiff.extend([0; 4]);
    tiff.extend(4_u16.to_be_bytes());
    tiff.extend(entry(1, 2, 2, letter(b'N')));
    tiff.extend(entry(2, 5, 3, data));
    tiff.extend(entry(3, 2, 2, letter(b'E')));
    tiff.extend(entry(4, 5, 3, data + 24));
    tiff.extend([0; 4]);
    for hundred_thousandths in [lat, lon] {
        for (number, parts) in [(hundred_thousandths, 100_000_u32), (0, 1), (0, 1)] {
            tiff.extend(number.to_be_bytes());
            tiff.extend(parts.to_be_bytes());
        }
    }
    tiff.extend(description.as_bytes());
    tiff.extend(b"2021:05:14 06:30:00\0");
    let exif = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let rest = jpeg();
    [&[0xff, 0xd8, 0xff, 0xe1][..], &length, &exif, &rest[2..]].concat()
}

#[test]
fn photos_are_listed_by_their_metadata_and_leave_without_them() {
    let (open, near, named) = (
        photo(5_180_000, 480_000, "a gate"),
        photo(5_151_234, 451_234, "a weir"),
        photo(5_190_000, 490_000, "spraint of Lutra lutra"),
    );
    let mut files = camera();
    files.push(("open.jpg", open));
    files.push(("near.jpg", near));
    files.push(("named.jpg", named));
    let rules = with_times(&[("Lutra lutra", Category::High)]);
    let copied = share_all(&as_files(&files), &settings(rules)).unwrap();
    let rows = copied.rows("photo/photos.csv");
    assert_eq!(rows.len(), 2);
    let told = |row: usize, name: &str| rows[row][name].clone();
    assert_eq!(
        (told(0, "identifier"), told(0, "decimalLatitude")),
        ("open.jpg".into(), "51.8".into())
    );
    assert_eq!(told(0, "eventDate"), "2021-05-14T06:30:00");
    assert_eq!((told(1, "decimalLatitude"), told(1, "format")), ("51.5".into(), String::new()));
    let images: Vec<&String> = copied.files.keys().filter(|name| name.ends_with(".jpg")).collect();
    assert_eq!(images, ["camera-trap/media/reed.jpg", "photo/open.jpg"]);
    for secret in ["a gate", "a weir", "spraint", "near.jpg", "51.51234"] {
        assert!(!finds(&copied, secret), "{secret}");
    }
}

#[test]
fn documents_leave_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["open.pdf", "low.pdf", "high.pdf", "Lutra_lutra_dens.pdf"] {
        std::fs::write(path(name), b"%PDF-1.4 /Author (A. Ranger)").unwrap();
    }
    std::fs::write(path("w.gpx"), "<gpx><wpt lat=\"51.2\" lon=\"4.2\"/></gpx>").unwrap();
    let documents = vec![
        (path("open.pdf"), Category::None),
        (path("low.pdf"), Category::Low),
        (path("high.pdf"), Category::High),
        (path("Lutra_lutra_dens.pdf"), Category::None),
    ];
    let options = CollectionOptions { documents, ..CollectionOptions::default() };
    let opened = collection::open(&[path("w.gpx")], &options, &Limits::default()).unwrap();
    for (settings, expected) in [
        (settings(by_default(&[("Lutra lutra", Category::High)])), vec!["open.pdf"]),
        (partner(by_default(&[("Lutra lutra", Category::High)])), vec!["low.pdf", "open.pdf"]),
    ] {
        let pseudonyms = Pseudonyms::new(&settings.secret, &settings.dataset, "x");
        let prepared = share::prepare_all(&opened, &settings, &pseudonyms, &Silent).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let shared = prepared.write_attacked(&folder.path().join("package"), &Silent).unwrap();
        let notes = &shared.summary.kinds.last().unwrap().notes;
        assert!(notes.iter().any(|note| note.contains("Author: A. Ranger")), "{notes:?}");
        let copied = read_copy(shared, folder);
        let names = copied.files.keys().filter_map(|name| name.strip_prefix("document/"));
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}

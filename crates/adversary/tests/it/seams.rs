//! Seams between kinds of data: planted ones are found, others are not taken for any.

use std::fmt::Write as _;
use std::path::PathBuf;

use reedbed_adversary::{Attack, Besides, Findings, Sensitive, Settings, attack};
use reedbed_core::area::AreaSet;
use reedbed_core::period::Day;
use reedbed_formats::collection::{self, CollectionOptions};
use reedbed_formats::limits::Limits;

use crate::support::{Random, bitterns, located as located_by};

/// Attacks files of several kinds together; those in a folder are one input.
fn attacked(files: &[(&str, &str)]) -> Findings {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    attacked_bytes(&files)
}

fn attacked_bytes(files: &[(&str, &[u8])]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        let input = folder.path().join(name.split('/').next().unwrap());
        if !paths.contains(&input) {
            paths.push(input);
        }
    }
    let limits = Limits::default();
    let copy = collection::open_tables(&paths, &CollectionOptions::default(), &limits).unwrap();
    let (rules, areas) = (bitterns(), AreaSet::default());
    let today = Day::new(2026, 4, 1).unwrap();
    let sensitive = Sensitive { rules: &rules, areas: &areas, checklist: None, today };
    attack(&copy, &Besides::default(), sensitive, &Settings::default()).unwrap()
}

fn located(findings: &Findings) -> u64 {
    located_by(findings, Attack::Seam)
}

/// A place of a reserve of 1° and the time of a visit.
struct Visit {
    lat: f64,
    lon: f64,
    minute: u32,
}

fn visits(random: &mut Random, number: u32) -> Vec<Visit> {
    let within = |random: &mut Random| (random.below(100_000) as f64) / 100_000.0;
    (0..number)
        .map(|n| Visit {
            lat: 51.0 + within(random),
            lon: 4.0 + within(random),
            // A visit each hour.
            minute: n * 60,
        })
        .collect()
}

fn time(minute: u32) -> String {
    let (day, minute) = (1 + minute / 1_440, minute % 1_440);
    format!("2021-05-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

/// Ducks told exactly, and bitterns in cells of 0.1° at exact times: every tenth visit.
fn records(visits: &[Visit]) -> String {
    let mut text = String::from(
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,coordinateUncertaintyInMeters,footprintWKT\n",
    );
    let cell = |degrees: f64| (degrees * 10.0).round() / 10.0;
    for (number, visit) in visits.iter().enumerate().filter(|(number, _)| number % 10 != 0) {
        let (lat, lon, time) = (visit.lat, visit.lon, time(visit.minute));
        let _ = writeln!(text, "d{number},Anas crecca,{time},{lat:.5},{lon:.5},10,");
    }
    for (number, visit) in visits.iter().enumerate().filter(|(number, _)| number % 10 == 0) {
        let (lat, lon, time) = (cell(visit.lat), cell(visit.lon), time(visit.minute));
        let (s, n, w, e) = (lat - 0.05, lat + 0.05, lon - 0.05, lon + 0.05);
        let _ = writeln!(
            text,
            "x{},Botaurus stellaris,{time},{lat:.1},{lon:.1},8000,\"POLYGON (({w:.2} {s:.2}, {e:.2} {s:.2}, {e:.2} {n:.2}, {w:.2} {n:.2}, {w:.2} {s:.2}))\"",
            number * 7_919 % 1_009
        );
    }
    text
}

fn track(visits: &[Visit], late_min: u32) -> String {
    let mut text = String::from("<gpx><trk><trkseg>\n");
    for visit in visits {
        let (lat, lon, time) = (visit.lat, visit.lon, time(visit.minute + late_min));
        let _ =
            writeln!(text, "<trkpt lat=\"{lat:.5}\" lon=\"{lon:.5}\"><time>{time}</time></trkpt>");
    }
    text + "</trkseg></trk></gpx>"
}

#[test]
fn the_track_of_whoever_made_the_records_tells_where_a_timed_one_is() {
    let visits = visits(&mut Random::new(5), 400);
    let findings = attacked(&[("r.csv", &records(&visits)), ("t.gpx", &track(&visits, 2))]);
    assert_eq!((findings.protected, located(&findings)), (40, 40));
}

#[test]
fn a_track_through_other_places_tells_nothing() {
    let visits = visits(&mut Random::new(5), 400);
    let elsewhere = self::visits(&mut Random::new(6), 400);
    let findings = attacked(&[("r.csv", &records(&visits)), ("t.gpx", &track(&elsewhere, 2))]);
    assert_eq!((findings.protected, located(&findings)), (40, 0));
}

fn stations(places: &[Visit]) -> String {
    let mut text = String::from("stationID,latitude,longitude\n");
    for (number, place) in places.iter().enumerate() {
        let _ = writeln!(text, "S{number},{:.5},{:.5}", place.lat, place.lon);
    }
    text
}

#[test]
fn stations_that_stand_where_records_are_made_are_candidates() {
    // A logger at each of forty nest boxes; every record is made at one of them.
    let boxes = visits(&mut Random::new(9), 40);
    let mut random = Random::new(3);
    let visits: Vec<Visit> = (0..400)
        .map(|n| {
            let at = &boxes[random.below(40) as usize];
            Visit { lat: at.lat, lon: at.lon, minute: n * 60 }
        })
        .collect();
    let findings = attacked(&[("r.csv", &records(&visits)), ("s.csv", &stations(&boxes))]);
    assert!(located(&findings) > 15, "{}", located(&findings));
}

#[test]
fn stations_elsewhere_are_none() {
    let visits = visits(&mut Random::new(5), 400);
    let places = self::visits(&mut Random::new(77), 40);
    let findings = attacked(&[("r.csv", &records(&visits)), ("s.csv", &stations(&places))]);
    assert_eq!((findings.protected, located(&findings)), (40, 0));
}

const DESCRIPTOR: &str = r#"{"profile": "https://x.org/camtrap-dp/1.0.2/camtrap-dp-profile.json",
    "resources": [{"name": "deployments", "path": "deployments.csv"},
    {"name": "media", "path": "media.csv"}, {"name": "observations", "path": "observations.csv"}]}"#;

/// Cameras, each with one observation: a bittern at every tenth, in a cell of 0.1°, a deer elsewhere.
struct Cameras {
    deployments: String,
    media: String,
    observations: String,
}

fn cameras(visits: &[Visit]) -> Cameras {
    let mut cameras = Cameras {
        deployments: "deploymentID,latitude,longitude,coordinateUncertainty,deploymentStart,\
                      deploymentEnd\n"
            .to_owned(),
        media: "mediaID,deploymentID,timestamp,filePath,filePublic,fileMediatype\n".to_owned(),
        observations: "observationID,deploymentID,mediaID,eventStart,eventEnd,observationLevel,\
                       observationType,scientificName\n"
            .to_owned(),
    };
    for (number, visit) in visits.iter().enumerate() {
        let (id, time) = (number * 7_919 % 1_009, time(visit.minute));
        let (place, name) = if number % 10 == 0 {
            let cell = |degrees: f64| (degrees * 10.0).round() / 10.0;
            (format!("{:.1},{:.1},7868", cell(visit.lat), cell(visit.lon)), "Botaurus stellaris")
        } else {
            (format!("{:.5},{:.5},10", visit.lat, visit.lon), "Cervus elaphus")
        };
        let _ = writeln!(cameras.deployments, "d{id},{place},{time},{time}");
        let _ = writeln!(cameras.media, "m{id},d{id},{time},media/{id}.jpg,true,image/jpeg");
        let _ =
            writeln!(cameras.observations, "o{id},d{id},m{id},{time},{time},media,animal,{name}");
    }
    cameras
}

impl Cameras {
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        [
            ("c/datapackage.json", DESCRIPTOR),
            ("c/deployments.csv", &self.deployments),
            ("c/media.csv", &self.media),
            ("c/observations.csv", &self.observations),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into()
    }
}

fn attacked_owned(files: &[(String, Vec<u8>)]) -> Findings {
    let files: Vec<_> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    attacked_bytes(&files)
}

#[test]
fn the_track_of_whoever_emptied_the_cameras_tells_where_a_deployment_is() {
    let visits = visits(&mut Random::new(5), 400);
    for (track_of, expected) in [(&visits, 40), (&self::visits(&mut Random::new(6), 400), 0)] {
        let mut files = cameras(&visits).files();
        files.push(("t.gpx".to_owned(), track(track_of, 2).into_bytes()));
        let findings = attacked_owned(&files);
        assert_eq!((findings.protected, located(&findings)), (40, expected));
    }
}

/// A JPEG of no picture, taken at a place.
///
/// Source: CIPA DC-008 (EXIF 2.32), 4.6.6.
fn photo(lat: f64, lon: f64) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let head = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        [head, count.to_be_bytes().to_vec(), value.to_vec()].concat()
    };
    let degrees = |value: f64| {
        let millionths: u32 = format!("{:.0}", value * 1e6).parse().unwrap();
        [millionths, 1_000_000, 0, 1, 0, 1].map(u32::to_be_bytes).concat()
    };
    let tiff = [
        b"MM\0*\0\0\0\x08".to_vec(),
        1_u16.to_be_bytes().to_vec(),
        entry(0x8825, 4, 1, 26_u32.to_be_bytes()),
        vec![0; 4],
        4_u16.to_be_bytes().to_vec(),
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, 80_u32.to_be_bytes()),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, 104_u32.to_be_bytes()),
        vec![0; 4],
        degrees(lat),
        degrees(lon),
    ]
    .concat();
    let block = [b"Exif\0\0".to_vec(), tiff].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    [&[0xff, 0xd8, 0xff, 0xe1][..], &length, &block, &[0xff, 0xd9]].concat()
}

#[test]
fn the_metadata_of_an_image_tell_where_its_deployment_is() {
    let visits = visits(&mut Random::new(5), 400);
    let cameras = cameras(&visits);
    let tells = |is_told: &dyn Fn(usize) -> bool| {
        let mut files = cameras.files();
        for (number, visit) in visits.iter().enumerate().filter(|(number, _)| is_told(*number)) {
            let name = format!("c/media/{}.jpg", number * 7_919 % 1_009);
            files.push((name, photo(visit.lat, visit.lon)));
        }
        let findings = attacked_owned(&files);
        (findings.protected, located_by(&findings, Attack::SameEvent))
    };
    assert_eq!(tells(&|_| true), (40, 40));
    assert_eq!(tells(&|number| number % 10 != 0), (40, 0));
}

/// Records of which every tenth is of a bittern, each with the kind of patch it lies in; and the
/// patches, one of each kind by protected record, or one round everything.
#[test]
fn a_layer_of_patches_cuts_the_region_of_a_record_that_names_its_patch() {
    let visits = visits(&mut Random::new(5), 400);
    let patch_of = |lat: f64, lon: f64, side: f64, name: &str| {
        let (n, e) = (lat + side, lon + side);
        format!(
            r#"{{"type":"Feature","properties":{{"kind":"{name}"}},"geometry":{{"type":"Polygon",
            "coordinates":[[[{lon},{lat}],[{e},{lat}],[{e},{n}],[{lon},{n}],[{lon},{lat}]]]}}}}"#
        )
    };
    let mut text = String::new();
    for (number, line) in records(&visits).lines().enumerate() {
        let name = match line.strip_prefix('x').and_then(|rest| rest.split(',').next()) {
            _ if number == 0 => "habitat".to_owned(),
            Some(id) => format!("patch {id}"),
            None => "open water".to_owned(),
        };
        let _ = writeln!(text, "{line},{name}");
    }
    let is_protected = |number: &usize| number.is_multiple_of(10);
    let small: Vec<String> = visits
        .iter()
        .enumerate()
        .filter(|(number, _)| is_protected(number))
        .map(|(number, visit)| {
            let name = format!("patch {}", number * 7_919 % 1_009);
            patch_of(visit.lat - 0.002, visit.lon - 0.002, 0.004, &name)
        })
        .collect();
    let large = vec![patch_of(50.0, 3.0, 3.0, "patch 0")];
    for (patches, expected) in [(small, 40), (large, 0)] {
        let water = patch_of(50.5, 3.5, 2.0, "open water");
        let layer =
            format!(r#"{{"type":"FeatureCollection","features":[{},{water}]}}"#, patches.join(","));
        let findings = attacked(&[("r.csv", &text), ("l.geojson", &layer)]);
        let cut = located_by(&findings, Attack::Clip);
        assert_eq!((findings.protected, cut), (40, expected));
    }
}

//! Inputs of other kinds than records: what each is, and what is in it. Real data are counted with
//! Python's `csv`, `json` and `xml.etree` modules.

use std::path::{Path, PathBuf};

use reedbed_formats::collection::{self, Collection, CollectionOptions, TrackFile};
use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;
use reedbed_formats::track::Met;
use reedbed_formats::weather::WeatherMet;

use crate::support::{file, gz, trial_data, zip};

fn open(inputs: &[PathBuf]) -> Result<Collection, FormatError> {
    collection::open(inputs, &CollectionOptions::default(), &Limits::default())
}

fn camera_folder(folder: &Path) -> PathBuf {
    let package = r#"{"profile": "https://x.org/camtrap-dp/1.0.2/camtrap-dp-profile.json",
        "resources": [{"name": "deployments", "path": "deployments.csv"},
        {"name": "media", "path": ["media.csv.gz"]}, {"name": "notes", "data": []},
        {"name": "observations", "path": "observations.csv"}]}"#;
    file(folder, "datapackage.json", package.as_bytes());
    file(folder, "deployments.csv", b"deploymentID,latitude,longitude\nd1,51.5,4.5\n");
    gz(folder, "media.csv.gz", b"mediaID,deploymentID,filePath\nm1,d1,media/deep/a.jpg\n");
    file(folder, "observations.csv", b"observationID,deploymentID\no1,d1\no2,d1\n");
    std::fs::create_dir_all(folder.join("media/deep")).unwrap();
    std::fs::write(folder.join("media/deep/a.jpg"), b"image").unwrap();
    folder.to_owned()
}

#[test]
fn a_camera_package_opens_with_packed_tables_and_its_files() {
    let folder = tempfile::tempdir().unwrap();
    for input in [camera_folder(folder.path()), folder.path().join("datapackage.json")] {
        let opened = open(&[input]).unwrap();
        let [package] = opened.cameras.as_slice() else { panic!("no package") };
        assert!(opened.records.tables.is_empty());
        assert_eq!(package.others, ["notes"]);
        let mut rows = 0;
        package
            .observations
            .texts()
            .each(|_| {
                rows += 1;
                Ok::<(), FormatError>(())
            })
            .unwrap();
        assert_eq!(rows, 2);
        let limits = Limits::default();
        assert_eq!(package.file("media/deep/a.jpg", &limits).unwrap().unwrap(), b"image");
        for path in ["media/deep/b.jpg", "../secret", "/etc/passwd", "https://x.org/a.jpg", "media"]
        {
            assert!(package.file(path, &limits).unwrap().is_none(), "{path}");
        }
    }
}

const ARCHIVED: &[(&str, &[u8])] = &[
    (
        "meta.xml",
        br#"<archive xmlns="http://rs.tdwg.org/dwc/text/"><core encoding="UTF-8"
        fieldsTerminatedBy="," ignoreHeaderLines="1" rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
        <files><location>o.csv</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/></core></archive>"#,
    ),
    ("o.csv", b"id,name\n1,Lutra lutra\n2,Lutra lutra\n"),
];

#[test]
fn what_lies_beside_a_package_or_an_archive_in_a_folder_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["camera", "gps", "archive"] {
        std::fs::create_dir(path(name)).unwrap();
    }
    camera_folder(&path("camera"));
    let gpx = b"<gpx version='1.1'><trk><trkseg><trkpt lat='51.5' lon='4.5'/></trkseg></trk></gpx>";
    file(&path("gps"), "walk.gpx", gpx);
    for (name, content) in ARCHIVED {
        file(&path("archive"), name, content);
    }
    let is_whole = |opened: &Collection| {
        assert_eq!((opened.cameras.len(), opened.tracks.len()), (1, 1));
        assert_eq!(opened.records.tables.len(), 1);
        assert_eq!(opened.records.tables[0].columns.len(), 2);
    };
    is_whole(&open(&[folder.path().to_owned()]).unwrap());

    // The archive may be packed, or be the folder itself.
    std::fs::remove_dir_all(path("archive")).unwrap();
    zip(folder.path(), "archive.zip", ARCHIVED);
    is_whole(&open(&[folder.path().to_owned()]).unwrap());
    std::fs::remove_file(path("archive.zip")).unwrap();
    for (name, content) in ARCHIVED {
        file(folder.path(), name, content);
    }
    is_whole(&open(&[folder.path().to_owned()]).unwrap());
}

#[test]
fn an_attacker_reads_archives_and_tables_together() {
    let folder = tempfile::tempdir().unwrap();
    let one = zip(folder.path(), "one.zip", ARCHIVED);
    let two = zip(folder.path(), "two.zip", ARCHIVED);
    let table =
        file(folder.path(), "t.csv", "occurrenceID,scientificName,eventDate\n1,Lutra,2020\n");
    let inputs = [one, table, two];
    assert!(matches!(open(&inputs), Err(FormatError::Mixed)));
    let (options, limits) = (CollectionOptions::default(), Limits::default());
    let opened = collection::open_tables(&inputs, &options, &limits).unwrap();
    assert_eq!(opened.tables.len(), 3);
    let nothing = collection::open_tables(&[], &options, &limits);
    assert!(matches!(nothing, Err(FormatError::Empty)));
}

#[cfg(unix)]
#[test]
fn links_out_of_a_camera_package_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = file(folder.path(), "secret.jpg", b"secret");
    let package = folder.path().join("package");
    std::fs::create_dir(&package).unwrap();
    camera_folder(&package);
    std::os::unix::fs::symlink(&outside, package.join("media/link.jpg")).unwrap();
    std::os::unix::fs::symlink(folder.path(), package.join("media/up")).unwrap();
    let opened = open(&[package]).unwrap();
    let limits = Limits::default();
    for path in ["media/link.jpg", "media/up/secret.jpg"] {
        assert!(opened.cameras[0].file(path, &limits).unwrap().is_none(), "{path}");
    }
}

#[test]
fn a_camera_package_without_its_tables_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    camera_folder(folder.path());
    std::fs::remove_file(folder.path().join("observations.csv")).unwrap();
    let error = open(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(error.contains("`observations.csv`, which is not in it"), "{error}");
    file(folder.path(), "observations.csv", b"observationID,site\no1,d1\n");
    let error = open(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(error.contains("it has no column `deploymentID`"), "{error}");
}

#[test]
fn inputs_of_several_kinds_are_told_apart_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let camera = folder.join("camera");
    std::fs::create_dir(&camera).unwrap();
    let inputs = [
        camera_folder(&camera),
        file(folder, "a.csv", b"occurrenceID,scientificName\n1,Lutra lutra\n"),
        file(folder, "b.csv", b"timestamp,location-long,location-lat\n2018-05-09 14:59:05.000,6.5,53.0\n"),
        file(folder, "c.txt", b"<gpx><wpt lat=\"1\" lon=\"2\"/></gpx>"),
        file(folder, "d.dat", b"\"TOA5\",\"S\"\n\"TIMESTAMP\",\"X\"\n\"TS\",\"mm\"\n\"\",\"Tot\"\n\"2021-05-14 06:30:00\",1\n"),
        file(folder, "e.csv", b"stationID,latitude,longitude\nS,51.5,4.5\n"),
        file(folder, "f.csv", b"when,site,t\n2021-05-14 06:30,S,12.5\n"),
    ];
    file(folder, "f.toml", b"kind = \"weather\"\nstation = \"site\"\ntime = \"when\"\nzone = \"Z\"\n[values.t]\nunit = \"degC\"\n");
    let opened = open(&inputs).unwrap();
    assert_eq!(opened.cameras.len(), 1);
    assert_eq!(opened.records.tables.len(), 1);
    assert_eq!((opened.tracks.len(), opened.weather.len(), opened.stations.len()), (2, 2, 1));
    let mut told = Vec::new();
    for file in &opened.weather {
        file.each(|met| {
            if let WeatherMet::Value(v) = met {
                told.push(format!("{} {} {} {}", v.station, v.time, v.value, v.unit));
            }
            Ok::<(), FormatError>(())
        })
        .unwrap();
    }
    assert_eq!(told, ["S 2021-05-14T06:30:00 1 mm", "S 2021-05-14T06:30Z 12.5 Cel"]);
}

#[test]
fn a_folder_of_several_kinds_says_what_it_leaves_aside() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "a.gpx", b"<gpx><wpt lat=\"1\" lon=\"2\"/></gpx>");
    file(folder.path(), "SOURCE.txt", b"from somewhere\n");
    let opened = open(&[folder.path().to_owned()]).unwrap();
    assert_eq!((opened.tracks.len(), opened.records.tables.is_empty()), (1, true));
    assert_eq!(opened.notes[0].file, "SOURCE.txt");
}

#[test]
fn a_mapping_that_names_no_column_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let table = file(folder.path(), "f.csv", b"when,t\n2021-05-14,12.5\n");
    file(
        folder.path(),
        "f.toml",
        b"kind = \"weather\"\nstation = \"site\"\ntime = \"when\"\n[values.t]\n",
    );
    let opened = open(&[table]).unwrap();
    let error = opened.weather[0].each(|_| Ok::<(), FormatError>(())).unwrap_err().to_string();
    assert!(error.contains("no column `site`"), "{error}");
}

#[test]
fn real_camera_traps_are_read() {
    let Some(folder) = trial_data("camtrap-dp-example") else { return };
    let opened = open(&[folder]).unwrap();
    let package = &opened.cameras[0];
    for (table, rows) in
        [(&package.deployments, 4), (&package.media, 423), (&package.observations, 549)]
    {
        let mut count = 0;
        table
            .texts()
            .each(|row| {
                assert!(row.fault.is_none());
                count += 1;
                Ok::<(), FormatError>(())
            })
            .unwrap();
        assert_eq!(count, rows, "{}", table.name);
    }
}

#[test]
fn real_tracks_of_birds_are_read_to_the_last_fix() {
    let Some(folder) = trial_data("movebank-o_assen") else { return };
    let opened = open(&[folder]).unwrap();
    let (mut fixes, mut birds) = (0, std::collections::BTreeSet::new());
    for file in &opened.tracks {
        let TrackFile::Movebank(events) = file else { panic!("no table") };
        events
            .table
            .texts()
            .each(|row| {
                match events.read(row).unwrap() {
                    Met::Fix(fix) => {
                        fixes += 1;
                        assert!(fix.time.is_some() && fix.taxon == "Haematopus ostralegus");
                        birds.insert(fix.individual.to_owned());
                    }
                    Met::Unfit(unfit) => panic!("{unfit:?}"),
                }
                Ok::<(), FormatError>(())
            })
            .unwrap();
    }
    assert_eq!(fixes, 20_156);
    let (animals, unfit) = opened.references[0].animals().unwrap();
    assert!(unfit.is_empty() && birds.iter().all(|bird| animals.iter().any(|a| a.id == *bird)));
}

#[test]
fn real_gpx_files_are_read_and_broken_ones_say_why() {
    let Some(folder) = trial_data("gpx-gpxpy") else { return };
    let opened = open(&[folder]).unwrap();
    let points = |name: &str| {
        opened.tracks.iter().find_map(|file| match file {
            TrackFile::Gpx(own, gpx) if own == name => {
                Some((gpx.points().count(), gpx.unfit.len()))
            }
            _ => None,
        })
    };
    for (name, expected) in REAL_GPX {
        assert_eq!(points(name), Some(*expected), "{name}");
    }
}

/// Points with a place and a readable time, and others.
const REAL_GPX: &[(&str, (usize, usize))] = &[
    ("Mojstrovka.gpx", (184, 0)),
    ("around-visnjan-with-car.gpx", (104, 0)),
    ("cerknicko-jezero-no-creator.gpx", (303, 0)),
    ("cerknicko-jezero.gpx", (303, 0)),
    ("cerknicko-without-times.gpx", (303, 0)),
    ("custom_schema_locations.gpx", (0, 0)),
    ("first_and_last_elevation.gpx", (10, 0)),
    ("gpx1.0_with_all_fields.gpx", (8, 0)),
    ("gpx1.1_with_all_fields.gpx", (8, 0)),
    ("gpx1.1_with_extensions_without_namespaces.gpx", (1, 0)),
    ("korita-zbevnica.gpx", (873, 0)),
    ("route.gpx", (55, 0)),
    ("track-with-empty-segment.gpx", (9, 0)),
    ("track-with-extremes.gpx", (25, 0)),
    ("track-with-less-sec-time.gpx", (2, 0)),
    ("track-with-small-floats.gpx", (3, 0)),
    ("track_with_speed.gpx", (3, 0)),
    ("unicode.gpx", (6, 0)),
    ("unicode_with_bom_noencoding.gpx", (1, 0)),
];

#[test]
fn real_daily_weather_is_read() {
    let Some(folder) = trial_data("weather-ghcnd") else { return };
    let opened = open(&[folder]).unwrap();
    let mut counts = Vec::new();
    for file in &opened.weather {
        let (mut values, mut unfit) = (0, 0);
        file.each(|met| {
            match met {
                WeatherMet::Value(_) => values += 1,
                WeatherMet::Unfit(_) => unfit += 1,
            }
            Ok::<(), FormatError>(())
        })
        .unwrap();
        counts.push((file.name.clone(), values, unfit));
    }
    let told = |name: &str, values| (name.to_owned(), values, 0);
    assert_eq!(counts, [told("USC00411885.dly", 2_419), told("USW00003870.dly", 261_740)]);
}

#[test]
fn sheets_of_a_workbook_are_sorted_by_their_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheets: [(&str, [&[&str]; 2]); 5] = [
        (
            "seen",
            [
                &["scientificName", "eventDate", "decimalLatitude", "decimalLongitude"],
                &["Ardea cinerea", "2025-05-01", "51.5", "4.5"],
            ],
        ),
        (
            "fixes",
            [
                &[
                    "event-id",
                    "timestamp",
                    "location-lat",
                    "location-long",
                    "individual-local-identifier",
                ],
                &["1", "2025-05-01 10:00:00.000", "51.5", "4.5", "A1"],
            ],
        ),
        ("sites", [&["stationID", "latitude", "longitude"], &["reed", "51.5", "4.5"]]),
        ("log", [&["when", "temp_c"], &["2025-05-01T10:00", "12.5"]]),
        ("remarks", [&["colour", "means"], &["red", "checked"]]),
    ];
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    let path = folder.path().join("reserve.xlsx");
    workbook.save(&path).unwrap();
    file(
        folder.path(),
        "reserve.toml",
        "kind = \"weather\"\nstationID = \"reed\"\ntime = \"when\"\nzone = \"Z\"\n\
         [values.temp_c]\nquantity = \"air temperature\"\nunit = \"Cel\"\n",
    );
    let opened = open(&[path]).unwrap();
    let [records] = opened.records.tables.as_slice() else { panic!("not one table of records") };
    assert_eq!(records.name, "reserve.xlsx[seen]");
    assert_eq!((opened.tracks.len(), opened.stations.len()), (1, 1));
    assert_eq!(values_of(&opened), [("air temperature".to_owned(), "12.5".to_owned())]);
    let aside: Vec<&str> = opened.records.notes.iter().map(|note| note.file.as_str()).collect();
    assert_eq!(aside, ["reserve.xlsx[remarks]"]);
}

fn values_of(opened: &Collection) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for file in &opened.weather {
        file.each(|met| {
            if let WeatherMet::Value(value) = met {
                values.push((value.quantity.to_string(), value.value.to_string()));
            }
            Ok::<(), FormatError>(())
        })
        .unwrap();
    }
    values
}

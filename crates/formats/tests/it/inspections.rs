//! What is told of a table without changing it.

use reedbed_formats::inspect::inspect;

use crate::support::{file, open, zip};

#[test]
fn rows_columns_and_faults_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..12_000).map(|n| format!("{n},Ardea alba,{},\n", n % 7)).collect();
    let text = format!("occurrenceID,scientificName,sex,colour\n{rows}x,\"a\"b,c,d\n,,,, e\n");
    let dataset = open(&[file(folder.path(), "t.csv", text)]).unwrap();
    let found = inspect(&dataset).unwrap().remove(0);
    assert_eq!((found.rows, found.columns.len()), (12_002, 4));
    let counts: Vec<_> = found.columns.iter().map(|c| (c.filled, c.distinct)).collect();
    assert_eq!(counts, [(12_000, 10_000), (12_000, 1), (12_000, 7), (0, 0)]);
    let lines: Vec<_> = found.first_faults.iter().map(|f| (f.file.as_str(), f.line)).collect();
    assert_eq!(lines, [("t.csv", 12_002), ("t.csv", 12_003)]);
    assert_eq!(found.faults.values().map(|(count, _)| count).sum::<u64>(), 2);
}

#[test]
fn records_of_events_that_are_not_there_and_places_that_disagree_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let records = "occurrenceID,eventID,scientificName,decimalLatitude,decimalLongitude,verbatimCoordinates\n\
                   1,e1,Ardea alba,52.1,4.5,\n\
                   2,e9,Ardea alba,52.1,4.5,52.1 N 4.5 E\n\
                   3, e2 ,Ardea alba,52.1,4.5,41.3 N 2.1 E\n\
                   4,,Ardea alba,,,\n";
    let events = "eventID,eventDate,samplingProtocol\ne1,2020-01-01,walk\ne2,2020-01-02,walk\n";
    // The events come last: the order of the inputs does not matter.
    let paths = [file(folder.path(), "o.csv", records), file(folder.path(), "e.csv", events)];
    let found = inspect(&open(&paths).unwrap()).unwrap();
    assert_eq!((found[0].name.as_str(), found[0].events_missing), ("o.csv", Some(1)));
    assert_eq!((found[0].places, found[0].places_disagree), (3, 1));
    assert_eq!((found[1].name.as_str(), found[1].events_missing), ("e.csv", None));
    let alone = inspect(&open(&paths[..1]).unwrap()).unwrap();
    assert_eq!(alone[0].events_missing, None, "without a table of events nothing is missing");
}

#[test]
fn what_hangs_from_events_in_an_archive_is_counted_by_its_first_column() {
    let folder = tempfile::tempdir().unwrap();
    let meta = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/">
      <core fieldsTerminatedBy="," linesTerminatedBy="\n" rowType="http://rs.tdwg.org/dwc/terms/Event">
        <files><location>e.txt</location></files><id index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/eventDate"/></core>
      <extension fieldsTerminatedBy="," linesTerminatedBy="\n" rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
        <files><location>o.txt</location></files><coreid index="0"/>
        <field index="1" term="http://rs.tdwg.org/dwc/terms/scientificName"/></extension>
    </archive>"#;
    file(folder.path(), "meta.xml", meta);
    file(folder.path(), "e.txt", "a,2020-01-01\nb,2020-01-02\n");
    file(folder.path(), "o.txt", "a,Ardea alba\nz,Ardea alba\n");
    let found = inspect(&open(&[folder.path().to_owned()]).unwrap()).unwrap();
    assert_eq!(found[1].events_missing, Some(1));
}

#[test]
fn a_list_of_rules_is_told_from_records() {
    let folder = tempfile::tempdir().unwrap();
    let looks_like_rules = |headings: &str| {
        let path = file(folder.path(), "t.csv", format!("{headings}\nArdea alba,high\n"));
        inspect(&open(&[path]).unwrap()).unwrap()[0].looks_like_rules
    };
    assert!(looks_like_rules("scientificName,category"));
    assert!(looks_like_rules("taxon;sensitivity;area"));
    assert!(!looks_like_rules("scientificName,vernacularName"));
    assert!(!looks_like_rules("scientificName,category,eventDate"));
    assert!(!looks_like_rules("scientificName,category,owner,count,weight"));
}

#[test]
fn a_camera_trap_package_is_refused() {
    let package = r#"{"profile": "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/camtrap-dp-profile.json", "resources": []}"#;
    let folder = tempfile::tempdir().unwrap();
    let descriptor = file(folder.path(), "datapackage.json", package);
    let table = "deploymentID,decimalLatitude,decimalLongitude\n1,52.1,4.5\n";
    let deployments = file(folder.path(), "deployments.csv", table);
    let packed = zip(
        folder.path(),
        "p.zip",
        &[("x/datapackage.json", package.as_bytes()), ("x/a.csv", b"")],
    );
    for path in [folder.path().to_owned(), descriptor.clone(), packed] {
        let error = open(&[path]).unwrap_err().to_string();
        assert!(
            error.ends_with("this is a Camtrap DP package, which is no table of records"),
            "{error}"
        );
    }
    assert!(open(&[deployments]).is_ok());
    std::fs::write(&descriptor, r#"{"profile": "tabular-data-package"}"#).unwrap();
    assert!(open(&[folder.path().to_owned()]).is_ok());
}

#[test]
fn a_folder_without_tables_says_so_and_names_the_copy_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let told = || open(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(
        told().ends_with("holds neither meta.xml nor tables with known headings"),
        "{}",
        told()
    );
    std::fs::create_dir(folder.path().join("package")).unwrap();
    let package = folder.path().join("package");
    let hint = format!("; did you mean `{}`?", package.display());
    assert!(told().ends_with(&hint), "{}", told());
}

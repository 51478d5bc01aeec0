use std::collections::BTreeMap;

use reedbed_core::category::Category;

use crate::support::{
    area_of, assert_balanced, rules, settings, share, share_archive, share_paths,
};

const EVENTS: &str = "eventID,parentEventID,decimalLatitude,decimalLongitude,locality,eventDate,samplingProtocol,eventRemarks\n\
    P,,,,,2021,,\n\
    E1,P,52.12345,4.56789,Old mill,2021-05-14,hide count,a bittern boomed\n\
    E2,P,52.5,4.9,Car park,2021-05-15,hide count,\n\
    E3,P,52.6,4.8,Bridge,2021-05-16,hide count,\n\
    E4,,52.7,4.7,Hide,2021-05-17,hide count,nothing seen\n";
const OCCURRENCES: &str = "occurrenceID,eventID,scientificName,individualCount,occurrenceStatus\n\
    N1,E1,Botaurus stellaris,2,present\n\
    M1,E1,Anas crecca,7,present\n\
    M2,E2,Anas crecca,3,present\n\
    M3,E3,Anas acuta,3,present\n\
    N2,E3,Botaurus stellaris,0,absent\n";

fn copy() -> crate::support::Copied {
    let files = [("event.csv", EVENTS), ("occurrence.csv", OCCURRENCES)];
    share(&files, &settings(rules(&[("Botaurus stellaris", Category::High)])))
}

#[test]
fn a_protected_record_hangs_from_a_new_event() {
    let copied = copy();
    let occurrences = copied.rows("occurrence.csv");
    let events = copied.rows("event.csv");
    let is_nest = |row: &&BTreeMap<String, String>| {
        row["scientificName"].starts_with("Botaurus") && row["individualCount"] == "2"
    };
    let nest = occurrences.iter().find(is_nest).unwrap();
    let event = events.iter().find(|row| row["eventID"] == nest["eventID"]).unwrap();
    assert!(nest["eventID"].starts_with("rb-"));
    assert_eq!(event["parentEventID"], "");
    assert_eq!(
        (event["decimalLatitude"].as_str(), event["decimalLongitude"].as_str()),
        ("52.1", "4.6")
    );
    assert_eq!(event["eventDate"], "2021-01-01/2021-12-31");
    assert_eq!(event["locality"], "withheld (see informationWithheld)");
    assert_eq!(event["eventRemarks"], "withheld (see informationWithheld)");
    assert_eq!(event["samplingProtocol"], "hide count");
    assert_balanced(&copied);
}

#[test]
fn an_event_left_without_records_is_withheld_and_others_stay() {
    let copied = copy();
    let ids: Vec<String> =
        copied.rows("event.csv").iter().map(|row| row["eventID"].clone()).collect();
    assert!(!ids.contains(&"E1".to_owned()), "{ids:?}");
    assert!(!ids.contains(&"E3".to_owned()), "an absence is treated as a presence: {ids:?}");
    for kept in ["P", "E2", "E4"] {
        assert!(ids.contains(&kept.to_owned()), "{kept}: {ids:?}");
    }
    let counts = &copied.shared.summary.tables;
    let events = counts.iter().find(|table| table.role == "events").unwrap();
    assert_eq!((events.rows.added, events.rows.withheld), (2, 2));
}

#[test]
fn no_event_or_sibling_says_that_something_was_withheld_beside_it() {
    let copied = copy();
    for row in copied.rows("event.csv") {
        assert!(!row.values().any(|value| value.contains("Wetland Trust")), "{row:?}");
        if !row["eventID"].starts_with("rb-") {
            assert_eq!(row["informationWithheld"], "");
        }
    }
    let sibling = copied
        .rows("occurrence.csv")
        .into_iter()
        .find(|row| row["individualCount"] == "7")
        .unwrap();
    assert!(sibling["informationWithheld"].ends_with("Reason: sensitive place."));
}

#[test]
fn sharing_an_event_dataset_twice_changes_nothing() {
    let settings = settings(rules(&[("Botaurus stellaris", Category::High)]));
    let once = copy();
    let package = once.folder.path().join("package");
    let twice =
        share_paths(&[package.join("event.csv"), package.join("occurrence.csv")], &settings);
    for name in ["event.csv", "occurrence.csv"] {
        let sorted = |text: String| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(once.text(name)), sorted(twice.text(name)), "{name}");
    }
}

#[test]
fn orphans_are_rejected() {
    let occurrences = OCCURRENCES.to_owned() + "O1,E99,Anas crecca,1,present\n";
    let files = [("event.csv", EVENTS), ("occurrence.csv", occurrences.as_str())];
    let copied = share(&files, &settings(rules(&[("Botaurus stellaris", Category::High)])));
    assert_eq!(copied.shared.rejects.len(), 1);
    assert_eq!(copied.shared.rejects[0].reason, "no event has this identifier");
    assert_balanced(&copied);
}

const META: &str = r#"<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
<core rowType="http://rs.tdwg.org/dwc/terms/Event" fieldsTerminatedBy="\t" fieldsEnclosedBy="" ignoreHeaderLines="1"><files><location>e.txt</location></files><id index="0"/>
<field index="0" term="http://rs.tdwg.org/dwc/terms/eventID"/><field index="1" term="http://rs.tdwg.org/dwc/terms/decimalLatitude"/><field index="2" term="http://rs.tdwg.org/dwc/terms/decimalLongitude"/></core>
<extension rowType="http://rs.tdwg.org/dwc/terms/Occurrence" fieldsTerminatedBy="\t" fieldsEnclosedBy="" ignoreHeaderLines="1"><files><location>o.txt</location></files><coreid index="0"/>
<field index="1" term="http://rs.tdwg.org/dwc/terms/occurrenceID"/><field index="2" term="http://rs.tdwg.org/dwc/terms/scientificName"/></extension>
<extension rowType="http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact" fieldsTerminatedBy="\t" fieldsEnclosedBy="" ignoreHeaderLines="1"><files><location>m.txt</location></files><coreid index="0"/>
<field index="1" term="http://rs.tdwg.org/dwc/terms/occurrenceID"/><field index="2" term="http://rs.tdwg.org/dwc/terms/measurementType"/><field index="3" term="http://rs.tdwg.org/dwc/terms/measurementValue"/></extension>
</archive>"#;

#[test]
fn measurements_follow_their_record_if_their_type_is_allowed_and_totals_never() {
    let mut set = rules(&[("Botaurus stellaris", Category::High)]);
    set.rules[0].outcome.allow_measurements.insert("wing length".to_owned());
    let copied = share_archive(
        &[
            ("meta.xml", META),
            ("eml.xml", "<eml/>"),
            ("e.txt", "id\tlat\tlon\nE1\t52.12345\t4.56789\nE2\t52.5\t4.9\n"),
            ("o.txt", "id\toid\tname\nE1\tN1\tBotaurus stellaris\nE2\tM1\tAnas crecca\n"),
            (
                "m.txt",
                "id\toid\ttype\tvalue\nE1\tN1\twing length\t341\nE1\tN1\tnest height\t1.25\nE1\t\twater depth\t0.77\n\
                 E2\tM1\twing length\t180\nE2\t\ttotal number of species\t9\nE2\t\twater depth\t0.5\nE9\t\twater depth\t3\n",
            ),
        ],
        &settings(set),
    );
    let text = copied.text("dataset/measurementorfact.txt");
    for (value, stays) in [
        ("341", true),
        ("1.25", false),
        ("0.77", false),
        ("180", true),
        ("\t9", false),
        ("\t0.5", true),
        ("E9", false),
    ] {
        assert_eq!(text.contains(value), stays, "{value}\n{text}");
    }
    let followed = text.lines().find(|line| line.contains("341")).unwrap();
    let nest = copied.text("dataset/occurrence.txt");
    let nest = nest.lines().find(|line| line.contains("Botaurus")).unwrap();
    assert_eq!(
        followed.split('\t').take(2).collect::<Vec<_>>(),
        nest.split('\t').take(2).collect::<Vec<_>>()
    );
    assert_balanced(&copied);
}

#[test]
fn a_season_without_a_place_is_not_in_an_area_because_it_could_be_anywhere() {
    let mut set = rules(&[("Botaurus stellaris", Category::High)]);
    let mut roost = set.rules[0].clone();
    roost.taxon = None;
    roost.area = Some("roost".to_owned());
    set.rules.push(roost);
    let mut settings = settings(set);
    let mut shape = reedbed_core::area::Shape::new();
    let corner = |lat, lon| reedbed_core::place::Point::from_degrees(lat, lon).unwrap();
    shape.push_polygon(&[vec![
        corner(52.69, 4.69),
        corner(52.69, 4.71),
        corner(52.71, 4.7),
        corner(52.69, 4.69),
    ]]);
    settings.areas.add(vec!["roost".to_owned()], shape);
    let copied = share(&[("event.csv", EVENTS), ("occurrence.csv", OCCURRENCES)], &settings);
    let ids: Vec<String> =
        copied.rows("event.csv").iter().map(|row| row["eventID"].clone()).collect();
    assert!(ids.contains(&"P".to_owned()) && ids.contains(&"E2".to_owned()), "{ids:?}");
    assert!(
        !ids.contains(&"E4".to_owned()),
        "the event at the roost is told less precisely: {ids:?}"
    );
}

#[test]
fn events_are_counted_where_there_is_no_table_of_records() {
    let mut set = rules(&[("Botaurus stellaris", Category::High), ("Grus grus", Category::High)]);
    set.rules[0].taxon = None;
    set.rules[0].area = Some("Reed".to_owned());
    set.rules[1].taxon = None;
    set.rules[1].area = Some("Roost".to_owned());
    set.rules[1].outcome.withhold = true;
    let mut settings = settings(set);
    settings.areas = area_of("Reed", 52.1, 4.5, 52.2, 4.6);
    for (names, shape) in area_of("Roost", 52.45, 4.85, 52.55, 4.95).features() {
        settings.areas.add(names.to_vec(), shape.clone());
    }
    let events = "eventID,parentEventID,decimalLatitude,decimalLongitude,locality\n\
        E1,,52.12345,4.56789,Old mill\n\
        E2,E1,52.12399,4.56799,Sluice\n\
        E3,,52.5,4.9,Roost\n\
        E4,,49.7,2.7,Hide\n\
        E5,,49.8,2.7,Hide\n\
        E6,,49.9,2.7,Old mill\n\
        E7,,99.9,2.7,Nowhere\n";
    let copied = share(&[("event.csv", events)], &settings);
    assert_balanced(&copied);
    let summary = &copied.shared.summary;
    assert_eq!((summary.counted, summary.unusable()), ("events", 1));
    assert_eq!((summary.records_clear, summary.generalised(), summary.withheld()), (2, 3, 1));
    let met: Vec<_> = summary
        .rules
        .iter()
        .map(|rule| (rule.generalised, rule.withheld, rule.pulled_along))
        .collect();
    assert_eq!(met, [(2, 0, 1), (0, 1, 0)]);
    assert_eq!(summary.cells.iter().map(|cell| cell.records).sum::<u64>(), 3);
    assert_eq!(copy().shared.summary.counted, "records");
    assert_eq!(copy().shared.summary.records_clear, 1, "events do not count beside records");
}

use super::*;
use crate::limits::Limits;
use crate::xml::{self, Node};

fn facts() -> EmlFacts {
    EmlFacts {
        title: "Reed & <marsh> birds".to_owned(),
        organisation: "A \"reserve\"".to_owned(),
        contact: Some("office@example.org".to_owned()),
        pub_date: "2026-04-03".to_owned(),
        language: "en".to_owned(),
        abstract_paragraphs: vec!["One.".to_owned(), "Two.".to_owned()],
        additional_info: vec!["Silence is not absence.".to_owned()],
        rights: Some("Terms.\r\n\r\nNo & more.\n\n".to_owned()),
        licence_url: Some("http://example.org/a?b&c".to_owned()),
        bounding_box: Some([-1.5, 3.0, 52.25, 179.000_000_1]),
        date_range: Some(("2019-05-01".to_owned(), "2020".to_owned())),
        taxa: vec![("class".to_owned(), "Aves".to_owned())],
    }
}

/// Elements below the dataset, each with the names that it stands in.
fn elements(xml: &str) -> Vec<String> {
    let mut found = Vec::new();
    xml::walk(xml.as_bytes(), &Limits::default(), |path, node| {
        if let Node::Start(name, _) = node
            && let Some(inside) = path.get(2..)
        {
            found.push([inside, &[name.to_owned()]].concat().join("/"));
        }
        Ok(())
    })
    .unwrap();
    found
}

#[test]
fn elements_stand_in_the_order_of_the_profile() {
    let all = elements(&write(&facts()));
    let outer: Vec<&str> =
        all.iter().filter(|path| !path.contains('/')).map(String::as_str).collect();
    assert_eq!(
        outer,
        [
            "title",
            "creator",
            "metadataProvider",
            "pubDate",
            "language",
            "abstract",
            "additionalInfo",
            "intellectualRights",
            "coverage",
            "contact"
        ]
    );
    let coverage: Vec<&str> = all
        .iter()
        .filter(|path| path.starts_with("coverage/") && path.matches('/').count() == 1)
        .map(String::as_str)
        .collect();
    assert_eq!(
        coverage,
        ["coverage/geographicCoverage", "coverage/temporalCoverage", "coverage/taxonomicCoverage"]
    );
    assert_eq!(all.iter().filter(|path| *path == "intellectualRights/para").count(), 3);
}

#[test]
fn every_text_is_escaped_and_reads_back() {
    let metadata = super::super::read(write(&facts()).as_bytes(), &Limits::default()).unwrap();
    assert_eq!(metadata.title.as_deref(), Some("Reed & <marsh> birds"));
    assert_eq!(metadata.licence.as_deref(), Some("http://example.org/a?b&c"));
    assert!(metadata.has_coverage);
}

#[test]
fn what_is_not_known_is_left_out() {
    let facts =
        EmlFacts { title: "A".to_owned(), organisation: "B".to_owned(), ..EmlFacts::default() };
    let xml = write(&facts);
    assert_eq!(
        elements(&xml),
        [
            "title",
            "creator",
            "creator/organizationName",
            "metadataProvider",
            "metadataProvider/organizationName",
            "contact",
            "contact/organizationName"
        ]
    );
    assert!(xml.contains("xml:lang=\"en\""));
}

#[test]
fn one_day_is_no_range() {
    let day = "2020-05-01".to_owned();
    let facts = EmlFacts { date_range: Some((day.clone(), day)), ..facts() };
    let all = elements(&write(&facts));
    assert!(all.iter().any(|path| path == "coverage/temporalCoverage/singleDateTime/calendarDate"));
    assert!(!all.iter().any(|path| path.contains("rangeOfDates")));
}

#[test]
fn the_same_facts_make_the_same_bytes_and_others_another_package() {
    let other = EmlFacts { title: "Other".to_owned(), ..facts() };
    let id =
        |xml: &str| xml.split("packageId=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(write(&facts()), write(&facts()));
    assert_ne!(id(&write(&facts())), id(&write(&other)));
}

use super::*;
use crate::taxon::{How, RuleTaxon, RuleTaxonId, TaxonFacts, TaxonIndex};

/// A checklist of rows: identifier, name, accepted name's identifier, parent's identifier, family.
fn checklist(rows: &[[&str; 5]]) -> Checklist {
    let mut builder = ChecklistBuilder::default();
    for [id, name, accepted, parent, family] in rows {
        builder.add(&ChecklistRow {
            taxon_id: id,
            scientific_name: name,
            accepted_name_usage_id: accepted,
            parent_name_usage_id: parent,
            family,
            ..ChecklistRow::default()
        });
    }
    builder.finish()
}

fn herons() -> Checklist {
    checklist(&[
        ["1", "Ardeidae", "", "", ""],
        ["2", "Botaurus Stephens, 1819", "2", "1", ""],
        ["3", "Botaurus stellaris (Linnaeus, 1758)", "3", "2", ""],
        ["4", "Ardea stellaris Linnaeus, 1758", "3", "", ""],
        ["5", "Botaurus stellaris capensis", "5", "3", ""],
        ["6", "Butor vulgaris", "4", "", ""],
        ["7", "Botaurus stellatus", "7", "2", ""],
        ["8", "Egretta garzetta", "8", "9", ""],
        ["9", "Egretta", "9", "1", ""],
        ["10", "Garzetta alba", "8", "", ""],
    ])
}

fn ways(listed: &str, facts: TaxonFacts<'_>, checklist: &Checklist) -> Option<How> {
    let taxa = [RuleTaxon::named(listed)];
    let index = TaxonIndex::new(&taxa, Some(checklist));
    index.lookup(&facts).hits.first().map(|(_, how)| *how)
}

fn named(name: &str) -> TaxonFacts<'_> {
    TaxonFacts { scientific_name: name, ..TaxonFacts::default() }
}

#[test]
fn synonyms_lead_to_each_other_in_every_direction() {
    let herons = herons();
    for (record, listed) in [
        ("Ardea stellaris", "Botaurus stellaris"),
        ("Botaurus stellaris", "Ardea stellaris"),
        ("Butor vulgaris", "Botaurus stellaris"),
        ("Butor vulgaris", "Ardea stellaris L."),
    ] {
        assert_eq!(ways(listed, named(record), &herons), Some(How::Synonym), "{record} {listed}");
    }
    assert_eq!(ways("Botaurus stellaris", named("Egretta garzetta"), &herons), None);
}

#[test]
fn children_of_a_listed_taxon_and_of_its_synonyms_match() {
    let herons = herons();
    for (record, listed) in [
        ("Botaurus stellaris", "Ardeidae"),
        ("Ardea stellaris", "Ardeidae"),
        ("Botaurus stellaris capensis", "Ardea stellaris"),
        ("Garzetta alba", "Egretta"),
        ("Egretta eulophotes", "Ardeidae"),
    ] {
        assert_eq!(ways(listed, named(record), &herons), Some(How::Child), "{record} {listed}");
    }
}

#[test]
fn a_name_above_a_listed_taxon_may_be_it() {
    let herons = herons();
    for (record, listed) in [
        ("Ardeidae", "Botaurus stellaris"),
        ("Ardea stellaris", "Botaurus stellaris capensis"),
        ("Ardeidae", "Botaurus pinnatus"),
    ] {
        assert_eq!(ways(listed, named(record), &herons), Some(How::Parent), "{record} {listed}");
    }
    assert_eq!(ways("Botaurus stellaris", named("Egretta"), &herons), None);
}

#[test]
fn a_name_that_the_checklist_knows_is_no_misspelling() {
    let herons = herons();
    assert_eq!(ways("Botaurus stellaris", named("Botaurus stellatus"), &herons), None);
    assert_eq!(
        ways("Botaurus stellaris", named("Botaurus stellatis"), &Checklist::default()),
        Some(How::Misspelling)
    );
    assert_eq!(
        ways("Botaurus stellaris", named("Botaurus stellaxus"), &herons),
        Some(How::Misspelling)
    );
    let previous =
        TaxonFacts { previous_identifications: "Botaurus stellatus", ..named("Egretta garzetta") };
    assert_eq!(ways("Botaurus stellaris", previous, &herons), None);
}

#[test]
fn the_checklist_tells_where_a_record_belongs() {
    let herons = herons();
    assert_eq!(ways("Accipitridae", named("Egretta garzetta"), &herons), None);
    assert_eq!(ways("Accipitridae", named("Aquila chrysaetos"), &herons), Some(How::Unplaced));
}

#[test]
fn identifiers_and_vernacular_names_of_the_checklist_are_followed() {
    let mut builder = ChecklistBuilder::default();
    builder.add(&ChecklistRow {
        taxon_id: "a:1",
        scientific_name: "Botaurus stellaris",
        ..ChecklistRow::default()
    });
    builder.add_vernacular(" a:1", "Eurasian Bittern");
    let checklist = builder.finish();
    let by_id = TaxonFacts { taxon_id: "a:1", ..named("unknown") };
    assert_eq!(ways("Botaurus stellaris", by_id, &checklist), Some(How::Synonym));
    let called = TaxonFacts { vernacular_name: "eurasian bittern", ..TaxonFacts::default() };
    assert_eq!(ways("Botaurus stellaris", called, &checklist), Some(How::Synonym));
    assert_eq!(ways("Ardea alba", called, &checklist), None, "a name that is known is a name");
    let taxa = [RuleTaxon {
        vernacular_names: vec!["Eurasian bittern".to_owned()],
        ..RuleTaxon::default()
    }];
    let index = TaxonIndex::new(&taxa, Some(&checklist));
    assert_eq!(index.lookup(&named("Botaurus stellaris")).hits, [(RuleTaxonId(0), How::Synonym)]);
    assert_eq!(index.lookup(&named("Ardea alba")).hits, []);
}

#[test]
fn columns_of_higher_taxa_make_parents() {
    let mut builder = ChecklistBuilder::default();
    builder.add(&ChecklistRow {
        genus: "Agelena",
        specific_epithet: "labyrinthica",
        family: "Agelenidae",
        order: "Araneae",
        ..ChecklistRow::default()
    });
    let spiders = builder.finish();
    assert!(spiders.knows("Agelena labyrinthica (Clerck, 1757)"));
    for listed in ["Agelenidae", "Araneae", "Agelena"] {
        assert_eq!(
            ways(listed, named("Agelena labyrinthica"), &spiders),
            Some(How::Child),
            "{listed}"
        );
    }
    assert_eq!(ways("Agelena labyrinthica", named("Araneae"), &spiders), Some(How::Parent));
}

#[test]
fn a_family_that_the_checklist_calls_otherwise_is_found() {
    let checklist = checklist(&[["1", "Fabaceae", "1", "", ""], ["2", "Leguminosae", "1", "", ""]]);
    let facts = TaxonFacts { family: "Leguminosae", ..named("Acacia dealbata") };
    assert_eq!(ways("Fabaceae", facts, &checklist), Some(How::Child));
}

#[test]
fn a_checklist_that_runs_in_circles_ends() {
    let circle = checklist(&[
        ["1", "Aus bus", "2", "2", ""],
        ["2", "Cus dus", "3", "3", ""],
        ["3", "Eus fus", "1", "1", ""],
    ]);
    assert_eq!(ways("Aus bus", named("Eus fus"), &circle), Some(How::Synonym));
    assert_eq!(circle.accepted_names("Aus bus"), ["Cus dus"]);
}

#[test]
fn homonyms_count_as_all_that_they_may_be() {
    let homonyms = checklist(&[
        ["1", "Oenanthe", "1", "", "Apiaceae"],
        ["2", "Oenanthe", "2", "", "Muscicapidae"],
        ["3", "Oenanthe aquatica", "3", "1", ""],
    ]);
    assert_eq!(ways("Apiaceae", named("Oenanthe"), &homonyms), Some(How::Child));
    assert_eq!(ways("Muscicapidae", named("Oenanthe"), &homonyms), Some(How::Child));
}

use std::path::Path;

use super::*;
use crate::taxon::{RuleTaxon, RuleTaxonId, TaxonFacts, TaxonIndex};

fn parts(text: &str) -> (String, Vec<String>) {
    let reading = Reading::of(text);
    let epithets = reading.species.iter().chain(&reading.below).map(|epithet| epithet.base.clone());
    (reading.genus.clone(), epithets.collect())
}

#[test]
fn a_name_is_read_to_its_lowest_epithet() {
    for (text, genus, epithets) in [
        ("Botaurus stellaris (Linnaeus, 1758)", "botaurus", &["stellaris"] as &[&str]),
        ("Acacia lasiocarpa var. lasiocarpa", "acacia", &["lasiocarpa", "lasiocarpa"]),
        (
            "Boronia crenulata subsp. crenulata var. angustifolia",
            "boronia",
            &["crenulata", "crenulata", "angustifolia"],
        ),
        ("Quercus ilex L. subsp. ballota (Desf.) Samp.", "quercus", &["ilex", "ballota"]),
        ("Eucalyptus rhodantha var. x petiolaris", "eucaliptus", &["rhodantha", "petiolaris"]),
        ("Salix alba f. argentea", "salix", &["alba", "argentea"]),
        ("Salix alba Hook.f.", "salix", &["alba"]),
        ("BOTAURUS STELLARIS", "botaurus", &["stellaris"]),
        ("Acacia sp. nov.", "acacia", &[]),
        ("Acacia R.Br.", "acacia", &[]),
        ("cf. Botaurus stellaris", "botaurus", &["stellaris"]),
    ] {
        assert_eq!(
            parts(text),
            (genus.to_owned(), epithets.iter().map(|e| (*e).to_owned()).collect()),
            "{text}"
        );
    }
}

#[test]
fn doubts_are_read_at_the_rank_that_they_are_about() {
    for (text, doubt) in [
        ("Botaurus stellaris", Doubt::None),
        ("Botaurus cf. stellaris", Doubt::Species),
        ("Botaurus stellaris?", Doubt::Species),
        ("Botaurus stellaris cf. capensis", Doubt::BelowSpecies),
        ("? Botaurus stellaris", Doubt::Genus),
        ("Botaurus stellaris agg.", Doubt::Species),
        ("Botaurus stellaris s. l.", Doubt::Species),
        ("Botaurus stellaris s. str.", Doubt::None),
        ("Botaurus stellaris Smith et Jones, 1900", Doubt::None),
        ("Botaurus stellaris S. Smith", Doubt::None),
    ] {
        assert_eq!(Reading::of(text).doubt, doubt, "{text}");
    }
}

#[test]
fn a_hybrid_formula_has_parents_and_a_hybrid_name_has_none() {
    let keys = |text: &str| Reading::of(text).parents.iter().map(Reading::key).collect::<Vec<_>>();
    assert_eq!(keys("Anas acuta × A. crecca"), ["anas acut", "anas crecc"]);
    assert_eq!(keys("Eucalyptus absita x loxophleba"), ["eucaliptus absit", "eucaliptus loxofleb"]);
    assert_eq!(keys("Corybas × dentatus"), Vec::<String>::new());
    assert_eq!(keys("×Corybas dentatus"), Vec::<String>::new());
}

#[test]
fn what_is_no_name_has_no_genus() {
    for text in
        ["", " ", "?", "unknown", "Unidentified bird", "sp.", "indet.", "n/a", "12345", "Выпь"]
    {
        assert!(!Reading::of(text).has_name(), "{text}");
    }
    assert!(Reading::all_of("BOLD:AAA0001").iter().all(|reading| !reading.has_name()));
}

/// The scientific names of the lists beside the project; nothing where they are not there.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn listed_names() -> Vec<String> {
    let folder =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ala-state-sensitive-lists");
    let Ok(files) = Path::new(folder).read_dir() else {
        eprintln!("skipped: the lists of real names are not there");
        return Vec::new();
    };
    let lists = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
    let mut names: Vec<String> = lists
        .flat_map(|list| list.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| {
            line.split(',').next().map(|name| name.trim().trim_matches('"').to_owned())
        })
        .filter(|name| !name.is_empty() && name.parse::<u64>().is_err())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn plain_names_are_read_as_the_parser_reads_them() {
    let names = listed_names();
    let plain = [
        "Botaurus stellaris",
        "Quercus ilex subsp. ballota (Desf.) Samp.",
        "Acropsilus niger (Loew, 1869)",
    ];
    let mut read = 0;
    for name in names.iter().map(String::as_str).chain(plain) {
        let own = Reading::of(name);
        if !own.is_plain {
            continue;
        }
        let ParseResult::Parsed(parsed) = nameparser::parse(name, None, None, None) else {
            assert!(own.is_open(), "{name}");
            continue;
        };
        let parsed = Reading::of_parsed(&parsed);
        read += 1;
        let lowest = |reading: &Reading| reading.below.last().cloned();
        // Names of one word with a second that is no usual particle: the parser takes it for one.
        if own.genus == parsed.genus && parsed.species.is_none() && own.species.is_some() {
            continue;
        }
        assert_eq!(
            (&own.genus, &own.species, lowest(&own)),
            (&parsed.genus, &parsed.species, lowest(&parsed)),
            "{name}"
        );
    }
    assert!(read >= plain.len());
}

#[test]
fn every_listed_name_finds_itself_and_few_others() {
    let names = listed_names();
    let taxa: Vec<RuleTaxon> = names.iter().map(|name| RuleTaxon::named(name)).collect();
    let index = TaxonIndex::new(&taxa, None);
    let mut near = 0;
    for (number, name) in (0..).zip(&names) {
        let facts = TaxonFacts { scientific_name: name, ..TaxonFacts::default() };
        let hits = index.lookup(&facts).hits;
        assert!(hits.iter().any(|(taxon, _)| *taxon == RuleTaxonId(number)), "{name}");
        near += hits.iter().filter(|(_, how)| *how == crate::taxon::How::Misspelling).count();
    }
    assert!(near * 50 <= names.len(), "{near} of {}", names.len());
}

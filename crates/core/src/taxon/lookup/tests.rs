use proptest::prelude::*;

use super::*;
use crate::taxon::{Rank, RuleTaxon};

/// The table of names: `SNAPSHOTS=overwrite` writes what is found.
#[test]
fn names_match_as_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/names.txt");
    let table = std::fs::read_to_string(path).unwrap();
    let mut found = String::new();
    for line in table.lines() {
        match line.rsplitn(3, '|').collect::<Vec<_>>().as_slice() {
            [_, listed, record] if !line.starts_with('#') => {
                found.push_str(&format!("{record}|{listed}| {}\n", ways(record, listed)));
            }
            _ => found.push_str(&format!("{line}\n")),
        }
    }
    snapbox::assert_data_eq!(found, snapbox::Data::read_from(path.as_ref(), None).raw());
}

fn ways(record: &str, listed: &str) -> String {
    let taxa: Vec<RuleTaxon> =
        listed.split(';').map(|name| RuleTaxon::named(name.trim())).collect();
    let index = TaxonIndex::new(&taxa, None);
    let record = record.strip_suffix(' ').unwrap_or(record);
    let mut facts = TaxonFacts::default();
    if record.split(";;").all(|cell| {
        cell.trim().split_once('=').is_some_and(|(term, _)| TaxonFacts::TERMS.contains(&term))
    }) {
        for (term, value) in record.split(";;").filter_map(|cell| cell.trim().split_once('=')) {
            facts.set(term, value);
        }
    } else {
        facts.scientific_name = record;
    }
    let hits = index.lookup(&facts).hits;
    let way = |number: u32| {
        let hit = hits.iter().find(|(taxon, _)| *taxon == RuleTaxonId(number));
        hit.map_or("-".to_owned(), |(_, how)| how.to_string())
    };
    (0..u32::try_from(taxa.len()).unwrap()).map(way).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_list_without_taxa_lists_nothing() {
    let index = TaxonIndex::new(&[], None);
    assert_eq!(index.lookup(&TaxonFacts::default()), TaxonHits::default());
}

#[test]
fn a_vernacular_name_is_found_among_other_words() {
    let taxa = [RuleTaxon {
        vernacular_names: vec!["Eurasian Bittern".to_owned()],
        ..RuleTaxon::named("Botaurus stellaris")
    }];
    let index = TaxonIndex::new(&taxa, None);
    let find = |term: &str, value: &str| {
        let mut facts = TaxonFacts { scientific_name: "Parus major", ..TaxonFacts::default() };
        facts.set(term, value);
        index.lookup(&facts).hits
    };
    let found = vec![(RuleTaxonId(0), How::Mentioned)];
    assert_eq!(find("vernacularName", "Great tit; eurasian bitterns"), found);
    assert_eq!(find("previousIdentifications", "Eurasian Bittern"), found);
    assert_eq!(find("scientificName", "Eurasian Bittern"), found);
    assert_eq!(find("vernacularName", "Great tit"), vec![]);
}

#[test]
fn what_stands_in_brackets_is_no_vernacular_name() {
    assert_eq!(
        RuleTaxon::vernaculars(
            "Major Mitchell's Cockatoo (LNE, MM), Wee Juggler; Pink cockatoo | -"
        ),
        ["Major Mitchell's Cockatoo (LNE, MM)", "Wee Juggler", "Pink cockatoo"]
    );
}

#[test]
fn a_text_that_repeats_a_genus_without_end_takes_little_time() {
    let taxa = [RuleTaxon::named("Botaurus stellaris")];
    let text = "Botaurus ".repeat(7_000);
    let facts = TaxonFacts {
        scientific_name: "Parus major",
        previous_identifications: &text,
        ..TaxonFacts::default()
    };
    let begin = std::time::Instant::now();
    assert!(TaxonIndex::new(&taxa, None).lookup(&facts).listed);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
}

#[test]
fn a_taxon_named_in_the_vernacular_only_cannot_be_ruled_out() {
    let taxa = [RuleTaxon { vernacular_names: vec!["Bittern".to_owned()], ..RuleTaxon::default() }];
    let index = TaxonIndex::new(&taxa, None);
    let facts = TaxonFacts { scientific_name: "Parus major", ..TaxonFacts::default() };
    assert_eq!(index.lookup(&facts).hits, vec![(RuleTaxonId(0), How::Unreadable)]);
}

#[test]
fn the_higher_taxa_of_a_list_tell_what_a_higher_name_may_be() {
    let taxa = [
        RuleTaxon {
            higher: vec![(Rank::Class, "Aves".to_owned()), (Rank::Family, "Ardeidae".to_owned())],
            ..RuleTaxon::named("Botaurus stellaris")
        },
        RuleTaxon {
            higher: vec![(Rank::Family, "Orchidaceae".to_owned())],
            ..RuleTaxon::named("Caladenia flava")
        },
        RuleTaxon {
            higher: vec![(Rank::Family, "Orchidaceae".to_owned())],
            ..RuleTaxon::named("Orchidaceae")
        },
    ];
    let index = TaxonIndex::new(&taxa, None);
    let find = |name: &str, family: &str| {
        let facts = TaxonFacts { scientific_name: name, family, ..TaxonFacts::default() };
        index.lookup(&facts).hits
    };
    assert_eq!(find("Ardeidae", ""), [(RuleTaxonId(0), How::Parent)]);
    // Aves is above the family, so the list's own classification says nothing of orchids.
    assert_eq!(find("Aves", "x"), [(RuleTaxonId(0), How::Parent)]);
    assert_eq!(find("Formicidae", ""), []);
    // The list itself says that Caladenia is an orchid.
    let orchids = [(RuleTaxonId(2), How::Child)];
    assert_eq!(find("Caladenia latifolia", ""), orchids);
}

/// A record whose name is one of the list's, or near one, in columns as data bring them.
fn record() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let genus = prop::sample::select(vec!["Botaurus", "Ardea", "Botarus", "Ixobrychus"]);
    let species = prop::sample::select(vec!["stellaris", "stelaris", "cinerea", "minutus"]);
    let below = prop::sample::select(vec!["", "capensis", "stellaris"]);
    let sign = prop::sample::select(vec!["", "cf. ", "aff. ", "?"]);
    let author = prop::sample::select(vec!["", " (Linnaeus, 1758)", " Linnaeus"]);
    (genus, species, below, sign, author).prop_map(|(genus, species, below, sign, author)| {
        let name = format!("{genus} {sign}{species} {below}{author}");
        vec![
            ("scientificName", name.replace("  ", " ").trim().to_owned()),
            ("genus", genus.to_owned()),
            ("specificEpithet", species.to_owned()),
            ("infraspecificEpithet", below.to_owned()),
            ("species", format!("{genus} {species}")),
            ("family", "Ardeidae".to_owned()),
        ]
    })
}

fn taxa_hit(index: &TaxonIndex<'_>, record: &[(&'static str, String)]) -> Vec<RuleTaxonId> {
    let mut facts = TaxonFacts::default();
    for (term, value) in record {
        facts.set(term, value);
    }
    index.lookup(&facts).hits.into_iter().map(|(taxon, _)| taxon).collect()
}

proptest! {
    #[test]
    fn a_name_that_loses_a_part_never_loses_a_rule(
        record in record(),
        columns in prop::collection::vec(any::<bool>(), 6),
        words in 0_usize..5,
    ) {
        let taxa = ["Botaurus stellaris", "Botaurus stellaris capensis", "Ardea", "Ixobrychus minutus", "Ardea cinerea"]
            .map(RuleTaxon::named);
        let index = TaxonIndex::new(&taxa, None);
        let mut whole = record.clone();
        for ((_, value), keep) in whole.iter_mut().zip(&columns) {
            if !keep { value.clear(); }
        }
        let before = taxa_hit(&index, &whole);
        // Words are lost from the end of the name; a doubt that stands nowhere else is not lost.
        let is_doubted = whole[0].1.contains(['.', '?']);
        let mut less = whole.clone();
        for (term, value) in &mut less {
            if *term == "scientificName" {
                let kept: Vec<&str> = value.split(' ').collect();
                *value = kept[..kept.len().saturating_sub(words).max(usize::from(is_doubted))].join(" ");
            }
        }
        let after = taxa_hit(&index, &less);
        prop_assert!(before.iter().all(|taxon| after.contains(taxon)), "{:?} {:?}: {:?} {:?}", whole, less, before, after);
        // A whole column is lost.
        for lost in usize::from(is_doubted)..5 {
            let mut less = whole.clone();
            less[lost].1.clear();
            let after = taxa_hit(&index, &less);
            prop_assert!(before.iter().all(|taxon| after.contains(taxon)), "{:?} {:?}: {:?} {:?}", whole, less, before, after);
        }
    }

    #[test]
    fn a_listed_text_always_finds_itself(text in "[A-Za-z .,()?×'0-9-]{1,40}") {
        let index = TaxonIndex::new(&[RuleTaxon::named(&text)], None);
        let facts = TaxonFacts { scientific_name: &text, ..TaxonFacts::default() };
        prop_assert!(index.lookup(&facts).listed);
    }

    #[test]
    fn any_text_can_be_looked_up(text in "\\PC{0,60}", other in "\\PC{0,60}") {
        let index = TaxonIndex::new(&[RuleTaxon::named(&other), RuleTaxon::named("Botaurus stellaris")], None);
        let mut facts = TaxonFacts { scientific_name: &text, previous_identifications: &other, ..TaxonFacts::default() };
        index.lookup(&facts);
        facts.genus = &other;
        index.lookup(&facts);
    }
}

/// Latin-looking words, different for different numbers.
fn word(mut number: usize, ending: &str) -> String {
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(
            [
                "bal", "cre", "dim", "flo", "gna", "hip", "luc", "met", "noq", "pra", "qui", "rov",
                "sej", "tuz", "vip", "xax",
            ][number % 16],
        );
        number /= 16;
    }
    word + ending
}

#[test]
fn many_names_are_looked_up_among_many_in_little_time() {
    let genus = |number: usize| {
        let mut word = word(number * 7 % 4096, "nus");
        let first = word.remove(0).to_ascii_uppercase();
        word.insert(0, first);
        word
    };
    let taxa: Vec<RuleTaxon> = (0..10_000)
        .map(|n| RuleTaxon::named(&format!("{} {}", genus(n % 2000), word(n * 13, "atus"))))
        .collect();
    let index = TaxonIndex::new(&taxa, None);
    let names: Vec<String> = (0..NAMES)
        .map(|n| {
            let author =
                ["", " (Linnaeus, 1758)", " F.Muell. ex Benth.", " Smith & Jones, 1901"][n % 4];
            format!("{} {}{author}", genus(n % 4000), word(n * 29 + n / 4000, "ata"))
        })
        .collect();
    let begin = std::time::Instant::now();
    let mut listed = 0;
    for name in &names {
        let facts = TaxonFacts {
            scientific_name: name,
            kingdom: "Animalia",
            family: "Ardeidae",
            genus: name.split(' ').next().unwrap(),
            ..TaxonFacts::default()
        };
        listed += usize::from(index.lookup(&facts).listed);
    }
    let each = begin.elapsed() / u32::try_from(NAMES).unwrap();
    assert!(listed > 0 && listed < NAMES / 2, "{listed}");
    // 20 to 40 µs on an idle machine. Comparing with all listed names would take tens of
    // milliseconds, which no busy machine hides.
    assert!(each.as_millis() < 2, "{each:?} each");
}

const NAMES: usize = 10_000;

//! Made-up names of organisms, far enough from each other that none is a near-misspelling of
//! another: two names of one kind differ in at least two syllables.

/// Syllables that differ in at least two letters each.
const SYLLABLES: [&str; 17] = [
    "bra", "cho", "del", "fum", "gir", "hys", "jol", "kva", "lep", "mun", "nix", "pto", "qua",
    "rhe", "sty", "tol", "zwe",
];

/// A code word of three syllables: the third depends on the first two, so a change of one of these
/// changes two syllables.
fn word(index: u64) -> String {
    let count = u64::try_from(SYLLABLES.len()).unwrap_or(1);
    let (first, second) = (index % count, index / count % count);
    [first, second, (first + second) % count]
        .into_iter()
        .filter_map(|at| SYLLABLES.get(usize::try_from(at).ok()?).copied())
        .collect()
}

/// A taxon as a table tells it.
#[derive(Debug, Clone)]
pub(crate) struct Taxon {
    pub(crate) genus: String,
    pub(crate) species: String,
    pub(crate) authorship: String,
    /// Kingdom, phylum, class, order, family.
    pub(crate) above: [&'static str; 5],
    pub(crate) key: u64,
}

/// How many genera there are, and species in each.
const GENERA: u64 = 280;
const SPECIES: u64 = 15;

/// How many taxa are on the rule list: the first species of so many genera.
const LISTED: u64 = 200;

/// All taxa: the listed ones, then all others.
pub(crate) fn taxa() -> (Vec<Taxon>, Vec<Taxon>) {
    let (mut listed, mut others) = (Vec::new(), Vec::new());
    for genus in 0..GENERA {
        for species in 0..SPECIES {
            let taxon = taxon(genus, species);
            let is_listed = species == 0 && genus < LISTED;
            if is_listed { &mut listed } else { &mut others }.push(taxon);
        }
    }
    (listed, others)
}

fn taxon(genus_index: u64, species_index: u64) -> Taxon {
    let mut genus = word(genus_index);
    if let Some(first) = genus.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    genus.push('a');
    let epithet = format!("{}a", word(genus_index * 7 + species_index * 19));
    let number = genus_index * SPECIES + species_index;
    let authors = ["Linnaeus", "Schrank", "Bechstein", "Fabricius", "Latham", "Meigen", "Pallas"];
    let author = usize::try_from(number).ok().and_then(|n| authors.get(n % authors.len()));
    let above = usize::try_from(genus_index).ok().and_then(|n| GROUPS.get(n % GROUPS.len()));
    Taxon {
        species: format!("{genus} {epithet}"),
        genus,
        authorship: format!("{}, {}", author.copied().unwrap_or_default(), 1758 + number % 150),
        above: above.copied().unwrap_or_default(),
        key: 2_400_000 + number * 13,
    }
}

const GROUPS: [[&str; 5]; 6] = [
    ["Animalia", "Chordata", "Aves", "Pelecaniformes", "Ardeidae"],
    ["Animalia", "Chordata", "Aves", "Passeriformes", "Acrocephalidae"],
    ["Animalia", "Arthropoda", "Insecta", "Odonata", "Libellulidae"],
    ["Animalia", "Arthropoda", "Insecta", "Lepidoptera", "Nymphalidae"],
    ["Animalia", "Chordata", "Mammalia", "Chiroptera", "Vespertilionidae"],
    ["Plantae", "Tracheophyta", "Liliopsida", "Asparagales", "Orchidaceae"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_comes_near_a_listed_one() {
        let (listed, others) = taxa();
        assert_eq!(listed.len(), 200);
        for (at, taxon) in listed.iter().enumerate() {
            for other in listed.iter().skip(at + 1).chain(&others) {
                assert_eq!(taxon.species.len(), other.species.len());
                let pairs = taxon.species.bytes().zip(other.species.bytes());
                let differences = pairs.filter(|(a, b)| a != b).count();
                assert!(differences > 2, "{} and {}", taxon.species, other.species);
            }
        }
    }
}

//! Ranks from kingdom to genus, and the rank that a name shows by its form.

/// A rank that has a column of its own in Darwin Core, from the highest to the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Kingdom.
    Kingdom,
    /// Phylum or division.
    Phylum,
    /// Class.
    Class,
    /// Order.
    Order,
    /// Superfamily.
    Superfamily,
    /// Family.
    Family,
    /// Subfamily.
    Subfamily,
    /// Tribe.
    Tribe,
    /// Subtribe.
    Subtribe,
    /// Genus.
    Genus,
}

impl Rank {
    /// All ranks, from the highest to the lowest.
    pub const ALL: [Self; 10] = [
        Self::Kingdom,
        Self::Phylum,
        Self::Class,
        Self::Order,
        Self::Superfamily,
        Self::Family,
        Self::Subfamily,
        Self::Tribe,
        Self::Subtribe,
        Self::Genus,
    ];

    /// The name of its column in Darwin Core.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kingdom => "kingdom",
            Self::Phylum => "phylum",
            Self::Class => "class",
            Self::Order => "order",
            Self::Superfamily => "superfamily",
            Self::Family => "family",
            Self::Subfamily => "subfamily",
            Self::Tribe => "tribe",
            Self::Subtribe => "subtribe",
            Self::Genus => "genus",
        }
    }

    /// Reads a taxonRank; ranks between those of Darwin Core count as the next lower one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        Some(match text.as_str() {
            "kingdom" | "regnum" | "domain" | "superkingdom" => Self::Kingdom,
            "phylum" | "division" | "divisio" | "subkingdom" | "superphylum" => Self::Phylum,
            "class" | "classis" | "subphylum" | "superclass" | "subdivision" => Self::Class,
            "order" | "ordo" | "subclass" | "infraclass" | "superorder" => Self::Order,
            "superfamily" | "superfamilia" | "suborder" | "infraorder" => Self::Superfamily,
            "family" | "familia" => Self::Family,
            "subfamily" | "subfamilia" => Self::Subfamily,
            "tribe" | "tribus" | "supertribe" => Self::Tribe,
            "subtribe" | "subtribus" => Self::Subtribe,
            "genus" => Self::Genus,
            _ => return None,
        })
    }

    /// The rank above the genus that a name of one word shows by its ending, or is known for;
    /// nothing for a name that may be a genus.
    ///
    /// Source: ICZN article 29.2, ICN articles 16 to 19 for the endings.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let endings = [
            ("oideae", Self::Subfamily),
            ("aceae", Self::Family),
            ("oidea", Self::Superfamily),
            ("idae", Self::Family),
            ("inae", Self::Subfamily),
            ("iformes", Self::Order),
            ("virales", Self::Order),
            ("viridae", Self::Family),
            ("mycetes", Self::Class),
            ("phyceae", Self::Class),
            ("opsida", Self::Class),
            ("mycota", Self::Phylum),
            ("phyta", Self::Phylum),
            ("ales", Self::Order),
        ];
        let long_enough = |ending: &str| name.len() >= ending.len() + 3;
        let by_ending = endings
            .into_iter()
            .find(|(ending, _)| name.ends_with(ending) && long_enough(ending))
            .map(|(_, rank)| rank);
        by_ending.or_else(|| {
            let known = KNOWN.iter().find(|(_, names)| names.contains(&name.as_str()));
            known.map(|(rank, _)| *rank)
        })
    }
}

/// Names without a telling ending that lists and records use most.
const KNOWN: &[(Rank, &[&str])] = &[
    (
        Rank::Kingdom,
        &[
            "animalia",
            "archaea",
            "bacteria",
            "chromista",
            "eukaryota",
            "fungi",
            "plantae",
            "protista",
            "protozoa",
            "viruses",
        ],
    ),
    (
        Rank::Phylum,
        &[
            "annelida",
            "arthropoda",
            "brachiopoda",
            "bryozoa",
            "chordata",
            "cnidaria",
            "ctenophora",
            "echinodermata",
            "mollusca",
            "nematoda",
            "nemertea",
            "platyhelminthes",
            "porifera",
            "rotifera",
            "tardigrada",
            "vertebrata",
        ],
    ),
    (
        Rank::Class,
        &[
            "actinopteri",
            "actinopterygii",
            "amphibia",
            "anthozoa",
            "arachnida",
            "aves",
            "bivalvia",
            "cephalopoda",
            "chilopoda",
            "chondrichthyes",
            "clitellata",
            "crustacea",
            "diplopoda",
            "elasmobranchii",
            "gastropoda",
            "insecta",
            "malacostraca",
            "mammalia",
            "osteichthyes",
            "oligochaeta",
            "pisces",
            "polychaeta",
            "reptilia",
        ],
    ),
    (
        Rank::Order,
        &[
            "acari",
            "amphipoda",
            "anura",
            "araneae",
            "artiodactyla",
            "blattodea",
            "carnivora",
            "caudata",
            "cetacea",
            "chiroptera",
            "coleoptera",
            "collembola",
            "crocodylia",
            "decapoda",
            "dermaptera",
            "diptera",
            "ephemeroptera",
            "gymnophiona",
            "hemiptera",
            "hymenoptera",
            "isopoda",
            "lagomorpha",
            "lepidoptera",
            "mecoptera",
            "megaloptera",
            "monotremata",
            "neuroptera",
            "odonata",
            "opiliones",
            "orthoptera",
            "perissodactyla",
            "phasmatodea",
            "plecoptera",
            "primates",
            "proboscidea",
            "pseudoscorpiones",
            "rodentia",
            "scorpiones",
            "serpentes",
            "sirenia",
            "squamata",
            "testudines",
            "thysanoptera",
            "trichoptera",
            "unionida",
            "urodela",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_its_rank_by_its_ending() {
        for (name, rank) in [
            ("Orchidaceae", Some(Rank::Family)),
            ("Accipitridae", Some(Rank::Family)),
            ("Passeriformes", Some(Rank::Order)),
            ("Aves", Some(Rank::Class)),
            ("Chiroptera", Some(Rank::Order)),
            ("Botaurus", None),
            ("Idae", None),
        ] {
            assert_eq!(Rank::of_name(name), rank, "{name}");
        }
    }

    #[test]
    fn every_rank_reads_back() {
        for rank in Rank::ALL {
            assert_eq!(Rank::parse(&rank.word().to_uppercase()), Some(rank));
        }
        assert_eq!(Rank::parse("species"), None);
    }
}

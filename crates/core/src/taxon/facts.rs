//! The columns of a record that name organisms.

use super::rank::Rank;

/// What a record's name columns hold; what is missing is empty.
///
/// Each field is the Darwin Core or GBIF term of its name; see [`TaxonFacts::TERMS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each field is the Darwin Core term of its name")]
pub struct TaxonFacts<'a> {
    pub scientific_name: &'a str,
    pub accepted_name_usage: &'a str,
    pub original_name_usage: &'a str,
    pub accepted_scientific_name: &'a str,
    pub verbatim_scientific_name: &'a str,
    pub species: &'a str,
    pub genus: &'a str,
    pub generic_name: &'a str,
    pub subgenus: &'a str,
    pub infrageneric_epithet: &'a str,
    pub specific_epithet: &'a str,
    pub infraspecific_epithet: &'a str,
    pub identification_qualifier: &'a str,
    pub verbatim_identification: &'a str,
    pub previous_identifications: &'a str,
    pub vernacular_name: &'a str,
    pub associated_taxa: &'a str,
    pub associated_occurrences: &'a str,
    pub type_status: &'a str,
    pub typified_name: &'a str,
    pub organism_name: &'a str,
    pub kingdom: &'a str,
    pub phylum: &'a str,
    pub class: &'a str,
    pub order: &'a str,
    pub superfamily: &'a str,
    pub family: &'a str,
    pub subfamily: &'a str,
    pub tribe: &'a str,
    pub subtribe: &'a str,
    pub higher_classification: &'a str,
    pub parent_name_usage: &'a str,
    pub taxon_id: &'a str,
    pub accepted_name_usage_id: &'a str,
    pub taxon_rank: &'a str,
}

impl<'a> TaxonFacts<'a> {
    /// The terms that are read, by their current simple names.
    pub const TERMS: &'static [&'static str] = &[
        "scientificName",
        "acceptedNameUsage",
        "originalNameUsage",
        "acceptedScientificName",
        "verbatimScientificName",
        "species",
        "genus",
        "genericName",
        "subgenus",
        "infragenericEpithet",
        "specificEpithet",
        "infraspecificEpithet",
        "identificationQualifier",
        "verbatimIdentification",
        "previousIdentifications",
        "vernacularName",
        "associatedTaxa",
        "associatedOccurrences",
        "typeStatus",
        "typifiedName",
        "organismName",
        "kingdom",
        "phylum",
        "class",
        "order",
        "superfamily",
        "family",
        "subfamily",
        "tribe",
        "subtribe",
        "higherClassification",
        "parentNameUsage",
        "taxonID",
        "acceptedNameUsageID",
        "taxonRank",
    ];

    /// Sets the field of a term. Returns whether there is one.
    pub fn set(&mut self, term: &str, value: &'a str) -> bool {
        let field = match term {
            "scientificName" => &mut self.scientific_name,
            "acceptedNameUsage" => &mut self.accepted_name_usage,
            "originalNameUsage" => &mut self.original_name_usage,
            "acceptedScientificName" => &mut self.accepted_scientific_name,
            "verbatimScientificName" => &mut self.verbatim_scientific_name,
            "species" => &mut self.species,
            "genus" => &mut self.genus,
            "genericName" => &mut self.generic_name,
            "subgenus" => &mut self.subgenus,
            "infragenericEpithet" => &mut self.infrageneric_epithet,
            "specificEpithet" => &mut self.specific_epithet,
            "infraspecificEpithet" => &mut self.infraspecific_epithet,
            "identificationQualifier" => &mut self.identification_qualifier,
            "verbatimIdentification" => &mut self.verbatim_identification,
            "previousIdentifications" => &mut self.previous_identifications,
            "vernacularName" => &mut self.vernacular_name,
            "associatedTaxa" => &mut self.associated_taxa,
            "associatedOccurrences" => &mut self.associated_occurrences,
            "typeStatus" => &mut self.type_status,
            "typifiedName" => &mut self.typified_name,
            "organismName" => &mut self.organism_name,
            "kingdom" => &mut self.kingdom,
            "phylum" => &mut self.phylum,
            "class" => &mut self.class,
            "order" => &mut self.order,
            "superfamily" => &mut self.superfamily,
            "family" => &mut self.family,
            "subfamily" => &mut self.subfamily,
            "tribe" => &mut self.tribe,
            "subtribe" => &mut self.subtribe,
            "higherClassification" => &mut self.higher_classification,
            "parentNameUsage" => &mut self.parent_name_usage,
            "taxonID" => &mut self.taxon_id,
            "acceptedNameUsageID" => &mut self.accepted_name_usage_id,
            "taxonRank" => &mut self.taxon_rank,
            _ => return false,
        };
        *field = value;
        true
    }

    /// Texts that each may be the record's own name.
    pub(super) fn own_names(&self) -> [&'a str; 5] {
        [
            self.scientific_name,
            self.accepted_name_usage,
            self.original_name_usage,
            self.accepted_scientific_name,
            self.verbatim_scientific_name,
        ]
    }

    /// Texts that may mention names besides the record's own.
    pub(super) fn other_names(&self) -> [&'a str; 9] {
        [
            self.verbatim_identification,
            self.previous_identifications,
            self.vernacular_name,
            self.associated_taxa,
            self.associated_occurrences,
            self.type_status,
            self.typified_name,
            self.organism_name,
            self.identification_qualifier,
        ]
    }

    /// The names put together from genus and epithets: by the accepted genus and by the one that
    /// stands in the name.
    pub(super) fn names_of_parts(&self) -> impl Iterator<Item = String> + use<'a> {
        let facts = *self;
        let (genus, generic) = (self.genus.trim(), self.generic_name.trim());
        let second = if genus == generic { "" } else { generic };
        [genus, second].into_iter().filter(|genus| !genus.is_empty()).map(move |g| facts.name_of(g))
    }

    fn name_of(&self, genus: &str) -> String {
        let first = |a: &'a str, b: &'a str| if a.trim().is_empty() { b.trim() } else { a.trim() };
        let subgenus = first(self.subgenus, self.infrageneric_epithet);
        let mut name = genus.to_owned();
        if !subgenus.is_empty() {
            // GBIF repeats the genus: "Falco (Hierofalco)".
            let last = subgenus.rsplit(['(', ' ']).next().unwrap_or_default();
            name.push_str(" (");
            name.push_str(last.trim_end_matches(')'));
            name.push(')');
        }
        let species = self.specific_epithet.trim();
        if species.is_empty() {
            // An infraspecific epithet alone must not pass for the species.
            name.push_str(" sp.");
            return name;
        }
        for epithet in [species, self.infraspecific_epithet.trim()] {
            if !epithet.is_empty() {
                name.push(' ');
                name.push_str(&epithet.to_ascii_lowercase());
            }
        }
        name
    }

    /// Higher taxa that it states in columns of their own.
    pub(super) fn higher(&self) -> [(Rank, &'a str); 10] {
        [
            (Rank::Kingdom, self.kingdom),
            (Rank::Phylum, self.phylum),
            (Rank::Class, self.class),
            (Rank::Order, self.order),
            (Rank::Superfamily, self.superfamily),
            (Rank::Family, self.family),
            (Rank::Subfamily, self.subfamily),
            (Rank::Tribe, self.tribe),
            (Rank::Subtribe, self.subtribe),
            (Rank::Genus, self.genus),
        ]
    }
}

//! The columns of a rule list, and the headings that people give them.

use std::fmt;

/// A column of a rule list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each variant is the heading of its name; docs/rules.md describes them"
)]
pub enum Column {
    AllowColumns,
    AllowMeasurements,
    Area,
    Authority,
    Behavior,
    Category,
    Citation,
    Class,
    EmbargoUntil,
    Family,
    Genus,
    Kind,
    Kingdom,
    LifeStage,
    MaxAgeYears,
    Order,
    PartnerPeriod,
    PartnerWidth,
    Phylum,
    Provider,
    Individual,
    PublicPeriod,
    PublicWidth,
    Reason,
    Remarks,
    ReproductiveCondition,
    ReviewDate,
    ScientificName,
    SeasonEnd,
    SeasonStart,
    Siblings,
    /// Only by a mapping: text that the mapping turns into consequences.
    Strength,
    TaxonRank,
    VernacularName,
    Withhold,
}

impl Column {
    /// The column of a heading; case, spaces, hyphens and underscores do not matter.
    pub fn of_heading(heading: &str) -> Option<Self> {
        let wanted = folded(heading);
        HEADINGS
            .iter()
            .find(|(_, headings)| headings.iter().any(|heading| folded(heading) == wanted))
            .map(|(column, _)| *column)
    }

    /// The heading nearest to one that is none, if any is near, and its column.
    pub fn nearest(heading: &str) -> Option<(&'static str, Self)> {
        let wanted = folded(heading);
        let length = wanted.chars().count();
        let allowed = match length {
            0..4 => return None,
            4..8 => 1,
            _ => 2,
        };
        HEADINGS
            .iter()
            // A strength means something only through a mapping.
            .filter(|(column, _)| *column != Self::Strength)
            .flat_map(|(column, headings)| headings.iter().map(move |known| (*known, *column)))
            .map(|(known, column)| {
                (strsim::damerau_levenshtein(&wanted, &folded(known)), known, column)
            })
            .filter(|(distance, ..)| *distance <= allowed)
            .min_by_key(|(distance, ..)| *distance)
            .map(|(_, known, column)| (known, column))
    }

    /// All columns, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        HEADINGS.iter().map(|(column, _)| *column)
    }

    /// The heading as the documentation gives it.
    pub fn heading(self) -> &'static str {
        let row = HEADINGS.iter().find(|(column, _)| *column == self);
        row.and_then(|(_, headings)| headings.first()).copied().unwrap_or_default()
    }

    /// What the column is for.
    pub fn role(self) -> Role {
        match self {
            Self::Area
            | Self::Behavior
            | Self::Kind
            | Self::LifeStage
            | Self::MaxAgeYears
            | Self::Provider
            | Self::Individual
            | Self::ReproductiveCondition
            | Self::ScientificName
            | Self::SeasonEnd
            | Self::SeasonStart
            | Self::VernacularName => Role::Criterion,
            Self::AllowColumns
            | Self::AllowMeasurements
            | Self::Category
            | Self::EmbargoUntil
            | Self::PartnerPeriod
            | Self::PartnerWidth
            | Self::PublicPeriod
            | Self::PublicWidth
            | Self::Siblings
            | Self::Strength
            | Self::Withhold => Role::Consequence,
            Self::Authority
            | Self::Citation
            | Self::Class
            | Self::Family
            | Self::Genus
            | Self::Kingdom
            | Self::Order
            | Self::Phylum
            | Self::Reason
            | Self::Remarks
            | Self::ReviewDate
            | Self::TaxonRank => Role::Note,
        }
    }

    /// Whether several cells of one row may fill it, joined.
    pub(super) fn can_be_joined(self) -> bool {
        matches!(
            self,
            Self::AllowColumns
                | Self::AllowMeasurements
                | Self::Citation
                | Self::Remarks
                | Self::VernacularName
        )
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.heading())
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It says what follows for records that the rule meets.
    Consequence,
    /// It says which records the rule meets.
    Criterion,
    /// It explains the rule, or helps to read it; it never narrows it.
    Note,
}

/// Whether a heading begins like a comment: its cells are nobody's rule.
pub(super) fn is_comment(heading: &str) -> bool {
    heading.trim().starts_with('#')
}

fn folded(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Each column with its headings; the first is the one in the documentation.
const HEADINGS: &[(Column, &[&str])] = &[
    (Column::ScientificName, &["scientificName", "taxon", "species", "species name", "latin name"]),
    (Column::TaxonRank, &["taxonRank", "rank"]),
    (Column::VernacularName, &["vernacularName", "commonName", "english name"]),
    (Column::Kingdom, &["kingdom"]),
    (Column::Phylum, &["phylum"]),
    (Column::Class, &["class"]),
    (Column::Order, &["order"]),
    (Column::Family, &["family"]),
    (Column::Genus, &["genus"]),
    (Column::Area, &["area", "zone", "region"]),
    (Column::SeasonStart, &["seasonStart", "season from"]),
    (Column::SeasonEnd, &["seasonEnd", "season to"]),
    (Column::MaxAgeYears, &["maxAgeYears", "maximum age in years", "maxAge"]),
    (Column::LifeStage, &["lifeStage"]),
    (Column::ReproductiveCondition, &["reproductiveCondition"]),
    (Column::Behavior, &["behavior", "behaviour"]),
    (Column::Kind, &["kind"]),
    (Column::Provider, &["provider", "data provider"]),
    (
        Column::Individual,
        &["individual", "organismID", "individualID", "individual-local-identifier"],
    ),
    (Column::Category, &["category", "sensitivity"]),
    (Column::PublicWidth, &["publicWidth"]),
    (Column::PartnerWidth, &["partnerWidth"]),
    (Column::PublicPeriod, &["publicPeriod"]),
    (Column::PartnerPeriod, &["partnerPeriod"]),
    (Column::Withhold, &["withhold", "withheld"]),
    (Column::EmbargoUntil, &["embargoUntil", "embargo"]),
    (Column::AllowColumns, &["allowColumns", "allowed columns"]),
    (Column::AllowMeasurements, &["allowMeasurements", "allowed measurements"]),
    (Column::Siblings, &["siblings"]),
    (Column::Strength, &["strength"]),
    (Column::Reason, &["reason", "reason code"]),
    (Column::Authority, &["authority"]),
    (Column::Citation, &["citation", "source", "reference"]),
    (Column::ReviewDate, &["reviewDate", "review"]),
    (Column::Remarks, &["remarks", "notes", "comments"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_each_of_its_headings() {
        for (column, headings) in HEADINGS {
            for heading in *headings {
                let spelt = heading.to_uppercase().replace(' ', "_");
                assert_eq!(Column::of_heading(&spelt), Some(*column), "{heading}");
            }
        }
        assert_eq!(Column::of_heading("Scientific name"), Some(Column::ScientificName));
        assert_eq!(Column::of_heading("generalisation"), None);
    }

    #[test]
    fn a_misspelt_heading_has_a_nearest_one() {
        for (misspelt, heading) in [
            ("catagory", Some("category")),
            ("Scientfic Name", Some("scientificName")),
            ("sensitivty", Some("sensitivity")),
            ("witholds", Some("withhold")),
            ("raeson", Some("reason")),
            ("code", None),
            ("year", None),
            ("sex", None),
            ("strenght", None),
            ("decimalLatitude", None),
        ] {
            assert_eq!(
                Column::nearest(misspelt).map(|(heading, _)| heading),
                heading,
                "{misspelt}"
            );
        }
    }
}

//! Why a record is sensitive: the reason codes of the TDWG draft vocabulary.

use std::fmt;
use std::str::FromStr;

/// A reason why data are sensitive.
///
/// Source: TDWG draft Sensitive Species Extension (tdwg/sensitive-species-extension, CC0), reasons;
/// the codes are the draft's terms in lower camel case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A place that is hard to find is given away by the record.
    CrypticLocation,
    /// The information itself is culturally significant.
    CulturallySignificantInformation,
    /// The place is culturally significant.
    CulturallySignificantLocation,
    /// The species is culturally significant.
    CulturallySignificantSpecies,
    /// The context of the record (habitat, host, collector) exposes another that is sensitive.
    ExposureByContext,
    /// The survey that the record belongs to exposes another that is sensitive.
    ExposureBySurvey,
    /// People or their property could come to harm.
    HarmToPeopleOrProperty,
    /// A species with a highly restricted range.
    HighlyRestrictedSpecies,
    /// An invasive species under eradication.
    InvasiveUnderEradication,
    /// The people concerned have not consented.
    LackOfConsent,
    /// The holder lacks the resources to protect the place.
    LackOfResources,
    /// A contract forbids it.
    LegalContract,
    /// An obligation that is not one of law.
    NonLegal,
    /// Personal information.
    PersonalInformation,
    /// A physical attribute (size of a trunk, age, quality) that attracts collectors.
    PhysicalAttribute,
    /// Somebody asked for privacy.
    RequestForPrivacy,
    /// The identity of the taxon is uncertain and may be a sensitive one.
    TaxonomicUncertainty,
    /// A population under threat.
    ThreatenedPopulation,
    /// Collected or hunted for trade.
    TradeSensitive,
}

impl Reason {
    /// All reasons, by code.
    pub const ALL: [Self; 19] = [
        Self::CrypticLocation,
        Self::CulturallySignificantInformation,
        Self::CulturallySignificantLocation,
        Self::CulturallySignificantSpecies,
        Self::ExposureByContext,
        Self::ExposureBySurvey,
        Self::HarmToPeopleOrProperty,
        Self::HighlyRestrictedSpecies,
        Self::InvasiveUnderEradication,
        Self::LackOfConsent,
        Self::LackOfResources,
        Self::LegalContract,
        Self::NonLegal,
        Self::PersonalInformation,
        Self::PhysicalAttribute,
        Self::RequestForPrivacy,
        Self::TaxonomicUncertainty,
        Self::ThreatenedPopulation,
        Self::TradeSensitive,
    ];

    /// The code that stands in rule lists and reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::CrypticLocation => "crypticLocation",
            Self::CulturallySignificantInformation => "culturallySignificantInformation",
            Self::CulturallySignificantLocation => "culturallySignificantLocation",
            Self::CulturallySignificantSpecies => "culturallySignificantSpecies",
            Self::ExposureByContext => "exposureByContext",
            Self::ExposureBySurvey => "exposureBySurvey",
            Self::HarmToPeopleOrProperty => "harmToPeopleOrProperty",
            Self::HighlyRestrictedSpecies => "highlyRestrictedSpecies",
            Self::InvasiveUnderEradication => "invasiveUnderEradication",
            Self::LackOfConsent => "lackOfConsent",
            Self::LackOfResources => "lackOfResources",
            Self::LegalContract => "legalContract",
            Self::NonLegal => "nonLegal",
            Self::PersonalInformation => "personalInformation",
            Self::PhysicalAttribute => "physicalAttribute",
            Self::RequestForPrivacy => "requestForPrivacy",
            Self::TaxonomicUncertainty => "taxonomicUncertainty",
            Self::ThreatenedPopulation => "threatenedPopulation",
            Self::TradeSensitive => "tradeSensitive",
        }
    }

    /// The reason in words, as it stands in informationWithheld.
    pub fn words(self) -> &'static str {
        match self {
            Self::CrypticLocation => "cryptic location",
            Self::CulturallySignificantInformation => "culturally significant information",
            Self::CulturallySignificantLocation => "culturally significant location",
            Self::CulturallySignificantSpecies => "culturally significant species",
            Self::ExposureByContext => "exposure by context",
            Self::ExposureBySurvey => "exposure by survey",
            Self::HarmToPeopleOrProperty => "harm to people or property",
            Self::HighlyRestrictedSpecies => "highly restricted species",
            Self::InvasiveUnderEradication => "invasive species under eradication",
            Self::LackOfConsent => "lack of consent",
            Self::LackOfResources => "lack of resources",
            Self::LegalContract => "legal contract",
            Self::NonLegal => "obligation other than legal",
            Self::PersonalInformation => "personal information",
            Self::PhysicalAttribute => "physical attribute",
            Self::RequestForPrivacy => "request for privacy",
            Self::TaxonomicUncertainty => "taxonomic uncertainty",
            Self::ThreatenedPopulation => "threatened population",
            Self::TradeSensitive => "trade sensitive",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    /// Reads a code or its words; case, spaces, hyphens and underscores do not matter.
    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        let wanted = folded(text);
        Self::ALL
            .into_iter()
            .find(|reason| folded(reason.code()) == wanted || folded(reason.words()) == wanted)
            .ok_or_else(|| UnknownReason { text: text.to_owned() })
    }
}

/// A text that is no code of a reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a reason code")]
pub struct UnknownReason {
    /// What was written.
    pub text: String,
}

fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_back_from_its_code_and_its_words() {
        for reason in Reason::ALL {
            assert_eq!(reason.code().parse::<Reason>(), Ok(reason));
            assert_eq!(reason.words().to_uppercase().parse::<Reason>(), Ok(reason));
        }
        assert!("because".parse::<Reason>().is_err());
    }
}

//! The metadata of a copy, made from published values and from what the steward gave; nothing of
//! the incoming metadata but a recognised open licence comes through.

use reedbed_core::decide::Audience;
use reedbed_formats::eml::EmlFacts;

use crate::findings::Findings;
use crate::plan::Role;
use crate::share::Settings;

/// The sentence that keeps silence from being taken for absence. It stands once in the metadata,
/// whether or not anything was withheld: its presence tells nothing.
pub const SILENCE: &str = "Silence is not absence: records of protected taxa may be missing from \
     any event of this copy, may be told less precisely than they are held, or may hang from \
     events of their own. No event and no record says whether anything was withheld beside it, so \
     the absence of a protected taxon must not be concluded from this copy.";

/// What stands in the licence column of each record of a partner's copy.
pub fn licence_of(settings: &Settings) -> Option<String> {
    match settings.audience {
        Audience::PartnerLevel { .. } | Audience::Public => None,
        Audience::Partner { .. } => {
            let partner = settings.partner.as_deref().unwrap_or("one partner");
            Some(match &settings.terms {
                Some(_) => format!(
                    "Not open: shared with {partner} under the terms of an agreement that stand in \
                     the metadata of this copy; not to be passed on."
                ),
                None => format!(
                    "Not open: shared with {partner} and not to be passed on; ask the data holder for \
                     the terms."
                ),
            })
        }
    }
}

/// Puts the metadata of a copy together. `licence` is the incoming licence.
pub(crate) fn of(
    settings: &Settings,
    findings: &Findings,
    roles: &[Role],
    incoming_licence: Option<&str>,
) -> EmlFacts {
    let bounds = findings.coverage.bounds();
    let days = findings.coverage.days();
    let organisation =
        settings.holder.organisation.clone().unwrap_or_else(|| "The data holder".to_owned());
    let title = settings.holder.title.clone().unwrap_or_else(|| title(settings, days.as_ref()));
    let mut abstract_paragraphs = vec![match settings.audience {
        Audience::Public => "A copy for everyone. Sensitive records are generalised or withheld; \
             dataGeneralizations and informationWithheld of each record say how."
            .to_owned(),
        Audience::PartnerLevel { .. } => "The level that partners' copies are made from. Sensitive \
             records are generalised or withheld; dataGeneralizations and informationWithheld of each \
             record say how."
            .to_owned(),
        Audience::Partner { .. } => format!(
            "A copy for {}. Sensitive records are generalised or withheld; \
             dataGeneralizations and informationWithheld of each record say how.",
            settings.partner.as_deref().unwrap_or("one partner")
        ),
    }];
    if roles.contains(&Role::Events) {
        abstract_paragraphs.push(
            "Some events are generalised: their identifiers are pseudonyms, and their place and \
             period are told less precisely."
                .to_owned(),
        );
    }
    let (rights, licence_url) = match settings.audience {
        Audience::PartnerLevel { .. } | Audience::Public => {
            let known = incoming_licence.and_then(open_licence);
            let text = match &known {
                Some(url) => format!("This copy is published under {url}."),
                None => "No licence is stated for this copy; ask the data holder.".to_owned(),
            };
            (text, known)
        }
        Audience::Partner { .. } => {
            (settings.terms.clone().or_else(|| licence_of(settings)).unwrap_or_default(), None)
        }
    };
    EmlFacts {
        title,
        organisation,
        contact: settings.holder.contact.clone(),
        pub_date: settings.today.to_string(),
        language: "en".to_owned(),
        abstract_paragraphs,
        additional_info: vec![SILENCE.to_owned()],
        rights: Some(rights),
        licence_url,
        bounding_box: bounds,
        date_range: days,
        taxa: findings
            .coverage
            .groups()
            .into_iter()
            .map(|(rank, name)| (rank.to_owned(), name.to_owned()))
            .collect(),
    }
}

fn title(settings: &Settings, days: Option<&(String, String)>) -> String {
    let years = days.map(|(start, end)| {
        let year = |day: &String| day.split('-').next().unwrap_or_default().to_owned();
        let (start, end) = (year(start), year(end));
        if start == end { format!(", {start}") } else { format!(", {start}–{end}") }
    });
    let audience = match settings.audience {
        Audience::Public => "public copy",
        Audience::Partner { .. } => "partner's copy",
        Audience::PartnerLevel { .. } => "partner level",
    };
    format!("Biodiversity records{} ({audience})", years.unwrap_or_default())
}

/// Recognises a licence of Creative Commons by its address or by GBIF's code for it; the address of
/// its text.
///
/// Source: <https://creativecommons.org/licenses/list.en>; GBIF API, enumeration `License`.
fn open_licence(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "cc0_1_0" => return Some(legal_text("publicdomain/zero", "1.0")),
        "cc_by_4_0" => return Some(legal_text("licenses/by", "4.0")),
        "cc_by_nc_4_0" => return Some(legal_text("licenses/by-nc", "4.0")),
        _ => {}
    }
    let (_, path) = text.split_once("creativecommons.org/")?;
    let mut parts = path.split('/');
    let (class, name, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_known = match class {
        "publicdomain" => matches!(name, "zero" | "mark"),
        "licenses" => LICENCES.contains(&name),
        _ => false,
    };
    let version: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let is_known = is_known && VERSIONS.contains(&version.as_str());
    is_known.then(|| legal_text(&format!("{class}/{name}"), &version))
}

fn legal_text(name: &str, version: &str) -> String {
    format!("http://creativecommons.org/{name}/{version}/legalcode")
}

const LICENCES: &[&str] = &["by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa"];
const VERSIONS: &[&str] = &["1.0", "2.0", "2.5", "3.0", "4.0"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_address_and_by_code() {
        for (text, name) in [
            ("https://creativecommons.org/licenses/by/2.0/", "licenses/by/2.0"),
            (
                "Published under http://creativecommons.org/licenses/by-nc/4.0/legalcode.",
                "licenses/by-nc/4.0",
            ),
            ("CC_BY_4_0", "licenses/by/4.0"),
            ("http://creativecommons.org/publicdomain/zero/1.0/legalcode", "publicdomain/zero/1.0"),
        ] {
            let address = format!("http://creativecommons.org/{name}/legalcode");
            assert_eq!(open_licence(text), Some(address), "{text}");
        }
        for text in [
            "",
            "all rights reserved",
            "https://creativecommons.org/licenses/by/9.9/",
            "https://creativecommons.org/",
        ] {
            assert_eq!(open_licence(text), None, "{text}");
        }
    }
}

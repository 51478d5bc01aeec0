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
        Audience::Public => None,
        Audience::Partner { .. } => Some(format!(
            "Not open: shared with {} under the terms of an agreement that stand in the metadata \
             of this copy; not to be passed on.",
            settings.partner.as_deref().unwrap_or("one partner")
        )),
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
        Audience::Partner { .. } => format!(
            "A copy for {} under an agreement. Sensitive records are generalised or withheld; \
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
        Audience::Public => {
            let known = incoming_licence.and_then(open_licence);
            let text = match known {
                Some(url) => format!("This copy is published under {url}."),
                None => "No licence is stated for this copy; ask the data holder.".to_owned(),
            };
            (text, known.map(str::to_owned))
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
    };
    format!("Biodiversity records{} ({audience})", years.unwrap_or_default())
}

/// Recognises an open licence by its address.
fn open_licence(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let is = |name: &str| text.contains(&format!("creativecommons.org/{name}"));
    if is("publicdomain/zero/1.0") {
        Some("http://creativecommons.org/publicdomain/zero/1.0/legalcode")
    } else if is("licenses/by/4.0") {
        Some("http://creativecommons.org/licenses/by/4.0/legalcode")
    } else if is("licenses/by-nc/4.0") {
        Some("http://creativecommons.org/licenses/by-nc/4.0/legalcode")
    } else {
        None
    }
}

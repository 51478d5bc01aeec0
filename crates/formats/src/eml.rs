//! EML, the metadata document of a dataset: read tolerantly, written strictly.
//!
//! Source: Ecological Metadata Language 2.2.0, <https://doi.org/10.5063/F11834T2>; GBIF metadata
//! profile 1.3.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::limits::Limits;
use crate::meta::escaped;

/// What is read of an incoming document; nothing of it is copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The dataset's title.
    pub title: Option<String>,
    /// Its licence: the address where there is one, else the text of its rights.
    pub licence: Option<String>,
}

/// Reads a document; says in words what is wrong where it cannot.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Metadata, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut metadata = Metadata::default();
    let mut path: Vec<String> = Vec::new();
    let mut rights = String::new();
    loop {
        match reader.read_event().map_err(|_cause| "is not well-formed XML".to_owned())? {
            Event::DocType(_) => return Err("declares a document type".to_owned()),
            Event::Start(start) => {
                let local = start.local_name().as_ref().to_owned();
                if local == "ulink" && path.iter().any(|p| p == "intellectualRights") {
                    let url = start.attributes().flatten().find(|a| a.key.as_ref() == "url");
                    let url = url.map(|url| url.value.into_owned());
                    metadata.licence = url.or(metadata.licence);
                }
                path.push(local);
                if path.len() > limits.depth {
                    return Err("is nested too deeply".to_owned());
                }
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) => {
                let is =
                    |names: &[&str]| path.iter().rev().zip(names.iter().rev()).all(|(a, b)| a == b);
                if is(&["dataset", "title"]) && metadata.title.is_none() && !text.trim().is_empty()
                {
                    metadata.title = Some(text.trim().to_owned());
                }
                if path.iter().any(|part| part == "intellectualRights") {
                    rights.push_str(&text);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let rights = rights.trim();
    if metadata.licence.is_none() && !rights.is_empty() {
        metadata.licence = Some(rights.to_owned());
    }
    Ok(metadata)
}

/// What a written document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EmlFacts {
    /// Title.
    pub title: String,
    /// Who holds the data: creator, provider of the metadata and contact.
    pub organisation: String,
    /// Address for questions.
    pub contact: Option<String>,
    /// Day of publication, `YYYY-MM-DD`.
    pub pub_date: String,
    /// Language, ISO 639-1.
    pub language: String,
    /// Paragraphs of the abstract.
    pub abstract_paragraphs: Vec<String>,
    /// Further paragraphs.
    pub additional_info: Vec<String>,
    /// Rights, in words; blank lines part paragraphs.
    pub rights: Option<String>,
    /// Address of the licence.
    pub licence_url: Option<String>,
    /// South, west, north, east in degrees, WGS 84.
    pub bounding_box: Option<[f64; 4]>,
    /// First and last day, `YYYY-MM-DD`.
    pub date_range: Option<(String, String)>,
    /// Rank and name.
    pub taxa: Vec<(String, String)>,
}

/// Writes a document.
pub fn write(facts: &EmlFacts) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <eml:eml xmlns:eml=\"https://eml.ecoinformatics.org/eml-2.2.0\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"https://eml.ecoinformatics.org/eml-2.2.0 \
         https://rs.gbif.org/schema/eml-gbif-profile/1.3/eml.xsd\" \
         packageId=\"reedbed\" system=\"reedbed\" scope=\"system\" xml:lang=\"en\">\n  <dataset>\n",
    );
    element(&mut xml, 4, "title", &facts.title);
    party(&mut xml, "creator", facts);
    party(&mut xml, "metadataProvider", facts);
    element(&mut xml, 4, "pubDate", &facts.pub_date);
    element(&mut xml, 4, "language", &facts.language);
    paragraphs(&mut xml, "abstract", facts.abstract_paragraphs.iter().map(String::as_str));
    if !facts.additional_info.is_empty() {
        paragraphs(&mut xml, "additionalInfo", facts.additional_info.iter().map(String::as_str));
    }
    rights(&mut xml, facts);
    coverage(&mut xml, facts);
    party(&mut xml, "contact", facts);
    xml.push_str("  </dataset>\n</eml:eml>\n");
    xml
}

fn element(xml: &mut String, indent: usize, name: &str, text: &str) {
    xml.push_str(&format!("{:indent$}<{name}>{}</{name}>\n", "", escaped(text)));
}

fn party(xml: &mut String, name: &str, facts: &EmlFacts) {
    xml.push_str(&format!("    <{name}>\n"));
    element(xml, 6, "organizationName", &facts.organisation);
    if let Some(contact) = &facts.contact {
        element(xml, 6, "electronicMailAddress", contact);
    }
    xml.push_str(&format!("    </{name}>\n"));
}

fn paragraphs<'a>(xml: &mut String, name: &str, texts: impl Iterator<Item = &'a str>) {
    xml.push_str(&format!("    <{name}>\n"));
    for text in texts {
        element(xml, 6, "para", text);
    }
    xml.push_str(&format!("    </{name}>\n"));
}

fn rights(xml: &mut String, facts: &EmlFacts) {
    if facts.rights.is_none() && facts.licence_url.is_none() {
        return;
    }
    xml.push_str("    <intellectualRights>\n");
    for paragraph in facts.rights.iter().flat_map(|rights| rights.split("\n\n")) {
        let paragraph = paragraph.trim();
        if !paragraph.is_empty() {
            element(xml, 6, "para", paragraph);
        }
    }
    if let Some(url) = &facts.licence_url {
        let url = escaped(url);
        xml.push_str(&format!(
            "      <para><ulink url=\"{url}\"><citetitle>{url}</citetitle></ulink></para>\n"
        ));
    }
    xml.push_str("    </intellectualRights>\n");
}

fn coverage(xml: &mut String, facts: &EmlFacts) {
    if facts.bounding_box.is_none() && facts.date_range.is_none() && facts.taxa.is_empty() {
        return;
    }
    xml.push_str("    <coverage>\n");
    if let Some([south, west, north, east]) = facts.bounding_box {
        xml.push_str("      <geographicCoverage>\n");
        element(xml, 8, "geographicDescription", "Box around all published places and regions.");
        xml.push_str("        <boundingCoordinates>\n");
        for (name, value) in [
            ("westBoundingCoordinate", west),
            ("eastBoundingCoordinate", east),
            ("northBoundingCoordinate", north),
            ("southBoundingCoordinate", south),
        ] {
            element(xml, 10, name, &format!("{value}"));
        }
        xml.push_str("        </boundingCoordinates>\n      </geographicCoverage>\n");
    }
    if let Some((begin, end)) = &facts.date_range {
        xml.push_str("      <temporalCoverage>\n        <rangeOfDates>\n");
        for (name, day) in [("beginDate", begin), ("endDate", end)] {
            xml.push_str(&format!("          <{name}>\n"));
            element(xml, 12, "calendarDate", day);
            xml.push_str(&format!("          </{name}>\n"));
        }
        xml.push_str("        </rangeOfDates>\n      </temporalCoverage>\n");
    }
    if !facts.taxa.is_empty() {
        xml.push_str("      <taxonomicCoverage>\n");
        for (rank, name) in &facts.taxa {
            xml.push_str("        <taxonomicClassification>\n");
            element(xml, 10, "taxonRankName", rank);
            element(xml, 10, "taxonRankValue", name);
            xml.push_str("        </taxonomicClassification>\n");
        }
        xml.push_str("      </taxonomicCoverage>\n");
    }
    xml.push_str("    </coverage>\n");
}

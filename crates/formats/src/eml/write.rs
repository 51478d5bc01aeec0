//! Writes EML documents.

use crate::xml::escaped;

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

/// Writes a document: EML 2.2.0 in the order of elements that the GBIF profile asks for. What the
/// facts leave empty is left out.
///
/// Shape: UTF-8; the same text for the same facts.
pub fn write(facts: &EmlFacts) -> String {
    let mut dataset = String::from("  <dataset>\n");
    element(&mut dataset, 4, "title", &facts.title);
    party(&mut dataset, "creator", facts);
    party(&mut dataset, "metadataProvider", facts);
    element(&mut dataset, 4, "pubDate", &facts.pub_date);
    element(&mut dataset, 4, "language", &facts.language);
    paragraphs(&mut dataset, "abstract", &facts.abstract_paragraphs);
    paragraphs(&mut dataset, "additionalInfo", &facts.additional_info);
    rights(&mut dataset, facts);
    coverage(&mut dataset, facts);
    party(&mut dataset, "contact", facts);
    dataset.push_str("  </dataset>\n");
    let language = if facts.language.is_empty() { "en" } else { &facts.language };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <eml:eml xmlns:eml=\"https://eml.ecoinformatics.org/eml-2.2.0\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"https://eml.ecoinformatics.org/eml-2.2.0 \
         https://rs.gbif.org/schema/eml-gbif-profile/1.3/eml.xsd\" \
         packageId=\"reedbed:{:016x}\" system=\"reedbed\" scope=\"system\" xml:lang=\"{}\">\n\
         {dataset}</eml:eml>\n",
        fingerprint(&dataset),
        escaped(language),
    )
}

/// Tells documents apart that say different things (FNV-1a).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn element(xml: &mut String, indent: usize, name: &str, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        xml.push_str(&format!("{:indent$}<{name}>{}</{name}>\n", "", escaped(text)));
    }
}

fn party(xml: &mut String, name: &str, facts: &EmlFacts) {
    xml.push_str(&format!("    <{name}>\n"));
    element(xml, 6, "organizationName", &facts.organisation);
    if let Some(contact) = &facts.contact {
        element(xml, 6, "electronicMailAddress", contact);
    }
    xml.push_str(&format!("    </{name}>\n"));
}

fn paragraphs(xml: &mut String, name: &str, texts: &[String]) {
    let mut inside = String::new();
    for text in texts {
        element(&mut inside, 6, "para", text);
    }
    around(xml, name, &inside);
}

/// Writes an element around others, if there are any.
fn around(xml: &mut String, name: &str, inside: &str) {
    if !inside.is_empty() {
        xml.push_str(&format!("    <{name}>\n{inside}    </{name}>\n"));
    }
}

fn rights(xml: &mut String, facts: &EmlFacts) {
    let mut inside = String::new();
    let text = facts.rights.as_deref().unwrap_or_default().replace("\r\n", "\n");
    for paragraph in text.split("\n\n") {
        element(&mut inside, 6, "para", paragraph);
    }
    if let Some(url) = facts.licence_url.as_deref().filter(|url| !url.trim().is_empty()) {
        let url = escaped(url.trim());
        inside.push_str(&format!(
            "      <para><ulink url=\"{url}\"><citetitle>{url}</citetitle></ulink></para>\n"
        ));
    }
    around(xml, "intellectualRights", &inside);
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
        xml.push_str("      <temporalCoverage>\n");
        if begin == end {
            xml.push_str("        <singleDateTime>\n");
            element(xml, 10, "calendarDate", begin);
            xml.push_str("        </singleDateTime>\n");
        } else {
            xml.push_str("        <rangeOfDates>\n");
            for (name, day) in [("beginDate", begin), ("endDate", end)] {
                xml.push_str(&format!("          <{name}>\n"));
                element(xml, 12, "calendarDate", day);
                xml.push_str(&format!("          </{name}>\n"));
            }
            xml.push_str("        </rangeOfDates>\n");
        }
        xml.push_str("      </temporalCoverage>\n");
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

#[cfg(test)]
mod tests;
